/*
 * Derivative of the dynamical matrix with respect to the Cartesian q (without 2 pi), and force constants from dynamical
 * matrices at the q-points commensurate with the supercell.
 *
 *   dD_{ia,jb}/dq_c = 1/sqrt(m_i m_j) sum_k 1/n_ik sum_s exp(2 pi i q.s) [ 2 pi i s_c (Phi + C) + dC/dq_c ],
 *   Phi_{ia,kb} = sqrt(m_i m_j) / N sum_q D_{ia,jb}(q) 1/n_ik sum_s exp(-2 pi i q.s).
 */
#include "backend/lattice.h"
#include "linalg/matrix3.h"
#include <string.h>

/* ---- derivative -------------------------------------------------------------------------------------------------*/

typedef struct derivative_task {
    umk_lattice lattice;
    double vectors[3][3]; /* lattice vectors in columns, angstrom */
    double q[3];
    const double (*charges)[9];   /* (n_p n_p) Wang's term, or NULL */
    const double (*slopes)[3][9]; /* (n_p n_p) its derivatives */
} derivative_task;

/* Images of one pair: sum of the phases, and of the phases times 2 pi i s_c. */
static void sum_images(const derivative_task *task, const int64_t images[2], double complex sums[4]) {
    for (int c = 0; c < 4; c++) sums[c] = 0;
    for (int64_t s = images[1]; s < images[1] + images[0]; s++) {
        double cartesian[3];
        double complex phase = umk_turn(umk_dot3(task->q, task->lattice.svecs[s]));
        umk_apply3(cartesian, task->vectors, task->lattice.svecs[s]);
        sums[3] += phase;
        for (int c = 0; c < 3; c++) sums[c] += umk_times(umk_complex(0, 2 * UMK_PI * cartesian[c]), phase);
    }
}

static void add_pair(const derivative_task *task, int64_t i, int64_t k, double complex *derivative) {
    const umk_lattice *lattice = &task->lattice;
    int64_t n_p = lattice->n_p, n = 3 * n_p, j = lattice->kinds[k], pair = i * n_p + j;
    const int64_t *images = lattice->multi[k * n_p + i];
    const double *block = lattice->constants + (lattice->rows[i] * lattice->n_s + k) * 9;
    double complex sums[4];
    double scale = 1 / ((double)images[0] * sqrt(lattice->masses[i] * lattice->masses[j]));
    sum_images(task, images, sums);
    for (int c = 0; c < 3; c++) {
        for (int m = 0; m < 9; m++) {
            double complex term = (task->charges == NULL ? block[m] : block[m] + task->charges[pair][m]) * sums[c];
            if (task->slopes != NULL) term += task->slopes[pair][c][m] * sums[3];
            derivative[(c * n + 3 * i + m / 3) * n + 3 * j + m % 3] += scale * term;
        }
    }
}

/* phonopy's rule: in the matrix of direction c the leading block (c, c) is left as it is. */
static void make_hermitian(int64_t n, double complex *derivative) {
    for (int64_t c = 0; c < 3; c++) {
        double complex *matrix = derivative + c * n * n;
        for (int64_t i = c; i < n; i++) {
            for (int64_t j = 0; j <= i; j++) {
                double complex mean = (matrix[i * n + j] + conj(matrix[j * n + i])) / 2;
                matrix[i * n + j] = mean;
                matrix[j * n + i] = conj(mean);
            }
        }
    }
}

static umk_status wang_pairs(const umk_call *call, int64_t n_p, int64_t n_s, double (**charges)[9],
                             double (**slopes)[3][9]) {
    umk_status status = UMK_OK;
    umk_wang wang = {.n_primitive = n_p, .factor = umk_call_real(call, "nac_factor") / ((double)n_s / (double)n_p)};
    double reciprocal[3][3], cartesian[3];
    if (!umk_call_given(call, "dielectric")) return umk_call_fail(call, "dielectric", "needed with born");
    memcpy(wang.dielectric, umk_call_reals(call, "dielectric"), sizeof wang.dielectric);
    memcpy(reciprocal, umk_call_reals(call, "reclat"), sizeof reciprocal);
    umk_apply3(cartesian, (const double(*)[3])reciprocal,
               umk_call_reals(call, umk_call_given(call, "q_direction") ? "q_direction" : "q"));
    UMK_ALLOCATE(call->context, *charges, n_p * n_p);
    UMK_ALLOCATE(call->context, *slopes, n_p * n_p);
    UMK_ALLOCATE(call->context, wang.inverse_root_masses, n_p);
    for (int64_t i = 0; i < n_p; i++) wang.inverse_root_masses[i] = 1;
    wang.charges = (double(*)[3][3])umk_call_reals(call, "born");
    umk_wang_pairs(&wang, cartesian, *charges, *slopes);
cleanup:
    umk_release(wang.inverse_root_masses);
    return status;
}

static umk_status derivative_dynmat_at_q(umk_call *call) {
    umk_status status = UMK_OK;
    double(*charges)[9] = NULL, (*slopes)[3][9] = NULL;
    double complex *derivative = umk_call_complexes(call, "ddm");
    derivative_task task = {.lattice = {.n_p = 0}};
    umk_lattice *lattice = &task.lattice;
    UMK_TRY(umk_lattice_create(lattice, call, "s2p_map", "fc_row_map", umk_call_integers(call, "fc_row_map")));
    UMK_TRY(umk_call_check_bands(call, "ddm", 1, lattice->n_p));
    memcpy(task.vectors, umk_call_reals(call, "lattice"), sizeof task.vectors);
    memcpy(task.q, umk_call_reals(call, "q"), sizeof task.q);
    if (umk_call_given(call, "born")) UMK_TRY(wang_pairs(call, lattice->n_p, lattice->n_s, &charges, &slopes));
    task.charges = (const double(*)[9])charges;
    task.slopes = (const double(*)[3][9])slopes;
    for (int64_t i = 0; i < lattice->n_p; i++) {
        for (int64_t k = 0; k < lattice->n_s; k++) add_pair(&task, i, k, derivative);
    }
    make_hermitian(3 * lattice->n_p, derivative);
cleanup:
    umk_release(charges);
    umk_release(slopes);
    umk_lattice_clear(lattice);
    return status;
}

static const umk_call_parameter derivative_dynmat_at_q_parameters[] = {
    UMK_OUT_COMPLEXES("ddm", "3 band band"),
    UMK_REALS("fc", "* supercell 3 3"),
    UMK_REALS("q", "3"),
    UMK_REALS("lattice", "3 3"),
    UMK_REALS("reclat", "3 3"),
    UMK_REALS("svecs", "* 3"),
    UMK_INTEGERS("multi", "supercell primitive 2"),
    UMK_REALS("mass", "primitive"),
    UMK_INTEGERS("s2p_map", "supercell"),
    UMK_INTEGERS("fc_row_map", "primitive"),
    UMK_MAYBE_REALS("born", "primitive 3 3"),
    UMK_MAYBE_REALS("dielectric", "3 3"),
    UMK_MAYBE_REALS("q_direction", "3"),
    {"nac_factor", UMK_CALL_REAL, NULL, UMK_CALL_OPTIONAL},
    UMK_END};

/* ---- force constants --------------------------------------------------------------------------------------------*/

typedef struct inverse_task {
    const umk_call *call;
    int64_t n_p, n_s, n_q;
} inverse_task;

/* One block of force constants. */
static umk_status invert_block(void *argument, int64_t index, int worker) {
    (void)worker;
    const inverse_task *task = argument;
    const umk_call *call = task->call;
    int64_t i = index / task->n_s, k = index % task->n_s, n = 3 * task->n_p;
    int64_t j = umk_call_integers(call, "s2pp_map")[k], row = umk_call_integers(call, "fc_index_map")[i];
    const int64_t *images = umk_call_integers(call, "multi") + (k * task->n_p + i) * 2;
    const double *svecs = umk_call_reals(call, "svecs"), *points = umk_call_reals(call, "comm_points");
    const double *masses = umk_call_reals(call, "masses");
    double block[9] = {0};
    for (int64_t q = 0; q < task->n_q; q++) {
        const double complex *matrix = umk_call_complexes(call, "dm") + q * n * n;
        double complex phase = 0;
        for (int64_t s = images[1]; s < images[1] + images[0]; s++)
            phase += conj(umk_turn(umk_dot3(points + 3 * q, svecs + 3 * s)));
        phase /= (double)images[0];
        for (int m = 0; m < 9; m++) block[m] += creal(umk_times(matrix[(3 * i + m / 3) * n + 3 * j + m % 3], phase));
    }
    double scale = sqrt(masses[i] * masses[j]) / (double)task->n_q;
    for (int m = 0; m < 9; m++) umk_call_reals(call, "fc")[(row * task->n_s + k) * 9 + m] = scale * block[m];
    return UMK_OK;
}

static umk_status transform_dynmat_to_fc(umk_call *call) {
    umk_status status = UMK_OK;
    inverse_task task = {.call = call,
                         .n_p = umk_call_size(call, "multi", 1),
                         .n_s = umk_call_size(call, "multi", 0),
                         .n_q = umk_call_size(call, "comm_points", 0)};
    const int64_t *rows = umk_call_integers(call, "fc_index_map");
    UMK_TRY(umk_call_check_bands(call, "dm", 1, task.n_p));
    UMK_TRY(umk_call_check_images(call, "multi"));
    UMK_TRY(umk_call_check_range(call, "s2pp_map", task.n_p));
    UMK_TRY(umk_call_check_range(call, "fc_index_map", umk_call_size(call, "fc", 0)));
    for (int64_t i = 0; i < task.n_p; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (rows[i] == rows[j])
                return umk_call_fail(call, "fc_index_map", "%lld is there twice", (long long)rows[i]);
        }
    }
    memset(umk_call_reals(call, "fc"), 0, (size_t)umk_call_length(call, "fc") * sizeof(double));
    UMK_TRY(umk_parallel_for(call->context, task.n_p * task.n_s, invert_block, &task));
cleanup:
    return status;
}

static const umk_call_parameter transform_dynmat_to_fc_parameters[] = {UMK_OUT_REALS("fc", "* supercell 3 3"),
                                                                       UMK_COMPLEXES("dm", "point band band"),
                                                                       UMK_REALS("comm_points", "point 3"),
                                                                       UMK_REALS("svecs", "* 3"),
                                                                       UMK_INTEGERS("multi", "supercell primitive 2"),
                                                                       UMK_REALS("masses", "primitive"),
                                                                       UMK_INTEGERS("s2pp_map", "supercell"),
                                                                       UMK_INTEGERS("fc_index_map", "primitive"),
                                                                       UMK_END};

const umk_backend_function umk_backend_derivative_functions[] = {
    UMK_ROW(derivative_dynmat_at_q), UMK_ROW(transform_dynmat_to_fc), {NULL, NULL, NULL}};
