/* Dense complex matrix products through BLAS, on one thread: the only place that calls zgemm. */
#ifndef UMK_LINALG_PRODUCT_H
#define UMK_LINALG_PRODUCT_H

#include <complex.h>
#include <stdint.h>

/** c (m, n) = a (m, k) b (k, n), all row-major without gaps; sizes fit an int. */
void umk_complex_product(int64_t m, int64_t n, int64_t k, const double complex *a, const double complex *b,
                         double complex *c);

/** c (m, n) = a^T b with a stored (k, m), b (k, n). */
void umk_complex_product_transposed(int64_t m, int64_t n, int64_t k, const double complex *a, const double complex *b,
                                    double complex *c);

#endif
