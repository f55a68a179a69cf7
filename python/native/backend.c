/*
 * The functions of the backend for phono3py (src/backend) as functions of Python: one dispatcher for all, which takes
 * arguments apart by the table of the function and turns results into arrays.
 *
 * All calls share one context with its threads, made at the first call, and what the backend keeps between calls. Calls
 * of several threads wait for each other. After a fork the child makes its own: threads do not survive a fork.
 */
#include "arguments.h"
#include "backend/call.h"
#include "work.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    pid_t process; /* 0: nothing was made yet */
    umk_context *context;
    umk_backend *backend;
    PyThread_type_lock lock;
} shared;

/* ---- context ----------------------------------------------------------------------------------------------------*/

static void lock_shared(void) {
    if (PyThread_acquire_lock(shared.lock, NOWAIT_LOCK) == 1) return;
    PyThreadState *thread = PyEval_SaveThread();
    PyThread_acquire_lock(shared.lock, WAIT_LOCK);
    PyEval_RestoreThread(thread);
}

/* What a parent process has made is left alone: its threads are not here to be ended. */
static bool make_shared(void) {
    if (shared.process == getpid()) return true;
    shared.lock = PyThread_allocate_lock();
    if (shared.lock == NULL) {
        PyErr_NoMemory();
        return false;
    }
    shared.context = NULL;
    shared.backend = NULL;
    umk_status status = umk_context_create(&shared.context, NULL);
    if (status == UMK_ERROR_ARGUMENT) {
        PyErr_SetString(PyExc_ValueError, "UMKLAPP_NUM_THREADS: its value is not a number of threads");
        return false;
    }
    if (status == UMK_OK) status = umk_backend_create(&shared.backend, shared.context);
    if (status != UMK_OK) {
        work_raise(shared.context, status);
        umk_context_destroy(shared.context);
        return false;
    }
    shared.process = getpid();
    return true;
}

/* ---- arguments --------------------------------------------------------------------------------------------------*/

static parameter_kind kind_of(umk_call_kind kind) {
    static const parameter_kind kinds[] = {
        [UMK_CALL_BOOL] = PARAMETER_BOOL,         [UMK_CALL_INTEGER] = PARAMETER_INTEGER,
        [UMK_CALL_REAL] = PARAMETER_REAL,         [UMK_CALL_TEXT] = PARAMETER_TEXT,
        [UMK_CALL_REALS] = PARAMETER_REALS,       [UMK_CALL_COMPLEXES] = PARAMETER_COMPLEXES,
        [UMK_CALL_INTEGERS] = PARAMETER_INTEGERS, [UMK_CALL_BYTES] = PARAMETER_BYTES};
    return kinds[kind];
}

static void list_parameters(parameter *rows, const umk_backend_function *function) {
    int n = 0;
    for (; function->parameters[n].name != NULL; n++) {
        const umk_call_parameter *from = &function->parameters[n];
        int flags = ((from->flags & UMK_CALL_OPTIONAL) != 0 ? PARAMETER_NONE : 0) |
                    ((from->flags & UMK_CALL_OUTPUT) != 0 ? PARAMETER_OUTPUT : 0);
        rows[n] = (parameter){from->name, kind_of(from->kind), from->shape, flags};
    }
    rows[n] = (parameter){NULL, 0, NULL, 0};
}

/* A C-contiguous array with the elements of an array; other objects as they are. New reference. */
static PyObject *make_contiguous(PyObject *object) {
    PyObject *numpy = PyImport_ImportModule("numpy"), *type = NULL, *made = NULL;
    if (numpy != NULL) type = PyObject_GetAttrString(numpy, "ndarray");
    int is_array = type == NULL ? -1 : PyObject_IsInstance(object, type);
    if (is_array == 1) made = PyObject_CallMethod(numpy, "ascontiguousarray", "(O)", object);
    if (is_array == 0) {
        Py_INCREF(object);
        made = object;
    }
    Py_XDECREF(type);
    Py_XDECREF(numpy);
    return made;
}

/* Positional arguments, the small arrays among them made contiguous; keywords are taken as they are. New reference. */
static PyObject *straighten(const umk_backend_function *function, PyObject *positional) {
    Py_ssize_t n = PyTuple_Size(positional), n_parameters = 0;
    while (function->parameters[n_parameters].name != NULL) n_parameters++;
    PyObject *straight = PyTuple_New(n);
    for (Py_ssize_t i = 0; straight != NULL && i < n; i++) {
        PyObject *object = PyTuple_GetItem(positional, i);
        bool strided = i < n_parameters && (function->parameters[i].flags & UMK_CALL_STRIDED) != 0;
        if (strided) {
            object = make_contiguous(object);
        } else {
            Py_INCREF(object);
        }
        if (object == NULL || PyTuple_SetItem(straight, i, object) != 0) Py_CLEAR(straight);
    }
    return straight;
}

static void copy_values(umk_call_value *values, const argument *from, const umk_backend_function *function) {
    for (int i = 0; function->parameters[i].name != NULL; i++) {
        values[i] = (umk_call_value){.given = from[i].given,
                                     .flag = from[i].flag,
                                     .integer = from[i].integer,
                                     .real = from[i].real,
                                     .text = from[i].text,
                                     .data = from[i].data,
                                     .n_dimensions = from[i].n_dimensions};
        memcpy(values[i].shape, from[i].shape, sizeof values[i].shape);
    }
}

/* ---- results ----------------------------------------------------------------------------------------------------*/

static PyObject *result_object(const umk_call_result *result) {
    if (result->kind == UMK_CALL_BOOL) return PyBool_FromLong((long)result->integer);
    if (result->kind == UMK_CALL_INTEGER) return PyLong_FromLongLong((long long)result->integer);
    return arguments_new_array(PARAMETER_INTEGERS, result->n_dimensions, result->shape, result->data, NULL);
}

/* None, the one result, or a tuple. */
static PyObject *result_objects(const umk_call *call) {
    if (call->n_results == 0) {
        Py_INCREF(Py_None);
        return Py_None;
    }
    if (call->n_results == 1) return result_object(&call->results[0]);
    PyObject *tuple = PyTuple_New(call->n_results);
    for (int i = 0; tuple != NULL && i < call->n_results; i++) {
        PyObject *object = result_object(&call->results[i]);
        if (object == NULL || PyTuple_SetItem(tuple, i, object) != 0) Py_CLEAR(tuple);
    }
    return tuple;
}

static void release_results(umk_call *call) {
    for (int i = 0; i < call->n_results; i++) umk_release(call->results[i].data);
}

/* ---- dispatch ---------------------------------------------------------------------------------------------------*/

static void trace(const umk_backend_function *function) {
    const char *wanted = getenv("UMKLAPP_TRACE");
    if (wanted == NULL || wanted[0] == '\0' || strcmp(wanted, "0") == 0) return;
    fprintf(stderr, "[umklapp] dispatch name=%s lang=umklapp kernels=%s\n", function->name,
            umk_backend_kernels(shared.backend));
}

/* phono3py knows failures of numbers as RuntimeError. */
static void raise_numerical(umk_status status) {
    if (status == UMK_ERROR_NUMERICAL) {
        PyErr_Clear();
        PyErr_SetString(PyExc_RuntimeError, umk_context_message(shared.context));
    }
}

static PyObject *run(const umk_backend_function *function, const argument *arguments) {
    umk_call_value values[UMK_CALL_MOST_PARAMETERS];
    umk_call call = {shared.context, shared.backend, function, values, 0, {{.data = NULL}}};
    PyObject *results = NULL;
    work work;
    copy_values(values, arguments, function);
    trace(function);
    work_begin(&work, shared.context);
    umk_status status = function->run(&call);
    if (work_end(&work, status)) {
        results = result_objects(&call);
    } else {
        raise_numerical(status);
    }
    release_results(&call);
    return results;
}

/* self is a capsule of the function's row. */
static PyObject *dispatch(PyObject *self, PyObject *positional, PyObject *keywords) {
    const umk_backend_function *function = PyCapsule_GetPointer(self, NULL);
    parameter rows[UMK_CALL_MOST_PARAMETERS];
    argument arguments[UMK_CALL_MOST_PARAMETERS];
    PyObject *results = NULL;
    if (function == NULL || !make_shared()) return NULL;
    list_parameters(rows, function);
    PyObject *straight = straighten(function, positional);
    if (straight == NULL) return NULL;
    if (arguments_parse(arguments, rows, straight, keywords)) {
        lock_shared();
        results = run(function, arguments);
        PyThread_release_lock(shared.lock);
        arguments_release(arguments, rows);
    }
    Py_DECREF(straight);
    return results;
}

/* ---- functions --------------------------------------------------------------------------------------------------*/

enum { most_functions = 80 };

static PyMethodDef definitions[most_functions];

/* name(a, b, c=None), which help() and inspect show. */
static const char *signature(const umk_backend_function *function) {
    static char texts[most_functions][1024];
    static int n_texts;
    char *text = texts[n_texts++];
    size_t size = sizeof texts[0], length = (size_t)snprintf(text, size, "%s(", function->name);
    for (int i = 0; function->parameters[i].name != NULL && length < size; i++) {
        const umk_call_parameter *p = &function->parameters[i];
        length += (size_t)snprintf(text + length, size - length, "%s%s%s", i == 0 ? "" : ", ", p->name,
                                   (p->flags & UMK_CALL_OPTIONAL) != 0 ? "=None" : "");
    }
    if (length < size) snprintf(text + length, size - length, ")\n--\n\n");
    return text;
}

static bool add_function(PyObject *functions, const umk_backend_function *function, int n) {
    if (definitions[n].ml_name == NULL) {
        definitions[n] = (PyMethodDef)NATIVE_METHOD(function->name, dispatch, signature(function));
    }
    PyObject *capsule = PyCapsule_New((void *)function, NULL, NULL);
    PyObject *made = capsule == NULL ? NULL : PyCFunction_New(&definitions[n], capsule);
    bool good = made != NULL && PyDict_SetItemString(functions, function->name, made) == 0;
    Py_XDECREF(capsule);
    Py_XDECREF(made);
    return good;
}

static PyObject *backend_functions(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{NULL, 0, NULL, 0}};
    if (!arguments_parse(NULL, parameters, positional, keywords)) return NULL;
    PyObject *functions = PyDict_New();
    int n = 0;
    for (int table = 0; functions != NULL && umk_backend_tables[table] != NULL; table++) {
        for (const umk_backend_function *f = umk_backend_tables[table]; functions != NULL && f->name != NULL; f++) {
            if (!add_function(functions, f, n++)) Py_CLEAR(functions);
        }
    }
    return functions;
}

static PyObject *backend_describe(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{NULL, 0, NULL, 0}};
    if (!arguments_parse(NULL, parameters, positional, keywords) || !make_shared()) return NULL;
    return Py_BuildValue("(si)", umk_backend_kernels(shared.backend), umk_context_n_threads(shared.context));
}

PyMethodDef native_backend_methods[] = {
    NATIVE_METHOD("backend_functions", backend_functions,
                  "backend_functions()\n--\n\nThe functions that phono3py and phonopy call, by name."),
    NATIVE_METHOD("backend_describe", backend_describe,
                  "backend_describe()\n--\n\nName of the set of kernels, and number of threads."),
    {NULL, NULL, 0, NULL},
};
