/* Chunks of a sum. */
#include "backend/sums.h"

enum { most_chunks = 64 };

typedef struct chunk_task {
    int64_t n, n_chunks, size;
    umk_chunk_sum sum;
    const void *argument;
    double *sums; /* (n_chunks, size) */
} chunk_task;

static umk_status run_chunk(void *argument, int64_t chunk, int worker) {
    (void)worker;
    const chunk_task *task = argument;
    int64_t begin = chunk * task->n / task->n_chunks, end = (chunk + 1) * task->n / task->n_chunks;
    task->sum(task->argument, begin, end, task->sums + chunk * task->size);
    return UMK_OK;
}

umk_status umk_sum_chunks(umk_context *context, int64_t n, int64_t size, umk_chunk_sum sum, const void *argument,
                          double *total) {
    umk_status status = UMK_OK;
    chunk_task task = {n, n < most_chunks ? n : most_chunks, size, sum, argument, NULL};
    UMK_ALLOCATE(context, task.sums, umk_checked_product(2, (const int64_t[]){task.n_chunks, size}));
    UMK_TRY(umk_parallel_for(context, task.n_chunks, run_chunk, &task));
    for (int64_t i = 0; i < size; i++) total[i] = 0;
    for (int64_t i = 0; i < task.n_chunks * size; i++) total[i % size] += task.sums[i];
cleanup:
    umk_release(task.sums);
    return status;
}
