/* The space group at work on modes: eigenvectors of a q-point from those of an equivalent one. */
#ifndef UMK_PHONON_SYMMETRY_H
#define UMK_PHONON_SYMMETRY_H

#include "crystal/crystal.h"
#include <complex.h>

/** An operation x' = W x + t of the space group: q' = W^-T q, and atom k goes to atom image[k] in the cell shift[k]. */
typedef struct umk_mode_operation {
    int64_t reciprocal_rotation[3][3]; /* on q (fractional) */
    double cartesian_rotation[3][3];   /* orthogonal to rounding */
    int64_t *image;                    /* (n_primitive) */
    int64_t (*shift)[3];               /* (n_primitive) primitive basis */
} umk_mode_operation;

typedef struct umk_mode_symmetry {
    int64_t n_primitive;
    double (*positions)[3]; /* (n_primitive) fractional */
    int64_t n_operations;
    umk_mode_operation *operations;
    int64_t *images; /* (n_operations, n_primitive), of all operations */
    int64_t (*shifts)[3];
} umk_mode_symmetry;

/** Operations that put an atom on no atom are left out. */
umk_status umk_mode_symmetry_create(umk_mode_symmetry *symmetry, umk_context *context, const umk_crystal *crystal);
void umk_mode_symmetry_clear(umk_mode_symmetry *symmetry);

/** Number of the operation that acts on q as rotation does, or as minus it (*reverses, by time reversal); -1: none. */
int64_t umk_mode_operation_find(const umk_mode_symmetry *symmetry, const int64_t rotation[3][3], bool *reverses);

/** Where columns of displacements go: from q to rotated_q, which is the rotated q up to a reciprocal lattice vector. */
typedef struct umk_mode_rotation {
    int64_t operation;
    bool reverses;
    double q[3], rotated_q[3]; /* fractional */
} umk_mode_rotation;

/** to (3 n_primitive, n_columns) = the columns of from, rotated; they may not overlap. */
void umk_mode_rotate(const umk_mode_symmetry *symmetry, const umk_mode_rotation *rotation, int64_t n_columns,
                     const double complex *from, double complex *to);

#endif
