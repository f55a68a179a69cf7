/* A command that computes a conductivity: context, model, and what both commands do with them. */
#ifndef UMKLAPP_CLI_RUN_H
#define UMKLAPP_CLI_RUN_H

#include "run_options.h"
#include <stddef.h>

/** What a command works with once its model is loaded. */
typedef struct run {
    run_options *options;
    umk_context *context;
    terminal *terminal;
    model model;
    umk_transport_model transport; /* of the model */
    umk_output_options output;
    int64_t n_results;
    umk_conductivity *results, *read; /* (n_results) */
    bool shown;                       /* the user was told already why the run failed */
} run;

/** Parses, prints help, or loads the model and lets work do the rest. Returns the exit status. */
int run_main(run_options *o, const char *usage, umk_status (*work)(run *run), int argc, char **argv);

/** Bytes that the calculation holds already; its peak where the system does not tell. */
double run_bytes_in_use(void);

/** A time with its unit. */
void run_print_time(char *text, size_t size, double seconds);

/** Mass variances of the options, or natural ones with --isotope. */
umk_status run_make_mass_variances(run *run);

/** Writes the results with their tables, and the crystal where there is no phono3py.yaml. */
umk_status run_write_results(run *run);
umk_status run_write_summary(run *run);

#endif
