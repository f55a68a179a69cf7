/*
 * The grid as an object: made from a crystal and options in four steps (mesh, rotations, zone, irreducible points), and
 * the lookups that everyone needs.
 *
 * GR point with address (r0, r1, r2): index r0 + D0 (r1 + D1 r2), q = Q D^-1 r.
 */
#include "grid/grid.h"
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include <string.h>

void umk_grid_address(const umk_grid *grid, int64_t point, int64_t address[3]) {
    const int64_t *d = grid->diagonal;
    address[0] = point % d[0];
    address[1] = point / d[0] % d[1];
    address[2] = point / d[0] / d[1];
}

int64_t umk_grid_index(const umk_grid *grid, const int64_t address[3]) {
    const int64_t *d = grid->diagonal;
    return umk_modulo(address[0], d[0]) + d[0] * (umk_modulo(address[1], d[1]) + d[1] * umk_modulo(address[2], d[2]));
}

int64_t umk_grid_bz_index(const umk_grid *grid, const int64_t address[3]) {
    int64_t point = umk_grid_index(grid, address);
    int64_t first = grid->bz_map[point], end = grid->bz_map[point + 1];
    if (end - first == 1) return first;
    for (int64_t i = first; i < end; i++) {
        const int64_t *image = grid->addresses[i];
        if (image[0] == address[0] && image[1] == address[1] && image[2] == address[2]) return i;
    }
    return first;
}

int64_t umk_grid_rotate(const umk_grid *grid, int64_t rotation, int64_t bz_point) {
    int64_t rotated[3];
    umk_apply3_integer(rotated, grid->rotations[rotation], grid->addresses[bz_point]);
    return umk_grid_bz_index(grid, rotated);
}

void umk_grid_mesh(const umk_grid *grid, int64_t mesh[3]) {
    memcpy(mesh, grid->diagonal, sizeof grid->diagonal);
}

int64_t umk_grid_n_points(const umk_grid *grid) {
    return grid->n_points;
}

int64_t umk_grid_n_bz_points(const umk_grid *grid) {
    return grid->n_bz_points;
}

int64_t umk_grid_irreducible(const umk_grid *grid, const int64_t **bz_points, const int64_t **weights) {
    *bz_points = grid->irreducible_points;
    *weights = grid->irreducible_weights;
    return grid->n_irreducible;
}

void umk_grid_q_point(const umk_grid *grid, int64_t bz_point, double q[3]) {
    const int64_t *address = grid->addresses[bz_point];
    double real[3] = {(double)address[0], (double)address[1], (double)address[2]};
    umk_apply3(q, grid->qd_inverse, real);
}

/** Q D^-1. */
static void set_qd_inverse(umk_grid *grid) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) grid->qd_inverse[i][j] = (double)grid->q[i][j] * (1 / (double)grid->diagonal[j]);
    }
}

/** Index arrays of about 11 numbers a point, BZ images counted apart. */
static umk_status check_size(umk_context *context, const umk_grid *grid) {
    return umk_check_memory(context, 11.0 * sizeof(int64_t) * (double)grid->n_points, "the grid",
                            "use smaller mesh numbers");
}

umk_status umk_grid_create(umk_grid **grid, umk_context *context, const umk_crystal *crystal,
                           const umk_grid_options *options) {
    umk_status status = UMK_OK;
    umk_grid *made = NULL;
    *grid = NULL;
    UMK_ALLOCATE(context, made, 1);
    memcpy(made->reciprocal_lattice, crystal->reciprocal_lattice, sizeof made->reciprocal_lattice);
    made->has_mesh_symmetry = !options->no_mesh_symmetry;
    UMK_TRY(umk_grid_choose_mesh(made, context, crystal, options));
    UMK_TRY(check_size(context, made));
    set_qd_inverse(made);
    UMK_TRY(umk_grid_find_rotations(made, context, crystal, !options->no_time_reversal));
    UMK_TRY(umk_grid_find_zone(made, context));
    UMK_TRY(umk_grid_find_irreducible(made, context, !options->no_grid_point_symmetry));
    *grid = made;
    made = NULL;
cleanup:
    umk_grid_destroy(made);
    return status;
}

void umk_grid_destroy(umk_grid *grid) {
    if (grid == NULL) return;
    umk_release(grid->rotations);
    umk_release(grid->reciprocal_rotations);
    umk_release(grid->cartesian_rotations);
    umk_release(grid->addresses);
    umk_release(grid->bz_map);
    umk_release(grid->bz_to_gr);
    umk_release(grid->gr_to_bz);
    umk_release(grid->symmetry_map);
    umk_release(grid->irreducible_map);
    umk_release(grid->irreducible_points);
    umk_release(grid->irreducible_weights);
    umk_release(grid);
}
