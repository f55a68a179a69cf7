/* Weights delta(E - w(q)) of single grid points by the tetrahedron method or by Gaussians. */
#include <string.h>

#include "weights/internal.h"

/** Scratch of one worker, in the same workspace that triplets use. */
typedef struct scratch {
    umk_leg_values leg;
    umk_weights_queue queue;
    double *arguments; /* (UMK_WEIGHTS_CHUNK) of Gaussians */
} scratch;

static void lay_out(scratch *s, const umk_weights *weights, int64_t n_bands, void *workspace) {
    int64_t bytes = 0;
    umk_weights_sizes sizes = {0};
    umk_weights_enlarge(&sizes, weights);
    umk_weights_queue_lay_out(&s->queue, &sizes, workspace, &bytes);
    umk_leg_values_lay_out(&s->leg, &sizes, n_bands, workspace, &bytes);
    s->queue.tetrahedra = &weights->tetrahedra;
    s->arguments = umk_take(workspace, &bytes, UMK_WEIGHTS_CHUNK, sizeof(double));
}

/* One band at all energies: 0 outside the closed interval of its vertex values. */
static void weigh_band(scratch *s, const umk_weights *weights, int64_t n_bands, int64_t band, int64_t n_energies,
                       const double *energies, double *values) {
    int64_t n_row = umk_weights_row(weights);
    const double *vertices = s->leg.by_band + band * n_row;
    double low = vertices[0], high = vertices[0];
    for (int64_t v = 1; v < n_row; v++) {
        low = vertices[v] < low ? vertices[v] : low;
        high = vertices[v] > high ? vertices[v] : high;
    }
    for (int64_t e = 0; e < n_energies; e++) {
        if (energies[e] < low || energies[e] > high) continue;
        umk_evaluation evaluation = {vertices, vertices, 0, energies[e], values + e * n_bands + band};
        weights->kernels->weigh(&s->queue, 1, &evaluation);
    }
}

/* Means over the degenerate sets of the point, for each energy. */
static void average_sets(const int64_t *set_first, int64_t n_bands, int64_t n_energies, double *values) {
    for (int64_t begin = 0, end; begin < n_bands; begin = end) {
        end = umk_set_end(set_first, n_bands, begin);
        for (int64_t e = 0; end > begin + 1 && e < n_energies; e++) {
            double *row = values + e * n_bands, sum = 0;
            for (int64_t b = begin; b < end; b++) sum += row[b];
            for (int64_t b = begin; b < end; b++) row[b] = sum / (double)(end - begin);
        }
    }
}

static void weigh_tetrahedra(scratch *s, const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point,
                             int64_t n, const double *energies, double *values) {
    int64_t n_bands = phonons->n_bands;
    memset(values, 0, (size_t)(n * n_bands) * sizeof *values);
    umk_weights_gather(&s->leg, weights, phonons, bz_point, false, false);
    for (int64_t b = 0; b < n_bands; b++) weigh_band(s, weights, n_bands, b, n, energies, values);
    weights->kernels->finish(&s->queue);
    if (weights->options.no_average_degenerate_weights) return;
    average_sets(phonons->set_first + bz_point * n_bands, n_bands, n, values);
}

static void weigh_gaussians(const scratch *s, const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point,
                            int64_t n_energies, const double *energies, double *values) {
    int64_t n_bands = phonons->n_bands;
    const double *frequencies = phonons->frequencies + bz_point * n_bands;
    for (int64_t begin = 0; begin < n_energies; begin += UMK_WEIGHTS_CHUNK) {
        int64_t n = n_energies - begin < UMK_WEIGHTS_CHUNK ? n_energies - begin : UMK_WEIGHTS_CHUNK;
        for (int64_t b = 0; b < n_bands; b++) {
            for (int64_t e = 0; e < UMK_WEIGHTS_CHUNK; e++) {
                s->arguments[e] = energies[begin + (e < n ? e : 0)] - frequencies[b];
            }
            weights->kernels->gaussians(UMK_WEIGHTS_CHUNK, s->arguments, weights->options.sigma, s->arguments);
            for (int64_t e = 0; e < n; e++) values[(begin + e) * n_bands + b] = s->arguments[e];
        }
    }
}

void umk_weights_points(const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point,
                        int64_t n_frequency_points, const double *frequency_points, double *values, void *workspace) {
    scratch s;
    lay_out(&s, weights, phonons->n_bands, workspace);
    if (weights->options.sigma > 0) {
        weigh_gaussians(&s, weights, phonons, bz_point, n_frequency_points, frequency_points, values);
    } else {
        weigh_tetrahedra(&s, weights, phonons, bz_point, n_frequency_points, frequency_points, values);
    }
}
