/* HDF5 result files for reading. */
#include "writers/result_file.h"
#include "writers/whole_file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* HDF5 hides the system's reason deep in its stack; asking the system first gives a plain one. */
static umk_status check_readable(umk_hdf5_file *file) {
    struct stat information;
    if (stat(file->path, &information) != 0) return umk_fail_system(file->context, "cannot read", file->path, errno);
    if (S_ISDIR(information.st_mode)) return umk_fail_system(file->context, "cannot read", file->path, EISDIR);
    if (!S_ISREG(information.st_mode)) {
        return umk_fail(file->context, UMK_ERROR_IO, "cannot read \"%s\": is no file", file->path);
    }
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return umk_fail_system(file->context, "cannot read", file->path, errno);
    close(descriptor);
    file->size = (int64_t)information.st_size;
    return UMK_OK;
}

/* Reading needs no lock where the file system has none; closing takes everything with it, also of a damaged file. */
static void open_hdf5(umk_hdf5_file *file, char *reason, size_t size) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0) {
#if H5_VERSION_GE(1, 10, 7)
        H5Pset_file_locking(access, true, true);
#endif
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
        file->file = H5Fopen(file->path, H5F_ACC_RDONLY, access);
    }
    umk_hdf5_reason(reason, size); /* before the next call wipes it out */
    if (access >= 0) H5Pclose(access);
}

umk_status umk_result_file_open(umk_hdf5_file *file, umk_context *context, const char *path) {
    char reason[256];
    *file = (umk_hdf5_file){.context = context, .path = path, .file = H5I_INVALID_HID};
    umk_status status = check_readable(file);
    if (status != UMK_OK) return status;
    if (H5Fis_hdf5(path) <= 0) return umk_fail(context, UMK_ERROR_INPUT, "%s: is no HDF5 file", path);
    open_hdf5(file, reason, sizeof reason);
    if (file->file >= 0) return UMK_OK;
    return umk_fail(context, UMK_ERROR_INPUT, "%s: the HDF5 file is damaged, cut short or in use (%s)", path, reason);
}

void umk_result_file_close(umk_hdf5_file *file) {
    if (file->file >= 0) H5Fclose(file->file);
    file->file = H5I_INVALID_HID;
}

/* Opens a dataset of this very file; *dataset negative when there is none of that name. */
static umk_status open_dataset(hid_t *dataset, const umk_hdf5_file *file, const char *name) {
    H5L_info_t link;
    *dataset = H5I_INVALID_HID;
    if (H5Lexists(file->file, name, H5P_DEFAULT) <= 0) return UMK_OK;
    if (H5Lget_info(file->file, name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
        return umk_hdf5_fail(file, name, "is not stored in this file");
    }
    return umk_hdf5_open_dataset(file, name, dataset);
}

static umk_status check_shape(int64_t *lengths, int max_rank, const umk_hdf5_file *file, const char *name,
                              const umk_hdf5_shape *shape) {
    char found[256];
    bool good = shape->rank >= 0 && shape->rank <= max_rank;
    for (int i = 0; good && i < shape->rank; i++) {
        good = shape->dims[i] >= 1 && shape->dims[i] <= (hsize_t)INT64_MAX;
        lengths[i] = (int64_t)shape->dims[i];
    }
    if (good) return UMK_OK;
    if (shape->rank < 0) return umk_hdf5_fail(file, name, "its shape cannot be read");
    return umk_hdf5_fail(file, name, "its shape %s makes no sense",
                         umk_hdf5_describe(found, sizeof found, shape->rank, shape->dims));
}

umk_status umk_result_file_shape(int *rank, int64_t *shape, int max_rank, const umk_hdf5_file *file, const char *name) {
    hid_t dataset;
    umk_hdf5_shape found;
    *rank = -1;
    umk_status status = open_dataset(&dataset, file, name);
    if (status != UMK_OK || dataset < 0) return status;
    umk_hdf5_get_shape(dataset, &found);
    H5Dclose(dataset);
    status = check_shape(shape, max_rank, file, name, &found);
    if (status == UMK_OK) *rank = found.rank;
    return status;
}

/* Integers of any width as they are stored, into memory that holds count times the wider of theirs and int64. */
static umk_status read_stored_integers(const umk_hdf5_file *file, const char *name, hid_t dataset, hid_t type,
                                       const umk_hdf5_shape *shape, int64_t count, void *data) {
    umk_status status = UMK_OK;
    umk_hdf5_chunk_plan plan = {0};
    char reason[256];
    size_t size = H5Tget_size(type);
    hid_t creation = H5Dget_create_plist(dataset);
    bool is_chunked = creation >= 0 && H5Pget_layout(creation) == H5D_CHUNKED;
    if (creation >= 0) H5Pclose(creation);
    if (is_chunked) {
        UMK_TRY(umk_hdf5_plan_chunks(file, name, dataset, shape, size, &plan));
    } else {
        UMK_TRY(umk_hdf5_check_contiguous(file, name, dataset, count * (int64_t)size));
    }
    if (plan.is_packed) {
        UMK_TRY(umk_hdf5_read_chunks(file, name, dataset, shape, size, data));
    } else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        UMK_TRY(umk_hdf5_fail(file, name, "cannot be read (%s)", umk_hdf5_reason(reason, sizeof reason)));
    }
    if (H5Tconvert(type, H5T_NATIVE_INT64, (size_t)count, data, NULL, H5P_DEFAULT) < 0) {
        status = umk_hdf5_fail(file, name, "cannot be converted to integers of 64 bits");
    }

cleanup:
    return status;
}

static umk_status read_integers(void **data, const umk_hdf5_file *file, const char *name, hid_t dataset,
                                const umk_hdf5_shape *shape, int64_t count) {
    umk_status status = UMK_OK;
    hid_t type = H5Dget_type(dataset);
    size_t size = type >= 0 && H5Tget_class(type) == H5T_INTEGER ? H5Tget_size(type) : 0;
    if (size < 1 || size > 16) UMK_TRY(umk_hdf5_fail(file, name, "holds no integers"));
    *data = umk_allocate(file->context, count, size > 8 ? size : 8);
    if (*data == NULL) UMK_TRY(UMK_ERROR_MEMORY);
    UMK_TRY(read_stored_integers(file, name, dataset, type, shape, count, *data));

cleanup:
    if (type >= 0) H5Tclose(type);
    return status;
}

umk_status umk_result_file_array(void **data, const umk_hdf5_file *file, const char *name, bool is_integer,
                                 int64_t count) {
    umk_status status = UMK_OK;
    hid_t dataset = H5I_INVALID_HID;
    umk_hdf5_shape shape;
    int64_t lengths[H5S_MAX_RANK];
    *data = NULL;
    UMK_TRY(open_dataset(&dataset, file, name));
    if (dataset < 0) UMK_TRY(umk_hdf5_fail(file, name, "is missing"));
    umk_hdf5_get_shape(dataset, &shape);
    UMK_TRY(check_shape(lengths, H5S_MAX_RANK, file, name, &shape));
    if (count < 0 || umk_checked_product(shape.rank, lengths) != count) {
        UMK_TRY(umk_hdf5_fail(file, name, "does not have %lld elements", (long long)count));
    }
    UMK_TRY(umk_check_memory(file->context, 8.0 * (double)count, name, "the file may be damaged"));
    if (is_integer) {
        UMK_TRY(read_integers(data, file, name, dataset, &shape, count));
    } else {
        double *values = NULL;
        UMK_TRY(umk_hdf5_read_floats(file, name, dataset, &shape, &values));
        *data = values;
    }

cleanup:
    if (dataset >= 0) H5Dclose(dataset);
    if (status != UMK_OK) {
        umk_release(*data);
        *data = NULL;
    }
    return status;
}

umk_status umk_result_file_numbers(void *data, const umk_hdf5_file *file, const char *name, bool is_integer,
                                   int64_t count) {
    void *array;
    umk_status status = umk_result_file_array(&array, file, name, is_integer, count);
    if (status != UMK_OK) return status;
    memcpy(data, array, (size_t)(8 * count));
    umk_release(array);
    return UMK_OK;
}
