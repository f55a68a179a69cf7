/*
 * Heat that pairs of bands carry, beyond the populations of modes: the conductivity of coherences (Wigner) or of the
 * off-diagonal heat current (Green-Kubo), from linewidths of any origin.
 */
#ifndef UMKLAPP_COHERENCE_H
#define UMKLAPP_COHERENCE_H

#include <umklapp/conductivity.h>

/**
 * Heat capacity (eV/K) of a pair of modes of one q-point, frequencies in THz; that of the mode where they are equal,
 * and 0 at T = 0, for a frequency <= 0 and with UMK_TRANSPORT_BOLTZMANN. Symmetric, without overflow or loss of digits.
 *
 *   SMM19    (f + f') / 4 (C / f + C' / f'),                 C the heat capacity of a mode
 *   NJC23   -h (f + f')^2 / (4 T) (n - n') / (f - f'),       n the Bose-Einstein occupation
 *   IBDB19  -h f f' / T (n - n') / (f - f')
 */
UMK_API double umk_pair_heat_capacity(umk_transport transport, double frequency, double other_frequency,
                                      double temperature);

typedef struct umk_coherence_options {
    umk_transport transport; /* not UMK_TRANSPORT_BOLTZMANN */
    int64_t n_temperatures;
    const double *temperatures; /* (n_temperatures) K, >= 0 */
    int64_t n_points;
    const int64_t *points;           /* (n_points) BZ points, one of each star (umk_grid_irreducible) */
    int64_t n_linewidths;            /* >= 1: sets of linewidths, one for each sigma, say */
    const double *const *linewidths; /* (n_linewidths) arrays (n_temperatures, n_points, n_bands), THz: half widths, of
                                        all kinds of scattering together */
    double cutoff_frequency;         /* THz; modes at or below it take no part; < 0: UMK_CUTOFF_FREQUENCY */
    bool no_kappa_stars;             /* points are all points of the grid, each stands for itself */
} umk_coherence_options;

#define UMK_COHERENCE_OPTIONS_INIT                                                                                     \
    { .n_linewidths = 1, .cutoff_frequency = -1 }

/**
 * kappa_inter (n_linewidths, n_temperatures, 6), W/(m K):
 *
 *   kappa = 1 / (N V) sum_q sum_{n != n'} C_nn' Re[v_nn' x v_nn'*] g / (2 pi ((f_n - f_n')^2 + g^2)),
 *
 * g the sum of the two half widths, v the velocity operator (umk_harmonic_velocity_operator), C of
 * umk_pair_heat_capacity; the sum over q is one over points, each with its star. A pair without linewidths (g <= 0)
 * counts nothing. In a degenerate set the bands are those that the Cartesian direction (1, 2, 3) tells apart by their
 * slopes, as in phono3py; two of a set with the same slope are no pair, so that the choice of eigenvectors plays no
 * role. What pairs within degenerate sets contribute is in degenerate (the same shape; may be NULL) once more; with
 * no_kappa_stars it is averaged over the point group.
 *
 * Of the model crystal, harmonic, grid and phonons are used. Points run in parallel; the sums have the same bits for
 * any number of threads. Fails with UMK_ERROR_ARGUMENT for options out of range, linewidths that are not
 * finite, points outside the grid or objects that do not belong together, UMK_ERROR_MEMORY, UMK_ERROR_NUMERICAL where
 * LAPACK does, UMK_ERROR_CANCELLED.
 */
UMK_API umk_status umk_coherence_run(double *kappa_inter, double *degenerate, umk_context *context,
                                     const umk_transport_model *model, const umk_coherence_options *options);

/** Bytes that umk_coherence_run needs with the threads of the context. */
UMK_API double umk_coherence_memory(const umk_context *context, const umk_transport_model *model,
                                    const umk_coherence_options *options);

#endif
