/* Smith normal form of 3x3 integer matrices. */
#ifndef UMK_LINALG_SMITH_H
#define UMK_LINALG_SMITH_H

#include "base/base.h"

/**
 * P a Q = diag(d) with d > 0, det P = 1 and det Q = the sign of det a. The choice among the possible P, Q is the one of
 * phonopy's snf3x3 (4.10), so that generalized grids are counted as phono3py counts them. UMK_ERROR_ARGUMENT for a
 * singular matrix and for entries that overflow on the way.
 */
umk_status umk_smith_normal_form(umk_context *context, const int64_t a[3][3], int64_t d[3], int64_t p[3][3],
                                 int64_t q[3][3]);

#endif
