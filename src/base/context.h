/* The inside of a context, shared by context.c and pool.c only. */
#ifndef UMK_BASE_CONTEXT_H
#define UMK_BASE_CONTEXT_H

#include "base/base.h"
#include <pthread.h>
#include <stdatomic.h>

enum { umk_message_size = 1024 };

typedef struct umk_pool umk_pool;

/** What one worker spent on each stage in parallel loops; cache lines of its own, because it is written without locks.
 */
typedef struct umk_stage_row {
    _Alignas(128) double seconds[UMK_N_STAGES];
} umk_stage_row;

/** Accumulated times, seconds. All but of_worker belong to the calling thread. */
typedef struct umk_stages {
    int n_threads;
    umk_stage_row *of_worker;     /* (n_threads) told by tasks of parallel loops */
    double told[UMK_N_STAGES];    /* told by the calling thread outside of loops */
    double clocked[UMK_N_STAGES]; /* of the calling thread's clock, without what was told meanwhile */
    double waiting;               /* of all threads, for the ends of loops */
    double loop_wall, loop_busy;  /* of all loops: duration, and what the threads worked in them */
    double started;               /* umk_now() */
    umk_stage current;
    double since, told_since; /* clock, and all that had been told, when current was entered */
    bool in_loop;
} umk_stages;

struct umk_context {
    umk_context_options options;
    int64_t memory_limit;
    atomic_bool cancelled;
    char message[umk_message_size]; /* of the calling thread; workers have their own in the pool */
    umk_pool *pool;
    umk_stages stages;
};

/** Starts the clock; false when memory cannot be had. */
bool umk_stages_start(umk_stages *stages, int n_threads);
void umk_stages_end(umk_stages *stages);

/** Around a parallel loop; wall is its duration, busy the sum over the threads of what they worked in it. */
void umk_stages_begin_loop(umk_stages *stages);
void umk_stages_end_loop(umk_stages *stages, double wall, double busy);

/** A number of threads in decimal digits, 1 to UMK_MOST_THREADS; false for anything else. */
bool umk_threads_parse(int *n_threads, const char *text);

/** The processors that this process may use by affinity and quota, 1 to UMK_MOST_THREADS. */
int umk_usable_processors(void);

/**
 * Processors that the quotas of the process's control groups leave, not rounded; INFINITY where there is none. root
 * stands before /proc and before the places where control groups are mounted: "" for those of the machine.
 */
double umk_processor_quota(const char *root);

/** Starts n_threads - 1 workers (the caller is worker 0); NULL when a thread or memory cannot be had. */
umk_pool *umk_pool_create(int n_threads);
void umk_pool_destroy(umk_pool *pool);
int umk_pool_n_threads(const umk_pool *pool);

/**
 * Where the calling thread stores its message (umk_message_size bytes): a worker's own place, so that tasks that fail
 * at the same time do not overwrite each other, or `own` for any other thread.
 */
char *umk_pool_message(umk_pool *pool, char *own);

#endif
