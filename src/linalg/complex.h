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

/** a b by its four products; the operator * of C checks for infinities, which costs more than the product. */
static inline double complex umk_times(double complex a, double complex b) {
    return umk_complex(creal(a) * creal(b) - cimag(a) * cimag(b), creal(a) * cimag(b) + cimag(a) * creal(b));
}

#endif
