/* Dictionaries of Python made from plain data of the library. */
#ifndef UMKLAPP_PYTHON_DICTIONARY_H
#define UMKLAPP_PYTHON_DICTIONARY_H

#include "arguments.h"
#include <umklapp/umklapp.h>

/**
 * Sets a value, whose reference is taken in any case; false with an exception, also where value is NULL (so that it
 * may be the result of a call that failed).
 */
bool dictionary_set(PyObject *dictionary, const char *name, PyObject *value);

/** The same with an array; data NULL: None. */
bool dictionary_set_array(PyObject *dictionary, const char *name, parameter_kind kind, int n_dimensions,
                          const int64_t *shape, const void *data);

/** lattice (3, 3), positions (n, 3), masses (n), symbols (list of str); None for an empty cell. */
PyObject *dictionary_of_cell(const umk_cell *cell);

/** charges (n, 3, 3), dielectric (3, 3), factor, method, reciprocal_cutoff, ewald_lambda; None where there are none. */
PyObject *dictionary_of_born(const umk_born *born);

#endif
