/* The GIL, Ctrl-C, and what failures become in Python. */
#include "work.h"
#include <signal.h>
#include <stdatomic.h>

/* What Ctrl-C stops besides Python's own code, and the handler that was there before. */
static _Atomic(umk_context *) interruptible;
static PyOS_sighandler_t python_handler;

static void on_interrupt(int number) {
    umk_context *context = atomic_load(&interruptible);
    if (context != NULL) umk_context_cancel(context);
    python_handler(number); /* notes the signal, so that PyErr_CheckSignals raises what the user chose */
    PyOS_setsig(number, on_interrupt);
}

static bool is_main_thread(void) {
    bool is_main = false;
    PyObject *threading = PyImport_ImportModule("threading"), *main = NULL, *identity = NULL;
    if (threading != NULL) main = PyObject_CallMethod(threading, "main_thread", NULL);
    if (main != NULL) identity = PyObject_GetAttrString(main, "ident");
    if (identity != NULL) is_main = PyLong_AsUnsignedLong(identity) == PyThread_get_thread_ident();
    PyErr_Clear();
    Py_XDECREF(identity);
    Py_XDECREF(main);
    Py_XDECREF(threading);
    return is_main;
}

/* A handler of work that goes on already (of a callback that calls us again) stays. */
static void handle_interrupt(work *work) {
    work->handles_interrupt = false;
    if (atomic_load(&interruptible) != NULL || !is_main_thread()) return;
    PyOS_sighandler_t previous = PyOS_getsig(SIGINT);
    if (previous == SIG_DFL || previous == SIG_IGN || previous == SIG_ERR) return;
    python_handler = work->previous = previous;
    atomic_store(&interruptible, work->context);
    PyOS_setsig(SIGINT, on_interrupt);
    work->handles_interrupt = true;
}

void work_begin(work *work, umk_context *context) {
    work->context = context;
    handle_interrupt(work);
    work->thread = PyEval_SaveThread();
}

void work_enter_python(work *work) {
    PyEval_RestoreThread(work->thread);
    work->thread = NULL;
}

void work_leave_python(work *work) {
    work->thread = PyEval_SaveThread();
}

bool work_end(work *work, umk_status status) {
    work_enter_python(work);
    if (work->handles_interrupt) {
        PyOS_setsig(SIGINT, work->previous);
        atomic_store(&interruptible, NULL);
    }
    umk_context_reset_cancel(work->context);
    if (PyErr_Occurred() != NULL) return false;
    if (status == UMK_OK) return PyErr_CheckSignals() == 0;
    work_raise(work->context, status);
    return false;
}

PyObject *work_raise(const umk_context *context, umk_status status) {
    const char *message = context == NULL ? "" : umk_context_message(context);
    if (message[0] == '\0') message = umk_status_text(status);
    switch (status) {
    case UMK_ERROR_ARGUMENT:
    case UMK_ERROR_INPUT:
        PyErr_SetString(PyExc_ValueError, message);
        break;
    case UMK_ERROR_IO:
        PyErr_SetString(PyExc_OSError, message);
        break;
    case UMK_ERROR_MEMORY:
        PyErr_SetString(PyExc_MemoryError, message);
        break;
    case UMK_ERROR_NUMERICAL:
        PyErr_SetString(PyExc_ArithmeticError, message);
        break;
    case UMK_ERROR_CANCELLED:
        if (PyErr_CheckSignals() == 0) PyErr_SetNone(PyExc_KeyboardInterrupt);
        break;
    default:
        PyErr_SetString(PyExc_SystemError, message);
        break;
    }
    return NULL;
}
