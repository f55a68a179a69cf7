/* Dynamical matrix, frequencies and the two non-analytic terms against phonopy and against what must hold exactly. */
#include "model.h"

static const double general_q[3] = {0.13, -0.27, 0.31};
/* Away from zero; below, rounding of the eigenvalue is amplified by the square root. */
static void compare_frequencies(const double *found, const double *expected, int64_t n) {
    for (int64_t b = 0; b < n; b++) assert_close(found[b], expected[b], fabs(expected[b]) > 0.05 ? 1e-9 : 1e-5);
}

static void check_frequencies(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                              umk_nac_method method) {
    double found[max_bands];
    assert_int_equal(model->n_points[method], 6);
    for (int n = 0; n < model->n_points[method]; n++) {
        get_frequencies(harmonic, context, model->points[method][n].q, found);
        compare_frequencies(found, model->points[method][n].frequencies, harmonic->n_bands);
    }
}

static void frequencies_agree_with_phonopy(void **state) {
    (void)state;
    for_all_models(check_frequencies);
}

/* Along [1,0,0] of wurtzite, the plane, another LO-TO splitting must appear than along [0,0,1], the axis. */
static void limits_at_gamma_agree_with_phonopy(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    for (size_t n = 1; n < 3; n++) {
        phonon_model *model = load_model(model_names[n]);
        for (int method = 0; method < 2; method++) {
            for (int d = 0; d < model->n_directions[method]; d++) {
                const reference_point *point = &model->directions[method][d];
                umk_harmonic_options options = UMK_HARMONIC_OPTIONS_INIT;
                umk_harmonic *harmonic;
                double found[max_bands], near[max_bands], gamma[3] = {0}, q[3];
                options.nac_method = (umk_nac_method)method;
                memcpy(options.q_direction, point->q, sizeof options.q_direction);
                assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, &options),
                                 UMK_OK);
                get_frequencies(harmonic, context, gamma, found);
                compare_frequencies(found, point->frequencies, harmonic->n_bands);
                for (int a = 0; a < 3; a++) q[a] = 2e-4 * point->q[a];
                get_frequencies(harmonic, context, q, near);
                for (int64_t b = 3; b < harmonic->n_bands; b++) assert_close(near[b], found[b], 1e-3);
                umk_harmonic_destroy(harmonic);
            }
        }
        free_model(model);
    }
    umk_context_destroy(context);
}

static void check_matrix(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                         umk_nac_method method) {
    (void)model;
    int64_t n = harmonic->n_bands;
    double complex matrix[max_bands * max_bands], opposite[max_bands * max_bands], image[max_bands * max_bands];
    double minus[3], shifted[3];
    for (int a = 0; a < 3; a++) minus[a] = -general_q[a];
    get_matrix(harmonic, context, general_q, matrix);
    get_matrix(harmonic, context, minus, opposite);
    for (int64_t i = 0; i < n; i++) {
        assert_true(cimag(matrix[i * n + i]) == 0);
        for (int64_t j = 0; j < n; j++) {
            assert_true(matrix[i * n + j] == conj(matrix[j * n + i]));
            assert_close(cabs(opposite[i * n + j] - conj(matrix[i * n + j])), 0, 1e-14);
        }
    }
    /* D(q + G)_ij = D(q)_ij exp(2 pi i G (tau_j - tau_i)); with a non-analytic term only nearly */
    const int64_t reciprocal[3] = {1, -2, 1};
    for (int a = 0; a < 3; a++) shifted[a] = general_q[a] + (double)reciprocal[a];
    get_matrix(harmonic, context, shifted, image);
    for (int64_t i = 0; method == UMK_NAC_NONE && i < n * n; i++) {
        const double *separation = harmonic->sum.separation[i / n / 3 * harmonic->n_primitive + i % n / 3];
        double turns = 0;
        for (int a = 0; a < 3; a++) turns += (double)reciprocal[a] * separation[a];
        assert_close(cabs(image[i] - matrix[i] * cexp(2 * UMK_PI * I * turns)), 0, 1e-13);
    }
}

static void matrix_has_its_symmetries(void **state) {
    (void)state;
    for_all_models(check_matrix);
}

/* Without a direction there is no macroscopic field at Gamma: three modes of frequency 0 that move all atoms alike. */
static void check_sum_rule(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                           umk_nac_method method) {
    (void)method;
    int64_t n = harmonic->n_bands;
    double complex matrix[max_bands * max_bands];
    const double gamma[3] = {0};
    get_matrix(harmonic, context, gamma, matrix);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t b = 0; b < 3; b++) {
            double complex force = 0;
            for (int64_t atom = 0; atom < n / 3; atom++) {
                force += matrix[i * n + 3 * atom + b] * sqrt(model->crystal.primitive.masses[atom]);
            }
            assert_close(cabs(force), 0, 1e-10);
        }
    }
}

static void sum_rule_holds_at_gamma(void **state) {
    (void)state;
    for_all_models(check_sum_rule);
}

/* At q commensurate with the supercell the supercell force constants are exact and no term is added: D of all methods
 * agree. */
static void methods_agree_at_commensurate_points(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    static const double q[2][2][3] = {{{0.5, 0.5, 0}, {0.25, -0.25, 0}}, {{1 / 3.0, 0, 0}, {1 / 3.0, 1 / 3.0, 0.5}}};
    for (int m = 0; m < 2; m++) {
        phonon_model *model = load_model(model_names[m + 1]);
        double found[n_methods][max_bands];
        for (int n = 0; n < 2; n++) {
            for (int method = 0; method < n_methods; method++) {
                umk_harmonic *harmonic = make_harmonic(context, model, (umk_nac_method)method);
                get_frequencies(harmonic, context, q[m][n], found[method]);
                umk_harmonic_destroy(harmonic);
            }
            for (int64_t b = 0; b < 3 * model->crystal.primitive.n_atoms; b++) {
                assert_close(found[UMK_NAC_WANG][b], found[UMK_NAC_NONE][b], 1e-10);
                assert_close(found[UMK_NAC_GONZE][b], found[UMK_NAC_NONE][b], 2e-5); /* an image may be another one */
            }
        }
        free_model(model);
    }
    umk_context_destroy(context);
}

/* Frequencies are invariant under the point group at a general q. */
static void check_point_group(umk_context *context, const phonon_model *model, const umk_harmonic *harmonic,
                              umk_nac_method method) {
    (void)model;
    double expected[max_bands], found[max_bands];
    get_frequencies(harmonic, context, general_q, expected);
    for (int64_t r = 0; r < harmonic->n_rotations; r++) {
        double q[3] = {0};
        for (int m = 0; m < 9; m++) {
            q[m / 3] += (double)harmonic->reciprocal_rotations[r][m / 3][m % 3] * general_q[m % 3];
        }
        get_frequencies(harmonic, context, q, found);
        for (int64_t b = 0; b < harmonic->n_bands; b++) {
            assert_close(found[b], expected[b], method == UMK_NAC_GONZE ? 2e-6 : 1e-9);
        }
    }
    /* Oh of the two cubic crystals, D6h of wurtzite once time reversal adds the inversion to C6v */
    assert_int_equal(harmonic->n_rotations, model->crystal.primitive.n_atoms == 4 ? 24 : 48);
}

static void frequencies_have_the_point_group(void **state) {
    (void)state;
    for_all_models(check_point_group);
}

static void eigenvectors_solve_the_problem(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("wurtzite");
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_GONZE);
    int64_t n = umk_harmonic_n_bands(harmonic);
    double complex matrix[max_bands * max_bands], vectors[max_bands * max_bands];
    double frequencies[max_bands];
    assert_int_equal(n, 12);
    get_matrix(harmonic, context, general_q, matrix);
    assert_int_equal(umk_harmonic_solve(harmonic, context, general_q, frequencies, (double *)vectors), UMK_OK);
    for (int64_t band = 0; band < n; band++) {
        double root = frequencies[band] / UMK_FREQUENCY_FACTOR;
        for (int64_t i = 0; i < n; i++) {
            double complex sum = -root * root * vectors[i * n + band];
            for (int64_t j = 0; j < n; j++) sum += matrix[i * n + j] * vectors[j * n + band];
            assert_close(cabs(sum), 0, 1e-13);
        }
    }
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

/* (2,0,0),(0,3,0),(0,0,1) on an orthorhombic lattice: all k/2, l/3 in the first zone. */
static void commensurate_points_fill_the_zone(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    static const double lattice[3][3] = {{0.3, 0, 0}, {0, 0.25, 0}, {0, 0, 0.2}};
    static const int64_t matrix[3][3] = {{2, 0, 0}, {0, 3, 0}, {0, 0, 1}},
                         singular[3][3] = {{1, 0, 0}, {1, 0, 0}, {0, 0, 1}};
    static const int64_t oblique[3][3] = {{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}};
    double(*points)[3], sum[3] = {0};
    int64_t n_points;
    assert_int_equal(umk_commensurate_points(&points, &n_points, context, lattice, matrix), UMK_OK);
    assert_int_equal(n_points, 6);
    for (int64_t n = 0; n < n_points; n++) {
        for (int a = 0; a < 3; a++) {
            double multiple = points[n][a] * (double)matrix[a][a];
            assert_close(multiple, nearbyint(multiple), 1e-14);
            assert_true(fabs(points[n][a]) <= 0.5);
            sum[a] += points[n][a] * points[n][a];
        }
    }
    assert_close(sum[0], 3 * 0.25, 1e-14);
    assert_close(sum[1], 4 / 9.0, 1e-14);
    assert_close(sum[2], 0, 1e-14);
    umk_release(points);
    assert_int_equal(umk_commensurate_points(&points, &n_points, context, lattice, oblique), UMK_OK);
    assert_int_equal(n_points, 4);
    umk_release(points);
    assert_int_equal(umk_commensurate_points(&points, &n_points, context, lattice, singular), UMK_ERROR_INPUT);
    umk_context_destroy(context);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("nacl");
    umk_harmonic *harmonic;
    umk_harmonic_options options = UMK_HARMONIC_OPTIONS_INIT;
    umk_fc2 other = model->fc2;
    other.n_supercell = 8;
    assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &other, NULL), UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(context), "2 and 8 atoms do not belong to a crystal of 2 and 64"));
    assert_null(harmonic);
    options.nac_method = (umk_nac_method)7;
    assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, &options),
                     UMK_ERROR_ARGUMENT);
    options.nac_method = UMK_NAC_GONZE;
    options.q_direction[1] = NAN;
    assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, &options),
                     UMK_ERROR_ARGUMENT);
    model->crystal.born.dielectric[0][0] = -1e3;
    assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, NULL), UMK_ERROR_INPUT);
    model->crystal.phonon_supercell.shortest_vectors[3][0] += 0.3;
    assert_int_equal(umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, NULL), UMK_ERROR_INPUT);
    assert_non_null(strstr(umk_context_message(context), "no lattice translation"));
    umk_harmonic_destroy(NULL);
    free_model(model);
    umk_context_destroy(context);
}

static void failing_allocations_are_reported(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("nacl");
    for (int method = 0; method < 2; method++) {
        umk_status status = UMK_ERROR_MEMORY;
        int64_t n = 0;
        for (; n < 100 && status == UMK_ERROR_MEMORY; n++) {
            umk_harmonic *harmonic = NULL;
            umk_harmonic_options options = UMK_HARMONIC_OPTIONS_INIT;
            double frequencies[max_bands], velocities[max_bands][3], matrix[2 * max_bands * max_bands];
            options.nac_method = (umk_nac_method)method;
            umk_test_fail_allocation(n);
            status = umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, &options);
            if (status == UMK_OK) status = umk_harmonic_solve(harmonic, context, general_q, frequencies, NULL);
            if (status == UMK_OK) status = umk_harmonic_dynamical_matrix(harmonic, context, general_q, matrix);
            if (status == UMK_OK) {
                status = umk_harmonic_group_velocities(harmonic, context, general_q, &velocities[0][0]);
            }
            umk_test_fail_allocation(-1);
            umk_harmonic_destroy(harmonic);
        }
        assert_int_equal(status, UMK_OK);
        assert_true(n > 30);
    }
    free_model(model);
    umk_context_destroy(context);
}

/*
 * Memory goes with the number of lattice vectors: a box around those of this chain would be 4 TB. Springs between
 * neighbours, in all directions alike, and mass 1 make D(q) = 2 (1 - cos(2 pi q step)).
 */
static void check_long_chain(umk_context *context, const int64_t step[3]) {
    enum { half = 4000, n_s = 2 * half + 1 };
    double position[1][3] = {{0}}, mass[1] = {1}, turns = 0;
    double(*vectors)[3] = make_array(n_s, sizeof *vectors), *values = make_array(n_s, 9 * sizeof *values);
    int64_t *multiplicity = make_array(n_s, 2 * sizeof *multiplicity), *kinds = make_array(n_s, sizeof *kinds);
    umk_cell primitive = {.n_atoms = 1, .positions = position, .masses = mass};
    umk_supercell supercell = {.cell.n_atoms = n_s,
                               .s2pp_map = kinds,
                               .multiplicity = multiplicity,
                               .n_shortest_vectors = n_s,
                               .shortest_vectors = vectors};
    for (int64_t k = 0; k < n_s; k++) {
        multiplicity[2 * k] = 1;
        multiplicity[2 * k + 1] = k;
        for (int a = 0; a < 3; a++) vectors[k][a] = (double)((k - half) * step[a]);
        for (int a = 0; a < 3; a++) values[9 * k + 4 * a] = k == half ? 2 : llabs(k - half) == 1 ? -1 : 0;
    }
    umk_lattice_sum sum;
    umk_status status = umk_lattice_sum_create(&sum, context, &primitive, &supercell);
    if (status != UMK_OK) fail_msg("%s", umk_context_message(context));
    assert_int_equal(sum.n_vectors, n_s);
    umk_lattice_sum_set(&sum, n_s, values);
    double complex matrix[9];
    double *scratch = make_array(umk_lattice_sum_scratch(&sum), sizeof *scratch);
    umk_lattice_sum_phases(&sum, general_q, scratch);
    umk_lattice_sum_matrix(&sum, general_q, (umk_pair_term){NULL, NULL}, scratch, matrix);
    for (int a = 0; a < 3; a++) turns += general_q[a] * (double)step[a];
    for (int i = 0; i < 9; i++) {
        assert_close(cabs(matrix[i] - (i % 4 == 0 ? 2 - 2 * cos(2 * UMK_PI * turns) : 0)), 0, 1e-12);
    }
    umk_lattice_sum_clear(&sum);
    free(scratch);
    free(vectors);
    free(values);
    free(multiplicity);
    free(kinds);
}

static void long_supercells_need_little_memory(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    check_long_chain(context, (const int64_t[3]){0, 0, 1});
    check_long_chain(context, (const int64_t[3]){1, -1, 2});
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_agree_with_phonopy),
        cmocka_unit_test(limits_at_gamma_agree_with_phonopy),
        cmocka_unit_test(matrix_has_its_symmetries),
        cmocka_unit_test(sum_rule_holds_at_gamma),
        cmocka_unit_test(methods_agree_at_commensurate_points),
        cmocka_unit_test(frequencies_have_the_point_group),
        cmocka_unit_test(eigenvectors_solve_the_problem),
        cmocka_unit_test(commensurate_points_fill_the_zone),
        cmocka_unit_test(long_supercells_need_little_memory),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(failing_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
