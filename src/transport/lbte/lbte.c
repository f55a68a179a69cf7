/*
 * The full linearized Boltzmann equation: scattering of all irreducible points with the rows of the collision operator,
 * the solution, and kappa.
 *
 * Degenerate sets. The operator acts on what the modes of a degenerate set have in common. Where their velocities
 * differ, as on zone-boundary planes where bands stick together by symmetry and each has the slope of its branch, the
 * differences within a set are relaxed by the set's linewidth alone: the strength is the same for all modes of a set,
 * so that nothing scatters into a difference. phono3py leaves the differences out (whole_sets).
 */
#include "transport/conductivity.h"
#include "transport/lbte/plan.h"
#include "transport/lbte/slab.h"
#include "transport/lbte/solvers.h"
#include "transport/rta.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- kappa ------------------------------------------------------------------------------------------------------*/

static umk_status keep_rta(umk_conductivity *result, umk_context *context) {
    umk_status status = UMK_OK;
    int64_t n = 6 * result->n_temperatures, modes = n * result->n_points * result->n_bands;
    result->mode_kappa_rta = result->mode_kappa;
    result->kappa_rta = result->kappa;
    result->mode_kappa = result->kappa = NULL;
    UMK_ALLOCATE(context, result->kappa, n);
    UMK_ALLOCATE(context, result->mode_kappa, modes);
cleanup:
    return status;
}

/* What the velocity of a mode has beyond the mean of its degenerate set. */
static void difference(const umk_collision_space *space, const umk_conductivity *result, int64_t t, int64_t mode,
                       double out[3]) {
    const double *v = result->group_velocities + 3 * mode;
    double drive[3], root = sqrt(result->heat_capacities[t * space->n_modes + mode]);
    umk_field_get(space, space->drive, mode, t, drive);
    for (int a = 0; a < 3; a++) {
        out[a] = root * (v[0] * space->axes[0][a] + v[1] * space->axes[1][a] + v[2] * space->axes[2][a]) - drive[a];
    }
}

/* Differences of this size, relative to the velocity, are rounding errors. */
static const double difference_tolerance = 1e-5;

static bool differs(const umk_collision_space *space, int64_t t, int64_t mode, const double d[3]) {
    double drive[3], size = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    umk_field_get(space, space->drive, mode, t, drive);
    double all = size + drive[0] * drive[0] + drive[1] * drive[1] + drive[2] * drive[2];
    return size > difference_tolerance * difference_tolerance * all;
}

/* mode_kappa and kappa at one temperature; returns the trace of what differences within degenerate sets carry. */
static double sum_temperature(const umk_collision_space *space, umk_conductivity *result, const double *solution,
                              int64_t t, bool whole_sets) {
    double factor = result->kappa_unit_conversion / 2, sum[6] = {0}, of_differences = 0;
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        int64_t point = mode / space->n_bands;
        double *out = result->mode_kappa + (t * space->n_modes + mode) * 6, drive[3], y[3], d[3];
        double linewidth = space->linewidths[umk_mode_at(space, mode, t)];
        umk_field_get(space, space->drive, mode, t, drive);
        umk_field_get(space, solution, mode, t, y);
        umk_collision_add_star(space, point, factor, drive, y, out);
        difference(space, result, t, mode, d);
        if (!whole_sets && linewidth > 0 && differs(space, t, mode, d)) {
            double trace = out[0] + out[1] + out[2];
            umk_collision_add_star(space, point, factor / linewidth, d, d, out);
            of_differences += out[0] + out[1] + out[2] - trace;
        }
        for (int c = 0; c < 6; c++) sum[c] += out[c];
    }
    for (int c = 0; c < 6; c++) result->kappa[t * 6 + c] = sum[c] / (double)space->grid->n_points;
    double trace = sum[0] + sum[1] + sum[2];
    return trace > 0 ? of_differences / trace : 0;
}

/** Temperatures of one state: how many, from where to where, and the worst of them. */
typedef struct state_range {
    int64_t n, n_iterations;
    double least, most, worst;
    bool has_eigenvalue;
} state_range;

static void add_to_range(state_range *range, double temperature, double badness) {
    range->n++;
    range->least = fmin(range->least, temperature);
    range->most = fmax(range->most, temperature);
    range->worst = fmax(range->worst, badness);
}

static state_range find_states(const umk_conductivity *result, const umk_lbte_report *reports, umk_lbte_state state) {
    state_range range = {.least = INFINITY};
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        if (reports[t].state != state) continue;
        double badness = state == UMK_LBTE_NOT_CONVERGED ? reports[t].residual : -reports[t].lowest_curvature;
        add_to_range(&range, result->temperatures[t], badness);
        range.has_eigenvalue = reports[t].n_negative > 0;
        if (reports[t].n_iterations > range.n_iterations) range.n_iterations = reports[t].n_iterations;
    }
    return range;
}

static void name_temperatures(char *text, size_t size, const state_range *range) {
    if (range->n == 1) {
        snprintf(text, size, "%g K", range->least);
    } else {
        snprintf(text, size, "%g to %g K (%lld temperatures)", range->least, range->most, (long long)range->n);
    }
}

/* One line for all temperatures of a state. */
static void log_states(umk_context *context, const umk_conductivity *result, const umk_lbte_report *reports) {
    char where[96];
    state_range range = find_states(result, reports, UMK_LBTE_NOT_CONVERGED);
    name_temperatures(where, sizeof where, &range);
    if (range.n > 0) {
        umk_log(context, UMK_LOG_WARNING,
                "%s: kappa has not converged after %lld iterations (residual %.1e) and is a lower bound", where,
                (long long)range.n_iterations, range.worst);
    }
    range = find_states(result, reports, UMK_LBTE_NOT_POSITIVE);
    name_temperatures(where, sizeof where, &range);
    if (range.n == 0) return;
    umk_log(context, UMK_LOG_WARNING,
            "%s: the collision operator is not positive (%s %.2e), so that kappa is not determined: integration errors "
            "are larger than the linewidths of the modes that carry heat there; use a finer mesh or smearing",
            where, range.has_eigenvalue ? "lowest eigenvalue in THz" : "lowest relative curvature", -range.worst);
}

/* A cut-off is taken as it is asked for, but one that decides about kappa is told; and so are integration errors. */
static void log_doubts(umk_context *context, const umk_conductivity *result, const umk_lbte_report *reports) {
    const double small_share = 1e-6, large_error = 0.5;
    char where[96];
    state_range shares = {.least = INFINITY}, errors = {.least = INFINITY};
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        double temperature = result->temperatures[t], share = reports[t].doubtful_share;
        double error = reports[t].integration_error;
        if (reports[t].state == UMK_LBTE_NOT_POSITIVE) continue;
        if (share > small_share) add_to_range(&shares, temperature, share);
        if (error > large_error) add_to_range(&errors, temperature, error);
    }
    if (errors.n > 0) {
        name_temperatures(where, sizeof where, &errors);
        umk_log(context, UMK_LOG_WARNING,
                "%s: kappa is not reliable: integration errors are estimated at up to %.2g times kappa, which is "
                "carried by modes that hardly decay there; use a finer mesh or smearing",
                where, errors.worst);
    }
    if (shares.n > 0) {
        name_temperatures(where, sizeof where, &shares);
        umk_log(context, UMK_LOG_WARNING,
                "%s: kappa depends on the cut-off of eigenvalues: those that it leaves out, and negative ones, would "
                "carry a part of up to %.2g of it",
                where, shares.worst);
    }
}

/* Shares of relaxons in a kappa that is not determined are not, either. */
static void mark_spectrum(umk_lbte_spectrum *spectrum, const umk_lbte_report *reports) {
    if (spectrum == NULL || spectrum->kappa == NULL) return;
    int64_t n = 6 * spectrum->n_values;
    for (int64_t t = 0; t < spectrum->n_temperatures; t++) {
        if (reports[t].state != UMK_LBTE_NOT_POSITIVE) continue;
        for (int64_t k = 0; k < n; k++) spectrum->kappa[t * n + k] = NAN;
    }
}

static void conclude(umk_context *context, const umk_collision_space *space, umk_conductivity *result,
                     umk_lbte_report *reports, const double *solution, const umk_lbte_options *options) {
    int64_t n = 6 * space->n_modes;
    for (int64_t t = 0; t < space->n_temperatures; t++) {
        reports[t].n_without = space->n_without[t];
        reports[t].degenerate_share = sum_temperature(space, result, solution, t, options->whole_sets);
        if (reports[t].state != UMK_LBTE_NOT_POSITIVE) continue;
        for (int64_t k = 0; k < n; k++) result->mode_kappa[t * n + k] = NAN;
        for (int c = 0; c < 6; c++) result->kappa[t * 6 + c] = NAN;
    }
    log_states(context, result, reports);
    log_doubts(context, result, reports);
}

/* ---- the run ------------------------------------------------------------------------------------------------------*/

/** One way to integrate: the operator of each has its own entries. */
typedef struct lbte_run {
    umk_rta rta;
    const umk_lbte_options *options;
    umk_conductivity *result;
    umk_collision collision;
    umk_collision_space *space;
    umk_checkpoint checkpoint;
    double *slab, *coefficients; /* of rows for files */
    int64_t n_given;
    const int64_t *given; /* (n_given) BZ points whose rows alone are wanted */
} lbte_run;

static umk_status give_rows(void *user, int64_t point, const umk_linewidth_result *linewidths, int64_t n_rows,
                            umk_collision_row *const *rows) {
    lbte_run *run = user;
    int64_t n = run->rta.n_bands;
    for (int64_t t = 0; linewidths != NULL && t < run->rta.n_temperatures; t++) {
        memcpy(run->result->gamma + (t * run->rta.n_points + point) * n, linewidths->gamma + t * n,
               (size_t)n * sizeof(double));
    }
    umk_collision_fill_slab(run->space, n_rows, rows, run->slab, run->coefficients);
    return run->options->write_rows(run->options->user, run->result, point, run->slab);
}

static void save_points(void *user, int64_t first, int64_t n) {
    lbte_run *run = user;
    umk_checkpoint_save_points(&run->checkpoint, first, n, run->result, &run->collision);
}

/* Rows of the given grid points alone, for files. */
static umk_status scatter_given(lbte_run *run) {
    umk_status status = UMK_OK;
    const umk_rta *rta = &run->rta;
    int64_t n = rta->n_bands;
    umk_linewidth_result point = {0};
    UMK_ALLOCATE(rta->context, point.gamma, rta->n_temperatures * n);
    for (int64_t g = 0; g < run->n_given; g++) {
        int64_t i = 0;
        UMK_TRY(umk_lbte_find_point(&i, rta, run->given[g]));
        UMK_TRY(umk_progress(rta->context, (double)g / (double)run->n_given));
        UMK_TRY(umk_collision_pass(&run->collision, i, 1, &point));
    }
cleanup:
    umk_release(point.gamma);
    return status;
}

/* Scattering of all points, and their rows. */
static umk_status scatter(lbte_run *run, int64_t sigma) {
    umk_status status = UMK_OK;
    umk_rta *rta = &run->rta;
    UMK_TRY(umk_checkpoint_open(&run->checkpoint, rta, run->options->checkpoint, run->options->checkpoint_is_optional));
    double left = umk_lbte_memory(rta->context, run->options) - umk_lbte_bytes(rta, run->options);
    umk_collision_init(&run->collision, rta->context, rta->linewidth, rta->n_points, rta->points, left > 0 ? left : 0);
    if (run->options->write_rows != NULL) {
        UMK_ALLOCATE(rta->context, run->slab, umk_collision_slab_size(run->space));
        UMK_ALLOCATE(rta->context, run->coefficients, 2 * rta->n_bands * rta->n_bands);
        run->collision.on_rows = give_rows;
        run->collision.user = run;
    }
    run->collision.sigma = sigma;
    if (run->n_given > 0) return scatter_given(run);
    UMK_TRY(umk_checkpoint_load(&run->checkpoint, &rta->n_done, run->result, &run->collision));
    if (rta->n_done > 0) {
        umk_log(rta->context, UMK_LOG_INFO, "%lld of %lld grid points were read from the checkpoint.",
                (long long)rta->n_done, (long long)rta->n_points);
    }
    if (run->collision.on_rows != NULL) UMK_TRY(umk_checkpoint_fetch_rows(&run->checkpoint, &run->collision));
    rta->collision = &run->collision;
    rta->on_flight = save_points;
    rta->user = run;
    UMK_TRY(umk_rta_scatter(rta, run->result));
    if (run->collision.on_rows == NULL) UMK_TRY(umk_checkpoint_fetch_rows(&run->checkpoint, &run->collision));
cleanup:
    return status;
}

static umk_status solve(lbte_run *run, umk_lbte_report *reports, umk_lbte_spectrum *spectrum) {
    umk_status status = UMK_OK;
    const umk_rta *rta = &run->rta;
    umk_collision_space *space = run->space;
    double *solution = NULL;
    umk_collision_space_set_linewidths(space, run->result);
    UMK_ALLOCATE(rta->context, solution, space->field_size);
    if (run->options->solver == UMK_LBTE_DIRECT) {
        double factor = run->result->kappa_unit_conversion / (2 * (double)rta->model->grid->n_points);
        UMK_TRY(umk_lbte_solve_directly(solution, reports, spectrum, &run->collision, space, factor, run->options));
    } else {
        UMK_TRY(umk_lbte_solve_iteratively(solution, reports, &run->collision, space, &run->checkpoint, run->options));
    }
    UMK_TRY(umk_lbte_find_integration_errors(reports, &run->collision, space, solution));
    UMK_TRY(keep_rta(run->result, rta->context));
    conclude(rta->context, space, run->result, reports, solution, run->options);
    mark_spectrum(spectrum, reports);
cleanup:
    umk_release(solution);
    return status;
}

/* kappa_inter of the linewidths; kappa stays that of the populations, as in phono3py's files. */
static umk_status add_coherences(const umk_rta *rta, umk_conductivity *result) {
    umk_status status = UMK_OK;
    size_t bytes = (size_t)(6 * result->n_temperatures) * sizeof(double);
    if (!umk_rta_has_coherences(rta)) return UMK_OK;
    UMK_TRY(umk_rta_add_coherences(rta, result));
    UMK_ALLOCATE(rta->context, result->kappa_intra_rta, 6 * result->n_temperatures);
    result->kappa_intra_exact = result->kappa_intra;
    result->kappa_intra = NULL;
    memcpy(result->kappa, result->kappa_intra_exact, bytes);
    memcpy(result->kappa_intra_rta, result->kappa_rta, bytes);
cleanup:
    return status;
}

static umk_status run_sigma(lbte_run *run, int64_t sigma, umk_lbte_report *reports, umk_lbte_spectrum *spectrum,
                            umk_context *context, const umk_transport_model *model, umk_rta_options *options) {
    umk_status status = UMK_OK;
    umk_rta *rta = &run->rta;
    UMK_TRY(umk_lbte_prepare(rta, context, model, options, run->options));
    UMK_TRY(umk_rta_begin(rta, run->result));
    UMK_TRY(umk_collision_space_create(&run->space, context, model->grid, model->phonons, run->result,
                                       rta->cutoff_frequency, options->no_kappa_stars));
    if (options->read == NULL) {
        UMK_TRY(scatter(run, sigma));
    } else {
        run->collision = (umk_collision){.context = context, .sigma = sigma};
        UMK_TRY(umk_rta_scatter(rta, run->result));
    }
    if (run->n_given > 0) goto cleanup;
    umk_rta_sum(rta, 0, run->result);
    UMK_TRY(solve(run, reports, spectrum));
    UMK_TRY(add_coherences(rta, run->result));
cleanup:
    return status;
}

static void clear_run(lbte_run *run) {
    umk_checkpoint_clear(&run->checkpoint);
    umk_collision_clear(&run->collision);
    umk_collision_space_destroy(run->space);
    umk_release(run->slab);
    umk_release(run->coefficients);
    umk_rta_clear(&run->rta);
}

umk_status umk_lbte_run(umk_conductivity *results, umk_lbte_report *reports, umk_lbte_spectrum *spectra,
                        umk_context *context, const umk_transport_model *model, const umk_rta_options *options,
                        const umk_lbte_options *lbte) {
    umk_status status = UMK_OK;
    int64_t n = options->n_sigmas > 0 ? options->n_sigmas : 1;
    memset(results, 0, (size_t)n * sizeof *results);
    if (options->n_temperatures > 0) memset(reports, 0, (size_t)(n * options->n_temperatures) * sizeof *reports);
    if (spectra != NULL) memset(spectra, 0, (size_t)n * sizeof *spectra);
    UMK_TRY(umk_lbte_check_options(context, options, lbte));
    for (int64_t s = 0; s < n; s++) {
        umk_rta_options of_sigma = *options;
        lbte_run run = {
            .options = lbte, .result = &results[s], .n_given = options->n_grid_points, .given = options->grid_points};
        of_sigma.n_grid_points = 0;
        run.rta.n_results = n;
        if (options->n_sigmas > 0) {
            of_sigma.n_sigmas = 1;
            of_sigma.sigmas = options->sigmas + s;
        }
        if (options->read != NULL) of_sigma.read = options->read + s;
        status = run_sigma(&run, s, reports + s * options->n_temperatures,
                           lbte->solver == UMK_LBTE_DIRECT && spectra != NULL ? &spectra[s] : NULL, context, model,
                           &of_sigma);
        clear_run(&run);
        if (status != UMK_OK) goto cleanup;
    }
cleanup:
    return status;
}
