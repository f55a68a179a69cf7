/*
 * The loops of the weights that decide the run time: a readable reference, and fast ones compiled for each instruction
 * set. The interface is the same, and all are held against the reference.
 */
#ifndef UMK_WEIGHTS_KERNELS_H
#define UMK_WEIGHTS_KERNELS_H

#include "base/kernel_set.h"

/** Rows of bands and of vertices are padded to a multiple of this; so many energies are evaluated at a time. */
#define UMK_WEIGHTS_LANES 8

/** Bytes of scratch that evaluate wants for each vertex; 64-byte aligned. */
#define UMK_WEIGHTS_VERTEX_BYTES 512

/** The tetrahedra around a grid point; vertex 0 is the centre of all. */
typedef struct umk_tetrahedra {
    int64_t n_tetrahedra, n_vertices, n_padded_vertices;
    const uint16_t (*corners)[3]; /* (n_tetrahedra) the vertices that are not the centre */
    const double *shares;         /* (n_tetrahedra) */
} umk_tetrahedra;

/** Vertex values of the bands of one leg, in both layouts; padding holds zeros. */
typedef struct umk_leg_values {
    double *by_vertex; /* (n_vertices, n_padded_bands) */
    double *by_band;   /* (n_bands, n_padded_vertices) */
    int64_t *points;   /* (n_vertices) BZ points they come from */
} umk_leg_values;

/**
 * Which of eight neighbouring bands k at q2 can conserve energy: bit k of channel[0] for w0 = w1 + w2, channel[1] for
 * w0 = w2 - w1, channel[2] for w0 = w1 - w2; any: of one of them.
 */
typedef struct umk_hits {
    uint8_t channel[3], any;
} umk_hits;

typedef struct umk_weights_kernels {
    /** Both layouts of the values, from frequencies (.., n_bands) at the n_vertices points; none stays below lowest. */
    void (*gather)(const umk_tetrahedra *tetrahedra, int64_t n_bands, const double *frequencies, const int64_t *points,
                   double lowest, umk_leg_values *values);

    /**
     * hits (n_energies, n_bands, n_padded_bands / 8): the energy lies within the closed interval of vertex values of
     * the channel, w2 + w1, w2 - w1, w1 - w2 of all pairs of bands of first (q1) and second (q2).
     */
    void (*find_tetrahedra)(const umk_tetrahedra *tetrahedra, int64_t n_bands, const umk_leg_values *first,
                            const umk_leg_values *second, int64_t n_energies, const double *energies, umk_hits *hits);

    /** row[v] = second[v] + sign first[v] - energy for all vertices; first may be NULL. */
    void (*fill_row)(const umk_tetrahedra *tetrahedra, double sign, const double *first, const double *second,
                     double energy, double *row);

    /** Weights of UMK_WEIGHTS_LANES rows (.., n_padded_vertices) of vertex values relative to the energy. */
    void (*evaluate)(const umk_tetrahedra *tetrahedra, const double *rows, void *scratch,
                     double weights[UMK_WEIGHTS_LANES]);

    /** The same hits for Gaussians: where |(E - w1) - w2|, |(E + w1) - w2| or |(E - w1) + w2| is at most reach. */
    void (*find_gaussians)(int64_t n_bands, int64_t n_padded_bands, const double *first, const double *second,
                           int64_t n_energies, const double *energies, double reach, umk_hits *hits);

    /** out[i] = Gaussian of width sigma at x[i], i < n; n is a multiple of UMK_WEIGHTS_LANES; out may be x. */
    void (*gaussians)(int64_t n, const double *x, double sigma, double *out);
} umk_weights_kernels;

extern const umk_weights_kernels umk_weights_kernels_reference;
extern const umk_weights_kernels umk_weights_kernels_portable;
extern const umk_weights_kernels umk_weights_kernels_avx2;
extern const umk_weights_kernels umk_weights_kernels_avx512;
extern const umk_weights_kernels umk_weights_kernels_neon;

/** Kernels of a set that runs here. */
const umk_weights_kernels *umk_weights_kernels_of(umk_kernel_set set);

#endif
