/* Hermitian eigenproblems through LAPACKE. */
#include "linalg/hermitian.h"
