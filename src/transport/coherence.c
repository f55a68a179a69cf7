/*
 * Heat carried by pairs of bands (coherence.h): the term with n != n' of
 *
 *   Wigner equation       Simoncelli, Marzari and Mauri, Nat. Phys. 15, 809 (2019),
 *   Green-Kubo            Ndour, Jund and Chaput, J. Non-Cryst. Solids 621, 122618 (2023),
 *   quasi-harmonic GK     Isaeva, Barbalinardo, Donadio and Baroni, Nat. Commun. 10, 3853 (2019), eq. 9,
 *
 * which have the velocity operator and the Lorentzian in common and differ in the heat capacity of a pair.
 */
#include <umklapp/coherence.h>

#include "phonon/harmonic.h"
#include "phonon/phonons.h"
#include "transport/velocity_product.h"
#include <math.h>

/* ---- heat capacity of a pair --------------------------------------------------------------------------------------*/

/*
 * -x x' (n - n') / (x - x') = e^-x' (1 - e^-d) / d  x / (1 - e^-x)  x' / (1 - e^-x') with d = x - x' >= 0: nothing
 * overflows, and no digits are lost where x and x' are near each other or small.
 */
static double occupation_difference(double x, double other_x) {
    double larger = fmax(x, other_x), smaller = fmin(x, other_x), d = larger - smaller;
    double ratio = d > 0 ? -expm1(-d) / d : 1;
    return exp(-smaller) * ratio * (larger / expm1(-larger)) * (smaller / expm1(-smaller));
}

double umk_pair_heat_capacity(umk_transport transport, double frequency, double other_frequency, double temperature) {
    if (!(frequency > 0) || !(other_frequency > 0) || !(temperature > 0)) return 0;
    if (transport == UMK_TRANSPORT_SMM19) {
        return (frequency + other_frequency) / 4 *
               (umk_mode_heat_capacity(frequency, temperature) / frequency +
                umk_mode_heat_capacity(other_frequency, temperature) / other_frequency);
    }
    double x = frequency * UMK_THZ_EV / (UMK_BOLTZMANN_EV * temperature);
    double other_x = other_frequency * UMK_THZ_EV / (UMK_BOLTZMANN_EV * temperature);
    double capacity = UMK_BOLTZMANN_EV * occupation_difference(x, other_x);
    if (transport == UMK_TRANSPORT_IBDB19) return capacity;
    double ratio = frequency / other_frequency + other_frequency / frequency;
    return transport == UMK_TRANSPORT_NJC23 ? capacity * (ratio + 2) / 4 : 0;
}

/* ---- pairs of one point -------------------------------------------------------------------------------------------*/

enum { n_components = 6 };
static const int voigt[n_components][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

/* The direction that tells bands of a degenerate set apart, of no particular length (group_velocity.c). */
static const double direction[3] = {1, 2, 3};
/* Slopes that differ by less than so much of the element between the two bands leave their mixture open. */
static const double slope_tolerance = 1e-6;

typedef struct coherence_work {
    umk_context *context;
    const umk_transport_model *model;
    const umk_coherence_options *options;
    double cutoff_frequency;
    int64_t n_bands, n_rows;   /* rows: sets of linewidths times temperatures */
    double complex *operators; /* (n_threads, 3, n, n) */
    double *sums;              /* (n_points, 2, n_rows, 6): of pairs within degenerate sets, and of all others */
} coherence_work;

/* One pair of bands: k and l, and Re[v_kl x v_kl*] of both orders. */
typedef struct band_pair {
    int64_t k, l;
    double frequency, other_frequency;
    bool is_degenerate;
    double product[n_components];
} band_pair;

static double complex element(const double complex *velocity, int64_t n, int axis, int64_t k, int64_t l) {
    return velocity[(axis * n + k) * n + l];
}

/* False for bands of a degenerate set that have the same slope along the direction. */
static bool are_told_apart(const double complex *velocity, int64_t n, int64_t k, int64_t l) {
    double slopes = 0, square = 0;
    for (int a = 0; a < 3; a++) {
        double modulus = cabs(element(velocity, n, a, k, l));
        slopes += direction[a] * creal(element(velocity, n, a, k, k) - element(velocity, n, a, l, l));
        square += modulus * modulus;
    }
    return fabs(slopes) > slope_tolerance * sqrt(square);
}

/* False where the pair carries nothing. */
static bool make_pair(band_pair *pair, const coherence_work *work, int64_t point, const double complex *velocity,
                      int64_t k, int64_t l) {
    const umk_phonons *phonons = work->model->phonons;
    int64_t n = work->n_bands;
    const double *frequencies = phonons->frequencies + point * n;
    const int64_t *set_first = phonons->set_first + point * n;
    *pair = (band_pair){.k = k, .l = l, .frequency = frequencies[k], .other_frequency = frequencies[l]};
    pair->is_degenerate = set_first[k] == set_first[l];
    if (!(frequencies[k] > work->cutoff_frequency && frequencies[l] > work->cutoff_frequency)) return false;
    if (pair->is_degenerate && !are_told_apart(velocity, n, k, l)) return false;
    for (int c = 0; c < n_components; c++) {
        double complex a = element(velocity, n, voigt[c][0], k, l), b = element(velocity, n, voigt[c][1], k, l);
        pair->product[c] = 2 * (creal(a) * creal(b) + cimag(a) * cimag(b));
    }
    return true;
}

/* sums (n_rows, 6) += what the pair carries with each set of linewidths at each temperature. */
static void add_pair(double *sums, const coherence_work *work, int64_t i, const band_pair *pair) {
    const umk_coherence_options *options = work->options;
    double difference = pair->frequency - pair->other_frequency;
    for (int64_t t = 0; t < options->n_temperatures; t++) {
        double heat_capacity = umk_pair_heat_capacity(options->transport, pair->frequency, pair->other_frequency,
                                                      options->temperatures[t]);
        for (int64_t s = 0; s < options->n_linewidths; s++) {
            const double *widths = options->linewidths[s] + (t * options->n_points + i) * work->n_bands;
            double width = widths[pair->k] + widths[pair->l];
            if (!(width > 0)) continue;
            /* as ratios to the width: its square may be below the smallest number */
            double detuning = difference / width;
            double share = heat_capacity / (width * (1 + detuning * detuning));
            double *row = sums + (s * options->n_temperatures + t) * n_components;
            for (int c = 0; c < n_components; c++) row[c] += share * pair->product[c];
        }
    }
}

static umk_status run_point(void *argument, int64_t i, int worker) {
    coherence_work *work = argument;
    int64_t n = work->n_bands, point = work->options->points[i], n_values = work->n_rows * n_components;
    double complex *velocity = work->operators + worker * 3 * n * n;
    double *sums = work->sums + i * 2 * n_values;
    umk_status status = umk_harmonic_velocity_operator(work->model->harmonic, work->context,
                                                       work->model->phonons->q_points[point], (double *)velocity);
    if (status != UMK_OK) return status;
    for (int64_t k = 0; k < n; k++) {
        for (int64_t l = 0; l < k; l++) {
            band_pair pair;
            if (!make_pair(&pair, work, point, velocity, k, l)) continue;
            add_pair(pair.is_degenerate ? sums : sums + n_values, work, i, &pair);
        }
    }
    if (!work->options->no_kappa_stars) umk_star_sum(sums, work->model->grid, point, 2 * work->n_rows);
    return UMK_OK;
}

/* ---- the run ------------------------------------------------------------------------------------------------------*/

static umk_status check_options(umk_context *context, const umk_transport_model *model,
                                const umk_coherence_options *options) {
    if (options->transport <= UMK_TRANSPORT_BOLTZMANN || options->transport > UMK_TRANSPORT_IBDB19) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "transport number %d has no pairs of bands",
                        (int)options->transport);
    }
    if (options->n_temperatures < 1 || options->n_points < 1 || options->n_linewidths < 1 ||
        options->temperatures == NULL || options->points == NULL || options->linewidths == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "no temperatures, grid points or linewidths are given");
    }
    if (model->phonons->n_points != model->grid->n_bz_points ||
        model->phonons->n_bands != umk_harmonic_n_bands(model->harmonic) ||
        model->phonons->n_bands != 3 * model->crystal->primitive.n_atoms) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "crystal, harmonic model, grid and phonons do not belong together");
    }
    for (int64_t i = 0; i < options->n_points; i++) {
        if (options->points[i] >= 0 && options->points[i] < model->grid->n_bz_points) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "grid point %lld: the grid has 0 to %lld",
                        (long long)options->points[i], (long long)model->grid->n_bz_points - 1);
    }
    return UMK_OK;
}

static umk_status check_values(umk_context *context, const coherence_work *work) {
    const umk_coherence_options *options = work->options;
    int64_t n = options->n_temperatures * options->n_points * work->n_bands;
    for (int64_t t = 0; t < options->n_temperatures; t++) {
        if (options->temperatures[t] >= 0 && isfinite(options->temperatures[t])) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "temperature %g K: it must be a number not below 0",
                        options->temperatures[t]);
    }
    for (int64_t s = 0; s < options->n_linewidths; s++) {
        for (int64_t m = 0; m < n; m++) {
            if (isfinite(options->linewidths[s][m])) continue;
            return umk_fail(context, UMK_ERROR_ARGUMENT, "linewidth %g THz of grid point %lld: it must be finite",
                            options->linewidths[s][m],
                            (long long)options->points[m / work->n_bands % options->n_points]);
        }
    }
    return UMK_OK;
}

/* total (2, n_rows, 6) = the sums of the points, added in their order, in W/(m K). */
static void add_points(double *total, const coherence_work *work) {
    double factor = umk_kappa_unit_conversion(work->model->crystal->volume) / (double)work->model->grid->n_points;
    int64_t n_values = 2 * work->n_rows * n_components;
    for (int64_t i = 0; i < work->options->n_points; i++) {
        for (int64_t v = 0; v < n_values; v++) total[v] += factor * work->sums[i * n_values + v];
    }
    /* the direction that tells bands apart breaks the symmetry of the crystal; stars have restored it */
    if (work->options->no_kappa_stars) umk_point_group_mean(total, work->model->grid, work->n_rows);
}

double umk_coherence_memory(const umk_context *context, const umk_transport_model *model,
                            const umk_coherence_options *options) {
    double n = (double)model->phonons->n_bands, rows = (double)options->n_linewidths * (double)options->n_temperatures;
    return sizeof(double complex) * 3 * n * n * umk_context_n_threads(context) +
           sizeof(double) * ((double)options->n_points + 1) * 2 * rows * n_components;
}

umk_status umk_coherence_run(double *kappa_inter, double *degenerate, umk_context *context,
                             const umk_transport_model *model, const umk_coherence_options *options) {
    umk_status status = UMK_OK;
    coherence_work work = {.context = context, .model = model, .options = options};
    double *total = NULL;
    umk_stage left = umk_context_enter_stage(context, UMK_STAGE_VELOCITIES);
    UMK_TRY(check_options(context, model, options));
    work.cutoff_frequency = options->cutoff_frequency < 0 ? UMK_CUTOFF_FREQUENCY : options->cutoff_frequency;
    work.n_bands = model->phonons->n_bands;
    work.n_rows = options->n_linewidths * options->n_temperatures;
    UMK_TRY(check_values(context, &work));
    UMK_TRY(umk_check_memory(context, umk_coherence_memory(context, model, options), "pairs of bands",
                             "use fewer temperatures (--ts) or a coarser mesh"));
    UMK_ALLOCATE(context, work.operators, umk_context_n_threads(context) * 3 * work.n_bands * work.n_bands);
    UMK_ALLOCATE(context, work.sums, options->n_points * 2 * work.n_rows * n_components);
    UMK_ALLOCATE(context, total, 2 * work.n_rows * n_components);
    UMK_TRY(umk_parallel_for(context, options->n_points, run_point, &work));
    add_points(total, &work);
    for (int64_t v = 0; v < work.n_rows * n_components; v++) {
        kappa_inter[v] = total[v] + total[work.n_rows * n_components + v];
        if (degenerate != NULL) degenerate[v] = total[v];
    }
cleanup:
    umk_context_enter_stage(context, left);
    umk_release(total);
    umk_release(work.operators);
    umk_release(work.sums);
    return status;
}
