/* The choice of the mesh: numbers, lengths and matrices, and a clear message for what cannot be a grid. */
#include "fixtures.h"

static umk_grid *create(umk_context *context, const umk_crystal *crystal, const umk_grid_options *options) {
    umk_grid *grid;
    if (umk_grid_create(&grid, context, crystal, options) != UMK_OK) fail_msg("%s", umk_context_message(context));
    return grid;
}

static void expect_refusal(umk_context *context, const umk_crystal *crystal, umk_grid_options options,
                           const char *words) {
    umk_grid *grid;
    assert_int_equal(umk_grid_create(&grid, context, crystal, &options), UMK_ERROR_ARGUMENT);
    assert_null(grid);
    if (strstr(umk_context_message(context), words) == NULL) fail_msg("%s", umk_context_message(context));
}

static void test_wrong_numbers_are_refused(void **state) {
    umk_crystal crystal = make_crystal(cubic_f, false);
    expect_refusal(*state, &crystal, (umk_grid_options){0}, "no grid");
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {4, 4, 0}}, "must be positive, not 4 4 0");
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {-4, 4, 4}}, "must be positive, not -4 4 4");
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {4, 4, 4}, .length = 30}, "only one");
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {100000, 100000, 100000}}, "too large");
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {INT64_MAX, INT64_MAX, INT64_MAX}}, "too large");
    expect_refusal(*state, &crystal, (umk_grid_options){.length = -1}, "positive");
    expect_refusal(*state, &crystal, (umk_grid_options){.length = NAN}, "positive");
    expect_refusal(*state, &crystal, (umk_grid_options){.length = INFINITY}, "positive");
    expect_refusal(*state, &crystal, (umk_grid_options){.length = 1e30}, "too large");
    expect_refusal(*state, &crystal, (umk_grid_options){.length = 1e30, .generalized = true}, "too large");
}

static void test_wrong_matrices_are_refused(void **state) {
    static const int64_t rank_two[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, zero[3][3] = {{0}};
    static const int64_t flat[3][3] = {{4, 0, 0}, {0, 0, 0}, {0, 0, 4}};
    static const int64_t huge[3][3] = {{INT64_MAX, 1, 0}, {0, INT64_MIN, 0}, {0, 0, 1}};
    static const int64_t huge_diagonal[3][3] = {{INT64_MIN, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    static const int64_t asymmetric[3][3] = {{4, 1, 0}, {0, 4, 0}, {0, 0, 4}};
    umk_crystal crystal = make_crystal(cubic_f, false);
    expect_refusal(*state, &crystal, (umk_grid_options){.grid_matrix = rank_two}, "singular");
    expect_refusal(*state, &crystal, (umk_grid_options){.grid_matrix = zero}, "singular");
    expect_refusal(*state, &crystal, (umk_grid_options){.grid_matrix = flat}, "singular");
    expect_refusal(*state, &crystal, (umk_grid_options){.grid_matrix = huge}, "too large");
    expect_refusal(*state, &crystal, (umk_grid_options){.grid_matrix = huge_diagonal}, "too large");
    expect_refusal(*state, &crystal, (umk_grid_options){.grid_matrix = asymmetric}, "breaks the symmetry");
}

static void test_broken_symmetry_names_the_way_out(void **state) {
    umk_crystal crystal = make_crystal(cubic_f, false);
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {4, 4, 3}}, "--grg");
    crystal = make_crystal(tetragonal_i, false);
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {4, 4, 2}}, "4 4 2 breaks the symmetry");
    /* --grg does not touch three numbers. */
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {4, 4, 2}, .generalized = true}, "breaks the symmetry");
    crystal = make_crystal(hexagonal, false);
    expect_refusal(*state, &crystal, (umk_grid_options){.mesh = {3, 4, 2}}, "breaks the symmetry");
}

static void test_large_grid_is_held_against_the_memory_limit(void **state) {
    (void)state;
    umk_context_options limits = {.n_threads = 1, .memory_limit = 1000000};
    umk_context *context;
    umk_grid *grid;
    umk_crystal crystal = make_crystal(cubic_p, false);
    umk_grid_options options = {.mesh = {100, 100, 100}};
    assert_int_equal(umk_context_create(&context, &limits), UMK_OK);
    assert_int_equal(umk_grid_create(&grid, context, &crystal, &options), UMK_ERROR_MEMORY);
    umk_context_destroy(context);
}

/* l |a*| of a cube of 4.1 A: 12.3 / 4.1 = 3. A length below one cell still has a point. */
static void test_length_of_a_cube(void **state) {
    umk_crystal crystal = make_crystal(cubic_p, false);
    static const double lengths[] = {0.5, 4.1, 12.3, 14.2, 14.5, 41};
    static const int64_t numbers[] = {1, 1, 3, 3, 4, 10};
    for (int i = 0; i < 6; i++) {
        umk_grid *grid = create(*state, &crystal, &(umk_grid_options){.length = lengths[i]});
        int64_t mesh[3];
        umk_grid_mesh(grid, mesh);
        for (int j = 0; j < 3; j++) assert_int_equal(mesh[j], numbers[i]);
        umk_grid_destroy(grid);
    }
}

/* Axes that symmetry makes equal get the larger number where rounding has parted them. */
static void test_length_follows_symmetry(void **state) {
    umk_crystal crystal = make_crystal(hexagonal, false);
    crystal.primitive.lattice[0][0] *= 1 + 1e-3; /* |a*| falls below |b*|, as in a slightly distorted cell */
    umk_grid *grid = create(*state, &crystal, &(umk_grid_options){.length = 3.5 * 3.11 * 0.8660254037844386 * 1.0005});
    assert_int_equal(grid->diagonal[0], 4);
    assert_int_equal(grid->diagonal[1], 4);
    umk_grid_destroy(grid);
}

/* A regular mesh cannot follow a body-centred tetragonal cell: the generalized grid steps in, with a word about it. */
static void count_lines(void *user, umk_log_level level, const char *line) {
    if (level == UMK_LOG_INFO && strstr(line, "generalized") != NULL) ++*(int *)user;
}

static void test_length_falls_back_to_a_generalized_grid(void **state) {
    (void)state;
    int n_lines = 0;
    umk_context_options report = {.n_threads = 1, .log = count_lines, .user = &n_lines};
    umk_context *context;
    assert_int_equal(umk_context_create(&context, &report), UMK_OK);
    umk_crystal crystal = make_crystal(tetragonal_i, false);
    umk_grid *fallen = create(context, &crystal, &(umk_grid_options){.length = 14});
    assert_int_equal(n_lines, 1);
    umk_grid *asked = create(context, &crystal, &(umk_grid_options){.length = 14, .generalized = true});
    assert_int_equal(n_lines, 1);
    assert_true(fallen->is_generalized);
    assert_memory_equal(fallen->grid_matrix, asked->grid_matrix, sizeof asked->grid_matrix);
    umk_grid_destroy(fallen);
    umk_grid_destroy(asked);
    umk_context_destroy(context);
}

/* Pure translations among the operations: no conventional cell to start from, a regular mesh is used. */
static void test_cell_that_is_not_primitive(void **state) {
    umk_crystal crystal = make_crystal(cubic_p, false);
    crystal.n_operations = 4 * crystal.n_rotations;
    umk_grid *grid = create(*state, &crystal, &(umk_grid_options){.length = 14, .generalized = true});
    assert_false(grid->is_generalized);
    assert_int_equal(grid->n_points, 27);
    umk_grid_destroy(grid);
}

static void check_smith(const umk_grid *grid) {
    int64_t half[3][3], product[3][3];
    umk_multiply3_integer(half, grid->p, grid->grid_matrix);
    umk_multiply3_integer(product, half, grid->q);
    for (int i = 0; i < 9; i++) assert_int_equal(product[i / 3][i % 3], i % 4 == 0 ? grid->diagonal[i / 4] : 0);
}

static void test_matrix_and_its_smith_form(void **state) {
    static const int64_t diagonal[3][3] = {{4, 0, 0}, {0, -4, 0}, {0, 0, 4}};
    static const int64_t body[3][3] = {{-3, 3, 3}, {3, -3, 3}, {3, 3, -3}};
    umk_crystal crystal = make_crystal(cubic_f, false);
    umk_grid *grid = create(*state, &crystal, &(umk_grid_options){.grid_matrix = diagonal});
    assert_false(grid->is_generalized);
    assert_int_equal(grid->n_points, 64);
    check_smith(grid);
    umk_grid_destroy(grid);
    grid = create(*state, &crystal, &(umk_grid_options){.grid_matrix = body});
    assert_true(grid->is_generalized);
    assert_int_equal(grid->n_points, 108);
    check_smith(grid);
    umk_grid_destroy(grid);
}

/* The triclinic standard cell has two axes turned round: A = diag(-3, 2, -2) is the mesh 3 2 2. */
static void test_turned_axes_give_positive_numbers(void **state) {
    umk_crystal crystal = make_crystal(triclinic, false);
    umk_grid *grid = create(*state, &crystal, &(umk_grid_options){.length = 14, .generalized = true});
    assert_memory_equal(grid->diagonal, ((int64_t[]){3, 2, 2}), sizeof grid->diagonal);
    assert_int_equal(grid->n_points, 12);
    umk_grid_destroy(grid);
}

static void test_every_allocation_may_fail(void **state) {
    umk_crystal crystal = make_crystal(hexagonal, false);
    umk_grid_options options = {.mesh = {3, 3, 2}};
    for (int64_t n = 0;; n++) {
        umk_grid *grid;
        umk_test_fail_allocation(n);
        umk_status status = umk_grid_create(&grid, *state, &crystal, &options);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) {
            assert_true(n >= 12);
            umk_grid_destroy(grid);
            return;
        }
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(grid);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_numbers_are_refused),
        cmocka_unit_test(test_wrong_matrices_are_refused),
        cmocka_unit_test(test_broken_symmetry_names_the_way_out),
        cmocka_unit_test(test_large_grid_is_held_against_the_memory_limit),
        cmocka_unit_test(test_length_of_a_cube),
        cmocka_unit_test(test_length_follows_symmetry),
        cmocka_unit_test(test_length_falls_back_to_a_generalized_grid),
        cmocka_unit_test(test_cell_that_is_not_primitive),
        cmocka_unit_test(test_matrix_and_its_smith_form),
        cmocka_unit_test(test_turned_axes_give_positive_numbers),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
