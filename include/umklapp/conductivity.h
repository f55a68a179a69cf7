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
    double sigma;        /* 0: tetrahedron method */
    double sigma_cutoff; /* 0: none */
    double boundary_mfp; /* micrometre; 0: none */
    double kappa_unit_conversion;
    double *temperatures;      /* (T) K */
    int64_t *grid_points;      /* (P) BZ indices */
    int64_t *weights;          /* (P) */
    double *q_points;          /* (P, 3) */
    double *frequencies;       /* (P, B) THz */
    double *group_velocities;  /* (P, B, 3) THz angstrom */
    double *gv_by_gv;          /* (P, B, 6) summed over the star */
    double *heat_capacities;   /* (T, P, B) eV/K */
    double *gamma;             /* (T, P, B) THz, three-phonon */
    double *gamma_normal;      /* (T, P, B) */
    double *gamma_umklapp;     /* (T, P, B) */
    double *gamma_isotope;     /* (P, B) */
    double *average_strength;  /* (P, B) eV^2 */
    double *mode_kappa;        /* (T, P, B, 6) W/(m K), to be divided by the number of grid points */
    double *kappa;             /* (T, 6) W/(m K); kappa_intra + kappa_inter where these are there */
    double *mode_kappa_rta;    /* (T, P, B, 6) of a solution beyond relaxation times: what they alone give */
    double *kappa_rta;         /* (T, 6) the same, summed */
    double *kappa_intra_exact; /* (T, 6) kappa of a solution beyond relaxation times where there is kappa_inter, */
    double *kappa_intra_rta;   /* (T, 6) and kappa_rta; kappa itself has no part of pairs of bands then */
    double *kappa_intra;       /* (T, 6) W/(m K), populations: of mode_kappa */
    double *kappa_inter;       /* (T, 6) W/(m K), pairs of bands (coherence.h) */
} umk_conductivity;

UMK_API void umk_conductivity_clear(umk_conductivity *conductivity);

/** The objects that a conductivity is made of; all borrowed. */
typedef struct umk_transport_model {
    const umk_crystal *crystal;
    const umk_harmonic *harmonic;
    const umk_grid *grid;
    const umk_phonons *phonons;
    const umk_interaction *interaction; /* NULL: linewidths come from elsewhere (read, constant strength) */
} umk_transport_model;

/** Called when a grid point is done: point is its index in results[...].grid_points. Any status but UMK_OK stops the
 * run. */
typedef umk_status (*umk_point_callback)(void *user, const umk_conductivity *results, int64_t point);

/** What heat is carried by: the populations of modes alone, or pairs of bands too, whose heat capacity is that of ...
 */
typedef enum umk_transport {
    UMK_TRANSPORT_BOLTZMANN = 0, /* populations */
    UMK_TRANSPORT_SMM19 = 1,     /* Wigner equation: Simoncelli, Marzari and Mauri, Nat. Phys. 15, 809 (2019) */
    UMK_TRANSPORT_NJC23 = 2,     /* Green-Kubo: Ndour, Jund and Chaput, J. Non-Cryst. Solids 621, 122618 (2023) */
    UMK_TRANSPORT_IBDB19 = 3 /* quasi-harmonic Green-Kubo: Isaeva, Barbalinardo, Donadio and Baroni, Nat. Commun. 10,
                                3853 (2019), eq. 9 */
} umk_transport;

typedef struct umk_rta_options {
    int64_t n_temperatures;
    const double *temperatures; /* (n_temperatures) K */
    int64_t n_sigmas;           /* 0: the tetrahedron method alone */
    const double *sigmas;       /* (n_sigmas) THz; 0 stands for the tetrahedron method */
    double sigma_cutoff;        /* in units of sigma; 0: none */
    bool no_average_degenerate_weights, no_symmetrize_tetrahedra; /* as in umk_weights_options */
    bool normal_umklapp;                                          /* --nu */
    bool full_strength;                                           /* --full-pp: also the average strength */
    bool average_strength;         /* --ave-pp: linewidths from the average strength of each mode */
    double constant_strength;      /* --const-ave-pp: eV^2, the average strength of every mode; 0: none */
    const double *mass_variances;  /* (primitive atoms) isotope scattering; NULL: none */
    double boundary_mfp;           /* micrometre; 0: none. phono3py's default, and ours, is 1e6 */
    double cutoff_frequency;       /* THz; < 0: UMK_CUTOFF_FREQUENCY */
    bool no_kappa_stars;           /* --noks: with a grid made with no_grid_point_symmetry */
    umk_transport transport;       /* --transport: other than Boltzmann, also kappa_intra and kappa_inter */
    int64_t n_grid_points;         /* 0: all irreducible points */
    const int64_t *grid_points;    /* (n_grid_points) BZ points (--gp); kappa is then not computed */
    const umk_conductivity *read;  /* (n_sigmas or 1) results of an earlier run whose linewidths are taken
                                      (--read-gamma), all points and temperatures the same; NULL: none */
    int64_t grid_points_in_flight; /* grid points that are worked on at the same time, 1 or more: more of them need more
                                      memory and keep more threads busy; results do not depend on it. 0: the library
                                      chooses */
    umk_point_callback on_point;   /* may be NULL */
    void *user;
} umk_rta_options;

#define UMK_RTA_OPTIONS_INIT                                                                                           \
    { .boundary_mfp = 1e6, .cutoff_frequency = -1 }

/** What a run will need, known before its long part. */
typedef struct umk_rta_estimate {
    double bytes;   /* memory on top of the model, with that to write the results */
    double seconds; /* with the threads of the context, measured on one grid point; 0 where there are fewer than 64 */
    int64_t n_points;
    double n_triplets; /* of all grid points; exact for up to 16 grid points, sampled for more */
} umk_rta_estimate;

/** Measures and counts; the errors are those of umk_rta_run, so that a run that cannot start is told here. */
UMK_API umk_status umk_rta_estimate_run(umk_rta_estimate *estimate, umk_context *context,
                                        const umk_transport_model *model, const umk_rta_options *options);

/**
 * Thermal conductivity in the relaxation-time approximation, Phys. Rev. B 91, 094306 (2015), eqs. 1 to 12, for each
 * sigma: results (n_sigmas, at least 1) are overwritten (clear earlier contents first), and ended by the caller with
 * umk_conductivity_clear, also after a failure. Modes at or below the cut-off frequency do not contribute; of modes
 * that nothing but the boundary scatters, and of those with a negative linewidth, which do not contribute either unless
 * that of the boundary outweighs it, a warning tells the number. With a transport other than Boltzmann's the share of
 * pairs of bands (umk_coherence_run, with the sum of all linewidths) is added to kappa; mode_kappa has none of it.
 * Fails with UMK_ERROR_ARGUMENT for options out of range or objects that do not belong together, UMK_ERROR_INPUT for
 * linewidths read that do not fit, UMK_ERROR_MEMORY, UMK_ERROR_CANCELLED, and with what on_point returns.
 */
UMK_API umk_status umk_rta_run(umk_conductivity *results, umk_context *context, const umk_transport_model *model,
                               const umk_rta_options *options);

#endif
