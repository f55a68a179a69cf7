/* Products of velocities summed over the star of a grid point. */
#ifndef UMK_TRANSPORT_VELOCITY_PRODUCT_H
#define UMK_TRANSPORT_VELOCITY_PRODUCT_H

#include "grid/grid.h"

/**
 * out (n_bands, 6) = sum over the arms of the star of bz_point of v x v (Voigt order), with v (n_bands, 3) the
 * velocities at bz_point: sum over all rotations divided by those that keep the point. star false: v x v of the point
 * alone.
 */
void umk_velocity_product(double *out, const umk_grid *grid, int64_t bz_point, bool star, int64_t n_bands,
                          const double *velocities);

/** Replaces n symmetric tensors (n, 6), Voigt order, of bz_point by their sums over the arms of its star. */
void umk_star_sum(double *tensors, const umk_grid *grid, int64_t bz_point, int64_t n);
/** Replaces n symmetric tensors (n, 6) by their means over the point group. */
void umk_point_group_mean(double *tensors, const umk_grid *grid, int64_t n);

#endif
