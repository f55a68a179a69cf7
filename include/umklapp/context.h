/*
 * The context: threads, messages, progress, cancellation, and the memory limit of one caller.
 *
 * The library never prints and never exits: it reports through the callbacks given here. A context may be used by one
 * calling thread at a time; the objects made with it may be shared between contexts once they are created.
 */
#ifndef UMKLAPP_CONTEXT_H
#define UMKLAPP_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <umklapp/export.h>
#include <umklapp/status.h>

typedef struct umk_context umk_context;

typedef enum umk_log_level {
    UMK_LOG_WARNING = 0, /* the result may not be what the caller expects */
    UMK_LOG_INFO = 1,    /* what is being done */
    UMK_LOG_DEBUG = 2    /* details */
} umk_log_level;

/** Receives one line of text without a newline; called from the calling thread only. */
typedef void (*umk_log_callback)(void *user, umk_log_level level, const char *line);

/** Receives the finished share of the work in hand, 0 to 1; return true to stop with UMK_ERROR_CANCELLED. */
typedef bool (*umk_progress_callback)(void *user, double fraction);

/** The largest number of threads of a context. */
#define UMK_MOST_THREADS 1024

typedef struct umk_context_options {
    int n_threads;                  /* 1 to UMK_MOST_THREADS; 0: what the environment variable UMKLAPP_NUM_THREADS says,
                                       and where it is not set, one for each processor that the process may use (by
                                       affinity and by the quota of its control groups) */
    int64_t memory_limit;           /* bytes a calculation may plan for; 0: 90 % of the machine's available memory */
    umk_log_callback log;           /* may be NULL */
    umk_progress_callback progress; /* may be NULL */
    void *user;                     /* handed to both callbacks */
} umk_context_options;

#define UMK_CONTEXT_OPTIONS_INIT                                                                                       \
    { 0, 0, 0, 0, 0 }

/**
 * Creates a context and starts its threads. options may be NULL for the defaults.
 * The caller owns *context and ends it with umk_context_destroy. Fails with UMK_ERROR_ARGUMENT for a number of
 * threads out of range, given or in UMKLAPP_NUM_THREADS, or a negative memory limit, UMK_ERROR_MEMORY when threads or
 * memory cannot be had; *context is NULL then.
 */
UMK_API umk_status umk_context_create(umk_context **context, const umk_context_options *options);

/** Stops the threads and frees the context; NULL is fine. */
UMK_API void umk_context_destroy(umk_context *context);

/** The message of the last failure, "" when nothing has failed. Valid until the next call with this context. */
UMK_API const char *umk_context_message(const umk_context *context);

/** Number of threads that work for this context. */
UMK_API int umk_context_n_threads(const umk_context *context);

/** Bytes that a calculation may plan for. */
UMK_API int64_t umk_context_memory_limit(const umk_context *context);

/**
 * Name of the kernels ("avx512", ...) of objects whose options name none: what the environment variable UMKLAPP_KERNELS
 * says, else the fastest that the processor runs. UMK_ERROR_ARGUMENT where the variable names none that run here: who
 * asks before reading force constants is told as early as possible. *kernels lasts as long as the program.
 */
UMK_API umk_status umk_context_kernels(const char **kernels, umk_context *context);

/**
 * Asks a running calculation to stop soon with UMK_ERROR_CANCELLED. Safe to call from another thread and from a signal
 * handler; stays in force until umk_context_reset_cancel.
 */
UMK_API void umk_context_cancel(umk_context *context);
UMK_API void umk_context_reset_cancel(umk_context *context);

/** What the time of a run is spent on. */
typedef enum umk_stage {
    UMK_STAGE_OTHER = 0,       /* all that has no stage of its own */
    UMK_STAGE_READING,         /* input file, fc2, fc3, linewidths */
    UMK_STAGE_SYMMETRY,        /* the crystal: cells, symmetry, shortest images */
    UMK_STAGE_FORCE_CONSTANTS, /* compact form, quality, form of fc3 that the strengths need */
    UMK_STAGE_GRID,            /* grid points and their symmetry */
    UMK_STAGE_PHONONS,         /* frequencies and eigenvectors on the grid */
    UMK_STAGE_VELOCITIES,      /* group velocities and heat capacities */
    UMK_STAGE_TRIPLETS,        /* triplets of a grid point */
    UMK_STAGE_PREPARATION,     /* what all triplets of a grid point share of fc3 */
    UMK_STAGE_WEIGHTS,         /* integration weights */
    UMK_STAGE_STRENGTHS,       /* interaction strengths */
    UMK_STAGE_LINEWIDTHS,      /* sums over triplets and band triples */
    UMK_STAGE_ISOTOPES,        /* isotope scattering */
    UMK_STAGE_COLLISION,       /* the collision operator: products with it, its matrix */
    UMK_STAGE_DIAGONALIZATION, /* eigenvalues of the collision matrix */
    UMK_STAGE_OUTPUT,          /* result files */
    UMK_STAGE_WAITING,         /* threads that are through while others still work in a parallel loop */
    UMK_N_STAGES
} umk_stage;

/** "reading", "force constants", ...: a name for people. */
UMK_API const char *umk_stage_name(umk_stage stage);

/**
 * From now on the time of the calling thread belongs to this stage, but for what the library tells of stages of its
 * own. Returns the stage that was left, to enter it again at the end of a step; a new context is in UMK_STAGE_OTHER.
 * From the calling thread, which may be in a callback; without effect inside a parallel loop.
 */
UMK_API umk_stage umk_context_enter_stage(umk_context *context, umk_stage stage);

typedef struct umk_timings {
    double total;                 /* seconds since the context was created */
    double seconds[UMK_N_STAGES]; /* part of each stage; they add up to total */
    double busy_threads;          /* threads that worked, on the average over the whole time: 1 to number of threads */
} umk_timings;

/**
 * The times of a context until now. A second is a second of the run: with N threads, one that a single thread spent on
 * a stage inside a parallel loop, or waited there, counts 1/N; one of the calling thread between loops counts in full.
 * From the calling thread, outside of parallel loops.
 */
UMK_API void umk_context_timings(umk_timings *timings, const umk_context *context);

#endif
