/* The context of a calculation in Python: its callbacks, and the capsule "umk_context" that holds it. */
#ifndef UMKLAPP_PYTHON_CONTEXT_H
#define UMKLAPP_PYTHON_CONTEXT_H

#include "arguments.h"
#include "work.h"

/** What a capsule "umk_context" points to: row CONTEXT_PARAMETER of a table of parameters. */
typedef struct session {
    umk_context *context;
    PyObject *log;      /* called with (level, line), or NULL */
    PyObject *progress; /* called with the finished share, or NULL */
    double last_told;   /* time of the last call of progress, seconds */
    bool busy;
    work work;
} session;

#define CONTEXT_PARAMETER                                                                                              \
    { "context", PARAMETER_POINTER, "umk_context", 0 }

/**
 * Releases the GIL (work_begin); the time until session_end belongs to the stage. False with a RuntimeError where
 * another thread works with this context.
 */
bool session_begin(session *session, umk_stage stage);
/** Takes the GIL back and raises what the status means (work_end). */
bool session_end(session *session, umk_status status);

/**
 * A capsule that owns an object of the library, ended by destroy; name is that of its type. Takes the object in any
 * case: where no capsule can be made it is destroyed, and the result is NULL with an exception.
 */
PyObject *object_new(void *object, const char *name, void (*destroy)(void *));

#endif
