/* Arguments of runs turned into a model and options, and results into a list of dictionaries. */
#include "run.h"
#include "conductivity.h"
#include <stdlib.h>

static void fill_options(umk_rta_options *options, const argument *values) {
    *options = (umk_rta_options)UMK_RTA_OPTIONS_INIT;
    options->n_temperatures = values[RUN_TEMPERATURES].shape[0];
    options->temperatures = values[RUN_TEMPERATURES].data;
    options->n_sigmas = values[RUN_SIGMAS].shape[0];
    options->sigmas = values[RUN_SIGMAS].data;
    options->sigma_cutoff = values[RUN_SIGMA_CUTOFF].real;
    options->no_average_degenerate_weights = !values[RUN_AVERAGE_DEGENERATE].flag;
    options->no_symmetrize_tetrahedra = !values[RUN_SYMMETRIZE_TETRAHEDRA].flag;
    options->mass_variances = values[RUN_MASS_VARIANCES].data;
    options->boundary_mfp = values[RUN_BOUNDARY_MFP].real;
    options->cutoff_frequency = values[RUN_CUTOFF_FREQUENCY].real;
    options->no_kappa_stars = !values[RUN_KAPPA_STARS].flag;
    options->transport = (umk_transport)values[RUN_TRANSPORT].integer;
    options->grid_points_in_flight = values[RUN_IN_FLIGHT].integer;
}

bool run_prepare(run *run, const argument *values) {
    const native_crystal *crystal = values[RUN_CRYSTAL].data;
    run->context = ((session *)values[RUN_CONTEXT].data)->context;
    run->model = (umk_transport_model){crystal->crystal, values[RUN_HARMONIC].data, values[RUN_GRID].data,
                                       values[RUN_PHONONS].data, values[RUN_INTERACTION].data};
    fill_options(&run->options, values);
    int64_t n_atoms = umk_crystal_primitive(crystal->crystal)->n_atoms;
    if (values[RUN_MASS_VARIANCES].given && values[RUN_MASS_VARIANCES].shape[0] != n_atoms) {
        return arguments_fail(PyExc_ValueError, "mass_variances", "%lld values for %lld atoms of the primitive cell",
                              (long long)values[RUN_MASS_VARIANCES].shape[0], (long long)n_atoms);
    }
    if (values[RUN_TRANSPORT].integer < UMK_TRANSPORT_BOLTZMANN ||
        values[RUN_TRANSPORT].integer > UMK_TRANSPORT_IBDB19) {
        return arguments_fail(PyExc_ValueError, "transport", "there is no number %lld",
                              (long long)values[RUN_TRANSPORT].integer);
    }
    run->n_results = run->options.n_sigmas > 0 ? run->options.n_sigmas : 1;
    run->results = calloc((size_t)run->n_results, sizeof *run->results);
    return run->results != NULL || PyErr_NoMemory() != NULL;
}

void run_clear(run *run) {
    for (int64_t s = 0; run->results != NULL && s < run->n_results; s++) umk_conductivity_clear(&run->results[s]);
    free(run->results);
}

PyObject *run_list(const run *run) {
    PyObject *list = PyList_New((Py_ssize_t)run->n_results);
    for (int64_t s = 0; list != NULL && s < run->n_results; s++) {
        PyObject *result = conductivity_to_dictionary(&run->results[s]);
        if (result == NULL || PyList_SetItem(list, (Py_ssize_t)s, result) != 0) Py_CLEAR(list);
    }
    return list;
}
