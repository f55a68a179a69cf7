/*
 * The fast loops of the weights (weights/kernels.h), written once over base/vector.h and included by one file for each
 * instruction set.
 *
 * Delta weight of a tetrahedron for its central vertex. All vertex values are relative to the energy, and where the
 * centre lies above it they are turned around (v -> -v), after which the centre is always below. A lane is one energy
 * of one band pair, so that the loop over the tetrahedra around a grid point has no sums across lanes, and what belongs
 * to a vertex is computed once for all tetrahedra that share it. With P >= 0 the depth of the centre, d the value of
 * another vertex, u = 1 / (d + P), y = d u the share of the edge above the energy and x = P u = 1 - y, three cases
 * remain, each a quotient of sums of positive terms:
 *
 *   all three above:     x_a x_b u_c (y_a + y_b + y_c)
 *   o below, p, q above: [x_q y_p (y_p + y_q) (d_q - d_o) - d_o y_q^2] / [(d_p - d_o) (d_q - d_o)]
 *   o above, p, q below: y_o^2 d_o / [(d_o - d_p) (d_o - d_q)]
 *
 * and 0 when none is above. (The density of states of a tetrahedron times the mean of the centre's coordinate, as in
 * kernels/reference/weights_reference.c, in a form that needs no order among the vertices.) A value equal to the energy
 * counts as below it before turning. Where the interval between neighbouring vertex values that holds the energy is
 * narrower than 1e-10 the weight is 0 (phonopy's rule).
 */
#include "base/exponential.h"
#include "weights/kernels.h"
#include <float.h>
#include <math.h>

enum { parts_of_eight = 8 / vector_lanes };

/* An interval of vertex values that is narrower has weight 0. */
#define narrowest 1e-10

/* ---- tetrahedra -------------------------------------------------------------------------------------------------*/

/** One vertex in vector_lanes evaluations. */
typedef struct vertex_lanes {
    vector d, x, y, u; /* x = y = u = 0 where it is below the energy */
    vector_mask is_above;
} vertex_lanes;

static void gather(const umk_tetrahedra *tetrahedra, int64_t n_bands, const double *frequencies, const int64_t *points,
                   double lowest, umk_leg_values *values) {
    int64_t n_padded_bands = (n_bands + 7) / 8 * 8, n_padded = tetrahedra->n_padded_vertices;
    vector least = vector_all(lowest);
    for (int64_t v = 0; v < n_padded; v++) {
        bool exists = v < tetrahedra->n_vertices;
        double *row = values->by_vertex + v * n_padded_bands, *column = values->by_band + v;
        for (int64_t b = 0; exists && b < n_padded_bands; b += vector_lanes) {
            vector value = vector_zero();
            if (b < n_bands) value = vector_load_first(frequencies + points[v] * n_bands + b, n_bands - b);
            vector_store(row + b, vector_larger(value, least));
        }
        for (int64_t b = 0; b < n_bands; b++) column[b * n_padded] = exists ? row[b] : 0;
    }
}

static void fill_row(const umk_tetrahedra *tetrahedra, double sign, const double *first, const double *second,
                     double energy, double *row) {
    vector minus = vector_all(-energy), signs = vector_all(sign);
    for (int64_t v = 0; v < tetrahedra->n_padded_vertices; v += vector_lanes) {
        vector value = vector_load(second + v);
        if (first != NULL) value = vector_multiply_add(signs, vector_load(first + v), value);
        vector_store(row + v, vector_add(value, minus));
    }
}

_Static_assert(sizeof(vertex_lanes) <= UMK_WEIGHTS_VERTEX_BYTES, "the scratch of evaluate is too small");

/* values[v][lane] = rows[lane][v] for all vertices. */
UMK_INLINE void transpose_rows(const umk_tetrahedra *tetrahedra, const double *rows, vertex_lanes *vertices) {
    for (int64_t v = 0; v < tetrahedra->n_vertices; v += vector_lanes) {
        vector block[vector_lanes];
        for (int lane = 0; lane < vector_lanes; lane++) {
            block[lane] = vector_load(rows + lane * tetrahedra->n_padded_vertices + v);
        }
        vector_transpose(block);
        int64_t n = tetrahedra->n_vertices - v < vector_lanes ? tetrahedra->n_vertices - v : vector_lanes;
        for (int64_t i = 0; i < n; i++) vertices[v + i].d = block[i];
    }
}

/** What belongs to the centre. */
typedef struct centre_lanes {
    vector tie;         /* above is what is larger than this */
    vector minus_depth; /* -P */
    bool is_narrow;     /* a vertex is so close above the energy that the interval may have to be looked at */
} centre_lanes;

UMK_INLINE centre_lanes fill_vertices(const umk_tetrahedra *tetrahedra, const double *rows, vertex_lanes *vertices) {
    transpose_rows(tetrahedra, rows, vertices);
    vector zero = vector_zero(), one = vector_all(1), centre = vertices[0].d;
    vector_mask is_turned = vector_is_less(zero, centre);
    vector turn = vector_choose(is_turned, vector_all(-1), one), nearest = vector_all(DBL_MAX);
    centre_lanes c = {.minus_depth = vector_multiply(turn, centre)};
    /* turned around, what is equal to the energy lies above it */
    c.tie = vector_choose(is_turned, vector_all(-DBL_MIN), zero);
    for (int64_t v = 1; v < tetrahedra->n_vertices; v++) {
        vertex_lanes *at = &vertices[v];
        vector d = vector_multiply(turn, at->d);
        vector_mask is_above = vector_is_less(c.tie, d);
        at->u = vector_divide(vector_choose(is_above, one, zero),
                              vector_choose(is_above, vector_subtract(d, c.minus_depth), one));
        at->d = d;
        at->is_above = is_above;
        at->y = vector_multiply(d, at->u);
        at->x = vector_subtract(zero, vector_multiply(c.minus_depth, at->u));
        nearest = vector_smaller(nearest, vector_choose(is_above, d, nearest));
    }
    c.is_narrow = vector_bits(vector_is_less(nearest, vector_all(narrowest))) != 0;
    return c;
}

/** Weight as a fraction, so that two tetrahedra can share a division, and whole where all three are above. */
typedef struct fraction {
    vector numerator, denominator;
} fraction;

UMK_INLINE fraction centre_weight(const vertex_lanes *a, const vertex_lanes *b, const vertex_lanes *c,
                                  const centre_lanes *centre, bool is_narrow) {
    vector_mask in_a = a->is_above, in_b = b->is_above, in_c = c->is_above;
    /* the odd one is a or c where it differs from both others, else b */
    vector_mask a_b = mask_differ(in_a, in_b), b_c = mask_differ(in_b, in_c), a_c = mask_differ(in_a, in_c);
    vector_mask odd_a = mask_and(a_b, a_c), odd_c = mask_and(b_c, a_c), some = mask_or(a_b, b_c);
    vector d_o = vector_choose(odd_a, a->d, vector_choose(odd_c, c->d, b->d));
    vector y_o = vector_choose(odd_a, a->y, vector_choose(odd_c, c->y, b->y));
    vector d_p = vector_choose(odd_a, b->d, a->d), d_q = vector_choose(odd_c, b->d, c->d);
    vector y_p = vector_choose(odd_a, b->y, a->y), y_q = vector_choose(odd_c, b->y, c->y);
    vector x_q = vector_choose(odd_c, b->x, c->x);

    /* both cases with some above in one: what is below has y = 0 */
    vector d_po = vector_subtract(d_p, d_o), d_qo = vector_subtract(d_q, d_o), y_pq = vector_add(y_p, y_q);
    vector numerator = vector_multiply(vector_multiply(x_q, y_p), vector_multiply(y_pq, d_qo));
    vector squares = vector_multiply_subtract(y_q, y_q, vector_multiply(y_o, y_o));
    numerator = vector_multiply_add(d_o, squares, numerator);
    vector denominator = vector_multiply(d_po, d_qo);
    vector three = vector_multiply(vector_multiply(vector_multiply(a->x, b->x), c->u), vector_add(y_pq, y_o));
    if (is_narrow) {
        vector large = vector_all(DBL_MAX), minus_depth = centre->minus_depth;
        vector upper =
            vector_smaller(vector_smaller(vector_choose(in_a, a->d, large), vector_choose(in_b, b->d, large)),
                           vector_choose(in_c, c->d, large));
        vector lower =
            vector_larger(vector_larger(vector_choose(in_a, minus_depth, a->d), vector_choose(in_b, minus_depth, b->d)),
                          vector_larger(vector_choose(in_c, minus_depth, c->d), minus_depth));
        vector_mask counts = vector_is_at_most(vector_all(narrowest), vector_subtract(upper, lower));
        some = mask_and(some, counts);
        three = vector_choose(counts, three, vector_zero());
    }
    return (fraction){vector_choose(some, numerator, three), vector_choose(some, denominator, vector_all(1))};
}

/* Sum over the tetrahedra; pairs of them share a division. */
UMK_INLINE vector sum_tetrahedra(const umk_tetrahedra *tetrahedra, const vertex_lanes *v, const centre_lanes *centre,
                                 bool is_narrow) {
    vector sum = vector_zero();
    int64_t t = 0, n = tetrahedra->n_tetrahedra;
    const uint16_t(*corners)[3] = tetrahedra->corners;
    for (; t + 2 <= n; t += 2) {
        fraction a = centre_weight(&v[corners[t][0]], &v[corners[t][1]], &v[corners[t][2]], centre, is_narrow);
        fraction b =
            centre_weight(&v[corners[t + 1][0]], &v[corners[t + 1][1]], &v[corners[t + 1][2]], centre, is_narrow);
        vector left = vector_multiply(vector_multiply(vector_all(tetrahedra->shares[t]), a.numerator), b.denominator);
        vector right = vector_multiply(vector_all(tetrahedra->shares[t + 1]), b.numerator);
        vector both = vector_multiply_add(right, a.denominator, left);
        sum = vector_add(sum, vector_divide(both, vector_multiply(a.denominator, b.denominator)));
    }
    if (t < n) {
        fraction a = centre_weight(&v[corners[t][0]], &v[corners[t][1]], &v[corners[t][2]], centre, is_narrow);
        vector weight = vector_divide(a.numerator, a.denominator);
        sum = vector_multiply_add(vector_all(tetrahedra->shares[t]), weight, sum);
    }
    return sum;
}

static void evaluate(const umk_tetrahedra *tetrahedra, const double *rows, void *scratch,
                     double weights[UMK_WEIGHTS_LANES]) {
    vertex_lanes *vertices = scratch;
    for (int part = 0; part < parts_of_eight; part++) {
        centre_lanes centre =
            fill_vertices(tetrahedra, rows + part * vector_lanes * tetrahedra->n_padded_vertices, vertices);
        vector sum = centre.is_narrow ? sum_tetrahedra(tetrahedra, vertices, &centre, true)
                                      : sum_tetrahedra(tetrahedra, vertices, &centre, false);
        vector_store(weights + part * vector_lanes, sum);
    }
}

/* ---- which pairs count ------------------------------------------------------------------------------------------*/

/** Lowest and highest values of w2 + w1 and w2 - w1 over the vertices, for eight neighbouring bands at q2. */
typedef struct value_ends {
    vector sum_low[parts_of_eight], sum_high[parts_of_eight], difference_low[parts_of_eight],
        difference_high[parts_of_eight];
} value_ends;

UMK_INLINE void find_ends(value_ends *ends, int64_t n_vertices, int64_t n_padded, const double *first,
                          const double *second) {
    for (int part = 0; part < parts_of_eight; part++) {
        ends->sum_low[part] = ends->difference_low[part] = vector_all(DBL_MAX);
        ends->sum_high[part] = ends->difference_high[part] = vector_all(-DBL_MAX);
    }
    for (int64_t v = 0; v < n_vertices; v++) {
        vector w1 = vector_all(first[v * n_padded]);
#pragma GCC unroll 8
        for (int part = 0; part < parts_of_eight; part++) {
            vector w2 = vector_load(second + v * n_padded + part * vector_lanes);
            vector sum = vector_add(w2, w1), difference = vector_subtract(w2, w1);
            ends->sum_low[part] = vector_smaller(ends->sum_low[part], sum);
            ends->sum_high[part] = vector_larger(ends->sum_high[part], sum);
            ends->difference_low[part] = vector_smaller(ends->difference_low[part], difference);
            ends->difference_high[part] = vector_larger(ends->difference_high[part], difference);
        }
    }
}

UMK_INLINE unsigned within_bits(const vector *low, const vector *high, vector energy) {
    unsigned bits = 0;
#pragma GCC unroll 8
    for (int part = 0; part < parts_of_eight; part++) {
        vector_mask within = mask_and(vector_is_at_most(low[part], energy), vector_is_at_most(energy, high[part]));
        bits |= vector_bits(within) << part * vector_lanes;
    }
    return bits;
}

/* Bits of the bands that exist among the eight from `band` on. */
UMK_INLINE unsigned existing_bits(int64_t n_bands, int64_t band) {
    return n_bands - band >= 8 ? 0xff : (1u << (n_bands - band)) - 1;
}

UMK_INLINE umk_hits join_bits(unsigned sum, unsigned difference, unsigned negative) {
    return (umk_hits){{(uint8_t)sum, (uint8_t)difference, (uint8_t)negative}, (uint8_t)(sum | difference | negative)};
}

static void find_tetrahedra(const umk_tetrahedra *tetrahedra, int64_t n_bands, const umk_leg_values *first,
                            const umk_leg_values *second, int64_t n_energies, const double *energies, umk_hits *hits) {
    int64_t n_bytes = (n_bands + 7) / 8, n_padded = 8 * n_bytes;
    for (int64_t b1 = 0; b1 < n_bands; b1++) {
        for (int64_t i = 0; i < n_bytes; i++) {
            value_ends ends;
            unsigned exist = existing_bits(n_bands, 8 * i);
            find_ends(&ends, tetrahedra->n_vertices, n_padded, first->by_vertex + b1, second->by_vertex + 8 * i);
            for (int64_t e = 0; e < n_energies; e++) {
                vector energy = vector_all(energies[e]), minus = vector_all(-energies[e]);
                hits[(e * n_bands + b1) * n_bytes + i] =
                    join_bits(exist & within_bits(ends.sum_low, ends.sum_high, energy),
                              exist & within_bits(ends.difference_low, ends.difference_high, energy),
                              exist & within_bits(ends.difference_low, ends.difference_high, minus));
            }
        }
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
                           int64_t n_energies, const double *energies, double reach, umk_hits *hits) {
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
                hits[(e * n_bands + b1) * n_bytes + i] = join_bits(
                    exist & near_bits(x[0], within), exist & near_bits(x[1], within), exist & near_bits(x[2], within));
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
        .fill_row = fill_row,                                                                                          \
        .evaluate = evaluate,                                                                                          \
        .find_gaussians = find_gaussians,                                                                              \
        .gaussians = gaussians,                                                                                        \
    }
