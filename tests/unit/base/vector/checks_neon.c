/* The checks of base/vector.h: neon. */
#define UMK_VECTOR_NEON
#include "unit/base/vector/checks.h"

VECTOR_CHECKS(neon)
