/*
 * Whole grids against phono3py 4.10.0 with phonors 0.8.0: every Brillouin-zone address, map, irreducible point, weight
 * and triplet of 35 grids over all lattice types, compared through checksums of the arrays. The figures were made by
 * calling phonopy.phonon.grid.BZGrid (store_dense_gp_map=True), get_ir_grid_points and
 * phono3py.phonon3.triplets.get_triplets_at_q (of every fifth BZ point) with the lattices and point groups of
 * fixtures.h.
 */
#include "fixtures.h"

typedef struct reference {
    int crystal;
    int64_t mesh[3];
    double length;
    bool generalized;
    int64_t grid_matrix[3][3]; /* all zero: none */
    int64_t diagonal[3], q[3][3], n_bz_points, n_irreducible, n_triplets;
    uint64_t zone, irreducible, triplets; /* checksums */
} reference;

/* clang-format off */
static const reference references[] = {
    {cubic_p, {3, 3, 3}, 0, false, {{0}},
     {3, 3, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 27, 4, 42,
     0xa89e861ed4dc8e7f, 0x7e4c01ebb5f6ee6a, 0xba12b3f62707df2e},
    {cubic_p, {4, 4, 4}, 0, false, {{0}},
     {4, 4, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 125, 10, 334,
     0xe0632d72a1bf8a25, 0x061a9d54baf11959, 0x731d8b301358b217},
    {cubic_f, {4, 4, 4}, 0, false, {{0}},
     {4, 4, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 89, 8, 218,
     0x3d7021f2672bc11d, 0x41fc15c7c2aece99, 0x9b41754492db712c},
    {cubic_f, {5, 5, 5}, 0, false, {{0}},
     {5, 5, 5}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 137, 10, 855,
     0x3302c48a31ebb831, 0x4f8b453a369f069c, 0x74fe0c8db3271316},
    {cubic_f, {6, 6, 6}, 0, false, {{0}},
     {6, 6, 6}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 259, 16, 2762,
     0x05e9ab3dbc283e29, 0x7d37b8c5d9bfdfcd, 0x2fc59597a4ec9b40},
    {cubic_i, {4, 4, 4}, 0, false, {{0}},
     {4, 4, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 93, 8, 275,
     0x90be6753f1388369, 0xac1aa3b6ff5dd4ca, 0xc299e12a2106e004},
    {cubic_i, {7, 7, 7}, 0, false, {{0}},
     {7, 7, 7}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 423, 20, 8548,
     0xc7b2a5f075445f9a, 0xc422cac4e5064f33, 0x2f2abedf45118c67},
    {hexagonal, {6, 6, 4}, 0, false, {{0}},
     {6, 6, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 215, 21, 1707,
     0xc3d0dc35d23bccbd, 0xb14cb82be344ed24, 0xae5c642048c0cfdf},
    {hexagonal, {5, 5, 3}, 0, false, {{0}},
     {5, 5, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 93, 10, 406,
     0x44c6dfdbceca9721, 0x1f313dae3f242c57, 0x2c5952d253e4dbea},
    {rhombohedral, {4, 4, 4}, 0, false, {{0}},
     {4, 4, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 77, 13, 301,
     0xc33f4bb2aa2cb51d, 0xfa84919e908c5bd6, 0x4e7adebb13c697e2},
    {rhombohedral, {3, 3, 3}, 0, false, {{0}},
     {3, 3, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 27, 6, 56,
     0x4488b6ab4c4bcbfb, 0xbbd72f002a74c4b1, 0xd20ba1dee07fa483},
    {tetragonal_i, {4, 4, 4}, 0, false, {{0}},
     {4, 4, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 83, 13, 309,
     0x8584a69c62e06cc9, 0x4e71b44f4e78a6eb, 0xe4920d09e672b81a},
    {monoclinic_c, {4, 4, 3}, 0, false, {{0}},
     {4, 4, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 51, 17, 217,
     0xef7e42f7def991b5, 0xa5a47c7a774d3c39, 0xcf89224b50ad6cb4},
    {monoclinic_c, {3, 3, 5}, 0, false, {{0}},
     {3, 3, 5}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 47, 16, 195,
     0x7a344ff3280d6ffa, 0xb744ca6b12725bf2, 0xef4713027dc5b821},
    {triclinic, {4, 3, 2}, 0, false, {{0}},
     {4, 3, 2}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 27, 14, 76,
     0x3631551dcc1b508d, 0x4158139ad030be30, 0x5c50c5125a819838},
    {triclinic, {3, 5, 4}, 0, false, {{0}},
     {3, 5, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 61, 31, 382,
     0x377df03b26686441, 0x29a2e652f32961fc, 0xe500d9fd979dd377},
    {cubic_p, {0, 0, 0}, 14, false, {{0}},
     {3, 3, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 27, 4, 42,
     0xa89e861ed4dc8e7f, 0x7e4c01ebb5f6ee6a, 0xba12b3f62707df2e},
    {cubic_p, {0, 0, 0}, 14, true, {{0}},
     {3, 3, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 27, 4, 42,
     0xa89e861ed4dc8e7f, 0x7e4c01ebb5f6ee6a, 0xba12b3f62707df2e},
    {cubic_f, {0, 0, 0}, 14, false, {{0}},
     {4, 4, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 89, 8, 218,
     0x3d7021f2672bc11d, 0x41fc15c7c2aece99, 0x9b41754492db712c},
    {cubic_f, {0, 0, 0}, 14, true, {{0}},
     {3, 6, 6}, {{0, -1, 0}, {0, 1, -1}, {1, 0, -1}}, 123, 10, 645,
     0x8b0544d97cecd13b, 0x05ca485ff0c52542, 0xa20a780e621f7ef6},
    {cubic_i, {0, 0, 0}, 14, false, {{0}},
     {5, 5, 5}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 165, 10, 963,
     0xc6c0c96975168329, 0xcfc7ab04057e0330, 0xe0bbcd833c6e79c7},
    {cubic_i, {0, 0, 0}, 14, true, {{0}},
     {3, 3, 6}, {{0, 0, 1}, {1, 0, -1}, {0, 1, -1}}, 87, 8, 195,
     0xe82f0b2e82d7990b, 0x4a3b0d1d5f429b93, 0x19a6511698e1288a},
    {hexagonal, {0, 0, 0}, 14, false, {{0}},
     {5, 5, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 93, 10, 406,
     0x44c6dfdbceca9721, 0x1f313dae3f242c57, 0x2c5952d253e4dbea},
    {hexagonal, {0, 0, 0}, 14, true, {{0}},
     {5, 5, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 93, 10, 406,
     0x44c6dfdbceca9721, 0x1f313dae3f242c57, 0x2c5952d253e4dbea},
    {rhombohedral, {0, 0, 0}, 14, false, {{0}},
     {5, 5, 5}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 131, 19, 1233,
     0x42121e5e9f700fc8, 0x5d3a2ee5208a11d4, 0x11a3b90a541703e8},
    {rhombohedral, {0, 0, 0}, 14, true, {{0}},
     {1, 4, 12}, {{0, -1, -2}, {0, 1, 1}, {1, 0, 1}}, 51, 9, 174,
     0x58cfbebc6f87dcb5, 0x293db7b55cc987b8, 0x4e83f59141e94fda},
    {tetragonal_i, {0, 0, 0}, 14, false, {{0}},
     {1, 3, 24}, {{1, 3, 7}, {0, 0, -1}, {0, 1, 1}}, 93, 15, 369,
     0x9aa093087a21e7f9, 0x5e3b209efc00d027, 0x0b20d2e500960990},
    {tetragonal_i, {0, 0, 0}, 14, true, {{0}},
     {1, 3, 24}, {{1, 3, 7}, {0, 0, -1}, {0, 1, 1}}, 93, 15, 369,
     0x9aa093087a21e7f9, 0x5e3b209efc00d027, 0x0b20d2e500960990},
    {monoclinic_c, {0, 0, 0}, 14, false, {{0}},
     {5, 5, 3}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 77, 24, 552,
     0x7a654070d54f437f, 0xc76cdc3f31e9b90d, 0x3e0d1cd14c70216d},
    {monoclinic_c, {0, 0, 0}, 14, true, {{0}},
     {1, 2, 24}, {{0, 1, -3}, {-1, 2, -9}, {-1, 2, -8}}, 53, 18, 225,
     0x4feeb6007e289d69, 0xbdaf2c6bcad5f1e6, 0x306e646d9fe17a61},
    {triclinic, {0, 0, 0}, 14, false, {{0}},
     {3, 2, 2}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, 15, 8, 20,
     0xd36aac192383be25, 0x58ee8d03168a8e42, 0x04de0259d0d7c1e1},
    {cubic_f, {0, 0, 0}, 0, false, {{-3, 3, 3}, {3, -3, 3}, {3, 3, -3}},
     {3, 6, 6}, {{0, -1, 0}, {0, 1, -1}, {1, 0, -1}}, 123, 10, 645,
     0x8b0544d97cecd13b, 0x05ca485ff0c52542, 0xa20a780e621f7ef6},
    {cubic_i, {0, 0, 0}, 0, false, {{0, 3, 3}, {3, 0, 3}, {3, 3, 0}},
     {3, 3, 6}, {{0, 0, 1}, {1, 0, -1}, {0, 1, -1}}, 87, 8, 195,
     0xe82f0b2e82d7990b, 0x4a3b0d1d5f429b93, 0x19a6511698e1288a},
    {triclinic, {0, 0, 0}, 0, false, {{2, 1, 0}, {-1, 3, 1}, {0, 2, -3}},
     {1, 1, 25}, {{0, 3, 32}, {0, 1, 11}, {-1, 0, -1}}, 25, 13, 65,
     0xf0e78679316e8278, 0xa3eb66e4af5bd982, 0x70e0b7caad6c6dd4},
    {hexagonal, {0, 0, 0}, 0, false, {{4, 2, 0}, {-2, 2, 0}, {0, 0, 2}},
     {2, 2, 6}, {{0, 0, 1}, {-1, 0, 1}, {0, -1, 0}}, 57, 8, 93,
     0x3b72f1c512a7f70d, 0x27cfbd1a8a6cee10, 0x3de2eeaa946898a3},
};
/* clang-format on */

/** FNV-1a over whole numbers. */
static void add_to_checksum(uint64_t *sum, const int64_t *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) *sum = (*sum ^ (uint64_t)values[i]) * UINT64_C(0x100000001b3);
}

static const uint64_t start = UINT64_C(0xcbf29ce484222325);

static void check_points(const umk_grid *grid, const reference *expected) {
    uint64_t zone = start, irreducible = start;
    assert_memory_equal(grid->diagonal, expected->diagonal, sizeof grid->diagonal);
    assert_memory_equal(grid->q, expected->q, sizeof grid->q);
    assert_int_equal(grid->n_bz_points, expected->n_bz_points);
    assert_int_equal(grid->n_irreducible, expected->n_irreducible);
    add_to_checksum(&zone, grid->addresses[0], 3 * grid->n_bz_points);
    add_to_checksum(&zone, grid->bz_map, grid->n_points + 1);
    add_to_checksum(&irreducible, grid->irreducible_points, grid->n_irreducible);
    add_to_checksum(&irreducible, grid->irreducible_weights, grid->n_irreducible);
    assert_true(zone == expected->zone);
    assert_true(irreducible == expected->irreducible);
}

static void check_triplets(umk_context *context, const umk_grid *grid, const reference *expected) {
    uint64_t sum = start;
    int64_t n_triplets = 0;
    for (int64_t point = 0; point < grid->n_bz_points; point += 5) {
        umk_triplets *triplets;
        assert_int_equal(umk_triplets_create(&triplets, context, grid, point), UMK_OK);
        add_to_checksum(&sum, triplets->points[0], 3 * triplets->n_triplets);
        add_to_checksum(&sum, triplets->weights, triplets->n_triplets);
        n_triplets += triplets->n_triplets;
        umk_triplets_destroy(triplets);
    }
    assert_int_equal(n_triplets, expected->n_triplets);
    assert_true(sum == expected->triplets);
}

static void test_grids_equal_phono3py(void **state) {
    umk_context *context = *state;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        const reference *expected = &references[i];
        umk_crystal crystal = make_crystal(expected->crystal, false);
        umk_grid_options options = {.length = expected->length, .generalized = expected->generalized};
        memcpy(options.mesh, expected->mesh, sizeof options.mesh);
        if (umk_determinant3_integer(expected->grid_matrix) != 0) options.grid_matrix = expected->grid_matrix;
        umk_grid *grid;
        assert_int_equal(umk_grid_create(&grid, context, &crystal, &options), UMK_OK);
        check_points(grid, expected);
        check_triplets(context, grid, expected);
        umk_grid_destroy(grid);
    }
}

/* The grid of phono3py --grg --mesh 25 for rock salt: values of its kappa-m488.hdf5. */
static void test_rock_salt_generalized_grid(void **state) {
    static const int64_t matrix[3][3] = {{-4, 4, 4}, {4, -4, 4}, {4, 4, -4}};
    static const int64_t p[3][3] = {{0, 0, -1}, {0, -1, -1}, {-1, -1, -2}},
                         q[3][3] = {{0, -1, 0}, {0, 1, -1}, {1, 0, -1}};
    static const int64_t points[19] = {0, 1, 2, 5, 6, 7, 10, 11, 12, 17, 20, 24, 49, 51, 52, 60, 68, 91, 119};
    static const int64_t weights[19] = {1, 8, 4, 12, 24, 24, 12, 24, 6, 12, 24, 3, 6, 24, 24, 24, 12, 6, 6};
    umk_crystal crystal = make_crystal(cubic_f, false);
    umk_grid_options options = {.length = 21.6, .generalized = true};
    umk_grid *grid;
    assert_int_equal(umk_grid_create(&grid, *state, &crystal, &options), UMK_OK);
    assert_true(grid->is_generalized);
    assert_memory_equal(grid->grid_matrix, matrix, sizeof matrix);
    assert_memory_equal(grid->p, p, sizeof p);
    assert_memory_equal(grid->q, q, sizeof q);
    assert_memory_equal(grid->diagonal, ((int64_t[]){4, 8, 8}), sizeof grid->diagonal);
    assert_int_equal(grid->n_irreducible, 19);
    assert_memory_equal(grid->irreducible_points, points, sizeof points);
    assert_memory_equal(grid->irreducible_weights, weights, sizeof weights);
    umk_grid_destroy(grid);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grids_equal_phono3py),
        cmocka_unit_test(test_rock_salt_generalized_grid),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
