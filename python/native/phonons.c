/* Grid, harmonic model, phonons on the grid, interaction: what a run needs besides the crystal. */
#include "crystal.h"
#include "dictionary.h"
#include <string.h>

/* ---- grid -------------------------------------------------------------------------------------------------------*/

static void destroy_grid(void *object) {
    umk_grid_destroy(object);
}

enum { MESH = 2, LENGTH, MATRIX, GENERALIZED, MESH_SYMMETRY, POINT_SYMMETRY, TIME_REVERSAL };

static const parameter grid_parameters[] = {
    CONTEXT_PARAMETER,
    CRYSTAL_PARAMETER,
    {"mesh", PARAMETER_INTEGERS, "3", PARAMETER_NONE},
    {"length", PARAMETER_REAL, NULL, PARAMETER_NONE},
    {"matrix", PARAMETER_INTEGERS, "3 3", PARAMETER_NONE},
    {"generalized", PARAMETER_BOOL, NULL, 0},
    {"mesh_symmetry", PARAMETER_BOOL, NULL, 0},
    {"grid_point_symmetry", PARAMETER_BOOL, NULL, 0},
    {"time_reversal", PARAMETER_BOOL, NULL, 0},
    {NULL, 0, NULL, 0},
};

static PyObject *grid_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[sizeof grid_parameters / sizeof grid_parameters[0] - 1];
    if (!arguments_parse(values, grid_parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    umk_grid_options options = UMK_GRID_OPTIONS_INIT;
    if (values[MESH].given) memcpy(options.mesh, values[MESH].data, sizeof options.mesh);
    options.length = values[LENGTH].real;
    options.grid_matrix = values[MATRIX].data;
    options.generalized = values[GENERALIZED].flag;
    options.no_mesh_symmetry = !values[MESH_SYMMETRY].flag;
    options.no_grid_point_symmetry = !values[POINT_SYMMETRY].flag;
    options.no_time_reversal = !values[TIME_REVERSAL].flag;
    umk_grid *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_GRID)) {
        umk_status status = umk_grid_create(&made, session->context, crystal->crystal, &options);
        if (session_end(session, status)) capsule = object_new(made, "umk_grid", destroy_grid);
    }
    arguments_release(values, grid_parameters);
    return capsule;
}

/* ---- harmonic model and phonons ---------------------------------------------------------------------------------*/

static void destroy_harmonic(void *object) {
    umk_harmonic_destroy(object);
}

static PyObject *harmonic_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER,
                                           CRYSTAL_PARAMETER,
                                           {"fc2", PARAMETER_POINTER, "umk_fc2", 0},
                                           {"wang", PARAMETER_BOOL, NULL, 0},
                                           {NULL, 0, NULL, 0}};
    argument values[4];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    umk_harmonic_options options = UMK_HARMONIC_OPTIONS_INIT;
    if (values[3].flag) options.nac_method = UMK_NAC_WANG;
    umk_harmonic *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_PHONONS)) {
        umk_status status = umk_harmonic_create(&made, session->context, crystal->crystal, values[2].data, &options);
        if (session_end(session, status)) capsule = object_new(made, "umk_harmonic", destroy_harmonic);
    }
    arguments_release(values, parameters);
    return capsule;
}

static void destroy_phonons(void *object) {
    umk_phonons_destroy(object);
}

static PyObject *phonons_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER,
                                           {"harmonic", PARAMETER_POINTER, "umk_harmonic", 0},
                                           {"grid", PARAMETER_POINTER, "umk_grid", 0},
                                           {"exclude_gamma_acoustic", PARAMETER_BOOL, NULL, 0},
                                           {NULL, 0, NULL, 0}};
    argument values[4];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    umk_phonons_options options = UMK_PHONONS_OPTIONS_INIT;
    options.exclude_gamma_acoustic = values[3].flag;
    umk_phonons *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_PHONONS)) {
        umk_status status = umk_phonons_create(&made, session->context, values[1].data, values[2].data, &options);
        if (session_end(session, status)) capsule = object_new(made, "umk_phonons", destroy_phonons);
    }
    arguments_release(values, parameters);
    return capsule;
}

static PyObject *phonons_count_imaginary(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {{"phonons", PARAMETER_POINTER, "umk_phonons", 0}, {NULL, 0, NULL, 0}};
    argument values[1];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    double lowest = 0;
    int64_t n = umk_phonons_count_imaginary(values[0].data, UMK_CUTOFF_FREQUENCY, &lowest);
    arguments_release(values, parameters);
    return Py_BuildValue("(Ld)", (long long)n, lowest);
}

/* ---- interaction ------------------------------------------------------------------------------------------------*/

static void destroy_interaction(void *object) {
    umk_interaction_destroy(object);
}

static PyObject *interaction_create(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER,
                                           CRYSTAL_PARAMETER,
                                           {"fc3", PARAMETER_POINTER, "umk_fc3", 0},
                                           {"r0_average", PARAMETER_BOOL, NULL, 0},
                                           {"symmetrize_fc3q", PARAMETER_BOOL, NULL, 0},
                                           {"cutoff_frequency", PARAMETER_REAL, NULL, 0},
                                           {NULL, 0, NULL, 0}};
    argument values[6];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    const native_crystal *crystal = values[1].data;
    umk_interaction_options options = UMK_INTERACTION_OPTIONS_INIT;
    options.no_r0_average = !values[3].flag;
    options.symmetrize_fc3q = values[4].flag;
    options.cutoff_frequency = values[5].real;
    umk_interaction *made = NULL;
    PyObject *capsule = NULL;
    if (session_begin(session, UMK_STAGE_FORCE_CONSTANTS)) {
        umk_status status = umk_interaction_create(&made, session->context, crystal->crystal, values[2].data, &options);
        if (session_end(session, status)) capsule = object_new(made, "umk_interaction", destroy_interaction);
    }
    arguments_release(values, parameters);
    return capsule;
}

PyMethodDef native_phonons_methods[] = {
    NATIVE_METHOD("grid_create", grid_create,
                  "grid_create(context, crystal, mesh, length, matrix, generalized, mesh_symmetry, "
                  "grid_point_symmetry, time_reversal)\n--\n\nGrid of q-points; two of mesh, length, matrix are None."),
    NATIVE_METHOD("harmonic_create", harmonic_create,
                  "harmonic_create(context, crystal, fc2, wang)\n--\n\nHarmonic model."),
    NATIVE_METHOD("phonons_create", phonons_create,
                  "phonons_create(context, harmonic, grid, exclude_gamma_acoustic)\n--\n\nPhonons on a grid."),
    NATIVE_METHOD("phonons_count_imaginary", phonons_count_imaginary,
                  "phonons_count_imaginary(phonons)\n--\n\nNumber of imaginary modes and the lowest frequency."),
    NATIVE_METHOD("interaction_create", interaction_create,
                  "interaction_create(context, crystal, fc3, r0_average, symmetrize_fc3q, cutoff_frequency)\n--\n\n"
                  "Three-phonon interaction."),
    {NULL, NULL, 0, NULL},
};
