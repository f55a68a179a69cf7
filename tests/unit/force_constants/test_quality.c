/* Drift and permutation asymmetry: against sums over the full array, against a chain by hand, and zero for ideal ones.
 */
#include "samples.h"

static void assert_close(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-13)) print_error("%.17g is not %.17g\n", value, expected);
    assert_true(fabs(value - expected) <= 1e-13);
}

static umk_force_constants_quality quality2(const double *values, int64_t n_rows) {
    umk_force_constants_file file = {
        .rank = 2, .n_rows = n_rows, .n_supercell = crystal->phonon_supercell.cell.n_atoms, .values = (double *)values};
    umk_force_constants_quality quality;
    umk_fc2 *fc2;
    assert_int_equal(umk_fc2_create(&fc2, context, crystal, &file), UMK_OK);
    assert_int_equal(umk_fc2_quality(&quality, context, fc2, crystal), UMK_OK);
    umk_fc2_destroy(fc2);
    return quality;
}

static umk_force_constants_quality quality3(const double *values, int64_t n_rows) {
    umk_force_constants_file file = {
        .rank = 3, .n_rows = n_rows, .n_supercell = crystal->supercell.cell.n_atoms, .values = (double *)values};
    umk_force_constants_quality quality;
    umk_fc3 *fc3;
    assert_int_equal(umk_fc3_create(&fc3, context, crystal, &file), UMK_OK);
    assert_int_equal(umk_fc3_quality(&quality, context, fc3, crystal), UMK_OK);
    umk_fc3_destroy(fc3);
    return quality;
}

/* Noise, measured by brute force over all rows. */
static void test_fc2_noise(void **state) {
    (void)state;
    int64_t n = crystal->phonon_supercell.cell.n_atoms;
    double *compact = make_noise(2 * n * 9), *full = expand(&crystal->phonon_supercell, compact, 2);
    double drift[2] = {0, 0}, asymmetry = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) {
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                double sums[2] = {0, 0};
                for (int64_t j = 0; j < n; j++) {
                    double here = full[9 * (i * n + j) + 3 * a + b], there = full[9 * (j * n + i) + 3 * b + a];
                    sums[0] += full[9 * (j * n + i) + 3 * a + b];
                    sums[1] += here;
                    asymmetry = fmax(asymmetry, fabs(here - there));
                    largest = fmax(largest, fabs(here));
                }
                for (int k = 0; k < 2; k++) drift[k] = fmax(drift[k], fabs(sums[k]));
            }
        }
    }
    umk_force_constants_quality quality = quality2(compact, 2), again = quality2(full, n);
    assert_close(quality.drift[0], drift[0]);
    assert_close(quality.drift[1], drift[1]);
    assert_close(quality.drift[2], 0);
    assert_close(quality.asymmetry, asymmetry);
    assert_close(quality.largest, largest);
    assert_memory_equal(&quality, &again, sizeof quality);
    assert_true(fabs(drift[0] - drift[1]) > 1e-3); /* the two sums are told apart */
    free(compact);
    free(full);
}

static double element3(const double *full, int64_t n, const int64_t atoms[3], const int axes[3]) {
    return full[27 * ((atoms[0] * n + atoms[1]) * n + atoms[2]) + 9 * axes[0] + 3 * axes[1] + axes[2]];
}

/* Largest sum over the atom at place `over`, and largest change when the places `over` and the next one are exchanged.
 */
static void measure3(double *drift, double *asymmetry, const double *full, int64_t n, int over) {
    int next = (over + 1) % 3, last = (over + 2) % 3;
    *drift = *asymmetry = 0;
    for (int64_t pair = 0; pair < n * n; pair++) {
        for (int c = 0; c < 27; c++) {
            const int axes[3] = {c / 9, c / 3 % 3, c % 3};
            int64_t atoms[3];
            double sum = 0;
            atoms[next] = pair / n;
            atoms[last] = pair % n;
            for (atoms[over] = 0; atoms[over] < n; atoms[over]++) {
                int64_t swapped_atoms[3] = {atoms[0], atoms[1], atoms[2]};
                int swapped_axes[3] = {axes[0], axes[1], axes[2]};
                swapped_atoms[over] = atoms[next];
                swapped_atoms[next] = atoms[over];
                swapped_axes[over] = axes[next];
                swapped_axes[next] = axes[over];
                double here = element3(full, n, atoms, axes);
                sum += here;
                *asymmetry = fmax(*asymmetry, fabs(here - element3(full, n, swapped_atoms, swapped_axes)));
            }
            *drift = fmax(*drift, fabs(sum));
        }
    }
}

static void test_fc3_noise(void **state) {
    (void)state;
    int64_t n = crystal->supercell.cell.n_atoms;
    double *compact = make_noise(2 * n * n * 27), *full = expand(&crystal->supercell, compact, 3);
    umk_force_constants_quality quality = quality3(compact, 2), again = quality3(full, n);
    double asymmetry = 0;
    for (int over = 0; over < 3; over++) {
        double drift, of_exchange;
        measure3(&drift, &of_exchange, full, n, over);
        assert_close(quality.drift[over], drift);
        asymmetry = fmax(asymmetry, of_exchange);
    }
    assert_close(quality.asymmetry, asymmetry);
    assert_memory_equal(&quality, &again, sizeof quality);
    free(compact);
    free(full);
}

/* Only one of the three exchanges is broken; each must be noticed. The rest is zero, so the deviation is the element.
 */
static void test_each_exchange_counts(void **state) {
    (void)state;
    int64_t n = crystal->supercell.cell.n_atoms, size = 2 * n * n * 27;
    double *compact = calloc((size_t)size, sizeof *compact);
    assert_non_null(compact);
    assert_close(quality3(compact, 2).asymmetry, 0);
    const int64_t home = crystal->supercell.p2s_map[1];
    const int64_t base = 27 * ((n + home) * n + home); /* on site: exchanges act on the axes alone */
    const int elements[3][2] = {{9 * 0 + 3 * 1, 9 * 1 + 3 * 0}, {3 * 0 + 1, 3 * 1 + 0}, {9 * 0 + 1, 9 * 1 + 0}};
    for (int k = 0; k < 3; k++) {
        memset(compact, 0, (size_t)size * sizeof *compact);
        compact[base + elements[k][0]] = 2;
        umk_force_constants_quality quality = quality3(compact, 2);
        assert_close(quality.asymmetry, 2);
        assert_close(quality.largest, 2);
        for (int i = 0; i < 3; i++) assert_close(quality.drift[i], 2);
    }
    free(compact);
}

/* Springs between nearest neighbours, -k on pairs and the sum on site: symmetric and without drift. */
static void test_ideal(void **state) {
    (void)state;
    const umk_supercell *supercell = &crystal->phonon_supercell;
    int64_t n = supercell->cell.n_atoms;
    double *full = calloc((size_t)(n * n * 9), sizeof *full);
    assert_non_null(full);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            /* kinds differ: a spring that depends on the pair symmetrically */
            if (supercell->s2pp_map[i] == supercell->s2pp_map[j]) continue;
            for (int a = 0; a < 3; a++) {
                full[9 * (i * n + j) + 4 * a] -= 1 + a;
                full[9 * (i * n + i) + 4 * a] += 1 + a;
            }
        }
    }
    umk_force_constants_quality quality = quality2(full, n);
    assert_close(quality.drift[0], 0);
    assert_close(quality.drift[1], 0);
    assert_close(quality.asymmetry, 0);
    assert_close(quality.largest, 12); /* four neighbours, k = 3 */
    full[4] += 0.25;                   /* the first atom, yy */
    quality = quality2(full, n);
    assert_close(quality.drift[0], 0.25);
    assert_close(quality.drift[1], 0.25);
    assert_close(quality.asymmetry, 0);
    free(full);
}

static void test_wrong_crystal(void **state) {
    (void)state;
    umk_fc2 fc2 = {2, 6, NULL};
    umk_fc3 fc3 = {2, 8, NULL};
    umk_force_constants_quality quality;
    assert_int_equal(umk_fc2_quality(&quality, context, &fc2, crystal), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_fc3_quality(&quality, context, &fc3, crystal), UMK_ERROR_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fc2_noise, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_fc3_noise, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_each_exchange_counts, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_ideal, set_up_crystal, tear_down_crystal),
        cmocka_unit_test_setup_teardown(test_wrong_crystal, set_up_crystal, tear_down_crystal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
