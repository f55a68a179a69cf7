/*
 * The loops of the linewidths and of the collision operator over temperatures: a readable reference, and fast ones
 * compiled for each instruction set. Rows of temperatures of linewidths are padded to a multiple of UMK_SUM_LANES.
 */
#ifndef UMK_SCATTERING_KERNELS_H
#define UMK_SCATTERING_KERNELS_H

#include "base/kernel_set.h"
#include "phonon/bands.h"
#include "scattering/collision_row.h"

#define UMK_SUM_LANES 8

/** Temperatures of a block of a field: as many as these kernels take at a time, or half as many where there are few. */
enum { umk_few_lanes = UMK_SUM_LANES / 2, umk_all_lanes = UMK_SUM_LANES };

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
 * The entries of one triplet (scattering/collision_row.h), applied to fields of n_lanes temperatures (umk_few_lanes or
 * umk_all_lanes): for each band a vector, as (n_bands, 3, n_lanes).
 *
 * A field is known at irreducible points. What it is at q1 and q2 the rotations make of it.
 */
typedef struct umk_entry_terms {
    int64_t n_lanes, n_bands, n_entries;
    const double *values;
    const uint32_t *bands;           /* packed; the fewer changes of band0, the faster */
    const double *field0;            /* at q0 */
    const double *fields[2];         /* at the irreducible points of q1 and of q2 */
    const double (*rotations[2])[3]; /* that lead from them to q1 and q2 */
    const double *inverse_sinh[2];   /* (n_bands, n_lanes) 1 / sinh x at q1 and at q2 */
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
     * The elements c2 = value / sinh x2 and c1 = value / sinh x1 of each entry and their transposes, with R1, R2 the
     * rotations: out0[band0] += c2 R1 field1[band1] + c1 R2 field2[band2], out1[band1] += c2 R1^T field0[band0],
     * out2[band2] += c1 R2^T field0[band0]; out1 and out2 may be the same. scratch: (2, n_bands, n_lanes).
     */
    void (*apply_entries)(const umk_entry_terms *terms, double *scratch, double *out0, double *out1, double *out2);
} umk_sum_kernels;

extern const umk_sum_kernels umk_sum_kernels_reference;
extern const umk_sum_kernels umk_sum_kernels_portable;
extern const umk_sum_kernels umk_sum_kernels_avx2;
extern const umk_sum_kernels umk_sum_kernels_avx512;
extern const umk_sum_kernels umk_sum_kernels_neon;

/** Kernels of a set that runs here. */
const umk_sum_kernels *umk_sum_kernels_of(umk_kernel_set set);

#endif
