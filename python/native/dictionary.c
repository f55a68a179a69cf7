/* Plain data of the library as dictionaries of NumPy arrays, numbers and strings. */
#include "dictionary.h"
#include <string.h>

bool dictionary_set(PyObject *dictionary, const char *name, PyObject *value) {
    bool good = value != NULL && PyDict_SetItemString(dictionary, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

bool dictionary_set_array(PyObject *dictionary, const char *name, parameter_kind kind, int n_dimensions,
                          const int64_t *shape, const void *data) {
    if (data == NULL) return PyDict_SetItemString(dictionary, name, Py_None) == 0;
    return dictionary_set(dictionary, name, arguments_new_array(kind, n_dimensions, shape, data, NULL));
}

static PyObject *none(void) {
    Py_INCREF(Py_None);
    return Py_None;
}

static PyObject *list_of_symbols(const umk_cell *cell) {
    PyObject *list = PyList_New((Py_ssize_t)cell->n_atoms);
    for (int64_t i = 0; list != NULL && i < cell->n_atoms; i++) {
        PyObject *symbol = PyUnicode_DecodeUTF8(cell->symbols[i], (Py_ssize_t)strlen(cell->symbols[i]), "replace");
        if (symbol == NULL || PyList_SetItem(list, (Py_ssize_t)i, symbol) != 0) Py_CLEAR(list);
    }
    return list;
}

PyObject *dictionary_of_cell(const umk_cell *cell) {
    const int64_t square[] = {3, 3}, rows[] = {cell->n_atoms, 3};
    if (cell->n_atoms == 0) return none();
    PyObject *made = PyDict_New();
    if (made == NULL) return NULL;
    if (dictionary_set_array(made, "lattice", PARAMETER_REALS, 2, square, cell->lattice) &&
        dictionary_set_array(made, "positions", PARAMETER_REALS, 2, rows, cell->positions) &&
        dictionary_set_array(made, "masses", PARAMETER_REALS, 1, rows, cell->masses) &&
        dictionary_set(made, "symbols", list_of_symbols(cell))) {
        return made;
    }
    Py_DECREF(made);
    return NULL;
}

PyObject *dictionary_of_born(const umk_born *born) {
    const int64_t square[] = {3, 3}, charges[] = {born->n_atoms, 3, 3};
    if (born->n_atoms == 0) return none();
    PyObject *made = PyDict_New();
    if (made == NULL) return NULL;
    if (dictionary_set_array(made, "charges", PARAMETER_REALS, 3, charges, born->charges) &&
        dictionary_set_array(made, "dielectric", PARAMETER_REALS, 2, square, born->dielectric) &&
        dictionary_set(made, "factor", PyFloat_FromDouble(born->factor)) &&
        dictionary_set(made, "method", PyUnicode_FromString(born->method)) &&
        dictionary_set(made, "reciprocal_cutoff", PyFloat_FromDouble(born->reciprocal_cutoff)) &&
        dictionary_set(made, "ewald_lambda", PyFloat_FromDouble(born->ewald_lambda))) {
        return made;
    }
    Py_DECREF(made);
    return NULL;
}
