/* Contexts: callbacks into Python, times, and capsules of the library's objects. */
#include "context.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- callbacks, called without the GIL --------------------------------------------------------------------------*/

/* False where a callback has raised: the work stops, and work_end lets the exception out. */
static bool call(PyObject *function, PyObject *arguments) {
    PyObject *result = arguments == NULL ? NULL : PyObject_CallObject(function, arguments);
    Py_XDECREF(arguments);
    Py_XDECREF(result);
    return result != NULL;
}

static void on_log(void *user, umk_log_level level, const char *line) {
    session *session = user;
    if (session->log == NULL) return;
    work_enter_python(&session->work);
    if (PyErr_Occurred() == NULL) {
        PyObject *text = PyUnicode_DecodeUTF8(line, (Py_ssize_t)strlen(line), "replace");
        bool good = text != NULL && call(session->log, Py_BuildValue("(iN)", (int)level, text));
        if (!good) umk_context_cancel(session->context);
    }
    work_leave_python(&session->work);
}

static double now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Told about 20 times a second, and the end. */
static bool on_progress(void *user, double fraction) {
    session *session = user;
    const double interval = 0.05;
    double time = now();
    if (session->progress == NULL || (fraction < 1 && time - session->last_told < interval)) return false;
    session->last_told = time;
    work_enter_python(&session->work);
    bool good = PyErr_Occurred() == NULL && call(session->progress, Py_BuildValue("(d)", fraction));
    work_leave_python(&session->work);
    return !good;
}

/* ---- sessions ---------------------------------------------------------------------------------------------------*/

bool session_begin(session *session, umk_stage stage) {
    if (session->busy) {
        PyErr_SetString(PyExc_RuntimeError, "a context serves one thread at a time");
        return false;
    }
    session->busy = true;
    umk_context_enter_stage(session->context, stage);
    work_begin(&session->work, session->context);
    return true;
}

bool session_end(session *session, umk_status status) {
    bool good = work_end(&session->work, status);
    umk_context_enter_stage(session->context, UMK_STAGE_OTHER);
    session->busy = false;
    return good;
}

static void destroy_session(void *object) {
    session *session = object;
    umk_context_destroy(session->context);
    Py_XDECREF(session->log);
    Py_XDECREF(session->progress);
    free(session);
}

/* ---- capsules ---------------------------------------------------------------------------------------------------*/

/* The function that ends the object is the capsule's context, in a union because ISO C keeps functions apart. */
typedef union ending {
    void (*destroy)(void *);
    void *pointer;
} ending;

static void end_capsule(PyObject *capsule) {
    ending ending = {.pointer = PyCapsule_GetContext(capsule)};
    ending.destroy(PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule)));
}

PyObject *object_new(void *object, const char *name, void (*destroy)(void *)) {
    ending ending = {destroy};
    PyObject *capsule = PyCapsule_New(object, name, NULL);
    if (capsule == NULL || PyCapsule_SetContext(capsule, ending.pointer) != 0 ||
        PyCapsule_SetDestructor(capsule, end_capsule) != 0) {
        Py_XDECREF(capsule);
        destroy(object);
        return NULL;
    }
    return capsule;
}

/* ---- functions --------------------------------------------------------------------------------------------------*/

static PyObject *callback_of(const argument *value) {
    if (!value->given) return NULL;
    Py_INCREF(value->object);
    return value->object;
}

static PyObject *context_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{"threads", PARAMETER_INTEGER, NULL, PARAMETER_NONE},
                                           {"memory", PARAMETER_INTEGER, NULL, PARAMETER_NONE},
                                           {"log", PARAMETER_OBJECT, NULL, PARAMETER_NONE},
                                           {"progress", PARAMETER_OBJECT, NULL, PARAMETER_NONE},
                                           {NULL, 0, NULL, 0}};
    argument values[4];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    if (values[0].given && (values[0].integer < 1 || values[0].integer > UMK_MOST_THREADS)) {
        arguments_fail(PyExc_ValueError, "threads", "%lld is not between 1 and %d", (long long)values[0].integer,
                       UMK_MOST_THREADS);
        return NULL;
    }
    if (values[1].given && values[1].integer < 1) {
        arguments_fail(PyExc_ValueError, "memory", "%lld bytes", (long long)values[1].integer);
        return NULL;
    }
    session *made = calloc(1, sizeof *made);
    if (made == NULL) return PyErr_NoMemory();
    made->log = callback_of(&values[2]);
    made->progress = callback_of(&values[3]);
    umk_context_options options = {(int)values[0].integer, values[1].integer, on_log, on_progress, made};
    umk_status status = umk_context_create(&made->context, &options);
    if (status == UMK_OK) return object_new(made, "umk_context", destroy_session);
    destroy_session(made);
    if (status != UMK_ERROR_ARGUMENT) return work_raise(NULL, status);
    PyErr_SetString(PyExc_ValueError, "UMKLAPP_NUM_THREADS: its value is not a number of threads");
    return NULL;
}

static PyObject *context_threads(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER, {NULL, 0, NULL, 0}};
    argument values[1];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    PyObject *n = PyLong_FromLong(umk_context_n_threads(((session *)values[0].data)->context));
    arguments_release(values, parameters);
    return n;
}

static bool add_time(PyObject *times, const char *name, double seconds) {
    PyObject *value = PyFloat_FromDouble(seconds);
    bool good = value != NULL && PyDict_SetItemString(times, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

static PyObject *context_timings(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER, {NULL, 0, NULL, 0}};
    argument values[1];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    umk_timings timings;
    umk_context_timings(&timings, ((session *)values[0].data)->context);
    arguments_release(values, parameters);
    PyObject *times = PyDict_New();
    bool good = times != NULL;
    for (int i = 0; good && i < UMK_N_STAGES; i++) good = add_time(times, umk_stage_name(i), timings.seconds[i]);
    if (good) good = add_time(times, "total", timings.total);
    if (!good) Py_CLEAR(times);
    return times;
}

PyMethodDef native_context_methods[] = {
    NATIVE_METHOD(
        "context_create", context_create,
        "context_create(threads=None, memory=None, log=None, progress=None)\n--\n\n"
        "A context of so many threads that may plan for so many bytes. log is called with a level (0: warning, "
        "1: information, 2: details) and a line, progress with the finished share."),
    NATIVE_METHOD("context_threads", context_threads, "context_threads(context)\n--\n\nIts number of threads."),
    NATIVE_METHOD("context_timings", context_timings,
                  "context_timings(context)\n--\n\nSeconds of each stage until now, and their total."),
    {NULL, NULL, 0, NULL},
};
