/*
 * Steps 2 and 3 of the engine, for a batch of triplets: from the planes of prepare.c to lines and points of q1, then
 * the contractions of legs 1 and 2, the second for the band triples that are wanted only.
 */
#include "three_phonon/kernels/engine/engine.h"

/** Pairs of lines, or of points of a line, that are transformed together. */
enum { pairs_at_once = 4 };

/** Scratch of strength. Sizes in doubles. */
typedef struct scratch {
    double *vectors1, *vectors2;                 /* (n_triplets, n, n) complex; (n_triplets, n, 2, n_padded) */
    double *periodic;                            /* (n, n) complex */
    double *turns, *phase_cosines, *phase_sines; /* (n_triplets, 2, n_primitive) of the legs, padded */
    double *lines;                               /* (pairs_at_once, 2, n_line_slots, unit) */
    double *points;                              /* (pairs_at_once, 2, unit) */
    double *half;                                /* (unit) leg 1 contracted */
    double *cosines, *sines;                     /* (most inputs, pairs_at_once) */
    int64_t *even, *odd;                         /* (most inputs) */
    int64_t *next, *end;                         /* (n_triplets) band triples of the group of bands in hand */
    int32_t *outputs;                            /* (n) */
    bool *wanted;                                /* (n) */
} scratch;

static int64_t lay_out(scratch *s, const umk_strength_mesh *mesh, int64_t n, int64_t n_triplets, void *workspace) {
    int64_t bytes = 0, real = sizeof(double), most_inputs = 0, n_line_slots = 0;
    for (int o = 0; o < 6; o++) {
        most_inputs = umk_larger(most_inputs, umk_larger(mesh->axes[o].most_columns, mesh->axes[o].n_rows));
        n_line_slots = umk_larger(n_line_slots, mesh->axes[o].n_line_slots);
    }
    s->vectors1 = umk_take(workspace, &bytes, n_triplets * 2 * n * n, real);
    s->vectors2 = umk_take(workspace, &bytes, n_triplets * 2 * n * mesh->n_padded, real);
    s->periodic = umk_take(workspace, &bytes, 2 * n * n, real);
    int64_t n_phases = n_triplets * 2 * (n / 3) + UMK_STRENGTH_LANES;
    s->turns = umk_take(workspace, &bytes, n_phases, real);
    s->phase_cosines = umk_take(workspace, &bytes, n_phases, real);
    s->phase_sines = umk_take(workspace, &bytes, n_phases, real);
    s->lines = umk_take(workspace, &bytes, pairs_at_once * 2 * n_line_slots * mesh->unit, real);
    s->points = umk_take(workspace, &bytes, pairs_at_once * 2 * mesh->unit, real);
    s->half = umk_take(workspace, &bytes, mesh->unit, real);
    s->cosines = umk_take(workspace, &bytes, most_inputs * pairs_at_once, real);
    s->sines = umk_take(workspace, &bytes, most_inputs * pairs_at_once, real);
    s->even = umk_take(workspace, &bytes, most_inputs, sizeof(int64_t));
    s->odd = umk_take(workspace, &bytes, most_inputs, sizeof(int64_t));
    s->next = umk_take(workspace, &bytes, n_triplets, sizeof(int64_t));
    s->end = umk_take(workspace, &bytes, n_triplets, sizeof(int64_t));
    s->outputs = umk_take(workspace, &bytes, n, sizeof(int32_t));
    s->wanted = umk_take(workspace, &bytes, n, sizeof(bool));
    return bytes;
}

int64_t umk_engine_strength_size(const umk_strength_mesh *mesh, int64_t n_bands, int64_t n_triplets) {
    scratch scratch;
    return lay_out(&scratch, mesh, n_bands, n_triplets, NULL);
}

/** The batch in hand and the group of bands of q0 in hand. */
typedef struct run {
    const umk_strength_point *point;
    const umk_strength_batch *batch;
    const umk_q_plan *plan;
    const umk_place *places; /* (n_triplets) of the batch */
    int64_t first_band, end_band;
    const double *data; /* of the group */
    const scratch *s;
} run;

/* ---- eigenvectors of legs 1 and 2 -------------------------------------------------------------------------------*/

/* exp(2 pi i q tau) / sqrt(m) of the atoms for both legs of all triplets, leg 1 (the one that is contracted first) in
 * front. */
static void fill_leg_phases(const run *run) {
    const umk_interaction *interaction = run->point->plan->interaction;
    const scratch *s = run->s;
    int64_t n_p = interaction->n_primitive, n = 2 * run->batch->n_triplets * n_p, place = 0;
    for (int64_t t = 0; t < run->batch->n_triplets; t++) {
        for (int leg = 0; leg < 2; leg++) {
            const double *q = (run->places[t].exchange == (leg == 0) ? run->batch->leg2 : run->batch->leg1)[t].q;
            for (int64_t atom = 0; atom < n_p; atom++) {
                const double *tau = interaction->positions[atom];
                s->turns[place++] = q[0] * tau[0] + q[1] * tau[1] + q[2] * tau[2];
            }
        }
    }
    for (int64_t i = n; i % UMK_STRENGTH_LANES != 0; i++) s->turns[i] = 0;
    interaction->loops->fill_phases((n + UMK_STRENGTH_LANES - 1) / UMK_STRENGTH_LANES * UMK_STRENGTH_LANES, s->turns,
                                    s->phase_cosines, s->phase_sines);
    for (int64_t i = 0; i < n; i++) {
        s->phase_cosines[i] *= interaction->inverse_root_masses[i % n_p];
        s->phase_sines[i] *= interaction->inverse_root_masses[i % n_p];
    }
}

static void fill_vectors(const run *run) {
    const umk_interaction *interaction = run->point->plan->interaction;
    const umk_strength_mesh *mesh = run->plan->mesh;
    const scratch *s = run->s;
    int64_t n = interaction->n_bands, n_p = interaction->n_primitive;
    fill_leg_phases(run);
    for (int64_t t = 0; t < run->batch->n_triplets; t++) {
        bool exchange = run->places[t].exchange;
        const umk_leg *leg1 = exchange ? &run->batch->leg2[t] : &run->batch->leg1[t];
        const umk_leg *leg2 = exchange ? &run->batch->leg1[t] : &run->batch->leg2[t];
        const double *cosines = s->phase_cosines + 2 * t * n_p, *sines = s->phase_sines + 2 * t * n_p;
        interaction->loops->turn_vectors(n, cosines, sines, (const double *)leg1->eigenvectors,
                                         s->vectors1 + t * 2 * n * n);
        interaction->loops->turn_vectors(n, cosines + n_p, sines + n_p, (const double *)leg2->eigenvectors,
                                         s->periodic);
        interaction->loops->transpose_vectors(n, mesh->n_padded, s->periodic, s->vectors2 + t * 2 * n * mesh->n_padded);
    }
}

/* ---- transforms -------------------------------------------------------------------------------------------------*/

/** The distinct |n| of a stretch of triplets along the axis in hand, in ascending order. */
typedef struct pair_list {
    int64_t n, size[pairs_at_once];
    bool is_wanted[pairs_at_once][2]; /* +|n|, -|n| */
} pair_list;

/* Adds n to the ascending list; false where it is full. */
static bool add_pair(pair_list *pairs, umk_fold n) {
    bool is_new = pairs->n == 0 || n.size != pairs->size[pairs->n - 1];
    if (is_new && pairs->n == pairs_at_once) return false;
    if (is_new) pairs->size[pairs->n++] = n.size;
    pairs->is_wanted[pairs->n - 1][n.sign < 0] = true;
    return true;
}

/* Place of n in the list: 2 m for the m-th size, and 1 more for its opposite. */
static int64_t find_pair(const pair_list *pairs, umk_fold n) {
    int64_t m = 0;
    while (m + 1 < pairs->n && pairs->size[m] != n.size) m++;
    return 2 * m + (n.sign < 0);
}

static void add_input(int64_t *places, double *factors, int64_t *n, const double *table, int64_t period,
                      const pair_list *pairs, int64_t size, int64_t place) {
    for (int64_t m = 0; m < pairs->n; m++) factors[*n * pairs->n + m] = table[pairs->size[m] * size % period];
    places[(*n)++] = place;
}

/* Lines of a pair list from one plane: the transform along the second axis, for each row and parity. */
static void transform_lines(const umk_strength_point *point, const umk_q_plan *plan, const pair_list *pairs,
                            const double *plane, const scratch *s) {
    const umk_axes *axes = plan->axes;
    const umk_strength_mesh *mesh = plan->mesh;
    const double *cosines = mesh->cosines[axes->axis[1]], *sines = mesh->sines[axes->axis[1]];
    double *plus[pairs_at_once], *minus[pairs_at_once];
    for (int64_t r = 0; r < axes->n_rows; r++) {
        const umk_row *row = &axes->rows[r];
        for (int odd2 = 0; odd2 < 2 && row->slot[odd2] >= 0; odd2++) {
            umk_pair_transform t = {pairs->n, 0, 0, s->even, s->odd, s->cosines, s->sines, plus, minus};
            for (int64_t c = row->column_begin; c < row->column_end; c++) {
                const umk_column *column = &axes->columns[c];
                add_input(s->even, s->cosines, &t.n_even, cosines, axes->period[1], pairs, column->size1,
                          column->slot[0][odd2] * mesh->unit);
                if (column->slot[1][odd2] < 0) continue;
                add_input(s->odd, s->sines, &t.n_odd, sines, axes->period[1], pairs, column->size1,
                          column->slot[1][odd2] * mesh->unit);
            }
            for (int64_t m = 0; m < pairs->n; m++) {
                double *line = s->lines + (2 * m * axes->n_line_slots + row->slot[odd2]) * mesh->unit;
                plus[m] = pairs->is_wanted[m][0] ? line : NULL;
                minus[m] = pairs->is_wanted[m][1] ? line + axes->n_line_slots * mesh->unit : NULL;
            }
            point->plan->interaction->loops->transform(&t, mesh->unit, plane);
        }
    }
}

/* Points of a pair list from one line. */
static void transform_points(const umk_strength_point *point, const umk_q_plan *plan, const pair_list *pairs,
                             const double *line, const scratch *s) {
    const umk_axes *axes = plan->axes;
    const umk_strength_mesh *mesh = plan->mesh;
    const double *cosines = mesh->cosines[axes->axis[2]], *sines = mesh->sines[axes->axis[2]];
    double *plus[pairs_at_once], *minus[pairs_at_once];
    umk_pair_transform t = {pairs->n, 0, 0, s->even, s->odd, s->cosines, s->sines, plus, minus};
    for (int64_t r = 0; r < axes->n_rows; r++) {
        const umk_row *row = &axes->rows[r];
        add_input(s->even, s->cosines, &t.n_even, cosines, axes->period[2], pairs, row->size2,
                  row->slot[0] * mesh->unit);
        if (row->slot[1] < 0) continue;
        add_input(s->odd, s->sines, &t.n_odd, sines, axes->period[2], pairs, row->size2, row->slot[1] * mesh->unit);
    }
    for (int64_t m = 0; m < pairs->n; m++) {
        double *at = s->points + 2 * m * mesh->unit;
        plus[m] = pairs->is_wanted[m][0] ? at : NULL;
        minus[m] = pairs->is_wanted[m][1] ? at + mesh->unit : NULL;
    }
    point->plan->interaction->loops->transform(&t, mesh->unit, line);
}

/* ---- one triplet ------------------------------------------------------------------------------------------------*/

/* Band triples of the group in hand, for all triplets: those behind the group before. */
static void find_group(const run *run) {
    const umk_strength_batch *batch = run->batch;
    for (int64_t t = 0; t < batch->n_triplets; t++) {
        int64_t end = run->s->end[t];
        run->s->next[t] = end;
        while (end < batch->first[t + 1] && batch->triples[end].band0 < run->end_band) end++;
        run->s->end[t] = end;
    }
}

static void contract_triplet(const run *run, int64_t t, const double *at) {
    const scratch *s = run->s;
    const umk_strength_mesh *mesh = run->plan->mesh;
    const umk_interaction *interaction = run->point->plan->interaction;
    int64_t n = interaction->n_bands, begin = s->next[t], end = s->end[t], n_outputs = 0;
    bool exchange = run->places[t].exchange;
    const umk_band_triple *triples = run->batch->triples;
    if (begin == end) return;
    memset(s->wanted, 0, (size_t)n * sizeof *s->wanted);
    for (int64_t e = begin; e < end; e++) s->wanted[exchange ? triples[e].band2 : triples[e].band1] = true;
    for (int64_t band = 0; band < n; band++) {
        if (s->wanted[band]) s->outputs[n_outputs++] = (int32_t)band;
    }
    interaction->loops->contract(n, n_outputs, s->outputs, mesh->width, s->vectors1 + t * 2 * n * n, n, at, n, s->half);
    interaction->loops->amplitudes(end - begin, triples + begin, exchange, run->first_band, n, mesh->n_padded,
                                   s->vectors2 + t * 2 * n * mesh->n_padded, mesh->width, s->half,
                                   run->batch->strength + begin);
}

/* ---- stretches of the batch -------------------------------------------------------------------------------------*/

/* Triplets begin ... end - 1 lie on one line. */
static void run_line(const run *run, int64_t begin, int64_t end, const double *line) {
    const umk_place *places = run->places;
    for (int64_t first = begin, last; first < end; first = last) {
        pair_list pairs = {0};
        int64_t wanted = 0;
        for (last = first; last < end && add_pair(&pairs, places[last].point); last++) {
            wanted += run->s->end[last] - run->s->next[last];
        }
        if (wanted == 0) continue;
        transform_points(run->point, run->plan, &pairs, line, run->s);
        for (int64_t t = first; t < last; t++) {
            contract_triplet(run, t, run->s->points + find_pair(&pairs, places[t].point) * run->plan->mesh->unit);
        }
    }
}

/* Triplets begin ... end - 1 lie in one plane, on at most pairs_at_once pairs of lines. */
static void run_line_pairs(const run *run, int64_t begin, int64_t end, const pair_list *pairs) {
    const umk_axes *axes = run->plan->axes;
    int64_t unit = run->plan->mesh->unit;
    const double *plane = run->data + run->places[begin].plane * axes->n_plane_slots * unit;
    transform_lines(run->point, run->plan, pairs, plane, run->s);
    for (int64_t first = begin, last; first < end; first = last) {
        umk_fold line = run->places[first].line;
        for (last = first + 1;
             last < end && run->places[last].line.size == line.size && run->places[last].line.sign == line.sign;)
            last++;
        run_line(run, first, last, run->s->lines + find_pair(pairs, line) * axes->n_line_slots * unit);
    }
}

static void run_group(const run *run) {
    const umk_place *places = run->places;
    int64_t n = run->batch->n_triplets;
    for (int64_t begin = 0, end; begin < n; begin = end) {
        pair_list pairs = {0};
        end = begin;
        while (end < n && places[end].plane == places[begin].plane && add_pair(&pairs, places[end].line)) end++;
        run_line_pairs(run, begin, end, &pairs);
    }
}

void umk_engine_strength(const umk_strength_point *point, const umk_strength_batch *batch, void *workspace) {
    const umk_q_plan *plan = point->plan->details;
    const umk_strength_mesh *mesh = plan->mesh;
    scratch s;
    lay_out(&s, mesh, point->plan->interaction->n_bands, batch->n_triplets, workspace);
    run run = {point, batch, plan, plan->places + batch->begin, 0, 0, point->data, &s};
    fill_vectors(&run);
    for (int64_t t = 0; t < batch->n_triplets; t++) s.end[t] = batch->first[t];
    for (int64_t begin = 0; begin < point->n_block_bands; begin += mesh->group_bands) {
        run.first_band = point->first_band + begin;
        run.end_band = run.first_band + mesh->group_bands;
        find_group(&run);
        run_group(&run);
        run.data += umk_engine_group_size(plan);
    }
    umk_strength_scale(point, batch);
}
