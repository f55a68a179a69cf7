/*
 * Third-order force constants: from differences of second-order ones, distribution by symmetry, permutation symmetry,
 * in the full layout (n_s, n_s, n_s, 3, 3, 3) and the compact one (n_p, n_s, n_s, 3, 3, 3).
 *
 * As for second order, phono3py's compact transposition of atoms 1 and 2 (or 1 and 3) leaves blocks as they are where a
 * translation exchanges the two atoms.
 */
#include "backend/translations.h"
#include <string.h>

/* out[a b c] = sum R_al R_bm R_cn in[l m n] */
static void rotate_tensor(double out[27], const double rotation[9], const double in[27]) {
    double half[27], most[27];
    for (int i = 0; i < 27; i++) {
        int a = i / 9, rest = i % 9;
        half[i] = rotation[3 * a] * in[rest] + rotation[3 * a + 1] * in[9 + rest] + rotation[3 * a + 2] * in[18 + rest];
    }
    for (int i = 0; i < 27; i++) {
        int b = i / 3 % 3, from = i / 9 * 9 + i % 3;
        most[i] =
            rotation[3 * b] * half[from] + rotation[3 * b + 1] * half[from + 3] + rotation[3 * b + 2] * half[from + 6];
    }
    for (int i = 0; i < 27; i++) {
        int c = i % 3, from = i / 3 * 3;
        out[i] =
            rotation[3 * c] * most[from] + rotation[3 * c + 1] * most[from + 1] + rotation[3 * c + 2] * most[from + 2];
    }
}

/* ---- distribution -----------------------------------------------------------------------------------------------*/

static umk_status distribute_plane(void *argument, int64_t j, int worker) {
    (void)worker;
    const umk_call *call = argument;
    int64_t n_s = umk_call_size(call, "fc3", 1), size = n_s * n_s * 27;
    const int64_t *map = umk_call_integers(call, "atom_mapping");
    double *to = umk_call_reals(call, "fc3") + umk_call_integer(call, "target") * size + j * n_s * 27;
    const double *from = umk_call_reals(call, "fc3") + umk_call_integer(call, "source") * size + map[j] * n_s * 27;
    for (int64_t k = 0; k < n_s; k++) {
        rotate_tensor(to + 27 * k, umk_call_reals(call, "rot_cart_inv"), from + 27 * map[k]);
    }
    return UMK_OK;
}

static umk_status distribute_fc3(umk_call *call) {
    umk_status status = UMK_OK;
    UMK_TRY(umk_call_check_range(call, "target", umk_call_size(call, "fc3", 0)));
    UMK_TRY(umk_call_check_range(call, "source", umk_call_size(call, "fc3", 0)));
    UMK_TRY(umk_call_check_range(call, "atom_mapping", umk_call_size(call, "fc3", 1)));
    if (umk_call_integer(call, "target") == umk_call_integer(call, "source")) {
        return umk_call_fail(call, "target", "it is the source");
    }
    UMK_TRY(umk_parallel_for(call->context, umk_call_size(call, "fc3", 1), distribute_plane, call));
cleanup:
    return status;
}

static const umk_call_parameter distribute_fc3_parameters[] = {UMK_OUT_REALS("fc3", "row supercell supercell 3 3 3"),
                                                               UMK_INTEGER("target"),
                                                               UMK_INTEGER("source"),
                                                               UMK_INTEGERS("atom_mapping", "supercell"),
                                                               UMK_SMALL_REALS("rot_cart_inv", "3 3"),
                                                               UMK_END};

/* One row: fc3[i, j] = sum_n U+[:, n] (S dfc2[map i, map j] S^T), n over displacements and site symmetries. */
static umk_status rotate_row(void *argument, int64_t i, int worker) {
    (void)worker;
    const umk_call *call = argument;
    int64_t n_s = umk_call_size(call, "fc3", 0), n_symmetries = umk_call_size(call, "site_sym_cart", 0);
    int64_t n = umk_call_size(call, "inv_u", 1);
    const double *inverse = umk_call_reals(call, "inv_u"), *differences = umk_call_reals(call, "delta_fc2s");
    const int64_t *maps = umk_call_integers(call, "rot_map_syms");
    for (int64_t j = 0; j < n_s; j++) {
        double *out = umk_call_reals(call, "fc3") + (i * n_s + j) * 27;
        memset(out, 0, 27 * sizeof *out);
        for (int64_t row = 0; row < n; row++) {
            int64_t symmetry = row % n_symmetries;
            const int64_t *map = maps + symmetry * n_s;
            const double *s = umk_call_reals(call, "site_sym_cart") + 9 * symmetry;
            const double *block = differences + ((row / n_symmetries * n_s + map[i]) * n_s + map[j]) * 9;
            for (int m = 0; m < 9; m++) {
                int b = m / 3, c = m % 3;
                double value = 0;
                for (int e = 0; e < 9; e++) value += s[3 * b + e / 3] * block[e] * s[3 * c + e % 3];
                for (int a = 0; a < 3; a++) out[9 * a + m] += inverse[a * n + row] * value;
            }
        }
    }
    return UMK_OK;
}

static umk_status rotate_delta_fc2s(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t n = umk_call_size(call, "delta_fc2s", 0) * umk_call_size(call, "site_sym_cart", 0);
    UMK_TRY(umk_call_check_range(call, "rot_map_syms", umk_call_size(call, "fc3", 0)));
    UMK_TRY(umk_call_check_shape(call, "inv_u", 2, (const int64_t[]){3, n}));
    UMK_TRY(umk_parallel_for(call->context, umk_call_size(call, "fc3", 0), rotate_row, call));
cleanup:
    return status;
}

static const umk_call_parameter rotate_delta_fc2s_parameters[] = {
    UMK_OUT_REALS("fc3", "supercell supercell 3 3 3"),
    UMK_REALS("delta_fc2s", "displacement supercell supercell 3 3"),
    UMK_REALS("inv_u", "3 *"),
    UMK_REALS("site_sym_cart", "symmetry 3 3"),
    UMK_INTEGERS("rot_map_syms", "symmetry supercell"),
    UMK_END};

/* ---- permutation symmetry ---------------------------------------------------------------------------------------*/

/* Orders of three indices; order[p] tells which of the three stands at place p. */
static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* Element of a block with the Cartesian indices of m = 9 a + 3 b + c in another order. */
static int permuted_element(int m, const int order[3]) {
    const int index[3] = {m / 9, m / 3 % 3, m % 3};
    return 9 * index[order[0]] + 3 * index[order[1]] + index[order[2]];
}

/* All triples of atoms of which i is the smallest. */
static umk_status symmetrize_row(void *argument, int64_t i, int worker) {
    (void)worker;
    const umk_call *call = argument;
    int64_t n = umk_call_size(call, "fc3", 0);
    double *fc3 = umk_call_reals(call, "fc3");
    for (int64_t j = i; j < n; j++) {
        for (int64_t k = j; k < n; k++) {
            const int64_t atoms[3] = {i, j, k};
            double *blocks[6], mean[27] = {0};
            for (int o = 0; o < 6; o++) {
                blocks[o] = fc3 + ((atoms[orders[o][0]] * n + atoms[orders[o][1]]) * n + atoms[orders[o][2]]) * 27;
                for (int m = 0; m < 27; m++) mean[m] += blocks[o][permuted_element(m, orders[o])];
            }
            for (int o = 0; o < 6; o++) {
                for (int m = 0; m < 27; m++) blocks[o][permuted_element(m, orders[o])] = mean[m] / 6;
            }
        }
    }
    return UMK_OK;
}

static umk_status permutation_symmetry_fc3(umk_call *call) {
    return umk_parallel_for(call->context, umk_call_size(call, "fc3", 0), symmetrize_row, call);
}

static const umk_call_parameter permutation_symmetry_fc3_parameters[] = {
    UMK_OUT_REALS("fc3", "supercell supercell supercell 3 3 3"), UMK_END};

typedef struct compact_task {
    const umk_translations *translations;
    double *fc3, *out;
    int type;
} compact_task;

/* The block of three supercell atoms in the compact layout. */
static double *block_of(const umk_translations *t, double *fc3, const int64_t atoms[3]) {
    int64_t row = t->s2pp_map[atoms[0]], j = umk_translate(t, atoms[0], atoms[1]),
            k = umk_translate(t, atoms[0], atoms[2]);
    return fc3 + ((row * t->n_s + j) * t->n_s + k) * 27;
}

static umk_status average_compact(void *argument, int64_t index, int worker) {
    (void)worker;
    const compact_task *task = argument;
    const umk_translations *t = task->translations;
    int64_t n_s = t->n_s;
    for (int64_t k = 0; k < n_s; k++) {
        const int64_t atoms[3] = {t->p2s_map[index / n_s], index % n_s, k};
        double *out = task->out + (index * n_s + k) * 27;
        for (int o = 0; o < 6; o++) {
            const int64_t permuted[3] = {atoms[orders[o][0]], atoms[orders[o][1]], atoms[orders[o][2]]};
            const double *block = block_of(t, task->fc3, permuted);
            for (int m = 0; m < 27; m++) out[m] += block[permuted_element(m, orders[o])] / 6;
        }
    }
    return UMK_OK;
}

static umk_status permutation_symmetry_compact_fc3(umk_call *call) {
    umk_status status = UMK_OK;
    umk_translations t;
    int64_t length = umk_call_length(call, "fc3");
    compact_task task = {.translations = &t, .fc3 = umk_call_reals(call, "fc3")};
    UMK_TRY(umk_translations_take(&t, call));
    UMK_ALLOCATE(call->context, task.out, length);
    UMK_TRY(umk_parallel_for(call->context, t.n_p * t.n_s, average_compact, &task));
    memcpy(task.fc3, task.out, (size_t)length * sizeof *task.out);
cleanup:
    umk_release(task.out);
    return status;
}

static const umk_call_parameter permutation_symmetry_compact_fc3_parameters[] = {
    UMK_OUT_REALS("fc3", "primitive supercell supercell 3 3 3"), UMK_TRANSLATIONS, UMK_END};

/* ---- transposition ----------------------------------------------------------------------------------------------*/

/* Exchanges two blocks, or one with itself, with two of their Cartesian indices transposed. */
static void exchange_blocks(double *a, double *b, const int order[3]) {
    double copy[27];
    memcpy(copy, a, sizeof copy);
    for (int m = 0; m < 27; m++) a[m] = b[permuted_element(m, order)];
    if (a == b) {
        for (int m = 0; m < 27; m++) a[m] = copy[permuted_element(m, order)];
        return;
    }
    for (int m = 0; m < 27; m++) b[m] = copy[permuted_element(m, order)];
}

/* Atoms 1 and 2 (type 0) or 1 and 3 (type 1): the pairs of blocks of the pair (i, j), all atoms k in the third place.
 */
static umk_status transpose_pair(void *argument, int64_t index, int worker) {
    (void)worker;
    static const int order[2][3] = {{1, 0, 2}, {2, 1, 0}};
    const compact_task *task = argument;
    const umk_translations *t = task->translations;
    int64_t n_s = t->n_s, i = index / n_s, j = index % n_s, row = t->s2pp_map[j];
    int64_t other = umk_translate(t, j, t->p2s_map[i]), partner = row * n_s + other;
    if (partner < index || (partner == index && j != t->p2s_map[i])) return UMK_OK;
    for (int64_t k = 0; k < n_s; k++) {
        int64_t moved = umk_translate(t, j, k);
        double *a = task->fc3 + (task->type == 0 ? index * n_s + k : (i * n_s + k) * n_s + j) * 27;
        double *b = task->fc3 + (task->type == 0 ? partner * n_s + moved : (row * n_s + moved) * n_s + other) * 27;
        exchange_blocks(a, b, order[task->type]);
    }
    return UMK_OK;
}

/* Atoms 2 and 3. */
static umk_status transpose_row(void *argument, int64_t i, int worker) {
    (void)worker;
    static const int order[3] = {0, 2, 1};
    const compact_task *task = argument;
    int64_t n_s = task->translations->n_s;
    for (int64_t j = 0; j < n_s; j++) {
        for (int64_t k = 0; k <= j; k++) {
            exchange_blocks(task->fc3 + ((i * n_s + j) * n_s + k) * 27, task->fc3 + ((i * n_s + k) * n_s + j) * 27,
                            order);
        }
    }
    return UMK_OK;
}

static umk_status transpose_compact_fc3(umk_call *call) {
    umk_status status = UMK_OK;
    umk_translations t;
    compact_task task = {.translations = &t, .fc3 = umk_call_reals(call, "fc3")};
    int64_t type = umk_call_integer(call, "t_type");
    if (type < 0 || type > 2) return umk_call_fail(call, "t_type", "%lld is not 0, 1 or 2", (long long)type);
    task.type = (int)type;
    UMK_TRY(umk_translations_take(&t, call));
    UMK_TRY(type == 2 ? umk_parallel_for(call->context, t.n_p, transpose_row, &task)
                      : umk_parallel_for(call->context, t.n_p * t.n_s, transpose_pair, &task));
cleanup:
    return status;
}

static const umk_call_parameter transpose_compact_fc3_parameters[] = {
    UMK_OUT_REALS("fc3", "primitive supercell supercell 3 3 3"), UMK_TRANSLATIONS, UMK_INTEGER("t_type"), UMK_END};

const umk_backend_function umk_backend_fc3_functions[] = {
    UMK_ROW(distribute_fc3),           UMK_ROW(rotate_delta_fc2s),
    UMK_ROW(permutation_symmetry_fc3), UMK_ROW(permutation_symmetry_compact_fc3),
    UMK_ROW(transpose_compact_fc3),    {NULL, NULL, NULL},
};
