/* Streams of bytes: plain and packed, cut short, damaged, too large. */
#include "readers/source.h"
#include "readers_test.h"
#include <lzma.h>
#include <zlib.h>

enum { text_size = 300000, packed_size = 2 * text_size };
static unsigned char text[text_size], packed[packed_size], unpacked[text_size + 10];

/* Text that packs a little, larger than every buffer on the way. */
static int make_text(void **state) {
    uint32_t random = 1;
    for (int i = 0; i < text_size; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = (unsigned char)("0123456789 .-\n\n\n"[random >> 28]);
    }
    return create_context(state);
}

static size_t pack_xz(const unsigned char *data, size_t size) {
    size_t used = 0;
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, data, size, packed, &used, packed_size),
                     LZMA_OK);
    return used;
}

static size_t pack_lzma(void) {
    lzma_options_lzma options;
    lzma_stream stream = LZMA_STREAM_INIT;
    assert_false(lzma_lzma_preset(&options, 1));
    assert_int_equal(lzma_alone_encoder(&stream, &options), LZMA_OK);
    stream.next_in = text;
    stream.avail_in = text_size;
    stream.next_out = packed;
    stream.avail_out = packed_size;
    assert_int_equal(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
    lzma_end(&stream);
    return packed_size - stream.avail_out;
}

/* One member of a gzip file behind what is already in packed. */
static size_t pack_gzip(size_t used, const unsigned char *data, size_t size) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *)data;
    stream.avail_in = (uInt)size;
    stream.next_out = packed + used;
    stream.avail_out = (uInt)(packed_size - used);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t end = packed_size - stream.avail_out;
    deflateEnd(&stream);
    return end;
}

static umk_status read_all(umk_source *source, size_t *size) {
    size_t got = 1;
    *size = 0;
    while (got > 0) {
        umk_status status = umk_source_read(source, unpacked + *size, sizeof unpacked - *size, &got);
        if (status != UMK_OK) return status;
        *size += got;
    }
    return UMK_OK;
}

static umk_status read_memory(const void *data, size_t n, int64_t limit, size_t *size) {
    umk_source *source;
    umk_status status = umk_source_open_memory(&source, context, "data", data, n, limit);
    if (status == UMK_OK) status = read_all(source, size);
    umk_source_close(source);
    return status;
}

static void expect_text(const void *data, size_t n) {
    size_t size;
    expect_ok(read_memory(data, n, text_size, &size));
    assert_int_equal(size, text_size);
    assert_memory_equal(unpacked, text, text_size);
}

static void all_packings_give_the_text(void **state) {
    (void)state;
    expect_text(text, text_size);
    expect_text(packed, pack_xz(text, text_size));
    expect_text(packed, pack_lzma());
    expect_text(packed, pack_gzip(0, text, text_size));
    expect_text(packed, pack_gzip(pack_gzip(0, text, 1000), text + 1000, text_size - 1000));
}

static void a_file_gives_the_text(void **state) {
    (void)state;
    char name[32];
    size_t size;
    umk_source *source;
    write_file(name, packed, pack_xz(text, text_size));
    expect_ok(umk_source_open(&source, context, name));
    expect_ok(read_all(source, &size));
    assert_memory_equal(unpacked, text, text_size);
    umk_source_close(source);
    remove(name);
}

static void missing_files_are_reported(void **state) {
    (void)state;
    umk_source *source;
    assert_int_equal(umk_source_open(&source, context, "no_such_file"), UMK_ERROR_IO);
    assert_null(source);
    expect_message("no_such_file: cannot be opened: No such file");
    assert_int_equal(umk_source_open(&source, context, UMK_SOURCE_DIR), UMK_ERROR_IO);
    assert_null(source);
    umk_source_close(NULL);
}

static void expect_failure_of_every_cut(size_t n, const char *message) {
    size_t size, step = n / 57 + 1;
    for (size_t cut = 14; cut < n; cut += step) {
        assert_int_equal(read_memory(packed, cut, text_size, &size), UMK_ERROR_INPUT);
        expect_message(message);
    }
}

static void cut_data_are_reported(void **state) {
    (void)state;
    expect_failure_of_every_cut(pack_xz(text, text_size), "data: the xz data end too early");
    expect_failure_of_every_cut(pack_lzma(), "data: the lzma data end too early");
    expect_failure_of_every_cut(pack_gzip(0, text, text_size), "data: the gzip data end too early");
}

static void damaged_data_are_reported(void **state) {
    (void)state;
    size_t size, n = pack_xz(text, text_size);
    packed[n / 2] ^= 0x10;
    assert_int_equal(read_memory(packed, n, text_size, &size), UMK_ERROR_INPUT);
    expect_message("data: the xz data are damaged");
    n = pack_gzip(0, text, text_size);
    packed[n - 6] ^= 0x10;
    assert_int_equal(read_memory(packed, n, text_size, &size), UMK_ERROR_INPUT);
    expect_message("data: the gzip data are damaged");
    n = pack_gzip(0, text, text_size);
    memcpy(packed + n, "rubbish", 7);
    assert_int_equal(read_memory(packed, n + 7, text_size, &size), UMK_ERROR_INPUT);
    expect_message("data: the gzip data are damaged");
}

static void too_much_is_refused(void **state) {
    (void)state;
    size_t size;
    assert_int_equal(read_memory(packed, pack_xz(text, text_size), text_size - 1, &size), UMK_ERROR_INPUT);
    expect_message("unpacks to more than");
    assert_int_equal(read_memory(packed, pack_gzip(0, text, text_size), 1000, &size), UMK_ERROR_INPUT);
    expect_message("data: unpacks to more than 0.001 MB");
}

static void foreign_data_are_named(void **state) {
    (void)state;
    size_t size;
    assert_int_equal(read_memory("BZh91AY&SY", 10, 1000, &size), UMK_ERROR_INPUT);
    expect_message("bzip2");
    assert_int_equal(read_memory("\x89HDF\r\n\x1a\n", 8, 1000, &size), UMK_ERROR_INPUT);
    expect_message("HDF5 file, expected text");
    expect_ok(read_memory("", 0, 1000, &size));
    assert_int_equal(size, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_packings_give_the_text), cmocka_unit_test(a_file_gives_the_text),
        cmocka_unit_test(missing_files_are_reported), cmocka_unit_test(cut_data_are_reported),
        cmocka_unit_test(damaged_data_are_reported),  cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(foreign_data_are_named),
    };
    return cmocka_run_group_tests(tests, make_text, destroy_context);
}
