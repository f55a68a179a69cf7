/*
 * The inside of the harmonic model.
 *
 *   D(q) = lattice sum over the (short-range) force constants          lattice_sum.c
 *        + dipole-dipole sum of Gonze and Lee, or                      dipole.c, short_range.c
 *        + the term of Wang et al. (inside the lattice sum)            lattice_sum.c, wang.c
 *
 * All matrices here are mass-weighted, (n_bands, n_bands) row-major, in the phases of conventions.h. A derivative is
 * with respect to the Cartesian q without 2 pi (1/angstrom): three matrices, x, y, z.
 */
#ifndef UMK_PHONON_HARMONIC_H
#define UMK_PHONON_HARMONIC_H

#include "force_constants/force_constants.h"
#include "linalg/complex.h"
#include "phonon/symmetry.h"
#include <complex.h>
#include <stdatomic.h>
#include <string.h>
#include <umklapp/harmonic.h>

/** Below this |q| (1/angstrom, without 2 pi) a q-point is Gamma for the non-analytic term, as in phonopy. */
#define UMK_GAMMA_TOLERANCE 1e-5

/* ---- lattice sum ------------------------------------------------------------------------------------------------*/

/** Force constants as a sum over lattice vectors R, per pair of primitive atoms (i at the origin, j in cell R). */
typedef struct umk_lattice_sum {
    int64_t n_primitive;
    int64_t n_vectors;
    int64_t (*vectors)[3];          /* (n_vectors) distinct R, primitive basis */
    double (*vectors_cartesian)[3]; /* (n_vectors) angstrom */
    int64_t reach[3];               /* largest |component| of R along each axis */
    int64_t n_entries;
    int64_t *first;          /* (n_primitive^2 + 1) first entry of the pair i * n_primitive + j */
    int64_t *vector;         /* (n_entries) index of R */
    int64_t *atom;           /* (n_entries) supercell atom that the image belongs to */
    double *share;           /* (n_entries) 1 / multiplicity */
    double (*constants)[9];  /* (n_entries) Phi share / sqrt(m_i m_j) */
    double (*separation)[3]; /* (n_primitive^2) tau_j - tau_i fractional */
    double (*separation_cartesian)[3];
    double *inverse_root_masses; /* (n_primitive) */
} umk_lattice_sum;

umk_status umk_lattice_sum_create(umk_lattice_sum *sum, umk_context *context, const umk_cell *primitive,
                                  const umk_supercell *supercell);
void umk_lattice_sum_clear(umk_lattice_sum *sum);
/** Takes over force constants, (n_primitive, n_s, 3, 3). */
void umk_lattice_sum_set(umk_lattice_sum *sum, int64_t n_supercell, const double *values);
/** Doubles of scratch that the functions below want. */
int64_t umk_lattice_sum_scratch(const umk_lattice_sum *sum);
/** Phases exp(2 pi i q R) of all R into scratch, read by the functions below. */
void umk_lattice_sum_phases(const umk_lattice_sum *sum, const double q[3], double *scratch);

/** A term that is the same for all images of a pair (Wang et al.), per pair: (n_primitive^2, 9), mass-weighted. */
typedef struct umk_pair_term {
    const double (*value)[9];         /* NULL: no such term */
    const double (*derivative)[3][9]; /* x, y, z; for the derivative only */
} umk_pair_term;

/** matrix = hermitian part of the lattice sum at q. */
void umk_lattice_sum_matrix(const umk_lattice_sum *sum, const double q[3], umk_pair_term term, const double *scratch,
                            double complex *matrix);
/** derivative (3, n_bands, n_bands) = its derivative. */
void umk_lattice_sum_derivative(const umk_lattice_sum *sum, const double q[3], umk_pair_term term,
                                const double *scratch, double complex *derivative);

/* ---- dipole-dipole sum of Gonze and Lee ---------------------------------------------------------------------------*/

typedef struct umk_dipole {
    int64_t n_primitive;
    int64_t n_vectors, n_padded; /* reciprocal lattice vectors G, padded to whole lanes */
    double *vectors[3];          /* (n_padded) Cartesian components, 1/angstrom */
    double *phase_re, *phase_im; /* (n_primitive, n_padded) exp(2 pi i G tau_k) */
    double lambda;               /* 1/angstrom without 2 pi */
    double factor;               /* 4 pi e^2 / (4 pi eps0 V), eV angstrom ... per e^2 */
    double dielectric[3][3];
    double (*charges)[3][3];           /* (n_primitive) */
    double *inverse_root_masses;       /* (n_primitive) */
    double complex (*self_term)[3][3]; /* (n_primitive) the q = 0 subtraction, without factor */
    bool has_direction;
    double direction[3]; /* Cartesian, of the limit q -> 0 */
} umk_dipole;

umk_status umk_dipole_create(umk_dipole *dipole, umk_context *context, const umk_crystal *crystal);
void umk_dipole_clear(umk_dipole *dipole);
/** self_term from vectors, phases, lambda, dielectric and charges; scratch of umk_dipole_scratch. */
void umk_dipole_set_self_term(umk_dipole *dipole, double *scratch);
int64_t umk_dipole_scratch(const umk_dipole *dipole);
/** matrix += sign * dipole-dipole term at q. With use_direction the G = -q term is taken in the limit along direction.
 */
void umk_dipole_add(const umk_dipole *dipole, const double q_cartesian[3], bool use_direction, double sign,
                    double *scratch, double complex *matrix);
/** derivative (3, n_bands, n_bands) += derivative of the dipole-dipole term. */
void umk_dipole_add_derivative(const umk_dipole *dipole, const double q_cartesian[3], bool use_direction,
                               double *scratch, double complex *derivative);

/* ---- Wang et al. --------------------------------------------------------------------------------------------------*/

typedef struct umk_wang {
    int64_t n_primitive;
    double factor; /* 4 pi e^2 / (4 pi eps0 V) / (number of primitive cells in the supercell) */
    double dielectric[3][3];
    double (*charges)[3][3]; /* (n_primitive) */
    double *inverse_root_masses;
    bool has_direction;
    double direction[3]; /* Cartesian, of the limit q -> 0 */
} umk_wang;

umk_status umk_wang_create(umk_wang *wang, umk_context *context, const umk_crystal *crystal);
void umk_wang_clear(umk_wang *wang);
/** Pair terms at the Cartesian q (or direction), not zero; derivative may be NULL. */
void umk_wang_pairs(const umk_wang *wang, const double q[3], double (*value)[9], double (*derivative)[3][9]);

/* ---- short-range force constants
 * ------------------------------------------------------------------------------------*/

/**
 * The n_points = |det M| q-points commensurate with the supercell (rows of M: its basis vectors in the primitive
 * basis), as integers over n_points, each moved to the image nearest to Gamma. *points is owned by the caller
 * (umk_release).
 */
umk_status umk_commensurate_points(double (**points)[3], int64_t *n_points, umk_context *context,
                                   const double reciprocal_lattice[3][3], const int64_t supercell_matrix[3][3]);

/** Replaces the force constants of sum by those without the dipole-dipole interaction. */
umk_status umk_subtract_dipoles(umk_lattice_sum *sum, umk_context *context, const umk_crystal *crystal,
                                const umk_dipole *dipole, const umk_fc2 *fc2);

/* ---- the harmonic model
 * ---------------------------------------------------------------------------------------------*/

struct umk_harmonic {
    int64_t n_primitive, n_bands;
    double reciprocal_lattice[3][3];
    double frequency_factor;
    umk_nac_method nac_method; /* UMK_NAC_NONE without charges */
    umk_lattice_sum sum;
    umk_dipole dipole; /* with UMK_NAC_GONZE */
    umk_wang wang;     /* with UMK_NAC_WANG */
    double symmetry_tolerance;
    int64_t n_rotations;                   /* point group in reciprocal space, with the inversion of time reversal */
    int64_t (*reciprocal_rotations)[3][3]; /* on q (fractional) */
    double (*cartesian_rotations)[3][3];
    umk_mode_symmetry symmetry; /* space group, on displacements */
    atomic_int *n_solved;       /* single solutions so far that were checked, up to UMK_CHECKED_SOLUTIONS */
};

/** Scratch of one thread. */
typedef struct umk_harmonic_workspace {
    double *lattice;                 /* umk_lattice_sum_scratch */
    double *dipole;                  /* umk_dipole_scratch */
    double (*pair_value)[9];         /* (n_primitive^2), Wang */
    double (*pair_derivative)[3][9]; /* (n_primitive^2), Wang */
    double complex *matrix;          /* (n_bands, n_bands) */
    double complex *product;         /* (n_bands, n_bands) */
} umk_harmonic_workspace;

umk_status umk_harmonic_workspace_create(umk_harmonic_workspace *workspace, umk_context *context,
                                         const umk_harmonic *harmonic);
void umk_harmonic_workspace_clear(umk_harmonic_workspace *workspace);

/** Dynamical matrix at q; without_direction leaves the limit along q_direction out at Gamma. */
void umk_dynamical_matrix(const umk_harmonic *harmonic, const double q[3], bool without_direction,
                          umk_harmonic_workspace *workspace, double complex *matrix);
/** Its derivative (3, n_bands, n_bands); at Gamma without the non-analytic term, which has no gradient there. */
void umk_dynamical_matrix_derivative(const umk_harmonic *harmonic, const double q[3], umk_harmonic_workspace *workspace,
                                     double complex *derivative);
/**
 * How much the dynamical matrix breaks the symmetry of the crystal: largest |D(R q) - Gamma D(q) Gamma^+| over the
 * operations, as a share of the largest element, at q-points in general position. NaN where D vanishes there.
 */
umk_status umk_harmonic_asymmetry(const umk_harmonic *harmonic, umk_context *context, double *asymmetry);

/** So many solutions of a grid, or of single q-points of a harmonic model, are checked: the first in order. */
enum { UMK_CHECKED_SOLUTIONS = 16 };

enum {
    UMK_SOLVE_WITHOUT_DIRECTION = 1, /* leave the limit along q_direction out at Gamma */
    UMK_SOLVE_CHECK = 2              /* check residual and orthogonality */
};

/** Frequencies and eigenvectors (row-major [component][band]) at q; flags: a sum of the above. */
umk_status umk_harmonic_solve_at(const umk_harmonic *harmonic, umk_context *context, const double q[3], int flags,
                                 umk_harmonic_workspace *workspace, double *frequencies, double complex *eigenvectors);

/** First band of the degenerate set of each band, frequencies ascending, neighbours closer than tolerance chained. */
void umk_degenerate_sets(int64_t n_bands, const double *frequencies, double tolerance, int64_t *set_first);

#endif
