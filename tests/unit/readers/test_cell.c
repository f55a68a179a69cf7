/* Cells as plain data. */
#include "readers_test.h"
#include <umklapp/cell.h>

static void allocate_zeroes_and_clear_empties(void **state) {
    (void)state;
    umk_cell cell;
    memset(&cell, 0xff, sizeof cell);
    expect_ok(umk_cell_allocate(&cell, context, 3));
    assert_int_equal(cell.n_atoms, 3);
    assert_true(cell.positions[2][2] == 0 && cell.masses[2] == 0 && cell.symbols[2][UMK_SYMBOL_SIZE - 1] == '\0');
    assert_true(cell.lattice[2][2] == 0);
    umk_cell_clear(&cell);
    assert_int_equal(cell.n_atoms, 0);
    assert_null(cell.positions);
    umk_cell_clear(&cell);
}

static void allocate_refuses_no_atoms(void **state) {
    (void)state;
    umk_cell cell;
    assert_int_equal(umk_cell_allocate(&cell, context, 0), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_cell_allocate(&cell, context, -1), UMK_ERROR_ARGUMENT);
    expect_message("-1");
    assert_int_equal(umk_cell_allocate(&cell, context, INT64_MAX / 8), UMK_ERROR_MEMORY);
    assert_int_equal(cell.n_atoms, 0);
}

static void copy_is_deep(void **state) {
    (void)state;
    umk_cell source, target;
    expect_ok(umk_cell_allocate(&source, context, 2));
    source.lattice[1][2] = 4.5;
    source.positions[1][0] = 0.25;
    source.masses[0] = 28.0855;
    strcpy(source.symbols[1], "Fe1");
    expect_ok(umk_cell_copy(&target, context, &source));
    umk_cell_clear(&source);
    assert_int_equal(target.n_atoms, 2);
    assert_true(target.lattice[1][2] == 4.5 && target.positions[1][0] == 0.25 && target.masses[0] == 28.0855);
    assert_string_equal(target.symbols[1], "Fe1");
    umk_cell_clear(&target);
    expect_ok(umk_cell_copy(&target, context, &source));
    assert_int_equal(target.n_atoms, 0);
}

static void volume_is_positive_for_both_hands(void **state) {
    (void)state;
    umk_cell right = {.lattice = {{2, 0, 0}, {1, 3, 0}, {0.5, -1, 4}}};
    umk_cell left = {.lattice = {{1, 3, 0}, {2, 0, 0}, {0.5, -1, 4}}};
    assert_true(umk_cell_volume(&right) == 24);
    assert_true(umk_cell_volume(&left) == 24);
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    umk_cell source, target;
    expect_ok(umk_cell_allocate(&source, context, 2));
    for (int i = 0; i < 3; i++) {
        umk_test_fail_allocation(i);
        assert_int_equal(umk_cell_copy(&target, context, &source), UMK_ERROR_MEMORY);
        assert_null(target.positions);
    }
    umk_test_fail_allocation(-1);
    umk_cell_clear(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocate_zeroes_and_clear_empties),
        cmocka_unit_test(allocate_refuses_no_atoms),
        cmocka_unit_test(copy_is_deep),
        cmocka_unit_test(volume_is_positive_for_both_hands),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
