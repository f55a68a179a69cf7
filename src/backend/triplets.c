/* Triplets q0 + q1 + q2 = G of a grid point: tables of the irreducible ones, and their BZ points. */
#include "backend/views.h"
#include "linalg/matrix3.h"
#include <string.h>

static umk_status ir_triplets_at_q(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t *map_triplets = NULL, *map_q = NULL, n = 0, n_irreducible = 0;
    umk_grid_view view = {.to_caller = NULL};
    umk_grid *grid = &view.grid;
    UMK_TRY(umk_view_mesh(call, grid->diagonal, &n));
    grid->n_points = n;
    UMK_TRY(umk_call_check_range(call, "grid_point", n));
    UMK_TRY(umk_grid_view_set_rotations(&view, call, "rec_rotations"));
    grid->no_triplet_time_reversal = !umk_call_flag(call, "is_time_reversal");
    grid->no_triplet_exchange = !umk_call_flag(call, "swappable");
    UMK_ALLOCATE(call->context, map_triplets, n);
    UMK_ALLOCATE(call->context, map_q, n);
    UMK_TRY(umk_triplet_maps(map_triplets, map_q, call->context, grid, umk_call_integer(call, "grid_point")));
    for (int64_t i = 0; i < n; i++) n_irreducible += map_triplets[i] == i;
    umk_call_return_integers(call, map_triplets, 1, &n);
    umk_call_return_integers(call, map_q, 1, &n);
    umk_call_return_integer(call, n_irreducible);
    map_triplets = map_q = NULL;
cleanup:
    umk_release(map_triplets);
    umk_release(map_q);
    umk_grid_view_clear(&view);
    return status;
}

static const umk_call_parameter ir_triplets_at_q_parameters[] = {UMK_INTEGER("grid_point"),
                                                                 UMK_SMALL_INTEGERS("d_diag", "3"),
                                                                 UMK_INTEGERS("rec_rotations", "rotation 3 3"),
                                                                 UMK_BOOL("is_time_reversal"),
                                                                 UMK_BOOL("swappable"),
                                                                 UMK_END};

static umk_status bz_triplets_at_q(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t n_triplets = 0, *weights = NULL, (*triplets)[3] = NULL;
    const int64_t *map = umk_call_integers(call, "map_triplets");
    umk_grid_view view = {.to_caller = NULL};
    UMK_TRY(umk_grid_view_create(&view, call));
    UMK_TRY(umk_call_check_range(call, "grid_point", view.grid.n_bz_points));
    UMK_TRY(umk_call_check_shape(call, "map_triplets", 1, &view.grid.n_points));
    UMK_TRY(umk_call_check_range(call, "map_triplets", view.grid.n_points));
    UMK_TRY(umk_grid_view_set_zone(&view, call, "reciprocal_lattice", "q"));
    int64_t q0 = umk_grid_view_from_caller(&view, umk_call_integer(call, "grid_point"));
    UMK_ALLOCATE(call->context, weights, view.grid.n_points);
    for (int64_t i = 0; i < view.grid.n_points; i++) n_triplets += weights[i] = map[i] == i;
    UMK_ALLOCATE(call->context, triplets, n_triplets);
    umk_triplet_images(triplets, &view.grid, weights, view.grid.bz_to_gr[q0]);
    for (int64_t i = 0; view.to_caller != NULL && i < 3 * n_triplets; i++) {
        triplets[i / 3][i % 3] = view.to_caller[triplets[i / 3][i % 3]];
    }
    umk_call_return_integers(call, triplets[0], 2, (const int64_t[]){n_triplets, 3});
    triplets = NULL;
cleanup:
    umk_release(weights);
    umk_release(triplets);
    umk_grid_view_clear(&view);
    return status;
}

static const umk_call_parameter bz_triplets_at_q_parameters[] = {UMK_INTEGER("grid_point"),
                                                                 UMK_INTEGERS("bz_grid_addresses", "bz_point 3"),
                                                                 UMK_INTEGERS("bz_map", "*"),
                                                                 UMK_INTEGERS("map_triplets", "*"),
                                                                 UMK_SMALL_INTEGERS("d_diag", "3"),
                                                                 UMK_SMALL_INTEGERS("q", "3 3"),
                                                                 UMK_SMALL_REALS("reciprocal_lattice", "3 3"),
                                                                 UMK_INTEGER("bz_grid_type"),
                                                                 UMK_END};

const umk_backend_function umk_backend_triplet_functions[] = {
    UMK_ROW(ir_triplets_at_q), UMK_ROW(bz_triplets_at_q), {NULL, NULL, NULL}};
