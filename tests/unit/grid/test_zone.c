/* Brillouin-zone images, rotations and irreducible points: properties that hold for every crystal. */
#include "fixtures.h"

/* Small grids of every lattice type, even and odd numbers. */
static umk_grid *small_grid(umk_context *context, const umk_crystal *crystal, int number) {
    switch (number) {
    case hexagonal:
        return make_mesh(context, crystal, 4, 4, 3);
    case monoclinic_c:
        return make_mesh(context, crystal, 4, 4, 2);
    case triclinic:
        return make_mesh(context, crystal, 4, 3, 2);
    case tetragonal_i: {
        umk_grid *grid;
        umk_grid_options options = {.length = 14};
        assert_int_equal(umk_grid_create(&grid, context, crystal, &options), UMK_OK);
        return grid;
    }
    default:
        return make_mesh(context, crystal, 4, 4, 4);
    }
}

static double squared_length(const umk_grid *grid, const double q[3]) {
    double vector[3];
    umk_apply3(vector, grid->reciprocal_lattice, q);
    return umk_dot3(vector, vector);
}

/** Shortest squared length over the images of q. */
static double brute_force_shortest(const umk_grid *grid, const double q[3]) {
    double shortest = INFINITY;
    for (int i = 0; i < 729; i++) {
        double image[3] = {q[0] - rint(q[0]) + i / 81 - 4, q[1] - rint(q[1]) + i / 9 % 9 - 4,
                           q[2] - rint(q[2]) + i % 9 - 4};
        double length = squared_length(grid, image);
        if (length < shortest) shortest = length;
    }
    return shortest;
}

static void check_dense_layout(const umk_grid *grid) {
    assert_int_equal(grid->bz_map[0], 0);
    assert_int_equal(grid->bz_map[grid->n_points], grid->n_bz_points);
    for (int64_t i = 0; i < grid->n_points; i++) {
        int64_t address[3];
        umk_grid_address(grid, i, address);
        assert_int_equal(umk_grid_index(grid, address), i);
        assert_true(grid->bz_map[i + 1] > grid->bz_map[i]);
        assert_int_equal(grid->gr_to_bz[i], grid->bz_map[i]);
        for (int64_t j = grid->bz_map[i]; j < grid->bz_map[i + 1]; j++) {
            assert_int_equal(grid->bz_to_gr[j], i);
            assert_int_equal(umk_grid_index(grid, grid->addresses[j]), i);
            assert_int_equal(umk_grid_bz_index(grid, grid->addresses[j]), j);
        }
    }
}

static void test_images_are_nearest_to_the_origin(void **state) {
    for (int number = 0; number < n_fixtures; number++) {
        umk_crystal crystal = make_crystal(number, false);
        umk_grid *grid = small_grid(*state, &crystal, number);
        check_dense_layout(grid);
        for (int64_t i = 0; i < grid->n_bz_points; i++) {
            double q[3];
            umk_grid_q_point(grid, i, q);
            assert_true(squared_length(grid, q) < brute_force_shortest(grid, q) + grid->zone_tolerance);
        }
        umk_grid_destroy(grid);
    }
}

/* Primitive cube, mesh 2: Gamma, three faces with 2 images, three edges with 4, the corner with 8. */
static void test_images_of_a_cube(void **state) {
    static const int64_t n_images[8] = {1, 2, 2, 4, 2, 4, 4, 8};
    umk_crystal crystal = make_crystal(cubic_p, false);
    umk_grid *grid = make_mesh(*state, &crystal, 2, 2, 2);
    assert_int_equal(umk_grid_n_points(grid), 8);
    assert_int_equal(umk_grid_n_bz_points(grid), 27);
    for (int i = 0; i < 8; i++) assert_int_equal(grid->bz_map[i + 1] - grid->bz_map[i], n_images[i]);
    int64_t far_away[3] = {3, 0, 0}; /* the point (1, 0, 0), but not one of its images */
    assert_int_equal(umk_grid_bz_index(grid, far_away), grid->bz_map[1]);
    umk_grid_destroy(grid);
}

/* Where one axis is far shorter than the spacing along another, images beyond -2 ... 2 count too. */
static void test_images_of_a_flat_zone(void **state) {
    static const int64_t expected[7] = {0, 1, 2, -2, -1, -3, 3}; /* of phonopy 4.10 */
    umk_crystal crystal = make_crystal(triclinic, false);
    crystal.n_rotations = 1;
    memcpy(crystal.rotations[0], ((int64_t[3][3]){{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}), sizeof crystal.rotations[0]);
    memset(crystal.primitive.lattice, 0, sizeof crystal.primitive.lattice);
    for (int i = 0; i < 3; i++) crystal.primitive.lattice[i][i] = i < 2 ? 1 : 1 / 0.03;
    assert_true(umk_invert3(crystal.reciprocal_lattice, crystal.primitive.lattice));
    umk_grid *grid = make_mesh(*state, &crystal, 1, 1, 1);
    assert_int_equal(grid->n_bz_points, 7);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(grid->addresses[i][0], 0);
        assert_int_equal(grid->addresses[i][1], 0);
        assert_int_equal(grid->addresses[i][2], expected[i]);
    }
    umk_grid_destroy(grid);
}

/* A basis as skewed as it can be written gives the zone of the plain one. */
static void test_skewed_basis_has_the_same_zone(void **state) {
    umk_crystal crystal = make_crystal(triclinic, false);
    umk_grid *plain = make_mesh(*state, &crystal, 4, 4, 4);
    static const double skew[3][3] = {{1, 5, 7}, {0, 1, -6}, {0, 0, 1}};
    double skewed[3][3];
    umk_multiply3(skewed, skew, fixtures[triclinic].lattice);
    memcpy(crystal.primitive.lattice, skewed, sizeof skewed);
    assert_true(umk_invert3(crystal.reciprocal_lattice, skewed));
    umk_grid *grid = make_mesh(*state, &crystal, 4, 4, 4);
    assert_int_equal(grid->n_bz_points, plain->n_bz_points);
    double sum = 0, plain_sum = 0;
    for (int64_t i = 0; i < grid->n_bz_points; i++) {
        double q[3], plain_q[3];
        umk_grid_q_point(grid, i, q);
        umk_grid_q_point(plain, i, plain_q);
        sum += squared_length(grid, q);
        plain_sum += squared_length(plain, plain_q);
    }
    assert_true(fabs(sum - plain_sum) < 1e-9 * plain_sum);
    umk_grid_destroy(grid);
    umk_grid_destroy(plain);
}

/* The three forms of a rotation say the same, and it takes BZ points to BZ points of equal length. */
static void test_rotations_agree(void **state) {
    for (int number = 0; number < n_fixtures; number++) {
        umk_crystal crystal = make_crystal(number, false);
        umk_grid *grid = small_grid(*state, &crystal, number);
        assert_int_equal(grid->n_rotations, fixtures[number].n_rotations);
        for (int64_t r = 0; r < grid->n_rotations; r++) {
            for (int64_t i = 0; i < grid->n_bz_points; i += 3) {
                double q[3], turned[3], cartesian[3], other[3], vector[3];
                umk_grid_q_point(grid, i, q);
                umk_grid_q_point(grid, umk_grid_rotate(grid, r, i), turned);
                umk_apply3(cartesian, grid->reciprocal_lattice, q);
                umk_apply3(vector, grid->cartesian_rotations[r], cartesian);
                umk_apply3(other, grid->reciprocal_lattice, turned);
                for (int k = 0; k < 3; k++) {
                    const int64_t *row = grid->reciprocal_rotations[r][k];
                    double fractional = (double)row[0] * q[0] + (double)row[1] * q[1] + (double)row[2] * q[2];
                    assert_true(fabs(vector[k] - other[k]) < 1e-12);
                    assert_true(fabs(fractional - turned[k]) < 1e-12);
                }
            }
        }
        umk_grid_destroy(grid);
    }
}

static void test_time_reversal_adds_the_inversion(void **state) {
    umk_crystal crystal = make_crystal(cubic_f, true);
    umk_grid *grid = make_mesh(*state, &crystal, 4, 4, 4);
    assert_int_equal(grid->n_rotations, 48);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(grid->reciprocal_rotations[24][i / 3][i % 3], -crystal.rotations[0][i % 3][i / 3]);
    }
    umk_grid_destroy(grid);
    umk_grid_options options = {.mesh = {4, 4, 4}, .no_time_reversal = true};
    assert_int_equal(umk_grid_create(&grid, *state, &crystal, &options), UMK_OK);
    assert_int_equal(grid->n_rotations, 24);
    umk_grid_destroy(grid);
}

/* 4x4x4 of a face-centred lattice: the eight stars of every textbook. */
static void test_irreducible_points_of_a_face_centred_mesh(void **state) {
    static const int64_t expected[8] = {1, 8, 4, 6, 24, 12, 3, 6};
    umk_crystal crystal = make_crystal(cubic_f, false);
    umk_grid *grid = make_mesh(*state, &crystal, 4, 4, 4);
    const int64_t *points, *weights;
    assert_int_equal(umk_grid_irreducible(grid, &points, &weights), 8);
    for (int i = 0; i < 8; i++) assert_int_equal(weights[i], expected[i]);
    assert_int_equal(points[0], 0);
    umk_grid_destroy(grid);
}

static void test_stars_are_closed_and_complete(void **state) {
    for (int number = 0; number < n_fixtures; number++) {
        umk_crystal crystal = make_crystal(number, number % 2);
        umk_grid *grid = small_grid(*state, &crystal, number);
        int64_t sum = 0;
        for (int64_t i = 0; i < grid->n_irreducible; i++) {
            int64_t point = grid->bz_to_gr[grid->irreducible_points[i]];
            assert_int_equal(grid->irreducible_map[point], point);
            assert_int_equal(grid->irreducible_points[i], grid->gr_to_bz[point]);
            sum += grid->irreducible_weights[i];
        }
        assert_int_equal(sum, grid->n_points);
        for (int64_t i = 0; i < grid->n_points; i++) {
            assert_true(grid->irreducible_map[i] <= i);
            for (int64_t r = 0; r < grid->n_rotations; r++) {
                int64_t turned = grid->bz_to_gr[umk_grid_rotate(grid, r, grid->gr_to_bz[i])];
                assert_int_equal(grid->irreducible_map[turned], grid->irreducible_map[i]);
            }
        }
        umk_grid_destroy(grid);
    }
}

static void test_every_point_for_itself(void **state) {
    umk_crystal crystal = make_crystal(cubic_f, false);
    umk_grid_options options = {.mesh = {4, 4, 4}, .no_grid_point_symmetry = true};
    umk_grid *grid;
    assert_int_equal(umk_grid_create(&grid, *state, &crystal, &options), UMK_OK);
    assert_int_equal(grid->n_irreducible, 64);
    for (int64_t i = 0; i < 64; i++) {
        assert_int_equal(grid->irreducible_points[i], grid->bz_map[i]);
        assert_int_equal(grid->irreducible_weights[i], 1);
        assert_int_equal(grid->irreducible_map[i], i);
        assert_true(grid->symmetry_map[i] <= i);
    }
    assert_int_equal(grid->symmetry_map[4], 1); /* (0, 1, 0) belongs to the star of (1, 0, 0) */
    umk_grid_destroy(grid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images_are_nearest_to_the_origin),
        cmocka_unit_test(test_images_of_a_cube),
        cmocka_unit_test(test_images_of_a_flat_zone),
        cmocka_unit_test(test_skewed_basis_has_the_same_zone),
        cmocka_unit_test(test_rotations_agree),
        cmocka_unit_test(test_time_reversal_adds_the_inversion),
        cmocka_unit_test(test_irreducible_points_of_a_face_centred_mesh),
        cmocka_unit_test(test_stars_are_closed_and_complete),
        cmocka_unit_test(test_every_point_for_itself),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
