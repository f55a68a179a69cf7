/*
 * Dynamical matrices and their eigenproblems.
 *
 *   D_{ia,jb}(q) = 1/sqrt(m_i m_j) sum_k [Phi_{ia,kb} + C_{ia,jb}(q)] 1/n_ik sum_s exp(2 pi i q.s),
 *
 * k over the supercell atoms that are translates of j, s over the n_ik shortest vectors from i to k. C is the term of
 * Wang et al. (J. Phys.: Condens. Matter 22, 202201 (2010)); the dipole-dipole sum of Gonze and Lee is added to D.
 */
#include "backend/lattice.h"
#include "linalg/hermitian.h"
#include "linalg/matrix3.h"
#include <string.h>

/* ---- lattice ----------------------------------------------------------------------------------------------------*/

/* The force constants' rows, compact or full; s2p_map may hold supercell or primitive indices. */
umk_status umk_lattice_create(umk_lattice *lattice, const umk_call *call, const char *s2p_name, const char *p2s_name,
                              const int64_t *rows) {
    umk_status status = UMK_OK;
    const int64_t *s2p = umk_call_integers(call, s2p_name), *p2s = umk_call_integers(call, p2s_name);
    *lattice = (umk_lattice){.n_p = umk_call_size(call, "multi", 1),
                             .n_s = umk_call_size(call, "multi", 0),
                             .n_rows = umk_call_size(call, "fc", 0),
                             .constants = umk_call_reals(call, "fc"),
                             .svecs = (const double(*)[3])umk_call_reals(call, "svecs"),
                             .multi = (const int64_t(*)[2])umk_call_integers(call, "multi"),
                             .masses = umk_call_reals(call, "mass")};
    if (lattice->n_rows != lattice->n_p && lattice->n_rows != lattice->n_s) {
        return umk_call_fail(call, "fc", "fc must have shape (num_patom or num_satom, num_satom, 3, 3)");
    }
    UMK_TRY(umk_call_check_images(call, "multi"));
    UMK_TRY(umk_call_check_range(call, p2s_name, lattice->n_s));
    UMK_TRY(umk_call_check_range(call, s2p_name, lattice->n_s));
    UMK_ALLOCATE(call->context, lattice->kinds, lattice->n_s);
    UMK_ALLOCATE(call->context, lattice->rows, lattice->n_p);
    for (int64_t i = 0; i < lattice->n_p; i++) {
        lattice->rows[i] = rows != NULL ? rows[i] : lattice->n_rows == lattice->n_s ? p2s[i] : i;
        if (lattice->rows[i] >= lattice->n_rows) return umk_call_fail(call, p2s_name, "it leads outside of fc");
    }
    for (int64_t k = 0; k < lattice->n_s; k++) {
        lattice->kinds[k] = -1;
        for (int64_t j = 0; j < lattice->n_p && lattice->kinds[k] < 0; j++) {
            if (p2s[j] == s2p[k]) lattice->kinds[k] = j;
        }
        if (lattice->kinds[k] < 0) return umk_call_fail(call, s2p_name, "%lld is no primitive atom", (long long)s2p[k]);
    }
cleanup:
    return status;
}

void umk_lattice_clear(umk_lattice *lattice) {
    umk_release(lattice->kinds);
    umk_release(lattice->rows);
}

void umk_charge_sum(int64_t n_p, double factor, const double q[3], const double (*born)[3][3], double (*sum)[9]) {
    for (int64_t pair = 0; pair < n_p * n_p; pair++) {
        double charge[2][3];
        const int64_t atoms[2] = {pair / n_p, pair % n_p};
        for (int side = 0; side < 2; side++) {
            for (int a = 0; a < 3; a++) {
                charge[side][a] = 0;
                for (int c = 0; c < 3; c++) charge[side][a] += q[c] * born[atoms[side]][c][a];
            }
        }
        for (int m = 0; m < 9; m++) sum[pair][m] = factor * charge[0][m / 3] * charge[1][m % 3];
    }
}

void umk_lattice_matrix(const umk_lattice *lattice, const double q[3], const double (*charge_sum)[9],
                        double complex *matrix) {
    int64_t n_p = lattice->n_p, n_s = lattice->n_s, n = 3 * n_p;
    memset(matrix, 0, (size_t)(n * n) * sizeof *matrix);
    for (int64_t i = 0; i < n_p; i++) {
        for (int64_t k = 0; k < n_s; k++) {
            const int64_t *images = lattice->multi[k * n_p + i];
            const double *block = lattice->constants + (lattice->rows[i] * n_s + k) * 9;
            int64_t j = lattice->kinds[k];
            double complex phase = 0;
            for (int64_t s = images[1]; s < images[1] + images[0]; s++)
                phase += umk_turn(umk_dot3(q, lattice->svecs[s]));
            phase /= (double)images[0] * sqrt(lattice->masses[i] * lattice->masses[j]);
            for (int m = 0; m < 9; m++) {
                double value = charge_sum == NULL ? block[m] : block[m] + charge_sum[i * n_p + j][m];
                matrix[(3 * i + m / 3) * n + 3 * j + m % 3] += value * phase;
            }
        }
    }
}

static void make_hermitian(int64_t n, double complex *matrix) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double complex mean = (matrix[i * n + j] + conj(matrix[j * n + i])) / 2;
            matrix[i * n + j] = mean;
            matrix[j * n + i] = conj(mean);
        }
    }
}

/* ---- q-points ---------------------------------------------------------------------------------------------------*/

typedef struct matrix_task {
    const umk_call *call;
    umk_lattice lattice;
    const double *q_points;                            /* (n, 3) or NULL */
    const int64_t *points, (*addresses)[3];            /* or these */
    double qd_inverse[3][3], reciprocal[3][3];         /* Cartesian q = reciprocal q */
    const double (*born)[3][3];                        /* NULL: no non-analytic term */
    double dielectric[3][3], direction[3], nac_factor; /* direction: Cartesian */
    bool is_dipole, has_direction, is_hermitian;
    umk_dipole dipole;
    double (*charge_sums)[9]; /* (threads, n_p n_p) */
    double *scratch;          /* (threads, umk_dipole_scratch) */
} matrix_task;

/* Wang's term at q, or along the direction where one is given (at any q: phonopy's rule); NULL where there is none. */
static const double (*charge_sum(const matrix_task *task, const double q[3], double (*sum)[9]))[9] {
    const umk_lattice *lattice = &task->lattice;
    double cartesian[3], screened[3];
    if (task->born == NULL || task->is_dipole) return NULL;
    umk_apply3(cartesian, task->reciprocal, q);
    if (task->has_direction) {
        memcpy(cartesian, task->direction, sizeof cartesian);
    } else if (umk_norm3(cartesian) < UMK_GAMMA_TOLERANCE) {
        return NULL;
    }
    umk_apply3(screened, task->dielectric, cartesian);
    double n_cells = (double)lattice->n_s / (double)lattice->n_p;
    umk_charge_sum(lattice->n_p, task->nac_factor / n_cells / umk_dot3(cartesian, screened), cartesian, task->born,
                   sum);
    return (const double(*)[9])sum;
}

static umk_status make_matrix(void *argument, int64_t index, int worker) {
    const matrix_task *task = argument;
    int64_t n_p = task->lattice.n_p, n = 3 * n_p, place = index;
    double q[3], cartesian[3];
    if (task->q_points != NULL) {
        memcpy(q, task->q_points + 3 * index, sizeof q);
    } else {
        place = task->points[index];
        const int64_t *a = task->addresses[place];
        umk_apply3(q, task->qd_inverse, (const double[]){(double)a[0], (double)a[1], (double)a[2]});
    }
    double complex *matrix = umk_call_complexes(task->call, "dynmats") + place * n * n;
    const double(*charges)[9] = charge_sum(task, q, task->charge_sums + worker * n_p * n_p);
    umk_lattice_matrix(&task->lattice, q, charges, matrix);
    if (task->is_hermitian) make_hermitian(n, matrix);
    if (!task->is_dipole) return UMK_OK;
    umk_apply3(cartesian, task->reciprocal, q);
    bool is_gamma = umk_norm3(cartesian) < UMK_GAMMA_TOLERANCE;
    umk_dipole_add(&task->dipole, cartesian, is_gamma && task->has_direction, 1,
                   task->scratch + worker * umk_dipole_scratch(&task->dipole), matrix);
    return UMK_OK;
}

static umk_status take_nac(matrix_task *task, const umk_call *call) {
    task->born = (const double(*)[3][3])umk_call_reals(call, "born");
    task->nac_factor = umk_call_real(call, "nac_factor");
    if (task->born == NULL) return UMK_OK;
    if (!umk_call_given(call, "dielectric")) return umk_call_fail(call, "dielectric", "needed with born");
    if (!umk_call_given(call, "reciprocal_lattice"))
        return umk_call_fail(call, "reciprocal_lattice", "needed with born");
    memcpy(task->dielectric, umk_call_reals(call, "dielectric"), sizeof task->dielectric);
    memcpy(task->reciprocal, umk_call_reals(call, "reciprocal_lattice"), sizeof task->reciprocal);
    task->has_direction = umk_call_given(call, "q_direction");
    if (task->has_direction) {
        umk_apply3(task->direction, (const double(*)[3])task->reciprocal, umk_call_reals(call, "q_direction"));
    }
    return UMK_OK;
}

static umk_status run_matrices(matrix_task *task, umk_call *call, int64_t n, bool is_dipole) {
    umk_status status = UMK_OK;
    int64_t n_threads = umk_context_n_threads(call->context);
    task->call = call;
    task->is_dipole = is_dipole;
    UMK_TRY(umk_lattice_create(&task->lattice, call, "s2p_map", "p2s_map", NULL));
    UMK_TRY(umk_call_check_bands(call, "dynmats", 1, task->lattice.n_p));
    UMK_TRY(take_nac(task, call));
    if (is_dipole) {
        UMK_TRY(umk_dipole_view_create(&task->dipole, call));
        memcpy(task->dipole.self_term, umk_call_complexes(call, "dd_q0"),
               (size_t)task->lattice.n_p * sizeof *task->dipole.self_term);
        for (int64_t i = 0; i < task->lattice.n_p; i++) {
            task->dipole.inverse_root_masses[i] = 1 / sqrt(task->lattice.masses[i]);
        }
        task->dipole.factor = task->nac_factor;
        task->dipole.has_direction = task->has_direction;
        memcpy(task->dipole.direction, task->direction, sizeof task->direction);
        UMK_ALLOCATE(call->context, task->scratch, umk_dipole_scratch(&task->dipole) * n_threads);
    }
    UMK_ALLOCATE(call->context, task->charge_sums, task->lattice.n_p * task->lattice.n_p * n_threads);
    UMK_TRY(umk_parallel_for(call->context, n, make_matrix, task));
cleanup:
    umk_lattice_clear(&task->lattice);
    umk_dipole_clear(&task->dipole);
    umk_release(task->charge_sums);
    umk_release(task->scratch);
    return status;
}

static umk_status run_grid_points(umk_call *call, bool is_dipole) {
    umk_status status = UMK_OK;
    matrix_task task = {.is_hermitian = true,
                        .points = umk_call_integers(call, "undone_grid_points"),
                        .addresses = (const int64_t(*)[3])umk_call_integers(call, "grid_addresses")};
    int64_t n = umk_call_size(call, "undone_grid_points", 0);
    UMK_TRY(umk_call_check_range(call, "undone_grid_points", umk_call_size(call, "grid_addresses", 0)));
    for (int64_t i = 1; i < n; i++) {
        if (task.points[i] > task.points[i - 1]) continue;
        return umk_call_fail(call, "undone_grid_points", "they do not ascend");
    }
    memcpy(task.qd_inverse, umk_call_reals(call, "qd_inv"), sizeof task.qd_inverse);
    UMK_TRY(run_matrices(&task, call, n, is_dipole));
cleanup:
    return status;
}

static umk_status run_q_points(umk_call *call, bool is_dipole) {
    bool given = umk_call_given(call, "hermitianize");
    matrix_task task = {.is_hermitian = !given || umk_call_flag(call, "hermitianize"),
                        .q_points = umk_call_reals(call, "qpoints")};
    return run_matrices(&task, call, umk_call_size(call, "qpoints", 0), is_dipole);
}

static umk_status dynamical_matrices_at_gridpoints(umk_call *call) {
    return run_grid_points(call, false);
}

static umk_status dynamical_matrices_at_gridpoints_gonze(umk_call *call) {
    return run_grid_points(call, true);
}

static umk_status dynamical_matrices_at_qpoints(umk_call *call) {
    return run_q_points(call, false);
}

static umk_status dynamical_matrices_at_qpoints_gonze(umk_call *call) {
    return run_q_points(call, true);
}

#define ATOMS                                                                                                          \
    UMK_REALS("fc", "* supercell 3 3"), UMK_REALS("svecs", "* 3"), UMK_INTEGERS("multi", "supercell primitive 2"),     \
        UMK_REALS("mass", "primitive"), UMK_INTEGERS("p2s_map", "primitive"), UMK_INTEGERS("s2p_map", "supercell")
#define GRID_POINTS                                                                                                    \
    UMK_OUT_COMPLEXES("dynmats", "point band band"), UMK_INTEGERS("undone_grid_points", "*"),                          \
        UMK_INTEGERS("grid_addresses", "point 3"), UMK_SMALL_REALS("qd_inv", "3 3")
#define MAYBE_NAC                                                                                                      \
    UMK_MAYBE_REALS("born", "primitive 3 3"), UMK_MAYBE_REALS("dielectric", "3 3"),                                    \
        UMK_MAYBE_REALS("reciprocal_lattice", "3 3"), UMK_MAYBE_REALS("q_direction", "3"), {                           \
        "nac_factor", UMK_CALL_REAL, NULL, UMK_CALL_OPTIONAL                                                           \
    }
#define DIPOLES                                                                                                        \
    UMK_REALS("born", "primitive 3 3"), UMK_REALS("dielectric", "3 3"), UMK_REALS("reciprocal_lattice", "3 3"),        \
        UMK_REALS("pos", "primitive 3"), UMK_COMPLEXES("dd_q0", "primitive 3 3"), UMK_REALS("g_list", "* 3"),          \
        UMK_REAL("nac_factor"), UMK_REAL("lambda_"), UMK_MAYBE_REALS("q_direction", "3")
#define HERMITIANIZE                                                                                                   \
    { "hermitianize", UMK_CALL_BOOL, NULL, UMK_CALL_OPTIONAL }

static const umk_call_parameter dynamical_matrices_at_gridpoints_parameters[] = {GRID_POINTS, ATOMS, MAYBE_NAC,
                                                                                 UMK_END};
static const umk_call_parameter dynamical_matrices_at_gridpoints_gonze_parameters[] = {GRID_POINTS, ATOMS, DIPOLES,
                                                                                       UMK_END};
static const umk_call_parameter dynamical_matrices_at_qpoints_parameters[] = {
    UMK_OUT_COMPLEXES("dynmats", "point band band"),
    UMK_REALS("qpoints", "point 3"),
    ATOMS,
    MAYBE_NAC,
    HERMITIANIZE,
    UMK_END};
static const umk_call_parameter dynamical_matrices_at_qpoints_gonze_parameters[] = {
    UMK_OUT_COMPLEXES("dynmats", "point band band"),
    UMK_REALS("qpoints", "point 3"),
    ATOMS,
    DIPOLES,
    HERMITIANIZE,
    UMK_END};

static umk_status dynamical_matrix_at_q(umk_call *call) {
    umk_status status = UMK_OK;
    umk_lattice lattice = {.n_p = 0};
    UMK_TRY(umk_lattice_create(&lattice, call, "s2p_map", "p2s_map", NULL));
    UMK_TRY(umk_call_check_bands(call, "dynamical_matrix", 0, lattice.n_p));
    double complex *matrix = umk_call_complexes(call, "dynamical_matrix");
    umk_lattice_matrix(&lattice, umk_call_reals(call, "q"), (const double(*)[9])umk_call_reals(call, "charge_sum"),
                       matrix);
    make_hermitian(3 * lattice.n_p, matrix);
cleanup:
    umk_lattice_clear(&lattice);
    return status;
}

static const umk_call_parameter dynamical_matrix_at_q_parameters[] = {
    UMK_OUT_COMPLEXES("dynamical_matrix", "band band"),
    UMK_REALS("fc", "* supercell 3 3"),
    UMK_REALS("q", "3"),
    UMK_REALS("svecs", "* 3"),
    UMK_INTEGERS("multi", "supercell primitive 2"),
    UMK_REALS("mass", "primitive"),
    UMK_INTEGERS("s2p_map", "supercell"),
    UMK_INTEGERS("p2s_map", "primitive"),
    UMK_MAYBE_REALS("charge_sum", "primitive primitive 3 3"),
    UMK_END};

/* ---- eigenproblems ----------------------------------------------------------------------------------------------*/

typedef struct eigen_task {
    umk_context *context;
    int64_t n;
    const double complex *matrices;
    double *eigenvalues;
    double complex *eigenvectors; /* (count, n, n), or (threads, n, n) where they are not wanted */
    bool with_vectors;
} eigen_task;

static umk_status solve(void *argument, int64_t index, int worker) {
    const eigen_task *task = argument;
    int64_t square = task->n * task->n;
    double complex *matrix = task->eigenvectors + (task->with_vectors ? index : worker) * square;
    double *eigenvalues = task->eigenvalues + index * task->n;
    memcpy(matrix, task->matrices + index * square, (size_t)square * sizeof *matrix);
    umk_status status = umk_hermitian_eigen(task->context, task->n, matrix, eigenvalues, task->with_vectors);
    if (status != UMK_OK || !task->with_vectors || index >= UMK_CHECKED_SOLUTIONS) return status;
    return umk_hermitian_check(task->context, task->n, task->matrices + index * square, eigenvalues, matrix);
}

static umk_status run_eigen(umk_call *call, bool with_vectors) {
    umk_status status = UMK_OK;
    double complex *scratch = NULL;
    eigen_task task = {.context = call->context,
                       .n = umk_call_size(call, "dynmats", 1),
                       .matrices = umk_call_complexes(call, "dynmats"),
                       .eigenvalues = umk_call_reals(call, "eigenvalues"),
                       .with_vectors = with_vectors};
    for (int64_t i = 0; i < 2 * umk_call_length(call, "dynmats"); i++) {
        if (!isfinite(((const double *)task.matrices)[i])) return umk_call_fail(call, "dynmats", "it is not finite");
    }
    if (task.n == 0) return UMK_OK;
    if (!with_vectors) UMK_ALLOCATE(call->context, scratch, task.n * task.n * umk_context_n_threads(call->context));
    task.eigenvectors = with_vectors ? umk_call_complexes(call, "eigvecs") : scratch;
    UMK_TRY(umk_parallel_for(call->context, umk_call_size(call, "dynmats", 0), solve, &task));
cleanup:
    umk_release(scratch);
    return status;
}

static umk_status eigvalsh_batch(umk_call *call) {
    return run_eigen(call, true);
}

static umk_status eigvalsh_values_batch(umk_call *call) {
    return run_eigen(call, false);
}

static const umk_call_parameter eigvalsh_batch_parameters[] = {
    UMK_COMPLEXES("dynmats", "point band band"), UMK_OUT_REALS("eigenvalues", "point band"),
    UMK_OUT_COMPLEXES("eigvecs", "point band band"), UMK_END};
static const umk_call_parameter eigvalsh_values_batch_parameters[] = {
    UMK_COMPLEXES("dynmats", "point band band"), UMK_OUT_REALS("eigenvalues", "point band"), UMK_END};

const umk_backend_function umk_backend_phonon_functions[] = {
    UMK_ROW(dynamical_matrices_at_gridpoints),
    UMK_ROW(dynamical_matrices_at_gridpoints_gonze),
    UMK_ROW(dynamical_matrices_at_qpoints),
    UMK_ROW(dynamical_matrices_at_qpoints_gonze),
    UMK_ROW(dynamical_matrix_at_q),
    UMK_ROW(eigvalsh_batch),
    UMK_ROW(eigvalsh_values_batch),
    {NULL, NULL, NULL},
};
