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

static void product(const char *transpose_a, int64_t m, int64_t n, int64_t k, const double complex *a,
                    const double complex *b, double complex *c) {
    const double complex one = 1, zero = 0;
    const int rows = (int)m, columns = (int)n, depth = (int)k;
    const int leading_a = *transpose_a == 'N' ? depth : rows;
    zgemm_("N", transpose_a, &columns, &rows, &depth, &one, b, &columns, a, &leading_a, &zero, c, &columns);
}

void umk_complex_product(int64_t m, int64_t n, int64_t k, const double complex *a, const double complex *b,
                         double complex *c) {
    product("N", m, n, k, a, b, c);
}

void umk_complex_product_transposed(int64_t m, int64_t n, int64_t k, const double complex *a, const double complex *b,
                                    double complex *c) {
    product("T", m, n, k, a, b, c);
}
