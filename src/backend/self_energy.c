/*
 * Self energies of one grid point from strengths and integration weights, Phys. Rev. B 91, 094306 (2015), eqs. 8 and
 * 11, without the factor of units:
 *
 *   Gamma_0 = sum_t w_t sum_{1 2} |V|^2 [(n1 + n2 + 1) g0 + (n1 - n2) g1],
 *   Delta_0 = sum_t w_t sum_{1 2} |V|^2 { (n1 + n2 + 1) [P(f0 - f1 - f2) - P(f0 + f1 + f2)]
 *                                         + (n1 - n2) [P(f0 + f1 - f2) - P(f0 - f1 + f2)] },  P(x) = x / (x^2 + eps^2).
 *
 * Temperatures are k_B T / h in THz.
 */
#include "backend/sums.h"
#include <string.h>

typedef struct energy_task {
    const int64_t (*triplets)[3], *multiplicities, (*addresses)[3];
    const double *frequencies, *strength; /* (M, n), (n_triplets, n0, n, n) */
    int64_t n_triplets, n0, n;
    double temperature, cutoff;
    /* imaginary part */
    const double *g; /* (planes, n_triplets, n_g, n, n) */
    const int8_t *g_zero;
    int64_t n_g, frequency_point; /* -1: band j uses row j */
    double *detail;               /* (n_triplets, n0, n, n) or NULL */
    /* real part */
    const double *energies; /* (n0) */
    double epsilon, factor;
} energy_task;

static umk_status take(energy_task *task, const umk_call *call) {
    umk_status status = UMK_OK;
    *task = (energy_task){.triplets = (const int64_t(*)[3])umk_call_integers(call, "triplets"),
                          .multiplicities = umk_call_integers(call, "triplet_weights"),
                          .frequencies = umk_call_reals(call, "frequencies"),
                          .strength = umk_call_reals(call, "fc3_normal_squared"),
                          .n_triplets = umk_call_size(call, "triplets", 0),
                          .n0 = umk_call_size(call, "fc3_normal_squared", 1),
                          .n = umk_call_size(call, "frequencies", 1),
                          .temperature = umk_call_real(call, "temperature_thz"),
                          .cutoff = umk_call_real(call, "cutoff_frequency"),
                          .frequency_point = -1};
    UMK_TRY(umk_call_check_range(call, "triplets", umk_call_size(call, "frequencies", 0)));
cleanup:
    return status;
}

/* ---- imaginary part ---------------------------------------------------------------------------------------------*/

static umk_status take_weights(energy_task *task, const umk_call *call) {
    int64_t n_planes = umk_call_size(call, "g", 0);
    if (n_planes < 2) return umk_call_fail(call, "g", "%lld planes, expected 2 or 3", (long long)n_planes);
    task->g = umk_call_reals(call, "g");
    task->g_zero = umk_call_bytes(call, "g_zero");
    task->n_g = umk_call_size(call, "g", 2);
    return UMK_OK;
}

/* (n1 + n2 + 1) g0 + (n1 - n2) g1; at zero temperature g0 alone. */
static double weigh(const energy_task *task, double n1, double n2, double g0, double g1) {
    return task->temperature > 0 ? (n1 + n2 + 1) * g0 + (n1 - n2) * g1 : g0;
}

/* Sum over the pairs of bands of one triplet and one band of q0. */
static double sum_pairs(const energy_task *task, int64_t t, int64_t band0, const double *n1, const double *n2) {
    int64_t n = task->n, plane = task->n_triplets * task->n_g * n * n;
    int64_t row = task->frequency_point < 0 ? band0 : task->frequency_point;
    const double *strength = task->strength + (t * task->n0 + band0) * n * n;
    const double *g0 = task->g + (t * task->n_g + row) * n * n, *g1 = g0 + plane;
    const int8_t *zero = task->g_zero + (t * task->n_g + row) * n * n;
    double *detail = task->detail == NULL ? NULL : task->detail + (t * task->n0 + band0) * n * n, sum = 0;
    for (int64_t b1 = 0; b1 < n; b1++) {
        for (int64_t b2 = 0; b2 < n; b2++) {
            int64_t i = b1 * n + b2;
            bool scatters = !zero[i] && n1[b1] >= 0 && n2[b2] >= 0;
            double value = scatters ? weigh(task, n1[b1], n2[b2], g0[i], g1[i]) * strength[i] : 0;
            if (detail != NULL) detail[i] = value;
            sum += value;
        }
    }
    return sum;
}

/* Occupations of the bands at a point; -1 for those at or below the cut-off, which do not scatter. */
static void fill_occupations(const energy_task *task, int64_t point, double *occupations) {
    for (int64_t band = 0; band < task->n; band++) {
        double frequency = task->frequencies[point * task->n + band];
        occupations[band] = frequency > task->cutoff ? umk_occupation(frequency, task->temperature) : -1;
    }
}

static bool is_normal(const energy_task *task, const int64_t triplet[3]) {
    for (int c = 0; task->addresses != NULL && c < 3; c++) {
        if (task->addresses[triplet[0]][c] + task->addresses[triplet[1]][c] + task->addresses[triplet[2]][c] != 0) {
            return false;
        }
    }
    return true;
}

/* sums: (2, n0), normal and Umklapp, then scratch for (2, n) occupations. */
static void sum_imaginary(const void *argument, int64_t begin, int64_t end, double *sums) {
    const energy_task *task = argument;
    double *n1 = sums + 2 * task->n0, *n2 = n1 + task->n;
    for (int64_t t = begin; t < end; t++) {
        double *part = sums + (is_normal(task, task->triplets[t]) ? 0 : task->n0);
        fill_occupations(task, task->triplets[t][1], n1);
        fill_occupations(task, task->triplets[t][2], n2);
        for (int64_t band0 = 0; band0 < task->n0; band0++) {
            part[band0] += (double)task->multiplicities[t] * sum_pairs(task, t, band0, n1, n2);
        }
    }
}

static umk_status run_imaginary(const energy_task *task, umk_context *context, double *normal, double *umklapp) {
    umk_status status = UMK_OK;
    double *total = NULL;
    int64_t size = 2 * (task->n0 + task->n);
    UMK_ALLOCATE(context, total, size);
    UMK_TRY(umk_sum_chunks(context, task->n_triplets, size, sum_imaginary, task, total));
    memcpy(normal, total, (size_t)task->n0 * sizeof *total);
    if (umklapp != NULL) memcpy(umklapp, total + task->n0, (size_t)task->n0 * sizeof *total);
cleanup:
    umk_release(total);
    return status;
}

static umk_status imag_self_energy_with_g(umk_call *call) {
    umk_status status = UMK_OK;
    energy_task task;
    UMK_TRY(take(&task, call));
    UMK_TRY(take_weights(&task, call));
    task.frequency_point = umk_call_integer(call, "frequency_point_index");
    if (task.frequency_point < -1 || task.frequency_point >= task.n_g) {
        return umk_call_fail(call, "frequency_point_index", "%lld is not within -1 and %lld",
                             (long long)task.frequency_point, (long long)task.n_g - 1);
    }
    if (task.frequency_point == -1 && task.n_g < task.n0) return umk_call_fail(call, "g", "fewer bands than strengths");
    UMK_TRY(run_imaginary(&task, call->context, umk_call_reals(call, "imag_self_energy"), NULL));
cleanup:
    return status;
}

static const umk_call_parameter imag_self_energy_with_g_parameters[] = {
    UMK_OUT_REALS("imag_self_energy", "band0"),
    UMK_REALS("fc3_normal_squared", "triplet band0 band band"),
    UMK_INTEGERS("triplets", "triplet 3"),
    UMK_INTEGERS("triplet_weights", "triplet"),
    UMK_REALS("frequencies", "bz_point band"),
    UMK_REAL("temperature_thz"),
    UMK_REALS("g", "* triplet energy band band"),
    UMK_BYTES("g_zero", "triplet energy band band"),
    UMK_REAL("cutoff_frequency"),
    UMK_INTEGER("frequency_point_index"),
    UMK_END};

static umk_status detailed_imag_self_energy_with_g(umk_call *call) {
    umk_status status = UMK_OK;
    energy_task task;
    UMK_TRY(take(&task, call));
    UMK_TRY(take_weights(&task, call));
    UMK_TRY(umk_call_check_size(call, "bz_grid_addresses", INT64_C(1) << 40));
    task.addresses = (const int64_t(*)[3])umk_call_integers(call, "bz_grid_addresses");
    task.detail = umk_call_reals(call, "detailed_imag_self_energy");
    UMK_TRY(run_imaginary(&task, call->context, umk_call_reals(call, "imag_self_energy_n"),
                          umk_call_reals(call, "imag_self_energy_u")));
cleanup:
    return status;
}

static const umk_call_parameter detailed_imag_self_energy_with_g_parameters[] = {
    UMK_OUT_REALS("detailed_imag_self_energy", "triplet band0 band band"),
    UMK_OUT_REALS("imag_self_energy_n", "band0"),
    UMK_OUT_REALS("imag_self_energy_u", "band0"),
    UMK_REALS("fc3_normal_squared", "triplet band0 band band"),
    UMK_INTEGERS("triplets", "triplet 3"),
    UMK_INTEGERS("triplet_weights", "triplet"),
    UMK_INTEGERS("bz_grid_addresses", "bz_point 3"),
    UMK_REALS("frequencies", "bz_point band"),
    UMK_REAL("temperature_thz"),
    UMK_REALS("g", "* triplet band0 band band"),
    UMK_BYTES("g_zero", "triplet band0 band band"),
    UMK_REAL("cutoff_frequency"),
    UMK_END};

/* ---- real part --------------------------------------------------------------------------------------------------*/

static double principal(double x, double epsilon) {
    return x / (x * x + epsilon * epsilon);
}

static double real_term(const energy_task *task, double f0, double f1, double f2, double n1, double n2) {
    double epsilon = task->epsilon;
    double sum = principal(f0 - f1 - f2, epsilon) - principal(f0 + f1 + f2, epsilon);
    if (!(task->temperature > 0)) return sum;
    double difference = principal(f0 + f1 - f2, epsilon) - principal(f0 - f1 + f2, epsilon);
    return (n1 + n2 + 1) * sum + (n1 - n2) * difference;
}

/* sums: (n0), then scratch for (2, n) occupations. */
static void sum_real(const void *argument, int64_t begin, int64_t end, double *sums) {
    const energy_task *task = argument;
    int64_t n = task->n;
    double *n1 = sums + task->n0, *n2 = n1 + n;
    for (int64_t t = begin; t < end; t++) {
        const double *f1 = task->frequencies + task->triplets[t][1] * n,
                     *f2 = task->frequencies + task->triplets[t][2] * n;
        fill_occupations(task, task->triplets[t][1], n1);
        fill_occupations(task, task->triplets[t][2], n2);
        for (int64_t band0 = 0; band0 < task->n0; band0++) {
            const double *strength = task->strength + (t * task->n0 + band0) * n * n;
            double sum = 0;
            if (task->energies[band0] < task->cutoff) continue;
            for (int64_t i = 0; i < n * n; i++) {
                int64_t b1 = i / n, b2 = i % n;
                if (n1[b1] < 0 || n2[b2] < 0) continue;
                sum += strength[i] * real_term(task, task->energies[band0], f1[b1], f2[b2], n1[b1], n2[b2]);
            }
            sums[band0] += (double)task->multiplicities[t] * task->factor * sum;
        }
    }
}

static umk_status run_real(umk_call *call, bool at_point) {
    umk_status status = UMK_OK;
    energy_task task;
    double *energies = NULL, *total = NULL;
    UMK_TRY(take(&task, call));
    UMK_TRY(umk_call_check_range(call, "band_indices", task.n));
    if (task.n_triplets == 0 && !at_point) return umk_call_fail(call, "triplets", "there are none");
    task.epsilon = umk_call_real(call, "epsilon");
    task.factor = umk_call_real(call, "unit_conversion_factor");
    UMK_ALLOCATE(call->context, energies, task.n0);
    UMK_ALLOCATE(call->context, total, task.n0 + 2 * task.n);
    for (int64_t b = 0; b < task.n0; b++) {
        energies[b] = at_point
                          ? umk_call_real(call, "frequency_point")
                          : task.frequencies[task.triplets[0][0] * task.n + umk_call_integers(call, "band_indices")[b]];
    }
    task.energies = energies;
    UMK_TRY(umk_sum_chunks(call->context, task.n_triplets, task.n0 + 2 * task.n, sum_real, &task, total));
    memcpy(umk_call_reals(call, "real_self_energy"), total, (size_t)task.n0 * sizeof *total);
cleanup:
    umk_release(energies);
    umk_release(total);
    return status;
}

static umk_status real_self_energy_at_bands(umk_call *call) {
    return run_real(call, false);
}

static umk_status real_self_energy_at_frequency_point(umk_call *call) {
    return run_real(call, true);
}

#define REAL_PART                                                                                                      \
    UMK_REALS("fc3_normal_squared", "triplet band0 band band"), UMK_INTEGERS("triplets", "triplet 3"),                 \
        UMK_INTEGERS("triplet_weights", "triplet"), UMK_REALS("frequencies", "bz_point band"),                         \
        UMK_INTEGERS("band_indices", "band0"), UMK_REAL("temperature_thz"), UMK_REAL("epsilon"),                       \
        UMK_REAL("unit_conversion_factor"), UMK_REAL("cutoff_frequency")

static const umk_call_parameter real_self_energy_at_bands_parameters[] = {UMK_OUT_REALS("real_self_energy", "band0"),
                                                                          REAL_PART, UMK_END};
static const umk_call_parameter real_self_energy_at_frequency_point_parameters[] = {
    UMK_OUT_REALS("real_self_energy", "band0"), UMK_REAL("frequency_point"), REAL_PART, UMK_END};

const umk_backend_function umk_backend_self_energy_functions[] = {
    UMK_ROW(imag_self_energy_with_g),
    UMK_ROW(detailed_imag_self_energy_with_g),
    UMK_ROW(real_self_energy_at_bands),
    UMK_ROW(real_self_energy_at_frequency_point),
    {NULL, NULL, NULL},
};
