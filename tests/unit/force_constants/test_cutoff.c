/*
 * Third-order force constants with a cut-off: which blocks remain, against distances by brute force over images; shells
 * of neighbours, permutation symmetry, errors.
 */
#include "samples.h"

enum { n_atoms = 6, n_blocks = 2 * n_atoms * n_atoms };

static double *compact, *full;

static int set_up(void **state) {
    set_up_crystal(state);
    assert_int_equal(crystal->supercell.cell.n_atoms, n_atoms);
    compact = make_noise(27 * n_blocks);
    full = expand(&crystal->supercell, compact, 3);
    return 0;
}

static int tear_down(void **state) {
    free(full);
    free(compact);
    return tear_down_crystal(state);
}

static umk_force_constants_file make_file(bool is_full) {
    return (umk_force_constants_file){
        .rank = 3, .n_rows = is_full ? n_atoms : 2, .n_supercell = n_atoms, .values = is_full ? full : compact};
}

static umk_fc3 *make_cut(double distance, int64_t *n_kept) {
    umk_fc3 *fc3;
    umk_force_constants_file file = make_file(false);
    assert_int_equal(umk_fc3_create_within(&fc3, n_kept, context, crystal, &file, distance), UMK_OK);
    return fc3;
}

/* Between the closest images of two supercell atoms, from all images nearby. */
static double distance_between(int64_t i, int64_t j) {
    const umk_cell *cell = &crystal->supercell.cell;
    double closest = INFINITY;
    for (int image = 0; image < 343; image++) {
        const int shift[3] = {image / 49 - 3, image / 7 % 7 - 3, image % 7 - 3};
        double square = 0;
        for (int c = 0; c < 3; c++) {
            double x = 0;
            for (int k = 0; k < 3; k++) {
                x += (cell->positions[j][k] - cell->positions[i][k] + shift[k]) * cell->lattice[k][c];
            }
            square += x * x;
        }
        closest = fmin(closest, sqrt(square));
    }
    return closest;
}

static bool is_within(int64_t i, int64_t j, int64_t k, double distance) {
    return distance_between(i, j) < distance && distance_between(j, k) < distance && distance_between(k, i) < distance;
}

/* CsCl with a = 4: the distances are 0, 3.46 (other kind) and 4 in a supercell of three cells. No distance lies near
 * the cut-offs. */
static void test_blocks_that_remain(void **state) {
    (void)state;
    static const double distances[] = {0.1, 3.4, 3.5, 3.9, 4.1, 100};
    int64_t before = 0;
    for (size_t d = 0; d < sizeof distances / sizeof distances[0]; d++) {
        int64_t n_kept, n_expected = 0;
        umk_fc3 *fc3 = make_cut(distances[d], &n_kept);
        for (int64_t block = 0; block < n_blocks; block++) {
            int64_t home = crystal->supercell.p2s_map[block / (n_atoms * n_atoms)];
            bool kept = is_within(home, block / n_atoms % n_atoms, block % n_atoms, distances[d]);
            for (int i = 0; i < 27; i++) {
                assert_true(fc3->values[27 * block + i] == (kept ? compact[27 * block + i] : 0));
            }
            n_expected += kept;
        }
        assert_int_equal(n_kept, n_expected);
        assert_true(n_kept >= before);
        before = n_kept;
        if (d == 0) assert_int_equal(n_kept, 2); /* an atom with itself */
        if (d == 2) assert_true(n_kept > 2);
        umk_fc3_destroy(fc3);
    }
    assert_int_equal(before, n_blocks);
}

static void test_full_rows(void **state) {
    (void)state;
    int64_t n_kept, n_kept_full;
    umk_fc3 *fc3 = make_cut(3.5, &n_kept), *from_full;
    umk_force_constants_file file = make_file(true);
    assert_int_equal(umk_fc3_create_within(&from_full, &n_kept_full, context, crystal, &file, 3.5), UMK_OK);
    assert_true(n_kept > 2 && n_kept < n_blocks);
    assert_int_equal(n_kept_full, n_kept);
    assert_memory_equal(from_full->values, fc3->values, 27 * n_blocks * sizeof(double));
    umk_fc3_destroy(from_full);
    umk_fc3_destroy(fc3);
}

/* A cut-off on a shell of neighbours, or just below it, keeps all of it or nothing. */
static void test_shell(void **state) {
    (void)state;
    int64_t above, below, near;
    const double shell = 2 * sqrt(3);
    umk_fc3_destroy(make_cut(shell + 1e-3, &above));
    umk_fc3_destroy(make_cut(shell - 1e-3, &below));
    assert_true(above > below);
    for (int i = -20; i <= 20; i++) {
        umk_fc3_destroy(make_cut(shell + 1e-6 * i, &near));
        if (abs(i) != 10) assert_int_equal(near, i > -10 ? above : below);
    }
    umk_fc3_destroy(make_cut(shell, NULL));
}

/* Symmetric force constants stay symmetric; the sum rule is lost, and the drift tells. */
static void test_symmetry_stays(void **state) {
    (void)state;
    umk_force_constants_quality quality;
    double *symmetric = malloc(27 * n_blocks * sizeof *symmetric);
    assert_non_null(symmetric);
    for (int64_t block = 0; block < n_blocks; block++) {
        int64_t atoms[3] = {crystal->supercell.p2s_map[block / (n_atoms * n_atoms)], block / n_atoms % n_atoms,
                            block % n_atoms};
        for (int i = 0; i < 27; i++) {
            static const int orders[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {2, 1, 0}, {1, 0, 2}};
            const int axes[3] = {i / 9, i / 3 % 3, i % 3};
            double terms[6], sum = 0;
            for (int o = 0; o < 6; o++) {
                const int *order = orders[o];
                int64_t there = (atoms[order[0]] * n_atoms + atoms[order[1]]) * n_atoms + atoms[order[2]];
                terms[o] = full[27 * there + 9 * axes[order[0]] + 3 * axes[order[1]] + axes[order[2]]];
                sum += terms[o];
            }
            symmetric[27 * block + i] = sum;
        }
    }
    umk_force_constants_file file = make_file(false);
    file.values = symmetric;
    umk_fc3 *fc3;
    for (int cut = 0; cut < 2; cut++) {
        assert_int_equal(umk_fc3_create_within(&fc3, NULL, context, crystal, &file, cut ? 3.5 : 100), UMK_OK);
        assert_int_equal(umk_fc3_quality(&quality, context, fc3, crystal), UMK_OK);
        assert_true(quality.asymmetry < 1e-14);
        assert_true(quality.drift[0] > 0.1);
        umk_fc3_destroy(fc3);
    }
    free(symmetric);
}

static void test_errors(void **state) {
    (void)state;
    static const double wrong[] = {0, -1, NAN, INFINITY, -INFINITY};
    umk_force_constants_file file = make_file(false);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        umk_fc3 *fc3 = (umk_fc3 *)&context;
        assert_int_equal(umk_fc3_create_within(&fc3, NULL, context, crystal, &file, wrong[i]), UMK_ERROR_ARGUMENT);
        assert_null(fc3);
    }
    umk_fc3 *fc3;
    assert_int_equal(umk_fc3_create_within(&fc3, NULL, context, crystal, &file, -1), UMK_ERROR_ARGUMENT);
    assert_string_equal(umk_context_message(context), "cut-off distance -1 angstrom of fc3: it must be above 0");
    file.n_supercell = 7;
    fc3 = (umk_fc3 *)&context;
    assert_int_equal(umk_fc3_create_within(&fc3, NULL, context, crystal, &file, 3), UMK_ERROR_INPUT);
    assert_null(fc3);
    file.n_supercell = n_atoms;
    for (int n = 0; n < 4; n++) {
        fc3 = (umk_fc3 *)&context;
        umk_test_fail_allocation(n);
        assert_int_equal(umk_fc3_create_within(&fc3, NULL, context, crystal, &file, 3), UMK_ERROR_MEMORY);
        assert_null(fc3);
        umk_test_fail_allocation(-1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_blocks_that_remain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_symmetry_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
