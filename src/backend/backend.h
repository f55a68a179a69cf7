/*
 * What is kept between calls, and the objects made of phono3py's arrays of fc3.
 *
 * The interaction is made again only where the contents of fc3, of shortest vectors or of options have changed: a hash
 * of them is compared, which costs little beside a grid point.
 */
#ifndef UMK_BACKEND_BACKEND_H
#define UMK_BACKEND_BACKEND_H

#include "backend/views.h"
#include "scattering/linewidth.h"
#include "three_phonon/interaction.h"

/** All that linewidths of one calculation share. */
typedef struct umk_collision_state {
    uint64_t hash;
    umk_grid_view grid;
    umk_phonons_view phonons;
    int64_t n_weights;
    umk_weights **weights;
    double *temperatures; /* K */
    umk_linewidth *linewidth;
} umk_collision_state;

struct umk_backend {
    umk_kernel_set kernel_set;
    uint64_t interaction_hash; /* of the arguments that interaction was made of */
    umk_interaction *interaction;
    umk_collision_state collision; /* keeps interaction and must be ended before it */
};

void umk_collision_state_clear(umk_collision_state *state);
/** temperatures of state from the argument temperatures_thz. */
umk_status umk_collision_take_temperatures(umk_collision_state *state, const umk_call *call);
/** Results of one grid point in phono3py's order: (sigma, [normal and Umklapp], temperature, band of band_indices). */
void umk_collision_store(const umk_call *call, int64_t n_sigmas, const umk_linewidth_result *result,
                         double *collisions);
/** A grid of diagonal d_diag, q_mat and bz_grid_addresses alone, without a map: enough for strengths and Gaussians. */
umk_status umk_grid_view_take_addresses(umk_grid_view *view, const umk_call *call);
/** Whether q0 + q1 + q2 = G for all triplets, which the engine relies on. */
bool umk_triplets_conserve(const umk_grid *grid, int64_t n_triplets, const int64_t (*triplets)[3]);

/**
 * The interaction of the arguments fc3, fc3_nonzero_indices, svecs, multiplicity, masses, p2s_map, s2p_map,
 * symmetrize_fc3_q, make_r0_average, all_shortest, cutoff_frequency, is_compact_fc3. by_definition asks for the kernel
 * that needs no lattice vectors and no conservation of q. Belongs to the backend, and lives until the next such call.
 */
umk_status umk_backend_interaction(const umk_interaction **interaction, const umk_call *call, bool by_definition);

#endif
