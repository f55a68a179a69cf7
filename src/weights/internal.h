/* Shared between the files of this room only: tetrahedra, gathering of vertex values, the queue of evaluations. */
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

/** n rounded up to whole lanes. */
static inline int64_t umk_weights_padded(int64_t n) {
    return (n + UMK_WEIGHTS_LANES - 1) / UMK_WEIGHTS_LANES * UMK_WEIGHTS_LANES;
}

/** Energies of band pairs that wait until there are enough for all lanes. */
typedef struct umk_weights_queue {
    const umk_weights *weights;
    int64_t n;
    double *rows;                       /* (UMK_WEIGHTS_LANES, n_padded_vertices) */
    double *targets[UMK_WEIGHTS_LANES]; /* where the weights go */
    void *scratch;                      /* of the kernel */
} umk_weights_queue;

/** Lays out queue and vertex values of two legs. */
void umk_weights_queue_lay_out(umk_weights_queue *queue, const umk_weights *weights, char *workspace, int64_t *bytes);
void umk_leg_values_lay_out(umk_leg_values *values, const umk_weights *weights, int64_t n_bands, char *workspace,
                            int64_t *bytes);

/** Evaluates what waits. */
void umk_weights_queue_flush(umk_weights_queue *queue);

/** Asks for the weight at the energy of second + sign first (vertex values of a band; first may be NULL). */
static inline void umk_weights_queue_push(umk_weights_queue *queue, double sign, const double *first,
                                          const double *second, double energy, double *target) {
    const umk_tetrahedra *tetrahedra = &queue->weights->tetrahedra;
    double *row = queue->rows + queue->n * tetrahedra->n_padded_vertices;
    queue->weights->kernels->fill_row(tetrahedra, sign, first, second, energy, row);
    queue->targets[queue->n++] = target;
    if (queue->n == UMK_WEIGHTS_LANES) umk_weights_queue_flush(queue);
}

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
