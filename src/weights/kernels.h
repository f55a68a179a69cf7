/*
 * The loops of the weights that decide the run time: a readable reference, and fast ones compiled for each instruction
 * set. The interface is the same, and all are held against the reference.
 */
#ifndef UMK_WEIGHTS_KERNELS_H
#define UMK_WEIGHTS_KERNELS_H

#include "base/kernel_set.h"
#include "weights/figures.h"

/** Rows of bands, and arguments of Gaussians, are padded to a multiple of this. */
#define UMK_WEIGHTS_LANES 8

/** Rows of one pattern that wait for each other, and rows that are put in their places together. */
#define UMK_WEIGHTS_ROWS    16
#define UMK_WEIGHTS_STRETCH 64

/** The tetrahedra around a grid point. */
typedef struct umk_tetrahedra {
    const umk_figures *figures;
    int64_t n_vertices; /* the centre is 0 */
} umk_tetrahedra;

/** Vertex values of the bands of one leg, in both layouts; padding of bands holds zeros. */
typedef struct umk_leg_values {
    double *by_vertex; /* (n_vertices, n_padded_bands) */
    double *by_band;   /* (n_padded_bands, n_figures, umk_figure_row) */
    int64_t *points;   /* (n_vertices) BZ points they come from */
} umk_leg_values;

/** Asks for the weight at the energy of second + sign first, vertex values (n_figures, umk_figure_row) of a band. */
typedef struct umk_evaluation {
    const double *first, *second;
    double sign, energy;
    double *weight; /* where it goes */
} umk_evaluation;

/** Rows on their way into the queue. */
typedef struct umk_row_stretch {
    double values[UMK_WEIGHTS_STRETCH][umk_figure_row]; /* relative to the energy */
    umk_figure_place places[UMK_WEIGHTS_STRETCH];
    double signs[UMK_WEIGHTS_STRETCH];
    int32_t owners[UMK_WEIGHTS_STRETCH], slots[UMK_WEIGHTS_STRETCH];
    int64_t n;
} umk_row_stretch;

/** Evaluations that wait: a row for each figure that has a weight, with those of the same pattern. */
typedef struct umk_weights_queue {
    const umk_tetrahedra *tetrahedra;
    int64_t n, capacity;
    double **weights; /* (capacity) where the weights go */
    double *parts;    /* (capacity, n_figures) 0 but where a row was evaluated */
    int32_t *n_rows;  /* (n_patterns) how many wait, less than UMK_WEIGHTS_ROWS */
    int32_t *owners;  /* (n_patterns, UMK_WEIGHTS_ROWS) the part of each row */
    double *rows;     /* (n_patterns, UMK_WEIGHTS_ROWS, umk_figure_row) */
    umk_row_stretch *stretch;
} umk_weights_queue;

/**
 * Which bands k at q2 can conserve energy, for each energy and band at q1: bits (n_energies, n_bands, n_padded_bands)
 * of channel[0] for w0 = w1 + w2, channel[1] for w0 = w2 - w1, channel[2] for w0 = w1 - w2.
 */
typedef struct umk_hits {
    uint8_t *channel[3];
} umk_hits;

typedef struct umk_weights_kernels {
    /** Both layouts of the values, from frequencies (.., n_bands) at the n_vertices points; none stays below lowest. */
    void (*gather)(const umk_tetrahedra *tetrahedra, int64_t n_bands, const double *frequencies, const int64_t *points,
                   double lowest, umk_leg_values *values);

    /**
     * Which energies lie within the closed interval of vertex values of the channel, w2 + w1, w2 - w1, w1 - w2 of all
     * pairs of bands of first (q1) and second (q2).
     */
    void (*find_tetrahedra)(const umk_tetrahedra *tetrahedra, int64_t n_bands, const umk_leg_values *first,
                            const umk_leg_values *second, int64_t n_energies, const double *energies,
                            const umk_hits *hits);

    /** Takes n evaluations; their weights are known after finish. */
    void (*weigh)(umk_weights_queue *queue, int64_t n, const umk_evaluation *evaluations);
    void (*finish)(umk_weights_queue *queue);

    /** The same hits for Gaussians: where |(E - w1) - w2|, |(E + w1) - w2| or |(E - w1) + w2| is at most reach. */
    void (*find_gaussians)(int64_t n_bands, int64_t n_padded_bands, const double *first, const double *second,
                           int64_t n_energies, const double *energies, double reach, const umk_hits *hits);

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
