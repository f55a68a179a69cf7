/* |V|^2 of a list of triplets, stored: for figures and tests. */
#include "three_phonon/interaction.h"

enum { batch_size = 32 };

/* What prepare may fill for a block of bands. A constant, so that the same input gives the same bits anywhere. */
static const double block_bytes = 64e6;

typedef struct strength_task {
    const umk_interaction *interaction;
    const umk_strength_request *request;
    umk_strength_point point;
    const int64_t (*triplets)[3]; /* of the group in hand */
    const int64_t *group;         /* their indices in the list asked for */
    int64_t *place;               /* (n) where a band of q0 stands among those asked for, -1: nowhere */
    char *workspaces;
    int64_t workspace_size;
    int64_t *first;           /* (threads, batch_size + 1) */
    umk_band_triple *triples; /* (threads, batch_size, n, n, n) */
    double *batches;          /* (threads, batch_size, n, n, n) */
} strength_task;

static umk_status prepare_piece(void *argument, int64_t index, int worker) {
    const strength_task *task = argument;
    task->interaction->kernel->prepare(&task->point, index, task->workspaces + worker * task->workspace_size);
    return UMK_OK;
}

/* Element of a band triple of a triplet of the list asked for. */
static int64_t element_of(const strength_task *task, int64_t triplet, umk_band_triple bands) {
    int64_t n = task->interaction->n_bands, n0 = task->request->n_bands0;
    return ((triplet * n0 + task->place[bands.band0]) * n + bands.band1) * n + bands.band2;
}

/* The band triples of a triplet that are asked for, from position `at` on; returns the position behind them. */
static int64_t list_triples(const strength_task *task, int64_t triplet, umk_band_triple *triples, int64_t at) {
    const int8_t *is_zero = task->request->is_zero;
    int64_t n = task->interaction->n_bands, end = task->point.first_band + task->point.n_block_bands;
    for (int64_t band0 = task->point.first_band; band0 < end; band0++) {
        if (task->place[band0] < 0) continue;
        for (int64_t pair = 0; pair < n * n; pair++) {
            umk_band_triple bands = {(uint16_t)band0, (uint16_t)(pair / n), (uint16_t)(pair % n)};
            if (is_zero == NULL || !is_zero[element_of(task, triplet, bands)]) triples[at++] = bands;
        }
    }
    return at;
}

static umk_status strength_batch(void *argument, int64_t index, int worker) {
    const strength_task *task = argument;
    const umk_strength_plan *plan = task->point.plan;
    int64_t n = task->interaction->n_bands, cube = batch_size * n * n * n, begin = index * batch_size;
    int64_t n_triplets = plan->n_triplets - begin < batch_size ? plan->n_triplets - begin : batch_size;
    int64_t *first = task->first + worker * (batch_size + 1);
    umk_band_triple *triples = task->triples + worker * cube;
    double *values = task->batches + worker * cube;
    umk_leg leg1[batch_size], leg2[batch_size];
    for (int64_t t = 0; t < n_triplets; t++) {
        const int64_t *triplet = task->triplets[plan->order[begin + t]];
        leg1[t] = umk_leg_of(task->request->phonons, triplet[1]);
        leg2[t] = umk_leg_of(task->request->phonons, triplet[2]);
        first[t + 1] = list_triples(task, task->group[plan->order[begin + t]], triples, first[t]);
    }
    umk_strength_batch batch = {begin, n_triplets, leg1, leg2, first, triples, values};
    task->interaction->kernel->strength(&task->point, &batch, task->workspaces + worker * task->workspace_size);
    for (int64_t t = 0; t < n_triplets; t++) {
        int64_t triplet = task->group[plan->order[begin + t]];
        for (int64_t i = first[t]; i < first[t + 1]; i++) {
            task->request->strength[element_of(task, triplet, triples[i])] = task->request->factor * values[i];
        }
    }
    return UMK_OK;
}

static umk_status run_group(strength_task *task, umk_context *context, const umk_strength_plan *plan) {
    umk_status status = UMK_OK;
    int64_t n = task->interaction->n_bands, n_block = umk_strength_block_bands(plan, block_bytes);
    umk_strength_point *point = &task->point;
    *point = (umk_strength_point){.plan = plan, .leg = umk_leg_of(task->request->phonons, task->triplets[0][0])};
    point->data = umk_allocate(context, umk_strength_block_bytes(plan, n_block), 1);
    if (point->data == NULL) UMK_TRY(UMK_ERROR_MEMORY);
    for (point->first_band = 0; point->first_band < n; point->first_band += n_block) {
        point->n_block_bands = point->first_band + n_block > n ? n - point->first_band : n_block;
        UMK_TRY(umk_parallel_for(context, plan->n_pieces, prepare_piece, task));
        UMK_TRY(umk_parallel_for(context, (plan->n_triplets + batch_size - 1) / batch_size, strength_batch, task));
    }
cleanup:
    umk_release(point->data);
    return status;
}

bool umk_triplet_conserves(const umk_grid *grid, const int64_t triplet[3]) {
    for (int c = 0; c < 3; c++) {
        int64_t sum = 0;
        for (int leg = 0; leg < 3; leg++) sum += grid->addresses[triplet[leg]][c];
        if (sum % grid->diagonal[c] != 0) return false;
    }
    return true;
}

static umk_status check_triplets(umk_context *context, const umk_interaction *interaction, const umk_phonons *phonons,
                                 const umk_grid *grid, int64_t n_triplets, const int64_t (*triplets)[3]) {
    bool any_sum = interaction->kernel == &umk_strength_kernel_reference && interaction->takes_any_triplet;
    if (phonons->n_points != grid->n_bz_points || phonons->n_bands != interaction->n_bands) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the phonons do not belong to the grid and the interaction");
    }
    for (int64_t t = 0; t < n_triplets; t++) {
        for (int leg = 0; leg < 3; leg++) {
            if (triplets[t][leg] >= 0 && triplets[t][leg] < phonons->n_points) continue;
            return umk_fail(context, UMK_ERROR_ARGUMENT, "triplet %lld has a point %lld that is not among the phonons",
                            (long long)t, (long long)triplets[t][leg]);
        }
        if (any_sum || umk_triplet_conserves(grid, triplets[t])) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "triplet %lld (%lld, %lld, %lld) does not sum to a lattice vector",
                        (long long)t, (long long)triplets[t][0], (long long)triplets[t][1], (long long)triplets[t][2]);
    }
    return UMK_OK;
}

/* What the function holds at most besides the mesh: lists and plans of triplets, a block, and what workers have. */
static double needed_bytes(const strength_task *task, const umk_strength_mesh *mesh, int64_t n_threads) {
    const umk_strength_kernel *kernel = task->interaction->kernel;
    double n = (double)task->interaction->n_bands, cubes = batch_size * n * n * n;
    double block = kernel->most_block_bytes == NULL ? 0 : kernel->most_block_bytes(mesh, block_bytes);
    double worker = (double)task->workspace_size + cubes * (sizeof(umk_band_triple) + sizeof(double));
    return 256 * (double)task->request->n_triplets + block + worker * (double)n_threads;
}

/* Where each band of q0 stands among those asked for; a band may be asked for once. */
static umk_status place_bands(strength_task *task, umk_context *context) {
    const umk_strength_request *request = task->request;
    int64_t n = task->interaction->n_bands;
    for (int64_t band = 0; band < n; band++) task->place[band] = request->bands0 == NULL ? band : -1;
    for (int64_t i = 0; request->bands0 != NULL && i < request->n_bands0; i++) {
        int64_t band = request->bands0[i];
        if (band < 0 || band >= n || task->place[band] >= 0) {
            return umk_fail(context, UMK_ERROR_ARGUMENT, "band %lld is out of range or twice in the list",
                            (long long)band);
        }
        task->place[band] = i;
    }
    return UMK_OK;
}

static umk_status allocate_task(strength_task *task, umk_context *context, const umk_strength_mesh *mesh) {
    umk_status status = UMK_OK;
    int64_t n = task->interaction->n_bands, n_threads = umk_context_n_threads(context);
    int64_t triples = umk_checked_product(5, (const int64_t[]){n_threads, batch_size, n, n, n});
    task->workspace_size = task->interaction->kernel->workspace_size(task->interaction, mesh, batch_size);
    UMK_TRY(umk_check_memory(context, needed_bytes(task, mesh, n_threads), "the computation of interaction strengths",
                             "use fewer threads"));
    UMK_ALLOCATE(context, task->place, n);
    UMK_ALLOCATE(context, task->first, n_threads * (batch_size + 1));
    UMK_ALLOCATE(context, task->triples, triples);
    UMK_ALLOCATE(context, task->batches, triples);
    UMK_ALLOCATE(context, task->workspaces, umk_checked_product(2, (const int64_t[]){task->workspace_size, n_threads}));
    UMK_TRY(place_bands(task, context));
cleanup:
    return status;
}

static void release_task(const strength_task *task) {
    umk_release(task->place);
    umk_release(task->first);
    umk_release(task->triples);
    umk_release(task->batches);
    umk_release(task->workspaces);
}

umk_status umk_interaction_strengths(const umk_interaction *interaction, umk_context *context,
                                     const umk_strength_request *request) {
    umk_status status = UMK_OK;
    const umk_strength_kernel *kernel = interaction->kernel;
    int64_t n_triplets = request->n_triplets, *order = NULL, (*group)[3] = NULL;
    umk_strength_mesh *mesh = NULL;
    umk_strength_plan *plan = NULL;
    strength_task task = {.interaction = interaction, .request = request};
    UMK_TRY(check_triplets(context, interaction, request->phonons, request->grid, n_triplets, request->triplets));
    if (kernel->mesh_create != NULL) UMK_TRY(kernel->mesh_create(&mesh, context, interaction, request->grid));
    UMK_TRY(allocate_task(&task, context, mesh));
    UMK_ALLOCATE(context, order, n_triplets);
    UMK_ALLOCATE(context, group, n_triplets);
    UMK_TRY(umk_triplet_order(order, context, n_triplets, request->triplets));
    for (int64_t begin = 0, end; begin < n_triplets; begin = end) {
        end = umk_triplet_group_end(order, begin, n_triplets, request->triplets);
        for (int64_t t = begin; t < end; t++) memcpy(group[t], request->triplets[order[t]], sizeof group[t]);
        task.group = order + begin;
        task.triplets = (const int64_t(*)[3])(group + begin);
        UMK_TRY(umk_strength_plan_create(&plan, context, interaction, mesh, request->grid, end - begin, task.triplets));
        UMK_TRY(run_group(&task, context, plan));
        umk_strength_plan_destroy(plan);
        plan = NULL;
    }
cleanup:
    umk_strength_plan_destroy(plan);
    if (kernel->mesh_destroy != NULL) kernel->mesh_destroy(mesh);
    umk_release(order);
    umk_release(group);
    release_task(&task);
    return status;
}

umk_status umk_interaction_strength(const umk_interaction *interaction, umk_context *context,
                                    const umk_phonons *phonons, const umk_grid *grid, int64_t n_triplets,
                                    const int64_t (*triplets)[3], double *strength) {
    umk_strength_request request = {.phonons = phonons,
                                    .grid = grid,
                                    .n_triplets = n_triplets,
                                    .triplets = triplets,
                                    .n_bands0 = interaction->n_bands,
                                    .factor = umk_strength_factor(grid->n_points),
                                    .strength = strength};
    return umk_interaction_strengths(interaction, context, &request);
}
