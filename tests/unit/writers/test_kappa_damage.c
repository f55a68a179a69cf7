/* Result files that are old, damaged, or none at all: reading ends with a result or a message. */
#include "unit/writers/writers_test.h"
#include <hdf5.h>
#include <sys/stat.h>

static void copy_file(const char *from, const char *to, long size) {
    static char bytes[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in != NULL && out != NULL);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fwrite(bytes, 1, size < 0 ? n : (size_t)size, out);
    fclose(in);
    fclose(out);
}

typedef void (*damage)(hid_t file);

static void put(hid_t file, const char *name, hid_t type, int rank, const hsize_t *shape, const void *data) {
    if (H5Lexists(file, name, H5P_DEFAULT) > 0) H5Ldelete(file, name, H5P_DEFAULT);
    hid_t space = rank > 0 ? H5Screate_simple(rank, shape, NULL) : H5Screate(H5S_SCALAR);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(dataset >= 0);
    if (data != NULL) H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void no_temperature(hid_t file) {
    H5Ldelete(file, "temperature", H5P_DEFAULT);
}
static void no_mesh(hid_t file) {
    H5Ldelete(file, "mesh", H5P_DEFAULT);
}
static void zero_mesh(hid_t file) {
    put(file, "mesh", H5T_NATIVE_INT64, 1, (hsize_t[]){3}, (int64_t[]){1, 0, 2});
}
static void short_gamma(hid_t file) {
    put(file, "gamma", H5T_NATIVE_DOUBLE, 3, (hsize_t[]){1, 2, 5}, NULL);
}
static void flat_frequency(hid_t file) {
    put(file, "frequency", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){18}, NULL);
}
static void deep_kappa(hid_t file) {
    put(file, "kappa", H5T_NATIVE_DOUBLE, 5, (hsize_t[]){1, 1, 1, 1, 1}, NULL);
}
static void empty_weight(hid_t file) {
    put(file, "weight", H5T_NATIVE_INT64, 1, (hsize_t[]){0}, NULL);
}
static void text_qpoint(hid_t file) {
    put(file, "qpoint", H5T_C_S1, 0, NULL, "x");
}
static void group_for_heat_capacity(hid_t file) {
    H5Ldelete(file, "heat_capacity", H5P_DEFAULT);
    H5Gclose(H5Gcreate2(file, "heat_capacity", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}
static void huge_gamma(hid_t file) {
    hsize_t shape[] = {1, 1, 1}, chunk[] = {1, 1, 1};
    shape[0] = shape[1] = shape[2] = (hsize_t)1 << 20;
    static const char *const names[] = {"grid_point", "weight", "qpoint", "gamma", "temperature"};
    for (int i = 0; i < 5; i++) H5Ldelete(file, names[i], H5P_DEFAULT);
    hid_t space = H5Screate_simple(3, shape, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 3, chunk);
    H5Dclose(H5Dcreate2(file, "gamma", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(space);
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, shape, NULL);
    H5Ldelete(file, "frequency", H5P_DEFAULT);
    H5Ldelete(file, "group_velocity", H5P_DEFAULT);
    H5Ldelete(file, "gv_by_gv", H5P_DEFAULT);
    H5Ldelete(file, "heat_capacity", H5P_DEFAULT);
    H5Ldelete(file, "kappa", H5P_DEFAULT);
    H5Ldelete(file, "mode_kappa", H5P_DEFAULT);
}
static void negative_temperature(hid_t file) {
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){1}, (double[]){-3});
}
static void negative_weight(hid_t file) {
    put(file, "weight", H5T_NATIVE_INT64, 1, (hsize_t[]){2}, (int64_t[]){1, -1});
}
static void single_band(hid_t file) {
    put(file, "band_index", H5T_NATIVE_INT64, 0, NULL, &(int64_t){1});
}
static void infinite_sigma(hid_t file) {
    put(file, "sigma", H5T_NATIVE_DOUBLE, 0, NULL, &(double){1.0 / 0.0});
}

static void test_damaged_files(void **state) {
    (void)state;
    static const struct {
        damage damage;
        umk_status status;
        const char *message;
    } cases[] = {{no_temperature, UMK_ERROR_INPUT, "temperature"},
                 {no_mesh, UMK_ERROR_INPUT, "mesh: is missing"},
                 {zero_mesh, UMK_ERROR_INPUT, "mesh"},
                 {short_gamma, UMK_ERROR_INPUT, "its shape does not fit"},
                 {flat_frequency, UMK_ERROR_INPUT, "frequency"},
                 {deep_kappa, UMK_ERROR_INPUT, "kappa"},
                 {empty_weight, UMK_ERROR_INPUT, "weight"},
                 {text_qpoint, UMK_ERROR_INPUT, "qpoint"},
                 {group_for_heat_capacity, UMK_ERROR_INPUT, "heat_capacity"},
                 {huge_gamma, UMK_ERROR_INPUT, "has no data"},
                 {negative_temperature, UMK_ERROR_INPUT, "-3 K"},
                 {negative_weight, UMK_ERROR_INPUT, "negative"},
                 {single_band, UMK_ERROR_INPUT, "single band"},
                 {infinite_sigma, UMK_ERROR_INPUT, "sigma"}};
    char path[256];
    snprintf(path, sizeof path, "%s/damaged.hdf5", folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        copy_file(DATA "kappa-m122.hdf5", path, -1);
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        cases[i].damage(file);
        H5Fclose(file);
        umk_conductivity conductivity;
        assert_int_equal(umk_conductivity_read(&conductivity, context, path), cases[i].status);
        assert_message(cases[i].message);
        assert_message("damaged.hdf5");
        assert_null(conductivity.gamma);
        unlink(path);
    }
}

/* Versions before 2 wrote integers of 32 bits and no grid_point, boundary_mfp or mode_kappa. */
static void test_old_files(void **state) {
    (void)state;
    char path[256];
    umk_conductivity conductivity;
    snprintf(path, sizeof path, "%s/old.hdf5", folder);
    copy_file(DATA "kappa-m122.hdf5", path, -1);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    put(file, "mesh", H5T_STD_I32LE, 1, (hsize_t[]){3}, (int32_t[]){1, 2, 2});
    put(file, "weight", H5T_STD_I32LE, 1, (hsize_t[]){2}, (int32_t[]){1, 3});
    H5Ldelete(file, "grid_point", H5P_DEFAULT);
    H5Ldelete(file, "boundary_mfp", H5P_DEFAULT);
    H5Ldelete(file, "mode_kappa", H5P_DEFAULT);
    H5Fclose(file);
    assert_int_equal(umk_conductivity_read(&conductivity, context, path), UMK_OK);
    assert_int_equal(conductivity.n_points, 2);
    assert_int_equal(conductivity.mesh[1], 2);
    assert_int_equal(conductivity.weights[1], 3);
    assert_null(conductivity.grid_points);
    assert_null(conductivity.mode_kappa);
    assert_true(conductivity.boundary_mfp == 0);
    umk_conductivity_clear(&conductivity);
    unlink(path);
}

/* LBTE files with a reducible collision matrix have frequencies and more of all grid points, which are left out. */
static void test_reducible_files(void **state) {
    (void)state;
    char path[256];
    umk_conductivity conductivity;
    snprintf(path, sizeof path, "%s/reducible.hdf5", folder);
    copy_file(DATA "kappa-m122.hdf5", path, -1);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    double frequencies[24] = {0};
    put(file, "frequency", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){4, 6}, frequencies);
    put(file, "kappa_RTA", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){1, 6}, frequencies);
    put(file, "mode_kappa", H5T_NATIVE_DOUBLE, 4, (hsize_t[]){1, 4, 6, 6}, NULL);
    put(file, "mode_kappa_RTA", H5T_NATIVE_DOUBLE, 4, (hsize_t[]){1, 4, 6, 6}, NULL);
    H5Fclose(file);
    assert_int_equal(umk_conductivity_read(&conductivity, context, path), UMK_OK);
    assert_null(conductivity.frequencies);
    assert_null(conductivity.mode_kappa);
    assert_null(conductivity.mode_kappa_rta);
    assert_non_null(conductivity.gamma);
    umk_conductivity_clear(&conductivity);
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    put(file, "gv_by_gv", H5T_NATIVE_DOUBLE, 3, (hsize_t[]){4, 6, 6}, NULL);
    H5Fclose(file);
    assert_int_equal(umk_conductivity_read(&conductivity, context, path), UMK_ERROR_INPUT);
    assert_message("gv_by_gv: its shape does not fit");
    unlink(path);
}

/* Whatever is left of a file, reading ends with a message or a result. */
static void test_truncated_and_scrambled_files(void **state) {
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/part.hdf5", folder);
    for (long size = 0; size < 29000; size += 977) {
        umk_conductivity conductivity;
        copy_file(DATA "kappa-m122.hdf5", path, size);
        assert_int_equal(umk_conductivity_read(&conductivity, context, path), UMK_ERROR_INPUT);
        assert_message("part.hdf5");
    }
    copy_file(DATA "kappa-m122.hdf5", path, -1);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 29752 / 2, SEEK_SET);
    for (int i = 0; i < 8000; i++) fputc(0x5a, file);
    fclose(file);
    umk_conductivity conductivity;
    assert_int_not_equal(umk_conductivity_read(&conductivity, context, path), UMK_OK);
    assert_message("part.hdf5");
    unlink(path);
}

static void test_unreadable_files(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "none.hdf5"), UMK_ERROR_IO);
    assert_message("No such file");
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA), UMK_ERROR_IO);
    assert_message("directory");
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "README.md"), UMK_ERROR_INPUT);
    assert_message("is no HDF5 file");
}

static herr_t own_handler(hid_t stack, void *data) {
    (void)stack;
    *(int *)data += 1;
    return 0;
}

static void test_the_error_handler_is_left_alone(void **state) {
    (void)state;
    int calls = 0;
    H5E_auto2_t before, after;
    void *before_data, *after_data;
    H5Eget_auto2(H5E_DEFAULT, &before, &before_data);
    H5Eset_auto2(H5E_DEFAULT, own_handler, &calls);
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "README.md"), UMK_ERROR_INPUT);
    H5Eget_auto2(H5E_DEFAULT, &after, &after_data);
    assert_int_equal(calls, 0);
    assert_true(after == own_handler && after_data == &calls);
    H5Eset_auto2(H5E_DEFAULT, before, before_data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_files),    cmocka_unit_test(test_old_files),
        cmocka_unit_test(test_reducible_files),  cmocka_unit_test(test_truncated_and_scrambled_files),
        cmocka_unit_test(test_unreadable_files), cmocka_unit_test(test_the_error_handler_is_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
