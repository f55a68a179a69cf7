/* The kernels of every instruction set against the readable forms, with ties; all variants bit for bit alike. */
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

#define N 24

static uint64_t seed = 1;

static double uniform(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

typedef struct sample {
    double first[3 * N], second[3 * N], shares[N];
    umk_tetrahedra_view view;
} sample;

/** steps > 0: all values are multiples of 1 / steps, so that ties abound. */
static double draw(int steps) {
    double x = 3 * uniform();
    return steps > 0 ? floor(x * steps) / steps : x;
}

static void draw_sample(sample *s, int steps, bool subtract) {
    for (int i = 0; i < 3 * N; i++) {
        s->first[i] = draw(steps);
        s->second[i] = draw(steps);
    }
    for (int i = 0; i < N; i++) s->shares[i] = 0.1 + uniform();
    s->view = (umk_tetrahedra_view){N, s->shares, s->first, s->second, draw(steps), draw(steps), subtract};
}

static double scalar_sum(const sample *s, double energy) {
    double sum = 0, sign = s->view.subtract ? -1 : 1;
    for (int t = 0; t < N; t++) {
        double values[4] = {s->view.second_centre + sign * s->view.first_centre};
        for (int c = 0; c < 3; c++) values[c + 1] = s->second[c * N + t] + sign * s->first[c * N + t];
        sum += s->shares[t] * scalar_weight(values, energy);
    }
    return sum;
}

static void test_delta_weight(void **state) {
    (void)state;
    sample s;
    int n_nonzero = 0;
    for (int i = 0; i < 4000; i++) {
        int steps = i % 4; /* 0: no ties */
        draw_sample(&s, steps, i % 3 == 0);
        double energy = (s.view.subtract ? -3 : 0) + 2 * draw(steps);
        double expected = scalar_sum(&s, energy), first = umk_weights_kernels_variant(0)->delta_weight(&s.view, energy);
        assert_true(fabs(first - expected) <= 1e-13 * fmax(1, fabs(expected)));
        for (int v = 1; umk_weights_kernels_variant(v) != NULL; v++) {
            double value = umk_weights_kernels_variant(v)->delta_weight(&s.view, energy);
            assert_memory_equal(&value, &first, sizeof value);
        }
        n_nonzero += expected > 0;
    }
    assert_true(n_nonzero > 2000);
}

/** Relative agreement where the weight is far from its edges and one tetrahedron has it all. */
static void test_single_tetrahedron(void **state) {
    (void)state;
    sample s;
    for (int i = 0; i < 2000; i++) {
        draw_sample(&s, 0, false);
        memset(s.shares, 0, sizeof s.shares);
        s.shares[i % N] = 1;
        double energy = 0.5 + 5 * uniform(), expected = scalar_sum(&s, energy);
        double value = umk_weights_kernels_select()->delta_weight(&s.view, energy);
        assert_true(fabs(value - expected) <= 1e-12 * expected + 1e-16);
    }
}

/** Ties by hand: all vertices alike; a plateau; the sampling value equal to each vertex. */
static void test_ties(void **state) {
    (void)state;
    sample s;
    memset(&s, 0, sizeof s);
    s.view = (umk_tetrahedra_view){N, s.shares, s.first, s.second, 0, 1, false};
    const double values[4] = {1, 1, 1, 2};
    for (int place = 0; place < 4; place++) { /* the vertex of value 2 at the centre or at a corner */
        for (int t = 0; t < N; t++) {
            s.shares[t] = t == 0;
            for (int c = 0; c < 3; c++) s.second[c * N + t] = values[(c + 1 + place) % 4];
        }
        s.view.second_centre = values[place];
        const double tetrahedron[4] = {s.view.second_centre, s.second[0], s.second[N], s.second[2 * N]};
        const double energies[5] = {0.5, 1, 1.5, 2, 2.5};
        for (int e = 0; e < 5; e++) {
            double value = umk_weights_kernels_select()->delta_weight(&s.view, energies[e]);
            assert_true(fabs(value - scalar_weight(tetrahedron, energies[e])) < 1e-15);
            if (e != 1 && e != 2) assert_true(value == 0);
        }
        /* three vertices at 1 belong to the interval above: (2 - E)^2 of the density and so of the three alike */
        double at_tie = umk_weights_kernels_select()->delta_weight(&s.view, 1);
        assert_true(fabs(at_tie - (place == 3 ? 0 : 1)) < 1e-15);
    }
    for (int i = 0; i < 3 * N; i++) s.second[i] = 1;
    s.view.second_centre = 1;
    for (int e = 0; e < 3; e++) {
        assert_true(umk_weights_kernels_select()->delta_weight(&s.view, 1 + (e - 1) * 1e-12) == 0);
    }
}

/** The integral over all energies is the mean of the barycentric coordinate, a quarter of the shares. */
static void test_sum_rule(void **state) {
    (void)state;
    sample s;
    draw_sample(&s, 0, true);
    double sum = 0, shares = 0;
    const int n = 60000;
    for (int i = 0; i < n; i++)
        sum += umk_weights_kernels_select()->delta_weight(&s.view, -3 + 6 * (i + 0.5) / n) * 6 / n;
    for (int t = 0; t < N; t++) shares += s.shares[t];
    assert_true(fabs(sum - shares / 4) < 1e-6 * shares);
}

static void test_pair_row(void **state) {
    (void)state;
    enum { VERTICES = 15, PADDED = 16, ENERGIES = 12 };
    double w1[VERTICES], w2[VERTICES * PADDED], energies[ENERGIES], ends[4][PADDED], ranges[6][PADDED], kept[6][PADDED];
    for (int v = 0; v < VERTICES; v++) w1[v] = draw(4);
    for (int i = 0; i < VERTICES * PADDED; i++) w2[i] = draw(4) / 4;
    for (int e = 0; e < ENERGIES; e++) energies[e] = -1 + 0.25 * e;
    umk_pair_row row = {
        ends[0], ends[1], ends[2], ends[3], {ranges[0], ranges[2], ranges[4]}, {ranges[1], ranges[3], ranges[5]}};
    for (int variant = 0; umk_weights_kernels_variant(variant) != NULL; variant++) {
        umk_weights_kernels_variant(variant)->pair_row(&row, VERTICES, PADDED, w1, 1, w2, ENERGIES, energies);
        if (variant == 0) memcpy(kept, ranges, sizeof kept);
        assert_memory_equal(kept, ranges, sizeof kept);
        for (int k = 0; k < PADDED; k++) {
            for (int channel = 0; channel < 3; channel++) {
                double low = INFINITY, high = -INFINITY;
                for (int v = 0; v < VERTICES; v++) {
                    double a = w1[v], b = w2[v * PADDED + k],
                           value = channel == 0   ? a + b
                                   : channel == 1 ? b - a
                                                  : a - b;
                    low = fmin(low, value);
                    high = fmax(high, value);
                }
                for (int e = 0; e < ENERGIES; e++) {
                    bool within = e >= row.first[channel][k] && e < row.end[channel][k];
                    assert_int_equal(within, energies[e] >= low && energies[e] <= high);
                }
            }
        }
    }
}

static double gaussian(double x, double sigma) {
    return exp(-x * x / (2 * sigma * sigma)) / (sqrt(2 * acos(-1)) * sigma);
}

static void test_smearing(void **state) {
    (void)state;
    double w1[40], w2[40], planes[3][40], outside[40], kept[3][40];
    for (int i = 0; i < 40; i++) {
        w1[i] = 9 * uniform();
        w2[i] = 9 * uniform();
    }
    for (int variant = 0; umk_weights_kernels_variant(variant) != NULL; variant++) {
        const umk_weights_kernels *kernels = umk_weights_kernels_variant(variant);
        kernels->smear_pairs(40, 3, w1, w2, 0.3, planes[0], planes[1], planes[2]);
        kernels->find_outside(40, 3, w1, w2, 0.9, outside);
        if (variant == 0) memcpy(kept, planes, sizeof kept);
        assert_memory_equal(kept, planes, sizeof kept);
        for (int i = 0; i < 40; i++) {
            double x[3] = {3 - w1[i] - w2[i], 3 + w1[i] - w2[i], 3 - w1[i] + w2[i]}, g[3];
            for (int c = 0; c < 3; c++) g[c] = gaussian(x[c], 0.3);
            assert_true(fabs(planes[0][i] - g[0]) <= 1e-13 * g[0] + 1e-290);
            assert_true(fabs(planes[1][i] - (g[1] - g[2])) <= 1e-13 * (g[1] + g[2]) + 1e-290);
            assert_true(fabs(planes[2][i] - (g[0] + g[1] + g[2])) <= 1e-13 * (g[0] + g[1] + g[2]) + 1e-290);
            assert_int_equal(outside[i] == 1, fabs(x[0]) > 0.9 && fabs(x[1]) > 0.9 && fabs(x[2]) > 0.9);
        }
        kernels->smear_point(40, w1, 2.5, 0.01, planes[0]);
        for (int i = 0; i < 40; i++) {
            assert_true(fabs(planes[0][i] - gaussian(w1[i] - 2.5, 0.01)) <=
                        1e-12 * gaussian(w1[i] - 2.5, 0.01) + 1e-290);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delta_weight), cmocka_unit_test(test_single_tetrahedron), cmocka_unit_test(test_ties),
        cmocka_unit_test(test_sum_rule),     cmocka_unit_test(test_pair_row),           cmocka_unit_test(test_smearing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
