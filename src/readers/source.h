/*
 * A stream of bytes from a file or from memory. Data packed by xz, lzma or gzip, recognised by their first bytes, are
 * unpacked on the way; no more memory is used than the unpacker's own window and one buffer.
 */
#ifndef UMK_READERS_SOURCE_H
#define UMK_READERS_SOURCE_H

#include "base/base.h"

typedef struct umk_source umk_source;

/** Packed data may not unpack to more than this, so that a small hostile file cannot keep a machine busy for hours. */
#define UMK_UNPACK_LIMIT ((int64_t)8 << 30)

/** Opens a file; UMK_ERROR_IO where it cannot be read. path is borrowed until the source is closed. */
umk_status umk_source_open(umk_source **source, umk_context *context, const char *path);

/** The same for size bytes in memory (borrowed), called name in messages. */
umk_status umk_source_open_memory(umk_source **source, umk_context *context, const char *name, const void *data,
                                  size_t size, int64_t unpack_limit);

/** Fills buffer with up to capacity bytes; *got is 0 at the end only. */
umk_status umk_source_read(umk_source *source, void *buffer, size_t capacity, size_t *got);

/** What messages call it. */
const char *umk_source_name(const umk_source *source);

/** NULL is fine. */
void umk_source_close(umk_source *source);

#endif
