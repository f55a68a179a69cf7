/*
 * One suite for the loops over temperatures (scattering/kernels.h) of every set that runs on this processor, against
 * the reference: occupations of frequencies and temperatures of any size, at and below the cut-off, at 0 K; sums over
 * band triples in any number; the collision operator applied to fields.
 */
#include "scattering/kernels.h"
#include "support/compare.h"
#include "support/strength.h"

static test_random numbers = {1};

static int64_t below(int64_t n) {
    return (int64_t)(test_uniform(&numbers) * (double)n);
}

#define FOR_FAST_KERNELS(kernels)                                                                                      \
    for (int set_ = UMK_KERNELS_PORTABLE; set_ < UMK_N_KERNEL_SETS; set_++)                                            \
        for (const umk_sum_kernels *kernels = umk_kernel_set_runs(set_) ? umk_sum_kernels_of(set_) : NULL;             \
             kernels != NULL; kernels = NULL)

static void test_choice(void **state) {
    (void)state;
    assert_ptr_equal(umk_sum_kernels_of(UMK_KERNELS_REFERENCE), &umk_sum_kernels_reference);
    FOR_FAST_KERNELS(kernels) {
        assert_ptr_not_equal(kernels, &umk_sum_kernels_reference);
        if (set_ != UMK_KERNELS_PORTABLE) assert_ptr_not_equal(kernels, &umk_sum_kernels_portable);
    }
}

/* ---- occupations ------------------------------------------------------------------------------------------------*/

/* Exponents for each THz: 0 K and padding, some kelvin to thousands, absurd ones. */
static double draw_inverse_temperature(void) {
    switch (below(6)) {
    case 0:
        return INFINITY;
    case 1:
        return 48 / (1 + 9 * test_uniform(&numbers));
    case 2:
        return 1e-9 * (1 + test_uniform(&numbers));
    case 3:
        return 700 / (double)(1 + below(12)); /* exponents at the limit */
    default:
        return 48 / (10 + 2000 * test_uniform(&numbers));
    }
}

static double draw_frequency(double cutoff) {
    switch (below(8)) {
    case 0:
        return cutoff; /* does not count */
    case 1:
        return cutoff > 0 ? nextafter(cutoff, 1) : 1e-9;
    case 2:
        return -2 * test_uniform(&numbers);
    case 3:
        return 0;
    case 4:
        return (double)below(13);
    default:
        return 30 * test_uniform(&numbers);
    }
}

static void check_occupations(int64_t n_bands, int64_t n_padded, double cutoff) {
    int64_t bytes = n_bands * n_padded * 8;
    double *frequencies = stale(n_bands * 8), *inverse = stale(n_padded * 8), *expected = stale(bytes);
    for (int64_t b = 0; b < n_bands; b++) frequencies[b] = draw_frequency(cutoff);
    for (int64_t t = 0; t < n_padded; t++) inverse[t] = draw_inverse_temperature();
    umk_sum_kernels_reference.fill_occupations(n_bands, frequencies, cutoff, n_padded, inverse, expected);
    FOR_FAST_KERNELS(kernels) {
        double *got = stale(bytes);
        kernels->fill_occupations(n_bands, frequencies, cutoff, n_padded, inverse, got);
        for (int64_t i = 0; i < n_bands * n_padded; i++) {
            double frequency = frequencies[i / n_padded], x = frequency * inverse[i % n_padded];
            if (!(fabs(got[i] - expected[i]) <= 8 * 0x1p-52 * expected[i])) {
                fail_msg("%s: occupation %.17g instead of %.17g, exponent %g", umk_kernel_set_name(set_), got[i],
                         expected[i], x);
            }
            if (frequency <= cutoff || !(x <= 700)) assert_true(got[i] == 0);
            if (frequency > cutoff && x <= 700) assert_true(got[i] > 0);
        }
        release_stale(got, bytes);
    }
    release_stale(frequencies, n_bands * 8);
    release_stale(inverse, n_padded * 8);
    release_stale(expected, bytes);
}

static void test_occupations(void **state) {
    (void)state;
    for (int64_t n_bands = 1; n_bands < 60; n_bands += 7) {
        for (int64_t n_padded = UMK_SUM_LANES; n_padded < 40; n_padded += UMK_SUM_LANES) {
            for (int i = 0; i < 10; i++) check_occupations(n_bands, n_padded, i % 2 == 0 ? UMK_CUTOFF_FREQUENCY : 0);
        }
    }
}

/* The reference itself: Bose and Einstein, against the exponential function. */
static void test_reference_occupations(void **state) {
    (void)state;
    const double frequencies[2] = {5, 12.5};
    double inverse[UMK_SUM_LANES], occupations[2 * UMK_SUM_LANES];
    for (int t = 0; t < UMK_SUM_LANES; t++) inverse[t] = UMK_THZ_EV / (UMK_BOLTZMANN_EV * 100 * (t + 1));
    umk_sum_kernels_reference.fill_occupations(2, frequencies, 0.01, UMK_SUM_LANES, inverse, occupations);
    for (int i = 0; i < 2 * UMK_SUM_LANES; i++) {
        double x = frequencies[i / UMK_SUM_LANES] * inverse[i % UMK_SUM_LANES];
        assert_true(fabs(occupations[i] * (exp(x) - 1) - 1) < 1e-13);
    }
}

/* ---- sums -------------------------------------------------------------------------------------------------------*/

enum { most_triples = 40 };

/** Random terms with memory of their own. */
typedef struct terms {
    umk_sum_terms view;
    int64_t n_bands;
    umk_band_triple triples[most_triples];
    double strength[most_triples], delta[3][most_triples];
    double *occupations[2];
} terms;

static void make_terms(terms *t, int64_t n_bands, int64_t n_padded, int64_t n_triples) {
    int64_t bytes = n_bands * n_padded * 8;
    t->n_bands = n_bands;
    for (int leg = 0; leg < 2; leg++) {
        t->occupations[leg] = stale(bytes);
        for (int64_t i = 0; i < n_bands * n_padded; i++) {
            t->occupations[leg][i] = below(5) == 0 ? 0 : pow(10, 6 * test_uniform(&numbers) - 3);
        }
    }
    for (int64_t i = 0; i < n_triples; i++) { /* any order: each is added to the row of its band0 */
        t->triples[i] = (umk_band_triple){(uint16_t)below(n_bands), (uint16_t)below(n_bands), (uint16_t)below(n_bands)};
        t->strength[i] = pow(10, -12 + 4 * test_uniform(&numbers));
        for (int k = 0; k < 3; k++) t->delta[k][i] = below(3) == 0 ? 0 : test_uniform(&numbers);
    }
    t->view = (umk_sum_terms){.n_triples = n_triples,
                              .triples = t->triples,
                              .strength = t->strength,
                              .delta = {t->delta[0], t->delta[1], t->delta[2]},
                              .multiplicity = (double)(1 + below(48)),
                              .n_padded = n_padded,
                              .occupations1 = t->occupations[0],
                              .occupations2 = t->occupations[1]};
}

static void release_terms(terms *t) {
    for (int leg = 0; leg < 2; leg++) release_stale(t->occupations[leg], t->n_bands * t->view.n_padded * 8);
}

/* What is in gamma stays and is added to; sizes (n_bands, n_padded) is the sum of what rounding is relative to. */
static void sum_plainly(const terms *t, const double *begin, double *gamma, double *sizes) {
    int64_t n_padded = t->view.n_padded;
    for (int64_t i = 0; i < t->n_bands * n_padded; i++) {
        gamma[i] = begin[i];
        sizes[i] = fabs(begin[i]);
    }
    for (int64_t i = 0; i < t->view.n_triples; i++) {
        const umk_band_triple *bands = &t->triples[i];
        for (int64_t k = 0; k < n_padded; k++) {
            double n1 = t->occupations[0][bands->band1 * n_padded + k];
            double n2 = t->occupations[1][bands->band2 * n_padded + k];
            double factor = t->view.multiplicity * t->strength[i];
            double decay = t->delta[0][i], absorption = t->delta[1][i] - t->delta[2][i];
            gamma[bands->band0 * n_padded + k] += factor * ((n1 + n2 + 1) * decay + (n1 - n2) * absorption);
            sizes[bands->band0 * n_padded + k] +=
                factor * ((n1 + n2 + 1) * decay + (n1 + n2) * (t->delta[1][i] + t->delta[2][i]));
        }
    }
}

static void check_sums(int64_t n_bands, int64_t n_padded, int64_t n_triples) {
    int64_t n = n_bands * n_padded;
    terms t;
    make_terms(&t, n_bands, n_padded, n_triples);
    double *begin = stale(n * 8), *expected = stale(n * 8), *sizes = stale(n * 8);
    for (int64_t i = 0; i < n; i++) begin[i] = 1e-9 * test_uniform(&numbers);
    sum_plainly(&t, begin, expected, sizes);
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        if (!umk_kernel_set_runs(set)) continue;
        double *gamma = stale(n * 8);
        memcpy(gamma, begin, (size_t)n * sizeof *gamma);
        umk_sum_kernels_of(set)->add_triples(&t.view, gamma);
        for (int64_t i = 0; i < n; i++) {
            if (fabs(gamma[i] - expected[i]) <= 1e-14 * sizes[i]) continue;
            fail_msg("%s: %.17g instead of %.17g", umk_kernel_set_name(set), gamma[i], expected[i]);
        }
        release_stale(gamma, n * 8);
    }
    release_stale(begin, n * 8);
    release_stale(expected, n * 8);
    release_stale(sizes, n * 8);
    release_terms(&t);
}

static void test_sums(void **state) {
    (void)state;
    for (int64_t n_triples = 0; n_triples <= most_triples; n_triples++) {
        for (int64_t n_padded = UMK_SUM_LANES; n_padded <= 5 * UMK_SUM_LANES; n_padded += 2 * UMK_SUM_LANES) {
            check_sums(1 + below(20), n_padded, n_triples);
        }
    }
}

/* The triples one by one give the bits of all at once: batches may be cut anywhere. */
static void test_cut_sums(void **state) {
    (void)state;
    enum { n_bands = 7, n_padded = 2 * UMK_SUM_LANES };
    terms t;
    make_terms(&t, n_bands, n_padded, most_triples);
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        double whole[n_bands * n_padded] = {0}, cut[n_bands * n_padded] = {0};
        if (!umk_kernel_set_runs(set)) continue;
        umk_sum_kernels_of(set)->add_triples(&t.view, whole);
        for (int64_t i = 0; i < most_triples; i++) {
            umk_sum_terms one = t.view;
            one.n_triples = 1;
            one.triples += i;
            one.strength += i;
            for (int k = 0; k < 3; k++) one.delta[k] += i;
            umk_sum_kernels_of(set)->add_triples(&one, cut);
        }
        assert_memory_equal(whole, cut, sizeof whole);
    }
    release_terms(&t);
}

/* ---- the collision operator ---------------------------------------------------------------------------------------*/

/** Entries and fields with memory of their own. */
typedef struct entries {
    umk_entry_terms view;
    double values[most_triples], rotations[2][3][3];
    uint32_t bands[most_triples];
    double *inverse_sinh[2], *field[3];
} entries;

static double *random_rows(int64_t n) {
    double *rows = stale(n * 8);
    for (int64_t i = 0; i < n; i++) rows[i] = below(7) == 0 ? 0 : 2 * test_uniform(&numbers) - 1;
    return rows;
}

/* Ascending bands of at most n_band0 first ones, as in rows of the operator, or in any order. */
static void make_entries(entries *t, int64_t n_bands, int64_t n_lanes, int64_t n_entries, int64_t n_band0) {
    for (int leg = 0; leg < 2; leg++) t->inverse_sinh[leg] = random_rows(n_bands * n_lanes);
    for (int leg = 0; leg < 3; leg++) t->field[leg] = random_rows(3 * n_bands * n_lanes);
    for (int k = 0; k < 18; k++) t->rotations[k / 9][k / 3 % 3][k % 3] = 2 * test_uniform(&numbers) - 1;
    for (int64_t i = 0; i < n_entries; i++) {
        int64_t band0 = n_band0 > 0 ? i * n_band0 / n_entries % n_bands : below(n_bands);
        t->values[i] = pow(10, -3 * test_uniform(&numbers));
        t->bands[i] = umk_entry_pack(band0, below(n_bands), below(n_bands));
    }
    t->view = (umk_entry_terms){.n_lanes = n_lanes,
                                .n_bands = n_bands,
                                .n_entries = n_entries,
                                .values = t->values,
                                .bands = t->bands,
                                .field0 = t->field[0]};
    for (int leg = 0; leg < 2; leg++) {
        t->view.fields[leg] = t->field[1 + leg];
        t->view.rotations[leg] = (const double(*)[3])t->rotations[leg];
        t->view.inverse_sinh[leg] = t->inverse_sinh[leg];
    }
}

static void release_entries(entries *t) {
    int64_t bytes = t->view.n_bands * t->view.n_lanes * 8;
    for (int leg = 0; leg < 2; leg++) release_stale(t->inverse_sinh[leg], bytes);
    for (int leg = 0; leg < 3; leg++) release_stale(t->field[leg], 3 * bytes);
}

static void add(double *out, double *size, double value) {
    *out += value;
    *size += fabs(value);
}

/* By the definition in kernels.h, to out (3, n_bands, 3, n_lanes); sizes: what rounding is relative to. */
static void apply_plainly(const entries *t, double *out, double *sizes) {
    int64_t lanes = t->view.n_lanes, n = 3 * t->view.n_bands * lanes;
    for (int64_t e = 0; e < t->view.n_entries; e++) {
        const int64_t band[3] = {umk_entry_band0(t->bands[e]), umk_entry_band1(t->bands[e]),
                                 umk_entry_band2(t->bands[e])};
        for (int64_t k = 0; k < 18 * lanes; k++) { /* axis a of q0, b of a leg */
            int64_t lane = k % lanes, a = k / lanes % 3, b = k / lanes / 3 % 3, leg = k / lanes / 9;
            double c = t->values[e] * t->inverse_sinh[1 - leg][band[2 - leg] * lanes + lane] * t->rotations[leg][a][b];
            int64_t at0 = (3 * band[0] + a) * lanes + lane, at = (3 * band[1 + leg] + b) * lanes + lane;
            add(out + at0, sizes + at0, c * t->field[1 + leg][at]);
            add(out + (1 + leg) * n + at, sizes + (1 + leg) * n + at, c * t->field[0][at0]);
        }
    }
}

static void check_entries(int64_t n_bands, int64_t n_lanes, int64_t n_entries, int64_t n_band0) {
    int64_t n = 3 * n_bands * n_lanes;
    entries t;
    make_entries(&t, n_bands, n_lanes, n_entries, n_band0);
    double *begin = random_rows(3 * n), *expected = stale(3 * n * 8), *sizes = stale(3 * n * 8);
    double *scratch = stale(2 * n_bands * n_lanes * 8);
    memcpy(expected, begin, (size_t)(3 * n) * sizeof(double));
    for (int64_t i = 0; i < 3 * n; i++) sizes[i] = fabs(begin[i]);
    apply_plainly(&t, expected, sizes);
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        if (!umk_kernel_set_runs(set)) continue;
        double *out[3];
        for (int i = 0; i < 3; i++) {
            out[i] = stale(n * 8);
            memcpy(out[i], begin + i * n, (size_t)n * sizeof(double));
        }
        umk_sum_kernels_of(set)->apply_entries(&t.view, scratch, out[0], out[1], out[2]);
        for (int64_t i = 0; i < 3 * n; i++) {
            if (fabs(out[i / n][i % n] - expected[i]) <= 1e-14 * sizes[i]) continue;
            fail_msg("%s: %.17g instead of %.17g", umk_kernel_set_name(set), out[i / n][i % n], expected[i]);
        }
        for (int i = 0; i < 3; i++) release_stale(out[i], n * 8);
    }
    release_stale(scratch, 2 * n_bands * n_lanes * 8);
    release_stale(begin, 3 * n * 8);
    release_stale(expected, 3 * n * 8);
    release_stale(sizes, 3 * n * 8);
    release_entries(&t);
}

/* Few and many entries of one band0, so that each way to sum them is taken. */
static void test_entries(void **state) {
    (void)state;
    for (int64_t n_entries = 0; n_entries <= most_triples; n_entries++) {
        for (int64_t n_lanes = umk_few_lanes; n_lanes <= umk_all_lanes; n_lanes += umk_few_lanes) {
            for (int64_t n_band0 = 0; n_band0 < 4; n_band0++) check_entries(1 + below(20), n_lanes, n_entries, n_band0);
        }
    }
    check_entries(umk_entry_most_bands, umk_all_lanes, most_triples, 0);
}

/* Both legs at images of the same irreducible point: they add to the same memory. */
static void test_entries_of_one_point(void **state) {
    (void)state;
    enum { n_bands = 5, n = 3 * n_bands * umk_all_lanes };
    for (int64_t n_band0 = 0; n_band0 < 2; n_band0++) {
        entries t;
        make_entries(&t, n_bands, umk_all_lanes, most_triples, n_band0);
        for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
            _Alignas(64) double apart[3][n] = {{0}}, together[2][n] = {{0}}, scratch[2 * n_bands * umk_all_lanes];
            if (!umk_kernel_set_runs(set)) continue;
            umk_sum_kernels_of(set)->apply_entries(&t.view, scratch, apart[0], apart[1], apart[2]);
            umk_sum_kernels_of(set)->apply_entries(&t.view, scratch, together[0], together[1], together[1]);
            assert_memory_equal(together[0], apart[0], sizeof apart[0]);
            for (int i = 0; i < n; i++) {
                assert_true(fabs(together[1][i] - apart[1][i] - apart[2][i]) <= 1e-13 * most_triples);
            }
        }
        release_entries(&t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_occupations),
        cmocka_unit_test(test_reference_occupations),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_cut_sums),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_entries_of_one_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
