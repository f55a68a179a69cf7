/* Hermitian eigenproblems: a hand-checked case, residuals for many sizes, the check of a wrong solution. */
#include "linalg/hermitian.h"
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static umk_context *make_context(void) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

/* Numbers in -0.5 ... 0.5 that are the same everywhere. */
static double next_number(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0 - 0.5;
}

static double complex *random_matrix(int64_t n, uint64_t seed) {
    double complex *matrix = malloc(sizeof *matrix * (size_t)(n * n));
    assert_non_null(matrix);
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double re = next_number(&seed), im = i == j ? 0 : next_number(&seed);
            matrix[i * n + j] = re + I * im;
            matrix[j * n + i] = re - I * im;
        }
    }
    return matrix;
}

/* ((2, i), (-i, 2)) has the eigenvalues 1 and 3 with the vectors (1, i) and (1, -i) up to phases: A (1, i) = (2 - 1, -i
 * + 2i). */
static void two_by_two_by_hand(void **state) {
    (void)state;
    umk_context *context = make_context();
    double complex matrix[4] = {2, I, -I, 2};
    double values[2];
    assert_int_equal(umk_hermitian_eigen(context, 2, matrix, values, true), UMK_OK);
    assert_true(fabs(values[0] - 1) < 1e-14 && fabs(values[1] - 3) < 1e-14);
    assert_true(cabs(matrix[2] / matrix[0] - I) < 1e-14); /* [component][vector]: vector 0 is (matrix[0], matrix[2]) */
    assert_true(cabs(matrix[3] / matrix[1] + I) < 1e-14);
    umk_context_destroy(context);
}

static void lower_triangle_counts(void **state) {
    (void)state;
    umk_context *context = make_context();
    double complex matrix[4] = {2, 77, -I, 2};
    double values[2];
    assert_int_equal(umk_hermitian_eigen(context, 2, matrix, values, false), UMK_OK);
    assert_true(fabs(values[0] - 1) < 1e-14 && fabs(values[1] - 3) < 1e-14);
    umk_context_destroy(context);
}

/* Residual and orthonormality are checked by umk_hermitian_check and, apart from it, here by the trace of A^2. */
static void solutions_of_many_sizes(void **state) {
    (void)state;
    umk_context *context = make_context();
    static const int64_t sizes[] = {1, 2, 3, 6, 12, 24, 25, 26, 27, 48, 60, 90};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int64_t n = sizes[s];
        double complex *matrix = random_matrix(n, (uint64_t)n), *vectors = random_matrix(n, (uint64_t)n);
        double complex *alone_matrix = random_matrix(n, (uint64_t)n);
        double *values = calloc((size_t)n, sizeof *values), *alone = calloc((size_t)n, sizeof *alone), squares = 0;
        assert_int_equal(umk_hermitian_eigen(context, n, vectors, values, true), UMK_OK);
        assert_int_equal(umk_hermitian_check(context, n, matrix, values, vectors), UMK_OK);
        assert_int_equal(umk_hermitian_eigen(context, n, alone_matrix, alone, false), UMK_OK);
        for (int64_t i = 0; i < n; i++) {
            assert_true(i == 0 || values[i] >= values[i - 1]);
            assert_true(fabs(values[i] - alone[i]) < 1e-13 * (double)n);
            squares += values[i] * values[i];
        }
        for (int64_t i = 0; i < n * n; i++) squares -= creal(matrix[i] * conj(matrix[i]));
        assert_true(fabs(squares) < 1e-12 * (double)(n * n));
        free(matrix);
        free(vectors);
        free(alone_matrix);
        free(values);
        free(alone);
    }
    umk_context_destroy(context);
}

/* Nothing behind the matrix is read, also where the library's kernels would: no memory follows it here. */
static void matrix_ends_where_memory_does(void **state) {
    (void)state;
    umk_context *context = make_context();
    for (int64_t n = 129; n <= 360; n += 33) {
        size_t page = 4096, size = sizeof(double complex) * (size_t)(n * n), room = (size + page - 1) / page * page;
        int zero = open("/dev/zero", O_RDWR);
        assert_true(zero >= 0);
        char *memory = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
        assert_true(memory != MAP_FAILED);
        assert_int_equal(mprotect(memory + room, page, PROT_NONE), 0);
        double complex *matrix = random_matrix(n, 5), *vectors = (double complex *)(memory + room - size);
        double values[360];
        memcpy(vectors, matrix, size);
        assert_int_equal(umk_hermitian_eigen(context, n, vectors, values, true), UMK_OK);
        assert_int_equal(umk_hermitian_check(context, n, matrix, values, vectors), UMK_OK);
        free(matrix);
        munmap(memory, room + page);
        close(zero);
    }
    umk_context_destroy(context);
}

static void wrong_solutions_are_found(void **state) {
    (void)state;
    umk_context *context = make_context();
    enum { n = 6 };
    double complex *matrix = random_matrix(n, 1), *vectors = random_matrix(n, 1);
    double values[n];
    assert_int_equal(umk_hermitian_eigen(context, n, vectors, values, true), UMK_OK);
    values[2] += 1e-6;
    assert_int_equal(umk_hermitian_check(context, n, matrix, values, vectors), UMK_ERROR_NUMERICAL);
    assert_non_null(strstr(umk_context_message(context), "OPENBLAS_CORETYPE"));
    values[2] -= 1e-6;
    assert_int_equal(umk_hermitian_check(context, n, matrix, values, vectors), UMK_OK);
    for (int i = 0; i < n; i++) vectors[i * n + 3] *= 1 + 1e-6;
    assert_int_equal(umk_hermitian_check(context, n, matrix, values, vectors), UMK_ERROR_NUMERICAL);
    vectors[4] = NAN;
    assert_int_equal(umk_hermitian_check(context, n, matrix, values, vectors), UMK_ERROR_NUMERICAL);
    free(matrix);
    free(vectors);
    umk_context_destroy(context);
}

static void bad_sizes_and_lack_of_memory(void **state) {
    (void)state;
    umk_context *context = make_context();
    double complex matrix[4] = {2, I, -I, 2};
    double values[2];
    assert_int_equal(umk_hermitian_eigen(context, 0, matrix, values, true), UMK_ERROR_ARGUMENT);
    for (int64_t n = 0; n < 4; n++) {
        umk_test_fail_allocation(n);
        assert_int_equal(umk_hermitian_eigen(context, 2, matrix, values, true), UMK_ERROR_MEMORY);
    }
    umk_test_fail_allocation(-1);
    umk_context_destroy(context);
}

static void library_has_a_name(void **state) {
    (void)state;
    char text[128] = "";
    umk_lapack_describe(text, sizeof text);
    assert_true(strlen(text) > 5);
    assert_null(strstr(text, "NO_LAPACK"));
    umk_lapack_describe(text, 8);
    assert_true(strlen(text) < 8);
}

/* Threads of this process, 0 where the system does not tell. */
static int count_threads(void) {
    int n = 0;
    DIR *folder = opendir("/proc/self/task");
    if (folder == NULL) return 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

/* A thread that was waited for is listed a moment longer. */
static int count_lasting_threads(void) {
    const struct timespec moment = {.tv_nsec = 1000000};
    int n = count_threads();
    for (int i = 0; n > 1 && i < 5000; i++) {
        nanosleep(&moment, NULL);
        n = count_threads();
    }
    return n;
}

static void library_has_no_threads_left(void **state) {
    (void)state;
    char name[128];
    umk_lapack_describe(name, sizeof name);
    if (count_threads() == 0 || strstr(name, "OpenBLAS") == NULL) skip();
    umk_context *context = make_context();
    umk_lapack_use_one_thread();
    assert_int_equal(count_lasting_threads(), 1);
    enum { n = 200 }; /* large enough for a library to use threads if it had them */
    double complex *matrix = random_matrix(n, 3);
    double values[n];
    assert_int_equal(umk_hermitian_eigen(context, n, matrix, values, true), UMK_OK);
    assert_int_equal(count_threads(), 1);
    free(matrix);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library_has_no_threads_left),  cmocka_unit_test(two_by_two_by_hand),
        cmocka_unit_test(lower_triangle_counts),        cmocka_unit_test(solutions_of_many_sizes),
        cmocka_unit_test(wrong_solutions_are_found),    cmocka_unit_test(matrix_ends_where_memory_does),
        cmocka_unit_test(bad_sizes_and_lack_of_memory), cmocka_unit_test(library_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
