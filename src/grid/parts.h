/* The steps of umk_grid_create, one file each. Every one fills its fields of the grid and leaves the rest alone. */
#ifndef UMK_GRID_PARTS_H
#define UMK_GRID_PARTS_H

#include "grid/grid.h"

/** Loops over all points look for a cancellation after so many. */
enum { umk_grid_points_per_check = 1 << 15 };

/** mesh.c: diagonal, grid_matrix, p, q, is_generalized, n_points from the options. Checks sizes and symmetry. */
umk_status umk_grid_choose_mesh(umk_grid *grid, umk_context *context, const umk_crystal *crystal,
                                const umk_grid_options *options);

/** Conventional cell that a generalized regular grid is made for. */
typedef struct umk_standard_cell {
    bool is_primitive;          /* false: the crystal's cell holds pure translations; the rest is not set */
    double lattice[3][3];       /* rows */
    int64_t multiplicity[3][3]; /* its basis = primitive basis times this: columns, coordinates of a, b, c */
} umk_standard_cell;

/** standard_cell.c: asks spglib; the primitive cell itself where the crystal is treated without symmetry. */
umk_status umk_grid_standard_cell(umk_standard_cell *cell, umk_context *context, const umk_crystal *crystal);

/**
 * symmetry.c: R on addresses, D Q^-1 R Q D^-1, of a rotation R on fractional q; false where it is not an integer
 * matrix, that is, where the grid does not have this symmetry.
 */
bool umk_grid_address_rotation(int64_t rotated[3][3], const int64_t rotation[3][3], const int64_t diagonal[3],
                               const int64_t q[3][3]);
/** symmetry.c: the rotations; needs the mesh. */
umk_status umk_grid_find_rotations(umk_grid *grid, umk_context *context, const umk_crystal *crystal,
                                   bool has_time_reversal);
/** symmetry.c: irreducible points and maps; needs rotations and BZ points. */
umk_status umk_grid_find_irreducible(umk_grid *grid, umk_context *context, bool is_reduced);

/** brillouin_zone.c: reduced basis, addresses, maps; needs the mesh and the reciprocal lattice. */
umk_status umk_grid_find_zone(umk_grid *grid, umk_context *context);
/**
 * Its second half, given zone_lattice, zone_q and zone_tolerance. shift of the grid in halves of a step (phonopy's PS):
 * images are those of the addresses plus half the shift.
 */
umk_status umk_grid_find_images(umk_grid *grid, umk_context *context, const int64_t shift[3]);
/** zone_tolerance from zone_lattice and diagonal. */
void umk_grid_set_zone_tolerance(umk_grid *grid);

#endif
