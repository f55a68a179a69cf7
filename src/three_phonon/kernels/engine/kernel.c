/* The engine as a strength kernel. */
#include "three_phonon/kernels/engine/engine.h"

static int64_t workspace_size(const umk_interaction *interaction, const umk_strength_mesh *mesh, int64_t n_triplets) {
    int64_t prepare = umk_engine_prepare_size(interaction, mesh);
    int64_t strength = umk_engine_strength_size(mesh, interaction->n_bands, n_triplets);
    return prepare > strength ? prepare : strength;
}

const umk_strength_kernel umk_strength_kernel_engine = {
    .mesh_create = umk_engine_mesh_create,
    .mesh_destroy = umk_engine_mesh_destroy,
    .most_block_bytes = umk_engine_most_block_bytes,
    .plan = umk_engine_plan,
    .plan_clear = umk_engine_plan_clear,
    .workspace_size = workspace_size,
    .prepare = umk_engine_prepare,
    .strength = umk_engine_strength,
};
