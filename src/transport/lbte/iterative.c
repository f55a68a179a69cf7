/*
 * Conjugate gradients for B y = b, preconditioned by the linewidths, for all temperatures and directions at the same
 * time; Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49, 409 (1952).
 *
 * From y = 0 each step maximizes the functional 2 <b, y> - <y, B y> over a larger space (the variational principle of
 * the Boltzmann equation, Ziman, Electrons and Phonons, sec. 7.7), whose value for the best y is <b, y>, that is kappa:
 * for a positive operator kappa rises with each step towards its limit. The first step with the preconditioner alone is
 * the relaxation-time approximation scaled to its best. A direction p with <p, B p> <= 0 tells that B is not positive
 * and that there is no such limit.
 */
#include "transport/lbte/solvers.h"
#include <math.h>
#include <string.h>

enum { default_iterations = 500, n_fields = 4 }; /* beside the solution */

static const double default_tolerance = 1e-8;

typedef struct iteration {
    const umk_collision_space *space;
    double tolerance;
    int64_t n_steps;
    double *y, *residual, *direction, *product, *preconditioned; /* fields; y is the caller's */
    /* (n_lanes) of each temperature and axis */
    double *old_norm, *norm, *curvature, *first_norm, *kappa, *step;
    int *quiet;            /* steps in a row that changed kappa by less than the tolerance */
    int *ended, *negative; /* no or yes; whole words in a record */
    bool *active;          /* (n_blocks) of temperatures of which one goes on */
} iteration;

double umk_lbte_iterative_bytes(int64_t n_points, int64_t n_bands, int64_t n_temperatures, int n_threads) {
    return n_fields * umk_collision_field_bytes(n_points, n_bands, n_temperatures) +
           umk_collision_workspace_bytes(n_points, n_bands, n_temperatures, n_threads);
}

static umk_status allocate(iteration *it, umk_context *context) {
    umk_status status = UMK_OK;
    int64_t n = it->space->n_lanes, size = it->space->field_size;
    UMK_ALLOCATE(context, it->residual, size);
    UMK_ALLOCATE(context, it->direction, size);
    UMK_ALLOCATE(context, it->product, size);
    UMK_ALLOCATE(context, it->preconditioned, size);
    UMK_ALLOCATE(context, it->old_norm, n);
    UMK_ALLOCATE(context, it->norm, n);
    UMK_ALLOCATE(context, it->curvature, n);
    UMK_ALLOCATE(context, it->first_norm, n);
    UMK_ALLOCATE(context, it->kappa, n);
    UMK_ALLOCATE(context, it->step, n);
    UMK_ALLOCATE(context, it->quiet, n);
    UMK_ALLOCATE(context, it->ended, n);
    UMK_ALLOCATE(context, it->negative, n);
    UMK_ALLOCATE(context, it->active, it->space->n_blocks);
cleanup:
    return status;
}

static void release(iteration *it) {
    umk_release(it->residual);
    umk_release(it->direction);
    umk_release(it->product);
    umk_release(it->preconditioned);
    umk_release(it->old_norm);
    umk_release(it->norm);
    umk_release(it->curvature);
    umk_release(it->first_norm);
    umk_release(it->kappa);
    umk_release(it->step);
    umk_release(it->quiet);
    umk_release(it->ended);
    umk_release(it->negative);
    umk_release(it->active);
}

static void precondition(iteration *it) {
    umk_collision_divide_linewidths(it->space, it->residual, it->preconditioned);
    umk_collision_product(it->space, it->residual, it->preconditioned, it->norm);
}

static void begin(iteration *it) {
    int64_t n = it->space->n_lanes, size = it->space->field_size;
    memset(it->y, 0, (size_t)size * sizeof(double));
    memcpy(it->residual, it->space->drive, (size_t)size * sizeof(double));
    precondition(it);
    memcpy(it->direction, it->preconditioned, (size_t)size * sizeof(double));
    memcpy(it->first_norm, it->norm, (size_t)n * sizeof(double));
    for (int64_t k = 0; k < n; k++) it->ended[k] = !(it->norm[k] > 0);
}

/* Whether any lane goes on, and the blocks of those that do. */
static bool find_active(iteration *it) {
    bool any = false;
    memset(it->active, 0, (size_t)it->space->n_blocks * sizeof *it->active);
    for (int64_t k = 0; k < it->space->n_lanes; k++) {
        if (it->ended[k]) continue;
        it->active[k / it->space->mode_size] = true;
        any = true;
    }
    return any;
}

/* Steps of the lanes that go on; 0 for the others. */
static void choose_steps(iteration *it) {
    umk_collision_product(it->space, it->direction, it->product, it->curvature);
    for (int64_t k = 0; k < it->space->n_lanes; k++) {
        it->step[k] = 0;
        if (it->ended[k]) continue;
        it->negative[k] = !(it->curvature[k] > 0);
        it->ended[k] = it->negative[k];
        if (it->ended[k]) continue;
        it->step[k] = it->norm[k] / it->curvature[k];
    }
}

/* The first lane of the block that a mode's part of a field is in. */
static int64_t first_lane(const umk_collision_space *space, int64_t at) {
    return at / (space->n_modes * space->mode_size) * space->mode_size;
}

static void take_steps(iteration *it) {
    const umk_collision_space *space = it->space;
    for (int64_t first = 0; first < space->field_size; first += space->mode_size) {
        const double *step = it->step + first_lane(space, first);
        for (int64_t k = 0; k < space->mode_size; k++) {
            it->y[first + k] += step[k] * it->direction[first + k];
            it->residual[first + k] -= step[k] * it->product[first + k];
        }
    }
    for (int64_t k = 0; k < space->n_lanes; k++) {
        double gain = it->step[k] * it->norm[k];
        it->kappa[k] += gain;
        it->old_norm[k] = it->norm[k];
        it->quiet[k] = gain < it->tolerance * it->kappa[k] ? it->quiet[k] + 1 : 0;
    }
}

/* The next directions; those of ended lanes become 0, and so do their products. */
static void choose_directions(iteration *it) {
    enum { quiet_steps = 2 };
    const umk_collision_space *space = it->space;
    precondition(it);
    for (int64_t k = 0; k < space->n_lanes; k++) {
        it->ended[k] = it->ended[k] || it->quiet[k] >= quiet_steps || !(it->norm[k] > 0);
    }
    for (int64_t first = 0; first < space->field_size; first += space->mode_size) {
        int64_t lanes = first_lane(space, first);
        for (int64_t k = 0; k < space->mode_size; k++) {
            bool ended = it->ended[lanes + k];
            double before = ended ? 0 : it->norm[lanes + k] / it->old_norm[lanes + k] * it->direction[first + k];
            it->direction[first + k] = ended ? 0 : it->preconditioned[first + k] + before;
        }
    }
}

/* The report of a lane, or NULL where there is no such temperature. */
static umk_lbte_report *report_of(const iteration *it, umk_lbte_report *reports, int64_t lane) {
    int64_t temperature = umk_lane_temperature(it->space, lane);
    return temperature < it->space->n_temperatures ? &reports[temperature] : NULL;
}

static void note_curvature(iteration *it, umk_lbte_report *reports, double *scale) {
    umk_collision_multiply_linewidths(it->space, it->direction, it->preconditioned);
    umk_collision_product(it->space, it->direction, it->preconditioned, scale);
    for (int64_t k = 0; k < it->space->n_lanes; k++) {
        umk_lbte_report *report = report_of(it, reports, k);
        double relative = scale[k] > 0 ? it->curvature[k] / scale[k] : INFINITY;
        if (report != NULL && relative < report->lowest_curvature) report->lowest_curvature = relative;
    }
}

enum { n_state_parts = 14 };

/* All that the next steps depend on; in place, so that it serves for both ways. */
static void list_state(const iteration *it, umk_lbte_report *reports, umk_record_part parts[n_state_parts]) {
    int64_t lanes = it->space->n_lanes, field = it->space->field_size * (int64_t)sizeof(double);
    int64_t line = lanes * (int64_t)sizeof(double);
    const umk_record_part list[n_state_parts] = {
        {&it->tolerance, sizeof it->tolerance},
        {&it->n_steps, sizeof it->n_steps},
        {it->y, field},
        {it->residual, field},
        {it->direction, field},
        {it->norm, line},
        {it->first_norm, line},
        {it->old_norm, line},
        {it->curvature, line},
        {it->kappa, line},
        {it->quiet, lanes * (int64_t)sizeof *it->quiet},
        {it->ended, lanes * (int64_t)sizeof *it->ended},
        {it->negative, lanes * (int64_t)sizeof *it->negative},
        {reports, it->space->n_temperatures * (int64_t)sizeof *reports},
    };
    memcpy(parts, list, sizeof list);
}

/* Goes on from the state of an earlier process; false where there is none that fits. */
static bool restore(iteration *it, umk_lbte_report *reports, const umk_checkpoint *checkpoint) {
    umk_record_part parts[n_state_parts];
    int64_t size = 0;
    double tolerance;
    if (checkpoint == NULL || checkpoint->iteration == NULL) return false;
    list_state(it, reports, parts);
    for (int i = 0; i < n_state_parts; i++) size += parts[i].size;
    if (size != checkpoint->iteration_size) return false;
    /* Steps that ended lanes were judged by the tolerance, which stands first. */
    memcpy(&tolerance, checkpoint->iteration, sizeof tolerance);
    if (tolerance != it->tolerance) return false;
    const char *from = checkpoint->iteration;
    for (int i = 0; i < n_state_parts; from += parts[i++].size) {
        memcpy((void *)parts[i].data, from, (size_t)parts[i].size);
    }
    return true;
}

static void save(const iteration *it, umk_lbte_report *reports, umk_checkpoint *checkpoint) {
    umk_record_part parts[n_state_parts];
    if (checkpoint == NULL) return;
    list_state(it, reports, parts);
    umk_checkpoint_save_iteration(checkpoint, n_state_parts, parts);
}

static void conclude(const iteration *it, umk_lbte_report *reports) {
    for (int64_t k = 0; k < it->space->n_lanes; k++) {
        umk_lbte_report *report = report_of(it, reports, k);
        if (report == NULL) continue;
        double residual = it->first_norm[k] > 0 ? sqrt(fabs(it->norm[k]) / it->first_norm[k]) : 0;
        if (residual > report->residual) report->residual = residual;
        if (!it->ended[k] && report->state == UMK_LBTE_SOLVED) report->state = UMK_LBTE_NOT_CONVERGED;
        if (it->negative[k]) report->state = UMK_LBTE_NOT_POSITIVE;
    }
    for (int64_t t = 0; t < it->space->n_temperatures; t++) {
        if (isinf(reports[t].lowest_curvature)) reports[t].lowest_curvature = 0;
    }
}

umk_status umk_lbte_solve_iteratively(double *solution, umk_lbte_report *reports, umk_collision *collision,
                                      const umk_collision_space *space, umk_checkpoint *checkpoint,
                                      const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    iteration it = {
        .space = space, .tolerance = options->tolerance > 0 ? options->tolerance : default_tolerance, .y = solution};
    double *scale = NULL;
    int64_t most = options->most_iterations > 0 ? options->most_iterations : default_iterations;
    UMK_TRY(allocate(&it, collision->context));
    UMK_ALLOCATE(collision->context, scale, space->n_lanes);
    UMK_TRY(umk_collision_prepare(collision, space));
    for (int64_t t = 0; t < space->n_temperatures; t++) reports[t].lowest_curvature = INFINITY;
    if (!restore(&it, reports, checkpoint)) begin(&it);
    while (find_active(&it) && it.n_steps < most) {
        it.n_steps++;
        UMK_TRY(umk_check_cancel(collision->context));
        UMK_TRY(umk_collision_apply(collision, space, it.active, it.direction, it.product));
        for (int64_t k = 0; k < space->n_lanes; k++) {
            umk_lbte_report *report = report_of(&it, reports, k);
            if (report != NULL && !it.ended[k]) report->n_iterations = it.n_steps;
        }
        choose_steps(&it);
        note_curvature(&it, reports, scale);
        take_steps(&it);
        choose_directions(&it);
        save(&it, reports, checkpoint);
    }
    conclude(&it, reports);
cleanup:
    umk_release(scale);
    release(&it);
    return status;
}
