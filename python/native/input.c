/* Input files as dictionaries. */
#include "context.h"
#include "dictionary.h"

static bool set_matrix(PyObject *made, const char *name, parameter_kind kind, bool is_given, const void *matrix) {
    const int64_t square[] = {3, 3};
    return dictionary_set_array(made, name, kind, 2, square, is_given ? matrix : NULL);
}

static bool fill_input(PyObject *made, const umk_input *input) {
    return dictionary_set(made, "unit_cell", dictionary_of_cell(&input->unit_cell)) &&
           dictionary_set(made, "primitive_cell", dictionary_of_cell(&input->primitive_cell)) &&
           set_matrix(made, "supercell_matrix", PARAMETER_INTEGERS, input->has_supercell_matrix,
                      input->supercell_matrix) &&
           set_matrix(made, "phonon_supercell_matrix", PARAMETER_INTEGERS, input->has_phonon_supercell_matrix,
                      input->phonon_supercell_matrix) &&
           set_matrix(made, "primitive_matrix", PARAMETER_REALS, input->has_primitive_matrix,
                      input->primitive_matrix) &&
           dictionary_set(made, "primitive_axes", PyUnicode_FromString(input->primitive_axes)) &&
           dictionary_set(made, "born", dictionary_of_born(&input->born)) &&
           dictionary_set(made, "has_forces", PyBool_FromLong(input->has_forces));
}

static PyObject *input_read(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER, {"path", PARAMETER_PATH, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[2];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    PyObject *made = NULL;
    umk_input input = {0};
    if (session_begin(session, UMK_STAGE_READING)) {
        umk_status status = umk_input_read(&input, session->context, values[1].text);
        if (session_end(session, status)) made = PyDict_New();
    }
    if (made != NULL && !fill_input(made, &input)) Py_CLEAR(made);
    umk_input_clear(&input);
    arguments_release(values, parameters);
    return made;
}

static PyObject *born_read(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER, {"path", PARAMETER_PATH, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[2];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    PyObject *made = NULL;
    umk_born born = {0};
    if (session_begin(session, UMK_STAGE_READING)) {
        umk_status status = umk_born_read(&born, session->context, values[1].text);
        if (session_end(session, status)) made = dictionary_of_born(&born);
    }
    umk_born_clear(&born);
    arguments_release(values, parameters);
    return made;
}

PyMethodDef native_input_methods[] = {
    NATIVE_METHOD("input_read", input_read,
                  "input_read(context, path)\n--\n\nCells, matrices and charges of a file like phono3py.yaml."),
    NATIVE_METHOD("born_read", born_read,
                  "born_read(context, path)\n--\n\nCharges of the independent atoms of a BORN file."),
    {NULL, NULL, 0, NULL},
};
