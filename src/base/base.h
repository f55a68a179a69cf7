/*
 * What every room of the library uses: failures with messages, checked allocation, log lines, the thread pool.
 * Internal; nothing here is exported.
 */
#ifndef UMK_BASE_BASE_H
#define UMK_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <umklapp/context.h>
#include <umklapp/conventions.h>
#include <umklapp/status.h>

/* ---- failures ---------------------------------------------------------------------------------------------------*/

/** Stores the message in the context and returns status: a caller writes `return umk_fail(...)`. Thread-safe. */
umk_status umk_fail(umk_context *context, umk_status status, const char *format, ...) UMK_PRINTF(3, 4);

/** Puts text and ": " before the stored message, to add the name of a file or of a step. Returns status. */
umk_status umk_fail_prefix(umk_context *context, umk_status status, const char *format, ...) UMK_PRINTF(3, 4);

/** Leaves the calling function's `status` variable set and jumps to its `cleanup` label when the call fails. */
#define UMK_TRY(call)                                                                                                  \
    do {                                                                                                               \
        status = (call);                                                                                               \
        if (status != UMK_OK) goto cleanup;                                                                            \
    } while (0)

/** A line of the log; dropped when the caller gave no callback. From the calling thread only. */
void umk_log(umk_context *context, umk_log_level level, const char *format, ...) UMK_PRINTF(3, 4);

/* ---- memory -----------------------------------------------------------------------------------------------------*/

/* Ends memory of aligned_alloc; Windows has a function of its own for that (base/windows/posix.h). */
#ifndef _WIN32
#define umk_aligned_free free
#endif

/**
 * Zeroed memory for count elements of the given size, 64-byte aligned, or NULL with the message stored
 * (negative count, overflow, or no memory). count 0 gives a valid pointer. End it with umk_release.
 */
void *umk_allocate(umk_context *context, int64_t count, size_t size);

/** The same without the zeros, which touch each page: for what is overwritten at once, or read much later. */
void *umk_allocate_unset(umk_context *context, int64_t count, size_t size);
void umk_release(void *memory);

/** Typed allocation into pointer; on failure sets `status` and jumps to `cleanup`. */
#define UMK_ALLOCATE(context, pointer, count)                                                                          \
    do {                                                                                                               \
        (pointer) = umk_allocate((context), (count), sizeof *(pointer));                                               \
        if ((pointer) == NULL) {                                                                                       \
            status = UMK_ERROR_MEMORY;                                                                                 \
            goto cleanup;                                                                                              \
        }                                                                                                              \
    } while (0)

static inline int64_t umk_larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/** The next n elements of a workspace, 64-byte aligned; with workspace NULL only the bytes are counted. */
static inline void *umk_take(char *workspace, int64_t *bytes, int64_t n, int64_t size) {
    void *place = workspace == NULL ? NULL : workspace + *bytes;
    *bytes += (n * size + 63) / 64 * 64;
    return place;
}

/** Product of n non-negative factors, or -1 where it overflows int64_t or a factor is negative. */
int64_t umk_checked_product(int n, const int64_t *factors);

/** UMK_ERROR_MEMORY when bytes exceeds the context's limit; what names the thing, way_out tells how to need less. */
umk_status umk_check_memory(umk_context *context, double bytes, const char *what, const char *way_out);

/** Test hook: let the n-th allocation from now (0 = the next) fail once; -1 turns it off. */
void umk_test_fail_allocation(int64_t n);

/* ---- threads ----------------------------------------------------------------------------------------------------*/

/** One piece of a parallel loop: index in 0 ... count-1, worker in 0 ... umk_context_n_threads()-1. */
typedef umk_status (*umk_task)(void *argument, int64_t index, int worker);

/**
 * Runs task for every index, in any order and on any thread, and returns when all are done. A failure stops the handing
 * out of further indices; the one of the lowest index is returned, with its message, whatever the number of threads. So
 * is a cancellation. A task writes only to memory of its own index (or of its worker, as scratch), so that results do
 * not depend on the number of threads. Not to be nested.
 */
umk_status umk_parallel_for(umk_context *context, int64_t count, umk_task task, void *argument);

/* ---- time -------------------------------------------------------------------------------------------------------*/

/** Seconds of a clock that never goes back. */
double umk_now(void);

/**
 * Adds seconds to a stage (see umk_context_timings): from a task of a parallel loop with its worker, without locks, or
 * from the calling thread outside of loops with worker 0. The time told must not hold a parallel loop, nor be told
 * twice; for a step that has loops in it, enter its stage with umk_context_enter_stage. Reads no clock itself:
 *
 *     double started = umk_now();
 *     ... the strengths of a batch of triplets ...
 *     umk_stage_add(context, UMK_STAGE_STRENGTHS, worker, umk_now() - started);
 */
void umk_stage_add(umk_context *context, umk_stage stage, int worker, double seconds);

/* ---- progress ---------------------------------------------------------------------------------------------------*/

/** Tells the caller's progress callback; UMK_ERROR_CANCELLED when it or umk_context_cancel asks to stop. */
umk_status umk_progress(umk_context *context, double fraction);

/** UMK_ERROR_CANCELLED with its message when umk_context_cancel was called, UMK_OK otherwise. Any thread. */
umk_status umk_check_cancel(umk_context *context);

#endif
