/*
 * Options, memory and time of a run of the full Boltzmann equation, before its long part.
 *
 * All that is needed anyway is planned first; what the memory leaves keeps rows of the operator.
 */
#include "transport/lbte/plan.h"
#include "linalg/symmetric.h"
#include "transport/lbte/collision_space.h"
#include "transport/lbte/solvers.h"
#include <math.h>

enum { least_points_for_time = 64 };

umk_status umk_lbte_check_options(umk_context *context, const umk_rta_options *options, const umk_lbte_options *lbte) {
    if (options->average_strength || options->constant_strength > 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "the collision operator needs the strength of each triplet: no average strengths");
    }
    if ((options->read != NULL) != (lbte->read_rows != NULL) ||
        (lbte->read_rows != NULL && (lbte->solver != UMK_LBTE_DIRECT || lbte->write_rows != NULL))) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "rows of the collision matrix are read together with linewidths, and solved directly");
    }
    if (options->n_grid_points > 0 && (lbte->write_rows == NULL || lbte->checkpoint != NULL)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "kappa needs all grid points: of some of them rows of the collision matrix can be written");
    }
    if (lbte->tolerance < 0 || !(lbte->tolerance < 1) || lbte->most_iterations < 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "tolerance %g, at most %lld iterations: out of range",
                        lbte->tolerance, (long long)lbte->most_iterations);
    }
    if ((lbte->solver != UMK_LBTE_ITERATIVE && lbte->solver != UMK_LBTE_DIRECT) || isnan(lbte->pinv_cutoff) ||
        lbte->pinv_method < 0 || lbte->pinv_method > 1) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "solver %d, cut-off %g of eigenvalues by method %d: out of range",
                        (int)lbte->solver, lbte->pinv_cutoff, lbte->pinv_method);
    }
    if ((lbte->relaxons || lbte->reducible) && lbte->solver != UMK_LBTE_DIRECT) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "%s: the direct solver is needed",
                        lbte->relaxons ? "relaxons" : "matrix on all modes");
    }
    if (lbte->reducible && (lbte->relaxons || lbte->read_rows != NULL || lbte->write_rows != NULL)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "relaxons and files of the collision matrix are of irreducible modes, not of all modes");
    }
    if (lbte->checkpoint != NULL && (options->normal_umklapp || options->full_strength)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "a checkpoint keeps no normal and Umklapp parts and no average strengths");
    }
    return UMK_OK;
}

/* ---- memory -----------------------------------------------------------------------------------------------------*/

double umk_lbte_memory(const umk_context *context, const umk_lbte_options *lbte) {
    double limit = (double)umk_context_memory_limit(context);
    return lbte->memory > 0 && lbte->memory < limit ? lbte->memory : limit;
}

/* The most dimensions that the dense matrices can have, each set being of a single band; returns how many there are. */
static int count_dimensions(double dimensions[3], const umk_rta *rta, const umk_lbte_options *lbte) {
    double bands = (double)rta->n_bands;
    dimensions[0] = (double)rta->model->grid->n_points * bands;
    if (lbte->reducible) return 1;
    for (int a = 0; a < 3; a++) dimensions[a] = rta->directions[a] * bands;
    return 3;
}

static double most_dimensions(const umk_rta *rta, const umk_lbte_options *lbte) {
    double dimensions[3], most = 0;
    int n = count_dimensions(dimensions, rta, lbte);
    for (int b = 0; b < n; b++) most = fmax(most, dimensions[b]);
    return most;
}

/*
 * Rows of the points in flight before they are kept or dropped, and those that a worker builds: of the band triples
 * about one in six has a weight of tetrahedra, and all may have one of a Gaussian.
 */
static double flight_row_bytes(const umk_rta *rta) {
    bool is_smeared = rta->options->n_sigmas > 0 && rta->options->sigmas[0] > 0;
    const umk_grid *grid = rta->model->grid;
    double bands = (double)rta->n_bands, entry_bytes = sizeof(double) + sizeof(uint32_t);
    double share = grid->has_mesh_symmetry ? 0.5 : 1;
    double of_point =
        share * (double)grid->n_points * (24 + entry_bytes * bands * bands * bands / (is_smeared ? 1 : 6));
    return rta->linewidth == NULL ? 0 : of_point * (double)umk_linewidth_points_in_flight(rta->linewidth);
}

static double solver_bytes(const umk_rta *rta, const umk_lbte_options *lbte, umk_lbte_solver solver) {
    int n_threads = umk_context_n_threads(rta->context);
    double field = umk_collision_field_bytes(rta->n_points, rta->n_bands, rta->n_temperatures), dimensions[3];
    double shared = (2 + 2.0 / 3) * field; /* drive and solution; linewidths and 1 / sinh have no axes */
    int n_blocks = count_dimensions(dimensions, rta, lbte);
    if (solver == UMK_LBTE_ITERATIVE) {
        return shared + umk_lbte_iterative_bytes(rta->n_points, rta->n_bands, rta->n_temperatures, n_threads);
    }
    double errors = umk_collision_workspace_bytes(rta->n_points, rta->n_bands, rta->n_temperatures, n_threads);
    double n_values = lbte->reducible ? dimensions[0] : 3 * (double)rta->n_points * (double)rta->n_bands;
    double spectrum = sizeof(double) * (lbte->relaxons ? 7 : 1) * n_values * (double)rta->n_temperatures;
    /* integration errors are estimated when the matrix is gone */
    return shared + spectrum + fmax(umk_lbte_direct_bytes(n_blocks, dimensions) + field, errors + 2 * field);
}

/* Rows of one point for files; a file that is written is made in memory and copied. */
static double slab_bytes(const umk_rta *rta, const umk_lbte_options *lbte) {
    double bands = (double)rta->n_bands, copies = lbte->write_rows != NULL ? 3 : lbte->read_rows != NULL ? 2 : 0;
    return copies * sizeof(double) * 9 * bands * bands * (double)rta->n_points * (double)rta->n_temperatures;
}

static double scattering_bytes(const umk_rta *rta, const umk_lbte_options *lbte) {
    double n_results = rta->n_results > 1 ? (double)rta->n_results : 1;
    double bytes = (n_results + 1) * umk_rta_result_bytes(rta) + umk_rta_coherence_bytes(rta) + slab_bytes(rta, lbte);
    if (rta->linewidth != NULL) bytes += umk_linewidth_memory(rta->linewidth) + flight_row_bytes(rta);
    return bytes;
}

double umk_lbte_bytes(const umk_rta *rta, const umk_lbte_options *lbte) {
    return scattering_bytes(rta, lbte) + solver_bytes(rta, lbte, lbte->solver);
}

static umk_status fail_memory(const umk_rta *rta, const umk_lbte_options *lbte) {
    bool is_direct = lbte->solver == UMK_LBTE_DIRECT;
    double memory = umk_lbte_memory(rta->context, lbte), scattering = scattering_bytes(rta, lbte);
    double other = scattering + solver_bytes(rta, lbte, UMK_LBTE_ITERATIVE);
    return umk_fail(rta->context, UMK_ERROR_MEMORY, "the %s solver needs %.3g GB and there are %.3g GB: %s",
                    is_direct ? "direct" : "iterative", umk_lbte_bytes(rta, lbte) / 1e9, memory / 1e9,
                    is_direct && other <= memory ? "the iterative solver (--solver iterative) fits"
                                                 : "use a coarser mesh, fewer temperatures (--ts) or threads, or raise "
                                                   "--memory");
}

/* The sums of the ranks of the projectors of all points. */
static umk_status count_directions(umk_rta *rta) {
    return umk_collision_count_directions(rta->directions, rta->context, rta->model->grid, rta->n_points, rta->points,
                                          rta->options->no_kappa_stars);
}

/*
 * Triplets that are reduced stand for their images under the little group of q0, which is what a field does that the
 * point group makes of irreducible points; where each point is for itself all of them are needed.
 */
static umk_status check_stars(umk_context *context, const umk_grid *grid, bool no_stars) {
    bool fits = !no_stars || !grid->has_mesh_symmetry;
    for (int64_t g = 0; g < grid->n_points; g++) {
        fits = fits && grid->irreducible_map[g] == (no_stars ? g : grid->symmetry_map[g]);
    }
    if (fits) return UMK_OK;
    return umk_fail(context, UMK_ERROR_ARGUMENT,
                    "no_kappa_stars goes together with a grid of no_grid_point_symmetry and no_mesh_symmetry");
}

/* What the LAPACK library can do at all. */
static umk_status check_size(const umk_rta *rta, const umk_lbte_options *lbte) {
    double n = most_dimensions(rta, lbte);
    if (lbte->solver != UMK_LBTE_DIRECT || n <= umk_symmetric_most_dimensions()) return UMK_OK;
    return umk_fail(
        rta->context, UMK_ERROR_ARGUMENT,
        "a matrix of %.0f dimensions is too large for the LAPACK library: use the iterative solver (--solver "
        "iterative) or a coarser mesh",
        n);
}

umk_status umk_lbte_prepare(umk_rta *rta, umk_context *context, const umk_transport_model *model,
                            umk_rta_options *options, const umk_lbte_options *lbte) {
    enum { many = 8 };
    double memory = umk_lbte_memory(context, lbte);
    bool chosen = options->grid_points_in_flight > 0;
    int64_t n_results = rta->n_results;
    for (int64_t n = many;; n /= 2) {
        umk_status status = umk_rta_prepare(rta, context, model, options);
        rta->n_results = n_results;
        if (status == UMK_OK) status = check_stars(context, model->grid, options->no_kappa_stars);
        if (status == UMK_OK) status = count_directions(rta);
        if (status == UMK_OK) status = check_size(rta, lbte);
        bool fits = status == UMK_OK && umk_lbte_bytes(rta, lbte) <= memory;
        if (fits || (status != UMK_OK && status != UMK_ERROR_MEMORY)) return status;
        if (chosen || n == 0) return status == UMK_OK ? fail_memory(rta, lbte) : status;
        umk_rta_clear(rta);
        options->grid_points_in_flight = n;
    }
}

umk_status umk_lbte_find_point(int64_t *number, const umk_rta *rta, int64_t bz_point) {
    int64_t n = rta->model->grid->n_bz_points;
    if (bz_point < 0 || bz_point >= n) {
        return umk_fail(rta->context, UMK_ERROR_ARGUMENT, "grid point %lld: the grid has 0 to %lld",
                        (long long)bz_point, (long long)n - 1);
    }
    for (*number = 0; *number < rta->n_points; (*number)++) {
        if (rta->points[*number] == bz_point) return UMK_OK;
    }
    return umk_fail(rta->context, UMK_ERROR_ARGUMENT, "grid point %lld is not one of the irreducible ones",
                    (long long)bz_point);
}

/* ---- estimate ---------------------------------------------------------------------------------------------------*/

typedef struct row_sum {
    double bytes;
} row_sum;

static umk_status add_bytes(void *user, umk_collision_row *row) {
    row_sum *sum = user;
    sum->bytes += (double)umk_collision_row_bytes(row->n_triplets, row->n_entries);
    umk_release(row);
    return UMK_OK;
}

/* One grid point of many tells time and bytes of a triplet. */
static umk_status sample(umk_lbte_estimate *estimate, const umk_rta *rta) {
    row_sum sum = {0};
    umk_row_sink sink = {add_bytes, &sum};
    umk_linewidth_result result = {0};
    double started = umk_now();
    umk_status status =
        umk_linewidth_run_rows(rta->linewidth, rta->context, 1, &rta->points[rta->n_points / 2], &result, &sink);
    if (status != UMK_OK) return status;
    double scale = estimate->n_triplets / (double)result.n_triplets;
    if (rta->n_points >= least_points_for_time) estimate->seconds = (umk_now() - started) * scale;
    estimate->row_bytes = sum.bytes * scale;
    return UMK_OK;
}

/* 9 n^3 operations at what a thread does in LAPACK. */
static double diagonalization_seconds(double n_dimensions, double n_temperatures) {
    const double operations_per_second = 15e9;
    return 9 * n_dimensions * n_dimensions * n_dimensions / operations_per_second * n_temperatures;
}

static const double usual_iterations = 10;

/* Of the usual iterations themselves; the time of an entry, in a lane and on a thread, was measured. */
static double iteration_seconds(const umk_rta *rta, double row_bytes) {
    const double seconds_per_lane = 0.5e-9;
    double n_entries = row_bytes / (sizeof(double) + sizeof(uint32_t));
    double n_lanes = (double)umk_collision_count_lanes(rta->n_temperatures);
    return usual_iterations * n_entries * n_lanes * seconds_per_lane / umk_context_n_threads(rta->context);
}

/* How many times rows that are not kept are computed again: as many iterations as are usual, or once for a matrix. */
static double count_passes(const umk_rta *rta, const umk_lbte_options *lbte) {
    return lbte->solver == UMK_LBTE_DIRECT ? (double)rta->n_temperatures : usual_iterations;
}

umk_status umk_lbte_estimate_run(umk_lbte_estimate *estimate, umk_context *context, const umk_transport_model *model,
                                 const umk_rta_options *options, const umk_lbte_options *lbte) {
    umk_status status = UMK_OK;
    umk_rta rta = {0};
    umk_rta_options of_sigma = *options;
    *estimate = (umk_lbte_estimate){.kept_share = 1};
    if (of_sigma.n_sigmas > 1) of_sigma.n_sigmas = 1;
    of_sigma.n_grid_points = 0;
    rta.n_results = options->n_sigmas;
    UMK_TRY(umk_lbte_check_options(context, options, lbte));
    UMK_TRY(umk_lbte_prepare(&rta, context, model, &of_sigma, lbte));
    for (int64_t g = 0, number; g < options->n_grid_points; g++) {
        UMK_TRY(umk_lbte_find_point(&number, &rta, options->grid_points[g]));
    }
    estimate->n_points = rta.n_points;
    estimate->n_dimensions = (int64_t)most_dimensions(&rta, lbte);
    estimate->bytes = umk_lbte_bytes(&rta, lbte);
    estimate->other_solver_bytes = scattering_bytes(&rta, lbte);
    estimate->other_solver_bytes +=
        solver_bytes(&rta, lbte, lbte->solver == UMK_LBTE_DIRECT ? UMK_LBTE_ITERATIVE : UMK_LBTE_DIRECT);
    if (lbte->solver == UMK_LBTE_DIRECT) {
        estimate->diagonalization_seconds =
            diagonalization_seconds((double)estimate->n_dimensions, (double)rta.n_temperatures);
    }
    if (model->interaction != NULL) estimate->fingerprint = umk_checkpoint_fingerprint(&rta);
    UMK_TRY(umk_rta_count_triplets(&estimate->n_triplets, &rta));
    if (rta.linewidth != NULL) UMK_TRY(sample(estimate, &rta));
    double left = umk_lbte_memory(context, lbte) - estimate->bytes;
    if (estimate->row_bytes > left) estimate->kept_share = left / estimate->row_bytes;
    estimate->seconds *= 1 + (1 - estimate->kept_share) * count_passes(&rta, lbte);
    if (estimate->seconds > 0 && lbte->solver == UMK_LBTE_ITERATIVE) {
        estimate->seconds += iteration_seconds(&rta, estimate->row_bytes);
    }
cleanup:
    umk_rta_clear(&rta);
    return status;
}
