/* Force constants from compact and full arrays: what is kept, and what does not fit. */
#include "samples.h"

static void test_compact_and_full(void **state) {
    (void)state;
    int64_t n2 = crystal->phonon_supercell.cell.n_atoms, n3 = crystal->supercell.cell.n_atoms;
    assert_int_equal(n2, 8);
    assert_int_equal(n3, 6);
    double *compact2 = make_noise(2 * n2 * 9), *full2 = expand(&crystal->phonon_supercell, compact2, 2);
    double *compact3 = make_noise(2 * n3 * n3 * 27), *full3 = expand(&crystal->supercell, compact3, 3);
    for (int is_full = 0; is_full < 2; is_full++) {
        umk_fc2 *fc2;
        umk_fc3 *fc3;
        umk_force_constants_file file2 = {.rank = 2, .n_rows = is_full ? n2 : 2, .n_supercell = n2};
        umk_force_constants_file file3 = {.rank = 3, .n_rows = is_full ? n3 : 2, .n_supercell = n3};
        file2.values = is_full ? full2 : compact2;
        file3.values = is_full ? full3 : compact3;
        assert_int_equal(umk_fc2_create(&fc2, context, crystal, &file2), UMK_OK);
        assert_int_equal(umk_fc3_create(&fc3, context, crystal, &file3), UMK_OK);
        assert_int_equal(fc2->n_primitive, 2);
        assert_int_equal(fc2->n_supercell, n2);
        assert_int_equal(fc3->n_primitive, 2);
        assert_int_equal(fc3->n_supercell, n3);
        assert_memory_equal(fc2->values, compact2, (size_t)(2 * n2 * 9) * sizeof(double));
        assert_memory_equal(fc3->values, compact3, (size_t)(2 * n3 * n3 * 27) * sizeof(double));
        umk_fc2_destroy(fc2);
        umk_fc3_destroy(fc3);
    }
    free(compact2);
    free(compact3);
    free(full2);
    free(full3);
}

/* Compact values move, full ones are copied, and values that do not fit stay where they are. */
static void test_taking(void **state) {
    (void)state;
    int64_t n3 = crystal->supercell.cell.n_atoms, n = 2 * n3 * n3 * 27;
    double *compact = make_noise(n), *full = expand(&crystal->supercell, compact, 3);
    double *values = umk_allocate(context, n, sizeof(double));
    assert_non_null(values);
    memcpy(values, compact, (size_t)n * sizeof(double));
    umk_fc3 *fc3;
    umk_force_constants_file file = {.rank = 3, .n_rows = 2, .n_supercell = n3 + 1, .values = values};
    assert_int_equal(umk_fc3_take(&fc3, context, crystal, &file), UMK_ERROR_INPUT);
    assert_ptr_equal(file.values, values);
    file.n_supercell = n3;
    umk_test_fail_allocation(0);
    assert_int_equal(umk_fc3_take(&fc3, context, crystal, &file), UMK_ERROR_MEMORY);
    umk_test_fail_allocation(-1);
    assert_ptr_equal(file.values, values);
    assert_int_equal(umk_fc3_take(&fc3, context, crystal, &file), UMK_OK);
    assert_null(file.values);
    assert_ptr_equal(fc3->values, values);
    umk_fc3_destroy(fc3);

    file.n_rows = n3;
    file.values = full;
    assert_int_equal(umk_fc3_take(&fc3, context, crystal, &file), UMK_OK);
    assert_ptr_equal(file.values, full);
    assert_memory_equal(fc3->values, compact, (size_t)n * sizeof(double));
    umk_fc3_destroy(fc3);
    free(compact);
    free(full);
}

static void check_failure(const umk_force_constants_file *file, umk_status expected, const char *message) {
    umk_fc2 *fc2 = (umk_fc2 *)&context;
    umk_fc3 *fc3 = (umk_fc3 *)&context;
    umk_status status =
        file->rank == 2 ? umk_fc2_create(&fc2, context, crystal, file) : umk_fc3_create(&fc3, context, crystal, file);
    assert_int_equal(status, expected);
    if (file->rank == 2) assert_null(fc2);
    if (file->rank != 2) assert_null(fc3);
    assert_string_equal(umk_context_message(context), message);
}

static void test_shapes_that_do_not_fit(void **state) {
    (void)state;
    double value = 0;
    umk_force_constants_file file = {.rank = 2, .n_rows = 3, .n_supercell = 8, .values = &value};
    check_failure(&file, UMK_ERROR_INPUT,
                  "fc2 is given for 3 x 8 atoms, expected are 2 x 8 (compact) or 8 x 8 (full): another supercell or "
                  "primitive cell?");
    file.n_rows = 2;
    file.n_supercell = 6;
    check_failure(&file, UMK_ERROR_INPUT,
                  "fc2 is given for 2 x 6 atoms, expected are 2 x 8 (compact) or 8 x 8 (full): another supercell or "
                  "primitive cell?");
    file.rank = 3;
    file.n_supercell = 8;
    check_failure(&file, UMK_ERROR_INPUT,
                  "fc3 is given for 2 x 8 x 8 atoms, expected are 2 x 6 x 6 (compact) or 6 x 6 x 6 (full): another "
                  "supercell or primitive cell?");
    file.rank = 4;
    check_failure(&file, UMK_ERROR_ARGUMENT, "force constants of rank 4 are given, expected is rank 3");
}

static void test_maps_that_do_not_fit(void **state) {
    (void)state;
    double *values = make_noise(8 * 8 * 9);
    int64_t map[3] = {0, 4, 5};
    umk_force_constants_file file = {
        .rank = 2, .n_rows = 2, .n_supercell = 8, .values = values, .p2s_map = map, .n_p2s_map = 3};
    check_failure(&file, UMK_ERROR_INPUT, "fc2: p2s_map has 3 entries, expected are 2 (atoms of the primitive cell)");
    file.n_p2s_map = 2;
    umk_fc2 *fc2;
    assert_int_equal(umk_fc2_create(&fc2, context, crystal, &file), UMK_OK);
    umk_fc2_destroy(fc2);
    map[1] = 1;
    check_failure(&file, UMK_ERROR_INPUT,
                  "fc2: p2s_map[1] is 1, expected is 4: the file belongs to another primitive cell or order of atoms");
    file.n_rows = 8; /* full rows do not depend on the map */
    assert_int_equal(umk_fc2_create(&fc2, context, crystal, &file), UMK_OK);
    umk_fc2_destroy(fc2);
    free(values);
}

static void test_no_memory(void **state) {
    (void)state;
    double *values = make_noise(2 * 6 * 6 * 27);
    umk_force_constants_file file2 = {.rank = 2, .n_rows = 2, .n_supercell = 8, .values = values};
    umk_force_constants_file file3 = {.rank = 3, .n_rows = 2, .n_supercell = 6, .values = values};
    for (int n = 0; n < 2; n++) {
        umk_fc2 *fc2;
        umk_fc3 *fc3;
        umk_test_fail_allocation(n);
        assert_int_equal(umk_fc2_create(&fc2, context, crystal, &file2), UMK_ERROR_MEMORY);
        assert_null(fc2);
        umk_test_fail_allocation(n);
        assert_int_equal(umk_fc3_create(&fc3, context, crystal, &file3), UMK_ERROR_MEMORY);
        assert_null(fc3);
        umk_test_fail_allocation(-1);
    }
    umk_fc2_destroy(NULL);
    umk_fc3_destroy(NULL);
    free(values);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_compact_and_full, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_taking, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_shapes_that_do_not_fit, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_maps_that_do_not_fit, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up_crystal, tear_down_crystal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
