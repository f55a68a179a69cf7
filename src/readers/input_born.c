/*
 * Dipole data of a phono3py.yaml file: the block nac with born_effective_charge, dielectric_constant, method and
 * unit_conversion_factor; before phonopy 2.18 the first two at the top level and the factor in the header.
 */
#include "readers/readers.h"
#include "readers/text.h"
#include <string.h>

umk_status umk_born_grow(umk_born *born, umk_context *context, int64_t *capacity) {
    if (born->n_atoms < *capacity) return UMK_OK;
    int64_t larger_capacity = *capacity == 0 ? 16 : 2 * *capacity;
    double(*larger)[3][3] = umk_allocate(context, larger_capacity, sizeof *larger);
    if (larger == NULL) return UMK_ERROR_MEMORY;
    if (born->n_atoms > 0) memcpy(larger, born->charges, (size_t)born->n_atoms * sizeof *larger);
    umk_release(born->charges);
    born->charges = larger;
    *capacity = larger_capacity;
    return UMK_OK;
}

void umk_born_clear(umk_born *born) {
    umk_release(born->charges);
    *born = (umk_born){0};
}

static umk_status read_charge(umk_yaml *yaml, const char *what, int64_t index, void *user) {
    umk_born_reader *reader = user;
    umk_status status = umk_born_grow(&reader->born, yaml->context, &reader->capacity);
    if (status != UMK_OK) return status;
    status = umk_yaml_matrix3(yaml, what, false, reader->born.charges[index]);
    if (status == UMK_OK) reader->born.n_atoms++;
    return status;
}

umk_status umk_born_reader_charges(umk_yaml *yaml, const char *what, void *user) {
    return umk_yaml_sequence(yaml, what, read_charge, user);
}

umk_status umk_born_reader_dielectric(umk_yaml *yaml, const char *what, void *user) {
    umk_born_reader *reader = user;
    reader->has_dielectric = true;
    return umk_yaml_matrix3(yaml, what, false, reader->born.dielectric);
}

umk_status umk_born_reader_factor(umk_yaml *yaml, const char *what, void *user) {
    umk_born_reader *reader = user;
    if (umk_yaml_is_null(yaml)) return UMK_OK;
    umk_status status = umk_yaml_number(yaml, what, &reader->born.factor);
    if (status != UMK_OK || reader->born.factor > 0) return status;
    return umk_yaml_fail(yaml, "%s: expected a positive factor, found %g", what, reader->born.factor);
}

static umk_status read_method(umk_yaml *yaml, const char *what, void *user) {
    umk_born_reader *reader = user;
    char text[sizeof reader->born.method], quoted[umk_quote_size];
    umk_status status = umk_yaml_text(yaml, what, text, sizeof text);
    if (status != UMK_OK) return status;
    size_t length = strlen(text);
    static const char *const methods[] = {"gonze", "wang"};
    for (size_t i = 0; i < 2; i++) {
        if (umk_same_word(text, length, methods[i])) {
            memcpy(reader->born.method, methods[i], length + 1);
            return UMK_OK;
        }
    }
    return umk_yaml_fail(yaml, "%s: expected \"gonze\" or \"wang\", found %s", what, umk_quote(quoted, text, length));
}

umk_status umk_born_reader_block(umk_yaml *yaml, const char *what, void *user) {
    static const umk_yaml_field fields[] = {
        {"born_effective_charge", umk_born_reader_charges},
        {"dielectric_constant", umk_born_reader_dielectric},
        {"unit_conversion_factor", umk_born_reader_factor},
        {"method", read_method},
    };
    return umk_yaml_mapping(yaml, what, fields, 4, user);
}
