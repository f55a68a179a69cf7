/*
 * Fourth-order force constants: from differences of third-order ones, distribution by symmetry, permutation symmetry of
 * the compact layout (n_p, n_s, n_s, n_s, 3, 3, 3, 3), Fourier transform, and contraction with the eigenvectors of two
 * modes.
 */
#include "backend/translations.h"
#include "linalg/complex.h"
#include "linalg/matrix3.h"
#include <string.h>

enum { block = 81, n_orders = 24 };

/* out[a b ..] = sum R_al R_bm .. in[l m ..] for a tensor of 3 or 4 indices. */
static void rotate_tensor(int rank, double *out, const double rotation[9], const double *in) {
    double from[block], to[block];
    int size = rank == 4 ? 81 : 27;
    memcpy(from, in, (size_t)size * sizeof *in);
    for (int axis = 0, stride = size / 3; axis < rank; axis++, stride /= 3) {
        for (int i = 0; i < size; i++) {
            const double *line = from + i - i / stride % 3 * stride, *row = rotation + i / stride % 3 * 3;
            to[i] = row[0] * line[0] + row[1] * line[stride] + row[2] * line[2 * stride];
        }
        memcpy(from, to, (size_t)size * sizeof *in);
    }
    memcpy(out, from, (size_t)size * sizeof *in);
}

/* ---- distribution -----------------------------------------------------------------------------------------------*/

static umk_status distribute_plane(void *argument, int64_t j, int worker) {
    (void)worker;
    const umk_call *call = argument;
    int64_t n_s = umk_call_size(call, "fc4", 1), plane = n_s * n_s * block, row = n_s * plane;
    const int64_t *map = umk_call_integers(call, "atom_mapping");
    double *to = umk_call_reals(call, "fc4") + umk_call_integer(call, "target") * row + j * plane;
    const double *from = umk_call_reals(call, "fc4") + umk_call_integer(call, "source") * row + map[j] * plane;
    for (int64_t kl = 0; kl < n_s * n_s; kl++) {
        int64_t source = map[kl / n_s] * n_s + map[kl % n_s];
        rotate_tensor(4, to + block * kl, umk_call_reals(call, "rot_cart_inv"), from + block * source);
    }
    return UMK_OK;
}

static umk_status distribute_fc4(umk_call *call) {
    umk_status status = UMK_OK;
    UMK_TRY(umk_call_check_range(call, "target", umk_call_size(call, "fc4", 0)));
    UMK_TRY(umk_call_check_range(call, "source", umk_call_size(call, "fc4", 0)));
    UMK_TRY(umk_call_check_range(call, "atom_mapping", umk_call_size(call, "fc4", 1)));
    if (umk_call_integer(call, "target") == umk_call_integer(call, "source")) {
        return umk_call_fail(call, "target", "it is the source");
    }
    UMK_TRY(umk_parallel_for(call->context, umk_call_size(call, "fc4", 1), distribute_plane, call));
cleanup:
    return status;
}

static const umk_call_parameter distribute_fc4_parameters[] = {
    UMK_OUT_REALS("fc4", "row supercell supercell supercell 3 3 3 3"),
    UMK_INTEGER("target"),
    UMK_INTEGER("source"),
    UMK_INTEGERS("atom_mapping", "supercell"),
    UMK_SMALL_REALS("rot_cart_inv", "3 3"),
    UMK_END};

/* One row of pairs: fc4[i, j] = sum_n U+[:, n] (S S S dfc3[map i, map j, map k]), n over displacements and symmetries.
 */
static umk_status rotate_pair(void *argument, int64_t pair, int worker) {
    (void)worker;
    const umk_call *call = argument;
    int64_t n_s = umk_call_size(call, "fc4", 0), n_symmetries = umk_call_size(call, "site_sym_cart", 0);
    int64_t n = umk_call_size(call, "inv_u", 1);
    const double *inverse = umk_call_reals(call, "inv_u");
    for (int64_t k = 0; k < n_s; k++) {
        double *out = umk_call_reals(call, "fc4") + (pair * n_s + k) * block, rotated[27];
        memset(out, 0, block * sizeof *out);
        for (int64_t row = 0; row < n; row++) {
            int64_t symmetry = row % n_symmetries;
            const int64_t *map = umk_call_integers(call, "rot_map_syms") + symmetry * n_s;
            int64_t place = ((row / n_symmetries * n_s + map[pair / n_s]) * n_s + map[pair % n_s]) * n_s + map[k];
            rotate_tensor(3, rotated, umk_call_reals(call, "site_sym_cart") + 9 * symmetry,
                          umk_call_reals(call, "delta_fc3s") + 27 * place);
            for (int m = 0; m < block; m++) out[m] += inverse[m / 27 * n + row] * rotated[m % 27];
        }
    }
    return UMK_OK;
}

static umk_status rotate_delta_fc3s(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t n_s = umk_call_size(call, "fc4", 0);
    int64_t n = umk_call_size(call, "delta_fc3s", 0) * umk_call_size(call, "site_sym_cart", 0);
    UMK_TRY(umk_call_check_range(call, "rot_map_syms", n_s));
    UMK_TRY(umk_call_check_shape(call, "inv_u", 2, (const int64_t[]){3, n}));
    UMK_TRY(umk_parallel_for(call->context, n_s * n_s, rotate_pair, call));
cleanup:
    return status;
}

static const umk_call_parameter rotate_delta_fc3s_parameters[] = {
    UMK_OUT_REALS("fc4", "supercell supercell supercell 3 3 3 3"),
    UMK_REALS("delta_fc3s", "displacement supercell supercell supercell 3 3 3"),
    UMK_REALS("inv_u", "3 *"),
    UMK_REALS("site_sym_cart", "symmetry 3 3"),
    UMK_INTEGERS("rot_map_syms", "symmetry supercell"),
    UMK_END};

/* ---- permutation symmetry ---------------------------------------------------------------------------------------*/

typedef struct compact_task {
    const umk_translations *translations;
    double *fc4, *out;
    int orders[n_orders][4];
    int element[n_orders][block]; /* of a block with its Cartesian indices in that order */
} compact_task;

/* Orders of four indices, and where they take the elements of a block. */
static void list_orders(compact_task *task) {
    int n = 0;
    for (int code = 0; code < 256; code++) {
        const int order[4] = {code / 64, code / 16 % 4, code / 4 % 4, code % 4};
        if ((1 << order[0] | 1 << order[1] | 1 << order[2] | 1 << order[3]) != 15) continue;
        memcpy(task->orders[n], order, sizeof order);
        for (int m = 0; m < block; m++) {
            const int index[4] = {m / 27, m / 9 % 3, m / 3 % 3, m % 3};
            task->element[n][m] = 27 * index[order[0]] + 9 * index[order[1]] + 3 * index[order[2]] + index[order[3]];
        }
        n++;
    }
}

static const double *block_of(const umk_translations *t, const double *fc4, const int64_t atoms[4]) {
    int64_t place = t->s2pp_map[atoms[0]];
    for (int leg = 1; leg < 4; leg++) place = place * t->n_s + umk_translate(t, atoms[0], atoms[leg]);
    return fc4 + place * block;
}

static umk_status average_pair(void *argument, int64_t index, int worker) {
    (void)worker;
    const compact_task *task = argument;
    const umk_translations *t = task->translations;
    int64_t n_s = t->n_s;
    for (int64_t kl = 0; kl < n_s * n_s; kl++) {
        const int64_t atoms[4] = {t->p2s_map[index / n_s], index % n_s, kl / n_s, kl % n_s};
        double *out = task->out + (index * n_s * n_s + kl) * block;
        for (int o = 0; o < n_orders; o++) {
            const int *order = task->orders[o];
            const int64_t permuted[4] = {atoms[order[0]], atoms[order[1]], atoms[order[2]], atoms[order[3]]};
            const double *from = block_of(t, task->fc4, permuted);
            for (int m = 0; m < block; m++) out[m] += from[task->element[o][m]] / n_orders;
        }
    }
    return UMK_OK;
}

static umk_status permutation_symmetry_compact_fc4(umk_call *call) {
    umk_status status = UMK_OK;
    umk_translations t;
    int64_t length = umk_call_length(call, "fc4");
    compact_task task = {.translations = &t, .fc4 = umk_call_reals(call, "fc4")};
    UMK_TRY(umk_translations_take(&t, call));
    UMK_ALLOCATE(call->context, task.out, length);
    list_orders(&task);
    UMK_TRY(umk_parallel_for(call->context, t.n_p * t.n_s, average_pair, &task));
    memcpy(task.fc4, task.out, (size_t)length * sizeof *task.out);
cleanup:
    umk_release(task.out);
    return status;
}

static const umk_call_parameter permutation_symmetry_compact_fc4_parameters[] = {
    UMK_OUT_REALS("fc4", "primitive supercell supercell supercell 3 3 3 3"), UMK_TRANSLATIONS, UMK_END};

/* Exchanges two blocks, or one with itself, with their first two Cartesian indices transposed. */
static void exchange_blocks(double *a, double *b) {
    double copy[2][block];
    memcpy(copy[0], a, sizeof copy[0]);
    memcpy(copy[1], b, sizeof copy[1]);
    for (int m = 0; m < block; m++) {
        int from = m / 9 % 3 * 27 + m / 27 * 9 + m % 9;
        a[m] = copy[1][from];
        b[m] = copy[0][from];
    }
}

/* Atoms 1 and 2 of the pair (i, j), for all others; the rule for self-partnered pairs is that of fc2.c. */
static umk_status transpose_pair(void *argument, int64_t index, int worker) {
    (void)worker;
    const compact_task *task = argument;
    const umk_translations *t = task->translations;
    int64_t n_s = t->n_s, j = index % n_s, i = t->p2s_map[index / n_s];
    int64_t partner = t->s2pp_map[j] * n_s + umk_translate(t, j, i);
    if (partner < index || (partner == index && j != i)) return UMK_OK;
    for (int64_t kl = 0; kl < n_s * n_s; kl++) {
        int64_t moved = umk_translate(t, j, kl / n_s) * n_s + umk_translate(t, j, kl % n_s);
        exchange_blocks(task->fc4 + (index * n_s * n_s + kl) * block,
                        task->fc4 + (partner * n_s * n_s + moved) * block);
    }
    return UMK_OK;
}

static umk_status transpose_compact_fc4(umk_call *call) {
    umk_status status = UMK_OK;
    umk_translations t;
    compact_task task = {.translations = &t, .fc4 = umk_call_reals(call, "fc4")};
    if (umk_call_integer(call, "t_type") != 0) return umk_call_fail(call, "t_type", "only 0 is known");
    UMK_TRY(umk_translations_take(&t, call));
    UMK_TRY(umk_parallel_for(call->context, t.n_p * t.n_s, transpose_pair, &task));
cleanup:
    return status;
}

static const umk_call_parameter transpose_compact_fc4_parameters[] = {
    UMK_OUT_REALS("fc4", "primitive supercell supercell supercell 3 3 3 3"),
    UMK_TRANSLATIONS,
    {"t_type", UMK_CALL_INTEGER, NULL, UMK_CALL_OPTIONAL},
    UMK_END};

/* ---- Fourier transform ------------------------------------------------------------------------------------------*/

typedef struct transform_task {
    const umk_call *call;
    int64_t n_p, n_s;
    int64_t *kinds;
    double complex *phases[3]; /* (n_s, n_p) of q1, q2, q3: mean over the images */
} transform_task;

static umk_status transform_atom(void *argument, int64_t i, int worker) {
    (void)worker;
    const transform_task *task = argument;
    const umk_call *call = task->call;
    int64_t n_p = task->n_p, n_s = task->n_s;
    int64_t row = umk_call_flag(call, "is_compact_fc") ? i : umk_call_integers(call, "p2s_map")[i];
    double complex *out = umk_call_complexes(call, "fc4_reciprocal") + i * n_p * n_p * n_p * block;
    for (int64_t jkl = 0; jkl < n_s * n_s * n_s; jkl++) {
        int64_t j = jkl / (n_s * n_s), k = jkl / n_s % n_s, l = jkl % n_s;
        const double *from = umk_call_reals(call, "fc4") + (row * n_s * n_s * n_s + jkl) * block;
        double complex *to = out + ((task->kinds[j] * n_p + task->kinds[k]) * n_p + task->kinds[l]) * block;
        double complex phase = umk_times(task->phases[0][j * n_p + i], task->phases[1][k * n_p + i]);
        phase = umk_times(phase, task->phases[2][l * n_p + i]);
        for (int m = 0; m < block; m++) to[m] += from[m] * phase;
    }
    return UMK_OK;
}

static void fill_phases(const transform_task *task) {
    const double *q = umk_call_reals(task->call, "q_vecs"), *svecs = umk_call_reals(task->call, "svecs");
    const int64_t *images = umk_call_integers(task->call, "multiplicity");
    for (int leg = 0; leg < 3; leg++) {
        for (int64_t pair = 0; pair < task->n_s * task->n_p; pair++) {
            double complex sum = 0;
            for (int64_t s = images[2 * pair + 1]; s < images[2 * pair + 1] + images[2 * pair]; s++) {
                sum += umk_turn(umk_dot3(q + 3 * (leg + 1), svecs + 3 * s));
            }
            task->phases[leg][pair] = sum / (double)images[2 * pair];
        }
    }
}

static umk_status real_to_reciprocal_fc4(umk_call *call) {
    umk_status status = UMK_OK;
    transform_task task = {
        .call = call, .n_p = umk_call_size(call, "multiplicity", 1), .n_s = umk_call_size(call, "multiplicity", 0)};
    int64_t n_rows = umk_call_flag(call, "is_compact_fc") ? task.n_p : task.n_s, n_s = task.n_s;
    UMK_TRY(umk_call_check_shape(call, "fc4", 8, (const int64_t[]){n_rows, n_s, n_s, n_s, 3, 3, 3, 3}));
    UMK_TRY(umk_call_check_images(call, "multiplicity"));
    UMK_ALLOCATE(call->context, task.kinds, n_s);
    UMK_TRY(umk_call_kinds(call, task.kinds));
    for (int leg = 0; leg < 3; leg++) UMK_ALLOCATE(call->context, task.phases[leg], n_s * task.n_p);
    fill_phases(&task);
    memset(umk_call_complexes(call, "fc4_reciprocal"), 0,
           (size_t)umk_call_length(call, "fc4_reciprocal") * sizeof(double complex));
    UMK_TRY(umk_parallel_for(call->context, task.n_p, transform_atom, &task));
cleanup:
    umk_release(task.kinds);
    for (int leg = 0; leg < 3; leg++) umk_release(task.phases[leg]);
    return status;
}

static const umk_call_parameter real_to_reciprocal_fc4_parameters[] = {
    UMK_OUT_COMPLEXES("fc4_reciprocal", "primitive primitive primitive primitive 3 3 3 3"),
    UMK_SMALL_REALS("q_vecs", "4 3"),
    UMK_REALS("fc4", "row supercell supercell supercell 3 3 3 3"),
    UMK_BOOL("is_compact_fc"),
    UMK_REALS("svecs", "* 3"),
    UMK_INTEGERS("multiplicity", "supercell primitive 2"),
    UMK_INTEGERS("p2s_map", "primitive"),
    UMK_INTEGERS("s2p_map", "supercell"),
    UMK_END};

/* ---- contraction ------------------------------------------------------------------------------------------------*/

/* sum e1* e1 e2 e2* Phi / (m m m m)^(1/2) for band b at q2. */
static double complex contract(const umk_call *call, int64_t b) {
    const double complex *e1 = umk_call_complexes(call, "e1"), *e2 = umk_call_complexes(call, "e2");
    const double complex *phi = umk_call_complexes(call, "fc4_reciprocal");
    const double *w = umk_call_reals(call, "inv_sqrt_masses");
    int64_t n = umk_call_size(call, "e1", 0), n_p = n / 3;
    double complex sum = 0;
    for (int64_t atoms = 0; atoms < n_p * n_p * n_p * n_p; atoms++) {
        int64_t i = atoms / (n_p * n_p * n_p), j = atoms / (n_p * n_p) % n_p, k = atoms / n_p % n_p, l = atoms % n_p;
        double complex part = 0;
        for (int m = 0; m < block; m++) {
            double complex first = umk_times(conj(e1[3 * i + m / 27]), e1[3 * j + m / 9 % 3]);
            double complex second = umk_times(e2[(3 * k + m / 3 % 3) * n + b], conj(e2[(3 * l + m % 3) * n + b]));
            part += umk_times(umk_times(first, second), phi[atoms * block + m]);
        }
        sum += part * (w[i] * w[j] * w[k] * w[l]);
    }
    return sum;
}

static umk_status reciprocal_to_normal_fc4(umk_call *call) {
    umk_status status = UMK_OK;
    double f1 = umk_call_real(call, "f1"), cutoff = umk_call_real(call, "cutoff_frequency");
    const double *f2 = umk_call_reals(call, "f2");
    UMK_TRY(umk_call_check_bands(call, "e1", 0, umk_call_size(call, "inv_sqrt_masses", 0)));
    for (int64_t b = 0; b < umk_call_size(call, "e1", 0); b++) {
        bool counts = f1 > cutoff && f2[b] > cutoff;
        umk_call_complexes(call, "fc4_normal")[b] = counts ? contract(call, b) / (f1 * f2[b]) : 0;
    }
cleanup:
    return status;
}

static const umk_call_parameter reciprocal_to_normal_fc4_parameters[] = {
    UMK_OUT_COMPLEXES("fc4_normal", "band"),
    UMK_COMPLEXES("fc4_reciprocal", "primitive primitive primitive primitive 3 3 3 3"),
    UMK_COMPLEXES("e1", "band"),
    UMK_COMPLEXES("e2", "band band"),
    UMK_REAL("f1"),
    UMK_REALS("f2", "band"),
    UMK_REALS("inv_sqrt_masses", "primitive"),
    UMK_REAL("cutoff_frequency"),
    UMK_END};

const umk_backend_function umk_backend_fc4_functions[] = {
    UMK_ROW(distribute_fc4),
    UMK_ROW(rotate_delta_fc3s),
    UMK_ROW(permutation_symmetry_compact_fc4),
    UMK_ROW(transpose_compact_fc4),
    UMK_ROW(real_to_reciprocal_fc4),
    UMK_ROW(reciprocal_to_normal_fc4),
    {NULL, NULL, NULL},
};
