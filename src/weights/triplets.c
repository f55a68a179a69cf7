/*
 * Weights of triplets (q0, q1, q2): delta(w0 - w1 - w2) and its companions by the linear tetrahedron method, for
 * q0 + q1 + q2 = G with the vertices q1 + v and q2 - v (Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306 (2015), sec.
 * II), or by Gaussians.
 *
 * Few band triples can conserve energy within the tetrahedra around a triplet. The interval of vertex values of
 * each band pair says which energies can (two comparisons each); only these are evaluated.
 */
#include <math.h>
#include <string.h>

#include "weights/internal.h"

/** Where one triplet writes: (n_frequency_points, n_bands, n_bands) each. */
typedef struct triplet_output {
    int n_planes;
    double *planes[3];
    int8_t *is_zero;
} triplet_output;

static triplet_output select_output(int n_planes, double *values, int8_t *is_zero, int64_t triplet, int64_t n_triplets,
                                    int64_t n_elements) {
    triplet_output output = {.n_planes = n_planes, .is_zero = is_zero + triplet * n_elements};
    for (int p = 0; p < n_planes; p++) output.planes[p] = values + (p * n_triplets + triplet) * n_elements;
    return output;
}

/** Adds the weight of one channel to the planes. */
static void add_channel(const triplet_output *output, int channel, int64_t element, double value) {
    if (channel == 0) output->planes[0][element] = value;
    if (channel == 1) output->planes[1][element] += value;
    if (channel == 2) output->planes[1][element] -= value;
    if (output->n_planes == 3) output->planes[2][element] += value;
    output->is_zero[element] = 0;
}

/** Tetrahedra of band pair (b1, b2): channels w2 + w1, w2 - w1, w1 - w2. */
static umk_tetrahedra_view view_pair(const umk_weights_scratch *scratch, const umk_weights *weights, int channel,
                                     int64_t b1, int64_t b2) {
    int64_t bands[2] = {b1, b2}, n_corners = 3 * weights->n_lanes;
    int first = channel == 2 ? 1 : 0, second = 1 - first;
    return (umk_tetrahedra_view){.n_lanes = weights->n_lanes,
                                 .shares = weights->lane_shares,
                                 .first_corners = scratch->corners[first] + bands[first] * n_corners,
                                 .second_corners = scratch->corners[second] + bands[second] * n_corners,
                                 .first_centre = scratch->vertex_values[first][bands[first]],
                                 .second_centre = scratch->vertex_values[second][bands[second]],
                                 .subtract = channel != 0};
}

static umk_pair_row view_row(const umk_weights_scratch *scratch) {
    int64_t n = scratch->n_padded;
    umk_pair_row row = {scratch->ends, scratch->ends + n, scratch->ends + 2 * n, scratch->ends + 3 * n, {0}, {0}};
    for (int channel = 0; channel < 3; channel++) {
        row.first[channel] = scratch->ranges + 2 * channel * n;
        row.end[channel] = scratch->ranges + (2 * channel + 1) * n;
    }
    return row;
}

/** All band pairs of one triplet at the n_energies sorted energies of the scratch. */
static void evaluate_tetrahedra(const umk_weights_scratch *scratch, const umk_weights *weights, int64_t n_energies,
                                const triplet_output *output) {
    int64_t n_bands = scratch->n_bands;
    umk_pair_row row = view_row(scratch);
    for (int64_t b1 = 0; b1 < n_bands; b1++) {
        weights->kernels->pair_row(&row, weights->n_vertices, scratch->n_padded, scratch->vertex_values[0] + b1,
                                   scratch->n_padded, scratch->vertex_values[1], n_energies, scratch->energies);
        for (int64_t b2 = 0; b2 < n_bands; b2++) {
            for (int channel = 0; channel < 3; channel++) {
                int64_t first = (int64_t)row.first[channel][b2], end = (int64_t)row.end[channel][b2];
                if (first >= end) continue;
                umk_tetrahedra_view view = view_pair(scratch, weights, channel, b1, b2);
                for (int64_t e = first; e < end; e++) {
                    double value = weights->kernels->delta_weight(&view, scratch->energies[e]);
                    add_channel(output, channel, (scratch->order[e] * n_bands + b1) * n_bands + b2, value);
                }
            }
        }
    }
}

/** A mark of a degenerate block stays only where all its marks stand. */
static void join_marks(int8_t *marks, int64_t band_stride, int64_t n_columns, int64_t column_stride, int64_t n_sets,
                       const int64_t (*sets)[2]) {
    for (int64_t s = 0; s < n_sets; s++) {
        for (int64_t c = 0; c < n_columns; c++) {
            int8_t *column = marks + c * column_stride, all = 1;
            for (int64_t b = sets[s][0]; b < sets[s][1]; b++) all &= column[b * band_stride];
            for (int64_t b = sets[s][0]; b < sets[s][1]; b++) column[b * band_stride] = all;
        }
    }
}

/** Means over the degenerate blocks at q1 and q2 for the energies of one triplet. */
static void average_blocks(const umk_weights_scratch *scratch, int64_t n_energies, const int64_t *set_first1,
                           const int64_t *set_first2, const triplet_output *output) {
    int64_t n = scratch->n_bands;
    int64_t n_sets1 = umk_weights_find_sets(set_first1, n, scratch->sets[0]);
    int64_t n_sets2 = umk_weights_find_sets(set_first2, n, scratch->sets[1]);
    const int64_t(*sets1)[2] = (const int64_t(*)[2])scratch->sets[0];
    const int64_t(*sets2)[2] = (const int64_t(*)[2])scratch->sets[1];
    if (n_sets1 + n_sets2 == 0) return;
    for (int64_t e = 0; e < n_energies; e++) {
        int8_t *marks = output->is_zero + e * n * n;
        if (memchr(marks, 0, (size_t)(n * n)) == NULL) continue;
        for (int p = 0; p < output->n_planes; p++) {
            umk_weights_average(output->planes[p] + e * n * n, n, n, 1, n_sets1, sets1);
            umk_weights_average(output->planes[p] + e * n * n, 1, n, n, n_sets2, sets2);
        }
        join_marks(marks, n, n, 1, n_sets1, sets1);
        join_marks(marks, 1, n, n, n_sets2, sets2);
    }
}

static void weigh_tetrahedra(umk_weights_scratch *scratch, const umk_weights *weights, const umk_phonons *phonons,
                             const int64_t triplet[3], int64_t n_energies, const triplet_output *output) {
    int64_t n_bands = phonons->n_bands, n_elements = n_energies * n_bands * n_bands;
    for (int p = 0; p < output->n_planes; p++) memset(output->planes[p], 0, (size_t)n_elements * sizeof(double));
    memset(output->is_zero, 1, (size_t)n_elements);
    umk_weights_gather(scratch, weights, phonons, 0, triplet[1], false, true);
    umk_weights_gather(scratch, weights, phonons, 1, triplet[2], true, true);
    evaluate_tetrahedra(scratch, weights, n_energies, output);
    if (!weights->options.no_average_degenerate_weights) {
        average_blocks(scratch, n_energies, phonons->set_first + triplet[1] * n_bands,
                       phonons->set_first + triplet[2] * n_bands, output);
    }
}

/** Copies the pairs within the cut-off to the front of near1, near2, zeros up to whole lanes; returns their number. */
static int64_t select_inside(umk_weights_scratch *scratch, int64_t n_pairs, const double *w1, const double *w2,
                             const double *outside, double *near1, double *near2) {
    int64_t n_inside = 0;
    for (int64_t i = 0; i < n_pairs; i++) {
        scratch->inside[n_inside] = i;
        n_inside += outside[i] == 0;
    }
    for (int64_t i = 0; i < n_inside; i++) {
        near1[i] = w1[scratch->inside[i]];
        near2[i] = w2[scratch->inside[i]];
    }
    for (int64_t i = n_inside; i % UMK_WEIGHTS_LANES != 0; i++) near1[i] = near2[i] = 0;
    return n_inside;
}

static void weigh_gaussians(umk_weights_scratch *scratch, const umk_weights *weights, const umk_phonons *phonons,
                            const int64_t triplet[3], int64_t n_energies, const double *energies,
                            const triplet_output *output) {
    int64_t n_bands = phonons->n_bands, n_pairs = n_bands * n_bands, n = scratch->n_padded_pairs;
    double *w1 = scratch->pairs, *w2 = w1 + n, *near1 = w1 + 2 * n, *near2 = w1 + 3 * n, *sums = w1 + 4 * n;
    double *outside = w1 + 7 * n, sigma = weights->options.sigma, reach = sigma * weights->options.sigma_cutoff;
    for (int64_t i = 0; i < n_pairs; i++) {
        w1[i] = phonons->frequencies[triplet[1] * n_bands + i / n_bands];
        w2[i] = phonons->frequencies[triplet[2] * n_bands + i % n_bands];
    }
    for (int64_t e = 0; e < n_energies; e++) {
        int8_t *is_zero = output->is_zero + e * n_pairs;
        weights->kernels->find_outside(n_pairs, energies[e], w1, w2, reach > 0 ? reach : INFINITY, outside);
        int64_t n_inside = select_inside(scratch, n_pairs, w1, w2, outside, near1, near2);
        int64_t n_lanes = (n_inside + UMK_WEIGHTS_LANES - 1) / UMK_WEIGHTS_LANES * UMK_WEIGHTS_LANES;
        weights->kernels->smear_pairs(n_lanes, energies[e], near1, near2, sigma, sums, sums + n, sums + 2 * n);
        memset(is_zero, 1, (size_t)n_pairs);
        for (int64_t i = 0; i < n_inside; i++) is_zero[scratch->inside[i]] = 0;
        for (int p = 0; p < output->n_planes; p++) {
            double *plane = output->planes[p] + e * n_pairs;
            memset(plane, 0, (size_t)n_pairs * sizeof *plane);
            for (int64_t i = 0; i < n_inside; i++) plane[scratch->inside[i]] = sums[p * n + i];
        }
    }
}

void umk_weights_triplets(const umk_weights *weights, const umk_phonons *phonons, int64_t n_triplets,
                          const int64_t (*triplets)[3], int64_t n_frequency_points, const double *frequency_points,
                          int n_planes, double *values, int8_t *is_zero, void *workspace) {
    umk_weights_scratch scratch;
    int64_t n_bands = phonons->n_bands, n_pairs = n_bands * n_bands, n_elements = n_frequency_points * n_pairs;
    umk_weights_lay_out(&scratch, weights, n_bands, workspace);
    for (int64_t begin = 0; begin < n_frequency_points; begin += UMK_WEIGHTS_CHUNK) {
        int64_t n = n_frequency_points - begin < UMK_WEIGHTS_CHUNK ? n_frequency_points - begin : UMK_WEIGHTS_CHUNK;
        const double *energies = frequency_points + begin;
        umk_weights_sort_energies(&scratch, n, energies);
        for (int64_t t = 0; t < n_triplets; t++) {
            triplet_output output =
                select_output(n_planes, values + begin * n_pairs, is_zero + begin * n_pairs, t, n_triplets, n_elements);
            if (weights->options.sigma > 0) {
                weigh_gaussians(&scratch, weights, phonons, triplets[t], n, energies, &output);
            } else {
                weigh_tetrahedra(&scratch, weights, phonons, triplets[t], n, &output);
            }
        }
    }
}
