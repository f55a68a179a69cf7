/* The context: options, messages and their prefixes, log, progress, cancellation, defaults of threads and memory. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "base/context.h"

static umk_context *make_context(const umk_context_options *options) {
    umk_context *context;
    assert_int_equal(umk_context_create(&context, options), UMK_OK);
    return context;
}

static void test_options_out_of_range(void **state) {
    (void)state;
    umk_context_options wrong[] = {{.n_threads = -1}, {.n_threads = 1025}, {.memory_limit = -1}};
    for (int i = 0; i < 3; i++) {
        umk_context *context = (umk_context *)&wrong;
        assert_int_equal(umk_context_create(&context, &wrong[i]), UMK_ERROR_ARGUMENT);
        assert_null(context);
    }
    umk_context_destroy(NULL);
}

static void test_defaults(void **state) {
    (void)state;
    umk_context *context = make_context(NULL);
    assert_in_range(umk_context_n_threads(context), 1, 1024);
    assert_true(umk_context_memory_limit(context) > 1000000);
    assert_string_equal(umk_context_message(context), "");
    umk_context_destroy(context);
}

static void test_messages(void **state) {
    (void)state;
    umk_context *context = make_context(NULL);
    assert_int_equal(umk_fail(context, UMK_ERROR_INPUT, "line %d: %s", 12, "no mass"), UMK_ERROR_INPUT);
    assert_string_equal(umk_context_message(context), "line 12: no mass");
    assert_int_equal(umk_fail_prefix(context, UMK_ERROR_IO, "%s", "a.yaml"), UMK_ERROR_IO);
    assert_int_equal(umk_fail_prefix(context, UMK_ERROR_IO, "input"), UMK_ERROR_IO);
    assert_string_equal(umk_context_message(context), "input: a.yaml: line 12: no mass");
    /* The stored message may itself be an argument. */
    umk_fail(context, UMK_ERROR_IO, "(%s)", umk_context_message(context));
    assert_string_equal(umk_context_message(context), "(input: a.yaml: line 12: no mass)");
    umk_context_destroy(context);
}

static void test_long_messages_are_cut(void **state) {
    (void)state;
    umk_context *context = make_context(NULL);
    char text[3 * umk_message_size];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    umk_fail(context, UMK_ERROR_INPUT, "%s", text);
    assert_int_equal(strlen(umk_context_message(context)), umk_message_size - 1);

    umk_fail_prefix(context, UMK_ERROR_INPUT, "name");
    assert_int_equal(strlen(umk_context_message(context)), umk_message_size - 1);
    assert_int_equal(strncmp(umk_context_message(context), "name: xxx", 9), 0);

    umk_fail_prefix(context, UMK_ERROR_INPUT, "%s", text);
    assert_int_equal(strlen(umk_context_message(context)), umk_message_size - 1);
    for (int i = 0; i < umk_message_size - 1; i++) assert_int_equal(umk_context_message(context)[i], 'x');

    umk_fail(context, UMK_ERROR_INPUT, "short");
    assert_string_equal(umk_context_message(context), "short");
    umk_context_destroy(context);
}

typedef struct listener {
    int n_lines;
    umk_log_level level;
    char line[64];
    double fraction;
    bool stop;
} listener;

static void hear_line(void *user, umk_log_level level, const char *line) {
    listener *heard = user;
    heard->n_lines++;
    heard->level = level;
    snprintf(heard->line, sizeof heard->line, "%s", line);
}

static bool hear_progress(void *user, double fraction) {
    listener *heard = user;
    heard->fraction = fraction;
    return heard->stop;
}

static void test_log(void **state) {
    (void)state;
    listener heard = {0};
    umk_context *context = make_context(&(umk_context_options){.n_threads = 1, .log = hear_line, .user = &heard});
    umk_log(context, UMK_LOG_INFO, "grid %dx%d", 3, 4);
    assert_int_equal(heard.n_lines, 1);
    assert_int_equal(heard.level, UMK_LOG_INFO);
    assert_string_equal(heard.line, "grid 3x4");
    umk_context_destroy(context);

    context = make_context(NULL);
    umk_log(context, UMK_LOG_WARNING, "nobody listens");
    umk_context_destroy(context);
}

static void test_progress_can_stop(void **state) {
    (void)state;
    listener heard = {0};
    umk_context *context =
        make_context(&(umk_context_options){.n_threads = 1, .progress = hear_progress, .user = &heard});
    assert_int_equal(umk_progress(context, 0.25), UMK_OK);
    assert_true(heard.fraction == 0.25);
    heard.stop = true;
    assert_int_equal(umk_progress(context, 0.5), UMK_ERROR_CANCELLED);
    assert_string_equal(umk_context_message(context), "stopped on request");
    assert_int_equal(umk_check_cancel(context), UMK_ERROR_CANCELLED);
    heard.stop = false;
    umk_context_reset_cancel(context);
    assert_int_equal(umk_progress(context, 0.75), UMK_OK);
    umk_context_destroy(context);
}

static void *cancel_from_here(void *argument) {
    umk_context_cancel(argument);
    return NULL;
}

static void test_cancel_from_another_thread(void **state) {
    (void)state;
    umk_context *context = make_context(NULL);
    assert_int_equal(umk_check_cancel(context), UMK_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_from_here, context), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(umk_check_cancel(context), UMK_ERROR_CANCELLED);
    umk_context_reset_cancel(context);
    assert_int_equal(umk_check_cancel(context), UMK_OK);
    umk_context_destroy(context);
}

static void test_status_texts_and_version(void **state) {
    (void)state;
    for (int i = UMK_OK; i <= UMK_ERROR_INTERNAL; i++) {
        assert_true(strlen(umk_status_text((umk_status)i)) > 0);
        assert_string_not_equal(umk_status_text((umk_status)i), "unknown status");
    }
    assert_string_equal(umk_status_text(UMK_OK), "success");
    assert_string_equal(umk_status_text((umk_status)(UMK_ERROR_INTERNAL + 1)), "unknown status");
    int major, minor, patch, used = 0;
    assert_int_equal(sscanf(umk_version(), "%d.%d.%d%n", &major, &minor, &patch, &used), 3);
    assert_int_equal(umk_version()[used], '\0');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_out_of_range),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_long_messages_are_cut),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_progress_can_stop),
        cmocka_unit_test(test_cancel_from_another_thread),
        cmocka_unit_test(test_status_texts_and_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
