/* Options of the commands that compute a conductivity: one table, of which each command has its part. */
#include "run_options.h"
#include "output.h"
#include "transport.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { many = 1000000 };

/* ---- life --------------------------------------------------------------------------------------------------------*/

void run_options_init(run_options *o, run_command command) {
    memset(o, 0, sizeof *o);
    o->command = command;
    o->tmax = 1000;
    o->tstep = 10;
    o->boundary_mfp = 1e6;
    o->model.tolerance = UMK_SYMMETRY_TOLERANCE;
    o->model.cutoff_frequency = UMK_CUTOFF_FREQUENCY;
    o->compression = "gzip";
    o->pinv_cutoff = o->pinv_method = -1;
}

void run_options_clear(run_options *o) {
    free(o->temperatures.values);
    free(o->sigmas.values);
    free(o->mass_variances.values);
    free(o->grid_points.values);
    free(o->collision_temperatures.values);
    free(o->read_collision.words);
    free(o->model.primitive_axes.words);
    free(o->model.masses.values);
    free(o->model.q_direction.values);
    free(o->model.mesh.values);
    free(o->model.grid_matrix.values);
}

/* ---- checks ------------------------------------------------------------------------------------------------------*/

/* The width is part of the file name, with six decimals: each must have its own. */
static bool check_sigmas(const run_options *o) {
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

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), n_end = strlen(end);
    return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

/* A checkpoint under the name of a result would end with the run, and the result with it. */
static bool check_checkpoint(const run_options *o) {
    const char *path = o->checkpoint;
    if (path[0] == '\0') {
        terminal_usage_error("--checkpoint takes the name of a file");
    } else if (model_reads(&o->model, path)) {
        terminal_usage_error("--checkpoint %s is an input file", path);
    } else if (ends_with(path, ".hdf5") || ends_with(path, ".yaml") ||
               (o->summary != NULL && (strcmp(path, o->summary) == 0 || output_is_same_file(path, o->summary)))) {
        terminal_usage_error("--checkpoint %s: names of results cannot be taken (*.hdf5, *.yaml, that of -o)", path);
    } else {
        return true;
    }
    return false;
}

static bool check_lbte(run_options *o) {
    bool reads = o->read_collision.n > 0;
    if (o->solver_name != NULL && strcasecmp(o->solver_name, "direct") != 0 &&
        strcasecmp(o->solver_name, "iterative") != 0) {
        terminal_usage_error("--solver: \"%s\" is neither iterative nor direct", o->solver_name);
        return false;
    }
    bool iterative = o->solver_name != NULL && strcasecmp(o->solver_name, "iterative") == 0;
    bool needs_direct = reads || o->reducible || o->relaxons || o->pinv_cutoff >= 0 || o->pinv_method >= 0;
    if (iterative && needs_direct) {
        terminal_usage_error(
            "--read-collision, --reducible-colmat, --relaxons, --pinv-cutoff and --pinv-method need --solver direct");
        return false;
    }
    o->solver = needs_direct || (o->solver_name != NULL && !iterative) ? UMK_LBTE_DIRECT : UMK_LBTE_ITERATIVE;
    if (o->reducible && (reads || o->write_collision || o->relaxons)) {
        terminal_usage_error("--reducible-colmat excludes --read-collision, --write-collision and --relaxons");
        return false;
    }
    if (reads && o->write_collision) {
        terminal_usage_error("--write-collision excludes --read-collision");
        return false;
    }
    if (o->grid_points.n > 0 && !o->write_collision) {
        terminal_usage_error("--gp needs --write-collision: kappa takes all grid points");
        return false;
    }
    if (o->checkpoint != NULL && (o->no_checkpoint || reads || o->grid_points.n > 0)) {
        terminal_usage_error("--checkpoint excludes --no-checkpoint, --read-collision and --gp");
        return false;
    }
    o->model.no_mesh_symmetry = o->model.no_mesh_symmetry || o->model.no_kappa_stars; /* see umk_lbte_run */
    return o->checkpoint == NULL || check_checkpoint(o);
}

static bool check_options(run_options *o) {
    if (o->transport_name != NULL && !transport_parse(&o->transport, o->transport_name)) return false;
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

static bool make_temperatures(run_options *o) {
    if (o->temperatures.n > 0) return true;
    int64_t n = (int64_t)floor((o->tmax - o->tmin) / o->tstep + 0.1 + 1e-9) + 1;
    o->temperatures.values = calloc((size_t)n, sizeof(double));
    if (o->temperatures.values == NULL) return fail_memory();
    for (int64_t i = 0; i < n; i++) o->temperatures.values[i] = o->tmin + (double)i * o->tstep;
    o->temperatures.n = n;
    return true;
}

/* With --thm the tetrahedron method comes first, as sigma 0. */
static bool make_sigmas(run_options *o) {
    if (o->sigmas.n == 0 || !o->tetrahedra) return true;
    double *values = calloc((size_t)o->sigmas.n + 1, sizeof(double));
    if (values == NULL) return fail_memory();
    memcpy(values + 1, o->sigmas.values, (size_t)o->sigmas.n * sizeof(double));
    free(o->sigmas.values);
    o->sigmas.values = values;
    o->sigmas.n++;
    return true;
}

/* "all", or numbers of temperatures. */
static bool make_collision_temperatures(run_options *o) {
    const word_list *words = &o->read_collision;
    if (words->n == 0 || (words->n == 1 && strcmp(words->words[0], "all") == 0)) return true;
    o->collision_temperatures.values = calloc((size_t)words->n, sizeof(int64_t));
    if (o->collision_temperatures.values == NULL) return fail_memory();
    for (int64_t i = 0; i < words->n; i++) {
        char *end;
        long long number = strtoll(words->words[i], &end, 10);
        if (end == words->words[i] || *end != '\0' || number < 0 || number > many) {
            terminal_usage_error("--read-collision takes \"all\" or numbers of temperatures, not \"%s\"",
                                 words->words[i]);
            return false;
        }
        o->collision_temperatures.values[i] = number;
    }
    o->collision_temperatures.n = words->n;
    return true;
}

bool run_options_complete(run_options *o) {
    return check_options(o) && (o->command != RUN_LBTE || check_lbte(o)) && make_temperatures(o) && make_sigmas(o) &&
           make_collision_temperatures(o);
}

void run_options_fill(umk_rta_options *run, const run_options *o) {
    run->n_temperatures = o->temperatures.n;
    run->temperatures = o->temperatures.values;
    run->n_sigmas = o->sigmas.n;
    run->sigmas = o->sigmas.values;
    run->sigma_cutoff = o->sigma_cutoff;
    run->no_average_degenerate_weights = o->plain_degenerate;
    run->no_symmetrize_tetrahedra = o->plain_tetrahedra;
    run->normal_umklapp = o->normal_umklapp;
    /* phono3py keeps all strengths, and so their average, where it symmetrizes them. */
    run->full_strength =
        o->full_strength || (o->command == RUN_RTA && o->model.symmetrize_fc3q && o->model.needs_interaction);
    run->average_strength = o->average_strength;
    run->constant_strength = o->constant_strength;
    run->mass_variances = o->mass_variances.n > 0 ? o->mass_variances.values : NULL;
    run->boundary_mfp = o->boundary_mfp;
    run->cutoff_frequency = o->model.cutoff_frequency;
    run->no_kappa_stars = o->model.no_kappa_stars;
    run->transport = o->transport;
    run->n_grid_points = o->grid_points.n;
    run->grid_points = o->grid_points.values;
    run->grid_points_in_flight = o->grid_points_in_flight;
}

/* ---- table -------------------------------------------------------------------------------------------------------*/

void run_options_rows(run_options *o, terminal *terminal, option *rows) {
    model_options *m = &o->model;
    const struct {
        run_command commands;
        option row;
    } table[] = {
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "input"}},
        {RUN_ANY,
         {OPTION_TEXT, "--fc2", "FILE", "second-order force constants (default: fc2.hdf5 beside the input)", &m->fc2, 1,
          1, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_TEXT, "--fc3", "FILE", "third-order force constants (default: fc3.hdf5 beside the input)", &m->fc3, 1,
          1, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_TEXT, "--born", "FILE", "charges and dielectric tensor (default: in the input, or BORN beside it)",
          &m->born, 1, 1, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_WORDS, "--pa --primitive-axes --primitive-axis", "AXES",
          "primitive axes: auto, P, F, I, A, C, R or nine numbers", &m->primitive_axes, 1, 9, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_REALS, "--mass", "M ...", "masses of the primitive atoms (u)", &m->masses, 1, many, ABOVE(0)}},
        {RUN_RTA,
         {OPTION_REAL, "--tolerance --symmetry-tolerance", "D", "symmetry tolerance (angstrom, default 1e-5)",
          &m->tolerance, 1, 1, ABOVE(0)}},
        {RUN_LBTE,
         {OPTION_REAL, "--symmetry-tolerance", "D", "symmetry tolerance (angstrom, default 1e-5)", &m->tolerance, 1, 1,
          ABOVE(0)}},
        {RUN_ANY, {OPTION_FLAG, "--nosym", NULL, "use no symmetry", &m->no_symmetry, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "grid"}},
        {RUN_ANY,
         {OPTION_REALS, "--mesh", "N N N", "mesh numbers, or one length (angstrom)", &m->mesh, 1, 3, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_FLAG, "--grg --generalized-regular-grid", NULL, "generalized regular grid from a length",
          &m->generalized, 0, 0, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_INTEGERS, "--gm --grid-matrix", "N ...", "grid generating matrix, nine integers or three",
          &m->grid_matrix, 3, 9, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_FLAG, "--nomeshsym", NULL, "do not reduce triplets by symmetry", &m->no_mesh_symmetry, 0, 0,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_FLAG, "--noks --no-kappa-stars", NULL, "all grid points instead of irreducible ones",
          &m->no_kappa_stars, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "phonons"}},
        {RUN_ANY, {OPTION_FLAG, "--nonac", NULL, "leave the non-analytic term out", &m->no_nac, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {OPTION_TEXT, "--nac-method", "NAME", "gonze (default) or wang", &m->nac_method, 1, 1, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_REALS, "--q-direction", "X Y Z",
          "accepted without effect, as in phono3py: kappa needs no direction at Gamma", &m->q_direction, 3, 3,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_REAL, "--cutoff-freq --cutoff-frequency", "F",
          "leave out modes below this frequency (THz, default 0.01)", &m->cutoff_frequency, 1, 1, FROM(0)}},
        {RUN_ANY,
         {OPTION_FLAG, "--exclude-gamma-acoustic", NULL, "set the three acoustic frequencies at Gamma to zero",
          &m->exclude_gamma_acoustic, 0, 0, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_UNFLAG, "--no-exclude-gamma-acoustic", NULL, "do not (default)", &m->exclude_gamma_acoustic, 0, 0,
          ANY_NUMBER}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "integration over the Brillouin zone"}},
        {RUN_ANY,
         {OPTION_FLAG, "--thm --tetrahedron-method", NULL,
          "tetrahedron method (default without --sigma; with it: both)", &o->tetrahedra, 0, 0, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_REALS, "--sigma", "S ...", "Gaussian smearing of these widths (THz)", &o->sigmas, 1, many, ABOVE(0)}},
        {RUN_ANY,
         {OPTION_REAL, "--sigma-cutoff", "X", "cut the Gaussians off at X times the width", &o->sigma_cutoff, 1, 1,
          ABOVE(0)}},
        {RUN_ANY,
         {OPTION_FLAG, "--no-average-degenerate-weights", NULL,
          "do not average weights over degenerate bands (phono3py's default)", &o->plain_degenerate, 0, 0, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_UNFLAG, "--average-degenerate-weights", NULL, "do (default)", &o->plain_degenerate, 0, 0, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_FLAG, "--no-symmetrize-tetrahedra", NULL,
          "do not average tetrahedra over the point group (phono3py's default)", &o->plain_tetrahedra, 0, 0,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_UNFLAG, "--symmetrize-tetrahedra", NULL, "do (default)", &o->plain_tetrahedra, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "scattering"}},
        {RUN_ANY,
         {OPTION_FLAG, "--isotope", NULL, "isotope scattering with natural mass variances", &o->isotope, 0, 0,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_REALS, "--mv --mass-variances", "G ...", "mass variances of the primitive atoms", &o->mass_variances,
          1, many, FROM(0)}},
        {RUN_ANY,
         {OPTION_REAL, "--boundary-mfp --bmfp", "L", "boundary mean free path (micrometre, default 1e6)",
          &o->boundary_mfp, 1, 1, ABOVE(0)}},
        {RUN_RTA,
         {OPTION_FLAG, "--nu", NULL, "split linewidths into normal and Umklapp parts", &o->normal_umklapp, 0, 0,
          ANY_NUMBER}},
        {RUN_RTA,
         {OPTION_FLAG, "--full-pp", NULL, "all interaction strengths and their average", &o->full_strength, 0, 0,
          ANY_NUMBER}},
        {RUN_RTA,
         {OPTION_FLAG, "--ave-pp", NULL, "linewidths from the average strength of each mode", &o->average_strength, 0,
          0, ANY_NUMBER}},
        {RUN_RTA,
         {OPTION_REAL, "--const-ave-pp", "P", "the same with one strength for all modes (eV^2)", &o->constant_strength,
          1, 1, ABOVE(0)}},
        {RUN_ANY,
         {OPTION_REAL, "--cutoff-fc3 --cutoff-fc3-distance", "D",
          "leave out third-order force constants of atoms farther apart than this (angstrom)", &m->fc3_cutoff, 1, 1,
          ABOVE(0)}},
        {RUN_ANY,
         {OPTION_FLAG, "--v2", NULL, "do not average fc3 over the three choices of the home atom", &m->no_r0_average, 0,
          0, ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_FLAG, "--sym-fc3q", NULL, "symmetrize the strength over the order of the phonons (slow)",
          &m->symmetrize_fc3q, 0, 0, ANY_NUMBER}},
        {RUN_LBTE, {.kind = OPTION_HEADING, .help = "solution"}},
        {RUN_LBTE,
         {OPTION_TEXT, "--solver", "NAME", "iterative (default) or direct", &o->solver_name, 1, 1, ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_REAL, "--tolerance", "X", "iterative: relative change of kappa at which it ends (default 1e-8)",
          &o->kappa_tolerance, 1, 1, .lower = 0, .open = true, .upper = 0.1}},
        {RUN_LBTE,
         {OPTION_INTEGER, "--max-iterations", "N", "iterative: give up after so many (default 500)",
          &o->most_iterations, 1, 1, BETWEEN(1, many)}},
        {RUN_LBTE,
         {OPTION_REAL, "--pinv-cutoff", "X",
          "direct: eigenvalues up to this are taken as zero (THz; default: rounding errors only)", &o->pinv_cutoff, 1,
          1, FROM(0)}},
        {RUN_LBTE,
         {OPTION_INTEGER, "--pinv-method", "N", "direct: 0 compares absolute values (default), 1 the eigenvalues",
          &o->pinv_method, 1, 1, .lower = 0, .upper = 1}},
        {RUN_LBTE,
         {OPTION_INTEGER, "--pinv-solver", "N",
          "accepted without effect, 0 to 7: eigenvalues come from LAPACK's dsyevd", &o->pinv_solver, 1, 1, .lower = 0,
          .upper = 7}},
        {RUN_LBTE,
         {OPTION_FLAG, "--reducible-colmat", NULL, "direct: the matrix on all modes of the grid", &o->reducible, 0, 0,
          ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_FLAG, "--relaxons", NULL, "direct: write the share of each eigenvector to relaxons-m*.hdf5",
          &o->relaxons, 0, 0, ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_FLAG, "--whole-degenerate-sets", NULL,
          "leave out what modes of a degenerate set do not have in common (as phono3py)", &o->whole_sets, 0, 0,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_TEXT, "--transport --tt --transport-type", "NAME",
          "boltzmann (default), or with pairs of bands: wigner (smm19), njc23, ibdb19", &o->transport_name, 1, 1,
          ANY_NUMBER}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "temperatures"}},
        {RUN_ANY,
         {OPTION_REALS, "--ts --temperature", "T ...", "temperatures (K)", &o->temperatures, 1, many, FROM(0)}},
        {RUN_ANY, {OPTION_REAL, "--tmin", "T", "lowest temperature (default 0)", &o->tmin, 1, 1, FROM(0)}},
        {RUN_ANY, {OPTION_REAL, "--tmax", "T", "highest temperature (default 1000)", &o->tmax, 1, 1, FROM(0)}},
        {RUN_ANY, {OPTION_REAL, "--tstep", "T", "step (default 10)", &o->tstep, 1, 1, ABOVE(0)}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "parts of a calculation"}},
        {RUN_ANY,
         {OPTION_INTEGERS, "--gp --grid-points", "N ...", "these grid points only; no kappa", &o->grid_points, 1, many,
          FROM(0)}},
        {RUN_RTA,
         {OPTION_FLAG, "--write-gamma", NULL, "write the linewidths of each grid point to its own file",
          &o->write_gamma, 0, 0, ANY_NUMBER}},
        {RUN_RTA,
         {OPTION_FLAG, "--read-gamma", NULL, "read linewidths from such files or from kappa-m*.hdf5", &o->read_gamma, 0,
          0, ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_FLAG, "--write-collision", NULL,
          "write rows of the collision matrix to a file of each grid point; with --gp these alone", &o->write_collision,
          0, 0, ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_WORDS, "--read-collision", "all|N ...",
          "read the collision matrix, at all or these of its temperatures (counted from 0); solved directly",
          &o->read_collision, 1, many, ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_TEXT, "--checkpoint", "FILE",
          "go on from this file after an interruption (default in runs of over ten minutes: lbte-m*.checkpoint)",
          &o->checkpoint, 1, 1, ANY_NUMBER}},
        {RUN_LBTE, {OPTION_FLAG, "--no-checkpoint", NULL, "keep no checkpoint", &o->no_checkpoint, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {.kind = OPTION_HEADING, .help = "output and machine"}},
        {RUN_ANY,
         {OPTION_TEXT, "-o", "FILE", "name of the yaml summary (default: phono3py.yaml)", &o->summary, 1, 1,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_TEXT, "--hdf5-compression", "FILTER", "gzip (default), none or a level 0 to 9", &o->compression, 1, 1,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_INTEGER, "--threads", "N", "number of threads (default: UMKLAPP_NUM_THREADS, else all processors)",
          &o->n_threads, 1, 1, BETWEEN(1, UMK_MOST_THREADS), .variable = "UMKLAPP_NUM_THREADS"}},
        {RUN_ANY,
         {OPTION_INTEGER, "--gp-batch", "N",
          "grid points in flight at once (default: UMKLAPP_GP_BATCH_SIZE, else 0: chosen by the program)",
          &o->grid_points_in_flight, 1, 1, BETWEEN(0, many), .variable = "UMKLAPP_GP_BATCH_SIZE"}},
        {RUN_ANY,
         {OPTION_BYTES, "--memory", "N[M|G]",
          "memory to stay below, in GB or with a unit (default: 90 % of what is available; lbte: 80 %)", &o->memory, 1,
          1, ABOVE(0)}},
        {RUN_ANY,
         {OPTION_FLAG, "--timings", NULL, "print what the time was spent on, also with --quiet", &o->timings, 0, 0,
          ANY_NUMBER}},
        {RUN_ANY,
         {OPTION_FLAG, "-q --quiet", NULL, "print warnings and errors only", &terminal->quiet, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {OPTION_FLAG, "-v --verbose", NULL, "print details", &terminal->verbose, 0, 0, ANY_NUMBER}},
        {RUN_ANY, {OPTION_FLAG, "-h --help", NULL, "this text", &o->help, 0, 0, ANY_NUMBER}},
        {RUN_RTA,
         {OPTION_FLAG, "--br --bterta", NULL, "accepted without effect: the command is the choice", &o->ignored, 0, 0,
          ANY_NUMBER}},
        {RUN_LBTE,
         {OPTION_FLAG, "--lbte", NULL, "accepted without effect: the command is the choice", &o->ignored, 0, 0,
          ANY_NUMBER}},
    };
    int n = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].commands & o->command) rows[n++] = table[i].row;
    }
    rows[n] = (option){.kind = OPTION_HEADING};
}
