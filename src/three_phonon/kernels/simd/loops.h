/*
 * The inner loops of the fast strength kernel, one table of them for each instruction set. Complex matrices are planar:
 * all real parts (rows, width), then all imaginary parts; widths are multiples of UMK_STRENGTH_LANES.
 */
#ifndef UMK_THREE_PHONON_LOOPS_H
#define UMK_THREE_PHONON_LOOPS_H

#include "three_phonon/interaction.h"
#include "three_phonon/lattice_fc3.h"

/** Rows are padded to whole vectors of the widest instruction set. */
#define UMK_STRENGTH_LANES 8

/** The 27 elements of a 3x3x3 block, padded. */
#define UMK_STRENGTH_BLOCK 32

/**
 * Discrete Fourier transform along one axis, for pairs of opposite q: plus_m = C_m + S_m, minus_m = C_m - S_m with
 * C_m = sum_j cosines[j][m] in[even[j]], S_m = sum_j sines[j][m] in[odd[j]]. Half the products of both come for free.
 */
typedef struct umk_pair_transform {
    int64_t n_pairs, n_even, n_odd;
    const int64_t *even, *odd;          /* (n_even), (n_odd) where the inputs begin in `in` */
    const double *cosines, *sines;      /* (n_even, n_pairs), (n_odd, n_pairs) */
    double *const *plus, *const *minus; /* (n_pairs) outputs of n doubles each; NULL: not wanted */
} umk_pair_transform;

/** What leg 0 brings to the blocks, and where the results go. */
typedef struct umk_leg0_view {
    const double *cosines, *sines; /* (n_ra) phases exp(2 pi i q0 Ra) */
    int64_t n_bands0, n_padded0;   /* bands of q0 in hand */
    const double *vectors;         /* (components, 2, n_padded0) real and imaginary parts, zero from n_bands0 on */
    const int64_t *places;         /* (n_bands0) */
    int64_t width, half;
    double *sums;   /* scratch (n_primitive, 2, UMK_STRENGTH_BLOCK) */
    int32_t *atoms; /* scratch (n_primitive) */
} umk_leg0_view;

typedef struct umk_strength_loops {
    const char *name;

    /** phases[i] = exp(2 pi i turns[i]) as cosine, sine; n is a multiple of UMK_STRENGTH_LANES. */
    void (*fill_phases)(int64_t n, const double *turns, double *cosines, double *sines);

    /** out[k][b] = (cosines[k / 3] + i sines[k / 3]) eigenvectors[k][b], complex (n, n). */
    void (*turn_vectors)(int64_t n, const double *cosines, const double *sines, const double *eigenvectors,
                         double *out);

    /** out (n bands, 2, n_padded): real and imaginary parts of vectors (n, n bands) complex, zero from n on. */
    void (*transpose_vectors)(int64_t n, int64_t n_padded, const double *vectors, double *out);

    /**
     * Leg 0 of one lattice vector Rb, transformed and contracted, for the blocks of Rb (ascending k1, k2, k0, ra):
     *   out[nu0; k1 b, k2 c] = sum_{k0 a} vectors[k0 a, nu0] sum_ra phases[ra] phi[k0 a, k1 b, k2 c](ra)
     * Real parts go to out[places[nu0] + (3 k1 + b) width + 3 k2 + c], imaginary ones `half` behind them; nothing is
     * written for pairs of atoms without a block.
     */
    void (*contract_blocks)(int64_t n_blocks, const umk_lattice_block *blocks, const umk_leg0_view *leg0, double *out);

    /**
     * out[o] = sum_i coefficients[i][o] in[i] for the n_outputs listed o. in (2, n_inputs, width), out (2, n_rows,
     * width), coefficients (n_inputs, stride) complex numbers.
     */
    void (*contract)(int64_t n_inputs, int64_t n_outputs, const int32_t *outputs, int64_t width,
                     const double *coefficients, int64_t stride, const double *in, int64_t n_rows, double *out);

    /** n is a multiple of UMK_STRENGTH_LANES. */
    void (*transform)(const umk_pair_transform *transform, int64_t n, const double *in);

    /** out[i] = sum_t signs[t] terms[t][i], i < n; n is a multiple of UMK_STRENGTH_LANES, n_terms at least 1. */
    void (*signed_sum)(int64_t n_terms, const double *const *terms, const double *signs, int64_t n, double *out);

    /**
     * square[e] = |sum_k vectors[b2][k] half[b1][(b0 - first_band0) n_bands + k]|^2 for the band triples e = (b0, b1,
     * b2), and with b1 and b2 exchanged where exchange is set. half (2, n_bands, width), vectors (n_bands, 2,
     * n_padded).
     */
    void (*amplitudes)(int64_t n_triples, const umk_band_triple *triples, bool exchange, int64_t first_band0,
                       int64_t n_bands, int64_t n_padded, const double *vectors, int64_t width, const double *half,
                       double *square);
} umk_strength_loops;

extern const umk_strength_loops umk_strength_loops_portable;
extern const umk_strength_loops umk_strength_loops_avx2;
extern const umk_strength_loops umk_strength_loops_avx512;
extern const umk_strength_loops umk_strength_loops_neon;

#endif
