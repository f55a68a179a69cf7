/*
 * Files of the collision matrix and of its eigenvalues, in names and layouts of phono3py 4.10:
 *
 *   collision-m*-g{grid_point}.hdf5  collision_matrix (T, B, 3, P, B, 3), gamma (T, B), gamma_isotope (B), temperature
 *   collision-m*.hdf5                the same with an axis P behind T, of all irreducible points
 *   coleigs-m*.hdf5                  collision_eigenvalues (T, 3 P B)
 *   relaxons-m*.hdf5                 ours: eigenvalue, relaxation_time, kappa
 */
#include "grid/grid.h"
#include "transport/conductivity.h"
#include "writers/kappa_name.h"
#include "writers/result_file.h"
#include "writers/result_save.h"
#include <math.h>
#include <string.h>
#include <umklapp/lbte.h>
#include <umklapp/output.h>
#include <unistd.h>

/* ---- writing ----------------------------------------------------------------------------------------------------*/

/** What goes into a file; members that a kind of file has not are NULL. */
typedef struct content {
    const umk_conductivity *conductivity;
    int64_t point;
    const double *rows;
    const umk_lbte_spectrum *spectrum;
} content;

static umk_status write_head(umk_context *context, hid_t file, const umk_conductivity *conductivity) {
    char version[64];
    snprintf(version, sizeof version, "umklapp %s", umk_version());
    umk_status status = umk_memory_file_write_string(context, file, "version", version);
    if (status != UMK_OK) return status;
    return umk_memory_file_write(context, file, "temperature", false, 1, &conductivity->n_temperatures,
                                 conductivity->temperatures, -1);
}

static umk_status fill_rows(void *user, umk_context *context, hid_t file, int compression) {
    umk_status status = UMK_OK;
    const content *c = user;
    const umk_conductivity *of = c->conductivity;
    int64_t n = of->n_bands, shape[6] = {of->n_temperatures, n, 3, of->n_points, n, 3};
    double *gamma = NULL;
    UMK_ALLOCATE(context, gamma, of->n_temperatures * n);
    for (int64_t t = 0; t < of->n_temperatures; t++) {
        memcpy(gamma + t * n, of->gamma + (t * of->n_points + c->point) * n, (size_t)n * sizeof *gamma);
    }
    UMK_TRY(write_head(context, file, of));
    UMK_TRY(umk_memory_file_write(context, file, "collision_matrix", false, 6, shape, c->rows, compression));
    UMK_TRY(umk_memory_file_write(context, file, "gamma", false, 2, shape, gamma, -1));
    if (of->gamma_isotope != NULL) {
        UMK_TRY(
            umk_memory_file_write(context, file, "gamma_isotope", false, 1, &n, of->gamma_isotope + c->point * n, -1));
    }
    UMK_TRY(umk_memory_file_write(context, file, "grid_point", true, 0, NULL, &of->grid_points[c->point], -1));
cleanup:
    umk_release(gamma);
    return status;
}

static umk_status fill_eigenvalues(void *user, umk_context *context, hid_t file, int compression) {
    const content *c = user;
    const int64_t shape[2] = {c->spectrum->n_temperatures, c->spectrum->n_values};
    umk_status status = write_head(context, file, c->conductivity);
    if (status != UMK_OK) return status;
    return umk_memory_file_write(context, file, "collision_eigenvalues", false, 2, shape, c->spectrum->eigenvalues,
                                 compression);
}

static umk_status fill_relaxons(void *user, umk_context *context, hid_t file, int compression) {
    umk_status status = UMK_OK;
    const content *c = user;
    const umk_lbte_spectrum *spectrum = c->spectrum;
    const int64_t shape[3] = {spectrum->n_temperatures, spectrum->n_values, 6};
    double *times = NULL;
    UMK_ALLOCATE(context, times, shape[0] * shape[1]);
    for (int64_t k = 0; k < shape[0] * shape[1]; k++) {
        double eigenvalue = spectrum->eigenvalues[k];
        times[k] = eigenvalue != 0 ? 1 / (4 * UMK_PI * eigenvalue) : 0;
    }
    UMK_TRY(write_head(context, file, c->conductivity));
    UMK_TRY(umk_memory_file_write(context, file, "eigenvalue", false, 2, shape, spectrum->eigenvalues, compression));
    UMK_TRY(umk_memory_file_write(context, file, "relaxation_time", false, 2, shape, times, compression));
    UMK_TRY(umk_memory_file_write(context, file, "kappa", false, 3, shape, spectrum->kappa, compression));
cleanup:
    umk_release(times);
    return status;
}

umk_status umk_collision_rows_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                                    int64_t point, const double *rows, const umk_output_options *options) {
    content c = {.conductivity = conductivity, .point = point, .rows = rows};
    if (path != NULL) *path = NULL;
    if (point < 0 || point >= conductivity->n_points) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "there is no grid point number %lld in this result",
                        (long long)point);
    }
    return umk_result_save(path, context, "collision", conductivity, conductivity->grid_points[point], options,
                           &(umk_result_content){fill_rows, &c});
}

umk_status umk_collision_eigenvalues_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                                           const umk_lbte_spectrum *spectrum, const umk_output_options *options) {
    content c = {.conductivity = conductivity, .spectrum = spectrum};
    return umk_result_save(path, context, "coleigs", conductivity, -1, options,
                           &(umk_result_content){fill_eigenvalues, &c});
}

umk_status umk_relaxons_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                              const umk_lbte_spectrum *spectrum, const umk_output_options *options) {
    content c = {.conductivity = conductivity, .spectrum = spectrum};
    if (path != NULL) *path = NULL;
    if (spectrum->kappa == NULL)
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the shares of relaxons were not computed");
    return umk_result_save(path, context, "relaxons", conductivity, -1, options,
                           &(umk_result_content){fill_relaxons, &c});
}

/* ---- reading ----------------------------------------------------------------------------------------------------*/

struct umk_collision_files {
    umk_output_options options;
    umk_conductivity name_of;                  /* mesh and sigma */
    int64_t n_points, n_bands, n_temperatures; /* in the files */
    int64_t *points;                           /* (n_points) */
    int64_t n_chosen, *chosen;                 /* temperatures */
    double *temperatures;                      /* (n_temperatures) */
    double *gamma;                             /* (n_chosen, n_points, n_bands) */
    double *whole; /* (n_temperatures, n_points, rows of a point) of the file of all points, or NULL */
};

/* Rows of one point at one temperature. */
static int64_t row_size(const umk_collision_files *files) {
    return umk_checked_product(4, (const int64_t[]){files->n_bands, 9, files->n_points, files->n_bands});
}

static umk_status check_finite(const umk_hdf5_file *file, const char *name, const double *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) return umk_hdf5_fail(file, name, "holds %g, expected finite numbers", values[i]);
    }
    return UMK_OK;
}

/* The rows in an open file of one point or of all, of all its temperatures. */
static umk_status read_matrix(double **rows, const umk_collision_files *files, const umk_hdf5_file *file,
                              bool is_whole) {
    umk_status status = UMK_OK;
    void *data = NULL;
    int64_t n = files->n_bands, shape[7], rank_expected = is_whole ? 7 : 6;
    const int64_t of_point[6] = {files->n_temperatures, n, 3, files->n_points, n, 3};
    const int64_t of_all[7] = {files->n_temperatures, files->n_points, n, 3, files->n_points, n, 3};
    const int64_t *expected = is_whole ? of_all : of_point;
    int rank;
    UMK_TRY(umk_result_file_shape(&rank, shape, 7, file, "collision_matrix"));
    if (rank != rank_expected || memcmp(shape, expected, (size_t)rank * sizeof *shape) != 0) {
        UMK_TRY(umk_hdf5_fail(file, "collision_matrix",
                              "is not of %lld temperatures, %lld irreducible grid points and %lld bands",
                              (long long)files->n_temperatures, (long long)files->n_points, (long long)n));
    }
    UMK_TRY(umk_result_file_array(&data, file, "collision_matrix", false, umk_checked_product(rank, shape)));
    *rows = data;
    UMK_TRY(check_finite(file, "collision_matrix", *rows, umk_checked_product(rank, shape)));
cleanup:
    return status;
}

/* The counts and temperatures of the first file, or that those of another file are the same. */
static umk_status read_temperatures(umk_collision_files *files, const umk_hdf5_file *file, bool is_whole) {
    umk_status status = UMK_OK;
    int rank;
    int64_t shape[3];
    void *temperatures = NULL;
    UMK_TRY(umk_result_file_shape(&rank, shape, 3, file, "gamma"));
    if (rank != (is_whole ? 3 : 2)) UMK_TRY(umk_hdf5_fail(file, "gamma", "is missing or has the wrong number of axes"));
    int64_t n_bands = shape[rank - 1], n_temperatures = shape[0];
    bool is_first = files->temperatures == NULL;
    if (!is_first && (n_bands != files->n_bands || n_temperatures != files->n_temperatures)) {
        UMK_TRY(umk_hdf5_fail(file, "gamma", "has other temperatures or bands than the first file"));
    }
    UMK_TRY(umk_result_file_array(&temperatures, file, "temperature", false, n_temperatures));
    for (int64_t t = 0; !is_first && t < n_temperatures; t++) {
        if (!(fabs(((double *)temperatures)[t] - files->temperatures[t]) <= 1e-6)) {
            UMK_TRY(umk_hdf5_fail(file, "temperature", "differs from the first file"));
        }
    }
    if (is_first) {
        files->n_bands = n_bands;
        files->n_temperatures = n_temperatures;
        files->temperatures = temperatures;
        temperatures = NULL;
        UMK_TRY(check_finite(file, "temperature", files->temperatures, n_temperatures));
    }
cleanup:
    umk_release(temperatures);
    return status;
}

/* Indices of temperatures in the files; none chosen: all. */
static umk_status choose(umk_collision_files *files, umk_context *context, int64_t n_chosen, const int64_t *chosen) {
    umk_status status = UMK_OK;
    files->n_chosen = n_chosen > 0 ? n_chosen : files->n_temperatures;
    UMK_ALLOCATE(context, files->chosen, files->n_chosen);
    for (int64_t k = 0; k < files->n_chosen; k++) {
        files->chosen[k] = n_chosen > 0 ? chosen[k] : k;
        if (files->chosen[k] >= 0 && files->chosen[k] < files->n_temperatures) continue;
        UMK_TRY(umk_fail(context, UMK_ERROR_ARGUMENT,
                         "temperature number %lld of the collision files: they have 0 to %lld",
                         (long long)files->chosen[k], (long long)files->n_temperatures - 1));
    }
    UMK_ALLOCATE(context, files->gamma, files->n_chosen * files->n_points * files->n_bands);
cleanup:
    return status;
}

/* gamma of points first ... first + n - 1 from an open file. */
static umk_status read_linewidths(umk_collision_files *files, const umk_hdf5_file *file, int64_t first, int64_t n) {
    umk_status status = UMK_OK;
    void *gamma = NULL;
    int64_t bands = n * files->n_bands;
    UMK_TRY(umk_result_file_array(&gamma, file, "gamma", false, files->n_temperatures * bands));
    UMK_TRY(check_finite(file, "gamma", gamma, files->n_temperatures * bands));
    for (int64_t k = 0; k < files->n_chosen; k++) {
        memcpy(files->gamma + (k * files->n_points + first) * files->n_bands,
               (double *)gamma + files->chosen[k] * bands, (size_t)bands * sizeof(double));
    }
cleanup:
    umk_release(gamma);
    return status;
}

/* One file: of a point (its number), or of all points (-1). chosen is needed for the first one. */
static umk_status read_file(umk_collision_files *files, umk_context *context, int64_t point, int64_t n_chosen,
                            const int64_t *chosen) {
    umk_status status = UMK_OK;
    umk_hdf5_session session;
    umk_hdf5_file file = {0};
    char *path = NULL;
    bool is_whole = point < 0;
    umk_hdf5_begin(&session);
    UMK_TRY(umk_result_path(&path, context, "collision", &files->name_of, is_whole ? -1 : files->points[point],
                            &files->options));
    UMK_TRY(umk_result_file_open(&file, context, path));
    UMK_TRY(read_temperatures(files, &file, is_whole));
    if (files->chosen == NULL) UMK_TRY(choose(files, context, n_chosen, chosen));
    UMK_TRY(read_linewidths(files, &file, is_whole ? 0 : point, is_whole ? files->n_points : 1));
    if (is_whole) UMK_TRY(read_matrix(&files->whole, files, &file, true));
cleanup:
    umk_result_file_close(&file);
    umk_hdf5_end(&session);
    umk_string_free(path);
    return status;
}

umk_status umk_collision_files_open(umk_collision_files **files, umk_context *context, const umk_grid *grid,
                                    double sigma, double sigma_cutoff, int64_t n_chosen, const int64_t *chosen,
                                    const umk_output_options *options) {
    umk_status status = UMK_OK;
    umk_collision_files *opened = NULL;
    char *path = NULL;
    *files = NULL;
    UMK_ALLOCATE(context, opened, 1);
    if (options != NULL) opened->options = *options;
    opened->name_of = (umk_conductivity){.sigma = sigma, .sigma_cutoff = sigma_cutoff};
    memcpy(opened->name_of.mesh, grid->diagonal, sizeof opened->name_of.mesh);
    opened->n_points = grid->n_irreducible;
    UMK_ALLOCATE(context, opened->points, opened->n_points);
    memcpy(opened->points, grid->irreducible_points, (size_t)opened->n_points * sizeof *opened->points);
    UMK_TRY(umk_result_path(&path, context, "collision", &opened->name_of, -1, options));
    if (access(path, F_OK) == 0) {
        UMK_TRY(read_file(opened, context, -1, n_chosen, chosen));
    } else {
        for (int64_t i = 0; i < opened->n_points; i++) UMK_TRY(read_file(opened, context, i, n_chosen, chosen));
    }
    *files = opened;
    opened = NULL;
cleanup:
    umk_string_free(path);
    umk_collision_files_close(opened);
    return status;
}

void umk_collision_files_close(umk_collision_files *files) {
    if (files == NULL) return;
    umk_release(files->points);
    umk_release(files->chosen);
    umk_release(files->temperatures);
    umk_release(files->gamma);
    umk_release(files->whole);
    umk_release(files);
}

umk_status umk_collision_files_linewidths(umk_conductivity *read, umk_context *context,
                                          const umk_collision_files *files) {
    int64_t modes = files->n_points * files->n_bands;
    memset(read, 0, sizeof *read);
    umk_status status = umk_conductivity_allocate(read, context, files->n_points, files->n_bands, files->n_chosen, 0);
    if (status != UMK_OK) return status;
    for (int64_t k = 0; k < files->n_chosen; k++) read->temperatures[k] = files->temperatures[files->chosen[k]];
    memcpy(read->grid_points, files->points, (size_t)files->n_points * sizeof *files->points);
    memcpy(read->gamma, files->gamma, (size_t)(files->n_chosen * modes) * sizeof(double));
    return UMK_OK;
}

umk_status umk_collision_files_rows(umk_context *context, const umk_collision_files *files, int64_t point,
                                    double *rows) {
    umk_status status = UMK_OK;
    umk_hdf5_session session;
    umk_hdf5_file file = {0};
    char *path = NULL;
    double *of_point = NULL;
    int64_t size = row_size(files), n = files->whole != NULL ? files->n_points : 1;
    umk_hdf5_begin(&session);
    if (files->whole == NULL) {
        UMK_TRY(umk_result_path(&path, context, "collision", &files->name_of, files->points[point], &files->options));
        UMK_TRY(umk_result_file_open(&file, context, path));
        UMK_TRY(read_matrix(&of_point, files, &file, false));
    }
    const double *from = files->whole != NULL ? files->whole + point * size : of_point;
    for (int64_t k = 0; k < files->n_chosen; k++) {
        memcpy(rows + k * size, from + files->chosen[k] * n * size, (size_t)size * sizeof *rows);
    }
cleanup:
    umk_release(of_point);
    umk_result_file_close(&file);
    umk_hdf5_end(&session);
    umk_string_free(path);
    return status;
}
