/*
 * One context, of two threads, for all tests of a program:
 *
 *     cmocka_run_group_tests(tests, set_up_context, tear_down_context);
 */
#ifndef UMK_TESTS_SUPPORT_CONTEXT_H
#define UMK_TESTS_SUPPORT_CONTEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <umklapp/context.h>

static umk_context *context;

static inline int set_up_context(void **state) {
    (void)state;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 2;
    return umk_context_create(&context, &options);
}

static inline int tear_down_context(void **state) {
    (void)state;
    umk_context_destroy(context);
    return 0;
}

#endif
