/*
 * Symmetric eigenproblems through LAPACKE, dsyevd.
 *
 * LAPACK is column-major: a symmetric matrix is its own transpose, so that the lower triangle of the row-major matrix
 * is the upper triangle that LAPACK is told to read, and the eigenvectors come out one in each row.
 */
#include "linalg/symmetric.h"
#include "linalg/hermitian.h"
#include <lapacke.h>
#include <math.h>

/* What dsyevd asks for at least; its blocked reduction wants a block of columns of the matrix more. */
enum { block_columns = 64 };

static double n_real(double n) {
    return 1 + 6 * n + 2 * n * n + block_columns * n;
}

double umk_symmetric_most_dimensions(void) {
    return floor(sqrt((double)INT32_MAX / 2)) - block_columns;
}

double umk_symmetric_workspace_bytes(double n) {
    return sizeof(double) * n_real(n) + sizeof(lapack_int) * (3 + 5 * n);
}

void umk_symmetrize(int64_t n, double *matrix) {
    enum { tile = 32 }; /* of rows and columns: both stay in the cache */
    for (int64_t i0 = 0; i0 < n; i0 += tile) {
        for (int64_t j0 = 0; j0 <= i0; j0 += tile) {
            for (int64_t i = i0; i < i0 + tile && i < n; i++) {
                for (int64_t j = j0; j < j0 + tile && j < i; j++) {
                    double mean = (matrix[i * n + j] + matrix[j * n + i]) / 2;
                    matrix[i * n + j] = matrix[j * n + i] = mean;
                }
            }
        }
    }
}

umk_status umk_symmetric_eigen(umk_context *context, int64_t n, double *matrix, double *eigenvalues) {
    umk_status status = UMK_OK;
    double *work = NULL;
    lapack_int *integers = NULL;
    double size = n_real((double)n);
    if (n == 0) return UMK_OK;
    if (size > (double)INT32_MAX) {
        return umk_fail(context, UMK_ERROR_MEMORY, "a matrix of %lld dimensions is too large for this LAPACK library",
                        (long long)n);
    }
    umk_lapack_use_one_thread();
    UMK_ALLOCATE(context, work, (int64_t)size);
    UMK_ALLOCATE(context, integers, 3 + 5 * n);
    lapack_int info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', (lapack_int)n, matrix, (lapack_int)n, eigenvalues,
                                          work, (lapack_int)size, integers, (lapack_int)(3 + 5 * n));
    if (info != 0 || !isfinite(eigenvalues[0]) || !isfinite(eigenvalues[n - 1])) {
        char library[128];
        umk_lapack_describe(library, sizeof library);
        status = umk_fail(context, UMK_ERROR_NUMERICAL,
                          "%s does not find the eigenvalues of a matrix of %lld dimensions", library, (long long)n);
    }
cleanup:
    umk_release(work);
    umk_release(integers);
    return status;
}
