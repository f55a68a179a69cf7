/* Modes of equivalent q-points: rotated eigenvectors against the dynamical matrix there, and what breaks the symmetry.
 */
#include "model.h"

static const double generic[3] = {0.13, -0.29, 0.41};

/* Largest |D e - w^2 e| of n_columns columns at q, and how far they are from orthonormal. */
static void check_modes(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                        const double *frequencies, const double complex *modes, double tolerance) {
    int64_t n = harmonic->n_bands;
    double complex matrix[max_bands * max_bands];
    get_matrix(harmonic, context, q, matrix);
    for (int64_t b = 0; b < n; b++) {
        double root = frequencies[b] / UMK_FREQUENCY_FACTOR;
        for (int64_t i = 0; i < n; i++) {
            double complex sum = -root * fabs(root) * modes[i * n + b], overlap = i == b ? -1 : 0;
            for (int64_t j = 0; j < n; j++) sum += matrix[i * n + j] * modes[j * n + b];
            for (int64_t j = 0; j < n; j++) overlap += conj(modes[j * n + i]) * modes[j * n + b];
            assert_close(cabs(sum), 0, tolerance);
            assert_close(cabs(overlap), 0, 1e-13);
        }
    }
}

/* Every operation, with and without time reversal and, where D is periodic, a reciprocal lattice vector on top. */
static void check_rotations(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                            umk_nac_method method) {
    const umk_mode_symmetry *symmetry = &harmonic->symmetry;
    int64_t n = harmonic->n_bands;
    double frequencies[max_bands];
    double complex modes[max_bands * max_bands], rotated[max_bands * max_bands];
    assert_int_equal(symmetry->n_operations, model->crystal.n_operations);
    assert_int_equal(umk_harmonic_solve(harmonic, context, generic, frequencies, (double *)modes), UMK_OK);
    for (int64_t o = 0; o < symmetry->n_operations; o++) {
        for (int sign = 1; sign >= -1; sign -= 2) {
            umk_mode_rotation rotation = {.operation = o, .reverses = sign < 0};
            memcpy(rotation.q, generic, sizeof generic);
            for (int a = 0; a < 3; a++) {
                const int64_t *row = symmetry->operations[o].reciprocal_rotation[a];
                for (int b = 0; b < 3; b++) rotation.rotated_q[a] += sign * (double)row[b] * generic[b];
                if (method == UMK_NAC_NONE) rotation.rotated_q[a] += (double)(a - 2 * sign);
            }
            umk_mode_rotate(symmetry, &rotation, n, modes, rotated);
            check_modes(harmonic, context, rotation.rotated_q, frequencies, rotated,
                        method == UMK_NAC_GONZE ? 1e-7 : 1e-13);
        }
    }
}

static void rotated_modes_are_modes(void **state) {
    (void)state;
    for_all_models(check_rotations);
}

/* A rotation is found as itself, one that only its negative is an operation of with time reversal, others not. */
static void operations_are_found(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("wurtzite"); /* has no inversion */
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_NONE);
    const umk_mode_symmetry *symmetry = &harmonic->symmetry;
    const int64_t identity[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                  inversion[3][3] = {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}},
                  foreign[3][3] = {{1, 1, 0}, {0, 1, 0}, {0, 0, 1}};
    bool reverses;
    assert_int_equal(symmetry->n_operations, 12);
    assert_int_equal(umk_mode_operation_find(symmetry, identity, &reverses), 0);
    assert_false(reverses);
    assert_int_equal(umk_mode_operation_find(symmetry, inversion, &reverses), 0);
    assert_true(reverses);
    assert_int_equal(umk_mode_operation_find(symmetry, foreign, &reverses), -1);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

/* An operation that puts an atom nowhere, or two on one, is none. */
static void operations_that_do_not_fit_are_left_out(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("nacl");
    umk_mode_symmetry symmetry;
    model->crystal.operations[3].translation[0] += 0.25;
    assert_int_equal(umk_mode_symmetry_create(&symmetry, context, &model->crystal), UMK_OK);
    assert_int_equal(symmetry.n_operations, model->crystal.n_operations - 1);
    umk_mode_symmetry_clear(&symmetry);
    for (int64_t n = 0; n < 4; n++) {
        umk_test_fail_allocation(n);
        assert_int_equal(umk_mode_symmetry_create(&symmetry, context, &model->crystal), UMK_ERROR_MEMORY);
        umk_mode_symmetry_clear(&symmetry);
    }
    free_model(model);
    umk_context_destroy(context);
}

/* A lattice with six digits gives rotations that are orthogonal all the same. */
static void rotations_are_orthogonal(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("si");
    umk_mode_symmetry symmetry;
    for (int64_t o = 0; o < model->crystal.n_operations; o++) {
        model->crystal.operations[o].rotation_cartesian[0][1] += 1e-6;
        model->crystal.operations[o].rotation_cartesian[2][2] -= 2e-6;
    }
    assert_int_equal(umk_mode_symmetry_create(&symmetry, context, &model->crystal), UMK_OK);
    for (int64_t o = 0; o < symmetry.n_operations; o++) {
        const double(*r)[3] = (const double(*)[3])symmetry.operations[o].cartesian_rotation;
        for (int i = 0; i < 9; i++) assert_close(umk_dot3(r[i / 3], r[i % 3]), i % 4 == 0 ? 1 : 0, 1e-15);
    }
    umk_mode_symmetry_clear(&symmetry);
    free_model(model);
    umk_context_destroy(context);
}

static double asymmetry_of(umk_context *context, const phonon_model *model, umk_nac_method method) {
    double asymmetry;
    umk_harmonic *harmonic = make_harmonic(context, model, method);
    assert_int_equal(umk_harmonic_asymmetry(harmonic, context, &asymmetry), UMK_OK);
    umk_harmonic_destroy(harmonic);
    return asymmetry;
}

/* Force constants, masses and charges break the symmetry each in their own way. */
static void asymmetry_is_seen(void **state) {
    (void)state;
    umk_context *context = make_context(2);
    phonon_model *model = load_model("wurtzite");
    double *constants = model->fc2.values, *masses = model->crystal.primitive.masses;
    assert_true(asymmetry_of(context, model, UMK_NAC_NONE) < 1e-10);
    constants[9 * 5] += 1e-3;
    assert_true(asymmetry_of(context, model, UMK_NAC_NONE) > 1e-6);
    constants[9 * 5] -= 1e-3;
    masses[0] *= 1.001;
    assert_true(asymmetry_of(context, model, UMK_NAC_NONE) > 1e-4);
    masses[0] /= 1.001;
    memset(constants, 0, sizeof *constants * (size_t)(model->fc2.n_primitive * model->fc2.n_supercell * 9));
    assert_true(isnan(asymmetry_of(context, model, UMK_NAC_NONE)));
    free_model(model);

    model = load_model("nacl");
    for (int method = UMK_NAC_GONZE; method <= UMK_NAC_WANG; method++) {
        assert_true(asymmetry_of(context, model, (umk_nac_method)method) < 1e-7);
        model->crystal.born.charges[0][0][0] += 0.01;
        assert_true(asymmetry_of(context, model, (umk_nac_method)method) > 1e-5);
        model->crystal.born.charges[0][0][0] -= 0.01;
    }
    free_model(model);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rotated_modes_are_modes),
        cmocka_unit_test(operations_are_found),
        cmocka_unit_test(operations_that_do_not_fit_are_left_out),
        cmocka_unit_test(rotations_are_orthogonal),
        cmocka_unit_test(asymmetry_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
