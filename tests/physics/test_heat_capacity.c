/* Heat capacity of a mode: k_B at high temperature, exponentially small at low, its integral is the energy. */
#include "support/model.h"

#include <math.h>

static double reduced(double frequency, double temperature) {
    return frequency * UMK_THZ_EV / (UMK_BOLTZMANN_EV * temperature);
}

static void test_high_temperature(void **state) {
    (void)state;
    /* k_B (1 - x^2 / 12 + x^4 / 240) */
    const double frequencies[] = {1e-6, 0.3, 5, 12};
    for (int i = 0; i < 4; i++) {
        double x = reduced(frequencies[i], 5000), c = umk_mode_heat_capacity(frequencies[i], 5000) / UMK_BOLTZMANN_EV;
        assert_true(fabs(c - (1 - x * x / 12 + x * x * x * x / 240)) < 1e-3 * pow(x, 6) + 1e-15);
        assert_true(c <= 1);
    }
}

static void test_low_temperature(void **state) {
    (void)state;
    /* k_B x^2 exp(-x), down to the smallest numbers and without overflow beyond */
    for (double x = 40; x < 700; x *= 1.3) {
        double temperature = reduced(5, 1) / x, c = umk_mode_heat_capacity(5, temperature) / UMK_BOLTZMANN_EV;
        assert_true(fabs(c / (x * x * exp(-x)) - 1) < 1e-11);
    }
    assert_true(umk_mode_heat_capacity(5, 1e-3) == 0);
    assert_true(umk_mode_heat_capacity(5, 1e-300) == 0);
    assert_true(umk_mode_heat_capacity(5, 0) == 0);
    assert_true(umk_mode_heat_capacity(0, 300) == 0);
    assert_true(umk_mode_heat_capacity(-2, 300) == 0);
    assert_true(umk_mode_heat_capacity(NAN, 300) == 0);
}

static void test_integral(void **state) {
    (void)state;
    /* Simpson's rule; the energy is h f / (exp(x) - 1) */
    enum { n = 2000 };
    const double frequency = 6, top = 400;
    double sum = 0;
    for (int i = 0; i <= n; i++) {
        double weight = i == 0 || i == n ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * umk_mode_heat_capacity(frequency, top * i / n);
    }
    double energy = frequency * UMK_THZ_EV / expm1(reduced(frequency, top));
    assert_true(fabs(sum * top / n / 3 / energy - 1) < 1e-10);
}

static void test_value(void **state) {
    (void)state;
    /* x = 1: k_B e / (e - 1)^2 */
    double temperature = 10 * UMK_THZ_EV / UMK_BOLTZMANN_EV;
    assert_true(fabs(umk_mode_heat_capacity(10, temperature) / UMK_BOLTZMANN_EV - exp(1) / pow(expm1(1), 2)) < 1e-14);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_high_temperature),
        cmocka_unit_test(test_low_temperature),
        cmocka_unit_test(test_integral),
        cmocka_unit_test(test_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
