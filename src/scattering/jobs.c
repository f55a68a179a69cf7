/*
 * Linewidths of several grid points at once: their triplets, what the interaction prepares for each, chunks of
 * triplets, and the fixed-order reduction.
 *
 * All grid points in flight go through the same steps together, so that there is work for every thread also where one
 * grid point has few triplets, and so that threads that prepare neighbouring grid points read the same force constants.
 * The triplets of a grid point are cut into batches and those into chunks whose number depends on the calculation only
 * (triplets, bands, temperatures, ways to integrate); each chunk has its own sums, which are added in the order of the
 * chunks. So results are the same bits on any number of threads and with any number of grid points in flight.
 */
#include "scattering/jobs.h"
#include <string.h>

/* What all chunks of a grid point may hold: many chunks keep many threads busy, but each has sums for all temperatures.
 */
static const double chunk_bytes = 4e6;
enum { least_chunks = 16, most_chunks = 256 };

/* What is prepared for a block of bands of one grid point: a constant, so that the same input gives the same bits
 * anywhere. */
static const double block_bytes = 24e6;

/* What is prepared for all that are in flight at the same time; it changes no result. */
static double flight_bytes(const umk_linewidth *linewidth) {
    const double least = 24e6, of_thread = 16e6;
    double wanted = of_thread * linewidth->n_threads;
    return wanted > least ? wanted : least;
}

/** One image of q0 in a grid point. */
typedef struct group_job {
    umk_linewidth_group group;
    int64_t point; /* index of the grid point */
    int64_t n_block_bands, n_chunks;
    int64_t *chunk_ends; /* (n_chunks) in triplets */
    double *gamma;       /* (n_chunks, gamma_size) */
    double *strength;    /* (n_chunks, n_bands) or NULL */
    int64_t n_rows;
    umk_collision_row **rows; /* (blocks of bands, n_chunks) or NULL */
} group_job;

typedef struct point_job {
    int64_t bz_point;
    umk_triplets *own_triplets;
    const umk_triplets *triplets;
    int64_t *order;       /* triplets grouped by the image of q0 */
    int64_t (*points)[3]; /* the same, in that order */
    int64_t *multiplicities;
    double *kernel_strength; /* (n_bands) average strength in the kernel's unit */
    int64_t n_groups;
    group_job *groups;
    umk_linewidth_sums total;
} point_job;

/** All that run at the same time. */
typedef struct flight {
    umk_linewidth *linewidth;
    umk_context *context;
    int64_t first_point, n_points; /* of those of the run */
    point_job *points;
    const double *average_strength; /* (n_points, n_bands) eV^2 or NULL */
    bool wants_sums;                /* false: rows only */
    const umk_row_sink *sink;       /* NULL: no rows */
    /* the groups of a stretch that share the memory, and one block of bands */
    int64_t n_groups;
    group_job **groups; /* (all groups) */
    int64_t *task_ends; /* (n_groups) tasks of this and all earlier groups */
    double *sums;       /* of all chunks of the stretch */
} flight;

/* ---- plans ------------------------------------------------------------------------------------------------------*/

/* The ends of batches: behind batch_size triplets, or earlier where a run of the plan ends. */
static int64_t batch_end(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t begin) {
    int64_t end = begin + linewidth->batch_size;
    if (end >= group->n_triplets) return group->n_triplets;
    for (int64_t at = end; group->plan != NULL && at > begin + linewidth->batch_size / 2; at--) {
        if (group->plan->ends_run[at - 1]) return at;
    }
    return end;
}

static int64_t chunk_limit(const umk_linewidth *linewidth) {
    double limit = chunk_bytes / ((double)linewidth->gamma_size * sizeof(double));
    return limit < least_chunks ? least_chunks : limit > most_chunks ? most_chunks : (int64_t)limit;
}

static umk_status plan_chunks(group_job *job, umk_context *context, const umk_linewidth *linewidth) {
    umk_status status = UMK_OK;
    int64_t n_batches = 0, limit = chunk_limit(linewidth);
    for (int64_t begin = 0; begin < job->group.n_triplets; begin = batch_end(linewidth, &job->group, begin))
        n_batches++;
    int64_t batches_of_chunk = (n_batches + limit - 1) / limit, batch = 0;
    UMK_ALLOCATE(context, job->chunk_ends, n_batches);
    for (int64_t begin = 0; begin < job->group.n_triplets;) {
        begin = batch_end(linewidth, &job->group, begin);
        bool ends_chunk = ++batch % batches_of_chunk == 0 || batch == n_batches;
        if (ends_chunk) job->chunk_ends[job->n_chunks++] = begin;
    }
cleanup:
    return status;
}

static umk_status plan_group(group_job *job, const flight *flight, const point_job *point) {
    umk_status status = UMK_OK;
    const umk_linewidth *linewidth = flight->linewidth;
    umk_context *context = flight->context;
    umk_linewidth_group *group = &job->group;
    group->energies = linewidth->phonons->frequencies + point->bz_point * linewidth->n_bands;
    group->average_strength = point->kernel_strength;
    job->n_block_bands = linewidth->most_block_bands;
    if (group->average_strength == NULL) {
        UMK_TRY(umk_strength_plan_create(&group->plan, context, linewidth->interaction, linewidth->mesh,
                                         linewidth->grid, group->n_triplets, (const int64_t(*)[3])group->triplets));
        int64_t n_block_bands = umk_strength_block_bands(group->plan, block_bytes);
        if (n_block_bands < job->n_block_bands) job->n_block_bands = n_block_bands;
        group->point.plan = group->plan;
        group->point.leg = umk_leg_of(linewidth->phonons, group->triplets[0][0]);
    }
    UMK_TRY(plan_chunks(job, context, linewidth));
    if (flight->sink == NULL) goto cleanup;
    job->n_rows = (linewidth->n_bands + job->n_block_bands - 1) / job->n_block_bands * job->n_chunks;
    UMK_ALLOCATE(context, job->rows, job->n_rows);
cleanup:
    return status;
}

/* Images of q0 are the same phonons without a non-analytic term: then there is one group, with one of them. */
static umk_status order_triplets(point_job *point, umk_context *context, const umk_linewidth *linewidth) {
    umk_status status = UMK_OK;
    int64_t n = point->triplets->n_triplets;
    UMK_ALLOCATE(context, point->order, n);
    UMK_ALLOCATE(context, point->points, n);
    UMK_ALLOCATE(context, point->multiplicities, n);
    bool grouped = !linewidth->phonons->is_periodic;
    if (grouped) UMK_TRY(umk_triplet_order(point->order, context, n, (const int64_t(*)[3])point->triplets->points));
    for (int64_t t = 0; t < n; t++) {
        int64_t from = grouped ? point->order[t] : t;
        memcpy(point->points[t], point->triplets->points[from], sizeof point->points[t]);
        point->multiplicities[t] = point->triplets->weights[from];
    }
cleanup:
    return status;
}

static int64_t group_end(const point_job *point, const umk_linewidth *linewidth, int64_t begin) {
    int64_t end = begin + 1, n = point->triplets->n_triplets;
    if (linewidth->phonons->is_periodic) return n;
    while (end < n && point->points[end][0] == point->points[begin][0]) end++;
    return end;
}

static umk_status plan_groups(point_job *point, int64_t index, const flight *flight) {
    umk_status status = UMK_OK;
    const umk_linewidth *linewidth = flight->linewidth;
    umk_context *context = flight->context;
    int64_t n = point->triplets->n_triplets;
    for (int64_t begin = 0; begin < n; begin = group_end(point, linewidth, begin)) point->n_groups++;
    UMK_ALLOCATE(context, point->groups, point->n_groups);
    int64_t begin = 0;
    for (int64_t g = 0; g < point->n_groups; g++) {
        umk_linewidth_group *group = &point->groups[g].group;
        int64_t end = group_end(point, linewidth, begin);
        point->groups[g].point = index;
        group->n_triplets = end - begin;
        group->triplets = point->points + begin;
        group->multiplicities = point->multiplicities + begin;
        begin = end;
        UMK_TRY(plan_group(&point->groups[g], flight, point));
    }
cleanup:
    return status;
}

static umk_status plan_point(void *argument, int64_t index, int worker) {
    umk_status status = UMK_OK;
    flight *flight = argument;
    umk_linewidth *linewidth = flight->linewidth;
    umk_context *context = flight->context;
    point_job *point = &flight->points[index];
    int64_t n = linewidth->n_bands, n_grid = linewidth->grid->n_points;
    double started = umk_now();
    UMK_ALLOCATE(context, point->total.gamma, linewidth->gamma_size);
    if (linewidth->options.full_strength) UMK_ALLOCATE(context, point->total.strength, n);
    if (flight->average_strength != NULL) {
        UMK_ALLOCATE(context, point->kernel_strength, n);
        for (int64_t b = 0; b < n; b++) {
            point->kernel_strength[b] =
                flight->average_strength[index * n + b] / (umk_strength_factor(n_grid) * (double)n_grid);
        }
    }
    if (linewidth->triplets == NULL) {
        UMK_TRY(umk_triplets_create(&point->own_triplets, context, linewidth->grid, point->bz_point));
    }
    point->triplets = linewidth->triplets == NULL ? point->own_triplets : linewidth->triplets;
    UMK_TRY(order_triplets(point, context, linewidth));
    UMK_TRY(plan_groups(point, index, flight));
    umk_stage_add(context, UMK_STAGE_TRIPLETS, worker, umk_now() - started);
cleanup:
    return status;
}

static void point_job_clear(point_job *point) {
    for (int64_t g = 0; point->groups != NULL && g < point->n_groups; g++) {
        umk_strength_plan_destroy(point->groups[g].group.plan);
        umk_release(point->groups[g].chunk_ends);
        for (int64_t r = 0; point->groups[g].rows != NULL && r < point->groups[g].n_rows; r++) {
            umk_release(point->groups[g].rows[r]);
        }
        umk_release(point->groups[g].rows);
    }
    umk_triplets_destroy(point->own_triplets);
    umk_release(point->order);
    umk_release(point->points);
    umk_release(point->multiplicities);
    umk_release(point->kernel_strength);
    umk_release(point->groups);
    umk_release(point->total.gamma);
    umk_release(point->total.strength);
}

/* ---- one block of bands of a stretch of groups ------------------------------------------------------------------*/

/* The group that a task belongs to; *task becomes its number in the group. */
static group_job *find_group(const flight *flight, int64_t *task) {
    int64_t low = 0, n = flight->n_groups;
    while (n > 1) {
        int64_t half = n / 2;
        bool behind = flight->task_ends[low + half - 1] <= *task;
        low = behind ? low + half : low;
        n = behind ? n - half : half;
    }
    if (low > 0) *task -= flight->task_ends[low - 1];
    return flight->groups[low];
}

/* Neighbouring tasks are the same piece of different grid points, which read the same force constants. */
static umk_status prepare_piece(void *argument, int64_t task, int worker) {
    const flight *flight = argument;
    const umk_linewidth *linewidth = flight->linewidth;
    group_job *job = flight->groups[task % flight->n_groups];
    int64_t piece = task / flight->n_groups;
    if (job->group.point.n_block_bands == 0 || piece >= job->group.plan->n_pieces) return UMK_OK;
    double started = umk_now();
    linewidth->interaction->kernel->prepare(&job->group.point, piece, linewidth->scratch[worker].strength_workspace);
    umk_stage_add(flight->context, UMK_STAGE_PREPARATION, worker, umk_now() - started);
    return UMK_OK;
}

static umk_status run_chunk(void *argument, int64_t task, int worker) {
    const flight *flight = argument;
    const umk_linewidth *linewidth = flight->linewidth;
    int64_t chunk = task;
    group_job *job = find_group(flight, &chunk);
    if (job->group.point.n_block_bands == 0) return UMK_OK;
    umk_linewidth_sums sums = {flight->wants_sums ? job->gamma + chunk * linewidth->gamma_size : NULL, NULL,
                               flight->sink != NULL ? &linewidth->scratch[worker].builder : NULL};
    if (job->strength != NULL) sums.strength = job->strength + chunk * linewidth->n_bands;
    int64_t end = job->chunk_ends[chunk];
    if (sums.row != NULL) sums.row->n_triplets = sums.row->n_entries = 0; /* a failed chunk may have left some */
    for (int64_t begin = chunk == 0 ? 0 : job->chunk_ends[chunk - 1], next; begin < end; begin = next) {
        next = batch_end(linewidth, &job->group, begin);
        umk_status status = umk_linewidth_sum(linewidth, flight->context, &job->group, begin, next, worker, &sums);
        if (status != UMK_OK) return status;
    }
    if (sums.row == NULL) return UMK_OK;
    int64_t block = job->group.point.first_band / job->n_block_bands;
    umk_collision_row *row = umk_row_builder_finish(sums.row, flight->context);
    if (row == NULL) return UMK_ERROR_MEMORY;
    row->point = job->point;
    job->rows[block * job->n_chunks + chunk] = row;
    return UMK_OK;
}

static umk_status run_block(flight *flight) {
    umk_status status = UMK_OK;
    int64_t n_pieces = 0, n_chunks = 0;
    for (int64_t g = 0; g < flight->n_groups; g++) {
        const group_job *job = flight->groups[g];
        if (job->group.plan != NULL && job->group.plan->n_pieces > n_pieces) n_pieces = job->group.plan->n_pieces;
        n_chunks += job->n_chunks;
        flight->task_ends[g] = n_chunks;
    }
    UMK_TRY(umk_parallel_for(flight->context, n_pieces * flight->n_groups, prepare_piece, flight));
    UMK_TRY(umk_parallel_for(flight->context, n_chunks, run_chunk, flight));
cleanup:
    return status;
}

/* The next block of bands of each group; false when all are done. */
static bool next_block(flight *flight) {
    int64_t n = flight->linewidth->n_bands;
    bool more = false;
    for (int64_t g = 0; g < flight->n_groups; g++) {
        umk_strength_point *point = &flight->groups[g]->group.point;
        point->first_band += point->n_block_bands;
        point->n_block_bands = flight->groups[g]->n_block_bands;
        if (point->n_block_bands > n - point->first_band) point->n_block_bands = n - point->first_band;
        more = more || point->n_block_bands > 0;
    }
    return more;
}

static void add_chunks(const flight *flight) {
    const umk_linewidth *linewidth = flight->linewidth;
    for (int64_t g = 0; g < flight->n_groups; g++) {
        const group_job *job = flight->groups[g];
        const umk_linewidth_sums *total = &flight->points[job->point].total;
        for (int64_t chunk = 0; chunk < job->n_chunks; chunk++) {
            const double *gamma = job->gamma + chunk * linewidth->gamma_size;
            for (int64_t i = 0; i < linewidth->gamma_size; i++) total->gamma[i] += gamma[i];
            for (int64_t b = 0; total->strength != NULL && b < linewidth->n_bands; b++) {
                total->strength[b] += job->strength[chunk * linewidth->n_bands + b];
            }
        }
    }
}

/* ---- memory -----------------------------------------------------------------------------------------------------*/

static int64_t job_bytes(const group_job *job) {
    if (job->group.plan == NULL) return 0;
    return (umk_strength_block_bytes(job->group.plan, job->n_block_bands) + 63) / 64 * 64;
}

/* Memory of the linewidth object that stretches use one after the other; its contents are of earlier use. */
static umk_status reserve_memory(umk_linewidth *linewidth, umk_context *context, int64_t bytes) {
    if (linewidth->flight_memory_bytes >= bytes) return UMK_OK;
    /* some more, as far as that is planned, because the next flight may need a little more */
    int64_t more = bytes + bytes / 4, planned = (int64_t)flight_bytes(linewidth);
    bytes = umk_larger(bytes, more < planned ? more : planned);
    umk_release(linewidth->flight_memory);
    linewidth->flight_memory_bytes = 0;
    linewidth->flight_memory = umk_allocate_unset(context, bytes, 1);
    if (linewidth->flight_memory == NULL) return UMK_ERROR_MEMORY;
    linewidth->flight_memory_bytes = bytes;
    return UMK_OK;
}

static umk_status allocate_stretch(flight *flight) {
    umk_status status = UMK_OK;
    umk_linewidth *linewidth = flight->linewidth;
    int64_t per_chunk = linewidth->gamma_size + (linewidth->options.full_strength ? linewidth->n_bands : 0);
    int64_t n_chunks = 0, bytes = 0;
    for (int64_t g = 0; g < flight->n_groups; g++) {
        bytes += job_bytes(flight->groups[g]);
        n_chunks += flight->groups[g]->n_chunks;
    }
    UMK_TRY(reserve_memory(linewidth, flight->context, bytes));
    UMK_ALLOCATE(flight->context, flight->sums, umk_checked_product(2, (const int64_t[]){n_chunks, per_chunk}));
    char *data = linewidth->flight_memory;
    double *next = flight->sums;
    for (int64_t g = 0; g < flight->n_groups; g++) {
        group_job *job = flight->groups[g];
        job->group.point.data = data;
        data += job_bytes(job);
        job->gamma = next;
        next += job->n_chunks * linewidth->gamma_size;
        job->strength = linewidth->options.full_strength ? next : NULL;
        if (job->strength != NULL) next += job->n_chunks * linewidth->n_bands;
    }
cleanup:
    return status;
}

/* ---- flights ----------------------------------------------------------------------------------------------------*/

/* The groups of a flight in stretches whose data fit the memory at the same time. */
static umk_status run_stretches(flight *flight, int64_t n_all, group_job **all) {
    umk_status status = UMK_OK;
    for (int64_t begin = 0; begin < n_all; begin += flight->n_groups) {
        double bytes = 0;
        flight->groups = all + begin;
        for (flight->n_groups = 0; begin + flight->n_groups < n_all; flight->n_groups++) {
            bytes += (double)job_bytes(all[begin + flight->n_groups]);
            if (flight->n_groups > 0 && bytes > flight_bytes(flight->linewidth)) break;
        }
        UMK_TRY(allocate_stretch(flight));
        while (next_block(flight)) UMK_TRY(run_block(flight));
        add_chunks(flight);
        umk_release(flight->sums);
        flight->sums = NULL;
    }
cleanup:
    umk_release(flight->sums);
    flight->sums = NULL;
    return status;
}

/* The rows of a grid point to who wants them, which owns them then. */
static umk_status hand_rows_over(const flight *flight, const point_job *point) {
    umk_status status = UMK_OK;
    for (int64_t g = 0; flight->sink != NULL && g < point->n_groups; g++) {
        group_job *job = &point->groups[g];
        for (int64_t r = 0; status == UMK_OK && r < job->n_rows; r++) {
            umk_collision_row *row = job->rows[r];
            if (row == NULL || row->n_triplets == 0) continue;
            job->rows[r] = NULL;
            row->point += flight->first_point;
            status = flight->sink->take(flight->sink->user, row);
        }
    }
    return status;
}

static umk_status run_flight(flight *flight, umk_linewidth_result *results) {
    umk_status status = UMK_OK;
    group_job **all = NULL;
    int64_t n_all = 0;
    UMK_TRY(umk_parallel_for(flight->context, flight->n_points, plan_point, flight));
    for (int64_t p = 0; p < flight->n_points; p++) n_all += flight->points[p].n_groups;
    UMK_ALLOCATE(flight->context, all, n_all);
    UMK_ALLOCATE(flight->context, flight->task_ends, n_all);
    n_all = 0;
    for (int64_t p = 0; p < flight->n_points; p++) {
        for (int64_t g = 0; g < flight->points[p].n_groups; g++) all[n_all++] = &flight->points[p].groups[g];
    }
    UMK_TRY(run_stretches(flight, n_all, all));
    for (int64_t p = 0; p < flight->n_points; p++) {
        const point_job *point = &flight->points[p];
        UMK_TRY(hand_rows_over(flight, point));
        if (!flight->wants_sums) continue;
        umk_linewidth_store(flight->linewidth, point->bz_point, &point->total, &results[p]);
        results[p].n_triplets = point->triplets->n_triplets;
    }
cleanup:
    umk_release(all);
    umk_release(flight->task_ends);
    flight->task_ends = NULL;
    return status;
}

/* ---- occupations of all points ----------------------------------------------------------------------------------*/

enum { points_of_task = 256, least_wanted = 4 };

typedef struct occupations_task {
    umk_context *context;
    const umk_linewidth *linewidth;
} occupations_task;

static umk_status fill_occupations(void *argument, int64_t index, int worker) {
    const occupations_task *task = argument;
    const umk_linewidth *linewidth = task->linewidth;
    int64_t n_points = linewidth->phonons->n_points, begin = index * points_of_task, end = begin + points_of_task;
    double started = umk_now();
    for (int64_t point = begin; point < end && point < n_points; point++) {
        umk_linewidth_fill_occupations(linewidth, point,
                                       linewidth->occupations + point * linewidth->n_bands * linewidth->n_padded);
    }
    umk_stage_add(task->context, UMK_STAGE_LINEWIDTHS, worker, umk_now() - started);
    return UMK_OK;
}

/* Once, where several grid points are wanted: each point belongs to triplets of nearly all of them. */
static umk_status make_occupations(umk_linewidth *linewidth, umk_context *context, int64_t n_wanted) {
    occupations_task task = {context, linewidth};
    int64_t n = linewidth->phonons->n_points;
    if (!linewidth->keeps_occupations || linewidth->occupations != NULL || n_wanted < least_wanted) return UMK_OK;
    double *made = umk_allocate_unset(context, n * linewidth->n_bands * linewidth->n_padded, sizeof *made);
    if (made == NULL) return UMK_ERROR_MEMORY;
    linewidth->occupations = made;
    umk_status status = umk_parallel_for(context, (n + points_of_task - 1) / points_of_task, fill_occupations, &task);
    if (status != UMK_OK) {
        umk_release(made);
        linewidth->occupations = NULL;
    }
    return status;
}

static umk_status run_points(umk_linewidth *linewidth, umk_context *context, int64_t n_points, const int64_t *bz_points,
                             const double *average_strength, umk_linewidth_result *results, const umk_row_sink *sink) {
    umk_status status = UMK_OK;
    flight flight = {.linewidth = linewidth, .context = context, .wants_sums = results != NULL, .sink = sink};
    UMK_TRY(umk_linewidth_check_points(linewidth, context, n_points, bz_points, average_strength));
    if (results != NULL) UMK_TRY(make_occupations(linewidth, context, n_points));
    for (int64_t begin = 0; begin < n_points; begin += flight.n_points) {
        flight.first_point = begin;
        flight.n_points = n_points - begin < linewidth->n_in_flight ? n_points - begin : linewidth->n_in_flight;
        flight.average_strength = average_strength == NULL ? NULL : average_strength + begin * linewidth->n_bands;
        UMK_ALLOCATE(context, flight.points, flight.n_points);
        for (int64_t p = 0; p < flight.n_points; p++) flight.points[p].bz_point = bz_points[begin + p];
        UMK_TRY(run_flight(&flight, results == NULL ? NULL : results + begin));
        for (int64_t p = 0; p < flight.n_points; p++) point_job_clear(&flight.points[p]);
        umk_release(flight.points);
        flight.points = NULL;
    }
cleanup:
    for (int64_t p = 0; flight.points != NULL && p < flight.n_points; p++) point_job_clear(&flight.points[p]);
    umk_release(flight.points);
    return status;
}

umk_status umk_linewidth_run(umk_linewidth *linewidth, umk_context *context, int64_t n_points, const int64_t *bz_points,
                             const double *average_strength, umk_linewidth_result *results) {
    return run_points(linewidth, context, n_points, bz_points, average_strength, results, NULL);
}

umk_status umk_linewidth_run_rows(umk_linewidth *linewidth, umk_context *context, int64_t n_points,
                                  const int64_t *bz_points, umk_linewidth_result *results, const umk_row_sink *sink) {
    if (linewidth->n_bands > umk_entry_most_bands || linewidth->grid->n_points > INT32_MAX ||
        linewidth->options.n_weights != 1) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "the collision operator takes up to %d bands, 2^31 grid points and one way to integrate",
                        umk_entry_most_bands);
    }
    return run_points(linewidth, context, n_points, bz_points, NULL, results, sink);
}

double umk_linewidth_triplet_bytes(const umk_linewidth *linewidth) {
    /* lists and plans; exchange of q1 and q2 leaves half of the grid points */
    double share = linewidth->grid->has_mesh_symmetry ? 0.5 : 1;
    return share * 256 * (double)linewidth->grid->n_points;
}

double umk_linewidth_flight_bytes(const umk_linewidth *linewidth) {
    double chunks = (double)chunk_limit(linewidth) * (double)linewidth->gamma_size * sizeof(double);
    double triplets = umk_linewidth_triplet_bytes(linewidth);
    double data = 0;
    if (linewidth->interaction != NULL) {
        const umk_strength_kernel *kernel = linewidth->interaction->kernel;
        double block = kernel->most_block_bytes == NULL ? 0 : kernel->most_block_bytes(linewidth->mesh, block_bytes);
        double all = block * (double)linewidth->n_in_flight; /* of points with a single image */
        data = linewidth->phonons->is_periodic && all < flight_bytes(linewidth) ? all : flight_bytes(linewidth);
        if (block > data) data = block;
    }
    return data + (chunks + triplets) * (double)linewidth->n_in_flight;
}
