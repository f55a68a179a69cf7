/* A program of somebody else, built against the installed library: silicon on a 4x4x4 grid. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <umklapp/umklapp.h>

int main(void) {
    static const double fcc[4][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    umk_context *context = NULL;
    umk_crystal *crystal = NULL;
    umk_grid *grid = NULL;
    umk_cell cell = {0};
    printf("umklapp %s\n", umk_version());
    if (umk_context_create(&context, NULL) != UMK_OK) return 1;
    umk_status status = umk_cell_allocate(&cell, context, 8);
    for (int i = 0; status == UMK_OK && i < 8; i++) {
        for (int k = 0; k < 3; k++) cell.positions[i][k] = fcc[i % 4][k] + (i < 4 ? 0 : 0.25);
        cell.masses[i] = 28.0855;
        strcpy(cell.symbols[i], "Si");
    }
    for (int k = 0; k < 3; k++) cell.lattice[k][k] = 5.43;
    umk_crystal_options options = UMK_CRYSTAL_OPTIONS_INIT;
    options.unit_cell = &cell;
    options.primitive_axes = "auto";
    if (status == UMK_OK) status = umk_crystal_create(&crystal, context, &options);
    umk_grid_options mesh = UMK_GRID_OPTIONS_INIT;
    for (int k = 0; k < 3; k++) mesh.mesh[k] = 4;
    if (status == UMK_OK) status = umk_grid_create(&grid, context, crystal, &mesh);
    if (status == UMK_OK) {
        const int64_t *points, *weights;
        printf("%" PRId64 " irreducible points\n", umk_grid_irreducible(grid, &points, &weights));
    } else {
        printf("%s: %s\n", umk_status_text(status), umk_context_message(context));
    }
    umk_grid_destroy(grid);
    umk_crystal_destroy(crystal);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
    return status == UMK_OK ? 0 : 1;
}
