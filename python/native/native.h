/* The extension umklapp._native: CPython's stable ABI of 3.10, so that one build serves that version and all later. */
#ifndef UMKLAPP_PYTHON_NATIVE_H
#define UMKLAPP_PYTHON_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Each file has its table of functions; module.c adds them all to the module. */
extern PyMethodDef native_command_methods[], native_context_methods[], native_input_methods[], native_crystal_methods[],
    native_force_constants_methods[], native_phonons_methods[], native_conductivity_methods[], native_rta_methods[],
    native_lbte_methods[], native_backend_methods[];

/** A row of such a table for a function (module, positional, keywords). doc begins with its signature. */
#define NATIVE_METHOD(name, function, doc)                                                                             \
    { (name), (PyCFunction)(void (*)(void))(function), METH_VARARGS | METH_KEYWORDS, (doc) }

#endif
