/* Hermitian eigenproblems through LAPACK: the only place that calls it. */
#ifndef UMK_LINALG_HERMITIAN_H
#define UMK_LINALG_HERMITIAN_H

#include "base/base.h"
#include <complex.h>

/**
 * Eigenvalues (n, ascending) and eigenvectors (n components, n vectors: row-major [component][vector]) of the Hermitian
 * row-major matrix (n, n), of which the lower triangle is read and which is overwritten by the eigenvectors.
 * eigenvalues-only: with_vectors false (the matrix stays as it is then). A LAPACK failure is UMK_ERROR_NUMERICAL.
 * LAPACK runs on one thread (parallel loops are ours).
 */
umk_status umk_hermitian_eigen(umk_context *context, int64_t n, double complex *matrix, double *eigenvalues,
                               bool with_vectors);

/**
 * Checks |A v - lambda v| and orthonormality of a solution; UMK_ERROR_NUMERICAL names the LAPACK library in use and
 * what to do (some OpenBLAS builds are wrong on some CPUs: set OPENBLAS_CORETYPE=Haswell or use another BLAS). Both are
 * held to 1e-9, of the largest eigenvalue for the residual: far above rounding, far below anything that matters.
 */
umk_status umk_hermitian_check(umk_context *context, int64_t n, const double complex *matrix, const double *eigenvalues,
                               const double complex *eigenvectors);

/**
 * Limits the BLAS and LAPACK library of this process to one thread, once, and ends threads that OpenBLAS has started;
 * umk_hermitian_eigen does so by itself, umk_crystal_create because nothing that costs time comes before it. Whoever
 * calls BLAS without any of these calls this first.
 */
void umk_lapack_use_one_thread(void);

/** Writes the name of the LAPACK library and of its kernels for this CPU where it tells ("OpenBLAS 0.3.21 (SkylakeX)").
 */
void umk_lapack_describe(char *text, size_t size);

#endif
