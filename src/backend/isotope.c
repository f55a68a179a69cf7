/*
 * Isotope scattering rates of one grid point (S. Tamura, Phys. Rev. B 27, 858 (1983)):
 *
 *   Gamma_0 = pi / 4 f0^2 sum_{q b} w_q delta(f0 - f) sum_k g_k |e0_k* . e_k|^2,
 *
 * without the division by the number of grid points.
 */
#include "backend/sums.h"
#include "linalg/complex.h"

typedef struct isotope_task {
    const int64_t *points, *bands0; /* points (n_points) BZ points; bands0 (n0) */
    const double *point_weights, *variances, *frequencies;
    const double complex *eigenvectors;
    const double *weights; /* (.., n0, n) by BZ point, or NULL: Gaussians */
    int64_t point0, n_points, n0, n;
    double sigma, cutoff;
} isotope_task;

static double overlap(const isotope_task *task, int64_t band0, int64_t point, int64_t band) {
    int64_t n = task->n;
    const double complex *e0 = task->eigenvectors + task->point0 * n * n + band0;
    const double complex *e = task->eigenvectors + point * n * n + band;
    double sum = 0;
    for (int64_t atom = 0; atom < n / 3; atom++) {
        double complex product = 0;
        for (int64_t x = 3 * atom; x < 3 * atom + 3; x++) product += umk_times(conj(e0[x * n]), e[x * n]);
        sum += task->variances[atom] * (creal(product) * creal(product) + cimag(product) * cimag(product));
    }
    return sum;
}

static double gaussian(double x, double sigma) {
    return exp(-x * x / (2 * sigma * sigma)) / (sqrt(2 * UMK_PI) * sigma);
}

static void sum_points(const void *argument, int64_t begin, int64_t end, double *sums) {
    const isotope_task *task = argument;
    int64_t n = task->n;
    for (int64_t i = begin; i < end; i++) {
        int64_t point = task->points[i];
        for (int64_t b0 = 0; b0 < task->n0; b0++) {
            double f0 = task->frequencies[task->point0 * n + task->bands0[b0]];
            for (int64_t b = 0; b < n && f0 >= task->cutoff; b++) {
                double f = task->frequencies[point * n + b];
                if (f < task->cutoff) continue;
                double delta = task->weights == NULL ? gaussian(f0 - f, task->sigma)
                                                     : task->weights[(point * task->n0 + b0) * n + b];
                if (delta == 0) continue;
                sums[b0] += UMK_PI / 4 * f0 * f0 * task->point_weights[point] * delta *
                            overlap(task, task->bands0[b0], point, b);
            }
        }
    }
}

static umk_status run(umk_call *call, bool has_weights) {
    umk_status status = UMK_OK;
    int64_t m = umk_call_size(call, "frequencies", 0);
    isotope_task task = {.points = umk_call_integers(call, "ir_grid_points"),
                         .bands0 = umk_call_integers(call, "band_indices"),
                         .point_weights = umk_call_reals(call, "weights"),
                         .variances = umk_call_reals(call, "mass_variances"),
                         .frequencies = umk_call_reals(call, "frequencies"),
                         .eigenvectors = umk_call_complexes(call, "eigenvectors"),
                         .point0 = umk_call_integer(call, "grid_point"),
                         .n_points = umk_call_size(call, "ir_grid_points", 0),
                         .n0 = umk_call_size(call, "band_indices", 0),
                         .n = umk_call_size(call, "frequencies", 1),
                         .sigma = umk_call_real(call, "sigma"),
                         .cutoff = umk_call_real(call, "cutoff_frequency")};
    UMK_TRY(umk_call_check_bands(call, "frequencies", 1, umk_call_size(call, "mass_variances", 0)));
    UMK_TRY(umk_call_check_range(call, "grid_point", m));
    UMK_TRY(umk_call_check_range(call, "ir_grid_points", m));
    UMK_TRY(umk_call_check_range(call, "ir_grid_points", umk_call_size(call, "weights", 0)));
    UMK_TRY(umk_call_check_range(call, "band_indices", task.n));
    if (has_weights) {
        task.weights = umk_call_reals(call, "integration_weights");
        UMK_TRY(umk_call_check_range(call, "ir_grid_points", umk_call_size(call, "integration_weights", 0)));
    } else if (!(task.sigma > 0)) {
        return umk_call_fail(call, "sigma", "%g is not positive", task.sigma);
    }
    UMK_TRY(umk_sum_chunks(call->context, task.n_points, task.n0, sum_points, &task, umk_call_reals(call, "gamma")));
cleanup:
    return status;
}

static umk_status isotope_strength(umk_call *call) {
    return run(call, false);
}

static umk_status thm_isotope_strength(umk_call *call) {
    return run(call, true);
}

#define PHONONS                                                                                                        \
    UMK_OUT_REALS("gamma", "band0"), UMK_INTEGER("grid_point"), UMK_INTEGERS("ir_grid_points", "*"),                   \
        UMK_REALS("weights", "*"), UMK_REALS("mass_variances", "primitive"),                                           \
        UMK_REALS("frequencies", "bz_point band"), UMK_COMPLEXES("eigenvectors", "bz_point band band"),                \
        UMK_INTEGERS("band_indices", "band0")

static const umk_call_parameter isotope_strength_parameters[] = {PHONONS, UMK_REAL("sigma"),
                                                                 UMK_REAL("cutoff_frequency"), UMK_END};
static const umk_call_parameter thm_isotope_strength_parameters[] = {
    PHONONS, UMK_REALS("integration_weights", "* band0 band"), UMK_REAL("cutoff_frequency"), UMK_END};

const umk_backend_function umk_backend_isotope_functions[] = {
    UMK_ROW(isotope_strength), UMK_ROW(thm_isotope_strength), {NULL, NULL, NULL}};
