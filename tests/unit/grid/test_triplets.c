/* Triplets: momentum is conserved, classes are complete, the images make G shortest. */
#include "fixtures.h"

/** q0 + q1 + q2, rounded; fails where it is not a reciprocal lattice vector. */
static void reciprocal_vector(int64_t g[3], const umk_grid *grid, const int64_t points[3]) {
    double sum[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        double q[3];
        umk_grid_q_point(grid, points[i], q);
        for (int k = 0; k < 3; k++) sum[k] += q[k];
    }
    for (int k = 0; k < 3; k++) {
        g[k] = llrint(sum[k]);
        assert_true(fabs(sum[k] - (double)g[k]) < 1e-12);
    }
}

static double squared_length(const umk_grid *grid, const int64_t g[3]) {
    double real[3] = {(double)g[0], (double)g[1], (double)g[2]}, vector[3];
    umk_apply3(vector, grid->reciprocal_lattice, real);
    return umk_dot3(vector, vector);
}

/** Shortest |G|^2 over all images of the three points. */
static double shortest_excess(const umk_grid *grid, const int64_t points[3]) {
    double shortest = INFINITY;
    int64_t gr[3], i[3], g[3];
    for (int k = 0; k < 3; k++) gr[k] = grid->bz_to_gr[points[k]];
    for (i[0] = grid->bz_map[gr[0]]; i[0] < grid->bz_map[gr[0] + 1]; i[0]++) {
        for (i[1] = grid->bz_map[gr[1]]; i[1] < grid->bz_map[gr[1] + 1]; i[1]++) {
            for (i[2] = grid->bz_map[gr[2]]; i[2] < grid->bz_map[gr[2] + 1]; i[2]++) {
                reciprocal_vector(g, grid, i);
                double length = squared_length(grid, g);
                if (length < shortest) shortest = length;
            }
        }
    }
    return shortest;
}

static void check_triplets(umk_context *context, const umk_grid *grid, int64_t bz_point) {
    umk_triplets *triplets;
    const int64_t(*points)[3], *weights;
    assert_int_equal(umk_triplets_create(&triplets, context, grid, bz_point), UMK_OK);
    int64_t n = umk_triplets_view(triplets, &points, &weights), sum = 0, previous = -1;
    for (int64_t i = 0; i < n; i++) {
        int64_t g[3];
        reciprocal_vector(g, grid, points[i]);
        assert_true(squared_length(grid, g) < shortest_excess(grid, points[i]) + grid->zone_tolerance);
        assert_int_equal(grid->bz_to_gr[points[i][0]], grid->bz_to_gr[bz_point]);
        assert_true(grid->bz_to_gr[points[i][1]] > previous);
        assert_true(grid->bz_to_gr[points[i][1]] <= grid->bz_to_gr[points[i][2]]);
        previous = grid->bz_to_gr[points[i][1]];
        assert_true(weights[i] > 0);
        sum += weights[i];
    }
    assert_int_equal(sum, grid->n_points);
    umk_triplets_destroy(triplets);
}

static umk_grid *length_grid(umk_context *context, const umk_crystal *crystal, double length) {
    umk_grid *grid;
    umk_grid_options options = {.length = length, .generalized = true};
    assert_int_equal(umk_grid_create(&grid, context, crystal, &options), UMK_OK);
    return grid;
}

static void test_triplets_conserve_momentum(void **state) {
    for (int number = 0; number < n_fixtures; number++) {
        umk_crystal crystal = make_crystal(number, number % 2 == 0);
        umk_grid *grid = length_grid(*state, &crystal, 14);
        for (int64_t point = 0; point < grid->n_bz_points; point += 7) check_triplets(*state, grid, point);
        umk_grid_destroy(grid);
    }
}

/* Without any rotation but time reversal: q0 = 0 pairs q1 with -q1, and exchange does the same. */
static void test_triplets_of_gamma_in_a_triclinic_crystal(void **state) {
    umk_crystal crystal = make_crystal(triclinic, true);
    assert_int_equal(crystal.n_rotations, 1);
    umk_grid *grid = make_mesh(*state, &crystal, 3, 3, 3);
    umk_triplets *triplets;
    const int64_t(*points)[3], *weights;
    assert_int_equal(umk_triplets_create(&triplets, *state, grid, 0), UMK_OK);
    assert_int_equal(umk_triplets_view(triplets, &points, &weights), 14);
    for (int i = 0; i < 14; i++) assert_int_equal(weights[i], i == 0 ? 1 : 2);
    umk_triplets_destroy(triplets);
    umk_grid_destroy(grid);
}

/* A general point of that crystal has no little group: only the exchange of q1 and q2 is left, (27 - 1) / 2 pairs and
 * the one point with q1 = q2. */
static void test_triplets_of_a_general_point(void **state) {
    umk_crystal crystal = make_crystal(triclinic, true);
    umk_grid_options options = {.mesh = {3, 3, 3}, .no_time_reversal = true};
    umk_grid *grid;
    assert_int_equal(umk_grid_create(&grid, *state, &crystal, &options), UMK_OK);
    umk_triplets *triplets;
    assert_int_equal(umk_triplets_create(&triplets, *state, grid, 1), UMK_OK);
    assert_int_equal(triplets->n_triplets, 14);
    int64_t n_single = 0;
    for (int i = 0; i < 14; i++) n_single += triplets->weights[i] == 1;
    assert_int_equal(n_single, 1);
    umk_triplets_destroy(triplets);
    /* Gamma keeps time reversal even where the grid points do not use it. */
    assert_int_equal(umk_triplets_create(&triplets, *state, grid, 0), UMK_OK);
    assert_int_equal(triplets->n_triplets, 14);
    umk_triplets_destroy(triplets);
    umk_grid_destroy(grid);
}

static void test_triplets_without_mesh_symmetry(void **state) {
    umk_crystal crystal = make_crystal(cubic_f, false);
    umk_grid_options options = {.mesh = {4, 4, 4}, .no_mesh_symmetry = true};
    umk_grid *grid;
    umk_triplets *triplets;
    assert_int_equal(umk_grid_create(&grid, *state, &crystal, &options), UMK_OK);
    assert_int_equal(grid->n_irreducible, 8);
    assert_int_equal(umk_triplets_create(&triplets, *state, grid, 5), UMK_OK);
    assert_int_equal(triplets->n_triplets, 64);
    for (int64_t i = 0; i < 64; i++) {
        assert_int_equal(grid->bz_to_gr[triplets->points[i][1]], i);
        assert_int_equal(triplets->weights[i], 1);
    }
    umk_triplets_destroy(triplets);
    umk_grid_destroy(grid);
}

static void test_wrong_point_is_refused(void **state) {
    umk_crystal crystal = make_crystal(cubic_p, false);
    umk_grid *grid = make_mesh(*state, &crystal, 2, 2, 2);
    umk_triplets *triplets;
    assert_int_equal(umk_triplets_create(&triplets, *state, grid, 27), UMK_ERROR_ARGUMENT);
    assert_string_equal(umk_context_message(*state), "there is no grid point 27: the grid has points 0 to 26");
    assert_null(triplets);
    assert_int_equal(umk_triplets_create(&triplets, *state, grid, -1), UMK_ERROR_ARGUMENT);
    umk_triplets_destroy(NULL);
    umk_grid_destroy(grid);
    umk_grid_destroy(NULL);
}

static void test_every_allocation_may_fail(void **state) {
    umk_crystal crystal = make_crystal(cubic_p, false);
    umk_grid *grid = make_mesh(*state, &crystal, 3, 3, 3);
    int64_t n = 0;
    for (umk_status status = UMK_ERROR_MEMORY; status != UMK_OK; n++) {
        umk_triplets *triplets;
        umk_test_fail_allocation(n);
        status = umk_triplets_create(&triplets, *state, grid, 4);
        umk_test_fail_allocation(-1);
        if (status != UMK_OK) assert_int_equal(status, UMK_ERROR_MEMORY);
        umk_triplets_destroy(triplets);
    }
    assert_true(n > 4);
    umk_grid_destroy(grid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_triplets_conserve_momentum),
        cmocka_unit_test(test_triplets_of_gamma_in_a_triclinic_crystal),
        cmocka_unit_test(test_triplets_of_a_general_point),
        cmocka_unit_test(test_triplets_without_mesh_symmetry),
        cmocka_unit_test(test_wrong_point_is_refused),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
