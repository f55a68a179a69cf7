/*
 * fc2.hdf5 and fc3.hdf5: dataset fc2 or force_constants (rows, atoms, 3, 3), dataset fc3 (rows, atoms, atoms, 3, 3, 3),
 * p2s_map, physical_unit, fc3_nonzero_indices (rows, atoms, atoms).
 *
 * A unit other than eV/angstrom^2 in fc2.hdf5 is converted, as phono3py does; phono3py writes no unit into fc3.hdf5,
 * and one that says something else than eV/angstrom^3 is refused.
 */
#include "readers/calculator.h"
#include "readers/hdf5_dataset.h"
#include "readers/text.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <umklapp/input.h>

enum { longest_unit = 64 };

/* ---- opening ----------------------------------------------------------------------------------------------------*/

static umk_status check_file(umk_context *context, const char *path, int64_t *size) {
    struct stat about;
    errno = 0;
    bool known = stat(path, &about) == 0;
    if (known && !S_ISREG(about.st_mode)) return umk_fail(context, UMK_ERROR_IO, "%s: is no file", path);
    FILE *stream = known ? fopen(path, "rb") : NULL; /* of a pipe it would wait */
    if (stream == NULL) {
        return umk_fail(context, UMK_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno != 0 ? errno : EIO));
    }
    fclose(stream);
    *size = (int64_t)about.st_size;
    return UMK_OK;
}

static umk_status open_file(umk_hdf5_file *file) {
    char reason[128];
    umk_status status = check_file(file->context, file->path, &file->size);
    if (status != UMK_OK) return status;
    if (H5Fis_hdf5(file->path) <= 0) {
        return umk_fail(file->context, UMK_ERROR_INPUT, "%s: is no HDF5 file", file->path);
    }
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7)
    if (access >= 0) H5Pset_file_locking(access, true, true);
#endif
    file->file = access >= 0 ? H5Fopen(file->path, H5F_ACC_RDONLY, access) : -1;
    umk_hdf5_reason(reason, sizeof reason);
    if (access >= 0) H5Pclose(access);
    if (file->file >= 0) return UMK_OK;
    return umk_fail(file->context, UMK_ERROR_INPUT, "%s: the HDF5 file is damaged, cut short or in use (%s)",
                    file->path, reason);
}

/* True where the root group has the name as its own. */
static bool has_link(const umk_hdf5_file *file, const char *name) {
    H5L_info_t info;
    return H5Lexists(file->file, name, H5P_DEFAULT) > 0 && H5Lget_info(file->file, name, &info, H5P_DEFAULT) >= 0 &&
           (info.type == H5L_TYPE_HARD || info.type == H5L_TYPE_SOFT);
}

/* ---- the force constants ----------------------------------------------------------------------------------------*/

static umk_status check_shape(const umk_hdf5_file *file, const char *name, const umk_hdf5_shape *shape,
                              umk_force_constants_file *out) {
    char found[256];
    const hsize_t *dims = shape->dims;
    int n_atoms = out->rank;
    bool good = shape->rank == 2 * n_atoms && dims[0] > 0 && dims[0] <= dims[1] && dims[1] <= INT32_MAX;
    for (int i = 2; good && i < shape->rank; i++) good = dims[i] == (i < n_atoms ? dims[1] : 3);
    if (!good) {
        return umk_hdf5_fail(file, name, "has the shape %s, expected %s with 1 <= m <= n",
                             umk_hdf5_describe(found, sizeof found, shape->rank, dims),
                             n_atoms == 2 ? "(m, n, 3, 3)" : "(m, n, n, 3, 3, 3)");
    }
    out->n_rows = (int64_t)dims[0];
    out->n_supercell = (int64_t)dims[1];
    return UMK_OK;
}

/* The first element that is NaN or infinite, or -1. */
static int64_t find_not_finite(const double *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) return i;
    }
    return -1;
}

static umk_status read_values(const umk_hdf5_file *file, const char *name, hid_t dataset,
                              umk_force_constants_file *out) {
    umk_status status;
    umk_hdf5_shape shape;
    umk_hdf5_get_shape(dataset, &shape);
    UMK_TRY(check_shape(file, name, &shape, out));
    UMK_TRY(umk_hdf5_read_floats(file, name, dataset, &shape, &out->values));
    int64_t n = 1;
    for (int i = 0; i < shape.rank; i++) n *= (int64_t)shape.dims[i];
    int64_t bad = find_not_finite(out->values, n);
    if (bad < 0) return UMK_OK;
    hsize_t place[H5S_MAX_RANK];
    char text[256];
    int64_t rest = bad;
    for (int i = shape.rank - 1; i >= 0; i--) {
        place[i] = (hsize_t)rest % shape.dims[i];
        rest /= (int64_t)shape.dims[i];
    }
    status = umk_hdf5_fail(file, name, "element %s (counted from 0) is %s, expected a finite number",
                           umk_hdf5_describe(text, sizeof text, shape.rank, place),
                           isnan(out->values[bad]) ? "NaN" : "infinite");
cleanup:
    return status;
}

static umk_status read_force_constants(const umk_hdf5_file *file, umk_force_constants_file *out) {
    const char *name = out->rank == 3 ? "fc3" : has_link(file, "fc2") ? "fc2" : "force_constants";
    hid_t dataset = -1;
    if (!has_link(file, name)) {
        return umk_fail(file->context, UMK_ERROR_INPUT, "%s: has no dataset %s", file->path,
                        out->rank == 3 ? "fc3" : "force_constants or fc2");
    }
    umk_status status = umk_hdf5_open_dataset(file, name, &dataset);
    if (status == UMK_OK) status = read_values(file, name, dataset, out);
    if (dataset >= 0) H5Dclose(dataset);
    return status;
}

/* ---- p2s_map ----------------------------------------------------------------------------------------------------*/

static umk_status check_map(const umk_hdf5_file *file, const umk_force_constants_file *out) {
    if (out->n_rows != out->n_supercell && out->n_p2s_map != out->n_rows) {
        return umk_hdf5_fail(file, "p2s_map", "has %lld atoms, expected %lld, the rows of the force constants",
                             (long long)out->n_p2s_map, (long long)out->n_rows);
    }
    bool *seen = umk_allocate(file->context, out->n_supercell, sizeof *seen);
    if (seen == NULL) return UMK_ERROR_MEMORY;
    umk_status status = UMK_OK;
    for (int64_t i = 0; i < out->n_p2s_map && status == UMK_OK; i++) {
        int64_t atom = out->p2s_map[i];
        if (atom < 0 || atom >= out->n_supercell) {
            status = umk_hdf5_fail(file, "p2s_map", "element %lld is %lld, expected an atom 0 ... %lld", (long long)i,
                                   (long long)atom, (long long)out->n_supercell - 1);
        } else if (seen[atom]) {
            status = umk_hdf5_fail(file, "p2s_map", "names atom %lld twice", (long long)atom);
        } else {
            seen[atom] = true;
        }
    }
    umk_release(seen);
    return status;
}

static umk_status read_map_values(const umk_hdf5_file *file, hid_t dataset, umk_force_constants_file *out) {
    umk_status status = UMK_OK;
    umk_hdf5_shape shape;
    char found[256], reason[128];
    hid_t type = H5Dget_type(dataset);
    int64_t size = type >= 0 && H5Tget_class(type) == H5T_INTEGER ? (int64_t)H5Tget_size(type) : 0;
    if (type >= 0) H5Tclose(type);
    if (size < 1 || size > 8) return umk_hdf5_fail(file, "p2s_map", "holds no integers");
    umk_hdf5_get_shape(dataset, &shape);
    if (shape.rank != 1 || shape.dims[0] == 0 || shape.dims[0] > (hsize_t)out->n_supercell) {
        return umk_hdf5_fail(file, "p2s_map", "has the shape %s, expected 1 to %lld atoms",
                             umk_hdf5_describe(found, sizeof found, shape.rank, shape.dims),
                             (long long)out->n_supercell);
    }
    out->n_p2s_map = (int64_t)shape.dims[0];
    UMK_TRY(umk_hdf5_check_contiguous(file, "p2s_map", dataset, size * out->n_p2s_map));
    UMK_ALLOCATE(file->context, out->p2s_map, out->n_p2s_map);
    if (H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, out->p2s_map) < 0) {
        return umk_hdf5_fail(file, "p2s_map", "cannot be read: the file is damaged (%s)",
                             umk_hdf5_reason(reason, sizeof reason));
    }
    status = check_map(file, out);
cleanup:
    return status;
}

static umk_status read_map(const umk_hdf5_file *file, umk_force_constants_file *out) {
    hid_t dataset = -1;
    if (!has_link(file, "p2s_map")) return UMK_OK;
    umk_status status = umk_hdf5_open_dataset(file, "p2s_map", &dataset);
    if (status == UMK_OK) status = read_map_values(file, dataset, out);
    if (dataset >= 0) H5Dclose(dataset);
    return status;
}

/* ---- physical_unit ----------------------------------------------------------------------------------------------*/

static umk_status apply_unit(const umk_hdf5_file *file, const char *unit, umk_force_constants_file *out) {
    char quoted[umk_quote_size];
    size_t length = strlen(unit);
    if (out->rank == 3) {
        if (umk_same_word(unit, length, "ev/angstrom^3")) return UMK_OK;
        return umk_hdf5_fail(file, "physical_unit", "is %s, expected \"eV/angstrom^3\"",
                             umk_quote(quoted, unit, length));
    }
    double factor = umk_force_constants_factor(unit, length);
    if (factor == 0) {
        return umk_hdf5_fail(
            file, "physical_unit",
            "%s is not known, expected \"eV/angstrom^2\", \"eV/angstrom.au\", \"Ry/au^2\", \"mRy/au^2\", "
            "\"hartree/au^2\" or \"hartree/angstrom.au\"",
            umk_quote(quoted, unit, length));
    }
    int64_t n = out->n_rows * out->n_supercell * 9;
    for (int64_t i = 0; factor != 1 && i < n; i++) out->values[i] *= factor;
    return UMK_OK;
}

static umk_status read_unit(const umk_hdf5_file *file, umk_force_constants_file *out) {
    hid_t dataset = -1;
    char unit[longest_unit];
    if (!has_link(file, "physical_unit")) return UMK_OK;
    umk_status status = umk_hdf5_open_dataset(file, "physical_unit", &dataset);
    if (status == UMK_OK) status = umk_hdf5_read_text(file, "physical_unit", dataset, unit, sizeof unit);
    if (status == UMK_OK) status = apply_unit(file, unit, out);
    if (dataset >= 0) H5Dclose(dataset);
    return status;
}

/* ---- fc3_nonzero_indices ----------------------------------------------------------------------------------------*/

/* Blocks flagged 0 (beyond a cut-off distance) are left out of all sums by phono3py, also where they are not zero. */
static umk_status apply_flags(const umk_hdf5_file *file, hid_t dataset, umk_force_constants_file *out) {
    static const char name[] = "fc3_nonzero_indices";
    umk_hdf5_shape shape;
    char found[256];
    double *flags = NULL;
    umk_hdf5_get_shape(dataset, &shape);
    const hsize_t *dims = shape.dims;
    if (shape.rank != 3 || dims[0] != (hsize_t)out->n_rows || dims[1] != (hsize_t)out->n_supercell ||
        dims[2] != dims[1]) {
        return umk_hdf5_fail(file, name, "has the shape %s, expected (%lld, %lld, %lld) as fc3",
                             umk_hdf5_describe(found, sizeof found, shape.rank, dims), (long long)out->n_rows,
                             (long long)out->n_supercell, (long long)out->n_supercell);
    }
    umk_status status = umk_hdf5_read_flags(file, name, dataset, &shape, &flags);
    int64_t n_blocks = out->n_rows * out->n_supercell * out->n_supercell;
    for (int64_t block = 0; status == UMK_OK && block < n_blocks; block++) {
        if (flags[block] == 0) memset(out->values + block * 27, 0, 27 * sizeof *out->values);
    }
    umk_release(flags);
    return status;
}

static umk_status read_flags(const umk_hdf5_file *file, umk_force_constants_file *out) {
    hid_t dataset = -1;
    if (out->rank != 3 || !has_link(file, "fc3_nonzero_indices")) return UMK_OK;
    umk_status status = umk_hdf5_open_dataset(file, "fc3_nonzero_indices", &dataset);
    if (status == UMK_OK) status = apply_flags(file, dataset, out);
    if (dataset >= 0) H5Dclose(dataset);
    return status;
}

/* ---- all of it --------------------------------------------------------------------------------------------------*/

umk_status umk_force_constants_read(umk_force_constants_file *file, umk_context *context, const char *path, int rank) {
    *file = (umk_force_constants_file){.rank = rank};
    if (rank != 2 && rank != 3) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "force constants of order %d: expected 2 or 3", rank);
    }
    umk_hdf5_session session;
    umk_hdf5_file hdf5 = {.context = context, .path = path, .file = -1};
    umk_status status;
    umk_hdf5_begin(&session);
    UMK_TRY(open_file(&hdf5));
    UMK_TRY(read_force_constants(&hdf5, file));
    UMK_TRY(read_map(&hdf5, file));
    UMK_TRY(read_unit(&hdf5, file));
    UMK_TRY(read_flags(&hdf5, file));
cleanup:
    if (hdf5.file >= 0) H5Fclose(hdf5.file);
    umk_hdf5_end(&session);
    return status;
}

void umk_force_constants_file_clear(umk_force_constants_file *file) {
    umk_release(file->values);
    umk_release(file->p2s_map);
    *file = (umk_force_constants_file){0};
}
