/*
 * A stream of bytes from a file or from memory, unpacked on the way.
 *
 * Formats by their first bytes: xz fd 37 7a 58 5a 00 (The .xz File Format 1.1.0), gzip 1f 8b (RFC 1952). The old .lzma
 * format has no signature; its header is a property byte below 225 and a dictionary size whose low bytes are zero,
 * which no text begins with.
 */
#include "readers/source.h"
#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { input_size = 1 << 16 };

/* Decoders of what the xz program writes need up to 65 MB; more is a damaged or hostile header. */
#define LZMA_MEMORY_LIMIT ((uint64_t)256 << 20)

typedef enum packing { PLAIN, XZ, LZMA, GZIP } packing;

static const char *const packing_names[] = {[PLAIN] = "", [XZ] = "xz", [LZMA] = "lzma", [GZIP] = "gzip"};

struct umk_source {
    umk_context *context;
    const char *name;
    FILE *file;                /* NULL: from memory */
    const unsigned char *data; /* what is left of the memory */
    size_t data_left;
    packing packing;
    bool has_decoder;
    lzma_stream lzma;
    z_stream zlib;
    int64_t unpacked, unpack_limit;
    bool input_ended, finished;
    size_t begin, end; /* of the unread bytes in input */
    unsigned char input[input_size];
};

const char *umk_source_name(const umk_source *source) {
    return source->name;
}

static umk_status read_raw(umk_source *source, void *buffer, size_t capacity, size_t *got) {
    if (source->file == NULL) {
        *got = capacity < source->data_left ? capacity : source->data_left;
        if (*got > 0) memcpy(buffer, source->data, *got);
        source->data += *got;
        source->data_left -= *got;
        return UMK_OK;
    }
    errno = 0;
    *got = fread(buffer, 1, capacity, source->file);
    if (*got == 0 && ferror(source->file)) {
        return umk_fail(source->context, UMK_ERROR_IO, "%s: cannot be read: %s", source->name,
                        strerror(errno != 0 ? errno : EIO));
    }
    return UMK_OK;
}

/* Reads into the empty input buffer. */
static umk_status refill(umk_source *source) {
    source->begin = source->end = 0;
    umk_status status = read_raw(source, source->input, input_size, &source->end);
    if (status == UMK_OK && source->end == 0) source->input_ended = true;
    return status;
}

static packing find_packing(const unsigned char *bytes, size_t n) {
    static const unsigned char xz[] = {0xfd, '7', 'z', 'X', 'Z', 0};
    if (n >= sizeof xz && memcmp(bytes, xz, sizeof xz) == 0) return XZ;
    if (n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) return GZIP;
    if (n >= 13 && bytes[0] < 225 && bytes[1] == 0 && bytes[2] == 0) return LZMA;
    return PLAIN;
}

static umk_status refuse_foreign(const umk_source *source) {
    const unsigned char *bytes = source->input;
    const char *what = NULL;
    if (source->end >= 3 && memcmp(bytes, "BZh", 3) == 0)
        what = "bzip2 data, which cannot be unpacked here (xz and gzip can)";
    if (source->end >= 4 && memcmp(bytes, "PK\3\4", 4) == 0) what = "a zip archive";
    if (source->end >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0)
        what = "zstd data, which cannot be unpacked here (xz and gzip can)";
    if (source->end >= 4 && memcmp(bytes, "\x89HDF", 4) == 0) what = "an HDF5 file";
    if (what == NULL) return UMK_OK;
    return umk_fail(source->context, UMK_ERROR_INPUT, "%s: this is %s, expected text", source->name, what);
}

static umk_status start_decoder(umk_source *source) {
    int failed = 0;
    if (source->packing == XZ) {
        failed = lzma_stream_decoder(&source->lzma, LZMA_MEMORY_LIMIT, LZMA_CONCATENATED) != LZMA_OK;
    } else if (source->packing == LZMA) {
        failed = lzma_alone_decoder(&source->lzma, LZMA_MEMORY_LIMIT) != LZMA_OK;
    } else if (source->packing == GZIP) {
        failed = inflateInit2(&source->zlib, 16 + MAX_WBITS) != Z_OK;
    }
    if (failed) return umk_fail(source->context, UMK_ERROR_MEMORY, "%s: no memory to unpack it", source->name);
    source->has_decoder = true;
    return UMK_OK;
}

static umk_status start(umk_source *source) {
    umk_status status;
    UMK_TRY(refill(source));
    UMK_TRY(refuse_foreign(source));
    source->packing = find_packing(source->input, source->end);
    UMK_TRY(start_decoder(source));
cleanup:
    return status;
}

static umk_status open_source(umk_source **source, umk_context *context, const char *name, FILE *file) {
    *source = umk_allocate(context, 1, sizeof **source);
    if (*source == NULL) return UMK_ERROR_MEMORY;
    (*source)->context = context;
    (*source)->name = name;
    (*source)->file = file;
    (*source)->lzma = (lzma_stream)LZMA_STREAM_INIT;
    return UMK_OK;
}

static umk_status start_or_close(umk_source **source) {
    umk_status status = start(*source);
    if (status == UMK_OK) return UMK_OK;
    umk_source_close(*source);
    *source = NULL;
    return status;
}

umk_status umk_source_open(umk_source **source, umk_context *context, const char *path) {
    *source = NULL;
    errno = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return umk_fail(context, UMK_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno != 0 ? errno : EIO));
    }
    umk_status status = open_source(source, context, path, file);
    if (status != UMK_OK) {
        fclose(file);
        return status;
    }
    (*source)->unpack_limit = UMK_UNPACK_LIMIT;
    return start_or_close(source);
}

umk_status umk_source_open_memory(umk_source **source, umk_context *context, const char *name, const void *data,
                                  size_t size, int64_t unpack_limit) {
    umk_status status = open_source(source, context, name, NULL);
    if (status != UMK_OK) return status;
    (*source)->data = data;
    (*source)->data_left = size;
    (*source)->unpack_limit = unpack_limit;
    return start_or_close(source);
}

void umk_source_close(umk_source *source) {
    if (source == NULL) return;
    if (source->has_decoder && source->packing == GZIP) inflateEnd(&source->zlib);
    if (source->has_decoder && (source->packing == XZ || source->packing == LZMA)) lzma_end(&source->lzma);
    if (source->file != NULL) fclose(source->file);
    umk_release(source);
}

static umk_status damaged(const umk_source *source, const char *how) {
    return umk_fail(source->context, UMK_ERROR_INPUT, "%s: the %s data %s", source->name,
                    packing_names[source->packing], how);
}

static umk_status lzma_failure(const umk_source *source, lzma_ret result) {
    switch (result) {
    case LZMA_BUF_ERROR:
        return damaged(source, "end too early: the file is cut short");
    case LZMA_MEM_ERROR:
        return umk_fail(source->context, UMK_ERROR_MEMORY, "%s: no memory to unpack it", source->name);
    case LZMA_MEMLIMIT_ERROR:
        return damaged(source, "ask for more than 256 MB to unpack: damaged, or not from xz");
    case LZMA_OPTIONS_ERROR:
        return damaged(source, "use an option that is not known");
    default:
        return damaged(source, "are damaged");
    }
}

/* One call of the lzma decoder; may give no bytes. */
static umk_status step_lzma(umk_source *source, unsigned char *buffer, size_t capacity, size_t *got) {
    lzma_stream *stream = &source->lzma;
    stream->next_in = source->input + source->begin;
    stream->avail_in = source->end - source->begin;
    stream->next_out = buffer;
    stream->avail_out = capacity;
    lzma_ret result = lzma_code(stream, source->input_ended ? LZMA_FINISH : LZMA_RUN);
    source->begin = source->end - stream->avail_in;
    *got = capacity - stream->avail_out;
    if (result == LZMA_STREAM_END) {
        source->finished = true;
        return UMK_OK;
    }
    if (result == LZMA_OK) return UMK_OK;
    if (result == LZMA_BUF_ERROR && !source->input_ended) return UMK_OK;
    return lzma_failure(source, result);
}

/* Several members may follow each other (RFC 1952, 2.2). */
static umk_status step_gzip(umk_source *source, unsigned char *buffer, size_t capacity, size_t *got) {
    z_stream *stream = &source->zlib;
    stream->next_in = source->input + source->begin;
    stream->avail_in = (uInt)(source->end - source->begin);
    stream->next_out = buffer;
    stream->avail_out = (uInt)capacity;
    int result = inflate(stream, Z_NO_FLUSH);
    source->begin = source->end - stream->avail_in;
    *got = capacity - stream->avail_out;
    if (result == Z_STREAM_END) {
        if (source->begin == source->end) {
            umk_status status = refill(source);
            if (status != UMK_OK) return status;
        }
        source->finished = source->input_ended;
        if (!source->finished && inflateReset(stream) != Z_OK) return damaged(source, "are damaged");
        return UMK_OK;
    }
    if (result == Z_MEM_ERROR) {
        return umk_fail(source->context, UMK_ERROR_MEMORY, "%s: no memory to unpack it", source->name);
    }
    if (result == Z_BUF_ERROR || result == Z_OK) {
        if (*got == 0 && source->input_ended) return damaged(source, "end too early: the file is cut short");
        return UMK_OK;
    }
    return damaged(source, "are damaged");
}

static umk_status read_packed(umk_source *source, unsigned char *buffer, size_t capacity, size_t *got) {
    umk_status status = UMK_OK;
    if (capacity > (size_t)1 << 30) capacity = (size_t)1 << 30;
    *got = 0;
    while (*got == 0 && !source->finished) {
        if (source->begin == source->end && !source->input_ended) UMK_TRY(refill(source));
        if (source->packing == GZIP) {
            UMK_TRY(step_gzip(source, buffer, capacity, got));
        } else {
            UMK_TRY(step_lzma(source, buffer, capacity, got));
        }
    }
    source->unpacked += (int64_t)*got;
    if (source->unpacked > source->unpack_limit) {
        status = umk_fail(source->context, UMK_ERROR_INPUT,
                          "%s: unpacks to more than %.6g MB: unpack it first if that is meant", source->name,
                          (double)source->unpack_limit / 1e6);
    }
cleanup:
    return status;
}

umk_status umk_source_read(umk_source *source, void *buffer, size_t capacity, size_t *got) {
    *got = 0;
    if (source->packing != PLAIN) return read_packed(source, buffer, capacity, got);
    size_t left = source->end - source->begin;
    if (left == 0) return source->input_ended ? UMK_OK : read_raw(source, buffer, capacity, got);
    *got = capacity < left ? capacity : left;
    memcpy(buffer, source->input + source->begin, *got);
    source->begin += *got;
    return UMK_OK;
}
