/* Weights delta(E - w(q)) of single grid points by the tetrahedron method or by Gaussians. */
#include <string.h>

#include "weights/internal.h"

/** Number of the n ascending energies that lie below the bound, or (with_equal) not above it. */
static int64_t count_energies(int64_t n, const double *energies, double bound, bool with_equal) {
    int64_t low = 0;
    while (n > 0) {
        int64_t half = n / 2;
        bool below = with_equal ? energies[low + half] <= bound : energies[low + half] < bound;
        low = below ? low + half + 1 : low;
        n = below ? n - half - 1 : half;
    }
    return low;
}

/** Column of one band; the second leg holds zeros. */
static void weigh_band(const umk_weights_scratch *scratch, const umk_weights *weights, int64_t band, int64_t n_energies,
                       double *values) {
    const double *vertices = scratch->vertex_values[0] + band;
    double low = vertices[0], high = vertices[0];
    for (int64_t v = 1; v < weights->n_vertices; v++) {
        double value = vertices[v * scratch->n_padded];
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    umk_tetrahedra_view view = {.n_lanes = weights->n_lanes,
                                .shares = weights->lane_shares,
                                .first_corners = scratch->corners[0] + band * 3 * weights->n_lanes,
                                .second_corners = scratch->corners[1],
                                .first_centre = vertices[0]};
    int64_t end = count_energies(n_energies, scratch->energies, high, true);
    for (int64_t e = count_energies(n_energies, scratch->energies, low, false); e < end; e++) {
        values[scratch->order[e] * scratch->n_bands + band] =
            weights->kernels->delta_weight(&view, scratch->energies[e]);
    }
}

static void weigh_tetrahedra(umk_weights_scratch *scratch, const umk_weights *weights, const umk_phonons *phonons,
                             int64_t bz_point, int64_t n, const double *energies, double *values) {
    int64_t n_bands = phonons->n_bands;
    memset(values, 0, (size_t)(n * n_bands) * sizeof *values);
    umk_weights_sort_energies(scratch, n, energies);
    for (int64_t b = 0; b < n_bands; b++) weigh_band(scratch, weights, b, n, values);
    if (weights->options.no_average_degenerate_weights) return;
    int64_t n_sets = umk_weights_find_sets(phonons->set_first + bz_point * n_bands, n_bands, scratch->sets[0]);
    umk_weights_average(values, 1, n, n_bands, n_sets, (const int64_t(*)[2])scratch->sets[0]);
}

static void weigh_gaussians(const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point, int64_t n,
                            const double *energies, double *column, double *values) {
    for (int64_t b = 0; b < phonons->n_bands; b++) {
        double frequency = phonons->frequencies[bz_point * phonons->n_bands + b];
        weights->kernels->smear_point(n, energies, frequency, weights->options.sigma, column);
        for (int64_t e = 0; e < n; e++) values[e * phonons->n_bands + b] = column[e];
    }
}

void umk_weights_points(const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point,
                        int64_t n_frequency_points, const double *frequency_points, double *values, void *workspace) {
    umk_weights_scratch scratch;
    int64_t n_bands = phonons->n_bands;
    bool smear = weights->options.sigma > 0;
    umk_weights_lay_out(&scratch, weights, n_bands, workspace);
    if (!smear) {
        umk_weights_gather(&scratch, weights, phonons, 0, bz_point, false, false);
        memset(scratch.corners[1], 0, (size_t)(3 * weights->n_lanes) * sizeof(double));
    }
    for (int64_t begin = 0; begin < n_frequency_points; begin += UMK_WEIGHTS_CHUNK) {
        int64_t n = n_frequency_points - begin < UMK_WEIGHTS_CHUNK ? n_frequency_points - begin : UMK_WEIGHTS_CHUNK;
        const double *energies = frequency_points + begin;
        if (smear) {
            weigh_gaussians(weights, phonons, bz_point, n, energies, scratch.energies, values + begin * n_bands);
        } else {
            weigh_tetrahedra(&scratch, weights, phonons, bz_point, n, energies, values + begin * n_bands);
        }
    }
}
