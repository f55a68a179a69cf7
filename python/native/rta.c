/* Runs in the relaxation-time approximation. */
#include "conductivity.h"
#include "crystal.h"
#include <stdlib.h>

enum {
    CONTEXT,
    CRYSTAL,
    HARMONIC,
    GRID,
    PHONONS,
    INTERACTION,
    TEMPERATURES,
    SIGMAS,
    SIGMA_CUTOFF,
    AVERAGE_DEGENERATE,
    SYMMETRIZE_TETRAHEDRA,
    NORMAL_UMKLAPP,
    FULL_STRENGTH,
    AVERAGE_STRENGTH,
    CONSTANT_STRENGTH,
    MASS_VARIANCES,
    BOUNDARY_MFP,
    CUTOFF_FREQUENCY,
    KAPPA_STARS,
    GRID_POINTS,
    IN_FLIGHT,
    READ_GAMMA,
    WRITE_GAMMA,
    COMPRESSION,
    n_parameters
};

static const parameter rta_parameters[] = {
    CONTEXT_PARAMETER,
    CRYSTAL_PARAMETER,
    {"harmonic", PARAMETER_POINTER, "umk_harmonic", 0},
    {"grid", PARAMETER_POINTER, "umk_grid", 0},
    {"phonons", PARAMETER_POINTER, "umk_phonons", 0},
    {"interaction", PARAMETER_POINTER, "umk_interaction", PARAMETER_NONE},
    {"temperatures", PARAMETER_REALS, "temperature", 0},
    {"sigmas", PARAMETER_REALS, "sigma", 0},
    {"sigma_cutoff", PARAMETER_REAL, NULL, 0},
    {"average_degenerate_weights", PARAMETER_BOOL, NULL, 0},
    {"symmetrize_tetrahedra", PARAMETER_BOOL, NULL, 0},
    {"normal_umklapp", PARAMETER_BOOL, NULL, 0},
    {"full_strength", PARAMETER_BOOL, NULL, 0},
    {"average_strength", PARAMETER_BOOL, NULL, 0},
    {"constant_strength", PARAMETER_REAL, NULL, 0},
    {"mass_variances", PARAMETER_REALS, "primitive_atom", PARAMETER_NONE},
    {"boundary_mfp", PARAMETER_REAL, NULL, 0},
    {"cutoff_frequency", PARAMETER_REAL, NULL, 0},
    {"kappa_stars", PARAMETER_BOOL, NULL, 0},
    {"grid_points", PARAMETER_INTEGERS, "point", PARAMETER_NONE},
    {"grid_points_in_flight", PARAMETER_INTEGER, NULL, 0},
    {"read_gamma", PARAMETER_PATH, NULL, PARAMETER_NONE},
    {"write_gamma", PARAMETER_PATH, NULL, PARAMETER_NONE},
    {"compression", PARAMETER_TEXT, NULL, 0},
    {NULL, 0, NULL, 0},
};

/* One run: what is borrowed from the arguments, and what it makes. */
typedef struct run {
    umk_context *context;
    umk_transport_model model;
    umk_rta_options options;
    umk_output_options output; /* for write_gamma */
    const argument *values;
    int64_t n_results;
    umk_conductivity *results, *read;
} run;

static umk_status write_point(void *user, const umk_conductivity *results, int64_t point) {
    const run *run = user;
    umk_status status = UMK_OK;
    umk_stage before = umk_context_enter_stage(run->context, UMK_STAGE_OUTPUT);
    for (int64_t s = 0; status == UMK_OK && s < run->n_results; s++) {
        status = umk_conductivity_write_point(NULL, run->context, &results[s], point, &run->output);
    }
    umk_context_enter_stage(run->context, before);
    return status;
}

static void fill_options(umk_rta_options *options, const argument *values) {
    *options = (umk_rta_options)UMK_RTA_OPTIONS_INIT;
    options->n_temperatures = values[TEMPERATURES].shape[0];
    options->temperatures = values[TEMPERATURES].data;
    options->n_sigmas = values[SIGMAS].shape[0];
    options->sigmas = values[SIGMAS].data;
    options->sigma_cutoff = values[SIGMA_CUTOFF].real;
    options->no_average_degenerate_weights = !values[AVERAGE_DEGENERATE].flag;
    options->no_symmetrize_tetrahedra = !values[SYMMETRIZE_TETRAHEDRA].flag;
    options->normal_umklapp = values[NORMAL_UMKLAPP].flag;
    options->full_strength = values[FULL_STRENGTH].flag;
    options->average_strength = values[AVERAGE_STRENGTH].flag;
    options->constant_strength = values[CONSTANT_STRENGTH].real;
    options->mass_variances = values[MASS_VARIANCES].data;
    options->boundary_mfp = values[BOUNDARY_MFP].real;
    options->cutoff_frequency = values[CUTOFF_FREQUENCY].real;
    options->no_kappa_stars = !values[KAPPA_STARS].flag;
    options->n_grid_points = values[GRID_POINTS].shape[0];
    options->grid_points = values[GRID_POINTS].data;
    options->grid_points_in_flight = values[IN_FLIGHT].integer;
}

static umk_status read_gamma(run *run) {
    const int64_t *points, *weights;
    umk_output_options files = UMK_OUTPUT_OPTIONS_INIT;
    const umk_grid *grid = run->model.grid;
    int64_t n_points = umk_grid_irreducible(grid, &points, &weights);
    files.directory = run->values[READ_GAMMA].text;
    for (int64_t s = 0; s < run->n_results; s++) {
        double sigma = run->options.n_sigmas > 0 ? run->options.sigmas[s] : 0;
        umk_status status =
            umk_conductivity_read_gamma(&run->read[s], run->context, grid, sigma,
                                        sigma > 0 ? run->options.sigma_cutoff : 0, n_points, points, &files);
        if (status != UMK_OK) return status;
    }
    run->options.read = run->read;
    return UMK_OK;
}

/* Without the GIL. */
static umk_status execute(run *run) {
    umk_status status = UMK_OK;
    const argument *write = &run->values[WRITE_GAMMA];
    if (run->values[READ_GAMMA].given) status = read_gamma(run);
    if (status == UMK_OK && write->given) {
        run->output.directory = write->text;
        run->options.on_point = write_point;
        run->options.user = run;
        status = umk_compression_parse(&run->output.compression, run->context, run->values[COMPRESSION].text);
    }
    if (status != UMK_OK) return status;
    return umk_rta_run(run->results, run->context, &run->model, &run->options);
}

static bool prepare(run *run, const argument *values) {
    const native_crystal *crystal = values[CRYSTAL].data;
    run->context = ((session *)values[CONTEXT].data)->context;
    run->values = values;
    run->model = (umk_transport_model){crystal->crystal, values[HARMONIC].data, values[GRID].data, values[PHONONS].data,
                                       values[INTERACTION].data};
    fill_options(&run->options, values);
    int64_t n_atoms = umk_crystal_primitive(crystal->crystal)->n_atoms;
    if (values[MASS_VARIANCES].given && values[MASS_VARIANCES].shape[0] != n_atoms) {
        return arguments_fail(PyExc_ValueError, "mass_variances", "%lld values for %lld atoms of the primitive cell",
                              (long long)values[MASS_VARIANCES].shape[0], (long long)n_atoms);
    }
    run->n_results = run->options.n_sigmas > 0 ? run->options.n_sigmas : 1;
    run->results = calloc((size_t)run->n_results, sizeof *run->results);
    run->read = calloc((size_t)run->n_results, sizeof *run->read);
    return (run->results != NULL && run->read != NULL) || PyErr_NoMemory() != NULL;
}

static PyObject *list_results(const run *run) {
    PyObject *list = PyList_New((Py_ssize_t)run->n_results);
    for (int64_t s = 0; list != NULL && s < run->n_results; s++) {
        PyObject *result = conductivity_to_dictionary(&run->results[s]);
        if (result == NULL || PyList_SetItem(list, (Py_ssize_t)s, result) != 0) Py_CLEAR(list);
    }
    return list;
}

static void clear(run *run) {
    for (int64_t s = 0; s < run->n_results; s++) {
        if (run->results != NULL) umk_conductivity_clear(&run->results[s]);
        if (run->read != NULL) umk_conductivity_clear(&run->read[s]);
    }
    free(run->results);
    free(run->read);
}

static PyObject *rta_run(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_parameters];
    if (!arguments_parse(values, rta_parameters, positional, keywords)) return NULL;
    session *session = values[CONTEXT].data;
    run run = {0};
    PyObject *made = NULL;
    if (prepare(&run, values) && session_begin(session, UMK_STAGE_OTHER)) {
        if (session_end(session, execute(&run))) made = list_results(&run);
    }
    clear(&run);
    arguments_release(values, rta_parameters);
    return made;
}

static PyObject *rta_estimate(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_parameters];
    if (!arguments_parse(values, rta_parameters, positional, keywords)) return NULL;
    session *session = values[CONTEXT].data;
    run run = {0};
    umk_rta_estimate estimate = {0};
    PyObject *made = NULL;
    if (prepare(&run, values) && session_begin(session, UMK_STAGE_OTHER)) {
        umk_status status = umk_rta_estimate_run(&estimate, run.context, &run.model, &run.options);
        if (session_end(session, status)) {
            made = Py_BuildValue("(ddLd)", estimate.bytes, estimate.seconds, (long long)estimate.n_points,
                                 estimate.n_triplets);
        }
    }
    clear(&run);
    arguments_release(values, rta_parameters);
    return made;
}

static PyObject *mass_variance(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    static const parameter parameters[] = {CONTEXT_PARAMETER, {"symbol", PARAMETER_TEXT, NULL, 0}, {NULL, 0, NULL, 0}};
    argument values[2];
    if (!arguments_parse(values, parameters, positional, keywords)) return NULL;
    umk_context *context = ((session *)values[0].data)->context;
    double variance = 0;
    umk_status status = umk_mass_variance(&variance, context, values[1].text);
    PyObject *made = status == UMK_OK ? PyFloat_FromDouble(variance) : work_raise(context, status);
    arguments_release(values, parameters);
    return made;
}

PyMethodDef native_rta_methods[] = {
    NATIVE_METHOD("rta_run", rta_run,
                  "rta_run(context, crystal, harmonic, grid, phonons, interaction, temperatures, sigmas, "
                  "sigma_cutoff, average_degenerate_weights, symmetrize_tetrahedra, normal_umklapp, full_strength, "
                  "average_strength, constant_strength, mass_variances, boundary_mfp, cutoff_frequency, kappa_stars, "
                  "grid_points, grid_points_in_flight, read_gamma, write_gamma, compression)\n--\n\n"
                  "Conductivities, one for each sigma, as dictionaries. read_gamma and write_gamma are folders."),
    NATIVE_METHOD("rta_estimate", rta_estimate,
                  "rta_estimate(*arguments)\n--\n\n"
                  "What rta_run will take with the same arguments: bytes, seconds, grid points, triplets."),
    NATIVE_METHOD("mass_variance", mass_variance,
                  "mass_variance(context, symbol)\n--\n\nNatural mass variance of an element."),
    {NULL, NULL, 0, NULL},
};
