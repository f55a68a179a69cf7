#ifndef UMK_PHONON_PHONONS_H
#define UMK_PHONON_PHONONS_H

#include "grid/grid.h"
#include <complex.h>
#include <umklapp/phonons.h>

struct umk_phonons {
    int64_t n_points, n_bands;
    double (*q_points)[3];        /* (n_points, 3) the addresses the phonons belong to */
    double *frequencies;          /* (n_points, n_bands) THz */
    double complex *eigenvectors; /* (n_points, n_bands components, n_bands bands) */
    /* Degenerate sets: bands b with the same set_first[b] form one set; set_first is the first band of it, the set
     * ends before the first band with another value. Frequencies within the tolerance, chained. */
    int64_t *set_first; /* (n_points, n_bands) */
    bool is_periodic;   /* images of a point are the same phonons: there is no non-analytic term */
    bool *is_image;     /* (n_points) an earlier point is the same up to a reciprocal lattice vector */
};

/** How a BZ point comes from another one with the same frequencies. */
typedef struct umk_orbit_member {
    int64_t representative; /* the first BZ point that this one is equivalent to */
    int64_t rotation; /* of the grid: takes the representative there, with periodic up to a reciprocal lattice vector */
} umk_orbit_member;

/**
 * Where each BZ point (M) comes from: by a rotation that maps one stored address onto the other, and with periodic also
 * by a reciprocal lattice vector. *members is owned by the caller (umk_release).
 */
umk_status umk_phonon_orbits(umk_orbit_member **members, umk_context *context, const umk_grid *grid, bool periodic);

#endif
