/* The checks of base/vector.h: portable. */
#define UMK_VECTOR_PORTABLE
#include "unit/base/vector/checks.h"

VECTOR_CHECKS(portable)
