/* Objects of the library made of phono3py's arrays, and checks of arrays that many functions have. */
#ifndef UMK_BACKEND_VIEWS_H
#define UMK_BACKEND_VIEWS_H

#include "backend/call.h"
#include "linalg/complex.h"
#include "phonon/phonons.h"
#include "weights/weights.h"
#include <math.h>

/** Rows of a list of parameters. */
#define UMK_REALS(name, shape)                                                                                         \
    { name, UMK_CALL_REALS, shape, 0 }
#define UMK_COMPLEXES(name, shape)                                                                                     \
    { name, UMK_CALL_COMPLEXES, shape, 0 }
#define UMK_INTEGERS(name, shape)                                                                                      \
    { name, UMK_CALL_INTEGERS, shape, 0 }
#define UMK_BYTES(name, shape)                                                                                         \
    { name, UMK_CALL_BYTES, shape, 0 }
#define UMK_OUT_REALS(name, shape)                                                                                     \
    { name, UMK_CALL_REALS, shape, UMK_CALL_OUTPUT }
#define UMK_OUT_COMPLEXES(name, shape)                                                                                 \
    { name, UMK_CALL_COMPLEXES, shape, UMK_CALL_OUTPUT }
#define UMK_OUT_INTEGERS(name, shape)                                                                                  \
    { name, UMK_CALL_INTEGERS, shape, UMK_CALL_OUTPUT }
#define UMK_OUT_BYTES(name, shape)                                                                                     \
    { name, UMK_CALL_BYTES, shape, UMK_CALL_OUTPUT }
#define UMK_SMALL_REALS(name, shape)                                                                                   \
    { name, UMK_CALL_REALS, shape, UMK_CALL_STRIDED }
#define UMK_SMALL_INTEGERS(name, shape)                                                                                \
    { name, UMK_CALL_INTEGERS, shape, UMK_CALL_STRIDED }
#define UMK_MAYBE_REALS(name, shape)                                                                                   \
    { name, UMK_CALL_REALS, shape, UMK_CALL_OPTIONAL }
#define UMK_BOOL(name)                                                                                                 \
    { name, UMK_CALL_BOOL, NULL, 0 }
#define UMK_INTEGER(name)                                                                                              \
    { name, UMK_CALL_INTEGER, NULL, 0 }
#define UMK_REAL(name)                                                                                                 \
    { name, UMK_CALL_REAL, NULL, 0 }
#define UMK_END                                                                                                        \
    { NULL, UMK_CALL_BOOL, NULL, 0 }

/** Row of a table of functions, for a function whose parameters are name_parameters. */
#define UMK_ROW(name)                                                                                                  \
    { #name, name##_parameters, name }

/** The functions of each file; each table ends with a row without a name. */
extern const umk_backend_function umk_backend_grid_functions[];
extern const umk_backend_function umk_backend_triplet_functions[];
extern const umk_backend_function umk_backend_weight_functions[];
extern const umk_backend_function umk_backend_phonon_functions[];
extern const umk_backend_function umk_backend_dipole_functions[];
extern const umk_backend_function umk_backend_derivative_functions[];
extern const umk_backend_function umk_backend_interaction_functions[];
extern const umk_backend_function umk_backend_collision_functions[];
extern const umk_backend_function umk_backend_pp_collision_functions[];
extern const umk_backend_function umk_backend_self_energy_functions[];
extern const umk_backend_function umk_backend_collision_matrix_functions[];
extern const umk_backend_function umk_backend_isotope_functions[];
extern const umk_backend_function umk_backend_fc2_functions[];
extern const umk_backend_function umk_backend_fc3_functions[];
extern const umk_backend_function umk_backend_fc4_functions[];
extern const umk_backend_function umk_backend_cell_functions[];

/** d_diag: three positive numbers, at most 10^9 points; *n_points their product. */
umk_status umk_view_mesh(const umk_call *call, int64_t d_diag[3], int64_t *n_points);

/**
 * A grid of its own copies of the arrays bz_grid_addresses, bz_map, bz_grid_type, d_diag. phono3py has two layouts of
 * BZ points: dense (2), which is ours, and sparse (1). Ours is made of both; to_caller and from_caller (M) translate
 * indices, and are NULL where both are the same.
 */
typedef struct umk_grid_view {
    umk_grid grid;
    int64_t *to_caller, *from_caller;
} umk_grid_view;

umk_status umk_grid_view_create(umk_grid_view *view, const umk_call *call);
void umk_grid_view_clear(umk_grid_view *view);
/** Q of q = Q D^-1 a. */
void umk_grid_view_set_q(umk_grid_view *view, const int64_t q[9]);
/** Basis and Q in which |G| is measured. UMK_ERROR_ARGUMENT names the two arguments. */
umk_status umk_grid_view_set_zone(umk_grid_view *view, const umk_call *call, const char *lattice, const char *q);
/** Rotations of addresses; at most 48. */
umk_status umk_grid_view_set_rotations(umk_grid_view *view, const umk_call *call, const char *rotations);
/** Our index of a BZ point of the caller, which is in range. */
int64_t umk_grid_view_from_caller(const umk_grid_view *view, int64_t point);

/** Bands are numbered with 16 bits in lists of band triples. */
enum { UMK_VIEW_MOST_BANDS = 30000 };

/** Phonons on the points of a grid. frequencies, eigenvectors: copies made because the layouts differ. */
typedef struct umk_phonons_view {
    umk_phonons phonons;
    double *frequencies;
    double complex *eigenvectors;
} umk_phonons_view;

/**
 * Phonons of the arrays frequencies (M, n) and eigenvectors (M, n, n) (NULL: none), which are borrowed where the
 * layouts are the same. degenerate_ids (M, n) or NULL: bands with equal numbers in a row are a set.
 */
umk_status umk_phonons_view_create(umk_phonons_view *view, umk_context *context, const umk_grid_view *grid,
                                   int64_t n_bands, const double *frequencies, const double complex *eigenvectors,
                                   const int64_t *degenerate_ids);
void umk_phonons_view_clear(umk_phonons_view *view);

/** The size of an axis is three times the number of atoms. */
umk_status umk_call_check_bands(const umk_call *call, const char *name, int axis, int64_t n_primitive);
/** Weights of a grid with the tetrahedra of the argument relative_grid_address, sets of 24. */
umk_status umk_weights_of_call(umk_weights **weights, const umk_call *call, const umk_grid *grid,
                               const umk_weights_options *options);

/** multiplicity (or multi) [count, first] lies within svecs. */
umk_status umk_call_check_images(const umk_call *call, const char *multiplicity);
/**
 * p2s_map and s2p_map are maps of the primitive and the supercell: kinds (n_s) becomes the primitive atom of each
 * supercell atom. primitive_index tells that s2p_map holds primitive atoms already (phonopy's s2pp_map).
 */
umk_status umk_call_kinds(const umk_call *call, int64_t *kinds);

/** umk_hash of the contents of an array. */
uint64_t umk_call_hash(uint64_t hash, const umk_call *call, const char *name);

/** exp(2 pi i turns) */
static inline double complex umk_turn(double turns) {
    double angle = 2 * UMK_PI * (turns - nearbyint(turns));
    return umk_complex(cos(angle), sin(angle));
}

#endif
