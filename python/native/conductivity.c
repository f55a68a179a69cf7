/* Results as dictionaries, by one table; writing and reading their files. */
#include "conductivity.h"
#include "dictionary.h"
#include <stddef.h>
#include <string.h>

typedef struct field {
    const char *name;
    size_t offset;     /* of its pointer in umk_conductivity */
    const char *axes;  /* as in the header: T temperatures, P grid points, B bands, or a digit */
    const char *shape; /* the same for the checks of arguments.h */
    parameter_kind kind;
} field;

#define FIELD(member, axes, shape, kind)                                                                               \
    { #member, offsetof(umk_conductivity, member), (axes), (shape), (kind) }

static const field fields[] = {
    FIELD(temperatures, "T", "temperature", PARAMETER_REALS),
    FIELD(grid_points, "P", "point", PARAMETER_INTEGERS),
    FIELD(weights, "P", "point", PARAMETER_INTEGERS),
    FIELD(q_points, "P3", "point 3", PARAMETER_REALS),
    FIELD(frequencies, "PB", "point band", PARAMETER_REALS),
    FIELD(group_velocities, "PB3", "point band 3", PARAMETER_REALS),
    FIELD(gv_by_gv, "PB6", "point band 6", PARAMETER_REALS),
    FIELD(heat_capacities, "TPB", "temperature point band", PARAMETER_REALS),
    FIELD(gamma, "TPB", "temperature point band", PARAMETER_REALS),
    FIELD(gamma_normal, "TPB", "temperature point band", PARAMETER_REALS),
    FIELD(gamma_umklapp, "TPB", "temperature point band", PARAMETER_REALS),
    FIELD(gamma_isotope, "PB", "point band", PARAMETER_REALS),
    FIELD(average_strength, "PB", "point band", PARAMETER_REALS),
    FIELD(mode_kappa, "TPB6", "temperature point band 6", PARAMETER_REALS),
    FIELD(kappa, "T6", "temperature 6", PARAMETER_REALS),
    FIELD(mode_kappa_rta, "TPB6", "temperature point band 6", PARAMETER_REALS),
    FIELD(kappa_rta, "T6", "temperature 6", PARAMETER_REALS),
    FIELD(kappa_intra_exact, "T6", "temperature 6", PARAMETER_REALS),
    FIELD(kappa_intra_rta, "T6", "temperature 6", PARAMETER_REALS),
    FIELD(kappa_intra, "T6", "temperature 6", PARAMETER_REALS),
    FIELD(kappa_inter, "T6", "temperature 6", PARAMETER_REALS),
};

enum { n_fields = sizeof fields / sizeof fields[0] };

typedef struct number {
    const char *name;
    size_t offset;
} number;

static const number numbers[] = {
    {"sigma", offsetof(umk_conductivity, sigma)},
    {"sigma_cutoff", offsetof(umk_conductivity, sigma_cutoff)},
    {"boundary_mfp", offsetof(umk_conductivity, boundary_mfp)},
    {"kappa_unit_conversion", offsetof(umk_conductivity, kappa_unit_conversion)},
};

enum { n_numbers = sizeof numbers / sizeof numbers[0] };

/* ---- to a dictionary --------------------------------------------------------------------------------------------*/

static int shape_of(int64_t *shape, const field *field, const umk_conductivity *counts) {
    int n = 0;
    for (const char *axis = field->axes; *axis != '\0'; axis++) {
        shape[n++] = *axis == 'T'   ? counts->n_temperatures
                     : *axis == 'P' ? counts->n_points
                     : *axis == 'B' ? counts->n_bands
                                    : *axis - '0';
    }
    return n;
}

static bool fill_fields(PyObject *made, const umk_conductivity *conductivity) {
    for (int i = 0; i < n_fields; i++) {
        int64_t shape[4];
        const void *data;
        int n = shape_of(shape, &fields[i], conductivity);
        memcpy(&data, (const char *)conductivity + fields[i].offset, sizeof data);
        if (!dictionary_set_array(made, fields[i].name, fields[i].kind, n, shape, data)) return false;
    }
    return true;
}

static bool fill_numbers(PyObject *made, const umk_conductivity *conductivity) {
    for (int i = 0; i < n_numbers; i++) {
        double value;
        memcpy(&value, (const char *)conductivity + numbers[i].offset, sizeof value);
        if (!dictionary_set(made, numbers[i].name, PyFloat_FromDouble(value))) return false;
    }
    return true;
}

static bool fill_grid(PyObject *made, const umk_conductivity *conductivity) {
    const int64_t three[] = {3}, square[] = {3, 3};
    bool general = conductivity->is_generalized;
    return dictionary_set_array(made, "mesh", PARAMETER_INTEGERS, 1, three, conductivity->mesh) &&
           dictionary_set_array(made, "grid_matrix", PARAMETER_INTEGERS, 2, square,
                                general ? conductivity->grid_matrix : NULL) &&
           dictionary_set_array(made, "p_matrix", PARAMETER_INTEGERS, 2, square,
                                general ? conductivity->p_matrix : NULL) &&
           dictionary_set_array(made, "q_matrix", PARAMETER_INTEGERS, 2, square,
                                general ? conductivity->q_matrix : NULL);
}

PyObject *conductivity_to_dictionary(const umk_conductivity *conductivity) {
    PyObject *made = PyDict_New();
    if (made != NULL &&
        !(fill_grid(made, conductivity) && fill_numbers(made, conductivity) && fill_fields(made, conductivity))) {
        Py_CLEAR(made);
    }
    return made;
}

/* ---- from a dictionary ------------------------------------------------------------------------------------------*/

enum {
    MESH,
    GRID_MATRIX,
    P_MATRIX,
    Q_MATRIX,
    n_grid,
    FIRST_NUMBER = n_grid,
    FIRST_FIELD = n_grid + n_numbers,
    n_entries = FIRST_FIELD + n_fields
};

/* The table of all entries as parameters: a dictionary is checked like the keywords of a call. */
static void list_entries(parameter parameters[n_entries + 1]) {
    parameters[MESH] = (parameter){"mesh", PARAMETER_INTEGERS, "3", 0};
    parameters[GRID_MATRIX] = (parameter){"grid_matrix", PARAMETER_INTEGERS, "3 3", PARAMETER_NONE};
    parameters[P_MATRIX] = (parameter){"p_matrix", PARAMETER_INTEGERS, "3 3", PARAMETER_NONE};
    parameters[Q_MATRIX] = (parameter){"q_matrix", PARAMETER_INTEGERS, "3 3", PARAMETER_NONE};
    for (int i = 0; i < n_numbers; i++) {
        parameters[FIRST_NUMBER + i] = (parameter){numbers[i].name, PARAMETER_REAL, NULL, 0};
    }
    for (int i = 0; i < n_fields; i++) {
        parameters[FIRST_FIELD + i] = (parameter){fields[i].name, fields[i].kind, fields[i].shape, PARAMETER_NONE};
    }
    parameters[n_entries] = (parameter){NULL, 0, NULL, 0};
}

static void borrow(umk_conductivity *made, const argument *values) {
    memcpy(made->mesh, values[MESH].data, sizeof made->mesh);
    made->is_generalized = values[GRID_MATRIX].given && values[P_MATRIX].given && values[Q_MATRIX].given;
    if (made->is_generalized) {
        memcpy(made->grid_matrix, values[GRID_MATRIX].data, sizeof made->grid_matrix);
        memcpy(made->p_matrix, values[P_MATRIX].data, sizeof made->p_matrix);
        memcpy(made->q_matrix, values[Q_MATRIX].data, sizeof made->q_matrix);
    }
    for (int i = 0; i < n_numbers; i++) {
        memcpy((char *)made + numbers[i].offset, &values[FIRST_NUMBER + i].real, sizeof(double));
    }
    for (int i = 0; i < n_fields; i++) {
        const argument *value = &values[FIRST_FIELD + i];
        memcpy((char *)made + fields[i].offset, &value->data, sizeof value->data);
        for (int axis = 0; value->given && axis < value->n_dimensions; axis++) {
            if (fields[i].axes[axis] == 'T') made->n_temperatures = value->shape[axis];
            if (fields[i].axes[axis] == 'P') made->n_points = value->shape[axis];
            if (fields[i].axes[axis] == 'B') made->n_bands = value->shape[axis];
        }
    }
}

/* The references that keep the arrays alive, in one list; values gives its own up. */
static PyObject *collect_owners(argument *values, const parameter *parameters) {
    PyObject *owners = PyList_New(0);
    for (int i = 0; owners != NULL && i < n_entries; i++) {
        if (values[i].owner != NULL && PyList_Append(owners, values[i].owner) != 0) Py_CLEAR(owners);
    }
    arguments_release(values, parameters);
    return owners;
}

bool conductivity_borrow(borrowed_conductivity *borrowed, PyObject *dictionary) {
    parameter parameters[n_entries + 1];
    argument values[n_entries];
    memset(borrowed, 0, sizeof *borrowed);
    if (!PyDict_Check(dictionary)) {
        PyErr_SetString(PyExc_TypeError, "a result is a dict");
        return false;
    }
    PyObject *empty = PyTuple_New(0);
    list_entries(parameters);
    bool good = empty != NULL && arguments_parse(values, parameters, empty, dictionary);
    Py_XDECREF(empty);
    if (!good) return false;
    borrow(&borrowed->conductivity, values);
    borrowed->owners = collect_owners(values, parameters);
    return borrowed->owners != NULL;
}

void conductivity_release(borrowed_conductivity *borrowed) {
    Py_CLEAR(borrowed->owners);
    memset(&borrowed->conductivity, 0, sizeof borrowed->conductivity);
}

/* ---- files ------------------------------------------------------------------------------------------------------*/

static PyObject *conductivity_write(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER,
                                           {"result", PARAMETER_OBJECT, NULL, 0},
                                           {"folder", PARAMETER_PATH, NULL, 0},
                                           {"label", PARAMETER_TEXT, NULL, PARAMETER_NONE},
                                           {"compression", PARAMETER_TEXT, NULL, 0},
                                           {NULL, 0, NULL, 0}};
    argument values[5];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    borrowed_conductivity result;
    char *path = NULL;
    PyObject *made = NULL;
    if (conductivity_borrow(&result, values[1].object)) {
        umk_output_options options = {values[2].text, values[3].text, 0};
        if (session_begin(session, UMK_STAGE_OUTPUT)) {
            umk_status status = umk_compression_parse(&options.compression, session->context, values[4].text);
            if (status == UMK_OK) {
                status = umk_conductivity_write(&path, session->context, &result.conductivity, &options);
            }
            if (session_end(session, status)) made = PyUnicode_DecodeFSDefault(path);
        }
        umk_string_free(path);
        conductivity_release(&result);
    }
    arguments_release(values, parameters);
    return made;
}

static PyObject *conductivity_read(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER, {"path", PARAMETER_PATH, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[2];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    umk_conductivity result = {0};
    PyObject *made = NULL;
    if (session_begin(session, UMK_STAGE_READING)) {
        umk_status status = umk_conductivity_read(&result, session->context, values[1].text);
        if (session_end(session, status)) made = conductivity_to_dictionary(&result);
    }
    umk_conductivity_clear(&result);
    arguments_release(values, parameters);
    return made;
}

static PyObject *report_write(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER,
                                           {"result", PARAMETER_OBJECT, NULL, 0},
                                           {"title", PARAMETER_TEXT, NULL, PARAMETER_NONE},
                                           {"path", PARAMETER_PATH, NULL, 0},
                                           {NULL, 0, NULL, 0}};
    argument values[4];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    borrowed_conductivity result;
    bool good = conductivity_borrow(&result, values[1].object);
    if (good) {
        good = session_begin(session, UMK_STAGE_OUTPUT);
        if (good) {
            umk_status status =
                umk_report_write(session->context, &result.conductivity, values[2].text, values[3].text);
            good = session_end(session, status);
        }
        conductivity_release(&result);
    }
    arguments_release(values, parameters);
    return good ? Py_BuildValue("") : NULL;
}

PyMethodDef native_conductivity_methods[] = {
    NATIVE_METHOD("conductivity_write", conductivity_write,
                  "conductivity_write(context, result, folder, label, compression)\n--\n\n"
                  "Writes kappa-m*.hdf5 into a folder and returns its path."),
    NATIVE_METHOD("conductivity_read", conductivity_read,
                  "conductivity_read(context, path)\n--\n\nA file kappa-*.hdf5 as a dictionary."),
    NATIVE_METHOD("report_write", report_write,
                  "report_write(context, result, title, path)\n--\n\nWrites the HTML page about a result."),
    {NULL, NULL, 0, NULL},
};
