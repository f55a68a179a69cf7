/* Collision rates of one grid point whose triplets the caller gives; otherwise as in collision.c, and nothing is kept.
 */
#include "backend/backend.h"
#include <string.h>

/* ---- what a call is made of -------------------------------------------------------------------------------------*/

/* Triplets in our numbers of BZ points; all start from the same grid point. */
static umk_status take_triplets(umk_triplets *triplets, const umk_call *call, const umk_grid_view *view) {
    umk_status status = UMK_OK;
    const int64_t *points = umk_call_integers(call, "triplets");
    triplets->n_triplets = umk_call_size(call, "triplets", 0);
    triplets->weights = umk_call_integers(call, "triplet_weights");
    UMK_TRY(umk_call_check_range(call, "triplets", view->grid.n_bz_points));
    UMK_ALLOCATE(call->context, triplets->points, triplets->n_triplets);
    for (int64_t i = 0; i < 3 * triplets->n_triplets; i++) {
        triplets->points[i / 3][i % 3] = umk_grid_view_from_caller(view, points[i]);
    }
cleanup:
    return status;
}

static umk_status make_tetrahedra(umk_collision_state *state, const umk_call *call) {
    umk_status status = UMK_OK;
    umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
    options.no_average_degenerate_weights = !umk_call_given(call, "degenerate_ids");
    UMK_TRY(umk_grid_view_create(&state->grid, call));
    UMK_TRY(umk_call_check_size(call, "q_mat", INT64_C(1) << 20));
    umk_grid_view_set_q(&state->grid, umk_call_integers(call, "q_mat"));
    UMK_TRY(umk_weights_of_call(state->weights, call, &state->grid.grid, &options));
cleanup:
    return status;
}

static umk_status make_gaussians(umk_collision_state *state, const umk_call *call) {
    umk_status status = UMK_OK;
    umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
    double cutoff = umk_call_real(call, "sigma_cutoff");
    options.sigma = umk_call_real(call, "sigma");
    options.sigma_cutoff = cutoff > 0 ? cutoff : 0;
    if (!(options.sigma > 0)) return umk_call_fail(call, "sigma", "%g is not positive", options.sigma);
    UMK_TRY(umk_grid_view_take_addresses(&state->grid, call));
    for (int i = 0; i < 3; i++) state->grid.grid.p[i][i] = 1;
    UMK_TRY(umk_weights_create(state->weights, call->context, &state->grid.grid, &options));
cleanup:
    return status;
}

/* ---- the sum ----------------------------------------------------------------------------------------------------*/

static umk_status sum_triplets(umk_collision_state *state, umk_call *call, const umk_triplets *triplets,
                               const umk_interaction *interaction) {
    umk_status status = UMK_OK;
    double *gamma = NULL;
    int64_t n_temperatures = umk_call_size(call, "temperatures_thz", 0),
            n_bands = umk_call_size(call, "frequencies", 1);
    bool splits = umk_call_flag(call, "is_n_u");
    umk_linewidth_options options = {.n_temperatures = n_temperatures,
                                     .temperatures = state->temperatures,
                                     .n_weights = 1,
                                     .weights = state->weights,
                                     .normal_umklapp = splits,
                                     .cutoff_frequency = interaction->cutoff_frequency};
    UMK_TRY(umk_linewidth_create(&state->linewidth, call->context, interaction, &state->grid.grid,
                                 &state->phonons.phonons, &options));
    state->linewidth->keeps_sums = true;
    state->linewidth->triplets = triplets;
    UMK_ALLOCATE(call->context, gamma, 2 * n_temperatures * n_bands);
    umk_linewidth_result result = {.gamma_normal = gamma, .gamma_umklapp = gamma + n_temperatures * n_bands};
    if (!splits) result = (umk_linewidth_result){.gamma = gamma};
    UMK_TRY(umk_linewidth_run(state->linewidth, call->context, 1, &triplets->points[0][0], NULL, &result));
    umk_collision_store(call, 1, &result, umk_call_reals(call, "collisions"));
cleanup:
    umk_release(gamma);
    return status;
}

static umk_status check_collisions(const umk_call *call) {
    umk_status status = UMK_OK;
    const int64_t shape[3] = {2, umk_call_size(call, "temperatures_thz", 0), umk_call_size(call, "band_indices", 0)};
    bool splits = umk_call_flag(call, "is_n_u");
    UMK_TRY(umk_call_check_shape(call, "collisions", splits ? 3 : 2, splits ? shape : shape + 1));
    UMK_TRY(umk_call_check_bands(call, "frequencies", 1, umk_call_size(call, "masses", 0)));
    UMK_TRY(umk_call_check_range(call, "band_indices", umk_call_size(call, "frequencies", 1)));
cleanup:
    return status;
}

static umk_status run(umk_call *call, umk_status (*make_weights)(umk_collision_state *state, const umk_call *call)) {
    umk_status status = UMK_OK;
    umk_collision_state state = {.n_weights = 1};
    umk_triplets triplets = {.n_triplets = 0};
    const umk_interaction *interaction;
    UMK_TRY(check_collisions(call));
    memset(umk_call_reals(call, "collisions"), 0, (size_t)umk_call_length(call, "collisions") * sizeof(double));
    if (umk_call_length(call, "collisions") == 0 || umk_call_size(call, "triplets", 0) == 0) return UMK_OK;
    UMK_ALLOCATE(call->context, state.weights, 1);
    UMK_TRY(make_weights(&state, call));
    UMK_TRY(take_triplets(&triplets, call, &state.grid));
    UMK_TRY(umk_collision_take_temperatures(&state, call));
    UMK_TRY(umk_phonons_view_create(&state.phonons, call->context, &state.grid, umk_call_size(call, "frequencies", 1),
                                    umk_call_reals(call, "frequencies"), umk_call_complexes(call, "eigenvectors"),
                                    umk_call_integers(call, "degenerate_ids")));
    bool conserves = umk_triplets_conserve(&state.grid.grid, triplets.n_triplets, (const int64_t(*)[3])triplets.points);
    UMK_TRY(umk_backend_interaction(&interaction, call, !conserves));
    UMK_TRY(sum_triplets(&state, call, &triplets, interaction));
cleanup:
    umk_release(triplets.points);
    umk_collision_state_clear(&state);
    return status;
}

static umk_status pp_collision(umk_call *call) {
    return run(call, make_tetrahedra);
}

static umk_status pp_collision_with_sigma(umk_call *call) {
    return run(call, make_gaussians);
}

#define PHONONS                                                                                                        \
    UMK_REALS("frequencies", "bz_point band"), UMK_COMPLEXES("eigenvectors", "bz_point band band"),                    \
        UMK_INTEGERS("triplets", "triplet 3"), UMK_INTEGERS("triplet_weights", "triplet"),                             \
        UMK_INTEGERS("bz_grid_addresses", "bz_point 3")
#define STRENGTHS                                                                                                      \
    UMK_SMALL_INTEGERS("d_diag", "3"), UMK_SMALL_INTEGERS("q_mat", "3 3"),                                             \
        UMK_REALS("fc3", "row supercell supercell 3 3 3"),                                                             \
        UMK_BYTES("fc3_nonzero_indices", "row supercell supercell"), UMK_REALS("svecs", "* 3"),                        \
        UMK_INTEGERS("multiplicity", "supercell primitive 2"), UMK_REALS("masses", "primitive"),                       \
        UMK_INTEGERS("p2s_map", "primitive"), UMK_INTEGERS("s2p_map", "supercell"), UMK_INTEGERS("band_indices", "*"), \
        UMK_REALS("temperatures_thz", "temperature"), UMK_BOOL("is_n_u"), UMK_BOOL("symmetrize_fc3_q"),                \
        UMK_BOOL("make_r0_average"), UMK_BYTES("all_shortest", "primitive supercell supercell"),                       \
        UMK_REAL("cutoff_frequency"), UMK_BOOL("is_compact_fc3")

static const umk_call_parameter pp_collision_parameters[] = {
    UMK_OUT_REALS("collisions", NULL),
    UMK_SMALL_INTEGERS("relative_grid_address", "tetrahedron 4 3"),
    PHONONS,
    UMK_INTEGERS("bz_map", "*"),
    UMK_INTEGER("bz_grid_type"),
    STRENGTHS,
    {"degenerate_ids", UMK_CALL_INTEGERS, "bz_point band", UMK_CALL_OPTIONAL},
    UMK_END};
static const umk_call_parameter pp_collision_with_sigma_parameters[] = {
    UMK_OUT_REALS("collisions", NULL), UMK_REAL("sigma"), UMK_REAL("sigma_cutoff"), PHONONS, STRENGTHS, UMK_END};

const umk_backend_function umk_backend_pp_collision_functions[] = {
    UMK_ROW(pp_collision), UMK_ROW(pp_collision_with_sigma), {NULL, NULL, NULL}};
