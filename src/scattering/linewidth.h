/* The inside of umk_linewidth, and the sum over one chunk of triplets. */
#ifndef UMK_SCATTERING_LINEWIDTH_H
#define UMK_SCATTERING_LINEWIDTH_H

#include "three_phonon/interaction.h"
#include "weights/weights.h"
#include <umklapp/linewidth.h>

/** Scratch of one worker. */
typedef struct umk_linewidth_scratch {
    double *values;         /* (n_weights, 2, batch_size, n_block, n, n) integration weights */
    int8_t *is_zero;        /* (n_weights, batch_size, n_block, n, n) */
    int8_t *unneeded;       /* (batch_size, n_block, n, n) zero for all weights */
    double *strength;       /* (batch_size, n_block, n, n) */
    double *occupations;    /* (2, n, n_temperatures) Bose-Einstein at q1 and q2 */
    double *factors;        /* (2, n_temperatures) n1 + n2 + 1 and n1 - n2 */
    umk_leg *legs;          /* (2, batch_size) */
    int64_t (*triplets)[3]; /* (batch_size) */
    char *weights_workspace, *strength_workspace;
} umk_linewidth_scratch;

struct umk_linewidth {
    const umk_interaction *interaction; /* NULL: average strengths only */
    const umk_grid *grid;
    const umk_phonons *phonons;
    umk_linewidth_options options;
    int64_t n_bands, n_block_bands, batch_size;
    int64_t strength_workspace_size;
    int n_threads;
    umk_linewidth_scratch *scratch; /* (n_threads) */
    char *strength_workspaces;      /* (n_threads) one after the other */
    void *point_data;
};

/** The sums of one grid point. Index of gamma: ((weight * 2 + is_umklapp) * n_bands + band) * n_temperatures +
 * temperature. */
typedef struct umk_linewidth_sums {
    double *gamma;
    double *strength; /* (n_bands) sum of weight |V|^2 over triplets and band pairs; NULL without full strength */
} umk_linewidth_sums;

/** Triplets of one image of q0 and one block of its bands. */
typedef struct umk_linewidth_group {
    const umk_strength_point *point;
    const int64_t (*triplets)[3];
    const int64_t *triplet_weights;
    const int64_t *order; /* (n_ordered) the triplets of this group */
    int64_t n_ordered;
    const double *frequency_points; /* (n_block_bands) frequencies of the grid point that was asked for */
    const double *average_strength; /* (n_bands) in the kernel's unit, or NULL */
} umk_linewidth_group;

/** Adds the triplets order[begin] ... order[end - 1] to sums. No allocation. */
void umk_linewidth_sum(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t begin, int64_t end,
                       umk_linewidth_scratch *scratch, const umk_linewidth_sums *sums);

#endif
