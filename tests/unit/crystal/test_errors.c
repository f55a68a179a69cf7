/* Input that makes no crystal: the status, and a message that says what is wrong. No failure may leak or crash. */
#include "crystals.h"

static umk_context *context;
static umk_cell cell;

static int set_up(void **state) {
    (void)state;
    context = make_context(1, NULL);
    make_cell(&cell, context, cubic, 2, (const double[2][3]){{0, 0, 0}, {0.5, 0.5, 0.5}}, "Cs Cl");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_cell_clear(&cell);
    umk_context_destroy(context);
    return 0;
}

static void check_failure(const umk_crystal_options *options, umk_status status, const char *part) {
    umk_crystal *crystal = (umk_crystal *)&cell;
    assert_int_equal(umk_crystal_create(&crystal, context, options), status);
    assert_null(crystal);
    if (strstr(umk_context_message(context), part) == NULL) {
        print_error("\"%s\" lacks \"%s\"\n", umk_context_message(context), part);
        fail();
    }
}

static void test_supercell_matrices(void **state) {
    (void)state;
    const struct {
        int64_t matrix[3][3];
        const char *message;
    } cases[] = {{{{1, 2, 3}, {2, 4, 6}, {0, 0, 1}}, "supercell matrix: the determinant is 0"},
                 {{{-2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, "supercell matrix: the determinant is -8, it must be positive"},
                 {{{1, 0, 0}, {0, 1, 0}, {0, 0, 5000}}, "the entry 5000 is too large"},
                 {{{INT64_MIN, 0, 0}, {0, 1, 0}, {0, 0, 1}}, "is too large"},
                 {{{4000, 0, 0}, {0, 4000, 0}, {0, 0, 4000}}, "too many atoms"},
                 {{{1, 4000, 0}, {0, 1, 4000}, {4000, 0, 1}}, "too "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = cases[i].matrix};
        check_failure(&options, UMK_ERROR_INPUT, cases[i].message);
        options.supercell_matrix = NULL;
        options.phonon_supercell_matrix = cases[i].matrix;
        check_failure(&options, UMK_ERROR_INPUT, cases[i].message);
        check_failure(&options, UMK_ERROR_INPUT, "supercell of fc2: ");
    }
}

static void test_primitive_matrices(void **state) {
    (void)state;
    const struct {
        double matrix[3][3];
        const char *message;
    } cases[] = {{{{0, 0, 0}, {0, 1, 0}, {0, 0, 1}}, "primitive matrix: the determinant is 0"},
                 {{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}, "primitive matrix: the determinant is -1, it must be positive"},
                 {{{NAN, 0, 0}, {0, 1, 0}, {0, 0, 1}}, "determinant is"},
                 {{{0.333, 0, 0}, {0, 1, 0}, {0, 0, 1}}, "vector a of the supercell is (3.003"},
                 {{{2, 0, 0}, {0, 1, 0}, {0, 0, 1}}, "does not fit the supercell"},
                 {{{0.5, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                  "2 atoms of the supercell differ by more than primitive lattice "
                  "vectors, its 2 atoms and 2 primitive cells ask for 1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        umk_crystal_options options = {.unit_cell = &cell, .primitive_matrix = cases[i].matrix};
        check_failure(&options, UMK_ERROR_INPUT, cases[i].message);
    }
    umk_crystal_options options = {.unit_cell = &cell, .primitive_axes = "I"};
    check_failure(&options, UMK_ERROR_INPUT, "the primitive matrix does not fit the crystal");
    options.primitive_axes = "X";
    check_failure(&options, UMK_ERROR_ARGUMENT, "\"X\" is none of auto, P, F, I, A, C, R");
}

/* As many sites as expected, but one translate is missing and another is there twice. */
static void test_missing_partner(void **state) {
    (void)state;
    umk_cell broken;
    const double positions[4][3] = {{0, 0, 0}, {0.5, 0, 0}, {0.25, 0.3, 0}, {0.75, 0.4, 0}};
    make_cell(&broken, context, cubic, 4, positions, "A A A A");
    const double half[3][3] = {{0.5, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    umk_crystal_options options = {.unit_cell = &broken, .primitive_matrix = half};
    check_failure(&options, UMK_ERROR_INPUT, "3 atoms of the supercell differ");
    umk_cell_clear(&broken);
}

static void test_cells(void **state) {
    (void)state;
    umk_crystal_options options = {0};
    check_failure(&options, UMK_ERROR_INPUT, "there are no atoms");
    options.unit_cell = &cell;
    options.symmetry_tolerance = -1;
    check_failure(&options, UMK_ERROR_ARGUMENT, "symmetry tolerance: -1");
    options.symmetry_tolerance = 0;
    cell.masses[1] = 0;
    check_failure(&options, UMK_ERROR_INPUT, "the mass of atom 2 (Cl) is 0, it must be positive");
    cell.masses[1] = 35;
    const double masses[2] = {1, -1};
    options.masses = masses;
    check_failure(&options, UMK_ERROR_INPUT, "masses: that of atom 2 is -1");
    options.masses = NULL;
    for (int k = 0; k < 3; k++) cell.positions[1][k] = 1 - 1e-7;
    check_failure(&options, UMK_ERROR_INPUT, "atoms 1 and 2 of the unit cell overlap");
    cell.positions[1][2] = INFINITY;
    check_failure(&options, UMK_ERROR_INPUT, "inf is no fractional coordinate (atom 2");
    cell.positions[1][2] = 0.5;
    memcpy(cell.lattice[2], cell.lattice[1], sizeof cell.lattice[1]);
    check_failure(&options, UMK_ERROR_INPUT, "span no volume");
}

/* Each allocation fails in turn until there is none left to fail. */
static void test_no_memory(void **state) {
    (void)state;
    double charges[2][3][3] = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};
    umk_born born = {.n_atoms = 2, .charges = charges, .dielectric = {{3, 0, 0}, {0, 3, 0}, {0, 0, 3}}};
    const int64_t matrix[3][3] = {{1, 1, 0}, {-1, 1, 0}, {0, 0, 1}};
    const umk_crystal_options options = {
        .unit_cell = &cell, .supercell_matrix = matrix, .primitive_axes = "auto", .born = &born, .born_sparse = true};
    for (int64_t n = 0;; n++) {
        umk_crystal *crystal;
        umk_test_fail_allocation(n);
        umk_status status = umk_crystal_create(&crystal, context, &options);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) {
            assert_in_range(n, 30, 200);
            umk_crystal_destroy(crystal);
            break;
        }
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(crystal);
    }
    umk_crystal_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_supercell_matrices, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_primitive_matrices, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_missing_partner, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_cells, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
