/*
 * Second-order force constants: distribution by symmetry, permutation symmetry and the acoustic sum rule, in the full
 * layout (n_s, n_s, 3, 3) and the compact one (n_p, n_s, 3, 3).
 *
 * One rule of phonopy's compact transposition is kept, because its results depend on it: where a translation exchanges
 * the two atoms of a pair, the block stays as it is.
 */
#include "backend/translations.h"
#include <string.h>

umk_status umk_translations_take(umk_translations *t, const umk_call *call) {
    umk_status status = UMK_OK;
    *t = (umk_translations){.n_p = umk_call_size(call, "p2s_map", 0),
                            .n_s = umk_call_size(call, "s2pp_map", 0),
                            .permutations = umk_call_integers(call, "permutations"),
                            .s2pp_map = umk_call_integers(call, "s2pp_map"),
                            .p2s_map = umk_call_integers(call, "p2s_map"),
                            .nsym_list = umk_call_integers(call, "nsym_list")};
    UMK_TRY(umk_call_check_range(call, "permutations", t->n_s));
    UMK_TRY(umk_call_check_range(call, "s2pp_map", t->n_p));
    UMK_TRY(umk_call_check_range(call, "p2s_map", t->n_s));
    UMK_TRY(umk_call_check_range(call, "nsym_list", umk_call_size(call, "permutations", 0)));
    for (int64_t s = 0; s < t->n_s; s++) {
        if (umk_translate(t, s, s) == t->p2s_map[t->s2pp_map[s]]) continue;
        return umk_call_fail(call, "nsym_list", "atom %lld is not taken to its primitive atom", (long long)s);
    }
cleanup:
    return status;
}

/* ---- distribution -----------------------------------------------------------------------------------------------*/

typedef struct distribute_task {
    const umk_call *call;
    int64_t n_s;
    const int64_t *row_of; /* (n_s) row of each atom of the list, -1: none */
} distribute_task;

/* block += R^T from R */
static void add_rotated(double block[9], const double rotation[9], const double from[9]) {
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            double sum = 0;
            for (int c = 0; c < 3; c++) {
                for (int d = 0; d < 3; d++) sum += rotation[3 * c + a] * from[3 * c + d] * rotation[3 * d + b];
            }
            block[3 * a + b] += sum;
        }
    }
}

static umk_status distribute_row(void *argument, int64_t index, int worker) {
    (void)worker;
    const distribute_task *task = argument;
    const umk_call *call = task->call;
    int64_t atom = umk_call_integers(call, "atom_list")[index], n_s = task->n_s;
    int64_t done = umk_call_integers(call, "map_atoms")[atom], symmetry = umk_call_integers(call, "map_syms")[atom];
    if (done == atom) return UMK_OK;
    const int64_t *permutation = umk_call_integers(call, "permutations") + symmetry * n_s;
    double *row =
        umk_call_reals(call, "force_constants") + umk_call_integers(call, "fc_indices_of_atom_list")[index] * n_s * 9;
    const double *from = umk_call_reals(call, "force_constants") + task->row_of[done] * n_s * 9;
    for (int64_t j = 0; j < n_s; j++) {
        add_rotated(row + 9 * j, umk_call_reals(call, "rotations_cart") + 9 * symmetry, from + 9 * permutation[j]);
    }
    return UMK_OK;
}

/* Rows of atoms that are done must be there, and differ from all that are filled. */
static umk_status find_rows(const umk_call *call, int64_t n_s, int64_t *row_of) {
    const int64_t *atoms = umk_call_integers(call, "atom_list"), *map = umk_call_integers(call, "map_atoms");
    const int64_t *rows = umk_call_integers(call, "fc_indices_of_atom_list");
    for (int64_t s = 0; s < n_s; s++) row_of[s] = -1;
    for (int64_t i = 0; i < umk_call_size(call, "atom_list", 0); i++) row_of[atoms[i]] = rows[i];
    for (int64_t i = 0; i < umk_call_size(call, "atom_list", 0); i++) {
        int64_t done = map[atoms[i]];
        if (row_of[done] < 0) return umk_call_fail(call, "map_atoms", "atom %lld is not in atom_list", (long long)done);
        if (map[done] != done) return umk_call_fail(call, "map_atoms", "atom %lld is not done", (long long)done);
        for (int64_t j = 0; j < i; j++) {
            if (rows[i] == rows[j]) return umk_call_fail(call, "fc_indices_of_atom_list", "a row is there twice");
        }
    }
    return UMK_OK;
}

static umk_status distribute_fc2(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t n_s = umk_call_size(call, "map_atoms", 0), *row_of = NULL;
    UMK_TRY(umk_call_check_range(call, "atom_list", n_s));
    UMK_TRY(umk_call_check_range(call, "fc_indices_of_atom_list", umk_call_size(call, "force_constants", 0)));
    UMK_TRY(umk_call_check_range(call, "permutations", n_s));
    UMK_TRY(umk_call_check_range(call, "map_atoms", n_s));
    UMK_TRY(umk_call_check_range(call, "map_syms", umk_call_size(call, "rotations_cart", 0)));
    UMK_ALLOCATE(call->context, row_of, n_s);
    UMK_TRY(find_rows(call, n_s, row_of));
    distribute_task task = {call, n_s, row_of};
    UMK_TRY(umk_parallel_for(call->context, umk_call_size(call, "atom_list", 0), distribute_row, &task));
cleanup:
    umk_release(row_of);
    return status;
}

static const umk_call_parameter distribute_fc2_parameters[] = {UMK_OUT_REALS("force_constants", "* supercell 3 3"),
                                                               UMK_INTEGERS("atom_list", "atom"),
                                                               UMK_INTEGERS("fc_indices_of_atom_list", "atom"),
                                                               UMK_REALS("rotations_cart", "rotation 3 3"),
                                                               UMK_INTEGERS("permutations", "rotation supercell"),
                                                               UMK_INTEGERS("map_atoms", "supercell"),
                                                               UMK_INTEGERS("map_syms", "supercell"),
                                                               UMK_END};

/* ---- full layout ------------------------------------------------------------------------------------------------*/

/* Subtracts the mean over one of the two atoms: stride between its blocks, and between those of the other atom. */
static void remove_drift(double *constants, int64_t n, int64_t stride, int64_t other) {
    for (int64_t i = 0; i < n; i++) {
        for (int m = 0; m < 9; m++) {
            double sum = 0;
            for (int64_t j = 0; j < n; j++) sum += constants[j * stride + i * other + m];
            for (int64_t j = 0; j < n; j++) constants[j * stride + i * other + m] -= sum / (double)n;
        }
    }
}

static void symmetrize_pairs(double *constants, int64_t n) {
    for (int64_t i = 0; i < 3 * n; i++) {
        for (int64_t j = 0; j < i; j++) {
            double *a = constants + ((i / 3 * n + j / 3) * 3 + i % 3) * 3 + j % 3;
            double *b = constants + ((j / 3 * n + i / 3) * 3 + j % 3) * 3 + i % 3;
            *a = *b = (*a + *b) / 2;
        }
    }
}

/* How often symmetrization is repeated: more changes nothing. */
static umk_status check_level(const umk_call *call) {
    enum { most_levels = 1000 };
    return umk_call_check_size(call, "level", most_levels);
}

/* The acoustic sum rule by the block of an atom with itself, which stays symmetric. */
static void set_self_block(double *row, int64_t n, int64_t self) {
    double sum[9] = {0};
    for (int64_t j = 0; j < n; j++) {
        for (int m = 0; j != self && m < 9; m++) sum[m] += row[9 * j + m];
    }
    for (int m = 0; m < 9; m++) row[9 * self + m] = -(sum[m] + sum[m % 3 * 3 + m / 3]) / 2;
}

static umk_status perm_trans_symmetrize_fc(umk_call *call) {
    umk_status status = UMK_OK;
    double *constants = umk_call_reals(call, "force_constants");
    int64_t n = umk_call_size(call, "force_constants", 0);
    UMK_TRY(check_level(call));
    for (int64_t level = 0; level < umk_call_integer(call, "level"); level++) {
        remove_drift(constants, n, 9 * n, 9);
        remove_drift(constants, n, 9, 9 * n);
        symmetrize_pairs(constants, n);
    }
    for (int64_t i = 0; i < n; i++) set_self_block(constants + i * n * 9, n, i);
cleanup:
    return status;
}

static const umk_call_parameter perm_trans_symmetrize_fc_parameters[] = {
    UMK_OUT_REALS("force_constants", "supercell supercell 3 3"), UMK_INTEGER("level"), UMK_END};

/* ---- compact layout ---------------------------------------------------------------------------------------------*/

static void transpose_block(double block[9]) {
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < a; b++) {
            double value = block[3 * a + b];
            block[3 * a + b] = block[3 * b + a];
            block[3 * b + a] = value;
        }
    }
}

/* The partner of the block (i, j), transposed: its place in the compact layout. */
static int64_t partner_of(const umk_translations *t, int64_t i, int64_t j) {
    return t->s2pp_map[j] * t->n_s + umk_translate(t, j, t->p2s_map[i]);
}

static void transpose_compact(double *constants, const umk_translations *t) {
    for (int64_t place = 0; place < t->n_p * t->n_s; place++) {
        int64_t i = place / t->n_s, j = place % t->n_s, partner = partner_of(t, i, j);
        double *block = constants + 9 * place, *other = constants + 9 * partner, copy[9];
        if (partner < place || (partner == place && j != t->p2s_map[i])) continue;
        transpose_block(block);
        if (partner == place) continue;
        transpose_block(other);
        memcpy(copy, block, sizeof copy);
        memcpy(block, other, sizeof copy);
        memcpy(other, copy, sizeof copy);
    }
}

static void remove_row_drift(double *constants, const umk_translations *t) {
    for (int64_t i = 0; i < t->n_p; i++) {
        for (int m = 0; m < 9; m++) {
            double *row = constants + i * t->n_s * 9 + m, sum = 0;
            for (int64_t j = 0; j < t->n_s; j++) sum += row[9 * j];
            for (int64_t j = 0; j < t->n_s; j++) row[9 * j] -= sum / (double)t->n_s;
        }
    }
}

/* The mean of each block and its transposed partner. */
static void symmetrize_partners(double *constants, const umk_translations *t) {
    for (int64_t place = 0; place < t->n_p * t->n_s; place++) {
        int64_t i = place / t->n_s, j = place % t->n_s, partner = partner_of(t, i, j);
        double *block = constants + 9 * place, *other = constants + 9 * partner, mean[9];
        if (partner < place) continue;
        for (int m = 0; m < 9; m++) mean[m] = (block[m] + other[m % 3 * 3 + m / 3]) / 2;
        for (int m = 0; m < 9; m++) {
            block[m] = mean[m];
            other[m % 3 * 3 + m / 3] = mean[m];
        }
    }
}

static umk_status perm_trans_symmetrize_compact_fc(umk_call *call) {
    umk_status status = UMK_OK;
    umk_translations t;
    double *constants = umk_call_reals(call, "force_constants");
    UMK_TRY(umk_translations_take(&t, call));
    UMK_TRY(check_level(call));
    for (int64_t level = 0; level < umk_call_integer(call, "level"); level++) {
        for (int side = 0; side < 2; side++) {
            transpose_compact(constants, &t);
            remove_row_drift(constants, &t);
        }
        symmetrize_partners(constants, &t);
    }
    for (int64_t i = 0; i < t.n_p; i++) set_self_block(constants + i * t.n_s * 9, t.n_s, t.p2s_map[i]);
cleanup:
    return status;
}

static const umk_call_parameter perm_trans_symmetrize_compact_fc_parameters[] = {
    UMK_OUT_REALS("force_constants", "primitive supercell 3 3"), UMK_TRANSLATIONS, UMK_INTEGER("level"), UMK_END};

static umk_status transpose_compact_fc(umk_call *call) {
    umk_status status = UMK_OK;
    umk_translations t;
    UMK_TRY(umk_translations_take(&t, call));
    transpose_compact(umk_call_reals(call, "force_constants"), &t);
cleanup:
    return status;
}

static const umk_call_parameter transpose_compact_fc_parameters[] = {
    UMK_OUT_REALS("force_constants", "primitive supercell 3 3"), UMK_TRANSLATIONS, UMK_END};

const umk_backend_function umk_backend_fc2_functions[] = {
    UMK_ROW(distribute_fc2),
    UMK_ROW(perm_trans_symmetrize_fc),
    UMK_ROW(perm_trans_symmetrize_compact_fc),
    UMK_ROW(transpose_compact_fc),
    {NULL, NULL, NULL},
};
