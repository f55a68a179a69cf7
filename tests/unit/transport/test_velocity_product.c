/* v x v summed over a star, and the unit of kappa, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "transport/velocity_product.h"
#include "unit/weights/hand_made.h"
#include <string.h>
#include <umklapp/conductivity.h>
#include <umklapp/conventions.h>

static const double cube[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
static const int64_t fourfold[3][3] = {{0, -1, 0}, {1, 0, 0}, {0, 0, 1}};

/* A fourfold axis along z on a 4x4x4 mesh. */
static void make_group(hand_made *h, double cartesian[4][3][3]) {
    set_rotations(h, 1, &fourfold);
    assert_int_equal(h->grid.n_rotations, 4);
    for (int r = 0; r < 4; r++) {
        for (int i = 0; i < 9; i++) cartesian[r][i / 3][i % 3] = (double)h->rotations[r][i / 3][i % 3];
    }
    h->grid.cartesian_rotations = cartesian;
}

static void expect_product(const hand_made *h, const int64_t address[3], bool star, const double velocity[3],
                           const double expected[6]) {
    double out[2][6], velocities[2][3];
    for (int c = 0; c < 3; c++) {
        velocities[0][c] = velocity[c];
        velocities[1][c] = 2 * velocity[c];
    }
    umk_velocity_product(out[0], &h->grid, find_point(&h->grid, address), star, 2, velocities[0]);
    for (int c = 0; c < 6; c++) {
        assert_true(fabs(out[0][c] - expected[c]) < 1e-14);
        assert_true(fabs(out[1][c] - 4 * expected[c]) < 1e-14);
    }
}

static void test_star(void **state) {
    (void)state;
    double cartesian[4][3][3];
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, cube);
    make_group(h, cartesian);
    /* four arms (+-1, +-2, 3) in turn: the products that are odd in x or y cancel */
    const double velocity[3] = {1, 2, 3}, four[6] = {2 * (1 + 4), 2 * (1 + 4), 36, 0, 0, 0};
    expect_product(h, (const int64_t[3]){1, 0, 0}, true, velocity, four);
    /* on the axis all rotations keep the point: one arm, with the mean of the four */
    const double axis[6] = {2.5, 2.5, 9, 0, 0, 0};
    expect_product(h, (const int64_t[3]){0, 0, 1}, true, velocity, axis);
    /* alone: Voigt order xx, yy, zz, yz, xz, xy */
    const double alone[6] = {1, 4, 9, 6, 3, 2};
    expect_product(h, (const int64_t[3]){1, 0, 0}, false, velocity, alone);
    release_hand_made(h);
}

/* A tensor over the star and over the point group: the tensor of the products above, and one that only the axis keeps.
 */
static void test_tensors(void **state) {
    (void)state;
    double cartesian[4][3][3];
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, cube);
    make_group(h, cartesian);
    const double tensor[2][6] = {{1, 4, 9, 6, 3, 2}, {0, 0, 0, 1, 0, 0}};
    const double four[6] = {10, 10, 36, 0, 0, 0}, none[6] = {0};
    double star[2][6], mean[2][6];
    memcpy(star, tensor, sizeof star);
    memcpy(mean, tensor, sizeof mean);
    umk_star_sum(star[0], &h->grid, find_point(&h->grid, (const int64_t[3]){1, 0, 0}), 2);
    umk_point_group_mean(mean[0], &h->grid, 2);
    for (int c = 0; c < 6; c++) {
        assert_true(fabs(star[0][c] - four[c]) < 1e-14 && fabs(star[1][c] - none[c]) < 1e-14);
        assert_true(fabs(mean[0][c] - four[c] / 4) < 1e-14 && fabs(mean[1][c] - none[c]) < 1e-14);
    }
    memcpy(star, tensor, sizeof star);
    umk_star_sum(star[0], &h->grid, find_point(&h->grid, (const int64_t[3]){0, 0, 1}), 2);
    for (int c = 0; c < 6; c++) assert_true(fabs(star[0][c] - four[c] / 4) < 1e-14);
    release_hand_made(h);
}

/* One mode of C = k_B, v = 1000 m/s, tau = 10 ps in a volume of 20 A^3: kappa = k_B v^2 tau / V. */
static void test_unit(void **state) {
    (void)state;
    double gamma = 1 / (4 * UMK_PI * 10), expected = UMK_BOLTZMANN_JOULE * 1e6 * 1e-11 / 20e-30;
    double kappa = umk_kappa_unit_conversion(20) * UMK_BOLTZMANN_EV * 10 * 10 / (2 * gamma);
    assert_true(fabs(kappa / expected - 1) < 2e-8); /* the two Boltzmann constants agree to 1e-8 */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_star), cmocka_unit_test(test_tensors),
                                       cmocka_unit_test(test_unit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
