/* The same input gives the same bits on any number of threads, with any number of grid points in flight. */
#include "support/model.h"

#include <string.h>

static const double temperatures[2] = {100, 300}, sigmas[2] = {0, 0.1};

static void run(const char *example, int n_threads, int64_t in_flight, umk_conductivity results[2]) {
    const double variances[2] = {2e-4, 3e-4};
    umk_context *context = test_context(n_threads);
    test_model *model = test_model_load(context, &(test_model_options){.example = example});
    test_mesh mesh = test_mesh_cube(model, 6);
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    assert_int_equal(umk_context_n_threads(context), n_threads);
    options.n_temperatures = options.n_sigmas = 2;
    options.temperatures = temperatures;
    options.sigmas = sigmas;
    options.normal_umklapp = options.full_strength = true;
    options.mass_variances = variances;
    options.transport = UMK_TRANSPORT_SMM19;
    options.grid_points_in_flight = in_flight;
    test_run_rta(results, model, &mesh, &options);
    test_mesh_free(&mesh);
    test_model_free(model);
    umk_context_destroy(context);
}

static void expect_same_bits(const umk_conductivity *a, const umk_conductivity *b) {
    int64_t modes = a->n_points * a->n_bands, all = modes * a->n_temperatures;
    assert_int_equal(a->n_points, b->n_points);
#define SAME(member, count) assert_memory_equal(a->member, b->member, (size_t)(count) * sizeof *a->member)
    SAME(frequencies, modes);
    SAME(group_velocities, 3 * modes);
    SAME(gv_by_gv, 6 * modes);
    SAME(heat_capacities, all);
    SAME(gamma, all);
    SAME(gamma_normal, all);
    SAME(gamma_umklapp, all);
    SAME(gamma_isotope, modes);
    SAME(average_strength, modes);
    SAME(mode_kappa, 6 * all);
    SAME(kappa, 6 * a->n_temperatures);
    SAME(kappa_intra, 6 * a->n_temperatures);
    SAME(kappa_inter, 6 * a->n_temperatures);
#undef SAME
}

static void check(const char *example) {
    umk_conductivity one[2], other[2];
    const int n_threads[5] = {2, 5, 1, 1, 16}; /* more than there are tasks, at last */
    const int64_t in_flight[5] = {0, 3, 1, 100, 1};
    run(example, 1, 0, one);
    for (int i = 0; i < 5; i++) {
        run(example, n_threads[i], in_flight[i], other);
        for (int s = 0; s < 2; s++) {
            expect_same_bits(&one[s], &other[s]);
            umk_conductivity_clear(&other[s]);
        }
    }
    for (int s = 0; s < 2; s++) umk_conductivity_clear(&one[s]);
}

static void test_silicon(void **state) {
    (void)state;
    check("si-pbesol");
}

static void test_sodium_chloride(void **state) {
    (void)state;
    check("nacl");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_silicon), cmocka_unit_test(test_sodium_chloride)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
