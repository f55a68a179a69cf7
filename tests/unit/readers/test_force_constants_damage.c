/* Files of force constants that are wrong or damaged: one line of message, never a crash. */
#include "readers_test.h"
#include <hdf5.h>
#include <math.h>
#include <umklapp/input.h>

/* From damaged files the HDF5 library itself loses memory; LeakSanitizer asks for this function. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\n";
}

static umk_force_constants_file file;

/* ---- files made here --------------------------------------------------------------------------------------------*/

static char made_name[32];

static hid_t make_file(void) {
    write_file(made_name, "", 0);
    hid_t made = H5Fcreate(made_name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(made >= 0);
    return made;
}

/* data NULL: the dataset is not written; chunk NULL: contiguous. */
static void add(hid_t made, const char *name, hid_t type, hid_t memory_type, int rank, const hsize_t *dims,
                const hsize_t *chunk, const void *data) {
    hid_t space = H5Screate_simple(rank, dims, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk != NULL) H5Pset_chunk(creation, rank, chunk);
    if (chunk != NULL) H5Pset_deflate(creation, 1);
    hid_t dataset = H5Dcreate2(made, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    assert_true(dataset >= 0);
    if (data != NULL) assert_true(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Sclose(space);
}

static const hsize_t fc2_dims[] = {2, 4, 3, 3};
static double values[2 * 4 * 9];

static void add_fc2(hid_t made) {
    add(made, "fc2", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 4, fc2_dims, NULL, values);
}

static void expect_refused(hid_t made, int rank, const char *message) {
    H5Fclose(made);
    umk_status status = umk_force_constants_read(&file, context, made_name, rank);
    remove(made_name);
    umk_force_constants_file_clear(&file);
    assert_int_equal(status, UMK_ERROR_INPUT);
    expect_message(made_name);
    expect_message(message);
}

static void wrong_shapes_and_types(void **state) {
    (void)state;
    static const struct {
        int rank, n;
        hsize_t dims[6];
        const char *message;
    } cases[] = {
        {3, 4, {2, 4, 3, 3}, "dataset fc3: has the shape (2, 4, 3, 3), expected (m, n, n, 3, 3, 3) with 1 <= m <= n"},
        {3, 6, {2, 4, 5, 3, 3, 3}, "has the shape (2, 4, 5, 3, 3, 3)"},
        {3, 6, {4, 2, 2, 3, 3, 3}, "has the shape (4, 2, 2, 3, 3, 3)"},
        {3, 6, {0, 2, 2, 3, 3, 3}, "has the shape (0, 2, 2, 3, 3, 3)"},
        {2, 4, {2, 4, 3, 2}, "dataset fc2: has the shape (2, 4, 3, 2), expected (m, n, 3, 3)"},
        {2, 1, {7}, "has the shape (7)"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        hid_t made = make_file();
        add(made, cases[i].rank == 2 ? "fc2" : "fc3", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, cases[i].n, cases[i].dims,
            NULL, NULL);
        expect_refused(made, cases[i].rank, cases[i].message);
    }
    hid_t made = make_file();
    add(made, "fc2", H5T_STD_I32LE, H5T_NATIVE_DOUBLE, 4, fc2_dims, NULL, values);
    expect_refused(made, 2, "dataset fc2: holds integers, expected floating-point numbers");
    made = make_file();
    H5Gclose(H5Gcreate2(made, "fc3", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    expect_refused(made, 3, "dataset fc3: cannot be opened");
}

static void numbers_that_are_none(void **state) {
    (void)state;
    hid_t made = make_file();
    values[9 * 6 + 5] = NAN;
    add_fc2(made);
    expect_refused(made, 2, "dataset fc2: element (1, 2, 1, 2) (counted from 0) is NaN");
    made = make_file();
    values[9 * 6 + 5] = -INFINITY;
    add_fc2(made);
    values[9 * 6 + 5] = 0;
    expect_refused(made, 2, "element (1, 2, 1, 2) (counted from 0) is infinite");
}

static void data_that_are_not_there(void **state) {
    (void)state;
    static const hsize_t huge[] = {1000, 100000, 100000, 3, 3, 3}, one[] = {1, 1, 1, 3, 3, 3}, chunk[] = {1, 4, 3, 3};
    hid_t made = make_file();
    add(made, "fc3", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 6, huge, NULL, NULL);
    expect_refused(made, 3, "dataset fc3: has no data: the file was not written to its end");
    made = make_file();
    add(made, "fc3", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 6, huge, one, NULL);
    expect_refused(made, 3, "cannot come from a file of");
    made = make_file();
    add(made, "fc2", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 4, fc2_dims, chunk, NULL);
    expect_refused(made, 2, "dataset fc2: the chunk at (0, 0, 0, 0) is missing or damaged");
}

static void wrong_maps(void **state) {
    (void)state;
    static const struct {
        hsize_t n;
        int64_t map[5];
        const char *message;
    } cases[] = {
        {2, {0, 4}, "dataset p2s_map: element 1 is 4, expected an atom 0 ... 3"},
        {2, {-1, 2}, "dataset p2s_map: element 0 is -1"},
        {2, {3, 3}, "dataset p2s_map: names atom 3 twice"},
        {1, {0}, "dataset p2s_map: has 1 atoms, expected 2, the rows of the force constants"},
        {5, {0, 1, 2, 3, 4}, "dataset p2s_map: has the shape (5), expected 1 to 4 atoms"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        hid_t made = make_file();
        add_fc2(made);
        add(made, "p2s_map", H5T_STD_I64LE, H5T_NATIVE_INT64, 1, &cases[i].n, NULL, cases[i].map);
        expect_refused(made, 2, cases[i].message);
    }
    hid_t made = make_file();
    add_fc2(made);
    add(made, "p2s_map", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, (hsize_t[]){2}, NULL, values);
    expect_refused(made, 2, "dataset p2s_map: holds no integers");
}

/* Blocks flagged 0 are left out of all sums by phono3py; packed and plain, and flags that do not fit fc3. */
static void flagged_blocks_are_zero(void **state) {
    (void)state;
    static const hsize_t fc3_dims[] = {1, 2, 2, 3, 3, 3}, flag_dims[] = {1, 2, 2}, wrong_dims[] = {1, 2, 3};
    static double fc3[4 * 27];
    static const int8_t flags[] = {1, 0, 1, 0, 1, 1};
    for (int i = 0; i < 4 * 27; i++) fc3[i] = 1 + i;
    for (int packed = 0; packed < 2; packed++) {
        hid_t made = make_file();
        add(made, "fc3", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 6, fc3_dims, NULL, fc3);
        add(made, "fc3_nonzero_indices", H5T_STD_I8LE, H5T_NATIVE_INT8, 3, flag_dims, packed ? flag_dims : NULL, flags);
        H5Fclose(made);
        assert_int_equal(umk_force_constants_read(&file, context, made_name, 3), UMK_OK);
        remove(made_name);
        for (int i = 0; i < 4 * 27; i++) assert_true(file.values[i] == (flags[i / 27] ? 1 + i : 0));
        umk_force_constants_file_clear(&file);
    }
    hid_t made = make_file();
    add(made, "fc3", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 6, fc3_dims, NULL, fc3);
    add(made, "fc3_nonzero_indices", H5T_STD_I8LE, H5T_NATIVE_INT8, 3, wrong_dims, NULL, flags);
    expect_refused(made, 3, "dataset fc3_nonzero_indices: has the shape (1, 2, 3), expected (1, 2, 2) as fc3");
}

static void wrong_units(void **state) {
    (void)state;
    hid_t made = make_file(), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 7);
    add_fc2(made);
    add(made, "physical_unit", text, text, 1, (hsize_t[]){1}, NULL, "eV/nm^2");
    expect_refused(made, 2, "dataset physical_unit: \"eV/nm^2\" is not known, expected \"eV/angstrom^2\"");
    made = make_file();
    add_fc2(made);
    add(made, "physical_unit", text, text, 1, (hsize_t[]){2}, NULL, "eV/nm^2eV/nm^2");
    expect_refused(made, 2, "dataset physical_unit: expected one short text");
    made = make_file();
    add(made, "fc3", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 6, (hsize_t[]){1, 1, 1, 3, 3, 3}, NULL, values);
    add(made, "physical_unit", text, text, 1, (hsize_t[]){1}, NULL, "Ry/au^3");
    expect_refused(made, 3, "dataset physical_unit: is \"Ry/au^3\", expected \"eV/angstrom^3\"");
    H5Tclose(text);
}

/* ---- damaged files ----------------------------------------------------------------------------------------------*/

static void expect_orderly(umk_status status) {
    assert_true(status == UMK_OK || status == UMK_ERROR_INPUT || status == UMK_ERROR_MEMORY);
    if (status != UMK_OK) expect_message(made_name);
    umk_force_constants_file_clear(&file);
}

/* Flips bits one at a time: all of the descriptions of the file, a part of the data. */
static void flip_bits(const char *path, int rank, size_t step) {
    size_t size;
    unsigned char *data = read_file(path, &size);
    write_file(made_name, data, size);
    FILE *stream = fopen(made_name, "r+b");
    assert_non_null(stream);
    for (size_t bit = 0; bit < 8 * size; bit += step) {
        int damaged = data[bit / 8] ^ 1 << bit % 8;
        assert_true(fseek(stream, (long)(bit / 8), SEEK_SET) == 0 && fputc(damaged, stream) == damaged);
        fflush(stream);
        expect_orderly(umk_force_constants_read(&file, context, made_name, rank));
        assert_true(fseek(stream, (long)(bit / 8), SEEK_SET) == 0 && fputc(data[bit / 8], stream) == data[bit / 8]);
    }
    fclose(stream);
    remove(made_name);
    free(data);
}

static void flipped_bits(void **state) {
    (void)state;
    flip_bits(DATA("fc3_gzip.hdf5"), 3, 37);
    flip_bits(DATA("fc3_checked.hdf5"), 3, 23);
    flip_bits(DATA("fc3_lzf.hdf5"), 3, 37);
    flip_bits(DATA("fc3_chunks.hdf5"), 3, 61);
    flip_bits(DATA("fc2_rydberg.hdf5"), 2, 17);
}

static void cut_files(void **state) {
    (void)state;
    size_t size;
    unsigned char *data = read_file(DATA("fc3_gzip.hdf5"), &size);
    for (size_t cut = 0; cut < size; cut += 37) {
        write_file(made_name, data, cut);
        umk_status status = umk_force_constants_read(&file, context, made_name, 3);
        remove(made_name);
        assert_int_equal(status, UMK_ERROR_INPUT);
        expect_orderly(status);
    }
    free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_shapes_and_types),
        cmocka_unit_test(numbers_that_are_none),
        cmocka_unit_test(data_that_are_not_there),
        cmocka_unit_test(wrong_maps),
        cmocka_unit_test(flagged_blocks_are_zero),
        cmocka_unit_test(wrong_units),
        cmocka_unit_test(flipped_bits),
        cmocka_unit_test(cut_files),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
