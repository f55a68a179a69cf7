/* The loops of the weights: avx512. */
#define UMK_VECTOR_AVX512
#include "weights/kernels/simd/weights_body.h"

UMK_WEIGHTS_KERNELS(avx512);
