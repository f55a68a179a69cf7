/*
 * One suite for the kernels of the integration weights (weights/kernels.h) of every set that runs on this processor,
 * against the reference: the tetrahedra of grids of several symmetries and hand-made ones; values at random, full of
 * ties, on flat bands, and with intervals about as narrow as those that have no weight.
 */
#include "support/compare.h"
#include "support/context.h"
#include "support/strength.h"
#include "unit/weights/figure_rows.h"
#include "unit/weights/hand_made.h"
#include "weights/internal.h"

enum { most_vertices = 320 };

static test_random numbers = {1};

static int64_t below(int64_t n) {
    return (int64_t)(test_uniform(&numbers) * (double)n);
}

#define FOR_FAST_KERNELS(kernels)                                                                                      \
    for (int set_ = UMK_KERNELS_PORTABLE; set_ < UMK_N_KERNEL_SETS; set_++)                                            \
        for (const umk_weights_kernels *kernels = umk_kernel_set_runs(set_) ? umk_weights_kernels_of(set_) : NULL;     \
             kernels != NULL; kernels = NULL)

/* ---- sets of tetrahedra -----------------------------------------------------------------------------------------*/

typedef struct tetrahedra_set {
    const char *name;
    umk_figures *figures;
    umk_tetrahedra view;
} tetrahedra_set;

static tetrahedra_set make_set(const char *name, int64_t n, const uint16_t (*corners)[3], const double *shares,
                               int64_t n_vertices) {
    tetrahedra_set set = {.name = name};
    assert_true(n_vertices <= most_vertices);
    assert_int_equal(umk_figures_create(&set.figures, context, n, corners, shares, n_vertices), UMK_OK);
    set.view = (umk_tetrahedra){set.figures, n_vertices};
    return set;
}

static tetrahedra_set grid_set(const char *name, const double lattice[3][3], const int64_t (*generators)[3][3],
                               int64_t n_tetrahedra) {
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, lattice);
    umk_weights *weights;
    if (generators != NULL) set_rotations(h, 3, generators);
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, NULL), UMK_OK);
    assert_int_equal(weights->n_tetrahedra, n_tetrahedra);
    tetrahedra_set set = make_set(name, n_tetrahedra, (const uint16_t(*)[3])weights->corners,
                                  weights->tetrahedron_weights, weights->n_vertices);
    umk_weights_destroy(weights);
    release_hand_made(h);
    return set;
}

/** Random corners among so many vertices. */
static tetrahedra_set random_set(const char *name, int64_t n_tetrahedra, int64_t n_vertices) {
    uint16_t(*corners)[3] = test_malloc((size_t)n_tetrahedra * sizeof *corners);
    double *shares = test_malloc((size_t)n_tetrahedra * sizeof *shares);
    for (int64_t t = 0; t < n_tetrahedra; t++) {
        for (int c = 0; c < 3;) {
            uint16_t corner = (uint16_t)(1 + below(n_vertices - 1));
            bool known = (c > 0 && corner == corners[t][0]) || (c > 1 && corner == corners[t][1]);
            if (!known) corners[t][c++] = corner;
        }
        shares[t] = 0.1 + test_uniform(&numbers);
    }
    tetrahedra_set set = make_set(name, n_tetrahedra, (const uint16_t(*)[3])corners, shares, n_vertices);
    test_free(corners);
    test_free(shares);
    return set;
}

static tetrahedra_set single_set(void) {
    const uint16_t corners[1][3] = {{1, 2, 3}};
    return make_set("a single one", 1, corners, (const double[1]){1}, 4);
}

/** Few vertices are shared: more figures than go into a stretch of rows at once. */
static tetrahedra_set wide_set(void) {
    enum { n = 200 };
    uint16_t corners[n][3];
    double shares[n];
    for (int t = 0; t < n; t++) {
        for (int c = 0; c < 3; c++) corners[t][c] = (uint16_t)(1 + (3 * t + c * (1 + t / 100)) % 300);
        shares[t] = 1 + t % 3;
    }
    return make_set("200 of 301 vertices", n, (const uint16_t(*)[3])corners, shares, 301);
}

enum { n_tetrahedra_sets = 9 };

static tetrahedra_set *make_tetrahedra_sets(void) {
    tetrahedra_set *sets = test_calloc(n_tetrahedra_sets, sizeof *sets);
    sets[0] = single_set();
    sets[1] = random_set("two with a common edge", 2, 5);
    sets[2] = random_set("17 of 8 vertices", 17, 8);
    sets[3] = random_set("60 of 41 vertices", 60, 41);
    sets[4] = wide_set();
    sets[5] = grid_set("triclinic, 24", TRICLINIC, NULL, 24);
    sets[6] = grid_set("cubic, symmetrized", CUBIC, CUBIC_GENERATORS, 96);
    sets[7] = grid_set("hexagonal, symmetrized", HEXAGONAL, HEXAGONAL_GENERATORS, 96);
    sets[8] = grid_set("fcc", FCC, FCC_GENERATORS, 24);
    assert_true(sets[4].figures->n_figures > UMK_WEIGHTS_STRETCH / 2);
    return sets;
}

static void release_tetrahedra_sets(tetrahedra_set *sets) {
    for (int i = 0; i < n_tetrahedra_sets; i++) umk_figures_destroy(sets[i].figures);
    test_free(sets);
}

/* ---- weights of tetrahedra --------------------------------------------------------------------------------------*/

typedef enum value_kind {
    VALUES_RANDOM,
    VALUES_HALVES,  /* many ties: multiples of 1/2, the energy among them */
    VALUES_FEW,     /* two or three values only, one of them the energy or not */
    VALUES_FLAT,    /* nearly alike: within a few 1e-10 */
    VALUES_NARROW,  /* random, some a distance of 0, 1/2, 1, 2, ... 1e-10 apart and around the energy */
    VALUES_SHIFTED, /* random, all far away from the energy */
    N_VALUE_KINDS
} value_kind;

static double draw_value(value_kind kind, double scale) {
    static const double few[4] = {0, 1, -1, 0.25}, narrow[8] = {0, 0.5, 0.999999, 1, 1.000001, 2, -1, -0.5};
    switch (kind) {
    case VALUES_HALVES:
        return (double)(below(9) - 4) / 2;
    case VALUES_FEW:
        return few[below(scale > 1 ? 3 : 4)];
    case VALUES_FLAT:
        return 1e-10 * (double)(below(9) - 4) / 2;
    case VALUES_NARROW:
        return below(3) == 0 ? 2 * test_uniform(&numbers) - 1 : 1e-10 * narrow[below(8)];
    case VALUES_SHIFTED:
        return 5 + test_uniform(&numbers);
    default:
        return scale * (2 * test_uniform(&numbers) - 1);
    }
}

/** Evaluations with rows of their own, and where their weights go. */
typedef struct batch {
    const tetrahedra_set *set;
    int kind; /* of values, for messages */
    int64_t n, n_row;
    double *rows; /* (n, 2, n_row) of both legs */
    double *weights;
    umk_evaluation *evaluations;
} batch;

static batch make_batch(const tetrahedra_set *set, int kind, int64_t n) {
    batch b = {.set = set, .kind = kind, .n = n, .n_row = set->figures->n_figures * umk_figure_row};
    b.rows = stale(2 * n * b.n_row * 8);
    b.weights = stale(n * 8);
    b.evaluations = test_malloc((size_t)n * sizeof *b.evaluations);
    return b;
}

static void release_batch(batch *b) {
    release_stale(b->rows, 2 * b->n * b->n_row * 8);
    release_stale(b->weights, b->n * 8);
    test_free(b->evaluations);
}

/* Evaluation i: values of both legs at the vertices. */
static void set_evaluation(batch *b, int64_t i, const double *first, const double *second, double sign, double energy) {
    double *rows[2] = {b->rows + 2 * i * b->n_row, b->rows + (2 * i + 1) * b->n_row};
    fill_rows(b->set->figures, first, rows[0]);
    fill_rows(b->set->figures, second, rows[1]);
    b->evaluations[i] = (umk_evaluation){rows[0], rows[1], sign, energy, &b->weights[i]};
}

static void weigh(const umk_weights_kernels *kernels, const batch *b) {
    umk_weights_queue queue = make_queue(&b->set->view, b->n);
    fill_stale(b->weights, b->n * 8);
    kernels->weigh(&queue, b->n, b->evaluations);
    kernels->finish(&queue);
    release_queue(&queue);
}

/* All of the batch with all sets of kernels; returns how many weights are not zero. */
static int check_batch(const batch *b) {
    double *expected = test_malloc((size_t)b->n * sizeof *expected);
    int n_nonzero = 0;
    weigh(&umk_weights_kernels_reference, b);
    memcpy(expected, b->weights, (size_t)b->n * sizeof *expected);
    FOR_FAST_KERNELS(kernels) {
        weigh(kernels, b);
        for (int64_t i = 0; i < b->n; i++) {
            /* no weight is negative, so that rounding is relative to the sum; where it is 0 ties are decided alike */
            if (!(fabs(b->weights[i] - expected[i]) <= 1e-12 * expected[i])) {
                fail_msg("%s, values of kind %d, %s: %.17g instead of %.17g", b->set->name, b->kind,
                         umk_kernel_set_name(set_), b->weights[i], expected[i]);
            }
        }
    }
    for (int64_t i = 0; i < b->n; i++) n_nonzero += expected[i] != 0;
    test_free(expected);
    return n_nonzero;
}

/*
 * Values of the kind, relative to the energy; in every other evaluation spread over both legs and the energy, by
 * halves, which keep those that are halves themselves.
 */
static void draw_evaluation(batch *b, int64_t i, value_kind kind, double scale) {
    double first[most_vertices] = {0}, second[most_vertices], sign = 1 - 2 * (double)below(2);
    double energy = i % 2 == 0 ? 0 : (double)below(9) / 2;
    for (int64_t v = 0; v < b->set->view.n_vertices; v++) {
        if (i % 2 != 0) first[v] = (double)below(9) / 2;
        second[v] = draw_value(kind, scale) - sign * first[v] + energy;
    }
    set_evaluation(b, i, first, second, sign, energy);
}

static void test_evaluate(void **state) {
    (void)state;
    enum { n_few = 24, n_many = 2400 };
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int i = 0; i < n_tetrahedra_sets; i++) {
        for (int kind = 0; kind < N_VALUE_KINDS; kind++) {
            int64_t n_nonzero = 0, n_all = 0;
            for (int round = 0; round < 30; round++) { /* few at a time leave rows that are not full */
                batch b = make_batch(&sets[i], kind, round == 0 ? n_many : 1 + below(n_few));
                for (int64_t k = 0; k < b.n; k++) {
                    double scale = pow(10, (double)(k % 7 - 3)); /* energies of THz, differences of any size */
                    bool is_other = k % 8 == 3;                  /* they do not see each other */
                    draw_evaluation(&b, k, is_other ? VALUES_RANDOM : (value_kind)kind, scale);
                }
                n_nonzero += check_batch(&b);
                n_all += b.n;
                release_batch(&b);
            }
            if (kind != VALUES_SHIFTED) assert_true(n_nonzero > n_all / 10);
        }
    }
    release_tetrahedra_sets(sets);
}

/* All orders of four values with ties, seen from an energy below, at, between and above them. */
static void test_all_ties(void **state) {
    (void)state;
    enum { n = 7 * 7 * 7 * 7 };
    static const double steps[3] = {1, 1e-10, 0.7e-10}, nothing[4] = {0};
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int s = 0; s < 3; s++) {
        batch b = make_batch(&sets[0], -1, n);
        for (int code = 0; code < n; code++) { /* -3 ... 3 halves of a step at each vertex */
            double values[4];
            for (int v = 0, rest = code; v < 4; v++, rest /= 7) values[v] = steps[s] * (double)(rest % 7 - 3) / 2;
            set_evaluation(&b, code, nothing, values, 1, 0);
        }
        check_batch(&b);
        release_batch(&b);
    }
    release_tetrahedra_sets(sets);
}

/* Vertices of a figure below the energy, at it or above, at distances of their own: all ways that seven can be. */
static void test_all_masks(void **state) {
    (void)state;
    enum { n = 6561 };
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int i = 0; i < n_tetrahedra_sets; i++) {
        batch b = make_batch(&sets[i], -2, n);
        for (int code = 0; code < n; code++) {
            double first[most_vertices], second[most_vertices];
            int64_t figure = below(sets[i].figures->n_figures);
            for (int64_t v = 0; v < sets[i].view.n_vertices; v++) {
                first[v] = (double)below(3);
                second[v] = first[v] + (double)(below(3) - 1);
            }
            for (int v = umk_figure_row - 1, rest = code; v >= 0; v--) { /* the centre last; some are as they come */
                int64_t vertex = sets[i].figures->vertices[figure][v];
                if (v > 0 && (v + code) % 2 == 0) continue;
                second[vertex] = first[vertex] + (rest % 3 - 1) * (0.5 + 0.125 * v);
                rest /= 3;
            }
            set_evaluation(&b, code, first, second, -1, 0);
        }
        check_batch(&b);
        release_batch(&b);
    }
    release_tetrahedra_sets(sets);
}

/* ---- values at the vertices -------------------------------------------------------------------------------------*/

static umk_leg_values stale_values(const umk_tetrahedra *view, int64_t n_bands, int64_t bytes[2]) {
    int64_t n_padded = umk_weights_padded(n_bands);
    bytes[0] = view->n_vertices * n_padded * 8;
    bytes[1] = n_padded * view->figures->n_figures * umk_figure_row * 8;
    return (umk_leg_values){.by_vertex = stale(bytes[0]), .by_band = stale(bytes[1])};
}

static void release_values(umk_leg_values *values, const int64_t bytes[2]) {
    release_stale(values->by_vertex, bytes[0]);
    release_stale(values->by_band, bytes[1]);
}

/* The values of the points in both layouts, zeros in the bands behind the last. */
static void check_layouts(const umk_tetrahedra *view, int64_t n_bands, const double *frequencies, const int64_t *points,
                          double lowest, const umk_leg_values *values) {
    int64_t n_padded = umk_weights_padded(n_bands), n_row = view->figures->n_figures * umk_figure_row;
    double row[most_vertices];
    for (int64_t b = 0; b < n_padded; b++) {
        for (int64_t v = 0; v < view->n_vertices; v++) {
            row[v] = b < n_bands ? fmax(frequencies[points[v] * n_bands + b], lowest) : 0;
            assert_true(values->by_vertex[v * n_padded + b] == row[v]);
        }
        for (int64_t i = 0; i < n_row; i++) {
            uint16_t vertex = view->figures->vertices[i / umk_figure_row][i % umk_figure_row];
            assert_true(values->by_band[b * n_row + i] == row[vertex]);
        }
    }
}

/* Both layouts are filled whole, the same bits; what lies behind a point's bands is not of it. */
static void check_gather(const umk_tetrahedra *view, int64_t n_bands, double lowest) {
    enum { n_points = 40 };
    int64_t points[most_vertices], bytes[2];
    double *frequencies = stale(n_points * n_bands * 8);
    for (int64_t i = 0; i < n_points * n_bands; i++) frequencies[i] = 5 * test_uniform(&numbers) - 1;
    for (int64_t v = 0; v < view->n_vertices; v++) points[v] = v == 1 ? n_points - 1 : below(n_points);
    umk_leg_values expected = stale_values(view, n_bands, bytes);
    umk_weights_kernels_reference.gather(view, n_bands, frequencies, points, lowest, &expected);
    check_layouts(view, n_bands, frequencies, points, lowest, &expected);
    FOR_FAST_KERNELS(kernels) {
        umk_leg_values values = stale_values(view, n_bands, bytes);
        kernels->gather(view, n_bands, frequencies, points, lowest, &values);
        assert_memory_equal(values.by_vertex, expected.by_vertex, (size_t)bytes[0]);
        assert_memory_equal(values.by_band, expected.by_band, (size_t)bytes[1]);
        release_values(&values, bytes);
    }
    release_values(&expected, bytes);
    release_stale(frequencies, n_points * n_bands * 8);
}

static void test_gather(void **state) {
    (void)state;
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int64_t n_bands = 1; n_bands <= 26; n_bands++) {
        for (int i = 0; i < n_tetrahedra_sets; i++) {
            check_gather(&sets[i].view, n_bands, 0);
            check_gather(&sets[i].view, n_bands, -INFINITY);
        }
    }
    release_tetrahedra_sets(sets);
}

/* ---- which pairs count ------------------------------------------------------------------------------------------*/

/** steps > 0: multiples of 1 / steps. */
static double draw_frequency(int steps) {
    double x = 6 * test_uniform(&numbers);
    return steps > 0 ? floor(x * steps) / steps : x;
}

static umk_hits stale_hits(int64_t n) {
    umk_hits hits;
    for (int channel = 0; channel < 3; channel++) hits.channel[channel] = memset(stale(n), 0xa5, (size_t)n);
    return hits;
}

static void release_hits(umk_hits *hits, int64_t n) {
    for (int channel = 0; channel < 3; channel++) release_stale(hits->channel[channel], n);
}

static void expect_same_hits(const umk_hits *hits, const umk_hits *expected, int64_t n, int64_t n_bands, int set) {
    for (int64_t i = 0; i < 3 * n; i++) {
        if (hits->channel[i / n][i % n] == expected->channel[i / n][i % n]) continue;
        fail_msg("%s, %d bands: byte %d of channel %d of the hits differs", umk_kernel_set_name(set), (int)n_bands,
                 (int)(i % n), (int)(i / n));
    }
}

static void check_find_tetrahedra(const umk_tetrahedra *view, int64_t n_bands, int steps) {
    enum { n_energies = 9 };
    int64_t n_padded = umk_weights_padded(n_bands), n = n_energies * n_bands * n_padded / 8, bytes[2];
    umk_leg_values legs[2];
    double energies[n_energies];
    for (int leg = 0; leg < 2; leg++) {
        legs[leg] = stale_values(view, n_bands, bytes);
        memset(legs[leg].by_vertex, 0, (size_t)bytes[0]);
        for (int64_t i = 0; i < view->n_vertices * n_bands; i++) {
            int64_t v = i / n_bands, b = i % n_bands;
            bool flat = b % 5 == 3; /* all vertices alike: the interval is a point */
            legs[leg].by_vertex[v * n_padded + b] = flat ? (double)b / 4 : draw_frequency(steps);
        }
        for (int64_t b = 0; b < n_padded; b++) {
            double row[most_vertices], *of_band = legs[leg].by_band + b * view->figures->n_figures * umk_figure_row;
            for (int64_t v = 0; v < view->n_vertices; v++) row[v] = legs[leg].by_vertex[v * n_padded + b];
            fill_rows(view->figures, row, of_band);
        }
    }
    for (int e = 0; e < n_energies; e++) energies[e] = e == 0 ? 0 : draw_frequency(steps) - (e % 3 == 0 ? 1 : 0);
    umk_hits expected = stale_hits(n);
    umk_weights_kernels_reference.find_tetrahedra(view, n_bands, &legs[0], &legs[1], n_energies, energies, &expected);
    FOR_FAST_KERNELS(kernels) {
        umk_hits hits = stale_hits(n);
        kernels->find_tetrahedra(view, n_bands, &legs[0], &legs[1], n_energies, energies, &hits);
        expect_same_hits(&hits, &expected, n, n_bands, set_);
        release_hits(&hits, n);
    }
    release_hits(&expected, n);
    for (int leg = 0; leg < 2; leg++) release_values(&legs[leg], bytes);
}

static void test_find_tetrahedra(void **state) {
    (void)state;
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int64_t n_bands = 1; n_bands <= 26; n_bands++) {
        for (int steps = 0; steps < 5; steps += 2) {
            check_find_tetrahedra(&sets[n_bands % n_tetrahedra_sets].view, n_bands, steps);
        }
    }
    release_tetrahedra_sets(sets);
}

static void check_find_gaussians(int64_t n_bands, int steps, double reach) {
    enum { n_energies = 9 };
    int64_t n_padded = umk_weights_padded(n_bands), n = n_energies * n_bands * n_padded / 8;
    double *frequencies[2], energies[n_energies];
    for (int leg = 0; leg < 2; leg++) {
        frequencies[leg] = stale(n_padded * 8);
        for (int64_t b = 0; b < n_padded; b++) frequencies[leg][b] = b < n_bands ? draw_frequency(steps) - 0.5 : 0;
    }
    for (int e = 0; e < n_energies; e++) energies[e] = draw_frequency(steps);
    umk_hits expected = stale_hits(n);
    umk_weights_kernels_reference.find_gaussians(n_bands, n_padded, frequencies[0], frequencies[1], n_energies,
                                                 energies, reach, &expected);
    FOR_FAST_KERNELS(kernels) {
        umk_hits hits = stale_hits(n);
        kernels->find_gaussians(n_bands, n_padded, frequencies[0], frequencies[1], n_energies, energies, reach, &hits);
        expect_same_hits(&hits, &expected, n, n_bands, set_);
        release_hits(&hits, n);
    }
    release_hits(&expected, n);
    for (int leg = 0; leg < 2; leg++) release_stale(frequencies[leg], n_padded * 8);
}

static void test_find_gaussians(void **state) {
    (void)state;
    const double reaches[5] = {0, 0.25, 0.5, 1.7, INFINITY};
    for (int64_t n_bands = 1; n_bands <= 26; n_bands++) {
        for (int i = 0; i < 5; i++) {
            for (int steps = 0; steps < 5; steps += 2) check_find_gaussians(n_bands, steps, reaches[i]);
        }
    }
}

/* ---- Gaussians --------------------------------------------------------------------------------------------------*/

static void test_gaussians(void **state) {
    (void)state;
    enum { n = 256 };
    const double sigmas[5] = {0.1, 1e-3, 1, 37, 0.05};
    FOR_FAST_KERNELS(kernels) {
        for (int i = 0; i < 5; i++) {
            double expected[n], *x = stale(n * 8), *out = stale(n * 8);
            for (int k = 0; k < n; k++) { /* up to 45 widths away, where doubles end */
                x[k] = sigmas[i] * (k < 2 ? 0 : (2 * test_uniform(&numbers) - 1) * (k % 4 == 0 ? 1 : 45));
            }
            umk_weights_kernels_reference.gaussians(n, x, sigmas[i], expected);
            kernels->gaussians(n, x, sigmas[i], out);
            for (int k = 0; k < n; k++) {
                double square = x[k] * x[k] / (2 * sigmas[i] * sigmas[i]);
                /* the exponent is rounded before it is taken: its last digit counts `square` times */
                double allowed = (4 + 3 * square) * 0x1p-52;
                assert_true(fabs(out[k] - expected[k]) <= allowed * expected[k] + 1e-300 / sigmas[i]);
                if (square > 701) assert_true(out[k] == 0);
            }
            kernels->gaussians(n, x, sigmas[i], x); /* in place */
            assert_memory_equal(x, out, n * sizeof *x);
            release_stale(x, n * 8);
            release_stale(out, n * 8);
        }
        /* far away, up to overflow of the square */
        double far[UMK_WEIGHTS_LANES] = {1e3, -1e3, 1e100, -1e160, 1e300, INFINITY, 40, -50};
        kernels->gaussians(UMK_WEIGHTS_LANES, far, 1, far);
        for (int k = 0; k < UMK_WEIGHTS_LANES; k++) assert_true(far[k] == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluate),  cmocka_unit_test(test_all_ties),        cmocka_unit_test(test_all_masks),
        cmocka_unit_test(test_gather),    cmocka_unit_test(test_find_tetrahedra), cmocka_unit_test(test_find_gaussians),
        cmocka_unit_test(test_gaussians),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
