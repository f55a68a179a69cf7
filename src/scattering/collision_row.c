/* Memory of the rows of the collision operator. */
#include "scattering/collision_row.h"
#include <string.h>

_Static_assert(sizeof(umk_row_head) == 64 && sizeof(umk_collision_row) <= sizeof(umk_row_head), "the place of a head");

/* The arrays behind the struct, in the order of their alignment; returns the bytes of all. */
static int64_t lay_out(umk_collision_row *row, char *memory, int64_t n_triplets, int64_t n_entries) {
    int64_t bytes = 0;
    umk_take(memory, &bytes, 1, sizeof *row);
    int64_t *first = umk_take(memory, &bytes, n_triplets + 1, sizeof *first);
    double *values = umk_take(memory, &bytes, n_entries, sizeof *values);
    int32_t(*points)[2] = umk_take(memory, &bytes, n_triplets, sizeof *points);
    uint32_t *bands = umk_take(memory, &bytes, n_entries, sizeof *bands);
    if (row != NULL) *row = (umk_collision_row){0, n_triplets, n_entries, first, values, points, bands};
    return bytes;
}

int64_t umk_collision_row_bytes(int64_t n_triplets, int64_t n_entries) {
    return lay_out(NULL, NULL, n_triplets, n_entries);
}

/* Zeros from the end of an array to where the next one begins, so that every byte of the content is a known one. */
static void fill_up(void *array, int64_t n, int64_t size) {
    int64_t bytes = 0, used = n * size;
    umk_take(NULL, &bytes, n, size);
    memset((char *)array + used, 0, (size_t)(bytes - used));
}

umk_collision_row *umk_collision_row_create(umk_context *context, int64_t n_triplets, int64_t n_entries) {
    char *memory = umk_allocate_unset(context, umk_collision_row_bytes(n_triplets, n_entries), 1);
    umk_collision_row *row = (umk_collision_row *)memory;
    if (row == NULL) return NULL;
    lay_out(row, memory, n_triplets, n_entries);
    row->first[0] = 0;
    fill_up(row->first, n_triplets + 1, sizeof *row->first);
    fill_up(row->values, n_entries, sizeof *row->values);
    fill_up(row->points, n_triplets, sizeof *row->points);
    fill_up(row->bands, n_entries, sizeof *row->bands);
    return row;
}

void *umk_collision_row_content(const umk_collision_row *row, int64_t *bytes) {
    *bytes = umk_collision_row_bytes(row->n_triplets, row->n_entries) - (int64_t)sizeof(umk_row_head);
    return row->first;
}

umk_row_head umk_collision_row_head(const umk_collision_row *row) {
    return (umk_row_head){.point = row->point, .n_triplets = row->n_triplets, .n_entries = row->n_entries};
}

umk_collision_row *umk_collision_row_restore(void *memory, int64_t left) {
    umk_row_head head;
    umk_collision_row *row = memory;
    if (left < (int64_t)sizeof head) return NULL;
    memcpy(&head, memory, sizeof head);
    /* no more than there are bytes, so that nothing overflows */
    if (head.n_triplets < 0 || head.n_triplets > left || head.n_entries < 0 || head.n_entries > left) return NULL;
    if (umk_collision_row_bytes(head.n_triplets, head.n_entries) > left) return NULL;
    lay_out(row, memory, head.n_triplets, head.n_entries);
    row->point = head.point;
    return row;
}

bool umk_collision_row_makes_sense(const umk_collision_row *row, int64_t n_bands, int64_t n_grid) {
    /* All entries without a branch: of a difference below zero the highest bit is set. */
    uint32_t wrong = 0, last_band = (uint32_t)n_bands - 1, last_point = (uint32_t)n_grid - 1;
    if (row->first[0] != 0 || row->first[row->n_triplets] != row->n_entries) return false;
    for (int64_t t = 0; t < row->n_triplets; t++) {
        if (row->first[t + 1] < row->first[t]) return false;
        for (int k = 0; k < 2; k++) wrong |= (uint32_t)row->points[t][k] | (last_point - (uint32_t)row->points[t][k]);
    }
    for (int64_t e = 0; e < row->n_entries; e++) {
        uint32_t bands = row->bands[e];
        wrong |= (last_band - (bands >> 20)) | (last_band - (bands >> 10 & 1023)) | (last_band - (bands & 1023));
    }
    return wrong >> 31 == 0;
}

/* A larger array with the old contents; the old one where memory cannot be had. */
static bool grow(umk_context *context, void **array, int64_t n, int64_t capacity, size_t size) {
    void *larger = umk_allocate(context, capacity, size);
    if (larger == NULL) return false;
    if (n > 0) memcpy(larger, *array, (size_t)n * size);
    umk_release(*array);
    *array = larger;
    return true;
}

static int64_t next_capacity(int64_t needed) {
    int64_t capacity = 1024;
    while (capacity < needed) capacity *= 2;
    return capacity;
}

umk_status umk_row_builder_reserve(umk_row_builder *builder, umk_context *context, int64_t n_triplets,
                                   int64_t n_entries) {
    int64_t triplets = builder->n_triplets + n_triplets + 1, entries = builder->n_entries + n_entries;
    if (triplets > builder->triplet_capacity) {
        int64_t n = builder->n_triplets, capacity = next_capacity(triplets);
        if (!grow(context, (void **)&builder->first, builder->first == NULL ? 0 : n + 1, capacity,
                  sizeof *builder->first) ||
            !grow(context, (void **)&builder->points, n, capacity, sizeof *builder->points)) {
            return UMK_ERROR_MEMORY;
        }
        builder->triplet_capacity = capacity;
    }
    if (entries > builder->entry_capacity) {
        int64_t n = builder->n_entries, capacity = next_capacity(entries);
        if (!grow(context, (void **)&builder->values, n, capacity, sizeof *builder->values) ||
            !grow(context, (void **)&builder->bands, n, capacity, sizeof *builder->bands)) {
            return UMK_ERROR_MEMORY;
        }
        builder->entry_capacity = capacity;
    }
    return UMK_OK;
}

umk_collision_row *umk_row_builder_finish(umk_row_builder *builder, umk_context *context) {
    umk_collision_row *row = umk_collision_row_create(context, builder->n_triplets, builder->n_entries);
    if (row != NULL && row->n_triplets > 0) {
        memcpy(row->first, builder->first, (size_t)(row->n_triplets + 1) * sizeof *row->first);
        memcpy(row->points, builder->points, (size_t)row->n_triplets * sizeof *row->points);
        memcpy(row->values, builder->values, (size_t)row->n_entries * sizeof *row->values);
        memcpy(row->bands, builder->bands, (size_t)row->n_entries * sizeof *row->bands);
    }
    builder->n_triplets = builder->n_entries = 0;
    return row;
}

void umk_row_builder_clear(umk_row_builder *builder) {
    umk_release(builder->first);
    umk_release(builder->points);
    umk_release(builder->values);
    umk_release(builder->bands);
    memset(builder, 0, sizeof *builder);
}
