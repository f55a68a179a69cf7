/* Shared between the files of this room only: tetrahedra, gathering of vertex values, memory of the queue. */
#ifndef UMK_WEIGHTS_INTERNAL_H
#define UMK_WEIGHTS_INTERNAL_H

#include "base/base.h"
#include "weights/weights.h"

/** Energies are taken in chunks of this many where their number is the caller's, so that the workspace is bounded. */
#define UMK_WEIGHTS_CHUNK 64

/** Fills the tetrahedra and vertices of weights from its grid. */
umk_status umk_weights_make_tetrahedra(umk_weights *weights, umk_context *context);
/** The same from n given ones, sets of 24, as steps of addresses. */
umk_status umk_weights_take_tetrahedra(umk_weights *weights, umk_context *context, int64_t n,
                                       const int64_t (*corners)[4][3]);

/** Doubles of the vertex values of one band in all figures. */
static inline int64_t umk_weights_row(const umk_weights *weights) {
    return weights->figures->n_figures * umk_figure_row;
}

/** n rounded up to whole lanes. */
static inline int64_t umk_weights_padded(int64_t n) {
    return (n + UMK_WEIGHTS_LANES - 1) / UMK_WEIGHTS_LANES * UMK_WEIGHTS_LANES;
}

/** What the workspace of several weights has to hold. */
typedef struct umk_weights_sizes {
    int64_t n_vertices, n_figures, n_patterns;
} umk_weights_sizes;

void umk_weights_enlarge(umk_weights_sizes *sizes, const umk_weights *weights);

/** Lay out an empty queue, whose tetrahedra are set by the caller, and the vertex values of a leg. */
void umk_weights_queue_lay_out(umk_weights_queue *queue, const umk_weights_sizes *sizes, char *workspace,
                               int64_t *bytes);
void umk_leg_values_lay_out(umk_leg_values *values, const umk_weights_sizes *sizes, int64_t n_bands, char *workspace,
                            int64_t *bytes);

/**
 * Frequencies at the vertices around a BZ point. reverse: steps with the opposite sign; clip: values below 0 become 0.
 */
void umk_weights_gather(umk_leg_values *values, const umk_weights *weights, const umk_phonons *phonons,
                        int64_t bz_point, bool reverse, bool clip);

/** One behind the last band of the degenerate set that begins at first. */
static inline int64_t umk_set_end(const int64_t *set_first, int64_t n_bands, int64_t first) {
    int64_t end = first + 1;
    while (end < n_bands && set_first[end] == set_first[first]) end++;
    return end;
}

#endif
