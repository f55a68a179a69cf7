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

static sorted_corners sort_corners(const double *row, const uint8_t corners[3]) {
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

static double centre_weight(const double *row, const uint8_t corners[3]) {
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
    const umk_figures *figures = tetrahedra->figures;
    int64_t n_padded_bands = (n_bands + 7) / 8 * 8;
    for (int64_t v = 0; v < tetrahedra->n_vertices; v++) {
        for (int64_t b = 0; b < n_padded_bands; b++) {
            double value = b < n_bands ? fmax(frequencies[points[v] * n_bands + b], lowest) : 0;
            values->by_vertex[v * n_padded_bands + b] = value;
        }
    }
    for (int64_t b = 0; b < n_padded_bands; b++) {
        for (int64_t f = 0; f < figures->n_figures; f++) {
            double *row = values->by_band + (b * figures->n_figures + f) * umk_figure_row;
            for (int v = 0; v < umk_figure_row; v++) {
                row[v] = values->by_vertex[figures->vertices[f][v] * n_padded_bands + b];
            }
        }
    }
}

static double figure_weight(const umk_figure_kind *kind, const umk_evaluation *evaluation, int64_t offset) {
    double row[umk_figure_row], weight = 0;
    for (int v = 0; v < umk_figure_row; v++) {
        row[v] = evaluation->second[offset + v] + evaluation->sign * evaluation->first[offset + v] - evaluation->energy;
    }
    for (int64_t t = 0; t < kind->n_tetrahedra; t++) weight += kind->shares[t] * centre_weight(row, kind->corners[t]);
    return weight;
}

/* Nothing waits here. */
static void weigh(umk_weights_queue *queue, int64_t n, const umk_evaluation *evaluations) {
    const umk_figures *figures = queue->tetrahedra->figures;
    for (int64_t i = 0; i < n; i++) {
        double weight = 0;
        for (int64_t f = 0; f < figures->n_figures; f++) {
            weight += figure_weight(&figures->kinds[figures->kind_of[f]], &evaluations[i], f * umk_figure_row);
        }
        *evaluations[i].weight = weight;
    }
}

static void finish(umk_weights_queue *queue) {
    (void)queue;
}

/** Whether the energy lies within the values w2[v] + sign w1[v] of all vertices. */
static bool is_within(int64_t n_vertices, int64_t stride, double sign, const double *w1, const double *w2,
                      double energy) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t v = 0; v < n_vertices; v++) {
        low = fmin(low, w2[v * stride] + sign * w1[v * stride]);
        high = fmax(high, w2[v * stride] + sign * w1[v * stride]);
    }
    return low <= energy && energy <= high;
}

/** The eight bands from band2 on, those that exist. */
static void set_hits(const umk_hits *hits, int64_t at, int64_t n_exist, const bool (*within)[3]) {
    for (int channel = 0; channel < 3; channel++) {
        hits->channel[channel][at] = 0;
        for (int64_t k = 0; k < n_exist; k++) hits->channel[channel][at] |= (uint8_t)(within[k][channel] << k);
    }
}

static void find_tetrahedra(const umk_tetrahedra *tetrahedra, int64_t n_bands, const umk_leg_values *first,
                            const umk_leg_values *second, int64_t n_energies, const double *energies,
                            const umk_hits *hits) {
    int64_t n_bytes = (n_bands + 7) / 8, stride = 8 * n_bytes, n = tetrahedra->n_vertices;
    for (int64_t row = 0; row < n_energies * n_bands; row++) {
        double energy = energies[row / n_bands];
        const double *w1 = first->by_vertex + row % n_bands;
        for (int64_t i = 0; i < n_bytes; i++) {
            bool within[8][3];
            int64_t n_exist = n_bands - 8 * i < 8 ? n_bands - 8 * i : 8;
            for (int64_t k = 0; k < n_exist; k++) {
                const double *w2 = second->by_vertex + 8 * i + k;
                within[k][0] = is_within(n, stride, 1, w1, w2, energy);
                within[k][1] = is_within(n, stride, -1, w1, w2, energy);
                within[k][2] = is_within(n, stride, -1, w2, w1, energy);
            }
            set_hits(hits, row * n_bytes + i, n_exist, (const bool(*)[3])within);
        }
    }
}

static void find_gaussians(int64_t n_bands, int64_t n_padded_bands, const double *first, const double *second,
                           int64_t n_energies, const double *energies, double reach, const umk_hits *hits) {
    int64_t n_bytes = n_padded_bands / 8;
    for (int64_t row = 0; row < n_energies * n_bands; row++) {
        double energy = energies[row / n_bands], w1 = first[row % n_bands];
        for (int64_t i = 0; i < n_bytes; i++) {
            bool within[8][3];
            int64_t n_exist = n_bands - 8 * i < 8 ? n_bands - 8 * i : 8;
            for (int64_t k = 0; k < n_exist; k++) {
                double w2 = second[8 * i + k];
                within[k][0] = fabs(energy - w1 - w2) <= reach;
                within[k][1] = fabs(energy + w1 - w2) <= reach;
                within[k][2] = fabs(energy - w1 + w2) <= reach;
            }
            set_hits(hits, row * n_bytes + i, n_exist, (const bool(*)[3])within);
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
    .weigh = weigh,
    .finish = finish,
    .find_gaussians = find_gaussians,
    .gaussians = gaussians,
};
