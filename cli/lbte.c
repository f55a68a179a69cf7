/* umklapp lbte: lattice thermal conductivity from the full linearized Boltzmann equation. */
#include "commands.h"
#include "output.h"
#include "run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** What a run has beyond what the commands share. */
typedef struct lbte {
    run *run;
    umk_lbte_options options;
    umk_lbte_report *reports;    /* (n_results, temperatures) */
    umk_lbte_spectrum *spectra;  /* (n_results) or NULL */
    umk_collision_files **files; /* (n_results) or NULL */
    char default_checkpoint[64];
} lbte;

/* Runs that take longer keep a checkpoint by themselves. */
static const double checkpoint_seconds = 600;

/* ---- files -------------------------------------------------------------------------------------------------------*/

static umk_status write_rows(void *user, const umk_conductivity *result, int64_t point, const double *rows) {
    const run *run = ((const lbte *)user)->run;
    umk_stage before = umk_context_enter_stage(run->context, UMK_STAGE_OUTPUT);
    umk_status status = umk_collision_rows_write(NULL, run->context, result, point, rows, &run->output);
    umk_context_enter_stage(run->context, before);
    return status;
}

static umk_status read_rows(void *user, int64_t sigma, int64_t point, double *rows) {
    const lbte *lbte = user;
    umk_stage before = umk_context_enter_stage(lbte->run->context, UMK_STAGE_READING);
    umk_status status = umk_collision_files_rows(lbte->run->context, lbte->files[sigma], point, rows);
    umk_context_enter_stage(lbte->run->context, before);
    return status;
}

/* Opens the files of all sigmas; temperatures are theirs. */
static umk_status open_files(lbte *lbte) {
    run *run = lbte->run;
    run_options *o = run->options;
    umk_status status = UMK_OK;
    lbte->files = calloc((size_t)run->n_results, sizeof(umk_collision_files *));
    if (lbte->files == NULL) return UMK_ERROR_MEMORY;
    for (int64_t s = 0; status == UMK_OK && s < run->n_results; s++) {
        double sigma = o->sigmas.n > 0 ? o->sigmas.values[s] : 0;
        status = umk_collision_files_open(&lbte->files[s], run->context, run->model.grid, sigma,
                                          sigma > 0 ? o->sigma_cutoff : 0, o->collision_temperatures.n,
                                          o->collision_temperatures.values, &run->output);
        if (status == UMK_OK) status = umk_collision_files_linewidths(&run->read[s], run->context, lbte->files[s]);
    }
    if (status != UMK_OK) return status;
    free(o->temperatures.values);
    o->temperatures.n = run->read[0].n_temperatures;
    o->temperatures.values = calloc((size_t)o->temperatures.n, sizeof(double));
    if (o->temperatures.values == NULL) return UMK_ERROR_MEMORY;
    memcpy(o->temperatures.values, run->read[0].temperatures, (size_t)o->temperatures.n * sizeof(double));
    terminal_say(run->terminal, "The collision matrix was read from files, of %lld temperatures.",
                 (long long)o->temperatures.n);
    return UMK_OK;
}

static umk_status write_spectra(const lbte *lbte) {
    run *run = lbte->run;
    umk_status status = UMK_OK;
    for (int64_t s = 0; lbte->spectra != NULL && status == UMK_OK && s < run->n_results; s++) {
        char *path = NULL;
        status =
            umk_collision_eigenvalues_write(&path, run->context, &run->results[s], &lbte->spectra[s], &run->output);
        if (status != UMK_OK) break;
        terminal_say(run->terminal, "Eigenvalues of the collision matrix were written to \"%s\".", path);
        umk_string_free(path);
        if (!run->options->relaxons) continue;
        status = umk_relaxons_write(&path, run->context, &run->results[s], &lbte->spectra[s], &run->output);
        if (status != UMK_OK) break;
        terminal_say(run->terminal, "Relaxons were written to \"%s\".", path);
        umk_string_free(path);
    }
    return status;
}

/* ---- estimate ----------------------------------------------------------------------------------------------------*/

static void tell_estimate(const lbte *lbte, const umk_lbte_estimate *estimate) {
    const run *run = lbte->run;
    bool is_direct = lbte->options.solver == UMK_LBTE_DIRECT;
    char time[32], duration[64] = "", kept[64] = "";
    double seconds = estimate->seconds + estimate->diagonalization_seconds, limit = lbte->options.memory;
    run_print_time(time, sizeof time, seconds);
    if (seconds > 0) snprintf(duration, sizeof duration, ", time: about %s", time);
    terminal_say(run->terminal, "Grid points: %lld, triplets: %s%.0f, threads: %d.", (long long)estimate->n_points,
                 estimate->n_points > 16 ? "about " : "", estimate->n_triplets, umk_context_n_threads(run->context));
    if (estimate->kept_share < 1) {
        snprintf(kept, sizeof kept, ", %.0f %% kept, the rest computed in each %s", 100 * estimate->kept_share,
                 is_direct ? "matrix" : "iteration");
    }
    terminal_say(run->terminal, "%s solver: %.3g GB of %.3g GB%s; rows of the collision operator: %.3g GB%s.",
                 is_direct ? "Direct" : "Iterative", estimate->bytes / 1e9, limit / 1e9, duration,
                 estimate->row_bytes / 1e9, kept);
    terminal_say(run->terminal, "The %s solver would take %.3g GB.", is_direct ? "iterative" : "direct",
                 estimate->other_solver_bytes / 1e9);
    const double patience = 5;
    if (estimate->diagonalization_seconds / (double)run->options->temperatures.n > patience) {
        terminal_say(run->terminal, "Diagonalizations are not interrupted: a second Ctrl-C ends the program at once.");
    }
}

/* The default name is of this calculation alone: another run in the same folder neither takes nor removes the file. */
static void choose_checkpoint(lbte *lbte, const umk_lbte_estimate *estimate) {
    const run_options *o = lbte->run->options;
    int64_t mesh[3];
    umk_grid_mesh(lbte->run->model.grid, mesh);
    snprintf(lbte->default_checkpoint, sizeof lbte->default_checkpoint, "lbte-m%lld%lld%lld-%08llx.checkpoint",
             (long long)mesh[0], (long long)mesh[1], (long long)mesh[2],
             (unsigned long long)(estimate->fingerprint >> 32));
    lbte->options.checkpoint = o->checkpoint;
    if (o->checkpoint != NULL || o->no_checkpoint || o->read_collision.n > 0 || o->grid_points.n > 0) return;
    if (estimate->seconds + estimate->diagonalization_seconds > checkpoint_seconds ||
        output_exists(lbte->default_checkpoint)) {
        lbte->options.checkpoint = lbte->default_checkpoint;
        lbte->options.checkpoint_is_optional = true;
        terminal_say(lbte->run->terminal, "Checkpoint: \"%s\".", lbte->default_checkpoint);
    }
}

/* ---- the run -----------------------------------------------------------------------------------------------------*/

static umk_status prepare(lbte *lbte, umk_rta_options *options) {
    run *run = lbte->run;
    const run_options *o = run->options;
    umk_lbte_estimate estimate;
    umk_status status = UMK_OK;
    /* Rows fill what they may: without --memory they leave more to others than the context's 90 % of what is free. */
    double default_share = o->memory > 0 ? 1 : 0.8 / 0.9;
    lbte->options = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    lbte->options.solver = o->solver;
    lbte->options.tolerance = o->kappa_tolerance;
    lbte->options.most_iterations = o->most_iterations;
    lbte->options.pinv_cutoff = o->pinv_cutoff;
    lbte->options.pinv_method = o->pinv_method > 0 ? (int)o->pinv_method : 0;
    lbte->options.whole_sets = o->whole_sets;
    lbte->options.relaxons = o->relaxons;
    lbte->options.reducible = o->reducible;
    lbte->options.user = lbte;
    if (o->write_collision) lbte->options.write_rows = write_rows;
    if (o->read_collision.n > 0) {
        if ((status = open_files(lbte)) != UMK_OK) return status;
        lbte->options.read_rows = read_rows;
    }
    run_options_fill(options, o);
    if (o->read_collision.n > 0) options->read = run->read;
    lbte->options.memory = default_share * (double)umk_context_memory_limit(run->context) - run_bytes_in_use();
    if (!(lbte->options.memory > 1)) lbte->options.memory = 1;
    status = umk_lbte_estimate_run(&estimate, run->context, &run->transport, options, &lbte->options);
    if (status != UMK_OK) return status;
    tell_estimate(lbte, &estimate);
    choose_checkpoint(lbte, &estimate);
    int64_t n = run->n_results * o->temperatures.n;
    lbte->reports = calloc((size_t)n, sizeof *lbte->reports);
    if (o->solver == UMK_LBTE_DIRECT) lbte->spectra = calloc((size_t)run->n_results, sizeof *lbte->spectra);
    bool allocated = lbte->reports != NULL && (o->solver != UMK_LBTE_DIRECT || lbte->spectra != NULL);
    return allocated ? UMK_OK : UMK_ERROR_MEMORY;
}

static void tell_reports(const lbte *lbte) {
    const run *run = lbte->run;
    for (int64_t s = 0; s < run->n_results; s++) {
        for (int64_t t = 0; t < run->results[s].n_temperatures; t++) {
            const umk_lbte_report *report = &lbte->reports[s * run->results[s].n_temperatures + t];
            double temperature = run->results[s].temperatures[t];
            if (lbte->options.solver == UMK_LBTE_ITERATIVE) {
                terminal_say(run->terminal, "%7.1f K: %lld iterations, residual %.1e.", temperature,
                             (long long)report->n_iterations, report->residual);
            } else {
                terminal_say(run->terminal, "%7.1f K: %lld dimensions, %lld taken as zero, lowest eigenvalue %.2e THz.",
                             temperature, (long long)report->n_dimensions, (long long)report->n_removed,
                             report->lowest_curvature);
            }
            if (report->degenerate_share < 1e-3) continue;
            terminal_say(run->terminal, "%9s %.1f %% of kappa are of differences within degenerate sets.", "",
                         100 * report->degenerate_share);
        }
    }
}

/* Where the path is a link, that which it leads to goes with it. */
static void remove_file(const char *path) {
    char *resolved = realpath(path, NULL);
    if (resolved != NULL) unlink(resolved);
    free(resolved);
    unlink(path);
}

/* The results are safe: the checkpoint goes, unless more iterations can follow. */
static void end_checkpoint(const lbte *lbte) {
    const run *run = lbte->run;
    const char *path = lbte->options.checkpoint;
    bool goes_on = false;
    for (int64_t k = 0; k < run->n_results * run->results[0].n_temperatures; k++) {
        goes_on = goes_on || lbte->reports[k].state == UMK_LBTE_NOT_CONVERGED;
    }
    if (path == NULL) return;
    if (goes_on) {
        terminal_say(run->terminal, "With more iterations (--max-iterations) the run goes on from \"%s\".", path);
    } else {
        remove_file(path);
    }
}

static umk_status solve(lbte *lbte) {
    run *run = lbte->run;
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    umk_status status = prepare(lbte, &options);
    if (status != UMK_OK) return status;
    terminal_begin_progress(run->terminal, "Scattering");
    status = umk_lbte_run(run->results, lbte->reports, lbte->spectra, run->context, &run->transport, &options,
                          &lbte->options);
    terminal_end_progress(run->terminal);
    if (status == UMK_ERROR_CANCELLED && lbte->options.checkpoint != NULL) {
        terminal_say(run->terminal, "The same command goes on from \"%s\".", lbte->options.checkpoint);
    }
    if (status != UMK_OK) return status;
    umk_context_enter_stage(run->context, UMK_STAGE_OUTPUT);
    if (run->options->grid_points.n > 0) {
        terminal_say(run->terminal, "Rows of the collision matrix of %lld grid points were written.",
                     (long long)run->options->grid_points.n);
        return run_write_summary(run);
    }
    tell_reports(lbte);
    status = run_write_results(run);
    if (status == UMK_OK) status = write_spectra(lbte);
    if (status == UMK_OK) status = run_write_summary(run);
    if (status == UMK_OK) end_checkpoint(lbte);
    return status;
}

static umk_status run_lbte(run *run) {
    lbte lbte = {.run = run};
    umk_status status = solve(&lbte);
    for (int64_t s = 0; s < run->n_results; s++) {
        if (lbte.spectra != NULL) umk_lbte_spectrum_clear(&lbte.spectra[s]);
        if (lbte.files != NULL) umk_collision_files_close(lbte.files[s]);
    }
    free(lbte.reports);
    free(lbte.spectra);
    free(lbte.files);
    return status;
}

int command_lbte(int argc, char **argv) {
    static const char usage[] =
        "usage: umklapp lbte phono3py.yaml --mesh N N N [options]\n\n"
        "Lattice thermal conductivity from the full linearized Boltzmann equation, from fc2.hdf5 and fc3.hdf5 beside\n"
        "the input. Options have the names and meanings of phono3py's, but for --tolerance, which is that of the\n"
        "iteration.\n";
    run_options o;
    run_options_init(&o, RUN_LBTE);
    return run_main(&o, usage, run_lbte, argc, argv);
}
