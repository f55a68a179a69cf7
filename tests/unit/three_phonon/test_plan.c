/*
 * Plans of the triplets of a grid point: an order that misses none, blocks of bands within a limit; whether legs 1 and
 * 2 may be exchanged; memory that cannot be had.
 */
#include "support/strength.h"
#include "unit/three_phonon/chain.h"
#include <stdlib.h>

static umk_context *context;

static int set_up(void **state) {
    (void)state;
    unsetenv("UMKLAPP_KERNELS");
    context = chain_context(1);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_context_destroy(context);
    return 0;
}

/* Numbers without a pattern; symmetric: fc3 of atoms (i, j, k) is that of (i, k, j). `shift` is added to one element.
 */
static umk_fc3 make_constants(const umk_crystal *crystal, bool symmetric, double shift) {
    umk_fc3 fc3 = make_single(crystal, 0, 0, 0);
    int64_t n_s = fc3.n_supercell;
    for (int64_t x = 0; x < fc3.n_primitive * n_s * n_s * 27; x++) {
        int64_t block = x / 27, i = block / (n_s * n_s), j = block / n_s % n_s, k = block % n_s;
        int64_t a = x % 27 / 9, b = x % 9 / 3, c = x % 3, left = 3 * j + b, right = 3 * k + c;
        bool swap = symmetric && left > right;
        fc3.values[x] = sin((double)(1 + 3 * i + a) + 0.37 * (double)(swap ? right : left) +
                            1.9 * (double)(swap ? left : right) * (double)(1 + a));
    }
    fc3.values[5] += shift; /* (0, 0, 0; x, y, z) */
    return fc3;
}

static umk_interaction *make_interaction(const umk_crystal *crystal, const umk_fc3 *fc3, const char *kernels,
                                         bool no_r0_average) {
    umk_interaction *interaction;
    umk_interaction_options options = {.no_r0_average = no_r0_average, .cutoff_frequency = -1, .kernels = kernels};
    assert_int_equal(umk_interaction_create(&interaction, context, crystal, fc3, &options), UMK_OK);
    return interaction;
}

/* ---- exchange of legs 1 and 2 -----------------------------------------------------------------------------------*/

static bool is_exchangeable(const umk_crystal *crystal, bool symmetric, double shift, bool no_r0_average) {
    umk_fc3 fc3 = make_constants(crystal, symmetric, shift);
    umk_interaction *interaction = make_interaction(crystal, &fc3, "portable", no_r0_average);
    bool exchangeable = interaction->exchangeable;
    umk_interaction_destroy(interaction);
    test_free(fc3.values);
    return exchangeable;
}

static void test_exchangeable(void **state) {
    (void)state;
    for (int64_t n_cells = 1; n_cells < 5; n_cells++) {
        umk_crystal *crystal = make_chain(context, 2, n_cells);
        for (int no_r0_average = 0; no_r0_average < 2; no_r0_average++) {
            assert_true(is_exchangeable(crystal, true, 0, no_r0_average));
            assert_true(is_exchangeable(crystal, true, 1e-15, no_r0_average)); /* rounding */
            assert_false(is_exchangeable(crystal, true, 1e-9, no_r0_average));
            assert_false(is_exchangeable(crystal, true, -1, no_r0_average));
            assert_false(is_exchangeable(crystal, false, 0, no_r0_average));
        }
        umk_crystal_destroy(crystal);
    }
}

/* One block that has no partner. */
static void test_missing_partner(void **state) {
    (void)state;
    umk_crystal *crystal = make_chain(context, 2, 3);
    for (int64_t j = 0; j < 6; j++) {
        umk_fc3 fc3 = make_single(crystal, 0, j, (j + 1) % 6);
        umk_interaction *interaction = make_interaction(crystal, &fc3, "portable", false);
        assert_false(interaction->exchangeable);
        umk_interaction_destroy(interaction);
        test_free(fc3.values);
    }
    umk_crystal_destroy(crystal);
}

/* ---- plans ------------------------------------------------------------------------------------------------------*/

enum { most_points = 200 };

/** All q1 of a mesh with q0 at address (1, 0, 2), in an order that is not that of the mesh. */
typedef struct mesh_triplets {
    umk_grid grid;
    int64_t n, addresses[2 * most_points + 1][3], triplets[most_points][3];
} mesh_triplets;

static void make_triplets(mesh_triplets *m, int64_t a, int64_t b, int64_t c) {
    const int64_t d[3] = {a, b, c}, first[3] = {1, 0, 2};
    *m = (mesh_triplets){.n = a * b * c};
    assert_true(m->n <= most_points);
    for (int i = 0; i < 3; i++) {
        m->grid.diagonal[i] = d[i];
        m->grid.q[i][i] = 1;
        m->addresses[0][i] = first[i];
    }
    m->grid.addresses = m->addresses;
    for (int64_t t = 0; t < m->n; t++) {
        int64_t point = (t * 37 + 5) % m->n; /* 37 has no factor in common with the meshes here */
        const int64_t second[3] = {point % a, point / a % b, point / (a * b)};
        for (int i = 0; i < 3; i++) {
            m->addresses[1 + 2 * t][i] = second[i];
            m->addresses[2 + 2 * t][i] = -first[i] - second[i];
        }
        m->triplets[t][1] = 1 + 2 * t;
        m->triplets[t][2] = 2 + 2 * t;
    }
}

static umk_strength_plan *make_plan(const umk_interaction *interaction, const umk_strength_mesh *mesh,
                                    const mesh_triplets *m, int64_t n) {
    umk_strength_plan *plan;
    assert_int_equal(
        umk_strength_plan_create(&plan, context, interaction, mesh, &m->grid, n, (const int64_t(*)[3])m->triplets),
        UMK_OK);
    return plan;
}

/* A whole mesh has runs of several triplets; fewer triplets need no more memory than all. */
static void check_plans(const umk_interaction *interaction, int64_t a, int64_t b, int64_t c) {
    mesh_triplets m;
    umk_strength_mesh *mesh = NULL;
    make_triplets(&m, a, b, c);
    if (interaction->kernel->mesh_create != NULL) {
        assert_int_equal(interaction->kernel->mesh_create(&mesh, context, interaction, &m.grid), UMK_OK);
    }
    umk_strength_plan *all = make_plan(interaction, mesh, &m, m.n);
    check_plan(all, mesh);
    assert_int_equal(all->n_triplets, m.n);
    assert_ptr_equal(all->interaction, interaction);
    for (int64_t n = 1; n < m.n; n += 1 + n / 2) {
        umk_strength_plan *some = make_plan(interaction, mesh, &m, n);
        check_plan(some, mesh);
        assert_int_equal(some->n_triplets, n);
        assert_int_equal(some->group_bands, all->group_bands);
        umk_strength_plan_destroy(some);
    }
    int64_t n_runs = 0;
    for (int64_t t = 0; t < m.n; t++) n_runs += all->ends_run[t];
    assert_true(n_runs >= 1 && (mesh == NULL || a * b * c < 8 || n_runs < m.n));
    umk_strength_plan_destroy(all);
    umk_strength_plan_destroy(NULL);
    if (mesh != NULL) interaction->kernel->mesh_destroy(mesh);
}

static void test_order(void **state) {
    (void)state;
    umk_crystal *crystal = make_chain(context, 2, 3);
    for (int symmetric = 0; symmetric < 2; symmetric++) {
        umk_fc3 fc3 = make_constants(crystal, symmetric, 0);
        for (int k = 0; k < 2; k++) {
            umk_interaction *interaction = make_interaction(crystal, &fc3, k == 0 ? "portable" : "reference", false);
            check_plans(interaction, 1, 1, 1);
            check_plans(interaction, 3, 1, 1);
            check_plans(interaction, 1, 1, 12);
            check_plans(interaction, 4, 5, 6);
            check_plans(interaction, 6, 3, 9);
            umk_interaction_destroy(interaction);
        }
        test_free(fc3.values);
    }
    umk_crystal_destroy(crystal);
}

/* Whole groups of bands, as many as fit, at least one. */
static void test_blocks(void **state) {
    (void)state;
    umk_interaction interaction = {.n_bands = 10};
    umk_strength_plan plan = {.interaction = &interaction, .group_bands = 3, .group_bytes = 1000};
    const struct {
        double limit;
        int64_t bands, bytes;
    } expected[] = {{0, 3, 1000},      {999, 3, 1000},  {1000, 3, 1000},  {1999, 3, 1000},
                    {2000, 6, 2000},   {3300, 9, 3000}, {4000, 10, 4000}, {50000, 10, 4000},
                    {1e300, 10, 4000}, {3000, 9, 3000}, {3999, 9, 3000}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        int64_t bands = umk_strength_block_bands(&plan, expected[i].limit);
        assert_int_equal(bands, expected[i].bands);
        assert_int_equal(umk_strength_block_bytes(&plan, bands), expected[i].bytes);
    }
    plan.group_bands = 12; /* more than there are */
    assert_int_equal(umk_strength_block_bands(&plan, 0), 10);
    assert_int_equal(umk_strength_block_bytes(&plan, 10), 1000);
}

static void test_allocation_failures(void **state) {
    (void)state;
    umk_crystal *crystal = make_chain(context, 2, 3);
    umk_fc3 fc3 = make_constants(crystal, true, 0);
    umk_interaction *interaction = make_interaction(crystal, &fc3, "portable", false);
    mesh_triplets m;
    umk_strength_mesh *mesh;
    umk_strength_plan *plan;
    int n_failures[2] = {0};
    make_triplets(&m, 4, 5, 6);
    for (;; n_failures[0]++) {
        umk_test_fail_allocation(n_failures[0]);
        umk_status status = interaction->kernel->mesh_create(&mesh, context, interaction, &m.grid);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(mesh);
    }
    for (;; n_failures[1]++) {
        umk_test_fail_allocation(n_failures[1]);
        umk_status status =
            umk_strength_plan_create(&plan, context, interaction, mesh, &m.grid, m.n, (const int64_t(*)[3])m.triplets);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(plan);
    }
    assert_true(n_failures[0] >= 3 && n_failures[1] >= 3);
    check_plan(plan, mesh);
    umk_strength_plan_destroy(plan);
    interaction->kernel->mesh_destroy(mesh);
    interaction->kernel->mesh_destroy(NULL);
    umk_interaction_destroy(interaction);
    test_free(fc3.values);
    umk_crystal_destroy(crystal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchangeable), cmocka_unit_test(test_missing_partner),     cmocka_unit_test(test_order),
        cmocka_unit_test(test_blocks),       cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
