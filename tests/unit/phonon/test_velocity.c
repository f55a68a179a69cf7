/* Group velocities and velocity matrices against phonopy, finite differences, and what must hold exactly. */
#include "model.h"

static void check_reference(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                            umk_nac_method method) {
    for (int n = 0; n < model->n_points[method]; n++) {
        const reference_point *point = &model->points[method][n];
        double found[max_bands][3];
        assert_int_equal(umk_harmonic_group_velocities(harmonic, context, point->q, &found[0][0]), UMK_OK);
        for (int64_t b = 0; b < harmonic->n_bands; b++) {
            for (int a = 0; a < 3; a++) assert_close(found[b][a], point->velocities[b][a], 1e-8);
        }
    }
}

static void velocities_agree_with_phonopy(void **state) {
    (void)state;
    for_all_models(check_reference);
}

/* Every element of dD/dq against central differences of D. */
static void check_derivative(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                             umk_nac_method method) {
    (void)method;
    const double q[3] = {0.13, -0.27, 0.31}, step = 1e-5;
    int64_t n = harmonic->n_bands;
    double complex derivative[3 * max_bands * max_bands], above[max_bands * max_bands], below[max_bands * max_bands];
    umk_harmonic_workspace workspace;
    assert_int_equal(umk_harmonic_workspace_create(&workspace, context, harmonic), UMK_OK);
    umk_dynamical_matrix_derivative(harmonic, q, &workspace, derivative);
    for (int a = 0; a < 3; a++) {
        double up[3], down[3];
        for (int b = 0; b < 3; b++) { /* q = A q_cartesian with the lattice vectors as rows of A */
            up[b] = q[b] + step * model->crystal.primitive.lattice[b][a];
            down[b] = q[b] - step * model->crystal.primitive.lattice[b][a];
        }
        umk_dynamical_matrix(harmonic, up, false, &workspace, above);
        umk_dynamical_matrix(harmonic, down, false, &workspace, below);
        for (int64_t m = 0; m < n * n; m++) {
            assert_close(cabs(derivative[a * n * n + m] - (above[m] - below[m]) / (2 * step)), 0, 2e-7);
        }
    }
    umk_harmonic_workspace_clear(&workspace);
}

static void derivative_is_that_of_the_matrix(void **state) {
    (void)state;
    for_all_models(check_derivative);
}

static void check_slopes(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                         umk_nac_method method) {
    (void)method;
    const double q[3] = {0.13, -0.27, 0.31}, step = 1e-6;
    double velocities[max_bands][3], up[max_bands], down[max_bands];
    assert_int_equal(umk_harmonic_group_velocities(harmonic, context, q, &velocities[0][0]), UMK_OK);
    for (int a = 0; a < 3; a++) {
        double above[3], below[3];
        for (int b = 0; b < 3; b++) {
            above[b] = q[b] + step * model->crystal.primitive.lattice[b][a];
            below[b] = q[b] - step * model->crystal.primitive.lattice[b][a];
        }
        get_frequencies(harmonic, context, above, up);
        get_frequencies(harmonic, context, below, down);
        for (int64_t b = 0; b < harmonic->n_bands; b++) {
            assert_close(velocities[b][a], (up[b] - down[b]) / (2 * step), 2e-6);
        }
    }
}

static void velocities_are_slopes_of_frequencies(void **state) {
    (void)state;
    for_all_models(check_slopes);
}

/* Near Gamma the velocity of an acoustic mode along its own direction is frequency / |q|: the speed of sound. */
static void acoustic_velocity_is_the_speed_of_sound(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("si");
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_NONE);
    const double q[3] = {0.002, 0.001, 0.001};
    double velocities[max_bands][3], frequencies[max_bands], cartesian[3];
    umk_apply3(cartesian, (const double(*)[3])model->crystal.reciprocal_lattice, q);
    get_frequencies(harmonic, context, q, frequencies);
    assert_int_equal(umk_harmonic_group_velocities(harmonic, context, q, &velocities[0][0]), UMK_OK);
    for (int b = 0; b < 3; b++) {
        double along = umk_dot3(velocities[b], cartesian) / umk_norm3(cartesian);
        assert_close(along, frequencies[b] / umk_norm3(cartesian), 1e-3 * along);
        assert_true(along > 40 && along < 100); /* 4 to 10 km/s */
    }
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

/* All velocities vanish at Gamma, also with a direction of the non-analytic term. */
static void velocities_vanish_at_gamma(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("nacl");
    umk_harmonic_options options = UMK_HARMONIC_OPTIONS_INIT;
    umk_harmonic *harmonic;
    const double gamma[3] = {0};
    double velocities[max_bands][3];
    options.q_direction[0] = 1;
    assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, &options), UMK_OK);
    assert_int_equal(umk_harmonic_group_velocities(harmonic, context, gamma, &velocities[0][0]), UMK_OK);
    for (int64_t b = 0; b < 6; b++) assert_close(umk_norm3(velocities[b]), 0, 1e-9);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

static void check_velocity_matrices(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                                    umk_nac_method method) {
    (void)model;
    (void)method;
    const double q[3] = {0.13, -0.27, 0.31};
    int64_t n = harmonic->n_bands;
    double complex matrices[3 * max_bands * max_bands];
    double velocities[max_bands][3];
    assert_int_equal(umk_harmonic_velocity_operator(harmonic, context, q, (double *)matrices), UMK_OK);
    assert_int_equal(umk_harmonic_group_velocities(harmonic, context, q, &velocities[0][0]), UMK_OK);
    for (int a = 0; a < 3; a++) {
        for (int64_t k = 0; k < n; k++) {
            /* no rotation leaves this q alone but the identity, so that the diagonal is the velocity */
            assert_close(cabs(matrices[(a * n + k) * n + k] - velocities[k][a]), 0, 1e-12);
            for (int64_t l = 0; l < n; l++) {
                assert_true(matrices[(a * n + k) * n + l] == conj(matrices[(a * n + l) * n + k]));
            }
        }
    }
}

static void velocity_matrices_are_hermitian(void **state) {
    (void)state;
    for_all_models(check_velocity_matrices);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(velocities_agree_with_phonopy),
        cmocka_unit_test(derivative_is_that_of_the_matrix),
        cmocka_unit_test(velocities_are_slopes_of_frequencies),
        cmocka_unit_test(acoustic_velocity_is_the_speed_of_sound),
        cmocka_unit_test(velocities_vanish_at_gamma),
        cmocka_unit_test(velocity_matrices_are_hermitian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
