/* Memory of the rows of the collision operator. */
#include "scattering/collision_row.h"
#include <string.h>

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

umk_collision_row *umk_collision_row_create(umk_context *context, int64_t n_triplets, int64_t n_entries) {
    char *memory = umk_allocate(context, umk_collision_row_bytes(n_triplets, n_entries), 1);
    if (memory != NULL) lay_out((umk_collision_row *)memory, memory, n_triplets, n_entries);
    return (umk_collision_row *)memory;
}

void *umk_collision_row_content(const umk_collision_row *row, int64_t *bytes) {
    int64_t before = (const char *)row->first - (const char *)row;
    *bytes = umk_collision_row_bytes(row->n_triplets, row->n_entries) - before;
    return row->first;
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
