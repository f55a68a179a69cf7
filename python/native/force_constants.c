/* Force constants, from files and from arrays. */
#include "crystal.h"
#include "dictionary.h"
#include <string.h>

/* ---- from files -------------------------------------------------------------------------------------------------*/

static void destroy_fc2(void *object) {
    umk_fc2_destroy(object);
}

static void destroy_fc3(void *object) {
    umk_fc3_destroy(object);
}

/* What is in a file or an array becomes fc2, or fc3 with its cut-off (0: none); the values may move. */
static umk_status create(void **made, umk_context *context, const umk_crystal *crystal, umk_force_constants_file *file,
                         double cutoff) {
    if (file->rank == 2) return umk_fc2_create((umk_fc2 **)made, context, crystal, file);
    if (cutoff <= 0) return umk_fc3_take((umk_fc3 **)made, context, crystal, file);
    return umk_fc3_create_within((umk_fc3 **)made, NULL, context, crystal, file, cutoff);
}

static PyObject *wrap(void *made, int rank) {
    return rank == 2 ? object_new(made, "umk_fc2", destroy_fc2) : object_new(made, "umk_fc3", destroy_fc3);
}

static PyObject *read_constants(int rank, PyObject *positional, PyObject *keywords) {
    static const parameter parameters[] = {CONTEXT_PARAMETER,
                                           CRYSTAL_PARAMETER,
                                           {"path", PARAMETER_PATH, NULL, 0},
                                           {"cutoff", PARAMETER_REAL, NULL, PARAMETER_NONE},
                                           {NULL, 0, NULL, 0}};
    argument values[4];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    umk_force_constants_file file = {0};
    void *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_READING)) {
        umk_status status = umk_force_constants_read(&file, session->context, values[2].text, rank);
        umk_context_enter_stage(session->context, UMK_STAGE_FORCE_CONSTANTS);
        if (status == UMK_OK) status = create(&made, session->context, crystal->crystal, &file, values[3].real);
        umk_force_constants_file_clear(&file);
        if (session_end(session, status)) capsule = wrap(made, rank);
    }
    arguments_release(values, parameters);
    return capsule;
}

static PyObject *fc2_read(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    return read_constants(2, positional, keywords);
}

static PyObject *fc3_read(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    return read_constants(3, positional, keywords);
}

static bool fill_arrays(PyObject *made, const umk_force_constants_file *file) {
    const int64_t r = file->n_rows, s = file->n_supercell, shape2[] = {r, s, 3, 3}, shape3[] = {r, s, s, 3, 3, 3};
    return dictionary_set_array(made, "values", PARAMETER_REALS, file->rank == 2 ? 4 : 6,
                                file->rank == 2 ? shape2 : shape3, file->values) &&
           dictionary_set_array(made, "p2s_map", PARAMETER_INTEGERS, 1, &file->n_p2s_map, file->p2s_map);
}

static PyObject *force_constants_read(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {
        CONTEXT_PARAMETER, {"path", PARAMETER_PATH, NULL, 0}, {"rank", PARAMETER_INTEGER, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[3];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    umk_force_constants_file file = {0};
    PyObject *made = NULL;
    if (session_begin(session, UMK_STAGE_READING)) {
        int rank = values[2].integer == 2 ? 2 : 3;
        umk_status status = umk_force_constants_read(&file, session->context, values[1].text, rank);
        if (session_end(session, status)) made = PyDict_New();
    }
    if (made != NULL && !fill_arrays(made, &file)) Py_CLEAR(made);
    umk_force_constants_file_clear(&file);
    arguments_release(values, parameters);
    return made;
}

/* ---- from arrays ------------------------------------------------------------------------------------------------*/

static const parameter fc2_parameters[] = {
    CONTEXT_PARAMETER, CRYSTAL_PARAMETER, {"fc2", PARAMETER_REALS, "row supercell_atom 3 3", 0}, {NULL, 0, NULL, 0}};

static const parameter fc3_parameters[] = {CONTEXT_PARAMETER,
                                           CRYSTAL_PARAMETER,
                                           {"fc3", PARAMETER_REALS, "row supercell_atom supercell_atom 3 3 3", 0},
                                           {"cutoff", PARAMETER_REAL, NULL, PARAMETER_NONE},
                                           {NULL, 0, NULL, 0}};

/* An array of the caller as a file; borrowed, so that it is copied and not taken. */
static umk_force_constants_file file_of(int rank, const argument *constants) {
    umk_force_constants_file file = {.rank = rank};
    file.n_rows = constants->shape[0];
    file.n_supercell = constants->shape[1];
    file.values = constants->data;
    return file;
}

static PyObject *fc2_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[3];
    if (!arguments_parse(values, fc2_parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    umk_force_constants_file file = file_of(2, &values[2]);
    umk_fc2 *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_FORCE_CONSTANTS)) {
        umk_status status = umk_fc2_create(&made, session->context, crystal->crystal, &file);
        if (session_end(session, status)) capsule = wrap(made, 2);
    }
    arguments_release(values, fc2_parameters);
    return capsule;
}

static PyObject *fc3_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[4];
    if (!arguments_parse(values, fc3_parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    umk_force_constants_file file = file_of(3, &values[2]);
    double cutoff = values[3].real;
    umk_fc3 *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_FORCE_CONSTANTS)) {
        umk_context *context = session->context;
        umk_status status = cutoff > 0 ? umk_fc3_create_within(&made, NULL, context, crystal->crystal, &file, cutoff)
                                       : umk_fc3_create(&made, context, crystal->crystal, &file);
        if (session_end(session, status)) capsule = wrap(made, 3);
    }
    arguments_release(values, fc3_parameters);
    return capsule;
}

/* ---- quality ----------------------------------------------------------------------------------------------------*/

static PyObject *quality(int rank, PyObject *positional, PyObject *keywords) {
    static const parameter parameters[][4] = {
        {CONTEXT_PARAMETER, CRYSTAL_PARAMETER, {"fc2", PARAMETER_POINTER, "umk_fc2", 0}, {NULL, 0, NULL, 0}},
        {CONTEXT_PARAMETER, CRYSTAL_PARAMETER, {"fc3", PARAMETER_POINTER, "umk_fc3", 0}, {NULL, 0, NULL, 0}}};
    argument values[3];
    if (!arguments_parse(values, parameters[rank - 2], positional, keywords)) return NULL;
    session *session = values[0].data;
    const umk_crystal *crystal = ((native_crystal *)values[1].data)->crystal;
    umk_force_constants_quality found = {{0}, 0, 0};
    PyObject *made = NULL;
    if (session_begin(session, UMK_STAGE_FORCE_CONSTANTS)) {
        umk_status status = rank == 2 ? umk_fc2_quality(&found, session->context, values[2].data, crystal)
                                      : umk_fc3_quality(&found, session->context, values[2].data, crystal);
        if (session_end(session, status)) {
            made = Py_BuildValue("((ddd)dd)", found.drift[0], found.drift[1], found.drift[2], found.asymmetry,
                                 found.largest);
        }
    }
    arguments_release(values, parameters[rank - 2]);
    return made;
}

static PyObject *fc2_quality(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    return quality(2, positional, keywords);
}

static PyObject *fc3_quality(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    return quality(3, positional, keywords);
}

PyMethodDef native_force_constants_methods[] = {
    NATIVE_METHOD("force_constants_read", force_constants_read,
                  "force_constants_read(context, path, rank)\n--\n\nfc2.hdf5 (rank 2) or fc3.hdf5 as arrays."),
    NATIVE_METHOD("fc2_read", fc2_read, "fc2_read(context, crystal, path)\n--\n\nfc2 of a crystal from a file."),
    NATIVE_METHOD("fc3_read", fc3_read,
                  "fc3_read(context, crystal, path, cutoff=None)\n--\n\nfc3 of a crystal from a file."),
    NATIVE_METHOD("fc2_create", fc2_create, "fc2_create(context, crystal, fc2)\n--\n\nfc2 of a crystal from an array."),
    NATIVE_METHOD("fc3_create", fc3_create,
                  "fc3_create(context, crystal, fc3, cutoff=None)\n--\n\n"
                  "fc3 of a crystal from an array."),
    NATIVE_METHOD("fc2_quality", fc2_quality,
                  "fc2_quality(context, crystal, fc2)\n--\n\nDrift of each index, asymmetry, largest element."),
    NATIVE_METHOD("fc3_quality", fc3_quality,
                  "fc3_quality(context, crystal, fc3)\n--\n\nDrift of each index, asymmetry, largest element."),
    {NULL, NULL, 0, NULL},
};
