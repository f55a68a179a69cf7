/* What the tests of this room share: a context, a folder of their own, and messages of one line. */
#ifndef UMK_TESTS_WRITERS_TEST_H
#define UMK_TESTS_WRITERS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <umklapp/output.h>
#include <unistd.h>

#define DATA UMK_SOURCE_DIR "/tests/data/writers/"

static umk_context *context;
static char folder[] = "umklapp-writers-XXXXXX"; /* in the current one */

static inline int set_up(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL) return 1;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    return umk_context_create(&context, &options) != UMK_OK;
}

static inline int tear_down(void **state) {
    (void)state;
    umk_context_destroy(context);
    return rmdir(folder); /* fails when a file was left behind */
}

static inline void assert_message(const char *part) {
    if (strstr(umk_context_message(context), part) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", umk_context_message(context), part);
    }
    assert_null(strchr(umk_context_message(context), '\n'));
}

#endif
