/*
 * Result files: names, structure equal to phono3py's own files (tests/data/writers), round trips.
 */
#include "transport/conductivity.h"
#include "unit/writers/writers_test.h"
#include <hdf5.h>
#include <locale.h>
#include <sys/stat.h>

/* What h5ls would tell about a dataset. */
typedef struct dataset_facts {
    H5T_class_t class;
    size_t size;
    H5T_order_t order;
    int rank, n_filters;
    hsize_t shape[H5S_MAX_RANK];
    H5Z_filter_t filter;
    unsigned level;
} dataset_facts;

static dataset_facts get_facts(hid_t file, const char *name) {
    dataset_facts facts;
    memset(&facts, 0, sizeof facts);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(dataset >= 0);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), properties = H5Dget_create_plist(dataset);
    facts.class = H5Tget_class(type);
    facts.size = facts.class == H5T_STRING ? 0 : H5Tget_size(type); /* versions differ in length */
    facts.order = H5Tget_order(type);
    facts.rank = H5Sget_simple_extent_dims(space, facts.shape, NULL);
    facts.n_filters = H5Pget_nfilters(properties);
    if (facts.n_filters > 0) {
        unsigned flags, config;
        size_t n_values = 1;
        facts.filter = H5Pget_filter2(properties, 0, &flags, &n_values, &facts.level, 0, NULL, &config);
    }
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return facts;
}

static void assert_same_values(hid_t peer, hid_t ours, const char *name, const dataset_facts *facts) {
    if (facts->class == H5T_STRING) return;
    double a[8192], b[8192];
    hsize_t count = 1;
    for (int i = 0; i < facts->rank; i++) count *= facts->shape[i];
    assert_true(count <= 8192);
    hid_t one = H5Dopen2(peer, name, H5P_DEFAULT), other = H5Dopen2(ours, name, H5P_DEFAULT);
    assert_true(H5Dread(one, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, a) >= 0);
    assert_true(H5Dread(other, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, b) >= 0);
    assert_memory_equal(a, b, count * sizeof *a);
    H5Dclose(one);
    H5Dclose(other);
}

/* The two files have the same datasets with the same types, shapes, filters and (but for the version) values. */
static void assert_same_files(const char *peer_path, const char *our_path) {
    hid_t peer = H5Fopen(peer_path, H5F_ACC_RDONLY, H5P_DEFAULT), ours = H5Fopen(our_path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(peer >= 0 && ours >= 0);
    H5G_info_t peer_info, our_info;
    H5Gget_info(peer, &peer_info);
    H5Gget_info(ours, &our_info);
    assert_int_equal(our_info.nlinks, peer_info.nlinks);
    for (hsize_t i = 0; i < peer_info.nlinks; i++) {
        char name[64];
        H5Lget_name_by_idx(peer, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT);
        assert_true(H5Lexists(ours, name, H5P_DEFAULT) > 0);
        dataset_facts of_peer = get_facts(peer, name), of_ours = get_facts(ours, name);
        assert_memory_equal(&of_ours, &of_peer, sizeof of_peer);
        assert_same_values(peer, ours, name, &of_peer);
    }
    H5Fclose(peer);
    H5Fclose(ours);
}

static void round_trip(const char *peer) {
    char *path;
    umk_conductivity conductivity;
    umk_output_options options = UMK_OUTPUT_OPTIONS_INIT;
    options.directory = folder;
    assert_int_equal(umk_conductivity_read(&conductivity, context, peer), UMK_OK);
    assert_int_equal(umk_conductivity_write(&path, context, &conductivity, &options), UMK_OK);
    assert_string_equal(strrchr(path, '/'), strrchr(peer, '/'));
    assert_same_files(peer, path);
    unlink(path);
    umk_string_free(path);
    umk_conductivity_clear(&conductivity);
}

static void test_files_have_the_structure_of_the_peer(void **state) {
    (void)state;
    round_trip(DATA "kappa-m555-s0.1-sd3.hdf5");
    round_trip(DATA "kappa-m122.hdf5");
    round_trip(UMK_SOURCE_DIR "/tests/data/reference/nacl/ibdb19_rta/kappa-m999.hdf5"); /* kappa_intra, kappa_inter */
}

static void test_point_file_has_the_structure_of_the_peer(void **state) {
    (void)state;
    umk_conductivity conductivity;
    umk_output_options options = UMK_OUTPUT_OPTIONS_INIT;
    options.directory = folder;
    char *path;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m555-s0.1-sd3.hdf5"), UMK_OK);
    int64_t point = 0;
    while (conductivity.grid_points[point] != 7) point++;
    assert_int_equal(umk_conductivity_write_point(&path, context, &conductivity, point, &options), UMK_OK);
    assert_string_equal(strrchr(path, '/') + 1, "kappa-m555-g7-s0.1-sd3.hdf5");
    assert_same_files(DATA "kappa-m555-g7-s0.1-sd3.hdf5", path);
    unlink(path);
    umk_string_free(path);
    assert_int_equal(umk_conductivity_write_point(NULL, context, &conductivity, conductivity.n_points, &options),
                     UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_conductivity_write_point(NULL, context, &conductivity, -1, &options), UMK_ERROR_ARGUMENT);
    umk_conductivity_clear(&conductivity);
}

static void test_point_file_is_read(void **state) {
    (void)state;
    umk_conductivity whole, part;
    assert_int_equal(umk_conductivity_read(&whole, context, DATA "kappa-m555-s0.1-sd3.hdf5"), UMK_OK);
    assert_int_equal(umk_conductivity_read(&part, context, DATA "kappa-m555-g7-s0.1-sd3.hdf5"), UMK_OK);
    assert_int_equal(part.n_points, 1);
    assert_int_equal(part.n_bands, 6);
    assert_int_equal(part.n_temperatures, 2);
    assert_int_equal(part.grid_points[0], 7);
    assert_null(part.weights);
    assert_null(part.kappa);
    int64_t point = 0;
    while (whole.grid_points[point] != 7) point++;
    for (int64_t t = 0; t < 2; t++) {
        const double *gamma = whole.gamma + (t * whole.n_points + point) * 6;
        assert_memory_equal(part.gamma + 6 * t, gamma, 6 * sizeof *gamma);
    }
    assert_memory_equal(part.average_strength, whole.average_strength + 6 * point, 6 * sizeof(double));
    umk_conductivity_clear(&whole);
    umk_conductivity_clear(&part);
}

static void test_values_of_the_peer(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m555-s0.1-sd3.hdf5"), UMK_OK);
    assert_true(conductivity.sigma == 0.1);
    assert_true(conductivity.sigma_cutoff == 3);
    assert_true(conductivity.boundary_mfp == 10);
    assert_false(conductivity.is_generalized);
    assert_int_equal(conductivity.n_points, 10);
    int64_t n_grid = 0;
    for (int64_t i = 0; i < 10; i++) n_grid += conductivity.weights[i];
    assert_int_equal(n_grid, 125);
    /* the table that phono3py printed: 140.113 and 55.030 W/(m K) at 100 and 300 K */
    assert_true(conductivity.temperatures[0] == 100 && conductivity.temperatures[1] == 300);
    assert_float_equal(conductivity.kappa[0], 140.113, 6e-4);
    assert_float_equal(conductivity.kappa[6], 55.030, 6e-4);
    umk_conductivity_clear(&conductivity);

    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    static const int64_t grid_matrix[3][3] = {{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}};
    assert_true(conductivity.is_generalized);
    assert_memory_equal(conductivity.grid_matrix, grid_matrix, sizeof grid_matrix);
    assert_true(conductivity.boundary_mfp == 1e6 && conductivity.sigma == 0);
    umk_conductivity_clear(&conductivity);
}

static void test_lzf_is_read_and_not_written(void **state) {
    (void)state;
    umk_conductivity conductivity;
    umk_output_options options = {folder, NULL, -2};
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m333-lzf.hdf5"), UMK_OK);
    assert_int_equal(conductivity.n_points, 4);
    assert_true(conductivity.gamma[23] > 0);
    assert_int_equal(umk_conductivity_write(NULL, context, &conductivity, &options), UMK_ERROR_ARGUMENT);
    assert_message("lzf");
    umk_conductivity_clear(&conductivity);
}

static void test_compression_levels(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    for (int level = -1; level <= 9; level += 2) {
        umk_output_options options = {folder, "level", level};
        char *path;
        assert_int_equal(umk_conductivity_write(&path, context, &conductivity, &options), UMK_OK);
        hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        dataset_facts facts = get_facts(file, "mode_kappa");
        assert_int_equal(facts.n_filters, level < 0 ? 0 : 1);
        if (level >= 0) assert_int_equal(facts.level, level);
        assert_int_equal(get_facts(file, "gv_by_gv").n_filters, 0);
        H5Fclose(file);
        unlink(path);
        umk_string_free(path);
    }
    umk_output_options options = {folder, NULL, 10};
    assert_int_equal(umk_conductivity_write(NULL, context, &conductivity, &options), UMK_ERROR_ARGUMENT);
    umk_conductivity_clear(&conductivity);
}

static void test_compression_is_parsed(void **state) {
    (void)state;
    static const struct {
        const char *text;
        umk_status status;
        int level;
    } cases[] = {{"gzip", UMK_OK, 4},
                 {"none", UMK_OK, -1},
                 {"None", UMK_OK, -1},
                 {"0", UMK_OK, 0},
                 {"9", UMK_OK, 9},
                 {"10", UMK_ERROR_ARGUMENT, 0},
                 {"-1", UMK_ERROR_ARGUMENT, 0},
                 {"lzf", UMK_ERROR_ARGUMENT, 0},
                 {"", UMK_ERROR_ARGUMENT, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int level = -5;
        assert_int_equal(umk_compression_parse(&level, context, cases[i].text), cases[i].status);
        if (cases[i].status == UMK_OK) assert_int_equal(level, cases[i].level);
    }
}

static void assert_name(const umk_conductivity *conductivity, int64_t grid_point, const umk_output_options *options,
                        const char *expected) {
    char *name;
    assert_int_equal(umk_conductivity_file_name(&name, context, conductivity, grid_point, options), UMK_OK);
    assert_string_equal(name, expected);
    umk_string_free(name);
}

static void test_names(void **state) {
    (void)state;
    umk_conductivity conductivity = {.mesh = {9, 10, 11}, .sigma_cutoff = 3};
    umk_output_options options = {"somewhere", "x.y", 4};
    assert_name(&conductivity, -1, NULL, "kappa-m91011.hdf5");
    assert_name(&conductivity, 0, NULL, "kappa-m91011-g0.hdf5");
    conductivity.sigma = 0.1;
    assert_name(&conductivity, 12, &options, "kappa-m91011-g12-s0.1-sd3.x.y.hdf5");
    conductivity.sigma = 100;
    conductivity.sigma_cutoff = 0;
    assert_name(&conductivity, -1, NULL, "kappa-m91011-s100.hdf5");
    conductivity.sigma = 1e-9; /* phono3py prints six decimals */
    assert_name(&conductivity, -1, NULL, "kappa-m91011-s0.hdf5");
    conductivity.sigma = 0.025;
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") != NULL) {
        assert_name(&conductivity, -1, NULL, "kappa-m91011-s0.025.hdf5");
        setlocale(LC_NUMERIC, "C");
    }
    options.label = "";
    assert_name(&conductivity, -1, &options, "kappa-m91011-s0.025.hdf5");
    options.label = "a/b";
    char *name;
    assert_int_equal(umk_conductivity_file_name(&name, context, &conductivity, -1, &options), UMK_ERROR_ARGUMENT);
    assert_null(name);
}

/* A small result of which every array is there. */
static void make_result(umk_conductivity *conductivity) {
    *conductivity = (umk_conductivity){0};
    int parts = UMK_PART_NORMAL_UMKLAPP | UMK_PART_ISOTOPE | UMK_PART_AVERAGE_STRENGTH;
    assert_int_equal(umk_conductivity_allocate(conductivity, context, 2, 3, 2, parts), UMK_OK);
    for (int i = 0; i < 3; i++) conductivity->mesh[i] = 2;
    for (int i = 0; i < 12; i++) conductivity->gamma[i] = 0.01 * i;
}

static void test_arrays_are_made_and_cleared(void **state) {
    (void)state;
    umk_conductivity conductivity;
    make_result(&conductivity);
    assert_true(conductivity.mode_kappa[71] == 0 && conductivity.gamma_umklapp[11] == 0);
    assert_true(conductivity.q_points[5] == 0 && conductivity.kappa[11] == 0 && conductivity.average_strength[5] == 0);
    umk_conductivity_clear(&conductivity);
    assert_null(conductivity.gamma);
    assert_int_equal(conductivity.n_points, 0);
    umk_conductivity_clear(&conductivity);
    umk_conductivity_clear(NULL);
    assert_int_equal(umk_conductivity_allocate(&conductivity, context, 0, 3, 2, 0), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_conductivity_allocate(&conductivity, context, INT64_MAX / 2, 3, 2, 0), UMK_ERROR_ARGUMENT);
}

static void test_equal_results_give_equal_bytes(void **state) {
    (void)state;
    umk_conductivity conductivity;
    make_result(&conductivity);
    char first[65536], second[65536];
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        umk_output_options options = {folder, i == 0 ? "a" : "b", 4};
        char *path;
        assert_int_equal(umk_conductivity_write(&path, context, &conductivity, &options), UMK_OK);
        FILE *file = fopen(path, "rb");
        sizes[i] = fread(i == 0 ? first : second, 1, sizeof first, file);
        fclose(file);
        unlink(path);
        umk_string_free(path);
    }
    assert_true(sizes[0] > 1000 && sizes[0] == sizes[1]);
    assert_memory_equal(first, second, sizes[0]);
    umk_conductivity_clear(&conductivity);
}

static void test_incomplete_results_are_refused(void **state) {
    (void)state;
    umk_conductivity conductivity;
    umk_output_options options = {folder, NULL, 4};
    make_result(&conductivity);
    conductivity.mesh[1] = 0;
    assert_int_equal(umk_conductivity_write(NULL, context, &conductivity, &options), UMK_ERROR_ARGUMENT);
    umk_conductivity_clear(&conductivity);
    assert_int_equal(umk_conductivity_write(NULL, context, &conductivity, &options), UMK_ERROR_ARGUMENT);
}

static void test_each_failing_allocation(void **state) {
    (void)state;
    umk_output_options options = {folder, NULL, 4};
    for (int64_t n = 0;; n++) {
        umk_conductivity conductivity;
        char *path = NULL;
        umk_test_fail_allocation(n);
        umk_status status = umk_conductivity_read(&conductivity, context, DATA "kappa-m555-s0.1-sd3.hdf5");
        if (status == UMK_OK) status = umk_conductivity_write(&path, context, &conductivity, &options);
        if (status == UMK_OK) status = umk_conductivity_write_point(NULL, context, &conductivity, 0, &options);
        umk_test_fail_allocation(-1);
        umk_conductivity_clear(&conductivity);
        if (path != NULL) unlink(path);
        umk_string_free(path);
        if (status == UMK_OK) {
            char point[256];
            snprintf(point, sizeof point, "%s/kappa-m555-g0-s0.1-sd3.hdf5", folder);
            assert_int_equal(unlink(point), 0);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, UMK_ERROR_MEMORY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_have_the_structure_of_the_peer),
        cmocka_unit_test(test_point_file_has_the_structure_of_the_peer),
        cmocka_unit_test(test_point_file_is_read),
        cmocka_unit_test(test_values_of_the_peer),
        cmocka_unit_test(test_lzf_is_read_and_not_written),
        cmocka_unit_test(test_compression_levels),
        cmocka_unit_test(test_compression_is_parsed),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_arrays_are_made_and_cleared),
        cmocka_unit_test(test_equal_results_give_equal_bytes),
        cmocka_unit_test(test_incomplete_results_are_refused),
        cmocka_unit_test(test_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
