/*
 * The dense matrix of the collision operator on all modes of the grid, without use of its symmetry but for filling it:
 * larger by the number of operations and three times over, for comparison with other programs and with the smaller
 * matrix. Element (R q0 nu0, R q1 nu1) is the same for all operations R of the point group.
 *
 * The basis has one dimension for each degenerate set of a grid point; the three directions of the drive are three
 * right-hand sides.
 */
#include "linalg/matrix3.h"
#include "linalg/symmetric.h"
#include "transport/lbte/slab.h"
#include "transport/lbte/solvers.h"
#include <math.h>
#include <string.h>

typedef struct full_matrix {
    umk_collision *collision;
    const umk_collision_space *space;
    int64_t temperature, n_dimensions;
    int64_t *first;      /* (N, n_bands) dimension of the set that begins at a band of a GR point; -1: none */
    int32_t *images;     /* (n_rotations, N) GR point that an operation takes a GR point to */
    double *matrix;      /* (n_dimensions, n_dimensions); the eigenvectors, one in each row */
    double *eigenvalues; /* (n_dimensions) */
    double *scratch;     /* (n_threads, 2, n_bands, n_bands) */
} full_matrix;

/* ---- basis ------------------------------------------------------------------------------------------------------*/

static umk_status make_images(full_matrix *full, bool no_stars) {
    umk_status status = UMK_OK;
    const umk_grid *grid = full->space->grid;
    UMK_ALLOCATE(full->collision->context, full->images,
                 umk_checked_product(2, (const int64_t[]){full->space->n_rotations, grid->n_points}));
    for (int64_t r = 0; r < full->space->n_rotations; r++) {
        for (int64_t g = 0; g < grid->n_points; g++) {
            int64_t image = no_stars ? g : grid->bz_to_gr[umk_grid_rotate(grid, r, grid->gr_to_bz[g])];
            full->images[r * grid->n_points + g] = (int32_t)image;
        }
    }
cleanup:
    return status;
}

static umk_status make_basis(full_matrix *full) {
    umk_status status = UMK_OK;
    const umk_collision_space *space = full->space;
    int64_t n = space->n_bands;
    UMK_ALLOCATE(full->collision->context, full->first, space->grid->n_points * n);
    for (int64_t g = 0; g < space->grid->n_points; g++) {
        for (int64_t band = 0; band < n; band++) {
            int64_t mode = space->point_of[g] * n + band;
            bool counts =
                space->set_end[mode] > 0 && space->linewidths[umk_mode_at(space, mode, full->temperature)] > 0;
            full->first[g * n + band] = counts ? full->n_dimensions++ : -1;
        }
    }
cleanup:
    return status;
}

static double root_of_set(const umk_collision_space *space, int64_t mode) {
    return sqrt((double)(space->set_end[mode] - mode % space->n_bands));
}

/* ---- matrix -----------------------------------------------------------------------------------------------------*/

/* Adds the elements between the sets of two grid points. */
static void add_elements(const full_matrix *full, int64_t g0, int64_t g1, double share, const double *coefficients) {
    const umk_collision_space *space = full->space;
    int64_t n = space->n_bands, mode0 = space->point_of[g0] * n, mode1 = space->point_of[g1] * n;
    for (int64_t b0 = 0; b0 < n; b0 = space->set_end[mode0 + b0]) {
        int64_t row = full->first[g0 * n + b0];
        for (int64_t b1 = 0; row >= 0 && b1 < n; b1 = space->set_end[mode1 + b1]) {
            int64_t column = full->first[g1 * n + b1];
            double sum = 0, roots = root_of_set(space, mode0 + b0) * root_of_set(space, mode1 + b1);
            for (int64_t i = b0; i < space->set_end[mode0 + b0]; i++) {
                for (int64_t j = b1; j < space->set_end[mode1 + b1]; j++) sum += coefficients[i * n + j];
            }
            if (column >= 0) full->matrix[row * full->n_dimensions + column] += share * sum / roots;
        }
    }
}

/* The rows of the whole star of a point; each image of a triplet comes from as many operations as keep q0. */
static void add_row(void *user, const umk_collision_row *row, int64_t slot, int64_t part, int worker) {
    (void)slot, (void)part;
    const full_matrix *full = user;
    const umk_collision_space *space = full->space;
    double *scratch = full->scratch + worker * 2 * space->n_bands * space->n_bands;
    int64_t n = space->n_bands, n_points = space->grid->n_points;
    int64_t q0 = space->grid->bz_to_gr[full->collision->points[row->point]];
    double share = space->point_weights[row->point] / (double)space->n_rotations;
    for (int64_t t = 0; t < row->n_triplets; t++) {
        umk_collision_coefficients(space, row, t, full->temperature, scratch);
        for (int64_t r = 0; r < space->n_rotations; r++) {
            const int32_t *images = full->images + r * n_points;
            for (int k = 0; k < 2; k++) {
                add_elements(full, images[q0], images[row->points[t][k]], share, scratch + k * n * n);
            }
        }
    }
}

static void add_linewidths(full_matrix *full) {
    const umk_collision_space *space = full->space;
    int64_t n = space->n_bands;
    for (int64_t k = 0; k < space->grid->n_points * n; k++) {
        int64_t d = full->first[k], mode = space->point_of[k / n] * n + k % n;
        if (d >= 0)
            full->matrix[d * full->n_dimensions + d] += space->linewidths[umk_mode_at(space, mode, full->temperature)];
    }
}

static umk_status make_matrix(full_matrix *full) {
    umk_status status = UMK_OK;
    umk_context *context = full->collision->context;
    int64_t n = full->n_dimensions, bands = full->space->n_bands;
    UMK_ALLOCATE(context, full->eigenvalues, n);
    UMK_ALLOCATE(context, full->matrix, umk_checked_product(2, (const int64_t[]){n, n}));
    UMK_ALLOCATE(context, full->scratch, umk_context_n_threads(context) * 2 * bands * bands);
    UMK_TRY(umk_collision_visit(full->collision, umk_matrix_slots, 1, add_row, full));
    umk_stage before = umk_context_enter_stage(context, UMK_STAGE_COLLISION);
    umk_symmetrize(n, full->matrix);
    add_linewidths(full);
    umk_context_enter_stage(context, before);
cleanup:
    return status;
}

static void clear_matrix(full_matrix *full) {
    umk_release(full->first);
    umk_release(full->images);
    umk_release(full->matrix);
    umk_release(full->eigenvalues);
    umk_release(full->scratch);
}

/* ---- solution ---------------------------------------------------------------------------------------------------*/

/* The drive on all modes: (n_dimensions, 3). */
static void spread_drive(const full_matrix *full, double *drive) {
    const umk_collision_space *space = full->space;
    int64_t n = space->n_bands;
    for (int64_t k = 0; k < space->grid->n_points * n; k++) {
        int64_t mode = space->point_of[k / n] * n + k % n;
        if (full->first[k] < 0) continue;
        double of_mode[3], turned[3], root = root_of_set(space, mode);
        umk_field_get(space, space->drive, mode, full->temperature, of_mode);
        umk_apply3(turned, (const double(*)[3])space->rotations[space->rotation_of[k / n]], of_mode);
        for (int a = 0; a < 3; a++) drive[3 * full->first[k] + a] = root * turned[a];
    }
}

/* y on the irreducible modes, from coordinates (n_dimensions, 3). */
static void gather(const full_matrix *full, const double *coordinates, double *solution) {
    const umk_collision_space *space = full->space;
    int64_t n = space->n_bands;
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        int64_t g = space->grid->bz_to_gr[full->collision->points[mode / n]], d = full->first[g * n + mode % n];
        if (d < 0) continue;
        double vector[3], root = root_of_set(space, mode);
        for (int a = 0; a < 3; a++) vector[a] = coordinates[3 * d + a] / root;
        for (int64_t band = mode; band < mode - mode % n + space->set_end[mode]; band++) {
            umk_field_add(space, solution, band, full->temperature, vector);
        }
    }
}

static umk_status solve_matrix(full_matrix *full, double *solution, umk_lbte_report *report,
                               umk_lbte_spectrum *spectrum, const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    umk_context *context = full->collision->context;
    int64_t n = full->n_dimensions;
    double *drive = NULL, *coordinates = NULL;
    UMK_ALLOCATE(context, drive, 3 * n);
    UMK_ALLOCATE(context, coordinates, 3 * n);
    umk_stage before = umk_context_enter_stage(context, UMK_STAGE_DIAGONALIZATION);
    status = umk_symmetric_eigen(context, n, full->matrix, full->eigenvalues);
    umk_context_enter_stage(context, before);
    if (status != UMK_OK) goto cleanup;
    spread_drive(full, drive);
    umk_lbte_cutoffs cutoffs = umk_lbte_choose_cutoffs(n, full->eigenvalues, options);
    umk_lbte_shares shares[3] = {{0}};
    for (int64_t k = 0; k < n; k++) {
        const double *vector = full->matrix + k * n;
        double overlap[3] = {0}, eigenvalue = full->eigenvalues[k];
        if (spectrum != NULL) spectrum->eigenvalues[full->temperature * spectrum->n_values + k] = eigenvalue;
        for (int64_t i = 0; i < 3 * n; i++) overlap[i % 3] += vector[i / 3] * drive[i];
        bool counts = umk_lbte_counts(&cutoffs, eigenvalue, report);
        for (int a = 0; a < 3; a++) {
            umk_lbte_add_share(&shares[a], &cutoffs, eigenvalue, counts, overlap[a] * overlap[a]);
        }
        if (!counts) continue;
        for (int64_t i = 0; i < 3 * n; i++) coordinates[i] += vector[i / 3] * overlap[i % 3] / eigenvalue;
    }
    for (int a = 0; a < 3; a++) umk_lbte_report_shares(report, &cutoffs, &shares[a]);
    report->n_dimensions = n;
    gather(full, coordinates, solution);
cleanup:
    umk_release(drive);
    umk_release(coordinates);
    return status;
}

umk_status umk_lbte_solve_reducible(double *solution, umk_lbte_report *report, umk_lbte_spectrum *spectrum,
                                    umk_collision *collision, const umk_collision_space *space, int64_t temperature,
                                    const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    full_matrix full = {.collision = collision, .space = space, .temperature = temperature};
    UMK_TRY(make_images(&full, space->n_rotations == 1));
    UMK_TRY(make_basis(&full));
    UMK_TRY(make_matrix(&full));
    UMK_TRY(solve_matrix(&full, solution, report, spectrum, options));
cleanup:
    clear_matrix(&full);
    return status;
}
