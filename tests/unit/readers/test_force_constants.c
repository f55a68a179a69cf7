/* fc2.hdf5 and fc3.hdf5: real files, and every type and packing that h5py offers. */
#include "readers_test.h"
#include <hdf5.h>
#include <math.h>
#include <umklapp/input.h>

static umk_force_constants_file file;

static double sum_of_squares(int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += file.values[i] * file.values[i];
    return sum;
}

/* Reference numbers: the same datasets through h5py, as phono3py reads them. */
static void expect_example(const char *fc2, const char *fc3, double fc2_element, double fc2_squares,
                           double fc3_squares) {
    expect_ok(umk_force_constants_read(&file, context, fc2, 2));
    assert_true(file.rank == 2 && file.n_rows == 2 && file.n_supercell == 64 && file.n_p2s_map == 2);
    assert_true(file.p2s_map[0] == 0 && file.p2s_map[1] == 32);
    assert_true(file.values[((1 * 64 + 5) * 3 + 0) * 3 + 1] == fc2_element);
    assert_true(fabs(sum_of_squares(2 * 64 * 9) / fc2_squares - 1) < 1e-12);
    umk_force_constants_file_clear(&file);
    assert_null(file.values);
    expect_ok(umk_force_constants_read(&file, context, fc3, 3));
    assert_true(file.rank == 3 && file.n_rows == 2 && file.n_supercell == 64 && file.n_p2s_map == 2);
    assert_true(fabs(sum_of_squares(2 * 64 * 64 * 27) / fc3_squares - 1) < 1e-12);
}

static void sodium_chloride(void **state) {
    (void)state;
    expect_example(EXAMPLE("nacl/fc2.hdf5"), EXAMPLE("nacl/fc3.hdf5"), -0.04283882181289439, 33.38571877877383,
                   566.0854078320754);
    umk_force_constants_file_clear(&file);
}

static void silicon(void **state) {
    (void)state;
    expect_example(EXAMPLE("si-pbesol/fc2.hdf5"), EXAMPLE("si-pbesol/fc3.hdf5"), -0.03299983333333333,
                   1560.263101689798, 40203.9270026688);
    assert_true(file.values[((1 * 64 + 17) * 64 + 40) * 27 + 2 * 9 + 1 * 3 + 0] == 0.0028847881973929055);
    assert_true(file.values[((0 * 64 + 1) * 64 + 2) * 27] == 1.051026715384711e-18);
    umk_force_constants_file_clear(&file);
}

/* The numbers that generate.py puts in. */
static double pattern(int64_t i) {
    return (double)(i * 7919 % 1009 - 500) / 64;
}

static void all_types_and_packings(void **state) {
    (void)state;
    static const char *const names[] = {
        DATA("fc3_gzip.hdf5"),  DATA("fc3_checked.hdf5"), DATA("fc3_lzf.hdf5"),        DATA("fc3_chunks.hdf5"),
        DATA("fc3_plain.hdf5"), DATA("fc3_single.hdf5"),  DATA("fc3_big_endian.hdf5"),
    };
    for (int k = 0; k < COUNT(names); k++) {
        expect_ok(umk_force_constants_read(&file, context, names[k], 3));
        assert_true(file.n_rows == 2 && file.n_supercell == 4);
        for (int i = 0; i < 2 * 4 * 4 * 27; i++) assert_true(file.values[i] == pattern(i));
        assert_int_equal(file.n_p2s_map, k < 5 ? 2 : 0);
        assert_true(k < 5 ? file.p2s_map[1] == 2 : file.p2s_map == NULL);
        umk_force_constants_file_clear(&file);
    }
}

static void rydberg_per_bohr_squared_is_converted(void **state) {
    (void)state;
    expect_ok(umk_force_constants_read(&file, context, DATA("fc2_rydberg.hdf5"), 2));
    double factor = UMK_HARTREE / 2 / (UMK_BOHR * UMK_BOHR);
    for (int i = 0; i < 2 * 4 * 9; i++) assert_true(file.values[i] == pattern(i) * factor);
    umk_force_constants_file_clear(&file);
}

static void missing_things_are_named(void **state) {
    (void)state;
    assert_int_equal(umk_force_constants_read(&file, context, "no_fc2.hdf5", 2), UMK_ERROR_IO);
    expect_message("no_fc2.hdf5: cannot be opened: No such file");
    assert_int_equal(umk_force_constants_read(&file, context, UMK_SOURCE_DIR, 2), UMK_ERROR_IO);
    expect_message("is no file");
    assert_int_equal(umk_force_constants_read(&file, context, DATA("aln_params.yaml"), 2), UMK_ERROR_INPUT);
    expect_message("aln_params.yaml: is no HDF5 file");
    assert_int_equal(umk_force_constants_read(&file, context, DATA("fc2_rydberg.hdf5"), 3), UMK_ERROR_INPUT);
    expect_message("fc2_rydberg.hdf5: has no dataset fc3");
    assert_int_equal(umk_force_constants_read(&file, context, DATA("fc3_gzip.hdf5"), 2), UMK_ERROR_INPUT);
    expect_message("fc3_gzip.hdf5: has no dataset force_constants or fc2");
    assert_int_equal(umk_force_constants_read(&file, context, DATA("fc3_gzip.hdf5"), 4), UMK_ERROR_ARGUMENT);
    umk_force_constants_file_clear(&file);
}

/* Error printing of the library is the caller's again afterwards. */
static void the_error_handler_is_restored(void **state) {
    (void)state;
    H5E_auto2_t before, after;
    void *data;
    assert_true(H5Eget_auto2(H5E_DEFAULT, &before, &data) >= 0);
    assert_int_equal(umk_force_constants_read(&file, context, DATA("aln_params.yaml"), 2), UMK_ERROR_INPUT);
    assert_true(H5Eget_auto2(H5E_DEFAULT, &after, &data) >= 0);
    assert_true(before == after && before != NULL);
}

static void the_memory_limit_holds(void **state) {
    (void)state;
    umk_context *small, *old = context;
    assert_int_equal(umk_context_create(&small, &(umk_context_options){.n_threads = 1, .memory_limit = 100000}),
                     UMK_OK);
    assert_int_equal(umk_force_constants_read(&file, small, EXAMPLE("nacl/fc3.hdf5"), 3), UMK_ERROR_MEMORY);
    assert_null(file.values);
    context = small;
    expect_message("nacl/fc3.hdf5 needs");
    context = old;
    umk_context_destroy(small);
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    int n = 0;
    for (umk_status status = UMK_ERROR_MEMORY; status != UMK_OK; n++) {
        umk_test_fail_allocation(n);
        status = umk_force_constants_read(&file, context, DATA("fc3_gzip.hdf5"), 3);
        assert_true(status == UMK_OK || status == UMK_ERROR_MEMORY);
        umk_force_constants_file_clear(&file);
    }
    umk_test_fail_allocation(-1);
    assert_in_range(n, 5, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sodium_chloride),          cmocka_unit_test(silicon),
        cmocka_unit_test(all_types_and_packings),   cmocka_unit_test(rydberg_per_bohr_squared_is_converted),
        cmocka_unit_test(missing_things_are_named), cmocka_unit_test(the_error_handler_is_restored),
        cmocka_unit_test(the_memory_limit_holds),   cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
