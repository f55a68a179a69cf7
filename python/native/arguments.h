/*
 * Arguments of Python functions turned into C.
 *
 * A function lists its parameters in a table, and arguments_parse fills a value for each: from positional and keyword
 * arguments, checked, with a TypeError or ValueError that names the argument. Sizes in shapes may be words: the same
 * word is the same size in all arrays of a call.
 *
 *   static const parameter parameters[] = {
 *       {"gamma", PARAMETER_REALS, "point band", PARAMETER_OUTPUT},
 *       {"frequencies", PARAMETER_REALS, "point band"},
 *       {"charges", PARAMETER_REALS, "atom 3 3", PARAMETER_NONE},
 *       {"temperature", PARAMETER_REAL},
 *       {NULL}};
 *   argument values[4];
 *   if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
 *   ... values[0].data is a double *, values[0].shape its shape ...
 *   arguments_release(values, parameters);
 */
#ifndef UMKLAPP_PYTHON_ARGUMENTS_H
#define UMKLAPP_PYTHON_ARGUMENTS_H

#include "native.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum parameter_kind {
    PARAMETER_BOOL,      /* bool or numpy.bool; value.flag */
    PARAMETER_INTEGER,   /* int or what has __index__, no bool; value.integer */
    PARAMETER_REAL,      /* float, int or what has __float__, finite; value.real */
    PARAMETER_TEXT,      /* str; value.text, UTF-8 */
    PARAMETER_PATH,      /* str, bytes or os.PathLike; value.text, in the encoding of file names */
    PARAMETER_OBJECT,    /* anything; value.object, borrowed */
    PARAMETER_POINTER,   /* capsule of the name that stands in shape; value.data is its pointer */
    PARAMETER_REALS,     /* array of float64; value.data is double * */
    PARAMETER_COMPLEXES, /* array of complex128; value.data is double *, pairs (re, im) */
    PARAMETER_INTEGERS,  /* array of int64; value.data is int64_t * */
    PARAMETER_BYTES      /* array of int8 or bool; value.data is int8_t * */
} parameter_kind;

enum {
    PARAMETER_NONE = 1,   /* may be None, and may be left out: value.given is false then */
    PARAMETER_OUTPUT = 2, /* an array that is written to */
    MOST_DIMENSIONS = 8
};

typedef struct parameter {
    const char *name;
    parameter_kind kind;
    const char *shape; /* arrays: sizes parted by blanks, a number, a word, or "*" for any size; NULL: any shape.
                          Pointers: name of the capsule */
    int flags;
} parameter;

typedef struct argument {
    bool given;
    bool flag;
    int64_t integer;
    double real;
    const char *text;
    PyObject *object;
    void *data; /* C-contiguous, aligned, native byte order; NULL where the array is not given */
    int n_dimensions;
    int64_t shape[MOST_DIMENSIONS];
    PyObject *owner; /* reference that keeps text and data alive */
} argument;

/**
 * Fills values, one for each row of parameters (which ends with a row without a name). keywords may be NULL. Returns
 * false with a Python exception; nothing has to be released then.
 */
bool arguments_parse(argument *values, const parameter *parameters, PyObject *positional, PyObject *keywords);

/**
 * A new NumPy array of one of the four kinds of arrays (PARAMETER_BYTES: int8), C-contiguous, with a copy of data, or
 * zeroed where data is NULL. Where values is not NULL, *values points to its elements. NULL with an exception.
 */
PyObject *arguments_new_array(parameter_kind kind, int n_dimensions, const int64_t *shape, const void *data,
                              void **values);

/** Drops the references that values keep. Needs the GIL. */
void arguments_release(argument *values, const parameter *parameters);

/** Raises type with the message "argument NAME: ..."; returns false. The format is that of PyErr_Format. */
bool arguments_fail(PyObject *type, const char *name, const char *format, ...);

#endif
