/*
 * Integration weights: of triplets, by tetrahedra or Gaussians, and of single grid points.
 *
 * Tetrahedra come from the caller, sets of 24 around a grid point. The step function of the linear tetrahedron method
 * follows A. H. MacDonald, S. H. Vosko and P. T. Coleridge, J. Phys. C 12, 2991 (1979); its derivative with respect to
 * the energy is the delta function of the weights room.
 */
#include "weights/weights.h"
#include "backend/views.h"
#include <math.h>
#include <string.h>

static const int64_t largest_address = INT64_C(1) << 40;

umk_status umk_weights_of_call(umk_weights **weights, const umk_call *call, const umk_grid *grid,
                               const umk_weights_options *options) {
    umk_status status = UMK_OK;
    const char *name = "relative_grid_address";
    int64_t n = umk_call_size(call, name, 0);
    if (n < 24 || n % 24 != 0 || n > 48 * 24) {
        return umk_call_fail(call, name, "%lld tetrahedra are not sets of 24", (long long)n);
    }
    UMK_TRY(umk_call_check_size(call, name, largest_address));
    status = umk_weights_create_with(weights, call->context, grid, options, n,
                                     (const int64_t(*)[4][3])umk_call_integers(call, name));
    umk_call_blame(call, name, status);
cleanup:
    return status;
}

/* Weights without averages over degenerate sets. */
static umk_status create_weights(umk_weights **weights, const umk_call *call, const umk_grid *grid) {
    umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
    options.no_average_degenerate_weights = true;
    return umk_weights_of_call(weights, call, grid, &options);
}

/* ---- triplets ---------------------------------------------------------------------------------------------------*/

typedef struct triplet_task {
    const umk_weights *weights;
    const umk_phonons *phonons;
    int64_t (*triplets)[3];
    int64_t n_triplets, n_frequency_points, n_bands1, n_bands2;
    int n_planes;
    const double *frequency_points;
    double *values; /* (n_planes, n_triplets, n_frequency_points, n_bands1, n_bands2) */
    int8_t *is_zero;
    int64_t workspace_size, n_elements; /* of one plane with all bands of phonons */
    char *workspaces;
    double *planes; /* (threads, 3, n_elements) */
    int8_t *flags;  /* (threads, n_elements) */
} triplet_task;

/* Bands of leg 1 are the first ones of the phonons, those of leg 2 the last ones. */
static umk_status weigh_triplet(void *argument, int64_t t, int worker) {
    const triplet_task *task = argument;
    int64_t n = task->phonons->n_bands, n1 = task->n_bands1, n2 = task->n_bands2;
    int64_t n_wanted = task->n_frequency_points * n1 * n2;
    double *planes = task->planes + worker * 3 * task->n_elements;
    int8_t *flags = task->flags + worker * task->n_elements;
    umk_weights_triplets(task->weights, task->phonons, 1, (const int64_t(*)[3]) & task->triplets[t],
                         task->n_frequency_points, task->frequency_points, task->n_planes, planes, flags,
                         task->workspaces + worker * task->workspace_size);
    for (int64_t row = 0; row < task->n_frequency_points * n1; row++) {
        int64_t from = (row / n1 * n + row % n1) * n + n - n2, to = t * n_wanted + row * n2;
        for (int p = 0; p < task->n_planes; p++) {
            memcpy(task->values + p * task->n_triplets * n_wanted + to, planes + p * task->n_elements + from,
                   (size_t)n2 * sizeof(double));
        }
        memcpy(task->is_zero + to, flags + from, (size_t)n2);
    }
    return UMK_OK;
}

static umk_status weigh_triplets(triplet_task *task, umk_context *context) {
    umk_status status = UMK_OK;
    int64_t n_threads = umk_context_n_threads(context), n = task->phonons->n_bands;
    task->workspace_size = umk_weights_workspace_size(task->weights, n);
    task->n_elements = umk_checked_product(3, (const int64_t[]){task->n_frequency_points, n, n});
    UMK_ALLOCATE(context, task->workspaces, task->workspace_size * n_threads);
    UMK_ALLOCATE(context, task->planes, umk_checked_product(3, (const int64_t[]){n_threads, 3, task->n_elements}));
    UMK_ALLOCATE(context, task->flags, umk_checked_product(2, (const int64_t[]){n_threads, task->n_elements}));
    UMK_TRY(umk_parallel_for(context, task->n_triplets, weigh_triplet, task));
cleanup:
    umk_release(task->workspaces);
    umk_release(task->planes);
    umk_release(task->flags);
    return status;
}

/* Triplets in our numbers of BZ points. */
static umk_status take_triplets(triplet_task *task, const umk_call *call, const umk_grid_view *view) {
    umk_status status = UMK_OK;
    const int64_t *triplets = umk_call_integers(call, "triplets");
    task->n_triplets = umk_call_size(call, "triplets", 0);
    UMK_TRY(umk_call_check_range(call, "triplets", view->grid.n_bz_points));
    UMK_ALLOCATE(call->context, task->triplets, task->n_triplets);
    for (int64_t i = 0; i < 3 * task->n_triplets; i++) {
        task->triplets[i / 3][i % 3] = umk_grid_view_from_caller(view, triplets[i]);
    }
cleanup:
    return status;
}

/* Frequencies of both legs as bands of one set, where they are not the same; *bands (M, n1 + n2), or NULL. */
static umk_status join_bands(double **bands, int64_t *n_bands, const umk_call *call) {
    umk_status status = UMK_OK;
    int64_t m = umk_call_size(call, "frequencies1", 0), n1 = umk_call_size(call, "frequencies1", 1);
    int64_t n2 = umk_call_size(call, "frequencies2", 1);
    const double *first = umk_call_reals(call, "frequencies1"), *second = umk_call_reals(call, "frequencies2");
    *n_bands = n1;
    if (n1 == n2 && (first == second || memcmp(first, second, (size_t)(m * n1) * sizeof *first) == 0)) return UMK_OK;
    *n_bands = n1 + n2;
    UMK_ALLOCATE(call->context, *bands, m * (n1 + n2));
    for (int64_t i = 0; i < m; i++) {
        memcpy(*bands + i * (n1 + n2), first + i * n1, (size_t)n1 * sizeof *first);
        memcpy(*bands + i * (n1 + n2) + n1, second + i * n2, (size_t)n2 * sizeof *second);
    }
cleanup:
    return status;
}

static umk_status check_channels(const umk_call *call) {
    int64_t n = umk_call_size(call, "iw", 0);
    if (n == 2 || n == 3) return UMK_OK;
    return umk_call_fail(call, "iw", "%lld channels, expected 2 or 3", (long long)n);
}

static umk_status triplets_integration_weights(umk_call *call) {
    umk_status status = UMK_OK;
    double *bands = NULL;
    int64_t n_bands, type = umk_call_integer(call, "tp_type");
    umk_weights *weights = NULL;
    umk_grid_view view = {.to_caller = NULL};
    umk_phonons_view phonons = {.frequencies = NULL};
    triplet_task task = {.phonons = &phonons.phonons,
                         .n_planes = (int)umk_call_size(call, "iw", 0),
                         .n_frequency_points = umk_call_size(call, "frequency_points", 0),
                         .n_bands1 = umk_call_size(call, "frequencies1", 1),
                         .n_bands2 = umk_call_size(call, "frequencies2", 1),
                         .frequency_points = umk_call_reals(call, "frequency_points"),
                         .values = umk_call_reals(call, "iw"),
                         .is_zero = umk_call_bytes(call, "iw_zero")};
    UMK_TRY(check_channels(call));
    if (type != task.n_planes) {
        return umk_call_fail(call, "tp_type", "%lld, expected the %d channels of iw", (long long)type, task.n_planes);
    }
    UMK_TRY(umk_grid_view_create(&view, call));
    UMK_TRY(take_triplets(&task, call, &view));
    UMK_TRY(join_bands(&bands, &n_bands, call));
    UMK_TRY(umk_phonons_view_create(&phonons, call->context, &view, n_bands,
                                    bands == NULL ? umk_call_reals(call, "frequencies1") : bands, NULL, NULL));
    UMK_TRY(create_weights(&weights, call, &view.grid));
    task.weights = weights;
    UMK_TRY(weigh_triplets(&task, call->context));
cleanup:
    umk_release(task.triplets);
    umk_release(bands);
    umk_weights_destroy(weights);
    umk_phonons_view_clear(&phonons);
    umk_grid_view_clear(&view);
    return status;
}

static const umk_call_parameter triplets_integration_weights_parameters[] = {
    UMK_OUT_REALS("iw", "channel triplet band0 band1 band2"),
    UMK_OUT_BYTES("iw_zero", "triplet band0 band1 band2"),
    UMK_REALS("frequency_points", "band0"),
    UMK_SMALL_INTEGERS("relative_grid_address", "tetrahedron 4 3"),
    UMK_SMALL_INTEGERS("d_diag", "3"),
    UMK_SMALL_INTEGERS("triplets", "triplet 3"),
    UMK_REALS("frequencies1", "bz_point band1"),
    UMK_REALS("frequencies2", "bz_point band2"),
    UMK_SMALL_INTEGERS("bz_grid_addresses", "bz_point 3"),
    UMK_INTEGERS("bz_map", "*"),
    UMK_INTEGER("bz_grid_type"),
    UMK_INTEGER("tp_type"),
    UMK_END};

static umk_status triplets_integration_weights_with_sigma(umk_call *call) {
    umk_status status = UMK_OK;
    umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
    umk_weights *weights = NULL;
    /* Gaussians know nothing of a grid: one of a single point stands for it. */
    umk_grid grid = {.diagonal = {1, 1, 1}, .p = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    umk_phonons phonons = {.n_points = umk_call_size(call, "frequencies", 0),
                           .n_bands = umk_call_size(call, "frequencies", 1),
                           .frequencies = umk_call_reals(call, "frequencies")};
    triplet_task task = {.phonons = &phonons,
                         .n_planes = (int)umk_call_size(call, "iw", 0),
                         .n_triplets = umk_call_size(call, "triplets", 0),
                         .triplets = (int64_t(*)[3])umk_call_integers(call, "triplets"),
                         .n_frequency_points = umk_call_size(call, "frequency_points", 0),
                         .n_bands1 = phonons.n_bands,
                         .n_bands2 = phonons.n_bands,
                         .frequency_points = umk_call_reals(call, "frequency_points"),
                         .values = umk_call_reals(call, "iw"),
                         .is_zero = umk_call_bytes(call, "iw_zero")};
    double cutoff = umk_call_real(call, "sigma_cutoff");
    options.sigma = umk_call_real(call, "sigma");
    options.sigma_cutoff = cutoff > 0 ? cutoff : 0;
    UMK_TRY(check_channels(call));
    UMK_TRY(umk_call_check_range(call, "triplets", phonons.n_points));
    if (!(options.sigma > 0)) return umk_call_fail(call, "sigma", "%g is not positive", options.sigma);
    if (phonons.n_bands > UMK_VIEW_MOST_BANDS) return umk_call_fail(call, "frequencies", "too many bands");
    UMK_ALLOCATE(call->context, phonons.set_first, phonons.n_points * phonons.n_bands);
    for (int64_t i = 0; i < phonons.n_points * phonons.n_bands; i++) phonons.set_first[i] = i % phonons.n_bands;
    UMK_TRY(umk_weights_create(&weights, call->context, &grid, &options));
    task.weights = weights;
    UMK_TRY(weigh_triplets(&task, call->context));
cleanup:
    umk_weights_destroy(weights);
    umk_release(phonons.set_first);
    return status;
}

static const umk_call_parameter triplets_integration_weights_with_sigma_parameters[] = {
    UMK_OUT_REALS("iw", "channel triplet band0 band band"),
    UMK_OUT_BYTES("iw_zero", "triplet band0 band band"),
    UMK_REALS("frequency_points", "band0"),
    UMK_SMALL_INTEGERS("triplets", "triplet 3"),
    UMK_REALS("frequencies", "bz_point band"),
    UMK_REAL("sigma"),
    UMK_REAL("sigma_cutoff"),
    UMK_END};

/* ---- single points ----------------------------------------------------------------------------------------------*/

/* Vertex values of a tetrahedron in ascending order, and where the first of them, the centre's, went. */
static int sort_values(double e[4]) {
    int centre = 0;
    for (int i = 1; i < 4; i++) {
        for (int j = i; j > 0 && e[j] < e[j - 1]; j--) {
            double value = e[j];
            e[j] = e[j - 1];
            e[j - 1] = value;
            centre = centre == j - 1 ? j : centre == j ? j - 1 : centre;
        }
    }
    return centre;
}

/* (E - e_m) / (e_n - e_m), 0 for equal vertices. */
static double share(const double e[4], double energy, int n, int m) {
    const double narrowest = 1e-10;
    double width = e[n] - e[m];
    return fabs(width) < narrowest ? 0 : (energy - e[m]) / width;
}

/*
 * The occupied part of a tetrahedron, as up to three tetrahedra: corners of the first that lie on the edges between an
 * occupied and an empty vertex. The weight of a vertex is volume times the mean of its coordinate over the corners.
 */
static double step_weight(double e[4], double energy) {
    int c = sort_values(e);
#define F(n, m) share(e, energy, n, m)
    double x;
    if (energy < e[0]) return 0;
    if (energy < e[1]) {
        x = F(1, 0) * F(2, 0) * F(3, 0) / 4;
        return c == 0 ? x * (1 + F(0, 1) + F(0, 2) + F(0, 3)) : x * F(c, 0);
    }
    if (energy < e[2]) {
        double a = F(3, 1) * F(2, 1), b = F(3, 0) * F(1, 3) * F(2, 1), d = F(3, 0) * F(2, 0) * F(1, 2);
        if (c == 0) return (a + b * (1 + F(0, 3)) + d * (1 + F(0, 2) + F(0, 3))) / 4;
        if (c == 1) return (a * (1 + F(1, 3) + F(1, 2)) + b * (F(1, 3) + F(1, 2)) + d * F(1, 2)) / 4;
        if (c == 2) return (a * F(2, 1) + b * F(2, 1) + d * (F(2, 1) + F(2, 0))) / 4;
        return (a * F(3, 1) + b * (F(3, 1) + F(3, 0)) + d * F(3, 0)) / 4;
    }
    if (energy < e[3]) {
        x = F(0, 3) * F(1, 3) * F(2, 3);
        return c == 3 ? (1 - x * (1 + F(3, 0) + F(3, 1) + F(3, 2))) / 4 : (1 - x * F(c, 3)) / 4;
    }
    return 0.25;
#undef F
}

typedef struct point_task {
    const umk_call *call;
    const umk_weights *weights;
    const umk_phonons *phonons;
    const umk_grid_view *view;
    bool steps;
    int64_t workspace_size;
    char *workspaces;
} point_task;

static void weigh_steps(const point_task *task, const int64_t *vertices, int64_t n_energies, const double *energies,
                        double *values) {
    const umk_weights *weights = task->weights;
    int64_t n = task->phonons->n_bands;
    memset(values, 0, (size_t)(n_energies * n) * sizeof *values);
    for (int64_t band = 0; band < n; band++) {
        for (int64_t t = 0; t < weights->n_tetrahedra; t++) {
            double e[4] = {task->phonons->frequencies[vertices[0] * n + band]};
            for (int c = 0; c < 3; c++)
                e[c + 1] = task->phonons->frequencies[vertices[weights->corners[t][c]] * n + band];
            for (int64_t i = 0; i < n_energies; i++) {
                double copy[4];
                memcpy(copy, e, sizeof copy);
                values[i * n + band] += weights->tetrahedron_weights[t] * step_weight(copy, energies[i]);
            }
        }
    }
}

static umk_status weigh_point(void *argument, int64_t i, int worker) {
    const point_task *task = argument;
    const umk_call *call = task->call;
    int64_t n = task->phonons->n_bands, n_energies = umk_call_size(call, "frequency_points", 0);
    int64_t point = umk_grid_view_from_caller(task->view, umk_call_integers(call, "grid_points")[i]);
    double *values = umk_call_reals(call, "iw") + i * n_energies * n;
    const double *energies = umk_call_reals(call, "frequency_points");
    char *workspace = task->workspaces + worker * task->workspace_size;
    if (!task->steps) {
        umk_weights_points(task->weights, task->phonons, point, n_energies, energies, values, workspace);
        return UMK_OK;
    }
    int64_t *vertices = (int64_t *)workspace;
    const umk_grid *grid = task->weights->grid;
    for (int64_t v = 0; v < task->weights->n_vertices; v++) {
        int64_t address[3];
        for (int c = 0; c < 3; c++) address[c] = grid->addresses[point][c] + task->weights->steps[v][c];
        vertices[v] = umk_grid_bz_index(grid, address);
    }
    weigh_steps(task, vertices, n_energies, energies, values);
    return UMK_OK;
}

static umk_status run_points(point_task *task, umk_context *context) {
    umk_status status = UMK_OK;
    task->workspace_size = umk_weights_workspace_size(task->weights, task->phonons->n_bands);
    UMK_ALLOCATE(context, task->workspaces, task->workspace_size * umk_context_n_threads(context));
    UMK_TRY(umk_parallel_for(context, umk_call_size(task->call, "grid_points", 0), weigh_point, task));
cleanup:
    umk_release(task->workspaces);
    return status;
}

/* Frequencies of all BZ points from those of the points that gp2irgp_map leads to. */
static umk_status spread_frequencies(double **frequencies, const umk_call *call) {
    umk_status status = UMK_OK;
    int64_t m = umk_call_size(call, "bz_grid_addresses", 0), n = umk_call_size(call, "frequencies", 1);
    const int64_t *map = umk_call_integers(call, "gp2irgp_map");
    UMK_TRY(umk_call_check_range(call, "gp2irgp_map", umk_call_size(call, "frequencies", 0)));
    UMK_ALLOCATE(call->context, *frequencies, m * n);
    for (int64_t i = 0; i < m; i++) {
        memcpy(*frequencies + i * n, umk_call_reals(call, "frequencies") + map[i] * n, (size_t)n * sizeof(double));
    }
cleanup:
    return status;
}

static umk_status integration_weights_at_grid_points(umk_call *call) {
    umk_status status = UMK_OK;
    double *frequencies = NULL;
    umk_weights *weights = NULL;
    umk_grid_view view = {.to_caller = NULL};
    umk_phonons_view phonons = {.frequencies = NULL};
    const char *function = umk_call_value_of(call, "function")->text;
    if (strcmp(function, "I") != 0 && strcmp(function, "J") != 0) {
        return umk_call_fail(call, "function", "'%.20s' is neither 'I' nor 'J'", function);
    }
    UMK_TRY(umk_grid_view_create(&view, call));
    UMK_TRY(umk_call_check_range(call, "grid_points", view.grid.n_bz_points));
    UMK_TRY(spread_frequencies(&frequencies, call));
    UMK_TRY(umk_phonons_view_create(&phonons, call->context, &view, umk_call_size(call, "frequencies", 1), frequencies,
                                    NULL, NULL));
    UMK_TRY(create_weights(&weights, call, &view.grid));
    point_task task = {.call = call,
                       .weights = weights,
                       .phonons = &phonons.phonons,
                       .view = &view,
                       .steps = strcmp(function, "J") == 0};
    UMK_TRY(run_points(&task, call->context));
cleanup:
    umk_release(frequencies);
    umk_weights_destroy(weights);
    umk_phonons_view_clear(&phonons);
    umk_grid_view_clear(&view);
    return status;
}

static const umk_call_parameter integration_weights_at_grid_points_parameters[] = {
    UMK_OUT_REALS("iw", "point energy band"),
    UMK_REALS("frequency_points", "energy"),
    UMK_SMALL_INTEGERS("relative_grid_address", "tetrahedron 4 3"),
    UMK_SMALL_INTEGERS("d_diag", "3"),
    UMK_INTEGERS("grid_points", "point"),
    UMK_REALS("frequencies", "row band"),
    UMK_SMALL_INTEGERS("bz_grid_addresses", "bz_point 3"),
    UMK_INTEGERS("bz_map", "*"),
    UMK_INTEGERS("gp2irgp_map", "bz_point"),
    UMK_INTEGER("bz_grid_type"),
    {"function", UMK_CALL_TEXT, NULL, 0},
    UMK_END};

/* ---- tetrahedra -------------------------------------------------------------------------------------------------*/

static umk_status tetrahedra_relative_grid_address(umk_call *call) {
    umk_status status = UMK_OK;
    umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
    umk_weights *weights = NULL;
    /* steps in the basis of the microzone, which takes the place of reciprocal basis and mesh */
    umk_grid grid = {
        .diagonal = {1, 1, 1}, .p = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, .qd_inverse = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    memcpy(grid.reciprocal_lattice, umk_call_reals(call, "reciprocal_lattice"), sizeof grid.reciprocal_lattice);
    options.no_symmetrize_tetrahedra = true;
    UMK_TRY(umk_weights_create(&weights, call->context, &grid, &options));
    memcpy(umk_call_integers(call, "relative_grid_address"), weights->relative_addresses, 24 * 4 * 3 * sizeof(int64_t));
cleanup:
    umk_weights_destroy(weights);
    return status;
}

static const umk_call_parameter tetrahedra_relative_grid_address_parameters[] = {
    UMK_OUT_INTEGERS("relative_grid_address", "24 4 3"), UMK_SMALL_REALS("reciprocal_lattice", "3 3"), UMK_END};

const umk_backend_function umk_backend_weight_functions[] = {
    UMK_ROW(triplets_integration_weights),
    UMK_ROW(triplets_integration_weights_with_sigma),
    UMK_ROW(integration_weights_at_grid_points),
    UMK_ROW(tetrahedra_relative_grid_address),
    {NULL, NULL, NULL},
};
