/*
 * The loops of the linewidths and of the collision operator over temperatures: a readable reference, and fast ones
 * compiled for each instruction set. Rows of temperatures are padded to a multiple of UMK_SUM_LANES.
 */
#ifndef UMK_SCATTERING_KERNELS_H
#define UMK_SCATTERING_KERNELS_H

#include "base/kernel_set.h"
#include "phonon/bands.h"
#include "scattering/collision_row.h"

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

/**
 * The entries of one triplet (scattering/collision_row.h), applied to a field in the frame of q0. A field has for each
 * mode n_lanes numbers, a multiple of UMK_SUM_LANES: temperatures and Cartesian components.
 */
typedef struct umk_entry_terms {
    int64_t n_entries;
    const double *values;
    const uint32_t *bands; /* packed */
    int64_t n_lanes;
    const double *inverse_sinh1, *inverse_sinh2; /* (n_bands, n_lanes) 1 / sinh x at q1 and q2 */
    const double *field0, *field1, *field2;      /* (n_bands, n_lanes) */
} umk_entry_terms;

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

    /**
     * The elements c2 = value / sinh x2 and c1 = value / sinh x1 of each entry and their transposes, in the order of
     * the entries: out0[band0] += c2 field1[band1] + c1 field2[band2], out1[band1] += c2 field0[band0], out2[band2] +=
     * c1 field0[band0]; (n_bands, n_lanes) each.
     */
    void (*apply_entries)(const umk_entry_terms *terms, double *out0, double *out1, double *out2);
} umk_sum_kernels;

extern const umk_sum_kernels umk_sum_kernels_reference;
extern const umk_sum_kernels umk_sum_kernels_portable;
extern const umk_sum_kernels umk_sum_kernels_avx2;
extern const umk_sum_kernels umk_sum_kernels_avx512;
extern const umk_sum_kernels umk_sum_kernels_neon;

/** Kernels of a set that runs here. */
const umk_sum_kernels *umk_sum_kernels_of(umk_kernel_set set);

#endif
