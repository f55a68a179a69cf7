/* Rows of the collision operator: kept or made again; and the product of the operator with a field. */
#include "transport/lbte/collision.h"
#include <string.h>

enum { least_slots = 8, most_slots = 64 };

/* For each band, thread and lane: the row's own field, what it gets, and what the kernel needs. */
enum { n_scratch = 3 + 3 + 2 };

/* What the partial sums of a product may take where there are more than a few. */
static const double slots_bytes = 2e6;

void umk_collision_init(umk_collision *collision, umk_context *context, umk_linewidth *linewidth, int64_t n_points,
                        const int64_t *points, double most_bytes) {
    *collision = (umk_collision){
        .context = context, .linewidth = linewidth, .n_points = n_points, .points = points, .most_bytes = most_bytes};
}

static void drop_rows(umk_collision *collision, int64_t from) {
    int64_t first = from > collision->n_in_block ? from : collision->n_in_block;
    for (int64_t r = first; r < collision->n_rows; r++) umk_release(collision->rows[r]);
    collision->n_rows = from;
}

void umk_collision_clear(umk_collision *collision) {
    drop_rows(collision, 0);
    umk_release(collision->rows);
    umk_release(collision->block);
    umk_release(collision->slots);
    umk_release(collision->scratch);
    memset(collision, 0, sizeof *collision);
}

/* ---- rows -------------------------------------------------------------------------------------------------------*/

/** A list of rows that grows. */
typedef struct row_list {
    umk_collision *collision;
    int64_t first_point; /* what point 0 of the run that makes them is here */
} row_list;

/* Room for n more rows. */
static umk_status reserve(umk_collision *collision, int64_t n) {
    umk_status status = UMK_OK;
    umk_collision_row **larger = NULL;
    int64_t capacity = 2 * collision->row_capacity + n + 255;
    if (collision->n_rows + n <= collision->row_capacity) return UMK_OK;
    UMK_ALLOCATE(collision->context, larger, capacity);
    if (collision->n_rows > 0) {
        memcpy(larger, collision->rows, (size_t)collision->n_rows * sizeof(umk_collision_row *));
    }
    umk_release(collision->rows);
    collision->rows = larger;
    collision->row_capacity = capacity;
cleanup:
    return status;
}

static umk_status append_row(void *user, umk_collision_row *row) {
    umk_status status = UMK_OK;
    const row_list *list = user;
    umk_collision *collision = list->collision;
    UMK_TRY(reserve(collision, 1));
    row->point += list->first_point;
    collision->rows[collision->n_rows++] = row;
    row = NULL;
cleanup:
    umk_release(row);
    return status;
}

static umk_status make_rows(umk_collision *collision, int64_t first, int64_t n, umk_linewidth_result *results) {
    row_list list = {collision, first};
    umk_row_sink sink = {append_row, &list};
    return umk_linewidth_run_rows(collision->linewidth, collision->context, n, collision->points + first, results,
                                  &sink);
}

bool umk_collision_keep(umk_collision *collision, int64_t point, double bytes) {
    if (collision->n_kept != point || collision->kept_bytes + bytes > collision->most_bytes) return false;
    collision->kept_bytes += bytes;
    collision->n_kept = point + 1;
    return true;
}

/* The bytes of the rows of a point from row r on; returns the row behind them. */
static int64_t end_of_point(const umk_collision *collision, int64_t point, int64_t r, double *bytes) {
    for (*bytes = 0; r < collision->n_rows && collision->rows[r]->point == point; r++) {
        *bytes += (double)umk_collision_row_bytes(collision->rows[r]->n_triplets, collision->rows[r]->n_entries);
    }
    return r;
}

/* on_rows is told of the rows of new points, and those that do not fit are dropped. */
static umk_status settle(umk_collision *collision, int64_t n_rows_before, int64_t first, int64_t n,
                         const umk_linewidth_result *results) {
    umk_status status = UMK_OK;
    int64_t keep = n_rows_before;
    double bytes;
    for (int64_t i = 0, begin = n_rows_before, end; i < n; i++, begin = end) {
        end = end_of_point(collision, first + i, begin, &bytes);
        if (collision->on_rows != NULL) {
            UMK_TRY(collision->on_rows(collision->user, first + i, results == NULL ? NULL : &results[i], end - begin,
                                       collision->rows + begin));
        }
        if (umk_collision_keep(collision, first + i, bytes)) keep = end;
    }
cleanup:
    drop_rows(collision, keep);
    return status;
}

umk_status umk_collision_pass(umk_collision *collision, int64_t first, int64_t n, umk_linewidth_result *results) {
    int64_t before = collision->n_rows;
    umk_status status = make_rows(collision, first, n, results);
    if (status == UMK_OK) return settle(collision, before, first, n, results);
    drop_rows(collision, before);
    return status;
}

umk_status umk_collision_put_first(umk_collision *collision, void *block, int64_t n_rows,
                                   umk_collision_row *const *rows) {
    umk_status status = UMK_OK;
    int64_t n_points = collision->on_rows != NULL ? collision->n_kept : 0;
    double bytes;
    collision->block = block;
    UMK_TRY(reserve(collision, n_rows));
    memmove(collision->rows + n_rows, collision->rows, (size_t)collision->n_rows * sizeof *rows);
    if (n_rows > 0) memcpy(collision->rows, rows, (size_t)n_rows * sizeof *rows);
    collision->n_rows += n_rows;
    collision->n_in_block = n_rows;
    for (int64_t point = 0, begin = 0, end; point < n_points; point++, begin = end) {
        end = end_of_point(collision, point, begin, &bytes);
        UMK_TRY(collision->on_rows(collision->user, point, NULL, end - begin, collision->rows + begin));
    }
cleanup:
    return status;
}

umk_status umk_collision_make_again(umk_collision *collision, int64_t point, int64_t n_rows, umk_collision_row **rows,
                                    void *memory, int64_t bytes) {
    int64_t before = collision->n_rows, of_content;
    double made;
    umk_status status = make_rows(collision, point, 1, NULL);
    if (status != UMK_OK) goto cleanup;
    end_of_point(collision, point, before, &made);
    if (collision->n_rows - before != n_rows || made != (double)bytes) {
        status = umk_fail(collision->context, UMK_ERROR_INPUT, "rows of grid point %lld are not of this operator",
                          (long long)point);
        goto cleanup;
    }
    for (int64_t r = 0; r < n_rows; r++) {
        const umk_collision_row *row = collision->rows[before + r];
        umk_row_head head = umk_collision_row_head(row);
        const void *content = umk_collision_row_content(row, &of_content);
        memcpy(memory, &head, sizeof head);
        memcpy((char *)memory + sizeof head, content, (size_t)of_content);
        rows[r] = umk_collision_row_restore(memory, (int64_t)sizeof head + of_content);
        memory = (char *)memory + sizeof head + of_content;
    }
cleanup:
    drop_rows(collision, before);
    return status;
}

/** Rows that are shown. */
typedef struct visit {
    umk_collision *collision;
    int64_t n_slots, n_parts, n_rows;
    umk_collision_row *const *rows;
    umk_row_visitor visitor;
    void *user;
} visit;

static umk_status visit_rows(void *argument, int64_t task, int worker) {
    const visit *visit = argument;
    int64_t slot = task % visit->n_slots, part = task / visit->n_slots;
    double started = umk_now();
    for (int64_t r = 0; r < visit->n_rows; r++) {
        if (visit->rows[r]->point % visit->n_slots != slot) continue;
        visit->visitor(visit->user, visit->rows[r], slot, part, worker);
    }
    umk_stage_add(visit->collision->context, UMK_STAGE_COLLISION, worker, umk_now() - started);
    return UMK_OK;
}

umk_status umk_collision_visit(umk_collision *collision, int64_t n_slots, int64_t n_parts, umk_row_visitor visitor,
                               void *user) {
    umk_status status = UMK_OK;
    int64_t n_kept_rows = collision->n_rows, step = umk_linewidth_points_in_flight(collision->linewidth);
    visit visit = {collision, n_slots, n_parts, n_kept_rows, collision->rows, visitor, user};
    UMK_TRY(umk_parallel_for(collision->context, n_slots * n_parts, visit_rows, &visit));
    for (int64_t first = collision->n_kept, n; first < collision->n_points; first += n) {
        n = collision->n_points - first < step ? collision->n_points - first : step;
        UMK_TRY(make_rows(collision, first, n, NULL));
        visit.n_rows = collision->n_rows - n_kept_rows;
        visit.rows = collision->rows + n_kept_rows;
        UMK_TRY(umk_parallel_for(collision->context, n_slots * n_parts, visit_rows, &visit));
        drop_rows(collision, n_kept_rows);
    }
cleanup:
    if (status != UMK_OK) drop_rows(collision, n_kept_rows);
    return status;
}

/* ---- product ----------------------------------------------------------------------------------------------------*/

static int64_t count_slots(int64_t n_points, double field_bytes) {
    double most = slots_bytes / field_bytes;
    int64_t n = most < least_slots ? least_slots : most > most_slots ? most_slots : (int64_t)most;
    return n < n_points ? n : n_points;
}

double umk_collision_workspace_bytes(int64_t n_points, int64_t n_bands, int64_t n_temperatures, int n_threads) {
    double field = umk_collision_field_bytes(n_points, n_bands, n_temperatures);
    return (double)count_slots(n_points, field) * field +
           n_threads * (double)n_bands * n_scratch * umk_all_lanes * sizeof(double);
}

/* Of a thread. */
static int64_t scratch_size(const umk_collision_space *space) {
    return space->n_bands * n_scratch * space->block_lanes;
}

umk_status umk_collision_prepare(umk_collision *collision, const umk_collision_space *space) {
    umk_status status = UMK_OK;
    if (collision->slots != NULL) return UMK_OK;
    int n_threads = umk_context_n_threads(collision->context);
    collision->n_slots = count_slots(space->n_points, (double)space->field_size * sizeof(double));
    UMK_ALLOCATE(collision->context, collision->slots,
                 umk_checked_product(2, (const int64_t[]){collision->n_slots, space->field_size}));
    UMK_ALLOCATE(collision->context, collision->scratch, n_threads * scratch_size(space));
cleanup:
    return status;
}

typedef struct product {
    umk_collision *collision;
    const umk_collision_space *space;
    const bool *active; /* (n_blocks), or NULL */
    const double *in;
    double *out;
    bool of_asymmetry; /* (A - A^T) / 2 instead of B */
    int64_t n_parts;   /* that the blocks are shared out in: all of them at once, or each for itself */
} product;

static bool is_active(const product *product, int64_t block) {
    return product->active == NULL || product->active[block];
}

/*
 * Adds w_i A f to the lines of the row's point, and the transpose to those of the points of its triplets, in the sums
 * of the slot; all for one block of temperatures.
 */
static void add_row_to_block(const product *product, const umk_collision_row *row, int64_t block, double *sums,
                             double *scratch) {
    const umk_collision_space *space = product->space;
    int64_t size = space->n_bands * space->mode_size, sinh_size = space->n_bands * space->block_lanes;
    int64_t first = umk_first_mode(space, block, 0);
    const double *in = product->in + first * space->mode_size;
    const double *inverse_sinh = space->inverse_sinh + first * space->block_lanes;
    double *field = scratch, *out = scratch + size, *of_kernel = scratch + 2 * size, *of_row = sums + row->point * size;
    double weight = space->point_weights[row->point], of_transpose = product->of_asymmetry ? -weight : weight;
    umk_entry_terms terms = {.n_lanes = space->block_lanes, .n_bands = space->n_bands, .field0 = field};
    for (int64_t k = 0; k < size; k++) field[k] = of_transpose * in[row->point * size + k];
    memset(out, 0, (size_t)size * sizeof(double));
    for (int64_t t = 0; t < row->n_triplets; t++) {
        double *of_legs[2];
        terms.n_entries = row->first[t + 1] - row->first[t];
        terms.values = row->values + row->first[t];
        terms.bands = row->bands + row->first[t];
        for (int k = 0; k < 2; k++) {
            int32_t gr_point = row->points[t][k], point = space->point_of[gr_point];
            terms.fields[k] = in + point * size;
            terms.rotations[k] = (const double(*)[3])space->rotations[space->rotation_of[gr_point]];
            terms.inverse_sinh[k] = inverse_sinh + point * sinh_size;
            of_legs[k] = sums + point * size;
        }
        product->collision->linewidth->kernels->apply_entries(&terms, of_kernel, out, of_legs[0], of_legs[1]);
    }
    for (int64_t k = 0; k < size; k++) of_row[k] += weight * out[k];
}

static void add_row(void *user, const umk_collision_row *row, int64_t slot, int64_t part, int worker) {
    const product *product = user;
    const umk_collision_space *space = product->space;
    double *sums = product->collision->slots + slot * space->field_size;
    double *scratch = product->collision->scratch + worker * scratch_size(space);
    for (int64_t block = part; block < space->n_blocks; block += product->n_parts) {
        if (!is_active(product, block)) continue;
        add_row_to_block(product, row, block, sums + umk_first_mode(space, block, 0) * space->mode_size, scratch);
    }
}

/* The sum over the slots of one point in one block, projected, and the linewidths. */
static void finish_part(const product *product, int64_t block, int64_t point) {
    const umk_collision_space *space = product->space;
    int64_t lanes = space->block_lanes, size = space->n_bands * space->mode_size;
    int64_t first = umk_first_mode(space, block, point), at = first * space->mode_size;
    const double *in = product->in + at, *slots = product->collision->slots + at;
    const double *linewidths = space->linewidths + first * lanes;
    double *out = product->out + at, half = 0.5 / space->point_weights[point];
    memset(out, 0, (size_t)size * sizeof(double));
    if (!is_active(product, block)) return;
    for (int64_t slot = 0; slot < product->collision->n_slots; slot++, slots += space->field_size) {
        for (int64_t k = 0; k < size; k++) out[k] += slots[k];
    }
    for (int64_t k = 0; k < size; k++) out[k] *= half;
    umk_collision_project(space, block, point, out);
    if (product->of_asymmetry) return;
    for (int64_t k = 0; k < size; k++) out[k] += linewidths[k / (3 * lanes) * lanes + k % lanes] * in[k];
}

static umk_status finish_point(void *argument, int64_t point, int worker) {
    const product *product = argument;
    double started = umk_now();
    for (int64_t block = 0; block < product->space->n_blocks; block++) finish_part(product, block, point);
    umk_stage_add(product->collision->context, UMK_STAGE_COLLISION, worker, umk_now() - started);
    return UMK_OK;
}

static umk_status run_product(product *product) {
    umk_status status = UMK_OK;
    umk_collision *collision = product->collision;
    const umk_collision_space *space = product->space;
    /* A row that is in the cache serves all blocks; where threads are more than slots, blocks are shared out, too. */
    product->n_parts = umk_context_n_threads(collision->context) > collision->n_slots ? space->n_blocks : 1;
    memset(collision->slots, 0, (size_t)(collision->n_slots * space->field_size) * sizeof(double));
    UMK_TRY(umk_collision_visit(collision, collision->n_slots, product->n_parts, add_row, product));
    UMK_TRY(umk_parallel_for(collision->context, space->n_points, finish_point, product));
cleanup:
    return status;
}

umk_status umk_collision_apply(umk_collision *collision, const umk_collision_space *space, const bool *active,
                               const double *in, double *out) {
    product product = {.collision = collision, .space = space, .active = active, .in = in, .out = out};
    return run_product(&product);
}

umk_status umk_collision_apply_asymmetry(umk_collision *collision, const umk_collision_space *space, const bool *active,
                                         const double *in, double *out) {
    product product = {
        .collision = collision, .space = space, .active = active, .in = in, .out = out, .of_asymmetry = true};
    return run_product(&product);
}
