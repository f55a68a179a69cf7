/*
 * The full linearized Boltzmann equation: two solvers, three forms of the matrix and any symmetry give the same kappa;
 * the variational principle; positive eigenvalues and relaxons.
 */
#include "physics/lbte.h"

enum { diagonal_only = 3 };

/* ---- ways to the same kappa --------------------------------------------------------------------------------------*/

static void check_solvers(const char *what, const test_model *model, const test_mesh *mesh, umk_rta_options rta) {
    solution direct = solve(model, mesh, rta, directly()), iterative = solve(model, mesh, rta, iteratively());
    for (int64_t t = 0; t < rta.n_temperatures; t++) {
        const umk_lbte_report *report = &iterative.reports[t];
        assert_int_equal(report->state, UMK_LBTE_SOLVED);
        assert_int_equal(direct.reports[t].state, UMK_LBTE_SOLVED);
        assert_true(report->n_iterations > 2 && report->n_iterations < 100 && report->residual < 1e-4);
        assert_true(report->lowest_curvature > 0 && report->lowest_curvature < 1.0001);
        assert_int_equal(report->n_without, direct.reports[t].n_without);
        assert_true(fabs(report->degenerate_share - direct.reports[t].degenerate_share) < 1e-9);
        /* scattering into the mode is more than a correction: the equation says something */
        assert_true(fabs(direct.result.kappa[6 * t] / direct.result.kappa_rta[6 * t] - 1) > 1e-3);
    }
    expect_kappas(what, &iterative, &direct, 1e-9);
    int64_t n = direct.result.n_points * direct.result.n_bands * 6;
    for (int64_t t = 0; t < rta.n_temperatures; t++) { /* kappa is the sum of mode_kappa */
        double sum[6] = {0};
        for (int64_t k = 0; k < n; k++) sum[k % 6] += iterative.result.mode_kappa[t * n + k];
        for (int c = 0; c < 6; c++) sum[c] /= (double)umk_grid_n_points(mesh->grid);
        assert_true(test_deviation(6, sum, iterative.result.kappa + 6 * t) < 1e-12);
    }
    end_solution(&direct);
    end_solution(&iterative);
}

static void test_solvers(void **state) {
    (void)state;
    umk_rta_options rta = one_temperature();
    rta.n_temperatures = 3;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    check_solvers("silicon", silicon, &mesh, rta);
    rta.n_sigmas = 1;
    rta.sigmas = (const double[]){0.3};
    check_solvers("silicon, smearing", silicon, &mesh, rta);
    rta.n_sigmas = 0;
    test_mesh_free(&mesh);
    mesh = test_mesh_cube(sodium_chloride, 4);
    rta.mass_variances = (const double[]){1e-3, 2e-4};
    rta.boundary_mfp = 1;
    check_solvers("NaCl, isotopes and boundary", sodium_chloride, &mesh, rta);
    rta.mass_variances = NULL;
    test_mesh_free(&mesh);
    mesh = make_mesh(wurtzite, 4, 4, 2, false);
    check_solvers("wurtzite", wurtzite, &mesh, rta);
    test_mesh_free(&mesh);
    test_model *quartz = test_model_load(context, &(test_model_options){.example = "quartz-model"});
    mesh = make_mesh(quartz, 3, 3, 2, false);
    rta.n_temperatures = 1;
    check_solvers("quartz", quartz, &mesh, rta);
    test_mesh_free(&mesh);
    test_model_free(quartz);
}

static void check_reducible(const char *what, const test_model *model, const test_mesh *mesh, bool all_points) {
    umk_rta_options rta = one_temperature();
    umk_lbte_options reducible = directly();
    rta.no_kappa_stars = all_points;
    reducible.reducible = true;
    solution few = solve(model, mesh, rta, directly()), all = solve(model, mesh, rta, reducible);
    int64_t n = umk_grid_n_points(mesh->grid) * few.result.n_bands;
    assert_int_equal(all.spectrum.n_values, n);
    assert_true(all.reports[0].n_dimensions <= n && all.reports[0].n_dimensions > 2 * n / 3);
    assert_true(few.reports[0].n_dimensions < all.reports[0].n_dimensions * (all_points ? 3 : 1));
    expect_kappas(what, &all, &few, 1e-10);
    end_solution(&few);
    end_solution(&all);
}

static void test_reducible(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 4);
    check_reducible("silicon, all modes", silicon, &mesh, false);
    test_mesh_free(&mesh);
    mesh = test_mesh_cube(sodium_chloride, 3);
    check_reducible("NaCl, all modes", sodium_chloride, &mesh, false);
    test_mesh_free(&mesh);
    mesh = make_mesh(wurtzite, 3, 3, 2, false);
    check_reducible("wurtzite, all modes", wurtzite, &mesh, false);
    test_mesh_free(&mesh);
    mesh = make_mesh(silicon, 3, 3, 3, true);
    check_reducible("silicon, all modes and points", silicon, &mesh, true);
    test_mesh_free(&mesh);
}

/* Irreducible points with their stars, and every point for itself. */
static void check_stars(const char *what, const test_model *model, int64_t a, int64_t c, bool whole_sets) {
    umk_rta_options rta = one_temperature();
    umk_lbte_options iterative = iteratively(), direct = directly();
    iterative.whole_sets = direct.whole_sets = whole_sets;
    test_mesh few = make_mesh(model, a, a, c, false), all = make_mesh(model, a, a, c, true);
    solution with = solve(model, &few, rta, iterative);
    rta.no_kappa_stars = true;
    solution without = solve(model, &all, rta, iterative), dense = solve(model, &all, rta, direct);
    assert_true(without.result.n_points > 2 * with.result.n_points);
    expect_kappa(what, &without, &with, 1e-7);
    expect_kappa(what, &dense, &with, 1e-7);
    end_solution(&with);
    end_solution(&without);
    end_solution(&dense);
    test_mesh_free(&few);
    test_mesh_free(&all);
}

static void test_stars(void **state) {
    (void)state;
    check_stars("silicon, no stars", silicon, 3, 3, false);
    check_stars("NaCl, no stars", sodium_chloride, 3, 3, false);
    /* Slopes of bands that stick together, here on the line K-H and the plane A, do not belong to bands along all axes
     * at the same time: the differences of the bands of a set depend on the order of the axes. */
    check_stars("wurtzite, no stars, whole sets", wurtzite, 3, 3, true);
    check_stars("wurtzite, no stars, whole sets", wurtzite, 3, 2, true);
}

/* Stars of the grid and of the options, and reduced triplets where there are no stars, make no sense together. */
static void test_stars_of_another_grid(void **state) {
    (void)state;
    solution s;
    for (int all = 0; all < 3; all++) {
        umk_rta_options rta = one_temperature();
        umk_lbte_options lbte = iteratively();
        umk_grid_options grid = {.mesh = {2, 2, 2}, .no_grid_point_symmetry = all > 0, .no_mesh_symmetry = all == 1};
        test_mesh mesh = test_mesh_make(silicon, &grid, NULL);
        rta.no_kappa_stars = all != 1;
        assert_int_equal(try_solve(&s, context, silicon, &mesh, &rta, &lbte), UMK_ERROR_ARGUMENT);
        assert_non_null(strstr(umk_context_message(context), "no_grid_point_symmetry"));
        end_solution(&s);
        test_mesh_free(&mesh);
    }
}

/* Triplets that are not reduced, and a crystal whose symmetry is not used at all. */
static void test_no_symmetry(void **state) {
    (void)state;
    umk_rta_options rta = one_temperature();
    umk_grid_options grid = {.mesh = {3, 3, 3}, .no_mesh_symmetry = true};
    test_mesh mesh = test_mesh_cube(silicon, 3), all_triplets = test_mesh_make(silicon, &grid, NULL);
    solution expected = solve(silicon, &mesh, rta, iteratively());
    solution got = solve(silicon, &all_triplets, rta, iteratively());
    expect_kappas("silicon, triplets not reduced", &got, &expected, 1e-9);
    end_solution(&got);
    test_mesh_free(&all_triplets);
    test_model *plain = test_model_load(context, &(test_model_options){.example = "si-pbesol", .no_symmetry = true});
    for (int no_inversion = 0; no_inversion < 2; no_inversion++) {
        grid = (umk_grid_options){.mesh = {3, 3, 3}, .no_time_reversal = no_inversion == 1};
        test_mesh own = test_mesh_make(plain, &grid, NULL);
        check_solvers("silicon as a triclinic crystal", plain, &own, rta);
        got = solve(plain, &own, rta, iteratively());
        /* symmetry of tetrahedra and of eigenvectors is missing: not the same sum */
        expect_kappas("silicon without symmetry", &got, &expected, 0.05);
        end_solution(&got);
        test_mesh_free(&own);
    }
    test_model_free(plain);
    end_solution(&expected);
    test_mesh_free(&mesh);
}

static void test_other_grids(void **state) {
    (void)state;
    umk_rta_options rta = one_temperature();
    umk_grid_options grid = {.length = 14, .generalized = true};
    test_mesh mesh = test_mesh_make(silicon, &grid, NULL);
    check_solvers("silicon, generalized grid", silicon, &mesh, rta);
    solution s = solve(silicon, &mesh, rta, directly());
    assert_true(s.result.is_generalized);
    for (int c = 1; c < 3; c++) assert_true(fabs(s.result.kappa[c] - s.result.kappa[0]) < 1e-9 * s.result.kappa[0]);
    for (int c = 3; c < 6; c++) assert_true(fabs(s.result.kappa[c]) < 1e-9 * s.result.kappa[0]);
    end_solution(&s);
    test_mesh_free(&mesh);
    test_model *wang = test_model_load(context, &(test_model_options){.example = "nacl", .nac_method = UMK_NAC_WANG});
    mesh = test_mesh_cube(wang, 4);
    check_solvers("NaCl, Wang's term", wang, &mesh, rta);
    test_mesh_free(&mesh);
    test_model_free(wang);
}

/* ---- the variational principle -----------------------------------------------------------------------------------*/

static void check_bound(const char *what, const test_model *model, const test_mesh *mesh) {
    enum { most = 60 };
    umk_rta_options rta = one_temperature();
    rta.n_temperatures = 2;
    umk_lbte_options options = iteratively();
    solution limit = solve(model, mesh, rta, directly());
    double before[12] = {0};
    for (options.most_iterations = 1; options.most_iterations < most; options.most_iterations++) {
        told.n_warnings = 0;
        solution s = solve(model, mesh, rta, options);
        int64_t n_open = 0;
        for (int64_t t = 0; t < 2; t++) {
            bool is_open = s.reports[t].state == UMK_LBTE_NOT_CONVERGED;
            n_open += is_open;
            if (is_open) assert_int_equal(s.reports[t].n_iterations, options.most_iterations);
            for (int c = 0; c < diagonal_only; c++) {
                double kappa = s.result.kappa[6 * t + c], bound = limit.result.kappa[6 * t + c];
                if (!(kappa >= before[6 * t + c] * (1 - 1e-13) && kappa <= bound * (1 + 1e-11))) {
                    fail_msg("%s: %d iterations: %.15g after %.15g, bound %.15g", what, (int)options.most_iterations,
                             kappa, before[6 * t + c], bound);
                }
                if (options.most_iterations <= 3) assert_true(kappa < bound * (1 - 1e-9) && kappa > before[6 * t + c]);
                before[6 * t + c] = kappa;
            }
        }
        assert_int_equal(told.n_warnings, n_open > 0);
        if (n_open > 0) assert_non_null(strstr(told.last, "lower bound"));
        end_solution(&s);
        if (n_open == 0) break;
    }
    assert_true(options.most_iterations < most);
    assert_true(test_deviation_rows(2, 6, before, limit.result.kappa) < 1e-9);
    end_solution(&limit);
}

static void test_variational_bound(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    check_bound("silicon", silicon, &mesh);
    test_mesh_free(&mesh);
    mesh = make_mesh(wurtzite, 3, 3, 3, false);
    check_bound("wurtzite", wurtzite, &mesh);
    test_mesh_free(&mesh);
}

/* ---- spectrum and relaxons ---------------------------------------------------------------------------------------*/

static void check_spectrum(const test_model *model, const test_mesh *mesh, bool whole_sets) {
    umk_rta_options rta = one_temperature();
    umk_lbte_options options = directly();
    rta.n_temperatures = 2;
    options.relaxons = true;
    options.whole_sets = whole_sets;
    solution s = solve(model, mesh, rta, options);
    int64_t n = s.spectrum.n_values;
    assert_int_equal(s.spectrum.n_temperatures, 2);
    assert_int_equal(n, 3 * s.result.n_points * s.result.n_bands);
    for (int64_t t = 0; t < 2; t++) {
        const double *values = s.spectrum.eigenvalues + t * n, *kappa = s.spectrum.kappa + 6 * t * n;
        const umk_lbte_report *report = &s.reports[t];
        double sum[6] = {0}, largest = 0;
        int64_t n_positive = 0;
        for (int64_t k = 0; k < n; k++) {
            assert_true(values[k] >= 0 && (k == 0 || values[k] >= values[k - 1]));
            n_positive += values[k] > 0;
            assert_true(kappa[6 * k] + kappa[6 * k + 1] + kappa[6 * k + 2] >= 0);
            for (int c = 0; c < 6; c++) sum[c] += kappa[6 * k + c];
        }
        for (int64_t m = 0; m < s.result.n_points * s.result.n_bands; m++) {
            largest = fmax(largest, s.result.gamma[t * s.result.n_points * s.result.n_bands + m]);
        }
        assert_int_equal(n_positive, report->n_dimensions);
        assert_int_equal(report->n_negative, 0);
        assert_int_equal(report->n_removed, 0);
        assert_true(report->lowest_curvature == values[n - n_positive] && values[n - 1] < 3 * largest);
        double trace = s.result.kappa[6 * t] + s.result.kappa[6 * t + 1] + s.result.kappa[6 * t + 2];
        double of_relaxons = sum[0] + sum[1] + sum[2];
        assert_true(fabs(of_relaxons - (1 - report->degenerate_share) * trace) < 1e-10 * trace);
        if (report->degenerate_share == 0) assert_true(test_deviation(6, sum, s.result.kappa + 6 * t) < 1e-10);
    }
    end_solution(&s);
}

static void test_relaxons(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    check_spectrum(silicon, &mesh, false);
    test_mesh_free(&mesh);
    mesh = test_mesh_cube(sodium_chloride, 5);
    check_spectrum(sodium_chloride, &mesh, false);
    test_mesh_free(&mesh);
    mesh = make_mesh(wurtzite, 4, 4, 2, false);
    check_spectrum(wurtzite, &mesh, false);
    check_spectrum(wurtzite, &mesh, true);
    test_mesh_free(&mesh);
}

/* Eigenvalues up to the cut-off are left out; kappa falls by what their relaxons carry. */
static void test_pinv_cutoff(void **state) {
    (void)state;
    umk_rta_options rta = one_temperature();
    umk_lbte_options options = directly();
    options.relaxons = true;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    solution all = solve(silicon, &mesh, rta, options);
    int64_t first = all.spectrum.n_values - all.reports[0].n_dimensions, n_out = 7;
    options.pinv_cutoff = all.spectrum.eigenvalues[first + n_out - 1];
    while (all.spectrum.eigenvalues[first + n_out] <= options.pinv_cutoff) n_out++;
    for (options.pinv_method = 0; options.pinv_method < 2; options.pinv_method++) {
        solution some = solve(silicon, &mesh, rta, options);
        double expected[6], of_relaxons = 0;
        for (int64_t k = 0; k < all.spectrum.n_values; k++) of_relaxons += all.spectrum.kappa[6 * k];
        for (int c = 0; c < 6; c++) {
            expected[c] = all.result.kappa[c];
            for (int64_t k = first; k < first + n_out; k++) expected[c] -= all.spectrum.kappa[6 * k + c];
        }
        assert_int_equal(some.reports[0].n_removed, n_out);
        assert_int_equal(some.reports[0].state, UMK_LBTE_SOLVED);
        assert_true(some.result.kappa[0] < 0.999 * all.result.kappa[0]);
        assert_true(test_deviation(6, some.result.kappa, expected) < 1e-9);
        double share = (all.result.kappa[0] - expected[0]) / of_relaxons;
        assert_true(fabs(some.reports[0].doubtful_share - share) < 1e-9);
        end_solution(&some);
    }
    end_solution(&all);
    test_mesh_free(&mesh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solvers),
        cmocka_unit_test(test_reducible),
        cmocka_unit_test(test_stars),
        cmocka_unit_test(test_stars_of_another_grid),
        cmocka_unit_test(test_no_symmetry),
        cmocka_unit_test(test_other_grids),
        cmocka_unit_test(test_variational_bound),
        cmocka_unit_test(test_relaxons),
        cmocka_unit_test(test_pinv_cutoff),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
