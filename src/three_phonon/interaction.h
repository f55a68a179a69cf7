/*
 * The inside of the interaction, and the interface of a strength kernel.
 *
 * A kernel works on one q-point q0 and batches of triplets. A plan says how: in which order it takes the triplets and
 * how much it keeps for the point. The bands of q0 are taken in blocks, so that what is kept stays bounded; for each
 * block
 *   1. prepare is called once for every piece (pieces are independent, any thread),
 *   2. strength is called for batches of triplets (any thread, a workspace each).
 */
#ifndef UMK_THREE_PHONON_INTERACTION_H
#define UMK_THREE_PHONON_INTERACTION_H

#include "base/kernel_set.h"
#include "linalg/complex.h"
#include "phonon/bands.h"
#include "phonon/phonons.h"
#include <umklapp/interaction.h>

/** Phonons of one leg at one q-point, borrowed. */
typedef struct umk_leg {
    const double *q;                    /* (3) fractional, the address the phonons belong to */
    const double *frequencies;          /* (n_bands) THz */
    const double complex *eigenvectors; /* (n_bands components, n_bands bands) */
} umk_leg;

typedef struct umk_strength_mesh umk_strength_mesh;
typedef struct umk_strength_kernel umk_strength_kernel;

/** How the triplets of one q0 are gone through. */
typedef struct umk_strength_plan {
    const umk_interaction *interaction;
    int64_t n_triplets;
    int64_t *order;      /* (n_triplets) the kernel's order, as indices into the triplets given */
    bool *ends_run;      /* (n_triplets) a good place to end a batch: behind this one, in the kernel's order */
    int64_t n_pieces;    /* of prepare */
    int64_t group_bands; /* a block begins at a multiple of so many bands of q0 */
    int64_t group_bytes; /* what prepare fills for each such group */
    void *details;       /* of the kernel */
} umk_strength_plan;

/** One block of bands at q0. */
typedef struct umk_strength_point {
    const umk_strength_plan *plan;
    umk_leg leg;
    int64_t first_band, n_block_bands;
    void *data; /* plan->group_bytes for each group of the block, filled by prepare */
} umk_strength_point;

/** Triplets begin ... begin + n_triplets - 1 of the plan's order, and the band triples whose strength is wanted. */
typedef struct umk_strength_batch {
    int64_t begin, n_triplets;
    const umk_leg *leg1, *leg2;     /* (n_triplets) */
    const int64_t *first;           /* (n_triplets + 1) band triples of triplet t are first[t] ... first[t + 1] - 1 */
    const umk_band_triple *triples; /* ascending band0 within a triplet; bands of the block */
    double *strength;               /* (first[n_triplets]) result: |V|^2 in units of umk_strength_factor */
} umk_strength_batch;

struct umk_strength_kernel {
    /** What is shared by all q0 of a grid; NULL where a kernel needs nothing. */
    umk_status (*mesh_create)(umk_strength_mesh **mesh, umk_context *context, const umk_interaction *interaction,
                              const umk_grid *grid);
    void (*mesh_destroy)(umk_strength_mesh *mesh);
    /** Bytes that blocks do not exceed which umk_strength_block_bands chose for `bytes`; NULL where they are small. */
    double (*most_block_bytes)(const umk_strength_mesh *mesh, double bytes);
    /** Fills order, ends_run and what stands below them in a plan whose other members are set. */
    umk_status (*plan)(umk_strength_plan *plan, umk_context *context, const umk_strength_mesh *mesh,
                       const umk_grid *grid, const int64_t (*triplets)[3]);
    void (*plan_clear)(umk_strength_plan *plan);
    /** Bytes of scratch of one worker for batches of up to n_triplets, for every plan of the mesh. */
    int64_t (*workspace_size)(const umk_interaction *interaction, const umk_strength_mesh *mesh, int64_t n_triplets);
    void (*prepare)(const umk_strength_point *point, int64_t piece, void *workspace);
    void (*strength)(const umk_strength_point *point, const umk_strength_batch *batch, void *workspace);
};

extern const umk_strength_kernel umk_strength_kernel_reference;
extern const umk_strength_kernel umk_strength_kernel_engine;

typedef struct umk_lattice_fc3 umk_lattice_fc3;
typedef struct umk_reference_fc3 umk_reference_fc3;
struct umk_strength_loops;

struct umk_interaction {
    int64_t n_primitive, n_bands;
    double (*positions)[3];      /* (n_primitive) fractional */
    double *inverse_root_masses; /* (n_primitive) */
    double cutoff_frequency;
    bool symmetrize_fc3q;
    bool takes_any_triplet; /* of the reference kernel: triplets need not sum to a lattice vector */
    umk_kernel_set kernel_set;
    const umk_strength_kernel *kernel;
    const struct umk_strength_loops *loops; /* of the engine, or NULL */
    umk_lattice_fc3 *lattice_fc3;           /* of the engine, or NULL */
    bool exchangeable;                      /* lattice_fc3: exchange of legs 1 and 2 leaves |V|^2 as it is */
    umk_reference_fc3 *reference_fc3;       /* of the reference kernel, or NULL */
};

/**
 * umk_interaction_create with the flags of umk_all_shortest given, NULL for the home atom on leg 0 only (no_r0_average
 * of the options has no effect). Of the crystal it needs atoms, positions and masses of the primitive cell and
 * multiplicity, shortest vectors and s2pp_map of the supercell.
 */
umk_status umk_interaction_create_with(umk_interaction **interaction, umk_context *context, const umk_crystal *crystal,
                                       const umk_fc3 *fc3, const int8_t *all_shortest,
                                       const umk_interaction_options *options);

/**
 * Strengths of some bands of q0. Where is_zero is not 0 nothing is computed and strength is left as it is.
 */
typedef struct umk_strength_request {
    const umk_phonons *phonons;
    const umk_grid *grid;
    int64_t n_triplets;
    const int64_t (*triplets)[3];
    int64_t n_bands0;
    const int64_t *bands0; /* (n_bands0) bands of q0; NULL: all, n_bands0 being their number */
    const int8_t *is_zero; /* (n_triplets, n_bands0, n, n) or NULL */
    double factor;         /* times |V|^2 in the kernels' unit, umk_strength_factor */
    double *strength;      /* (n_triplets, n_bands0, n, n) result */
} umk_strength_request;

/** q0 + q1 + q2 = G, which the engine relies on. */
bool umk_triplet_conserves(const umk_grid *grid, const int64_t triplet[3]);

umk_status umk_interaction_strengths(const umk_interaction *interaction, umk_context *context,
                                     const umk_strength_request *request);

/**
 * Plans the triplets (n, 3) of BZ points, which share their first point and are q0 + q1 + q2 = G; ended with
 * umk_strength_plan_destroy.
 */
umk_status umk_strength_plan_create(umk_strength_plan **plan, umk_context *context, const umk_interaction *interaction,
                                    const umk_strength_mesh *mesh, const umk_grid *grid, int64_t n_triplets,
                                    const int64_t (*triplets)[3]);
void umk_strength_plan_destroy(umk_strength_plan *plan);

/** Bands of q0 in one block: what prepare fills stays below `bytes` where more than one group is in it. */
int64_t umk_strength_block_bands(const umk_strength_plan *plan, double bytes);

/** Bytes of umk_strength_point.data for a block. */
int64_t umk_strength_block_bytes(const umk_strength_plan *plan, int64_t n_block_bands);

/**
 * Factor from a kernel's |sum e e e Phi / sqrt(m m m)|^2 / (f0 f1 f2), (eV/A^3)^2 / u^3 / THz^3, to eV^2, with 1/n_grid
 * included: hbar^3 / (8 * 36 n_grid), Phys. Rev. B 91, 094306 (2015), eq. 6 with the factor 1/6 of its eq. 5 squared.
 */
double umk_strength_factor(int64_t n_grid);

/** w(q) = e(q) exp(2 pi i q tau) / sqrt(m), (n_bands components, n_bands bands). */
void umk_periodic_eigenvectors(const umk_interaction *interaction, const umk_leg *leg, double complex *w);

/** Divides the squared amplitudes in batch->strength by f0 f1 f2; 0 where a mode is at or below the cut-off. */
void umk_strength_scale(const umk_strength_point *point, const umk_strength_batch *batch);

/**
 * The image of q0 is chosen together with the others, so that triplets of one grid point may start from different
 * images: order (n_triplets) lists them grouped by their first point, in ascending index inside a group; group_end is
 * one behind the last position of the group that begins at begin.
 */
umk_status umk_triplet_order(int64_t *order, umk_context *context, int64_t n_triplets, const int64_t (*triplets)[3]);
int64_t umk_triplet_group_end(const int64_t *order, int64_t begin, int64_t n_triplets, const int64_t (*triplets)[3]);

/** A fingerprint of the force constants and masses that the strengths come from. */
uint64_t umk_interaction_fingerprint(const umk_interaction *interaction);

/** Leg of point `index` of a phonon set. */
umk_leg umk_leg_of(const umk_phonons *phonons, int64_t index);

#endif
