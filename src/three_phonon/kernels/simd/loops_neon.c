/* The inner loops of the strength kernel: neon. */
#define UMK_VECTOR_NEON
#include "three_phonon/kernels/simd/loops_body.h"

UMK_STRENGTH_LOOPS(neon);
