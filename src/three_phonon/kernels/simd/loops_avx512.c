/* The inner loops of the strength kernel: avx512. */
#define UMK_VECTOR_AVX512
#include "three_phonon/kernels/simd/loops_body.h"

UMK_STRENGTH_LOOPS(avx512);
