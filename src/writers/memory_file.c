/* HDF5 files made in memory: datasets in, bytes out. */
#include "writers/memory_file.h"
#include <string.h>

enum { max_rank_written = 8, chunk_elements = 1 << 17, memory_step = 1 << 20 };

static umk_status fail(umk_context *context, const char *what) {
    char reason[256];
    return umk_fail(context, UMK_ERROR_IO, "%s: %s", what, umk_hdf5_reason(reason, sizeof reason));
}

hid_t umk_memory_file_create(umk_context *context) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
    if (access >= 0 && H5Pset_fapl_core(access, memory_step, 0) >= 0) {
        file = H5Fcreate("memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    }
    if (file < 0) fail(context, "an HDF5 file cannot be made in memory");
    if (access >= 0) H5Pclose(access);
    return file;
}

umk_status umk_memory_file_image(void **image, int64_t *size, umk_context *context, hid_t file) {
    umk_status status = UMK_OK;
    char *bytes = NULL;
    ssize_t length = H5Fflush(file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(file, NULL, 0);
    if (length <= 0) UMK_TRY(fail(context, "the HDF5 data cannot be put together"));
    UMK_ALLOCATE(context, bytes, (int64_t)length);
    if (H5Fget_file_image(file, bytes, (size_t)length) != length) {
        UMK_TRY(fail(context, "the HDF5 data cannot be put together"));
    }
    *image = bytes;
    *size = (int64_t)length;
    bytes = NULL;

cleanup:
    umk_release(bytes);
    return status;
}

/* Chunks of at most 1 MB: whole arrays where they fit, else cut along the leading axes. */
static void choose_chunks(hsize_t *chunks, int rank, const int64_t *shape) {
    int64_t total = 1;
    for (int i = 0; i < rank; i++) {
        chunks[i] = (hsize_t)shape[i];
        total *= shape[i];
    }
    for (int i = 0; i < rank && total > chunk_elements; i++) {
        int64_t rest = total / shape[i];
        int64_t length = rest >= chunk_elements ? 1 : chunk_elements / rest;
        chunks[i] = (hsize_t)length;
        total = rest * length;
    }
}

static bool set_properties(hid_t properties, int rank, const int64_t *shape, int compression) {
    if (H5Pset_obj_track_times(properties, false) < 0) return false;
    if (rank == 0 || compression < 0) return true;
    hsize_t chunks[max_rank_written];
    choose_chunks(chunks, rank, shape);
    return H5Pset_chunk(properties, rank, chunks) >= 0 && H5Pset_deflate(properties, (unsigned)compression) >= 0;
}

/* Makes and fills a dataset. HDF5's reason for a failure must be taken before its next call, hence the order here. */
static umk_status put(umk_context *context, hid_t file, const char *name, hid_t file_type, hid_t memory_type, int rank,
                      const int64_t *shape, const void *data, int compression) {
    umk_status status = UMK_OK;
    hsize_t lengths[max_rank_written];
    hid_t space = H5I_INVALID_HID, properties = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    for (int i = 0; i < rank; i++) lengths[i] = (hsize_t)shape[i];
    space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, lengths, NULL);
    if (space < 0) UMK_TRY(fail(context, name));
    properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties < 0 || !set_properties(properties, rank, shape, compression)) UMK_TRY(fail(context, name));
    dataset = H5Dcreate2(file, name, file_type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (dataset < 0 || H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        UMK_TRY(fail(context, name));
    }
    herr_t closed = H5Dclose(dataset); /* sends chunks through the filters: may fail */
    dataset = H5I_INVALID_HID;
    if (closed < 0) UMK_TRY(fail(context, name));

cleanup:
    if (dataset >= 0) H5Dclose(dataset);
    if (properties >= 0) H5Pclose(properties);
    if (space >= 0) H5Sclose(space);
    return status;
}

umk_status umk_memory_file_write(umk_context *context, hid_t file, const char *name, bool is_integer, int rank,
                                 const int64_t *shape, const void *data, int compression) {
    hid_t file_type = is_integer ? H5T_STD_I64LE : H5T_IEEE_F64LE;
    hid_t memory_type = is_integer ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    return put(context, file, name, file_type, memory_type, rank, shape, data, compression);
}

umk_status umk_memory_file_write_string(umk_context *context, hid_t file, const char *name, const char *string) {
    umk_status status = UMK_OK;
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, strlen(string)) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
        UMK_TRY(fail(context, name));
    }
    UMK_TRY(put(context, file, name, type, type, 0, NULL, string, -1));

cleanup:
    if (type >= 0) H5Tclose(type);
    return status;
}
