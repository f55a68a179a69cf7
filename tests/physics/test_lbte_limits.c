/*
 * The full linearized Boltzmann equation where it is special: degenerate sets, more scattering, low temperatures, modes
 * without linewidths; the same bits with any threads, memory and grid points in flight; options that are refused.
 */
#include "physics/lbte.h"

/* ---- degenerate sets ---------------------------------------------------------------------------------------------*/

/* Along c an even mesh has the zone boundary, where bands of wurtzite stick together with opposite slopes. */
static void test_degenerate_sets(void **state) {
    (void)state;
    umk_rta_options rta = one_temperature();
    for (int i = 0; i < 3; i++) {
        const test_model *model = i == 0 ? wurtzite : i == 1 ? silicon : sodium_chloride;
        test_mesh mesh = i == 0 ? make_mesh(wurtzite, 4, 4, 2, false) : make_mesh(model, 5, 5, 5, false);
        umk_lbte_options options = iteratively();
        solution all = solve(model, &mesh, rta, options);
        options.whole_sets = true;
        solution whole = solve(model, &mesh, rta, options);
        double share = all.reports[0].degenerate_share, lost[6], trace = 0, kept = 0;
        for (int c = 0; c < 6; c++) lost[c] = all.result.kappa[c] - whole.result.kappa[c];
        for (int c = 0; c < 3; c++) trace += all.result.kappa[c];
        for (int c = 0; c < 3; c++) kept += whole.result.kappa[c];
        print_message("differences within degenerate sets: %.3g of kappa\n", share);
        assert_true(fabs(kept - (1 - share) * trace) < 1e-12 * trace);
        assert_true(whole.reports[0].degenerate_share == 0);
        if (i == 0) {
            assert_true(share > 0.01 && share < 0.9 && lost[2] > 0.01 * all.result.kappa[2]);
            for (int c = 0; c < 3; c++) assert_true(lost[c] > -1e-12 * trace);
        } else {
            assert_true(share < 1e-9);
        }
        end_solution(&all);
        end_solution(&whole);
        test_mesh_free(&mesh);
    }
}

/* ---- more scattering, and less -----------------------------------------------------------------------------------*/

static void test_more_scattering(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    umk_rta_options rta = one_temperature();
    rta.boundary_mfp = 0;
    solution pure = solve(silicon, &mesh, rta, directly());
    rta.mass_variances = (const double[]){2e-4, 2e-4};
    solution isotopes = solve(silicon, &mesh, rta, directly());
    rta.boundary_mfp = 1;
    solution both = solve(silicon, &mesh, rta, directly());
    rta.boundary_mfp = 1e-4;
    solution film = solve(silicon, &mesh, rta, directly());
    for (int c = 0; c < 3; c++) {
        assert_true(isotopes.result.kappa[c] < 0.99 * pure.result.kappa[c]);
        assert_true(both.result.kappa[c] < 0.99 * isotopes.result.kappa[c]);
        /* the boundary alone scatters: relaxation times are exact */
        assert_true(fabs(film.result.kappa[c] / film.result.kappa_rta[c] - 1) < 1e-2);
    }
    /* a diagonal that grows by a positive matrix: no eigenvalue falls */
    for (int64_t k = 0; k < pure.spectrum.n_values; k++) {
        assert_true(isotopes.spectrum.eigenvalues[k] >= pure.spectrum.eigenvalues[k] * (1 - 1e-12));
        assert_true(both.spectrum.eigenvalues[k] >= isotopes.spectrum.eigenvalues[k] * (1 - 1e-12));
    }
    end_solution(&pure);
    end_solution(&isotopes);
    end_solution(&both);
    end_solution(&film);
    test_mesh_free(&mesh);
}

/* At 0 K there is no heat and nothing is scattered into a mode; kappa is 0 and no other temperature suffers. */
static void test_zero_kelvin(void **state) {
    (void)state;
    const double cold[2] = {0, 300};
    test_mesh mesh = test_mesh_cube(silicon, 4);
    umk_rta_options rta = one_temperature();
    for (int i = 0; i < 2; i++) {
        umk_lbte_options options = i == 0 ? iteratively() : directly();
        options.relaxons = i == 1;
        solution alone = solve(silicon, &mesh, rta, options);
        umk_rta_options with_zero = rta;
        with_zero.n_temperatures = 2;
        with_zero.temperatures = cold;
        solution s = solve(silicon, &mesh, with_zero, options);
        for (int c = 0; c < 6; c++) assert_true(s.result.kappa[c] == 0 && s.result.kappa_rta[c] == 0);
        assert_int_equal(s.reports[0].state, UMK_LBTE_SOLVED);
        assert_true(s.reports[0].degenerate_share == 0 && isfinite(s.reports[0].lowest_curvature));
        assert_memory_equal(s.result.kappa + 6, alone.result.kappa, 6 * sizeof(double));
        end_solution(&alone);
        end_solution(&s);
    }
    test_mesh_free(&mesh);
}

/* On so coarse a mesh integration errors outweigh the linewidths of the modes that are left at 10 K. */
static void test_not_positive(void **state) {
    (void)state;
    const double cold[2] = {10, 300};
    umk_rta_options rta = one_temperature();
    rta.n_temperatures = 2;
    rta.temperatures = cold;
    test_mesh mesh = test_mesh_cube(sodium_chloride, 9);
    for (int i = 0; i < 2; i++) {
        told.n_warnings = 0;
        umk_lbte_options options = i == 0 ? iteratively() : directly();
        solution s = solve(sodium_chloride, &mesh, rta, options);
        assert_int_equal(s.reports[0].state, UMK_LBTE_NOT_POSITIVE);
        assert_int_equal(s.reports[1].state, UMK_LBTE_SOLVED);
        assert_true(s.reports[0].lowest_curvature < 0 && s.reports[1].lowest_curvature > 0);
        assert_true(i == 0 || s.reports[0].n_negative > 0);
        int64_t n = 6 * s.result.n_points * s.result.n_bands;
        for (int c = 0; c < 6; c++) assert_true(isnan(s.result.kappa[c]) && isfinite(s.result.kappa[6 + c]));
        for (int64_t k = 0; k < n; k++)
            assert_true(isnan(s.result.mode_kappa[k]) && isfinite(s.result.mode_kappa[n + k]));
        assert_true(s.result.kappa_rta[0] > 0 && s.result.kappa[6] > 0);
        assert_int_equal(told.n_warnings, 1);
        assert_non_null(strstr(told.last, "10 K: the collision operator is not positive"));
        end_solution(&s);
    }
    /* a cut-off that was asked for is taken as it is, as in phono3py, and its part in kappa told */
    umk_lbte_options options = directly();
    options.pinv_cutoff = 1e-8;
    for (options.pinv_method = 0; options.pinv_method < 2; options.pinv_method++) {
        told.n_warnings = 0;
        solution s = solve(sodium_chloride, &mesh, rta, options);
        assert_int_equal(s.reports[0].state, UMK_LBTE_SOLVED);
        assert_true(isfinite(s.result.kappa[0]) && s.reports[0].n_negative > 0);
        assert_true(options.pinv_method == 0 || s.reports[0].n_removed >= s.reports[0].n_negative);
        assert_true(s.reports[0].doubtful_share > 1e-3 && s.reports[0].doubtful_share < 1);
        assert_true(s.reports[1].doubtful_share == 0);
        assert_non_null(strstr(told.last, "10 K: kappa depends on the cut-off of eigenvalues"));
        end_solution(&s);
    }
    test_mesh_free(&mesh);
}

/* Where kappa hangs on what is as small as integration errors it is told, by both solvers; elsewhere not. */
static void test_integration_error(void **state) {
    (void)state;
    const double cold[3] = {20, 50, 300};
    umk_rta_options rta = one_temperature();
    rta.n_temperatures = 3;
    rta.temperatures = cold;
    test_mesh mesh = test_mesh_cube(silicon, 9);
    double found[2][3];
    for (int i = 0; i < 2; i++) {
        told.n_warnings = 0;
        solution s = solve(silicon, &mesh, rta, i == 0 ? iteratively() : directly());
        for (int t = 0; t < 3; t++) {
            assert_int_equal(s.reports[t].state, UMK_LBTE_SOLVED);
            found[i][t] = s.reports[t].integration_error;
        }
        assert_true(found[i][0] > 1 && found[i][1] < 0.2 && found[i][2] < 0.1);
        assert_int_equal(told.n_warnings, 1);
        assert_non_null(strstr(told.last, "20 K: kappa is not reliable"));
        end_solution(&s);
    }
    assert_true(test_deviation(3, found[0], found[1]) < 1e-5);
    /* the operator of Gaussians is symmetric */
    double sigma = 0.1;
    rta.n_sigmas = 1;
    rta.sigmas = &sigma;
    solution s = solve(silicon, &mesh, rta, iteratively());
    for (int t = 0; t < 3; t++) assert_true(s.reports[t].integration_error < 1e-6);
    end_solution(&s);
    test_mesh_free(&mesh);
}

/* A width far below the distance of energies: no triplet counts, and only the boundary is left, or nothing. */
static void test_without_linewidths(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 3);
    umk_rta_options rta = one_temperature();
    rta.n_sigmas = 1;
    rta.sigmas = (const double[]){1e-4};
    for (int i = 0; i < 6; i++) {
        umk_lbte_options options = i % 3 == 0 ? iteratively() : directly();
        options.reducible = i % 3 == 2;
        rta.boundary_mfp = i < 3 ? 1 : 0;
        solution s = solve(silicon, &mesh, rta, options);
        int64_t n_modes = 6 * umk_grid_n_points(mesh.grid) - 3;
        assert_int_equal(s.reports[0].state, UMK_LBTE_SOLVED);
        for (int c = 0; c < 3; c++) {
            double kappa = s.result.kappa[c], rta_kappa = s.result.kappa_rta[c];
            assert_true(i < 3 ? kappa > 0 && fabs(kappa / rta_kappa - 1) < 1e-9 : kappa == 0 && rta_kappa == 0);
        }
        assert_true(i < 3 ? s.reports[0].n_without < n_modes / 2 : s.reports[0].n_without == n_modes);
        end_solution(&s);
    }
    test_mesh_free(&mesh);
}

/* ---- the same bits -----------------------------------------------------------------------------------------------*/

typedef struct way {
    int n_threads;
    int64_t in_flight;
    double share; /* of the memory that all rows take; 0: as much as there is, < 0: none */
} way;

/* Two blocks of temperatures, but where each takes a matrix of its own. */
static const double many_temperatures[] = {300, 100, 150, 200, 250, 350, 400, 450, 500};

static int64_t count_temperatures(const umk_lbte_options *lbte) {
    return lbte->solver == UMK_LBTE_DIRECT ? 2 : sizeof many_temperatures / sizeof many_temperatures[0];
}

static void run_way(const test_model *model, const test_mesh *mesh, const umk_lbte_options *lbte, const way *w,
                    solution *s) {
    umk_context *own = make_context(w->n_threads);
    umk_transport_model transport = {model->crystal, model->harmonic, mesh->grid, mesh->phonons, mesh->interaction};
    umk_rta_options rta = one_temperature();
    rta.n_temperatures = count_temperatures(lbte);
    rta.temperatures = many_temperatures;
    rta.grid_points_in_flight = w->in_flight;
    umk_lbte_options options = *lbte;
    umk_lbte_estimate estimate;
    test_try(own, umk_lbte_estimate_run(&estimate, own, &transport, &rta, &options));
    assert_true(estimate.kept_share == 1 && estimate.row_bytes > 0 && estimate.bytes > 0);
    if (w->share != 0) {
        options.memory = estimate.bytes + (w->share < 0 ? 0 : w->share * estimate.row_bytes) + 1;
        test_try(own, umk_lbte_estimate_run(&estimate, own, &transport, &rta, &options));
        assert_true(estimate.kept_share < 1 && (w->share < 0) == (estimate.kept_share < 0.01));
    }
    test_try(own, try_solve(s, own, model, mesh, &rta, &options));
    umk_context_destroy(own);
}

static void check_bits(const test_model *model, const test_mesh *mesh, const umk_lbte_options *lbte) {
    const way ways[] = {{1, 0, 0},   {2, 1, 0},  {5, 3, 0},  {12, 0, 0}, {1, 8, 0.5},
                        {2, 3, 0.3}, {5, 8, -1}, {2, 0, -1}, {1, 1, -1}};
    size_t n_temperatures = (size_t)count_temperatures(lbte);
    solution first, s;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        run_way(model, mesh, lbte, &ways[i], i == 0 ? &first : &s);
        if (i == 0) continue;
        size_t modes = (size_t)(first.result.n_points * first.result.n_bands);
        assert_memory_equal(s.result.gamma, first.result.gamma, n_temperatures * modes * sizeof(double));
        size_t bytes = 6 * n_temperatures * sizeof(double);
        assert_memory_equal(s.result.mode_kappa, first.result.mode_kappa, modes * bytes);
        assert_memory_equal(s.result.kappa, first.result.kappa, bytes);
        assert_memory_equal(s.result.kappa_rta, first.result.kappa_rta, bytes);
        assert_memory_equal(s.reports, first.reports, sizeof s.reports);
        if (lbte->solver == UMK_LBTE_DIRECT) {
            size_t n = n_temperatures * (size_t)s.spectrum.n_values;
            assert_memory_equal(s.spectrum.eigenvalues, first.spectrum.eigenvalues, n * sizeof(double));
        }
        end_solution(&s);
    }
    end_solution(&first);
}

static void test_same_bits(void **state) {
    (void)state;
    umk_lbte_options options = UMK_LBTE_OPTIONS_INIT;
    test_mesh mesh = test_mesh_cube(sodium_chloride, 4);
    check_bits(sodium_chloride, &mesh, &options);
    options = directly();
    check_bits(sodium_chloride, &mesh, &options);
    test_mesh_free(&mesh);
    mesh = test_mesh_cube(silicon, 3);
    options.reducible = true;
    check_bits(silicon, &mesh, &options);
    test_mesh_free(&mesh);
}

/* ---- options -----------------------------------------------------------------------------------------------------*/

static umk_status no_rows(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    (void)user, (void)results, (void)point, (void)rows;
    return UMK_OK;
}

static umk_status rows_that_nobody_reads(void *user, int64_t sigma, int64_t point, double *rows) {
    (void)user, (void)sigma, (void)point, (void)rows;
    fail_msg("rows are read although the options are refused");
    return UMK_ERROR_INTERNAL;
}

static umk_status rows_that_end(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    (void)results, (void)rows;
    ++*(int *)user;
    return point < 2 ? UMK_OK : UMK_ERROR_IO;
}

static void refuse(const test_mesh *mesh, umk_rta_options rta, umk_lbte_options lbte, umk_status expected,
                   const char *words) {
    solution s;
    umk_lbte_estimate estimate;
    umk_transport_model transport = {silicon->crystal, silicon->harmonic, mesh->grid, mesh->phonons, mesh->interaction};
    for (int i = 0; i < 2; i++) {
        umk_status status = i == 0 ? umk_lbte_estimate_run(&estimate, context, &transport, &rta, &lbte)
                                   : try_solve(&s, context, silicon, mesh, &rta, &lbte);
        if (status != expected) fail_msg("%s: %s", words, umk_status_text(status));
        if (strstr(umk_context_message(context), words) == NULL) fail_msg("%s", umk_context_message(context));
    }
    end_solution(&s);
}

static void test_options(void **state) {
    (void)state;
    const umk_status argument = UMK_ERROR_ARGUMENT;
    test_mesh mesh = test_mesh_cube(silicon, 2);
    umk_rta_options rta = one_temperature(), wrong = rta;
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    wrong.average_strength = true;
    refuse(&mesh, wrong, lbte, argument, "average strengths");
    wrong = rta;
    wrong.constant_strength = 1e-9;
    refuse(&mesh, wrong, lbte, argument, "average strengths");
    umk_conductivity nothing = {0};
    wrong = rta;
    wrong.read = &nothing;
    refuse(&mesh, wrong, lbte, argument, "together with linewidths");
    lbte.read_rows = rows_that_nobody_reads;
    refuse(&mesh, rta, lbte, argument, "together with linewidths");
    refuse(&mesh, wrong, lbte, argument, "solved directly");
    lbte = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    wrong = rta;
    wrong.n_grid_points = 1;
    wrong.grid_points = (const int64_t[]){0};
    refuse(&mesh, wrong, lbte, argument, "all grid points");
    lbte.write_rows = no_rows;
    lbte.checkpoint = "umklapp-lbte-none";
    refuse(&mesh, wrong, lbte, argument, "all grid points");
    for (int i = 0; i < 4; i++) {
        lbte = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
        lbte.tolerance = (const double[]){-1, 1, NAN, 0}[i];
        lbte.most_iterations = i == 3 ? -1 : 0;
        refuse(&mesh, rta, lbte, argument, "out of range");
    }
    for (int i = 0; i < 3; i++) {
        lbte = directly();
        if (i == 0) lbte.pinv_cutoff = NAN;
        if (i == 1) lbte.pinv_method = 2;
        if (i == 2) lbte.solver = (umk_lbte_solver)2;
        refuse(&mesh, rta, lbte, argument, "out of range");
    }
    lbte = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    lbte.relaxons = true;
    refuse(&mesh, rta, lbte, argument, "relaxons: the direct solver is needed");
    lbte.solver = UMK_LBTE_DIRECT;
    lbte.reducible = true;
    refuse(&mesh, rta, lbte, argument, "irreducible modes");
    lbte = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    lbte.checkpoint = "umklapp-lbte-none";
    wrong = rta;
    wrong.normal_umklapp = true;
    refuse(&mesh, wrong, lbte, argument, "checkpoint keeps no normal");
    lbte.checkpoint = NULL;
    wrong = rta;
    wrong.n_temperatures = -1;
    refuse(&mesh, wrong, lbte, argument, "no temperatures");
    lbte.memory = 1;
    refuse(&mesh, rta, lbte, UMK_ERROR_MEMORY, "iterative solver needs");
    lbte.solver = UMK_LBTE_DIRECT;
    refuse(&mesh, rta, lbte, UMK_ERROR_MEMORY, "direct solver needs");
    lbte = iteratively();
    int n_told = 0;
    solution s;
    lbte.write_rows = rows_that_end;
    lbte.user = &n_told;
    assert_int_equal(try_solve(&s, context, silicon, &mesh, &rta, &lbte), UMK_ERROR_IO);
    assert_int_equal(n_told, 3);
    end_solution(&s);
    test_mesh_free(&mesh);
}

/* What a run will need is told, and with rows for files more of it. */
static void test_estimate(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    umk_transport_model transport = {silicon->crystal, silicon->harmonic, mesh.grid, mesh.phonons, mesh.interaction};
    umk_rta_options rta = one_temperature();
    umk_lbte_options iterative = iteratively(), direct = directly();
    umk_lbte_estimate of_iterative, of_direct, writing;
    test_try(context, umk_lbte_estimate_run(&of_iterative, context, &transport, &rta, &iterative));
    test_try(context, umk_lbte_estimate_run(&of_direct, context, &transport, &rta, &direct));
    solution s = solve(silicon, &mesh, rta, direct);
    assert_int_equal(of_direct.n_points, s.result.n_points);
    assert_true(of_direct.n_dimensions >= s.reports[0].n_dimensions);
    assert_true(of_direct.n_dimensions <= 3 * s.result.n_points * s.result.n_bands);
    assert_true(of_direct.bytes == of_iterative.other_solver_bytes &&
                of_direct.other_solver_bytes == of_iterative.bytes);
    assert_true(of_direct.diagonalization_seconds > 0 && of_iterative.diagonalization_seconds == 0);
    iterative.write_rows = no_rows;
    test_try(context, umk_lbte_estimate_run(&writing, context, &transport, &rta, &iterative));
    double modes = (double)(s.result.n_points * s.result.n_bands);
    assert_true(writing.bytes >= of_iterative.bytes + 8 * 9 * (double)s.result.n_bands * modes);
    direct.reducible = true;
    test_try(context, umk_lbte_estimate_run(&of_direct, context, &transport, &rta, &direct));
    assert_int_equal(of_direct.n_dimensions, 125 * s.result.n_bands);
    end_solution(&s);
    test_mesh_free(&mesh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_degenerate_sets),   cmocka_unit_test(test_more_scattering),
        cmocka_unit_test(test_zero_kelvin),       cmocka_unit_test(test_not_positive),
        cmocka_unit_test(test_integration_error), cmocka_unit_test(test_without_linewidths),
        cmocka_unit_test(test_same_bits),         cmocka_unit_test(test_options),
        cmocka_unit_test(test_estimate),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
