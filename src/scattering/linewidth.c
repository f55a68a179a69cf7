/*
 * Linewidths of grid points: what is kept between them, units, degenerate bands. The work itself is in jobs.c and
 * linewidth_sum.c.
 */
#include "scattering/jobs.h"
#include <math.h>
#include <string.h>

enum { largest_batch = 64, least_in_flight = 8 };

/* What occupations of all points may take, and at most this part of the memory that there is. */
static const double occupation_bytes = 64e6, occupation_share = 1.0 / 16;

/* What a worker may hold in one batch of integration weights and strengths. */
static const double batch_bytes = 8e6;

/* Bytes of one band triple of a batch. */
static double triple_bytes(const umk_linewidth_options *options) {
    return sizeof(umk_band_triple) + sizeof(double) * (1 + 3 * (double)options->n_weights);
}

/* Triplets of a batch, and where even one is too large, bands of q0 that are taken at a time. */
static void choose_batch(umk_linewidth *linewidth) {
    double row = triple_bytes(&linewidth->options) * (double)linewidth->n_bands * (double)linewidth->n_bands;
    double bands = batch_bytes / row, n_bands = (double)linewidth->n_bands;
    linewidth->most_block_bands = bands < 1 ? 1 : bands > n_bands ? linewidth->n_bands : (int64_t)bands;
    linewidth->batch_size = largest_batch;
    while (linewidth->batch_size > 1 &&
           (double)linewidth->batch_size * row * (double)linewidth->most_block_bands > batch_bytes) {
        linewidth->batch_size /= 2;
    }
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

const umk_sum_kernels *umk_sum_kernels_of(umk_kernel_set set) {
    static const umk_sum_kernels *const kernels[UMK_N_KERNEL_SETS] = {
        [UMK_KERNELS_REFERENCE] = &umk_sum_kernels_reference, UMK_KERNEL_TABLES(umk_sum_kernels)};
    return kernels[set];
}

static umk_status prepare_temperatures(umk_linewidth *linewidth, umk_context *context) {
    umk_status status = UMK_OK;
    umk_kernel_set set;
    int64_t n = linewidth->options.n_temperatures;
    UMK_TRY(umk_kernel_set_choose(&set, context, NULL));
    linewidth->kernels = umk_sum_kernels_of(set);
    linewidth->n_padded = (n + UMK_SUM_LANES - 1) / UMK_SUM_LANES * UMK_SUM_LANES;
    UMK_ALLOCATE(context, linewidth->inverse_temperatures, linewidth->n_padded);
    for (int64_t t = 0; t < linewidth->n_padded; t++) {
        double temperature = t < n ? linewidth->options.temperatures[t] : 0;
        linewidth->inverse_temperatures[t] = temperature > 0 ? UMK_THZ_EV / (UMK_BOLTZMANN_EV * temperature) : INFINITY;
    }
cleanup:
    return status;
}

static umk_status make_mesh(umk_linewidth *linewidth, umk_context *context) {
    const umk_interaction *interaction = linewidth->interaction;
    if (interaction == NULL || interaction->kernel->mesh_create == NULL) return UMK_OK;
    return interaction->kernel->mesh_create(&linewidth->mesh, context, interaction, linewidth->grid);
}

/* Sizes of the scratch of a worker. */
static void plan_scratch(umk_linewidth *linewidth) {
    const umk_interaction *interaction = linewidth->interaction;
    choose_batch(linewidth);
    linewidth->gamma_size = linewidth->options.n_weights * umk_linewidth_n_parts(&linewidth->options) *
                            linewidth->n_bands * linewidth->n_padded;
    linewidth->weights_workspace_size = umk_weights_list_workspace_size(
        linewidth->options.n_weights, linewidth->options.weights, linewidth->n_bands, linewidth->most_block_bands);
    if (interaction == NULL) return;
    linewidth->strength_workspace_size =
        interaction->kernel->workspace_size(interaction, linewidth->mesh, linewidth->batch_size);
}

/* Bytes of the occupations of all points. */
static double all_occupations(const umk_linewidth *linewidth) {
    return sizeof(double) * (double)linewidth->n_bands * (double)linewidth->n_padded *
           (double)linewidth->phonons->n_points;
}

static void plan_occupations(umk_linewidth *linewidth, const umk_context *context) {
    double bytes = all_occupations(linewidth);
    linewidth->keeps_occupations =
        bytes <= occupation_bytes && bytes <= occupation_share * (double)umk_context_memory_limit(context);
}

double umk_linewidth_memory(const umk_linewidth *linewidth) {
    double n = (double)linewidth->n_bands,
           triples = (double)linewidth->batch_size * (double)linewidth->most_block_bands * n * n;
    double worker = triples * triple_bytes(&linewidth->options) + (double)linewidth->strength_workspace_size +
                    (double)linewidth->weights_workspace_size + 2 * n * sizeof(double) * (double)linewidth->n_padded;
    double occupations = linewidth->keeps_occupations ? all_occupations(linewidth) : 0;
    return worker * linewidth->n_threads + occupations + umk_linewidth_flight_bytes(linewidth);
}

static umk_status allocate_scratch(umk_linewidth *linewidth, umk_context *context, int worker) {
    umk_status status = UMK_OK;
    umk_linewidth_scratch *scratch = &linewidth->scratch[worker];
    int64_t n = linewidth->n_bands, n_weights = linewidth->options.n_weights;
    int64_t capacity = linewidth->batch_size * linewidth->most_block_bands * n * n;
    scratch->list.capacity = capacity;
    UMK_ALLOCATE(context, scratch->list.first, linewidth->batch_size + 1);
    UMK_ALLOCATE(context, scratch->list.triples, capacity);
    UMK_ALLOCATE(context, scratch->list.values, umk_checked_product(3, (const int64_t[]){3, n_weights, capacity}));
    UMK_ALLOCATE(context, scratch->strength, capacity);
    UMK_ALLOCATE(context, scratch->occupations, 2 * n * linewidth->n_padded);
    UMK_ALLOCATE(context, scratch->legs, 2 * linewidth->batch_size);
    UMK_ALLOCATE(context, scratch->triplets, linewidth->batch_size);
    UMK_ALLOCATE(context, scratch->weights_workspace, linewidth->weights_workspace_size);
    UMK_ALLOCATE(context, scratch->strength_workspace, linewidth->strength_workspace_size);
cleanup:
    return status;
}

/* Enough for all threads, while the lists of their triplets stay small: grid points of fine meshes have many each. */
static void choose_in_flight(umk_linewidth *linewidth) {
    const double lists_bytes = 64e6;
    int64_t n = linewidth->options.grid_points_in_flight, n_points = linewidth->grid->n_points;
    if (n <= 0) {
        double most = lists_bytes / umk_linewidth_triplet_bytes(linewidth);
        n = linewidth->n_threads > least_in_flight ? linewidth->n_threads : least_in_flight;
        if ((double)n > most) n = most < 1 ? 1 : (int64_t)most;
    }
    linewidth->n_in_flight = n < n_points ? n : n_points;
}

umk_status umk_linewidth_create(umk_linewidth **linewidth, umk_context *context, const umk_interaction *interaction,
                                const umk_grid *grid, const umk_phonons *phonons,
                                const umk_linewidth_options *options) {
    umk_status status = UMK_OK;
    umk_linewidth *made = NULL;
    *linewidth = NULL;
    UMK_TRY(check_options(context, options));
    UMK_TRY(check_objects(context, interaction, grid, phonons, options));
    UMK_ALLOCATE(context, made, 1);
    made->interaction = interaction;
    made->grid = grid;
    made->phonons = phonons;
    made->options = *options;
    if (made->options.cutoff_frequency < 0) made->options.cutoff_frequency = UMK_CUTOFF_FREQUENCY;
    made->n_bands = phonons->n_bands;
    made->n_threads = umk_context_n_threads(context);
    choose_in_flight(made);
    UMK_TRY(prepare_temperatures(made, context));
    UMK_TRY(make_mesh(made, context));
    plan_scratch(made);
    plan_occupations(made, context);
    UMK_TRY(umk_check_memory(context, umk_linewidth_memory(made), "the scratch of the linewidths",
                             "use fewer threads or temperatures"));
    UMK_ALLOCATE(context, made->scratch, made->n_threads);
    for (int worker = 0; worker < made->n_threads; worker++) UMK_TRY(allocate_scratch(made, context, worker));
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
        umk_release(scratch->list.first);
        umk_release(scratch->list.triples);
        umk_release(scratch->list.values);
        umk_release(scratch->strength);
        umk_release(scratch->occupations);
        umk_release(scratch->legs);
        umk_release(scratch->triplets);
        umk_release(scratch->weights_workspace);
        umk_release(scratch->strength_workspace);
        umk_row_builder_clear(&scratch->builder);
    }
    if (linewidth->mesh != NULL) linewidth->interaction->kernel->mesh_destroy(linewidth->mesh);
    umk_release(linewidth->inverse_temperatures);
    umk_release(linewidth->occupations);
    umk_release(linewidth->scratch);
    umk_release(linewidth->flight_memory);
    umk_release(linewidth);
}

int64_t umk_linewidth_points_in_flight(const umk_linewidth *linewidth) {
    return linewidth->n_in_flight;
}

umk_status umk_linewidth_check_points(const umk_linewidth *linewidth, umk_context *context, int64_t n_points,
                                      const int64_t *bz_points, const double *average_strength) {
    for (int64_t p = 0; p < n_points; p++) {
        if (bz_points[p] >= 0 && bz_points[p] < linewidth->grid->n_bz_points) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "grid point %lld: the grid has 0 to %lld", (long long)bz_points[p],
                        (long long)linewidth->grid->n_bz_points - 1);
    }
    if (average_strength == NULL && linewidth->interaction == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "linewidths need an interaction or an average strength");
    }
    return UMK_OK;
}

/* Mean over the degenerate sets of a grid point of values (n_bands) with a stride; set_first NULL: none. */
static void average_sets(const int64_t *set_first, int64_t n_bands, int64_t stride, double *values) {
    if (set_first == NULL) return;
    for (int64_t begin = 0, end; begin < n_bands; begin = end) {
        double sum = 0;
        for (end = begin; end < n_bands && set_first[end] == set_first[begin]; end++) sum += values[end * stride];
        for (int64_t band = begin; band < end; band++) values[band * stride] = sum / (double)(end - begin);
    }
}

/* 18 pi / hbar^2 in 1/eV^2, for delta functions of ordinary frequency (1/THz), as a half width in THz. */
double umk_linewidth_factor(const umk_grid *grid) {
    double hbar_thz = UMK_PLANCK_EV * 1e12; /* hbar times 2 pi THz, eV */
    return 18 * UMK_PI / (hbar_thz * hbar_thz) * umk_strength_factor(grid->n_points);
}

void umk_linewidth_store(const umk_linewidth *linewidth, int64_t bz_point, const umk_linewidth_sums *total,
                         umk_linewidth_result *result) {
    const int64_t *set_first = NULL;
    if (!linewidth->keeps_sums) set_first = linewidth->phonons->set_first + bz_point * linewidth->n_bands;
    int64_t n = linewidth->n_bands, n_temperatures = linewidth->options.n_temperatures, n_padded = linewidth->n_padded;
    int64_t n_parts = umk_linewidth_n_parts(&linewidth->options);
    double strength_factor = umk_strength_factor(linewidth->grid->n_points);
    double factor = linewidth->keeps_sums ? 1 : umk_linewidth_factor(linewidth->grid);
    for (int64_t w = 0; w < linewidth->options.n_weights; w++) {
        double *normal = total->gamma + w * n_parts * n * n_padded, *umklapp = normal + n * n_padded;
        for (int64_t t = 0; t < n_temperatures; t++) {
            average_sets(set_first, n, n_padded, normal + t);
            if (n_parts == 2) average_sets(set_first, n, n_padded, umklapp + t);
            for (int64_t band = 0; band < n; band++) {
                int64_t to = (w * n_temperatures + t) * n + band, from = band * n_padded + t;
                double sum = n_parts == 2 ? normal[from] + umklapp[from] : normal[from];
                if (result->gamma != NULL) result->gamma[to] = factor * sum;
                if (n_parts == 1) continue;
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
