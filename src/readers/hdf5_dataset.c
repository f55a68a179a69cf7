/* Floating-point datasets of HDF5 files: type, shape, storage, conversion. See the header. */
#include "readers/hdf5_dataset.h"
#include <stdarg.h>
#include <stdio.h>

umk_status umk_hdf5_fail(const umk_hdf5_file *file, const char *dataset, const char *format, ...) {
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return umk_fail(file->context, UMK_ERROR_INPUT, "%s, dataset %s: %s", file->path, dataset, message);
}

void umk_hdf5_get_shape(hid_t dataset, umk_hdf5_shape *shape) {
    *shape = (umk_hdf5_shape){.rank = -1};
    hid_t space = H5Dget_space(dataset);
    if (space < 0) return;
    int rank = H5Sget_simple_extent_type(space) == H5S_NULL ? -1 : H5Sget_simple_extent_ndims(space);
    bool known =
        rank == 0 || (rank > 0 && rank <= H5S_MAX_RANK && H5Sget_simple_extent_dims(space, shape->dims, NULL) == rank);
    if (known) shape->rank = rank;
    H5Sclose(space);
}

const char *umk_hdf5_describe(char *out, size_t size, int rank, const hsize_t *dims) {
    size_t used = (size_t)snprintf(out, size, "(");
    for (int i = 0; i < rank && used < size; i++) {
        used += (size_t)snprintf(out + used, size - used, i == 0 ? "%llu" : ", %llu", (unsigned long long)dims[i]);
    }
    if (used < size) snprintf(out + used, size - used, ")");
    return out;
}

umk_status umk_hdf5_open_dataset(const umk_hdf5_file *file, const char *name, hid_t *dataset) {
    char reason[128];
    *dataset = H5Dopen2(file->file, name, H5P_DEFAULT);
    if (*dataset >= 0) return UMK_OK;
    return umk_hdf5_fail(file, name, "cannot be opened: the file is damaged or of a newer kind (%s)",
                         umk_hdf5_reason(reason, sizeof reason));
}

/* IEEE 754 half precision, for which HDF5 1.10 has no name. */
static bool is_half(hid_t type) {
    size_t sign, exponent, exponent_size, mantissa, mantissa_size;
    if (H5Tget_size(type) != 2 ||
        H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) < 0) {
        return false;
    }
    return sign == 15 && exponent == 10 && exponent_size == 5 && mantissa == 0 && mantissa_size == 10 &&
           H5Tget_ebias(type) == 15 && H5Tget_norm(type) == H5T_NORM_IMPLIED && H5Tget_precision(type) == 16 &&
           H5Tget_offset(type) == 0;
}

static bool is_usual_float(hid_t type) {
    const hid_t usual[] = {H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_NATIVE_LDOUBLE};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (H5Tequal(type, usual[i]) > 0) return true;
    }
    return is_half(type);
}

static umk_status check_type(const umk_hdf5_file *file, const char *name, hid_t type) {
    H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    if (class == H5T_FLOAT && is_usual_float(type)) return UMK_OK;
    const char *found = class == H5T_INTEGER    ? "integers"
                        : class == H5T_STRING   ? "text"
                        : class == H5T_COMPOUND ? "compound (complex) numbers"
                        : class == H5T_FLOAT    ? "floating-point numbers of an unknown kind"
                                                : "another type";
    return umk_hdf5_fail(file, name, "holds %s, expected floating-point numbers (IEEE 754)", found);
}

umk_status umk_hdf5_check_contiguous(const umk_hdf5_file *file, const char *name, hid_t dataset, int64_t n_bytes) {
    hid_t creation = H5Dget_create_plist(dataset);
    H5D_layout_t layout = creation >= 0 ? H5Pget_layout(creation) : H5D_LAYOUT_ERROR;
    int n_external = creation >= 0 ? H5Pget_external_count(creation) : 0;
    if (creation >= 0) H5Pclose(creation);
    int64_t stored = (int64_t)H5Dget_storage_size(dataset);
    if (layout == H5D_COMPACT && stored == n_bytes) return UMK_OK;
    if (layout != H5D_COMPACT && (layout != H5D_CONTIGUOUS || n_external != 0)) {
        return umk_hdf5_fail(file, name, "is stored in a way that is not supported (virtual or in another file)");
    }
    haddr_t offset = layout == H5D_COMPACT ? 0 : H5Dget_offset(dataset);
    if (offset == HADDR_UNDEF) return umk_hdf5_fail(file, name, "has no data: the file was not written to its end");
    if (stored == n_bytes && n_bytes <= file->size && offset <= (haddr_t)(file->size - n_bytes)) return UMK_OK;
    return umk_hdf5_fail(file, name, "needs %lld bytes, but %lld are stored in a file of %lld: it is damaged",
                         (long long)n_bytes, (long long)stored, (long long)file->size);
}

static bool is_chunked(hid_t dataset) {
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0) return false;
    bool chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    H5Pclose(creation);
    return chunked;
}

static umk_status read_stored(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                              hid_t type, size_t element_size, int64_t n, double **values) {
    umk_status status = UMK_OK;
    umk_hdf5_chunk_plan plan = {0};
    /* Conversion is done in place, so that the wider type decides. */
    size_t room = element_size > sizeof **values ? element_size : sizeof **values;
    if (is_chunked(dataset)) {
        UMK_TRY(umk_hdf5_plan_chunks(file, name, dataset, shape, element_size, &plan));
    } else {
        UMK_TRY(umk_hdf5_check_contiguous(file, name, dataset, n * (int64_t)element_size));
    }
    UMK_TRY(umk_check_memory(file->context, (double)room * (double)n + plan.n_bytes, file->path,
                             "force constants in the compact form are smaller"));
    *values = umk_allocate(file->context, n, room);
    if (*values == NULL) return UMK_ERROR_MEMORY;
    if (plan.is_packed) {
        UMK_TRY(umk_hdf5_read_chunks(file, name, dataset, shape, element_size, (unsigned char *)*values));
    } else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *values) < 0) {
        char reason[128];
        return umk_hdf5_fail(file, name, "cannot be read: the file is damaged (%s)",
                             umk_hdf5_reason(reason, sizeof reason));
    }
    if (H5Tequal(type, H5T_NATIVE_DOUBLE) <= 0 &&
        H5Tconvert(type, H5T_NATIVE_DOUBLE, (size_t)n, *values, NULL, H5P_DEFAULT) < 0) {
        status = umk_hdf5_fail(file, name, "cannot be converted to double precision");
    }
cleanup:
    return status;
}

static umk_status check_flag_type(const umk_hdf5_file *file, const char *name, hid_t type) {
    if (type >= 0 && H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) <= 8) return UMK_OK;
    return umk_hdf5_fail(file, name, "holds no integers");
}

/* Elements of a type that `check` accepts, as doubles. */
static umk_status read_numbers(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                               umk_status (*check)(const umk_hdf5_file *, const char *, hid_t), double **values) {
    *values = NULL;
    int64_t n = 1;
    for (int i = 0; i < shape->rank; i++) {
        int64_t extent = shape->dims[i] > INT64_MAX ? -1 : (int64_t)shape->dims[i];
        n = umk_checked_product(2, (const int64_t[]){n, extent});
    }
    hid_t type = H5Dget_type(dataset);
    umk_status status = check(file, name, type);
    int64_t element_size = status == UMK_OK ? (int64_t)H5Tget_size(type) : 0;
    if (status == UMK_OK && umk_checked_product(2, (const int64_t[]){n, element_size}) < 0) {
        status = umk_hdf5_fail(file, name, "is too large");
    }
    if (status == UMK_OK) {
        status = read_stored(file, name, dataset, shape, type, (size_t)element_size, n, values);
    }
    if (type >= 0) H5Tclose(type);
    if (status != UMK_OK) {
        umk_release(*values);
        *values = NULL;
    }
    return status;
}

umk_status umk_hdf5_read_floats(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                                double **values) {
    return read_numbers(file, name, dataset, shape, check_type, values);
}

umk_status umk_hdf5_read_flags(const umk_hdf5_file *file, const char *name, hid_t dataset, const umk_hdf5_shape *shape,
                               double **values) {
    return read_numbers(file, name, dataset, shape, check_flag_type, values);
}
