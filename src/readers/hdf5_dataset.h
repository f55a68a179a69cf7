/*
 * Floating-point datasets of HDF5 files, read with distrust: what a dataset says of itself is compared with the size of
 * the file before anything is allocated, and chunks are unpacked here.
 */
#ifndef UMK_READERS_HDF5_DATASET_H
#define UMK_READERS_HDF5_DATASET_H

#include "readers/hdf5_session.h"

/** An open file and what is known about it. */
typedef struct umk_hdf5_file {
    umk_context *context;
    const char *path;
    hid_t file;
    int64_t size; /* bytes */
} umk_hdf5_file;

/** "FILE, dataset NAME: message"; UMK_ERROR_INPUT. */
umk_status umk_hdf5_fail(const umk_hdf5_file *file, const char *dataset, const char *format, ...) UMK_PRINTF(3, 4);

/** Dimensions of a dataset; rank -1 where they cannot be known, 0 for a single value. */
typedef struct umk_hdf5_shape {
    int rank;
    hsize_t dims[H5S_MAX_RANK];
} umk_hdf5_shape;

void umk_hdf5_get_shape(hid_t dataset, umk_hdf5_shape *shape);

/** "(2, 64, 3, 3)" for a message. Returns out. */
const char *umk_hdf5_describe(char *out, size_t size, int rank, const hsize_t *dims);

/** Opens a dataset of the root group. */
umk_status umk_hdf5_open_dataset(const umk_hdf5_file *file, const char *name, hid_t *dataset);

/**
 * The elements of a dataset of known, positive shape as doubles, which the caller releases. Fails where it holds no
 * floating-point numbers, is damaged or incomplete, or would not fit into the context's memory limit.
 */
umk_status umk_hdf5_read_floats(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                                double **values);

/** The same for integers, such as flags. */
umk_status umk_hdf5_read_flags(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                               double **values);

/** Whether n_bytes of a dataset that is not chunked lie inside the file. */
umk_status umk_hdf5_check_contiguous(const umk_hdf5_file *file, const char *name, hid_t dataset, int64_t n_bytes);

/** What is known of chunked storage before it is read. */
typedef struct umk_hdf5_chunk_plan {
    bool is_packed; /* by filters: then umk_hdf5_read_chunks reads it */
    double n_bytes; /* needed beside the dataset while it is read */
} umk_hdf5_chunk_plan;

/** Whether the chunks that the dataset speaks of can come from this file. */
umk_status umk_hdf5_plan_chunks(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                                size_t element_size, umk_hdf5_chunk_plan *plan);

/**
 * The elements of a packed dataset as they are stored, element_size bytes each, into the array values. Chunks are
 * unpacked in parallel.
 */
umk_status umk_hdf5_read_chunks(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                                size_t element_size, unsigned char *values);

/** One text of fixed or variable length (below size bytes) in a dataset of one element. */
umk_status umk_hdf5_read_text(const umk_hdf5_file *file, const char *name, hid_t dataset, char *out, size_t size);

#endif
