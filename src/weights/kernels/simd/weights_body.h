/*
 * The fast loops of the weights (weights/kernels.h), written once over base/vector.h and included by one file for each
 * instruction set.
 *
 * Delta weight of a figure for its centre. Vertex values are relative to the energy, and where the centre lies above it
 * they are turned around (v -> -v), after which the centre is never above. Then the pattern of vertices above the
 * energy tells what has to be computed (weights/figures.h). Evaluations with the same pattern go together, a lane each,
 * so that there are no cases to tell apart, no sums across lanes, and what belongs to a vertex or to an edge is
 * computed once for all tetrahedra that share it. With P >= 0 the depth of the centre, d > 0 the value of a vertex
 * above, u = 1 / (d + P), y = d u the share of the edge to the centre that is above the energy and x = P u the other,
 * and for an edge from p above to o below r = 1 / (d_p - d_o) and s = -d_o r, the weight of a tetrahedron is a sum of
 * positive terms:
 *
 *   all three above:     x_a x_b u_c (y_a + y_b + y_c)
 *   o below, p, q above: r_po [x_q y_p (y_p + y_q) + s_qo y_q^2]
 *   o above, p, q below: y_o^2 d_o r_op r_oq
 *
 * (The density of states of a tetrahedron times the mean of the centre's coordinate, as in
 * kernels/reference/weights_reference.c, in a form that needs no order among the vertices.) A value equal to the energy
 * counts as below it before turning. Where the interval between neighbouring vertex values that holds the energy is
 * narrower than 1e-10 the weight is 0 (phonopy's rule).
 */
#include "base/exponential.h"
#include "weights/kernels.h"
#include <float.h>
#include <math.h>

enum { parts_of_eight = 8 / vector_lanes, parts_of_row = umk_figure_row / vector_lanes };

/* An interval of vertex values that is narrower has weight 0. */
#define narrowest 1e-10

/* ---- tetrahedra -------------------------------------------------------------------------------------------------*/

static void gather(const umk_tetrahedra *tetrahedra, int64_t n_bands, const double *frequencies, const int64_t *points,
                   double lowest, umk_leg_values *values) {
    const umk_figures *figures = tetrahedra->figures;
    int64_t n_padded_bands = (n_bands + 7) / 8 * 8, stride = figures->n_figures * umk_figure_row;
    vector least = vector_all(lowest);
    for (int64_t v = 0; v < tetrahedra->n_vertices; v++) {
        double *row = values->by_vertex + v * n_padded_bands;
        for (int64_t b = 0; b < n_padded_bands; b += vector_lanes) {
            vector value = vector_zero();
            if (b < n_bands) {
                value = vector_larger(vector_load_first(frequencies + points[v] * n_bands + b, n_bands - b), least);
            }
            vector_store(row + b, value);
        }
    }
    for (int64_t i = 0; i < stride; i += vector_lanes) { /* vertices and bands change places, block by block */
        const uint16_t *vertices = figures->vertices[i / umk_figure_row] + i % umk_figure_row;
        for (int64_t b = 0; b < n_padded_bands; b += vector_lanes) {
            vector block[vector_lanes];
            for (int k = 0; k < vector_lanes; k++) {
                block[k] = vector_load(values->by_vertex + vertices[k] * n_padded_bands + b);
            }
            vector_transpose(block);
            for (int k = 0; k < vector_lanes; k++) vector_store(values->by_band + (b + k) * stride + i, block[k]);
        }
    }
}

/** Vectors of rows that go through a pattern together. */
enum { vectors_at_once = 2, rows_at_once = vectors_at_once * vector_lanes };

typedef struct vertex_lanes {
    vector d[vectors_at_once];                                         /* the centre's is -P */
    vector x[vectors_at_once], y[vectors_at_once], u[vectors_at_once]; /* of vertices above */
} vertex_lanes;

typedef struct edge_lanes {
    vector r[vectors_at_once], s[vectors_at_once];
} edge_lanes;

/** rows_at_once rows of a pattern. */
typedef struct figure_lanes {
    vertex_lanes vertices[umk_figure_row];
    edge_lanes edges[umk_figure_edges];
} figure_lanes;

/* Lane i of vector k of vertex v is rows[vector_lanes k + i][v]. */
UMK_INLINE void transpose_rows(int n_vectors, const double *rows, figure_lanes *figure) {
    for (int k = 0; k < n_vectors; k++) {
        for (int v = 0; v < umk_figure_row; v += vector_lanes) {
            vector block[vector_lanes];
            for (int lane = 0; lane < vector_lanes; lane++) {
                block[lane] = vector_load(rows + (k * vector_lanes + lane) * umk_figure_row + v);
            }
            vector_transpose(block);
            for (int i = 0; i < vector_lanes; i++) figure->vertices[v + i].d[k] = block[i];
        }
    }
}

/*
 * Returns whether a vertex is so close above the energy that the interval may have to be looked at. Reciprocals of what
 * is next to 0 may be anything: then the interval is too narrow, and the weight 0.
 */
UMK_INLINE bool fill_figure(int n_vectors, const umk_figure_pattern *pattern, const double *rows,
                            figure_lanes *figure) {
    vector nearest = vector_all(DBL_MAX);
    transpose_rows(n_vectors, rows, figure);
    for (int i = 0; i < pattern->n_above; i++) {
        vertex_lanes *vertex = &figure->vertices[pattern->above[i]];
#pragma GCC unroll 8
        for (int k = 0; k < n_vectors; k++) {
            vector d = vertex->d[k], minus_depth = figure->vertices[0].d[k];
            vector u = vector_reciprocal(vector_subtract(d, minus_depth));
            vertex->u[k] = u;
            vertex->y[k] = vector_multiply(d, u);
            vertex->x[k] = vector_multiply_subtract(minus_depth, u, vector_zero());
            nearest = vector_smaller(nearest, d);
        }
    }
    for (int e = 0; e < pattern->n_edges; e++) {
        const vector *above = figure->vertices[pattern->edges[e][0]].d,
                     *below = figure->vertices[pattern->edges[e][1]].d;
        edge_lanes *edge = &figure->edges[e];
#pragma GCC unroll 8
        for (int k = 0; k < n_vectors; k++) {
            vector r = vector_reciprocal(vector_subtract(above[k], below[k]));
            edge->r[k] = r;
            edge->s[k] = vector_multiply_subtract(below[k], r, vector_zero());
        }
    }
    return vector_bits(vector_is_less(nearest, vector_all(narrowest))) != 0;
}

/* The weight, or 0 where the interval from lower (or the centre, if that is higher) to upper is too narrow. */
UMK_INLINE vector unless_narrow(vector weight, vector upper, vector lower, vector minus_depth, bool is_narrow) {
    if (!is_narrow) return weight;
    vector width = vector_subtract(upper, vector_larger(lower, minus_depth));
    return vector_choose(vector_is_at_most(vector_all(narrowest), width), weight, vector_zero());
}

UMK_INLINE void add_one_above(int n_vectors, const umk_figure_pattern *pattern, int t, const figure_lanes *figure,
                              bool is_narrow, vector *sums) {
    const vertex_lanes *o = &figure->vertices[pattern->places[t][0]];
    int e = pattern->places[t][1], f = pattern->places[t][2];
    const vector *r_e = figure->edges[e].r, *r_f = figure->edges[f].r;
    const vector *below_e = figure->vertices[pattern->edges[e][1]].d,
                 *below_f = figure->vertices[pattern->edges[f][1]].d;
    vector share = vector_all(pattern->shares[t]);
#pragma GCC unroll 8
    for (int k = 0; k < n_vectors; k++) {
        vector weight = vector_multiply(vector_multiply(o->y[k], o->y[k]), o->d[k]);
        weight = vector_multiply(weight, vector_multiply(r_e[k], r_f[k]));
        weight =
            unless_narrow(weight, o->d[k], vector_larger(below_e[k], below_f[k]), figure->vertices[0].d[k], is_narrow);
        sums[k] = vector_multiply_add(share, weight, sums[k]);
    }
}

UMK_INLINE void add_two_above(int n_vectors, const umk_figure_pattern *pattern, int t, const figure_lanes *figure,
                              bool is_narrow, vector *sums) {
    const vertex_lanes *p = &figure->vertices[pattern->places[t][0]], *q = &figure->vertices[pattern->places[t][1]];
    int e = pattern->places[t][2], f = pattern->places[t][3];
    const vector *r_p = figure->edges[e].r, *s_q = figure->edges[f].s;
    const vector *below = figure->vertices[pattern->edges[e][1]].d;
    vector share = vector_all(pattern->shares[t]);
#pragma GCC unroll 8
    for (int k = 0; k < n_vectors; k++) {
        vector y_p = p->y[k], y_q = q->y[k];
        vector weight = vector_multiply(vector_multiply(q->x[k], y_p), vector_add(y_p, y_q));
        weight = vector_multiply_add(vector_multiply(s_q[k], y_q), y_q, weight);
        weight = vector_multiply(r_p[k], weight);
        weight = unless_narrow(weight, vector_smaller(p->d[k], q->d[k]), below[k], figure->vertices[0].d[k], is_narrow);
        sums[k] = vector_multiply_add(share, weight, sums[k]);
    }
}

UMK_INLINE void add_three_above(int n_vectors, const umk_figure_pattern *pattern, int t, const figure_lanes *figure,
                                bool is_narrow, vector *sums) {
    const vertex_lanes *a = &figure->vertices[pattern->places[t][0]], *b = &figure->vertices[pattern->places[t][1]],
                       *c = &figure->vertices[pattern->places[t][2]];
    const vector *minus_depth = figure->vertices[0].d;
    vector share = vector_all(pattern->shares[t]);
#pragma GCC unroll 8
    for (int k = 0; k < n_vectors; k++) {
        vector weight = vector_multiply(vector_multiply(a->x[k], b->x[k]), c->u[k]);
        weight = vector_multiply(weight, vector_add(vector_add(a->y[k], b->y[k]), c->y[k]));
        vector upper = vector_smaller(vector_smaller(a->d[k], b->d[k]), c->d[k]);
        weight = unless_narrow(weight, upper, minus_depth[k], minus_depth[k], is_narrow);
        sums[k] = vector_multiply_add(share, weight, sums[k]);
    }
}

UMK_INLINE void sum_figure(int n_vectors, const umk_figure_pattern *pattern, const figure_lanes *figure, bool is_narrow,
                           double *weights) {
    vector sums[vectors_at_once];
    int t = 0, end = pattern->n_one;
    for (int k = 0; k < n_vectors; k++) sums[k] = vector_zero();
    for (; t < end; t++) add_one_above(n_vectors, pattern, t, figure, is_narrow, sums);
    for (end += pattern->n_two; t < end; t++) add_two_above(n_vectors, pattern, t, figure, is_narrow, sums);
    for (end += pattern->n_three; t < end; t++) add_three_above(n_vectors, pattern, t, figure, is_narrow, sums);
    for (int k = 0; k < n_vectors; k++) vector_store(weights + k * vector_lanes, sums[k]);
}

/* n_vectors is a constant where this is inlined. */
UMK_INLINE void evaluate_vectors(int n_vectors, const umk_figure_pattern *pattern, const double *rows,
                                 double *weights) {
    figure_lanes figure;
    if (fill_figure(n_vectors, pattern, rows, &figure))
        sum_figure(n_vectors, pattern, &figure, true, weights);
    else
        sum_figure(n_vectors, pattern, &figure, false, weights);
}

/*
 * Weights of n rows of a pattern. What lies behind them is of evaluations before or was never written; lanes do not see
 * each other, and the way that looks at intervals gives the same bits where they are wide.
 */
static void evaluate(umk_weights_queue *queue, int64_t pattern_number, int64_t n) {
    const umk_figure_pattern *pattern = &queue->tetrahedra->figures->patterns[pattern_number];
    const double *rows = queue->rows + pattern_number * UMK_WEIGHTS_ROWS * umk_figure_row;
    const int32_t *owners = queue->owners + pattern_number * UMK_WEIGHTS_ROWS;
    double weights[UMK_WEIGHTS_ROWS];
    int64_t first = 0;
    for (; first + rows_at_once <= n; first += rows_at_once)
        evaluate_vectors(vectors_at_once, pattern, rows + first * umk_figure_row, weights + first);
    for (; first < n; first += vector_lanes)
        evaluate_vectors(1, pattern, rows + first * umk_figure_row, weights + first);
    for (int64_t i = 0; i < n; i++) queue->parts[owners[i]] = weights[i];
    queue->n_rows[pattern_number] = 0;
}

/* One figure of one evaluation becomes row n; returns the number of rows then: one more where the energy is within. */
UMK_INLINE int64_t fill_row(umk_row_stretch *stretch, int64_t n, const double *first, const double *second, vector sign,
                            vector energy, const umk_figure_place *places, unsigned all, int32_t owner) {
    unsigned above = 0;
#pragma GCC unroll 8
    for (int i = 0; i < parts_of_row; i++) {
        vector value =
            vector_multiply_add(sign, vector_load(first + i * vector_lanes), vector_load(second + i * vector_lanes));
        value = vector_subtract(value, energy);
        above |= vector_bits(vector_is_less(vector_zero(), value)) << i * vector_lanes;
        vector_store(stretch->values[n] + i * vector_lanes, value);
    }
    static const double signs[2] = {1, -1};
    stretch->places[n] = places[above & all];
    stretch->signs[n] = signs[above & 1];
    stretch->owners[n] = owner;
    return n + ((((above & all) + 1) & (all - 1)) != 0); /* neither none nor all */
}

/* Rows begin ... end - 1, which have their slots. */
UMK_INLINE void store_rows(umk_weights_queue *queue, const umk_row_stretch *stretch, int64_t begin, int64_t end) {
    const uint8_t(*orders)[umk_figure_row] = (const uint8_t(*)[umk_figure_row])queue->tetrahedra->figures->orders;
    for (int64_t i = begin; i < end; i++) {
        double *row = queue->rows + (int64_t)stretch->slots[i] * umk_figure_row;
        vector_reorder_sixteen(row, stretch->values[i], orders[umk_figure_order_of(stretch->places[i])],
                               stretch->signs[i]);
        queue->owners[stretch->slots[i]] = stretch->owners[i];
    }
}

/*
 * Puts the rows into the queue, and evaluates patterns that are full. Each step is done for all rows, so that none
 * waits for the one before.
 */
static void store_stretch(umk_weights_queue *queue) {
    umk_row_stretch *stretch = queue->stretch;
    int64_t stored = 0;
    for (int64_t i = 0; i < stretch->n; i++) {
        int32_t pattern = umk_figure_pattern_of(stretch->places[i]), n = queue->n_rows[pattern]++;
        stretch->slots[i] = pattern * UMK_WEIGHTS_ROWS + n;
        if (n + 1 < UMK_WEIGHTS_ROWS) continue;
        store_rows(queue, stretch, stored, i + 1);
        stored = i + 1;
        evaluate(queue, pattern, UMK_WEIGHTS_ROWS);
    }
    store_rows(queue, stretch, stored, stretch->n);
    stretch->n = 0;
}

static void finish(umk_weights_queue *queue) {
    if (queue->n == 0) return;
    const umk_figures *figures = queue->tetrahedra->figures;
    int64_t n_figures = figures->n_figures;
    store_stretch(queue);
    for (int64_t p = 0; p < figures->n_patterns; p++) {
        if (queue->n_rows[p] > 0) evaluate(queue, p, queue->n_rows[p]);
    }
    for (int64_t i = 0; i < queue->n; i++) {
        const double *parts = queue->parts + i * n_figures;
        double weight = 0;
        for (int64_t f = 0; f < n_figures; f++) weight += parts[f];
        *queue->weights[i] = weight;
    }
    queue->n = 0;
}

/* All figures of the next evaluation. */
UMK_INLINE void weigh_one(umk_weights_queue *queue, const umk_evaluation *evaluation) {
    enum { at_once = UMK_WEIGHTS_STRETCH / 2 };
    const umk_figures *figures = queue->tetrahedra->figures;
    const double *first = evaluation->first, *second = evaluation->second;
    umk_row_stretch *stretch = queue->stretch;
    vector sign = vector_all(evaluation->sign), energy = vector_all(evaluation->energy);
    int64_t n_figures = figures->n_figures, first_part = queue->n * n_figures;
    for (int64_t begin = 0, end; begin < n_figures; begin = end) {
        end = begin + at_once < n_figures ? begin + at_once : n_figures;
        if (stretch->n + end - begin > UMK_WEIGHTS_STRETCH) store_stretch(queue);
        int64_t n = stretch->n;
        for (int64_t f = begin; f < end; f++) {
            const umk_figure_kind *kind = &figures->kinds[figures->kind_of[f]];
            n = fill_row(stretch, n, first + f * umk_figure_row, second + f * umk_figure_row, sign, energy,
                         figures->places + kind->first_place, umk_figure_all(kind), (int32_t)(first_part + f));
        }
        stretch->n = n;
    }
    queue->weights[queue->n++] = evaluation->weight;
}

static void weigh(umk_weights_queue *queue, int64_t n, const umk_evaluation *evaluations) {
    int64_t n_figures = queue->tetrahedra->figures->n_figures;
    for (int64_t begin = 0, end; begin < n; begin = end) {
        if (queue->n == queue->capacity) finish(queue);
        end = n - begin < queue->capacity - queue->n ? n : begin + queue->capacity - queue->n;
        memset(queue->parts + queue->n * n_figures, 0, (size_t)((end - begin) * n_figures) * sizeof *queue->parts);
        for (int64_t i = begin; i < end; i++) weigh_one(queue, &evaluations[i]);
    }
}

/* ---- which pairs count ------------------------------------------------------------------------------------------*/

/** Eight neighbouring bands at q2 are a block. So many go together while there are registers for their ends. */
enum { blocks_at_once = vector_registers >= 32 && parts_of_eight == 1 ? 2 : 1 };

/** Lowest and highest values over the vertices of a channel, w2 + w1, w2 - w1 or w1 - w2, for a block. */
typedef struct block_ends {
    vector low[3][parts_of_eight], high[3][parts_of_eight];
} block_ends;

/* n_blocks is a constant where this is inlined. */
UMK_INLINE void find_ends(int n_blocks, block_ends *ends, int64_t n_vertices, int64_t n_padded, const double *first,
                          const double *second) {
    for (int i = 0; i < n_blocks * parts_of_eight; i++) {
        block_ends *block = &ends[i / parts_of_eight];
        for (int channel = 0; channel < 2; channel++) {
            block->low[channel][i % parts_of_eight] = vector_all(DBL_MAX);
            block->high[channel][i % parts_of_eight] = vector_all(-DBL_MAX);
        }
    }
    for (int64_t v = 0; v < n_vertices; v++) {
        vector w1 = vector_all(first[v * n_padded]);
#pragma GCC unroll 8
        for (int i = 0; i < n_blocks * parts_of_eight; i++) {
            block_ends *block = &ends[i / parts_of_eight];
            int part = i % parts_of_eight;
            vector w2 = vector_load(second + v * n_padded + i * vector_lanes);
            vector sum = vector_add(w2, w1), difference = vector_subtract(w2, w1);
            block->low[0][part] = vector_smaller(block->low[0][part], sum);
            block->high[0][part] = vector_larger(block->high[0][part], sum);
            block->low[1][part] = vector_smaller(block->low[1][part], difference);
            block->high[1][part] = vector_larger(block->high[1][part], difference);
        }
    }
    for (int i = 0; i < n_blocks * parts_of_eight; i++) {
        block_ends *block = &ends[i / parts_of_eight];
        int part = i % parts_of_eight;
        block->low[2][part] = vector_subtract(vector_zero(), block->high[1][part]);
        block->high[2][part] = vector_subtract(vector_zero(), block->low[1][part]);
    }
}

/* Bits of the bands that exist among the eight from `band` on. */
UMK_INLINE unsigned existing_bits(int64_t n_bands, int64_t band) {
    return n_bands - band >= 8 ? 0xff : (1u << (n_bands - band)) - 1;
}

/* Bits of the lanes whose interval low ... high reaches into the interval from ... to. */
UMK_INLINE unsigned overlap_bits(const vector low[parts_of_eight], const vector high[parts_of_eight], vector from,
                                 vector to) {
    unsigned bits = 0;
#pragma GCC unroll 8
    for (int part = 0; part < parts_of_eight; part++) {
        vector_mask overlap = mask_and(vector_is_at_most(low[part], to), vector_is_at_most(from, high[part]));
        bits |= vector_bits(overlap) << part * vector_lanes;
    }
    return bits;
}

/** Energies and their ends. */
typedef struct energy_list {
    int64_t n;
    const double *energies;
    double lowest, highest;
} energy_list;

/* One channel of a block: a byte for each energy, `stride` apart. */
UMK_INLINE void set_hits(const vector low[parts_of_eight], const vector high[parts_of_eight], unsigned exist,
                         const energy_list *list, int64_t stride, uint8_t *hits) {
    bool is_out_of_reach = !overlap_bits(low, high, vector_all(list->lowest), vector_all(list->highest));
    for (int64_t e = 0; is_out_of_reach && e < list->n; e++) hits[e * stride] = 0;
    if (is_out_of_reach) return;
    for (int64_t e = 0; e < list->n; e++) {
        vector energy = vector_all(list->energies[e]);
        hits[e * stride] = (uint8_t)(exist & overlap_bits(low, high, energy, energy));
    }
}

UMK_INLINE void find_blocks(int n_blocks, const umk_tetrahedra *tetrahedra, int64_t n_bands, int64_t b1, int64_t i,
                            const umk_leg_values *first, const umk_leg_values *second, const energy_list *list,
                            const umk_hits *hits) {
    int64_t n_bytes = (n_bands + 7) / 8;
    block_ends ends[blocks_at_once];
    find_ends(n_blocks, ends, tetrahedra->n_vertices, 8 * n_bytes, first->by_vertex + b1, second->by_vertex + 8 * i);
    for (int block = 0; block < n_blocks; block++) {
        for (int channel = 0; channel < 3; channel++) {
            set_hits(ends[block].low[channel], ends[block].high[channel], existing_bits(n_bands, 8 * (i + block)), list,
                     n_bands * n_bytes, hits->channel[channel] + b1 * n_bytes + i + block);
        }
    }
}

static void find_tetrahedra(const umk_tetrahedra *tetrahedra, int64_t n_bands, const umk_leg_values *first,
                            const umk_leg_values *second, int64_t n_energies, const double *energies,
                            const umk_hits *hits) {
    int64_t n_bytes = (n_bands + 7) / 8;
    energy_list list = {n_energies, energies, DBL_MAX, -DBL_MAX};
    for (int64_t e = 0; e < n_energies; e++) {
        list.lowest = energies[e] < list.lowest ? energies[e] : list.lowest;
        list.highest = energies[e] > list.highest ? energies[e] : list.highest;
    }
    for (int64_t b1 = 0; b1 < n_bands; b1++) {
        int64_t i = 0;
        for (; i + blocks_at_once <= n_bytes; i += blocks_at_once)
            find_blocks(blocks_at_once, tetrahedra, n_bands, b1, i, first, second, &list, hits);
        for (; i < n_bytes; i++) find_blocks(1, tetrahedra, n_bands, b1, i, first, second, &list, hits);
    }
}

/* ---- Gaussians --------------------------------------------------------------------------------------------------*/

UMK_INLINE vector absolute(vector a) {
    return vector_larger(a, vector_subtract(vector_zero(), a));
}

UMK_INLINE unsigned near_bits(const vector arguments[parts_of_eight], vector reach) {
    unsigned bits = 0;
#pragma GCC unroll 8
    for (int part = 0; part < parts_of_eight; part++) {
        bits |= vector_bits(vector_is_at_most(absolute(arguments[part]), reach)) << part * vector_lanes;
    }
    return bits;
}

static void find_gaussians(int64_t n_bands, int64_t n_padded_bands, const double *first, const double *second,
                           int64_t n_energies, const double *energies, double reach, const umk_hits *hits) {
    int64_t n_bytes = n_padded_bands / 8;
    vector within = vector_all(reach);
    for (int64_t e = 0; e < n_energies; e++) {
        for (int64_t b1 = 0; b1 < n_bands; b1++) {
            for (int64_t i = 0; i < n_bytes; i++) {
                vector x[3][parts_of_eight];
                unsigned exist = existing_bits(n_bands, 8 * i);
                for (int part = 0; part < parts_of_eight; part++) {
                    vector w2 = vector_load(second + 8 * i + part * vector_lanes);
                    vector lower = vector_all(energies[e] - first[b1]), higher = vector_all(energies[e] + first[b1]);
                    x[0][part] = vector_subtract(lower, w2);
                    x[1][part] = vector_subtract(higher, w2);
                    x[2][part] = vector_add(lower, w2);
                }
                for (int channel = 0; channel < 3; channel++) {
                    hits->channel[channel][(e * n_bands + b1) * n_bytes + i] =
                        (uint8_t)(exist & near_bits(x[channel], within));
                }
            }
        }
    }
}

static void gaussians(int64_t n, const double *x, double sigma, double *out) {
    vector scale = vector_all(-0.5 / (sigma * sigma)), height = vector_all(0.39894228040143267794 / sigma);
    for (int64_t i = 0; i < n; i += vector_lanes) {
        vector a = vector_load(x + i);
        vector_store(out + i,
                     vector_multiply(height, vector_exponential(vector_multiply(vector_multiply(a, a), scale))));
    }
}

#define UMK_WEIGHTS_KERNELS(set)                                                                                       \
    const umk_weights_kernels umk_weights_kernels_##set = {                                                            \
        .find_tetrahedra = find_tetrahedra,                                                                            \
        .gather = gather,                                                                                              \
        .weigh = weigh,                                                                                                \
        .finish = finish,                                                                                              \
        .find_gaussians = find_gaussians,                                                                              \
        .gaussians = gaussians,                                                                                        \
    }
