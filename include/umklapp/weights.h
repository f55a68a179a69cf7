/*
 * Brillouin-zone integration: weights for delta functions of energy conservation.
 *
 * Linear tetrahedron method (Bloechl, Jepsen and Andersen, Phys. Rev. B 49, 16223 (1994), without the correction term)
 * on the 24 tetrahedra around each grid point, cut along the shortest main diagonal of the microzone (the first of
 * a+b+c, -a+b+c, a-b+c, a+b-c among those of equal length), or Gaussian smearing. Tie rule: a sampling value equal to a
 * vertex value belongs to the interval above it; an interval narrower than 1e-10 THz gives weight 0 (phonopy's rule).
 */
#ifndef UMKLAPP_WEIGHTS_H
#define UMKLAPP_WEIGHTS_H

#include <umklapp/phonons.h>

typedef struct umk_weights umk_weights;

typedef struct umk_weights_options {
    double sigma;                       /* THz, > 0: Gaussian smearing; 0: tetrahedron method */
    double sigma_cutoff;                /* in units of sigma; 0: no cut-off */
    bool no_average_degenerate_weights; /* phono3py's default; ours averages tetrahedron weights */
    bool no_symmetrize_tetrahedra;      /* phono3py's default; ours averages over the point group */
    const char *kernels;                /* as in umk_interaction_options */
} umk_weights_options;

#define UMK_WEIGHTS_OPTIONS_INIT                                                                                       \
    { 0, 0, false, false, 0 }

/**
 * Chooses the method and prepares the tetrahedra for a grid; the grid must outlive the weights. options may be NULL.
 * UMK_ERROR_ARGUMENT for a negative or not finite sigma or cut-off, and for kernels that do not exist or do not run
 * here.
 */
UMK_API umk_status umk_weights_create(umk_weights **weights, umk_context *context, const umk_grid *grid,
                                      const umk_weights_options *options);
UMK_API void umk_weights_destroy(umk_weights *weights);

#endif
