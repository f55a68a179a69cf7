/* Loading the crystals of examples/. */
#include "support/model.h"
#include <stdio.h>
#include <unistd.h>

umk_context *test_context(int n_threads) {
    umk_context *context = NULL;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

bool test_succeeded(umk_context *context, umk_status status) {
    if (status != UMK_OK) print_error("%s: %s\n", umk_status_text(status), umk_context_message(context));
    return status == UMK_OK;
}

/* Path of a file of an example; false where it is not there. */
static bool find_file(char path[1024], const char *example, const char *name) {
    snprintf(path, 1024, "%s/examples/%s/%s", UMK_SOURCE_DIR, example, name);
    return access(path, R_OK) == 0;
}

static bool find_input(char path[1024], const char *example) {
    static const char *const names[] = {"phono3py.yaml", "phono3py_disp.yaml", "phono3py_params_NaCl222.yaml.xz"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (find_file(path, example, names[i])) return true;
    }
    return false;
}

static double one_or(double scale) {
    return scale == 0 ? 1 : scale;
}

static void make_crystal(test_model *model, const test_model_options *options) {
    umk_input *input = &model->input;
    umk_crystal_options chosen = UMK_CRYSTAL_OPTIONS_INIT;
    chosen.unit_cell = &input->unit_cell;
    for (int64_t i = 0; i < input->unit_cell.n_atoms; i++) input->unit_cell.masses[i] *= one_or(options->mass_scale);
    if (input->has_supercell_matrix) chosen.supercell_matrix = (const int64_t(*)[3])input->supercell_matrix;
    if (input->has_phonon_supercell_matrix) {
        chosen.phonon_supercell_matrix = (const int64_t(*)[3])input->phonon_supercell_matrix;
    }
    if (input->has_primitive_matrix) {
        chosen.primitive_matrix = (const double(*)[3])input->primitive_matrix;
    } else {
        chosen.primitive_axes = input->primitive_axes[0] != '\0' ? input->primitive_axes : "auto";
    }
    if (input->born.n_atoms > 0) chosen.born = &input->born;
    chosen.no_symmetry = options->no_symmetry;
    test_try(model->context, umk_crystal_create(&model->crystal, model->context, &chosen));
}

static void read_constants(test_model *model, const test_model_options *options, int rank) {
    char path[1024];
    double scale = one_or(rank == 2 ? options->fc2_scale : options->fc3_scale);
    umk_force_constants_file file = {0};
    assert_true(find_file(path, options->example, rank == 2 ? "fc2.hdf5" : "fc3.hdf5"));
    test_try(model->context, umk_force_constants_read(&file, model->context, path, rank));
    int64_t n = file.n_rows * file.n_supercell * (rank == 2 ? 9 : file.n_supercell * 27);
    for (int64_t i = 0; i < n; i++) file.values[i] *= scale;
    if (rank == 2) {
        test_try(model->context, umk_fc2_create(&model->fc2, model->context, model->crystal, &file));
    } else if (options->fc3_cutoff > 0) {
        test_try(model->context,
                 umk_fc3_create_within(&model->fc3, NULL, model->context, model->crystal, &file, options->fc3_cutoff));
    } else {
        test_try(model->context, umk_fc3_create(&model->fc3, model->context, model->crystal, &file));
    }
    umk_force_constants_file_clear(&file);
}

test_model *test_model_load(umk_context *context, const test_model_options *options) {
    char path[1024];
    test_model *model = test_calloc(1, sizeof *model);
    umk_harmonic_options harmonic = UMK_HARMONIC_OPTIONS_INIT;
    harmonic.nac_method = options->nac_method;
    model->context = context;
    assert_true(find_input(path, options->example));
    test_try(context, umk_input_read(&model->input, context, path));
    make_crystal(model, options);
    read_constants(model, options, 2);
    read_constants(model, options, 3);
    test_try(context, umk_harmonic_create(&model->harmonic, context, model->crystal, model->fc2, &harmonic));
    return model;
}

void test_model_free(test_model *model) {
    umk_harmonic_destroy(model->harmonic);
    umk_fc3_destroy(model->fc3);
    umk_fc2_destroy(model->fc2);
    umk_crystal_destroy(model->crystal);
    umk_input_clear(&model->input);
    test_free(model);
}

test_mesh test_mesh_make(const test_model *model, const umk_grid_options *grid,
                         const umk_interaction_options *interaction) {
    test_mesh mesh;
    umk_context *context = model->context;
    test_try(context, umk_grid_create(&mesh.grid, context, model->crystal, grid));
    test_try(context, umk_phonons_create(&mesh.phonons, context, model->harmonic, mesh.grid, NULL));
    test_try(context, umk_interaction_create(&mesh.interaction, context, model->crystal, model->fc3, interaction));
    return mesh;
}

test_mesh test_mesh_cube(const test_model *model, int64_t n) {
    umk_grid_options options = UMK_GRID_OPTIONS_INIT;
    for (int i = 0; i < 3; i++) options.mesh[i] = n;
    return test_mesh_make(model, &options, NULL);
}

void test_mesh_free(test_mesh *mesh) {
    umk_interaction_destroy(mesh->interaction);
    umk_phonons_destroy(mesh->phonons);
    umk_grid_destroy(mesh->grid);
}
