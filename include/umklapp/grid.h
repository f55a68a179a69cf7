/*
 * Regular and generalized regular grids of q-points, their Brillouin-zone images, symmetry, and triplets.
 *
 * Grid points are counted as in phono3py 4: a generalized regular (GR) grid point has the address
 * (r0, r1, r2), 0 <= r_i < D_i, and the index r0 + D0 (r1 + D1 r2); q = Q D^-1 address. Brillouin-zone (BZ) grid points
 * are the images of GR points nearest to the origin, several where a point lies on the zone surface (the dense layout
 * of phono3py: the images of GR point i are bz_map[i] ... bz_map[i+1]-1).
 */
#ifndef UMKLAPP_GRID_H
#define UMKLAPP_GRID_H

#include <umklapp/crystal.h>

typedef struct umk_grid umk_grid;

typedef struct umk_grid_options {
    /* exactly one of the three: */
    int64_t mesh[3];                 /* > 0; all zero: use length or grid_matrix */
    double length;                   /* > 0: mesh from a length in angstrom, as phono3py --mesh L */
    const int64_t (*grid_matrix)[3]; /* --gm: 3x3 grid generating matrix; NULL: none */
    bool generalized;                /* --grg: with a length a generalized regular grid; three numbers stay as they
                                      * are (phono3py's rule) */
    bool no_mesh_symmetry;           /* --nomeshsym: grid points are reduced, triplets are not */
    bool no_grid_point_symmetry;     /* irreducible points: every grid point for itself (--noks) */
    bool no_time_reversal;           /* do not add the inversion to a point group that lacks it (phono3py --nosym);
                                      * triplets always use it, as in phono3py */
} umk_grid_options;

#define UMK_GRID_OPTIONS_INIT                                                                                          \
    { 0 }

/**
 * Fails with UMK_ERROR_ARGUMENT for a mesh that is not positive, too large, singular, or breaks the symmetry (say
 * --grg). A regular mesh from a length that breaks the symmetry becomes a generalized one by itself, with a line in the
 * log. The caller owns *grid and ends it with umk_grid_destroy; the crystal is not needed afterwards.
 */
UMK_API umk_status umk_grid_create(umk_grid **grid, umk_context *context, const umk_crystal *crystal,
                                   const umk_grid_options *options);
UMK_API void umk_grid_destroy(umk_grid *grid);

/** D of the Smith normal form: the mesh numbers of file names. */
UMK_API void umk_grid_mesh(const umk_grid *grid, int64_t mesh[3]);
/** Number of GR points D0 D1 D2, and of BZ points (images counted apart). */
UMK_API int64_t umk_grid_n_points(const umk_grid *grid);
UMK_API int64_t umk_grid_n_bz_points(const umk_grid *grid);
/** Irreducible grid points as BZ indices (ascending GR index) and the number of GR points each stands for; borrowed, n
 * long. */
UMK_API int64_t umk_grid_irreducible(const umk_grid *grid, const int64_t **bz_points, const int64_t **weights);
/** q of a BZ point, fractional reciprocal coordinates. */
UMK_API void umk_grid_q_point(const umk_grid *grid, int64_t bz_point, double q[3]);

typedef struct umk_triplets umk_triplets;

/**
 * Irreducible triplets (q0, q1, q2) with q0 + q1 + q2 = G of the BZ point q0: q1 runs over the points irreducible under
 * the little group of q0, exchange of q1 and q2 is used, images are chosen to make G zero or shortest (also that of q0,
 * so that the first point of a triplet may be another image than bz_point). With no_mesh_symmetry all q1 with weight 1.
 * The caller ends *triplets with umk_triplets_destroy; the grid is not needed by it. UMK_ERROR_ARGUMENT for a point
 * outside the grid, UMK_ERROR_MEMORY, UMK_ERROR_CANCELLED.
 */
UMK_API umk_status umk_triplets_create(umk_triplets **triplets, umk_context *context, const umk_grid *grid,
                                       int64_t bz_point);
UMK_API void umk_triplets_destroy(umk_triplets *triplets);
/** Number of triplets; their BZ points (n, 3) and weights (n) that sum to the number of grid points; borrowed. */
UMK_API int64_t umk_triplets_view(const umk_triplets *triplets, const int64_t (**points)[3], const int64_t **weights);

#endif
