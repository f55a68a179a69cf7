/* The loops over temperatures: portable. */
#define UMK_VECTOR_PORTABLE
#include "scattering/kernels/simd/sums_body.h"

UMK_SUM_KERNELS(portable);
