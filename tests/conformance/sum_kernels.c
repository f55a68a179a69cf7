/* The loops over temperatures (scattering/kernels.h) against the reference kernels. */
#include "conformance/kernel_sets.h"
#include <math.h>
#include <stdio.h>

static const umk_sum_kernels *const reference = &umk_sum_kernels_reference;

static int64_t draw_below(int64_t n) {
    return (int64_t)((next_random() + 1) / 2 * (double)n);
}

/* The same values twice: for the kernels in hand and for the reference. */
static void take_pair(int64_t n, double **got, double **expected) {
    *got = take_results(n);
    *expected = take_results(n);
    for (int64_t i = 0; i < n; i++) (*got)[i] = (*expected)[i] = next_random();
}

/* Below and above the cut-off, and from small to larger than what an exponential can be taken of. */
static void check_occupations(const umk_sum_kernels *kernels, int64_t n_bands, int64_t n_padded) {
    double *frequencies = take_random(n_bands), *inverse = take_random(n_padded), *got, *expected;
    for (int64_t t = 0; t < n_padded; t++) inverse[t] = t == 1 ? INFINITY : pow(10, 3 * inverse[t]);
    take_pair(n_bands * n_padded, &got, &expected);
    kernels->fill_occupations(n_bands, frequencies, 0.01, n_padded, inverse, got);
    reference->fill_occupations(n_bands, frequencies, 0.01, n_padded, inverse, expected);
    expect_same("fill_occupations", n_bands * n_padded, got, expected);
    release_all();
}

static void check_triples(const umk_sum_kernels *kernels, int64_t n_bands, int64_t n_padded, int64_t n_triples) {
    umk_band_triple *triples = take(n_triples, sizeof *triples);
    double *got, *expected;
    umk_sum_terms terms = {.n_triples = n_triples,
                           .triples = triples,
                           .strength = take_random(n_triples),
                           .multiplicity = 3,
                           .n_padded = n_padded,
                           .occupations1 = take_random(n_bands * n_padded),
                           .occupations2 = take_random(n_bands * n_padded)};
    for (int i = 0; i < 3; i++) terms.delta[i] = take_random(n_triples);
    for (int64_t i = 0; i < n_triples; i++) {
        triples[i] = (umk_band_triple){(uint16_t)draw_below(n_bands), (uint16_t)draw_below(n_bands),
                                       (uint16_t)draw_below(n_bands)};
    }
    take_pair(n_bands * n_padded, &got, &expected);
    kernels->add_triples(&terms, got);
    reference->add_triples(&terms, expected);
    expect_same("add_triples", n_bands * n_padded, got, expected);
    release_all();
}

/* n_band0: how many different first bands there are, which decides on how entries are summed. */
static void check_entries(const umk_sum_kernels *kernels, int64_t n_lanes, int64_t n_bands, int64_t n_entries,
                          int64_t n_band0) {
    static const char *const names[3] = {"apply_entries, q0", "apply_entries, q1", "apply_entries, q2"};
    int64_t n = 3 * n_bands * n_lanes;
    uint32_t *bands = take(n_entries, sizeof *bands);
    double(*rotations)[3][3] = (double(*)[3][3])take_random(18), *got[3], *expected[3];
    umk_entry_terms terms = {.n_lanes = n_lanes,
                             .n_bands = n_bands,
                             .n_entries = n_entries,
                             .values = take_random(n_entries),
                             .bands = bands,
                             .field0 = take_random(n)};
    for (int leg = 0; leg < 2; leg++) {
        terms.fields[leg] = take_random(n);
        terms.rotations[leg] = (const double(*)[3])rotations[leg];
        terms.inverse_sinh[leg] = take_random(n_bands * n_lanes);
    }
    for (int64_t i = 0; i < n_entries; i++) {
        bands[i] = umk_entry_pack(i * n_band0 / n_entries, draw_below(n_bands), draw_below(n_bands));
    }
    for (int k = 0; k < 3; k++) take_pair(n, &got[k], &expected[k]);
    kernels->apply_entries(&terms, take(2 * n_bands * n_lanes, sizeof(double)), got[0], got[1], got[2]);
    reference->apply_entries(&terms, NULL, expected[0], expected[1], expected[2]);
    for (int k = 0; k < 3; k++) expect_same(names[k], n, got[k], expected[k]);
    release_all();
}

void check_sum_kernels(const umk_sum_kernels *kernels) {
    for (int64_t n_padded = UMK_SUM_LANES; n_padded <= 3 * UMK_SUM_LANES; n_padded += UMK_SUM_LANES) {
        check_occupations(kernels, 7, n_padded);
        check_triples(kernels, 7, n_padded, 50);
    }
    for (int64_t n_lanes = umk_few_lanes; n_lanes <= umk_all_lanes; n_lanes += umk_few_lanes) {
        check_entries(kernels, n_lanes, 6, 40, 6);
        check_entries(kernels, n_lanes, 6, 40, 1);
        check_entries(kernels, n_lanes, 27, 3, 3);
    }
}
