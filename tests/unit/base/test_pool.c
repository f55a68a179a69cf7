/*
 * The thread pool: every index runs once, results and failures do not depend on the number of threads, a loop can be
 * stopped, and the pool serves any number of loops.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

enum { n_thread_counts = 3, n_indices = 1000 };
static const int thread_counts[n_thread_counts] = {1, 2, 5};

static umk_context *make_context(int n_threads) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    assert_int_equal(umk_context_n_threads(context), n_threads);
    return context;
}

typedef struct counting {
    atomic_int runs[n_indices];
    atomic_int of_worker[8];
    double value[n_indices];
} counting;

static umk_status count_index(void *argument, int64_t index, int worker) {
    counting *counts = argument;
    atomic_fetch_add(&counts->runs[index], 1);
    atomic_fetch_add(&counts->of_worker[worker], 1);
    double sum = 0;
    for (int k = 1; k < 50; k++) sum += sin((double)(index * k)) / k;
    counts->value[index] = sum;
    return UMK_OK;
}

static void test_every_index_runs_once(void **state) {
    (void)state;
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        counting counts = {0};
        assert_int_equal(umk_parallel_for(context, n_indices, count_index, &counts), UMK_OK);
        for (int i = 0; i < n_indices; i++) assert_int_equal(atomic_load(&counts.runs[i]), 1);
        int total = 0;
        for (int w = 0; w < 8; w++) {
            int n = atomic_load(&counts.of_worker[w]);
            if (w >= thread_counts[t]) assert_int_equal(n, 0);
            total += n;
        }
        assert_int_equal(total, n_indices);
        assert_string_equal(umk_context_message(context), "");
        umk_context_destroy(context);
    }
}

static void test_results_do_not_depend_on_threads(void **state) {
    (void)state;
    counting first = {0};
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        counting counts = {0};
        assert_int_equal(umk_parallel_for(context, n_indices, count_index, &counts), UMK_OK);
        if (t == 0) first = counts;
        assert_memory_equal(first.value, counts.value, sizeof first.value);
        umk_context_destroy(context);
    }
}

static void test_no_indices(void **state) {
    (void)state;
    umk_context *context = make_context(2);
    counting counts = {0};
    assert_int_equal(umk_parallel_for(context, 0, count_index, &counts), UMK_OK);
    for (int w = 0; w < 8; w++) assert_int_equal(atomic_load(&counts.of_worker[w]), 0);
    umk_context_destroy(context);
}

typedef struct failing {
    umk_context *context;
    int64_t lowest, step; /* lowest, lowest + step, ... fail */
    atomic_int n_runs;
} failing;

static umk_status fail_at(void *argument, int64_t index, int worker) {
    (void)worker;
    failing *failure = argument;
    atomic_fetch_add(&failure->n_runs, 1);
    if (index < failure->lowest || (index - failure->lowest) % failure->step != 0) return UMK_OK;
    /* The lowest one takes longest, so that others fail before it does. */
    volatile double waited = 0;
    if (index == failure->lowest) {
        for (int k = 0; k < 20000; k++) waited = waited + k;
    }
    umk_status status = index == failure->lowest ? UMK_ERROR_NUMERICAL : UMK_ERROR_INTERNAL;
    umk_fail(failure->context, status, "index %d", (int)index);
    return umk_fail_prefix(failure->context, status, "loop");
}

static void test_lowest_failure_is_reported(void **state) {
    (void)state;
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        for (int repeat = 0; repeat < 300; repeat++) {
            failing failure = {context, 7 + repeat % 5, 1 + repeat % 3, 0};
            assert_int_equal(umk_parallel_for(context, n_indices, fail_at, &failure), UMK_ERROR_NUMERICAL);
            char expected[64];
            snprintf(expected, sizeof expected, "loop: index %d", (int)failure.lowest);
            assert_string_equal(umk_context_message(context), expected);
        }
        umk_context_destroy(context);
    }
}

static void test_failure_stops_the_loop(void **state) {
    (void)state;
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        failing failure = {context, 0, 1, 0};
        assert_int_equal(umk_parallel_for(context, INT64_MAX / 2, fail_at, &failure), UMK_ERROR_NUMERICAL);
        /* Each thread meets a failure of its own at the latest. */
        assert_in_range(atomic_load(&failure.n_runs), 1, thread_counts[t]);
        umk_context_destroy(context);
    }
}

static void test_failure_of_the_last_index(void **state) {
    (void)state;
    umk_context *context = make_context(2);
    failing failure = {context, n_indices - 1, 1, 0};
    assert_int_equal(umk_parallel_for(context, n_indices, fail_at, &failure), UMK_ERROR_NUMERICAL);
    assert_int_equal(atomic_load(&failure.n_runs), n_indices);
    /* The next loop starts afresh. */
    counting counts = {0};
    assert_int_equal(umk_parallel_for(context, n_indices, count_index, &counts), UMK_OK);
    umk_context_destroy(context);
}

typedef struct cancelling {
    umk_context *context;
    atomic_int n_runs;
} cancelling;

static umk_status cancel_at_ten(void *argument, int64_t index, int worker) {
    (void)worker;
    cancelling *cancel = argument;
    atomic_fetch_add(&cancel->n_runs, 1);
    if (index == 10) umk_context_cancel(cancel->context);
    return UMK_OK;
}

static void test_cancellation(void **state) {
    (void)state;
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        cancelling cancel = {context, 0};
        assert_int_equal(umk_parallel_for(context, INT64_MAX / 2, cancel_at_ten, &cancel), UMK_ERROR_CANCELLED);
        assert_true(atomic_load(&cancel.n_runs) >= 11);
        assert_string_equal(umk_context_message(context), "stopped on request");

        /* It stays in force until it is taken back. */
        counting counts = {0};
        assert_int_equal(umk_parallel_for(context, n_indices, count_index, &counts), UMK_ERROR_CANCELLED);
        for (int i = 0; i < n_indices; i++) assert_int_equal(atomic_load(&counts.runs[i]), 0);
        umk_context_reset_cancel(context);
        assert_int_equal(umk_parallel_for(context, n_indices, count_index, &counts), UMK_OK);
        umk_context_destroy(context);
    }
}

static umk_status add_index(void *argument, int64_t index, int worker) {
    (void)worker;
    int64_t *values = argument;
    values[index] += index + 1;
    return UMK_OK;
}

static void test_thousands_of_loops(void **state) {
    (void)state;
    enum { n_loops = 5000, n_values = 16 };
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        int64_t values[n_values] = {0}, expected[n_values] = {0};
        for (int loop = 0; loop < n_loops; loop++) {
            int64_t count = loop % (n_values + 1);
            assert_int_equal(umk_parallel_for(context, count, add_index, values), UMK_OK);
            for (int64_t i = 0; i < count; i++) expected[i] += i + 1;
        }
        assert_memory_equal(values, expected, sizeof values);
        umk_context_destroy(context);
    }
}

static void test_two_contexts_side_by_side(void **state) {
    (void)state;
    umk_context *one = make_context(2), *other = make_context(2);
    failing failure = {one, 3, 1, 0};
    assert_int_equal(umk_parallel_for(one, n_indices, fail_at, &failure), UMK_ERROR_NUMERICAL);
    counting counts = {0};
    assert_int_equal(umk_parallel_for(other, n_indices, count_index, &counts), UMK_OK);
    assert_string_equal(umk_context_message(one), "loop: index 3");
    assert_string_equal(umk_context_message(other), "");
    umk_context_destroy(one);
    umk_context_destroy(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_index_runs_once),
        cmocka_unit_test(test_results_do_not_depend_on_threads),
        cmocka_unit_test(test_no_indices),
        cmocka_unit_test(test_lowest_failure_is_reported),
        cmocka_unit_test(test_failure_stops_the_loop),
        cmocka_unit_test(test_failure_of_the_last_index),
        cmocka_unit_test(test_cancellation),
        cmocka_unit_test(test_thousands_of_loops),
        cmocka_unit_test(test_two_contexts_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
