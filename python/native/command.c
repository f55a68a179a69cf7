/* The program umklapp within the extension, so that a package installs one file for everything; and its version. */
#include "arguments.h"
#include <stdlib.h>
#include <umklapp/umklapp.h>

/** main of cli/main.c, compiled under this name. */
int umklapp_command_line(int argc, char **argv);

static PyObject *version(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{NULL, 0, NULL, 0}};
    if (!arguments_parse(NULL, parameters, positional, keywords)) return NULL;
    return PyUnicode_FromString(umk_version());
}

/* The words of a list of bytes, borrowed; freed by the caller. NULL with an exception. */
static char **words_of(PyObject *list, Py_ssize_t n) {
    char **words = calloc((size_t)n + 1, sizeof *words);
    if (words == NULL) return (char **)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *word = PyList_GetItem(list, i);
        words[i] = word == NULL ? NULL : PyBytes_AsString(word);
        if (words[i] != NULL) continue;
        free(words);
        return NULL;
    }
    return words;
}

static PyObject *command(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{"words", PARAMETER_OBJECT, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[1];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    Py_ssize_t n = PyList_Size(values[0].object);
    char **words = n < 0 ? NULL : words_of(values[0].object, n);
    if (words == NULL) return NULL;
    PyThreadState *thread = PyEval_SaveThread();
    int exit_status = umklapp_command_line((int)n, words);
    PyEval_RestoreThread(thread);
    free(words);
    return PyLong_FromLong(exit_status);
}

PyMethodDef native_command_methods[] = {
    NATIVE_METHOD("version", version, "version()\n--\n\nVersion of the C library."),
    NATIVE_METHOD("command", command,
                  "command(words)\n--\n\n"
                  "Runs the program with a list of bytes, its own name first, and returns its exit status. It handles\n"
                  "signals and prints as the program does: for a process that ends afterwards."),
    {NULL, NULL, 0, NULL},
};
