/*
 * A file of records that grows while a long calculation runs, and that another process continues after this one was
 * killed at any moment: each record has a checksum, and what was cut off at the end is dropped.
 *
 * A record has data, which are read with it, and may have pieces, of which only the places are: each has a checksum of
 * its own and is read when it is needed, by any thread, into memory of the caller.
 */
#ifndef UMK_BASE_RECORD_FILE_H
#define UMK_BASE_RECORD_FILE_H

#include "base/base.h"

typedef struct umk_record_file umk_record_file;

/**
 * Opens the file of a calculation, or makes it. The records that are in it are read with umk_record_file_next, all of
 * them, before the first is appended. Fails with UMK_ERROR_INPUT for a file that is none of ours or belongs to a
 * calculation of another fingerprint, UMK_ERROR_IO where it cannot be opened or another process uses it.
 */
umk_status umk_record_file_open(umk_record_file **file, umk_context *context, const char *path, uint64_t fingerprint);

/** Closes the file; NULL is fine. */
void umk_record_file_close(umk_record_file *file);

/** Where a piece of a record is. */
typedef struct umk_record_piece {
    int64_t offset, size; /* bytes, of the file */
    uint64_t checksum;
} umk_record_piece;

/** A record that was read; its memory is valid until the next call. */
typedef struct umk_record {
    uint64_t kind;
    const void *data; /* (size) bytes, 64-byte aligned; NULL behind the last record */
    int64_t size, n_pieces;
    const umk_record_piece *pieces; /* (n_pieces); all of them lie in the file */
} umk_record;

/** The next record, whose data are whole. */
umk_status umk_record_file_next(umk_record_file *file, umk_context *context, umk_record *record);

/** The content of a piece into memory; false where it is not what was written. Any thread, several at a time. */
bool umk_record_file_read_piece(const umk_record_file *file, const umk_record_piece *piece, void *memory);

/** Memory that goes into a record: whole words of 8 bytes. */
typedef struct umk_record_part {
    const void *data;
    int64_t size;
} umk_record_part;

/** Parts that follow each other. */
typedef struct umk_record_parts {
    int64_t n;
    const umk_record_part *parts;
} umk_record_parts;

/** A record to write. */
typedef struct umk_new_record {
    uint64_t kind;
    umk_record_parts data;
    int64_t n_pieces;
    const umk_record_parts *pieces; /* (n_pieces) */
} umk_new_record;

/** Appends a record. UMK_ERROR_IO (a full disk): the file keeps the earlier records. */
umk_status umk_record_file_append(umk_record_file *file, umk_context *context, const umk_new_record *record);

/** Drops all records of a kind that this process has appended without one of another kind behind them. */
void umk_record_file_drop(umk_record_file *file, uint64_t kind);

#endif
