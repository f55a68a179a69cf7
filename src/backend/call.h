/*
 * A call of a function of the backend: named arguments, which the language binding has taken apart and whose kinds and
 * shapes it has checked against the function's list of parameters, and results.
 *
 * The backend is the native part of phono3py 4.10 and phonopy 4.10: it has the names, arguments, units and effects that
 * those give to theirs (phonors 0.8). Arrays are C-contiguous. What kind and shape do not tell, such as the range of
 * indices, the functions check themselves, so that no argument can bring the process down.
 */
#ifndef UMK_BACKEND_CALL_H
#define UMK_BACKEND_CALL_H

#include "base/base.h"
#include <complex.h>

typedef enum umk_call_kind {
    UMK_CALL_BOOL,
    UMK_CALL_INTEGER,
    UMK_CALL_REAL,
    UMK_CALL_TEXT,
    UMK_CALL_REALS,     /* array of float64 */
    UMK_CALL_COMPLEXES, /* array of complex128 */
    UMK_CALL_INTEGERS,  /* array of int64 */
    UMK_CALL_BYTES      /* array of int8 */
} umk_call_kind;

enum {
    UMK_CALL_OPTIONAL = 1, /* None, or left out */
    UMK_CALL_OUTPUT = 2,   /* written to */
    UMK_CALL_STRIDED = 4,  /* need not be contiguous where the caller holds it */
    UMK_CALL_MOST_PARAMETERS = 40,
    UMK_CALL_MOST_DIMENSIONS = 8,
    UMK_CALL_MOST_RESULTS = 3
};

typedef struct umk_call_parameter {
    const char *name;
    umk_call_kind kind;
    const char *shape; /* sizes parted by blanks: a number, a word (the same size in all arrays of a call), or "*" for
                        * any size; NULL: any shape, or no array */
    int flags;
} umk_call_parameter;

typedef struct umk_call_value {
    bool given, flag;
    int64_t integer;
    double real;
    const char *text;
    void *data;
    int n_dimensions;
    int64_t shape[UMK_CALL_MOST_DIMENSIONS];
} umk_call_value;

/** INTEGER, BOOL, or a new array of INTEGERS whose data the receiver ends with umk_release. */
typedef struct umk_call_result {
    umk_call_kind kind;
    int64_t integer;
    int64_t *data;
    int n_dimensions;
    int64_t shape[UMK_CALL_MOST_DIMENSIONS];
} umk_call_result;

typedef struct umk_backend umk_backend;
typedef struct umk_call umk_call;

typedef struct umk_backend_function {
    const char *name;
    const umk_call_parameter *parameters; /* ends with a row without a name */
    umk_status (*run)(umk_call *call);
} umk_backend_function;

struct umk_call {
    umk_context *context;
    umk_backend *backend;
    const umk_backend_function *function;
    const umk_call_value *values; /* one for each parameter */
    int n_results;                /* none: the function returns nothing */
    umk_call_result results[UMK_CALL_MOST_RESULTS];
};

/** All functions, in tables that each end with a row without a name; NULL behind the last table. */
extern const umk_backend_function *const umk_backend_tables[];

/** What calls keep for later ones. The caller ends *backend with umk_backend_destroy. */
umk_status umk_backend_create(umk_backend **backend, umk_context *context);
void umk_backend_destroy(umk_backend *backend);
/** Name of the set of kernels that calls use. */
const char *umk_backend_kernels(const umk_backend *backend);

/* ---- arguments ----------------------------------------------------------------------------------------------------*/

/** The argument of that name, which the function has. */
const umk_call_value *umk_call_value_of(const umk_call *call, const char *name);
double *umk_call_reals(const umk_call *call, const char *name);
double complex *umk_call_complexes(const umk_call *call, const char *name);
int64_t *umk_call_integers(const umk_call *call, const char *name);
int8_t *umk_call_bytes(const umk_call *call, const char *name);
double umk_call_real(const umk_call *call, const char *name);
int64_t umk_call_integer(const umk_call *call, const char *name);
bool umk_call_flag(const umk_call *call, const char *name);
bool umk_call_given(const umk_call *call, const char *name);
int64_t umk_call_size(const umk_call *call, const char *name, int axis);
/** Number of elements of an array. */
int64_t umk_call_length(const umk_call *call, const char *name);

/** UMK_ERROR_ARGUMENT with "argument NAME: ...". */
umk_status umk_call_fail(const umk_call *call, const char *name, const char *format, ...) UMK_PRINTF(3, 4);

/** Puts "argument NAME: " before the message of a status that blames what the caller gave; returns status. */
umk_status umk_call_blame(const umk_call *call, const char *name, umk_status status);

/** Every element of an array of integers, or an integer, is 0 ... n - 1. */
umk_status umk_call_check_range(const umk_call *call, const char *name, int64_t n);
/** Every element of an array of integers is -most ... most. */
umk_status umk_call_check_size(const umk_call *call, const char *name, int64_t most);
/** An array has one of two numbers of dimensions, and these sizes from the given axis on. */
umk_status umk_call_check_shape(const umk_call *call, const char *name, int n_dimensions, const int64_t *shape);

/* ---- results ------------------------------------------------------------------------------------------------------*/

/** The next result, an array of integers; takes data over. */
void umk_call_return_integers(umk_call *call, int64_t *data, int n_dimensions, const int64_t *shape);
void umk_call_return_integer(umk_call *call, int64_t integer);
void umk_call_return_bool(umk_call *call, bool flag);

#endif
