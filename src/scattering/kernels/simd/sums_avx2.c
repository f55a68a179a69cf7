/* The loops over temperatures: avx2. */
#define UMK_VECTOR_AVX2
#include "scattering/kernels/simd/sums_body.h"

UMK_SUM_KERNELS(avx2);
