/*
 * One suite for the kernels of the integration weights (weights/kernels.h) of every set that runs on this processor,
 * against the reference: the tetrahedra of grids of several symmetries and hand-made ones; values at random, full of
 * ties, on flat bands, and with intervals about as narrow as those that have no weight.
 */
#include "support/compare.h"
#include "support/context.h"
#include "support/strength.h"
#include "unit/weights/hand_made.h"
#include "weights/internal.h"

enum { lanes = UMK_WEIGHTS_LANES, most_tetrahedra = 1152, most_vertices = 256 };

static test_random numbers = {1};

static int64_t below(int64_t n) {
    return (int64_t)(test_uniform(&numbers) * (double)n);
}

#define FOR_FAST_KERNELS(kernels)                                                                                      \
    for (int set_ = UMK_KERNELS_PORTABLE; set_ < UMK_N_KERNEL_SETS; set_++)                                            \
        for (const umk_weights_kernels *kernels = umk_kernel_set_runs(set_) ? umk_weights_kernels_of(set_) : NULL;     \
             kernels != NULL; kernels = NULL)

/* ---- sets of tetrahedra -----------------------------------------------------------------------------------------*/

/** Tetrahedra with memory of their own. */
typedef struct tetrahedra_set {
    const char *name;
    umk_tetrahedra view;
    uint16_t corners[most_tetrahedra][3];
    double shares[most_tetrahedra];
} tetrahedra_set;

static void copy_set(tetrahedra_set *set, const char *name, const umk_tetrahedra *from) {
    assert_true(from->n_tetrahedra <= most_tetrahedra && from->n_padded_vertices <= most_vertices);
    set->name = name;
    set->view = *from;
    memcpy(set->corners, from->corners, (size_t)from->n_tetrahedra * sizeof set->corners[0]);
    memcpy(set->shares, from->shares, (size_t)from->n_tetrahedra * sizeof set->shares[0]);
    set->view.corners = (const uint16_t(*)[3])set->corners;
    set->view.shares = set->shares;
}

static void grid_set(tetrahedra_set *set, const char *name, const double lattice[3][3],
                     const int64_t (*generators)[3][3]) {
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, lattice);
    umk_weights *weights;
    if (generators != NULL) set_rotations(h, 3, generators);
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, NULL), UMK_OK);
    copy_set(set, name, &weights->tetrahedra);
    umk_weights_destroy(weights);
    release_hand_made(h);
}

/** Random corners among so many vertices. */
static void random_set(tetrahedra_set *set, const char *name, int64_t n_tetrahedra, int64_t n_vertices) {
    set->name = name;
    for (int64_t t = 0; t < n_tetrahedra; t++) {
        for (int c = 0; c < 3;) {
            uint16_t corner = (uint16_t)(1 + below(n_vertices - 1));
            bool known = (c > 0 && corner == set->corners[t][0]) || (c > 1 && corner == set->corners[t][1]);
            if (!known) set->corners[t][c++] = corner;
        }
        set->shares[t] = 0.1 + test_uniform(&numbers);
    }
    set->view = (umk_tetrahedra){n_tetrahedra, n_vertices, umk_weights_padded(n_vertices),
                                 (const uint16_t(*)[3])set->corners, set->shares};
}

enum { n_tetrahedra_sets = 7 };

static tetrahedra_set *make_tetrahedra_sets(void) {
    tetrahedra_set *sets = test_calloc(n_tetrahedra_sets, sizeof *sets);
    random_set(&sets[0], "a single one", 1, 4);
    sets[0].shares[0] = 1;
    random_set(&sets[1], "two with a common face", 2, 5);
    random_set(&sets[2], "17 of 8 vertices", 17, 8);
    random_set(&sets[3], "60 of 41 vertices", 60, 41);
    grid_set(&sets[4], "triclinic, 24", TRICLINIC, NULL);
    grid_set(&sets[5], "cubic, symmetrized", CUBIC, CUBIC_GENERATORS);
    grid_set(&sets[6], "hexagonal, symmetrized", HEXAGONAL, HEXAGONAL_GENERATORS);
    assert_int_equal(sets[4].view.n_tetrahedra, 24);
    assert_int_equal(sets[5].view.n_tetrahedra, 96);
    return sets;
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

/* Eight rows of the set in all sets of kernels; returns how many weights are not zero. */
static int check_rows(const tetrahedra_set *set, int kind, const double *rows) {
    double expected[lanes];
    int64_t scratch_bytes = set->view.n_vertices * UMK_WEIGHTS_VERTEX_BYTES;
    int n_nonzero = 0;
    umk_weights_kernels_reference.evaluate(&set->view, rows, NULL, expected);
    FOR_FAST_KERNELS(kernels) {
        double *scratch = stale(scratch_bytes), *weights = stale(lanes * 8);
        kernels->evaluate(&set->view, rows, scratch, weights);
        for (int lane = 0; lane < lanes; lane++) {
            /* no weight is negative, so that rounding is relative to the sum; where it is 0 ties are decided alike */
            if (!(fabs(weights[lane] - expected[lane]) <= 1e-12 * expected[lane])) {
                fail_msg("%s, values of kind %d, %s: %.17g instead of %.17g", set->name, kind,
                         umk_kernel_set_name(set_), weights[lane], expected[lane]);
            }
        }
        release_stale(scratch, scratch_bytes);
        release_stale(weights, lanes * 8);
    }
    for (int lane = 0; lane < lanes; lane++) n_nonzero += expected[lane] != 0;
    return n_nonzero;
}

static void test_evaluate(void **state) {
    (void)state;
    enum { n_rounds = 300 };
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int i = 0; i < n_tetrahedra_sets; i++) {
        const umk_tetrahedra *view = &sets[i].view;
        double *rows = stale(lanes * view->n_padded_vertices * 8);
        for (int kind = 0; kind < N_VALUE_KINDS; kind++) {
            int n_nonzero = 0, n_all = 0;
            for (int round = 0; round < (i < 3 ? 8 * n_rounds : n_rounds); round++) {
                double scale = pow(10, round % 7 - 3); /* energies of THz, differences of any size */
                for (int lane = 0; lane < lanes; lane++) {
                    double *row = rows + lane * view->n_padded_vertices;
                    int of_lane = lane == 3 ? VALUES_RANDOM : kind; /* lanes do not see each other */
                    for (int64_t v = 0; v < view->n_vertices; v++) row[v] = draw_value(of_lane, scale);
                }
                n_nonzero += check_rows(&sets[i], kind, rows);
                n_all += lanes;
            }
            if (kind != VALUES_SHIFTED) assert_true(n_nonzero > n_all / 10);
        }
        release_stale(rows, lanes * view->n_padded_vertices * 8);
    }
    test_free(sets);
}

/* All orders of four values with ties, seen from an energy below, at, between and above them. */
static void test_all_ties(void **state) {
    (void)state;
    static const double steps[3] = {1, 1e-10, 0.7e-10};
    tetrahedra_set *sets = make_tetrahedra_sets();
    double *rows = stale(lanes * 8 * 8);
    int64_t filled = 0;
    for (int s = 0; s < 3; s++) {
        for (int code = 0; code < 7 * 7 * 7 * 7; code++) { /* -3 ... 3 halves of a step at each vertex */
            double *row = rows + filled * 8;
            for (int v = 0, rest = code; v < 4; v++, rest /= 7) row[v] = steps[s] * (double)(rest % 7 - 3) / 2;
            if (++filled < lanes) continue;
            check_rows(&sets[0], -1, rows);
            filled = 0;
        }
    }
    release_stale(rows, lanes * 8 * 8);
    test_free(sets);
}

/* The padding of rows does not count, whatever is in it; rows are those of the reference, bit for bit. */
static void test_fill_row(void **state) {
    (void)state;
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int i = 0; i < n_tetrahedra_sets; i++) {
        const umk_tetrahedra *view = &sets[i].view;
        int64_t bytes = view->n_padded_vertices * 8;
        double *first = stale(bytes), *second = stale(bytes), expected[most_vertices];
        for (int64_t v = 0; v < view->n_padded_vertices; v++) {
            first[v] = v < view->n_vertices ? 10 * test_uniform(&numbers) : 0;
            second[v] = v < view->n_vertices ? 10 * test_uniform(&numbers) : 0;
        }
        for (int variant = 0; variant < 3; variant++) {
            const double *leg = variant == 2 ? NULL : first;
            double sign = variant == 0 ? 1 : -1, energy = 3.3;
            umk_weights_kernels_reference.fill_row(view, sign, leg, second, energy, expected);
            FOR_FAST_KERNELS(kernels) {
                double *row = stale(bytes);
                kernels->fill_row(view, sign, leg, second, energy, row);
                assert_memory_equal(row, expected, (size_t)view->n_vertices * sizeof *row);
                release_stale(row, bytes);
            }
        }
        release_stale(first, bytes);
        release_stale(second, bytes);
    }
    test_free(sets);
}

/* ---- values at the vertices -------------------------------------------------------------------------------------*/

/* Both layouts are filled whole, the same bits; what lies behind a point's bands is not of it. */
static void check_gather(const umk_tetrahedra *view, int64_t n_bands, double lowest) {
    enum { n_points = 40 };
    int64_t n_padded = umk_weights_padded(n_bands), bytes[3] = {n_points * n_bands * 8, 0, 0};
    bytes[1] = view->n_vertices * n_padded * 8;
    bytes[2] = n_bands * view->n_padded_vertices * 8;
    double *frequencies = stale(bytes[0]);
    int64_t points[most_vertices];
    for (int64_t i = 0; i < n_points * n_bands; i++) frequencies[i] = 5 * test_uniform(&numbers) - 1;
    for (int64_t v = 0; v < view->n_vertices; v++) points[v] = v == 1 ? n_points - 1 : below(n_points);
    umk_leg_values expected = {.by_vertex = stale(bytes[1]), .by_band = stale(bytes[2])};
    umk_weights_kernels_reference.gather(view, n_bands, frequencies, points, lowest, &expected);
    for (int64_t i = 0; i < view->n_vertices * n_bands; i++) {
        int64_t v = i / n_bands, b = i % n_bands;
        double value = fmax(frequencies[points[v] * n_bands + b], lowest);
        assert_true(expected.by_vertex[v * n_padded + b] == value);
        assert_true(expected.by_band[b * view->n_padded_vertices + v] == value);
    }
    FOR_FAST_KERNELS(kernels) {
        umk_leg_values values = {.by_vertex = stale(bytes[1]), .by_band = stale(bytes[2])};
        kernels->gather(view, n_bands, frequencies, points, lowest, &values);
        assert_memory_equal(values.by_vertex, expected.by_vertex, (size_t)bytes[1]);
        assert_memory_equal(values.by_band, expected.by_band, (size_t)bytes[2]);
        release_stale(values.by_vertex, bytes[1]);
        release_stale(values.by_band, bytes[2]);
    }
    release_stale(expected.by_vertex, bytes[1]);
    release_stale(expected.by_band, bytes[2]);
    release_stale(frequencies, bytes[0]);
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
    test_free(sets);
}

/* ---- which pairs count ------------------------------------------------------------------------------------------*/

/** steps > 0: multiples of 1 / steps. */
static double draw_frequency(int steps) {
    double x = 6 * test_uniform(&numbers);
    return steps > 0 ? floor(x * steps) / steps : x;
}

static void expect_same_hits(umk_hits *hits, const umk_hits *expected, int64_t n, int64_t n_bands, int set) {
    for (int64_t i = 0; i < n; i++) {
        if (memcmp(&hits[i], &expected[i], sizeof *hits) == 0) continue;
        fail_msg("%s, %d bands: byte %d of the hits differs", umk_kernel_set_name(set), (int)n_bands, (int)i);
    }
    release_stale(hits, n * (int64_t)sizeof *hits);
}

static void check_find_tetrahedra(const umk_tetrahedra *view, int64_t n_bands, int steps) {
    enum { n_energies = 9 };
    int64_t n_padded = umk_weights_padded(n_bands), n = n_energies * n_bands * n_padded / 8;
    int64_t bytes[2] = {view->n_vertices * n_padded * 8, n_bands * view->n_padded_vertices * 8};
    umk_leg_values legs[2];
    double energies[n_energies];
    for (int leg = 0; leg < 2; leg++) {
        legs[leg] = (umk_leg_values){.by_vertex = stale(bytes[0]), .by_band = stale(bytes[1])};
        memset(legs[leg].by_vertex, 0, (size_t)bytes[0]);
        memset(legs[leg].by_band, 0, (size_t)bytes[1]);
        for (int64_t i = 0; i < view->n_vertices * n_bands; i++) {
            int64_t v = i / n_bands, b = i % n_bands;
            bool flat = b % 5 == 3; /* all vertices alike: the interval is a point */
            double value = flat ? (double)b / 4 : draw_frequency(steps);
            legs[leg].by_vertex[v * n_padded + b] = legs[leg].by_band[b * view->n_padded_vertices + v] = value;
        }
    }
    for (int e = 0; e < n_energies; e++) energies[e] = e == 0 ? 0 : draw_frequency(steps) - (e % 3 == 0 ? 1 : 0);
    umk_hits *expected = test_malloc((size_t)n * sizeof *expected);
    umk_weights_kernels_reference.find_tetrahedra(view, n_bands, &legs[0], &legs[1], n_energies, energies, expected);
    FOR_FAST_KERNELS(kernels) {
        umk_hits *hits = stale(n * (int64_t)sizeof *hits);
        kernels->find_tetrahedra(view, n_bands, &legs[0], &legs[1], n_energies, energies, hits);
        expect_same_hits(hits, expected, n, n_bands, set_);
    }
    test_free(expected);
    for (int leg = 0; leg < 2; leg++) {
        release_stale(legs[leg].by_vertex, bytes[0]);
        release_stale(legs[leg].by_band, bytes[1]);
    }
}

static void test_find_tetrahedra(void **state) {
    (void)state;
    tetrahedra_set *sets = make_tetrahedra_sets();
    for (int64_t n_bands = 1; n_bands <= 26; n_bands++) {
        for (int steps = 0; steps < 5; steps += 2) {
            check_find_tetrahedra(&sets[n_bands % n_tetrahedra_sets].view, n_bands, steps);
        }
    }
    test_free(sets);
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
    umk_hits *expected = test_malloc((size_t)n * sizeof *expected);
    umk_weights_kernels_reference.find_gaussians(n_bands, n_padded, frequencies[0], frequencies[1], n_energies,
                                                 energies, reach, expected);
    FOR_FAST_KERNELS(kernels) {
        umk_hits *hits = stale(n * (int64_t)sizeof *hits);
        kernels->find_gaussians(n_bands, n_padded, frequencies[0], frequencies[1], n_energies, energies, reach, hits);
        expect_same_hits(hits, expected, n, n_bands, set_);
    }
    test_free(expected);
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
        double far[lanes] = {1e3, -1e3, 1e100, -1e160, 1e300, INFINITY, 40, -50};
        kernels->gaussians(lanes, far, 1, far);
        for (int k = 0; k < lanes; k++) assert_true(far[k] == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluate),  cmocka_unit_test(test_all_ties),        cmocka_unit_test(test_fill_row),
        cmocka_unit_test(test_gather),    cmocka_unit_test(test_find_tetrahedra), cmocka_unit_test(test_find_gaussians),
        cmocka_unit_test(test_gaussians),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
