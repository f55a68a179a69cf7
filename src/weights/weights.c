/*
 * Creation of the weights of a grid, the workspace of a worker, and what triplets and single points share: gathering
 * the frequencies of the neighbours, sorting energies, means over degenerate bands.
 */
#include <math.h>
#include <string.h>

#include "linalg/matrix3.h"
#include "weights/internal.h"

static umk_status check_options(umk_context *context, const umk_weights_options *options) {
    if (!(options->sigma >= 0) || !isfinite(options->sigma)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the smearing width %g THz is not a number of zero or more",
                        options->sigma);
    }
    if (!(options->sigma_cutoff >= 0) || !isfinite(options->sigma_cutoff)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the smearing cut-off %g is not a number of zero or more",
                        options->sigma_cutoff);
    }
    return UMK_OK;
}

umk_status umk_weights_create(umk_weights **weights, umk_context *context, const umk_grid *grid,
                              const umk_weights_options *options) {
    umk_status status = UMK_OK;
    umk_weights *made = NULL;
    umk_weights_options defaults = UMK_WEIGHTS_OPTIONS_INIT;
    *weights = NULL;
    if (options == NULL) options = &defaults;
    UMK_TRY(check_options(context, options));
    UMK_ALLOCATE(context, made, 1);
    made->grid = grid;
    made->options = *options;
    made->kernels = umk_weights_kernels_select();
    UMK_TRY(umk_weights_make_tetrahedra(made, context));
    *weights = made;
    made = NULL;

cleanup:
    umk_weights_destroy(made);
    return status;
}

void umk_weights_destroy(umk_weights *weights) {
    if (weights == NULL) return;
    umk_release(weights->relative_addresses);
    umk_release(weights->tetrahedron_weights);
    umk_release(weights->steps);
    umk_release(weights->corner_vertices);
    umk_release(weights->lane_shares);
    umk_release(weights);
}

/* ---- workspace --------------------------------------------------------------------------------------------------*/

static int64_t round_up(int64_t n) {
    return (n + UMK_WEIGHTS_LANES - 1) / UMK_WEIGHTS_LANES * UMK_WEIGHTS_LANES;
}

/** The next n 8-byte words of the workspace; n is a multiple of the lanes, which keeps them aligned. */
static void *take(char *workspace, int64_t *bytes, int64_t n) {
    void *place = workspace == NULL ? NULL : workspace + *bytes;
    *bytes += n * (int64_t)sizeof(double);
    return place;
}

int64_t umk_weights_lay_out(umk_weights_scratch *scratch, const umk_weights *weights, int64_t n_bands,
                            void *workspace) {
    umk_weights_scratch s = {.n_bands = n_bands, .n_padded = round_up(n_bands)};
    int64_t bytes = 0;
    s.n_padded_vertices = round_up(weights->n_vertices);
    s.n_padded_pairs = round_up(n_bands * n_bands);
    s.energies = take(workspace, &bytes, UMK_WEIGHTS_CHUNK);
    s.order = take(workspace, &bytes, UMK_WEIGHTS_CHUNK);
    s.ends = take(workspace, &bytes, 4 * s.n_padded);
    s.ranges = take(workspace, &bytes, 6 * s.n_padded);
    for (int leg = 0; leg < 2; leg++) s.sets[leg] = take(workspace, &bytes, s.n_padded);
    if (weights->options.sigma > 0) {
        s.pairs = take(workspace, &bytes, 8 * s.n_padded_pairs);
        s.inside = take(workspace, &bytes, s.n_padded_pairs);
    } else {
        s.band_values = take(workspace, &bytes, s.n_padded_vertices);
        for (int leg = 0; leg < 2; leg++) {
            s.vertex_values[leg] = take(workspace, &bytes, weights->n_vertices * s.n_padded);
            s.corners[leg] = take(workspace, &bytes, n_bands * 3 * weights->n_lanes);
        }
    }
    if (scratch != NULL) *scratch = s;
    return bytes;
}

int64_t umk_weights_workspace_size(const umk_weights *weights, int64_t n_bands) {
    return umk_weights_lay_out(NULL, weights, n_bands, NULL);
}

void umk_weights_sort_energies(umk_weights_scratch *scratch, int64_t n, const double *energies) {
    double *sorted = scratch->energies;
    int64_t *order = scratch->order;
    for (int64_t i = 0; i < n; i++) {
        int64_t place = i;
        for (; place > 0 && sorted[place - 1] > energies[i]; place--) {
            sorted[place] = sorted[place - 1];
            order[place] = order[place - 1];
        }
        sorted[place] = energies[i];
        order[place] = i;
    }
}

/* ---- neighbours -------------------------------------------------------------------------------------------------*/

/** As umk_grid_bz_index of address + step, with the GR address of the centre (0 ... D-1) known. */
static int64_t neighbour(const umk_grid *grid, const int64_t centre[3], const int64_t address[3], const int64_t step[3],
                         int64_t sign) {
    int64_t folded[3];
    for (int i = 0; i < 3; i++) {
        folded[i] = centre[i] + sign * step[i];
        if (folded[i] < 0) folded[i] += grid->diagonal[i];
        if (folded[i] >= grid->diagonal[i]) folded[i] -= grid->diagonal[i];
        if (folded[i] < 0 || folded[i] >= grid->diagonal[i]) folded[i] = umk_modulo(folded[i], grid->diagonal[i]);
    }
    int64_t gr = folded[0] + grid->diagonal[0] * (folded[1] + grid->diagonal[1] * folded[2]);
    int64_t first = grid->bz_map[gr], end = grid->bz_map[gr + 1];
    for (int64_t i = first; end > first + 1 && i < end; i++) {
        const int64_t *image = grid->addresses[i];
        if (image[0] == address[0] + sign * step[0] && image[1] == address[1] + sign * step[1] &&
            image[2] == address[2] + sign * step[2]) {
            return i;
        }
    }
    return first;
}

/** Vertex values of a leg, laid out for the tetrahedra. */
static void spread_corners(umk_weights_scratch *scratch, const umk_weights *weights, int leg) {
    int64_t n_corners = 3 * weights->n_lanes, n_padded = scratch->n_padded;
    const int64_t *corner_vertices = weights->corner_vertices;
    double *band_values = scratch->band_values;
    for (int64_t b = 0; b < scratch->n_bands; b++) {
        double *restrict corners = scratch->corners[leg] + b * n_corners;
        for (int64_t v = 0; v < weights->n_vertices; v++)
            band_values[v] = scratch->vertex_values[leg][v * n_padded + b];
        for (int64_t i = 0; i < n_corners; i++) corners[i] = band_values[corner_vertices[i]];
    }
}

void umk_weights_gather(umk_weights_scratch *scratch, const umk_weights *weights, const umk_phonons *phonons, int leg,
                        int64_t bz_point, bool reverse, bool clip) {
    const umk_grid *grid = weights->grid;
    const int64_t *address = grid->addresses[bz_point];
    int64_t centre[3];
    double lowest = clip ? 0 : -INFINITY;
    for (int i = 0; i < 3; i++) centre[i] = umk_modulo(address[i], grid->diagonal[i]);
    for (int64_t v = 0; v < weights->n_vertices; v++) {
        int64_t point = v == 0 ? bz_point : neighbour(grid, centre, address, weights->steps[v], reverse ? -1 : 1);
        const double *frequencies = phonons->frequencies + point * phonons->n_bands;
        double *values = scratch->vertex_values[leg] + v * scratch->n_padded;
        for (int64_t b = 0; b < scratch->n_bands; b++) {
            values[b] = frequencies[b] < lowest ? lowest : frequencies[b];
        }
        for (int64_t b = scratch->n_bands; b < scratch->n_padded; b++) values[b] = 0;
    }
    spread_corners(scratch, weights, leg);
}

int64_t umk_weights_find_sets(const int64_t *set_first, int64_t n, int64_t (*sets)[2]) {
    int64_t n_sets = 0;
    for (int64_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && set_first[end] == set_first[first];) end++;
        if (end == first + 1) continue;
        sets[n_sets][0] = first;
        sets[n_sets++][1] = end;
    }
    return n_sets;
}

void umk_weights_average(double *values, int64_t band_stride, int64_t n_columns, int64_t column_stride, int64_t n_sets,
                         const int64_t (*sets)[2]) {
    for (int64_t s = 0; s < n_sets; s++) {
        int64_t first = sets[s][0], end = sets[s][1];
        for (int64_t c = 0; c < n_columns; c++) {
            double *column = values + c * column_stride, sum = 0;
            for (int64_t b = first; b < end; b++) sum += column[b * band_stride];
            double mean = sum / (double)(end - first);
            for (int64_t b = first; b < end; b++) column[b * band_stride] = mean;
        }
    }
}
