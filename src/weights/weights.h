/*
 * What the room keeps of a grid for its integration weights, and the weights of batches of triplets and of single
 * points.
 */
#ifndef UMK_WEIGHTS_WEIGHTS_H
#define UMK_WEIGHTS_WEIGHTS_H

#include "phonon/bands.h"
#include "phonon/phonons.h"
#include "weights/kernels.h"
#include <umklapp/weights.h>

struct umk_weights {
    const umk_grid *grid; /* borrowed */
    umk_weights_options options;
    const umk_weights_kernels *kernels;
    /* Tetrahedra around a grid point; those of the symmetrized set that occur several times are kept once. */
    int64_t n_tetrahedra;
    int64_t (*relative_addresses)[4][3]; /* (n_tetrahedra) GR address steps, the centre first */
    double *tetrahedron_weights;         /* (n_tetrahedra) share of each, summing to 4: 1/6 each where there are 24 */
    /* The same for the kernels: vertices counted once. */
    int64_t n_vertices;
    int64_t (*steps)[3];       /* (n_vertices) address steps, 0 first */
    int64_t (*folded[2])[3];   /* steps and minus steps modulo D */
    uint16_t (*corners)[3];    /* (n_tetrahedra) vertex number of each corner that is not the centre */
    umk_figures *figures;      /* NULL with a smearing width */
    umk_tetrahedra tetrahedra; /* view of these */
};

/**
 * Weights with tetrahedra that the caller gives (corners NULL: the grid's own): n of them, a multiple of 24, as steps
 * of GR addresses of the corners (n, 4, 3), one of which is 0 0 0. options->no_symmetrize_tetrahedra has no effect.
 * UMK_ERROR_ARGUMENT where a tetrahedron has no such corner.
 */
umk_status umk_weights_create_with(umk_weights **weights, umk_context *context, const umk_grid *grid,
                                   const umk_weights_options *options, int64_t n, const int64_t (*corners)[4][3]);

/** Bytes of scratch that one worker needs for the functions below; a multiple of 64. */
int64_t umk_weights_workspace_size(const umk_weights *weights, int64_t n_bands);

/** Triplets of one q0, the energies at q0, and the ways to integrate. */
typedef struct umk_weights_request {
    int64_t n_weights;           /* >= 1 */
    umk_weights *const *weights; /* of one grid */
    const umk_phonons *phonons;  /* on all BZ points of the grid */
    int64_t n_triplets;
    const int64_t (*triplets)[3]; /* (n_triplets) BZ points */
    int64_t n_energies;           /* >= 1 */
    const double *energies;       /* (n_energies) THz, usually frequencies of bands at q0 */
    int64_t first_band0;          /* the number that energy 0 gets as band0 */
    bool all;                     /* list all band triples, also those with weight 0 */
} umk_weights_request;

/**
 * The band triples whose weight is not zero, and their weights. The arrays are the caller's; capacity is the room for
 * triples and has to hold n_triplets n_energies n_bands^2.
 */
typedef struct umk_weights_list {
    int64_t capacity;
    int64_t *first;           /* (n_triplets + 1) triples of triplet t are first[t] ... first[t + 1] - 1 */
    umk_band_triple *triples; /* (capacity) ascending within a triplet */
    double *values; /* (n_weights, 3, capacity): delta(w0 - w1 - w2), delta(w0 + w1 - w2), delta(w0 - w1 + w2) */
} umk_weights_list;

/**
 * Weights of a batch of triplets that share q0. No allocation; safe in parallel with a workspace (64-byte aligned) for
 * each worker, of the bytes that umk_weights_list_workspace_size tells.
 *
 * Tetrahedra: frequencies below 0 are taken as 0 at the vertices; a triple is listed where the energy lies within the
 * closed interval of vertex values of one of the three channels; with averaging weights are means over the degenerate
 * sets at q1 and q2, and a whole set is listed or not. Smearing: frequencies are taken as they are, weights are not
 * averaged, and a triple is listed where one of the three arguments is within the cut-off (all without one). All
 * phono3py's rules. With several ways to integrate a triple is listed where one of them needs it.
 */
void umk_weights_list_fill(umk_weights_list *list, const umk_weights_request *request, void *workspace);
int64_t umk_weights_list_workspace_size(int64_t n_weights, umk_weights *const *weights, int64_t n_bands,
                                        int64_t n_energies);

/**
 * The same weights as full arrays, for a few triplets at a time.
 *
 *   frequency_points  (n_frequency_points) THz
 *   n_planes          2 or 3
 *   values            (n_planes, n_triplets, n_frequency_points, n_bands, n_bands), written whole:
 *                     plane 0  delta(w0 - w1 - w2)
 *                     plane 1  delta(w0 + w1 - w2) - delta(w0 - w1 + w2)
 *                     plane 2  the sum of all three with plus signs
 *   is_zero           (n_triplets, n_frequency_points, n_bands, n_bands) 1 where a triple is not listed
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
