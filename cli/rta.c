/* umklapp rta: lattice thermal conductivity in the relaxation-time approximation. */
#include "commands.h"
#include "run.h"
#include <stdio.h>

static umk_status write_points(void *user, const umk_conductivity *results, int64_t point) {
    const run *run = user;
    umk_status status = UMK_OK;
    umk_stage before = umk_context_enter_stage(run->context, UMK_STAGE_OUTPUT);
    for (int64_t s = 0; status == UMK_OK && s < run->n_results; s++) {
        status = umk_conductivity_write_point(NULL, run->context, &results[s], point, &run->output);
    }
    umk_context_enter_stage(run->context, before);
    return status;
}

static umk_status read_gamma(run *run) {
    const run_options *o = run->options;
    const int64_t *points, *weights;
    int64_t n_points = umk_grid_irreducible(run->model.grid, &points, &weights);
    umk_stage before = umk_context_enter_stage(run->context, UMK_STAGE_READING);
    umk_status status = UMK_OK;
    for (int64_t s = 0; status == UMK_OK && s < run->n_results; s++) {
        double sigma = o->sigmas.n > 0 ? o->sigmas.values[s] : 0;
        status = umk_conductivity_read_gamma(&run->read[s], run->context, run->model.grid, sigma,
                                             sigma > 0 ? o->sigma_cutoff : 0, n_points, points, &run->output);
    }
    umk_context_enter_stage(run->context, before);
    if (status == UMK_OK) terminal_say(run->terminal, "Linewidths were read from files.");
    return status;
}

static void tell_estimate(terminal *terminal, const umk_rta_estimate *estimate, const umk_context *context) {
    char time[32], duration[64] = "";
    run_print_time(time, sizeof time, estimate->seconds);
    if (estimate->seconds > 0) snprintf(duration, sizeof duration, ", time: about %s", time);
    terminal_say(terminal, "Grid points: %lld, triplets: %s%.0f, threads: %d.", (long long)estimate->n_points,
                 estimate->n_points > 16 ? "about " : "", estimate->n_triplets, umk_context_n_threads(context));
    terminal_say(terminal, "Estimated memory: %.3g GB of %.3g GB%s.", (run_bytes_in_use() + estimate->bytes) / 1e9,
                 (double)umk_context_memory_limit(context) / 1e9, duration);
}

static umk_status estimate_run(run *run, const umk_rta_options *options, umk_rta_estimate *estimate) {
    umk_status status = umk_rta_estimate_run(estimate, run->context, &run->transport, options);
    if (status != UMK_OK) return status;
    tell_estimate(run->terminal, estimate, run->context);
    if (run_bytes_in_use() + estimate->bytes <= (double)umk_context_memory_limit(run->context)) return UMK_OK;
    terminal_error("the run does not fit into the memory that may be used: use a coarser mesh, fewer temperatures "
                   "(--ts) or threads, or raise --memory");
    run->shown = true;
    return UMK_ERROR_MEMORY;
}

static umk_status run_rta(run *run) {
    const run_options *o = run->options;
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    umk_rta_estimate estimate;
    umk_status status;
    run_options_fill(&options, o);
    if (o->read_gamma) {
        if ((status = read_gamma(run)) != UMK_OK) return status;
        options.read = run->read;
    }
    if (o->write_gamma) {
        options.on_point = write_points;
        options.user = run;
    }
    if ((status = estimate_run(run, &options, &estimate)) != UMK_OK) return status;
    if (o->grid_points.n > 0 && !o->write_gamma) {
        terminal_log(run->terminal, UMK_LOG_WARNING, "--gp without --write-gamma: no linewidths will be written");
    }
    terminal_begin_progress(run->terminal, "Scattering");
    status = umk_rta_run(run->results, run->context, &run->transport, &options);
    terminal_end_progress(run->terminal);
    if (status != UMK_OK) return status;
    umk_context_enter_stage(run->context, UMK_STAGE_OUTPUT);
    if (o->write_gamma) {
        terminal_say(run->terminal, "Linewidths of %lld grid points were written.", (long long)estimate.n_points);
    }
    if (o->grid_points.n == 0) status = run_write_results(run);
    return status == UMK_OK ? run_write_summary(run) : status;
}

int command_rta(int argc, char **argv) {
    static const char usage[] =
        "usage: umklapp rta phono3py.yaml --mesh N N N [options]\n\n"
        "Lattice thermal conductivity in the relaxation-time approximation, from fc2.hdf5 and fc3.hdf5 beside\n"
        "the input. Options have the names and meanings of phono3py's.\n";
    run_options o;
    run_options_init(&o, RUN_RTA);
    return run_main(&o, usage, run_rta, argc, argv);
}
