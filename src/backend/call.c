/* Arguments by name, checks of their values, and results. */
#include "backend/views.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const umk_call_value *umk_call_value_of(const umk_call *call, const char *name) {
    static const umk_call_value nothing = {.given = false};
    for (int i = 0; call->function->parameters[i].name != NULL; i++) {
        if (strcmp(call->function->parameters[i].name, name) == 0) return &call->values[i];
    }
    return &nothing;
}

double *umk_call_reals(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->data;
}

double complex *umk_call_complexes(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->data;
}

int64_t *umk_call_integers(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->data;
}

int8_t *umk_call_bytes(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->data;
}

double umk_call_real(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->real;
}

int64_t umk_call_integer(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->integer;
}

bool umk_call_flag(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->flag;
}

bool umk_call_given(const umk_call *call, const char *name) {
    return umk_call_value_of(call, name)->given;
}

int64_t umk_call_size(const umk_call *call, const char *name, int axis) {
    return umk_call_value_of(call, name)->shape[axis];
}

int64_t umk_call_length(const umk_call *call, const char *name) {
    const umk_call_value *value = umk_call_value_of(call, name);
    int64_t n = 1;
    for (int axis = 0; axis < value->n_dimensions; axis++) n *= value->shape[axis];
    return n;
}

umk_status umk_call_fail(const umk_call *call, const char *name, const char *format, ...) {
    char text[256];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return umk_fail(call->context, UMK_ERROR_ARGUMENT, "argument %s: %s", name, text);
}

umk_status umk_call_blame(const umk_call *call, const char *name, umk_status status) {
    if (status != UMK_ERROR_ARGUMENT && status != UMK_ERROR_INPUT) return status;
    return umk_fail_prefix(call->context, status, "argument %s", name);
}

static umk_status check_between(const umk_call *call, const char *name, int64_t least, int64_t most) {
    const umk_call_value *value = umk_call_value_of(call, name);
    const int64_t *elements = value->data == NULL ? &value->integer : value->data;
    int64_t n = value->data == NULL ? 1 : umk_call_length(call, name);
    for (int64_t i = 0; i < n; i++) {
        if (elements[i] >= least && elements[i] <= most) continue;
        return umk_call_fail(call, name, "%" PRId64 " is not within %" PRId64 " and %" PRId64, elements[i], least,
                             most);
    }
    return UMK_OK;
}

umk_status umk_call_check_range(const umk_call *call, const char *name, int64_t n) {
    return check_between(call, name, 0, n - 1);
}

umk_status umk_call_check_size(const umk_call *call, const char *name, int64_t most) {
    return check_between(call, name, -most, most);
}

umk_status umk_call_check_shape(const umk_call *call, const char *name, int n_dimensions, const int64_t *shape) {
    const umk_call_value *value = umk_call_value_of(call, name);
    if (value->n_dimensions != n_dimensions) {
        return umk_call_fail(call, name, "%d dimensions expected, not %d", n_dimensions, value->n_dimensions);
    }
    for (int axis = 0; axis < n_dimensions; axis++) {
        if (value->shape[axis] == shape[axis]) continue;
        return umk_call_fail(call, name, "size of axis %d is %" PRId64 ", expected %" PRId64, axis, value->shape[axis],
                             shape[axis]);
    }
    return UMK_OK;
}

/* ---- results ----------------------------------------------------------------------------------------------------*/

void umk_call_return_integers(umk_call *call, int64_t *data, int n_dimensions, const int64_t *shape) {
    umk_call_result *result = &call->results[call->n_results++];
    *result = (umk_call_result){.kind = UMK_CALL_INTEGERS, .data = data, .n_dimensions = n_dimensions};
    memcpy(result->shape, shape, (size_t)n_dimensions * sizeof *shape);
}

void umk_call_return_integer(umk_call *call, int64_t integer) {
    call->results[call->n_results++] = (umk_call_result){.kind = UMK_CALL_INTEGER, .integer = integer};
}

void umk_call_return_bool(umk_call *call, bool flag) {
    call->results[call->n_results++] = (umk_call_result){.kind = UMK_CALL_BOOL, .integer = flag};
}

const umk_backend_function *const umk_backend_tables[] = {umk_backend_grid_functions,
                                                          umk_backend_triplet_functions,
                                                          umk_backend_weight_functions,
                                                          umk_backend_phonon_functions,
                                                          umk_backend_dipole_functions,
                                                          umk_backend_derivative_functions,
                                                          umk_backend_interaction_functions,
                                                          umk_backend_collision_functions,
                                                          umk_backend_pp_collision_functions,
                                                          umk_backend_self_energy_functions,
                                                          umk_backend_collision_matrix_functions,
                                                          umk_backend_isotope_functions,
                                                          umk_backend_fc2_functions,
                                                          umk_backend_fc3_functions,
                                                          umk_backend_fc4_functions,
                                                          umk_backend_cell_functions,
                                                          NULL};
