/* Shared between the files of this room only: tetrahedra, the workspace of a worker, gathering of vertex values. */
#ifndef UMK_WEIGHTS_INTERNAL_H
#define UMK_WEIGHTS_INTERNAL_H

#include "base/base.h"
#include "weights/kernels.h"
#include "weights/weights.h"

/** Energies are taken in chunks of this many, so that the workspace does not depend on their number. */
#define UMK_WEIGHTS_CHUNK 256

/** Fills the tetrahedra and vertices of weights from its grid. */
umk_status umk_weights_make_tetrahedra(umk_weights *weights, umk_context *context);

/** Scratch of one worker. n_padded is n_bands, n_padded_vertices the number of vertices, rounded up to whole lanes. */
typedef struct umk_weights_scratch {
    int64_t n_bands, n_padded, n_padded_vertices, n_padded_pairs;
    double *vertex_values[2]; /* legs 1 and 2: (n_vertices, n_padded) */
    double *band_values;      /* (n_padded_vertices) vertices of one band */
    double *corners[2];       /* legs 1 and 2: (n_bands, 3, n_lanes) */
    double *ends;             /* (4, n_padded) */
    double *ranges;           /* (6, n_padded) */
    int64_t (*sets[2])[2];    /* legs 1 and 2: (n_padded / 2) degenerate sets */
    double *pairs;            /* smearing: (8, n_padded_pairs) */
    int64_t *inside;          /* smearing: (n_padded_pairs) pairs within the cut-off */
    double *energies;         /* (UMK_WEIGHTS_CHUNK) ascending */
    int64_t *order;           /* (UMK_WEIGHTS_CHUNK) where each came from */
} umk_weights_scratch;

/** Lays the scratch out in workspace (NULL: only counts) and returns its size in bytes. */
int64_t umk_weights_lay_out(umk_weights_scratch *scratch, const umk_weights *weights, int64_t n_bands, void *workspace);

/** Sorts n <= UMK_WEIGHTS_CHUNK energies into scratch->energies, with scratch->order. */
void umk_weights_sort_energies(umk_weights_scratch *scratch, int64_t n, const double *energies);

/**
 * Frequencies at the vertices around a BZ point into vertex_values and corners of a leg (0 or 1). reverse: steps with
 * the opposite sign; clip: values below 0 become 0.
 */
void umk_weights_gather(umk_weights_scratch *scratch, const umk_weights *weights, const umk_phonons *phonons, int leg,
                        int64_t bz_point, bool reverse, bool clip);

/** Degenerate sets of more than one band as (first, end), at most n / 2; returns their number. */
int64_t umk_weights_find_sets(const int64_t *set_first, int64_t n, int64_t (*sets)[2]);

/** Replaces the values of the bands of each set by their mean, in each column. */
void umk_weights_average(double *values, int64_t band_stride, int64_t n_columns, int64_t column_stride, int64_t n_sets,
                         const int64_t (*sets)[2]);

#endif
