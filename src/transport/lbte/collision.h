/*
 * The linearized collision operator on a space of fields, from rows that are kept in memory as far as it allows and
 * made again, each time the operator is applied, where not.
 *
 * In the symmetric form the operator is
 *
 *     (B f)(i, nu) = Gamma(i, nu) f(i, nu) + (A f)(i, nu),
 *     (A f)(q0, nu0) = sum e / sinh(x2) f(q1, nu1) + e / sinh(x1) f(q2, nu2)
 *
 * over triplets and band triples of q0, with Gamma the total half width in THz. A triplet's integration weights differ
 * a little seen from its three members, so that A is replaced by (A + A^T) / 2.
 */
#ifndef UMK_TRANSPORT_COLLISION_H
#define UMK_TRANSPORT_COLLISION_H

#include "scattering/linewidth.h"
#include "transport/lbte/collision_space.h"

typedef struct umk_collision {
    umk_context *context;
    umk_linewidth *linewidth; /* makes rows; borrowed */
    int64_t sigma;            /* which of the ways to integrate */
    int64_t n_points;
    const int64_t *points; /* (n_points) BZ points, borrowed */
    /* Rows of the points below n_kept, in their order. */
    int64_t n_kept, n_rows, row_capacity;
    umk_collision_row **rows;
    void *block; /* of the first rows, or NULL; each of the others is memory of its own */
    int64_t n_in_block;
    double kept_bytes, most_bytes;
    /* Told of the rows of each point in the first pass, with its linewidths where they are new; may be NULL. */
    umk_status (*on_rows)(void *user, int64_t point, const umk_linewidth_result *linewidths, int64_t n_rows,
                          umk_collision_row *const *rows);
    void *user;
    /* workspace of umk_collision_apply */
    int64_t n_slots;
    double *slots;   /* (n_slots) fields */
    double *scratch; /* (n_threads, 8, n_bands, block_lanes) */
} umk_collision;

void umk_collision_init(umk_collision *collision, umk_context *context, umk_linewidth *linewidth, int64_t n_points,
                        const int64_t *points, double most_bytes);
void umk_collision_clear(umk_collision *collision);

/**
 * Linewidths and rows of points first ... first + n - 1; passes go through the points in ascending order. Rows are kept
 * while they, whole points of them, fit into most_bytes.
 */
umk_status umk_collision_pass(umk_collision *collision, int64_t first, int64_t n, umk_linewidth_result *results);

/** Whether the rows of the next point, of so many bytes, are kept; they count from then on. */
bool umk_collision_keep(umk_collision *collision, int64_t point, double bytes);

/**
 * Rows of the points that were kept before the first pass, in one block that is owned from then on, also after a
 * failure. Passes may have gone on behind them, but for on_rows, which is told of them now.
 */
umk_status umk_collision_put_first(umk_collision *collision, void *block, int64_t n_rows,
                                   umk_collision_row *const *rows);

/** Makes n_rows rows of a point that take so many bytes again, into memory. UMK_ERROR_INPUT: they are others. */
umk_status umk_collision_make_again(umk_collision *collision, int64_t point, int64_t n_rows, umk_collision_row **rows,
                                    void *memory, int64_t bytes);

/** What is done with one row, on any thread: rows of the same slot and part come one after the other, ascending. */
typedef void (*umk_row_visitor)(void *user, const umk_collision_row *row, int64_t slot, int64_t part, int worker);

/** Shows each row to the visitor, once for each part; those of point i are of slot i modulo n_slots. */
umk_status umk_collision_visit(umk_collision *collision, int64_t n_slots, int64_t n_parts, umk_row_visitor visitor,
                               void *user);

/** Allocates what umk_collision_apply needs, once. */
umk_status umk_collision_prepare(umk_collision *collision, const umk_collision_space *space);
double umk_collision_workspace_bytes(int64_t n_points, int64_t n_bands, int64_t n_temperatures, int n_threads);

/**
 * out = B in for a field of the space, out may not be in; 0 in blocks of temperatures that are not active (n_blocks;
 * NULL: all are). The same bits for any number of threads and kept rows.
 */
umk_status umk_collision_apply(umk_collision *collision, const umk_collision_space *space, const bool *active,
                               const double *in, double *out);

/** out = (A - A^T) in / 2, what integration makes different seen from the members of a triplet; else as the above. */
umk_status umk_collision_apply_asymmetry(umk_collision *collision, const umk_collision_space *space, const bool *active,
                                         const double *in, double *out);

#endif
