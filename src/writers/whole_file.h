/* Files that appear whole or not at all. */
#ifndef UMK_WRITERS_WHOLE_FILE_H
#define UMK_WRITERS_WHOLE_FILE_H

#include "base/base.h"

/**
 * Writes size bytes to path: under a temporary name in the same directory, flushed to the disk, then renamed, so that
 * a reader sees the old file or the new one. On failure (UMK_ERROR_IO with the path and the system's reason) or
 * cancellation the temporary file is removed and what was at path is untouched.
 */
umk_status umk_whole_file_write(umk_context *context, const char *path, const void *data, int64_t size);

/** UMK_ERROR_IO: `action` path, and the system's text for error_number. */
umk_status umk_fail_system(umk_context *context, const char *action, const char *path, int error_number);

#endif
