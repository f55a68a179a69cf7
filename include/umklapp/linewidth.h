/* Phonon linewidths of three-phonon scattering: imaginary part of the bubble self energy on the shell. */
#ifndef UMKLAPP_LINEWIDTH_H
#define UMKLAPP_LINEWIDTH_H

#include <umklapp/interaction.h>
#include <umklapp/weights.h>

typedef struct umk_linewidth umk_linewidth;

typedef struct umk_linewidth_options {
    int64_t n_temperatures;      /* >= 1 */
    const double *temperatures;  /* (n_temperatures) K, >= 0; borrowed */
    int64_t n_weights;           /* >= 1 */
    umk_weights *const *weights; /* (n_weights) one for each way to integrate (tetrahedra, each sigma); borrowed */
    bool normal_umklapp;         /* also split into normal and Umklapp parts */
    bool full_strength;          /* --full-pp: strength of all band triples, and its average */
    double cutoff_frequency;     /* THz; < 0: UMK_CUTOFF_FREQUENCY */
    /* How many grid points are worked on at the same time; 0 lets the library choose. Changes no result. */
    int64_t grid_points_in_flight;
} umk_linewidth_options;

#define UMK_LINEWIDTH_OPTIONS_INIT                                                                                     \
    { 0, 0, 0, 0, false, false, -1, 0 }

/**
 * Prepares linewidths on a grid. All objects given here are borrowed and must outlive *linewidth, and so must the
 * arrays of options. interaction may be NULL when every run is given an average strength. The scratch of all threads of
 * the context is allocated here; *linewidth is then used with this context only. Fails with UMK_ERROR_ARGUMENT for a
 * negative temperature, a missing weight, or objects that do not belong to each other; UMK_ERROR_MEMORY above the
 * limit.
 */
UMK_API umk_status umk_linewidth_create(umk_linewidth **linewidth, umk_context *context,
                                        const umk_interaction *interaction, const umk_grid *grid,
                                        const umk_phonons *phonons, const umk_linewidth_options *options);
UMK_API void umk_linewidth_destroy(umk_linewidth *linewidth);

/** Bytes that *linewidth holds at most, what grid points in flight need included. */
UMK_API double umk_linewidth_memory(const umk_linewidth *linewidth);

/** How many grid points it works on at the same time: a run of so many, or of a multiple, keeps the threads busy. */
UMK_API int64_t umk_linewidth_points_in_flight(const umk_linewidth *linewidth);

/** Linewidths of one grid point; the arrays are the caller's, and those that are NULL are left out. */
typedef struct umk_linewidth_result {
    double *gamma;            /* (n_weights, n_temperatures, n_bands) THz, averaged over degenerate bands */
    double *gamma_normal;     /* the same shape; needs options.normal_umklapp */
    double *gamma_umklapp;    /* the same shape; needs options.normal_umklapp */
    double *average_strength; /* (n_bands) eV^2, P of eq. 21, averaged over degenerate bands; needs full_strength */
    int64_t n_triplets;       /* how many irreducible triplets were summed */
} umk_linewidth_result;

/**
 * Linewidths of n_points BZ points into results (n_points): Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306 (2015),
 * eq.
 * 11. Points and batches of triplets run in parallel; sums are made in a fixed order, so that the result does not
 * depend on the number of threads nor on that of the points. average_strength (n_points, n_bands) eV^2, or NULL: takes
 * the place of N |V|^2 for all triplets of a band (--ave-pp, --const-ave-pp). Fails with UMK_ERROR_ARGUMENT for a point
 * outside the grid or without interaction and average strength, UMK_ERROR_MEMORY, UMK_ERROR_CANCELLED.
 */
UMK_API umk_status umk_linewidth_run(umk_linewidth *linewidth, umk_context *context, int64_t n_points,
                                     const int64_t *bz_points, const double *average_strength,
                                     umk_linewidth_result *results);

#endif
