/* Eigenvalues and eigenvectors of large real symmetric matrices. */
#ifndef UMK_LINALG_SYMMETRIC_H
#define UMK_LINALG_SYMMETRIC_H

#include "base/base.h"

/**
 * Ascending eigenvalues (n) of the symmetric matrix (n, n), whose lower triangle is read and which is overwritten by
 * the eigenvectors, one in each row. Divide and conquer; a LAPACK failure is UMK_ERROR_NUMERICAL. LAPACK runs on one
 * thread.
 */
umk_status umk_symmetric_eigen(umk_context *context, int64_t n, double *matrix, double *eigenvalues);

/** The matrix (n, n) becomes the mean of itself and its transpose. */
void umk_symmetrize(int64_t n, double *matrix);

/** The largest order that LAPACK's integers allow. */
double umk_symmetric_most_dimensions(void);

/** Bytes that umk_symmetric_eigen takes on top of the matrix. */
double umk_symmetric_workspace_bytes(double n);

#endif
