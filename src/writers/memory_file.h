/*
 * HDF5 files made in memory. All of it between umk_hdf5_begin and umk_hdf5_end (readers/hdf5_session.h). Failures are
 * UMK_ERROR_IO with the dataset's name and HDF5's reason.
 */
#ifndef UMK_WRITERS_MEMORY_FILE_H
#define UMK_WRITERS_MEMORY_FILE_H

#include "readers/hdf5_session.h"

/** A new file in memory, closed with H5Fclose; negative on failure, with the message stored. */
hid_t umk_memory_file_create(umk_context *context);

/** The bytes of an open file as they would stand on disk; freed with umk_release. */
umk_status umk_memory_file_image(void **image, int64_t *size, umk_context *context, hid_t file);

/**
 * Writes a dataset of doubles or int64 (little endian in the file). rank 0 is a scalar. compression: gzip level 0 to
 * 9, or -1 for none. Equal data give equal bytes (no times are stored).
 */
umk_status umk_memory_file_write(umk_context *context, hid_t file, const char *name, bool is_integer, int rank,
                                 const int64_t *shape, const void *data, int compression);

/** A scalar string of fixed length, padded with zeros. */
umk_status umk_memory_file_write_string(umk_context *context, hid_t file, const char *name, const char *string);

#endif
