/* The loops of the weights: neon. */
#define UMK_VECTOR_NEON
#include "weights/kernels/simd/weights_body.h"

UMK_WEIGHTS_KERNELS(neon);
