/*
 * RTA runs of one crystal against phono3py 4.10.0 (tests/data/reference): kappa, linewidths, frequencies, heat
 * capacities, velocities, averaged strengths. Deviations are relative to the largest element of a dataset at each
 * temperature; linewidths and averaged strengths are compared as means over degenerate bands, whose vectors are a
 * matter of choice.
 */
#ifndef UMK_TESTS_REFERENCE_RTA_SUITE_H
#define UMK_TESTS_REFERENCE_RTA_SUITE_H

#include "support/compare.h"
#include "support/model.h"
#include <stdio.h>

/** One folder of tests/data/reference/CRYSTAL. */
typedef struct rta_case {
    const char *folder, *file;
    const char *data;     /* folder of the crystal in tests/data/reference; NULL: the name of the example */
    int64_t mesh;         /* 0: a generalized grid from grid_length */
    int64_t mesh_along_c; /* 0: the same */
    double grid_length;   /* angstrom */
    double fc3_cutoff;    /* angstrom; 0: none */
    umk_nac_method nac_method;
    bool without_born;
    bool no_symmetry;
    bool no_mesh_symmetry, isotope, plain_weights;
    umk_rta_options rta;                       /* n_temperatures 1: 300 K, 3: 100, 300, 800 K */
    double kappa_tolerance;                    /* 0: 1e-6 */
    double gamma_tolerance, isotope_tolerance; /* 0: 1e-5 */
} rta_case;

static inline double tolerance_or(double tolerance, double otherwise) {
    return tolerance > 0 ? tolerance : otherwise;
}

#define expect_within(what, deviation, tolerance)                                                                      \
    do {                                                                                                               \
        double deviates = (deviation);                                                                                 \
        if (!(deviates <= (tolerance))) {                                                                              \
            fail_msg("%s: %s deviates by %.2e, allowed %.1e", c->folder, what, deviates, tolerance);                   \
        }                                                                                                              \
    } while (0)

static inline void compare_harmonic(const rta_case *c, const umk_conductivity *got, const umk_conductivity *expected) {
    int64_t modes = expected->n_points * expected->n_bands, n_t = expected->n_temperatures;
    assert_int_equal(got->n_points, expected->n_points);
    assert_int_equal(got->n_bands, expected->n_bands);
    assert_int_equal(got->n_temperatures, n_t);
    assert_memory_equal(got->mesh, expected->mesh, sizeof got->mesh);
    assert_memory_equal(got->grid_points, expected->grid_points, (size_t)expected->n_points * sizeof(int64_t));
    assert_memory_equal(got->weights, expected->weights, (size_t)expected->n_points * sizeof(int64_t));
    expect_within("q_points", test_deviation(3 * expected->n_points, got->q_points, expected->q_points), 1e-12);
    expect_within("frequencies", test_deviation(modes, got->frequencies, expected->frequencies), 1e-7);
    expect_within("heat_capacities", test_deviation_rows(n_t, modes, got->heat_capacities, expected->heat_capacities),
                  1e-7);
    if (expected->gv_by_gv != NULL) {
        expect_within("gv_by_gv", test_deviation(6 * modes, got->gv_by_gv, expected->gv_by_gv), 1e-6);
    }
    expect_within("group_velocities", test_deviation(3 * modes, got->group_velocities, expected->group_velocities),
                  1e-6);
    expect_within("kappa_unit_conversion",
                  test_deviation(1, &got->kappa_unit_conversion, &expected->kappa_unit_conversion), 1e-9);
}

/* Both arrays are averaged in place. */
static inline void compare_modes(const rta_case *c, const char *what, const umk_conductivity *expected, int64_t n_outer,
                                 double *got_values, double *expected_values, double tolerance) {
    int64_t n_p = expected->n_points, n_b = expected->n_bands;
    if (expected_values == NULL) {
        assert_null(got_values);
        return;
    }
    if (got_values == NULL) fail_msg("%s: %s is missing", c->folder, what);
    test_average_sets(got_values, n_outer, n_p, n_b, expected->frequencies);
    test_average_sets(expected_values, n_outer, n_p, n_b, expected->frequencies);
    expect_within(what, test_deviation_rows(n_outer, n_p * n_b, got_values, expected_values), tolerance);
}

static inline void compare_run(const rta_case *c, umk_conductivity *got, umk_conductivity *expected) {
    int64_t n_t = expected->n_temperatures, modes = expected->n_points * expected->n_bands;
    double gamma = tolerance_or(c->gamma_tolerance, 1e-5), kappa = tolerance_or(c->kappa_tolerance, 1e-6);
    compare_harmonic(c, got, expected);
    expect_within("temperatures", test_deviation(n_t, got->temperatures, expected->temperatures), 1e-14);
    expect_within("kappa", test_deviation_rows(n_t, 6, got->kappa, expected->kappa), kappa);
    if (expected->kappa_inter != NULL) { /* a run with pairs of bands, of which phono3py writes no mode_kappa */
        expect_within("kappa_intra", test_deviation_rows(n_t, 6, got->kappa_intra, expected->kappa_intra), kappa);
        expect_within("kappa_inter", test_deviation_rows(n_t, 6, got->kappa_inter, expected->kappa_inter), kappa);
    } else {
        expect_within("mode_kappa", test_deviation_rows(n_t, modes * 6, got->mode_kappa, expected->mode_kappa),
                      10 * kappa);
        assert_null(got->kappa_inter);
    }
    compare_modes(c, "gamma", expected, n_t, got->gamma, expected->gamma, gamma);
    compare_modes(c, "gamma_normal", expected, n_t, got->gamma_normal, expected->gamma_normal, gamma);
    compare_modes(c, "gamma_umklapp", expected, n_t, got->gamma_umklapp, expected->gamma_umklapp, gamma);
    compare_modes(c, "gamma_isotope", expected, 1, got->gamma_isotope, expected->gamma_isotope,
                  tolerance_or(c->isotope_tolerance, 1e-5));
    compare_modes(c, "average_strength", expected, 1, got->average_strength, expected->average_strength, 1e-8);
}

static inline void run_case(const char *crystal, const rta_case *c) {
    static const double one[] = {300}, three[] = {100, 300, 800};
    char path[1024];
    double variances[16];
    umk_conductivity got, expected;
    umk_context *context = test_context(2);
    const test_model_options model_options = {
        .example = crystal, .nac_method = c->nac_method, .no_symmetry = c->no_symmetry, .fc3_cutoff = c->fc3_cutoff};
    test_model *model = test_model_load(context, &model_options);
    umk_grid_options grid = UMK_GRID_OPTIONS_INIT;
    for (int i = 0; i < 3; i++) grid.mesh[i] = c->mesh;
    if (c->mesh_along_c > 0) grid.mesh[2] = c->mesh_along_c;
    grid.length = c->grid_length;
    grid.generalized = c->mesh == 0;
    grid.no_mesh_symmetry = c->no_mesh_symmetry;
    grid.no_time_reversal = c->no_symmetry;
    test_mesh mesh = test_mesh_make(model, &grid, NULL);
    umk_rta_options rta = c->rta;
    rta.temperatures = rta.n_temperatures == 1 ? one : three;
    rta.no_average_degenerate_weights = rta.no_symmetrize_tetrahedra = c->plain_weights;
    const umk_cell *primitive = umk_crystal_primitive(model->crystal);
    assert_true(primitive->n_atoms <= 16);
    for (int64_t i = 0; i < primitive->n_atoms; i++) {
        test_try(context, umk_mass_variance(&variances[i], context, primitive->symbols[i]));
    }
    if (c->isotope) rta.mass_variances = variances;
    test_run_rta(&got, model, &mesh, &rta);
    snprintf(path, sizeof path, "%s/tests/data/reference/%s/%s/%s", UMK_SOURCE_DIR, c->data != NULL ? c->data : crystal,
             c->folder, c->file);
    test_try(context, umk_conductivity_read(&expected, context, path));
    compare_run(c, &got, &expected);
    umk_conductivity_clear(&got);
    umk_conductivity_clear(&expected);
    test_mesh_free(&mesh);
    test_model_free(model);
    umk_context_destroy(context);
}

#define ONE_TEMPERATURE    .n_temperatures = 1, .cutoff_frequency = -1
#define THREE_TEMPERATURES .n_temperatures = 3, .cutoff_frequency = -1
#define DEFAULT_FILE       .file = "kappa-m999.hdf5", .mesh = 9
#define SMEARED                                                                                                        \
    .n_sigmas = 1, .sigmas = (const double[]) {                                                                        \
        0.1                                                                                                            \
    }

#define RTA_TEST(name, crystal, ...)                                                                                   \
    static void test_##name(void **state) {                                                                            \
        (void)state;                                                                                                   \
        const rta_case c = {.folder = #name, __VA_ARGS__};                                                             \
        run_case(crystal, &c);                                                                                         \
    }

/**
 * The tests that every crystal has; the file of the generalized grid differs. rta_phono3py_default depends on the
 * choice of eigenvectors in degenerate sets, which are rotated within an orbit here and each point's own there.
 */
#define RTA_TESTS(crystal, grg_file)                                                                                   \
    RTA_TEST(rta, crystal, DEFAULT_FILE, .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6})                             \
    RTA_TEST(rta_isotope, crystal, DEFAULT_FILE, .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6}, .isotope = true,    \
             .kappa_tolerance = 1e-2, .isotope_tolerance = 0.3)                                                        \
    RTA_TEST(rta_isotope_sigma, crystal, .file = "kappa-m999-s0.1.hdf5", .mesh = 9, .isotope = true,                   \
             .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6, SMEARED})                                                \
    RTA_TEST(rta_sigma, crystal, .file = "kappa-m999-s0.1.hdf5", .mesh = 9,                                            \
             .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6, SMEARED})                                                \
    RTA_TEST(rta_sigma_cutoff, crystal, .file = "kappa-m999-s0.1-sd3.hdf5", .mesh = 9,                                 \
             .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6, SMEARED, .sigma_cutoff = 3})                             \
    RTA_TEST(rta_phono3py_default, crystal, DEFAULT_FILE, .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6},            \
             .plain_weights = true, .kappa_tolerance = 2e-2, .gamma_tolerance = 8e-2)                                  \
    RTA_TEST(rta_nu, crystal, DEFAULT_FILE, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6, .normal_umklapp = true})     \
    RTA_TEST(rta_bmfp, crystal, DEFAULT_FILE, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1})                             \
    RTA_TEST(rta_wang, crystal, DEFAULT_FILE, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6},                           \
             .nac_method = UMK_NAC_WANG)                                                                               \
    RTA_TEST(rta_nonac, crystal, DEFAULT_FILE, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6},                          \
             .nac_method = UMK_NAC_NONE)                                                                               \
    RTA_TEST(rta_full_pp, crystal, DEFAULT_FILE, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6, .full_strength = true}) \
    RTA_TEST(rta_grg, crystal, .file = grg_file, .grid_length = 25, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6})     \
    RTA_TEST(rta_noks, crystal, .file = "kappa-m555.hdf5", .mesh = 5, .no_mesh_symmetry = true,                        \
             .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6})                                                            \
    RTA_TEST(rta_cutoff_fc3, crystal, .file = "kappa-m555.hdf5", .mesh = 5, .fc3_cutoff = 5,                           \
             .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6})                                                            \
    int main(void) {                                                                                                   \
        const struct CMUnitTest tests[] = {                                                                            \
            cmocka_unit_test(test_rta),                                                                                \
            cmocka_unit_test(test_rta_isotope),                                                                        \
            cmocka_unit_test(test_rta_isotope_sigma),                                                                  \
            cmocka_unit_test(test_rta_sigma),                                                                          \
            cmocka_unit_test(test_rta_sigma_cutoff),                                                                   \
            cmocka_unit_test(test_rta_phono3py_default),                                                               \
            cmocka_unit_test(test_rta_nu),                                                                             \
            cmocka_unit_test(test_rta_bmfp),                                                                           \
            cmocka_unit_test(test_rta_wang),                                                                           \
            cmocka_unit_test(test_rta_nonac),                                                                          \
            cmocka_unit_test(test_rta_full_pp),                                                                        \
            cmocka_unit_test(test_rta_grg),                                                                            \
            cmocka_unit_test(test_rta_noks),                                                                           \
            cmocka_unit_test(test_rta_cutoff_fc3),                                                                     \
        };                                                                                                             \
        return cmocka_run_group_tests(tests, NULL, NULL);                                                              \
    }

#endif
