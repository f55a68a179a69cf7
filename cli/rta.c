/* umklapp rta: lattice thermal conductivity in the relaxation-time approximation. */
#include "commands.h"
#include "model.h"
#include "output.h"
#include "timings.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct rta_options {
    model_options model;
    real_list temperatures, sigmas, mass_variances;
    integer_list grid_points;
    double tmin, tmax, tstep, sigma_cutoff, boundary_mfp, constant_strength;
    int64_t n_threads, grid_points_in_flight;
    double memory; /* GB */
    bool tetrahedra, plain_degenerate, symmetric_degenerate, plain_tetrahedra, symmetric_tetrahedra;
    bool isotope, normal_umklapp, full_strength, average_strength, write_gamma, read_gamma, timings, help, ignored;
    const char *summary, *compression;
} rta_options;

/** What the callback of a finished grid point needs. */
typedef struct point_writer {
    umk_context *context;
    const umk_output_options *output;
    int64_t n_results;
} point_writer;

enum { many = 1000000 };

/* ---- options ------------------------------------------------------------------------------------------------------*/

static void set_defaults(rta_options *o) {
    memset(o, 0, sizeof *o);
    o->tmax = 1000;
    o->tstep = 10;
    o->boundary_mfp = 1e6;
    o->model.tolerance = UMK_SYMMETRY_TOLERANCE;
    o->model.cutoff_frequency = UMK_CUTOFF_FREQUENCY;
    o->compression = "gzip";
}

static void clear_options(rta_options *o) {
    free(o->temperatures.values);
    free(o->sigmas.values);
    free(o->mass_variances.values);
    free(o->grid_points.values);
    free(o->model.primitive_axes.words);
    free(o->model.masses.values);
    free(o->model.q_direction.values);
    free(o->model.mesh.values);
    free(o->model.grid_matrix.values);
}

/* The width is part of the file name, with six decimals: each must have its own. */
static bool check_sigmas(const rta_options *o) {
    const double smallest = 1e-6, largest = 1e6, *sigmas = o->sigmas.values;
    for (int64_t i = 0; i < o->sigmas.n; i++) {
        if (sigmas[i] < smallest || sigmas[i] > largest) {
            terminal_usage_error("--sigma: %g THz is not between %g and %g", sigmas[i], smallest, largest);
            return false;
        }
        for (int64_t j = 0; j < i; j++) {
            if (rint(sigmas[i] / smallest) != rint(sigmas[j] / smallest)) continue;
            terminal_usage_error("--sigma: %.9g and %.9g would be written to the same file", sigmas[j], sigmas[i]);
            return false;
        }
    }
    if (o->sigma_cutoff > 0 && (o->sigma_cutoff < smallest || o->sigma_cutoff > largest)) {
        terminal_usage_error("--sigma-cutoff: %g is not between %g and %g", o->sigma_cutoff, smallest, largest);
        return false;
    }
    return true;
}

static bool check_options(const rta_options *o) {
    if (o->memory > 1e9) {
        terminal_usage_error("--memory %g: in GB, at most 1e9", o->memory);
        return false;
    }
    if (!(o->tmax >= o->tmin)) {
        terminal_usage_error("--tmax %g is below --tmin %g", o->tmax, o->tmin);
        return false;
    }
    if ((o->tmax - o->tmin) / o->tstep > 1e6) {
        terminal_usage_error("--tstep %g makes more than a million temperatures", o->tstep);
        return false;
    }
    if (o->constant_strength > 0 && (o->full_strength || o->average_strength)) {
        terminal_usage_error("--const-ave-pp excludes --full-pp and --ave-pp");
        return false;
    }
    if (o->write_gamma && o->read_gamma) {
        terminal_usage_error("--write-gamma excludes --read-gamma");
        return false;
    }
    if (o->read_gamma && (o->full_strength || o->constant_strength > 0 || o->model.symmetrize_fc3q)) {
        terminal_usage_error(
            "--read-gamma excludes --full-pp, --const-ave-pp and --sym-fc3q: linewidths are not computed");
        return false;
    }
    if (o->sigma_cutoff > 0 && o->sigmas.n == 0) {
        terminal_usage_error("--sigma-cutoff needs --sigma");
        return false;
    }
    if (o->grid_points.n > 0 && o->read_gamma) {
        terminal_usage_error("--gp excludes --read-gamma: it collects all grid points");
        return false;
    }
    if (o->summary != NULL && model_reads(&o->model, o->summary)) {
        terminal_usage_error("-o %s would replace the input", o->summary);
        return false;
    }
    return check_sigmas(o) && model_check_options(&o->model);
}

/* ---- lists --------------------------------------------------------------------------------------------------------*/

static bool fail_memory(void) {
    terminal_error("out of memory");
    return false;
}

static bool make_temperatures(rta_options *o) {
    if (o->temperatures.n > 0) return true;
    int64_t n = (int64_t)floor((o->tmax - o->tmin) / o->tstep + 0.1 + 1e-9) + 1;
    o->temperatures.values = calloc((size_t)n, sizeof(double));
    if (o->temperatures.values == NULL) return fail_memory();
    for (int64_t i = 0; i < n; i++) o->temperatures.values[i] = o->tmin + (double)i * o->tstep;
    o->temperatures.n = n;
    return true;
}

/* With --thm the tetrahedron method comes first, as sigma 0. */
static bool make_sigmas(rta_options *o) {
    if (o->sigmas.n == 0 || !o->tetrahedra) return true;
    double *values = calloc((size_t)o->sigmas.n + 1, sizeof(double));
    if (values == NULL) return fail_memory();
    memcpy(values + 1, o->sigmas.values, (size_t)o->sigmas.n * sizeof(double));
    free(o->sigmas.values);
    o->sigmas.values = values;
    o->sigmas.n++;
    return true;
}

static umk_status make_mass_variances(rta_options *o, umk_context *context, terminal *terminal, const model *model,
                                      bool *shown) {
    const umk_cell *primitive = umk_crystal_primitive(model->crystal);
    if (o->mass_variances.n > 0) {
        if (o->mass_variances.n == primitive->n_atoms) return UMK_OK;
        terminal_usage_error("--mv: %lld values for %lld atoms of the primitive cell", (long long)o->mass_variances.n,
                             (long long)primitive->n_atoms);
        *shown = true;
        return UMK_ERROR_ARGUMENT;
    }
    if (!o->isotope) return UMK_OK;
    o->mass_variances.values = calloc((size_t)primitive->n_atoms, sizeof(double));
    if (o->mass_variances.values == NULL) return UMK_ERROR_MEMORY;
    o->mass_variances.n = primitive->n_atoms;
    for (int64_t i = 0; i < primitive->n_atoms; i++) {
        umk_status status = umk_mass_variance(&o->mass_variances.values[i], context, primitive->symbols[i]);
        if (status != UMK_OK) return status;
        terminal_say(terminal, "Mass variance of %s: %.4e.", primitive->symbols[i], o->mass_variances.values[i]);
    }
    return UMK_OK;
}

/* ---- the run ------------------------------------------------------------------------------------------------------*/

static umk_status write_points(void *user, const umk_conductivity *results, int64_t point) {
    const point_writer *writer = user;
    umk_status status = UMK_OK;
    umk_stage before = umk_context_enter_stage(writer->context, UMK_STAGE_OUTPUT);
    for (int64_t s = 0; status == UMK_OK && s < writer->n_results; s++) {
        status = umk_conductivity_write_point(NULL, writer->context, &results[s], point, writer->output);
    }
    umk_context_enter_stage(writer->context, before);
    return status;
}

static void fill_rta(umk_rta_options *run, const rta_options *o) {
    run->n_temperatures = o->temperatures.n;
    run->temperatures = o->temperatures.values;
    run->n_sigmas = o->sigmas.n;
    run->sigmas = o->sigmas.values;
    run->sigma_cutoff = o->sigma_cutoff;
    run->no_average_degenerate_weights = o->plain_degenerate;
    run->no_symmetrize_tetrahedra = o->plain_tetrahedra;
    run->normal_umklapp = o->normal_umklapp;
    /* phono3py keeps all strengths, and so their average, where it symmetrizes them. */
    run->full_strength = o->full_strength || (o->model.symmetrize_fc3q && o->model.needs_interaction);
    run->average_strength = o->average_strength;
    run->constant_strength = o->constant_strength;
    run->mass_variances = o->mass_variances.n > 0 ? o->mass_variances.values : NULL;
    run->boundary_mfp = o->boundary_mfp;
    run->cutoff_frequency = o->model.cutoff_frequency;
    run->no_kappa_stars = o->model.no_kappa_stars;
    run->n_grid_points = o->grid_points.n;
    run->grid_points = o->grid_points.values;
    run->grid_points_in_flight = o->grid_points_in_flight;
}

static umk_status read_gamma(umk_conductivity *read, umk_context *context, terminal *terminal, const model *model,
                             const rta_options *o, const umk_output_options *output) {
    const int64_t *points, *weights;
    int64_t n_points = umk_grid_irreducible(model->grid, &points, &weights);
    int64_t n = o->sigmas.n > 0 ? o->sigmas.n : 1;
    for (int64_t s = 0; s < n; s++) {
        double sigma = o->sigmas.n > 0 ? o->sigmas.values[s] : 0;
        umk_status status = umk_conductivity_read_gamma(&read[s], context, model->grid, sigma,
                                                        sigma > 0 ? o->sigma_cutoff : 0, n_points, points, output);
        if (status != UMK_OK) return status;
    }
    terminal_say(terminal, "Linewidths were read from files.");
    return UMK_OK;
}

/* What the program holds already (the model: grid, phonons, force constants); its peak where the system does not tell.
 */
static double bytes_in_use(void) {
    struct rusage usage;
    long long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        bool known = fscanf(file, "%lld %lld", &pages, &resident) == 2;
        fclose(file);
        if (known) return (double)resident * (double)sysconf(_SC_PAGESIZE);
    }
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
    return (double)usage.ru_maxrss;
#else
    return 1024 * (double)usage.ru_maxrss;
#endif
}

static void tell_estimate(terminal *terminal, const umk_rta_estimate *estimate, const umk_context *context) {
    const char *unit = "s";
    double time = estimate->seconds;
    if (time > 5400) {
        time /= 3600;
        unit = "h";
    } else if (time > 90) {
        time /= 60;
        unit = "min";
    }
    terminal_say(terminal, "Grid points: %lld, triplets: %s%.0f, threads: %d.", (long long)estimate->n_points,
                 estimate->n_points > 16 ? "about " : "", estimate->n_triplets, umk_context_n_threads(context));
    char duration[64] = "";
    if (time > 0) snprintf(duration, sizeof duration, ", time: about %.2g %s", time, unit);
    terminal_say(terminal, "Estimated memory: %.3g GB of %.3g GB%s.", (bytes_in_use() + estimate->bytes) / 1e9,
                 (double)umk_context_memory_limit(context) / 1e9, duration);
}

static void print_kappa(const umk_conductivity *result) {
    if (result->sigma > 0) {
        printf("----------- Thermal conductivity (W/m-K) for sigma=%g -----------\n", result->sigma);
    } else {
        printf("----------- Thermal conductivity (W/m-K) with tetrahedron method -----------\n");
    }
    printf("#  T(K)        xx         yy         zz         yz         xz         xy\n");
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        printf("%7.1f ", result->temperatures[t]);
        for (int c = 0; c < 6; c++) printf(" %10.3f", result->kappa[t * 6 + c]);
        printf("\n");
    }
    printf("\n");
}

static umk_status write_results(umk_context *context, terminal *terminal, const umk_conductivity *results, int64_t n,
                                const umk_output_options *output) {
    for (int64_t s = 0; s < n; s++) {
        char *path = NULL;
        umk_status status = umk_conductivity_write(&path, context, &results[s], output);
        if (status != UMK_OK) return status;
        if (!terminal->quiet) print_kappa(&results[s]);
        terminal_say(terminal, "Thermal conductivity and related properties were written to \"%s\".", path);
        umk_string_free(path);
    }
    return UMK_OK;
}

/* phono3py.yaml is written where there is none, a file named with -o always: no input gets lost. */
static umk_status write_summary(umk_context *context, terminal *terminal, const model *model, const rta_options *o) {
    const char *path = o->summary != NULL ? o->summary : "phono3py.yaml";
    if (o->summary == NULL && access(path, F_OK) == 0) return UMK_OK;
    umk_status status = umk_summary_write(context, model->crystal, &model->input, path);
    if (status == UMK_OK) terminal_say(terminal, "The crystal of this calculation was written to \"%s\".", path);
    return status;
}

static umk_status run_model(umk_context *context, terminal *terminal, const model *model, rta_options *o,
                            umk_conductivity *results, umk_conductivity *read, bool *shown) {
    umk_status status;
    umk_output_options output = UMK_OUTPUT_OPTIONS_INIT;
    umk_transport_model transport = {model->crystal, model->harmonic, model->grid, model->phonons, model->interaction};
    umk_rta_options run = UMK_RTA_OPTIONS_INIT;
    umk_rta_estimate estimate;
    int64_t n_results = o->sigmas.n > 0 ? o->sigmas.n : 1;
    point_writer writer = {context, &output, n_results};
    if ((status = umk_compression_parse(&output.compression, context, o->compression)) != UMK_OK) return status;
    if ((status = make_mass_variances(o, context, terminal, model, shown)) != UMK_OK) return status;
    if (o->read_gamma) {
        umk_stage before = umk_context_enter_stage(context, UMK_STAGE_READING);
        status = read_gamma(read, context, terminal, model, o, &output);
        umk_context_enter_stage(context, before);
        if (status != UMK_OK) return status;
        run.read = read;
    }
    fill_rta(&run, o);
    if (o->write_gamma) {
        run.on_point = write_points;
        run.user = &writer;
    }
    if ((status = umk_rta_estimate_run(&estimate, context, &transport, &run)) != UMK_OK) return status;
    tell_estimate(terminal, &estimate, context);
    if (bytes_in_use() + estimate.bytes > (double)umk_context_memory_limit(context)) {
        terminal_error("the run does not fit into the memory that may be used: use a coarser mesh, fewer temperatures "
                       "(--ts) or threads, or raise --memory");
        *shown = true;
        return UMK_ERROR_MEMORY;
    }
    if (o->grid_points.n > 0 && !o->write_gamma) {
        terminal_log(terminal, UMK_LOG_WARNING, "--gp without --write-gamma: no linewidths will be written");
    }
    terminal_begin_progress(terminal, "Scattering");
    status = umk_rta_run(results, context, &transport, &run);
    terminal_end_progress(terminal);
    if (status != UMK_OK) return status;
    umk_context_enter_stage(context, UMK_STAGE_OUTPUT);
    if (o->write_gamma)
        terminal_say(terminal, "Linewidths of %lld grid points were written.", (long long)estimate.n_points);
    if (o->grid_points.n == 0) {
        if ((status = write_results(context, terminal, results, n_results, &output)) != UMK_OK) return status;
    }
    return write_summary(context, terminal, model, o);
}

/* Tells before the long part where a result could not be saved; they go to the current folder. */
static bool check_outputs(const rta_options *o) {
    if (access(".", W_OK) != 0) {
        terminal_error("the current folder is not writable: results could not be saved");
        return false;
    }
    return o->summary == NULL || output_check("-o", o->summary);
}

static int run_command(rta_options *o, terminal *terminal) {
    umk_context *context = NULL;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    model model;
    int exit_status;
    bool shown = false;
    int64_t n_results = o->sigmas.n > 0 ? o->sigmas.n : 1;
    umk_conductivity *results = calloc((size_t)n_results, sizeof *results);
    umk_conductivity *read = calloc((size_t)n_results, sizeof *read);
    options.n_threads = (int)o->n_threads;
    options.memory_limit = (int64_t)(o->memory * 1e9);
    options.log = terminal_log;
    options.progress = terminal_progress;
    options.user = terminal;
    if (results == NULL || read == NULL || umk_context_create(&context, &options) != UMK_OK) {
        terminal_error("the threads or the memory to start with cannot be had");
        free(results);
        free(read);
        return EXIT_DATA;
    }
    terminal_catch_signals(context);
    o->model.needs_interaction = o->constant_strength <= 0 && !o->read_gamma;
    if (o->model.q_direction.n > 0) {
        terminal_say(terminal, "--q-direction has no effect: kappa takes Gamma without the non-analytic term.");
        o->model.q_direction.n = 0;
    }
    exit_status = model_load(&model, context, terminal, &o->model);
    if (exit_status == EXIT_DONE) {
        umk_status status = run_model(context, terminal, &model, o, results, read, &shown);
        if (!shown) {
            exit_status = terminal_report(terminal, context, status);
        } else {
            exit_status = status == UMK_ERROR_ARGUMENT ? EXIT_USAGE : EXIT_DATA;
        }
    }
    /* Who interrupts a long run may well want to know what it was busy with. */
    if (o->timings && (exit_status == EXIT_DONE || exit_status == EXIT_INTERRUPTED)) timings_print(context);
    for (int64_t s = 0; s < n_results; s++) {
        umk_conductivity_clear(&results[s]);
        umk_conductivity_clear(&read[s]);
    }
    model_clear(&model);
    free(results);
    free(read);
    terminal_release_signals();
    umk_context_destroy(context);
    return exit_status;
}

static int parse_and_run(rta_options *o, terminal *terminal, const option *rows, int argc, char **argv) {
    arguments arguments;
    int exit_status = EXIT_USAGE;
    if (options_parse(rows, argc, argv, 2, &arguments)) {
        if (o->help) {
            printf(
                "usage: umklapp rta phono3py.yaml --mesh N N N [options]\n\n"
                "Lattice thermal conductivity in the relaxation-time approximation, from fc2.hdf5 and fc3.hdf5 beside\n"
                "the input. Options have the names and meanings of phono3py's.\n");
            options_print_help(rows);
            exit_status = EXIT_DONE;
        } else if (arguments.n_positional != 1) {
            terminal_usage_error("rta takes one input file, %lld given", (long long)arguments.n_positional);
        } else {
            o->model.input = arguments.positional[0];
            if (check_options(o) && make_temperatures(o) && make_sigmas(o)) {
                exit_status = check_outputs(o) ? run_command(o, terminal) : EXIT_DATA;
            }
        }
    }
    arguments_clear(&arguments);
    return exit_status;
}

int command_rta(int argc, char **argv) {
    rta_options o;
    terminal terminal;
    set_defaults(&o);
    terminal_init(&terminal);
    model_options *m = &o.model;
    const option rows[] = {
        {.kind = OPTION_HEADING, .help = "input"},
        {OPTION_TEXT, "--fc2", "FILE", "second-order force constants (default: fc2.hdf5 beside the input)", &m->fc2, 1,
         1, ANY_NUMBER},
        {OPTION_TEXT, "--fc3", "FILE", "third-order force constants (default: fc3.hdf5 beside the input)", &m->fc3, 1,
         1, ANY_NUMBER},
        {OPTION_TEXT, "--born", "FILE", "charges and dielectric tensor (default: in the input, or BORN beside it)",
         &m->born, 1, 1, ANY_NUMBER},
        {OPTION_WORDS, "--pa --primitive-axes --primitive-axis", "AXES",
         "primitive axes: auto, P, F, I, A, C, R or nine numbers", &m->primitive_axes, 1, 9, ANY_NUMBER},
        {OPTION_REALS, "--mass", "M ...", "masses of the primitive atoms (u)", &m->masses, 1, many, ABOVE(0)},
        {OPTION_REAL, "--tolerance", "D", "symmetry tolerance (angstrom, default 1e-5)", &m->tolerance, 1, 1, ABOVE(0)},
        {OPTION_FLAG, "--nosym", NULL, "use no symmetry", &m->no_symmetry, 0, 0, ANY_NUMBER},
        {.kind = OPTION_HEADING, .help = "grid"},
        {OPTION_REALS, "--mesh", "N N N", "mesh numbers, or one length (angstrom)", &m->mesh, 1, 3, ANY_NUMBER},
        {OPTION_FLAG, "--grg --generalized-regular-grid", NULL, "generalized regular grid from a length",
         &m->generalized, 0, 0, ANY_NUMBER},
        {OPTION_INTEGERS, "--gm --grid-matrix", "N ...", "grid generating matrix, nine integers or three",
         &m->grid_matrix, 3, 9, ANY_NUMBER},
        {OPTION_FLAG, "--nomeshsym", NULL, "do not reduce triplets by symmetry", &m->no_mesh_symmetry, 0, 0,
         ANY_NUMBER},
        {OPTION_FLAG, "--noks --no-kappa-stars", NULL, "all grid points instead of irreducible ones",
         &m->no_kappa_stars, 0, 0, ANY_NUMBER},
        {.kind = OPTION_HEADING, .help = "phonons"},
        {OPTION_FLAG, "--nonac", NULL, "leave the non-analytic term out", &m->no_nac, 0, 0, ANY_NUMBER},
        {OPTION_TEXT, "--nac-method", "NAME", "gonze (default) or wang", &m->nac_method, 1, 1, ANY_NUMBER},
        {OPTION_REALS, "--q-direction", "X Y Z",
         "accepted without effect, as in phono3py: kappa needs no direction at Gamma", &m->q_direction, 3, 3,
         ANY_NUMBER},
        {OPTION_REAL, "--cutoff-freq --cutoff-frequency", "F",
         "leave out modes below this frequency (THz, default 0.01)", &m->cutoff_frequency, 1, 1, FROM(0)},
        {OPTION_FLAG, "--exclude-gamma-acoustic", NULL, "set the three acoustic frequencies at Gamma to zero",
         &m->exclude_gamma_acoustic, 0, 0, ANY_NUMBER},
        {OPTION_UNFLAG, "--no-exclude-gamma-acoustic", NULL, "do not (default)", &m->exclude_gamma_acoustic, 0, 0,
         ANY_NUMBER},
        {.kind = OPTION_HEADING, .help = "integration over the Brillouin zone"},
        {OPTION_FLAG, "--thm --tetrahedron-method", NULL, "tetrahedron method (default without --sigma; with it: both)",
         &o.tetrahedra, 0, 0, ANY_NUMBER},
        {OPTION_REALS, "--sigma", "S ...", "Gaussian smearing of these widths (THz)", &o.sigmas, 1, many, ABOVE(0)},
        {OPTION_REAL, "--sigma-cutoff", "X", "cut the Gaussians off at X times the width", &o.sigma_cutoff, 1, 1,
         ABOVE(0)},
        {OPTION_FLAG, "--no-average-degenerate-weights", NULL,
         "do not average weights over degenerate bands (phono3py's default)", &o.plain_degenerate, 0, 0, ANY_NUMBER},
        {OPTION_UNFLAG, "--average-degenerate-weights", NULL, "do (default)", &o.plain_degenerate, 0, 0, ANY_NUMBER},
        {OPTION_FLAG, "--no-symmetrize-tetrahedra", NULL,
         "do not average tetrahedra over the point group (phono3py's default)", &o.plain_tetrahedra, 0, 0, ANY_NUMBER},
        {OPTION_UNFLAG, "--symmetrize-tetrahedra", NULL, "do (default)", &o.plain_tetrahedra, 0, 0, ANY_NUMBER},
        {.kind = OPTION_HEADING, .help = "scattering"},
        {OPTION_FLAG, "--isotope", NULL, "isotope scattering with natural mass variances", &o.isotope, 0, 0,
         ANY_NUMBER},
        {OPTION_REALS, "--mv --mass-variances", "G ...", "mass variances of the primitive atoms", &o.mass_variances, 1,
         many, FROM(0)},
        {OPTION_REAL, "--boundary-mfp --bmfp", "L", "boundary mean free path (micrometre, default 1e6)",
         &o.boundary_mfp, 1, 1, ABOVE(0)},
        {OPTION_FLAG, "--nu", NULL, "split linewidths into normal and Umklapp parts", &o.normal_umklapp, 0, 0,
         ANY_NUMBER},
        {OPTION_FLAG, "--full-pp", NULL, "all interaction strengths and their average", &o.full_strength, 0, 0,
         ANY_NUMBER},
        {OPTION_FLAG, "--ave-pp", NULL, "linewidths from the average strength of each mode", &o.average_strength, 0, 0,
         ANY_NUMBER},
        {OPTION_REAL, "--const-ave-pp", "P", "the same with one strength for all modes (eV^2)", &o.constant_strength, 1,
         1, ABOVE(0)},
        {OPTION_REAL, "--cutoff-fc3 --cutoff-fc3-distance", "D",
         "leave out third-order force constants of atoms farther apart than this (angstrom)", &m->fc3_cutoff, 1, 1,
         ABOVE(0)},
        {OPTION_FLAG, "--v2", NULL, "do not average fc3 over the three choices of the home atom", &m->no_r0_average, 0,
         0, ANY_NUMBER},
        {OPTION_FLAG, "--sym-fc3q", NULL, "symmetrize the strength over the order of the phonons (slow)",
         &m->symmetrize_fc3q, 0, 0, ANY_NUMBER},
        {.kind = OPTION_HEADING, .help = "temperatures"},
        {OPTION_REALS, "--ts --temperature", "T ...", "temperatures (K)", &o.temperatures, 1, many, FROM(0)},
        {OPTION_REAL, "--tmin", "T", "lowest temperature (default 0)", &o.tmin, 1, 1, FROM(0)},
        {OPTION_REAL, "--tmax", "T", "highest temperature (default 1000)", &o.tmax, 1, 1, FROM(0)},
        {OPTION_REAL, "--tstep", "T", "step (default 10)", &o.tstep, 1, 1, ABOVE(0)},
        {.kind = OPTION_HEADING, .help = "parts of a calculation"},
        {OPTION_INTEGERS, "--gp --grid-points", "N ...", "these grid points only; no kappa", &o.grid_points, 1, many,
         FROM(0)},
        {OPTION_FLAG, "--write-gamma", NULL, "write the linewidths of each grid point to its own file", &o.write_gamma,
         0, 0, ANY_NUMBER},
        {OPTION_FLAG, "--read-gamma", NULL, "read linewidths from such files or from kappa-m*.hdf5", &o.read_gamma, 0,
         0, ANY_NUMBER},
        {.kind = OPTION_HEADING, .help = "output and machine"},
        {OPTION_TEXT, "-o", "FILE", "name of the yaml summary (default: phono3py.yaml)", &o.summary, 1, 1, ANY_NUMBER},
        {OPTION_TEXT, "--hdf5-compression", "FILTER", "gzip (default), none or a level 0 to 9", &o.compression, 1, 1,
         ANY_NUMBER},
        {OPTION_INTEGER, "--threads", "N", "number of threads (default: UMKLAPP_NUM_THREADS, else all processors)",
         &o.n_threads, 1, 1, BETWEEN(1, UMK_MOST_THREADS), .variable = "UMKLAPP_NUM_THREADS"},
        {OPTION_INTEGER, "--gp-batch", "N",
         "grid points in flight at once (default: UMKLAPP_GP_BATCH_SIZE, else 0: chosen by the program)",
         &o.grid_points_in_flight, 1, 1, BETWEEN(0, many), .variable = "UMKLAPP_GP_BATCH_SIZE"},
        {OPTION_REAL, "--memory", "GB", "memory to stay below (default: 90 % of what is available)", &o.memory, 1, 1,
         FROM(1e-3)},
        {OPTION_FLAG, "--timings", NULL, "print what the time was spent on, also with --quiet", &o.timings, 0, 0,
         ANY_NUMBER},
        {OPTION_FLAG, "-q --quiet", NULL, "print warnings and errors only", &terminal.quiet, 0, 0, ANY_NUMBER},
        {OPTION_FLAG, "-v --verbose", NULL, "print details", &terminal.verbose, 0, 0, ANY_NUMBER},
        {OPTION_FLAG, "-h --help", NULL, "this text", &o.help, 0, 0, ANY_NUMBER},
        {OPTION_FLAG, "--br --bterta", NULL, "accepted without effect: the command is the choice", &o.ignored, 0, 0,
         ANY_NUMBER},
        {.kind = OPTION_HEADING},
    };
    int exit_status = parse_and_run(&o, &terminal, rows, argc, argv);
    clear_options(&o);
    return exit_status;
}
