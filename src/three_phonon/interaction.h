/*
 * The inside of the interaction, and the interface of a strength kernel.
 *
 * A kernel works on one grid point q0 and batches of triplets. The bands of q0 are taken in blocks, so that what is
 * prepared for a grid point stays bounded; for each block
 *   1. prepare is called once for every piece (pieces are independent, any thread),
 *   2. strength is called for batches of triplets (any thread, a workspace each).
 */
#ifndef UMK_THREE_PHONON_INTERACTION_H
#define UMK_THREE_PHONON_INTERACTION_H

#include "linalg/complex.h"
#include "phonon/phonons.h"
#include <umklapp/interaction.h>

/** Phonons of one leg at one q-point, borrowed. */
typedef struct umk_leg {
    const double *q;                    /* (3) fractional, the address the phonons belong to */
    const double *frequencies;          /* (n_bands) THz */
    const double complex *eigenvectors; /* (n_bands components, n_bands bands) */
} umk_leg;

/** One block of bands at q0. */
typedef struct umk_strength_point {
    umk_leg leg;
    int64_t first_band, n_block_bands;
    void *data; /* umk_strength_kernel.point_size bytes, filled by prepare */
} umk_strength_point;

typedef struct umk_strength_kernel {
    const char *name;
    /** Bytes that prepare fills for a block of n_block_bands bands. */
    int64_t (*point_size)(const umk_interaction *interaction, int64_t n_block_bands);
    /** Bytes of scratch of one worker for batches of up to n_triplets. */
    int64_t (*workspace_size)(const umk_interaction *interaction, int64_t n_block_bands, int64_t n_triplets);
    int64_t (*n_pieces)(const umk_interaction *interaction);
    void (*prepare)(const umk_interaction *interaction, const umk_strength_point *point, int64_t piece,
                    void *workspace);
    /**
     * |V|^2 in units of strength_factor: strength (n_triplets, n_block_bands, n_bands, n_bands), written whole.
     * is_zero (same shape, may be NULL) marks elements that nobody needs; they are set to 0.
     */
    void (*strength)(const umk_interaction *interaction, const umk_strength_point *point, int64_t n_triplets,
                     const umk_leg *leg1, const umk_leg *leg2, const int8_t *is_zero, double *strength,
                     void *workspace);
} umk_strength_kernel;

extern const umk_strength_kernel umk_strength_kernel_reference;
extern const umk_strength_kernel umk_strength_kernel_engine;

typedef struct umk_lattice_fc3 umk_lattice_fc3;
typedef struct umk_reference_fc3 umk_reference_fc3;

struct umk_interaction {
    int64_t n_primitive, n_bands;
    double (*positions)[3];      /* (n_primitive) fractional */
    double *inverse_root_masses; /* (n_primitive) */
    double cutoff_frequency;
    bool symmetrize_fc3q;
    const umk_strength_kernel *kernel;
    umk_lattice_fc3 *lattice_fc3;     /* of the engine, or NULL */
    umk_reference_fc3 *reference_fc3; /* of the reference kernel, or NULL */
};

/** Bands of q0 in one block: what prepare fills stays below 256 MB where more than one band is in it. */
int64_t umk_interaction_block_bands(const umk_interaction *interaction);

/**
 * Factor from a kernel's |sum e e e Phi / sqrt(m m m)|^2 / (f0 f1 f2), (eV/A^3)^2 / u^3 / THz^3, to eV^2, with 1/n_grid
 * included: hbar^3 / (8 * 36 n_grid), Phys. Rev. B 91, 094306 (2015), eq. 6 with the factor 1/6 of its eq. 5 squared.
 */
double umk_strength_factor(int64_t n_grid);

/** w(q) = e(q) exp(2 pi i q tau) / sqrt(m), (n_bands components, n_bands bands). */
void umk_periodic_eigenvectors(const umk_interaction *interaction, const umk_leg *leg, double complex *w);

/** Divides squared amplitudes (n_block, n, n) by f0 f1 f2 and zeroes what is at or below the cut-off or not needed. */
void umk_strength_scale(const umk_interaction *interaction, const umk_strength_point *point, const umk_leg *leg1,
                        const umk_leg *leg2, const int8_t *is_zero, double *strength);

/** Runs the kernel's prepare on all pieces in parallel; workspace: workspace_size bytes times the number of threads. */
umk_status umk_strength_prepare(umk_context *context, const umk_interaction *interaction,
                                const umk_strength_point *point, char *workspaces, int64_t workspace_size);

/**
 * The image of q0 is chosen together with the others, so that triplets of one grid point may start from different
 * images: order (n_triplets) lists them grouped by their first point, in ascending index inside a group; group_end is
 * one behind the last position of the group that begins at begin.
 */
umk_status umk_triplet_order(int64_t *order, umk_context *context, int64_t n_triplets, const int64_t (*triplets)[3]);
int64_t umk_triplet_group_end(const int64_t *order, int64_t begin, int64_t n_triplets, const int64_t (*triplets)[3]);

/** Leg of point `index` of a phonon set. */
umk_leg umk_leg_of(const umk_phonons *phonons, int64_t index);

#endif
