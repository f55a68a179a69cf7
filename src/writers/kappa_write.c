/*
 * Writes kappa-m*.hdf5: all grid points, or one of them.
 *
 * The file is put together in memory by HDF5 and written at once (whole_file.h), so that a full disk or a power
 * failure never leaves half a file and HDF5 never holds a file that it cannot close.
 */
#include "writers/kappa_fields.h"
#include "writers/result_save.h"
#include <stdio.h>
#include <string.h>

static umk_status check(umk_context *context, const umk_conductivity *conductivity) {
    const int64_t *mesh = conductivity->mesh;
    if (conductivity->n_points < 1 || conductivity->n_bands < 1 || conductivity->n_temperatures < 1 ||
        conductivity->temperatures == NULL || mesh[0] < 1 || mesh[1] < 1 || mesh[2] < 1) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "a result without mesh, grid points, bands or temperatures cannot be written");
    }
    return UMK_OK;
}

static umk_status write_grid(umk_context *context, hid_t file, const umk_conductivity *conductivity) {
    umk_status status = UMK_OK;
    static const int64_t three[] = {3}, square[] = {3, 3};
    UMK_TRY(umk_memory_file_write(context, file, "mesh", true, 1, three, conductivity->mesh, -1));
    if (!conductivity->is_generalized) goto cleanup;
    UMK_TRY(umk_memory_file_write(context, file, "grid_matrix", true, 2, square, conductivity->grid_matrix, -1));
    UMK_TRY(umk_memory_file_write(context, file, "P_matrix", true, 2, square, conductivity->p_matrix, -1));
    UMK_TRY(umk_memory_file_write(context, file, "Q_matrix", true, 2, square, conductivity->q_matrix, -1));

cleanup:
    return status;
}

/*
 * The part of one grid point as an array of its own: with the axes T, P, rest it is a strided piece of the whole.
 * All elements have 8 bytes.
 */
static umk_status gather_point(void **part, umk_context *context, const umk_conductivity *conductivity,
                               const umk_kappa_field *field, int64_t point) {
    bool has_temperatures = field->axes[0] == 'T';
    int64_t shape[umk_kappa_max_rank];
    int rank = umk_kappa_field_shape(shape, field, conductivity, true);
    int64_t n_outer = has_temperatures ? shape[0] : 1;
    int64_t n_inner = umk_checked_product(rank - has_temperatures, shape + has_temperatures);
    const char *whole = umk_kappa_field_data(conductivity, field);
    *part = umk_allocate(context, n_outer * n_inner, 8);
    if (*part == NULL) return UMK_ERROR_MEMORY;
    for (int64_t i = 0; i < n_outer; i++) {
        int64_t from = (i * conductivity->n_points + point) * n_inner;
        memcpy((char *)*part + 8 * i * n_inner, whole + 8 * from, (size_t)(8 * n_inner));
    }
    return UMK_OK;
}

/* Writes one array of the table, of all points (point < 0) or of one. */
static umk_status write_field(umk_context *context, hid_t file, const umk_conductivity *conductivity,
                              const umk_kappa_field *field, int64_t point, int compression) {
    bool in_point = point >= 0;
    const void *data = umk_kappa_field_data(conductivity, field);
    if (data == NULL || (in_point && !field->in_point)) return UMK_OK;
    int64_t shape[umk_kappa_max_rank];
    int rank = umk_kappa_field_shape(shape, field, conductivity, in_point);
    void *part = NULL;
    if (in_point && strchr(field->axes, 'P') != NULL) {
        umk_status status = gather_point(&part, context, conductivity, field, point);
        if (status != UMK_OK) return status;
        data = part;
    }
    umk_status status = umk_memory_file_write(context, file, field->name, field->is_integer, rank, shape, data,
                                              field->compressed ? compression : -1);
    umk_release(part);
    return status;
}

static umk_status write_content(umk_context *context, hid_t file, const umk_conductivity *conductivity, int64_t point,
                                int compression) {
    umk_status status = UMK_OK;
    char version[64];
    snprintf(version, sizeof version, "umklapp %s", umk_version());
    UMK_TRY(umk_memory_file_write_string(context, file, "version", version));
    UMK_TRY(write_grid(context, file, conductivity));
    for (int i = 0; i < umk_kappa_n_fields; i++) {
        UMK_TRY(umk_check_cancel(context));
        UMK_TRY(write_field(context, file, conductivity, &umk_kappa_fields[i], point, compression));
    }
    for (int i = 0; i < umk_kappa_n_scalars; i++) {
        const umk_kappa_scalar *scalar = &umk_kappa_scalars[i];
        double value = umk_kappa_scalar_value(conductivity, scalar);
        if (value == 0 || (point >= 0 && !scalar->in_point)) continue;
        UMK_TRY(umk_memory_file_write(context, file, scalar->name, false, 0, NULL, &value, -1));
    }

cleanup:
    return status;
}

/** What goes into the file. */
typedef struct kappa_content {
    const umk_conductivity *conductivity;
    int64_t point; /* < 0: all */
} kappa_content;

static umk_status fill(void *user, umk_context *context, hid_t file, int compression) {
    const kappa_content *content = user;
    return write_content(context, file, content->conductivity, content->point, compression);
}

static umk_status write_file(char **path, umk_context *context, const umk_conductivity *conductivity, int64_t point,
                             const umk_output_options *options) {
    kappa_content content = {conductivity, point};
    if (path != NULL) *path = NULL;
    umk_status status = check(context, conductivity);
    if (status != UMK_OK) return status;
    return umk_result_save(path, context, "kappa", conductivity, point < 0 ? -1 : conductivity->grid_points[point],
                           options, &(umk_result_content){fill, &content});
}

umk_status umk_conductivity_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                                  const umk_output_options *options) {
    return write_file(path, context, conductivity, -1, options);
}

umk_status umk_conductivity_write_point(char **path, umk_context *context, const umk_conductivity *conductivity,
                                        int64_t point, const umk_output_options *options) {
    if (path != NULL) *path = NULL;
    if (point < 0 || point >= conductivity->n_points || conductivity->grid_points == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "there is no grid point number %lld in this result",
                        (long long)point);
    }
    return write_file(path, context, conductivity, point, options);
}
