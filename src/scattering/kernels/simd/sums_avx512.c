/* The loops over temperatures: avx512. */
#define UMK_VECTOR_AVX512
#include "scattering/kernels/simd/sums_body.h"

UMK_SUM_KERNELS(avx512);
