/* |V|^2 of a list of triplets, stored: for figures and tests. */
#include "three_phonon/interaction.h"

enum { batch_size = 32 };

/* What prepare may fill for a block of bands. A constant, so that the same input gives the same bits anywhere. */
static const double block_bytes = 64e6;

typedef struct strength_task {
    const umk_interaction *interaction;
    const umk_phonons *phonons;
    umk_strength_point point;
    const int64_t (*triplets)[3]; /* of the group in hand */
    const int64_t *group;         /* their indices in the list asked for */
    double factor;                /* to eV^2 */
    char *workspaces;
    int64_t workspace_size;
    int64_t *first;           /* (batch_size + 1) */
    umk_band_triple *triples; /* (batch_size, n_block_bands, n, n): all of the block */
    double *batches;          /* (threads, batch_size, n, n, n) */
    double *strength;
} strength_task;

static umk_status prepare_piece(void *argument, int64_t index, int worker) {
    const strength_task *task = argument;
    task->interaction->kernel->prepare(&task->point, index, task->workspaces + worker * task->workspace_size);
    return UMK_OK;
}

static umk_status strength_batch(void *argument, int64_t index, int worker) {
    const strength_task *task = argument;
    const umk_strength_plan *plan = task->point.plan;
    int64_t n = task->interaction->n_bands, begin = index * batch_size;
    int64_t n_triplets = plan->n_triplets - begin < batch_size ? plan->n_triplets - begin : batch_size;
    umk_leg leg1[batch_size], leg2[batch_size];
    for (int64_t t = 0; t < n_triplets; t++) {
        const int64_t *triplet = task->triplets[plan->order[begin + t]];
        leg1[t] = umk_leg_of(task->phonons, triplet[1]);
        leg2[t] = umk_leg_of(task->phonons, triplet[2]);
    }
    double *values = task->batches + worker * batch_size * n * n * n;
    umk_strength_batch batch = {begin, n_triplets, leg1, leg2, task->first, task->triples, values};
    task->interaction->kernel->strength(&task->point, &batch, task->workspaces + worker * task->workspace_size);
    int64_t size = task->first[1];
    for (int64_t t = 0; t < n_triplets; t++) {
        double *out = task->strength + (task->group[plan->order[begin + t]] * n + task->point.first_band) * n * n;
        for (int64_t i = 0; i < size; i++) out[i] = task->factor * values[t * size + i];
    }
    return UMK_OK;
}

/* All band triples of a block, for each triplet of a batch. */
static void list_triples(strength_task *task) {
    int64_t n = task->interaction->n_bands, size = task->point.n_block_bands * n * n;
    for (int64_t t = 0; t <= batch_size; t++) task->first[t] = t * size;
    for (int64_t e = 0; e < batch_size * size; e++) {
        int64_t element = e % size;
        task->triples[e] = (umk_band_triple){(uint16_t)(task->point.first_band + element / (n * n)),
                                             (uint16_t)(element / n % n), (uint16_t)(element % n)};
    }
}

static umk_status run_group(strength_task *task, umk_context *context, const umk_strength_plan *plan) {
    umk_status status = UMK_OK;
    int64_t n = task->interaction->n_bands, n_block = umk_strength_block_bands(plan, block_bytes);
    umk_strength_point *point = &task->point;
    *point = (umk_strength_point){.plan = plan, .leg = umk_leg_of(task->phonons, task->triplets[0][0])};
    point->data = umk_allocate(context, umk_strength_block_bytes(plan, n_block), 1);
    if (point->data == NULL) UMK_TRY(UMK_ERROR_MEMORY);
    for (point->first_band = 0; point->first_band < n; point->first_band += n_block) {
        point->n_block_bands = point->first_band + n_block > n ? n - point->first_band : n_block;
        list_triples(task);
        UMK_TRY(umk_parallel_for(context, plan->n_pieces, prepare_piece, task));
        UMK_TRY(umk_parallel_for(context, (plan->n_triplets + batch_size - 1) / batch_size, strength_batch, task));
    }
cleanup:
    umk_release(point->data);
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

/* What the function holds at most besides the mesh: lists and plans of triplets, a block, and what workers have. */
static double needed_bytes(const strength_task *task, const umk_strength_mesh *mesh, int64_t n_triplets,
                           int64_t n_threads) {
    const umk_strength_kernel *kernel = task->interaction->kernel;
    double n = (double)task->interaction->n_bands, cubes = batch_size * n * n * n;
    double block = kernel->most_block_bytes == NULL ? 0 : kernel->most_block_bytes(mesh, block_bytes);
    double worker = (double)task->workspace_size + cubes * sizeof(double);
    return 256 * (double)n_triplets + block + cubes * sizeof(umk_band_triple) + worker * (double)n_threads;
}

umk_status umk_interaction_strength(const umk_interaction *interaction, umk_context *context,
                                    const umk_phonons *phonons, const umk_grid *grid, int64_t n_triplets,
                                    const int64_t (*triplets)[3], double *strength) {
    umk_status status = UMK_OK;
    const umk_strength_kernel *kernel = interaction->kernel;
    int64_t n = interaction->n_bands, n_threads = umk_context_n_threads(context), *order = NULL, (*group)[3] = NULL;
    umk_strength_mesh *mesh = NULL;
    umk_strength_plan *plan = NULL;
    strength_task task = {.interaction = interaction, .phonons = phonons, .strength = strength};
    UMK_TRY(check_triplets(context, interaction, phonons, grid, n_triplets, triplets));
    if (kernel->mesh_create != NULL) UMK_TRY(kernel->mesh_create(&mesh, context, interaction, grid));
    task.factor = umk_strength_factor(grid->n_points);
    task.workspace_size = kernel->workspace_size(interaction, mesh, batch_size);
    UMK_TRY(umk_check_memory(context, needed_bytes(&task, mesh, n_triplets, n_threads),
                             "the computation of interaction strengths", "use fewer threads"));
    UMK_ALLOCATE(context, order, n_triplets);
    UMK_ALLOCATE(context, group, n_triplets);
    UMK_ALLOCATE(context, task.first, batch_size + 1);
    UMK_ALLOCATE(context, task.triples, umk_checked_product(4, (const int64_t[]){batch_size, n, n, n}));
    UMK_ALLOCATE(context, task.workspaces, umk_checked_product(2, (const int64_t[]){task.workspace_size, n_threads}));
    UMK_ALLOCATE(context, task.batches, umk_checked_product(5, (const int64_t[]){n_threads, batch_size, n, n, n}));
    UMK_TRY(umk_triplet_order(order, context, n_triplets, triplets));
    for (int64_t begin = 0, end; begin < n_triplets; begin = end) {
        end = umk_triplet_group_end(order, begin, n_triplets, triplets);
        for (int64_t t = begin; t < end; t++) memcpy(group[t], triplets[order[t]], sizeof group[t]);
        task.group = order + begin;
        task.triplets = (const int64_t(*)[3])(group + begin);
        UMK_TRY(umk_strength_plan_create(&plan, context, interaction, mesh, grid, end - begin, task.triplets));
        UMK_TRY(run_group(&task, context, plan));
        umk_strength_plan_destroy(plan);
        plan = NULL;
    }
cleanup:
    umk_strength_plan_destroy(plan);
    if (kernel->mesh_destroy != NULL) kernel->mesh_destroy(mesh);
    umk_release(order);
    umk_release(group);
    umk_release(task.first);
    umk_release(task.triples);
    umk_release(task.workspaces);
    umk_release(task.batches);
    return status;
}
