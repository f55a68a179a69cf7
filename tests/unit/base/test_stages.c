/*
 * Times of stages: what the calling thread and the tasks of several workers tell, threads that wait, and that all of it
 * adds up to the whole time.
 */
#define _GNU_SOURCE /* nanosleep */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/base.h"

enum { n_thread_counts = 3 };
static const int thread_counts[n_thread_counts] = {1, 2, 5};

static umk_context *make_context(int n_threads) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

static void rest(double seconds) {
    nanosleep(&(struct timespec){0, (long)(1e9 * seconds)}, NULL);
}

static void assert_near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance)) fail_msg("%.9g is not %.9g +- %.2g", found, expected, tolerance);
}

/* Reads the times, and checks what is true of all. */
static umk_timings read_timings(const umk_context *context) {
    umk_timings timings;
    umk_context_timings(&timings, context);
    double sum = 0;
    for (int stage = 0; stage < UMK_N_STAGES; stage++) sum += timings.seconds[stage];
    assert_true(timings.total > 0);
    assert_near(sum, timings.total, 1e-9 + 1e-12 * fabs(timings.seconds[UMK_STAGE_OTHER]));
    assert_true(timings.busy_threads >= 0);
    assert_true(timings.busy_threads <= umk_context_n_threads(context) + 1e-9);
    return timings;
}

static void test_names(void **state) {
    (void)state;
    for (int i = 0; i < UMK_N_STAGES; i++) {
        const char *name = umk_stage_name((umk_stage)i);
        assert_string_not_equal(name, "unknown stage");
        for (int j = 0; j < i; j++) assert_string_not_equal(name, umk_stage_name((umk_stage)j));
    }
    assert_string_equal(umk_stage_name(UMK_STAGE_FORCE_CONSTANTS), "force constants");
    assert_string_equal(umk_stage_name(UMK_N_STAGES), "unknown stage");
}

static void test_clock_of_the_calling_thread(void **state) {
    (void)state;
    umk_context *context = make_context(2);
    assert_int_equal(umk_context_enter_stage(context, UMK_STAGE_GRID), UMK_STAGE_OTHER);
    rest(0.02);
    assert_int_equal(umk_context_enter_stage(context, UMK_STAGE_READING), UMK_STAGE_GRID);
    rest(0.01);
    assert_int_equal(umk_context_enter_stage(context, UMK_STAGE_GRID), UMK_STAGE_READING);
    rest(0.02);
    umk_timings running = read_timings(context);
    assert_true(running.seconds[UMK_STAGE_GRID] >= 0.04);
    assert_int_equal(umk_context_enter_stage(context, UMK_STAGE_OTHER), UMK_STAGE_GRID);

    umk_timings timings = read_timings(context);
    assert_true(timings.seconds[UMK_STAGE_GRID] >= running.seconds[UMK_STAGE_GRID]);
    assert_true(timings.seconds[UMK_STAGE_READING] >= 0.01);
    assert_true(timings.seconds[UMK_STAGE_OTHER] >= 0);
    assert_true(timings.seconds[UMK_STAGE_PHONONS] == 0);
    assert_true(timings.seconds[UMK_STAGE_WAITING] == 0);
    assert_near(timings.busy_threads, 1, 1e-12);
    umk_context_destroy(context);
}

static umk_status tell_one_second(void *argument, int64_t index, int worker) {
    (void)index;
    umk_stage_add(argument, UMK_STAGE_STRENGTHS, worker, 1);
    umk_stage_add(argument, UMK_STAGE_WEIGHTS, worker, 0.25);
    return UMK_OK;
}

/* Seconds of a thread inside a loop count 1/N, whoever of the workers tells them; between loops they count in full. */
static void test_what_tasks_tell(void **state) {
    (void)state;
    for (int t = 0; t < n_thread_counts; t++) {
        umk_context *context = make_context(thread_counts[t]);
        umk_stage_add(context, UMK_STAGE_TRIPLETS, 0, 0.5);
        umk_context_enter_stage(context, UMK_STAGE_PHONONS);
        for (int loop = 0; loop < 3; loop++) {
            assert_int_equal(umk_parallel_for(context, 200, tell_one_second, context), UMK_OK);
        }
        umk_context_enter_stage(context, UMK_STAGE_OTHER);
        umk_stage_add(context, UMK_STAGE_TRIPLETS, 0, 0.5);
        umk_timings timings = read_timings(context);
        assert_near(timings.seconds[UMK_STAGE_STRENGTHS], 600.0 / thread_counts[t], 1e-9);
        assert_near(timings.seconds[UMK_STAGE_WEIGHTS], 150.0 / thread_counts[t], 1e-9);
        assert_near(timings.seconds[UMK_STAGE_TRIPLETS], 1, 1e-12);
        /* These seconds are invented; they are taken off the stage they were told in. */
        assert_near(timings.seconds[UMK_STAGE_PHONONS], -750.0 / thread_counts[t], 1);
        umk_context_destroy(context);
    }
}

static umk_status enter_output(void *argument, int64_t index, int worker) {
    (void)index;
    if (worker == 0) umk_context_enter_stage(argument, UMK_STAGE_OUTPUT);
    return UMK_OK;
}

static void test_stage_entered_in_a_loop(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    umk_context_enter_stage(context, UMK_STAGE_GRID);
    assert_int_equal(umk_parallel_for(context, 3, enter_output, context), UMK_OK);
    assert_int_equal(umk_context_enter_stage(context, UMK_STAGE_OTHER), UMK_STAGE_GRID);
    assert_true(read_timings(context).seconds[UMK_STAGE_OUTPUT] == 0);
    umk_context_destroy(context);
}

typedef struct crowd {
    atomic_int n_here;
    int n_expected;
} crowd;

/* Rests when as many threads are here as expected, so that each of them has one index. */
static umk_status rest_together(void *argument, int64_t index, int worker) {
    (void)index;
    (void)worker;
    crowd *crowd = argument;
    atomic_fetch_add(&crowd->n_here, 1);
    while (atomic_load(&crowd->n_here) < crowd->n_expected) rest(1e-4);
    rest(0.2);
    return UMK_OK;
}

/* A loop of n_tasks long tasks, one for each of as many threads: the others of n_threads wait. */
static void check_waiting(int n_threads, int n_tasks) {
    umk_context *context = make_context(n_threads);
    crowd crowd = {0, n_tasks};
    umk_context_enter_stage(context, UMK_STAGE_PHONONS);
    assert_int_equal(umk_parallel_for(context, n_tasks, rest_together, &crowd), UMK_OK);
    umk_context_enter_stage(context, UMK_STAGE_OTHER);
    umk_timings timings = read_timings(context);
    double waiting = timings.seconds[UMK_STAGE_WAITING], working = timings.seconds[UMK_STAGE_PHONONS];
    assert_true(waiting >= 0);
    assert_true(working >= 0.2 * n_tasks / n_threads);
    /* A busy machine may start threads late, which is waiting too. */
    assert_near(waiting / (waiting + working), 1 - (double)n_tasks / n_threads, 0.15);
    assert_near(timings.busy_threads, n_tasks, 0.15 * n_threads);
    umk_context_destroy(context);
}

static void test_waiting(void **state) {
    (void)state;
    check_waiting(1, 1);
    check_waiting(4, 1);
    check_waiting(4, 2);
    check_waiting(4, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),           cmocka_unit_test(test_clock_of_the_calling_thread),
        cmocka_unit_test(test_what_tasks_tell), cmocka_unit_test(test_stage_entered_in_a_loop),
        cmocka_unit_test(test_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
