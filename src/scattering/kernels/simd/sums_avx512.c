/* The loops over temperatures: avx512. */
#define UMK_VECTOR_AVX512
/* Blocks of few temperatures are half a vector here. */
#define UMK_APPLY_FEW(terms, n_lanes, ...) umk_sum_kernels_avx2.apply_entries(terms, __VA_ARGS__)
#include "scattering/kernels/simd/sums_body.h"

UMK_SUM_KERNELS(avx512);
