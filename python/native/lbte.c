/* Runs of the full linearized Boltzmann equation, and files of its spectrum. */
#include "conductivity.h"
#include "dictionary.h"
#include "run.h"
#include <stdlib.h>

enum {
    SOLVER = n_run_parameters,
    TOLERANCE,
    MOST_ITERATIONS,
    PINV_CUTOFF,
    PINV_METHOD,
    WHOLE_SETS,
    RELAXONS,
    REDUCIBLE,
    MEMORY,
    CHECKPOINT,
    n_parameters
};

static const parameter lbte_parameters[] = {
    RUN_PARAMETERS,
    {"solver", PARAMETER_INTEGER, NULL, 0},
    {"tolerance", PARAMETER_REAL, NULL, 0},
    {"max_iterations", PARAMETER_INTEGER, NULL, 0},
    {"pinv_cutoff", PARAMETER_REAL, NULL, PARAMETER_NONE},
    {"pinv_method", PARAMETER_INTEGER, NULL, 0},
    {"whole_degenerate_sets", PARAMETER_BOOL, NULL, 0},
    {"relaxons", PARAMETER_BOOL, NULL, 0},
    {"reducible", PARAMETER_BOOL, NULL, 0},
    {"memory", PARAMETER_REAL, NULL, PARAMETER_NONE},
    {"checkpoint", PARAMETER_PATH, NULL, PARAMETER_NONE},
    {NULL, 0, NULL, 0},
};

typedef struct lbte {
    run run;
    umk_lbte_options options;
    umk_lbte_report *reports;   /* (run.n_results, temperatures) */
    umk_lbte_spectrum *spectra; /* (run.n_results), NULL for the iterative solver */
} lbte;

static void fill_options(umk_lbte_options *options, const argument *values, const umk_context *context) {
    *options = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    options->solver = values[SOLVER].integer != 0 ? UMK_LBTE_DIRECT : UMK_LBTE_ITERATIVE;
    options->tolerance = values[TOLERANCE].real;
    options->most_iterations = values[MOST_ITERATIONS].integer;
    if (values[PINV_CUTOFF].given) options->pinv_cutoff = values[PINV_CUTOFF].real;
    options->pinv_method = values[PINV_METHOD].integer != 0;
    options->whole_sets = values[WHOLE_SETS].flag;
    options->relaxons = values[RELAXONS].flag;
    options->reducible = values[REDUCIBLE].flag;
    options->checkpoint = values[CHECKPOINT].text;
    /* Rows fill what they may: without a limit they leave more to others than the context's 90 % of what is free. */
    const double default_share = 0.8 / 0.9;
    if (!values[MEMORY].given) options->memory = default_share * (double)umk_context_memory_limit(context);
}

static bool prepare(lbte *lbte, const argument *values) {
    if (!run_prepare(&lbte->run, values)) return false;
    fill_options(&lbte->options, values, lbte->run.context);
    size_t n_results = (size_t)lbte->run.n_results;
    lbte->reports = calloc(n_results * (size_t)lbte->run.options.n_temperatures + 1, sizeof *lbte->reports);
    bool is_direct = lbte->options.solver == UMK_LBTE_DIRECT;
    if (is_direct) lbte->spectra = calloc(n_results, sizeof *lbte->spectra);
    return (lbte->reports != NULL && (!is_direct || lbte->spectra != NULL)) || PyErr_NoMemory() != NULL;
}

static void clear(lbte *lbte) {
    for (int64_t s = 0; lbte->spectra != NULL && s < lbte->run.n_results; s++) {
        umk_lbte_spectrum_clear(&lbte->spectra[s]);
    }
    free(lbte->spectra);
    free(lbte->reports);
    run_clear(&lbte->run);
}

/* ---- results ----------------------------------------------------------------------------------------------------*/

static PyObject *dictionary_of_report(const umk_lbte_report *report) {
    static const char *const states[] = {"solved", "not converged", "not positive"};
    return Py_BuildValue("{s:s,s:L,s:d,s:d,s:L,s:L,s:L,s:d,s:d,s:L,s:d}", "state", states[report->state],
                         "n_iterations", (long long)report->n_iterations, "residual", report->residual,
                         "lowest_curvature", report->lowest_curvature, "n_dimensions", (long long)report->n_dimensions,
                         "n_removed", (long long)report->n_removed, "n_negative", (long long)report->n_negative,
                         "doubtful_share", report->doubtful_share, "integration_error", report->integration_error,
                         "n_without", (long long)report->n_without, "degenerate_share", report->degenerate_share);
}

static PyObject *list_reports(const umk_lbte_report *reports, int64_t n) {
    PyObject *list = PyList_New((Py_ssize_t)n);
    for (int64_t t = 0; list != NULL && t < n; t++) {
        PyObject *report = dictionary_of_report(&reports[t]);
        if (report == NULL || PyList_SetItem(list, (Py_ssize_t)t, report) != 0) Py_CLEAR(list);
    }
    return list;
}

static bool add_spectrum(PyObject *result, const umk_lbte_spectrum *spectrum) {
    const int64_t shape[] = {spectrum->n_temperatures, spectrum->n_values, 6};
    return dictionary_set_array(result, "eigenvalues", PARAMETER_REALS, 2, shape, spectrum->eigenvalues) &&
           dictionary_set_array(result, "relaxon_kappa", PARAMETER_REALS, 3, shape, spectrum->kappa);
}

/* The list of the run, each result with "solutions", and with "eigenvalues" and "relaxon_kappa" of the direct solver.
 */
static PyObject *list_results(const lbte *lbte) {
    PyObject *list = run_list(&lbte->run);
    int64_t n = lbte->run.options.n_temperatures;
    bool good = list != NULL;
    for (int64_t s = 0; good && s < lbte->run.n_results; s++) {
        PyObject *result = PyList_GetItem(list, (Py_ssize_t)s);
        good = dictionary_set(result, "solutions", list_reports(lbte->reports + s * n, n)) &&
               (lbte->spectra == NULL || add_spectrum(result, &lbte->spectra[s]));
    }
    if (!good) Py_CLEAR(list);
    return list;
}

static PyObject *lbte_run(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_parameters];
    if (!arguments_parse(values, lbte_parameters, positional, keywords)) return NULL;
    session *session = values[RUN_CONTEXT].data;
    lbte lbte = {0};
    PyObject *made = NULL;
    if (prepare(&lbte, values) && session_begin(session, UMK_STAGE_OTHER)) {
        umk_status status = umk_lbte_run(lbte.run.results, lbte.reports, lbte.spectra, lbte.run.context,
                                         &lbte.run.model, &lbte.run.options, &lbte.options);
        if (session_end(session, status)) made = list_results(&lbte);
    }
    clear(&lbte);
    arguments_release(values, lbte_parameters);
    return made;
}

static PyObject *lbte_estimate(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_parameters];
    if (!arguments_parse(values, lbte_parameters, positional, keywords)) return NULL;
    session *session = values[RUN_CONTEXT].data;
    lbte lbte = {0};
    umk_lbte_estimate found = {0};
    PyObject *made = NULL;
    if (prepare(&lbte, values) && session_begin(session, UMK_STAGE_OTHER)) {
        umk_status status =
            umk_lbte_estimate_run(&found, lbte.run.context, &lbte.run.model, &lbte.run.options, &lbte.options);
        if (session_end(session, status)) {
            made = Py_BuildValue("(ddLd)", found.bytes, found.seconds + found.diagonalization_seconds,
                                 (long long)found.n_points, found.n_triplets);
        }
    }
    clear(&lbte);
    arguments_release(values, lbte_parameters);
    return made;
}

/* ---- files ------------------------------------------------------------------------------------------------------*/

enum { OF_RESULT = 1, OF_EIGENVALUES, OF_KAPPA, OF_FOLDER, OF_COMPRESSION, n_spectrum_parameters };

static const parameter spectrum_parameters[] = {
    CONTEXT_PARAMETER,
    {"result", PARAMETER_OBJECT, NULL, 0},
    {"eigenvalues", PARAMETER_REALS, "temperature value", 0},
    {"relaxon_kappa", PARAMETER_REALS, "temperature value 6", PARAMETER_NONE},
    {"folder", PARAMETER_PATH, NULL, 0},
    {"compression", PARAMETER_TEXT, NULL, 0},
    {NULL, 0, NULL, 0},
};

/* Without the GIL; paths (2), the second of relaxons. */
static umk_status write_files(char **paths, umk_context *context, const umk_conductivity *result,
                              const argument *values) {
    umk_output_options options = {.directory = values[OF_FOLDER].text};
    umk_lbte_spectrum spectrum = {values[OF_EIGENVALUES].shape[0], values[OF_EIGENVALUES].shape[1],
                                  values[OF_EIGENVALUES].data, values[OF_KAPPA].data};
    umk_status status = umk_compression_parse(&options.compression, context, values[OF_COMPRESSION].text);
    if (status == UMK_OK) {
        status = umk_collision_eigenvalues_write(&paths[0], context, result, &spectrum, &options);
    }
    if (status == UMK_OK && spectrum.kappa != NULL) {
        status = umk_relaxons_write(&paths[1], context, result, &spectrum, &options);
    }
    return status;
}

static PyObject *list_paths(char **paths) {
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < 2 && paths[i] != NULL; i++) {
        PyObject *path = PyUnicode_DecodeFSDefault(paths[i]);
        if (path == NULL || PyList_Append(list, path) != 0) Py_CLEAR(list);
        Py_XDECREF(path);
    }
    return list;
}

static PyObject *spectrum_write(PyObject *module, PyObject *positional, PyObject *keywords) {
    (void)module;
    argument values[n_spectrum_parameters];
    if (!arguments_parse(values, spectrum_parameters, positional, keywords)) return NULL;
    session *session = values[0].data;
    borrowed_conductivity result;
    char *paths[2] = {NULL, NULL};
    PyObject *made = NULL;
    if (conductivity_borrow(&result, values[OF_RESULT].object)) {
        if (result.conductivity.n_temperatures != values[OF_EIGENVALUES].shape[0]) {
            arguments_fail(PyExc_ValueError, "eigenvalues", "%lld temperatures, the result has %lld",
                           (long long)values[OF_EIGENVALUES].shape[0], (long long)result.conductivity.n_temperatures);
        } else if (session_begin(session, UMK_STAGE_OUTPUT)) {
            umk_status status = write_files(paths, session->context, &result.conductivity, values);
            if (session_end(session, status)) made = list_paths(paths);
        }
        conductivity_release(&result);
    }
    umk_string_free(paths[0]);
    umk_string_free(paths[1]);
    arguments_release(values, spectrum_parameters);
    return made;
}

PyMethodDef native_lbte_methods[] = {
    NATIVE_METHOD("lbte_run", lbte_run,
                  "lbte_run(context, crystal, harmonic, grid, phonons, interaction, temperatures, sigmas, "
                  "sigma_cutoff, average_degenerate_weights, symmetrize_tetrahedra, mass_variances, boundary_mfp, "
                  "cutoff_frequency, kappa_stars, transport, grid_points_in_flight, solver, tolerance, max_iterations, "
                  "pinv_cutoff, pinv_method, whole_degenerate_sets, relaxons, reducible, memory, checkpoint)\n--\n\n"
                  "Conductivities of the full equation, one for each sigma, as dictionaries. solver: 0 iterative, 1 "
                  "direct. memory: the limit of the context where it was given, or None."),
    NATIVE_METHOD("lbte_estimate", lbte_estimate,
                  "lbte_estimate(*arguments)\n--\n\n"
                  "What lbte_run will take with the same arguments: bytes, seconds, grid points, triplets."),
    NATIVE_METHOD("spectrum_write", spectrum_write,
                  "spectrum_write(context, result, eigenvalues, relaxon_kappa, folder, compression)\n--\n\n"
                  "Writes coleigs-m*.hdf5 and, where there are shares of kappa, relaxons-m*.hdf5; returns the paths."),
    {NULL, NULL, 0, NULL},
};
