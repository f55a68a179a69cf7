/*
 * Isotope linewidths on a grid filled by hand, against numbers of phono3py 4.10 for the same frequencies and vectors,
 * bit for bit alike for any number of threads and points; mass variances of elements against phono3py's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <umklapp/isotope.h>

#include "base/base.h"
#include "unit/weights/hand_made.h"

#define N_BANDS 6

static const double VARIANCES[2] = {2e-4, 5e-4};

static umk_context *make_context(int n_threads) {
    umk_context *context = NULL;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

/** Bands degenerate in pairs, 6e-5 THz apart; vectors that are a fixed function of grid point, component, and band. */
static hand_made *make_crystal(void) {
    hand_made *h = make_hexagonal(N_BANDS, 0, 0, 0);
    for (int64_t p = 0; p < h->grid.n_bz_points; p++) {
        double i = (double)h->grid.bz_to_gr[p];
        for (int b = 1; b < N_BANDS; b += 2) {
            h->phonons.frequencies[p * N_BANDS + b] = h->phonons.frequencies[p * N_BANDS + b - 1] + 0x1p-14;
            h->phonons.set_first[p * N_BANDS + b] = b - 1;
        }
        for (int c = 0; c < N_BANDS; c++) {
            for (int b = 0; b < N_BANDS; b++) {
                double re = cos(1 + 3 * i + 7 * c + 11 * b) / 3, im = sin(2 + 5 * i + c * b) / 3;
                h->phonons.eigenvectors[(p * N_BANDS + c) * N_BANDS + b] = re + im * I;
            }
        }
    }
    return h;
}

static umk_weights *make_weights(umk_context *context, const hand_made *h, umk_weights_options options) {
    umk_weights *weights = NULL;
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, &options), UMK_OK);
    return weights;
}

static void check_reference(umk_weights_options options, double cutoff, const double expected[3][3]) {
    umk_context *context = make_context(2);
    hand_made *h = make_crystal();
    umk_weights *weights = make_weights(context, h, options);
    const int64_t points[3] = {h->grid.gr_to_bz[5], h->grid.gr_to_bz[17], h->grid.gr_to_bz[30]};
    double gamma[3][N_BANDS];
    assert_int_equal(
        umk_isotope_linewidths(gamma[0], context, &h->grid, &h->phonons, weights, VARIANCES, cutoff, 3, points),
        UMK_OK);
    for (int p = 0; p < 3; p++) {
        for (int b = 0; b < N_BANDS; b++) assert_true(fabs(gamma[p][b] - expected[p][b / 2]) < 1e-16);
    }
    umk_weights_destroy(weights);
    release_hand_made(h);
    umk_context_destroy(context);
}

static void test_against_phono3py(void **state) {
    (void)state;
    const double averaged[3][3] = {{2.150694189794653e-09, 2.6908179838839228e-06, 6.604910139839264e-05},
                                   {0.0005289407474363849, 0.0004634044967866803, 0.0003943348754944366},
                                   {0.0004769633248240091, 0.00038860822126200343, 0.0004562458067122925}};
    const double plain[3][3] = {{0.0, 0.0, 7.85075726056473e-05},
                                {0.00048390708685651243, 0.0004426689291101274, 0.00039248625155862023},
                                {0.00038713412941611023, 0.00034928185271606476, 0.0004204218869471131}};
    const double smeared[3][3] = {{1.1551586760822348e-07, 7.986815225118329e-06, 0.0005143735182413845},
                                  {0.0004058647730686046, 0.000421100592580305, 0.0004917558586116932},
                                  {0.0002854952208581198, 0.0002573367414501796, 0.00034978553144890433}};
    check_reference((umk_weights_options){0}, 1e-4, averaged);
    check_reference((umk_weights_options){.no_average_degenerate_weights = true, .no_symmetrize_tetrahedra = true}, 1.5,
                    plain);
    check_reference((umk_weights_options){.sigma = 0.4}, 1e-4, smeared);
}

/** All points at once on three threads and each for itself on one. */
static void test_same_bits(void **state) {
    (void)state;
    enum { N = 48 };
    umk_context *one = make_context(1), *three = make_context(3);
    hand_made *h = make_crystal();
    umk_weights *weights = make_weights(one, h, (umk_weights_options)UMK_WEIGHTS_OPTIONS_INIT);
    double together[N][N_BANDS], alone[N_BANDS];
    assert_int_equal(umk_isotope_linewidths(together[0], three, &h->grid, &h->phonons, weights, VARIANCES, 1e-4, N,
                                            h->grid.gr_to_bz),
                     UMK_OK);
    for (int p = 0; p < N; p++) {
        assert_int_equal(umk_isotope_linewidths(alone, one, &h->grid, &h->phonons, weights, VARIANCES, 1e-4, 1,
                                                &h->grid.gr_to_bz[p]),
                         UMK_OK);
        assert_memory_equal(alone, together[p], sizeof alone);
    }
    umk_weights_destroy(weights);
    release_hand_made(h);
    umk_context_destroy(one);
    umk_context_destroy(three);
}

static void expect_message(umk_context *context, umk_status status, umk_status expected, const char *part) {
    assert_int_equal(status, expected);
    assert_non_null(strstr(umk_context_message(context), part));
}

static void test_wrong_arguments(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    hand_made *h = make_crystal(), *other = make_crystal();
    umk_weights *weights = make_weights(context, h, (umk_weights_options)UMK_WEIGHTS_OPTIONS_INIT);
    double gamma[N_BANDS];
    const double negative[2] = {1e-4, -1e-4}, not_finite[2] = {NAN, 0};
    const int64_t inside = 3, outside = h->grid.n_bz_points;
#define RUN(grid_, variances, cutoff, point)                                                                           \
    umk_isotope_linewidths(gamma, context, grid_, &h->phonons, weights, variances, cutoff, 1, &(point))
    expect_message(context, RUN(&h->grid, negative, 0, inside), UMK_ERROR_ARGUMENT, "atom 2");
    expect_message(context, RUN(&h->grid, not_finite, 0, inside), UMK_ERROR_ARGUMENT, "mass variance");
    expect_message(context, RUN(&h->grid, VARIANCES, -1, inside), UMK_ERROR_ARGUMENT, "cut-off frequency");
    expect_message(context, RUN(&h->grid, VARIANCES, 0, outside), UMK_ERROR_ARGUMENT, "grid point");
    expect_message(context, RUN(&other->grid, VARIANCES, 0, inside), UMK_ERROR_ARGUMENT, "belong");
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = RUN(&h->grid, VARIANCES, 0, inside);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
    }
    umk_test_fail_allocation(-1);
    assert_true(n_failures >= 9);
#undef RUN
    umk_weights_destroy(weights);
    release_hand_made(h);
    release_hand_made(other);
    umk_context_destroy(context);
}

static void test_mass_variances(void **state) {
    (void)state;
    const struct {
        const char *symbol;
        double variance;
    } elements[] = {{"Si", 0.00020070045954392432},   {"Ge", 0.0005867307288644406},
                    {"Ga12", 0.00019712673097201108}, {"Na", 0},
                    {"Mo", 0.0005976523042619644},    {"Sn", 0.00033408478823209505},
                    {"U", 1.1564615787005179e-06},    {"O1", 3.358804940244916e-05}};
    umk_context *context = make_context(1);
    double variance;
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        assert_int_equal(umk_mass_variance(&variance, context, elements[i].symbol), UMK_OK);
        assert_true(fabs(variance - elements[i].variance) <= 1e-12 * elements[i].variance);
    }
    const char *unknown[] = {"Tc", "Xx", "", "si", "12"};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(umk_mass_variance(&variance, context, unknown[i]), UMK_ERROR_ARGUMENT);
        assert_non_null(strstr(umk_context_message(context), "mass variance"));
    }
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_phono3py),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_mass_variances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
