/*
 * Where the time goes. The calling thread is in one stage at any time, and its clock runs for that stage; tasks of
 * parallel loops tell what they spent on stages of their own, and the pool tells how long threads waited for the end of
 * a loop. With N threads, a second of one thread inside a loop is 1/N second of the run, so that
 *
 *     total = sum over stages (seconds on the calling thread + seconds of the tasks / N) + waiting / N
 *
 * holds without a remainder: what tasks and waiting account for is taken off the stage that the calling thread is in.
 */
#include "base/context.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[UMK_N_STAGES] = {
    [UMK_STAGE_OTHER] = "other",
    [UMK_STAGE_READING] = "reading",
    [UMK_STAGE_SYMMETRY] = "symmetry",
    [UMK_STAGE_FORCE_CONSTANTS] = "force constants",
    [UMK_STAGE_GRID] = "grid",
    [UMK_STAGE_PHONONS] = "phonons",
    [UMK_STAGE_VELOCITIES] = "velocities",
    [UMK_STAGE_TRIPLETS] = "triplets",
    [UMK_STAGE_PREPARATION] = "preparation of fc3",
    [UMK_STAGE_WEIGHTS] = "weights",
    [UMK_STAGE_STRENGTHS] = "strengths",
    [UMK_STAGE_LINEWIDTHS] = "linewidths",
    [UMK_STAGE_ISOTOPES] = "isotopes",
    [UMK_STAGE_COLLISION] = "collision operator",
    [UMK_STAGE_DIAGONALIZATION] = "diagonalization",
    [UMK_STAGE_OUTPUT] = "output",
    [UMK_STAGE_WAITING] = "waiting",
};

const char *umk_stage_name(umk_stage stage) {
    int index = (int)stage;
    return index >= 0 && index < UMK_N_STAGES ? names[index] : "unknown stage";
}

double umk_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

bool umk_stages_start(umk_stages *stages, int n_threads) {
    size_t bytes = (size_t)n_threads * sizeof *stages->of_worker;
    stages->of_worker = aligned_alloc(_Alignof(umk_stage_row), bytes);
    if (stages->of_worker == NULL) return false;
    memset(stages->of_worker, 0, bytes);
    stages->n_threads = n_threads;
    stages->started = stages->since = umk_now();
    stages->current = UMK_STAGE_OTHER;
    return true;
}

void umk_stages_end(umk_stages *stages) {
    umk_aligned_free(stages->of_worker);
}

/* Seconds of the run that were told by others than the clock of the calling thread. */
static double told(const umk_stages *stages) {
    double tasks = stages->waiting, calling = 0;
    for (int stage = 0; stage < UMK_N_STAGES; stage++) {
        for (int worker = 0; worker < stages->n_threads; worker++) tasks += stages->of_worker[worker].seconds[stage];
        calling += stages->told[stage];
    }
    return calling + tasks / stages->n_threads;
}

umk_stage umk_context_enter_stage(umk_context *context, umk_stage stage) {
    umk_stages *stages = &context->stages;
    if (stages->in_loop) return stages->current;
    double now = umk_now(), told_now = told(stages);
    umk_stage before = stages->current;
    stages->clocked[before] += now - stages->since - (told_now - stages->told_since);
    stages->current = stage;
    stages->since = now;
    stages->told_since = told_now;
    return before;
}

void umk_stage_add(umk_context *context, umk_stage stage, int worker, double seconds) {
    umk_stages *stages = &context->stages;
    /* Worker 0 is the calling thread, the only one that changes in_loop. */
    if (worker == 0 && !stages->in_loop) {
        stages->told[stage] += seconds;
    } else {
        stages->of_worker[worker].seconds[stage] += seconds;
    }
}

void umk_stages_begin_loop(umk_stages *stages) {
    stages->in_loop = true;
}

void umk_stages_end_loop(umk_stages *stages, double wall, double busy) {
    stages->in_loop = false;
    stages->loop_wall += wall;
    stages->loop_busy += busy;
    stages->waiting += stages->n_threads * wall - busy;
}

void umk_context_timings(umk_timings *timings, const umk_context *context) {
    const umk_stages *stages = &context->stages;
    double now = umk_now(), n = stages->n_threads;
    *timings = (umk_timings){.total = now - stages->started};
    for (int stage = 0; stage < UMK_N_STAGES; stage++) {
        double tasks = 0;
        for (int worker = 0; worker < stages->n_threads; worker++) tasks += stages->of_worker[worker].seconds[stage];
        timings->seconds[stage] = stages->clocked[stage] + stages->told[stage] + tasks / n;
    }
    timings->seconds[UMK_STAGE_WAITING] += stages->waiting / n;
    timings->seconds[stages->current] += now - stages->since - (told(stages) - stages->told_since);
    double busy = timings->total - stages->loop_wall + stages->loop_busy;
    timings->busy_threads = timings->total > 0 ? busy / timings->total : 1;
}
