/*
 * Linewidths of an earlier run collected from one file or from one file for each grid point; the summary of a
 * calculation, read back as input.
 */
#include "crystal/crystal.h"
#include "grid/grid.h"
#include "transport/conductivity.h"
#include "unit/writers/writers_test.h"
#include <math.h>

static const umk_grid grid = {.diagonal = {4, 5, 6}};
enum { n_points = 3, n_bands = 2, n_temperatures = 2 };
static const int64_t points[n_points] = {0, 7, 11};

/* Every element tells where it stands: 100 t + 10 point + band + offset. */
static void fill(double *values, bool by_temperature, double offset) {
    for (int64_t i = 0; i < (by_temperature ? n_temperatures : 1) * n_points * n_bands; i++) {
        values[i] = (double)(i / (n_points * n_bands) * 100 + i / n_bands % n_points * 10 + i % n_bands) + offset;
    }
}

static umk_conductivity make_result(int parts, double sigma) {
    umk_conductivity r = {.mesh = {4, 5, 6}, .sigma = sigma, .kappa_unit_conversion = 1};
    assert_int_equal(umk_conductivity_allocate(&r, context, n_points, n_bands, n_temperatures, parts), UMK_OK);
    memcpy(r.grid_points, points, sizeof points);
    r.temperatures[0] = 100;
    r.temperatures[1] = 300;
    fill(r.gamma, true, 0.5);
    if (r.gamma_normal != NULL) fill(r.gamma_normal, true, 0.125);
    if (r.gamma_umklapp != NULL) fill(r.gamma_umklapp, true, 0.25);
    if (r.gamma_isotope != NULL) fill(r.gamma_isotope, false, 0.75);
    if (r.average_strength != NULL) fill(r.average_strength, false, 0.0625);
    return r;
}

static umk_output_options in_folder(void) {
    umk_output_options options = UMK_OUTPUT_OPTIONS_INIT;
    options.directory = folder;
    return options;
}

static umk_status collect(umk_conductivity *read, double sigma, int64_t n, const int64_t *chosen) {
    umk_output_options options = in_folder();
    return umk_conductivity_read_gamma(read, context, &grid, sigma, 0, n, chosen, &options);
}

static void expect_message(umk_status status, umk_status expected, const char *part) {
    assert_int_equal(status, expected);
    if (strstr(umk_context_message(context), part) == NULL) fail_msg("%s", umk_context_message(context));
}

static void expect_rows(const double *got, const double *written, int64_t n_leading) {
    assert_memory_equal(got, written, (size_t)(n_leading * n_points * n_bands) * sizeof *got);
}

static void write_points(const umk_conductivity *result, char *paths[n_points]) {
    umk_output_options options = in_folder();
    for (int i = 0; i < n_points; i++) {
        assert_int_equal(umk_conductivity_write_point(&paths[i], context, result, i, &options), UMK_OK);
    }
}

static void remove_points(char *paths[n_points]) {
    for (int i = 0; i < n_points; i++) {
        unlink(paths[i]);
        umk_string_free(paths[i]);
    }
}

static void test_points(void **state) {
    (void)state;
    const int everything = UMK_PART_NORMAL_UMKLAPP | UMK_PART_ISOTOPE | UMK_PART_AVERAGE_STRENGTH;
    char *paths[n_points];
    umk_conductivity written = make_result(everything, 0.1), read;
    write_points(&written, paths);
    assert_int_equal(collect(&read, 0.1, n_points, points), UMK_OK);
    assert_int_equal(read.n_points, n_points);
    assert_memory_equal(read.grid_points, points, sizeof points);
    assert_true(read.temperatures[0] == 100 && read.temperatures[1] == 300);
    expect_rows(read.gamma, written.gamma, n_temperatures);
    expect_rows(read.gamma_normal, written.gamma_normal, n_temperatures);
    expect_rows(read.gamma_umklapp, written.gamma_umklapp, n_temperatures);
    expect_rows(read.gamma_isotope, written.gamma_isotope, 1);
    expect_rows(read.average_strength, written.average_strength, 1);
    umk_conductivity_clear(&read);
    /* other points, another width, and a point that was not written */
    const int64_t turned[2] = {11, 0}, missing[2] = {0, 8};
    assert_int_equal(collect(&read, 0.1, 2, turned), UMK_OK);
    assert_memory_equal(read.gamma, written.gamma + 2 * n_bands, n_bands * sizeof(double));
    assert_memory_equal(read.gamma + n_bands, written.gamma, n_bands * sizeof(double));
    umk_conductivity_clear(&read);
    expect_message(collect(&read, 0.2, n_points, points), UMK_ERROR_IO, "-g0-s0.2");
    expect_message(collect(&read, 0.1, 2, missing), UMK_ERROR_IO, "-g8-s0.1");
    assert_null(read.gamma);
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = collect(&read, 0.1, n_points, points);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_int_equal(read.n_points, 0);
    }
    assert_true(n_failures > 20);
    umk_conductivity_clear(&read);
    umk_conductivity_clear(&written);
    remove_points(paths);
}

/* A file of all points goes before those of single ones. */
static void test_whole(void **state) {
    (void)state;
    char *paths[n_points], *path;
    umk_output_options options = in_folder();
    umk_conductivity written = make_result(0, 0), read;
    write_points(&written, paths);
    written.gamma[0] = 42;
    assert_int_equal(umk_conductivity_write(&path, context, &written, &options), UMK_OK);
    assert_int_equal(collect(&read, 0, n_points, points), UMK_OK);
    expect_rows(read.gamma, written.gamma, n_temperatures);
    assert_null(read.gamma_normal);
    umk_conductivity_clear(&read);
    unlink(path);
    assert_int_equal(collect(&read, 0, n_points, points), UMK_OK);
    assert_true(read.gamma[0] == 0.5);
    umk_conductivity_clear(&read);
    umk_string_free(path);
    umk_conductivity_clear(&written);
    remove_points(paths);
}

/* Files of different runs do not go together, and numbers must be finite. */
static void test_mixed(void **state) {
    (void)state;
    char *paths[n_points], *path;
    umk_output_options options = in_folder();
    umk_conductivity first = make_result(UMK_PART_NORMAL_UMKLAPP, 0), other = make_result(0, 0), read;
    write_points(&first, paths);
    assert_int_equal(umk_conductivity_write_point(&path, context, &other, 1, &options), UMK_OK);
    umk_string_free(path);
    expect_message(collect(&read, 0, n_points, points), UMK_ERROR_INPUT, "differs from the first");
    first.temperatures[1] = 310;
    assert_int_equal(umk_conductivity_write_point(&path, context, &first, 1, &options), UMK_OK);
    umk_string_free(path);
    expect_message(collect(&read, 0, n_points, points), UMK_ERROR_INPUT, "grid point 7");
    first.temperatures[1] = 300;
    first.gamma[1 * n_bands] = NAN;
    assert_int_equal(umk_conductivity_write_point(&path, context, &first, 1, &options), UMK_OK);
    umk_string_free(path);
    expect_message(collect(&read, 0, n_points, points), UMK_ERROR_INPUT, "finite");
    umk_conductivity_clear(&first);
    umk_conductivity_clear(&other);
    remove_points(paths);
}

/* ---- summary ------------------------------------------------------------------------------------------------------*/

static void expect_same_cell(const umk_cell *a, const umk_cell *b) {
    assert_int_equal(a->n_atoms, b->n_atoms);
    for (int i = 0; i < 9; i++) assert_true(fabs(a->lattice[i / 3][i % 3] - b->lattice[i / 3][i % 3]) < 1e-12);
    for (int64_t i = 0; i < a->n_atoms; i++) {
        assert_string_equal(a->symbols[i], b->symbols[i]);
        assert_true(fabs(a->masses[i] - b->masses[i]) < 1e-6);
        for (int c = 0; c < 3; c++) assert_true(fabs(a->positions[i][c] - b->positions[i][c]) < 1e-12);
    }
}

/* What is written reads back as the same crystal, in any locale's way to write numbers. */
static void test_summary(void **state) {
    (void)state;
    static const char *const examples[2] = {"si-pbesol/phono3py_disp.yaml", "nacl/phono3py_params_NaCl222.yaml.xz"};
    for (int e = 0; e < 2; e++) {
        char path[1024], out[256];
        umk_input input, again;
        umk_crystal *crystal, *second;
        snprintf(path, sizeof path, "%s/examples/%s", UMK_SOURCE_DIR, examples[e]);
        snprintf(out, sizeof out, "%s/phono3py.yaml", folder);
        assert_int_equal(umk_input_read(&input, context, path), UMK_OK);
        umk_crystal_options options = {.unit_cell = &input.unit_cell,
                                       .supercell_matrix = (const int64_t(*)[3])input.supercell_matrix};
        if (input.has_primitive_matrix) {
            options.primitive_matrix = (const double(*)[3])input.primitive_matrix;
        } else {
            options.primitive_axes = "auto";
        }
        if (e == 1) options.born = &input.born;
        assert_int_equal(umk_crystal_create(&crystal, context, &options), UMK_OK);
        assert_int_equal(umk_summary_write(context, crystal, &input, out), UMK_OK);
        if (umk_input_read(&again, context, out) != UMK_OK) fail_msg("%s", umk_context_message(context));
        expect_same_cell(&again.unit_cell, &input.unit_cell);
        expect_same_cell(&again.primitive_cell, &crystal->primitive);
        expect_same_cell(&again.supercell, &crystal->supercell.cell);
        assert_true(again.has_supercell_matrix && again.has_primitive_matrix);
        assert_memory_equal(again.supercell_matrix, input.supercell_matrix, sizeof again.supercell_matrix);
        assert_int_equal(again.born.n_atoms, e == 0 ? 0 : 2);
        for (int i = 0; e == 1 && i < 18; i++) {
            double a = again.born.charges[i / 9][i / 3 % 3][i % 3], b = crystal->born.charges[i / 9][i / 3 % 3][i % 3];
            assert_true(fabs(a - b) < 1e-12);
        }
        if (e == 1) assert_true(fabs(again.born.factor - crystal->born.factor) < 1e-12);
        options.unit_cell = &again.unit_cell;
        options.supercell_matrix = (const int64_t(*)[3])again.supercell_matrix;
        options.primitive_matrix = (const double(*)[3])again.primitive_matrix;
        options.primitive_axes = NULL;
        options.born = NULL;
        assert_int_equal(umk_crystal_create(&second, context, &options), UMK_OK);
        expect_same_cell(&second->primitive, &crystal->primitive);
        umk_crystal_destroy(second);
        umk_crystal_destroy(crystal);
        umk_input_clear(&again);
        umk_input_clear(&input);
        unlink(out);
    }
}

static void test_summary_failures(void **state) {
    (void)state;
    char path[1024], out[256];
    umk_input input;
    umk_crystal *crystal;
    snprintf(path, sizeof path, "%s/examples/si-pbesol/phono3py_disp.yaml", UMK_SOURCE_DIR);
    assert_int_equal(umk_input_read(&input, context, path), UMK_OK);
    umk_crystal_options options = {.unit_cell = &input.unit_cell};
    assert_int_equal(umk_crystal_create(&crystal, context, &options), UMK_OK);
    expect_message(umk_summary_write(context, crystal, &input, "no-such-folder/phono3py.yaml"), UMK_ERROR_IO,
                   "no-such-folder");
    snprintf(out, sizeof out, "%s/phono3py.yaml", folder);
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = umk_summary_write(context, crystal, &input, out);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_int_not_equal(access(out, F_OK), 0);
    }
    assert_true(n_failures >= 2);
    unlink(out);
    umk_crystal_destroy(crystal);
    umk_input_clear(&input);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_summary_failures),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
