/* Hermitian eigenproblems through LAPACK: the only place that calls it. */
#ifndef UMK_LINALG_HERMITIAN_H
#define UMK_LINALG_HERMITIAN_H

#include "base/base.h"
#include <complex.h>

/**
 * Eigenvalues (n, ascending) and eigenvectors (n components, n vectors: row-major [component][vector]) of the Hermitian row-major matrix
 * (n, n), of which the lower triangle is read and which is overwritten by the eigenvectors. eigenvalues-only: with_vectors false.
 * A LAPACK failure is UMK_ERROR_NUMERICAL. LAPACK runs on one thread (parallel loops are ours).
 */
umk_status umk_hermitian_eigen(umk_context *context, int64_t n, double complex *matrix, double *eigenvalues,
                               bool with_vectors);

/**
 * Checks |A v - lambda v| and orthonormality of a solution; UMK_ERROR_NUMERICAL names the LAPACK library in use and what to do (some OpenBLAS builds are
 * wrong on some CPUs: set OPENBLAS_CORETYPE=Haswell or use another BLAS).
 */
umk_status umk_hermitian_check(umk_context *context, int64_t n, const double complex *matrix, const double *eigenvalues,
                               const double complex *eigenvectors);

#endif
