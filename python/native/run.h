/* What runs in the relaxation-time approximation and of the full Boltzmann equation have in common. */
#ifndef UMKLAPP_PYTHON_RUN_H
#define UMKLAPP_PYTHON_RUN_H

#include "crystal.h"

/* The parameters that every run begins with: the rows RUN_PARAMETERS of a table. */
enum {
    RUN_CONTEXT,
    RUN_CRYSTAL,
    RUN_HARMONIC,
    RUN_GRID,
    RUN_PHONONS,
    RUN_INTERACTION,
    RUN_TEMPERATURES,
    RUN_SIGMAS,
    RUN_SIGMA_CUTOFF,
    RUN_AVERAGE_DEGENERATE,
    RUN_SYMMETRIZE_TETRAHEDRA,
    RUN_MASS_VARIANCES,
    RUN_BOUNDARY_MFP,
    RUN_CUTOFF_FREQUENCY,
    RUN_KAPPA_STARS,
    RUN_TRANSPORT,
    RUN_IN_FLIGHT,
    n_run_parameters
};

/* clang-format off */
#define RUN_PARAMETERS                                                                                                 \
    CONTEXT_PARAMETER,                                                                                                 \
    CRYSTAL_PARAMETER,                                                                                                 \
    {"harmonic", PARAMETER_POINTER, "umk_harmonic", 0},                                                                \
    {"grid", PARAMETER_POINTER, "umk_grid", 0},                                                                        \
    {"phonons", PARAMETER_POINTER, "umk_phonons", 0},                                                                  \
    {"interaction", PARAMETER_POINTER, "umk_interaction", PARAMETER_NONE},                                             \
    {"temperatures", PARAMETER_REALS, "temperature", 0},                                                               \
    {"sigmas", PARAMETER_REALS, "sigma", 0},                                                                           \
    {"sigma_cutoff", PARAMETER_REAL, NULL, 0},                                                                         \
    {"average_degenerate_weights", PARAMETER_BOOL, NULL, 0},                                                           \
    {"symmetrize_tetrahedra", PARAMETER_BOOL, NULL, 0},                                                                \
    {"mass_variances", PARAMETER_REALS, "primitive_atom", PARAMETER_NONE},                                             \
    {"boundary_mfp", PARAMETER_REAL, NULL, 0},                                                                         \
    {"cutoff_frequency", PARAMETER_REAL, NULL, 0},                                                                     \
    {"kappa_stars", PARAMETER_BOOL, NULL, 0},                                                                          \
    {"transport", PARAMETER_INTEGER, NULL, 0},                                                                         \
    {"grid_points_in_flight", PARAMETER_INTEGER, NULL, 0}
/* clang-format on */

/** One run: what is borrowed from the arguments, and what it makes. */
typedef struct run {
    umk_context *context;
    umk_transport_model model;
    umk_rta_options options;
    int64_t n_results;
    umk_conductivity *results; /* (n_results) */
} run;

/** Fills a run that is zeroed; ended with run_clear, also after a failure, which is false with an exception. */
bool run_prepare(run *run, const argument *values);
void run_clear(run *run);

/** The results as a list of dictionaries, or NULL with an exception. */
PyObject *run_list(const run *run);

#endif
