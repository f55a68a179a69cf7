#ifndef UMK_WEIGHTS_WEIGHTS_H
#define UMK_WEIGHTS_WEIGHTS_H

#include "phonon/phonons.h"
#include <umklapp/weights.h>

struct umk_weights {
    const umk_grid *grid;           /* borrowed */
    umk_weights_options options;
    int64_t n_tetrahedra;           /* 24 k, duplicates of the symmetrized set are merged into multiplicities */
    int64_t (*relative_addresses)[4][3]; /* (n_tetrahedra) GR address steps, the centre first */
    double *tetrahedron_weights;    /* (n_tetrahedra) share of each, summing to 24 times 1/4... see tetrahedra.c */
};

/** Bytes of scratch that one worker needs for the two functions below. */
int64_t umk_weights_workspace_size(const umk_weights *weights, int64_t n_bands);

/**
 * Weights of a batch of triplets that share q0. No allocation; safe in parallel with a workspace per worker.
 *
 *   frequency_points  (n_frequency_points) THz, the energies at q0, usually the frequencies of its selected bands
 *   triplets          (n_triplets, 3) BZ points; phonons lives on all BZ points of the grid
 *   n_planes          2 or 3
 *   values            (n_planes, n_triplets, n_frequency_points, n_bands, n_bands), written whole:
 *                     plane 0  delta(w0 - w1 - w2)
 *                     plane 1  delta(w0 + w1 - w2) - delta(w0 - w1 + w2)
 *                     plane 2  the sum of all three with plus signs
 *   is_zero           (n_triplets, n_frequency_points, n_bands, n_bands) 1 where all planes are 0 and the strength is not
 *                     needed; whole degenerate sets at q1, q2 agree when weights are averaged
 *
 * Frequencies below 0 are taken as 0 at the tetrahedron vertices (phono3py's rule).
 */
void umk_weights_triplets(const umk_weights *weights, const umk_phonons *phonons, int64_t n_triplets,
                          const int64_t (*triplets)[3], int64_t n_frequency_points, const double *frequency_points,
                          int n_planes, double *values, int8_t *is_zero, void *workspace);

/**
 * delta(frequency_point - w(q)) at one BZ point for one-phonon sums (isotopes, density of states):
 * values (n_frequency_points, n_bands), the sum over all grid points divided by N approximates the integral. With
 * averaging on, weights are averaged over the degenerate bands at q.
 */
void umk_weights_points(const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point,
                        int64_t n_frequency_points, const double *frequency_points, double *values, void *workspace);

#endif
