/*
 * Reads kappa-m*.hdf5 back: of all grid points or of one, of this library or of phono3py.
 *
 * The counts are taken from the first arrays that know them, and every array must agree with them. A file may lack
 * arrays (older versions wrote fewer).
 */
#include "writers/kappa_fields.h"
#include "writers/result_file.h"
#include <math.h>
#include <string.h>
#include <umklapp/output.h>

static umk_status read_mesh(umk_conductivity *conductivity, const umk_hdf5_file *file) {
    umk_status status = UMK_OK;
    int64_t *mesh = conductivity->mesh;
    UMK_TRY(umk_result_file_numbers(mesh, file, "mesh", true, 3));
    if (mesh[0] < 1 || mesh[1] < 1 || mesh[2] < 1 || umk_checked_product(3, mesh) < 0) {
        UMK_TRY(umk_hdf5_fail(file, "mesh", "the numbers of grid points are not positive or too large"));
    }
    int rank;
    int64_t shape[2];
    UMK_TRY(umk_result_file_shape(&rank, shape, 2, file, "grid_matrix"));
    if (rank < 0) goto cleanup;
    conductivity->is_generalized = true;
    UMK_TRY(umk_result_file_numbers(conductivity->grid_matrix, file, "grid_matrix", true, 9));
    UMK_TRY(umk_result_file_numbers(conductivity->p_matrix, file, "P_matrix", true, 9));
    UMK_TRY(umk_result_file_numbers(conductivity->q_matrix, file, "Q_matrix", true, 9));

cleanup:
    return status;
}

static umk_status read_scalars(umk_conductivity *conductivity, const umk_hdf5_file *file) {
    umk_status status = UMK_OK;
    for (int i = 0; i < umk_kappa_n_scalars; i++) {
        const umk_kappa_scalar *scalar = &umk_kappa_scalars[i];
        int rank;
        int64_t shape[1];
        double value;
        UMK_TRY(umk_result_file_shape(&rank, shape, 1, file, scalar->name));
        if (rank < 0) continue;
        UMK_TRY(umk_result_file_numbers(&value, file, scalar->name, false, 1));
        if (!isfinite(value) || value < 0) {
            UMK_TRY(umk_hdf5_fail(file, scalar->name, "%g is no sensible value", value));
        }
        memcpy((char *)conductivity + scalar->offset, &value, sizeof value);
    }

cleanup:
    return status;
}

static const umk_kappa_field *find_field(const char *name) {
    const umk_kappa_field *field = umk_kappa_fields;
    while (strcmp(field->name, name) != 0) field++;
    return field;
}

/* Length of the axis (T, P or B) as the named dataset has it, -1 when the dataset or the axis is not there. */
static umk_status axis_length(int64_t *length, const umk_hdf5_file *file, const char *name, char axis, bool in_point) {
    int rank, position = 0;
    int64_t shape[umk_kappa_max_rank];
    *length = -1;
    umk_status status = umk_result_file_shape(&rank, shape, umk_kappa_max_rank, file, name);
    for (const char *at = find_field(name)->axes; *at != axis && *at != '\0'; at++) {
        if (*at != 'P' || !in_point) position++;
    }
    if (status == UMK_OK && position < rank) *length = shape[position];
    return status;
}

/* The file of one grid point has the arrays without their grid-point axis. */
static umk_status is_point_file(bool *in_point, const umk_hdf5_file *file) {
    static const char *const names[] = {"grid_point", "gamma", "frequency"};
    umk_status status = UMK_OK;
    int rank;
    int64_t shape[umk_kappa_max_rank];
    *in_point = false;
    UMK_TRY(umk_result_file_shape(&rank, shape, umk_kappa_max_rank, file, "band_index"));
    if (rank >= 0) UMK_TRY(umk_hdf5_fail(file, "band_index", "files of a single band are not supported"));
    for (int i = 0; i < 3; i++) {
        UMK_TRY(umk_result_file_shape(&rank, shape, umk_kappa_max_rank, file, names[i]));
        if (rank < 0) continue;
        *in_point = rank == (int)strlen(find_field(names[i])->axes) - 1;
        break;
    }

cleanup:
    return status;
}

/* grid_point comes first: LBTE files with a reducible collision matrix have frequencies of all grid points. */
static umk_status read_counts(umk_conductivity *conductivity, const umk_hdf5_file *file, bool in_point) {
    static const char *const of_points[] = {"grid_point", "weight", "qpoint", "gamma", "frequency"};
    static const char *const of_bands[] = {"gamma", "frequency", "group_velocity"};
    umk_status status = UMK_OK;
    int64_t n_temperatures, n_points = in_point ? 1 : -1, n_bands = -1;
    UMK_TRY(axis_length(&n_temperatures, file, "temperature", 'T', in_point));
    for (int i = 0; i < 5 && n_points < 0; i++) {
        UMK_TRY(axis_length(&n_points, file, of_points[i], 'P', in_point));
    }
    for (int i = 0; i < 3 && n_bands < 0; i++) {
        UMK_TRY(axis_length(&n_bands, file, of_bands[i], 'B', in_point));
    }
    if (n_temperatures < 0 || n_points < 0 || n_bands < 0) {
        UMK_TRY(umk_hdf5_fail(file, n_temperatures < 0 ? "temperature" : "gamma",
                              "is missing or has not enough axes: is this a kappa file?"));
    }
    conductivity->n_temperatures = n_temperatures;
    conductivity->n_points = n_points;
    conductivity->n_bands = n_bands;

cleanup:
    return status;
}

static bool same_shape(int rank, const int64_t *shape, int other_rank, const int64_t *other) {
    if (rank != other_rank) return false;
    for (int i = 0; i < rank; i++) {
        if (shape[i] != other[i]) return false;
    }
    return true;
}

/*
 * Frequencies and parts of kappa are of all grid points where the rest is of the irreducible ones in files of LBTE with
 * a reducible collision matrix.
 */
static bool is_reducible(const umk_conductivity *conductivity, const umk_kappa_field *field, int rank,
                         const int64_t *shape) {
    static const char *const names[] = {"frequency", "mode_kappa", "mode_kappa_RTA"};
    const char *axis = strchr(field->axes, 'P');
    if (axis == NULL || rank != (int)strlen(field->axes)) return false;
    int64_t n_points = shape[axis - field->axes];
    if (n_points == conductivity->n_points || n_points != umk_checked_product(3, conductivity->mesh)) return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(field->name, names[i]) == 0) return true;
    }
    return false;
}

static umk_status read_field(umk_conductivity *conductivity, const umk_hdf5_file *file, const umk_kappa_field *field,
                             bool in_point) {
    umk_status status = UMK_OK;
    void *data = NULL;
    int rank;
    int64_t shape[umk_kappa_max_rank], expected[umk_kappa_max_rank];
    UMK_TRY(umk_result_file_shape(&rank, shape, umk_kappa_max_rank, file, field->name));
    if (rank < 0) goto cleanup;
    if (is_reducible(conductivity, field, rank, shape)) {
        umk_log(file->context, UMK_LOG_INFO, "%s: %s of all grid points is passed over", file->path, field->name);
        goto cleanup;
    }
    int expected_rank = umk_kappa_field_shape(expected, field, conductivity, in_point);
    if (!same_shape(rank, shape, expected_rank, expected)) {
        UMK_TRY(umk_hdf5_fail(file, field->name,
                              "its shape does not fit %lld temperatures, %lld grid points and %lld bands",
                              (long long)conductivity->n_temperatures, (long long)conductivity->n_points,
                              (long long)conductivity->n_bands));
    }
    UMK_TRY(umk_result_file_array(&data, file, field->name, field->is_integer, umk_checked_product(rank, shape)));
    umk_kappa_field_set(conductivity, field, data);

cleanup:
    return status;
}

static umk_status check_values(const umk_hdf5_file *file, const umk_conductivity *conductivity) {
    for (int64_t i = 0; i < conductivity->n_temperatures; i++) {
        if (!(conductivity->temperatures[i] >= 0) || isinf(conductivity->temperatures[i])) {
            return umk_hdf5_fail(file, "temperature", "%g K is no temperature", conductivity->temperatures[i]);
        }
    }
    for (int64_t i = 0; i < conductivity->n_points; i++) {
        if (conductivity->grid_points != NULL && conductivity->grid_points[i] < 0) {
            return umk_hdf5_fail(file, "grid_point", "has a negative number");
        }
        if (conductivity->weights != NULL && conductivity->weights[i] < 0) {
            return umk_hdf5_fail(file, "weight", "has a negative number");
        }
    }
    return UMK_OK;
}

static umk_status read_content(umk_conductivity *conductivity, const umk_hdf5_file *file) {
    umk_status status = UMK_OK;
    bool in_point;
    UMK_TRY(read_mesh(conductivity, file));
    UMK_TRY(read_scalars(conductivity, file));
    UMK_TRY(is_point_file(&in_point, file));
    UMK_TRY(read_counts(conductivity, file, in_point));
    for (int i = 0; i < umk_kappa_n_fields; i++) {
        UMK_TRY(umk_check_cancel(file->context));
        UMK_TRY(read_field(conductivity, file, &umk_kappa_fields[i], in_point));
    }
    UMK_TRY(check_values(file, conductivity));

cleanup:
    return status;
}

umk_status umk_conductivity_read(umk_conductivity *conductivity, umk_context *context, const char *path) {
    umk_hdf5_session session;
    umk_hdf5_file file;
    memset(conductivity, 0, sizeof *conductivity);
    umk_hdf5_begin(&session);
    umk_status status = umk_result_file_open(&file, context, path);
    if (status == UMK_OK) status = read_content(conductivity, &file);
    umk_result_file_close(&file);
    umk_hdf5_end(&session);
    if (status != UMK_OK) umk_conductivity_clear(conductivity);
    return status;
}
