/*
 * What a run keeps in a file while it works, to go on from after it was ended at any moment: linewidths and rows of
 * finished grid points, and the state of the iteration.
 */
#ifndef UMK_TRANSPORT_CHECKPOINT_H
#define UMK_TRANSPORT_CHECKPOINT_H

#include "base/record_file.h"
#include "transport/lbte/collision.h"
#include "transport/rta.h"

/** Some rows of a point, as the file has them. */
typedef struct umk_kept_rows {
    umk_record_piece piece;
    int64_t point, n_rows;
    int64_t first_row, at; /* of all rows and bytes that are kept, those before it */
} umk_kept_rows;

typedef struct umk_checkpoint {
    umk_context *context;
    umk_record_file *file; /* NULL: no checkpoint */
    bool is_given_up;      /* nothing more is written: records behind one that is missing would be of no use */
    double sigma;          /* width of the way to integrate in hand, THz; 0: tetrahedra */
    int64_t piece_bytes;   /* most of a piece with several rows */
    double next_iteration; /* from when on a state of the iteration is written */
    int64_t n_iterations;  /* states written */
    /* What an earlier process left of this sigma: points, and rows that were not fetched yet. */
    int64_t n_done, n_kept, kept_capacity;
    umk_kept_rows *kept; /* (n_kept) points ascending */
    /* the newest state that an earlier process left of this sigma, or NULL */
    void *iteration;
    int64_t iteration_size;
} umk_checkpoint;

/** All that the numbers in the file depend on, but for the width of the smearing: that stands in each record. */
uint64_t umk_checkpoint_fingerprint(const umk_rta *rta);

/**
 * Opens the file (path NULL: none) for the calculation of `rta`, with its first sigma; ended by umk_checkpoint_clear.
 * Records of other widths are passed over. optional: a file of another calculation is a warning and no checkpoint.
 */
umk_status umk_checkpoint_open(umk_checkpoint *checkpoint, const umk_rta *rta, const char *path, bool optional);
void umk_checkpoint_clear(umk_checkpoint *checkpoint);

/**
 * Linewidths that are there into the result; *n_done points are finished. Of their rows the collision counts those that
 * it keeps.
 */
umk_status umk_checkpoint_load(umk_checkpoint *checkpoint, int64_t *n_done, umk_conductivity *result,
                               umk_collision *collision);

/**
 * These rows into the collision: as late as possible, because a process that is killed before needs none of them. What
 * is damaged in the file is made again. on_rows is told of the rows of all finished points, before the first pass.
 */
umk_status umk_checkpoint_fetch_rows(umk_checkpoint *checkpoint, umk_collision *collision);

/** Points first ... first + n - 1 are finished. A file that cannot be written is told in a warning and given up. */
void umk_checkpoint_save_points(umk_checkpoint *checkpoint, int64_t first, int64_t n, const umk_conductivity *result,
                                const umk_collision *collision);

/** The state of the iteration, as often as it takes little of the time. */
void umk_checkpoint_save_iteration(umk_checkpoint *checkpoint, int n_parts, const umk_record_part *parts);

#endif
