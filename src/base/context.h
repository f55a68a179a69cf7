/* The inside of a context, shared by context.c and pool.c only. */
#ifndef UMK_BASE_CONTEXT_H
#define UMK_BASE_CONTEXT_H

#include "base/base.h"
#include <pthread.h>
#include <stdatomic.h>

enum { umk_message_size = 1024 };

typedef struct umk_pool umk_pool;

struct umk_context {
    umk_context_options options;
    int64_t memory_limit;
    atomic_bool cancelled;
    char message[umk_message_size]; /* of the calling thread; workers have their own in the pool */
    umk_pool *pool;
};

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
