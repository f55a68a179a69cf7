/*
 * Hermitian eigenproblems through LAPACKE.
 *
 * zheevd for every size: for up to 25 components it is the QR iteration of zheev, above that divide and conquer.
 * Measured with OpenBLAS 0.3.21 (microseconds, zheev / zheevd / zheevr): n = 6: 5 / 5 / 5, 12: 14 / 15 / 14, 24: 71 /
 * 80 / 55, 36: 242 / 122 / 140, 60: 872 / 341 / 419, 120: 6177 / 1688 / 2101.
 *
 * LAPACK is column-major: it sees the row-major matrix A as its transpose, which for a Hermitian matrix is its
 * conjugate. The eigenvalues are the same, the eigenvectors come out conjugated and one after another.
 *
 * LAPACK works on a copy with room behind it: zgemv of OpenBLAS 0.3.21 reads beyond the last column of its matrix (it
 * does not use what it reads), which ends the program where no memory follows; zheevd calls it for n above 128.
 */
#include "linalg/hermitian.h"
#include <dlfcn.h>
#include <lapacke.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const double check_tolerance = 1e-9;

/* Symbols that only some BLAS libraries have; looked up at run time, so that any of them can be linked. */
static void *find_symbol(const char *name) {
#ifdef RTLD_DEFAULT
    return dlsym(RTLD_DEFAULT, name);
#else
    return dlsym(NULL, name); /* what RTLD_DEFAULT is where the C library hides it from strict POSIX programs */
#endif
}

/*
 * OpenBLAS starts its threads when it is loaded, and they look for work without sleeping for up to a tenth of a second:
 * time taken from whoever has something to do. Told to use one thread it leaves them running; this ends them, as
 * OpenBLAS itself does before a fork, and they start again when more threads are asked for.
 */
static void end_idle_threads(void) {
    enum { own_threads = 1 }; /* what openblas_get_parallel() calls threads of its own; 2 is OpenMP */
    int (*get_parallel)(void), (*shut_down)(void);
    *(void **)&get_parallel = find_symbol("openblas_get_parallel");
    *(void **)&shut_down = find_symbol("blas_thread_shutdown_");
    if (get_parallel != NULL && shut_down != NULL && get_parallel() == own_threads) shut_down();
}

static void limit_threads(void) {
    static const char *const setters[] = {"openblas_set_num_threads", "MKL_Set_Num_Threads",
                                          "bli_thread_set_num_threads"};
    for (size_t i = 0; i < 2; i++) {
        void (*set_threads)(int);
        *(void **)&set_threads = find_symbol(setters[i]);
        if (set_threads != NULL) set_threads(1);
    }
    void (*set_blis_threads)(int64_t);
    *(void **)&set_blis_threads = find_symbol(setters[2]);
    if (set_blis_threads != NULL) set_blis_threads(1);
    end_idle_threads();
}

void umk_lapack_use_one_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, limit_threads);
}

void umk_lapack_describe(char *text, size_t size) {
    char *(*config)(void), *(*core)(void);
    *(void **)&config = find_symbol("openblas_get_config");
    *(void **)&core = find_symbol("openblas_get_corename");
    if (config == NULL) {
        snprintf(text, size, "the LAPACK library");
        return;
    }
    /* The configuration reads "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": its first two words are the name. */
    const char *line = config();
    int length = 0, n_words = 0;
    while (line[length] != '\0' && !(line[length] == ' ' && ++n_words == 2)) length++;
    snprintf(text, size, "%.*s (%s)", length, line, core != NULL ? core() : "unknown kernels");
}

typedef struct eigen_workspace {
    double complex *matrix, *complex_work;
    double *real_work;
    lapack_int *integer_work;
    int64_t n_complex, n_real, n_integer;
} eigen_workspace;

/* The sizes that zheevd asks for at least, with room for a blocked reduction, and columns behind that zgemv may read.
 */
static umk_status allocate_workspace(umk_context *context, int64_t n, bool with_vectors, eigen_workspace *work) {
    umk_status status = UMK_OK;
    enum { columns_behind = 4 };
    work->n_complex = with_vectors ? n * n + 34 * n : 34 * n + 1;
    work->n_real = with_vectors ? 2 * n * n + 5 * n + 1 : n + 1;
    work->n_integer = with_vectors ? 5 * n + 3 : 1;
    UMK_ALLOCATE(context, work->matrix, (n + columns_behind) * n);
    UMK_ALLOCATE(context, work->complex_work, work->n_complex + columns_behind * n);
    UMK_ALLOCATE(context, work->real_work, work->n_real);
    UMK_ALLOCATE(context, work->integer_work, work->n_integer);
cleanup:
    return status;
}

static void release_workspace(eigen_workspace *work) {
    umk_release(work->matrix);
    umk_release(work->complex_work);
    umk_release(work->real_work);
    umk_release(work->integer_work);
}

static void transpose_conjugate(int64_t n, const double complex *from, double complex *to) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) to[i * n + j] = conj(from[j * n + i]);
    }
}

umk_status umk_hermitian_eigen(umk_context *context, int64_t n, double complex *matrix, double *eigenvalues,
                               bool with_vectors) {
    umk_status status = UMK_OK;
    eigen_workspace work = {0};
    char library[128];
    if (n < 1 || n > 1 << 20) return umk_fail(context, UMK_ERROR_ARGUMENT, "a matrix of order %lld", (long long)n);
    umk_lapack_use_one_thread();
    UMK_TRY(allocate_workspace(context, n, with_vectors, &work));
    memcpy(work.matrix, matrix, sizeof *matrix * (size_t)(n * n));
    lapack_int info =
        LAPACKE_zheevd_work(LAPACK_COL_MAJOR, with_vectors ? 'V' : 'N', 'U', (lapack_int)n, work.matrix, (lapack_int)n,
                            eigenvalues, work.complex_work, (lapack_int)work.n_complex, work.real_work,
                            (lapack_int)work.n_real, work.integer_work, (lapack_int)work.n_integer);
    if (info != 0) {
        umk_lapack_describe(library, sizeof library);
        status = umk_fail(context, UMK_ERROR_NUMERICAL, "zheevd of %s failed with info = %d for a matrix of order %lld",
                          library, (int)info, (long long)n);
        goto cleanup;
    }
    if (with_vectors) transpose_conjugate(n, work.matrix, matrix);
cleanup:
    release_workspace(&work);
    return status;
}

/* The larger of the two; a NaN counts as the largest. */
static double worse(double a, double b) {
    return isnan(a) || a >= b ? a : b;
}

/* Largest |A v - lambda v| of vector number k. */
static double residual(int64_t n, const double complex *matrix, const double *eigenvalues,
                       const double complex *eigenvectors, int64_t k) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++) {
        double complex sum = -eigenvalues[k] * eigenvectors[i * n + k];
        for (int64_t j = 0; j < n; j++) {
            /* the lower triangle counts */
            double complex element = j <= i ? matrix[i * n + j] : conj(matrix[j * n + i]);
            if (i == j) element = creal(element);
            sum += element * eigenvectors[j * n + k];
        }
        largest = worse(largest, cabs(sum));
    }
    return largest;
}

static double overlap_error(int64_t n, const double complex *eigenvectors, int64_t k, int64_t l) {
    double complex sum = k == l ? -1 : 0;
    for (int64_t i = 0; i < n; i++) sum += conj(eigenvectors[i * n + k]) * eigenvectors[i * n + l];
    return cabs(sum);
}

umk_status umk_hermitian_check(umk_context *context, int64_t n, const double complex *matrix, const double *eigenvalues,
                               const double complex *eigenvectors) {
    double scale = fmax(fabs(eigenvalues[0]), fabs(eigenvalues[n - 1]));
    double worst_residual = 0, worst_overlap = 0;
    for (int64_t k = 0; k < n; k++) {
        worst_residual = worse(worst_residual, residual(n, matrix, eigenvalues, eigenvectors, k));
        for (int64_t l = 0; l <= k; l++) worst_overlap = worse(worst_overlap, overlap_error(n, eigenvectors, k, l));
    }
    if (worst_residual <= check_tolerance * scale && worst_overlap <= check_tolerance) return UMK_OK;
    char library[128];
    umk_lapack_describe(library, sizeof library);
    return umk_fail(
        context, UMK_ERROR_NUMERICAL,
        "%s returned wrong eigenvectors: residual %.1e of %.1e, overlap %.1e. Some OpenBLAS builds are wrong on "
        "some CPUs: set the environment variable OPENBLAS_CORETYPE=Haswell, or use another BLAS library",
        library, worst_residual, scale, worst_overlap);
}
