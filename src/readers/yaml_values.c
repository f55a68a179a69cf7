/* Texts, numbers, vectors and matrices out of a yaml stream. */
#include "readers/text.h"
#include "readers/yaml.h"
#include <string.h>

static umk_status expect_scalar(const umk_yaml *yaml, const char *what, const char *expected) {
    if (yaml->event.type == YAML_SCALAR_EVENT) return UMK_OK;
    const char *found = yaml->event.type == YAML_SEQUENCE_START_EVENT  ? "a list"
                        : yaml->event.type == YAML_MAPPING_START_EVENT ? "keys with values"
                                                                       : "an alias";
    return umk_yaml_fail(yaml, "%s: expected %s, found %s", what, expected, found);
}

umk_status umk_yaml_text(umk_yaml *yaml, const char *what, char *out, size_t size) {
    char quoted[umk_quote_size];
    umk_status status = expect_scalar(yaml, what, "a text");
    if (status != UMK_OK) return status;
    const char *text = (const char *)yaml->event.data.scalar.value;
    size_t length = yaml->event.data.scalar.length;
    if (length >= size || memchr(text, '\0', length) != NULL) {
        return umk_yaml_fail(yaml, "%s: %s is longer than %zu characters or holds a zero byte", what,
                             umk_quote(quoted, text, length), size - 1);
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return UMK_OK;
}

umk_status umk_yaml_number(umk_yaml *yaml, const char *what, double *out) {
    char quoted[umk_quote_size];
    umk_status status = expect_scalar(yaml, what, "a number");
    if (status != UMK_OK) return status;
    const char *text = (const char *)yaml->event.data.scalar.value;
    size_t length = yaml->event.data.scalar.length;
    switch (umk_parse_number(text, length, out)) {
    case UMK_NUMBER_FINITE:
        return UMK_OK;
    case UMK_NUMBER_NOT_FINITE:
        return umk_yaml_fail(yaml, "%s: %s is not finite, expected a finite number", what,
                             umk_quote(quoted, text, length));
    default:
        return umk_yaml_fail(yaml, "%s: expected a number, found %s", what, umk_quote(quoted, text, length));
    }
}

/* A list of up to capacity numbers. */
static umk_status read_list(umk_yaml *yaml, const char *what, int capacity, double *out, int *n) {
    umk_status status = UMK_OK;
    *n = 0;
    if (yaml->event.type != YAML_SEQUENCE_START_EVENT)
        return umk_yaml_fail(yaml, "%s: expected a list of numbers", what);
    UMK_TRY(umk_yaml_next(yaml));
    while (yaml->event.type != YAML_SEQUENCE_END_EVENT) {
        if (*n == capacity) return umk_yaml_fail(yaml, "%s: more than %d numbers in the list", what, capacity);
        UMK_TRY(umk_yaml_number(yaml, what, &out[*n]));
        ++*n;
        UMK_TRY(umk_yaml_next(yaml));
    }
cleanup:
    return status;
}

umk_status umk_yaml_vector3(umk_yaml *yaml, const char *what, double out[3]) {
    int n;
    umk_status status = read_list(yaml, what, 3, out, &n);
    if (status == UMK_OK && n != 3) return umk_yaml_fail(yaml, "%s: expected 3 numbers, found %d", what, n);
    return status;
}

typedef struct matrix_reader {
    double values[9];
    int n_values, n_rows;
    bool allow_flat;
} matrix_reader;

static umk_status read_row(umk_yaml *yaml, const char *what, int64_t index, void *user) {
    matrix_reader *matrix = user;
    bool is_row = yaml->event.type == YAML_SEQUENCE_START_EVENT;
    if (!is_row && !matrix->allow_flat) return umk_yaml_fail(yaml, "%s: expected 3 rows of 3 numbers", what);
    if (index > 0 && is_row != (matrix->n_rows > 0)) {
        return umk_yaml_fail(yaml, "%s: rows and single numbers are mixed, expected 3 rows of 3 numbers", what);
    }
    if (is_row) {
        if (matrix->n_rows == 3) return umk_yaml_fail(yaml, "%s: more than 3 rows", what);
        return umk_yaml_vector3(yaml, what, matrix->values + 3 * matrix->n_rows++);
    }
    if (matrix->n_values == 9) return umk_yaml_fail(yaml, "%s: more than 9 numbers", what);
    return umk_yaml_number(yaml, what, &matrix->values[matrix->n_values++]);
}

umk_status umk_yaml_matrix3(umk_yaml *yaml, const char *what, bool allow_flat, double out[3][3]) {
    matrix_reader matrix = {.allow_flat = allow_flat};
    umk_status status = umk_yaml_sequence(yaml, what, read_row, &matrix);
    if (status != UMK_OK) return status;
    if (matrix.n_rows == 3 || matrix.n_values == 9) {
        memcpy(out, matrix.values, sizeof matrix.values);
        return UMK_OK;
    }
    if (matrix.n_rows > 0 || matrix.n_values == 0) {
        return umk_yaml_fail(yaml, "%s: expected 3 rows, found %d", what, matrix.n_rows);
    }
    if (matrix.n_values != 3) {
        return umk_yaml_fail(yaml, "%s: expected 3 rows of 3 numbers, or 3 or 9 numbers, found %d", what,
                             matrix.n_values);
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) out[i][j] = i == j ? matrix.values[i] : 0;
    }
    return UMK_OK;
}
