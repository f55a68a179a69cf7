/* What the commands that compute a conductivity share. */
#include "run.h"
#include "output.h"
#include "timings.h"
#include "transport.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

umk_status run_make_mass_variances(run *run) {
    run_options *o = run->options;
    const umk_cell *primitive = umk_crystal_primitive(run->model.crystal);
    if (o->mass_variances.n > 0) {
        if (o->mass_variances.n == primitive->n_atoms) return UMK_OK;
        terminal_usage_error("--mv: %lld values for %lld atoms of the primitive cell", (long long)o->mass_variances.n,
                             (long long)primitive->n_atoms);
        run->shown = true;
        return UMK_ERROR_ARGUMENT;
    }
    if (!o->isotope) return UMK_OK;
    o->mass_variances.values = calloc((size_t)primitive->n_atoms, sizeof(double));
    if (o->mass_variances.values == NULL) return UMK_ERROR_MEMORY;
    o->mass_variances.n = primitive->n_atoms;
    for (int64_t i = 0; i < primitive->n_atoms; i++) {
        umk_status status = umk_mass_variance(&o->mass_variances.values[i], run->context, primitive->symbols[i]);
        if (status != UMK_OK) return status;
        terminal_say(run->terminal, "Mass variance of %s: %.4e.", primitive->symbols[i], o->mass_variances.values[i]);
    }
    return UMK_OK;
}

/*
 * Pages of program and library files are not counted: the system drops them when it needs memory. What the C library
 * keeps of freed memory is given back first.
 */
double run_bytes_in_use(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    struct rusage usage;
    long long pages = 0, resident = 0, of_files = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        bool known = fscanf(file, "%lld %lld %lld", &pages, &resident, &of_files) == 3;
        fclose(file);
        if (known) return (double)(resident - of_files) * (double)sysconf(_SC_PAGESIZE);
    }
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
    return (double)usage.ru_maxrss;
#else
    return 1024 * (double)usage.ru_maxrss;
#endif
}

void run_print_time(char *text, size_t size, double seconds) {
    if (seconds > 5400) {
        snprintf(text, size, "%.2g h", seconds / 3600);
    } else if (seconds > 90) {
        snprintf(text, size, "%.2g min", seconds / 60);
    } else {
        snprintf(text, size, "%.2g s", seconds);
    }
}

umk_status run_write_results(run *run) {
    for (int64_t s = 0; s < run->n_results; s++) {
        char *path = NULL;
        umk_status status = umk_conductivity_write(&path, run->context, &run->results[s], &run->output);
        if (status != UMK_OK) return status;
        if (!run->terminal->quiet) transport_print_kappa(&run->results[s]);
        terminal_say(run->terminal, "Thermal conductivity and related properties were written to \"%s\".", path);
        umk_string_free(path);
    }
    return UMK_OK;
}

/* phono3py.yaml is written where there is none, a file named with -o always: no input gets lost. */
umk_status run_write_summary(run *run) {
    const char *path = run->options->summary != NULL ? run->options->summary : "phono3py.yaml";
    if (run->options->summary == NULL && access(path, F_OK) == 0) return UMK_OK;
    umk_status status = umk_summary_write(run->context, run->model.crystal, &run->model.input, path);
    if (status == UMK_OK) {
        terminal_say(run->terminal, "The crystal of this calculation was written to \"%s\".", path);
    }
    return status;
}

/* Tells before the long part where a result could not be saved; they go to the current folder. */
static bool check_outputs(const run_options *o) {
    if (access(".", W_OK) != 0) {
        terminal_error("the current folder is not writable: results could not be saved");
        return false;
    }
    return o->summary == NULL || output_check("-o", o->summary);
}

static bool begin(run *run) {
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = (int)run->options->n_threads;
    options.memory_limit = (int64_t)run->options->memory;
    options.log = terminal_log;
    options.progress = terminal_progress;
    options.user = run->terminal;
    run->n_results = run->options->sigmas.n > 0 ? run->options->sigmas.n : 1;
    run->results = calloc((size_t)run->n_results, sizeof *run->results);
    run->read = calloc((size_t)run->n_results, sizeof *run->read);
    bool begun = run->results != NULL && run->read != NULL && umk_context_create(&run->context, &options) == UMK_OK;
    if (!begun) terminal_error("the threads or the memory to start with cannot be had");
    return begun;
}

static void end(run *run) {
    for (int64_t s = 0; s < run->n_results && run->results != NULL && run->read != NULL; s++) {
        umk_conductivity_clear(&run->results[s]);
        umk_conductivity_clear(&run->read[s]);
    }
    free(run->results);
    free(run->read);
    umk_context_destroy(run->context);
}

static int work_on_model(run *run, umk_status (*work)(struct run *run)) {
    model *m = &run->model;
    umk_status status = umk_compression_parse(&run->output.compression, run->context, run->options->compression);
    run->transport = (umk_transport_model){m->crystal, m->harmonic, m->grid, m->phonons, m->interaction};
    if (status == UMK_OK) status = run_make_mass_variances(run);
    if (status == UMK_OK) status = work(run);
    if (!run->shown) return terminal_report(run->terminal, run->context, status);
    return status == UMK_ERROR_ARGUMENT ? EXIT_USAGE : EXIT_DATA;
}

static int run_command_line(run_options *o, terminal *terminal, umk_status (*work)(run *run)) {
    run run = {.options = o, .terminal = terminal, .output = UMK_OUTPUT_OPTIONS_INIT};
    if (!begin(&run)) {
        end(&run);
        return EXIT_DATA;
    }
    terminal_catch_signals(run.context);
    o->model.needs_interaction = o->constant_strength <= 0 && !o->read_gamma && o->read_collision.n == 0;
    if (o->model.q_direction.n > 0) {
        terminal_say(terminal, "--q-direction has no effect: kappa takes Gamma without the non-analytic term.");
        o->model.q_direction.n = 0;
    }
    int exit_status = model_load(&run.model, run.context, terminal, &o->model);
    if (exit_status == EXIT_DONE) exit_status = work_on_model(&run, work);
    /* Who interrupts a long run may well want to know what it was busy with. */
    if (o->timings && (exit_status == EXIT_DONE || exit_status == EXIT_INTERRUPTED)) timings_print(run.context);
    model_clear(&run.model);
    terminal_release_signals();
    end(&run);
    return exit_status;
}

int run_main(run_options *o, const char *usage, umk_status (*work)(run *run), int argc, char **argv) {
    terminal terminal;
    arguments arguments;
    option rows[run_most_rows];
    int exit_status = EXIT_USAGE;
    terminal_init(&terminal);
    run_options_rows(o, &terminal, rows);
    if (options_parse(rows, argc, argv, 2, &arguments)) {
        if (o->help) {
            printf("%s", usage);
            options_print_help(rows);
            exit_status = EXIT_DONE;
        } else if (arguments.n_positional != 1) {
            terminal_usage_error("%s takes one input file, %lld given", argv[1], (long long)arguments.n_positional);
        } else {
            o->model.input = arguments.positional[0];
            if (run_options_complete(o)) {
                exit_status = check_outputs(o) ? run_command_line(o, &terminal, work) : EXIT_DATA;
            }
        }
    }
    arguments_clear(&arguments);
    run_options_clear(o);
    return exit_status;
}
