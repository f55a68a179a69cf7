/*
 * Parsing by tables. Arrays come through the array interface of NumPy (https://numpy.org/doc/stable/reference/
 * arrays.interface.html): the attribute __array_struct__ is a capsule with a PyArrayInterface, which keeps its array
 * alive. That needs neither NumPy's headers nor the buffer protocol, which the stable ABI of 3.10 does not have.
 */
#include "arguments.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct array_interface {
    int two; /* is 2 */
    int n_dimensions;
    char kind; /* f, c, i, u, b, ... */
    int item_size;
    int flags;
    Py_ssize_t *shape, *strides;
    void *data;
    PyObject *description;
} array_interface;

enum { C_CONTIGUOUS = 0x1, ALIGNED = 0x100, NATIVE_ORDER = 0x200, WRITABLE = 0x400 };

/* A size named by a word, and the argument where it was first met. */
typedef struct named_size {
    const char *word;
    int length;
    int64_t size;
    const char *first;
} named_size;

enum { most_named = 32 };

typedef struct named_sizes {
    named_size rows[most_named];
    int n;
} named_sizes;

bool arguments_fail(PyObject *type, const char *name, const char *format, ...) {
    va_list list;
    va_start(list, format);
    PyObject *text = PyUnicode_FromFormatV(format, list);
    va_end(list);
    if (text != NULL) PyErr_Format(type, "argument %s: %U", name, text);
    Py_XDECREF(text);
    return false;
}

/* "argument NAME: EXPECTED expected, not TYPE" */
static bool fail_type(const char *name, const char *expected, PyObject *found) {
    PyObject *type = PyObject_GetAttrString((PyObject *)Py_TYPE(found), "__name__");
    if (type != NULL) arguments_fail(PyExc_TypeError, name, "%s expected, not %U", expected, type);
    Py_XDECREF(type);
    return false;
}

/* ---- scalars ----------------------------------------------------------------------------------------------------*/

/* The interface of an object, or NULL without an exception; *owner is a reference that keeps it alive. */
static const array_interface *interface_of(PyObject *object, PyObject **owner) {
    *owner = PyObject_GetAttrString(object, "__array_struct__");
    if (*owner == NULL) {
        PyErr_Clear();
        return NULL;
    }
    const array_interface *found = PyCapsule_IsValid(*owner, NULL) ? PyCapsule_GetPointer(*owner, NULL) : NULL;
    if (found != NULL && found->two == 2) return found;
    PyErr_Clear();
    Py_CLEAR(*owner);
    return NULL;
}

static bool take_bool(argument *value, PyObject *object, const char *name) {
    if (PyBool_Check(object)) {
        value->flag = object == Py_True;
        return true;
    }
    PyObject *owner;
    const array_interface *scalar = interface_of(object, &owner);
    bool good = scalar != NULL && scalar->n_dimensions == 0 && scalar->kind == 'b';
    if (good) value->flag = *(const char *)scalar->data != 0;
    Py_XDECREF(owner);
    return good || fail_type(name, "a bool", object);
}

static bool take_integer(argument *value, PyObject *object, const char *name) {
    PyObject *number = PyBool_Check(object) ? NULL : PyNumber_Index(object);
    if (number == NULL) {
        PyErr_Clear();
        return fail_type(name, "an integer", object);
    }
    int overflow;
    value->integer = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    return overflow == 0 || arguments_fail(PyExc_ValueError, name, "%S does not fit 64 bits", object);
}

static bool take_real(argument *value, PyObject *object, const char *name) {
    value->real = PyBool_Check(object) ? -1 : PyFloat_AsDouble(object);
    if (PyBool_Check(object) || (value->real == -1 && PyErr_Occurred())) {
        PyErr_Clear();
        return fail_type(name, "a number", object);
    }
    return isfinite(value->real) || arguments_fail(PyExc_ValueError, name, "%S is not finite", object);
}

static bool take_text(argument *value, PyObject *object, const char *name) {
    Py_ssize_t length = 0;
    if (!PyUnicode_Check(object)) return fail_type(name, "a str", object);
    value->text = PyUnicode_AsUTF8AndSize(object, &length);
    if (value->text == NULL) return false;
    if (strlen(value->text) != (size_t)length) {
        return arguments_fail(PyExc_ValueError, name, "%R has a null character in it", object);
    }
    Py_INCREF(object);
    value->owner = object;
    return true;
}

static bool take_pointer(argument *value, PyObject *object, const parameter *wanted) {
    if (!PyCapsule_IsValid(object, wanted->shape)) return fail_type(wanted->name, wanted->shape, object);
    value->data = PyCapsule_GetPointer(object, wanted->shape);
    Py_INCREF(object);
    value->owner = object;
    return true;
}

static bool take_path(argument *value, PyObject *object, const char *name) {
    if (PyUnicode_FSConverter(object, &value->owner)) {
        value->text = PyBytes_AsString(value->owner);
        return true;
    }
    value->owner = NULL;
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
    PyErr_Clear();
    return fail_type(name, "a path", object);
}

/* ---- arrays -----------------------------------------------------------------------------------------------------*/

static const char *element_name(parameter_kind kind) {
    switch (kind) {
    case PARAMETER_COMPLEXES:
        return "complex128";
    case PARAMETER_INTEGERS:
        return "int64";
    case PARAMETER_BYTES:
        return "int8 or bool";
    default:
        return "float64";
    }
}

static bool has_element(const array_interface *array, parameter_kind kind) {
    char found = array->kind;
    if ((array->flags & NATIVE_ORDER) == 0) return false;
    switch (kind) {
    case PARAMETER_COMPLEXES:
        return found == 'c' && array->item_size == 16;
    case PARAMETER_INTEGERS:
        return found == 'i' && array->item_size == 8;
    case PARAMETER_BYTES:
        return (found == 'i' || found == 'b') && array->item_size == 1;
    default:
        return found == 'f' && array->item_size == 8;
    }
}

/* Length of the word at the start of a shape, 0 at its end. */
static int word_length(const char **shape) {
    *shape += strspn(*shape, " ");
    return (int)strcspn(*shape, " ");
}

static int count_words(const char *shape) {
    int n = 0;
    for (int length; (length = word_length(&shape)) > 0; shape += length) n++;
    return n;
}

/* The row of a word, made with this size where it is new. */
static const named_size *find_size(named_sizes *sizes, const char *word, int length, int64_t size, const char *name) {
    for (int i = 0; i < sizes->n; i++) {
        named_size *row = &sizes->rows[i];
        if (row->length == length && memcmp(row->word, word, (size_t)length) == 0) return row;
    }
    if (sizes->n == most_named) return NULL;
    sizes->rows[sizes->n] = (named_size){word, length, size, name};
    return &sizes->rows[sizes->n++];
}

static bool check_size(const char *name, const char *word, int length, int axis, int64_t size, named_sizes *sizes) {
    if (*word == '*') return true;
    if (*word >= '0' && *word <= '9') {
        long long wanted = atoll(word);
        return size == wanted || arguments_fail(PyExc_ValueError, name, "size of axis %d is %lld, expected %lld", axis,
                                                (long long)size, wanted);
    }
    const named_size *row = find_size(sizes, word, length, size, name);
    if (row == NULL) return arguments_fail(PyExc_SystemError, name, "more than %d named sizes", (int)most_named);
    if (row->size == size) return true;
    char text[64];
    snprintf(text, sizeof text, "%.*s", length, word);
    return arguments_fail(PyExc_ValueError, name, "size of axis %d is %lld, expected %lld (%s, as in %s)", axis,
                          (long long)size, (long long)row->size, text, row->first);
}

static bool check_shape(const argument *value, const parameter *wanted, named_sizes *sizes) {
    if (wanted->shape == NULL) return true;
    int n = count_words(wanted->shape);
    if (value->n_dimensions != n) {
        return arguments_fail(PyExc_TypeError, wanted->name, "%d dimension%s expected (%s), not %d", n,
                              n == 1 ? "" : "s", wanted->shape, value->n_dimensions);
    }
    const char *word = wanted->shape;
    for (int axis = 0; axis < n; axis++) {
        int length = word_length(&word);
        if (!check_size(wanted->name, word, length, axis, value->shape[axis], sizes)) return false;
        word += length;
    }
    return true;
}

static bool check_array(const array_interface *array, const parameter *wanted) {
    const char *name = wanted->name;
    if (!has_element(array, wanted->kind)) {
        return arguments_fail(PyExc_TypeError, name, "an array of %s expected, not of kind '%c' with %d bytes%s",
                              element_name(wanted->kind), array->kind, array->item_size,
                              (array->flags & NATIVE_ORDER) == 0 ? " in foreign byte order" : "");
    }
    if (array->n_dimensions > MOST_DIMENSIONS) {
        return arguments_fail(PyExc_TypeError, name, "more than %d dimensions", (int)MOST_DIMENSIONS);
    }
    if ((array->flags & C_CONTIGUOUS) == 0) return arguments_fail(PyExc_ValueError, name, "not C-contiguous");
    if ((array->flags & ALIGNED) == 0) return arguments_fail(PyExc_ValueError, name, "not aligned in memory");
    if ((wanted->flags & PARAMETER_OUTPUT) != 0 && (array->flags & WRITABLE) == 0) {
        return arguments_fail(PyExc_ValueError, name, "read-only, but the result is written to it");
    }
    return true;
}

static bool take_array(argument *value, PyObject *object, const parameter *wanted, named_sizes *sizes) {
    const array_interface *array = interface_of(object, &value->owner);
    if (array == NULL) return fail_type(wanted->name, "a NumPy array", object);
    if (!check_array(array, wanted)) return false;
    value->data = array->data;
    value->n_dimensions = array->n_dimensions;
    for (int axis = 0; axis < array->n_dimensions; axis++) value->shape[axis] = array->shape[axis];
    return check_shape(value, wanted, sizes);
}

/* zeros() of NumPy, called as a user would call it. */
static PyObject *new_zeros(parameter_kind kind, int n_dimensions, const int64_t *shape) {
    const char *element = kind == PARAMETER_BYTES ? "int8" : element_name(kind);
    PyObject *array = NULL, *numpy = PyImport_ImportModule("numpy"), *sizes = PyTuple_New(n_dimensions);
    for (int i = 0; sizes != NULL && i < n_dimensions; i++) {
        PyObject *size = PyLong_FromLongLong(shape[i]);
        if (size == NULL || PyTuple_SetItem(sizes, i, size) != 0) Py_CLEAR(sizes);
    }
    if (numpy != NULL && sizes != NULL) array = PyObject_CallMethod(numpy, "zeros", "Os", sizes, element);
    Py_XDECREF(sizes);
    Py_XDECREF(numpy);
    return array;
}

PyObject *arguments_new_array(parameter_kind kind, int n_dimensions, const int64_t *shape, const void *data,
                              void **values) {
    PyObject *owner, *array = new_zeros(kind, n_dimensions, shape);
    if (array == NULL) return NULL;
    const array_interface *made = interface_of(array, &owner);
    if (made == NULL) {
        PyErr_SetString(PyExc_SystemError, "an array of NumPy without __array_struct__");
        Py_DECREF(array);
        return NULL;
    }
    size_t size = (size_t)made->item_size;
    for (int i = 0; i < n_dimensions; i++) size *= (size_t)shape[i];
    if (data != NULL && size > 0) memcpy(made->data, data, size);
    if (values != NULL) *values = made->data;
    Py_DECREF(owner);
    return array;
}

/* ---- a call -----------------------------------------------------------------------------------------------------*/

static bool take(argument *value, PyObject *object, const parameter *wanted, named_sizes *sizes) {
    if (object == Py_None && (wanted->flags & PARAMETER_NONE) != 0) return true;
    value->given = true;
    value->object = object;
    switch (wanted->kind) {
    case PARAMETER_BOOL:
        return take_bool(value, object, wanted->name);
    case PARAMETER_INTEGER:
        return take_integer(value, object, wanted->name);
    case PARAMETER_REAL:
        return take_real(value, object, wanted->name);
    case PARAMETER_TEXT:
        return take_text(value, object, wanted->name);
    case PARAMETER_PATH:
        return take_path(value, object, wanted->name);
    case PARAMETER_OBJECT:
        return true;
    case PARAMETER_POINTER:
        return take_pointer(value, object, wanted);
    default:
        return take_array(value, object, wanted, sizes);
    }
}

static Py_ssize_t count_parameters(const parameter *parameters) {
    Py_ssize_t n = 0;
    while (parameters[n].name != NULL) n++;
    return n;
}

static bool knows(const parameter *parameters, Py_ssize_t from, PyObject *keyword) {
    for (Py_ssize_t i = from; parameters[i].name != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(keyword, parameters[i].name) == 0) return true;
    }
    return false;
}

/* Every keyword names a parameter that no positional argument has filled. */
static bool check_keywords(const parameter *parameters, Py_ssize_t n_positional, PyObject *keywords) {
    PyObject *keyword, *object;
    Py_ssize_t at = 0;
    while (keywords != NULL && PyDict_Next(keywords, &at, &keyword, &object)) {
        if (knows(parameters, n_positional, keyword)) continue;
        PyErr_Format(PyExc_TypeError,
                     knows(parameters, 0, keyword) ? "argument %U was given twice" : "there is no argument %U",
                     keyword);
        return false;
    }
    return true;
}

/* The object of a parameter, borrowed; NULL where there is none. */
static PyObject *object_of(const parameter *wanted, Py_ssize_t i, PyObject *positional, PyObject *keywords) {
    if (i < PyTuple_Size(positional)) return PyTuple_GetItem(positional, i);
    return keywords == NULL ? NULL : PyDict_GetItemString(keywords, wanted->name);
}

bool arguments_parse(argument *values, const parameter *parameters, PyObject *positional, PyObject *keywords) {
    Py_ssize_t n = count_parameters(parameters), n_positional = PyTuple_Size(positional);
    named_sizes sizes = {.n = 0};
    if (n_positional > n) {
        PyErr_Format(PyExc_TypeError, "%zd arguments at most, %zd given", n, n_positional);
        return false;
    }
    if (!check_keywords(parameters, n_positional, keywords)) return false;
    if (n > 0) memset(values, 0, (size_t)n * sizeof *values);
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *object = object_of(&parameters[i], i, positional, keywords);
        bool good = object != NULL || (parameters[i].flags & PARAMETER_NONE) != 0;
        if (!good) {
            PyErr_Format(PyExc_TypeError, "argument %s is missing", parameters[i].name);
        } else if (object != NULL) {
            good = take(&values[i], object, &parameters[i], &sizes);
        }
        if (!good) {
            arguments_release(values, parameters);
            return false;
        }
    }
    return true;
}

void arguments_release(argument *values, const parameter *parameters) {
    for (Py_ssize_t i = 0; parameters[i].name != NULL; i++) Py_CLEAR(values[i].owner);
}
