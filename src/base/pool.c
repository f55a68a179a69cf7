/*
 * The thread pool: the one place where work is spread over threads.
 *
 * Workers sleep between loops. Indices are handed out one at a time from an atomic counter; nothing depends on who
 * takes which, because a task writes only to memory of its own index.
 *
 * Failures do not depend on it either: indices are taken in ascending order, and one that was taken is passed over only
 * when a lower one has failed. So the lowest index that can fail does fail, and its status and message are reported.
 */
#include "base/context.h"
#include <stdlib.h>
#include <string.h>

struct umk_pool {
    int n_threads;
    int n_started;
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t work_ready, work_done;
    uint64_t generation; /* counts loops, so that a worker joins each one once */
    int n_running;
    double busy; /* seconds that the threads worked in this loop, added up; guarded by lock */
    bool stopping;

    umk_context *context;
    umk_task task;
    void *argument;
    int64_t count;
    atomic_llong next;
    atomic_llong first_failed;          /* lowest failed index so far */
    umk_status status;                  /* of first_failed; guarded by lock */
    int failed_worker;                  /* who ran first_failed and has the message to report; guarded by lock */
    char (*messages)[umk_message_size]; /* (n_threads) of the workers; worker 0 writes to the context */
};

typedef struct worker_start {
    umk_pool *pool;
    int worker;
} worker_start;

static void record_failure(umk_pool *pool, int64_t index, int worker, umk_status status) {
    pthread_mutex_lock(&pool->lock);
    if (index < atomic_load(&pool->first_failed)) {
        atomic_store(&pool->first_failed, index);
        pool->status = status;
        pool->failed_worker = worker;
    }
    pthread_mutex_unlock(&pool->lock);
}

static void work(umk_pool *pool, int worker) {
    for (;;) {
        int64_t index = atomic_fetch_add(&pool->next, 1);
        if (index >= pool->count || index > atomic_load(&pool->first_failed)) return;
        umk_status status = umk_check_cancel(pool->context);
        if (status == UMK_OK) status = pool->task(pool->argument, index, worker);
        if (status != UMK_OK) record_failure(pool, index, worker, status);
    }
}

static void *worker_main(void *argument) {
    worker_start start = *(worker_start *)argument;
    free(argument);
    umk_pool *pool = start.pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->generation == seen && !pool->stopping) pthread_cond_wait(&pool->work_ready, &pool->lock);
        if (pool->stopping) break;
        seen = pool->generation;
        pthread_mutex_unlock(&pool->lock);
        double started = umk_now();
        work(pool, start.worker);
        double busy = umk_now() - started;
        pthread_mutex_lock(&pool->lock);
        pool->busy += busy;
        if (--pool->n_running == 0) pthread_cond_signal(&pool->work_done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static bool start_worker(umk_pool *pool, int worker) {
    worker_start *start = malloc(sizeof *start);
    if (start == NULL) return false;
    *start = (worker_start){pool, worker};
    if (pthread_create(&pool->threads[pool->n_started], NULL, worker_main, start) != 0) {
        free(start);
        return false;
    }
    pool->n_started++;
    return true;
}

umk_pool *umk_pool_create(int n_threads) {
    umk_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) return NULL;
    pool->n_threads = n_threads;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work_ready, NULL);
    pthread_cond_init(&pool->work_done, NULL);
    pool->threads = calloc((size_t)n_threads, sizeof *pool->threads);
    pool->messages = calloc((size_t)n_threads, sizeof *pool->messages);
    bool started = pool->threads != NULL && pool->messages != NULL;
    for (int worker = 1; started && worker < n_threads; worker++) started = start_worker(pool, worker);
    if (started) return pool;
    umk_pool_destroy(pool);
    return NULL;
}

void umk_pool_destroy(umk_pool *pool) {
    if (pool == NULL) return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work_ready);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->n_started; i++) pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->work_ready);
    pthread_cond_destroy(&pool->work_done);
    pthread_mutex_destroy(&pool->lock);
    free(pool->messages);
    free(pool->threads);
    free(pool);
}

int umk_pool_n_threads(const umk_pool *pool) {
    return pool->n_threads;
}

char *umk_pool_message(umk_pool *pool, char *own) {
    pthread_t self = pthread_self();
    for (int i = 0; i < pool->n_started; i++) {
        if (pthread_equal(self, pool->threads[i])) return pool->messages[i + 1];
    }
    return own;
}

umk_status umk_parallel_for(umk_context *context, int64_t count, umk_task task, void *argument) {
    umk_pool *pool = context->pool;
    double started = umk_now();
    umk_stages_begin_loop(&context->stages);
    pthread_mutex_lock(&pool->lock);
    pool->context = context;
    pool->task = task;
    pool->argument = argument;
    pool->count = count;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->first_failed, INT64_MAX);
    pool->status = UMK_OK;
    pool->n_running = pool->n_started;
    pool->busy = 0;
    pool->generation++;
    pthread_cond_broadcast(&pool->work_ready);
    pthread_mutex_unlock(&pool->lock);

    work(pool, 0);
    double own_busy = umk_now() - started;

    pthread_mutex_lock(&pool->lock);
    while (pool->n_running > 0) pthread_cond_wait(&pool->work_done, &pool->lock);
    umk_status status = pool->status;
    double busy = pool->busy;
    pthread_mutex_unlock(&pool->lock);
    umk_stages_end_loop(&context->stages, umk_now() - started, own_busy + busy);
    if (status != UMK_OK && pool->failed_worker != 0) {
        memcpy(context->message, pool->messages[pool->failed_worker], sizeof context->message);
    }
    return status;
}
