/* Runs in the relaxation-time approximation. */
#include "run.h"
#include <stdlib.h>

enum {
    NORMAL_UMKLAPP = n_run_parameters,
    FULL_STRENGTH,
    AVERAGE_STRENGTH,
    CONSTANT_STRENGTH,
    GRID_POINTS,
    READ_GAMMA,
    WRITE_GAMMA,
    COMPRESSION,
    n_parameters
};

static const parameter rta_parameters[] = {
    RUN_PARAMETERS,
    {"normal_umklapp", PARAMETER_BOOL, NULL, 0},
    {"full_strength", PARAMETER_BOOL, NULL, 0},
    {"average_strength", PARAMETER_BOOL, NULL, 0},
    {"constant_strength", PARAMETER_REAL, NULL, 0},
    {"grid_points", PARAMETER_INTEGERS, "point", PARAMETER_NONE},
    {"read_gamma", PARAMETER_PATH, NULL, PARAMETER_NONE},
    {"write_gamma", PARAMETER_PATH, NULL, PARAMETER_NONE},
    {"compression", PARAMETER_TEXT, NULL, 0},
    {NULL, 0, NULL, 0},
};

typedef struct rta {
    run run;
    const argument *values;
    umk_output_options output; /* for write_gamma */
    umk_conductivity *read;    /* (run.n_results) for read_gamma */
} rta;

static umk_status write_point(void *user, const umk_conductivity *results, int64_t point) {
    const rta *rta = user;
    umk_context *context = rta->run.context;
    umk_status status = UMK_OK;
    umk_stage before = umk_context_enter_stage(context, UMK_STAGE_OUTPUT);
    for (int64_t s = 0; status == UMK_OK && s < rta->run.n_results; s++) {
        status = umk_conductivity_write_point(NULL, context, &results[s], point, &rta->output);
    }
    umk_context_enter_stage(context, before);
    return status;
}

static umk_status read_gamma(rta *rta) {
    const int64_t *points, *weights;
    umk_output_options files = UMK_OUTPUT_OPTIONS_INIT;
    umk_rta_options *options = &rta->run.options;
    const umk_grid *grid = rta->run.model.grid;
    int64_t n_points = umk_grid_irreducible(grid, &points, &weights);
    files.directory = rta->values[READ_GAMMA].text;
    for (int64_t s = 0; s < rta->run.n_results; s++) {
        double sigma = options->n_sigmas > 0 ? options->sigmas[s] : 0;
        umk_status status =
            umk_conductivity_read_gamma(&rta->read[s], rta->run.context, grid, sigma,
                                        sigma > 0 ? options->sigma_cutoff : 0, n_points, points, &files);
        if (status != UMK_OK) return status;
    }
    options->read = rta->read;
    return UMK_OK;
}

/* Without the GIL. */
static umk_status execute(rta *rta) {
    umk_status status = UMK_OK;
    run *run = &rta->run;
    if (rta->values[READ_GAMMA].given) status = read_gamma(rta);
    if (status == UMK_OK && rta->values[WRITE_GAMMA].given) {
        rta->output.directory = rta->values[WRITE_GAMMA].text;
        run->options.on_point = write_point;
        run->options.user = rta;
        status = umk_compression_parse(&rta->output.compression, run->context, rta->values[COMPRESSION].text);
    }
    if (status != UMK_OK) return status;
    return umk_rta_run(run->results, run->context, &run->model, &run->options);
}

static bool prepare(rta *rta, const argument *values) {
    umk_rta_options *options = &rta->run.options;
    rta->values = values;
    if (!run_prepare(&rta->run, values)) return false;
    options->normal_umklapp = values[NORMAL_UMKLAPP].flag;
    options->full_strength = values[FULL_STRENGTH].flag;
    options->average_strength = values[AVERAGE_STRENGTH].flag;
    options->constant_strength = values[CONSTANT_STRENGTH].real;
    options->n_grid_points = values[GRID_POINTS].shape[0];
    options->grid_points = values[GRID_POINTS].data;
    rta->read = calloc((size_t)rta->run.n_results, sizeof *rta->read);
    return rta->read != NULL || PyErr_NoMemory() != NULL;
}

static void clear(rta *rta) {
    for (int64_t s = 0; rta->read != NULL && s < rta->run.n_results; s++) umk_conductivity_clear(&rta->read[s]);
    free(rta->read);
    run_clear(&rta->run);
}

static PyObject *rta_run(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_parameters];
    if (!arguments_parse(values, rta_parameters, positional, keywords)) return NULL;
    session *session = values[RUN_CONTEXT].data;
    rta rta = {0};
    PyObject *made = NULL;
    if (prepare(&rta, values) && session_begin(session, UMK_STAGE_OTHER)) {
        if (session_end(session, execute(&rta))) made = run_list(&rta.run);
    }
    clear(&rta);
    arguments_release(values, rta_parameters);
    return made;
}

static PyObject *rta_estimate(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_parameters];
    if (!arguments_parse(values, rta_parameters, positional, keywords)) return NULL;
    session *session = values[RUN_CONTEXT].data;
    rta rta = {0};
    umk_rta_estimate estimate = {0};
    PyObject *made = NULL;
    if (prepare(&rta, values) && session_begin(session, UMK_STAGE_OTHER)) {
        umk_status status = umk_rta_estimate_run(&estimate, rta.run.context, &rta.run.model, &rta.run.options);
        if (session_end(session, status)) {
            made = Py_BuildValue("(ddLd)", estimate.bytes, estimate.seconds, (long long)estimate.n_points,
                                 estimate.n_triplets);
        }
    }
    clear(&rta);
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
                  "sigma_cutoff, average_degenerate_weights, symmetrize_tetrahedra, mass_variances, boundary_mfp, "
                  "cutoff_frequency, kappa_stars, transport, grid_points_in_flight, normal_umklapp, full_strength, "
                  "average_strength, constant_strength, grid_points, read_gamma, write_gamma, compression)\n--\n\n"
                  "Conductivities, one for each sigma, as dictionaries. read_gamma and write_gamma are folders."),
    NATIVE_METHOD("rta_estimate", rta_estimate,
                  "rta_estimate(*arguments)\n--\n\n"
                  "What rta_run will take with the same arguments: bytes, seconds, grid points, triplets."),
    NATIVE_METHOD("mass_variance", mass_variance,
                  "mass_variance(context, symbol)\n--\n\nNatural mass variance of an element."),
    {NULL, NULL, 0, NULL},
};
