/* The loops of the weights: portable. */
#define UMK_VECTOR_PORTABLE
#include "weights/kernels/simd/weights_body.h"

UMK_WEIGHTS_KERNELS(portable);
