/*
 * The kernels of every set against forms of their own, written down here and in scalar_weight.h, with ties. (Against
 * each other they are held in tests/conformance.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "unit/weights/scalar_weight.h"
#include "weights/kernels.h"

enum { N = 24, VERTICES = 3 * N + 1, PADDED = 80, LANES = UMK_WEIGHTS_LANES };

static uint64_t seed = 1;

static double uniform(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/** 24 tetrahedra around vertex 0 that share no other vertex. */
typedef struct sample {
    double first[PADDED], second[PADDED], shares[N];
    uint16_t corners[N][3];
    umk_tetrahedra tetrahedra;
    double sign;
} sample;

/** steps > 0: all values are multiples of 1 / steps, so that ties abound. */
static double draw(int steps) {
    double x = 3 * uniform();
    return steps > 0 ? floor(x * steps) / steps : x;
}

static void begin_sample(sample *s, double sign) {
    memset(s, 0, sizeof *s);
    for (int i = 0; i < 3 * N; i++) s->corners[i / 3][i % 3] = (uint16_t)(1 + i);
    s->tetrahedra = (umk_tetrahedra){N, VERTICES, PADDED, (const uint16_t(*)[3])s->corners, s->shares};
    s->sign = sign;
}

static void draw_sample(sample *s, int steps, bool subtract) {
    begin_sample(s, subtract ? -1 : 1);
    for (int v = 0; v < VERTICES; v++) {
        s->first[v] = draw(steps);
        s->second[v] = draw(steps);
    }
    for (int i = 0; i < N; i++) s->shares[i] = 0.1 + uniform();
}

static void tetrahedron_values(double values[4], const sample *s, int t) {
    values[0] = s->second[0] + s->sign * s->first[0];
    for (int c = 0; c < 3; c++) values[c + 1] = s->second[s->corners[t][c]] + s->sign * s->first[s->corners[t][c]];
}

static double scalar_sum(const sample *s, double energy) {
    double sum = 0;
    for (int t = 0; t < N; t++) {
        double values[4];
        tetrahedron_values(values, s, t);
        sum += s->shares[t] * scalar_weight(values, energy);
    }
    return sum;
}

/** Weights at eight energies; padding holds NaN, which must not matter. */
static void evaluate(const umk_weights_kernels *kernels, const sample *s, const double energies[LANES],
                     double weights[LANES]) {
    static _Alignas(64) double rows[LANES * PADDED];
    static _Alignas(64) char scratch[VERTICES * UMK_WEIGHTS_VERTEX_BYTES];
    for (int i = 0; i < LANES * PADDED; i++) rows[i] = NAN;
    memset(scratch, 0xff, sizeof scratch);
    for (int lane = 0; lane < LANES; lane++) {
        weights[lane] = NAN;
        kernels->fill_row(&s->tetrahedra, s->sign, s->first, s->second, energies[lane], rows + lane * PADDED);
        for (int v = 0; v < VERTICES; v++) {
            assert_true(rows[lane * PADDED + v] == s->second[v] + s->sign * s->first[v] - energies[lane]);
        }
        for (int v = VERTICES; v < PADDED; v++) rows[lane * PADDED + v] = NAN;
    }
    kernels->evaluate(&s->tetrahedra, rows, scratch, weights);
}

/** The kernels of set number i, or NULL where they do not run. */
static const umk_weights_kernels *kernels_of(int i) {
    return umk_kernel_set_runs(i) ? umk_weights_kernels_of(i) : NULL;
}

#define FOR_ALL_KERNELS(kernels)                                                                                       \
    for (int set_ = 0; set_ < UMK_N_KERNEL_SETS; set_++)                                                               \
        for (const umk_weights_kernels *kernels = kernels_of(set_); kernels != NULL; kernels = NULL)

static void test_evaluate(void **state) {
    (void)state;
    sample s;
    int n_nonzero = 0;
    for (int i = 0; i < 800; i++) {
        int steps = i % 4; /* 0: no ties */
        double energies[LANES], weights[LANES];
        draw_sample(&s, steps, i % 3 == 0);
        for (int lane = 0; lane < LANES; lane++) energies[lane] = (s.sign < 0 ? -3 : 0) + 2 * draw(steps);
        FOR_ALL_KERNELS(kernels) {
            evaluate(kernels, &s, energies, weights);
            for (int lane = 0; lane < LANES; lane++) {
                double expected = scalar_sum(&s, energies[lane]);
                assert_true(fabs(weights[lane] - expected) <= 1e-13 * fmax(1, fabs(expected)));
                n_nonzero += expected > 0;
            }
        }
    }
    assert_true(n_nonzero > 5000);
}

/** Relative agreement where the weight is far from its edges and one tetrahedron has it all. */
static void test_single_tetrahedron(void **state) {
    (void)state;
    sample s;
    for (int i = 0; i < 500; i++) {
        double energies[LANES], weights[LANES];
        draw_sample(&s, 0, false);
        memset(s.shares, 0, sizeof s.shares);
        s.shares[i % N] = 1;
        for (int lane = 0; lane < LANES; lane++) energies[lane] = 0.5 + 5 * uniform();
        FOR_ALL_KERNELS(kernels) {
            evaluate(kernels, &s, energies, weights);
            for (int lane = 0; lane < LANES; lane++) {
                double expected = scalar_sum(&s, energies[lane]);
                assert_true(fabs(weights[lane] - expected) <= 1e-12 * expected + 1e-16);
            }
        }
    }
}

/** Ties by hand: three vertices at 1 and one at 2, which is the centre or a corner. */
static void check_plateau(const umk_weights_kernels *kernels, int place) {
    const double values[4] = {1, 1, 1, 2}, energies[LANES] = {0.5, 1, 1.5, 2, 2.5, 1, 1, 1};
    double tetrahedron[4], weights[LANES];
    sample s;
    begin_sample(&s, 1);
    s.shares[0] = 1;
    s.second[0] = values[place];
    for (int i = 0; i < 3 * N; i++) s.second[1 + i] = values[(i % 3 + 1 + place) % 4];
    tetrahedron_values(tetrahedron, &s, 0);
    evaluate(kernels, &s, energies, weights);
    for (int e = 0; e < LANES; e++) {
        assert_true(fabs(weights[e] - scalar_weight(tetrahedron, energies[e])) < 1e-15);
        if (energies[e] != 1 && energies[e] != 1.5) assert_true(weights[e] == 0);
    }
    /* three vertices at 1 belong to the interval above: (2 - E)^2 of the density and so of the three alike */
    assert_true(fabs(weights[1] - (place == 3 ? 0 : 1)) < 1e-15);
}

static void test_ties(void **state) {
    (void)state;
    FOR_ALL_KERNELS(kernels) {
        const double around[LANES] = {1 - 1e-12, 1, 1 + 1e-12, 1, 0, 2, 1, 1};
        double weights[LANES];
        sample s;
        for (int place = 0; place < 4; place++) check_plateau(kernels, place);
        begin_sample(&s, 1); /* all vertices alike */
        for (int i = 0; i < N; i++) s.shares[i] = 1;
        for (int v = 0; v < VERTICES; v++) s.second[v] = 1;
        evaluate(kernels, &s, around, weights);
        for (int lane = 0; lane < LANES; lane++) assert_true(weights[lane] == 0);
    }
}

/** An interval of 2e-10 counts, one of 5e-11 does not, wherever the centre is. */
static void test_narrow_intervals(void **state) {
    (void)state;
    FOR_ALL_KERNELS(kernels) {
        for (int centre = 0; centre < 4; centre++) {
            for (int narrow = 0; narrow < 2; narrow++) {
                double width = narrow ? 5e-11 : 2e-10, weights[LANES];
                const double values[4] = {-1, -width / 2, width / 2, 1}, at[LANES] = {0};
                sample s;
                begin_sample(&s, 1);
                s.shares[0] = 1;
                for (int v = 0; v < 4; v++) s.second[v] = values[(v + centre) % 4];
                evaluate(kernels, &s, at, weights);
                for (int lane = 0; lane < LANES; lane++) assert_true(narrow ? weights[lane] == 0 : weights[lane] > 0);
            }
        }
    }
}

/** The integral over all energies is the mean of the barycentric coordinate, a quarter of the shares. */
static void test_sum_rule(void **state) {
    (void)state;
    enum { n = 60000 };
    FOR_ALL_KERNELS(kernels) {
        sample s;
        draw_sample(&s, 0, true);
        double sum = 0, shares = 0;
        for (int i = 0; i < n; i += LANES) {
            double energies[LANES], weights[LANES];
            for (int lane = 0; lane < LANES; lane++) energies[lane] = -3 + 6 * (i + lane + 0.5) / n;
            evaluate(kernels, &s, energies, weights);
            for (int lane = 0; lane < LANES; lane++) sum += weights[lane] * 6 / n;
        }
        for (int t = 0; t < N; t++) shares += s.shares[t];
        assert_true(fabs(sum - shares / 4) < 1e-6 * shares);
    }
}

static void test_row_without_first(void **state) {
    (void)state;
    FOR_ALL_KERNELS(kernels) {
        double row[PADDED];
        sample s;
        draw_sample(&s, 0, false);
        kernels->fill_row(&s.tetrahedra, 1, NULL, s.second, 0.7, row);
        for (int v = 0; v < VERTICES; v++) assert_true(row[v] == s.second[v] - 0.7);
    }
}

/* ---- which pairs count ------------------------------------------------------------------------------------------*/

enum { bands = 11, padded_bands = 16, found_vertices = 15, padded_found = 16, n_energies = 12 };

static bool is_hit(const umk_hits *hits, int e, int b1, int b2, int channel) {
    return hits[(e * bands + b1) * (padded_bands / 8) + b2 / 8].channel[channel] >> b2 % 8 & 1;
}

/** No bits of bands that do not exist. */
static void expect_clean(const umk_hits *hits) {
    for (int row = 0; row < n_energies * bands; row++) {
        for (int channel = 0; channel < 3; channel++) {
            assert_int_equal(hits[row * 2 + 1].channel[channel] >> (bands - 8), 0);
        }
    }
}

static double channel_value(int channel, double w1, double w2) {
    return channel == 0 ? w1 + w2 : channel == 1 ? w2 - w1 : w1 - w2;
}

static void test_find_tetrahedra(void **state) {
    (void)state;
    const umk_tetrahedra tetrahedra = {0, found_vertices, padded_found, NULL, NULL};
    double by_vertex[2][found_vertices * padded_bands] = {{0}}, by_band[2][bands * padded_found] = {{0}};
    double energies[n_energies];
    umk_leg_values legs[2] = {{.by_vertex = by_vertex[0], .by_band = by_band[0]},
                              {.by_vertex = by_vertex[1], .by_band = by_band[1]}};
    for (int leg = 0; leg < 2; leg++) {
        for (int i = 0; i < found_vertices * bands; i++) { /* quarters and sixteenths: ends equal to energies */
            double value = leg == 0 ? draw(4) : draw(4) / 4;
            by_vertex[leg][i / bands * padded_bands + i % bands] = value;
            by_band[leg][i % bands * padded_found + i / bands] = value;
        }
    }
    for (int e = 0; e < n_energies; e++) energies[e] = -1 + 0.25 * e;
    FOR_ALL_KERNELS(kernels) {
        umk_hits hits[n_energies * bands * 2];
        memset(hits, 0xa5, sizeof hits);
        kernels->find_tetrahedra(&tetrahedra, bands, &legs[0], &legs[1], n_energies, energies, hits);
        expect_clean(hits);
        for (int i = 0; i < n_energies * bands * bands * 3; i++) {
            int e = i / (3 * bands * bands), b1 = i / (3 * bands) % bands, b2 = i / 3 % bands, channel = i % 3;
            double low = INFINITY, high = -INFINITY;
            for (int v = 0; v < found_vertices; v++) {
                double value =
                    channel_value(channel, by_vertex[0][v * padded_bands + b1], by_vertex[1][v * padded_bands + b2]);
                low = fmin(low, value);
                high = fmax(high, value);
            }
            assert_int_equal(is_hit(hits, e, b1, b2, channel), low <= energies[e] && energies[e] <= high);
        }
    }
}

static void test_find_gaussians(void **state) {
    (void)state;
    double w1[padded_bands] = {0}, w2[padded_bands] = {0}, energies[n_energies];
    for (int b = 0; b < bands; b++) {
        w1[b] = draw(4);
        w2[b] = draw(4);
    }
    for (int e = 0; e < n_energies; e++) energies[e] = -1 + 0.25 * e;
    FOR_ALL_KERNELS(kernels) {
        const double reaches[3] = {0.5, 0, INFINITY}; /* in quarters: distances equal to the reach */
        for (int r = 0; r < 3; r++) {
            umk_hits hits[n_energies * bands * 2];
            memset(hits, 0xa5, sizeof hits);
            kernels->find_gaussians(bands, padded_bands, w1, w2, n_energies, energies, reaches[r], hits);
            expect_clean(hits);
            for (int i = 0; i < n_energies * bands * bands * 3; i++) {
                int e = i / (3 * bands * bands), b1 = i / (3 * bands) % bands, b2 = i / 3 % bands, channel = i % 3;
                double distance = fabs(energies[e] - channel_value(channel, w1[b1], w2[b2]));
                assert_int_equal(is_hit(hits, e, b1, b2, channel), distance <= reaches[r]);
            }
        }
    }
}

static double gaussian(double x, double sigma) {
    return exp(-x * x / (2 * sigma * sigma)) / (sqrt(2 * acos(-1)) * sigma);
}

static void test_gaussians(void **state) {
    (void)state;
    const double sigmas[3] = {0.3, 0.01, 25};
    FOR_ALL_KERNELS(kernels) {
        for (int i = 0; i < 3; i++) {
            double x[40], out[40];
            for (int k = 0; k < 40; k++) x[k] = k == 0 ? 0 : 9 * uniform() - 4.5;
            kernels->gaussians(40, x, sigmas[i], out);
            for (int k = 0; k < 40; k++) {
                double expected = gaussian(x[k], sigmas[i]);
                assert_true(fabs(out[k] - expected) <= 1e-12 * expected + 1e-290);
            }
            kernels->gaussians(40, x, sigmas[i], x); /* in place */
            assert_memory_equal(x, out, sizeof out);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluate),
        cmocka_unit_test(test_single_tetrahedron),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_narrow_intervals),
        cmocka_unit_test(test_sum_rule),
        cmocka_unit_test(test_row_without_first),
        cmocka_unit_test(test_find_tetrahedra),
        cmocka_unit_test(test_find_gaussians),
        cmocka_unit_test(test_gaussians),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
