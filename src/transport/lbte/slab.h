/*
 * Rows of the collision matrix as phono3py keeps them in files: for one irreducible point i
 *
 *     slab (n_temperatures, n_bands, 3, n_points, n_bands, 3) = sum over the point group of Omega(i j, R(p m)) R,
 *
 * Cartesian components, bands not averaged, without the diagonal of the linewidths. A point p that n operations leave
 * as it is counts n times.
 */
#ifndef UMK_TRANSPORT_SLAB_H
#define UMK_TRANSPORT_SLAB_H

#include "scattering/collision_row.h"
#include "transport/lbte/collision_space.h"

int64_t umk_collision_slab_size(const umk_collision_space *space);

/** Overwrites slab with what the rows of one point yield. scratch: 2 n_bands^2 numbers. */
void umk_collision_fill_slab(const umk_collision_space *space, int64_t n_rows, umk_collision_row *const *rows,
                             double *slab, double *scratch);

/**
 * Elements of one triplet of a row: out (2, n_bands, n_bands), between band0 and band1 of the first member, and between
 * band0 and band2 of the second.
 */
void umk_collision_coefficients(const umk_collision_space *space, const umk_collision_row *row, int64_t triplet,
                                int64_t temperature, double *out);

#endif
