/*
 * Work in C without the GIL, which Ctrl-C stops:
 *
 *   work work;
 *   work_begin(&work, context);
 *   umk_status status = umk_...(..., context, ...);
 *   if (!work_end(&work, status)) ... a Python exception is set ...
 */
#ifndef UMKLAPP_PYTHON_WORK_H
#define UMKLAPP_PYTHON_WORK_H

#include "native.h"
#include <stdbool.h>
#include <umklapp/umklapp.h>

typedef struct work {
    umk_context *context;
    PyThreadState *thread; /* NULL while the GIL is held */
    PyOS_sighandler_t previous;
    bool handles_interrupt;
} work;

/**
 * Releases the GIL. In the main thread, where Python handles Ctrl-C, it now cancels the context as well. Calculations
 * of other threads go on when the user presses Ctrl-C, as Python's threads do.
 */
void work_begin(work *work, umk_context *context);

/**
 * Takes the GIL back and raises what a status means: false with an exception, true for UMK_OK. An exception that a
 * callback has left comes before the status. The context can be used again afterwards.
 */
bool work_end(work *work, umk_status status);

/** Takes the GIL for a callback in the calling thread, and releases it again. */
void work_enter_python(work *work);
void work_leave_python(work *work);

/**
 * Raises the exception of a failure, with the message of the context (which may be NULL): ValueError for arguments and
 * the content of files, OSError, MemoryError, ArithmeticError, KeyboardInterrupt, SystemError. Returns NULL.
 */
PyObject *work_raise(const umk_context *context, umk_status status);

#endif
