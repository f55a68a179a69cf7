/* Phonon linewidths of three-phonon scattering: imaginary part of the bubble self energy on the shell. */
#ifndef UMKLAPP_LINEWIDTH_H
#define UMKLAPP_LINEWIDTH_H

#include <umklapp/interaction.h>
#include <umklapp/weights.h>

typedef struct umk_linewidth_options {
    int64_t n_temperatures;
    const double *temperatures;      /* K, >= 0 */
    int64_t n_weights;
    umk_weights *const *weights;     /* one per sigma, or one for the tetrahedron method */
    bool normal_umklapp;             /* also split into normal and Umklapp parts */
    bool full_strength;              /* --full-pp: compute all band triples and their average */
    double constant_strength;        /* > 0: --const-ave-pp, eV^2, in the place of |V|^2 */
    bool no_mesh_symmetry;
} umk_linewidth_options;

#define UMK_LINEWIDTH_OPTIONS_INIT {0}

/** Linewidths of one grid point; the arrays are the caller's. */
typedef struct umk_linewidth_result {
    double *gamma;                  /* (n_weights, n_temperatures, n_bands) THz, averaged over degenerate bands */
    double *gamma_normal;           /* the same shape, or NULL */
    double *gamma_umklapp;          /* the same shape, or NULL */
    double *average_strength;       /* (n_bands) eV^2, P of Phys. Rev. B 91, 094306, eq. 21; or NULL */
} umk_linewidth_result;

/**
 * Linewidths of one BZ point, Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 11. Batches of triplets run in
 * parallel; sums are made in a fixed order.
 */
UMK_API umk_status umk_linewidths(umk_linewidth_result *result, umk_context *context, const umk_interaction *interaction,
                                  const umk_grid *grid, const umk_phonons *phonons, int64_t bz_point,
                                  const umk_linewidth_options *options);

#endif
