/* Crystals from arrays. */
#include "crystal.h"
#include "dictionary.h"
#include <stdlib.h>
#include <string.h>

enum {
    LATTICE = 1,
    POSITIONS,
    SYMBOLS,
    MASSES,
    SUPERCELL,
    PHONON_SUPERCELL,
    PRIMITIVE,
    AXES,
    NEW_MASSES,
    CHARGES,
    DIELECTRIC,
    FACTOR,
    RECIPROCAL_CUTOFF,
    EWALD_LAMBDA,
    SPARSE,
    TOLERANCE,
    SYMMETRY
};

static const parameter crystal_parameters[] = {
    CONTEXT_PARAMETER,
    {"lattice", PARAMETER_REALS, "3 3", 0},
    {"positions", PARAMETER_REALS, "atom 3", 0},
    {"symbols", PARAMETER_TEXT, NULL, 0},
    {"masses", PARAMETER_REALS, "atom", 0},
    {"supercell_matrix", PARAMETER_INTEGERS, "3 3", PARAMETER_NONE},
    {"phonon_supercell_matrix", PARAMETER_INTEGERS, "3 3", PARAMETER_NONE},
    {"primitive_matrix", PARAMETER_REALS, "3 3", PARAMETER_NONE},
    {"primitive_axes", PARAMETER_TEXT, NULL, PARAMETER_NONE},
    {"primitive_masses", PARAMETER_REALS, "*", PARAMETER_NONE},
    {"charges", PARAMETER_REALS, "* 3 3", PARAMETER_NONE},
    {"dielectric", PARAMETER_REALS, "3 3", PARAMETER_NONE},
    {"factor", PARAMETER_REAL, NULL, 0},
    {"reciprocal_cutoff", PARAMETER_REAL, NULL, 0},
    {"ewald_lambda", PARAMETER_REAL, NULL, 0},
    {"independent", PARAMETER_BOOL, NULL, 0},
    {"tolerance", PARAMETER_REAL, NULL, 0},
    {"symmetry", PARAMETER_BOOL, NULL, 0},
    {NULL, 0, NULL, 0},
};

/* ---- from arguments to options ----------------------------------------------------------------------------------*/

/* Symbols come as one text, parted by blanks. */
static bool copy_symbols(umk_cell *cell, const char *text) {
    int64_t n = 0;
    for (;; n++) {
        text += strspn(text, " ");
        size_t length = strcspn(text, " ");
        if (length == 0) break;
        if (length >= UMK_SYMBOL_SIZE) {
            return arguments_fail(PyExc_ValueError, "symbols", "one is longer than %d letters", UMK_SYMBOL_SIZE - 1);
        }
        if (n < cell->n_atoms) memcpy(cell->symbols[n], text, length);
        text += length;
    }
    return n == cell->n_atoms || arguments_fail(PyExc_ValueError, "symbols", "%lld symbols for %lld atoms",
                                                (long long)n, (long long)cell->n_atoms);
}

static bool copy_matrix(int64_t target[3][3], const argument *value) {
    if (value->given) memcpy(target, value->data, 9 * sizeof(int64_t));
    return value->given;
}

static bool fill_input(umk_input *input, umk_context *context, const argument *values) {
    umk_cell *cell = &input->unit_cell;
    int64_t n_atoms = values[POSITIONS].shape[0];
    if (n_atoms == 0) return arguments_fail(PyExc_ValueError, "positions", "no atoms");
    if (umk_cell_allocate(cell, context, n_atoms) != UMK_OK) return work_raise(context, UMK_ERROR_MEMORY) != NULL;
    memcpy(cell->lattice, values[LATTICE].data, sizeof cell->lattice);
    memcpy(cell->positions, values[POSITIONS].data, (size_t)n_atoms * sizeof *cell->positions);
    memcpy(cell->masses, values[MASSES].data, (size_t)n_atoms * sizeof *cell->masses);
    input->has_supercell_matrix = copy_matrix(input->supercell_matrix, &values[SUPERCELL]);
    input->has_phonon_supercell_matrix = copy_matrix(input->phonon_supercell_matrix, &values[PHONON_SUPERCELL]);
    return copy_symbols(cell, values[SYMBOLS].text);
}

static void fill_born(umk_born *born, const argument *values) {
    born->n_atoms = values[CHARGES].shape[0];
    born->charges = values[CHARGES].data; /* borrowed */
    memcpy(born->dielectric, values[DIELECTRIC].data, sizeof born->dielectric);
    born->factor = values[FACTOR].real;
    born->reciprocal_cutoff = values[RECIPROCAL_CUTOFF].real;
    born->ewald_lambda = values[EWALD_LAMBDA].real;
}

static umk_crystal_options options_of(const umk_input *input, const umk_born *born, const argument *values) {
    umk_crystal_options options = UMK_CRYSTAL_OPTIONS_INIT;
    options.unit_cell = &input->unit_cell;
    if (input->has_supercell_matrix) options.supercell_matrix = input->supercell_matrix;
    if (input->has_phonon_supercell_matrix) options.phonon_supercell_matrix = input->phonon_supercell_matrix;
    options.primitive_matrix = values[PRIMITIVE].data;
    options.primitive_axes = values[AXES].text;
    if (born->n_atoms > 0) options.born = born;
    options.born_sparse = values[SPARSE].flag;
    options.symmetry_tolerance = values[TOLERANCE].real;
    options.no_symmetry = !values[SYMMETRY].flag;
    return options;
}

/* Other masses need the number of atoms of the primitive cell, which a first crystal tells. */
static umk_status create(native_crystal *made, umk_context *context, umk_crystal_options *options,
                         const argument *masses, bool *masses_fit) {
    umk_status status = umk_crystal_create(&made->crystal, context, options);
    if (status != UMK_OK || !masses->given) return status;
    *masses_fit = umk_crystal_primitive(made->crystal)->n_atoms == masses->shape[0];
    if (!*masses_fit) return UMK_OK;
    options->masses = masses->data;
    umk_crystal_destroy(made->crystal);
    made->crystal = NULL;
    return umk_crystal_create(&made->crystal, context, options);
}

static void destroy_crystal(void *object) {
    native_crystal *crystal = object;
    umk_crystal_destroy(crystal->crystal);
    umk_input_clear(&crystal->input);
    free(crystal);
}

static bool make_crystal(native_crystal *made, session *session, const argument *values) {
    umk_born born = {0};
    bool masses_fit = true;
    if (!fill_input(&made->input, session->context, values)) return false;
    if (values[CHARGES].given != values[DIELECTRIC].given) {
        return arguments_fail(PyExc_ValueError, "charges", "charges and a dielectric tensor go together");
    }
    if (values[CHARGES].given) fill_born(&born, values);
    umk_crystal_options options = options_of(&made->input, &born, values);
    if (!session_begin(session, UMK_STAGE_SYMMETRY)) return false;
    umk_status status = create(made, session->context, &options, &values[NEW_MASSES], &masses_fit);
    if (!session_end(session, status)) return false;
    return masses_fit ||
           arguments_fail(PyExc_ValueError, "primitive_masses", "%lld masses for %lld atoms of the primitive cell",
                          (long long)values[NEW_MASSES].shape[0],
                          (long long)umk_crystal_primitive(made->crystal)->n_atoms);
}

static PyObject *crystal_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[sizeof crystal_parameters / sizeof crystal_parameters[0] - 1];
    if (!arguments_parse(values, crystal_parameters, positional, keywords)) return NULL;
    native_crystal *made = calloc(1, sizeof *made);
    PyObject *capsule = NULL;
    if (made == NULL) {
        PyErr_NoMemory();
    } else if (make_crystal(made, values[0].data, values)) {
        capsule = object_new(made, "umk_crystal", destroy_crystal);
    } else {
        destroy_crystal(made);
    }
    arguments_release(values, crystal_parameters);
    return capsule;
}

/* ---- what a crystal is ------------------------------------------------------------------------------------------*/

static bool fill_view(PyObject *made, const umk_crystal *crystal) {
    int number = 0;
    const char *symbol = umk_crystal_space_group(crystal, &number);
    return dictionary_set(made, "primitive", dictionary_of_cell(umk_crystal_primitive(crystal))) &&
           dictionary_set(made, "supercell", dictionary_of_cell(umk_crystal_supercell(crystal))) &&
           dictionary_set(made, "phonon_supercell", dictionary_of_cell(umk_crystal_phonon_supercell(crystal))) &&
           dictionary_set(made, "space_group", PyUnicode_FromString(symbol)) &&
           dictionary_set(made, "space_group_number", PyLong_FromLong(number)) &&
           dictionary_set(made, "n_rotations", PyLong_FromLongLong(umk_crystal_n_rotations(crystal)));
}

static PyObject *crystal_view(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CRYSTAL_PARAMETER, {NULL, 0, NULL, 0}};
    argument values[1];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    PyObject *made = PyDict_New();
    if (made != NULL && !fill_view(made, ((native_crystal *)values[0].data)->crystal)) Py_CLEAR(made);
    arguments_release(values, parameters);
    return made;
}

static PyObject *crystal_write(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {
        CONTEXT_PARAMETER, CRYSTAL_PARAMETER, {"path", PARAMETER_PATH, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[3];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    bool good = session_begin(session, UMK_STAGE_OUTPUT);
    if (good) {
        umk_status status = umk_summary_write(session->context, crystal->crystal, &crystal->input, values[2].text);
        good = session_end(session, status);
    }
    arguments_release(values, parameters);
    return good ? Py_BuildValue("") : NULL;
}

static PyObject *standard_mass(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{"symbol", PARAMETER_TEXT, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[1];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    double mass = umk_standard_mass(values[0].text);
    arguments_release(values, parameters);
    return PyFloat_FromDouble(mass);
}

PyMethodDef native_crystal_methods[] = {
    NATIVE_METHOD("standard_mass", standard_mass,
                  "standard_mass(symbol)\n--\n\nStandard atomic weight, 0 where there is none."),
    NATIVE_METHOD("crystal_create", crystal_create,
                  "crystal_create(context, lattice, positions, symbols, masses, supercell_matrix, "
                  "phonon_supercell_matrix, primitive_matrix, primitive_axes, primitive_masses, charges, dielectric, "
                  "factor, reciprocal_cutoff, ewald_lambda, independent, tolerance, symmetry)\n--\n\n"
                  "A crystal; symbols is one text, parted by blanks, independent tells that charges are those of the "
                  "independent atoms of the primitive cell."),
    NATIVE_METHOD("crystal_view", crystal_view, "crystal_view(crystal)\n--\n\nIts cells and its space group."),
    NATIVE_METHOD("crystal_write", crystal_write,
                  "crystal_write(context, crystal, path)\n--\n\nWrites it in the form of phono3py.yaml."),
    {NULL, NULL, 0, NULL},
};
