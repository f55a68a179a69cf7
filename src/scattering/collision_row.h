/*
 * What one grid point contributes to the linearized collision operator, without temperatures: for each triplet that
 * has an integration weight, and each of its band triples, the strength times the delta functions. Temperatures enter
 * where the operator is applied (kernels.h: apply_entries).
 */
#ifndef UMK_SCATTERING_COLLISION_ROW_H
#define UMK_SCATTERING_COLLISION_ROW_H

#include "base/base.h"

/** Bands of an entry in one number: 10 bits each. */
enum { umk_entry_most_bands = 1024 };

static inline uint32_t umk_entry_pack(int64_t band0, int64_t band1, int64_t band2) {
    return (uint32_t)(band0 << 20 | band1 << 10 | band2);
}
static inline int64_t umk_entry_band0(uint32_t bands) {
    return bands >> 20;
}
static inline int64_t umk_entry_band1(uint32_t bands) {
    return bands >> 10 & 1023;
}
static inline int64_t umk_entry_band2(uint32_t bands) {
    return bands & 1023;
}

/**
 * A row of the operator, or a part of it: one block of memory, ended with umk_release.
 *
 * With the members q1, q2 of a triplet of q0, an entry of value e stands for the elements e / sinh(x2) between
 * (q0, band0) and (q1, band1), and e / sinh(x1) between (q0, band0) and (q2, band2), x = hbar omega / (2 k_B T).
 */
typedef struct umk_collision_row {
    int64_t point; /* whose row it is, as its holder counts */
    int64_t n_triplets, n_entries;
    int64_t *first;       /* (n_triplets + 1) entries of triplet t are first[t] ... first[t + 1] - 1 */
    double *values;       /* (n_entries) THz; how many triplets each stands for is included */
    int32_t (*points)[2]; /* (n_triplets) GR points q1 and q2 */
    uint32_t *bands;      /* (n_entries) packed */
} umk_collision_row;

/** The arrays are for the caller to fill. NULL with the message stored where memory cannot be had. */
umk_collision_row *umk_collision_row_create(umk_context *context, int64_t n_triplets, int64_t n_entries);
int64_t umk_collision_row_bytes(int64_t n_triplets, int64_t n_entries);

/** What stands for a row in a file, without addresses, with its content behind: together as large as the row. */
typedef struct umk_row_head {
    int64_t point, n_triplets, n_entries, zeros[5];
} umk_row_head;

umk_row_head umk_collision_row_head(const umk_collision_row *row);

/** All arrays of a row as one piece of memory, whole words, whose size depends on the two numbers only. */
void *umk_collision_row_content(const umk_collision_row *row, int64_t *bytes);

/** The row of the head and the content in memory (64-byte aligned); NULL where they take more than the bytes left. */
umk_collision_row *umk_collision_row_restore(void *memory, int64_t left);

/** Whether nothing of the content points outside of the row, the bands, or the grid (of at most 2^31 points). */
bool umk_collision_row_makes_sense(const umk_collision_row *row, int64_t n_bands, int64_t n_grid);

/** A row that grows, of one worker. */
typedef struct umk_row_builder {
    int64_t n_triplets, n_entries, triplet_capacity, entry_capacity;
    int64_t *first;
    int32_t (*points)[2];
    double *values;
    uint32_t *bands;
} umk_row_builder;

/** Room for so many more triplets and entries. */
umk_status umk_row_builder_reserve(umk_row_builder *builder, umk_context *context, int64_t n_triplets,
                                   int64_t n_entries);
/** The row that was built, as one block; the builder is empty then and keeps its memory. NULL without memory. */
umk_collision_row *umk_row_builder_finish(umk_row_builder *builder, umk_context *context);
void umk_row_builder_clear(umk_row_builder *builder);

/** Takes the rows of grid points as they are made; owns each from then on, also when it fails. */
typedef struct umk_row_sink {
    umk_status (*take)(void *user, umk_collision_row *row);
    void *user;
} umk_row_sink;

#endif
