/*
 * The loops of the weights that decide the run time, each in plain C that the compiler turns into SIMD, compiled for
 * several instruction sets and chosen when the weights are made. Additions run over eight fixed lanes, so that every
 * variant gives the same bits.
 */
#ifndef UMK_WEIGHTS_KERNELS_H
#define UMK_WEIGHTS_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

/** Lanes of a sum over tetrahedra; rows of band arrays are padded to a multiple of it. */
#define UMK_WEIGHTS_LANES 8

/** Vertex sums of one band pair: value = second + first, or second - first. */
typedef struct umk_tetrahedra_view {
    int64_t n_lanes;             /* number of tetrahedra, padded with weight 0 */
    const double *shares;        /* (n_lanes) */
    const double *first_corners; /* (3, n_lanes) the vertices that are not the centre */
    const double *second_corners;
    double first_centre, second_centre;
    bool subtract;
} umk_tetrahedra_view;

/** Lower and upper ends of the vertex values of one row of band pairs, and where they fall among the energies. */
typedef struct umk_pair_row {
    double *sum_low, *sum_high;               /* (n_padded) of w2 + w1 */
    double *difference_low, *difference_high; /* (n_padded) of w2 - w1 */
    double *first[3], *end[3];                /* (n_padded) energies first ... end-1 lie within channel 0, 1, 2 */
} umk_pair_row;

typedef struct umk_weights_kernels {
    const char *name;

    /** Sum over the tetrahedra of share times delta weight of the centre at this energy. */
    double (*delta_weight)(const umk_tetrahedra_view *view, double energy);

    /**
     * Ends of w2[v][k] +- w1[v] over the n_vertices vertices for all k (w1 with the given stride, w2 (n_vertices,
     * n_padded)), then for ascending energies the range within sum, difference, and negative difference.
     */
    void (*pair_row)(const umk_pair_row *row, int64_t n_vertices, int64_t n_padded, const double *w1, int64_t stride,
                     const double *w2, int64_t n_energies, const double *energies);

    /** outside[i] = 1 where |(E - w1) - w2|, |(E + w1) - w2|, and |(E - w1) + w2| of pair i all exceed reach, else 0.
     */
    void (*find_outside)(int64_t n, double energy, const double *w1, const double *w2, double reach, double *outside);

    /** Gaussians of these three arguments for n pairs: planes 0, 1 and 2 as in umk_weights_triplets. */
    void (*smear_pairs)(int64_t n, double energy, const double *w1, const double *w2, double sigma, double *plane0,
                        double *plane1, double *plane2);

    /** out[i] = Gaussian of energies[i] - frequency. */
    void (*smear_point)(int64_t n, const double *energies, double frequency, double sigma, double *out);
} umk_weights_kernels;

/** The best variant for this CPU. */
const umk_weights_kernels *umk_weights_kernels_select(void);

/** Variant number i that this CPU can run, or NULL after the last; 0 is the one for any CPU. */
const umk_weights_kernels *umk_weights_kernels_variant(int i);

#endif
