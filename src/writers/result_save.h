/* One way for all result files: named after the run, made in memory, saved as a whole. */
#ifndef UMK_WRITERS_RESULT_SAVE_H
#define UMK_WRITERS_RESULT_SAVE_H

#include "writers/memory_file.h"
#include <umklapp/output.h>

/** What a file holds, and who writes it with the gzip level or -1 (umk_memory_file_write). */
typedef struct umk_result_content {
    umk_status (*fill)(void *user, umk_context *context, hid_t file, int compression);
    void *user;
} umk_result_content;

/**
 * Saves {stem}-m{mesh}...hdf5 of the conductivity's run, of a grid point (a BZ index) or, with -1, of all. options may
 * be NULL. *path, which may be NULL, tells where; freed with umk_string_free. Begins and ends the HDF5 session itself;
 * the file appears whole or not at all (writers/whole_file.h). UMK_ERROR_ARGUMENT for a compression that is not there.
 */
umk_status umk_result_save(char **path, umk_context *context, const char *stem, const umk_conductivity *conductivity,
                           int64_t grid_point, const umk_output_options *options, const umk_result_content *content);

#endif
