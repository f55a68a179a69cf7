/* HDF5 result files for reading, on top of readers/hdf5_dataset.h. All of it between umk_hdf5_begin and _end. */
#ifndef UMK_WRITERS_RESULT_FILE_H
#define UMK_WRITERS_RESULT_FILE_H

#include "readers/hdf5_dataset.h"

/** Opens path; UMK_ERROR_IO with the system's reason, or UMK_ERROR_INPUT when it is no HDF5 file. */
umk_status umk_result_file_open(umk_hdf5_file *file, umk_context *context, const char *path);
void umk_result_file_close(umk_hdf5_file *file);

/**
 * Rank and lengths (each at least 1) of a dataset; *rank -1 when there is none of that name. Fails for more than
 * max_rank axes.
 */
umk_status umk_result_file_shape(int *rank, int64_t *shape, int max_rank, const umk_hdf5_file *file, const char *name);

/** A dataset of count doubles or int64 as a new array, freed with umk_release. */
umk_status umk_result_file_array(void **data, const umk_hdf5_file *file, const char *name, bool is_integer,
                                 int64_t count);

/** The same into memory of the caller, for a few numbers. */
umk_status umk_result_file_numbers(void *data, const umk_hdf5_file *file, const char *name, bool is_integer,
                                   int64_t count);

#endif
