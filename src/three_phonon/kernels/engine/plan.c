/*
 * The plan of one q0: which axis is transformed first, which of q1 and q2 is leg 1, and the order of the triplets.
 *
 * The transform along the first axis is made once for each plane of q1 that occurs, that along the second once for each
 * line, and opposite planes, lines and points share their products. So the cost of an order of the axes follows from
 * counting, and the cheapest of the six is taken. Where legs 1 and 2 may be exchanged, q1 or q2 is leg 1, whichever
 * lies nearer to the zero of the axes: that fills few planes and lines, in opposite pairs.
 */
#include "three_phonon/kernels/engine/engine.h"
#include <math.h>
#include <stdlib.h>

/** Coordinates of q1 and q2 of a triplet along the axes of the mesh. */
typedef struct folded_triplet {
    umk_fold leg[2][3];
} folded_triplet;

static void fold_triplets(folded_triplet *folded, const umk_strength_mesh *mesh, const umk_grid *grid, int64_t n,
                          const int64_t (*triplets)[3]) {
    for (int64_t t = 0; t < n; t++) {
        for (int leg = 0; leg < 2; leg++) {
            const int64_t *address = grid->addresses[triplets[t][leg + 1]];
            for (int axis = 0; axis < 3; axis++) {
                folded[t].leg[leg][axis] = umk_fold_residue(address[axis], mesh->period[axis]);
            }
        }
    }
}

/* Whether q2 comes before q1: by distance from zero along plane, line and point, then by sign. */
static bool prefers_second(const folded_triplet *folded, const int axis[3]) {
    for (int place = 0; place < 3; place++) {
        int64_t first = folded->leg[0][axis[place]].size, second = folded->leg[1][axis[place]].size;
        if (first != second) return second < first;
    }
    for (int place = 0; place < 3; place++) {
        int first = folded->leg[0][axis[place]].sign, second = folded->leg[1][axis[place]].sign;
        if (first != second) return second > first;
    }
    return false;
}

/** Which planes, lines and points have been met; lines and points count with their opposite. */
typedef struct census {
    int8_t *marks;
    int64_t n_planes, n_plane_pairs, n_line_pairs, n_point_pairs;
} census;

static int64_t mark(int8_t *place) {
    int64_t is_new = !*place;
    *place = 1;
    return is_new;
}

static void count_order(census *census, const umk_axes *axes, int64_t n, const folded_triplet *folded,
                        bool exchangeable) {
    int64_t half[3], n_marks;
    for (int i = 0; i < 3; i++) half[i] = axes->period[i] / 2 + 1;
    int8_t *pairs = census->marks, *planes = pairs + half[0], *lines = planes + 2 * half[0];
    int8_t *points = lines + 2 * half[0] * half[1];
    n_marks = points + 4 * half[0] * half[1] * half[2] - census->marks;
    memset(census->marks, 0, (size_t)n_marks);
    census->n_planes = census->n_plane_pairs = census->n_line_pairs = census->n_point_pairs = 0;
    for (int64_t t = 0; t < n; t++) {
        const umk_fold *leg = folded[t].leg[exchangeable && prefers_second(&folded[t], axes->axis)];
        umk_fold plane = leg[axes->axis[0]], line = leg[axes->axis[1]], point = leg[axes->axis[2]];
        int64_t place = 2 * plane.size + (plane.sign < 0);
        census->n_plane_pairs += mark(&pairs[plane.size]);
        census->n_planes += mark(&planes[place]);
        place = place * half[1] + line.size;
        census->n_line_pairs += mark(&lines[place]);
        place = (2 * place + (line.sign < 0)) * half[2] + point.size;
        census->n_point_pairs += mark(&points[place]);
    }
}

/* Products of the three transforms, each over one unit. */
static double count_products(const census *census, const umk_axes *axes) {
    double first = 0;
    for (int64_t c = 0; c < axes->n_columns; c++) {
        const umk_column *column = &axes->columns[c];
        int64_t n_slots = (column->slot[1][0] < 0 ? 1 : 2) * (column->slot[0][1] < 0 ? 1 : 2);
        for (int64_t i = column->first_begin; i < column->first_end; i++) {
            first += (double)(n_slots * (axes->first_alone[i] ? 1 : 2));
        }
    }
    return first * (double)census->n_plane_pairs + (double)(census->n_line_pairs * axes->n_plane_slots) +
           (double)(census->n_point_pairs * axes->n_line_slots);
}

/* Axes with more data for one group of bands than this are taken only if they have the least. */
static const double tolerable_bytes = 16e6;

static double group_bytes(const umk_strength_mesh *mesh, const umk_axes *axes) {
    return (double)(axes->period[0] * axes->n_plane_slots) * (double)mesh->unit * sizeof(double);
}

static double least_group_bytes(const umk_strength_mesh *mesh) {
    double least = group_bytes(mesh, &mesh->axes[0]);
    for (int o = 1; o < 6; o++) least = fmin(least, group_bytes(mesh, &mesh->axes[o]));
    return least;
}

/* Of a group, for the axes that a plan may take: those of the least data, or others while they stay small. */
static double group_limit(const umk_strength_mesh *mesh) {
    return fmax(least_group_bytes(mesh), tolerable_bytes);
}

double umk_engine_most_block_bytes(const umk_strength_mesh *mesh, double bytes) {
    double limit = group_limit(mesh), most = 0;
    for (int o = 0; o < 6; o++) {
        double group = group_bytes(mesh, &mesh->axes[o]);
        if (group <= limit) most = fmax(most, fmax(group, fmin(bytes, group * (double)mesh->n_groups)));
    }
    return most;
}

static const umk_axes *choose_axes(census *census, const umk_strength_mesh *mesh, int64_t n,
                                   const folded_triplet *folded, bool exchangeable) {
    const umk_axes *best = NULL;
    double least = 0, most_bytes = group_limit(mesh);
    for (int o = 0; o < 6; o++) {
        const umk_axes *axes = &mesh->axes[o];
        if (group_bytes(mesh, axes) > most_bytes) continue;
        count_order(census, axes, n, folded, exchangeable);
        double cost = count_products(census, axes);
        if (best != NULL && cost >= least) continue;
        best = axes;
        least = cost;
    }
    return best;
}

typedef struct sorted_triplet {
    int64_t key; /* plane, line and point with their signs */
    int64_t index;
} sorted_triplet;

static int compare_sorted(const void *a, const void *b) {
    const sorted_triplet *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void sort_triplets(sorted_triplet *sorted, const umk_axes *axes, int64_t n, const folded_triplet *folded,
                          bool exchangeable) {
    for (int64_t t = 0; t < n; t++) {
        const umk_fold *leg = folded[t].leg[exchangeable && prefers_second(&folded[t], axes->axis)];
        int64_t key = 0;
        for (int place = 0; place < 3; place++) {
            umk_fold fold = leg[axes->axis[place]];
            /* the line's sign after its size: a pair of lines stays together */
            key = (key * (axes->period[place] + 2) + fold.size) * 2 + (fold.sign < 0);
        }
        sorted[t] = (sorted_triplet){key, t};
    }
    qsort(sorted, (size_t)n, sizeof *sorted, compare_sorted);
}

/* The plane of a fold, made when it is the next one of the ascending list. */
static int64_t plane_of(umk_q_plan *engine, umk_fold fold) {
    if (engine->n_pairs == 0 || engine->pairs[engine->n_pairs - 1].size != fold.size) {
        engine->pairs[engine->n_pairs++] = (umk_plane_pair){fold.size, {-1, -1}};
    }
    int64_t *plane = &engine->pairs[engine->n_pairs - 1].plane[fold.sign < 0];
    if (*plane < 0) *plane = engine->n_planes++;
    return *plane;
}

static void fill_plan(umk_strength_plan *plan, umk_q_plan *engine, const sorted_triplet *sorted,
                      const folded_triplet *folded) {
    const umk_axes *axes = engine->axes;
    for (int64_t i = 0; i < plan->n_triplets; i++) {
        const folded_triplet *triplet = &folded[sorted[i].index];
        bool exchange = plan->interaction->exchangeable && prefers_second(triplet, axes->axis);
        const umk_fold *leg = triplet->leg[exchange];
        plan->order[i] = sorted[i].index;
        engine->places[i] =
            (umk_place){plane_of(engine, leg[axes->axis[0]]), leg[axes->axis[1]], leg[axes->axis[2]], exchange};
    }
    for (int64_t i = 0; i < plan->n_triplets; i++) {
        bool last = i + 1 == plan->n_triplets;
        plan->ends_run[i] = last || engine->places[i + 1].plane != engine->places[i].plane ||
                            engine->places[i + 1].line.size != engine->places[i].line.size;
    }
}

umk_status umk_engine_plan(umk_strength_plan *plan, umk_context *context, const umk_strength_mesh *mesh,
                           const umk_grid *grid, const int64_t (*triplets)[3]) {
    umk_status status = UMK_OK;
    umk_q_plan *engine = NULL;
    folded_triplet *folded = NULL;
    sorted_triplet *sorted = NULL;
    census census = {0};
    int64_t n = plan->n_triplets, n_marks = 4;
    for (int axis = 0; axis < 3; axis++) n_marks *= mesh->period[axis] / 2 + 4;
    UMK_ALLOCATE(context, engine, 1);
    plan->details = engine;
    UMK_ALLOCATE(context, folded, n);
    UMK_ALLOCATE(context, sorted, n);
    UMK_ALLOCATE(context, census.marks, 2 * n_marks);
    fold_triplets(folded, mesh, grid, n, triplets);
    engine->mesh = mesh;
    engine->axes = choose_axes(&census, mesh, n, folded, plan->interaction->exchangeable);
    UMK_ALLOCATE(context, engine->places, n);
    UMK_ALLOCATE(context, engine->pairs, engine->axes->period[0] / 2 + 1);
    sort_triplets(sorted, engine->axes, n, folded, plan->interaction->exchangeable);
    fill_plan(plan, engine, sorted, folded);
    plan->n_pieces = engine->axes->n_columns;
    plan->group_bands = mesh->group_bands;
    plan->group_bytes = umk_engine_group_size(engine) * (int64_t)sizeof(double);
cleanup:
    umk_release(folded);
    umk_release(sorted);
    umk_release(census.marks);
    return status;
}

void umk_engine_plan_clear(umk_strength_plan *plan) {
    umk_q_plan *engine = plan->details;
    if (engine == NULL) return;
    umk_release(engine->pairs);
    umk_release(engine->places);
    umk_release(engine);
}
