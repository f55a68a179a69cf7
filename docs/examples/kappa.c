/* Thermal conductivity at 300 K. Usage: kappa phono3py_disp.yaml fc2.hdf5 fc3.hdf5 */
#include <stdio.h>
#include <umklapp/umklapp.h>

#define TRY(call)                                                                                                      \
    if ((status = (call)) != UMK_OK) goto cleanup

int main(int argc, char **argv) {
    umk_status status = UMK_ERROR_ARGUMENT;
    umk_context *context = NULL;
    umk_input input = {0};
    umk_force_constants_file fc2_file = {0}, fc3_file = {0};
    umk_crystal *crystal = NULL;
    umk_fc2 *fc2 = NULL;
    umk_fc3 *fc3 = NULL;
    umk_harmonic *harmonic = NULL;
    umk_grid *grid = NULL;
    umk_phonons *phonons = NULL;
    umk_interaction *interaction = NULL;
    umk_conductivity result = {0};
    const double temperature = 300;
    if (argc != 4 || umk_context_create(&context, NULL) != UMK_OK) return 2;

    TRY(umk_input_read(&input, context, argv[1])); /* files into plain data */
    TRY(umk_force_constants_read(&fc2_file, context, argv[2], 2));
    TRY(umk_force_constants_read(&fc3_file, context, argv[3], 3));

    umk_crystal_options cells = UMK_CRYSTAL_OPTIONS_INIT; /* cells, symmetry, shortest images */
    cells.unit_cell = &input.unit_cell;
    cells.supercell_matrix = input.has_supercell_matrix ? input.supercell_matrix : NULL;
    cells.phonon_supercell_matrix = input.has_phonon_supercell_matrix ? input.phonon_supercell_matrix : NULL;
    cells.primitive_axes = "auto";
    cells.born = input.born.n_atoms > 0 ? &input.born : NULL;
    TRY(umk_crystal_create(&crystal, context, &cells));
    TRY(umk_fc2_create(&fc2, context, crystal, &fc2_file));
    TRY(umk_fc3_create(&fc3, context, crystal, &fc3_file));

    umk_grid_options mesh = UMK_GRID_OPTIONS_INIT;
    for (int i = 0; i < 3; i++) mesh.mesh[i] = 11;
    TRY(umk_grid_create(&grid, context, crystal, &mesh));
    TRY(umk_harmonic_create(&harmonic, context, crystal, fc2, NULL));
    TRY(umk_phonons_create(&phonons, context, harmonic, grid, NULL));
    TRY(umk_interaction_create(&interaction, context, crystal, fc3, NULL));

    umk_transport_model model = {crystal, harmonic, grid, phonons, interaction};
    umk_rta_options run = UMK_RTA_OPTIONS_INIT;
    run.n_temperatures = 1;
    run.temperatures = &temperature;
    TRY(umk_rta_run(&result, context, &model, &run));
    printf("kappa_xx(%g K) = %.1f W/(m K)\n", temperature, result.kappa[0]);

cleanup:
    if (status != UMK_OK) fprintf(stderr, "%s: %s\n", umk_status_text(status), umk_context_message(context));
    umk_conductivity_clear(&result);
    umk_interaction_destroy(interaction);
    umk_phonons_destroy(phonons);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    umk_fc3_destroy(fc3);
    umk_fc2_destroy(fc2);
    umk_crystal_destroy(crystal);
    umk_force_constants_file_clear(&fc2_file);
    umk_force_constants_file_clear(&fc3_file);
    umk_input_clear(&input);
    umk_context_destroy(context);
    return status == UMK_OK ? 0 : 1;
}
