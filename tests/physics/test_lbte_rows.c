/* Rows of the collision matrix: symmetric, the same kappa when they are read again, and those of some grid points. */
#include "physics/lbte.h"

/* ---- rows --------------------------------------------------------------------------------------------------------*/

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symmetric_rows),
        cmocka_unit_test(test_rows_again),
        cmocka_unit_test(test_rows_of_some_points),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
