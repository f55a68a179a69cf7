/* Paths of result files and the compression of its datasets. */
#ifndef UMK_WRITERS_KAPPA_NAME_H
#define UMK_WRITERS_KAPPA_NAME_H

#include "base/base.h"
#include <umklapp/output.h>

/**
 * directory/{stem}-m{mesh}..., stem "kappa", "collision", ...: names as umk_conductivity_file_name makes them. The
 * caller frees *path with umk_string_free.
 */
umk_status umk_result_path(char **path, umk_context *context, const char *stem, const umk_conductivity *conductivity,
                           int64_t grid_point, const umk_output_options *options);

/** UMK_ERROR_ARGUMENT unless compression is a gzip level 0 to 9 or -1 (none). */
umk_status umk_compression_check(int compression, umk_context *context);

#endif
