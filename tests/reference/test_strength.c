/*
 * |V|^2 of all triplets of one grid point against phono3py 4.10.0 (pp-m999-g10.hdf5), by every
 * set of kernels, and the contribution of each triplet to the linewidths summed up (gamma_detail-m999-g10.hdf5). Means
 * over the degenerate sets of all three legs.
 */
#include "support/compare.h"
#include "support/model.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { grid_point = 10, n_bands = 6, cube = n_bands * n_bands * n_bands };

static void *read_dataset(const char *crystal, const char *name, const char *dataset, hid_t type, int64_t *count) {
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/data/reference/%s/%s", UMK_SOURCE_DIR, crystal, name);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    hid_t handle = H5Dopen2(file, dataset, H5P_DEFAULT), space = H5Dget_space(handle);
    *count = (int64_t)H5Sget_simple_extent_npoints(space);
    void *values = test_malloc((size_t)*count * 8);
    assert_true(H5Dread(handle, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(handle);
    H5Fclose(file);
    return values;
}

/* False where this processor cannot run the kernels. */
static bool make_interaction(umk_interaction **interaction, const test_model *model, const char *kernels) {
    umk_interaction_options options = {.cutoff_frequency = -1, .kernels = kernels};
    umk_status status = umk_interaction_create(interaction, model->context, model->crystal, model->fc3, &options);
    if (status == UMK_ERROR_ARGUMENT && strstr(umk_context_message(model->context), "cannot run") != NULL) return false;
    assert_true(test_succeeded(model->context, status));
    return true;
}

static void compare_strength(const char *crystal, const char *kernels, double tolerance) {
    int64_t n_values, n_indices, n_triplets;
    double *expected = read_dataset(crystal, "strength/pp-m999-g10.hdf5", "pp", H5T_NATIVE_DOUBLE, &n_values);
    int64_t(*triplets)[3] = read_dataset(crystal, "strength/pp-m999-g10.hdf5", "triplet", H5T_NATIVE_INT64, &n_indices);
    int64_t *weights = read_dataset(crystal, "strength/pp-m999-g10.hdf5", "weight", H5T_NATIVE_INT64, &n_triplets);
    assert_int_equal(n_values, n_triplets * cube);
    umk_context *context = test_context(2);
    test_model *model = test_model_load(context, &(test_model_options){.example = crystal});
    umk_grid_options grid = {.mesh = {9, 9, 9}};
    test_mesh mesh = test_mesh_make(model, &grid, NULL);
    umk_interaction *interaction;
    umk_triplets *ours;
    const int64_t(*our_points)[3], *our_weights;
    test_try(context, umk_triplets_create(&ours, context, mesh.grid, grid_point));
    assert_int_equal(umk_triplets_view(ours, &our_points, &our_weights), n_triplets);
    assert_memory_equal(our_points, triplets, (size_t)n_triplets * sizeof *triplets);
    assert_memory_equal(our_weights, weights, (size_t)n_triplets * sizeof *weights);
    double *got = test_malloc((size_t)n_values * sizeof *got);
    if (!make_interaction(&interaction, model, kernels)) {
        print_message("%s: the kernels %s do not run here\n", crystal, kernels);
        goto cleanup;
    }
    test_try(context, umk_interaction_strength(interaction, context, mesh.phonons, mesh.grid, n_triplets,
                                               (const int64_t(*)[3])triplets, got));
    umk_interaction_destroy(interaction);
    for (int64_t t = 0; t < n_triplets; t++) {
        const double *legs[3];
        for (int l = 0; l < 3; l++) legs[l] = umk_phonons_frequencies(mesh.phonons) + triplets[t][l] * n_bands;
        test_average_cube(got + t * cube, n_bands, legs);
        test_average_cube(expected + t * cube, n_bands, legs);
    }
    double deviation = test_deviation(n_values, got, expected);
    print_message("%s, %s: |V|^2 within %.1e\n", crystal, kernels, deviation);
    assert_true(deviation < tolerance);
cleanup:
    test_free(got);
    test_free(expected);
    test_free(triplets);
    test_free(weights);
    umk_triplets_destroy(ours);
    test_mesh_free(&mesh);
    test_model_free(model);
    umk_context_destroy(context);
}

/*
 * The short-range force constants of the dipole sum break the symmetry of the crystal by 3e-8 (the choice among
 * equivalent commensurate points). Eigenvectors here are rotated from one point of an orbit, the peer's are each
 * point's own, so that they differ by as much.
 */
static const double dipole_tolerance = 1e-7;

static void test_fast_kernels(void **state) {
    (void)state;
    const char *const kernels[] = {"portable", "avx2", "avx512", "neon"};
    for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; k++) {
        compare_strength("si-pbesol", kernels[k], 1e-12);
        compare_strength("nacl", kernels[k], dipole_tolerance);
    }
}

static void test_reference_kernel(void **state) {
    (void)state;
    compare_strength("si-pbesol", "reference", 1e-12);
    compare_strength("nacl", "reference", dipole_tolerance);
}

/* The peer lists what each triplet adds to gamma of each band; the weighted sum over triplets and band pairs is gamma.
 */
static void compare_detail(const char *crystal) {
    int64_t n_values, n_triplets;
    const double temperature = 300;
    const int64_t point = grid_point;
    double *detail =
        read_dataset(crystal, "gamma_detail/gamma_detail-m999-g10.hdf5", "gamma_detail", H5T_NATIVE_DOUBLE, &n_values);
    int64_t *weights =
        read_dataset(crystal, "gamma_detail/gamma_detail-m999-g10.hdf5", "weight", H5T_NATIVE_INT64, &n_triplets);
    assert_int_equal(n_values, n_triplets * cube);
    double expected[n_bands] = {0};
    for (int64_t i = 0; i < n_values; i++) {
        expected[i % cube / (n_bands * n_bands)] += (double)weights[i / cube] * detail[i];
    }
    umk_conductivity got;
    umk_context *context = test_context(2);
    test_model *model = test_model_load(context, &(test_model_options){.example = crystal});
    test_mesh mesh = test_mesh_cube(model, 9);
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = options.n_grid_points = 1;
    options.temperatures = &temperature;
    options.grid_points = &point;
    test_run_rta(&got, model, &mesh, &options);
    assert_null(got.kappa);
    test_average_sets(expected, 1, 1, n_bands, got.frequencies);
    double deviation = test_deviation(n_bands, got.gamma, expected);
    print_message("%s: gamma of grid point %d within %.1e\n", crystal, grid_point, deviation);
    assert_true(deviation < 1e-6);
    test_free(detail);
    test_free(weights);
    umk_conductivity_clear(&got);
    test_mesh_free(&mesh);
    test_model_free(model);
    umk_context_destroy(context);
}

static void test_gamma_detail(void **state) {
    (void)state;
    compare_detail("si-pbesol");
    compare_detail("nacl");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fast_kernels),
        cmocka_unit_test(test_reference_kernel),
        cmocka_unit_test(test_gamma_detail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
