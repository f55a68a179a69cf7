/*
 * The fast strength kernel: what its files share.
 *
 *   step 1, once per grid point and block of its bands (prepare.c):
 *       F[nu0; k1 b, k2 c](Rb) = sum_{k0 a} w(q0)[k0 a, nu0] sum_Ra exp(2 pi i q0 Ra) Phi[k0 a, k1 b, k2 c](Ra, Rb)
 *       and the Fourier transform over the first axis of Rb, for the planes of q1 that occur
 *   step 2, the other two axes: lines, then points of q1 (strength.c)
 *       G[nu0; k1 b, k2 c] = sum_Rb exp(2 pi i q1 Rb) F[nu0; k1 b, k2 c](Rb)
 *   step 3, per triplet (strength.c):
 *       V[nu0, nu1, nu2] = sum_{k1 b} w(q1)[k1 b, nu1] sum_{k2 c} w(q2)[k2 c, nu2] G[nu0; k1 b, k2 c]
 *
 * with w(q) = e(q) exp(2 pi i q tau) / sqrt(m) (Phys. Rev. B 91, 094306 (2015), eq. 6, in the translation-invariant
 * form of lattice_fc3.h).
 *
 * The phase factorizes over the axes of the Smith normal form: q1 = Q D^-1 n gives exp(2 pi i sum_i n_i r_i / D_i) with
 * the residues r = Q^T Rb modulo D (mesh.c). Along an axis r and -r are taken together, F(r) + F(-r) with a cosine and
 * i (F(r) - F(-r)) with a sine, and so are n and -n, which differ in the sign of the second sum: per axis of extent L
 * about L real products for each component of the result instead of 4 L.
 */
#ifndef UMK_THREE_PHONON_ENGINE_H
#define UMK_THREE_PHONON_ENGINE_H

#include "grid/grid.h"
#include "three_phonon/interaction.h"
#include "three_phonon/kernels/simd/loops.h"

static inline int64_t umk_lanes_padded(int64_t n) {
    return (n + UMK_STRENGTH_LANES - 1) / UMK_STRENGTH_LANES * UMK_STRENGTH_LANES;
}

/** |r|, its sign, and whether r and -r are the same modulo D. */
typedef struct umk_fold {
    int64_t size;
    int sign;
    bool alone;
} umk_fold;

static inline umk_fold umk_fold_residue(int64_t r, int64_t period) {
    r %= period;
    if (r < 0) r += period;
    if (2 * r > period) return (umk_fold){period - r, -1, false};
    return (umk_fold){r, 1, r == 0 || 2 * r == period};
}

/** One lattice vector of a column: which one, where its |r0| is in the column, its signs along the three axes. */
typedef struct umk_member {
    int64_t vector; /* index into lattice_fc3.rb */
    int64_t first;  /* index of |r0| */
    int sign[3];
} umk_member;

/** Lattice vectors with the same |r1| and |r2|. */
typedef struct umk_column {
    int64_t size1, size2;             /* |r1|, |r2| */
    int64_t member_begin, member_end; /* sorted by |r0| */
    int64_t first_begin, first_end;   /* its |r0| in umk_axes.first_sizes */
    int64_t slot[2][2];               /* [odd along axis 1][odd along axis 2]: place in a plane, or -1 */
} umk_column;

/** Columns with the same |r2|. */
typedef struct umk_row {
    int64_t size2, column_begin, column_end;
    int64_t slot[2]; /* [odd]: place in a line, or -1 */
} umk_row;

/** The lattice vectors for one order of the axes. */
typedef struct umk_axes {
    int axis[3];       /* plane, line, point */
    int64_t period[3]; /* D along them */
    int64_t n_members, n_columns, n_rows, n_first;
    umk_member *members;
    umk_column *columns;
    umk_row *rows;
    int64_t *first_sizes; /* |r0| of the columns */
    bool *first_alone;    /* the same: r0 and -r0 are one */
    int64_t n_plane_slots, n_line_slots;
    int64_t most_members, most_first, most_columns; /* of one column, and of one row */
} umk_axes;

struct umk_strength_mesh {
    int64_t period[3];
    double *cosines[3], *sines[3]; /* (D) of 2 pi k / D along each axis */
    umk_axes axes[6];              /* the orders of the axes */
    /* sizes in doubles; a unit is what one group of bands of q0 has at one lattice vector, plane, line or point */
    int64_t group_bands; /* bands of q0 in a group; the last may have fewer */
    int64_t n_groups;
    int64_t width;    /* group_bands n_bands, padded */
    int64_t unit;     /* 2 n_bands width */
    int64_t n_padded; /* n_bands, padded */
};

/** Where one triplet lies, in the plan's order. */
typedef struct umk_place {
    int64_t plane; /* index into umk_q_plan.planes */
    umk_fold line, point;
    bool exchange; /* q2 takes the place of q1 */
} umk_place;

/** A pair of opposite planes, of which one may not be wanted. */
typedef struct umk_plane_pair {
    int64_t size;     /* |n0| */
    int64_t plane[2]; /* index of the plane with n0 = +size, -size, or -1 */
} umk_plane_pair;

typedef struct umk_q_plan {
    const umk_strength_mesh *mesh;
    const umk_axes *axes;
    int64_t n_planes, n_pairs;
    umk_plane_pair *pairs;
    umk_place *places; /* (n_triplets) */
} umk_q_plan;

umk_status umk_engine_mesh_create(umk_strength_mesh **mesh, umk_context *context, const umk_interaction *interaction,
                                  const umk_grid *grid);
void umk_engine_mesh_destroy(umk_strength_mesh *mesh);

/** Bytes of a block of bands, chosen for `bytes`, for any plan. */
double umk_engine_most_block_bytes(const umk_strength_mesh *mesh, double bytes);

umk_status umk_engine_plan(umk_strength_plan *plan, umk_context *context, const umk_strength_mesh *mesh,
                           const umk_grid *grid, const int64_t (*triplets)[3]);
void umk_engine_plan_clear(umk_strength_plan *plan);

/** Whether exchange of legs 1 and 2 leaves fc3 as it is, to rounding. */
bool umk_engine_is_exchangeable(const umk_lattice_fc3 *fc3);

/** Bytes that prepare and strength need; each workspace serves both. */
int64_t umk_engine_prepare_size(const umk_interaction *interaction, const umk_strength_mesh *mesh);
void umk_engine_prepare(const umk_strength_point *point, int64_t piece, void *workspace);
int64_t umk_engine_strength_size(const umk_strength_mesh *mesh, int64_t n_bands, int64_t n_triplets);
void umk_engine_strength(const umk_strength_point *point, const umk_strength_batch *batch, void *workspace);

/** Prepared data of a group of bands: (n_planes, n_plane_slots, unit) doubles. */
static inline int64_t umk_engine_group_size(const umk_q_plan *plan) {
    return plan->n_planes * plan->axes->n_plane_slots * plan->mesh->unit;
}

#endif
