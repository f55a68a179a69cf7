/* The plan of the triplets of one q-point, and the grouping of triplets by the image of q0. */
#include "three_phonon/interaction.h"
#include <math.h>
#include <stdlib.h>

umk_status umk_strength_plan_create(umk_strength_plan **plan, umk_context *context, const umk_interaction *interaction,
                                    const umk_strength_mesh *mesh, const umk_grid *grid, int64_t n_triplets,
                                    const int64_t (*triplets)[3]) {
    umk_status status = UMK_OK;
    umk_strength_plan *made = NULL;
    *plan = NULL;
    UMK_ALLOCATE(context, made, 1);
    made->interaction = interaction;
    made->n_triplets = n_triplets;
    UMK_ALLOCATE(context, made->order, n_triplets);
    UMK_ALLOCATE(context, made->ends_run, n_triplets);
    UMK_TRY(interaction->kernel->plan(made, context, mesh, grid, triplets));
    *plan = made;
    made = NULL;
cleanup:
    umk_strength_plan_destroy(made);
    return status;
}

void umk_strength_plan_destroy(umk_strength_plan *plan) {
    if (plan == NULL) return;
    if (plan->interaction->kernel->plan_clear != NULL) plan->interaction->kernel->plan_clear(plan);
    umk_release(plan->order);
    umk_release(plan->ends_run);
    umk_release(plan);
}

int64_t umk_strength_block_bands(const umk_strength_plan *plan, double bytes) {
    int64_t n_bands = plan->interaction->n_bands;
    double n_groups = floor(bytes / (double)plan->group_bytes);
    if (n_groups < 1) return plan->group_bands < n_bands ? plan->group_bands : n_bands;
    if (n_groups * (double)plan->group_bands >= (double)n_bands) return n_bands;
    return (int64_t)n_groups * plan->group_bands;
}

int64_t umk_strength_block_bytes(const umk_strength_plan *plan, int64_t n_block_bands) {
    return (n_block_bands + plan->group_bands - 1) / plan->group_bands * plan->group_bytes;
}

typedef struct ordered_triplet {
    int64_t first_point, index;
} ordered_triplet;

static int compare_ordered(const void *a, const void *b) {
    const ordered_triplet *x = a, *y = b;
    if (x->first_point != y->first_point) return x->first_point < y->first_point ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

umk_status umk_triplet_order(int64_t *order, umk_context *context, int64_t n_triplets, const int64_t (*triplets)[3]) {
    umk_status status = UMK_OK;
    ordered_triplet *sorted = NULL;
    UMK_ALLOCATE(context, sorted, n_triplets);
    for (int64_t t = 0; t < n_triplets; t++) sorted[t] = (ordered_triplet){triplets[t][0], t};
    qsort(sorted, (size_t)n_triplets, sizeof *sorted, compare_ordered);
    for (int64_t t = 0; t < n_triplets; t++) order[t] = sorted[t].index;
cleanup:
    umk_release(sorted);
    return status;
}

int64_t umk_triplet_group_end(const int64_t *order, int64_t begin, int64_t n_triplets, const int64_t (*triplets)[3]) {
    int64_t end = begin + 1;
    while (end < n_triplets && triplets[order[end]][0] == triplets[order[begin]][0]) end++;
    return end;
}
