/* Lattice thermal conductivity in the relaxation-time approximation, and its parts. */
#ifndef UMKLAPP_CONDUCTIVITY_H
#define UMKLAPP_CONDUCTIVITY_H

#include <umklapp/isotope.h>
#include <umklapp/linewidth.h>

/** Heat capacity of one mode, eV/K; 0 at T = 0 or frequency (THz) <= 0. Stable for large frequency / T. */
UMK_API double umk_mode_heat_capacity(double frequency, double temperature);

/** Factor from THz^2 A^2 (eV/K) / THz to W/(m K) for a primitive cell volume in angstrom^3 (kappa_unit_conversion). */
UMK_API double umk_kappa_unit_conversion(double volume);

/**
 * All that a kappa-m*.hdf5 file holds, for one sigma or the tetrahedron method. Plain data owned by the holder and
 * ended by umk_conductivity_clear; a NULL array is a quantity that was not computed.
 * P grid points, B bands, T temperatures.
 */
typedef struct umk_conductivity {
    int64_t n_points, n_bands, n_temperatures;
    int64_t mesh[3];
    bool is_generalized;
    int64_t grid_matrix[3][3], p_matrix[3][3], q_matrix[3][3];
    double sigma;                 /* 0: tetrahedron method */
    double sigma_cutoff;          /* 0: none */
    double boundary_mfp;          /* micrometre; 0: none */
    double kappa_unit_conversion;
    double *temperatures;         /* (T) K */
    int64_t *grid_points;         /* (P) BZ indices */
    int64_t *weights;             /* (P) */
    double *q_points;             /* (P, 3) */
    double *frequencies;          /* (P, B) THz */
    double *group_velocities;     /* (P, B, 3) THz angstrom */
    double *gv_by_gv;             /* (P, B, 6) summed over the star */
    double *heat_capacities;      /* (T, P, B) eV/K */
    double *gamma;                /* (T, P, B) THz, three-phonon */
    double *gamma_normal;         /* (T, P, B) */
    double *gamma_umklapp;        /* (T, P, B) */
    double *gamma_isotope;        /* (P, B) */
    double *average_strength;     /* (P, B) eV^2 */
    double *mode_kappa;           /* (T, P, B, 6) W/(m K), to be divided by the number of grid points */
    double *kappa;                /* (T, 6) W/(m K) */
} umk_conductivity;

UMK_API void umk_conductivity_clear(umk_conductivity *conductivity);

#endif
