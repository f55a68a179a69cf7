/*
 * Files of the collision matrix: what is written is read again, of all temperatures or some, from a file of each grid
 * point or from one of all; names; files that are missing, damaged, or do not fit; eigenvalues and relaxons.
 */
#include "support/model.h"
#include "unit/writers/writers_test.h"
#include "writers/result_file.h"
#include <hdf5.h>
#include <math.h>
#include <umklapp/lbte.h>

enum { n_bands = 6, n_temperatures = 3, n_points = 3 };
static const double temperatures[n_temperatures] = {100, 300, 800};

static test_model *silicon;
static test_mesh mesh, single_mesh;
static umk_output_options output;

static int set_up_model(void **state) {
    if (set_up(state) != 0) return 1;
    output = (umk_output_options)UMK_OUTPUT_OPTIONS_INIT;
    output.directory = folder;
    silicon = test_model_load(context, &(test_model_options){.example = "si-pbesol"});
    mesh = test_mesh_cube(silicon, 2);
    single_mesh = test_mesh_cube(silicon, 1);
    return 0;
}

static int tear_down_model(void **state) {
    umk_test_fail_allocation(-1);
    test_mesh_free(&mesh);
    test_mesh_free(&single_mesh);
    test_model_free(silicon);
    return tear_down(state);
}

/* ---- contents ----------------------------------------------------------------------------------------------------*/

static int64_t row_size(int64_t n) {
    return n_bands * 9 * n * n_bands;
}

static double element(int64_t t, int64_t point, int64_t k) {
    return sin((double)(1000 * t + 100 * point) + 0.1 * (double)k);
}

static double linewidth(int64_t t, int64_t point, int64_t band) {
    return 0.01 * (double)(1 + band + 10 * point + 100 * t);
}

/** A result of n points with the linewidths above, and room for the rows of one point. */
typedef struct content {
    umk_conductivity result;
    double *rows, gamma[n_temperatures * n_points * n_bands], temperatures[n_temperatures];
    int64_t points[n_points];
} content;

static content *make_content(const umk_grid *grid, double sigma) {
    content *c = test_calloc(1, sizeof *c);
    const int64_t *points, *weights;
    int64_t n = umk_grid_irreducible(grid, &points, &weights);
    assert_in_range(n, 1, n_points);
    memcpy(c->points, points, (size_t)n * sizeof *points);
    memcpy(c->temperatures, temperatures, sizeof temperatures);
    for (int64_t k = 0; k < n_temperatures * n * n_bands; k++) {
        c->gamma[k] = linewidth(k / (n * n_bands), k / n_bands % n, k % n_bands);
    }
    c->result = (umk_conductivity){.n_points = n,
                                   .n_bands = n_bands,
                                   .n_temperatures = n_temperatures,
                                   .sigma = sigma,
                                   .sigma_cutoff = sigma > 0 ? 3 : 0,
                                   .temperatures = c->temperatures,
                                   .grid_points = c->points,
                                   .gamma = c->gamma};
    umk_grid_mesh(grid, c->result.mesh);
    c->rows = test_calloc((size_t)(n_temperatures * row_size(n)), sizeof *c->rows);
    return c;
}

static void fill_rows(content *c, int64_t point) {
    int64_t size = row_size(c->result.n_points);
    for (int64_t k = 0; k < n_temperatures * size; k++) c->rows[k] = element(k / size, point, k % size);
}

static void free_content(content *c) {
    test_free(c->rows);
    test_free(c);
}

static void write_all(const umk_grid *grid, double sigma) {
    content *c = make_content(grid, sigma);
    for (int64_t i = 0; i < c->result.n_points; i++) {
        char *path, expected[256];
        fill_rows(c, i);
        test_try(context, umk_collision_rows_write(&path, context, &c->result, i, c->rows, &output));
        snprintf(expected, sizeof expected, "%s/collision-m%lld%lld%lld-g%lld%s.hdf5", folder,
                 (long long)c->result.mesh[0], (long long)c->result.mesh[1], (long long)c->result.mesh[2],
                 (long long)c->points[i], sigma > 0 ? "-s0.1-sd3" : "");
        assert_string_equal(path, expected);
        umk_string_free(path);
    }
    free_content(c);
}

/* The name of the file of a point of the mesh 2 x 2 x 2; -1: of all. */
static const char *name_of(int64_t i) {
    static char name[256];
    const int64_t *points, *weights;
    umk_grid_irreducible(mesh.grid, &points, &weights);
    if (i < 0) snprintf(name, sizeof name, "%s/collision-m222.hdf5", folder);
    if (i >= 0) snprintf(name, sizeof name, "%s/collision-m222-g%lld.hdf5", folder, (long long)points[i]);
    return name;
}

static void remove_all(void) {
    char command[256];
    snprintf(command, sizeof command, "rm -f %s/*.hdf5", folder);
    assert_int_equal(system(command), 0);
}

static void put(hid_t file, const char *name, hid_t type, int rank, const hsize_t *shape, const void *data) {
    if (H5Lexists(file, name, H5P_DEFAULT) > 0) H5Ldelete(file, name, H5P_DEFAULT);
    hid_t space = H5Screate_simple(rank, shape, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(dataset >= 0);
    if (data != NULL) assert_true(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

/* One file of all points, as phono3py writes it. */
static void write_whole(const umk_grid *grid, const char *path) {
    content *c = make_content(grid, 0);
    hsize_t n = (hsize_t)c->result.n_points, size = (hsize_t)row_size((int64_t)n);
    double *all = test_calloc(n_temperatures * n * size, sizeof *all);
    for (hsize_t i = 0; i < n; i++) {
        fill_rows(c, (int64_t)i);
        for (hsize_t t = 0; t < n_temperatures; t++) {
            memcpy(all + (t * n + i) * size, c->rows + t * size, size * sizeof *all);
        }
    }
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){n_temperatures}, temperatures);
    put(file, "gamma", H5T_NATIVE_DOUBLE, 3, (hsize_t[]){n_temperatures, n, n_bands}, c->gamma);
    put(file, "collision_matrix", H5T_NATIVE_DOUBLE, 7, (hsize_t[]){n_temperatures, n, n_bands, 3, n, n_bands, 3}, all);
    H5Fclose(file);
    test_free(all);
    free_content(c);
}

/* Opens the files and expects the contents above, at the chosen temperatures. */
static void read_again(const umk_grid *grid, double sigma, int64_t n_chosen, const int64_t *chosen) {
    umk_collision_files *files;
    umk_conductivity read;
    int64_t n_t = n_chosen > 0 ? n_chosen : n_temperatures;
    test_try(context,
             umk_collision_files_open(&files, context, grid, sigma, sigma > 0 ? 3 : 0, n_chosen, chosen, &output));
    test_try(context, umk_collision_files_linewidths(&read, context, files));
    int64_t n = read.n_points, size = row_size(n);
    assert_int_equal(read.n_temperatures, n_t);
    assert_int_equal(read.n_bands, n_bands);
    for (int64_t k = 0; k < n_t * n * n_bands; k++) {
        int64_t t = k / (n * n_bands), at = n_chosen > 0 ? chosen[t] : t;
        assert_true(read.temperatures[t] == temperatures[at]);
        assert_true(read.gamma[k] == linewidth(at, k / n_bands % n, k % n_bands));
    }
    double *rows = test_malloc((size_t)(n_t * size + 1) * sizeof *rows);
    rows[n_t * size] = 17;
    for (int64_t i = n - 1; i >= 0; i--) {
        test_try(context, umk_collision_files_rows(context, files, i, rows));
        for (int64_t k = 0; k < n_t * size; k++) {
            assert_true(rows[k] == element(n_chosen > 0 ? chosen[k / size] : k / size, i, k % size));
        }
    }
    assert_true(rows[n_t * size] == 17);
    test_free(rows);
    umk_conductivity_clear(&read);
    umk_collision_files_close(files);
}

static void read_in_all_ways(const umk_grid *grid, double sigma) {
    read_again(grid, sigma, 0, NULL);
    read_again(grid, sigma, 1, (const int64_t[]){2});
    read_again(grid, sigma, 4, (const int64_t[]){1, 0, 2, 1});
}

/* ---- tests -------------------------------------------------------------------------------------------------------*/

static void test_round_trip(void **state) {
    (void)state;
    const int compressions[] = {-1, 0, 4};
    for (int i = 0; i < 3; i++) {
        output.compression = compressions[i];
        write_all(mesh.grid, 0);
        read_in_all_ways(mesh.grid, 0);
        remove_all();
    }
    write_all(mesh.grid, 0.1);
    read_in_all_ways(mesh.grid, 0.1);
    remove_all();
    write_all(single_mesh.grid, 0);
    read_in_all_ways(single_mesh.grid, 0);
    remove_all();
}

static void test_one_file_of_all_points(void **state) {
    (void)state;
    char path[256];
    write_whole(mesh.grid, name_of(-1));
    read_in_all_ways(mesh.grid, 0);
    remove_all();
    snprintf(path, sizeof path, "%s/collision-m111.hdf5", folder);
    write_whole(single_mesh.grid, path); /* one point: still with an axis of its own */
    read_in_all_ways(single_mesh.grid, 0);
    remove_all();
}

static umk_status open_all(int64_t n_chosen, const int64_t *chosen) {
    umk_collision_files *files = (umk_collision_files *)&files;
    umk_status status = umk_collision_files_open(&files, context, mesh.grid, 0, 0, n_chosen, chosen, &output);
    double *rows = test_malloc((size_t)(n_temperatures * row_size(n_points)) * sizeof *rows);
    assert_true((status == UMK_OK) == (files != NULL));
    for (int64_t i = 0; status == UMK_OK && i < n_points; i++) {
        status = umk_collision_files_rows(context, files, i, rows);
    }
    test_free(rows);
    umk_collision_files_close(files);
    return status;
}

static void expect_failure(umk_status expected, const char *words) {
    umk_status status = open_all(0, NULL);
    if (status != expected) fail_msg("%s: %s", words, umk_status_text(status));
    assert_message(words);
}

static void test_missing_files(void **state) {
    (void)state;
    expect_failure(UMK_ERROR_IO, name_of(0));
    write_all(mesh.grid, 0);
    for (int64_t i = 0; i < n_points; i++) {
        char hidden[300];
        snprintf(hidden, sizeof hidden, "%s.away", name_of(i));
        assert_int_equal(rename(name_of(i), hidden), 0);
        expect_failure(UMK_ERROR_IO, name_of(i));
        assert_int_equal(rename(hidden, name_of(i)), 0);
    }
    assert_int_equal(open_all(1, (const int64_t[]){3}), UMK_ERROR_ARGUMENT);
    assert_message("they have 0 to 2");
    assert_int_equal(open_all(2, (const int64_t[]){0, -1}), UMK_ERROR_ARGUMENT);
    assert_int_equal(open_all(2, (const int64_t[]){2, 0}), UMK_OK);
    remove_all();
}

typedef void (*damage)(hid_t file);

static void no_matrix(hid_t file) {
    H5Ldelete(file, "collision_matrix", H5P_DEFAULT);
}
static void no_gamma(hid_t file) {
    H5Ldelete(file, "gamma", H5P_DEFAULT);
}
static void no_temperature(hid_t file) {
    H5Ldelete(file, "temperature", H5P_DEFAULT);
}
static void other_points(hid_t file) {
    put(file, "collision_matrix", H5T_NATIVE_DOUBLE, 6, (hsize_t[]){n_temperatures, n_bands, 3, 2, n_bands, 3}, NULL);
}
static void other_bands(hid_t file) {
    put(file, "collision_matrix", H5T_NATIVE_DOUBLE, 6, (hsize_t[]){n_temperatures, 3, 3, n_points, n_bands, 3}, NULL);
}
static void other_rank(hid_t file) {
    put(file, "collision_matrix", H5T_NATIVE_DOUBLE, 7,
        (hsize_t[]){n_temperatures, 1, n_bands, 3, n_points, n_bands, 3}, NULL);
}
static void flat_matrix(hid_t file) {
    put(file, "collision_matrix", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){n_temperatures}, NULL);
}
static void integer_matrix(hid_t file) {
    put(file, "collision_matrix", H5T_NATIVE_INT64, 6, (hsize_t[]){n_temperatures, n_bands, 3, n_points, n_bands, 3},
        NULL);
}
static void nan_matrix(hid_t file) {
    static double rows[n_temperatures * n_bands * 9 * n_points * n_bands];
    rows[1234] = NAN;
    put(file, "collision_matrix", H5T_NATIVE_DOUBLE, 6, (hsize_t[]){n_temperatures, n_bands, 3, n_points, n_bands, 3},
        rows);
}
static void infinite_gamma(hid_t file) {
    double gamma[n_temperatures * n_bands] = {0};
    gamma[7] = INFINITY;
    put(file, "gamma", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){n_temperatures, n_bands}, gamma);
}
static void flat_gamma(hid_t file) {
    put(file, "gamma", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){n_temperatures}, temperatures);
}
static void fewer_temperatures(hid_t file) {
    put(file, "gamma", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){n_temperatures - 1, n_bands}, NULL);
}
static void empty_gamma(hid_t file) {
    put(file, "gamma", H5T_NATIVE_DOUBLE, 2, (hsize_t[]){0, n_bands}, NULL);
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){0}, NULL);
}
static void short_temperature(hid_t file) {
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){2}, temperatures);
}
static void other_temperature(hid_t file) {
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){n_temperatures}, (const double[]){100, 301, 800});
}
static void nan_temperature(hid_t file) {
    put(file, "temperature", H5T_NATIVE_DOUBLE, 1, (hsize_t[]){n_temperatures}, (const double[]){100, NAN, 800});
}
static void text_gamma(hid_t file) {
    put(file, "gamma", H5T_C_S1, 2, (hsize_t[]){n_temperatures, n_bands}, NULL);
}

static void test_damaged_files(void **state) {
    (void)state;
    static const struct {
        damage damage;
        const char *message;
    } cases[] = {{no_matrix, "collision_matrix"},
                 {no_gamma, "gamma"},
                 {no_temperature, "temperature"},
                 {other_points, "3 irreducible grid points"},
                 {other_bands, "6 bands"},
                 {other_rank, "collision_matrix"},
                 {flat_matrix, "collision_matrix"},
                 {integer_matrix, "collision_matrix"},
                 {nan_matrix, "finite"},
                 {infinite_gamma, "finite"},
                 {flat_gamma, "gamma"},
                 {fewer_temperatures, "temperature"},
                 {empty_gamma, "makes no sense"},
                 {short_temperature, "temperature"},
                 {other_temperature, "temperature"},
                 {nan_temperature, "temperature"},
                 {text_gamma, "gamma"}};
    write_all(mesh.grid, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int64_t point = 0; point < n_points; point++) {
            /* another temperature in the first file is found in the next one */
            if (point == 0 && cases[i].damage == other_temperature) continue;
            hid_t file = H5Fopen(name_of(point), H5F_ACC_RDWR, H5P_DEFAULT);
            cases[i].damage(file);
            H5Fclose(file);
            umk_status status = open_all(0, NULL);
            if (status != UMK_ERROR_INPUT) {
                fail_msg("case %d, point %d: %s", (int)i, (int)point, umk_status_text(status));
            }
            assert_message(cases[i].message);
            assert_message("collision-m222-g");
            write_all(mesh.grid, 0);
        }
    }
    assert_int_equal(open_all(0, NULL), UMK_OK);
    remove_all();
}

/* Whatever is left of a file, reading ends with a message or a result. */
static void test_truncated_and_scrambled_files(void **state) {
    (void)state;
    static unsigned char bytes[1 << 20];
    uint32_t random = 2463534242;
    output.compression = 4;
    write_all(mesh.grid, 0);
    FILE *file = fopen(name_of(1), "rb");
    long size = (long)fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (long n = 0; n < size; n += 1 + size / 50) {
        file = fopen(name_of(1), "wb");
        fwrite(bytes, 1, (size_t)n, file);
        fclose(file);
        expect_failure(UMK_ERROR_INPUT, name_of(1));
    }
    for (int i = 0; i < 120; i++) { /* of the next ones HDF5 1.10 loses some memory */
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        long at = (long)(random >> 4) % (i % 2 == 0 ? 3000 : size);
        bytes[at] ^= (unsigned char)(1u << random % 8);
        file = fopen(name_of(1), "wb");
        fwrite(bytes, 1, (size_t)size, file);
        fclose(file);
        bytes[at] ^= (unsigned char)(1u << random % 8);
        umk_status status = open_all(0, NULL);
        assert_true(status == UMK_OK || strchr(umk_context_message(context), '\n') == NULL);
        assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0); /* nothing is left open */
    }
    output.compression = -1;
    remove_all();
}

static void test_failing_allocations(void **state) {
    (void)state;
    write_all(mesh.grid, 0);
    bool failed = true;
    for (int64_t n = 0; failed; n++) {
        umk_test_fail_allocation(n);
        umk_status status = open_all(0, NULL);
        umk_test_fail_allocation(-1);
        failed = status != UMK_OK;
        if (failed) assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_true(n < 1000);
    }
    remove_all();
}

static void test_points_out_of_range(void **state) {
    (void)state;
    content *c = make_content(mesh.grid, 0);
    for (int64_t i = -1; i <= n_points; i += n_points + 1) {
        char *path = (char *)&path;
        assert_int_equal(umk_collision_rows_write(&path, context, &c->result, i, c->rows, &output), UMK_ERROR_ARGUMENT);
        assert_null(path);
        assert_message("no grid point number");
    }
    output.directory = "no-such-folder";
    assert_int_equal(umk_collision_rows_write(NULL, context, &c->result, 0, c->rows, &output), UMK_ERROR_IO);
    assert_message("no-such-folder");
    output.directory = folder;
    free_content(c);
}

/* ---- eigenvalues -------------------------------------------------------------------------------------------------*/

static void read_reals(const char *path, const char *name, int64_t n, double *values) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    assert_int_equal(H5Sget_simple_extent_npoints(space), n);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
}

static void test_spectra(void **state) {
    (void)state;
    enum { n = 4 };
    content *c = make_content(mesh.grid, 0);
    double values[n_temperatures * n], kappa[n_temperatures * n * 6], got[n_temperatures * n * 6];
    for (int k = 0; k < n_temperatures * n; k++) values[k] = k % n == 0 ? 0 : 0.1 * k;
    for (int k = 0; k < n_temperatures * n * 6; k++) kappa[k] = k;
    umk_lbte_spectrum spectrum = {n_temperatures, n, values, NULL};
    char *path = (char *)&path;
    assert_int_equal(umk_relaxons_write(&path, context, &c->result, &spectrum, &output), UMK_ERROR_ARGUMENT);
    assert_null(path);
    assert_message("relaxons");
    spectrum.kappa = kappa;
    test_try(context, umk_collision_eigenvalues_write(&path, context, &c->result, &spectrum, &output));
    assert_non_null(strstr(path, "coleigs-m222.hdf5"));
    read_reals(path, "collision_eigenvalues", n_temperatures * n, got);
    assert_memory_equal(got, values, sizeof values);
    read_reals(path, "temperature", n_temperatures, got);
    assert_memory_equal(got, temperatures, sizeof temperatures);
    umk_string_free(path);
    test_try(context, umk_relaxons_write(&path, context, &c->result, &spectrum, &output));
    assert_non_null(strstr(path, "relaxons-m222.hdf5"));
    read_reals(path, "eigenvalue", n_temperatures * n, got);
    assert_memory_equal(got, values, sizeof values);
    read_reals(path, "kappa", n_temperatures * n * 6, got);
    assert_memory_equal(got, kappa, sizeof kappa);
    read_reals(path, "relaxation_time", n_temperatures * n, got);
    for (int k = 0; k < n_temperatures * n; k++) {
        double expected = values[k] > 0 ? 1 / (4 * UMK_PI * values[k]) : 0;
        assert_true(fabs(got[k] - expected) <= 1e-14 * expected);
    }
    umk_string_free(path);
    free_content(c);
    remove_all();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_one_file_of_all_points),
        cmocka_unit_test(test_missing_files),
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_truncated_and_scrambled_files),
        cmocka_unit_test(test_failing_allocations),
        cmocka_unit_test(test_points_out_of_range),
        cmocka_unit_test(test_spectra),
    };
    return cmocka_run_group_tests(tests, set_up_model, tear_down_model);
}
