/* The interaction: choice of kernel, errors, memory that cannot be had; order of triplets; units; the average of
 * --sym-fc3q. */
#include "support/strength.h"
#include "unit/three_phonon/chain.h"
#include <stdlib.h>

static void expect_message(umk_context *context, umk_status status, umk_status expected, const char *part) {
    assert_int_equal(status, expected);
    assert_non_null(strstr(umk_context_message(context), part));
}

static void test_options(void **state) {
    (void)state;
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 2, 2);
    umk_fc3 fc3 = make_single(crystal, 0, 1, 1);
    umk_interaction *interaction;
    umk_interaction_options options = {.cutoff_frequency = -1, .kernels = "fastest"};
    expect_message(context, umk_interaction_create(&interaction, context, crystal, &fc3, &options), UMK_ERROR_ARGUMENT,
                   "fastest");
    assert_null(interaction);
    options = (umk_interaction_options){.symmetrize_fc3q = true, .kernels = "portable"};
    expect_message(context, umk_interaction_create(&interaction, context, crystal, &fc3, &options), UMK_ERROR_ARGUMENT,
                   "reference kernel");
    umk_kernel_set fastest;
    assert_int_equal(umk_kernel_set_choose(&fastest, context, NULL), UMK_OK);
    assert_int_equal(umk_interaction_create(&interaction, context, crystal, &fc3, NULL), UMK_OK);
    assert_int_equal(interaction->kernel_set, fastest);
    assert_ptr_equal(interaction->kernel, &umk_strength_kernel_engine);
    assert_true(interaction->cutoff_frequency == UMK_CUTOFF_FREQUENCY);
    umk_interaction_destroy(interaction);
    options = (umk_interaction_options){.symmetrize_fc3q = true, .cutoff_frequency = 0.5};
    assert_int_equal(umk_interaction_create(&interaction, context, crystal, &fc3, &options), UMK_OK);
    assert_ptr_equal(interaction->kernel, &umk_strength_kernel_reference);
    assert_true(interaction->cutoff_frequency == 0.5);
    umk_interaction_destroy(interaction);
    umk_interaction_destroy(NULL);
    umk_crystal *larger = make_chain(context, 2, 3);
    expect_message(context, umk_interaction_create(&interaction, context, larger, &fc3, NULL), UMK_ERROR_ARGUMENT,
                   "another crystal");
    assert_null(interaction);
    umk_crystal_destroy(larger);
    test_free(fc3.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

/* Each set by its name and by the variable, which a name that is given goes before. */
static void test_kernel_sets(void **state) {
    (void)state;
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 1, 2);
    umk_fc3 fc3 = make_single(crystal, 0, 1, 1);
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        umk_interaction_options options = {.cutoff_frequency = -1, .kernels = umk_kernel_set_name(set)};
        umk_interaction *interaction, *by_variable, *by_name;
        umk_status expected = umk_kernel_set_runs(set) ? UMK_OK : UMK_ERROR_ARGUMENT;
        assert_int_equal(umk_interaction_create(&interaction, context, crystal, &fc3, &options), expected);
        setenv("UMKLAPP_KERNELS", umk_kernel_set_name(set), 1);
        assert_int_equal(umk_interaction_create(&by_variable, context, crystal, &fc3, NULL), expected);
        options.kernels = "reference";
        assert_int_equal(umk_interaction_create(&by_name, context, crystal, &fc3, &options), UMK_OK);
        unsetenv("UMKLAPP_KERNELS");
        assert_int_equal(by_name->kernel_set, UMK_KERNELS_REFERENCE);
        umk_interaction_destroy(by_name);
        if (expected != UMK_OK) {
            assert_null(interaction);
            assert_null(by_variable);
            continue;
        }
        assert_int_equal(interaction->kernel_set, set);
        assert_int_equal(by_variable->kernel_set, set);
        assert_ptr_equal(by_variable->kernel, interaction->kernel);
        assert_ptr_equal(by_variable->loops, interaction->loops);
        umk_interaction_destroy(by_variable);
        umk_interaction_destroy(interaction);
    }
    test_free(fc3.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

static void test_allocation_failures(void **state) {
    (void)state;
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 1, 2);
    umk_fc3 fc3 = make_single(crystal, 0, 1, 1);
    const char *const kernels[] = {"portable", "reference"};
    for (int k = 0; k < 2; k++) {
        umk_interaction *interaction;
        umk_interaction_options options = {.cutoff_frequency = -1, .kernels = kernels[k]};
        int n_failures = 0;
        for (;; n_failures++) {
            umk_test_fail_allocation(n_failures);
            umk_status status = umk_interaction_create(&interaction, context, crystal, &fc3, &options);
            if (status == UMK_OK) break;
            assert_int_equal(status, UMK_ERROR_MEMORY);
            assert_null(interaction);
        }
        umk_test_fail_allocation(-1);
        assert_true(n_failures >= 8);
        umk_interaction_destroy(interaction);
    }
    test_free(fc3.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

static void test_order(void **state) {
    (void)state;
    umk_context *context = chain_context(1);
    const int64_t triplets[6][3] = {{5, 0, 0}, {2, 1, 1}, {5, 2, 2}, {2, 3, 3}, {9, 4, 4}, {5, 5, 5}};
    const int64_t expected[6] = {1, 3, 0, 2, 5, 4};
    int64_t order[6];
    assert_int_equal(umk_triplet_order(order, context, 6, triplets), UMK_OK);
    assert_memory_equal(order, expected, sizeof order);
    assert_int_equal(umk_triplet_group_end(order, 0, 6, triplets), 2);
    assert_int_equal(umk_triplet_group_end(order, 2, 6, triplets), 5);
    assert_int_equal(umk_triplet_group_end(order, 5, 6, triplets), 6);
    umk_test_fail_allocation(0);
    assert_int_equal(umk_triplet_order(order, context, 6, triplets), UMK_ERROR_MEMORY);
    umk_test_fail_allocation(-1);
    umk_context_destroy(context);
}

/* hbar^3 / (8 36 N) times (eV/A^3)^2 u^-3 (2 pi THz)^-3 in eV^2: with hbar in eV s and u in eV (s/A)^2. */
static void test_units(void **state) {
    (void)state;
    double hbar = UMK_PLANCK_EV / (2 * UMK_PI);
    double mass = UMK_ATOMIC_MASS / UMK_ELEMENTARY_CHARGE * 1e-20; /* kg m^2/s^2 = J, and 1 m = 1e10 A */
    double expected = hbar * hbar * hbar / (8 * 36) / (mass * mass * mass) / pow(2 * UMK_PI * 1e12, 3) / 1000;
    assert_true(fabs(umk_strength_factor(1000) / expected - 1) < 1e-12);
    assert_true(fabs(umk_strength_factor(1) / umk_strength_factor(1000) - 1000) < 1e-9);
}

/*
 * One atom with a single element 1 in fc3 at the place (x, y, z) of the home cell: V = e0x e1y e2z m^-3/2 / sqrt(f f
 * f); symmetrized over the order of the legs it is the mean of the six products squared.
 */
static void test_symmetrized(void **state) {
    (void)state;
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 1, 2);
    umk_fc3 fc3 = make_single(crystal, 0, 0, 0);
    for (int x = 0; x < 27; x++) fc3.values[x] = x == 0 * 9 + 1 * 3 + 2;
    const double q[3][3] = {{0.1, 0.2, 0.3}, {0.3, -0.4, 0.1}, {-0.4, 0.2, -0.4}};
    const double frequencies[3] = {2, 3, 5};
    double complex vectors[3][9];
    umk_leg legs[3];
    for (int leg = 0; leg < 3; leg++) {
        for (int i = 0; i < 9; i++) vectors[leg][i] = cos(1 + 2 * i + leg) + I * sin(2 + i * leg);
        legs[leg] = (umk_leg){q[leg], frequencies, vectors[leg]};
    }
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int symmetrize = 0; symmetrize < 2; symmetrize++) {
        umk_interaction *interaction;
        umk_interaction_options options = {
            .symmetrize_fc3q = symmetrize, .cutoff_frequency = -1, .kernels = "reference"};
        assert_int_equal(umk_interaction_create(&interaction, context, crystal, &fc3, &options), UMK_OK);
        double strength[27];
        run_triplet(interaction, 10, legs, strength);
        for (int m = 0; m < 27; m++) {
            const int bands[3] = {m / 9, m / 3 % 3, m % 3};
            double sum = 0, product = frequencies[bands[0]] * frequencies[bands[1]] * frequencies[bands[2]];
            for (int o = 0; o < (symmetrize ? 6 : 1); o++) {
                double complex v = 1; /* the component x belongs to leg orders[o][0], and so on */
                for (int c = 0; c < 3; c++) v *= vectors[orders[o][c]][3 * c + bands[orders[o][c]]];
                sum += (creal(v) * creal(v) + cimag(v) * cimag(v)) / (symmetrize ? 6 : 1);
            }
            assert_true(fabs(strength[m] - sum / product) < 1e-14);
        }
        umk_interaction_destroy(interaction);
    }
    test_free(fc3.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options), cmocka_unit_test(test_kernel_sets), cmocka_unit_test(test_allocation_failures),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_units),       cmocka_unit_test(test_symmetrized),
    };
    unsetenv("UMKLAPP_KERNELS");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
