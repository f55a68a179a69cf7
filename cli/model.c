/* Loading: input file, force constants, grid, phonons, interaction, each told in a line of the log. */
#include "model.h"
#include "output.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        status = (call);                                                                                               \
        if (status != UMK_OK) return status;                                                                           \
    } while (0)

static bool is_mesh_number(double x) {
    return x == floor(x) && x >= 1 && x <= 1e9;
}

static bool check_axes(const word_list *axes) {
    if (axes->n == 0) return true;
    if (axes->n == 1) {
        static const char *const known[] = {"auto", "P", "F", "I", "A", "C", "R"};
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            if (strcmp(axes->words[0], known[i]) == 0) return true;
        }
    }
    if (axes->n == 9) return true;
    terminal_usage_error("--pa takes auto, P, F, I, A, C, R or nine numbers");
    return false;
}

bool model_check_options(const model_options *options) {
    const real_list *mesh = &options->mesh;
    if ((mesh->n == 0) == (options->grid_matrix.n == 0)) {
        terminal_usage_error("give one of --mesh (three numbers or a length) and --gm");
        return false;
    }
    if (mesh->n != 0 && mesh->n != 1 && mesh->n != 3) {
        terminal_usage_error("--mesh takes three numbers or one length, %lld given", (long long)mesh->n);
        return false;
    }
    for (int64_t i = 0; mesh->n == 3 && i < 3; i++) {
        if (is_mesh_number(mesh->values[i])) continue;
        terminal_usage_error("--mesh: %g is not a positive integer (up to 1e9)", mesh->values[i]);
        return false;
    }
    if (mesh->n == 1 && !(mesh->values[0] > 0)) {
        terminal_usage_error("--mesh: the length %g is not above 0", mesh->values[0]);
        return false;
    }
    const real_list *direction = &options->q_direction;
    if (direction->n == 3 && direction->values[0] == 0 && direction->values[1] == 0 && direction->values[2] == 0) {
        terminal_usage_error("--q-direction: 0 0 0 is no direction");
        return false;
    }
    if (options->grid_matrix.n != 0 && options->grid_matrix.n != 3 && options->grid_matrix.n != 9) {
        terminal_usage_error("--gm takes nine integers, or three for a diagonal matrix");
        return false;
    }
    if (options->nac_method != NULL && strcmp(options->nac_method, "gonze") != 0 &&
        strcmp(options->nac_method, "wang") != 0) {
        terminal_usage_error("--nac-method: \"%s\" is neither gonze nor wang", options->nac_method);
        return false;
    }
    return check_axes(&options->primitive_axes);
}

/* ---- files ------------------------------------------------------------------------------------------------------*/

/* A file in the folder of the input, freed by the caller. */
static char *beside(const char *input, const char *name) {
    const char *slash = strrchr(input, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - input) + 1;
    char *path = malloc(folder + strlen(name) + 1);
    if (path == NULL) return NULL;
    memcpy(path, input, folder);
    strcpy(path + folder, name);
    return path;
}

bool model_reads(const model_options *options, const char *path) {
    const char *const usual[] = {"fc2.hdf5", "fc3.hdf5", "BORN"};
    const char *const named[] = {options->fc2, options->fc3, options->born};
    bool found = output_is_same_file(path, options->input);
    for (int i = 0; i < 3; i++) {
        char *place = named[i] != NULL ? strdup(named[i]) : beside(options->input, usual[i]);
        found = found || (place != NULL && output_is_same_file(path, place));
        free(place);
    }
    return found;
}

static void explain_missing(const model *model, const char *input, const char *path, const char *option) {
    const char *forces =
        model->input.has_forces ? "the file has forces: run \"phono3py" : "with the forces at hand run \"phono3py";
    terminal_error("%s is missing: name another with %s, or make it: %s %s\" (phono3py 3 or later), which writes "
                   "fc2.hdf5 and fc3.hdf5",
                   path, option, forces, input);
}

/* Reads fc2 or fc3 from the named file or from its usual place. *shown is set when the error was already printed. */
static umk_status read_constants(const model *model, umk_context *context, terminal *terminal, const char *input,
                                 const char *named, int rank, umk_force_constants_file *file, bool *shown) {
    const char *option = rank == 2 ? "--fc2" : "--fc3";
    char *path = named != NULL ? strdup(named) : beside(input, rank == 2 ? "fc2.hdf5" : "fc3.hdf5");
    if (path == NULL) return UMK_ERROR_MEMORY;
    umk_status status;
    if (access(path, F_OK) != 0) {
        explain_missing(model, input, path, option);
        *shown = true;
        status = UMK_ERROR_IO;
    } else {
        umk_stage before = umk_context_enter_stage(context, UMK_STAGE_READING);
        status = umk_force_constants_read(file, context, path, rank);
        umk_context_enter_stage(context, before);
        if (status == UMK_OK) {
            terminal_say(terminal, "fc%d was read from \"%s\" (%s).", rank, path,
                         file->n_rows == file->n_supercell ? "full" : "compact");
        }
    }
    free(path);
    return status;
}

/* ---- crystal ----------------------------------------------------------------------------------------------------*/

static umk_status read_born(const model_options *options, model *model, umk_context *context, terminal *terminal,
                            umk_born *born, bool *found) {
    *found = false;
    if (options->no_nac) return UMK_OK;
    if (options->born == NULL && model->input.born.n_atoms > 0) return UMK_OK;
    char *path = options->born != NULL ? strdup(options->born) : beside(options->input, "BORN");
    if (path == NULL) return UMK_ERROR_MEMORY;
    umk_status status = UMK_OK;
    if (options->born != NULL || access(path, F_OK) == 0) {
        umk_stage before = umk_context_enter_stage(context, UMK_STAGE_READING);
        status = umk_born_read(born, context, path);
        umk_context_enter_stage(context, before);
        *found = status == UMK_OK;
        if (*found) terminal_say(terminal, "Parameters of the non-analytic term were read from \"%s\".", path);
    }
    free(path);
    return status;
}

static bool parse_axes(const word_list *axes, double matrix[3][3]) {
    for (int i = 0; i < 9; i++) {
        char *end;
        matrix[i / 3][i % 3] = strtod(axes->words[i], &end);
        if (*end == '/' && end != axes->words[i]) {
            char *denominator = end + 1;
            matrix[i / 3][i % 3] /= strtod(denominator, &end);
        }
        if (end == axes->words[i] || *end != '\0' || !isfinite(matrix[i / 3][i % 3])) {
            terminal_usage_error("--pa: \"%s\" is not a number", axes->words[i]);
            return false;
        }
    }
    return true;
}

/* Makes the crystal again with the masses of the command line, once the number of its atoms is known. */
static umk_status replace_masses(const model_options *options, model *model, umk_context *context,
                                 umk_crystal_options *chosen, bool *shown) {
    int64_t n_atoms = umk_crystal_primitive(model->crystal)->n_atoms;
    if (options->masses.n != n_atoms) {
        terminal_usage_error("--mass: %lld masses for %lld atoms of the primitive cell", (long long)options->masses.n,
                             (long long)n_atoms);
        *shown = true;
        return UMK_ERROR_ARGUMENT;
    }
    chosen->masses = options->masses.values;
    umk_crystal_destroy(model->crystal);
    return umk_crystal_create(&model->crystal, context, chosen);
}

static umk_status make_crystal(const model_options *options, model *model, umk_context *context, terminal *terminal,
                               bool *shown) {
    umk_status status;
    const umk_input *input = &model->input;
    umk_crystal_options chosen = UMK_CRYSTAL_OPTIONS_INIT;
    umk_born born = {0};
    double axes[3][3];
    chosen.unit_cell = input->unit_cell.n_atoms > 0 ? &input->unit_cell : &input->primitive_cell;
    if (chosen.unit_cell->n_atoms == 0) {
        terminal_error("%s: there is no unit_cell in it", options->input);
        *shown = true;
        return UMK_ERROR_INPUT;
    }
    if (input->has_supercell_matrix) chosen.supercell_matrix = input->supercell_matrix;
    if (input->has_phonon_supercell_matrix) chosen.phonon_supercell_matrix = input->phonon_supercell_matrix;
    chosen.primitive_axes = input->primitive_axes[0] != '\0' ? input->primitive_axes : "auto";
    if (options->primitive_axes.n == 1) {
        chosen.primitive_axes = options->primitive_axes.words[0];
    } else if (options->primitive_axes.n == 9) {
        if (!parse_axes(&options->primitive_axes, axes)) {
            *shown = true;
            return UMK_ERROR_ARGUMENT;
        }
        chosen.primitive_matrix = (const double(*)[3])axes;
    } else if (input->has_primitive_matrix) {
        chosen.primitive_matrix = input->primitive_matrix;
    }
    chosen.symmetry_tolerance = options->tolerance;
    chosen.no_symmetry = options->no_symmetry;
    status = read_born(options, model, context, terminal, &born, &chosen.born_sparse);
    if (chosen.born_sparse) {
        chosen.born = &born;
    } else if (!options->no_nac && input->born.n_atoms > 0) {
        chosen.born = &input->born;
    }
    if (status == UMK_OK) status = umk_crystal_create(&model->crystal, context, &chosen);
    if (status == UMK_OK && options->masses.n > 0) status = replace_masses(options, model, context, &chosen, shown);
    umk_born_clear(&born);
    return status;
}

static void tell_crystal(const model *model, terminal *terminal) {
    const umk_cell *primitive = umk_crystal_primitive(model->crystal);
    int number;
    const char *symbol = umk_crystal_space_group(model->crystal, &number);
    char formula[256];
    size_t used = 0;
    for (int64_t i = 0; i < primitive->n_atoms && used < sizeof formula - 2 * UMK_SYMBOL_SIZE; i++) {
        used +=
            (size_t)snprintf(formula + used, sizeof formula - used, "%s%s", i > 0 ? " " : "", primitive->symbols[i]);
    }
    terminal_say(terminal, "Space group: %s (%d), %lld rotations.", symbol, number,
                 (long long)umk_crystal_n_rotations(model->crystal));
    terminal_say(terminal, "Primitive cell: %lld atoms (%s), %.3f A^3. Supercell: %lld atoms.",
                 (long long)primitive->n_atoms, formula, umk_cell_volume(primitive),
                 (long long)umk_crystal_supercell(model->crystal)->n_atoms);
    if (umk_crystal_phonon_supercell(model->crystal)->n_atoms != umk_crystal_supercell(model->crystal)->n_atoms) {
        terminal_say(terminal, "Supercell of fc2: %lld atoms.",
                     (long long)umk_crystal_phonon_supercell(model->crystal)->n_atoms);
    }
}

/* ---- force constants ----------------------------------------------------------------------------------------------*/

/* Shares of the largest element above which a warning is given. */
static const double drift_limit = 1e-3, asymmetry_limit = 1e-4;

static void tell_quality(umk_context *context, terminal *terminal, const char *name, int n_indices,
                         const umk_force_constants_quality *quality) {
    (void)context;
    double worst = 0;
    for (int i = 0; i < n_indices; i++) worst = quality->drift[i] > worst ? quality->drift[i] : worst;
    if (n_indices == 2) {
        terminal_say(terminal, "Drift of %s: %.2e %.2e, permutation asymmetry: %.2e, largest element: %.3g.", name,
                     quality->drift[0], quality->drift[1], quality->asymmetry, quality->largest);
    } else {
        terminal_say(terminal, "Drift of %s: %.2e %.2e %.2e, permutation asymmetry: %.2e, largest element: %.3g.", name,
                     quality->drift[0], quality->drift[1], quality->drift[2], quality->asymmetry, quality->largest);
    }
    char line[256];
    if (worst > drift_limit * quality->largest) {
        snprintf(line, sizeof line, "%s has a drift of %.2e: it does not obey the acoustic sum rule well", name, worst);
        terminal_log(terminal, UMK_LOG_WARNING, line);
    }
    if (quality->asymmetry > asymmetry_limit * quality->largest) {
        snprintf(line, sizeof line, "%s changes by %.2e under exchange of its indices: symmetrize it", name,
                 quality->asymmetry);
        terminal_log(terminal, UMK_LOG_WARNING, line);
    }
}

static umk_status load_fc2(const model_options *options, model *model, umk_context *context, terminal *terminal,
                           bool *shown) {
    umk_force_constants_file file = {0};
    umk_force_constants_quality quality;
    umk_status status = read_constants(model, context, terminal, options->input, options->fc2, 2, &file, shown);
    if (status == UMK_OK) status = umk_fc2_create(&model->fc2, context, model->crystal, &file);
    if (status == UMK_OK) status = umk_fc2_quality(&quality, context, model->fc2, model->crystal);
    if (status == UMK_OK) tell_quality(context, terminal, "fc2", 2, &quality);
    umk_force_constants_file_clear(&file);
    return status;
}

/* With a cut-off, quality is that of what the run computes with. */
static umk_status load_fc3(umk_fc3 **fc3, const model_options *options, const model *model, umk_context *context,
                           terminal *terminal, bool *shown) {
    umk_force_constants_file file = {0};
    umk_force_constants_quality quality;
    double cutoff = options->fc3_cutoff;
    int64_t n_kept = 0;
    umk_status status = read_constants(model, context, terminal, options->input, options->fc3, 3, &file, shown);
    if (status == UMK_OK && cutoff <= 0) status = umk_fc3_take(fc3, context, model->crystal, &file);
    if (status == UMK_OK && cutoff > 0) {
        status = umk_fc3_create_within(fc3, &n_kept, context, model->crystal, &file, cutoff);
        int64_t n_s = umk_crystal_supercell(model->crystal)->n_atoms;
        double n_blocks = (double)(umk_crystal_primitive(model->crystal)->n_atoms * n_s * n_s);
        if (status == UMK_OK) {
            terminal_say(terminal, "Cut-off of fc3 at %g A: %lld of %.0f blocks remain (%.2f %%).", cutoff,
                         (long long)n_kept, n_blocks, 100 * (double)n_kept / n_blocks);
        }
    }
    umk_force_constants_file_clear(&file);
    if (status == UMK_OK) status = umk_fc3_quality(&quality, context, *fc3, model->crystal);
    if (status == UMK_OK) tell_quality(context, terminal, cutoff > 0 ? "fc3 within the cut-off" : "fc3", 3, &quality);
    return status;
}

static umk_status load_interaction(const model_options *options, model *model, umk_context *context, terminal *terminal,
                                   bool *shown) {
    umk_fc3 *fc3 = NULL;
    umk_interaction_options chosen = UMK_INTERACTION_OPTIONS_INIT;
    chosen.no_r0_average = options->no_r0_average;
    chosen.symmetrize_fc3q = options->symmetrize_fc3q;
    chosen.cutoff_frequency = options->cutoff_frequency;
    umk_status status = load_fc3(&fc3, options, model, context, terminal, shown);
    if (status == UMK_OK) {
        status = umk_interaction_create(&model->interaction, context, model->crystal, fc3, &chosen);
    }
    if (status == UMK_OK) {
        terminal_say(terminal, "Kernels of the three-phonon part: %s.", umk_interaction_kernels(model->interaction));
    }
    umk_fc3_destroy(fc3);
    return status;
}

/* ---- grid and phonons -------------------------------------------------------------------------------------------*/

static umk_status make_grid(const model_options *options, model *model, umk_context *context, terminal *terminal) {
    umk_status status;
    umk_grid_options chosen = UMK_GRID_OPTIONS_INIT;
    int64_t matrix[3][3] = {{0}}, mesh[3];
    if (options->mesh.n == 1) chosen.length = options->mesh.values[0];
    for (int i = 0; options->mesh.n == 3 && i < 3; i++) chosen.mesh[i] = (int64_t)options->mesh.values[i];
    for (int64_t i = 0; i < options->grid_matrix.n; i++) {
        if (options->grid_matrix.n == 9) {
            matrix[i / 3][i % 3] = options->grid_matrix.values[i];
        } else {
            matrix[i][i] = options->grid_matrix.values[i];
        }
    }
    if (options->grid_matrix.n > 0) chosen.grid_matrix = (const int64_t(*)[3])matrix;
    chosen.generalized = options->generalized;
    chosen.no_mesh_symmetry = options->no_mesh_symmetry || options->no_symmetry;
    chosen.no_grid_point_symmetry = options->no_kappa_stars;
    chosen.no_time_reversal = options->no_symmetry;
    TRY(umk_grid_create(&model->grid, context, model->crystal, &chosen));
    umk_grid_mesh(model->grid, mesh);
    const int64_t *points, *weights;
    terminal_say(terminal, "Mesh: %lld x %lld x %lld, %lld grid points, %lld irreducible.", (long long)mesh[0],
                 (long long)mesh[1], (long long)mesh[2], (long long)umk_grid_n_points(model->grid),
                 (long long)umk_grid_irreducible(model->grid, &points, &weights));
    return UMK_OK;
}

static umk_status make_harmonic(const model_options *options, model *model, umk_context *context, terminal *terminal) {
    umk_status status;
    umk_harmonic_options chosen = UMK_HARMONIC_OPTIONS_INIT;
    bool wang = options->nac_method != NULL ? strcmp(options->nac_method, "wang") == 0
                                            : strcmp(model->input.born.method, "wang") == 0;
    if (wang) chosen.nac_method = UMK_NAC_WANG;
    for (int i = 0; options->q_direction.n == 3 && i < 3; i++) chosen.q_direction[i] = options->q_direction.values[i];
    if (umk_crystal_has_born(model->crystal)) {
        terminal_say(terminal, "Non-analytic term: %s.", wang ? "Wang's method" : "Gonze's dipole-dipole method");
    }
    TRY(umk_harmonic_create(&model->harmonic, context, model->crystal, model->fc2, &chosen));
    return UMK_OK;
}

static umk_status make_phonons(const model_options *options, model *model, umk_context *context, terminal *terminal) {
    umk_status status;
    umk_phonons_options chosen = UMK_PHONONS_OPTIONS_INIT;
    chosen.exclude_gamma_acoustic = options->exclude_gamma_acoustic;
    TRY(umk_phonons_create(&model->phonons, context, model->harmonic, model->grid, &chosen));
    double lowest;
    int64_t n_imaginary = umk_phonons_count_imaginary(model->phonons, UMK_CUTOFF_FREQUENCY, &lowest);
    if (n_imaginary > 0) {
        char line[256];
        snprintf(line, sizeof line, "%lld modes are imaginary (lowest %.4f THz): they are left out",
                 (long long)n_imaginary, lowest);
        terminal_log(terminal, UMK_LOG_WARNING, line);
    }
    return UMK_OK;
}

static umk_status load_steps(model *model, umk_context *context, terminal *terminal, const model_options *options,
                             bool *shown) {
    umk_status status;
    const char *kernels;
    TRY(umk_context_kernels(&kernels, context)); /* a wrong wish is told before anything is read */
    umk_context_enter_stage(context, UMK_STAGE_READING);
    TRY(umk_input_read(&model->input, context, options->input));
    terminal_say(terminal, "Crystal structure was read from \"%s\".", options->input);
    umk_context_enter_stage(context, UMK_STAGE_SYMMETRY);
    TRY(make_crystal(options, model, context, terminal, shown));
    tell_crystal(model, terminal);
    umk_context_enter_stage(context, UMK_STAGE_FORCE_CONSTANTS);
    TRY(load_fc2(options, model, context, terminal, shown));
    if (options->needs_interaction) TRY(load_interaction(options, model, context, terminal, shown));
    umk_context_enter_stage(context, UMK_STAGE_GRID);
    TRY(make_grid(options, model, context, terminal));
    umk_context_enter_stage(context, UMK_STAGE_PHONONS);
    TRY(make_harmonic(options, model, context, terminal));
    TRY(make_phonons(options, model, context, terminal));
    return UMK_OK;
}

int model_load(model *model, umk_context *context, terminal *terminal, const model_options *options) {
    bool shown = false;
    memset(model, 0, sizeof *model);
    umk_stage before = umk_context_enter_stage(context, UMK_STAGE_OTHER);
    umk_status status = load_steps(model, context, terminal, options, &shown);
    umk_context_enter_stage(context, before);
    if (status == UMK_OK) return EXIT_DONE;
    if (!shown) return terminal_report(terminal, context, status);
    return status == UMK_ERROR_ARGUMENT ? EXIT_USAGE : EXIT_DATA;
}

void model_clear(model *model) {
    umk_interaction_destroy(model->interaction);
    umk_phonons_destroy(model->phonons);
    umk_grid_destroy(model->grid);
    umk_harmonic_destroy(model->harmonic);
    umk_fc2_destroy(model->fc2);
    umk_crystal_destroy(model->crystal);
    umk_input_clear(&model->input);
    memset(model, 0, sizeof *model);
}
