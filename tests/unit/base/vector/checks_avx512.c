/* The checks of base/vector.h: avx512. */
#define UMK_VECTOR_AVX512
#include "unit/base/vector/checks.h"

VECTOR_CHECKS(avx512)
