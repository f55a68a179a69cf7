/*
 * Linewidths on a grid filled by hand with an average strength: against the sum written down plainly, with Gaussians;
 * options, errors, allocation failures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <umklapp/linewidth.h>

#include "base/base.h"
#include "unit/weights/hand_made.h"
#include "weights/weights.h"

enum { n_bands = 4, n_temperatures = 2 };
static const double reciprocal[3][3] = {{0.2, 0, 0}, {0, 0.3, 0}, {0, 0, 0.25}};
static const int64_t inversion[3][3] = {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
static const double temperatures[n_temperatures] = {0, 250};

typedef struct fixture {
    umk_context *context;
    hand_made *h;
    umk_weights *weights;
} fixture;

/* Zone coordinates are those of the mesh: images are searched in the reciprocal lattice itself. */
static fixture set_up_bands(double sigma, int64_t n) {
    fixture f;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    umk_weights_options chosen = {.sigma = sigma};
    options.n_threads = 2;
    assert_int_equal(umk_context_create(&f.context, &options), UMK_OK);
    f.h = make_grid((const int64_t[3]){3, 3, 2}, reciprocal);
    umk_grid *grid = &f.h->grid;
    set_rotations(f.h, 1, &inversion);
    memcpy(grid->zone_lattice, reciprocal, sizeof reciprocal);
    for (int i = 0; i < 3; i++) grid->zone_q[i][i] = 1;
    grid->zone_tolerance = 1e-10;
    make_phonons(f.h, n, 1, 0, 1e-4);
    assert_int_equal(umk_weights_create(&f.weights, f.context, grid, &chosen), UMK_OK);
    return f;
}

static fixture set_up(double sigma) {
    return set_up_bands(sigma, n_bands);
}

static void tear_down(fixture *f) {
    umk_weights_destroy(f->weights);
    release_hand_made(f->h);
    umk_context_destroy(f->context);
}

static double gaussian(double x, double sigma) {
    return exp(-x * x / (2 * sigma * sigma)) / (sqrt(2 * UMK_PI) * sigma);
}

static double occupation(double frequency, double temperature) {
    if (temperature <= 0) return 0;
    return 1 / (exp(frequency * UMK_THZ_EV / (UMK_BOLTZMANN_EV * temperature)) - 1);
}

/* Phys. Rev. B 91, 094306 (2015), eq. 11 with |Phi|^2 = P / N, summed over all q1 of the grid. */
static double plain_gamma(const fixture *f, int64_t point, int band, double temperature, double sigma,
                          double strength) {
    const umk_grid *grid = &f->h->grid;
    const double *frequencies = f->h->phonons.frequencies;
    int64_t n = f->h->phonons.n_bands;
    double f0 = frequencies[point * n + band], sum = 0;
    for (int64_t q1 = 0; q1 < grid->n_points; q1++) {
        int64_t first = grid->gr_to_bz[q1], address[3];
        for (int c = 0; c < 3; c++) address[c] = -grid->addresses[point][c] - grid->addresses[first][c];
        int64_t second = find_point(grid, address);
        for (int pair = 0; pair < n * n; pair++) {
            double f1 = frequencies[first * n + pair / n];
            double f2 = frequencies[second * n + pair % n];
            double n1 = occupation(f1, temperature), n2 = occupation(f2, temperature);
            sum += (n1 + n2 + 1) * gaussian(f0 - f1 - f2, sigma) +
                   (n1 - n2) * (gaussian(f0 + f1 - f2, sigma) - gaussian(f0 - f1 + f2, sigma));
        }
    }
    /* eV^2 / (eV s)^2 to angular rates: gamma_angular = 18 pi / hbar^2 P / N sum delta(angular); delta(omega) is
     * delta(f) / (2 pi 1e12), and gamma in THz is gamma_angular / (2 pi 1e12) */
    double hbar = UMK_PLANCK_EV / (2 * UMK_PI), angular = 2 * UMK_PI * 1e12;
    return 18 * UMK_PI / (hbar * hbar) * strength / (double)grid->n_points * sum / (angular * angular);
}

static void test_plain_sum(void **state) {
    (void)state;
    const double sigma = 0.4, strength[n_bands] = {1e-10, 2e-10, 3e-10, 4e-10};
    fixture f = set_up(sigma);
    umk_linewidth *linewidth;
    umk_linewidth_options options = {n_temperatures, temperatures, 1, &f.weights, true, false, -1, 0};
    assert_int_equal(umk_linewidth_create(&linewidth, f.context, NULL, &f.h->grid, &f.h->phonons, &options), UMK_OK);
    for (int64_t point = 0; point < f.h->grid.n_bz_points; point += 4) {
        double gamma[n_temperatures][n_bands], normal[n_temperatures][n_bands], umklapp[n_temperatures][n_bands];
        umk_linewidth_result result = {gamma[0], normal[0], umklapp[0], NULL, 0};
        assert_int_equal(umk_linewidth_run(linewidth, f.context, 1, &point, strength, &result), UMK_OK);
        assert_true(result.n_triplets > 0 && result.n_triplets <= f.h->grid.n_points);
        for (int t = 0; t < n_temperatures; t++) {
            double expected[n_bands], largest = 0;
            for (int b = 0; b < n_bands; b++) {
                expected[b] = plain_gamma(&f, point, b, temperatures[t], sigma, strength[b]);
                largest = fmax(largest, expected[b]);
            }
            const int64_t *first = f.h->phonons.set_first + point * n_bands;
            for (int b = 0; b < n_bands; b++) { /* means over degenerate bands */
                double sum = 0;
                int count = 0;
                for (int k = 0; k < n_bands; k++) {
                    if (first[k] != first[b]) continue;
                    sum += expected[k];
                    count++;
                }
                assert_true(fabs(gamma[t][b] - sum / count) < 1e-12 * largest);
                assert_true(fabs(normal[t][b] + umklapp[t][b] - gamma[t][b]) < 1e-14 * largest);
            }
        }
    }
    umk_linewidth_destroy(linewidth);
    tear_down(&f);
}

/* So many bands that a batch holds few triplets, and of one triplet not all bands of q0. */
static void test_many_bands(void **state) {
    (void)state;
    enum { many = 72, point = 5 };
    const double sigma = 0.4, temperature = 300;
    fixture f = set_up_bands(sigma, many);
    umk_linewidth *linewidth;
    umk_linewidth_options options = {1, &temperature, 1, &f.weights, false, true, -1, 1};
    double strength[many], gamma[many], average[many];
    for (int b = 0; b < many; b++) strength[b] = 1e-10 * (1 + b % 5);
    umk_linewidth_result result = {.gamma = gamma, .average_strength = average};
    assert_int_equal(umk_linewidth_create(&linewidth, f.context, NULL, &f.h->grid, &f.h->phonons, &options), UMK_OK);
    assert_int_equal(umk_linewidth_run(linewidth, f.context, 1, &(const int64_t){point}, strength, &result), UMK_OK);
    const int64_t *set_first = f.h->phonons.set_first + point * many;
    for (int64_t begin = 0, end; begin < many; begin = end) { /* means over degenerate bands */
        double sums[2] = {0};
        for (end = begin; end < many && set_first[end] == set_first[begin]; end++) {
            sums[0] += plain_gamma(&f, point, (int)end, temperature, sigma, strength[end]);
            sums[1] += strength[end]; /* P is N |V|^2 averaged over all triplets and band pairs */
        }
        for (int64_t b = begin; b < end; b++) {
            double expected = sums[0] / (double)(end - begin), mean = sums[1] / (double)(end - begin);
            assert_true(expected > 0 && fabs(gamma[b] / expected - 1) < 1e-12);
            assert_true(fabs(average[b] / mean - 1) < 1e-12);
        }
    }
    umk_linewidth_destroy(linewidth);
    tear_down(&f);
}

static void expect_message(umk_context *context, umk_status status, umk_status expected, const char *part) {
    assert_int_equal(status, expected);
    if (strstr(umk_context_message(context), part) == NULL) fail_msg("%s", umk_context_message(context));
}

static void test_errors(void **state) {
    (void)state;
    const double cold[n_temperatures] = {100, -1}, nan[n_temperatures] = {NAN, 0};
    fixture f = set_up(0), other = set_up(0);
    umk_weights *missing[1] = {NULL};
    umk_linewidth *linewidth;
    umk_linewidth_options options = {n_temperatures, temperatures, 1, &f.weights, false, false, -1, 0};
    umk_linewidth_options bad = options;
#define CREATE(grid_) umk_linewidth_create(&linewidth, f.context, NULL, grid_, &f.h->phonons, &bad)
    bad.n_temperatures = 0;
    expect_message(f.context, CREATE(&f.h->grid), UMK_ERROR_ARGUMENT, "a temperature");
    bad = options;
    bad.n_weights = 0;
    expect_message(f.context, CREATE(&f.h->grid), UMK_ERROR_ARGUMENT, "a way to integrate");
    bad = options;
    bad.temperatures = cold;
    expect_message(f.context, CREATE(&f.h->grid), UMK_ERROR_ARGUMENT, "-1 K");
    bad.temperatures = nan;
    expect_message(f.context, CREATE(&f.h->grid), UMK_ERROR_ARGUMENT, "nan K");
    bad = options;
    bad.weights = missing;
    expect_message(f.context, CREATE(&f.h->grid), UMK_ERROR_ARGUMENT, "missing");
    bad = options;
    expect_message(f.context, CREATE(&other.h->grid), UMK_ERROR_ARGUMENT, "belong");
    bad.weights = &other.weights;
    expect_message(f.context, CREATE(&f.h->grid), UMK_ERROR_ARGUMENT, "belong");
    assert_null(linewidth);
    bad = options;
    assert_int_equal(CREATE(&f.h->grid), UMK_OK);
#undef CREATE
    const double strength[n_bands] = {1, 1, 1, 1};
    umk_linewidth_result result = {0};
#define RUN(point, strength_) umk_linewidth_run(linewidth, f.context, 1, &(const int64_t){point}, strength_, &result)
    expect_message(f.context, RUN(-1, strength), UMK_ERROR_ARGUMENT, "grid point -1");
    expect_message(f.context, RUN(f.h->grid.n_bz_points, strength), UMK_ERROR_ARGUMENT, "the grid has 0 to");
    expect_message(f.context, RUN(0, NULL), UMK_ERROR_ARGUMENT, "need an interaction");
    umk_context_cancel(f.context);
    assert_int_equal(RUN(0, strength), UMK_ERROR_CANCELLED);
    umk_context_reset_cancel(f.context);
    assert_int_equal(RUN(0, strength), UMK_OK); /* nothing asked for */
#undef RUN
    /* no point is run where one does not exist */
    double gamma[2 * n_temperatures * n_bands];
    umk_linewidth_result results[2] = {{.gamma = gamma}, {.gamma = gamma + n_temperatures * n_bands}};
    for (int i = 0; i < 2 * n_temperatures * n_bands; i++) gamma[i] = -7;
    const int64_t outside[2] = {0, f.h->grid.n_bz_points}, none[1] = {0};
    const double strengths[2 * n_bands] = {1, 1, 1, 1, 1, 1, 1, 1};
    expect_message(f.context, umk_linewidth_run(linewidth, f.context, 2, outside, strengths, results),
                   UMK_ERROR_ARGUMENT, "the grid has 0 to");
    assert_int_equal(umk_linewidth_run(linewidth, f.context, 0, none, strengths, results), UMK_OK);
    for (int i = 0; i < 2 * n_temperatures * n_bands; i++) assert_true(gamma[i] == -7);
    umk_linewidth_destroy(linewidth);
    umk_linewidth_destroy(NULL);
    tear_down(&f);
    tear_down(&other);
}

static void test_memory(void **state) {
    (void)state;
    fixture f = set_up(0.3);
    umk_linewidth *linewidth = NULL;
    const double strength[2 * n_bands] = {1, 1, 1, 1, 1, 1, 1, 1};
    const int64_t points[2] = {3, 0};
    umk_linewidth_options options = {n_temperatures, temperatures, 1, &f.weights, true, true, -1, 0};
    double gamma[2][n_temperatures * n_bands];
    umk_linewidth_result results[2] = {{.gamma = gamma[0]}, {.gamma = gamma[1]}};
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = umk_linewidth_create(&linewidth, f.context, NULL, &f.h->grid, &f.h->phonons, &options);
        if (status == UMK_OK) status = umk_linewidth_run(linewidth, f.context, 2, points, strength, results);
        umk_test_fail_allocation(-1);
        umk_linewidth_destroy(linewidth);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
    }
    assert_true(n_failures >= 40);
    /* more temperatures and more threads need more; a limit below that is kept */
    umk_context *four;
    umk_context_options more_threads = {.n_threads = 4};
    assert_int_equal(umk_context_create(&four, &more_threads), UMK_OK);
    const double many[5 * n_temperatures] = {0};
    umk_linewidth_options more = options;
    more.n_temperatures = 5 * n_temperatures;
    more.temperatures = many;
    double bytes[3];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(umk_linewidth_create(&linewidth, i == 2 ? four : f.context, NULL, &f.h->grid, &f.h->phonons,
                                              i == 1 ? &more : &options),
                         UMK_OK);
        bytes[i] = umk_linewidth_memory(linewidth);
        umk_linewidth_destroy(linewidth);
    }
    assert_true(bytes[0] > 0 && bytes[1] > bytes[0] && bytes[2] > bytes[0]);
    umk_context_destroy(four);
    umk_context *small;
    umk_context_options limits = {.n_threads = 1, .memory_limit = 1000};
    assert_int_equal(umk_context_create(&small, &limits), UMK_OK);
    expect_message(small, umk_linewidth_create(&linewidth, small, NULL, &f.h->grid, &f.h->phonons, &options),
                   UMK_ERROR_MEMORY, "fewer threads");
    umk_context_destroy(small);
    tear_down(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_sum),
        cmocka_unit_test(test_many_bands),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
