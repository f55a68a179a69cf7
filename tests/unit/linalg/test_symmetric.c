/* Eigenvalues and eigenvectors of real symmetric matrices: residuals, orthonormal vectors, known spectra, failures. */
#include "support/context.h"

#include "linalg/symmetric.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From -1 to 1, the same in every run. */
static double next_random(void) {
    static uint64_t state = 88172645463325252;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-52 - 1;
}

static double *make_matrix(int64_t n) {
    double *matrix = test_malloc((size_t)(n * n + 1) * sizeof *matrix);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = next_random();
    }
    matrix[n * n] = 17;
    return matrix;
}

static void check_matrix(int64_t n, const double *matrix) {
    double *vectors = test_malloc((size_t)(n * n + 1) * sizeof *vectors);
    double *values = test_malloc((size_t)(n + 1) * sizeof *values), largest = 0, worst = 0, skew = 0;
    memcpy(vectors, matrix, (size_t)(n * n + 1) * sizeof *vectors);
    for (int64_t i = 0; i < n; i++) { /* the upper triangle is not read */
        for (int64_t j = i + 1; j < n; j++) vectors[i * n + j] = NAN;
    }
    values[n] = 17;
    assert_int_equal(umk_symmetric_eigen(context, n, vectors, values), UMK_OK);
    assert_true(values[n] == 17 && vectors[n * n] == 17);
    for (int64_t k = 0; k < n; k++) {
        assert_true(k == 0 || values[k] >= values[k - 1]);
        largest = fmax(largest, fabs(values[k]));
        for (int64_t i = 0; i < n; i++) {
            double product = 0, overlap = 0;
            for (int64_t j = 0; j < n; j++) product += matrix[i * n + j] * vectors[k * n + j];
            for (int64_t j = 0; j < n; j++) overlap += vectors[i * n + j] * vectors[k * n + j];
            worst = fmax(worst, fabs(product - values[k] * vectors[k * n + i]));
            skew = fmax(skew, fabs(overlap - (i == k)));
        }
    }
    assert_true(worst <= 1e-14 * (double)n * fmax(largest, 1) && skew <= 1e-14 * (double)n + 1e-15);
    test_free(vectors);
    test_free(values);
}

static void test_random_matrices(void **state) {
    (void)state;
    const int64_t sizes[] = {0, 1, 2, 3, 7, 24, 25, 26, 63, 64, 65, 150};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double *matrix = make_matrix(sizes[i]);
        check_matrix(sizes[i], matrix);
        for (int64_t k = 0; k < sizes[i] * sizes[i]; k++) matrix[k] = 0;
        check_matrix(sizes[i], matrix);
        for (int64_t k = 0; k < sizes[i]; k++) matrix[k * sizes[i] + k] = (double)(k % 3); /* degenerate */
        check_matrix(sizes[i], matrix);
        for (int64_t k = 0; k < sizes[i] * sizes[i]; k++) matrix[k] = 1; /* one eigenvalue n, the rest 0 */
        check_matrix(sizes[i], matrix);
        test_free(matrix);
    }
}

/* The second difference of n points: 2 - 2 cos(pi k / (n + 1)). */
static void test_known_spectrum(void **state) {
    (void)state;
    enum { n = 40 };
    double matrix[n * n] = {0}, values[n];
    for (int i = 0; i < n; i++) {
        matrix[i * n + i] = 2;
        if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    assert_int_equal(umk_symmetric_eigen(context, n, matrix, values), UMK_OK);
    for (int k = 0; k < n; k++) assert_true(fabs(values[k] - (2 - 2 * cos(UMK_PI * (k + 1) / (n + 1)))) < 1e-13);
}

static void test_symmetrize(void **state) {
    (void)state;
    for (int64_t n = 0; n < 100; n += n < 5 ? 1 : 31) {
        double *matrix = test_malloc((size_t)(n * n + 1) * sizeof *matrix), *before;
        for (int64_t k = 0; k <= n * n; k++) matrix[k] = next_random();
        before = test_malloc((size_t)(n * n + 1) * sizeof *before);
        memcpy(before, matrix, (size_t)(n * n + 1) * sizeof *before);
        umk_symmetrize(n, matrix);
        for (int64_t k = 0; k < n * n; k++) {
            assert_true(matrix[k] == (before[k] + before[k % n * n + k / n]) / 2);
        }
        assert_true(matrix[n * n] == before[n * n]);
        test_free(matrix);
        test_free(before);
    }
}

static void test_failures(void **state) {
    (void)state;
    enum { n = 5 };
    double matrix[n * n], values[n];
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < n * n; k++) matrix[k] = 1;
        umk_test_fail_allocation(i);
        assert_int_equal(umk_symmetric_eigen(context, n, matrix, values), UMK_ERROR_MEMORY);
        assert_non_null(strstr(umk_context_message(context), "out of memory"));
    }
    umk_test_fail_allocation(-1);
    assert_int_equal(umk_symmetric_eigen(context, 40000, matrix, values), UMK_ERROR_MEMORY);
    assert_non_null(strstr(umk_context_message(context), "40000 dimensions is too large"));
    for (int k = 0; k < n * n; k++) matrix[k] = k == 10 ? NAN : 1;
    assert_int_equal(umk_symmetric_eigen(context, n, matrix, values), UMK_ERROR_NUMERICAL);
    assert_non_null(strstr(umk_context_message(context), "5 dimensions"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_matrices),
        cmocka_unit_test(test_known_spectrum),
        cmocka_unit_test(test_symmetrize),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
