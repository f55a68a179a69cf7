/*
 * The Smith normal form: P a Q = D, and the very P, Q and D of phonopy 4.10 (phonors 0.8.0, snf3x3), single cases and a
 * checksum over 20000 random matrices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linalg/matrix3.h"
#include "linalg/smith.h"

typedef struct reference {
    int64_t a[3][3], d[3], p[3][3], q[3][3];
} reference;

/* Values of phonors.snf3x3. In the fifth from the end D[0] does not divide D[1]: phonopy leaves it so. */
static const reference references[] = {
    {{{0, 5, 5}, {5, 0, 5}, {5, 5, 0}},
     {5, 5, 10},
     {{0, 0, 1}, {0, 1, 0}, {-1, 1, 1}},
     {{0, 0, 1}, {1, 0, -1}, {0, 1, -1}}},
    {{{-5, 5, 5}, {5, -5, 5}, {5, 5, -5}},
     {5, 10, 10},
     {{0, 0, -1}, {0, -1, -1}, {-1, -1, -2}},
     {{0, -1, 0}, {0, 1, -1}, {1, 0, -1}}},
    {{{-4, 4, 4}, {4, -4, 4}, {4, 4, -4}},
     {4, 8, 8},
     {{0, 0, -1}, {0, -1, -1}, {-1, -1, -2}},
     {{0, -1, 0}, {0, 1, -1}, {1, 0, -1}}},
    {{{2, 0, 0}, {0, 3, 0}, {0, 0, 5}},
     {1, 1, 30},
     {{1, -1, 0}, {3, -2, 1}, {15, -10, 6}},
     {{-1, 3, -15}, {-1, 2, -10}, {0, -1, 6}}},
    {{{-4, 0, 0}, {0, 6, 0}, {0, 0, 2}},
     {2, 2, 12},
     {{0, 0, -1}, {-1, -1, 0}, {-3, -2, 0}},
     {{0, -1, 3}, {0, -1, 2}, {-1, 0, 0}}},
    {{{0, 0, 3}, {0, -6, 0}, {2, 0, 0}},
     {1, 6, 6},
     {{-1, 0, 1}, {-2, 0, 3}, {0, 1, 0}},
     {{-1, 3, 0}, {0, 0, -1}, {-1, 2, 0}}},
    {{{1, 2, 3}, {4, 5, 6}, {7, 8, 10}},
     {1, 1, 3},
     {{-1, 0, 0}, {-3, -1, 1}, {-4, 1, 0}},
     {{-1, 1, -1}, {0, -2, 5}, {0, 1, -3}}},
    {{{6, -6, 0}, {6, 6, 0}, {0, 0, 5}},
     {1, 6, 60},
     {{0, -1, 1}, {-2, -7, 6}, {-5, -15, 12}},
     {{0, 1, -5}, {-1, 4, -15}, {-1, 6, -24}}},
    {{{4, 0, 4}, {-4, 4, 4}, {0, -4, 4}},
     {4, 4, 12},
     {{0, 1, 0}, {0, -1, 1}, {1, -2, 1}},
     {{0, -1, 2}, {0, -1, 1}, {1, 0, 1}}},
    {{{-6, 2, 5}, {-2, 2, -4}, {-4, -6, 0}},
     {2, 1, 138},
     {{0, 1, -1}, {-63, 125, 32}, {-128, 254, 65}},
     {{1, 50, -3396}, {0, -12, 815}, {0, 1, -68}}},
    {{{0, -3, -2}, {1, -1, -2}, {-3, -3, 1}},
     {1, 1, 3},
     {{0, -1, 0}, {-1, -1, 0}, {1, -3, -1}},
     {{0, -1, 4}, {-1, 1, -2}, {1, -1, 3}}},
    {{{-10, 9, 1}, {-6, 3, -8}, {-4, 0, 4}},
     {1, 1, 396},
     {{1, -2, 0}, {31, -61, -10}, {-128, 252, 41}},
     {{-1, -2, -195}, {1, 7, 674}, {0, -1, -96}}},
    {{{-73, -30, -82}, {-74, -56, -37}, {82, -21, -79}},
     {1, 1, 503803},
     {{-1, 1, 0}, {-1984, 1289, -603}, {6146, -3993, 1868}},
     {{-1, 26, 4228387}, {0, -1, -162632}, {0, 0, -1}}},
    {{{83, 14, -77}, {-84, -83, 83}, {12, 36, 93}},
     {1, 1, 609213},
     {{1, 1, 0}, {612, 851, 1724}, {-2028, -2820, -5713}},
     {{-1, 69, 12685023}, {0, -1, -183841}, {0, 0, -1}}},
};

/** p a q in 128 bits: P and Q of a random matrix may hold ten digits. */
static __int128 element(const int64_t p[3][3], const int64_t a[3][3], const int64_t q[3][3], int i, int j) {
    __int128 sum = 0;
    for (int k = 0; k < 9; k++) sum += (__int128)p[i][k / 3] * a[k / 3][k % 3] * q[k % 3][j];
    return sum;
}

static void check_form(const int64_t a[3][3], const int64_t d[3], const int64_t p[3][3], const int64_t q[3][3]) {
    for (int i = 0; i < 9; i++) assert_true(element(p, a, q, i / 3, i % 3) == (i % 4 == 0 ? d[i / 4] : 0));
    assert_int_equal(umk_unimodular_sign3(p), 1);
    assert_int_equal(umk_unimodular_sign3(q), umk_determinant3_integer(a) > 0 ? 1 : -1);
    for (int i = 0; i < 3; i++) assert_true(d[i] > 0);
}

static void test_known_forms(void **state) {
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        const reference *expected = &references[i];
        int64_t d[3], p[3][3], q[3][3];
        assert_int_equal(umk_smith_normal_form(*state, expected->a, d, p, q), UMK_OK);
        assert_memory_equal(d, expected->d, sizeof d);
        assert_memory_equal(p, expected->p, sizeof p);
        assert_memory_equal(q, expected->q, sizeof q);
        check_form(expected->a, d, p, q);
    }
}

/** A linear congruential generator (D. Knuth, MMIX), so that the matrices are the same everywhere. */
static int64_t next_random(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*seed >> 33);
}

static void add_to_checksum(uint64_t *sum, const int64_t *values, int n) {
    for (int i = 0; i < n; i++) *sum = (*sum ^ (uint64_t)values[i]) * UINT64_C(0x100000001b3);
}

static void test_random_matrices(void **state) {
    static const int64_t largest[4] = {3, 8, 20, 60};
    uint64_t seed = 12345, sum = UINT64_C(0xcbf29ce484222325);
    int n_regular = 0;
    for (int i = 0; i < 20000; i++) {
        int64_t a[3][3], d[3], p[3][3], q[3][3], m = largest[i % 4];
        for (int k = 0; k < 9; k++) a[k / 3][k % 3] = next_random(&seed) % (2 * m + 1) - m;
        umk_status status = umk_smith_normal_form(*state, a, d, p, q);
        if (umk_determinant3_integer(a) == 0) {
            assert_int_equal(status, UMK_ERROR_ARGUMENT);
            continue;
        }
        assert_int_equal(status, UMK_OK);
        check_form(a, d, p, q);
        add_to_checksum(&sum, d, 3);
        add_to_checksum(&sum, p[0], 9);
        add_to_checksum(&sum, q[0], 9);
        n_regular++;
    }
    assert_int_equal(n_regular, 19622);
    assert_true(sum == UINT64_C(0x8050aca70f20458e));
}

static void test_singular_and_huge_matrices_are_refused(void **state) {
    static const int64_t singular[3][3] = {{1, 2, 3}, {2, 4, 6}, {1, 0, 5}}, zero[3][3] = {{0}};
    static const int64_t huge[3][3] = {{INT64_MAX, 3, 7}, {5, INT64_MIN, 1}, {2, 9, INT64_MAX}};
    static const int64_t large[3][3] = {{346920, -93897, 838178}, {901079, 653651, -71162}, {771041, -853434, 320711}};
    int64_t d[3], p[3][3], q[3][3];
    assert_int_equal(umk_smith_normal_form(*state, singular, d, p, q), UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(*state), "singular"));
    assert_int_equal(umk_smith_normal_form(*state, zero, d, p, q), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_smith_normal_form(*state, huge, d, p, q), UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(*state), "too large"));
    /* det = 9.8e17 fits, an element of Q would not: phonopy wraps around here. */
    assert_int_equal(umk_smith_normal_form(*state, large, d, p, q), UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(*state), "too large"));
}

static int open_context(void **state) {
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    return umk_context_create((umk_context **)state, &options) == UMK_OK ? 0 : -1;
}

static int close_context(void **state) {
    umk_context_destroy(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_forms),
        cmocka_unit_test(test_random_matrices),
        cmocka_unit_test(test_singular_and_huge_matrices_are_refused),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
