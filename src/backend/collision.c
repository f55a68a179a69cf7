/*
 * Collision rates (imaginary self energies without their unit) of grid points in the relaxation-time approximation, the
 * functions that phono3py spends its time in: triplets, integration weights and strengths are those of umk_linewidth.
 *
 * All that the grid points of a calculation share is made at the first call and kept: grid, weights, the engine's mesh
 * and workspaces. Frequencies, eigenvectors and degenerate sets are taken anew from each call.
 */
#include "backend/backend.h"
#include "base/hash.h"
#include <math.h>
#include <string.h>

void umk_collision_state_clear(umk_collision_state *state) {
    umk_linewidth_destroy(state->linewidth);
    for (int64_t w = 0; state->weights != NULL && w < state->n_weights; w++) umk_weights_destroy(state->weights[w]);
    umk_release(state->weights);
    umk_release(state->temperatures);
    umk_phonons_view_clear(&state->phonons);
    umk_grid_view_clear(&state->grid);
    *state = (umk_collision_state){.hash = 0};
}

/* ---- what the calls of a calculation share ----------------------------------------------------------------------*/

static uint64_t hash_calculation(const umk_call *call, const umk_interaction *interaction) {
    static const char *const arrays[] = {"sigmas",
                                         "sigma_cutoffs",
                                         "relative_grid_address",
                                         "reciprocal_rotations",
                                         "reciprocal_lattice",
                                         "bz_triplets_q_mat",
                                         "bz_grid_addresses",
                                         "bz_map",
                                         "d_diag",
                                         "q_mat",
                                         "temperatures_thz"};
    const int64_t numbers[] = {umk_call_flag(call, "is_time_reversal"), umk_call_flag(call, "swappable"),
                               umk_call_flag(call, "is_mesh_symmetry"), umk_call_integer(call, "bz_grid_type"),
                               umk_call_flag(call, "is_n_u"),           umk_call_given(call, "degenerate_ids"),
                               umk_call_size(call, "frequencies", 1),   (int64_t)(intptr_t)interaction};
    uint64_t hash = umk_hash(1, numbers, sizeof numbers);
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) hash = umk_call_hash(hash, call, arrays[i]);
    return hash;
}

static umk_status make_grid(umk_collision_state *state, const umk_call *call) {
    umk_status status = UMK_OK;
    umk_grid_view *view = &state->grid;
    UMK_TRY(umk_grid_view_create(view, call));
    UMK_TRY(umk_call_check_size(call, "q_mat", INT64_C(1) << 20));
    umk_grid_view_set_q(view, umk_call_integers(call, "q_mat"));
    UMK_TRY(umk_grid_view_set_zone(view, call, "reciprocal_lattice", "bz_triplets_q_mat"));
    UMK_TRY(umk_grid_view_set_rotations(view, call, "reciprocal_rotations"));
    view->grid.has_mesh_symmetry = umk_call_flag(call, "is_mesh_symmetry");
    view->grid.no_triplet_time_reversal = !umk_call_flag(call, "is_time_reversal");
    view->grid.no_triplet_exchange = !umk_call_flag(call, "swappable");
cleanup:
    return status;
}

static umk_status make_weights(umk_collision_state *state, const umk_call *call) {
    umk_status status = UMK_OK;
    const double *sigmas = umk_call_reals(call, "sigmas"), *cutoffs = umk_call_reals(call, "sigma_cutoffs");
    int64_t n = umk_call_size(call, "sigmas", 0);
    UMK_ALLOCATE(call->context, state->weights, n);
    for (state->n_weights = 0; state->n_weights < n; state->n_weights++) {
        int64_t w = state->n_weights;
        umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
        options.no_average_degenerate_weights = !umk_call_given(call, "degenerate_ids");
        if (!isnan(sigmas[w])) {
            options.sigma = sigmas[w];
            options.sigma_cutoff = cutoffs[w] > 0 ? cutoffs[w] : 0;
            if (!(sigmas[w] > 0) || !isfinite(sigmas[w]) || !isfinite(cutoffs[w])) {
                return umk_call_fail(call, "sigmas", "width %g, cut-off %g", sigmas[w], cutoffs[w]);
            }
        }
        UMK_TRY(umk_weights_of_call(&state->weights[w], call, &state->grid.grid, &options));
    }
cleanup:
    return status;
}

umk_status umk_collision_take_temperatures(umk_collision_state *state, const umk_call *call) {
    umk_status status = UMK_OK;
    int64_t n = umk_call_size(call, "temperatures_thz", 0);
    UMK_ALLOCATE(call->context, state->temperatures, n);
    for (int64_t t = 0; t < n; t++) {
        double value = umk_call_reals(call, "temperatures_thz")[t];
        if (!isfinite(value)) return umk_call_fail(call, "temperatures_thz", "%g is not finite", value);
        state->temperatures[t] = value > 0 ? value * UMK_THZ_EV / UMK_BOLTZMANN_EV : 0;
    }
cleanup:
    return status;
}

/* Phonons of this call in the place where the linewidth object has them. */
static umk_status take_phonons(umk_collision_state *state, const umk_call *call) {
    umk_phonons_view_clear(&state->phonons);
    return umk_phonons_view_create(&state->phonons, call->context, &state->grid, umk_call_size(call, "frequencies", 1),
                                   umk_call_reals(call, "frequencies"), umk_call_complexes(call, "eigenvectors"),
                                   umk_call_integers(call, "degenerate_ids"));
}

static umk_status make_state(umk_collision_state *state, const umk_call *call, const umk_interaction *interaction) {
    umk_status status = UMK_OK;
    UMK_TRY(make_grid(state, call));
    UMK_TRY(make_weights(state, call));
    UMK_TRY(umk_collision_take_temperatures(state, call));
    UMK_TRY(take_phonons(state, call));
    umk_linewidth_options options = {.n_temperatures = umk_call_size(call, "temperatures_thz", 0),
                                     .temperatures = state->temperatures,
                                     .n_weights = state->n_weights,
                                     .weights = state->weights,
                                     .normal_umklapp = umk_call_flag(call, "is_n_u"),
                                     .cutoff_frequency = interaction->cutoff_frequency};
    UMK_TRY(umk_linewidth_create(&state->linewidth, call->context, interaction, &state->grid.grid,
                                 &state->phonons.phonons, &options));
    state->linewidth->keeps_sums = true;
cleanup:
    return status;
}

static umk_status prepare(umk_collision_state **prepared, const umk_call *call) {
    umk_status status = UMK_OK;
    const umk_interaction *interaction;
    umk_collision_state *state = &call->backend->collision;
    *prepared = state;
    UMK_TRY(umk_backend_interaction(&interaction, call, false));
    uint64_t hash = hash_calculation(call, interaction);
    if (state->linewidth != NULL && state->hash == hash) return take_phonons(state, call);
    umk_collision_state_clear(state);
    UMK_TRY(make_state(state, call, interaction));
    state->hash = hash;
cleanup:
    if (status != UMK_OK) umk_collision_state_clear(state);
    return status;
}

/* ---- runs -------------------------------------------------------------------------------------------------------*/

void umk_collision_store(const umk_call *call, int64_t n_sigmas, const umk_linewidth_result *result,
                         double *collisions) {
    int64_t n_temperatures = umk_call_size(call, "temperatures_thz", 0);
    const int64_t *bands = umk_call_integers(call, "band_indices");
    int64_t n = umk_call_size(call, "frequencies", 1), n0 = umk_call_size(call, "band_indices", 0);
    int n_parts = umk_call_flag(call, "is_n_u") ? 2 : 1;
    for (int64_t s = 0; s < n_sigmas; s++) {
        for (int part = 0; part < n_parts; part++) {
            const double *from = n_parts == 1 ? result->gamma
                                 : part == 0  ? result->gamma_normal
                                              : result->gamma_umklapp;
            for (int64_t t = 0; t < n_temperatures; t++) {
                for (int64_t b = 0; b < n0; b++) *collisions++ = from[(s * n_temperatures + t) * n + bands[b]];
            }
        }
    }
}

static umk_status check_arguments(const umk_call *call, int64_t n_points, bool is_batch) {
    umk_status status = UMK_OK;
    int64_t shape[5] = {n_points, umk_call_size(call, "sigmas", 0), 2, umk_call_size(call, "temperatures_thz", 0),
                        umk_call_size(call, "band_indices", 0)};
    int n_dimensions = 5;
    if (!umk_call_flag(call, "is_n_u")) {
        memmove(shape + 2, shape + 3, 2 * sizeof *shape);
        n_dimensions = 4;
    }
    if (!is_batch) n_dimensions--;
    UMK_TRY(umk_call_check_shape(call, "collisions", n_dimensions, is_batch ? shape : shape + 1));
    UMK_TRY(umk_call_check_bands(call, "frequencies", 1, umk_call_size(call, "masses", 0)));
    UMK_TRY(umk_call_check_range(call, "band_indices", umk_call_size(call, "frequencies", 1)));
    UMK_TRY(umk_call_check_range(call, is_batch ? "grid_points" : "grid_point",
                                 umk_call_size(call, "bz_grid_addresses", 0)));
cleanup:
    return status;
}

static umk_status run_points(umk_call *call, int64_t n_points, const int64_t *points, bool is_batch) {
    umk_status status = UMK_OK;
    umk_collision_state *state;
    umk_linewidth_result *results = NULL;
    double *gamma = NULL;
    int64_t *own_points = NULL, n_sigmas = umk_call_size(call, "sigmas", 0);
    int64_t n_temperatures = umk_call_size(call, "temperatures_thz", 0),
            n_bands = umk_call_size(call, "frequencies", 1);
    int64_t size = n_sigmas * n_temperatures * n_bands, n_parts = umk_call_flag(call, "is_n_u") ? 2 : 1;
    UMK_TRY(check_arguments(call, n_points, is_batch));
    if (umk_call_length(call, "collisions") == 0) return UMK_OK;
    UMK_TRY(prepare(&state, call));
    UMK_ALLOCATE(call->context, results, n_points);
    UMK_ALLOCATE(call->context, own_points, n_points);
    UMK_ALLOCATE(call->context, gamma, umk_checked_product(3, (const int64_t[]){2, n_points, size}));
    for (int64_t p = 0; p < n_points; p++) {
        own_points[p] = umk_grid_view_from_caller(&state->grid, points[p]);
        double *place = gamma + 2 * p * size;
        results[p] = n_parts == 1 ? (umk_linewidth_result){.gamma = place}
                                  : (umk_linewidth_result){.gamma_normal = place, .gamma_umklapp = place + size};
    }
    UMK_TRY(umk_linewidth_run(state->linewidth, call->context, n_points, own_points, NULL, results));
    for (int64_t p = 0; p < n_points; p++) {
        double *to = umk_call_reals(call, "collisions") + p * (umk_call_length(call, "collisions") / n_points);
        umk_collision_store(call, n_sigmas, &results[p], to);
    }
cleanup:
    umk_release(results);
    umk_release(own_points);
    umk_release(gamma);
    return status;
}

static umk_status collision_at_grid_point(umk_call *call) {
    int64_t point = umk_call_integer(call, "grid_point");
    return run_points(call, 1, &point, false);
}

static umk_status collision_at_grid_points_batched(umk_call *call) {
    return run_points(call, umk_call_size(call, "grid_points", 0), umk_call_integers(call, "grid_points"), true);
}

#define FC3                                                                                                            \
    UMK_REALS("fc3", "row supercell supercell 3 3 3"), UMK_BYTES("fc3_nonzero_indices", "row supercell supercell"),    \
        UMK_REALS("svecs", "* 3"), UMK_INTEGERS("multiplicity", "supercell primitive 2"),                              \
        UMK_REALS("masses", "primitive"), UMK_INTEGERS("p2s_map", "primitive"), UMK_INTEGERS("s2p_map", "supercell"),  \
        UMK_INTEGERS("band_indices", "*"), UMK_REALS("temperatures_thz", "temperature"), UMK_BOOL("is_n_u"),           \
        UMK_BOOL("symmetrize_fc3_q"), UMK_BOOL("make_r0_average"),                                                     \
        UMK_BYTES("all_shortest", "primitive supercell supercell"), UMK_REAL("cutoff_frequency"),                      \
        UMK_BOOL("is_compact_fc3")
#define SHARED                                                                                                         \
    UMK_REALS("sigmas", "sigma"), UMK_REALS("sigma_cutoffs", "sigma"),                                                 \
        UMK_SMALL_INTEGERS("relative_grid_address", "tetrahedron 4 3"), UMK_INTEGERS("bzg2grg", "bz_point"),           \
        UMK_INTEGERS("reciprocal_rotations", "rotation 3 3"), UMK_BOOL("is_time_reversal"), UMK_BOOL("swappable"),     \
        UMK_BOOL("is_mesh_symmetry"), UMK_SMALL_REALS("reciprocal_lattice", "3 3"),                                    \
        UMK_SMALL_INTEGERS("bz_triplets_q_mat", "3 3"), UMK_REALS("frequencies", "bz_point band"),                     \
        UMK_COMPLEXES("eigenvectors", "bz_point band band"), UMK_INTEGERS("bz_grid_addresses", "bz_point 3"),          \
        UMK_INTEGERS("bz_map", "*"), UMK_INTEGER("bz_grid_type"), UMK_SMALL_INTEGERS("d_diag", "3"),                   \
        UMK_SMALL_INTEGERS("q_mat", "3 3"), FC3, {                                                                     \
        "degenerate_ids", UMK_CALL_INTEGERS, "bz_point band", UMK_CALL_OPTIONAL                                        \
    }

static const umk_call_parameter collision_at_grid_point_parameters[] = {UMK_OUT_REALS("collisions", NULL),
                                                                        UMK_INTEGER("grid_point"), SHARED, UMK_END};
static const umk_call_parameter collision_at_grid_points_batched_parameters[] = {
    UMK_OUT_REALS("collisions", NULL), UMK_INTEGERS("grid_points", "*"), SHARED, UMK_END};

const umk_backend_function umk_backend_collision_functions[] = {
    UMK_ROW(collision_at_grid_point), UMK_ROW(collision_at_grid_points_batched), {NULL, NULL, NULL}};
