/*
 * A file of records that grows while a long calculation runs, and that another process continues after this one was
 * killed at any moment: each record has a checksum, and what was cut off at the end is dropped.
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

/** The next record: *data (size bytes, 64-byte aligned) is valid until the next call, NULL behind the last. */
umk_status umk_record_file_next(umk_record_file *file, umk_context *context, uint64_t *kind, const void **data,
                                int64_t *size);

/** One piece of a record: whole words of 8 bytes. */
typedef struct umk_record_part {
    const void *data;
    int64_t size;
} umk_record_part;

/** Appends a record that consists of parts. UMK_ERROR_IO (a full disk): the file keeps the earlier records. */
umk_status umk_record_file_append(umk_record_file *file, umk_context *context, uint64_t kind, int n_parts,
                                  const umk_record_part *parts);

/** Drops all records of a kind that this process has appended without one of another kind behind them. */
void umk_record_file_drop(umk_record_file *file, uint64_t kind);

#endif
