/*
 * The readable weights: each tetrahedron by the textbook. Slow; the others are held against it.
 *
 * In a tetrahedron of volume 1 with sorted vertex values e0 <= e1 <= e2 <= e3 the plane of energy E cuts a triangle
 * (E between e0 and e1, or e2 and e3) or a quadrilateral, which is two triangles (E between e1 and e2). A corner of it
 * on the edge between vertices i and j divides the edge: the barycentric coordinate of i there is f_ij = (E - e_j) /
 * (e_i - e_j). The weight of a vertex is the density of states of a triangle times the mean of the vertex's coordinate
 * over its three corners (Lehmann and Taut, phys. stat. sol. (b) 54, 469 (1972); Bloechl, Jepsen and Andersen,
 * Phys. Rev. B 49, 16223 (1994), app. B).
 */
#include "weights/kernels.h"
#include <math.h>

/* An interval between vertex values that is narrower than this has weight 0: phonopy's rule. */
static const double narrowest = 1e-10;

/** Sorted vertex values relative to the energy, and where the centre went. */
typedef struct sorted_corners {
    double value[4];
    int centre;
} sorted_corners;

static sorted_corners sort_corners(const double *row, const uint16_t corners[3]) {
    sorted_corners s = {{row[0], row[corners[0]], row[corners[1]], row[corners[2]]}, 0};
    for (int i = 1; i < 4; i++) {
        for (int j = i; j > 0 && s.value[j] < s.value[j - 1]; j--) {
            double value = s.value[j];
            s.value[j] = s.value[j - 1];
            s.value[j - 1] = value;
            if (s.centre == j - 1) {
                s.centre = j;
            } else if (s.centre == j) {
                s.centre = j - 1;
            }
        }
    }
    return s;
}

/** Coordinate of the centre where the energy cuts the edge between i and j. */
static double coordinate(const sorted_corners *s, int i, int j) {
    if (s->centre == i) return s->value[j] / (s->value[j] - s->value[i]);
    if (s->centre == j) return s->value[i] / (s->value[i] - s->value[j]);
    return 0;
}

/** Mean over a triangle whose corners lie on the edges i0 j0, i1 j1, i2 j2. */
static double triangle_mean(const sorted_corners *s, int i0, int j0, int i1, int j1, int i2, int j2) {
    return (coordinate(s, i0, j0) + coordinate(s, i1, j1) + coordinate(s, i2, j2)) / 3;
}

static double centre_weight(const double *row, const uint16_t corners[3]) {
    sorted_corners s = sort_corners(row, corners);
    const double *e = s.value;
    int below = 0; /* a vertex at the energy belongs to the interval above it */
    while (below < 4 && e[below] <= 0) below++;
    if (below == 0 || below == 4 || e[below] - e[below - 1] < narrowest) return 0;
    if (below == 1) {
        double density = 3 * e[0] * e[0] / ((e[1] - e[0]) * (e[2] - e[0]) * (e[3] - e[0]));
        return density * triangle_mean(&s, 0, 1, 0, 2, 0, 3);
    }
    if (below == 3) {
        double density = 3 * e[3] * e[3] / ((e[3] - e[0]) * (e[3] - e[1]) * (e[3] - e[2]));
        return density * triangle_mean(&s, 3, 0, 3, 1, 3, 2);
    }
    double left = -3 * e[0] * e[2] / ((e[2] - e[0]) * (e[3] - e[0]) * (e[2] - e[1]));
    double right = -3 * e[3] * e[1] / ((e[3] - e[0]) * (e[3] - e[1]) * (e[2] - e[1]));
    return left * triangle_mean(&s, 0, 2, 0, 3, 1, 2) + right * triangle_mean(&s, 0, 3, 1, 3, 1, 2);
}

static void gather(const umk_tetrahedra *tetrahedra, int64_t n_bands, const double *frequencies, const int64_t *points,
                   double lowest, umk_leg_values *values) {
    int64_t n_padded_bands = (n_bands + 7) / 8 * 8, n_padded = tetrahedra->n_padded_vertices;
    for (int64_t b = 0; b < n_padded_bands; b++) {
        for (int64_t v = 0; v < n_padded; v++) {
            bool exists = v < tetrahedra->n_vertices && b < n_bands;
            double value = exists ? fmax(frequencies[points[v] * n_bands + b], lowest) : 0;
            if (v < tetrahedra->n_vertices) values->by_vertex[v * n_padded_bands + b] = value;
            if (b < n_bands) values->by_band[b * n_padded + v] = value;
        }
    }
}

static void fill_row(const umk_tetrahedra *tetrahedra, double sign, const double *first, const double *second,
                     double energy, double *row) {
    for (int64_t v = 0; v < tetrahedra->n_vertices; v++) {
        row[v] = second[v] + (first == NULL ? 0 : sign * first[v]) - energy;
    }
}

static void evaluate(const umk_tetrahedra *tetrahedra, const double *rows, void *scratch,
                     double weights[UMK_WEIGHTS_LANES]) {
    (void)scratch;
    for (int lane = 0; lane < UMK_WEIGHTS_LANES; lane++) {
        const double *row = rows + lane * tetrahedra->n_padded_vertices;
        weights[lane] = 0;
        for (int64_t t = 0; t < tetrahedra->n_tetrahedra; t++) {
            weights[lane] += tetrahedra->shares[t] * centre_weight(row, tetrahedra->corners[t]);
        }
    }
}

/** Whether the energy lies within the values second[v] + sign first[v] of all vertices. */
static bool is_within(const umk_tetrahedra *tetrahedra, double sign, const double *first, const double *second,
                      double energy) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t v = 0; v < tetrahedra->n_vertices; v++) {
        low = fmin(low, second[v] + sign * first[v]);
        high = fmax(high, second[v] + sign * first[v]);
    }
    return low <= energy && energy <= high;
}

static void set_hit(umk_hits *hits, int64_t band2, const bool within[3]) {
    for (int channel = 0; channel < 3; channel++) {
        hits[band2 / 8].channel[channel] |= (uint8_t)(within[channel] << band2 % 8);
        hits[band2 / 8].any |= hits[band2 / 8].channel[channel];
    }
}

static void find_tetrahedra(const umk_tetrahedra *tetrahedra, int64_t n_bands, const umk_leg_values *first,
                            const umk_leg_values *second, int64_t n_energies, const double *energies, umk_hits *hits) {
    int64_t n_bytes = (n_bands + 7) / 8, n_vertices = tetrahedra->n_padded_vertices;
    for (int64_t e = 0; e < n_energies; e++) {
        for (int64_t b1 = 0; b1 < n_bands; b1++) {
            umk_hits *row = hits + (e * n_bands + b1) * n_bytes;
            for (int64_t i = 0; i < n_bytes; i++) row[i] = (umk_hits){{0}, 0};
            for (int64_t b2 = 0; b2 < n_bands; b2++) {
                const double *w1 = first->by_band + b1 * n_vertices, *w2 = second->by_band + b2 * n_vertices;
                const bool within[3] = {is_within(tetrahedra, 1, w1, w2, energies[e]),
                                        is_within(tetrahedra, -1, w1, w2, energies[e]),
                                        is_within(tetrahedra, -1, w2, w1, energies[e])};
                set_hit(row, b2, within);
            }
        }
    }
}

static void find_gaussians(int64_t n_bands, int64_t n_padded_bands, const double *first, const double *second,
                           int64_t n_energies, const double *energies, double reach, umk_hits *hits) {
    int64_t n_bytes = n_padded_bands / 8;
    for (int64_t e = 0; e < n_energies; e++) {
        for (int64_t b1 = 0; b1 < n_bands; b1++) {
            umk_hits *row = hits + (e * n_bands + b1) * n_bytes;
            for (int64_t i = 0; i < n_bytes; i++) row[i] = (umk_hits){{0}, 0};
            for (int64_t b2 = 0; b2 < n_bands; b2++) {
                const bool within[3] = {fabs(energies[e] - first[b1] - second[b2]) <= reach,
                                        fabs(energies[e] + first[b1] - second[b2]) <= reach,
                                        fabs(energies[e] - first[b1] + second[b2]) <= reach};
                set_hit(row, b2, within);
            }
        }
    }
}

static void gaussians(int64_t n, const double *x, double sigma, double *out) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = exp(-x[i] * x[i] / (2 * sigma * sigma)) / (sqrt(2 * UMK_PI) * sigma);
    }
}

const umk_weights_kernels umk_weights_kernels_reference = {
    .find_tetrahedra = find_tetrahedra,
    .gather = gather,
    .fill_row = fill_row,
    .evaluate = evaluate,
    .find_gaussians = find_gaussians,
    .gaussians = gaussians,
};
