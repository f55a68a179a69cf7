/* Smith normal form. */
#include "linalg/smith.h"
