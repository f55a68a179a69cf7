/* Linewidths of an earlier run: one file of all grid points, or one file for each of them. */
#include "grid/grid.h"
#include "transport/conductivity.h"
#include "writers/kappa_name.h"
#include <math.h>
#include <string.h>
#include <umklapp/output.h>
#include <unistd.h>

/* Linewidths that a calculation may go on with. */
static umk_status check_linewidths(umk_context *context, const umk_conductivity *read, const char *path) {
    const double *const arrays[] = {read->gamma, read->gamma_normal, read->gamma_umklapp, read->average_strength};
    static const char *const names[] = {"gamma", "gamma_N", "gamma_U", "ave_pp"};
    int64_t modes = read->n_points * read->n_bands;
    if (read->gamma == NULL) return umk_fail(context, UMK_ERROR_INPUT, "%s: has no dataset gamma", path);
    for (int a = 0; a < 4; a++) {
        int64_t n = a == 3 ? modes : modes * read->n_temperatures;
        for (int64_t i = 0; arrays[a] != NULL && i < n; i++) {
            if (isfinite(arrays[a][i])) continue;
            return umk_fail(context, UMK_ERROR_INPUT, "%s, dataset %s: holds %g, expected finite numbers", path,
                            names[a], arrays[a][i]);
        }
    }
    return UMK_OK;
}

static umk_status read_point(umk_conductivity *point, umk_context *context, const umk_conductivity *name_of,
                             int64_t grid_point, const umk_output_options *options) {
    char *path = NULL;
    umk_status status = umk_result_path(&path, context, "kappa", name_of, grid_point, options);
    if (status == UMK_OK) status = umk_conductivity_read(point, context, path);
    if (status == UMK_OK && (point->n_points != 1 || point->gamma == NULL)) {
        status = umk_fail(context, UMK_ERROR_INPUT, "%s: it does not hold the linewidths of one grid point", path);
    }
    if (status == UMK_OK) status = check_linewidths(context, point, path);
    if (status != UMK_OK) umk_conductivity_clear(point);
    umk_string_free(path);
    return status;
}

/* Rows of one point into the arrays of all; n_leading is the number of temperatures, or 1. */
static void copy_rows(double *to, const double *from, int64_t n_leading, int64_t n_points, int64_t i, int64_t n_bands) {
    if (to == NULL || from == NULL) return;
    for (int64_t t = 0; t < n_leading; t++) {
        memcpy(to + (t * n_points + i) * n_bands, from + t * n_bands, (size_t)n_bands * sizeof *to);
    }
}

/* Whether a file of one point is of the same run as the first. */
static bool is_of_same_run(const umk_conductivity *all, const umk_conductivity *point) {
    if (point->n_bands != all->n_bands || point->n_temperatures != all->n_temperatures) return false;
    for (int64_t t = 0; point->temperatures != NULL && t < all->n_temperatures; t++) {
        if (fabs(point->temperatures[t] - all->temperatures[t]) > 1e-6) return false;
    }
    return (point->gamma_normal != NULL) == (all->gamma_normal != NULL) &&
           (point->gamma_umklapp != NULL) == (all->gamma_umklapp != NULL) &&
           (point->average_strength != NULL) == (all->average_strength != NULL);
}

static umk_status add_point(umk_conductivity *all, umk_context *context, const umk_conductivity *point,
                            int64_t n_points, int64_t i) {
    umk_status status = UMK_OK;
    if (i == 0) {
        int parts = (point->gamma_normal != NULL ? UMK_PART_NORMAL_UMKLAPP : 0) |
                    (point->gamma_isotope != NULL ? UMK_PART_ISOTOPE : 0) |
                    (point->average_strength != NULL ? UMK_PART_AVERAGE_STRENGTH : 0);
        UMK_TRY(umk_conductivity_allocate(all, context, n_points, point->n_bands, point->n_temperatures, parts));
        if (point->temperatures != NULL) {
            memcpy(all->temperatures, point->temperatures, (size_t)point->n_temperatures * sizeof(double));
        }
    }
    if (!is_of_same_run(all, point)) {
        return umk_fail(context, UMK_ERROR_INPUT,
                        "the file of grid point %lld differs from the first in bands, temperatures or datasets",
                        (long long)(point->grid_points != NULL ? point->grid_points[0] : i));
    }
    copy_rows(all->gamma, point->gamma, all->n_temperatures, n_points, i, all->n_bands);
    copy_rows(all->gamma_normal, point->gamma_normal, all->n_temperatures, n_points, i, all->n_bands);
    copy_rows(all->gamma_umklapp, point->gamma_umklapp, all->n_temperatures, n_points, i, all->n_bands);
    copy_rows(all->gamma_isotope, point->gamma_isotope, 1, n_points, i, all->n_bands);
    copy_rows(all->average_strength, point->average_strength, 1, n_points, i, all->n_bands);
cleanup:
    return status;
}

umk_status umk_conductivity_read_gamma(umk_conductivity *conductivity, umk_context *context, const umk_grid *grid,
                                       double sigma, double sigma_cutoff, int64_t n_points, const int64_t *points,
                                       const umk_output_options *options) {
    umk_status status = UMK_OK;
    umk_conductivity name_of = {.sigma = sigma, .sigma_cutoff = sigma_cutoff};
    char *path = NULL;
    memset(conductivity, 0, sizeof *conductivity);
    memcpy(name_of.mesh, grid->diagonal, sizeof name_of.mesh);
    UMK_TRY(umk_result_path(&path, context, "kappa", &name_of, -1, options));
    if (access(path, F_OK) == 0) {
        UMK_TRY(umk_conductivity_read(conductivity, context, path));
        UMK_TRY(check_linewidths(context, conductivity, path));
        goto cleanup;
    }
    for (int64_t i = 0; i < n_points; i++) {
        umk_conductivity point = {0};
        UMK_TRY(read_point(&point, context, &name_of, points[i], options));
        status = add_point(conductivity, context, &point, n_points, i);
        umk_conductivity_clear(&point);
        if (status != UMK_OK) goto cleanup;
        conductivity->grid_points[i] = points[i];
    }
cleanup:
    umk_string_free(path);
    if (status != UMK_OK) umk_conductivity_clear(conductivity);
    return status;
}
