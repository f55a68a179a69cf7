/*
 * phono3py.yaml and its relatives: the top level of the file, the units of its cells, the agreement of its parts.
 *
 * What phono3py 1.21 to 4.10 and phonopy write is read. Cells are in the calculator's unit of length, which the file
 * states as physical_unit: length; both must agree, as they must for phono3py.
 */
#include "readers/calculator.h"
#include "readers/readers.h"
#include "readers/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { UNIT_CELL, PRIMITIVE_CELL, SUPERCELL, PHONON_PRIMITIVE_CELL, PHONON_SUPERCELL, ROOT_CELL, N_CELLS };

typedef struct input_reader {
    umk_input *input;
    umk_cell_reader cells[N_CELLS];
    umk_born_reader born, root_born;
    bool has_length_unit;
} input_reader;

static umk_status read_calculator(umk_yaml *yaml, const char *what, void *user) {
    umk_input *input = ((input_reader *)user)->input;
    char quoted[umk_quote_size];
    if (umk_yaml_is_null(yaml)) return UMK_OK;
    umk_status status = umk_yaml_text(yaml, what, input->calculator, sizeof input->calculator);
    if (status != UMK_OK || umk_calculator_length_unit(input->calculator) != NULL) return status;
    return umk_yaml_fail(yaml, "%s: the units of %s are not known (known: vasp, qe, abinit, wien2k, ...)", what,
                         umk_quote(quoted, input->calculator, strlen(input->calculator)));
}

static umk_status read_tolerance(umk_yaml *yaml, const char *what, void *user) {
    umk_input *input = ((input_reader *)user)->input;
    umk_status status = umk_yaml_number(yaml, what, &input->symmetry_tolerance);
    if (status != UMK_OK || input->symmetry_tolerance > 0) return status;
    return umk_yaml_fail(yaml, "%s: expected a positive length, found %g", what, input->symmetry_tolerance);
}

static umk_status read_header_factor(umk_yaml *yaml, const char *what, void *user) {
    return umk_born_reader_factor(yaml, what, &((input_reader *)user)->root_born);
}

static umk_status read_header(umk_yaml *yaml, const char *what, void *user) {
    static const umk_yaml_field fields[] = {
        {"calculator", read_calculator},
        {"symmetry_tolerance", read_tolerance},
        {"nac_unit_conversion_factor", read_header_factor},
    };
    return umk_yaml_mapping(yaml, what, fields, 3, user);
}

/* "Angstrom" was written with a capital once. */
static umk_status read_length_unit(umk_yaml *yaml, const char *what, void *user) {
    input_reader *reader = user;
    char *unit = reader->input->length_unit, quoted[umk_quote_size];
    umk_status status = umk_yaml_text(yaml, what, unit, sizeof reader->input->length_unit);
    if (status != UMK_OK) return status;
    if (umk_same_word(unit, strlen(unit), "angstrom")) unit[0] = 'a';
    reader->has_length_unit = true;
    if (umk_length_factor(unit) > 0) return UMK_OK;
    return umk_yaml_fail(yaml, "%s: expected \"angstrom\" or \"au\", found %s", what,
                         umk_quote(quoted, unit, strlen(unit)));
}

static umk_status read_physical_unit(umk_yaml *yaml, const char *what, void *user) {
    static const umk_yaml_field fields[] = {{"length", read_length_unit}};
    return umk_yaml_mapping(yaml, what, fields, 1, user);
}

/* ---- matrices ---------------------------------------------------------------------------------------------------*/

static umk_status read_integer_matrix(umk_yaml *yaml, const char *what, int64_t out[3][3]) {
    double m[3][3];
    int64_t line = umk_yaml_line(yaml);
    umk_status status = umk_yaml_matrix3(yaml, what, true, m);
    if (status != UMK_OK) return status;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (m[i][j] != floor(m[i][j]) || fabs(m[i][j]) > 1e4) {
                return umk_yaml_fail_at(yaml, line, "%s: expected integers up to 10000, found %.15g", what, m[i][j]);
            }
            out[i][j] = (int64_t)m[i][j];
        }
    }
    int64_t determinant = out[0][0] * (out[1][1] * out[2][2] - out[1][2] * out[2][1]) -
                          out[0][1] * (out[1][0] * out[2][2] - out[1][2] * out[2][0]) +
                          out[0][2] * (out[1][0] * out[2][1] - out[1][1] * out[2][0]);
    if (determinant == 0) return umk_yaml_fail_at(yaml, line, "%s: the determinant is 0", what);
    return UMK_OK;
}

static umk_status read_supercell_matrix(umk_yaml *yaml, const char *what, void *user) {
    umk_input *input = ((input_reader *)user)->input;
    if (umk_yaml_is_null(yaml)) return UMK_OK;
    input->has_supercell_matrix = true;
    return read_integer_matrix(yaml, what, input->supercell_matrix);
}

static umk_status read_phonon_supercell_matrix(umk_yaml *yaml, const char *what, void *user) {
    umk_input *input = ((input_reader *)user)->input;
    if (umk_yaml_is_null(yaml)) return UMK_OK;
    input->has_phonon_supercell_matrix = true;
    return read_integer_matrix(yaml, what, input->phonon_supercell_matrix);
}

static umk_status read_primitive_axes(umk_yaml *yaml, const char *what, umk_input *input) {
    static const char *const words[] = {"auto", "P", "F", "I", "A", "C", "R"};
    char text[sizeof input->primitive_axes], quoted[umk_quote_size];
    umk_status status = umk_yaml_text(yaml, what, text, sizeof text);
    if (status != UMK_OK) return status;
    if (umk_same_word(text, strlen(text), "auto")) memcpy(text, "auto", 5);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) != 0) continue;
        memcpy(input->primitive_axes, text, sizeof text);
        return UMK_OK;
    }
    return umk_yaml_fail(yaml, "%s: expected 3 rows of 3 numbers or one of auto, P, F, I, A, C, R, found %s", what,
                         umk_quote(quoted, text, strlen(text)));
}

static umk_status read_primitive_matrix(umk_yaml *yaml, const char *what, void *user) {
    umk_input *input = ((input_reader *)user)->input;
    double(*m)[3] = input->primitive_matrix;
    if (umk_yaml_is_null(yaml)) return UMK_OK;
    if (yaml->event.type == YAML_SCALAR_EVENT) return read_primitive_axes(yaml, what, input);
    int64_t line = umk_yaml_line(yaml);
    umk_status status = umk_yaml_matrix3(yaml, what, true, m);
    if (status != UMK_OK) return status;
    double determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    if (!(fabs(determinant) > 1e-8) || !isfinite(determinant)) {
        return umk_yaml_fail_at(yaml, line, "%s: the determinant is %g", what, determinant);
    }
    input->has_primitive_matrix = true;
    return UMK_OK;
}

/* ---- cells and dipole data --------------------------------------------------------------------------------------*/

static umk_status read_cell(umk_yaml *yaml, const char *what, void *user) {
    static const char *const names[] = {
        [UNIT_CELL] = "unit_cell",
        [PRIMITIVE_CELL] = "primitive_cell",
        [SUPERCELL] = "supercell",
        [PHONON_PRIMITIVE_CELL] = "phonon_primitive_cell",
        [PHONON_SUPERCELL] = "phonon_supercell",
    };
    int i = 0;
    while (strcmp(names[i], what) != 0) i++;
    return umk_cell_reader_block(yaml, &((input_reader *)user)->cells[i], what);
}

static umk_status read_root_lattice(umk_yaml *yaml, const char *what, void *user) {
    return umk_cell_reader_lattice(yaml, what, &((input_reader *)user)->cells[ROOT_CELL]);
}

static umk_status read_root_points(umk_yaml *yaml, const char *what, void *user) {
    return umk_cell_reader_points(yaml, what, &((input_reader *)user)->cells[ROOT_CELL]);
}

static umk_status read_nac(umk_yaml *yaml, const char *what, void *user) {
    return umk_born_reader_block(yaml, what, &((input_reader *)user)->born);
}

static umk_status read_root_charges(umk_yaml *yaml, const char *what, void *user) {
    return umk_born_reader_charges(yaml, what, &((input_reader *)user)->root_born);
}

static umk_status read_root_dielectric(umk_yaml *yaml, const char *what, void *user) {
    return umk_born_reader_dielectric(yaml, what, &((input_reader *)user)->root_born);
}

static umk_status read_dataset(umk_yaml *yaml, const char *what, void *user) {
    (void)user;
    return umk_yaml_skip_dataset(yaml, what);
}

static umk_status read_root(umk_yaml *yaml, input_reader *reader) {
    static const umk_yaml_field fields[] = {
        {"phono3py", read_header},
        {"phonopy", read_header},
        {"physical_unit", read_physical_unit},
        {"supercell_matrix", read_supercell_matrix},
        {"phonon_supercell_matrix", read_phonon_supercell_matrix},
        {"primitive_matrix", read_primitive_matrix},
        {"unit_cell", read_cell},
        {"primitive_cell", read_cell},
        {"supercell", read_cell},
        {"phonon_primitive_cell", read_cell},
        {"phonon_supercell", read_cell},
        {"lattice", read_root_lattice},
        {"points", read_root_points},
        {"nac", read_nac},
        {"born_effective_charge", read_root_charges},
        {"dielectric_constant", read_root_dielectric},
        {"displacements", read_dataset},
        {"displacement_pairs", read_dataset},
        {"phonon_displacements", read_dataset},
        {"dataset", read_dataset},
        {"phonon_dataset", read_dataset},
    };
    return umk_yaml_mapping(yaml, "the file", fields, (int)(sizeof fields / sizeof fields[0]), reader);
}

/* ---- what follows the last line ---------------------------------------------------------------------------------*/

static umk_status find_length_unit(const umk_yaml *yaml, input_reader *reader) {
    umk_input *input = reader->input;
    const char *expected = umk_calculator_length_unit(input->calculator);
    if (!reader->has_length_unit) {
        snprintf(input->length_unit, sizeof input->length_unit, "%s", expected);
        return UMK_OK;
    }
    if (input->calculator[0] == '\0' || strcmp(input->length_unit, expected) == 0) return UMK_OK;
    return umk_fail(yaml->context, UMK_ERROR_INPUT,
                    "%s: physical_unit: length is %s, but the calculator %s keeps lengths in %s", yaml->name,
                    input->length_unit, input->calculator, expected);
}

static umk_status finish_cells(umk_yaml *yaml, input_reader *reader) {
    umk_input *input = reader->input;
    umk_cell *cells[N_CELLS] = {
        [UNIT_CELL] = &input->unit_cell,
        [PRIMITIVE_CELL] = &input->primitive_cell,
        [SUPERCELL] = &input->supercell,
        [PHONON_PRIMITIVE_CELL] = &input->phonon_primitive_cell,
        [PHONON_SUPERCELL] = &input->phonon_supercell,
        [ROOT_CELL] = &input->unit_cell,
    };
    bool found = false;
    double factor = umk_length_factor(input->length_unit);
    for (int i = 0; i < N_CELLS; i++) {
        if (i == ROOT_CELL && input->unit_cell.n_atoms > 0) break;
        umk_status status = umk_cell_reader_finish(yaml, &reader->cells[i], cells[i]);
        if (status != UMK_OK) return status;
        found = found || cells[i]->n_atoms > 0;
        input->has_magnetic_moments = input->has_magnetic_moments || reader->cells[i].has_magnetic_moments;
        for (int j = 0; j < 9; j++) cells[i]->lattice[j / 3][j % 3] *= factor;
    }
    if (found) return UMK_OK;
    return umk_fail(yaml->context, UMK_ERROR_INPUT, "%s: no crystal structure, expected at least unit_cell",
                    yaml->name);
}

/* A file that was cut short between two atoms is still valid yaml. */
static umk_status check_size(const umk_yaml *yaml, const umk_cell *unit_cell, const umk_cell *supercell,
                             const int64_t m[3][3], const char *name) {
    if (unit_cell->n_atoms == 0 || supercell->n_atoms == 0) return UMK_OK;
    int64_t determinant = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                          m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                          m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    if (determinant < 0) determinant = -determinant;
    int64_t expected = umk_checked_product(2, (const int64_t[]){determinant, unit_cell->n_atoms});
    if (supercell->n_atoms == expected) return UMK_OK;
    return umk_fail(yaml->context, UMK_ERROR_INPUT,
                    "%s: %s has %lld atoms, expected %lld (%lld of unit_cell times %lld, the determinant of %s_matrix)",
                    yaml->name, name, (long long)supercell->n_atoms, (long long)expected, (long long)unit_cell->n_atoms,
                    (long long)determinant, name);
}

static umk_status check_sizes(const umk_yaml *yaml, const umk_input *input) {
    umk_status status = UMK_OK;
    if (input->has_supercell_matrix) {
        UMK_TRY(check_size(yaml, &input->unit_cell, &input->supercell, input->supercell_matrix, "supercell"));
    }
    if (input->has_phonon_supercell_matrix) {
        UMK_TRY(check_size(yaml, &input->unit_cell, &input->phonon_supercell, input->phonon_supercell_matrix,
                           "phonon_supercell"));
    }
cleanup:
    return status;
}

/* The block nac wins over the top level; charges without a dielectric tensor, or the other way round, do not count. */
static void finish_born(input_reader *reader) {
    umk_born_reader *readers[] = {&reader->born, &reader->root_born};
    for (int i = 0; i < 2; i++) {
        if (readers[i]->born.n_atoms == 0 || !readers[i]->has_dielectric) continue;
        reader->input->born = readers[i]->born;
        readers[i]->born = (umk_born){0};
        return;
    }
}

static umk_status finish(umk_yaml *yaml, input_reader *reader) {
    umk_input *input = reader->input;
    umk_status status;
    UMK_TRY(find_length_unit(yaml, reader));
    UMK_TRY(finish_cells(yaml, reader));
    UMK_TRY(check_sizes(yaml, input));
    finish_born(reader);
    if (input->has_magnetic_moments) {
        umk_log(yaml->context, UMK_LOG_WARNING, "%s: magnetic moments are not taken into account", yaml->name);
    }
    input->has_displacements = yaml->has_displacements || yaml->filter.has_displacements;
    input->has_forces = yaml->has_forces || yaml->filter.has_forces;
cleanup:
    return status;
}

static umk_status read_document(umk_yaml *yaml, input_reader *reader) {
    umk_status status;
    UMK_TRY(umk_yaml_next(yaml));
    UMK_TRY(umk_yaml_next(yaml));
    if (yaml->event.type == YAML_STREAM_END_EVENT) {
        return umk_fail(yaml->context, UMK_ERROR_INPUT, "%s: the file is empty", yaml->name);
    }
    UMK_TRY(umk_yaml_next(yaml));
    if (yaml->event.type != YAML_MAPPING_START_EVENT) {
        return umk_yaml_fail(yaml, "no phono3py.yaml: expected keys with values (unit_cell: ...) at the top level");
    }
    UMK_TRY(read_root(yaml, reader));
    UMK_TRY(umk_yaml_next(yaml));
    UMK_TRY(umk_yaml_next(yaml));
    if (yaml->event.type != YAML_STREAM_END_EVENT) return umk_yaml_fail(yaml, "a second document begins, expected one");
    UMK_TRY(finish(yaml, reader));
cleanup:
    return status;
}

static umk_status read_input(umk_input *input, umk_context *context, umk_source *source) {
    umk_yaml *yaml = NULL;
    input_reader *reader = NULL;
    umk_status status = UMK_OK;
    UMK_ALLOCATE(context, reader, 1);
    reader->input = input;
    reader->cells[ROOT_CELL].name = "the file";
    UMK_TRY(umk_yaml_open(&yaml, context, source));
    UMK_TRY(read_document(yaml, reader));
cleanup:
    umk_yaml_close(yaml);
    if (reader != NULL) {
        for (int i = 0; i < N_CELLS; i++) umk_cell_reader_clear(&reader->cells[i]);
        umk_born_clear(&reader->born.born);
        umk_born_clear(&reader->root_born.born);
    }
    umk_release(reader);
    return status;
}

umk_status umk_input_read(umk_input *input, umk_context *context, const char *path) {
    umk_source *source = NULL;
    *input = (umk_input){0};
    umk_status status = umk_source_open(&source, context, path);
    if (status == UMK_OK) status = read_input(input, context, source);
    umk_source_close(source);
    return status;
}

umk_status umk_input_read_memory(umk_input *input, umk_context *context, const char *name, const void *data,
                                 size_t size, int64_t unpack_limit) {
    umk_source *source = NULL;
    *input = (umk_input){0};
    umk_status status = umk_source_open_memory(&source, context, name, data, size, unpack_limit);
    if (status == UMK_OK) status = read_input(input, context, source);
    umk_source_close(source);
    return status;
}

void umk_input_clear(umk_input *input) {
    umk_cell *cells[] = {&input->unit_cell, &input->primitive_cell, &input->supercell, &input->phonon_primitive_cell,
                         &input->phonon_supercell};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) umk_cell_clear(cells[i]);
    umk_born_clear(&input->born);
    *input = (umk_input){0};
}
