/*
 * The collision matrix of the linearized Boltzmann equation, rows of one grid point q0 (L. Chaput, Phys. Rev. Lett.
 * 110, 265506 (2013); the symmetrized form with 1/sinh):
 *
 *   Omega(0, q' b') = U sum_{b''} |V|^2 g2 / sinh(f'' / 2 T),
 *
 * for the triplet (q0, q', q'') of each q'. Triplets are given for irreducible q' only; where q' and q'' were exchanged
 * to get there, so are the axes of V and g. On irreducible points the sum over the star of q' carries the rotation.
 */
#include "backend/sums.h"
#include <string.h>

typedef struct matrix_task {
    const umk_call *call;
    const int64_t (*triplets)[3], *triplets_map, *map_q;
    const double *frequencies, *strength, *g2; /* g2 (n_triplets, n0, n, n) */
    int64_t n_triplets, n_points, n0, n;
    double temperature, cutoff, factor;
    int64_t *triplet_of;  /* (N) triplet of each irreducible GR point */
    double *inverse_sinh; /* (n_triplets, 2, n) at q' and q'' */
    double *matrix;
    double *rows; /* (threads, n0 n) */
} matrix_task;

/* phono3py lists triplets in ascending order of the points that map_triplets leads to. */
static umk_status number_triplets(matrix_task *task, umk_context *context) {
    umk_status status = UMK_OK;
    int64_t n = 0;
    UMK_ALLOCATE(context, task->triplet_of, task->n_points);
    for (int64_t i = 0; i < task->n_points; i++) task->triplet_of[i] = task->triplets_map[i] == i ? n++ : -1;
    if (n != task->n_triplets) return umk_call_fail(task->call, "triplets_map", "it has %lld triplets", (long long)n);
    for (int64_t i = 0; i < task->n_points; i++) {
        if (task->triplet_of[task->triplets_map[i]] < 0) {
            return umk_call_fail(task->call, "triplets_map", "point %lld leads to no triplet", (long long)i);
        }
    }
cleanup:
    return status;
}

static umk_status fill_sinh(matrix_task *task, umk_context *context) {
    umk_status status = UMK_OK;
    int64_t n = task->n;
    UMK_ALLOCATE(context, task->inverse_sinh, umk_checked_product(3, (const int64_t[]){task->n_triplets, 2, n}));
    for (int64_t i = 0; i < task->n_triplets * 2 * n; i++) {
        double frequency = task->frequencies[task->triplets[i / (2 * n)][1 + i / n % 2] * n + i % n];
        bool counts = frequency > task->cutoff;
        task->inverse_sinh[i] = counts ? 1 / sinh(frequency / (2 * task->temperature)) : 0;
    }
cleanup:
    return status;
}

static umk_status take(matrix_task *task, umk_call *call) {
    umk_status status = UMK_OK;
    *task = (matrix_task){.call = call,
                          .triplets = (const int64_t(*)[3])umk_call_integers(call, "triplets"),
                          .triplets_map = umk_call_integers(call, "triplets_map"),
                          .map_q = umk_call_integers(call, "map_q"),
                          .frequencies = umk_call_reals(call, "frequencies"),
                          .strength = umk_call_reals(call, "fc3_normal_squared"),
                          .n_triplets = umk_call_size(call, "triplets", 0),
                          .n_points = umk_call_size(call, "triplets_map", 0),
                          .n0 = umk_call_size(call, "fc3_normal_squared", 1),
                          .n = umk_call_size(call, "frequencies", 1),
                          .temperature = umk_call_real(call, "temperature_thz"),
                          .cutoff = umk_call_real(call, "cutoff_frequency"),
                          .factor = umk_call_real(call, "unit_conversion_factor"),
                          .matrix = umk_call_reals(call, "collision_matrix")};
    task->g2 = umk_call_reals(call, "g") + 2 * task->n_triplets * task->n0 * task->n * task->n;
    UMK_TRY(umk_call_check_range(call, "triplets", umk_call_size(call, "frequencies", 0)));
    UMK_TRY(umk_call_check_range(call, "triplets_map", task->n_points));
    UMK_TRY(number_triplets(task, call->context));
    UMK_TRY(fill_sinh(task, call->context));
    UMK_ALLOCATE(call->context, task->rows, task->n0 * task->n * umk_context_n_threads(call->context));
cleanup:
    return status;
}

static void clear(matrix_task *task) {
    umk_release(task->triplet_of);
    umk_release(task->inverse_sinh);
    umk_release(task->rows);
}

/* rows (n0, n) of the bands at the GR point q'. */
static void fill_rows(const matrix_task *task, int64_t point, double *rows) {
    int64_t n = task->n, t = task->triplet_of[task->triplets_map[point]];
    bool exchanged = task->triplets_map[point] != task->map_q[point];
    const double *inverse_sinh = task->inverse_sinh + (2 * t + !exchanged) * n;
    for (int64_t row = 0; row < task->n0 * n; row++) {
        int64_t block = (t * task->n0 + row / n) * n * n, b1 = row % n;
        int64_t first = block + (exchanged ? b1 : b1 * n), step = exchanged ? n : 1;
        double sum = 0;
        for (int64_t b2 = 0; b2 < n; b2++) {
            int64_t i = first + b2 * step;
            sum += task->strength[i] * task->g2[i] * inverse_sinh[b2];
        }
        rows[row] = sum * task->factor;
    }
}

/* ---- irreducible points -----------------------------------------------------------------------------------------*/

static umk_status sum_star(void *argument, int64_t irreducible, int worker) {
    const matrix_task *task = argument;
    int64_t n = task->n, n_rotations = umk_call_size(task->call, "rot_grid_points", 1);
    int64_t n_irreducible = umk_call_size(task->call, "rot_grid_points", 0);
    const int64_t *points = umk_call_integers(task->call, "rot_grid_points") + irreducible * n_rotations;
    const double *rotations = umk_call_reals(task->call, "rotations_cartesian");
    double *rows = task->rows + worker * task->n0 * n;
    for (int64_t r = 0; r < n_rotations; r++) {
        fill_rows(task, points[r], rows);
        for (int64_t row = 0; row < task->n0 * n; row++) {
            for (int m = 0; m < 9; m++) {
                int64_t line = (row / n * 3 + m / 3) * n_irreducible + irreducible;
                task->matrix[(line * n + row % n) * 3 + m % 3] += rows[row] * rotations[r * 9 + m];
            }
        }
    }
    return UMK_OK;
}

static umk_status collision_matrix(umk_call *call) {
    umk_status status = UMK_OK;
    matrix_task task;
    UMK_TRY(take(&task, call));
    UMK_TRY(umk_call_check_range(call, "rot_grid_points", task.n_points));
    UMK_TRY(umk_parallel_for(call->context, umk_call_size(call, "rot_grid_points", 0), sum_star, &task));
cleanup:
    clear(&task);
    return status;
}

#define STRENGTHS                                                                                                      \
    UMK_REALS("fc3_normal_squared", "triplet band0 band band"), UMK_REALS("frequencies", "bz_point band"),             \
        UMK_REALS("g", "3 triplet band0 band band"), UMK_INTEGERS("triplets", "triplet 3"),                            \
        UMK_INTEGERS("triplets_map", "gr_point"), UMK_INTEGERS("map_q", "gr_point")
#define FACTORS UMK_REAL("temperature_thz"), UMK_REAL("unit_conversion_factor"), UMK_REAL("cutoff_frequency")

static const umk_call_parameter collision_matrix_parameters[] = {
    UMK_OUT_REALS("collision_matrix", "band0 3 irreducible band 3"),
    STRENGTHS,
    UMK_INTEGERS("rot_grid_points", "irreducible rotation"),
    UMK_REALS("rotations_cartesian", "rotation 3 3"),
    FACTORS,
    UMK_END};

/* ---- all points -------------------------------------------------------------------------------------------------*/

static umk_status add_point(void *argument, int64_t point, int worker) {
    const matrix_task *task = argument;
    int64_t n = task->n;
    double *rows = task->rows + worker * task->n0 * n;
    fill_rows(task, point, rows);
    for (int64_t row = 0; row < task->n0 * n; row++) {
        task->matrix[(row / n * task->n_points + point) * n + row % n] += rows[row];
    }
    return UMK_OK;
}

static umk_status reducible_collision_matrix(umk_call *call) {
    umk_status status = UMK_OK;
    matrix_task task;
    UMK_TRY(take(&task, call));
    UMK_TRY(umk_parallel_for(call->context, task.n_points, add_point, &task));
cleanup:
    clear(&task);
    return status;
}

static const umk_call_parameter reducible_collision_matrix_parameters[] = {
    UMK_OUT_REALS("collision_matrix", "band0 gr_point band"), STRENGTHS, FACTORS, UMK_END};

/* ---- symmetrization and expansion -------------------------------------------------------------------------------*/

enum { tile = 32 };

typedef struct square_task {
    double *matrices; /* (count, n, n) */
    int64_t n, n_tiles;
} square_task;

/* One row of tiles of one matrix, on and above the diagonal, with those opposite. */
static umk_status symmetrize_tiles(void *argument, int64_t index, int worker) {
    (void)worker;
    const square_task *task = argument;
    int64_t n = task->n, begin = index % task->n_tiles * tile, end = begin + tile < n ? begin + tile : n;
    double *matrix = task->matrices + index / task->n_tiles * n * n;
    for (int64_t first = begin; first < n; first += tile) {
        int64_t last = first + tile < n ? first + tile : n;
        for (int64_t i = begin; i < end; i++) {
            for (int64_t j = first > i ? first : i + 1; j < last; j++) {
                double mean = (matrix[i * n + j] + matrix[j * n + i]) / 2;
                matrix[i * n + j] = matrix[j * n + i] = mean;
            }
        }
    }
    return UMK_OK;
}

static umk_status symmetrize_collision_matrix(umk_call *call) {
    const umk_call_value *value = umk_call_value_of(call, "collision_matrix");
    int n_dimensions = value->n_dimensions, half = n_dimensions / 2 - 1;
    if (n_dimensions != 6 && n_dimensions != 8) {
        return umk_call_fail(call, "collision_matrix", "6 or 8 dimensions expected, not %d", n_dimensions);
    }
    int64_t n = 1;
    for (int axis = 2; axis < 2 + half; axis++) {
        n *= value->shape[axis];
        if (value->shape[axis] == value->shape[axis + half]) continue;
        return umk_call_fail(call, "collision_matrix", "its matrices are not square");
    }
    square_task task = {value->data, n, (n + tile - 1) / tile};
    return umk_parallel_for(call->context, value->shape[0] * value->shape[1] * task.n_tiles, symmetrize_tiles, &task);
}

static const umk_call_parameter symmetrize_collision_matrix_parameters[] = {UMK_OUT_REALS("collision_matrix", NULL),
                                                                            UMK_END};

typedef struct expand_task {
    const umk_call *call;
    double *matrices; /* (count, N, n, N, n) */
    int64_t n_points, n, n_irreducible, n_rotations;
    double *rows; /* (threads, n, N, n) */
} expand_task;

/* Spreads the rows of all irreducible points of one matrix. */
static umk_status expand_matrix(void *argument, int64_t index, int worker) {
    const expand_task *task = argument;
    int64_t n = task->n, n_points = task->n_points, size = n * n_points * n;
    const int64_t *rotated = umk_call_integers(task->call, "rot_grid_points");
    double *matrix = task->matrices + index * n_points * size, *rows = task->rows + worker * size;
    for (int64_t i = 0; i < task->n_irreducible; i++) {
        int64_t point = umk_call_integers(task->call, "ir_grid_points")[i], count = 0;
        for (int64_t r = 0; r < task->n_rotations; r++) count += rotated[r * n_points + point] == point;
        if (count == 0) continue;
        for (int64_t e = 0; e < size; e++) rows[e] = matrix[point * size + e] / (double)count;
        memset(matrix + point * size, 0, (size_t)size * sizeof *matrix);
        for (int64_t r = 0; r < task->n_rotations; r++) {
            double *target = matrix + rotated[r * n_points + point] * size;
            for (int64_t row = 0; row < n * n_points; row++) {
                const double *from = rows + row * n;
                double *to = target + (row / n_points * n_points + rotated[r * n_points + row % n_points]) * n;
                for (int64_t b = 0; b < n; b++) to[b] += from[b];
            }
        }
    }
    return UMK_OK;
}

static umk_status expand_collision_matrix(umk_call *call) {
    umk_status status = UMK_OK;
    expand_task task = {.call = call,
                        .matrices = umk_call_reals(call, "collision_matrix"),
                        .n_points = umk_call_size(call, "collision_matrix", 2),
                        .n = umk_call_size(call, "collision_matrix", 3),
                        .n_irreducible = umk_call_size(call, "ir_grid_points", 0),
                        .n_rotations = umk_call_size(call, "rot_grid_points", 0)};
    int64_t count = umk_call_size(call, "collision_matrix", 0) * umk_call_size(call, "collision_matrix", 1);
    UMK_TRY(umk_call_check_range(call, "ir_grid_points", task.n_points));
    UMK_TRY(umk_call_check_range(call, "rot_grid_points", task.n_points));
    UMK_ALLOCATE(call->context, task.rows, task.n * task.n_points * task.n * umk_context_n_threads(call->context));
    UMK_TRY(umk_parallel_for(call->context, count, expand_matrix, &task));
cleanup:
    umk_release(task.rows);
    return status;
}

static const umk_call_parameter expand_collision_matrix_parameters[] = {
    UMK_OUT_REALS("collision_matrix", "sigma temperature gr_point band gr_point band"),
    UMK_INTEGERS("ir_grid_points", "*"), UMK_INTEGERS("rot_grid_points", "rotation gr_point"), UMK_END};

const umk_backend_function umk_backend_collision_matrix_functions[] = {
    UMK_ROW(collision_matrix),
    UMK_ROW(reducible_collision_matrix),
    UMK_ROW(symmetrize_collision_matrix),
    UMK_ROW(expand_collision_matrix),
    {NULL, NULL, NULL},
};
