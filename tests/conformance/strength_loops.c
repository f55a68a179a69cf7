/* The loops of the strengths (three_phonon/kernels/simd/loops.h), each against its definition as a plain loop. */
#include "conformance/kernel_sets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double complex_re(const double *z, double re, double im) {
    return z[0] * re - z[1] * im;
}

static double complex_im(const double *z, double re, double im) {
    return z[0] * im + z[1] * re;
}

static void check_fill_phases(const umk_strength_loops *loops) {
    const int64_t n = 512;
    double *turns = take_random(n);
    double *got[2] = {take_results(n), take_results(n)}, *expected[2] = {take_results(n), take_results(n)};
    for (int64_t i = 0; i < n; i++) {
        if (i < 128) turns[i] = (double)(i - 64) / 16; /* quarters, and halfway between them */
        if (i >= 256) turns[i] *= 1000;
        double angle = 2 * UMK_PI * (turns[i] - rint(turns[i]));
        expected[0][i] = cos(angle);
        expected[1][i] = sin(angle);
    }
    loops->fill_phases(n, turns, got[0], got[1]);
    expect_same("fill_phases, cosines", n, got[0], expected[0]);
    expect_same("fill_phases, sines", n, got[1], expected[1]);
    release_all();
}

static void check_turn_vectors(const umk_strength_loops *loops, int64_t n) {
    double *cosines = take_random(n / 3), *sines = take_random(n / 3), *vectors = take_random(2 * n * n);
    double *got = take_results(2 * n * n), *expected = take_results(2 * n * n);
    for (int64_t i = 0; i < n * n; i++) {
        int64_t atom = i / n / 3;
        expected[2 * i] = complex_re(vectors + 2 * i, cosines[atom], sines[atom]);
        expected[2 * i + 1] = complex_im(vectors + 2 * i, cosines[atom], sines[atom]);
    }
    loops->turn_vectors(n, cosines, sines, vectors, got);
    expect_same("turn_vectors", 2 * n * n, got, expected);
    release_all();
}

static void check_transpose_vectors(const umk_strength_loops *loops, int64_t n) {
    int64_t n_padded = padded(n), size = 2 * n * n_padded;
    double *vectors = take_random(2 * n * n), *got = take_results(size), *expected = take_results(size);
    memset(expected, 0, (size_t)size * sizeof *expected);
    for (int64_t i = 0; i < n * n; i++) {
        int64_t k = i / n, band = i % n;
        for (int part = 0; part < 2; part++) expected[(2 * band + part) * n_padded + k] = vectors[2 * i + part];
    }
    loops->transpose_vectors(n, n_padded, vectors, got);
    expect_same("transpose_vectors", size, got, expected);
    release_all();
}

/* ---- contract_blocks --------------------------------------------------------------------------------------------*/

/* About half of the triples of atoms, each with one to three lattice vectors Ra. */
static int64_t draw_blocks(int64_t n_primitive, int64_t n_ra, umk_lattice_block *blocks) {
    int64_t n_blocks = 0;
    for (int64_t i = 0; i < n_primitive * n_primitive * n_primitive; i++) {
        if (next_random() < 0) continue;
        for (int64_t ra = 0; ra < n_ra; ra++) {
            umk_lattice_block *block = &blocks[n_blocks];
            if (ra > 0 && next_random() < 0) continue;
            block->k1 = (int32_t)(i / n_primitive / n_primitive);
            block->k2 = (int32_t)(i / n_primitive % n_primitive);
            block->k0 = (int32_t)(i % n_primitive);
            block->ra = (int32_t)ra;
            for (int x = 0; x < 27; x++) block->phi[x] = next_random();
            n_blocks++;
        }
    }
    return n_blocks;
}

static void contract_blocks_plainly(int64_t n_blocks, const umk_lattice_block *blocks, const umk_leg0_view *leg0,
                                    double *out) {
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < n_blocks * 27 * leg0->n_bands0; i++) {
            const umk_lattice_block *block = &blocks[i / 27 / leg0->n_bands0];
            int64_t x = i / leg0->n_bands0 % 27, band = i % leg0->n_bands0;
            const double *re = leg0->vectors + (3 * block->k0 + x / 9) * 2 * leg0->n_padded0 + band;
            const double vector[2] = {re[0], re[leg0->n_padded0]};
            double cosine = block->phi[x] * leg0->cosines[block->ra], sine = block->phi[x] * leg0->sines[block->ra];
            double *to = out + leg0->places[band] + (3 * block->k1 + x / 3 % 3) * leg0->width + 3 * block->k2 + x % 3;
            /* what has a block begins at zero, the rest stays */
            if (pass == 0) {
                to[0] = to[leg0->half] = 0;
            } else {
                to[0] += complex_re(vector, cosine, sine);
                to[leg0->half] += complex_im(vector, cosine, sine);
            }
        }
    }
}

/* Bands side by side in groups of group_bands, as the engine has them. */
static void check_contract_blocks(const umk_strength_loops *loops, int64_t n_primitive, int64_t n_bands0,
                                  int64_t group_bands) {
    const int64_t n_ra = 3;
    int64_t n = 3 * n_primitive, width = padded(group_bands * n), n_padded0 = padded(n_bands0);
    int64_t n_groups = (n_bands0 + group_bands - 1) / group_bands, unit = 2 * n * width, size = n_groups * unit;
    umk_lattice_block *blocks = take(n_primitive * n_primitive * n_primitive * n_ra, sizeof *blocks);
    int64_t n_blocks = draw_blocks(n_primitive, n_ra, blocks);
    double *cosines = take_random(n_ra), *sines = take_random(n_ra), *vectors = take_random(n * 2 * n_padded0);
    int64_t *places = take(n_bands0, sizeof *places);
    for (int64_t i = 0; i < n * 2 * n_padded0; i++) {
        if (i % n_padded0 >= n_bands0) vectors[i] = 0;
    }
    for (int64_t band = 0; band < n_bands0; band++) places[band] = band / group_bands * unit + band % group_bands * n;
    umk_leg0_view leg0 = {cosines,
                          sines,
                          n_bands0,
                          n_padded0,
                          vectors,
                          places,
                          width,
                          unit / 2,
                          take(n_primitive * 2 * UMK_STRENGTH_BLOCK, sizeof(double)),
                          take(n_primitive, sizeof(int32_t))};
    double *got = take_results(size), *expected = take_results(size);
    contract_blocks_plainly(n_blocks, blocks, &leg0, expected);
    loops->contract_blocks(n_blocks, blocks, &leg0, got);
    expect_same("contract_blocks", size, got, expected);
    release_all();
}

/* ---- sums -------------------------------------------------------------------------------------------------------*/

static void check_contract(const umk_strength_loops *loops, int64_t n, int64_t n_outputs, int64_t width) {
    int64_t stride = n + 1, n_rows = n + 2, size = 2 * n_rows * width;
    double *coefficients = take_random(2 * n * stride), *in = take_random(2 * n * width);
    double *got = take_results(size), *expected = take_results(size);
    int32_t *outputs = take(n_outputs, sizeof *outputs);
    for (int64_t o = 0; o < n_outputs; o++) outputs[o] = (int32_t)((o + 1) * n / n_outputs - 1);
    for (int64_t i = 0; i < n_outputs * width; i++) {
        int64_t o = outputs[i / width], x = i % width;
        double re = 0, im = 0;
        for (int64_t k = 0; k < n; k++) {
            const double *coefficient = coefficients + 2 * (k * stride + o);
            re += complex_re(coefficient, in[k * width + x], in[(n + k) * width + x]);
            im += complex_im(coefficient, in[k * width + x], in[(n + k) * width + x]);
        }
        expected[o * width + x] = re;
        expected[(n_rows + o) * width + x] = im;
    }
    loops->contract(n, n_outputs, outputs, width, coefficients, stride, in, n_rows, got);
    expect_same("contract", size, got, expected);
    release_all();
}

enum { most_pairs = 8 };

static void transform_plainly(const umk_pair_transform *t, int64_t n, const double *in) {
    for (int64_t m = 0; m < t->n_pairs; m++) {
        for (int64_t x = 0; x < n; x++) {
            double even = 0, odd = 0;
            for (int64_t j = 0; j < t->n_even; j++) even += t->cosines[j * t->n_pairs + m] * in[t->even[j] + x];
            for (int64_t j = 0; j < t->n_odd; j++) odd += t->sines[j * t->n_pairs + m] * in[t->odd[j] + x];
            if (t->plus[m] != NULL) t->plus[m][x] = even + odd;
            if (t->minus[m] != NULL) t->minus[m][x] = even - odd;
        }
    }
}

/* Inputs overlap, and every third output is not wanted. */
static void check_transform(const umk_strength_loops *loops, int64_t n_pairs, int64_t n_even, int64_t n_odd,
                            int64_t n) {
    int64_t even[most_pairs], odd[most_pairs], size = 2 * n_pairs * n;
    double *in = take_random(n + 8 * most_pairs);
    double *cosines = take_random(n_even * n_pairs + 1), *sines = take_random(n_odd * n_pairs + 1);
    double *got = take_results(size), *expected = take_results(size);
    double *plus[2][most_pairs], *minus[2][most_pairs];
    for (int64_t j = 0; j < most_pairs; j++) {
        even[j] = 7 * (most_pairs - 1 - j);
        odd[j] = 8 * j;
    }
    for (int64_t m = 0; m < n_pairs; m++) {
        plus[0][m] = m % 3 == 1 ? NULL : got + 2 * m * n;
        plus[1][m] = m % 3 == 1 ? NULL : expected + 2 * m * n;
        minus[0][m] = m % 3 == 2 ? NULL : got + (2 * m + 1) * n;
        minus[1][m] = m % 3 == 2 ? NULL : expected + (2 * m + 1) * n;
    }
    umk_pair_transform transform = {n_pairs, n_even, n_odd, even, odd, cosines, sines, plus[1], minus[1]};
    transform_plainly(&transform, n, in);
    transform.plus = plus[0];
    transform.minus = minus[0];
    loops->transform(&transform, n, in);
    expect_same("transform", size, got, expected);
    release_all();
}

/* in_place: the last term is the output, as where more terms are added than fit one call. */
static void check_signed_sum(const umk_strength_loops *loops, int64_t n_terms, int64_t n, bool in_place) {
    const double *terms[8];
    double *signs = take_random(n_terms), *got = take_results(n), *expected = take_results(n);
    for (int64_t t = 0; t < n_terms; t++) terms[t] = take_random(n);
    if (in_place) {
        memcpy(got, terms[n_terms - 1], (size_t)n * sizeof *got);
        terms[n_terms - 1] = got;
    }
    for (int64_t x = 0; x < n; x++) {
        expected[x] = 0;
        for (int64_t t = 0; t < n_terms; t++) expected[x] += signs[t] * terms[t][x];
    }
    loops->signed_sum(n_terms, terms, signs, n, got);
    expect_same(in_place ? "signed_sum in place" : "signed_sum", n, got, expected);
    release_all();
}

static void check_amplitudes(const umk_strength_loops *loops, int64_t n, int64_t n_bands0, bool exchange) {
    int64_t first_band0 = 2 * n_bands0, n_padded = padded(n), width = padded(n_bands0 * n),
            n_triples = n_bands0 * n * n;
    double *vectors = take_random(n * 2 * n_padded), *half = take_random(2 * n * width);
    double *got = take_results(n_triples), *expected = take_results(n_triples);
    umk_band_triple *triples = take(n_triples, sizeof *triples);
    for (int64_t i = 0; i < n_triples; i++) {
        int64_t b0 = i / n / n, b1 = exchange ? i % n : i / n % n, b2 = exchange ? i / n % n : i % n;
        double re = 0, im = 0;
        memset(&triples[i], 0, sizeof triples[i]);
        triples[i].band0 = (uint16_t)(first_band0 + b0);
        triples[i].band1 = (uint16_t)(i / n % n);
        triples[i].band2 = (uint16_t)(i % n);
        for (int64_t k = 0; k < n; k++) {
            const double w[2] = {vectors[2 * b2 * n_padded + k], vectors[(2 * b2 + 1) * n_padded + k]};
            const double *h = half + b1 * width + b0 * n + k;
            re += complex_re(w, h[0], h[n * width]);
            im += complex_im(w, h[0], h[n * width]);
        }
        expected[i] = re * re + im * im;
    }
    loops->amplitudes(n_triples, triples, exchange, first_band0, n, n_padded, vectors, width, half, got);
    expect_same(exchange ? "amplitudes, exchanged" : "amplitudes", n_triples, got, expected);
    release_all();
}

void check_strength_loops(const umk_strength_loops *loops) {
    check_fill_phases(loops);
    for (int64_t n_atoms = 1; n_atoms <= 5; n_atoms++) {
        int64_t n = 3 * n_atoms;
        check_turn_vectors(loops, n);
        check_transpose_vectors(loops, n);
        for (int64_t n_outputs = 1; n_outputs <= n; n_outputs++) {
            check_contract(loops, n, n_outputs, 8 * (1 + n_outputs % 5));
        }
        for (int64_t n_bands0 = 1; n_bands0 <= n; n_bands0++) {
            check_contract_blocks(loops, n_atoms, n_bands0, 1 + n_bands0 % 4);
        }
        check_amplitudes(loops, n, 1, false);
        check_amplitudes(loops, n, 2, true);
    }
    for (int64_t n_pairs = 1; n_pairs <= most_pairs; n_pairs++) {
        for (int64_t n_even = 0; n_even <= 4; n_even++)
            check_transform(loops, n_pairs, n_even, 4 - n_even, 8 * n_pairs);
    }
    for (int64_t n_terms = 1; n_terms <= 8; n_terms++) {
        check_signed_sum(loops, n_terms, 8 * n_terms, false);
        check_signed_sum(loops, n_terms, 8 * n_terms, true);
    }
}
