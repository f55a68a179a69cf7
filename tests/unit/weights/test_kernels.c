/*
 * The kernels of every set against forms of their own, written down here and in scalar_weight.h, with ties; and that a
 * weight is the same, whatever waits beside it. (Against each other they are held in tests/conformance.)
 */
#include "support/context.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "unit/weights/figure_rows.h"
#include "unit/weights/scalar_weight.h"

enum { most_tetrahedra = 35, most_vertices = 73, lanes = UMK_WEIGHTS_LANES };

static uint64_t seed = 1;

static double uniform(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/** steps > 0: a multiple of 1 / steps, so that ties abound. */
static double draw(int steps) {
    double x = 3 * uniform();
    return steps > 0 ? floor(x * steps) / steps : x;
}

/** The kernels of set number i, or NULL where they do not run. */
static const umk_weights_kernels *kernels_of(int i) {
    return umk_kernel_set_runs(i) ? umk_weights_kernels_of(i) : NULL;
}

#define FOR_ALL_KERNELS(kernels)                                                                                       \
    for (int set_ = 0; set_ < UMK_N_KERNEL_SETS; set_++)                                                               \
        for (const umk_weights_kernels *kernels = kernels_of(set_); kernels != NULL; kernels = NULL)

/* ---- tetrahedra and their values --------------------------------------------------------------------------------*/

/** Tetrahedra around vertex 0, their figures as the kernels get them. */
typedef struct star {
    int64_t n;
    uint16_t corners[most_tetrahedra][3];
    double shares[most_tetrahedra];
    umk_figures *figures;
    umk_tetrahedra tetrahedra;
} star;

static void make_figures(star *s, int64_t n_vertices) {
    assert_int_equal(
        umk_figures_create(&s->figures, context, s->n, (const uint16_t(*)[3])s->corners, s->shares, n_vertices),
        UMK_OK);
    s->tetrahedra = (umk_tetrahedra){s->figures, n_vertices};
}

static void add_tetrahedron(star *s, int a, int b, int c, double share) {
    const uint16_t corners[3] = {(uint16_t)a, (uint16_t)b, (uint16_t)c};
    memcpy(s->corners[s->n], corners, sizeof corners);
    s->shares[s->n++] = share;
}

/** 24 that share no vertex but the centre. */
static star make_scattered(void) {
    star s = {0};
    for (int t = 0; t < 24; t++) add_tetrahedron(&s, 3 * t + 1, 3 * t + 2, 3 * t + 3, 0.1 + uniform());
    make_figures(&s, 73);
    return s;
}

/** One, which has all the weight. */
static star make_single(void) {
    star s = {0};
    add_tetrahedron(&s, 1, 2, 3, 1);
    make_figures(&s, 4);
    return s;
}

/** All 35 that seven vertices allow, more than there are in one figure. */
static star make_dense(void) {
    star s = {0};
    for (int a = 1; a <= 7; a++) {
        for (int b = a + 1; b <= 7; b++) {
            for (int c = b + 1; c <= 7; c++) add_tetrahedron(&s, a, b, c, 0.1 + uniform());
        }
    }
    make_figures(&s, 8);
    return s;
}

/** Four fans of six around an edge, as a plain grid has them. Most of the vertices are in several. */
static star make_fans(void) {
    star s = {0};
    for (int fan = 0; fan < 4; fan++) {
        for (int i = 0; i < 6; i++) {
            add_tetrahedron(&s, 9 + fan, 1 + (fan + i) % 8, 1 + (fan + (i + 1) % 6) % 8, 1.0 / 6);
        }
    }
    make_figures(&s, 13);
    return s;
}

/** Corners repeat, or are the centre, and so do whole tetrahedra. */
static star make_degenerate(void) {
    star s = {0};
    while (s.n < 30) {
        int a = (int)(5 * uniform()), b = (int)(5 * uniform()), c = (int)(9 * uniform());
        add_tetrahedron(&s, a, b, c, 0.1 + uniform());
    }
    make_figures(&s, 9);
    return s;
}

/** The last one is degenerate. */
enum { n_stars = 5, n_regular_stars = 4 };

static void make_stars(star stars[n_stars]) {
    stars[0] = make_scattered();
    stars[1] = make_single();
    stars[2] = make_dense();
    stars[3] = make_fans();
    stars[4] = make_degenerate();
}

static void release_stars(star *stars, int n) {
    for (int i = 0; i < n; i++) umk_figures_destroy(stars[i].figures);
}

/** Values at the vertices of both legs: what counts is second + sign first. */
typedef struct sample {
    double first[most_vertices], second[most_vertices], sign;
} sample;

static sample draw_sample(int steps, bool subtract) {
    sample s = {.sign = subtract ? -1 : 1};
    for (int v = 0; v < most_vertices; v++) {
        s.first[v] = draw(steps);
        s.second[v] = draw(steps);
    }
    return s;
}

static void tetrahedron_values(double values[4], const star *star, const sample *s, int64_t t) {
    values[0] = s->second[0] + s->sign * s->first[0];
    for (int c = 0; c < 3; c++) {
        int v = star->corners[t][c];
        values[c + 1] = s->second[v] + s->sign * s->first[v];
    }
}

static double scalar_sum(const star *star, const sample *s, double energy) {
    double sum = 0;
    for (int64_t t = 0; t < star->n; t++) {
        double values[4];
        tetrahedron_values(values, star, s, t);
        sum += star->shares[t] * scalar_weight(values, energy);
    }
    return sum;
}

/** Rows of a sample, to be asked about. */
typedef struct sample_rows {
    double *first, *second, sign;
} sample_rows;

static sample_rows make_rows(const star *star, const sample *s) {
    size_t bytes = (size_t)star->figures->n_figures * umk_figure_row * sizeof(double);
    sample_rows rows = {test_malloc(bytes), test_malloc(bytes), s->sign};
    fill_rows(star->figures, s->first, rows.first);
    fill_rows(star->figures, s->second, rows.second);
    return rows;
}

static void release_rows(sample_rows *rows) {
    test_free(rows->first);
    test_free(rows->second);
}

static umk_evaluation ask(const sample_rows *rows, double energy, double *weight) {
    *weight = NAN;
    return (umk_evaluation){rows->first, rows->second, rows->sign, energy, weight};
}

/** All in one queue, which has room for them. */
static void weigh_all(const umk_weights_kernels *kernels, const star *star, int64_t n,
                      const umk_evaluation *evaluations) {
    umk_weights_queue queue = make_queue(&star->tetrahedra, n);
    kernels->weigh(&queue, n, evaluations);
    kernels->finish(&queue);
    release_queue(&queue);
}

/** Weights of a sample at n energies. */
static void evaluate(const umk_weights_kernels *kernels, const star *star, const sample *s, int64_t n,
                     const double *energies, double *weights) {
    sample_rows rows = make_rows(star, s);
    umk_evaluation *evaluations = test_malloc((size_t)n * sizeof *evaluations);
    for (int64_t i = 0; i < n; i++) evaluations[i] = ask(&rows, energies[i], &weights[i]);
    weigh_all(kernels, star, n, evaluations);
    test_free(evaluations);
    release_rows(&rows);
}

/* ---- weights of tetrahedra --------------------------------------------------------------------------------------*/

static void test_evaluate(void **state) {
    (void)state;
    star stars[n_stars];
    int n_nonzero = 0;
    make_stars(stars);
    for (int i = 0; i < 800; i++) {
        int steps = i / n_stars % 4; /* 0: no ties */
        const star *star = &stars[i % n_stars];
        sample s = draw_sample(steps, i % 3 == 0);
        double energies[lanes], weights[lanes];
        for (int e = 0; e < lanes; e++) energies[e] = (s.sign < 0 ? -3 : 0) + 2 * draw(steps);
        FOR_ALL_KERNELS(kernels) {
            evaluate(kernels, star, &s, lanes, energies, weights);
            for (int e = 0; e < lanes; e++) {
                double expected = scalar_sum(star, &s, energies[e]);
                assert_true(fabs(weights[e] - expected) <= 1e-13 * fmax(1, fabs(expected)));
                n_nonzero += expected > 0;
            }
        }
    }
    assert_true(n_nonzero > 5000);
    release_stars(stars, n_stars);
}

/** Relative agreement where one tetrahedron has all the weight. */
static void test_single_tetrahedron(void **state) {
    (void)state;
    star star = make_single();
    for (int i = 0; i < 500; i++) {
        sample s = draw_sample(0, false);
        double energies[lanes], weights[lanes];
        for (int e = 0; e < lanes; e++) energies[e] = 0.5 + 5 * uniform();
        FOR_ALL_KERNELS(kernels) {
            evaluate(kernels, &star, &s, lanes, energies, weights);
            for (int e = 0; e < lanes; e++) {
                double expected = scalar_sum(&star, &s, energies[e]);
                assert_true(fabs(weights[e] - expected) <= 1e-12 * expected + 1e-16);
            }
        }
    }
    release_stars(&star, 1);
}

/** Ties by hand: three vertices at 1 and one at 2, which is the centre or a corner. */
static void check_plateau(const umk_weights_kernels *kernels, const star *star, int place) {
    const double values[4] = {1, 1, 1, 2}, energies[5] = {0.5, 1, 1.5, 2, 2.5};
    double tetrahedron[4], weights[5];
    sample s = {.sign = 1};
    for (int v = 0; v < 4; v++) s.second[v] = values[(v + place) % 4];
    tetrahedron_values(tetrahedron, star, &s, 0);
    evaluate(kernels, star, &s, 5, energies, weights);
    for (int e = 0; e < 5; e++) {
        assert_true(fabs(weights[e] - scalar_weight(tetrahedron, energies[e])) < 1e-15);
        if (energies[e] != 1 && energies[e] != 1.5) assert_true(weights[e] == 0);
    }
    /* three vertices at 1 belong to the interval above: (2 - E)^2 of the density and so of the three alike */
    assert_true(fabs(weights[1] - (place == 3 ? 0 : 1)) < 1e-15);
}

static void test_ties(void **state) {
    (void)state;
    star stars[n_stars];
    make_stars(stars);
    FOR_ALL_KERNELS(kernels) {
        for (int place = 0; place < 4; place++) check_plateau(kernels, &stars[1], place);
        for (int i = 0; i < n_stars; i++) { /* all vertices alike */
            const double around[5] = {1 - 1e-12, 1, 1 + 1e-12, 0, 2};
            double weights[5];
            sample s = {.sign = 1};
            for (int v = 0; v < most_vertices; v++) s.second[v] = 1;
            evaluate(kernels, &stars[i], &s, 5, around, weights);
            for (int e = 0; e < 5; e++) assert_true(weights[e] == 0);
        }
    }
    release_stars(stars, n_stars);
}

/** Each of eight vertices lies below the energy, exactly at it, or above: all 6561 possibilities in one queue. */
static void test_values_at_the_energy(void **state) {
    (void)state;
    enum { n = 6561 };
    star star = make_dense();
    sample *samples = test_malloc(n * sizeof *samples);
    sample_rows *rows = test_malloc(n * sizeof *rows);
    umk_evaluation *evaluations = test_malloc(n * sizeof *evaluations);
    double *weights = test_malloc(n * sizeof *weights);
    for (int i = 0; i < n; i++) {
        samples[i] = (sample){.sign = -1};
        for (int v = 0, rest = i; v < 8; v++, rest /= 3) {
            samples[i].first[v] = 0.25 * v; /* what counts is 2, or 1/2 ... 11/8 away from it */
            samples[i].second[v] = 2 + 0.25 * v + (rest % 3 - 1) * (0.5 + 0.125 * v);
        }
        rows[i] = make_rows(&star, &samples[i]);
    }
    FOR_ALL_KERNELS(kernels) {
        for (int i = 0; i < n; i++) evaluations[i] = ask(&rows[i], 2, &weights[i]);
        weigh_all(kernels, &star, n, evaluations);
        for (int i = 0; i < n; i++) {
            double expected = scalar_sum(&star, &samples[i], 2);
            assert_true(fabs(weights[i] - expected) <= 1e-13 * expected);
        }
    }
    for (int i = 0; i < n; i++) release_rows(&rows[i]);
    test_free(samples);
    test_free(rows);
    test_free(evaluations);
    test_free(weights);
    release_stars(&star, 1);
}

/** An interval of 2e-10 counts, one of 5e-11 does not, wherever the centre is. */
static void test_narrow_intervals(void **state) {
    (void)state;
    star star = make_single();
    FOR_ALL_KERNELS(kernels) {
        for (int centre = 0; centre < 4; centre++) {
            for (int narrow = 0; narrow < 2; narrow++) {
                double width = narrow ? 5e-11 : 2e-10, weights[lanes];
                const double values[4] = {-1, -width / 2, width / 2, 1}, at[lanes] = {0};
                sample s = {.sign = 1};
                for (int v = 0; v < 4; v++) s.second[v] = values[(v + centre) % 4];
                evaluate(kernels, &star, &s, lanes, at, weights);
                for (int e = 0; e < lanes; e++) assert_true(narrow ? weights[e] == 0 : weights[e] > 0);
            }
        }
    }
    release_stars(&star, 1);
}

static void check_sum_rule(const umk_weights_kernels *kernels, const star *star, int64_t n, const double *energies,
                           double width) {
    double *weights = test_malloc((size_t)n * sizeof *weights), sum = 0, shares = 0;
    sample s = draw_sample(0, true);
    evaluate(kernels, star, &s, n, energies, weights);
    for (int64_t i = 0; i < n; i++) sum += weights[i] * width;
    for (int64_t t = 0; t < star->n; t++) shares += star->shares[t];
    assert_true(fabs(sum - shares / 4) < 1e-6 * shares);
    test_free(weights);
}

/**
 * The integral over all energies is the mean of the barycentric coordinate, a quarter of the shares. (Where corners
 * repeat weights jump, which a sum over energies does not follow.)
 */
static void test_sum_rule(void **state) {
    (void)state;
    enum { n = 60000 };
    star stars[n_stars];
    double *energies = test_malloc(n * sizeof *energies);
    make_stars(stars);
    for (int i = 0; i < n; i++) energies[i] = -3 + 6 * (i + 0.5) / n;
    FOR_ALL_KERNELS(kernels) {
        for (int i = 0; i < n_regular_stars; i++) check_sum_rule(kernels, &stars[i], n, energies, 6.0 / n);
    }
    test_free(energies);
    release_stars(stars, n_stars);
}

/** With a sign of 0 the values of the second leg count alone. */
static void test_one_leg(void **state) {
    (void)state;
    star star = make_fans();
    double energies[lanes], weights[lanes];
    sample s = draw_sample(0, false);
    s.sign = 0;
    for (int e = 0; e < lanes; e++) energies[e] = draw(0);
    FOR_ALL_KERNELS(kernels) {
        evaluate(kernels, &star, &s, lanes, energies, weights);
        for (int e = 0; e < lanes; e++) {
            double expected = scalar_sum(&star, &s, energies[e]);
            assert_true(fabs(weights[e] - expected) <= 1e-13 * fmax(1, expected));
        }
    }
    release_stars(&star, 1);
}

/* ---- what waits together ----------------------------------------------------------------------------------------*/

enum { n_samples = 40, n_asked = 100 * n_samples };

/** Many evaluations of several samples, and the weight that each has alone. */
typedef struct crowd {
    star star;
    sample_rows rows[n_samples];
    umk_evaluation evaluations[n_asked];
    double weights[n_asked], alone[n_asked];
} crowd;

/* Some samples with ties, some with values about as close as the narrowest interval that has a weight. */
static crowd *make_crowd(star star) {
    crowd *c = test_malloc(sizeof *c);
    c->star = star;
    for (int i = 0; i < n_samples; i++) {
        sample s = draw_sample(i % 3, i % 2 == 0);
        for (int v = i % 5; i % 4 == 3 && v < most_vertices; v += 3)
            s.second[v] = 1 - s.sign * s.first[v] + v % 4 * 5e-11;
        c->rows[i] = make_rows(&c->star, &s);
    }
    for (int i = 0; i < n_asked; i++) {
        const sample_rows *rows = &c->rows[i % n_samples];
        double energy = i % 7 == 0 ? 1 : (rows->sign < 0 ? -2 : 0) + 2 * draw(i % 4);
        c->evaluations[i] = ask(rows, energy, &c->weights[i]);
    }
    return c;
}

static void release_crowd(crowd *c) {
    for (int i = 0; i < n_samples; i++) release_rows(&c->rows[i]);
    release_stars(&c->star, 1);
    test_free(c);
}

static void weigh_alone(const umk_weights_kernels *kernels, crowd *c) {
    int n_nonzero = 0;
    for (int i = 0; i < n_asked; i++) weigh_all(kernels, &c->star, 1, &c->evaluations[i]);
    memcpy(c->alone, c->weights, sizeof c->alone);
    for (int i = 0; i < n_asked; i++) n_nonzero += c->alone[i] > 0;
    assert_true(n_nonzero > n_asked / 10);
}

/* The same bits as alone, which are forgotten for the next time. */
static void expect_alone(crowd *c) {
    assert_memory_equal(c->weights, c->alone, sizeof c->alone);
    for (int i = 0; i < n_asked; i++) c->weights[i] = NAN;
}

static void shuffle(crowd *c) {
    for (int i = n_asked - 1; i > 0; i--) {
        int other = (int)(uniform() * (i + 1));
        umk_evaluation swapped = c->evaluations[i];
        c->evaluations[i] = c->evaluations[other];
        c->evaluations[other] = swapped;
    }
}

/* A few at a time through a queue with room for `capacity`; finished in between or not. */
static void weigh_in_pieces(const umk_weights_kernels *kernels, const crowd *c, int64_t capacity, bool finish) {
    umk_weights_queue queue = make_queue(&c->star.tetrahedra, capacity);
    for (int64_t begin = 0, end; begin < n_asked; begin = end) {
        int64_t n = (int64_t)(200 * uniform());
        end = begin + n < n_asked ? begin + n : n_asked;
        kernels->weigh(&queue, end - begin, c->evaluations + begin);
        if (finish) kernels->finish(&queue);
    }
    kernels->finish(&queue);
    release_queue(&queue);
}

/** A weight does not depend on what waits in the queue with it, nor on when that is finished. */
static void test_companions(void **state) {
    (void)state;
    star stars[n_stars];
    make_stars(stars);
    for (int i = 0; i < n_stars; i++) {
        crowd *c = make_crowd(stars[i]);
        FOR_ALL_KERNELS(kernels) {
            weigh_alone(kernels, c);
            for (int order = 0; order < 3; order++) {
                weigh_all(kernels, &c->star, n_asked, c->evaluations);
                expect_alone(c);
                weigh_in_pieces(kernels, c, n_asked, false);
                expect_alone(c);
                weigh_in_pieces(kernels, c, n_asked, true);
                expect_alone(c);
                weigh_in_pieces(kernels, c, 1 + 30 * order, order == 1); /* more than it has room for */
                expect_alone(c);
                shuffle(c);
            }
        }
        release_crowd(c);
    }
}

/** A weight goes where it was asked for, at once or later, and once; 0 too. Nothing else is written. */
static void test_targets(void **state) {
    (void)state;
    enum { n = 300, apart = 3 };
    star star = make_fans();
    sample s = draw_sample(0, false);
    sample_rows rows = make_rows(&star, &s);
    FOR_ALL_KERNELS(kernels) {
        const double untouched = -7;
        double targets[n * apart], expected;
        umk_evaluation evaluations[n];
        umk_weights_queue queue = make_queue(&star.tetrahedra, n / 2);
        for (int i = 0; i < n; i++) evaluations[i] = ask(&rows, 0.02 * i, &targets[i * apart]);
        for (int i = 0; i < n * apart; i++) targets[i] = untouched;
        kernels->weigh(&queue, 0, evaluations);
        kernels->finish(&queue);
        for (int i = 0; i < n * apart; i++) assert_true(targets[i] == untouched);
        kernels->weigh(&queue, n, evaluations);
        kernels->finish(&queue);
        for (int i = 0; i < n * apart; i++) {
            if (i % apart != 0) {
                assert_true(targets[i] == untouched);
                continue;
            }
            expected = scalar_sum(&star, &s, 0.02 * (i / apart));
            assert_true(fabs(targets[i] - expected) <= 1e-13 * fmax(1, expected));
            targets[i] = untouched;
        }
        kernels->finish(&queue); /* nothing waits any more */
        for (int i = 0; i < n * apart; i++) assert_true(targets[i] == untouched);
        release_queue(&queue);
    }
    release_rows(&rows);
    release_stars(&star, 1);
}

/* ---- which pairs count ------------------------------------------------------------------------------------------*/

enum { bands = 11, padded_bands = 16, found_vertices = 15, n_energies = 12 };
enum { n_hit_bytes = n_energies * bands * padded_bands / 8 };

/** Memory of the hits: bits that nobody has set yet. */
typedef struct hit_bytes {
    uint8_t channel[3][n_hit_bytes];
} hit_bytes;

static umk_hits stale_hits(hit_bytes *bytes) {
    memset(bytes, 0xa5, sizeof *bytes);
    return (umk_hits){{bytes->channel[0], bytes->channel[1], bytes->channel[2]}};
}

static bool is_hit(const umk_hits *hits, int e, int b1, int b2, int channel) {
    return hits->channel[channel][(e * bands + b1) * (padded_bands / 8) + b2 / 8] >> b2 % 8 & 1;
}

/** No bits of bands that do not exist. */
static void expect_clean(const umk_hits *hits) {
    for (int row = 0; row < n_energies * bands; row++) {
        for (int channel = 0; channel < 3; channel++) {
            assert_int_equal(hits->channel[channel][row * 2 + 1] >> (bands - 8), 0);
        }
    }
}

static double channel_value(int channel, double w1, double w2) {
    return channel == 0 ? w1 + w2 : channel == 1 ? w2 - w1 : w1 - w2;
}

static void test_find_tetrahedra(void **state) {
    (void)state;
    const umk_tetrahedra tetrahedra = {NULL, found_vertices};
    double by_vertex[2][found_vertices * padded_bands] = {{0}}, energies[n_energies];
    umk_leg_values legs[2] = {{.by_vertex = by_vertex[0]}, {.by_vertex = by_vertex[1]}};
    for (int leg = 0; leg < 2; leg++) {
        for (int i = 0; i < found_vertices * bands; i++) { /* quarters and sixteenths: ends equal to energies */
            by_vertex[leg][i / bands * padded_bands + i % bands] = leg == 0 ? draw(4) : draw(4) / 4;
        }
    }
    for (int e = 0; e < n_energies; e++) energies[e] = -1 + 0.25 * e;
    FOR_ALL_KERNELS(kernels) {
        hit_bytes bytes;
        umk_hits hits = stale_hits(&bytes);
        kernels->find_tetrahedra(&tetrahedra, bands, &legs[0], &legs[1], n_energies, energies, &hits);
        expect_clean(&hits);
        for (int i = 0; i < n_energies * bands * bands * 3; i++) {
            int e = i / (3 * bands * bands), b1 = i / (3 * bands) % bands, b2 = i / 3 % bands, channel = i % 3;
            double low = INFINITY, high = -INFINITY;
            for (int v = 0; v < found_vertices; v++) {
                double value =
                    channel_value(channel, by_vertex[0][v * padded_bands + b1], by_vertex[1][v * padded_bands + b2]);
                low = fmin(low, value);
                high = fmax(high, value);
            }
            assert_int_equal(is_hit(&hits, e, b1, b2, channel), low <= energies[e] && energies[e] <= high);
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
            hit_bytes bytes;
            umk_hits hits = stale_hits(&bytes);
            kernels->find_gaussians(bands, padded_bands, w1, w2, n_energies, energies, reaches[r], &hits);
            expect_clean(&hits);
            for (int i = 0; i < n_energies * bands * bands * 3; i++) {
                int e = i / (3 * bands * bands), b1 = i / (3 * bands) % bands, b2 = i / 3 % bands, channel = i % 3;
                double distance = fabs(energies[e] - channel_value(channel, w1[b1], w2[b2]));
                assert_int_equal(is_hit(&hits, e, b1, b2, channel), distance <= reaches[r]);
            }
        }
    }
}

/* ---- Gaussians --------------------------------------------------------------------------------------------------*/

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
        cmocka_unit_test(test_values_at_the_energy),
        cmocka_unit_test(test_narrow_intervals),
        cmocka_unit_test(test_sum_rule),
        cmocka_unit_test(test_one_leg),
        cmocka_unit_test(test_companions),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_find_tetrahedra),
        cmocka_unit_test(test_find_gaussians),
        cmocka_unit_test(test_gaussians),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
