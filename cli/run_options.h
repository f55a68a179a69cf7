/* Options of the commands that compute a conductivity, and the lists made of them. */
#ifndef UMKLAPP_CLI_RUN_OPTIONS_H
#define UMKLAPP_CLI_RUN_OPTIONS_H

#include "model.h"

/** Which commands have an option. */
typedef enum run_command { RUN_RTA = 1, RUN_LBTE = 2, RUN_ANY = RUN_RTA | RUN_LBTE } run_command;

typedef struct run_options {
    run_command command;
    model_options model;
    real_list temperatures, sigmas, mass_variances;
    integer_list grid_points;
    double tmin, tmax, tstep, sigma_cutoff, boundary_mfp, constant_strength;
    int64_t n_threads, grid_points_in_flight;
    double memory; /* bytes; 0: not given */
    bool tetrahedra, plain_degenerate, symmetric_degenerate, plain_tetrahedra, symmetric_tetrahedra;
    bool isotope, normal_umklapp, full_strength, average_strength, write_gamma, read_gamma, timings, help, ignored;
    const char *summary, *compression, *transport_name;
    umk_transport transport;
    /* the full Boltzmann equation */
    const char *solver_name, *checkpoint;
    word_list read_collision;
    integer_list collision_temperatures; /* of read_collision; empty: all */
    int64_t most_iterations, pinv_method, pinv_solver;
    double kappa_tolerance, pinv_cutoff;
    bool write_collision, reducible, relaxons, whole_sets, no_checkpoint;
    umk_lbte_solver solver;
} run_options;

enum { run_most_rows = 96 };

void run_options_init(run_options *o, run_command command);
void run_options_clear(run_options *o);

/** The table of a command; rows has room for run_most_rows. */
void run_options_rows(run_options *o, terminal *terminal, option *rows);

/** Checks that need no file, and lists of temperatures and sigmas; false after a line for the user. */
bool run_options_complete(run_options *o);

/** What the library's runs take of them. */
void run_options_fill(umk_rta_options *run, const run_options *o);

#endif
