/*
 * The dense matrix of the collision operator at one temperature, its eigenvalues, and B y = b by its pseudo-inverse;
 * Chaput, Phys. Rev. Lett. 110, 265506 (2013). The eigenvectors are the relaxons of Cepellotti and Marzari, Phys. Rev.
 * X 6, 041013 (2016).
 *
 * The basis is orthonormal: for each irreducible point i, degenerate set of n bands, and unit vector u that the little
 * group leaves, the field that is u / sqrt(w_i n) on the star of i. Axes of different classes are not connected, so
 * that there is one matrix for each class.
 */
#include "linalg/matrix3.h"
#include "linalg/symmetric.h"
#include "transport/lbte/slab.h"
#include "transport/lbte/solvers.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** The unit vectors of one point, up to three. */
typedef struct point_basis {
    int n;
    double vectors[3][3];
} point_basis;

typedef struct matrix_block {
    umk_collision *collision;
    const umk_collision_space *space;
    const umk_lbte_options *options;
    int axis_class;
    int64_t temperature, n_dimensions;
    point_basis *bases;  /* (n_points) */
    int64_t *first;      /* (n_modes) the first dimension of the set that begins here; -1: none */
    double *matrix;      /* (n_dimensions, n_dimensions); the eigenvectors, one in each row */
    double *eigenvalues; /* (n_dimensions) */
} matrix_block;

/** The blocks of all classes of axes, which are filled together. */
typedef struct block_set {
    umk_collision *collision;
    int n_blocks;
    matrix_block blocks[3];
    double *scratch; /* (n_threads, 2, n_bands, n_bands) */
} block_set;

double umk_lbte_direct_bytes(int n_blocks, const double *n_dimensions) {
    double matrices = 0, most = 0;
    for (int b = 0; b < n_blocks; b++) {
        matrices += sizeof(double) * n_dimensions[b] * n_dimensions[b];
        most = fmax(most, n_dimensions[b]);
    }
    return matrices + umk_symmetric_workspace_bytes(most);
}

/* ---- basis ------------------------------------------------------------------------------------------------------*/

/* Orthonormal vectors of the range of a projector, within the axes of a class. */
static void find_vectors(const umk_collision_space *space, int64_t point, int axis_class, point_basis *basis) {
    double left[3][3];
    memcpy(left, space->projectors[point], sizeof left);
    basis->n = 0;
    while (basis->n < 3) {
        int best = -1;
        double most = 0.1; /* projectors of so few dimensions leave either much or rounding errors */
        for (int a = 0; a < 3; a++) {
            if (space->axis_class[a] != axis_class || left[a][a] < most) continue;
            best = a;
            most = left[a][a];
        }
        if (best < 0) return;
        double *u = basis->vectors[basis->n++], length = sqrt(most);
        for (int a = 0; a < 3; a++) u[a] = space->axis_class[a] == axis_class ? left[a][best] / length : 0;
        for (int k = 0; k < 9; k++) left[k / 3][k % 3] -= u[k / 3] * u[k % 3];
    }
}

static umk_status make_basis(matrix_block *block) {
    umk_status status = UMK_OK;
    const umk_collision_space *space = block->space;
    UMK_ALLOCATE(block->collision->context, block->bases, space->n_points);
    UMK_ALLOCATE(block->collision->context, block->first, space->n_modes);
    for (int64_t i = 0; i < space->n_points; i++) {
        point_basis *basis = &block->bases[i];
        find_vectors(space, i, block->axis_class, basis);
        for (int64_t mode = i * space->n_bands; mode < (i + 1) * space->n_bands; mode++) {
            bool counts =
                space->set_end[mode] > 0 && space->linewidths[umk_mode_at(space, mode, block->temperature)] > 0;
            block->first[mode] = counts && basis->n > 0 ? block->n_dimensions : -1;
            if (counts) block->n_dimensions += basis->n;
        }
    }
cleanup:
    return status;
}

/* Bands of the set that begins at a mode. */
static int64_t set_size(const umk_collision_space *space, int64_t mode) {
    return space->set_end[mode] - mode % space->n_bands;
}

/* ---- matrix -----------------------------------------------------------------------------------------------------*/

/* E_i^T axes^T tensor axes E_p times factor, at the place of two sets. */
static void add_tensor(const matrix_block *block, int64_t i, int64_t p, int64_t row, int64_t column, double factor,
                       const double tensor[3][3]) {
    const umk_collision_space *space = block->space;
    const point_basis *from = &block->bases[i], *to = &block->bases[p];
    for (int k = 0; k < from->n * to->n; k++) {
        int a = k / to->n, b = k % to->n;
        double left[3], right[3], sum = 0;
        umk_apply3(left, space->axes, from->vectors[a]);
        umk_apply3(right, space->axes, to->vectors[b]);
        for (int c = 0; c < 9; c++) sum += left[c / 3] * tensor[c / 3][c % 3] * right[c % 3];
        block->matrix[(row + a) * block->n_dimensions + column + b] += factor * sum;
    }
}

static double sum_sets(const double *coefficients, int64_t n, int64_t begin0, int64_t end0, int64_t begin1,
                       int64_t end1) {
    double sum = 0;
    for (int64_t i = begin0; i < end0; i++) {
        for (int64_t j = begin1; j < end1; j++) sum += coefficients[i * n + j];
    }
    return sum;
}

/* The elements between the sets of point i and those of point p, which the rotation takes to a member of a triplet. */
static void add_elements(const matrix_block *block, int64_t i, int64_t p, int32_t rotation,
                         const double *coefficients) {
    const umk_collision_space *space = block->space;
    const point_basis *from = &block->bases[i], *to = &block->bases[p];
    const int64_t *end0 = space->set_end + i * space->n_bands, *end1 = space->set_end + p * space->n_bands;
    double turned[3][3], weight = sqrt(space->point_weights[i] / space->point_weights[p]);
    if (from->n == 0 || to->n == 0) return;
    for (int k = 0; k < 9; k++) {
        turned[k / 3][k % 3] = 0;
        for (int a = 0; a < 9 && k / 3 < from->n && k % 3 < to->n; a++) {
            turned[k / 3][k % 3] +=
                from->vectors[k / 3][a / 3] * space->rotations[rotation][a / 3][a % 3] * to->vectors[k % 3][a % 3];
        }
    }
    for (int64_t b0 = 0; b0 < space->n_bands; b0 = end0[b0]) {
        int64_t row = block->first[i * space->n_bands + b0];
        for (int64_t b1 = 0; row >= 0 && b1 < space->n_bands; b1 = end1[b1]) {
            int64_t column = block->first[p * space->n_bands + b1];
            double sum = sum_sets(coefficients, space->n_bands, b0, end0[b0], b1, end1[b1]);
            if (column < 0 || sum == 0) continue;
            double value = sum * weight / sqrt((double)((end0[b0] - b0) * (end1[b1] - b1)));
            for (int k = 0; k < from->n * to->n; k++) {
                int a = k / to->n, b = k % to->n;
                block->matrix[(row + a) * block->n_dimensions + column + b] += value * turned[a][b];
            }
        }
    }
}

static void add_row(void *user, const umk_collision_row *row, int64_t slot, int64_t part, int worker) {
    (void)slot, (void)part;
    const block_set *set = user;
    const umk_collision_space *space = set->blocks[0].space;
    int64_t n = space->n_bands;
    double *scratch = set->scratch + worker * 2 * n * n;
    for (int64_t t = 0; t < row->n_triplets; t++) {
        umk_collision_coefficients(space, row, t, set->blocks[0].temperature, scratch);
        for (int k = 0; k < 2 * set->n_blocks; k++) {
            int32_t gr_point = row->points[t][k % 2];
            add_elements(&set->blocks[k / 2], row->point, space->point_of[gr_point], space->rotation_of[gr_point],
                         scratch + (k % 2) * n * n);
        }
    }
}

/* The elements of one point from its rows in a file: with sqrt(w_i w_p) / n_rotations they are those of the basis. */
static void add_slab(const matrix_block *block, int64_t i, const double *slab) {
    const umk_collision_space *space = block->space;
    int64_t n = space->n_bands, line = 3 * space->n_modes;
    const double *rows = slab + block->temperature * 9 * n * space->n_modes;
    for (int64_t mode0 = i * n; mode0 < (i + 1) * n; mode0++) {
        for (int64_t mode1 = 0; mode1 < space->n_modes && block->first[mode0] >= 0; mode1++) {
            if (block->first[mode1] < 0) continue;
            int64_t p = mode1 / n, size0 = set_size(space, mode0), size1 = set_size(space, mode1);
            double sum[3][3] = {{0}}, weight = sqrt(space->point_weights[i] * space->point_weights[p]) /
                                               ((double)space->n_rotations * sqrt((double)(size0 * size1)));
            for (int64_t pair = 0; pair < size0 * size1; pair++) {
                int64_t b0 = mode0 % n + pair / size1, m1 = mode1 + pair % size1;
                for (int k = 0; k < 9; k++) sum[k / 3][k % 3] += rows[(3 * b0 + k / 3) * line + 3 * m1 + k % 3];
            }
            add_tensor(block, i, p, block->first[mode0], block->first[mode1], weight, (const double(*)[3])sum);
        }
    }
}

static umk_status read_slabs(block_set *set) {
    umk_status status = UMK_OK;
    const umk_lbte_options *options = set->blocks[0].options;
    const umk_collision_space *space = set->blocks[0].space;
    double *slab = NULL;
    UMK_ALLOCATE(set->collision->context, slab, umk_collision_slab_size(space));
    for (int64_t i = 0; i < space->n_points; i++) {
        UMK_TRY(options->read_rows(options->user, set->collision->sigma, i, slab));
        for (int b = 0; b < set->n_blocks; b++) add_slab(&set->blocks[b], i, slab);
    }
cleanup:
    umk_release(slab);
    return status;
}

static void add_linewidths(matrix_block *block) {
    const umk_collision_space *space = block->space;
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        for (int k = 0; block->first[mode] >= 0 && k < block->bases[mode / space->n_bands].n; k++) {
            int64_t d = block->first[mode] + k;
            block->matrix[d * block->n_dimensions + d] +=
                space->linewidths[umk_mode_at(space, mode, block->temperature)];
        }
    }
}

/* Memory of a block whose basis is known. */
static umk_status allocate_matrix(matrix_block *block) {
    umk_status status = UMK_OK;
    int64_t n = block->n_dimensions;
    UMK_ALLOCATE(block->collision->context, block->eigenvalues, n);
    UMK_ALLOCATE(block->collision->context, block->matrix, umk_checked_product(2, (const int64_t[]){n, n}));
cleanup:
    return status;
}

static umk_status make_matrices(block_set *set) {
    umk_status status = UMK_OK;
    umk_context *context = set->collision->context;
    int64_t bands = set->blocks[0].space->n_bands;
    UMK_ALLOCATE(context, set->scratch, umk_context_n_threads(context) * 2 * bands * bands);
    for (int b = 0; b < set->n_blocks; b++) {
        UMK_TRY(make_basis(&set->blocks[b]));
        UMK_TRY(allocate_matrix(&set->blocks[b]));
    }
    if (set->blocks[0].options->read_rows != NULL) {
        UMK_TRY(read_slabs(set));
    } else {
        UMK_TRY(umk_collision_visit(set->collision, umk_matrix_slots, 1, add_row, set));
    }
    umk_stage before = umk_context_enter_stage(context, UMK_STAGE_COLLISION);
    for (int b = 0; b < set->n_blocks; b++) {
        umk_symmetrize(set->blocks[b].n_dimensions, set->blocks[b].matrix);
        add_linewidths(&set->blocks[b]);
    }
    umk_context_enter_stage(context, before);
cleanup:
    return status;
}

static void clear_block(matrix_block *block) {
    umk_release(block->bases);
    umk_release(block->first);
    umk_release(block->matrix);
    umk_release(block->eigenvalues);
    memset(block, 0, sizeof *block);
}

/* ---- solution ---------------------------------------------------------------------------------------------------*/

/* Adds factor times the basis field number d of each set, coordinates (n_dimensions), to a field. */
static void add_field(const matrix_block *block, double factor, const double *coordinates, double *field) {
    const umk_collision_space *space = block->space;
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        const point_basis *basis = &block->bases[mode / space->n_bands];
        if (block->first[mode] < 0) continue;
        int64_t n = set_size(space, mode);
        double scale = factor / sqrt(space->point_weights[mode / space->n_bands] * (double)n);
        double vector[3] = {0};
        for (int k = 0; k < 3 * basis->n; k++) {
            vector[k % 3] += scale * coordinates[block->first[mode] + k / 3] * basis->vectors[k / 3][k % 3];
        }
        for (int64_t band = 0; band < n; band++) umk_field_add(space, field, mode + band, block->temperature, vector);
    }
}

/* Coordinates of the driving term, which is the same on all bands of a set. */
static void project_drive(const matrix_block *block, double *coordinates) {
    const umk_collision_space *space = block->space;
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        const point_basis *basis = &block->bases[mode / space->n_bands];
        double drive[3];
        if (block->first[mode] < 0) continue;
        umk_field_get(space, space->drive, mode, block->temperature, drive);
        double scale = sqrt(space->point_weights[mode / space->n_bands] * (double)set_size(space, mode));
        for (int k = 0; k < basis->n; k++) {
            const double *u = basis->vectors[k];
            coordinates[block->first[mode] + k] = scale * (u[0] * drive[0] + u[1] * drive[1] + u[2] * drive[2]);
        }
    }
}

umk_lbte_cutoffs umk_lbte_choose_cutoffs(int64_t n, const double *eigenvalues, const umk_lbte_options *options) {
    double largest = n == 0 ? 0 : fmax(fabs(eigenvalues[0]), fabs(eigenvalues[n - 1]));
    umk_lbte_cutoffs cutoffs = {.rounding = largest * (double)n * DBL_EPSILON};
    cutoffs.is_default = options->pinv_cutoff < 0;
    cutoffs.zero = cutoffs.is_default ? cutoffs.rounding : options->pinv_cutoff;
    cutoffs.absolute = options->pinv_method == 0;
    return cutoffs;
}

bool umk_lbte_counts(const umk_lbte_cutoffs *cutoffs, double eigenvalue, umk_lbte_report *report) {
    if (eigenvalue < report->lowest_curvature) report->lowest_curvature = eigenvalue;
    if (eigenvalue < -cutoffs->rounding) report->n_negative++;
    bool counts = (cutoffs->absolute ? fabs(eigenvalue) : eigenvalue) > cutoffs->zero;
    if (!counts) report->n_removed++;
    return counts;
}

void umk_lbte_add_share(umk_lbte_shares *shares, const umk_lbte_cutoffs *cutoffs, double eigenvalue, bool counts,
                        double square) {
    if (counts && eigenvalue > 0) {
        shares->sound += square / eigenvalue;
    } else if (fabs(eigenvalue) > cutoffs->rounding) {
        shares->doubtful += square / fabs(eigenvalue);
    }
}

void umk_lbte_report_shares(umk_lbte_report *report, const umk_lbte_cutoffs *cutoffs, const umk_lbte_shares *shares) {
    const double small = 1e-3; /* more than comes of eigenvectors of other symmetries that rounding errors mix in */
    if (shares->doubtful == 0) return;
    report->doubtful_share = fmax(report->doubtful_share, shares->doubtful / (shares->doubtful + shares->sound));
    if (cutoffs->is_default && report->doubtful_share > small) report->state = UMK_LBTE_NOT_POSITIVE;
}

/* Shares of one eigenvector in kappa. */
static void add_relaxon(const matrix_block *block, double factor, double amplitude, const double *vector, double *field,
                        double out[6]) {
    const umk_collision_space *space = block->space;
    memset(field, 0, (size_t)space->field_size * sizeof *field);
    add_field(block, amplitude, vector, field);
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        double drive[3], of_relaxon[3];
        umk_field_get(space, space->drive, mode, block->temperature, drive);
        umk_field_get(space, field, mode, block->temperature, of_relaxon);
        umk_collision_add_star(space, mode / space->n_bands, factor, drive, of_relaxon, out);
    }
}

static umk_status solve_block(matrix_block *block, double *solution, umk_lbte_report *report,
                              umk_lbte_spectrum *spectrum, int64_t *n_values, double factor,
                              const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    umk_context *context = block->collision->context;
    int64_t n = block->n_dimensions, at = *n_values;
    double *drive = NULL, *field = NULL;
    UMK_ALLOCATE(context, drive, n);
    if (options->relaxons) UMK_ALLOCATE(context, field, block->space->field_size);
    umk_stage before = umk_context_enter_stage(context, UMK_STAGE_DIAGONALIZATION);
    status = umk_symmetric_eigen(context, n, block->matrix, block->eigenvalues);
    umk_context_enter_stage(context, before);
    if (status != UMK_OK) goto cleanup;
    project_drive(block, drive);
    umk_lbte_cutoffs cutoffs = umk_lbte_choose_cutoffs(n, block->eigenvalues, options);
    umk_lbte_shares shares = {0};
    for (int64_t k = 0; k < n; k++, at++) {
        const double *vector = block->matrix + k * n;
        double eigenvalue = block->eigenvalues[k], overlap = 0;
        if (spectrum != NULL) spectrum->eigenvalues[block->temperature * spectrum->n_values + at] = eigenvalue;
        for (int64_t d = 0; d < n; d++) overlap += vector[d] * drive[d];
        bool counts = umk_lbte_counts(&cutoffs, eigenvalue, report);
        umk_lbte_add_share(&shares, &cutoffs, eigenvalue, counts, overlap * overlap);
        if (!counts) continue;
        add_field(block, overlap / eigenvalue, vector, solution);
        if (spectrum == NULL || !options->relaxons) continue;
        add_relaxon(block, factor, overlap / eigenvalue, vector, field,
                    spectrum->kappa + (block->temperature * spectrum->n_values + at) * 6);
    }
    umk_lbte_report_shares(report, &cutoffs, &shares);
    report->n_dimensions += n;
    *n_values = at;
cleanup:
    umk_release(drive);
    umk_release(field);
    return status;
}

/* ---- spectrum ---------------------------------------------------------------------------------------------------*/

void umk_lbte_spectrum_clear(umk_lbte_spectrum *spectrum) {
    if (spectrum == NULL) return;
    umk_release(spectrum->eigenvalues);
    umk_release(spectrum->kappa);
    memset(spectrum, 0, sizeof *spectrum);
}

static umk_status allocate_spectrum(umk_lbte_spectrum *spectrum, umk_context *context, const umk_collision_space *space,
                                    const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    int64_t n_values = options->reducible ? space->grid->n_points * space->n_bands : 3 * space->n_modes;
    int64_t n = space->n_temperatures * n_values;
    memset(spectrum, 0, sizeof *spectrum);
    spectrum->n_temperatures = space->n_temperatures;
    spectrum->n_values = n_values;
    UMK_ALLOCATE(context, spectrum->eigenvalues, n);
    if (options->relaxons) UMK_ALLOCATE(context, spectrum->kappa, 6 * n);
cleanup:
    return status;
}

typedef struct relaxon {
    double eigenvalue, kappa[6];
} relaxon;

static int compare_relaxons(const void *a, const void *b) {
    double x = ((const relaxon *)a)->eigenvalue, y = ((const relaxon *)b)->eigenvalue;
    return (x > y) - (x < y);
}

/* All blocks and the dimensions without a value, in ascending order. */
static umk_status sort_spectrum(umk_lbte_spectrum *spectrum, umk_context *context, int64_t temperature) {
    umk_status status = UMK_OK;
    int64_t n = spectrum->n_values;
    double *values = spectrum->eigenvalues + temperature * n;
    double *kappa = spectrum->kappa == NULL ? NULL : spectrum->kappa + temperature * n * 6;
    relaxon *relaxons = NULL;
    UMK_ALLOCATE(context, relaxons, n);
    for (int64_t k = 0; k < n; k++) {
        relaxons[k].eigenvalue = values[k];
        if (kappa != NULL) memcpy(relaxons[k].kappa, kappa + 6 * k, sizeof relaxons[k].kappa);
    }
    qsort(relaxons, (size_t)n, sizeof *relaxons, compare_relaxons);
    for (int64_t k = 0; k < n; k++) {
        values[k] = relaxons[k].eigenvalue;
        if (kappa != NULL) memcpy(kappa + 6 * k, relaxons[k].kappa, sizeof relaxons[k].kappa);
    }
cleanup:
    umk_release(relaxons);
    return status;
}

static umk_status solve_blocks(double *solution, umk_lbte_report *report, umk_lbte_spectrum *spectrum,
                               umk_collision *collision, const umk_collision_space *space, int64_t temperature,
                               double factor, const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    int64_t n_values = 0;
    block_set set = {.collision = collision};
    for (int axis = 0; axis < 3; axis++) {
        if (space->axis_class[axis] != axis) continue;
        set.blocks[set.n_blocks++] = (matrix_block){
            .collision = collision, .space = space, .options = options, .axis_class = axis, .temperature = temperature};
    }
    UMK_TRY(make_matrices(&set));
    for (int b = 0; b < set.n_blocks; b++) {
        UMK_TRY(umk_check_cancel(collision->context));
        UMK_TRY(solve_block(&set.blocks[b], solution, report, spectrum, &n_values, factor, options));
        clear_block(&set.blocks[b]);
    }
cleanup:
    for (int b = 0; b < set.n_blocks; b++) clear_block(&set.blocks[b]);
    umk_release(set.scratch);
    return status;
}

umk_status umk_lbte_solve_directly(double *solution, umk_lbte_report *reports, umk_lbte_spectrum *spectrum,
                                   umk_collision *collision, const umk_collision_space *space, double factor,
                                   const umk_lbte_options *options) {
    umk_status status = UMK_OK;
    memset(solution, 0, (size_t)space->field_size * sizeof *solution);
    if (spectrum != NULL) UMK_TRY(allocate_spectrum(spectrum, collision->context, space, options));
    for (int64_t t = 0; t < space->n_temperatures; t++) {
        reports[t].lowest_curvature = INFINITY;
        if (options->reducible) {
            UMK_TRY(umk_lbte_solve_reducible(solution, &reports[t], spectrum, collision, space, t, options));
        } else {
            UMK_TRY(solve_blocks(solution, &reports[t], spectrum, collision, space, t, factor, options));
        }
        if (isinf(reports[t].lowest_curvature)) reports[t].lowest_curvature = 0;
        if (spectrum != NULL) UMK_TRY(sort_spectrum(spectrum, collision->context, t));
    }
cleanup:
    return status;
}
