/* Symmetry of the primitive cell: known groups, and what operations must do to atoms and lengths. */
#include "crystals.h"

/* Every operation must carry every atom onto an atom of its kind, and its Cartesian rotation must be orthogonal. */
static void check_operations(const umk_crystal *crystal) {
    const umk_cell *cell = &crystal->primitive;
    for (int64_t o = 0; o < crystal->n_operations; o++) {
        const umk_operation *operation = &crystal->operations[o];
        double transposed[3][3], product[3][3];
        umk_transpose3(transposed, operation->rotation_cartesian);
        umk_multiply3(product, operation->rotation_cartesian, (const double(*)[3])transposed);
        for (int k = 0; k < 9; k++) assert_close(product[k / 3][k % 3], k % 4 == 0, 1e-12);
        for (int64_t i = 0; i < cell->n_atoms; i++) {
            int n_images = 0;
            for (int64_t j = 0; j < cell->n_atoms; j++) {
                double largest = 0;
                for (int a = 0; a < 3; a++) {
                    double x = operation->translation[a] - cell->positions[j][a];
                    for (int b = 0; b < 3; b++) x += (double)operation->rotation[a][b] * cell->positions[i][b];
                    largest = fmax(largest, fabs(x - rint(x)));
                }
                n_images += largest < 1e-5 && strcmp(cell->symbols[i], cell->symbols[j]) == 0;
            }
            assert_int_equal(n_images, 1);
        }
    }
}

/* The distinct rotations form a group. */
static void check_rotations(const umk_crystal *crystal) {
    for (int64_t i = 0; i < crystal->n_rotations; i++) {
        for (int64_t j = 0; j < crystal->n_rotations; j++) {
            int64_t product[3][3];
            int n_found = 0;
            umk_multiply3_integer(product, (const int64_t(*)[3])crystal->rotations[i],
                                  (const int64_t(*)[3])crystal->rotations[j]);
            for (int64_t k = 0; k < crystal->n_rotations; k++) {
                n_found += memcmp(product, crystal->rotations[k], sizeof product) == 0;
            }
            assert_int_equal(n_found, 1);
        }
    }
    for (int k = 0; k < 9; k++) assert_int_equal(crystal->rotations[0][k / 3][k % 3], k % 4 == 0);
}

static void check(const umk_cell *cell, umk_context *context, const char *axes, const char *group, int number,
                  int64_t n_operations, int64_t n_rotations) {
    umk_crystal_options options = {.unit_cell = cell, .primitive_axes = axes};
    umk_crystal *crystal = make_crystal(context, &options);
    int found;
    assert_string_equal(umk_crystal_space_group(crystal, &found), group);
    assert_int_equal(found, number);
    assert_int_equal(crystal->n_operations, n_operations);
    assert_int_equal(umk_crystal_n_rotations(crystal), n_rotations);
    check_operations(crystal);
    check_rotations(crystal);
    umk_crystal_destroy(crystal);
}

static void test_groups(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    umk_cell cell;
    make_cell(&cell, context, cubic, 8, diamond_positions, "Si Si Si Si Si Si Si Si");
    check(&cell, context, "F", "Fd-3m", 227, 48, 48);
    check(&cell, context, NULL, "Fd-3m", 227, 192, 48); /* a conventional cell kept as primitive */
    umk_cell_clear(&cell);
    make_cell(&cell, context, cubic, 8, diamond_positions, "Zn Zn Zn Zn S S S S");
    check(&cell, context, "auto", "F-43m", 216, 24, 24);
    umk_cell_clear(&cell);
    const double wurtzite[4][3] = {
        {1. / 3, 2. / 3, 0}, {2. / 3, 1. / 3, 0.5}, {1. / 3, 2. / 3, 0.38}, {2. / 3, 1. / 3, 0.88}};
    make_cell(&cell, context, hexagonal, 4, wurtzite, "Al Al N N");
    check(&cell, context, "auto", "P6_3mc", 186, 12, 12);
    umk_cell_clear(&cell);
    make_cell(&cell, context, rutile_lattice, 6, rutile_positions, "Ti Ti O O O O");
    check(&cell, context, "P", "P4_2/mnm", 136, 16, 16);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

static void test_no_symmetry(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    umk_cell cell;
    make_cell(&cell, context, cubic, 8, diamond_positions, "Si Si Si Si Si Si Si Si");
    umk_crystal_options options = {.unit_cell = &cell, .primitive_axes = "F", .no_symmetry = true};
    umk_crystal *crystal = make_crystal(context, &options);
    int number;
    assert_string_equal(umk_crystal_space_group(crystal, &number), "P1");
    assert_int_equal(number, 1);
    assert_int_equal(crystal->n_operations, 1);
    check_rotations(crystal);
    check_operations(crystal);
    for (int k = 0; k < 9; k++) {
        assert_close(crystal->transformation[k / 3][k % 3], k % 4 == 0, 0);
        assert_close(crystal->standard_lattice[k / 3][k % 3], crystal->primitive.lattice[k / 3][k % 3], 0);
    }
    umk_crystal_destroy(crystal);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

/* A supercell of another shape than the crystal's deserves a warning that counts: 2x1x1 keeps 16 of 48 rotations. */
static void test_shape_warning(void **state) {
    (void)state;
    log_lines lines;
    umk_context *context = make_context(1, &lines);
    umk_cell cell;
    make_cell(&cell, context, cubic, 1, (const double[1][3]){{0, 0, 0}}, "Po");
    const int64_t even[3][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, odd[3][3] = {{2, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = even};
    umk_crystal_destroy(make_crystal(context, &options));
    assert_int_equal(lines.n_warnings, 0);
    options.phonon_supercell_matrix = odd;
    umk_crystal_destroy(make_crystal(context, &options));
    assert_int_equal(lines.n_warnings, 1);
    assert_string_equal(lines.last, "the shape of the supercell of fc2 breaks 32 of the 48 rotations of the crystal");
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_groups), cmocka_unit_test(test_no_symmetry),
                                       cmocka_unit_test(test_shape_warning)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
