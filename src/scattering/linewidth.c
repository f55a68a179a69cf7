/*
 * Linewidths of grid points: triplets, chunks that run in parallel, the fixed-order reduction, degenerate bands.
 *
 * The triplets of a grid point are cut into chunks whose number depends on the triplets only; each chunk has its own
 * sums, which are added in the order of the chunks. So results are the same bits on any number of threads.
 */
#include "scattering/linewidth.h"
#include <math.h>
#include <string.h>
#include <time.h>

enum { largest_batch = 32, chunk_limit = 256 };

/* What a worker may hold in one batch of integration weights and strengths. */
static const double batch_bytes = 16e6;

static int64_t choose_batch_size(const umk_linewidth_options *options, int64_t n_bands, int64_t n_block) {
    double element = (double)options->n_weights * 17 + 9;
    double triplet = element * (double)n_block * (double)n_bands * (double)n_bands;
    int64_t size = largest_batch;
    while (size > 1 && (double)size * triplet > batch_bytes) size /= 2;
    return size;
}

static umk_status check_objects(umk_context *context, const umk_interaction *interaction, const umk_grid *grid,
                                const umk_phonons *phonons, const umk_linewidth_options *options) {
    bool belong = phonons->n_points == grid->n_bz_points;
    belong = belong && (interaction == NULL || interaction->n_bands == phonons->n_bands);
    for (int64_t w = 0; w < options->n_weights; w++) belong = belong && options->weights[w]->grid == grid;
    double cutoff = options->cutoff_frequency < 0 ? UMK_CUTOFF_FREQUENCY : options->cutoff_frequency;
    if (interaction != NULL && interaction->cutoff_frequency != cutoff) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "the cut-off frequency is %g THz here and %g THz in the interaction", cutoff,
                        interaction->cutoff_frequency);
    }
    if (belong) return UMK_OK;
    return umk_fail(context, UMK_ERROR_ARGUMENT,
                    "grid, phonons, integration weights and interaction do not belong to each other");
}

static umk_status check_options(umk_context *context, const umk_linewidth_options *options) {
    if (options->n_temperatures < 1 || options->n_weights < 1) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "linewidths need a temperature and a way to integrate");
    }
    for (int64_t t = 0; t < options->n_temperatures; t++) {
        if (!(options->temperatures[t] >= 0) || !isfinite(options->temperatures[t])) {
            return umk_fail(context, UMK_ERROR_ARGUMENT, "temperature %g K is not possible", options->temperatures[t]);
        }
    }
    for (int64_t w = 0; w < options->n_weights; w++) {
        if (options->weights[w] == NULL)
            return umk_fail(context, UMK_ERROR_ARGUMENT, "integration weights are missing");
    }
    return UMK_OK;
}

/* Sizes that follow from the objects, without allocating. */
static umk_linewidth plan(const umk_interaction *interaction, const umk_grid *grid, const umk_phonons *phonons,
                          const umk_linewidth_options *options, int n_threads) {
    umk_linewidth plan = {.interaction = interaction, .grid = grid, .phonons = phonons, .options = *options};
    plan.n_bands = phonons->n_bands;
    plan.n_threads = n_threads;
    plan.n_block_bands = interaction == NULL ? plan.n_bands : umk_interaction_block_bands(interaction);
    plan.batch_size = choose_batch_size(options, plan.n_bands, plan.n_block_bands);
    if (plan.options.cutoff_frequency < 0) plan.options.cutoff_frequency = UMK_CUTOFF_FREQUENCY;
    if (interaction != NULL) {
        plan.strength_workspace_size =
            interaction->kernel->workspace_size(interaction, plan.n_block_bands, plan.batch_size);
    }
    return plan;
}

double umk_linewidth_memory(const umk_interaction *interaction, const umk_grid *grid, const umk_phonons *phonons,
                            const umk_linewidth_options *options, int n_threads) {
    umk_linewidth p = plan(interaction, grid, phonons, options, n_threads);
    double elements = (double)p.batch_size * (double)p.n_block_bands * (double)p.n_bands * (double)p.n_bands;
    double worker = elements * ((double)options->n_weights * 17 + 9) + (double)p.strength_workspace_size +
                    (double)(p.n_bands + 1) * 16 * (double)options->n_temperatures;
    for (int64_t w = 0; w < options->n_weights; w++) {
        worker += (double)umk_weights_workspace_size(options->weights[w], p.n_bands);
    }
    double sums = (double)(chunk_limit + 1) * (double)p.n_bands * ((double)options->n_weights * 2 * 8) *
                  (double)options->n_temperatures;
    double point = interaction == NULL ? 0 : (double)interaction->kernel->point_size(interaction, p.n_block_bands);
    return worker * n_threads + sums + point;
}

static umk_status allocate_scratch(umk_linewidth *linewidth, umk_context *context, int worker) {
    umk_status status = UMK_OK;
    umk_linewidth_scratch *scratch = &linewidth->scratch[worker];
    int64_t n = linewidth->n_bands, n_weights = linewidth->options.n_weights, workspace_size = 0;
    int64_t elements = umk_checked_product(4, (const int64_t[]){linewidth->batch_size, linewidth->n_block_bands, n, n});
    for (int64_t w = 0; w < n_weights; w++) {
        int64_t size = umk_weights_workspace_size(linewidth->options.weights[w], n);
        if (size > workspace_size) workspace_size = size;
    }
    UMK_ALLOCATE(context, scratch->values, umk_checked_product(3, (const int64_t[]){2, n_weights, elements}));
    UMK_ALLOCATE(context, scratch->is_zero, umk_checked_product(2, (const int64_t[]){n_weights, elements}));
    UMK_ALLOCATE(context, scratch->unneeded, elements);
    UMK_ALLOCATE(context, scratch->strength, elements);
    UMK_ALLOCATE(context, scratch->occupations, 2 * n * linewidth->options.n_temperatures);
    UMK_ALLOCATE(context, scratch->factors, 2 * linewidth->options.n_temperatures);
    UMK_ALLOCATE(context, scratch->legs, 2 * linewidth->batch_size);
    UMK_ALLOCATE(context, scratch->triplets, linewidth->batch_size);
    UMK_ALLOCATE(context, scratch->weights_workspace, workspace_size);
    scratch->strength_workspace = linewidth->strength_workspaces + worker * linewidth->strength_workspace_size;
cleanup:
    return status;
}

umk_status umk_linewidth_create(umk_linewidth **linewidth, umk_context *context, const umk_interaction *interaction,
                                const umk_grid *grid, const umk_phonons *phonons,
                                const umk_linewidth_options *options) {
    umk_status status = UMK_OK;
    umk_linewidth *made = NULL;
    *linewidth = NULL;
    UMK_TRY(check_options(context, options));
    UMK_TRY(check_objects(context, interaction, grid, phonons, options));
    int n_threads = umk_context_n_threads(context);
    UMK_TRY(umk_check_memory(context, umk_linewidth_memory(interaction, grid, phonons, options, n_threads),
                             "the scratch of the linewidths", "use fewer threads or temperatures"));
    UMK_ALLOCATE(context, made, 1);
    *made = plan(interaction, grid, phonons, options, n_threads);
    UMK_ALLOCATE(context, made->scratch, n_threads);
    UMK_ALLOCATE(context, made->strength_workspaces, made->strength_workspace_size * n_threads);
    for (int worker = 0; worker < n_threads; worker++) UMK_TRY(allocate_scratch(made, context, worker));
    if (interaction != NULL) {
        made->point_data = umk_allocate(context, interaction->kernel->point_size(interaction, made->n_block_bands), 1);
        if (made->point_data == NULL) UMK_TRY(UMK_ERROR_MEMORY);
    }
    *linewidth = made;
    made = NULL;
cleanup:
    umk_linewidth_destroy(made);
    return status;
}

void umk_linewidth_destroy(umk_linewidth *linewidth) {
    if (linewidth == NULL) return;
    for (int worker = 0; linewidth->scratch != NULL && worker < linewidth->n_threads; worker++) {
        umk_linewidth_scratch *scratch = &linewidth->scratch[worker];
        umk_release(scratch->values);
        umk_release(scratch->is_zero);
        umk_release(scratch->unneeded);
        umk_release(scratch->strength);
        umk_release(scratch->occupations);
        umk_release(scratch->factors);
        umk_release(scratch->legs);
        umk_release(scratch->triplets);
        umk_release(scratch->weights_workspace);
    }
    umk_release(linewidth->scratch);
    umk_release(linewidth->strength_workspaces);
    umk_release(linewidth->point_data);
    umk_release(linewidth);
}

/** The chunks of one group of triplets; each has sums of its own. */
typedef struct chunk_task {
    const umk_linewidth *linewidth;
    const umk_linewidth_group *group;
    int64_t chunk_size; /* triplets, a multiple of the batch size */
    int64_t gamma_size; /* doubles of the gamma of one chunk */
    double *gamma;      /* (n_chunks, gamma_size) */
    double *strength;   /* (n_chunks, n_bands) or NULL */
} chunk_task;

static umk_status run_chunk(void *argument, int64_t index, int worker) {
    const chunk_task *task = argument;
    int64_t begin = index * task->chunk_size, end = begin + task->chunk_size;
    if (end > task->group->n_ordered) end = task->group->n_ordered;
    umk_linewidth_sums sums = {task->gamma + index * task->gamma_size, NULL};
    if (task->strength != NULL) sums.strength = task->strength + index * task->linewidth->n_bands;
    umk_linewidth_sum(task->linewidth, task->group, begin, end, &task->linewidth->scratch[worker], &sums);
    return UMK_OK;
}

static int64_t choose_chunk_size(const umk_linewidth *linewidth, int64_t n_triplets) {
    int64_t n_batches = (n_triplets + linewidth->batch_size - 1) / linewidth->batch_size;
    return (n_batches + chunk_limit - 1) / chunk_limit * linewidth->batch_size;
}

/* One block of bands of one image of q0. total: gamma_size sums, to which this adds. */
static umk_status run_group(umk_linewidth *linewidth, umk_context *context, const umk_linewidth_group *group,
                            int64_t gamma_size, umk_linewidth_sums *total) {
    umk_status status = UMK_OK;
    chunk_task task = {.linewidth = linewidth, .group = group, .gamma_size = gamma_size};
    int64_t n = linewidth->n_bands;
    if (group->average_strength == NULL) {
        UMK_TRY(umk_strength_prepare(context, linewidth->interaction, group->point, linewidth->strength_workspaces,
                                     linewidth->strength_workspace_size));
    }
    task.chunk_size = choose_chunk_size(linewidth, group->n_ordered);
    int64_t n_chunks = (group->n_ordered + task.chunk_size - 1) / task.chunk_size;
    UMK_ALLOCATE(context, task.gamma, umk_checked_product(2, (const int64_t[]){n_chunks, gamma_size}));
    if (total->strength != NULL) UMK_ALLOCATE(context, task.strength, n_chunks * n);
    UMK_TRY(umk_parallel_for(context, n_chunks, run_chunk, &task));
    for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
        for (int64_t i = 0; i < gamma_size; i++) total->gamma[i] += task.gamma[chunk * gamma_size + i];
        for (int64_t b = 0; total->strength != NULL && b < n; b++) total->strength[b] += task.strength[chunk * n + b];
    }
cleanup:
    umk_release(task.gamma);
    umk_release(task.strength);
    return status;
}

static umk_status run_blocks(umk_linewidth *linewidth, umk_context *context, int64_t bz_point,
                             const umk_linewidth_group *group, int64_t gamma_size, umk_linewidth_sums *total) {
    umk_status status = UMK_OK;
    int64_t n = linewidth->n_bands;
    umk_linewidth_group block = *group;
    umk_strength_point point = {.data = linewidth->point_data};
    point.leg = umk_leg_of(linewidth->phonons, group->triplets[group->order[0]][0]);
    block.point = &point;
    for (point.first_band = 0; point.first_band < n; point.first_band += linewidth->n_block_bands) {
        point.n_block_bands = n - point.first_band;
        if (point.n_block_bands > linewidth->n_block_bands) point.n_block_bands = linewidth->n_block_bands;
        block.frequency_points = linewidth->phonons->frequencies + bz_point * n + point.first_band;
        UMK_TRY(run_group(linewidth, context, &block, gamma_size, total));
    }
cleanup:
    return status;
}

/* Mean over the degenerate sets of a grid point of values (n_bands) with a stride. */
static void average_sets(const int64_t *set_first, int64_t n_bands, int64_t stride, double *values) {
    for (int64_t begin = 0, end; begin < n_bands; begin = end) {
        double sum = 0;
        for (end = begin; end < n_bands && set_first[end] == set_first[begin]; end++) sum += values[end * stride];
        for (int64_t band = begin; band < end; band++) values[band * stride] = sum / (double)(end - begin);
    }
}

/* 18 pi / hbar^2 in 1/eV^2, for delta functions of ordinary frequency (1/THz), as a half width in THz. */
static double linewidth_factor(void) {
    double hbar_thz = UMK_PLANCK_EV * 1e12; /* hbar times 2 pi THz, eV */
    return 18 * UMK_PI / (hbar_thz * hbar_thz);
}

static void store_result(const umk_linewidth *linewidth, int64_t bz_point, const umk_linewidth_sums *total,
                         umk_linewidth_result *result) {
    const int64_t *set_first = linewidth->phonons->set_first + bz_point * linewidth->n_bands;
    int64_t n = linewidth->n_bands, n_temperatures = linewidth->options.n_temperatures;
    double strength_factor = umk_strength_factor(linewidth->grid->n_points);
    double factor = linewidth_factor() * strength_factor;
    for (int64_t w = 0; w < linewidth->options.n_weights; w++) {
        double *normal = total->gamma + w * 2 * n * n_temperatures, *umklapp = normal + n * n_temperatures;
        for (int64_t t = 0; t < n_temperatures; t++) {
            average_sets(set_first, n, n_temperatures, normal + t);
            average_sets(set_first, n, n_temperatures, umklapp + t);
            for (int64_t band = 0; band < n; band++) {
                int64_t to = (w * n_temperatures + t) * n + band, from = band * n_temperatures + t;
                if (result->gamma != NULL) result->gamma[to] = factor * (normal[from] + umklapp[from]);
                if (!linewidth->options.normal_umklapp) continue;
                if (result->gamma_normal != NULL) result->gamma_normal[to] = factor * normal[from];
                if (result->gamma_umklapp != NULL) result->gamma_umklapp[to] = factor * umklapp[from];
            }
        }
    }
    if (result->average_strength == NULL || total->strength == NULL) return; /* not asked for */
    average_sets(set_first, n, 1, total->strength);
    for (int64_t band = 0; band < n; band++) {
        result->average_strength[band] = strength_factor * total->strength[band] / (double)(n * n);
    }
}

/** What one grid point needs: its triplets in groups, and its sums. */
typedef struct point_run {
    umk_triplets *triplets;
    int64_t *order;
    double *kernel_strength;
    umk_linewidth_group group;
    int64_t gamma_size;
    umk_linewidth_sums total;
} point_run;

static void point_run_clear(point_run *run) {
    umk_triplets_destroy(run->triplets);
    umk_release(run->order);
    umk_release(run->kernel_strength);
    umk_release(run->total.gamma);
    umk_release(run->total.strength);
}

static umk_status point_run_create(point_run *run, const umk_linewidth *linewidth, umk_context *context,
                                   int64_t bz_point, const double *average_strength) {
    umk_status status = UMK_OK;
    int64_t n = linewidth->n_bands, n_grid = linewidth->grid->n_points;
    if (bz_point < 0 || bz_point >= linewidth->grid->n_bz_points) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "grid point %lld: the grid has 0 to %lld", (long long)bz_point,
                        (long long)linewidth->grid->n_bz_points - 1);
    }
    if (average_strength == NULL && linewidth->interaction == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "linewidths need an interaction or an average strength");
    }
    run->gamma_size = linewidth->options.n_weights * 2 * n * linewidth->options.n_temperatures;
    UMK_TRY(umk_triplets_create(&run->triplets, context, linewidth->grid, bz_point));
    UMK_ALLOCATE(context, run->order, run->triplets->n_triplets);
    UMK_ALLOCATE(context, run->total.gamma, run->gamma_size);
    if (linewidth->options.full_strength) UMK_ALLOCATE(context, run->total.strength, n);
    run->group.triplets = (const int64_t(*)[3])run->triplets->points;
    run->group.triplet_weights = run->triplets->weights;
    UMK_TRY(umk_triplet_order(run->order, context, run->triplets->n_triplets, run->group.triplets));
    if (average_strength != NULL) {
        UMK_ALLOCATE(context, run->kernel_strength, n);
        for (int64_t b = 0; b < n; b++) {
            run->kernel_strength[b] = average_strength[b] / (umk_strength_factor(n_grid) * (double)n_grid);
        }
        run->group.average_strength = run->kernel_strength;
    }
cleanup:
    return status;
}

umk_status umk_linewidth_run(umk_linewidth *linewidth, umk_context *context, int64_t bz_point,
                             const double *average_strength, umk_linewidth_result *result) {
    umk_status status = UMK_OK;
    point_run run = {0};
    UMK_TRY(point_run_create(&run, linewidth, context, bz_point, average_strength));
    int64_t n_triplets = run.triplets->n_triplets;
    for (int64_t begin = 0, end; begin < n_triplets; begin = end) {
        end = umk_triplet_group_end(run.order, begin, n_triplets, run.group.triplets);
        run.group.order = run.order + begin;
        run.group.n_ordered = end - begin;
        UMK_TRY(run_blocks(linewidth, context, bz_point, &run.group, run.gamma_size, &run.total));
    }
    store_result(linewidth, bz_point, &run.total, result);
    result->n_triplets = n_triplets;
cleanup:
    point_run_clear(&run);
    return status;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

umk_status umk_linewidth_time(umk_linewidth *linewidth, umk_context *context, int64_t bz_point, int64_t n_triplets,
                              double *point_seconds, double *triplet_seconds) {
    umk_status status = UMK_OK;
    point_run run = {0};
    double begin = now(), times[2];
    if (n_triplets < 1) return umk_fail(context, UMK_ERROR_ARGUMENT, "no triplets to measure the time with");
    UMK_TRY(point_run_create(&run, linewidth, context, bz_point, NULL));
    double triplets_seconds = now() - begin;
    if (n_triplets > run.triplets->n_triplets) n_triplets = run.triplets->n_triplets;
    /* two runs of different length tell the share of each triplet from that of the point */
    const int64_t lengths[2] = {(n_triplets + 1) / 2, n_triplets};
    run.group.order = run.order;
    for (int i = 0; i < 2; i++) {
        run.group.n_ordered = lengths[i];
        begin = now();
        UMK_TRY(run_blocks(linewidth, context, bz_point, &run.group, run.gamma_size, &run.total));
        times[i] = now() - begin;
    }
    double difference = (double)(lengths[1] - lengths[0]);
    *triplet_seconds =
        difference > 0 && times[1] > times[0] ? (times[1] - times[0]) / difference : times[1] / (double)lengths[1];
    double rest = times[1] - *triplet_seconds * (double)lengths[1];
    *point_seconds = triplets_seconds + (rest > 0 ? rest : 0);
cleanup:
    point_run_clear(&run);
    return status;
}
