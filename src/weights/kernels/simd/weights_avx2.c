/* The loops of the weights: avx2. */
#define UMK_VECTOR_AVX2
#include "weights/kernels/simd/weights_body.h"

UMK_WEIGHTS_KERNELS(avx2);
