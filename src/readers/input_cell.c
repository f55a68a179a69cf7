/*
 * Cells of a phono3py.yaml file: lattice in rows, and a list "points" with symbol, coordinates, mass (phonopy 1.11 and
 * before: "atoms" with position). An extended_symbol (Fe1) tells kinds of the same element apart and replaces symbol.
 */
#include "readers/readers.h"
#include <math.h>
#include <string.h>

umk_status umk_cell_reader_lattice(umk_yaml *yaml, const char *what, void *user) {
    umk_cell_reader *reader = user;
    umk_cell *cell = &reader->cell;
    int64_t line = umk_yaml_line(yaml);
    umk_status status = umk_yaml_matrix3(yaml, what, false, cell->lattice);
    if (status != UMK_OK) return status;
    double lengths = 1;
    for (int i = 0; i < 3; i++) {
        const double *v = cell->lattice[i];
        lengths *= sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    }
    double volume = umk_cell_volume(cell);
    if (!isfinite(lengths) || !isfinite(volume) || !(volume > 1e-10 * lengths)) {
        return umk_yaml_fail_at(yaml, line, "%s: the lattice has the volume %g, expected a positive finite one",
                                reader->name, volume);
    }
    reader->has_lattice = true;
    return UMK_OK;
}

static umk_status read_position(umk_yaml *yaml, const char *what, void *user) {
    umk_cell_reader *reader = user;
    reader->has_position = true;
    return umk_yaml_vector3(yaml, what, reader->cell.positions[reader->cell.n_atoms]);
}

static umk_status read_symbol(umk_yaml *yaml, umk_cell_reader *reader, const char *what, bool wins) {
    char symbol[UMK_SYMBOL_SIZE];
    umk_status status = umk_yaml_text(yaml, what, symbol, sizeof symbol);
    if (status != UMK_OK) return status;
    bool is_word = symbol[0] != '\0';
    for (const char *c = symbol; *c != '\0'; c++) is_word = is_word && *c > ' ' && *c <= '~';
    if (!is_word) return umk_yaml_fail(yaml, "%s: expected a chemical symbol", what);
    if (wins || !reader->has_extended_symbol) {
        memcpy(reader->cell.symbols[reader->cell.n_atoms], symbol, sizeof symbol);
    }
    reader->has_symbol = true;
    reader->has_extended_symbol = reader->has_extended_symbol || wins;
    return UMK_OK;
}

static umk_status read_plain_symbol(umk_yaml *yaml, const char *what, void *user) {
    return read_symbol(yaml, user, what, false);
}

static umk_status read_extended_symbol(umk_yaml *yaml, const char *what, void *user) {
    return read_symbol(yaml, user, what, true);
}

static umk_status read_mass(umk_yaml *yaml, const char *what, void *user) {
    umk_cell_reader *reader = user;
    double mass;
    umk_status status = umk_yaml_number(yaml, what, &mass);
    if (status != UMK_OK) return status;
    if (!(mass > 0)) return umk_yaml_fail(yaml, "%s: expected a positive mass, found %g", what, mass);
    reader->cell.masses[reader->cell.n_atoms] = mass;
    reader->has_mass = true;
    return UMK_OK;
}

static umk_status read_magnetic_moment(umk_yaml *yaml, const char *what, void *user) {
    umk_cell_reader *reader = user;
    double moment[3] = {0};
    umk_status status = yaml->event.type == YAML_SEQUENCE_START_EVENT ? umk_yaml_vector3(yaml, what, moment)
                                                                      : umk_yaml_number(yaml, what, moment);
    if (moment[0] != 0 || moment[1] != 0 || moment[2] != 0) reader->has_magnetic_moments = true;
    return status;
}

static umk_status refuse_mixture(umk_yaml *yaml, const char *what, void *user) {
    (void)user;
    return umk_yaml_fail(yaml, "%s: sites shared by several elements are not supported", what);
}

/* An atom that fills its site alone is written with weight 1 where others are shared. */
static umk_status read_weight(umk_yaml *yaml, const char *what, void *user) {
    double weight;
    umk_status status = umk_yaml_number(yaml, what, &weight);
    if (status != UMK_OK) return status;
    return weight == 1 ? UMK_OK : refuse_mixture(yaml, what, user);
}

static umk_status make_room(umk_yaml *yaml, umk_cell_reader *reader) {
    umk_cell *cell = &reader->cell;
    if (cell->n_atoms < reader->capacity) return UMK_OK;
    umk_cell larger;
    int64_t capacity = reader->capacity == 0 ? 16 : 2 * reader->capacity;
    umk_status status = umk_cell_allocate(&larger, yaml->context, capacity);
    if (status != UMK_OK) return status;
    size_t n = (size_t)cell->n_atoms;
    if (n > 0) {
        memcpy(larger.positions, cell->positions, n * sizeof *cell->positions);
        memcpy(larger.masses, cell->masses, n * sizeof *cell->masses);
        memcpy(larger.symbols, cell->symbols, n * sizeof *cell->symbols);
    }
    memcpy(larger.lattice, cell->lattice, sizeof larger.lattice);
    larger.n_atoms = cell->n_atoms;
    umk_cell_clear(cell);
    *cell = larger;
    reader->capacity = capacity;
    return UMK_OK;
}

static umk_status read_atom(umk_yaml *yaml, const char *what, int64_t index, void *user) {
    static const umk_yaml_field fields[] = {
        {"symbol", read_plain_symbol},
        {"extended_symbol", read_extended_symbol},
        {"coordinates", read_position},
        {"position", read_position},
        {"mass", read_mass},
        {"magnetic_moment", read_magnetic_moment},
        {"mixture", refuse_mixture},
        {"weight", read_weight},
    };
    umk_cell_reader *reader = user;
    (void)what;
    int64_t line = umk_yaml_line(yaml);
    umk_status status = make_room(yaml, reader);
    if (status != UMK_OK) return status;
    reader->has_position = reader->has_symbol = reader->has_extended_symbol = reader->has_mass = false;
    status = umk_yaml_mapping(yaml, reader->name, fields, (int)(sizeof fields / sizeof fields[0]), reader);
    if (status != UMK_OK) return status;
    if (!reader->has_symbol || !reader->has_position) {
        return umk_yaml_fail_at(yaml, line, "%s: atom %lld has no %s", reader->name, (long long)index + 1,
                                reader->has_symbol ? "coordinates" : "symbol");
    }
    if (reader->has_mass) reader->n_masses++;
    reader->cell.n_atoms++;
    return UMK_OK;
}

umk_status umk_cell_reader_points(umk_yaml *yaml, const char *what, void *user) {
    umk_cell_reader *reader = user;
    if (reader->cell.n_atoms > 0) return umk_yaml_fail(yaml, "%s: a second list of atoms", reader->name);
    return umk_yaml_sequence(yaml, what, read_atom, user);
}

umk_status umk_cell_reader_block(umk_yaml *yaml, umk_cell_reader *reader, const char *name) {
    static const umk_yaml_field fields[] = {
        {"lattice", umk_cell_reader_lattice},
        {"points", umk_cell_reader_points},
        {"atoms", umk_cell_reader_points},
    };
    reader->name = name;
    int64_t line = umk_yaml_line(yaml);
    umk_status status = umk_yaml_mapping(yaml, name, fields, 3, reader);
    if (status != UMK_OK) return status;
    if (reader->has_lattice != (reader->cell.n_atoms > 0)) {
        return umk_yaml_fail_at(yaml, line, "%s has no %s", name, reader->has_lattice ? "atoms (points)" : "lattice");
    }
    return UMK_OK;
}

static umk_status fill_in_masses(const umk_yaml *yaml, umk_cell_reader *reader) {
    umk_cell *cell = &reader->cell;
    if (reader->n_masses == cell->n_atoms) return UMK_OK;
    if (reader->n_masses > 0) {
        return umk_fail(yaml->context, UMK_ERROR_INPUT, "%s: %s: %lld of %lld atoms have a mass, expected all or none",
                        yaml->name, reader->name, (long long)reader->n_masses, (long long)cell->n_atoms);
    }
    for (int64_t i = 0; i < cell->n_atoms; i++) {
        cell->masses[i] = umk_standard_mass(cell->symbols[i]);
        if (cell->masses[i] > 0) continue;
        return umk_fail(yaml->context, UMK_ERROR_INPUT,
                        "%s: %s: atom %lld has no mass, and no standard atomic weight is known for \"%s\"", yaml->name,
                        reader->name, (long long)i + 1, cell->symbols[i]);
    }
    return UMK_OK;
}

umk_status umk_cell_reader_finish(umk_yaml *yaml, umk_cell_reader *reader, umk_cell *cell) {
    if (!reader->has_lattice || reader->cell.n_atoms == 0) return UMK_OK;
    umk_status status = fill_in_masses(yaml, reader);
    if (status != UMK_OK) return status;
    *cell = reader->cell;
    reader->cell = (umk_cell){0};
    return UMK_OK;
}

void umk_cell_reader_clear(umk_cell_reader *reader) {
    umk_cell_clear(&reader->cell);
}
