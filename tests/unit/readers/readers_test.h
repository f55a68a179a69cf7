/* What the tests of the readers share: a context, messages, files of their own. */
#ifndef READERS_TEST_H
#define READERS_TEST_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "base/base.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA(name)    UMK_SOURCE_DIR "/tests/data/readers/" name
#define EXAMPLE(name) UMK_SOURCE_DIR "/examples/" name
#define COUNT(array)  ((int)(sizeof(array) / sizeof(array)[0]))

static umk_context *context;

static inline int create_context(void **state) {
    (void)state;
    return umk_context_create(&context, &(umk_context_options){.n_threads = 2}) != UMK_OK;
}

static inline int destroy_context(void **state) {
    (void)state;
    umk_context_destroy(context);
    return 0;
}

/* The message must hold the part, on a single line. */
static inline void expect_message(const char *part) {
    const char *message = umk_context_message(context);
    if (strstr(message, part) == NULL || strchr(message, '\n') != NULL) {
        print_error("message: %s\nexpected in it: %s\n", message, part);
        fail();
    }
}

static inline void expect_ok(umk_status status) {
    if (status != UMK_OK) print_error("%s\n", umk_context_message(context));
    assert_int_equal(status, UMK_OK);
}

/* Writes size bytes to a new file in the working folder; name has room for 32 characters. */
static inline void write_file(char name[32], const void *data, size_t size) {
    strcpy(name, "readers_XXXXXX");
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* All of a file; the caller frees it. */
static inline unsigned char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long end = ftell(file);
    assert_true(end >= 0);
    rewind(file);
    unsigned char *data = malloc((size_t)end + 1);
    assert_non_null(data);
    *size = fread(data, 1, (size_t)end, file);
    assert_int_equal(*size, end);
    fclose(file);
    return data;
}

#endif
