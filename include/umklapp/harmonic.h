/* The harmonic model: dynamical matrix, non-analytic term, frequencies, eigenvectors, group velocities at any q. */
#ifndef UMKLAPP_HARMONIC_H
#define UMKLAPP_HARMONIC_H

#include <umklapp/force_constants.h>

typedef struct umk_harmonic umk_harmonic;

typedef enum umk_nac_method {
    UMK_NAC_GONZE = 0, /* dipole-dipole sum, Gonze and Lee, Phys. Rev. B 55, 10355 (1997), eqs. 71 ff. (default) */
    UMK_NAC_WANG = 1,  /* mixed space, Wang et al., J. Phys.: Condens. Matter 22, 202201 (2010) */
    UMK_NAC_NONE = 2   /* leave it out although charges are there (--nonac) */
} umk_nac_method;

typedef struct umk_harmonic_options {
    umk_nac_method nac_method; /* without meaning where the crystal has no charges */
    double frequency_factor;   /* sqrt(eV/angstrom^2/u) to THz; 0: UMK_FREQUENCY_FACTOR */
    double q_direction[3];     /* reciprocal fractional direction of the limit q -> 0 of the non-analytic term at Gamma
                                  (--q-direction); all zero: no non-analytic term at Gamma */
} umk_harmonic_options;

#define UMK_HARMONIC_OPTIONS_INIT                                                                                      \
    {                                                                                                                  \
        UMK_NAC_GONZE, 0, {                                                                                            \
            0, 0, 0                                                                                                    \
        }                                                                                                              \
    }

/**
 * Copies what it needs of crystal and fc2 (both may be destroyed afterwards). options may be NULL. The caller ends
 * *harmonic with umk_harmonic_destroy. Fails with UMK_ERROR_ARGUMENT for options out of range or an fc2 of another
 * crystal, UMK_ERROR_INPUT for a dielectric tensor that is not positive definite or cells that do not fit each other,
 * UMK_ERROR_NUMERICAL where the reciprocal lattice cannot be reduced, and UMK_ERROR_MEMORY.
 */
UMK_API umk_status umk_harmonic_create(umk_harmonic **harmonic, umk_context *context, const umk_crystal *crystal,
                                       const umk_fc2 *fc2, const umk_harmonic_options *options);
UMK_API void umk_harmonic_destroy(umk_harmonic *harmonic);

/** Bands: 3 x primitive atoms. */
UMK_API int64_t umk_harmonic_n_bands(const umk_harmonic *harmonic);

/**
 * Dynamical matrix at q (fractional): (n_bands, n_bands) complex as pairs (re, im), eV/(angstrom^2 u), row-major,
 * Hermitian. Thread-safe on a shared object. Fails with UMK_ERROR_MEMORY only.
 */
UMK_API umk_status umk_harmonic_dynamical_matrix(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                                 double *matrix);

/**
 * Frequencies (n_bands, ascending, THz, negative where imaginary) and, where not NULL, eigenvectors
 * (n_bands components, n_bands bands) complex as pairs, row-major [component][band].
 * The first 16 solutions of a harmonic are checked for residual and orthogonality; UMK_ERROR_NUMERICAL when the LAPACK
 * library in use is wrong.
 */
UMK_API umk_status umk_harmonic_solve(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                      double *frequencies, double *eigenvectors);

/**
 * Group velocities d omega / d q / (2 pi), (n_bands, 3) Cartesian, THz angstrom: analytical derivatives of the
 * dynamical matrix with the non-analytic term included. In a degenerate set (UMK_DEGENERACY_TOLERANCE) the perturbation
 * along the Cartesian direction (1, 2, 3) is diagonalized as phonopy does; then the velocities are averaged over the
 * little group of q. Where the frequency is not above 1e-4 THz the velocity is 0. At Gamma q_direction is not used.
 */
UMK_API umk_status umk_harmonic_group_velocities(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                                 double *velocities);

/**
 * Velocity operator between bands (Allen and Feldman, Phys. Rev. B 48, 12581 (1993)), THz angstrom:
 *   v_a(n, n') = <e_n| dD/dq_a |e_n'> / (2 sqrt(f_n f_n')) with D and f in units of THz,
 * elements (3 Cartesian directions, n_bands, n_bands) complex as pairs (re, im), row-major, Hermitian. Derivatives and
 * the choice of eigenvectors in degenerate sets are those of umk_harmonic_group_velocities; the diagonal is the group
 * velocity before its average over the little group. 0 where a frequency is not above 1e-4 THz. At Gamma q_direction is
 * not used. Thread-safe on a shared object. Fails with UMK_ERROR_MEMORY, and UMK_ERROR_NUMERICAL where LAPACK does.
 */
UMK_API umk_status umk_harmonic_velocity_operator(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                                  double *elements);

#endif
