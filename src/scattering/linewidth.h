/* The inside of umk_linewidth, the jobs of grid points in flight, and the sum over one batch of triplets. */
#ifndef UMK_SCATTERING_LINEWIDTH_H
#define UMK_SCATTERING_LINEWIDTH_H

#include "scattering/collision_row.h"
#include "scattering/kernels.h"
#include "three_phonon/interaction.h"
#include "weights/weights.h"
#include <umklapp/linewidth.h>

/** Scratch of one worker. */
typedef struct umk_linewidth_scratch {
    umk_weights_list list;  /* band triples of a batch */
    double *strength;       /* (list.capacity) */
    double *occupations;    /* (2, n, n_padded) Bose-Einstein at q1 and q2 */
    umk_leg *legs;          /* (2, batch_size) */
    int64_t (*triplets)[3]; /* (batch_size) */
    char *weights_workspace, *strength_workspace;
    umk_row_builder builder; /* of the chunk in hand, where rows are collected */
} umk_linewidth_scratch;

struct umk_linewidth {
    const umk_interaction *interaction; /* NULL: average strengths only */
    const umk_grid *grid;
    const umk_phonons *phonons;
    umk_linewidth_options options;
    umk_strength_mesh *mesh; /* of the interaction's kernel, or NULL */
    const umk_sum_kernels *kernels;
    int64_t n_padded; /* temperatures, whole lanes */
    double
        *inverse_temperatures; /* (n_padded) Bose-Einstein exponent for each THz; infinite at 0 K and in the padding */
    int64_t n_bands, batch_size, n_in_flight;
    int64_t most_block_bands; /* of q0 at a time */
    int64_t gamma_size;       /* doubles of one umk_linewidth_sums.gamma */
    int64_t weights_workspace_size, strength_workspace_size;
    const umk_triplets *triplets; /* of every grid point, borrowed; NULL: those of the grid */
    bool keeps_sums;              /* results are the plain sums: no factors, no means over degenerate sets */
    int n_threads;
    umk_linewidth_scratch *scratch; /* (n_threads) */
    bool keeps_occupations;         /* there is room for those of all BZ points */
    double *occupations;            /* (BZ points, n, n_padded) Bose-Einstein; NULL: made for each triplet */
    /* What the interaction prepares for the grid points in flight; grown when more is wanted. */
    void *flight_memory;
    int64_t flight_memory_bytes;
};

/** The sums of one grid point. Index of gamma: ((weight * n_parts + part) * n_bands + band) * n_padded + temperature;
 * parts: all, or normal and Umklapp. */
typedef struct umk_linewidth_sums {
    double *gamma;        /* NULL: only rows are wanted */
    double *strength;     /* (n_bands) sum of weight |V|^2 over triplets and band pairs; NULL without full strength */
    umk_row_builder *row; /* takes the entries of the collision operator; NULL: none wanted */
} umk_linewidth_sums;

/** Triplets of one image of q0. */
typedef struct umk_linewidth_group {
    int64_t n_triplets;
    int64_t (*triplets)[3];  /* (n_triplets) */
    int64_t *multiplicities; /* (n_triplets) how many triplets each stands for */
    umk_strength_plan *plan; /* NULL with an average strength */
    umk_strength_point point;
    const double *energies;         /* (n_bands) frequencies of the grid point that was asked for */
    const double *average_strength; /* (n_bands) in the kernel's unit, or NULL */
} umk_linewidth_group;

/** Occupations at one BZ point: (n, n_padded), of all temperatures. */
void umk_linewidth_fill_occupations(const umk_linewidth *linewidth, int64_t bz_point, double *occupations);

static inline int64_t umk_linewidth_n_parts(const umk_linewidth_options *options) {
    return options->normal_umklapp ? 2 : 1;
}

/**
 * Adds triplets begin ... end - 1 (in the plan's order) of the block of bands that group->point tells to sums. Memory
 * is allocated for a row only; end - begin is at most the batch size.
 */
umk_status umk_linewidth_sum(const umk_linewidth *linewidth, umk_context *context, const umk_linewidth_group *group,
                             int64_t begin, int64_t end, int worker, const umk_linewidth_sums *sums);

/** 18 pi / hbar^2 times umk_strength_factor: from a sum over triplets in the kernel's units to a half width in THz. */
double umk_linewidth_factor(const umk_grid *grid);

/**
 * umk_linewidth_run that also hands the rows of the collision operator to sink, in the order of the points and of a
 * point's parts; row->point is the index in bz_points. results NULL: rows only. One way to integrate.
 */
umk_status umk_linewidth_run_rows(umk_linewidth *linewidth, umk_context *context, int64_t n_points,
                                  const int64_t *bz_points, umk_linewidth_result *results, const umk_row_sink *sink);

#endif
