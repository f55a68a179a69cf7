/* Records of a run of the full Boltzmann equation. */
#include "transport/lbte/checkpoint.h"
#include "base/hash.h"
#include <string.h>
#include <umklapp/lbte.h>

enum { record_layout = 3, record_points = 1, record_iteration = 2 };

/* Of the time of the iteration, what saving its state may take. */
static const double saving_share = 0.02;

/* Of a piece with rows: what stays in the cache of a core. */
enum { default_piece_bytes = 1 << 18 };

/* Behind it linewidths, and a head for each piece of the record: rows of one point. */
typedef struct points_head {
    double sigma;
    int64_t first, n_points;
    int64_t n_kept; /* points whose rows there are */
} points_head;

typedef struct piece_head {
    int64_t point, n_rows;
} piece_head;

uint64_t umk_checkpoint_fingerprint(const umk_rta *rta) {
    const umk_rta_options *o = rta->options;
    const umk_grid *grid = rta->model->grid;
    const char *version = umk_version();
    int64_t modes = rta->model->phonons->n_points * rta->n_bands;
    const int64_t layout[] = {record_layout, sizeof(umk_lbte_report)};
    uint64_t print = umk_hash(0, version, strlen(version));
    print = umk_hash(print, layout, sizeof layout);
    print = umk_hash(print ^ umk_interaction_fingerprint(rta->model->interaction), grid->grid_matrix,
                     sizeof grid->grid_matrix);
    print = umk_hash(print, rta->model->phonons->frequencies, modes * sizeof(double));
    print = umk_hash(print, rta->points, rta->n_points * sizeof *rta->points);
    print = umk_hash(print, o->temperatures, o->n_temperatures * sizeof(double));
    const double numbers[] = {o->sigma_cutoff, o->boundary_mfp, rta->cutoff_frequency};
    const bool flags[] = {
        o->no_average_degenerate_weights, o->no_symmetrize_tetrahedra, o->normal_umklapp, o->no_kappa_stars,
        grid->has_mesh_symmetry,          o->mass_variances != NULL};
    print = umk_hash(print, numbers, sizeof numbers);
    print = umk_hash(print, flags, sizeof flags);
    if (o->mass_variances != NULL) {
        print = umk_hash(print, o->mass_variances, rta->n_bands / 3 * sizeof(double));
    }
    return print;
}

umk_status umk_checkpoint_open(umk_checkpoint *checkpoint, const umk_rta *rta, const char *path, bool optional) {
    double sigma = rta->options->n_sigmas > 0 ? rta->options->sigmas[0] : 0;
    *checkpoint = (umk_checkpoint){.context = rta->context, .sigma = sigma, .piece_bytes = default_piece_bytes};
    if (path == NULL) return UMK_OK;
    umk_status status = umk_record_file_open(&checkpoint->file, rta->context, path, umk_checkpoint_fingerprint(rta));
    if (status != UMK_ERROR_INPUT || !optional) return status;
    umk_log(rta->context, UMK_LOG_WARNING, "the run keeps no checkpoint: %s", umk_context_message(rta->context));
    return UMK_OK;
}

void umk_checkpoint_clear(umk_checkpoint *checkpoint) {
    umk_record_file_close(checkpoint->file);
    umk_release(checkpoint->iteration);
    umk_release(checkpoint->kept);
    memset(checkpoint, 0, sizeof *checkpoint);
}

/* ---- reading ----------------------------------------------------------------------------------------------------*/

/* A position in a record that is read. */
typedef struct cursor {
    const char *data;
    int64_t left;
} cursor;

static const void *take(cursor *cursor, int64_t size) {
    if (size < 0 || size > cursor->left) return NULL;
    const void *data = cursor->data;
    cursor->data += size;
    cursor->left -= size;
    return data;
}

static umk_status fail_content(umk_context *context) {
    return umk_fail(context, UMK_ERROR_INPUT, "the content of the checkpoint makes no sense: remove it");
}

/* Room for n more pieces. */
static umk_status reserve(umk_checkpoint *checkpoint, int64_t n) {
    umk_status status = UMK_OK;
    umk_kept_rows *larger = NULL;
    int64_t capacity = 2 * checkpoint->kept_capacity + n;
    if (checkpoint->n_kept + n <= checkpoint->kept_capacity) return UMK_OK;
    UMK_ALLOCATE(checkpoint->context, larger, capacity);
    if (checkpoint->n_kept > 0) memcpy(larger, checkpoint->kept, (size_t)checkpoint->n_kept * sizeof *larger);
    umk_release(checkpoint->kept);
    checkpoint->kept = larger;
    checkpoint->kept_capacity = capacity;
cleanup:
    return status;
}

/* Whether pieces are of points in their order, and have room for as many rows as they are said to have. */
static bool are_rows(const umk_record *record, const points_head *points, const piece_head *heads) {
    int64_t least = points->first, end = points->first + points->n_kept;
    for (int64_t i = 0; i < record->n_pieces; i++) {
        int64_t most_rows = record->pieces[i].size / (int64_t)sizeof(umk_row_head);
        if (heads[i].point < least || heads[i].point >= end) return false;
        if (heads[i].n_rows < 1 || heads[i].n_rows > most_rows) return false;
        least = heads[i].point;
    }
    return true;
}

/* Notes where the rows are of those points that the collision keeps. */
static umk_status note_rows(umk_checkpoint *checkpoint, const umk_record *record, const points_head *points,
                            const piece_head *heads, umk_collision *collision) {
    umk_status status = UMK_OK;
    UMK_TRY(reserve(checkpoint, record->n_pieces));
    for (int64_t point = points->first, begin = 0, end; point < points->first + points->n_kept; point++, begin = end) {
        double bytes = 0;
        for (end = begin; end < record->n_pieces && heads[end].point == point; end++) {
            bytes += (double)record->pieces[end].size;
        }
        if (!umk_collision_keep(collision, point, bytes)) break;
        for (int64_t i = begin; i < end; i++) {
            umk_kept_rows *rows = &checkpoint->kept[checkpoint->n_kept];
            *rows = (umk_kept_rows){record->pieces[i], point, heads[i].n_rows, 0, 0};
            if (checkpoint->n_kept++ == 0) continue;
            rows->first_row = rows[-1].first_row + rows[-1].n_rows;
            rows->at = rows[-1].at + rows[-1].piece.size;
        }
    }
cleanup:
    return status;
}

static umk_status load_points(umk_checkpoint *checkpoint, const umk_record *record, umk_conductivity *result,
                              umk_collision *collision) {
    int64_t n_bands = result->n_bands, n_points = result->n_points;
    cursor cursor = {record->data, record->size};
    const points_head *head = take(&cursor, sizeof *head);
    if (head == NULL) return fail_content(checkpoint->context);
    if (head->sigma != checkpoint->sigma) return UMK_OK;
    if (head->first != checkpoint->n_done || head->n_points < 1 || head->n_points > n_points - head->first ||
        head->n_kept < 0 || head->n_kept > head->n_points) {
        return fail_content(checkpoint->context);
    }
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        const double *gamma = take(&cursor, head->n_points * n_bands * (int64_t)sizeof *gamma);
        if (gamma == NULL) return fail_content(checkpoint->context);
        memcpy(result->gamma + (t * n_points + head->first) * n_bands, gamma,
               (size_t)(head->n_points * n_bands) * sizeof *gamma);
    }
    const piece_head *heads = take(&cursor, record->n_pieces * (int64_t)sizeof *heads);
    if (heads == NULL || !are_rows(record, head, heads)) return fail_content(checkpoint->context);
    checkpoint->n_done = head->first + head->n_points;
    return note_rows(checkpoint, record, head, heads, collision);
}

static umk_status load_iteration(umk_checkpoint *checkpoint, const umk_record *record) {
    umk_status status = UMK_OK;
    cursor cursor = {record->data, record->size};
    const double *sigma = take(&cursor, sizeof *sigma);
    if (sigma == NULL) return fail_content(checkpoint->context);
    if (*sigma != checkpoint->sigma) return UMK_OK;
    umk_release(checkpoint->iteration);
    UMK_ALLOCATE(checkpoint->context, checkpoint->iteration, cursor.left);
    memcpy(checkpoint->iteration, cursor.data, (size_t)cursor.left);
    checkpoint->iteration_size = cursor.left;
cleanup:
    return status;
}

umk_status umk_checkpoint_load(umk_checkpoint *checkpoint, int64_t *n_done, umk_conductivity *result,
                               umk_collision *collision) {
    umk_status status = UMK_OK;
    umk_record record = {.data = checkpoint}; /* not behind the last */
    while (checkpoint->file != NULL && record.data != NULL) {
        UMK_TRY(umk_record_file_next(checkpoint->file, checkpoint->context, &record));
        if (record.data != NULL && record.kind == record_points) {
            UMK_TRY(load_points(checkpoint, &record, result, collision));
        } else if (record.data != NULL && record.kind == record_iteration) {
            UMK_TRY(load_iteration(checkpoint, &record));
        }
    }
cleanup:
    *n_done = checkpoint->n_done;
    return status;
}

/* ---- rows -------------------------------------------------------------------------------------------------------*/

typedef struct fetching {
    const umk_checkpoint *checkpoint;
    const umk_collision *collision;
    char *block;
    umk_collision_row **rows;
    bool *is_good; /* of each piece */
} fetching;

/* The rows of a piece that was read into memory; false where they make no sense. */
static bool restore_rows(const fetching *fetching, const umk_kept_rows *kept, char *memory) {
    const umk_linewidth *linewidth = fetching->collision->linewidth;
    int64_t left = kept->piece.size;
    for (int64_t r = 0; r < kept->n_rows; r++) {
        umk_collision_row *row = umk_collision_row_restore(memory, left);
        if (row == NULL || row->point != kept->point ||
            !umk_collision_row_makes_sense(row, linewidth->n_bands, linewidth->grid->n_points)) {
            return false;
        }
        fetching->rows[kept->first_row + r] = row;
        int64_t bytes = umk_collision_row_bytes(row->n_triplets, row->n_entries);
        memory += bytes;
        left -= bytes;
    }
    return left == 0;
}

static umk_status fetch_piece(void *argument, int64_t i, int worker) {
    const fetching *fetching = argument;
    const umk_kept_rows *kept = &fetching->checkpoint->kept[i];
    char *memory = fetching->block + kept->at;
    double started = umk_now();
    fetching->is_good[i] = umk_record_file_read_piece(fetching->checkpoint->file, &kept->piece, memory) &&
                           restore_rows(fetching, kept, memory);
    umk_stage_add(fetching->checkpoint->context, UMK_STAGE_READING, worker, umk_now() - started);
    return UMK_OK;
}

/* Makes the rows again of points with a piece that is not good. */
static umk_status repair(const fetching *fetching, umk_collision *collision) {
    umk_status status = UMK_OK;
    const umk_checkpoint *checkpoint = fetching->checkpoint;
    int64_t n_points = 0;
    for (int64_t begin = 0, end; begin < checkpoint->n_kept; begin = end) {
        const umk_kept_rows *kept = &checkpoint->kept[begin];
        bool is_good = true;
        int64_t n_rows = 0, bytes = 0;
        for (end = begin; end < checkpoint->n_kept && checkpoint->kept[end].point == kept->point; end++) {
            is_good = is_good && fetching->is_good[end];
            n_rows += checkpoint->kept[end].n_rows;
            bytes += checkpoint->kept[end].piece.size;
        }
        if (is_good) continue;
        n_points++;
        status = umk_collision_make_again(collision, kept->point, n_rows, fetching->rows + kept->first_row,
                                          fetching->block + kept->at, bytes);
        if (status == UMK_ERROR_INPUT) fail_content(checkpoint->context);
        if (status != UMK_OK) goto cleanup;
    }
    if (n_points > 0) {
        umk_log(checkpoint->context, UMK_LOG_WARNING,
                "the checkpoint was damaged: rows of %lld of %lld grid points were computed again", (long long)n_points,
                (long long)checkpoint->n_done);
    }
cleanup:
    return status;
}

static umk_status fetch_kept(umk_checkpoint *checkpoint, umk_collision *collision) {
    umk_status status = UMK_OK;
    const umk_kept_rows *last = &checkpoint->kept[checkpoint->n_kept - 1];
    int64_t n_rows = last->first_row + last->n_rows, bytes = last->at + last->piece.size;
    fetching fetching = {.checkpoint = checkpoint, .collision = collision};
    fetching.block = umk_allocate_unset(checkpoint->context, bytes, 1);
    if (fetching.block == NULL) return UMK_ERROR_MEMORY;
    UMK_ALLOCATE(checkpoint->context, fetching.rows, n_rows);
    UMK_ALLOCATE(checkpoint->context, fetching.is_good, checkpoint->n_kept);
    UMK_TRY(umk_parallel_for(checkpoint->context, checkpoint->n_kept, fetch_piece, &fetching));
    UMK_TRY(repair(&fetching, collision));
    void *block = fetching.block;
    fetching.block = NULL;
    checkpoint->n_kept = 0;
    UMK_TRY(umk_collision_put_first(collision, block, n_rows, fetching.rows));
cleanup:
    umk_release(fetching.block);
    umk_release(fetching.rows);
    umk_release(fetching.is_good);
    return status;
}

umk_status umk_checkpoint_fetch_rows(umk_checkpoint *checkpoint, umk_collision *collision) {
    umk_status status = UMK_OK;
    int64_t step = umk_linewidth_points_in_flight(collision->linewidth), n_done = checkpoint->n_done;
    int64_t first_without = collision->n_kept;
    if (checkpoint->n_kept > 0) UMK_TRY(fetch_kept(checkpoint, collision));
    for (int64_t first = first_without, n; collision->on_rows != NULL && first < n_done; first += n) {
        n = n_done - first < step ? n_done - first : step;
        UMK_TRY(umk_collision_pass(collision, first, n, NULL));
    }
cleanup:
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------*/

/* The file stays open: rows of an earlier process may still be needed. */
static void give_up(umk_checkpoint *checkpoint) {
    umk_log(checkpoint->context, UMK_LOG_WARNING, "the run goes on without a checkpoint: %s",
            umk_context_message(checkpoint->context));
    checkpoint->is_given_up = true;
}

static bool is_writing(const umk_checkpoint *checkpoint) {
    return checkpoint->file != NULL && !checkpoint->is_given_up;
}

static umk_status append(umk_checkpoint *checkpoint, const umk_new_record *record) {
    double started = umk_now();
    umk_status status = umk_record_file_append(checkpoint->file, checkpoint->context, record);
    umk_stage_add(checkpoint->context, UMK_STAGE_OUTPUT, 0, umk_now() - started);
    return status;
}

/** Rows as pieces of a record: each row a head and its content. */
typedef struct row_pieces {
    int64_t n;
    umk_row_head *row_heads;  /* (n_rows) */
    umk_record_part *parts;   /* (n_rows, 2) */
    umk_record_parts *pieces; /* (n) */
    piece_head *heads;        /* (n) */
} row_pieces;

static void release_pieces(row_pieces *pieces) {
    umk_release(pieces->row_heads);
    umk_release(pieces->parts);
    umk_release(pieces->pieces);
    umk_release(pieces->heads);
}

/* Of one point each, and not larger than that but for a single row. */
static umk_status cut_in_pieces(row_pieces *pieces, const umk_checkpoint *checkpoint, int64_t n_rows,
                                umk_collision_row *const *rows) {
    umk_status status = UMK_OK;
    umk_context *context = checkpoint->context;
    int64_t of_piece = 0, last_point = -1;
    UMK_ALLOCATE(context, pieces->row_heads, n_rows);
    UMK_ALLOCATE(context, pieces->parts, 2 * n_rows);
    UMK_ALLOCATE(context, pieces->pieces, n_rows);
    UMK_ALLOCATE(context, pieces->heads, n_rows);
    for (int64_t r = 0; r < n_rows; r++) {
        umk_record_part *of_row = pieces->parts + 2 * r;
        pieces->row_heads[r] = umk_collision_row_head(rows[r]);
        of_row[0] = (umk_record_part){&pieces->row_heads[r], sizeof pieces->row_heads[r]};
        of_row[1].data = umk_collision_row_content(rows[r], &of_row[1].size);
        int64_t bytes = of_row[0].size + of_row[1].size;
        if (rows[r]->point != last_point || of_piece + bytes > checkpoint->piece_bytes) {
            pieces->pieces[pieces->n] = (umk_record_parts){.parts = of_row};
            pieces->heads[pieces->n++].point = rows[r]->point;
            of_piece = 0;
        }
        pieces->pieces[pieces->n - 1].n += 2;
        pieces->heads[pieces->n - 1].n_rows++;
        of_piece += bytes;
        last_point = rows[r]->point;
    }
cleanup:
    return status;
}

static umk_status save_points(umk_checkpoint *checkpoint, int64_t first, int64_t n, const umk_conductivity *result,
                              const umk_collision *collision) {
    umk_status status = UMK_OK;
    umk_record_part *parts = NULL;
    row_pieces pieces = {0};
    points_head head = {.sigma = checkpoint->sigma, .first = first, .n_points = n};
    int64_t first_row = collision->n_rows, n_parts = 0;
    while (first_row > 0 && collision->rows[first_row - 1]->point >= first) first_row--;
    head.n_kept = collision->n_kept > first ? collision->n_kept - first : 0;
    UMK_TRY(cut_in_pieces(&pieces, checkpoint, collision->n_rows - first_row, collision->rows + first_row));
    UMK_ALLOCATE(checkpoint->context, parts, 2 + result->n_temperatures);
    parts[n_parts++] = (umk_record_part){&head, sizeof head};
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        parts[n_parts++] = (umk_record_part){result->gamma + (t * result->n_points + first) * result->n_bands,
                                             n * result->n_bands * (int64_t)sizeof(double)};
    }
    parts[n_parts++] = (umk_record_part){pieces.heads, pieces.n * (int64_t)sizeof *pieces.heads};
    UMK_TRY(append(checkpoint, &(umk_new_record){record_points, {n_parts, parts}, pieces.n, pieces.pieces}));
cleanup:
    umk_release(parts);
    release_pieces(&pieces);
    return status;
}

void umk_checkpoint_save_points(umk_checkpoint *checkpoint, int64_t first, int64_t n, const umk_conductivity *result,
                                const umk_collision *collision) {
    if (!is_writing(checkpoint)) return;
    if (save_points(checkpoint, first, n, result, collision) != UMK_OK) give_up(checkpoint);
}

void umk_checkpoint_save_iteration(umk_checkpoint *checkpoint, int n_parts, const umk_record_part *parts) {
    enum { most_parts = 16, most_states = 8 }; /* that stand in the file at the same time */
    umk_record_part all[most_parts];
    double started = umk_now();
    if (!is_writing(checkpoint) || n_parts >= most_parts || started < checkpoint->next_iteration) return;
    if (++checkpoint->n_iterations % most_states == 0) umk_record_file_drop(checkpoint->file, record_iteration);
    all[0] = (umk_record_part){&checkpoint->sigma, sizeof checkpoint->sigma};
    memcpy(all + 1, parts, (size_t)n_parts * sizeof *parts);
    if (append(checkpoint, &(umk_new_record){.kind = record_iteration, .data = {n_parts + 1, all}}) != UMK_OK) {
        give_up(checkpoint);
    }
    double ended = umk_now();
    checkpoint->next_iteration = ended + (ended - started) / saving_share;
}
