#ifndef UMK_GRID_GRID_H
#define UMK_GRID_GRID_H

#include "crystal/crystal.h"
#include <umklapp/grid.h>

struct umk_grid {
    int64_t diagonal[3];       /* D */
    int64_t grid_matrix[3][3]; /* A with P A Q = D; diagonal meshes: diag(mesh), P = Q = 1 */
    int64_t p[3][3], q[3][3];
    bool is_generalized;             /* P or Q is not the identity: file gets grid_matrix, P_matrix, Q_matrix */
    double qd_inverse[3][3];         /* Q D^-1: q = qd_inverse address */
    double reciprocal_lattice[3][3]; /* columns, of the primitive cell */

    /* point group in reciprocal space; R of q' = R q */
    int64_t n_rotations;                   /* with the inversion added by time reversal */
    int64_t (*rotations)[3][3];            /* on GR addresses: D Q^-1 R Q D^-1 */
    int64_t (*reciprocal_rotations)[3][3]; /* on q (fractional): the transposed rotations of the crystal, their order,
                                            * then the same with a minus sign where the inversion is added */
    double (*cartesian_rotations)[3][3];   /* on Cartesian vectors, same order */
    bool has_mesh_symmetry;                /* false: triplets are not reduced by symmetry */
    bool no_triplet_time_reversal;         /* -1 is not added to the little group of a triplet's first point */
    bool no_triplet_exchange;              /* q1 and q2 of a triplet are not exchanged */

    int64_t n_points;        /* N */
    int64_t n_bz_points;     /* M */
    int64_t (*addresses)[3]; /* (M, 3) BZ addresses */
    int64_t *bz_map;         /* (N + 1) first BZ point of each GR point (dense layout) */
    int64_t *bz_to_gr;       /* (M) */
    int64_t *gr_to_bz;       /* (N) bz_map[i], the image in files */

    int64_t *symmetry_map;    /* (N) GR index of the smallest of the star, also where points are not reduced */
    int64_t *irreducible_map; /* (N) GR index of the representative: symmetry_map, or each point itself (--noks) */
    int64_t n_irreducible;
    int64_t *irreducible_points;  /* (n_irreducible) BZ indices */
    int64_t *irreducible_weights; /* (n_irreducible) */

    /* the Niggli-reduced basis in which Brillouin-zone images are searched and |G| is measured */
    double zone_lattice[3][3]; /* columns */
    int64_t zone_q[3][3];      /* Q seen from that basis: coordinates = zone_q D^-1 address */
    double zone_tolerance;     /* squared lengths that differ by less are equal */
};

struct umk_triplets {
    int64_t n_triplets;
    /* (n_triplets, 3) BZ indices, ascending GR index of q1. As in phono3py the first point of a triplet is the image of
     * q0 that makes G zero or shortest: on the zone surface it need not be the image that was asked for. */
    int64_t (*points)[3];
    int64_t *weights; /* (n_triplets) */
};

/** Address of a GR point, 0 <= address[i] < D[i]. */
void umk_grid_address(const umk_grid *grid, int64_t point, int64_t address[3]);
/** GR index of an address (any integers). */
int64_t umk_grid_index(const umk_grid *grid, const int64_t address[3]);
/** BZ index of the image with exactly this address, or the first image of its GR point. */
int64_t umk_grid_bz_index(const umk_grid *grid, const int64_t address[3]);
/**
 * phono3py's tables of the triplets of a GR point q0, each (N) GR indices: map_q1, the smallest q1 that the little
 * group takes each q1 to; map_triplets, the smallest q1 of the class where q1 and q2 may be exchanged too. Needs
 * diagonal, rotations, and the two flags of triplets.
 */
umk_status umk_triplet_maps(int64_t *map_triplets, int64_t *map_q1, umk_context *context, const umk_grid *grid,
                            int64_t point);
/**
 * BZ points of the triplets of a GR point q0, one for each q1 whose weight (N) is not 0: (n, 3) into triplets, which
 * has room. Needs diagonal, addresses, bz_map and the zone. Returns their number.
 */
int64_t umk_triplet_images(int64_t (*triplets)[3], const umk_grid *grid, const int64_t *weights, int64_t point);

/** BZ index of rotation number r applied to a BZ point: the image with the rotated address, else the first image. */
int64_t umk_grid_rotate(const umk_grid *grid, int64_t rotation, int64_t bz_point);

#endif
