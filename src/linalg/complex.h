/* Complex numbers from their parts. */
#ifndef UMK_LINALG_COMPLEX_H
#define UMK_LINALG_COMPLEX_H

#include <complex.h>
#include <string.h>

/** re + i im; CMPLX of C11, which clang lacks with older C libraries. */
static inline double complex umk_complex(double re, double im) {
    const double parts[2] = {re, im};
    double complex number;
    memcpy(&number, parts, sizeof number);
    return number;
}

#endif
