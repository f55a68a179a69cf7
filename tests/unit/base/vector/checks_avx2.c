/* The checks of base/vector.h: avx2. */
#define UMK_VECTOR_AVX2
#include "unit/base/vector/checks.h"

VECTOR_CHECKS(avx2)
