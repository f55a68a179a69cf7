/*
 * Chunked datasets: the library finds the chunks and hands out their bytes as stored, one after the other; a batch of
 * them is then unpacked and put in place by all threads.
 */
#include "readers/hdf5_dataset.h"
#include "readers/hdf5_filters.h"
#include <string.h>

/* deflate makes at most 1032 bytes of one (zlib's technical notes), LZF 88. */
enum { tightest_packing = 1100, chunks_per_batch = 64 };

typedef struct chunk {
    hsize_t origin[H5S_MAX_RANK];
    unsigned mask;
    size_t size;
    unsigned char *stored;
} chunk;

typedef struct chunked {
    const umk_hdf5_file *file;
    const char *name;
    hid_t dataset;
    const umk_hdf5_shape *shape;
    size_t element_size, chunk_size;
    hsize_t extent[H5S_MAX_RANK]; /* of a chunk */
    int64_t n_chunks;
    umk_hdf5_filters filters;
    unsigned char *values;
    chunk batch[chunks_per_batch];
} chunked;

static umk_status get_filters(chunked *chunked, hid_t creation) {
    umk_hdf5_filters *filters = &chunked->filters;
    filters->n = H5Pget_nfilters(creation);
    filters->element_size = chunked->element_size;
    if (filters->n < 0 || filters->n > umk_hdf5_most_filters) {
        return umk_hdf5_fail(chunked->file, chunked->name, "its filters cannot be read: the file is damaged");
    }
    for (int i = 0; i < filters->n; i++) {
        unsigned flags, options[4] = {0}, configuration;
        size_t n_options = 4;
        char filter_name[32] = "";
        filters->id[i] = (int)H5Pget_filter2(creation, (unsigned)i, &flags, &n_options, options, sizeof filter_name,
                                             filter_name, &configuration);
        if (umk_hdf5_knows_filter(filters->id[i])) continue;
        for (char *c = filter_name; *c != '\0'; c++) {
            if (*c < ' ' || *c > '~') *c = '?';
        }
        return umk_hdf5_fail(chunked->file, chunked->name,
                             "is packed by filter %d (%.31s), expected gzip, lzf, shuffle or fletcher32",
                             filters->id[i], filter_name);
    }
    return UMK_OK;
}

static bool get_geometry(chunked *chunked, hid_t creation) {
    const umk_hdf5_shape *shape = chunked->shape;
    int64_t n_chunks = 1, size = (int64_t)chunked->element_size;
    if (shape->rank < 1 || H5Pget_chunk(creation, H5S_MAX_RANK, chunked->extent) != shape->rank) return false;
    for (int i = 0; i < shape->rank; i++) {
        hsize_t extent = chunked->extent[i];
        if (extent == 0 || extent > INT32_MAX || shape->dims[i] == 0 || shape->dims[i] > INT64_MAX) return false;
        int64_t along = (int64_t)((shape->dims[i] - 1) / extent + 1);
        n_chunks = umk_checked_product(2, (const int64_t[]){n_chunks, along});
        size = umk_checked_product(2, (const int64_t[]){size, (int64_t)extent});
        if (n_chunks < 0 || size < 0) return false;
    }
    chunked->n_chunks = n_chunks;
    chunked->chunk_size = (size_t)size;
    return true;
}

static umk_status describe(chunked *chunked, const umk_hdf5_file *file, const char *name, hid_t dataset,
                           const umk_hdf5_shape *shape, size_t element_size) {
    chunked->file = file;
    chunked->name = name;
    chunked->dataset = dataset;
    chunked->shape = shape;
    chunked->element_size = element_size;
    hid_t creation = H5Dget_create_plist(dataset);
    umk_status status = UMK_OK;
    if (creation < 0 || !get_geometry(chunked, creation)) {
        status = umk_hdf5_fail(file, name, "its chunks cannot be read: the file is damaged");
    } else {
        status = get_filters(chunked, creation);
    }
    if (creation >= 0) H5Pclose(creation);
    return status;
}

umk_status umk_hdf5_plan_chunks(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                                size_t element_size, umk_hdf5_chunk_plan *plan) {
    chunked chunked = {0};
    umk_status status = describe(&chunked, file, name, dataset, shape, element_size);
    if (status != UMK_OK) return status;
    plan->is_packed = chunked.filters.n > 0;
    double packing = plan->is_packed ? tightest_packing : 1, size = (double)file->size;
    double chunk_size = (double)chunked.chunk_size, total = chunk_size * (double)chunked.n_chunks;
    if (total > packing * size || (double)chunked.n_chunks > size) {
        return umk_hdf5_fail(file, name,
                             "%.0f bytes in %lld chunks cannot come from a file of %lld: it is damaged or was not "
                             "written to its end",
                             total, (long long)chunked.n_chunks, (long long)file->size);
    }
    if (!plan->is_packed && (double)H5Dget_storage_size(dataset) != total) {
        return umk_hdf5_fail(file, name, "chunks are missing: the file is damaged or was not written to its end");
    }
    int64_t n_threads = umk_context_n_threads(file->context);
    double n_stored = (double)(chunked.n_chunks < chunks_per_batch ? chunked.n_chunks : chunks_per_batch);
    double n_working = (double)(chunked.n_chunks < n_threads ? chunked.n_chunks : n_threads);
    plan->n_bytes = chunk_size * (n_stored + 2 * n_working);
    return UMK_OK;
}

static void find_origin(const chunked *chunked, int64_t index, hsize_t origin[H5S_MAX_RANK]) {
    for (int i = chunked->shape->rank - 1; i >= 0; i--) {
        int64_t along = (int64_t)((chunked->shape->dims[i] - 1) / chunked->extent[i] + 1);
        origin[i] = (hsize_t)(index % along) * chunked->extent[i];
        index /= along;
    }
}

/* The stored bytes of a chunk, with room for unpacking. */
static umk_status fetch(const chunked *chunked, int64_t index, chunk *chunk) {
    char place[256], reason[128];
    hsize_t size = 0;
    uint32_t mask = 0;
    int rank = chunked->shape->rank;
    find_origin(chunked, index, chunk->origin);
    herr_t found = H5Dget_chunk_storage_size(chunked->dataset, chunk->origin, &size);
    if (found < 0 || size == 0 || size > (hsize_t)chunked->file->size) {
        return umk_hdf5_fail(chunked->file, chunked->name,
                             "the chunk at %s is missing or damaged: was the file written to its end?",
                             umk_hdf5_describe(place, sizeof place, rank, chunk->origin));
    }
    size_t room = umk_hdf5_filter_room(chunked->chunk_size, (size_t)size);
    chunk->stored = umk_allocate(chunked->file->context, (int64_t)room, 1);
    if (chunk->stored == NULL) return UMK_ERROR_MEMORY;
    chunk->size = (size_t)size;
    if (H5Dread_chunk(chunked->dataset, H5P_DEFAULT, chunk->origin, &mask, chunk->stored) < 0) {
        umk_hdf5_reason(reason, sizeof reason);
        return umk_hdf5_fail(chunked->file, chunked->name, "the chunk at %s cannot be read (%s)",
                             umk_hdf5_describe(place, sizeof place, rank, chunk->origin), reason);
    }
    chunk->mask = mask;
    return UMK_OK;
}

/** The part of a chunk that lies inside the dataset, as runs of bytes that are contiguous in both. */
typedef struct part {
    size_t run;
    int n_loops; /* over runs, outermost last */
    size_t length[H5S_MAX_RANK], from_stride[H5S_MAX_RANK], to_stride[H5S_MAX_RANK];
} part;

static part describe_part(const chunked *chunked, const chunk *chunk, size_t *offset) {
    part part = {.run = chunked->element_size};
    size_t from_stride = chunked->element_size, to_stride = chunked->element_size;
    *offset = 0;
    for (int i = chunked->shape->rank - 1; i >= 0; i--) {
        hsize_t left = chunked->shape->dims[i] - chunk->origin[i];
        size_t length = left < chunked->extent[i] ? left : chunked->extent[i];
        *offset += chunk->origin[i] * to_stride;
        if (part.n_loops == 0 && from_stride == part.run && to_stride == part.run) {
            part.run *= length;
        } else if (length > 1) {
            part.length[part.n_loops] = length;
            part.from_stride[part.n_loops] = from_stride;
            part.to_stride[part.n_loops++] = to_stride;
        }
        from_stride *= chunked->extent[i];
        to_stride *= chunked->shape->dims[i];
    }
    return part;
}

static void copy_loop(const part *part, int loop, unsigned char *to, const unsigned char *from) {
    if (loop < 0) {
        memcpy(to, from, part->run);
        return;
    }
    size_t length = part->length[loop], from_stride = part->from_stride[loop], to_stride = part->to_stride[loop];
    if (loop == 0 && part->run == sizeof(double)) {
        /* h5py likes to cut the Cartesian axes, which leaves single numbers: not worth a call each */
        for (size_t i = 0; i < length; i++) memcpy(to + i * to_stride, from + i * from_stride, sizeof(double));
    } else if (loop == 0 && part->run == 2 * sizeof(double)) {
        for (size_t i = 0; i < length; i++) memcpy(to + i * to_stride, from + i * from_stride, 2 * sizeof(double));
    } else {
        for (size_t i = 0; i < length; i++) copy_loop(part, loop - 1, to + i * to_stride, from + i * from_stride);
    }
}

static void put_in_place(const chunked *chunked, const chunk *chunk, const unsigned char *unpacked) {
    size_t offset;
    part part = describe_part(chunked, chunk, &offset);
    copy_loop(&part, part.n_loops - 1, chunked->values + offset, unpacked);
}

static umk_status unpack_one(void *argument, int64_t index, int worker) {
    (void)worker;
    chunked *chunked = argument;
    chunk *chunk = &chunked->batch[index];
    umk_context *context = chunked->file->context;
    int64_t room = (int64_t)umk_hdf5_filter_room(chunked->chunk_size, chunk->size);
    unsigned char *scratch = umk_allocate(context, room, 1);
    unsigned char *unpacked = umk_allocate(context, (int64_t)chunked->chunk_size, 1);
    umk_status status = UMK_OK;
    if (scratch == NULL || unpacked == NULL) {
        status = UMK_ERROR_MEMORY;
        goto cleanup;
    }
    const char *wrong = umk_hdf5_unpack(&chunked->filters, chunk->mask, chunk->stored, chunk->size, scratch, unpacked,
                                        chunked->chunk_size);
    if (wrong == NULL) {
        put_in_place(chunked, chunk, unpacked);
    } else {
        status = umk_hdf5_fail(chunked->file, chunked->name, "%s: the file is damaged", wrong);
    }
cleanup:
    umk_release(unpacked);
    umk_release(scratch);
    return status;
}

static umk_status read_batch(chunked *chunked, int64_t first, int64_t n) {
    umk_status status = UMK_OK;
    for (int64_t i = 0; i < n; i++) UMK_TRY(fetch(chunked, first + i, &chunked->batch[i]));
    UMK_TRY(umk_parallel_for(chunked->file->context, n, unpack_one, chunked));
cleanup:
    for (int64_t i = 0; i < n; i++) {
        umk_release(chunked->batch[i].stored);
        chunked->batch[i].stored = NULL;
    }
    return status;
}

umk_status umk_hdf5_read_chunks(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                                size_t element_size, unsigned char *values) {
    umk_status status = UMK_OK;
    chunked *chunked = NULL;
    UMK_ALLOCATE(file->context, chunked, 1);
    UMK_TRY(describe(chunked, file, name, dataset, shape, element_size));
    chunked->values = values;
    for (int64_t first = 0; first < chunked->n_chunks; first += chunks_per_batch) {
        int64_t left = chunked->n_chunks - first;
        UMK_TRY(read_batch(chunked, first, left < chunks_per_batch ? left : chunks_per_batch));
    }
cleanup:
    umk_release(chunked);
    return status;
}
