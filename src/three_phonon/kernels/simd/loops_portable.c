/* The inner loops of the strength kernel: portable. */
#define UMK_VECTOR_PORTABLE
#include "three_phonon/kernels/simd/loops_body.h"

UMK_STRENGTH_LOOPS(portable);
