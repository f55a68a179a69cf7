/* The loops over temperatures: neon. */
#define UMK_VECTOR_NEON
#include "scattering/kernels/simd/sums_body.h"

UMK_SUM_KERNELS(neon);
