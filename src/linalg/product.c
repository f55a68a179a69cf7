/*
 * Dense complex matrix products through BLAS.
 *
 * Fortran's zgemm is called by its own name, which every BLAS library has. It is column-major: the row-major product
 * c = a b is the column-major product c^T = b^T a^T, so the operands are handed over in exchanged order.
 */
#include "linalg/product.h"

extern void zgemm_(const char *transpose_a, const char *transpose_b, const int *m, const int *n, const int *k,
                   const double complex *alpha, const double complex *a, const int *lda, const double complex *b,
                   const int *ldb, const double complex *beta, double complex *c, const int *ldc);

void umk_complex_product(int64_t m, int64_t n, int64_t k, const double complex *a, const double complex *b,
                         double complex *c) {
    const double complex one = 1, zero = 0;
    const int rows = (int)m, columns = (int)n, depth = (int)k;
    zgemm_("N", "N", &columns, &rows, &depth, &one, b, &columns, a, &depth, &zero, c, &columns);
}
