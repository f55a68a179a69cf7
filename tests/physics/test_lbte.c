/*
 * The full linearized Boltzmann equation: two solvers, three forms of the matrix and any symmetry give the same kappa;
 * the variational principle, positive eigenvalues, symmetric rows; degenerate sets; more scattering, low temperatures,
 * modes without linewidths; the same bits with any threads, memory and grid points in flight.
 */
#include "support/compare.h"
#include "support/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { most_temperatures = 3 };
static const double temperatures[most_temperatures] = {300, 100, 800};
static const int diagonal_only = 3;

/** What the log has said. */
static struct {
    int n_warnings;
    char last[512];
} told;

static void listen(void *user, umk_log_level level, const char *line) {
    (void)user;
    if (level != UMK_LOG_WARNING) return;
    told.n_warnings++;
    snprintf(told.last, sizeof told.last, "%s", line);
}

static umk_context *make_context(int n_threads) {
    umk_context *made;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    options.log = listen;
    assert_int_equal(umk_context_create(&made, &options), UMK_OK);
    return made;
}

static umk_context *context;
static test_model *silicon, *sodium_chloride, *wurtzite;

static int set_up(void **state) {
    (void)state;
    context = make_context(2);
    silicon = test_model_load(context, &(test_model_options){.example = "si-pbesol"});
    sodium_chloride = test_model_load(context, &(test_model_options){.example = "nacl"});
    wurtzite = test_model_load(context, &(test_model_options){.example = "wurtzite-model"});
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_model_free(silicon);
    test_model_free(sodium_chloride);
    test_model_free(wurtzite);
    umk_context_destroy(context);
    return 0;
}

/** A run of one sigma. */
typedef struct solution {
    umk_conductivity result;
    umk_lbte_report reports[most_temperatures];
    umk_lbte_spectrum spectrum;
} solution;

static umk_rta_options one_temperature(void) {
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = 1;
    options.temperatures = temperatures;
    return options;
}

static umk_lbte_options directly(void) {
    umk_lbte_options options = UMK_LBTE_OPTIONS_INIT;
    options.solver = UMK_LBTE_DIRECT;
    return options;
}

static umk_lbte_options iteratively(void) {
    umk_lbte_options options = UMK_LBTE_OPTIONS_INIT;
    options.tolerance = 1e-12;
    return options;
}

static umk_status try_solve(solution *s, umk_context *own, const test_model *model, const test_mesh *mesh,
                            const umk_rta_options *rta, const umk_lbte_options *lbte) {
    umk_transport_model transport = {model->crystal, model->harmonic, mesh->grid, mesh->phonons, mesh->interaction};
    memset(s, 0, sizeof *s);
    return umk_lbte_run(&s->result, s->reports, &s->spectrum, own, &transport, rta, lbte);
}

static solution solve(const test_model *model, const test_mesh *mesh, umk_rta_options rta, umk_lbte_options lbte) {
    solution s;
    test_try(model->context, try_solve(&s, model->context, model, mesh, &rta, &lbte));
    return s;
}

static void end_solution(solution *s) {
    umk_conductivity_clear(&s->result);
    umk_lbte_spectrum_clear(&s->spectrum);
}

static void expect_kappa(const char *what, const solution *got, const solution *expected, double tolerance) {
    int64_t n = expected->result.n_temperatures;
    double deviation = test_deviation_rows(n, 6, got->result.kappa, expected->result.kappa);
    print_message("%s: kappa %.6g within %.1e\n", what, expected->result.kappa[0], deviation);
    if (!(deviation <= tolerance)) fail_msg("%s: kappa differs by %.2e, allowed are %.1e", what, deviation, tolerance);
}

static void expect_kappas(const char *what, const solution *got, const solution *expected, double tolerance) {
    double rta =
        test_deviation_rows(expected->result.n_temperatures, 6, got->result.kappa_rta, expected->result.kappa_rta);
    expect_kappa(what, got, expected, tolerance);
    if (!(rta <= tolerance)) fail_msg("%s: kappa_rta differs by %.2e", what, rta);
}

static test_mesh make_mesh(const test_model *model, int64_t a, int64_t b, int64_t c, bool all_points) {
    umk_grid_options grid = UMK_GRID_OPTIONS_INIT;
    grid.mesh[0] = a;
    grid.mesh[1] = b;
    grid.mesh[2] = c;
    grid.no_grid_point_symmetry = grid.no_mesh_symmetry = all_points;
    return test_mesh_make(model, &grid, NULL);
}

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

/* ---- the variational principle
 * -------------------------------------------------------------------------------------*/

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

/* ---- spectrum and relaxons
 * -----------------------------------------------------------------------------------------*/

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
        double expected[6];
        for (int c = 0; c < 6; c++) {
            expected[c] = all.result.kappa[c];
            for (int64_t k = first; k < first + n_out; k++) expected[c] -= all.spectrum.kappa[6 * k + c];
        }
        assert_int_equal(some.reports[0].n_removed, n_out);
        assert_int_equal(some.reports[0].state, UMK_LBTE_SOLVED);
        assert_true(some.result.kappa[0] < 0.999 * all.result.kappa[0]);
        assert_true(test_deviation(6, some.result.kappa, expected) < 1e-9);
        end_solution(&some);
    }
    end_solution(&all);
    test_mesh_free(&mesh);
}

/* ---- rows
 * ----------------------------------------------------------------------------------------------------------*/

/** Rows of all points (P, B, 3, P, B, 3) at one temperature. */
typedef struct row_keeper {
    double *rows;
    int64_t n_points, n_bands, n_told;
    bool *seen;
} row_keeper;

static int64_t row_size(const row_keeper *keeper) {
    return 9 * keeper->n_bands * keeper->n_points * keeper->n_bands;
}

static umk_status keep_rows(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    row_keeper *keeper = user;
    if (keeper->rows == NULL) {
        keeper->n_points = results->n_points;
        keeper->n_bands = results->n_bands;
        keeper->rows = test_calloc((size_t)(keeper->n_points * row_size(keeper)), sizeof(double));
        keeper->seen = test_calloc((size_t)keeper->n_points, sizeof *keeper->seen);
    }
    assert_false(keeper->seen[point]);
    keeper->seen[point] = true;
    keeper->n_told++;
    memcpy(keeper->rows + point * row_size(keeper), rows, (size_t)row_size(keeper) * sizeof *rows);
    return UMK_OK;
}

static void end_keeper(row_keeper *keeper) {
    test_free(keeper->rows);
    test_free(keeper->seen);
    *keeper = (row_keeper){0};
}

/* |<f, A g> - <g, A f>| for smooth fields, relative to <f, Gamma g>; *each: norm of the antisymmetric part of A. */
static double asymmetry(const row_keeper *keeper, const umk_conductivity *result, double *each) {
    int64_t n = 3 * keeper->n_points * keeper->n_bands;
    double even = 0, odd = 0, of_fields = 0, diagonal = 0;
    double *f = test_calloc((size_t)n, sizeof *f), *g = test_calloc((size_t)n, sizeof *g);
    for (int64_t i = 0; i < n; i++) {
        int64_t mode = i / 3;
        f[i] = sqrt((double)result->weights[mode / keeper->n_bands] * result->heat_capacities[mode]) *
               result->group_velocities[i];
        g[i] = f[i] * pow(result->frequencies[mode] / 10, 2);
        diagonal += f[i] * result->gamma[mode] * g[i];
    }
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            double a = keeper->rows[i * n + j], b = keeper->rows[j * n + i];
            even += (a + b) * (a + b);
            odd += (a - b) * (a - b);
            of_fields += f[i] * (a - b) * g[j];
        }
    }
    test_free(f);
    test_free(g);
    *each = sqrt(odd / even);
    return fabs(of_fields) / diagonal;
}

/*
 * It is the mesh that makes the rows symmetric, not the code: seen from its members a triplet has other tetrahedra.
 * Single elements differ on any mesh, sums of them less and less.
 */
static void test_symmetric_rows(void **state) {
    (void)state;
    const int64_t meshes[3] = {4, 8, 4};
    double of_fields[3], each[3];
    for (int i = 0; i < 3; i++) {
        row_keeper keeper = {0};
        umk_lbte_options options = iteratively();
        umk_rta_options rta = one_temperature();
        options.write_rows = keep_rows;
        options.user = &keeper;
        rta.n_sigmas = i == 2; /* smearing looks at the sum of energies alone, which is the same from each member */
        rta.sigmas = (const double[]){0.3};
        test_mesh mesh = test_mesh_cube(silicon, meshes[i]);
        solution s = solve(silicon, &mesh, rta, options);
        assert_int_equal(keeper.n_told, s.result.n_points);
        of_fields[i] = asymmetry(&keeper, &s.result, &each[i]);
        print_message("rows of silicon asymmetric by %.3g, seen by smooth fields %.3g\n", each[i], of_fields[i]);
        end_keeper(&keeper);
        end_solution(&s);
        test_mesh_free(&mesh);
    }
    assert_true(of_fields[0] < 0.1 && of_fields[1] < 0.1 * of_fields[0] && each[1] < 0.5);
    assert_true(of_fields[2] < 1e-12);
}

typedef struct stored_rows {
    row_keeper keeper;
    int64_t n_read;
    bool fails;
} stored_rows;

static umk_status give_rows(void *user, int64_t sigma, int64_t point, double *rows) {
    stored_rows *stored = user;
    assert_int_equal(sigma, 0);
    stored->n_read++;
    if (stored->fails && point == 2) return UMK_ERROR_IO;
    memcpy(rows, stored->keeper.rows + point * row_size(&stored->keeper),
           (size_t)row_size(&stored->keeper) * sizeof *rows);
    return UMK_OK;
}

static void check_rows_again(const test_model *model, int64_t a, int64_t c) {
    stored_rows stored = {{0}, 0, false};
    umk_rta_options rta = one_temperature();
    umk_lbte_options writing = directly(), reading = directly();
    writing.write_rows = keep_rows;
    writing.user = &stored.keeper;
    test_mesh mesh = make_mesh(model, a, a, c, false);
    solution first = solve(model, &mesh, rta, writing);
    reading.read_rows = give_rows;
    reading.user = &stored;
    rta.read = &first.result;
    mesh.interaction = (umk_interaction_destroy(mesh.interaction), NULL);
    solution again = solve(model, &mesh, rta, reading);
    assert_true(stored.n_read >= first.result.n_points);
    expect_kappas("rows read again", &again, &first, 1e-11);
    assert_true(test_deviation(first.spectrum.n_values, again.spectrum.eigenvalues, first.spectrum.eigenvalues) <
                1e-12);
    stored.fails = true;
    solution none;
    assert_int_equal(try_solve(&none, context, model, &mesh, &rta, &reading), UMK_ERROR_IO);
    end_solution(&none);
    end_solution(&first);
    end_solution(&again);
    end_keeper(&stored.keeper);
    test_mesh_free(&mesh);
}

static void test_rows_again(void **state) {
    (void)state;
    check_rows_again(silicon, 4, 4);
    check_rows_again(wurtzite, 4, 2);
}

/* Rows of some points alone are those of the whole run, and so are linewidths, also those of isotopes. */
typedef struct part_check {
    const row_keeper *whole;
    const umk_conductivity *expected;
    int64_t n_told;
} part_check;

static umk_status compare_rows(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    part_check *check = user;
    const umk_conductivity *expected = check->expected;
    size_t size = (size_t)expected->n_bands * sizeof(double);
    int64_t n = row_size(check->whole), at = point * expected->n_bands;
    check->n_told++;
    assert_memory_equal(rows, check->whole->rows + point * n, (size_t)n * sizeof *rows);
    assert_memory_equal(results->gamma + at, expected->gamma + at, size);
    assert_memory_equal(results->gamma_isotope + at, expected->gamma_isotope + at, size);
    return UMK_OK;
}

static void test_rows_of_some_points(void **state) {
    (void)state;
    row_keeper keeper = {0};
    umk_rta_options rta = one_temperature();
    umk_lbte_options options = iteratively();
    rta.mass_variances = (const double[]){2e-4, 2e-4};
    options.write_rows = keep_rows;
    options.user = &keeper;
    test_mesh mesh = test_mesh_cube(silicon, 4);
    solution whole = solve(silicon, &mesh, rta, options), part;
    const int64_t wanted[2] = {whole.result.grid_points[5], whole.result.grid_points[1]};
    part_check check = {&keeper, &whole.result, 0};
    rta.n_grid_points = 2;
    rta.grid_points = wanted;
    options.write_rows = compare_rows;
    options.user = &check;
    part = solve(silicon, &mesh, rta, options);
    assert_int_equal(check.n_told, 2);
    end_solution(&part);
    int64_t others[2] = {wanted[0], 0}; /* and a point that is not irreducible */
    for (int64_t i = 0; i < whole.result.n_points; i++) others[1] += whole.result.grid_points[i] == others[1];
    rta.grid_points = others;
    assert_int_equal(try_solve(&part, context, silicon, &mesh, &rta, &options), UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(context), "not one of the irreducible"));
    end_solution(&part);
    end_solution(&whole);
    end_keeper(&keeper);
    test_mesh_free(&mesh);
}

/* ---- degenerate sets
 * -----------------------------------------------------------------------------------------------*/

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

/* ---- more scattering, and less
 * -------------------------------------------------------------------------------------*/

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
    /* a cut-off that was asked for is taken as it is, as in phono3py */
    umk_lbte_options options = directly();
    options.pinv_cutoff = 1e-8;
    for (options.pinv_method = 0; options.pinv_method < 2; options.pinv_method++) {
        solution s = solve(sodium_chloride, &mesh, rta, options);
        assert_int_equal(s.reports[0].state, UMK_LBTE_SOLVED);
        assert_true(isfinite(s.result.kappa[0]) && s.reports[0].n_negative > 0);
        assert_true(options.pinv_method == 0 || s.reports[0].n_removed >= s.reports[0].n_negative);
        end_solution(&s);
    }
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

/* ---- the same bits
 * -------------------------------------------------------------------------------------------------*/

typedef struct way {
    int n_threads;
    int64_t in_flight;
    double share; /* of the memory that all rows take; 0: as much as there is, < 0: none */
} way;

static void run_way(const test_model *model, const test_mesh *mesh, const umk_lbte_options *lbte, const way *w,
                    solution *s) {
    umk_context *own = make_context(w->n_threads);
    umk_transport_model transport = {model->crystal, model->harmonic, mesh->grid, mesh->phonons, mesh->interaction};
    umk_rta_options rta = one_temperature();
    rta.n_temperatures = 2;
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
    const way ways[] = {{1, 0, 0}, {2, 1, 0}, {5, 3, 0}, {1, 8, 0.5}, {2, 3, 0.3}, {5, 8, -1}, {2, 0, -1}, {1, 1, -1}};
    solution first, s;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        run_way(model, mesh, lbte, &ways[i], i == 0 ? &first : &s);
        if (i == 0) continue;
        size_t modes = (size_t)(first.result.n_points * first.result.n_bands);
        assert_memory_equal(s.result.gamma, first.result.gamma, 2 * modes * sizeof(double));
        assert_memory_equal(s.result.mode_kappa, first.result.mode_kappa, 12 * modes * sizeof(double));
        assert_memory_equal(s.result.kappa, first.result.kappa, 12 * sizeof(double));
        assert_memory_equal(s.result.kappa_rta, first.result.kappa_rta, 12 * sizeof(double));
        assert_memory_equal(s.reports, first.reports, sizeof s.reports);
        if (lbte->solver == UMK_LBTE_DIRECT) {
            size_t n = (size_t)(2 * s.spectrum.n_values);
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

/* ---- options
 * -------------------------------------------------------------------------------------------------------*/

static umk_status no_rows(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    (void)user, (void)results, (void)point, (void)rows;
    return UMK_OK;
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
    lbte.read_rows = give_rows;
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
        cmocka_unit_test(test_solvers),
        cmocka_unit_test(test_reducible),
        cmocka_unit_test(test_stars),
        cmocka_unit_test(test_stars_of_another_grid),
        cmocka_unit_test(test_no_symmetry),
        cmocka_unit_test(test_other_grids),
        cmocka_unit_test(test_variational_bound),
        cmocka_unit_test(test_relaxons),
        cmocka_unit_test(test_pinv_cutoff),
        cmocka_unit_test(test_symmetric_rows),
        cmocka_unit_test(test_rows_again),
        cmocka_unit_test(test_rows_of_some_points),
        cmocka_unit_test(test_degenerate_sets),
        cmocka_unit_test(test_more_scattering),
        cmocka_unit_test(test_zero_kelvin),
        cmocka_unit_test(test_not_positive),
        cmocka_unit_test(test_without_linewidths),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_estimate),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
