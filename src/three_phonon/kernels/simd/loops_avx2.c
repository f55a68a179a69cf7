/* The inner loops of the strength kernel: avx2. */
#define UMK_VECTOR_AVX2
#include "three_phonon/kernels/simd/loops_body.h"

UMK_STRENGTH_LOOPS(avx2);
