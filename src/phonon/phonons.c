/*
 * Phonons on a set of q-points.
 *
 * Every point is diagonalized at its own address, so that its eigenvectors belong to its own dynamical matrix; points
 * of one orbit then take over the frequencies of the first of them to the last bit. Weights depend on the order of
 * frequencies only, and with exact ties between equivalent points their rounding no longer decides anything.
 */
#include "phonon/phonons.h"
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"
#include <string.h>

/* Frequencies of equivalent points may differ by so much (THz) before the force constants count as asymmetric. */
static const double orbit_tolerance = 1e-4;

double umk_phonons_memory(int64_t n_points, int64_t n_bands) {
    double points = (double)n_points, bands = (double)n_bands;
    double per_point = bands * bands * sizeof(double complex) + bands * (sizeof(double) + sizeof(int64_t)) +
                       3 * sizeof(double) + sizeof(bool) + sizeof(int64_t);
    return points * per_point;
}

static umk_status allocate_phonons(umk_phonons **phonons, umk_context *context, int64_t n_points, int64_t n_bands) {
    umk_status status = UMK_OK;
    umk_phonons *made = NULL;
    *phonons = NULL;
    UMK_TRY(umk_check_memory(context, umk_phonons_memory(n_points, n_bands), "phonons of the whole grid",
                             "take a coarser mesh or raise the memory limit"));
    UMK_ALLOCATE(context, made, 1);
    made->n_points = n_points;
    made->n_bands = n_bands;
    UMK_ALLOCATE(context, made->q_points, n_points);
    UMK_ALLOCATE(context, made->frequencies, n_points * n_bands);
    UMK_ALLOCATE(context, made->eigenvectors, n_points * n_bands * n_bands);
    UMK_ALLOCATE(context, made->set_first, n_points * n_bands);
    UMK_ALLOCATE(context, made->is_image, n_points);
    *phonons = made;
    made = NULL;
cleanup:
    umk_phonons_destroy(made);
    return status;
}

void umk_phonons_destroy(umk_phonons *phonons) {
    if (phonons == NULL) return;
    umk_release(phonons->q_points);
    umk_release(phonons->frequencies);
    umk_release(phonons->eigenvectors);
    umk_release(phonons->set_first);
    umk_release(phonons->is_image);
    umk_release(phonons);
}

/* ---- solving
 * --------------------------------------------------------------------------------------------------------*/

typedef struct solve_work {
    const umk_harmonic *harmonic;
    umk_context *context;
    umk_phonons *phonons;
    umk_harmonic_workspace *workspaces; /* one of each worker */
} solve_work;

static umk_status solve_point(void *argument, int64_t index, int worker) {
    solve_work *work = argument;
    umk_phonons *phonons = work->phonons;
    int64_t n = phonons->n_bands;
    int flags = index < UMK_CHECKED_SOLUTIONS ? UMK_SOLVE_CHECK : 0;
    return umk_harmonic_solve_at(work->harmonic, work->context, phonons->q_points[index], flags,
                                 &work->workspaces[worker], &phonons->frequencies[index * n],
                                 &phonons->eigenvectors[index * n * n]);
}

static umk_status solve_all(umk_phonons *phonons, umk_context *context, const umk_harmonic *harmonic) {
    umk_status status = UMK_OK;
    int n_threads = umk_context_n_threads(context);
    solve_work work = {.harmonic = harmonic, .context = context, .phonons = phonons};
    UMK_ALLOCATE(context, work.workspaces, n_threads);
    for (int t = 0; t < n_threads; t++) {
        UMK_TRY(umk_harmonic_workspace_create(&work.workspaces[t], context, harmonic));
    }
    UMK_TRY(umk_parallel_for(context, phonons->n_points, solve_point, &work));
cleanup:
    for (int t = 0; work.workspaces != NULL && t < n_threads; t++) umk_harmonic_workspace_clear(&work.workspaces[t]);
    umk_release(work.workspaces);
    return status;
}

/* The three bands at Gamma nearest to zero are set to zero. */
static void exclude_acoustic(double *frequencies, int64_t n_bands) {
    /* frequencies ascend, so the three lie side by side */
    int64_t first = 0;
    for (int64_t b = 1; b + 3 <= n_bands; b++) {
        if (fabs(frequencies[b + 2]) < fabs(frequencies[first])) first = b;
    }
    for (int64_t b = first; b < first + 3; b++) frequencies[b] = 0;
}

/* What follows from the frequencies once they are final. */
static void finish(umk_phonons *phonons, const umk_harmonic *harmonic, const umk_phonons_options *options) {
    int64_t n = phonons->n_bands;
    double tolerance = options->degeneracy_tolerance > 0 ? options->degeneracy_tolerance : UMK_DEGENERACY_TOLERANCE;
    for (int64_t point = 0; point < phonons->n_points; point++) {
        double q_cartesian[3];
        umk_apply3(q_cartesian, harmonic->reciprocal_lattice, phonons->q_points[point]);
        bool is_gamma = umk_norm3(q_cartesian) < UMK_GAMMA_TOLERANCE;
        if (options->exclude_gamma_acoustic && is_gamma) exclude_acoustic(&phonons->frequencies[point * n], n);
        umk_degenerate_sets(n, &phonons->frequencies[point * n], tolerance, &phonons->set_first[point * n]);
    }
}

static double largest_difference(int64_t n, const double *a, const double *b) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

/* Copies frequencies from the representatives; a point that differs too much keeps its own. */
static void unify_orbits(umk_phonons *phonons, umk_context *context, const int64_t *representatives) {
    int64_t n = phonons->n_bands, n_broken = 0;
    double worst = 0;
    for (int64_t point = 0; point < phonons->n_points; point++) {
        if (representatives[point] == point) continue;
        double *own = &phonons->frequencies[point * n];
        const double *first = &phonons->frequencies[representatives[point] * n];
        double difference = largest_difference(n, own, first);
        if (difference <= orbit_tolerance) {
            memcpy(own, first, sizeof(double) * (size_t)n);
            continue;
        }
        n_broken++;
        worst = fmax(worst, difference);
    }
    if (n_broken == 0) return;
    umk_log(
        context, UMK_LOG_WARNING,
        "the force constants break the symmetry of the crystal: frequencies of %lld of %lld q-points differ by up to "
        "%.2e THz from those of equivalent points",
        (long long)n_broken, (long long)phonons->n_points, worst);
}

static umk_status check_options(umk_context *context, umk_phonons_options *chosen, const umk_phonons_options *options) {
    if (options != NULL) *chosen = *options;
    if (chosen->degeneracy_tolerance >= 0) return UMK_OK;
    return umk_fail(context, UMK_ERROR_ARGUMENT, "the degeneracy tolerance must be positive");
}

umk_status umk_phonons_create(umk_phonons **phonons, umk_context *context, const umk_harmonic *harmonic,
                              const umk_grid *grid, const umk_phonons_options *options) {
    umk_status status = UMK_OK;
    umk_phonons_options chosen = UMK_PHONONS_OPTIONS_INIT;
    umk_phonons *made = NULL;
    int64_t *representatives = NULL;
    *phonons = NULL;
    UMK_TRY(check_options(context, &chosen, options));
    UMK_TRY(allocate_phonons(&made, context, grid->n_bz_points, harmonic->n_bands));
    for (int64_t point = 0; point < grid->n_bz_points; point++) {
        umk_grid_q_point(grid, point, made->q_points[point]);
        made->is_image[point] = grid->bz_map[grid->bz_to_gr[point]] != point;
    }
    UMK_TRY(umk_phonon_orbits(&representatives, context, grid, harmonic->nac_method == UMK_NAC_NONE));
    UMK_TRY(solve_all(made, context, harmonic));
    unify_orbits(made, context, representatives);
    finish(made, harmonic, &chosen);
    *phonons = made;
    made = NULL;
cleanup:
    umk_release(representatives);
    umk_phonons_destroy(made);
    return status;
}

umk_status umk_phonons_create_at(umk_phonons **phonons, umk_context *context, const umk_harmonic *harmonic,
                                 int64_t n_points, const double (*q_points)[3], const umk_phonons_options *options) {
    umk_status status = UMK_OK;
    umk_phonons_options chosen = UMK_PHONONS_OPTIONS_INIT;
    umk_phonons *made = NULL;
    *phonons = NULL;
    if (n_points < 1) return umk_fail(context, UMK_ERROR_ARGUMENT, "no q-points are given");
    UMK_TRY(check_options(context, &chosen, options));
    UMK_TRY(allocate_phonons(&made, context, n_points, harmonic->n_bands));
    memcpy(made->q_points, q_points, sizeof *q_points * (size_t)n_points);
    UMK_TRY(solve_all(made, context, harmonic));
    finish(made, harmonic, &chosen);
    *phonons = made;
    made = NULL;
cleanup:
    umk_phonons_destroy(made);
    return status;
}

/* ---- views
 * ----------------------------------------------------------------------------------------------------------*/

int64_t umk_phonons_n_points(const umk_phonons *phonons) {
    return phonons->n_points;
}

int64_t umk_phonons_n_bands(const umk_phonons *phonons) {
    return phonons->n_bands;
}

const double *umk_phonons_frequencies(const umk_phonons *phonons) {
    return phonons->frequencies;
}

const double *umk_phonons_eigenvectors(const umk_phonons *phonons) {
    return (const double *)phonons->eigenvectors;
}

int64_t umk_phonons_count_imaginary(const umk_phonons *phonons, double tolerance, double *lowest) {
    int64_t count = 0;
    double minimum = INFINITY;
    for (int64_t point = 0; point < phonons->n_points; point++) {
        for (int64_t b = 0; b < phonons->n_bands; b++) {
            double frequency = phonons->frequencies[point * phonons->n_bands + b];
            minimum = fmin(minimum, frequency);
            if (!phonons->is_image[point] && frequency < -tolerance) count++;
        }
    }
    if (lowest != NULL) *lowest = minimum;
    return count;
}
