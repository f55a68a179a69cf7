/*
 * The inner loops of the fast strength kernel (loops.h), written once over base/vector.h and included by one file for
 * each instruction set. Tiles of rows times vectors are held in registers; their sizes follow from the number of these.
 */
#include "base/vector.h"
#include "three_phonon/kernels/simd/loops.h"

enum { rows_of_tile = vector_registers >= 32 ? 4 : 2, vectors_of_tile = 2 };

/*
 * Cosine and sine of 2 pi t to about one unit in the last place: t is brought to within 1/8 by whole quarters, there
 * both are Taylor series, and the quarter exchanges them and sets signs.
 */
static void fill_phases(int64_t n, const double *turns, double *cosines, double *sines) {
    static const double sine_series[] = {-1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0, 1.0 / 362880.0,
                                         -1.0 / 5040.0,          1.0 / 120.0,        -1.0 / 6.0};
    static const double cosine_series[] = {
        1.0 / 20922789888000.0, -1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0,
        1.0 / 40320.0,          -1.0 / 720.0,         1.0 / 24.0};
    vector shift = vector_all(0x1.8p52), zero = vector_zero(), one = vector_all(1);
    for (int64_t i = 0; i < n; i += vector_lanes) {
        vector turn = vector_load(turns + i);
        turn = vector_subtract(turn, vector_subtract(vector_add(turn, shift), shift));
        vector fours = vector_multiply(turn, vector_all(4));
        vector quarter = vector_subtract(vector_add(fours, shift), shift); /* -2 ... 2 */
        vector x = vector_multiply(vector_subtract(fours, quarter), vector_all(1.57079632679489661923)),
               xx = vector_multiply(x, x);
        vector s = vector_all(sine_series[0]), c = vector_all(cosine_series[0]);
#pragma GCC unroll 8
        for (int k = 1; k < 7; k++) {
            s = vector_multiply_add(s, xx, vector_all(sine_series[k]));
            c = vector_multiply_add(c, xx, vector_all(cosine_series[k]));
        }
        s = vector_multiply_add(vector_multiply(x, xx), s, x);
        c = vector_multiply_add(vector_multiply(xx, xx), c, vector_multiply_subtract(vector_all(0.5), xx, one));
        vector absolute = vector_larger(quarter, vector_subtract(zero, quarter));
        vector_mask is_odd =
            mask_and(vector_is_less(vector_all(0.5), absolute), vector_is_less(absolute, vector_all(1.5)));
        vector_mask is_half = vector_is_less(vector_all(1.5), absolute);
        /* quarter 1: (-s, c), -1: (s, -c), 2 and -2: (-c, -s) */
        vector cosine = vector_choose(is_odd, vector_subtract(zero, vector_multiply(quarter, s)), c);
        vector sine = vector_choose(is_odd, vector_multiply(quarter, c), s);
        vector_store(cosines + i, vector_choose(is_half, vector_subtract(zero, c), cosine));
        vector_store(sines + i, vector_choose(is_half, vector_subtract(zero, s), sine));
    }
}

/* out[b] = (re + i im) row[b] for n complex numbers. */
UMK_INLINE void turn_row(int64_t n, double re, double im, const double *row, double *out) {
    vector reals = vector_all(re), signed_im;
    double signs[vector_lanes];
    for (int lane = 0; lane < vector_lanes; lane++) signs[lane] = lane % 2 == 0 ? -im : im;
    signed_im = vector_load(signs);
    int64_t x = 0;
    for (; x + vector_lanes <= 2 * n; x += vector_lanes) {
        vector a = vector_load(row + x);
        vector_store(out + x, vector_multiply_add(signed_im, vector_swap_pairs(a), vector_multiply(reals, a)));
    }
    for (; x < 2 * n; x += 2) {
        out[x] = re * row[x] - im * row[x + 1];
        out[x + 1] = re * row[x + 1] + im * row[x];
    }
}

static void turn_vectors(int64_t n, const double *cosines, const double *sines, const double *eigenvectors,
                         double *out) {
    for (int64_t k = 0; k < n; k++) {
        turn_row(n, cosines[k / 3], sines[k / 3], eigenvectors + 2 * k * n, out + 2 * k * n);
    }
}

static void transpose_vectors(int64_t n, int64_t n_padded, const double *vectors, double *out) {
    for (int64_t band = 0; band < n; band++) {
        double *re = out + band * 2 * n_padded, *im = re + n_padded;
        const double *from = vectors + 2 * band;
        for (int64_t k = 0; k < n; k++) {
            re[k] = from[2 * k * n];
            im[k] = from[2 * k * n + 1];
        }
        for (int64_t k = n; k < n_padded; k++) re[k] = im[k] = 0;
    }
}

/* sums[0] + i sums[1] = sum of phase times phi over blocks that differ in Ra only. */
UMK_INLINE void sum_blocks(int64_t n_blocks, const umk_lattice_block *blocks, const umk_leg0_view *leg0, double *sums) {
    enum { n_vectors = (27 + vector_lanes - 1) / vector_lanes, rest = 27 - (n_vectors - 1) * vector_lanes };
    vector re[n_vectors], im[n_vectors];
    for (int v = 0; v < n_vectors; v++) re[v] = im[v] = vector_zero();
    for (int64_t b = 0; b < n_blocks; b++) {
        const double *phi = blocks[b].phi;
        vector cosine = vector_all(leg0->cosines[blocks[b].ra]), sine = vector_all(leg0->sines[blocks[b].ra]);
#pragma GCC unroll 16
        for (int v = 0; v < n_vectors; v++) {
            vector values = v + 1 < n_vectors ? vector_load(phi + v * vector_lanes)
                                              : vector_load_first(phi + v * vector_lanes, rest);
            re[v] = vector_multiply_add(cosine, values, re[v]);
            im[v] = vector_multiply_add(sine, values, im[v]);
        }
    }
    for (int v = 0; v < n_vectors; v++) {
        vector_store(sums + v * vector_lanes, re[v]);
        vector_store(sums + UMK_STRENGTH_BLOCK + v * vector_lanes, im[v]);
    }
}

/** Elements (b, c) of a block whose sums over leg 0 are in registers at the same time. */
enum { elements_at_once = vector_registers >= 32 ? 9 : 3 };

/* Elements first ... first + elements_at_once - 1 of one pair of atoms on legs 1 and 2, for the bands of one vector. */
UMK_INLINE void contract_elements(int first, int64_t n_atoms0, const int32_t *atoms0, const umk_leg0_view *leg0,
                                  int64_t band, double (*results)[2][vector_lanes]) {
    vector re[elements_at_once], im[elements_at_once];
    for (int e = 0; e < elements_at_once; e++) re[e] = im[e] = vector_zero();
    for (int64_t i = 0; i < n_atoms0; i++) {
        for (int a = 0; a < 3; a++) {
            const double *sums = leg0->sums + i * 2 * UMK_STRENGTH_BLOCK + 9 * a + first;
            const double *vectors = leg0->vectors + (3 * atoms0[i] + a) * 2 * leg0->n_padded0 + band;
            vector v_re = vector_load(vectors), v_im = vector_load(vectors + leg0->n_padded0);
#pragma GCC unroll 9
            for (int e = 0; e < elements_at_once; e++) {
                vector s_re = vector_all(sums[e]), s_im = vector_all(sums[UMK_STRENGTH_BLOCK + e]);
                re[e] = vector_multiply_add(s_re, v_re, re[e]);
                im[e] = vector_multiply_add(s_re, v_im, im[e]);
                re[e] = vector_multiply_subtract(s_im, v_im, re[e]);
                im[e] = vector_multiply_add(s_im, v_re, im[e]);
            }
        }
    }
    for (int e = 0; e < elements_at_once; e++) {
        vector_store(results[first + e][0], re[e]);
        vector_store(results[first + e][1], im[e]);
    }
}

/* One pair of atoms (k1, k2), whose sums over Ra are in leg0->sums for the n_atoms0 atoms of leg 0. */
UMK_INLINE void contract_pair(int64_t n_atoms0, const int32_t *atoms0, int64_t k1, int64_t k2,
                              const umk_leg0_view *leg0, double *out) {
    for (int64_t band = 0; band < leg0->n_bands0; band += vector_lanes) {
        double results[9][2][vector_lanes] __attribute__((aligned(64)));
        for (int first = 0; first < 9; first += elements_at_once)
            contract_elements(first, n_atoms0, atoms0, leg0, band, results);
        for (int64_t lane = 0; lane < vector_lanes && band + lane < leg0->n_bands0; lane++) {
            double *to = out + leg0->places[band + lane] + 3 * k1 * leg0->width + 3 * k2;
            for (int e = 0; e < 9; e++) {
                to[e / 3 * leg0->width + e % 3] = results[e][0][lane];
                to[e / 3 * leg0->width + e % 3 + leg0->half] = results[e][1][lane];
            }
        }
    }
}

static void contract_blocks(int64_t n_blocks, const umk_lattice_block *blocks, const umk_leg0_view *leg0, double *out) {
    int32_t *const atoms0 = leg0->atoms;
    for (int64_t begin = 0, end; begin < n_blocks; begin = end) {
        int32_t k1 = blocks[begin].k1, k2 = blocks[begin].k2;
        int64_t n_atoms0 = 0;
        for (end = begin; end < n_blocks && blocks[end].k1 == k1 && blocks[end].k2 == k2;) {
            int64_t first = end;
            while (end < n_blocks && blocks[end].k1 == k1 && blocks[end].k2 == k2 && blocks[end].k0 == blocks[first].k0)
                end++;
            sum_blocks(end - first, blocks + first, leg0, leg0->sums + n_atoms0 * 2 * UMK_STRENGTH_BLOCK);
            atoms0[n_atoms0++] = blocks[first].k0;
        }
        contract_pair(n_atoms0, atoms0, k1, k2, leg0, out);
    }
}

/* n_rows outputs times n_vectors vectors; both are constants where this is inlined. */
UMK_INLINE void contract_tile(int n_rows, int n_vectors, int64_t n_inputs, const int32_t *outputs, int64_t width,
                              const double *coefficients, int64_t stride, const double *in, int64_t n_out,
                              double *out) {
    vector re[rows_of_tile][vectors_of_tile], im[rows_of_tile][vectors_of_tile];
    const double *column[rows_of_tile];
    for (int r = 0; r < n_rows; r++) {
        column[r] = coefficients + 2 * outputs[r];
        for (int v = 0; v < n_vectors; v++) re[r][v] = im[r][v] = vector_zero();
    }
    for (int64_t i = 0; i < n_inputs; i++) {
        const double *line_re = in + i * width, *line_im = line_re + n_inputs * width;
        vector in_re[vectors_of_tile], in_im[vectors_of_tile];
#pragma GCC unroll 8
        for (int v = 0; v < n_vectors; v++) {
            in_re[v] = vector_load(line_re + v * vector_lanes);
            in_im[v] = vector_load(line_im + v * vector_lanes);
        }
#pragma GCC unroll 8
        for (int r = 0; r < n_rows; r++) {
            vector c_re = vector_all(column[r][i * 2 * stride]), c_im = vector_all(column[r][i * 2 * stride + 1]);
#pragma GCC unroll 8
            for (int v = 0; v < n_vectors; v++) {
                re[r][v] = vector_multiply_add(c_re, in_re[v], re[r][v]);
                im[r][v] = vector_multiply_add(c_re, in_im[v], im[r][v]);
                re[r][v] = vector_multiply_subtract(c_im, in_im[v], re[r][v]);
                im[r][v] = vector_multiply_add(c_im, in_re[v], im[r][v]);
            }
        }
    }
    for (int r = 0; r < n_rows; r++) {
        double *line_re = out + outputs[r] * width, *line_im = line_re + n_out * width;
        for (int v = 0; v < n_vectors; v++) {
            vector_store(line_re + v * vector_lanes, re[r][v]);
            vector_store(line_im + v * vector_lanes, im[r][v]);
        }
    }
}

/* All vectors of n_rows outputs. */
UMK_INLINE void contract_rows(int n_rows, int64_t n_inputs, const int32_t *outputs, int64_t width,
                              const double *coefficients, int64_t stride, const double *in, int64_t n_out,
                              double *out) {
    const int64_t step = vectors_of_tile * vector_lanes;
    int64_t x = 0;
    for (; x + step <= width; x += step)
        contract_tile(n_rows, vectors_of_tile, n_inputs, outputs, width, coefficients, stride, in + x, n_out, out + x);
    for (; x < width; x += vector_lanes)
        contract_tile(n_rows, 1, n_inputs, outputs, width, coefficients, stride, in + x, n_out, out + x);
}

static void contract(int64_t n_inputs, int64_t n_outputs, const int32_t *outputs, int64_t width,
                     const double *coefficients, int64_t stride, const double *in, int64_t n_rows, double *out) {
    int64_t o = 0;
    for (; o + rows_of_tile <= n_outputs; o += rows_of_tile)
        contract_rows(rows_of_tile, n_inputs, outputs + o, width, coefficients, stride, in, n_rows, out);
    if (rows_of_tile > 2 && o + 2 <= n_outputs) {
        contract_rows(2, n_inputs, outputs + o, width, coefficients, stride, in, n_rows, out);
        o += 2;
    }
    for (; o < n_outputs; o++) contract_rows(1, n_inputs, outputs + o, width, coefficients, stride, in, n_rows, out);
}

/** Accumulators of transform_tile: fewer pairs take more vectors at a time. */
enum { transform_registers = vector_registers >= 32 ? 8 : 4 };

UMK_INLINE void add_inputs(int n_pairs, int n_vectors, int64_t n_inputs, const int64_t *places, const double *factors,
                           int64_t stride, const double *in, vector sums[transform_registers]) {
    for (int i = 0; i < n_pairs * n_vectors; i++) sums[i] = vector_zero();
    for (int64_t j = 0; j < n_inputs; j++) {
        const double *from = in + places[j];
        vector values[transform_registers];
#pragma GCC unroll 8
        for (int v = 0; v < n_vectors; v++) values[v] = vector_load(from + v * vector_lanes);
#pragma GCC unroll 8
        for (int m = 0; m < n_pairs; m++) {
            vector factor = vector_all(factors[j * stride + m]);
#pragma GCC unroll 8
            for (int v = 0; v < n_vectors; v++) {
                sums[m * n_vectors + v] = vector_multiply_add(factor, values[v], sums[m * n_vectors + v]);
            }
        }
    }
}

UMK_INLINE void transform_tile(int n_pairs, int n_vectors, const umk_pair_transform *t, int64_t first, const double *in,
                               int64_t x) {
    vector even[transform_registers], odd[transform_registers];
    add_inputs(n_pairs, n_vectors, t->n_even, t->even, t->cosines + first, t->n_pairs, in + x, even);
    add_inputs(n_pairs, n_vectors, t->n_odd, t->odd, t->sines + first, t->n_pairs, in + x, odd);
    for (int m = 0; m < n_pairs; m++) {
        double *plus = t->plus[first + m], *minus = t->minus[first + m];
#pragma GCC unroll 8
        for (int v = 0; v < n_vectors; v++) {
            int64_t place = x + v * vector_lanes;
            vector a = even[m * n_vectors + v], b = odd[m * n_vectors + v];
            if (plus != NULL) vector_store(plus + place, vector_add(a, b));
            if (minus != NULL) vector_store(minus + place, vector_subtract(a, b));
        }
    }
}

/* n_pairs is a constant where this is inlined. */
UMK_INLINE void transform_pairs(int n_pairs, const umk_pair_transform *t, int64_t first, int64_t n, const double *in) {
    const int n_vectors = transform_registers / n_pairs;
    const int64_t step = n_vectors * vector_lanes;
    int64_t x = 0;
    for (; x + step <= n; x += step) transform_tile(n_pairs, n_vectors, t, first, in, x);
    for (; x < n; x += vector_lanes) transform_tile(n_pairs, 1, t, first, in, x);
}

static void transform(const umk_pair_transform *t, int64_t n, const double *in) {
    int64_t m = 0;
    for (; m + 4 <= t->n_pairs; m += 4) transform_pairs(4, t, m, n, in);
    for (; m + 2 <= t->n_pairs; m += 2) transform_pairs(2, t, m, n, in);
    for (; m < t->n_pairs; m++) transform_pairs(1, t, m, n, in);
}

static void signed_sum(int64_t n_terms, const double *const *terms, const double *signs, int64_t n, double *out) {
    for (int64_t x = 0; x < n; x += vector_lanes) {
        vector sum = vector_multiply(vector_all(signs[0]), vector_load(terms[0] + x));
        for (int64_t t = 1; t < n_terms; t++)
            sum = vector_multiply_add(vector_all(signs[t]), vector_load(terms[t] + x), sum);
        vector_store(out + x, sum);
    }
}

/* (re, im) += (a + i b) (c + i d) */
UMK_INLINE void add_product(vector *re, vector *im, vector a, vector b, vector c, vector d) {
    *re = vector_multiply_add(a, c, *re);
    *im = vector_multiply_add(a, d, *im);
    *re = vector_multiply_subtract(b, d, *re);
    *im = vector_multiply_add(b, c, *im);
}

static void amplitudes(int64_t n_triples, const umk_band_triple *triples, bool exchange, int64_t first_band0,
                       int64_t n_bands, int64_t n_padded, const double *vectors, int64_t width, const double *half,
                       double *square) {
    for (int64_t e = 0; e < n_triples; e++) {
        int64_t b1 = exchange ? triples[e].band2 : triples[e].band1,
                b2 = exchange ? triples[e].band1 : triples[e].band2;
        const double *h_re = half + b1 * width + (triples[e].band0 - first_band0) * n_bands;
        const double *h_im = h_re + n_bands * width;
        const double *w_re = vectors + b2 * 2 * n_padded, *w_im = w_re + n_padded;
        vector re = vector_zero(), im = vector_zero();
        int64_t k = 0;
        for (; k + vector_lanes <= n_bands; k += vector_lanes) {
            add_product(&re, &im, vector_load(w_re + k), vector_load(w_im + k), vector_load(h_re + k),
                        vector_load(h_im + k));
        }
        if (k < n_bands) {
            add_product(&re, &im, vector_load_first(w_re + k, n_bands - k), vector_load_first(w_im + k, n_bands - k),
                        vector_load_first(h_re + k, n_bands - k), vector_load_first(h_im + k, n_bands - k));
        }
        square[e] = vector_square_sums(re, im);
    }
}

#define UMK_STRENGTH_LOOPS(set)                                                                                        \
    const umk_strength_loops umk_strength_loops_##set = {                                                              \
        .name = #set,                                                                                                  \
        .fill_phases = fill_phases,                                                                                    \
        .turn_vectors = turn_vectors,                                                                                  \
        .transpose_vectors = transpose_vectors,                                                                        \
        .contract_blocks = contract_blocks,                                                                            \
        .contract = contract,                                                                                          \
        .transform = transform,                                                                                        \
        .signed_sum = signed_sum,                                                                                      \
        .amplitudes = amplitudes,                                                                                      \
    }
