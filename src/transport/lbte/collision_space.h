/*
 * The unknown of the linearized Boltzmann equation: a vector field on the irreducible modes.
 *
 * A field has for each irreducible point i, band and temperature a Cartesian vector f(i). Elsewhere on the grid it is
 * what the point group makes of it, f(S q) = S f(q), for which f(q) has to be invariant under the little group of q,
 * and of degenerate bands only the sum transforms so: the same value for all bands of a set. Fields that are neither
 * are outside of the space; project() is the orthogonal projection onto it, in the product
 *
 *     <f, g> = sum_i w_i sum_bands f . g,    w_i the number of points in the star of i,
 *
 * which is the sum over the whole grid. Axes are chosen such that the point group maps no axis onto one of another
 * class: the operator does not connect components of different classes, so that each is solved for itself.
 */
#ifndef UMK_TRANSPORT_COLLISION_SPACE_H
#define UMK_TRANSPORT_COLLISION_SPACE_H

#include "grid/grid.h"
#include "phonon/phonons.h"
#include "scattering/kernels.h"
#include <umklapp/conductivity.h>

/**
 * Temperatures go in blocks, so that what the operator is applied to stays in the nearest caches: a field is (n_blocks,
 * n_modes, 3, block_lanes), a number for each mode and temperature (n_blocks, n_modes, block_lanes), and one for each
 * temperature and axis (n_blocks, 3, block_lanes). Lanes behind the last temperature are 0.
 */
typedef struct umk_collision_space {
    const umk_grid *grid;
    int64_t n_points, n_bands, n_modes, n_temperatures; /* n_modes = n_points n_bands */
    int64_t block_lanes, n_blocks;
    int64_t mode_size, n_lanes, field_size; /* 3 block_lanes; of all blocks; times n_modes */
    double *point_weights;                  /* (n_points) */
    int32_t *point_of;                      /* (N) irreducible point of a GR point */
    int32_t *rotation_of;                   /* (N) which rotation leads from it to the GR point */
    double axes[3][3];                      /* columns: the axes in Cartesian coordinates */
    int axis_class[3];                      /* smallest axis of the class */
    int64_t n_rotations;
    double (*rotations)[3][3];  /* (n_rotations) in these axes */
    double (*projectors)[3][3]; /* (n_points) onto what the little group leaves */
    double star[6][9];          /* mean over the group of f g^T: xx, yy, zz, yz, xz, xy from the nine products */
    int64_t *set_end;           /* (n_modes) one behind the last band of the set that begins here; 0 inside of a set */
    bool *is_active;            /* (n_modes) frequency above the cut-off */
    double *linewidths;         /* of modes: THz, mean over the set; 0: the mode is left out */
    double *inverse_sinh;       /* of modes: 1 / sinh(hbar omega / 2 k T); 0 where not active */
    double *drive;              /* field: sqrt(C) v, projected */
    int64_t *n_without;         /* (n_temperatures) modes of the space without a linewidth, stars counted */
} umk_collision_space;

/**
 * The space of a result whose harmonic part is known: all but linewidths and drive. Modes at or below the cut-off
 * frequency are left out.
 */
umk_status umk_collision_space_create(umk_collision_space **space, umk_context *context, const umk_grid *grid,
                                      const umk_phonons *phonons, const umk_conductivity *result,
                                      double cutoff_frequency, bool no_stars);

/**
 * Linewidths and drive, from the linewidths of the result. Modes without a linewidth (phonon, isotope and boundary
 * scattering together) are left out, too.
 */
void umk_collision_space_set_linewidths(umk_collision_space *space, const umk_conductivity *result);
void umk_collision_space_destroy(umk_collision_space *space);

/** For each class of axes (at its smallest axis, else 0) the directions that little groups leave, summed over points.
 */
umk_status umk_collision_count_directions(double counts[3], umk_context *context, const umk_grid *grid,
                                          int64_t n_points, const int64_t *points, bool no_stars);

/** n_lanes of a space of so many temperatures; and the bytes of one of its fields. */
int64_t umk_collision_count_lanes(int64_t n_temperatures);
double umk_collision_field_bytes(int64_t n_points, int64_t n_bands, int64_t n_temperatures);

/** Where the number of a mode at a temperature is. */
static inline int64_t umk_mode_at(const umk_collision_space *space, int64_t mode, int64_t temperature) {
    int64_t n = space->block_lanes;
    return (temperature / n * space->n_modes + mode) * n + temperature % n;
}

/** The number of the first mode of a point in a block of temperatures, counted through all blocks. */
static inline int64_t umk_first_mode(const umk_collision_space *space, int64_t block, int64_t point) {
    return (block * space->n_points + point) * space->n_bands;
}

/** The vector of a mode at a temperature. */
void umk_field_get(const umk_collision_space *space, const double *field, int64_t mode, int64_t temperature,
                   double out[3]);
void umk_field_add(const umk_collision_space *space, double *field, int64_t mode, int64_t temperature,
                   const double vector[3]);

/** The temperature of number k of those for each temperature and axis; behind the last for those that are padding. */
static inline int64_t umk_lane_temperature(const umk_collision_space *space, int64_t k) {
    return k / space->mode_size * space->block_lanes + k % space->block_lanes;
}

/** Projects the part of a field that is of one block and point, (n_bands, 3, block_lanes). */
void umk_collision_project(const umk_collision_space *space, int64_t block, int64_t point, double *part);

/** out (n_blocks, 3, block_lanes) = <f, g> per temperature and axis, the mean over axes of one class. */
void umk_collision_product(const umk_collision_space *space, const double *f, const double *g, double *out);

/** out = Gamma in, a field. */
void umk_collision_multiply_linewidths(const umk_collision_space *space, const double *in, double *out);

/** out = in / Gamma, a field; 0 where Gamma is. */
void umk_collision_divide_linewidths(const umk_collision_space *space, const double *in, double *out);

/** out += factor times the sum of f g^T over the star of a point, f and g vectors there, as xx, yy, zz, yz, xz, xy. */
void umk_collision_add_star(const umk_collision_space *space, int64_t point, double factor, const double f[3],
                            const double g[3], double out[6]);

#endif
