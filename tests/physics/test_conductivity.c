/*
 * Limits and scaling laws of the thermal conductivity: boundary scattering alone, 1/T at high temperature, powers of
 * force constants and masses, and kappa put together once more from the arrays of the result.
 */
#include "support/compare.h"
#include "support/context.h"
#include "support/model.h"

#include <math.h>

static umk_conductivity run(const test_model_options *model_options, int64_t n_temperatures, const double *temperatures,
                            double boundary_mfp) {
    umk_conductivity result;
    test_model *model = test_model_load(context, model_options);
    test_mesh mesh = test_mesh_cube(model, 5);
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = n_temperatures;
    options.temperatures = temperatures;
    options.boundary_mfp = boundary_mfp;
    test_run_rta(&result, model, &mesh, &options);
    test_mesh_free(&mesh);
    test_model_free(model);
    return result;
}

/*
 * Matthiessen's rule in SI units from the primary arrays: kappa = 1 / (3 N V) sum C v^2 tau, 1 / tau = 4 pi gamma + v /
 * L. Traces only: v^2 summed over a star is its size times v^2.
 */
static double trace_by_hand(const umk_conductivity *r, double volume, int64_t t, double length, bool intrinsic) {
    double sum = 0, n_grid = (double)(r->mesh[0] * r->mesh[1] * r->mesh[2]);
    for (int64_t mode = 0; mode < r->n_points * r->n_bands; mode++) {
        const double *v = r->group_velocities + 3 * mode;
        double speed = 100 * sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        double heat = r->heat_capacities[t * r->n_points * r->n_bands + mode] * UMK_ELEMENTARY_CHARGE;
        double rate = intrinsic ? 4 * UMK_PI * 1e12 * r->gamma[t * r->n_points * r->n_bands + mode] : 0;
        rate += length > 0 ? speed / length : 0;
        if (rate > 0) sum += (double)r->weights[mode / r->n_bands] * heat * speed * speed / rate;
    }
    return sum / (3 * n_grid * volume * 1e-30);
}

static double trace(const umk_conductivity *r, int64_t t) {
    return (r->kappa[6 * t] + r->kappa[6 * t + 1] + r->kappa[6 * t + 2]) / 3;
}

static double cell_volume(const test_model_options *options) {
    test_model *model = test_model_load(context, options);
    double volume = umk_cell_volume(umk_crystal_primitive(model->crystal));
    test_model_free(model);
    return volume;
}

static const char *const crystals[] = {"si-pbesol", "nacl"};

static void test_sum_over_modes(void **state) {
    (void)state;
    const double temperatures[2] = {50, 300};
    for (int i = 0; i < 2; i++) {
        test_model_options options = {.example = crystals[i]};
        double volume = cell_volume(&options);
        umk_conductivity none = run(&options, 2, temperatures, 0), some = run(&options, 2, temperatures, 0.05);
        for (int t = 0; t < 2; t++) {
            assert_true(fabs(trace(&none, t) / trace_by_hand(&none, volume, t, 0, true) - 1) < 1e-9);
            assert_true(fabs(trace(&some, t) / trace_by_hand(&some, volume, t, 0.05e-6, true) - 1) < 1e-9);
            assert_true(trace(&some, t) < trace(&none, t));
        }
        assert_true(fabs(umk_kappa_unit_conversion(volume) - none.kappa_unit_conversion) < 1e-12 * volume);
        umk_conductivity_clear(&none);
        umk_conductivity_clear(&some);
    }
}

static void test_boundary_limit(void **state) {
    (void)state;
    const double temperature = 300;
    for (int i = 0; i < 2; i++) {
        test_model_options options = {.example = crystals[i]};
        umk_conductivity tiny = run(&options, 1, &temperature, 1e-7),
                         double_size = run(&options, 1, &temperature, 2e-7);
        double limit = trace_by_hand(&tiny, cell_volume(&options), 0, 1e-13, false);
        assert_true(fabs(trace(&tiny, 0) / limit - 1) < 1e-3);
        assert_true(fabs(trace(&double_size, 0) / trace(&tiny, 0) - 2) < 1e-3);
        umk_conductivity_clear(&tiny);
        umk_conductivity_clear(&double_size);
    }
}

/* Occupations go as T and heat capacities are constant, with corrections of 1 / T^2. */
static void test_high_temperature(void **state) {
    (void)state;
    const double temperatures[4] = {2000, 4000, 8000, 0};
    umk_conductivity r = run(&(test_model_options){.example = "si-pbesol"}, 4, temperatures, 0);
    double product[3], modes = (double)(r.n_points * r.n_bands);
    for (int t = 0; t < 3; t++) product[t] = trace(&r, t) * temperatures[t];
    double first = fabs(product[1] / product[2] - 1), second = fabs(product[0] / product[1] - 1);
    assert_true(first < 2e-3 && fabs(second / first - 4) < 0.2);
    assert_true(trace(&r, 3) == 0); /* no heat at T = 0, but linewidths of spontaneous decay */
    assert_true(r.gamma[4 * (int64_t)modes - 1] > 0);
    umk_conductivity_clear(&r);
}

static void expect_scaled(int64_t n, const double *got, const double *expected, double factor, double tolerance) {
    double *scaled = test_malloc((size_t)n * sizeof *scaled);
    for (int64_t i = 0; i < n; i++) scaled[i] = factor * expected[i];
    assert_true(test_deviation(n, got, scaled) < tolerance);
    test_free(scaled);
}

static void test_scaling(void **state) {
    (void)state;
    const double temperature = 300;
    test_model_options plain = {.example = "si-pbesol"}, strong = plain, heavy = plain;
    strong.fc3_scale = 2;
    heavy.fc2_scale = heavy.mass_scale = 4;
    umk_conductivity base = run(&plain, 1, &temperature, 0), twice = run(&strong, 1, &temperature, 0);
    umk_conductivity massive = run(&heavy, 1, &temperature, 0);
    int64_t modes = base.n_points * base.n_bands;
    expect_scaled(modes, twice.frequencies, base.frequencies, 1, 1e-15);
    expect_scaled(modes, twice.gamma, base.gamma, 4, 1e-13);
    expect_scaled(6, twice.kappa, base.kappa, 0.25, 1e-13);
    /* the same frequencies and vectors, |V|^2 as 1 / m^3 */
    expect_scaled(modes, massive.frequencies, base.frequencies, 1, 1e-12);
    expect_scaled(3 * modes, massive.group_velocities, base.group_velocities, 1, 1e-9);
    expect_scaled(modes, massive.heat_capacities, base.heat_capacities, 1, 1e-12);
    expect_scaled(modes, massive.gamma, base.gamma, 1.0 / 64, 1e-8);
    expect_scaled(6, massive.kappa, base.kappa, 64, 1e-8);
    umk_conductivity_clear(&base);
    umk_conductivity_clear(&twice);
    umk_conductivity_clear(&massive);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_over_modes),
        cmocka_unit_test(test_boundary_limit),
        cmocka_unit_test(test_high_temperature),
        cmocka_unit_test(test_scaling),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
