/* Records of a run of the full Boltzmann equation. */
#include "transport/lbte/checkpoint.h"
#include "base/hash.h"
#include <string.h>
#include <umklapp/lbte.h>

enum { record_layout = 1, record_points = 1, record_iteration = 2 };

static const double seconds_between = 1;

typedef struct points_head {
    double sigma;
    int64_t first, n_points;
    int64_t n_kept, n_rows; /* points whose rows follow, and those rows */
} points_head;

typedef struct row_head {
    int64_t point, n_triplets, n_entries;
} row_head;

/* All that the numbers in the file depend on, but for the width of the smearing: that stands in each record. */
static uint64_t fingerprint(const umk_rta *rta) {
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
    *checkpoint = (umk_checkpoint){.context = rta->context, .sigma = sigma, .last_iteration = umk_now()};
    if (path == NULL) return UMK_OK;
    umk_status status = umk_record_file_open(&checkpoint->file, rta->context, path, fingerprint(rta));
    if (status != UMK_ERROR_INPUT || !optional) return status;
    umk_log(rta->context, UMK_LOG_WARNING, "the run keeps no checkpoint: %s", umk_context_message(rta->context));
    return UMK_OK;
}

void umk_checkpoint_clear(umk_checkpoint *checkpoint) {
    umk_record_file_close(checkpoint->file);
    umk_release(checkpoint->iteration);
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

/* Points ascend, and nothing points outside of the grid, the bands, or the row itself. */
static bool makes_sense(const umk_collision_row *row, int64_t least_point, int64_t end_point, int64_t n_bands,
                        int64_t n_grid) {
    bool good = row->point >= least_point && row->point < end_point && row->first[0] == 0 &&
                row->first[row->n_triplets] == row->n_entries;
    for (int64_t t = 0; good && t < row->n_triplets; t++) {
        good = row->first[t + 1] >= row->first[t];
        for (int k = 0; k < 2; k++) good = good && row->points[t][k] >= 0 && row->points[t][k] < n_grid;
    }
    for (int64_t e = 0; good && e < row->n_entries; e++) {
        uint32_t bands = row->bands[e];
        good = umk_entry_band0(bands) < n_bands && umk_entry_band1(bands) < n_bands && umk_entry_band2(bands) < n_bands;
    }
    return good;
}

/* *least_point: the row's point is this or a later one, and becomes it. */
static umk_status load_row(umk_context *context, cursor *cursor, umk_collision *collision, int64_t *least_point,
                           int64_t end_point, int64_t n_bands) {
    const row_head *head = take(cursor, sizeof *head);
    if (head == NULL || head->n_triplets < 0 || head->n_entries < 0 || head->n_triplets > cursor->left ||
        head->n_entries > cursor->left) {
        return fail_content(context);
    }
    umk_collision_row *row = umk_collision_row_create(context, head->n_triplets, head->n_entries);
    if (row == NULL) return UMK_ERROR_MEMORY;
    int64_t bytes;
    void *content = umk_collision_row_content(row, &bytes);
    const void *data = take(cursor, bytes);
    if (data != NULL) memcpy(content, data, (size_t)bytes);
    row->point = head->point;
    if (data == NULL || !makes_sense(row, *least_point, end_point, n_bands, collision->linewidth->grid->n_points)) {
        umk_release(row);
        return fail_content(context);
    }
    *least_point = row->point;
    return umk_collision_add(collision, row);
}

static umk_status load_points(umk_checkpoint *checkpoint, cursor cursor, int64_t *n_done, umk_conductivity *result,
                              umk_collision *collision) {
    umk_status status = UMK_OK;
    int64_t n_bands = result->n_bands, before = collision->n_rows;
    const points_head *head = take(&cursor, sizeof *head);
    if (head == NULL) return fail_content(checkpoint->context);
    if (head->sigma != checkpoint->sigma) return UMK_OK;
    if (head->first != *n_done || head->n_points < 1 || head->n_points > result->n_points - head->first ||
        head->n_kept < 0 || head->n_kept > head->n_points) {
        return fail_content(checkpoint->context);
    }
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        const double *gamma = take(&cursor, head->n_points * n_bands * sizeof *gamma);
        if (gamma == NULL) return fail_content(checkpoint->context);
        memcpy(result->gamma + (t * result->n_points + head->first) * n_bands, gamma,
               (size_t)(head->n_points * n_bands) * sizeof *gamma);
    }
    int64_t point = head->first;
    for (int64_t r = 0; r < head->n_rows; r++) {
        UMK_TRY(load_row(checkpoint->context, &cursor, collision, &point, head->first + head->n_kept, n_bands));
    }
    UMK_TRY(umk_collision_settle(collision, before, head->first, head->n_kept, NULL));
    if (collision->on_rows != NULL && head->n_kept < head->n_points) {
        UMK_TRY(umk_collision_pass(collision, head->first + head->n_kept, head->n_points - head->n_kept, NULL));
    }
    *n_done = head->first + head->n_points;
cleanup:
    return status;
}

static umk_status load_iteration(umk_checkpoint *checkpoint, cursor cursor) {
    umk_status status = UMK_OK;
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
    const void *data = NULL;
    *n_done = 0;
    if (checkpoint->file == NULL) return UMK_OK;
    do {
        uint64_t kind = 0;
        int64_t size;
        UMK_TRY(umk_record_file_next(checkpoint->file, checkpoint->context, &kind, &data, &size));
        cursor cursor = {data, size};
        if (data != NULL && kind == record_points) {
            UMK_TRY(load_points(checkpoint, cursor, n_done, result, collision));
        } else if (data != NULL && kind == record_iteration) {
            UMK_TRY(load_iteration(checkpoint, cursor));
        }
    } while (data != NULL);
cleanup:
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------*/

/* Records behind one that is missing would be of no use. */
static void give_up(umk_checkpoint *checkpoint) {
    umk_log(checkpoint->context, UMK_LOG_WARNING, "the run goes on without a checkpoint: %s",
            umk_context_message(checkpoint->context));
    umk_record_file_close(checkpoint->file);
    checkpoint->file = NULL;
}

static void append(umk_checkpoint *checkpoint, uint64_t kind, int n_parts, const umk_record_part *parts) {
    umk_status status = umk_record_file_append(checkpoint->file, checkpoint->context, kind, n_parts, parts);
    if (status != UMK_OK) give_up(checkpoint);
}

void umk_checkpoint_save_points(umk_checkpoint *checkpoint, int64_t first, int64_t n, const umk_conductivity *result,
                                const umk_collision *collision) {
    umk_status status = UMK_OK;
    umk_record_part *parts = NULL;
    row_head *heads = NULL;
    points_head head = {.sigma = checkpoint->sigma, .first = first, .n_points = n};
    int64_t first_row = collision->n_rows, n_parts = 0;
    if (checkpoint->file == NULL) return;
    while (first_row > 0 && collision->rows[first_row - 1]->point >= first) first_row--;
    head.n_rows = collision->n_rows - first_row;
    head.n_kept = collision->n_kept > first ? collision->n_kept - first : 0;
    UMK_ALLOCATE(checkpoint->context, heads, head.n_rows);
    UMK_ALLOCATE(checkpoint->context, parts, 1 + result->n_temperatures + 2 * head.n_rows);
    parts[n_parts++] = (umk_record_part){&head, sizeof head};
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        parts[n_parts++] = (umk_record_part){result->gamma + (t * result->n_points + first) * result->n_bands,
                                             n * result->n_bands * sizeof(double)};
    }
    for (int64_t r = 0; r < head.n_rows; r++) {
        const umk_collision_row *row = collision->rows[first_row + r];
        int64_t bytes;
        void *content = umk_collision_row_content(row, &bytes);
        heads[r] = (row_head){row->point, row->n_triplets, row->n_entries};
        parts[n_parts++] = (umk_record_part){&heads[r], sizeof heads[r]};
        parts[n_parts++] = (umk_record_part){content, bytes};
    }
    append(checkpoint, record_points, (int)n_parts, parts);
cleanup:
    umk_release(parts);
    umk_release(heads);
    if (status != UMK_OK) give_up(checkpoint);
}

void umk_checkpoint_save_iteration(umk_checkpoint *checkpoint, int n_parts, const umk_record_part *parts) {
    enum { most_parts = 16, most_states = 8 }; /* that stand in the file at the same time */
    umk_record_part all[most_parts];
    if (checkpoint->file == NULL || n_parts >= most_parts) return;
    if (umk_now() - checkpoint->last_iteration < seconds_between) return;
    if (++checkpoint->n_iterations % most_states == 0) umk_record_file_drop(checkpoint->file, record_iteration);
    all[0] = (umk_record_part){&checkpoint->sigma, sizeof checkpoint->sigma};
    memcpy(all + 1, parts, (size_t)n_parts * sizeof *parts);
    append(checkpoint, record_iteration, n_parts + 1, all);
    checkpoint->last_iteration = umk_now();
}
