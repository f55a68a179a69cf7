/*
 * What a run keeps in a file while it works, to go on from after it was ended at any moment: linewidths and rows of
 * finished grid points, and the state of the iteration.
 */
#ifndef UMK_TRANSPORT_CHECKPOINT_H
#define UMK_TRANSPORT_CHECKPOINT_H

#include "base/record_file.h"
#include "transport/lbte/collision.h"
#include "transport/rta.h"

typedef struct umk_checkpoint {
    umk_context *context;
    umk_record_file *file; /* NULL: no checkpoint */
    double sigma;          /* width of the way to integrate in hand, THz; 0: tetrahedra */
    double last_iteration; /* when the state of the iteration was written */
    int64_t n_iterations;  /* states written */
    /* the newest state that an earlier process left of this sigma, or NULL */
    void *iteration;
    int64_t iteration_size;
} umk_checkpoint;

/**
 * Opens the file (path NULL: none) for the calculation of `rta`, with its first sigma; ended by umk_checkpoint_clear.
 * Records of other widths are passed over. optional: a file of another calculation is a warning and no checkpoint.
 */
umk_status umk_checkpoint_open(umk_checkpoint *checkpoint, const umk_rta *rta, const char *path, bool optional);
void umk_checkpoint_clear(umk_checkpoint *checkpoint);

/** Linewidths and rows that are there into the result and the collision; *n_done points are finished. */
umk_status umk_checkpoint_load(umk_checkpoint *checkpoint, int64_t *n_done, umk_conductivity *result,
                               umk_collision *collision);

/** Points first ... first + n - 1 are finished. A file that cannot be written is told in a warning and given up. */
void umk_checkpoint_save_points(umk_checkpoint *checkpoint, int64_t first, int64_t n, const umk_conductivity *result,
                                const umk_collision *collision);

/** The state of the iteration, at most once in a second. */
void umk_checkpoint_save_iteration(umk_checkpoint *checkpoint, int n_parts, const umk_record_part *parts);

#endif
