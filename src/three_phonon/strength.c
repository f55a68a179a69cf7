/* |V|^2 of a list of triplets, stored: for figures and tests. And the grouping of triplets by the image of q0. */
#include "three_phonon/interaction.h"
#include <stdlib.h>

enum { batch_size = 32 };

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

typedef struct prepare_task {
    const umk_interaction *interaction;
    const umk_strength_point *point;
    char *workspaces;
    int64_t workspace_size;
} prepare_task;

static umk_status prepare_piece(void *argument, int64_t index, int worker) {
    const prepare_task *task = argument;
    void *workspace = task->workspaces + worker * task->workspace_size;
    task->interaction->kernel->prepare(task->interaction, task->point, index, workspace);
    return UMK_OK;
}

umk_status umk_strength_prepare(umk_context *context, const umk_interaction *interaction,
                                const umk_strength_point *point, char *workspaces, int64_t workspace_size) {
    prepare_task task = {interaction, point, workspaces, workspace_size};
    return umk_parallel_for(context, interaction->kernel->n_pieces(interaction), prepare_piece, &task);
}

typedef struct strength_task {
    const umk_interaction *interaction;
    const umk_phonons *phonons;
    umk_strength_point point;
    const int64_t (*triplets)[3];
    const int64_t *order; /* of the group in hand */
    int64_t n_ordered;
    double factor; /* to eV^2 */
    char *workspaces;
    int64_t workspace_size;
    double *batches; /* (threads, batch_size, n_block_bands, n, n) */
    double *strength;
} strength_task;

static umk_status strength_batch(void *argument, int64_t index, int worker) {
    const strength_task *task = argument;
    const umk_strength_point *point = &task->point;
    const int64_t *order = task->order + index * batch_size;
    int64_t n = task->interaction->n_bands, n_triplets = task->n_ordered - index * batch_size;
    if (n_triplets > batch_size) n_triplets = batch_size;
    umk_leg leg1[batch_size], leg2[batch_size];
    for (int64_t t = 0; t < n_triplets; t++) {
        leg1[t] = umk_leg_of(task->phonons, task->triplets[order[t]][1]);
        leg2[t] = umk_leg_of(task->phonons, task->triplets[order[t]][2]);
    }
    int64_t size = point->n_block_bands * n * n;
    double *batch = task->batches + worker * batch_size * n * n * n;
    task->interaction->kernel->strength(task->interaction, point, n_triplets, leg1, leg2, NULL, batch,
                                        task->workspaces + worker * task->workspace_size);
    for (int64_t t = 0; t < n_triplets; t++) {
        double *out = task->strength + (order[t] * n + point->first_band) * n * n;
        for (int64_t i = 0; i < size; i++) out[i] = task->factor * batch[t * size + i];
    }
    return UMK_OK;
}

static umk_status run_group(strength_task *task, umk_context *context, int64_t n_block) {
    umk_status status = UMK_OK;
    int64_t n = task->interaction->n_bands;
    umk_strength_point *point = &task->point;
    point->leg = umk_leg_of(task->phonons, task->triplets[task->order[0]][0]);
    for (point->first_band = 0; point->first_band < n; point->first_band += n_block) {
        point->n_block_bands = point->first_band + n_block > n ? n - point->first_band : n_block;
        UMK_TRY(umk_strength_prepare(context, task->interaction, point, task->workspaces, task->workspace_size));
        UMK_TRY(umk_parallel_for(context, (task->n_ordered + batch_size - 1) / batch_size, strength_batch, task));
    }
cleanup:
    return status;
}

/* q0 + q1 + q2 = G is what the kernels rely on. */
static bool conserves(const umk_grid *grid, const int64_t triplet[3]) {
    for (int c = 0; c < 3; c++) {
        int64_t sum = 0;
        for (int leg = 0; leg < 3; leg++) sum += grid->addresses[triplet[leg]][c];
        if (sum % grid->diagonal[c] != 0) return false;
    }
    return true;
}

static umk_status check_triplets(umk_context *context, const umk_interaction *interaction, const umk_phonons *phonons,
                                 const umk_grid *grid, int64_t n_triplets, const int64_t (*triplets)[3]) {
    if (phonons->n_points != grid->n_bz_points || phonons->n_bands != interaction->n_bands) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the phonons do not belong to the grid and the interaction");
    }
    for (int64_t t = 0; t < n_triplets; t++) {
        for (int leg = 0; leg < 3; leg++) {
            if (triplets[t][leg] >= 0 && triplets[t][leg] < phonons->n_points) continue;
            return umk_fail(context, UMK_ERROR_ARGUMENT, "triplet %lld has a point %lld that is not among the phonons",
                            (long long)t, (long long)triplets[t][leg]);
        }
        if (conserves(grid, triplets[t])) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "triplet %lld (%lld, %lld, %lld) does not sum to a lattice vector",
                        (long long)t, (long long)triplets[t][0], (long long)triplets[t][1], (long long)triplets[t][2]);
    }
    return UMK_OK;
}

umk_status umk_interaction_strength(const umk_interaction *interaction, umk_context *context,
                                    const umk_phonons *phonons, const umk_grid *grid, int64_t n_triplets,
                                    const int64_t (*triplets)[3], double *strength) {
    umk_status status = UMK_OK;
    const umk_strength_kernel *kernel = interaction->kernel;
    int64_t n = interaction->n_bands, n_threads = umk_context_n_threads(context);
    int64_t n_block = umk_interaction_block_bands(interaction);
    int64_t *order = NULL;
    strength_task task = {.interaction = interaction, .phonons = phonons, .triplets = triplets, .strength = strength};
    UMK_TRY(check_triplets(context, interaction, phonons, grid, n_triplets, triplets));
    task.factor = umk_strength_factor(grid->n_points);
    task.workspace_size = kernel->workspace_size(interaction, n_block, batch_size);
    UMK_ALLOCATE(context, order, n_triplets);
    UMK_ALLOCATE(context, task.workspaces, umk_checked_product(2, (const int64_t[]){task.workspace_size, n_threads}));
    UMK_ALLOCATE(context, task.batches, umk_checked_product(5, (const int64_t[]){n_threads, batch_size, n, n, n}));
    task.point.data = umk_allocate(context, kernel->point_size(interaction, n_block), 1);
    if (task.point.data == NULL) UMK_TRY(UMK_ERROR_MEMORY);
    UMK_TRY(umk_triplet_order(order, context, n_triplets, triplets));
    for (int64_t begin = 0, end; begin < n_triplets; begin = end) {
        end = umk_triplet_group_end(order, begin, n_triplets, triplets);
        task.order = order + begin;
        task.n_ordered = end - begin;
        UMK_TRY(run_group(&task, context, n_block));
    }
cleanup:
    umk_release(order);
    umk_release(task.workspaces);
    umk_release(task.batches);
    umk_release(task.point.data);
    return status;
}
