/*
 * What the room keeps of a grid for its integration weights, and the weights of batches of triplets and of single
 * points.
 */
#ifndef UMK_WEIGHTS_WEIGHTS_H
#define UMK_WEIGHTS_WEIGHTS_H

#include "phonon/phonons.h"
#include <umklapp/weights.h>

struct umk_weights_kernels;

struct umk_weights {
    const umk_grid *grid; /* borrowed */
    umk_weights_options options;
    /* Tetrahedra around a grid point; those of the symmetrized set that occur several times are kept once. */
    int64_t n_tetrahedra;
    int64_t (*relative_addresses)[4][3]; /* (n_tetrahedra) GR address steps, the centre first */
    double *tetrahedron_weights;         /* (n_tetrahedra) share of each, summing to 4: 1/6 each where there are 24 */
    /* The same for the kernels: vertices that occur counted once, tetrahedra padded to whole lanes with share 0. */
    int64_t n_vertices;
    int64_t (*steps)[3];      /* (n_vertices) address steps */
    int64_t n_lanes;          /* n_tetrahedra rounded up */
    int64_t *corner_vertices; /* (3, n_lanes) vertex number of each corner that is not the centre */
    double *lane_shares;      /* (n_lanes) */
    const struct umk_weights_kernels *kernels;
};

/** Bytes of scratch that one worker needs for the two functions below; a multiple of 64. */
int64_t umk_weights_workspace_size(const umk_weights *weights, int64_t n_bands);

/**
 * Weights of a batch of triplets that share q0. No allocation; safe in parallel with a workspace (64-byte aligned) per
 * worker. Ascending frequency_points are the fastest.
 *
 *   frequency_points  (n_frequency_points) THz, the energies at q0, usually the frequencies of its selected bands
 *   triplets          (n_triplets, 3) BZ points; phonons lives on all BZ points of the grid
 *   n_planes          2 or 3
 *   values            (n_planes, n_triplets, n_frequency_points, n_bands, n_bands), written whole:
 *                     plane 0  delta(w0 - w1 - w2)
 *                     plane 1  delta(w0 + w1 - w2) - delta(w0 - w1 + w2)
 *                     plane 2  the sum of all three with plus signs
 *   is_zero           (n_triplets, n_frequency_points, n_bands, n_bands) 1 where all planes are 0 and the strength is
 * not needed; whole degenerate sets at q1, q2 agree when weights are averaged
 *
 * Tetrahedra: frequencies below 0 are taken as 0 at the vertices; is_zero is 1 where the energy lies outside the closed
 * interval of vertex values of all three channels. Smearing: frequencies are taken as they are, weights are not
 * averaged over degenerate bands, and is_zero is 1 where all three arguments exceed the cut-off (nowhere without one).
 * All phono3py's rules.
 */
void umk_weights_triplets(const umk_weights *weights, const umk_phonons *phonons, int64_t n_triplets,
                          const int64_t (*triplets)[3], int64_t n_frequency_points, const double *frequency_points,
                          int n_planes, double *values, int8_t *is_zero, void *workspace);

/**
 * delta(frequency_point - w(q)) at one BZ point for one-phonon sums (isotopes, density of states):
 * values (n_frequency_points, n_bands), the sum over all grid points divided by N approximates the integral. With
 * averaging on, tetrahedron weights are averaged over the degenerate bands at q. Frequencies are taken as they are;
 * a smearing cut-off has no effect here (as in phono3py).
 */
void umk_weights_points(const umk_weights *weights, const umk_phonons *phonons, int64_t bz_point,
                        int64_t n_frequency_points, const double *frequency_points, double *values, void *workspace);

#endif
