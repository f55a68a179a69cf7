/*
 * Temperatures go through the solvers in blocks: in a run of many each is what it is alone, in results, rows for files
 * and reports, also where another one of its block takes more iterations or has no solution.
 */
#include "physics/lbte.h"

/* Two blocks, with the temperatures that are special at their ends. */
static const double many[most_temperatures] = {20, 200, 400, 100, 500, 250, 150, 350, 10};

/** Rows of all points at all temperatures (P, T, B, 3, P, B, 3), and which of them come in a run of one. */
typedef struct row_check {
    double *rows;
    int64_t temperature, n_compared;
} row_check;

static int64_t row_size(const umk_conductivity *result) {
    return 9 * result->n_bands * result->n_points * result->n_bands;
}

static umk_status keep_rows(void *user, const umk_conductivity *result, int64_t point, const double *rows) {
    row_check *check = user;
    int64_t n = most_temperatures * row_size(result);
    if (check->rows == NULL) check->rows = test_calloc((size_t)(result->n_points * n), sizeof(double));
    memcpy(check->rows + point * n, rows, (size_t)n * sizeof(double));
    return UMK_OK;
}

static umk_status compare_rows(void *user, const umk_conductivity *result, int64_t point, const double *rows) {
    row_check *check = user;
    int64_t n = row_size(result);
    const double *kept = check->rows + (point * most_temperatures + check->temperature) * n;
    assert_memory_equal(rows, kept, (size_t)n * sizeof(double));
    check->n_compared++;
    return UMK_OK;
}

static void compare(const solution *all, int64_t t, const solution *one, bool is_direct) {
    size_t modes = (size_t)(6 * one->result.n_points * one->result.n_bands);
    assert_memory_equal(&all->reports[t], &one->reports[0], sizeof one->reports[0]);
    assert_memory_equal(all->result.kappa + 6 * t, one->result.kappa, 6 * sizeof(double));
    assert_memory_equal(all->result.mode_kappa + (size_t)t * modes, one->result.mode_kappa, modes * sizeof(double));
    if (!is_direct) return;
    int64_t n = one->spectrum.n_values;
    assert_memory_equal(all->spectrum.eigenvalues + t * n, one->spectrum.eigenvalues, (size_t)n * sizeof(double));
}

/* Returns how many temperatures have no solution. */
static int check_each(const test_model *model, int64_t n_mesh, umk_lbte_options options) {
    umk_rta_options rta = one_temperature();
    test_mesh mesh = test_mesh_cube(model, n_mesh);
    row_check check = {0};
    int n_unsolved = 0;
    if (!options.reducible) options.write_rows = keep_rows;
    options.user = &check;
    rta.n_temperatures = most_temperatures;
    rta.temperatures = many;
    solution all = solve(model, &mesh, rta, options);
    if (!options.reducible) options.write_rows = compare_rows;
    rta.n_temperatures = 1;
    for (int64_t t = 0; t < most_temperatures; t++) {
        rta.temperatures = many + t;
        check.temperature = t;
        solution one = solve(model, &mesh, rta, options);
        compare(&all, t, &one, options.solver == UMK_LBTE_DIRECT);
        n_unsolved += one.reports[0].state != UMK_LBTE_SOLVED;
        end_solution(&one);
    }
    assert_int_equal(check.n_compared, options.reducible ? 0 : most_temperatures * all.result.n_points);
    test_free(check.rows);
    end_solution(&all);
    test_mesh_free(&mesh);
    return n_unsolved;
}

static void test_iterative(void **state) {
    (void)state;
    umk_lbte_options options = iteratively();
    int n = check_each(silicon, 4, options);
    assert_true(n > 0 && n < most_temperatures);
    options.most_iterations = 5; /* ends before all have converged */
    n = check_each(sodium_chloride, 4, options);
    assert_true(n > 0);
}

static void test_direct(void **state) {
    (void)state;
    umk_lbte_options options = directly();
    int n = check_each(silicon, 4, options);
    assert_true(n > 0 && n < most_temperatures);
    options.reducible = true;
    check_each(silicon, 3, options);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iterative),
        cmocka_unit_test(test_direct),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
