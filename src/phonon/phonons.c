/*
 * Phonons on a set of q-points.
 *
 * Of the points of one orbit the first is diagonalized. The others have its frequencies to the last bit, and its
 * eigenvectors rotated (symmetry.c), or, where the dynamical matrix does not have the symmetry of the crystal, their
 * own. Weights depend on the order of frequencies only, and with exact ties between equivalent points their rounding no
 * longer decides anything.
 */
#include "phonon/phonons.h"
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"
#include <string.h>

/* Frequencies of equivalent points may differ by so much (THz) before the force constants count as asymmetric. */
static const double orbit_tolerance = 1e-4;
/* Asymmetry of the dynamical matrix (umk_harmonic_asymmetry) up to which eigenvectors are rotated. */
static const double rotation_tolerance = 1e-6;

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
    const int64_t *points;              /* which of them; NULL: all */
    umk_harmonic_workspace *workspaces; /* one of each worker */
} solve_work;

static umk_status solve_point(void *argument, int64_t index, int worker) {
    solve_work *work = argument;
    umk_phonons *phonons = work->phonons;
    int64_t n = phonons->n_bands, point = work->points == NULL ? index : work->points[index];
    int flags = index < UMK_CHECKED_SOLUTIONS ? UMK_SOLVE_CHECK : 0;
    return umk_harmonic_solve_at(work->harmonic, work->context, phonons->q_points[point], flags,
                                 &work->workspaces[worker], &phonons->frequencies[point * n],
                                 &phonons->eigenvectors[point * n * n]);
}

static umk_status solve_points(umk_phonons *phonons, umk_context *context, const umk_harmonic *harmonic,
                               int64_t n_points, const int64_t *points) {
    umk_status status = UMK_OK;
    int n_threads = umk_context_n_threads(context);
    solve_work work = {.harmonic = harmonic, .context = context, .phonons = phonons, .points = points};
    UMK_ALLOCATE(context, work.workspaces, n_threads);
    for (int t = 0; t < n_threads; t++) {
        UMK_TRY(umk_harmonic_workspace_create(&work.workspaces[t], context, harmonic));
    }
    UMK_TRY(umk_parallel_for(context, n_points, solve_point, &work));
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

/* ---- orbits of a grid ---------------------------------------------------------------------------------------------*/

/* What of an orbit is solved and how the rest follows. */
typedef struct orbit_plan {
    const umk_harmonic *harmonic;
    umk_phonons *phonons;
    umk_orbit_member *members;    /* (n_points) */
    umk_mode_rotation *rotations; /* (grid rotations) operation < 0: eigenvectors cannot be rotated by it */
    int64_t n_solved, *solved;    /* points to diagonalize */
    int64_t n_rotated, *rotated;  /* points whose modes are those of their representative, rotated */
} orbit_plan;

/* Which operation of the space group each rotation of the grid is; none where the dynamical matrix is not symmetric. */
static umk_status find_operations(orbit_plan *plan, umk_context *context, const umk_grid *grid) {
    umk_status status = UMK_OK;
    double asymmetry;
    UMK_ALLOCATE(context, plan->rotations, grid->n_rotations);
    UMK_TRY(umk_harmonic_asymmetry(plan->harmonic, context, &asymmetry));
    bool is_symmetric = asymmetry <= rotation_tolerance;
    if (!is_symmetric) {
        umk_log(context, UMK_LOG_INFO,
                "every q-point is diagonalized by itself: the dynamical matrix breaks the symmetry of the crystal by "
                "%.1e of its largest element",
                asymmetry);
    }
    for (int64_t r = 0; r < grid->n_rotations; r++) {
        umk_mode_rotation *rotation = &plan->rotations[r];
        const int64_t(*reciprocal)[3] = (const int64_t(*)[3])grid->reciprocal_rotations[r];
        rotation->operation =
            is_symmetric ? umk_mode_operation_find(&plan->harmonic->symmetry, reciprocal, &rotation->reverses) : -1;
    }
cleanup:
    return status;
}

static umk_status plan_orbits(orbit_plan *plan, umk_context *context, const umk_grid *grid) {
    umk_status status = UMK_OK;
    int64_t n_points = plan->phonons->n_points;
    UMK_TRY(find_operations(plan, context, grid));
    UMK_TRY(umk_phonon_orbits(&plan->members, context, grid, plan->harmonic->nac_method == UMK_NAC_NONE));
    UMK_ALLOCATE(context, plan->solved, n_points);
    UMK_ALLOCATE(context, plan->rotated, n_points);
    for (int64_t point = 0; point < n_points; point++) {
        const umk_orbit_member *member = &plan->members[point];
        if (member->representative != point && plan->rotations[member->rotation].operation >= 0) {
            plan->rotated[plan->n_rotated++] = point;
        } else {
            plan->solved[plan->n_solved++] = point;
        }
    }
cleanup:
    return status;
}

static void clear_plan(orbit_plan *plan) {
    umk_release(plan->members);
    umk_release(plan->rotations);
    umk_release(plan->solved);
    umk_release(plan->rotated);
}

static umk_status rotate_point(void *argument, int64_t index, int worker) {
    (void)worker;
    const orbit_plan *plan = argument;
    umk_phonons *phonons = plan->phonons;
    int64_t n = phonons->n_bands, point = plan->rotated[index], first = plan->members[point].representative;
    umk_mode_rotation rotation = plan->rotations[plan->members[point].rotation];
    memcpy(rotation.q, phonons->q_points[first], sizeof rotation.q);
    memcpy(rotation.rotated_q, phonons->q_points[point], sizeof rotation.rotated_q);
    memcpy(&phonons->frequencies[point * n], &phonons->frequencies[first * n], sizeof(double) * (size_t)n);
    umk_mode_rotate(&plan->harmonic->symmetry, &rotation, n, &phonons->eigenvectors[first * n * n],
                    &phonons->eigenvectors[point * n * n]);
    return UMK_OK;
}

static double largest_difference(int64_t n, const double *a, const double *b) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

/* Copies frequencies of points with eigenvectors of their own; a point that differs too much keeps them. */
static void unify_orbits(const orbit_plan *plan, umk_context *context) {
    umk_phonons *phonons = plan->phonons;
    int64_t n = phonons->n_bands, n_broken = 0;
    double worst = 0;
    for (int64_t i = 0; i < plan->n_solved; i++) {
        int64_t point = plan->solved[i];
        double *own = &phonons->frequencies[point * n];
        const double *first = &phonons->frequencies[plan->members[point].representative * n];
        if (own == first) continue;
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
    orbit_plan plan = {.harmonic = harmonic};
    *phonons = NULL;
    UMK_TRY(check_options(context, &chosen, options));
    UMK_TRY(allocate_phonons(&made, context, grid->n_bz_points, harmonic->n_bands));
    made->is_periodic = harmonic->nac_method == UMK_NAC_NONE;
    for (int64_t point = 0; point < grid->n_bz_points; point++) {
        umk_grid_q_point(grid, point, made->q_points[point]);
        made->is_image[point] = grid->bz_map[grid->bz_to_gr[point]] != point;
    }
    plan.phonons = made;
    UMK_TRY(plan_orbits(&plan, context, grid));
    UMK_TRY(solve_points(made, context, harmonic, plan.n_solved, plan.solved));
    unify_orbits(&plan, context);
    UMK_TRY(umk_parallel_for(context, plan.n_rotated, rotate_point, &plan));
    finish(made, harmonic, &chosen);
    *phonons = made;
    made = NULL;
cleanup:
    clear_plan(&plan);
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
    UMK_TRY(solve_points(made, context, harmonic, n_points, NULL));
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
