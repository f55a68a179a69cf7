/*
 * The loops of the linewidths over temperatures: a readable reference, and fast ones compiled for each instruction set.
 * Rows of temperatures are padded to a multiple of UMK_SUM_LANES.
 */
#ifndef UMK_SCATTERING_KERNELS_H
#define UMK_SCATTERING_KERNELS_H

#include "base/kernel_set.h"
#include "phonon/bands.h"

#define UMK_SUM_LANES 8

/** Band triples of one triplet, and what the integration weights and the strength are for each. */
typedef struct umk_sum_terms {
    int64_t n_triples;
    const umk_band_triple *triples;
    const double *strength;     /* (n_triples) */
    const double *delta[3];     /* (n_triples) delta(w0 - w1 - w2), delta(w0 + w1 - w2), delta(w0 - w1 + w2) */
    double multiplicity;        /* factor of all */
    int64_t n_padded;           /* temperatures */
    const double *occupations1; /* (n_bands, n_padded) at q1 */
    const double *occupations2; /* (n_bands, n_padded) at q2 */
} umk_sum_terms;

typedef struct umk_sum_kernels {
    /**
     * occupations (n_bands, n_padded) = 1 / (exp(x) - 1), x = frequency times inverse_temperatures[t]; 0 where the
     * frequency is at or below the cut-off or x is above 700 (inverse_temperatures may be infinite).
     */
    void (*fill_occupations)(int64_t n_bands, const double *frequencies, double cutoff, int64_t n_padded,
                             const double *inverse_temperatures, double *occupations);

    /**
     * gamma[band0] (n_bands, n_padded) += strength {(n1 + n2 + 1) delta[0] + (n1 - n2) (delta[1] - delta[2])} for all
     * triples, in their order.
     */
    void (*add_triples)(const umk_sum_terms *terms, double *gamma);
} umk_sum_kernels;

extern const umk_sum_kernels umk_sum_kernels_reference;
extern const umk_sum_kernels umk_sum_kernels_portable;
extern const umk_sum_kernels umk_sum_kernels_avx2;
extern const umk_sum_kernels umk_sum_kernels_avx512;
extern const umk_sum_kernels umk_sum_kernels_neon;

/** Kernels of a set that runs here. */
const umk_sum_kernels *umk_sum_kernels_of(umk_kernel_set set);

#endif
