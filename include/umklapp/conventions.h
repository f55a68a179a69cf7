/*
 * Conventions and constants, stated once for the whole library.
 *
 * Units
 *   length                    angstrom
 *   mass                      atomic mass unit
 *   frequency                 THz, ordinary (not angular); an imaginary mode is a negative frequency
 *   linewidth gamma           THz, half width at half maximum; lifetime tau = 1 / (4 pi gamma) in ps
 *   second-order constants    eV / angstrom^2
 *   third-order constants     eV / angstrom^3
 *   group velocity            THz angstrom (= 100 m/s)
 *   heat capacity of a mode   eV / K
 *   thermal conductivity      W / (m K)
 *   temperature               K
 *   effective charge          elementary charge
 *
 * Lattices and positions
 *   A lattice is a 3x3 array whose rows are the basis vectors a, b, c in angstrom. Positions are fractional.
 *   The reciprocal basis is without 2 pi and has the vectors a*, b*, c* as columns, so that q_cartesian = B q.
 *   q-points are fractional coordinates of the reciprocal primitive basis.
 *   A symmetry operation maps x' = R x + t (fractional, R integer); the same operation maps q' = R^-T q.
 *
 * Phases (phonopy's)
 *   D_{ka,k'b}(q) = sum_l' Phi_{ka,k'b}(0, l') exp(+2 pi i q . (r(l'k') - r(0k))) / sqrt(m_k m_k')
 *   Eigenvectors belong to this dynamical matrix: element [component][band], component = 3 * atom + axis,
 *   normalized to one; w(q)[ka, nu] = e(q)[ka, nu] exp(+2 pi i q . tau_k) / sqrt(m_k) is periodic in q.
 *
 * Index order
 *   Arrays are row-major. Six tensor components are stored in Voigt order xx, yy, zz, yz, xz, xy.
 *   Bands are counted from 0 in ascending frequency. All indices are int64_t.
 *
 * Three-phonon process at q0: q0 + q1 + q2 = G. A process with G = 0 between the stored Brillouin-zone images is
 * normal, any other one is Umklapp.
 *
 * The physical constants are those that phonopy 4.10 uses (CODATA of the 1980s to 2006), so that numbers agree to
 * rounding with files that are already there; CODATA 2018 would move kappa by about 1e-5.
 */
#ifndef UMKLAPP_CONVENTIONS_H
#define UMKLAPP_CONVENTIONS_H

#define UMK_PI 3.14159265358979323846

/** Boltzmann constant, J/K. */
#define UMK_BOLTZMANN_JOULE 1.3806504e-23
/** Boltzmann constant, eV/K. */
#define UMK_BOLTZMANN_EV 8.617338256808316e-05
/** Planck constant, eV s. */
#define UMK_PLANCK_EV 4.13566733e-15
/** Elementary charge, C; also one eV in J. */
#define UMK_ELEMENTARY_CHARGE 1.60217733e-19
/** Atomic mass unit, kg. */
#define UMK_ATOMIC_MASS 1.6605402e-27
/** One THz times the Planck constant, eV. */
#define UMK_THZ_EV 0.00413566733
/** sqrt(eV / (angstrom^2 u)) as an ordinary frequency, THz. */
#define UMK_FREQUENCY_FACTOR 15.633302300230191
/** e^2 / (4 pi epsilon_0) = Hartree times Bohr, eV angstrom; default factor of the non-analytic term (a file may carry
 * its own). */
#define UMK_COULOMB_FACTOR 14.39965172592227
/** Bohr radius, angstrom. */
#define UMK_BOHR 0.529177207423948
/** Hartree energy, eV. */
#define UMK_HARTREE 27.211398230887998
/** Avogadro constant, 1/mol. */
#define UMK_AVOGADRO 6.02214179e23

/** Bands whose frequencies differ by less than this (THz), chained, form one degenerate set. */
#define UMK_DEGENERACY_TOLERANCE 1e-4
/** Default of --cutoff-freq: modes at or below this frequency (THz) do not scatter. phono3py 4.10 uses the same. */
#define UMK_CUTOFF_FREQUENCY 1e-2
/** Default symmetry tolerance, angstrom. */
#define UMK_SYMMETRY_TOLERANCE 1e-5

#endif
