/* Symmetry, degenerate sets, linewidths and the driving term of the linearized Boltzmann equation. */
#include "transport/lbte/collision_space.h"
#include "linalg/hermitian.h"
#include "linalg/matrix3.h"
#include "scattering/kernels.h"
#include "transport/conductivity.h"
#include <math.h>
#include <string.h>

/* A block that is hardly filled costs as much as a full one. */
static int64_t choose_lanes(int64_t n_temperatures) {
    return n_temperatures > umk_few_lanes ? umk_all_lanes : umk_few_lanes;
}

int64_t umk_collision_count_lanes(int64_t n_temperatures) {
    int64_t n = choose_lanes(n_temperatures);
    return (n_temperatures + n - 1) / n * 3 * n;
}

double umk_collision_field_bytes(int64_t n_points, int64_t n_bands, int64_t n_temperatures) {
    return (double)n_points * (double)n_bands * (double)umk_collision_count_lanes(n_temperatures) * sizeof(double);
}

/* ---- symmetry ---------------------------------------------------------------------------------------------------*/

/*
 * Axes of a generic symmetric tensor that is averaged over the point group: where the group maps axes onto each other,
 * their eigenvalues are equal.
 */
static umk_status choose_axes(umk_collision_space *space, umk_context *context, int64_t n_rotations,
                              const double (*rotations)[3][3]) {
    static const double generic[3][3] = {{1, 0.31, 0.17}, {0.31, 2, 0.11}, {0.17, 0.11, 3.3}};
    double complex matrix[9] = {0};
    double values[3];
    for (int64_t r = 0; r < n_rotations; r++) {
        double half[3][3], whole[3][3], transposed[3][3];
        umk_multiply3(half, rotations[r], generic);
        umk_transpose3(transposed, rotations[r]);
        umk_multiply3(whole, half, (const double(*)[3])transposed);
        for (int i = 0; i < 9; i++) matrix[i] += whole[i / 3][i % 3] / (double)n_rotations;
    }
    umk_status status = umk_hermitian_eigen(context, 3, matrix, values, true);
    if (status != UMK_OK) return status;
    for (int a = 0; a < 3; a++) {
        bool joins = a > 0 && values[a] - values[a - 1] < 1e-6;
        space->axis_class[a] = joins ? space->axis_class[a - 1] : a;
        for (int i = 0; i < 3; i++) space->axes[i][a] = creal(matrix[i * 3 + a]);
    }
    return UMK_OK;
}

static void turn_into_axes(const umk_collision_space *space, const double cartesian[3][3], double out[3][3]) {
    double half[3][3], transposed[3][3];
    umk_transpose3(transposed, space->axes);
    umk_multiply3(half, cartesian, space->axes);
    umk_multiply3(out, (const double(*)[3])transposed, (const double(*)[3])half);
}

static umk_status make_rotations(umk_collision_space *space, umk_context *context, bool no_stars) {
    static const double identity[1][3][3] = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    umk_status status = UMK_OK;
    const double(*cartesian)[3][3] = no_stars ? identity : (const double(*)[3][3])space->grid->cartesian_rotations;
    space->n_rotations = no_stars ? 1 : space->grid->n_rotations;
    UMK_TRY(choose_axes(space, context, space->n_rotations, cartesian));
    UMK_ALLOCATE(context, space->rotations, space->n_rotations);
    for (int64_t r = 0; r < space->n_rotations; r++) turn_into_axes(space, cartesian[r], space->rotations[r]);
cleanup:
    return status;
}

/* The mean over the group of R f (R g)^T, symmetric part, back in Cartesian axes. */
static void make_star(umk_collision_space *space) {
    static const int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    for (int64_t r = 0; r < space->n_rotations; r++) {
        double m[3][3];
        umk_multiply3(m, (const double(*)[3])space->axes, (const double(*)[3])space->rotations[r]);
        for (int c = 0; c < 6; c++) {
            int a = voigt[c][0], b = voigt[c][1];
            for (int k = 0; k < 9; k++) {
                double products = m[a][k / 3] * m[b][k % 3] + m[b][k / 3] * m[a][k % 3];
                space->star[c][k] += products / (2 * (double)space->n_rotations);
            }
        }
    }
}

/* q and -q are the same point: f(-q) = -f(q) leaves nothing there, also where the point group has no inversion. */
static bool is_own_inverse(const umk_grid *grid, int64_t gr_point) {
    int64_t address[3];
    umk_grid_address(grid, gr_point, address);
    for (int i = 0; i < 3; i++) address[i] = -address[i];
    return umk_grid_index(grid, address) == gr_point;
}

static void make_projector(umk_collision_space *space, int64_t i, int64_t bz_point, bool no_stars) {
    const umk_grid *grid = space->grid;
    int64_t n_keeping = 0, gr_point = grid->bz_to_gr[bz_point];
    double sum[3][3] = {{0}};
    for (int64_t r = 0; r < space->n_rotations; r++) {
        int64_t image = no_stars ? gr_point : grid->bz_to_gr[umk_grid_rotate(grid, r, bz_point)];
        space->point_of[image] = (int32_t)i;
        space->rotation_of[image] = (int32_t)r;
        if (image != gr_point) continue;
        n_keeping++;
        for (int k = 0; k < 9; k++) sum[k / 3][k % 3] += space->rotations[r][k / 3][k % 3];
    }
    double share = is_own_inverse(grid, gr_point) ? 0 : 1 / (double)n_keeping;
    for (int k = 0; k < 9; k++) space->projectors[i][k / 3][k % 3] = share * sum[k / 3][k % 3];
}

static umk_status make_symmetry(umk_collision_space *space, umk_context *context, int64_t n_points,
                                const int64_t *points, bool no_stars) {
    umk_status status = UMK_OK;
    UMK_TRY(make_rotations(space, context, no_stars));
    make_star(space);
    UMK_ALLOCATE(context, space->projectors, n_points);
    UMK_ALLOCATE(context, space->point_of, space->grid->n_points);
    UMK_ALLOCATE(context, space->rotation_of, space->grid->n_points);
    for (int64_t i = 0; i < n_points; i++) make_projector(space, i, points[i], no_stars);
cleanup:
    return status;
}

umk_status umk_collision_count_directions(double counts[3], umk_context *context, const umk_grid *grid,
                                          int64_t n_points, const int64_t *points, bool no_stars) {
    umk_status status = UMK_OK;
    umk_collision_space *space = NULL;
    memset(counts, 0, 3 * sizeof counts[0]);
    UMK_ALLOCATE(context, space, 1);
    space->grid = grid;
    UMK_TRY(make_symmetry(space, context, n_points, points, no_stars));
    for (int64_t i = 0; i < n_points; i++) {
        for (int a = 0; a < 3; a++) counts[space->axis_class[a]] += space->projectors[i][a][a];
    }
cleanup:
    umk_collision_space_destroy(space);
    return status;
}

/* ---- modes ------------------------------------------------------------------------------------------------------*/

static umk_status make_sets(umk_collision_space *space, umk_context *context, const umk_phonons *phonons,
                            const umk_conductivity *result, double cutoff_frequency) {
    umk_status status = UMK_OK;
    int64_t n = space->n_bands;
    UMK_ALLOCATE(context, space->set_end, space->n_modes);
    UMK_ALLOCATE(context, space->is_active, space->n_modes);
    for (int64_t i = 0; i < space->n_points; i++) {
        const int64_t *set_first = phonons->set_first + result->grid_points[i] * n;
        bool *is_active = space->is_active + i * n;
        for (int64_t band = 0; band < n; band++) is_active[band] = result->frequencies[i * n + band] > cutoff_frequency;
        for (int64_t begin = 0, end; begin < n; begin = end) {
            end = begin + 1;
            while (end < n && set_first[end] == set_first[begin] && is_active[end] == is_active[begin]) end++;
            space->set_end[i * n + begin] = end;
        }
    }
cleanup:
    return status;
}

/* The linewidth of a set of modes in the lanes of one temperature; 0 takes the set out of the space. */
static void set_linewidth(umk_collision_space *space, const umk_conductivity *result, int64_t t, int64_t begin,
                          int64_t end) {
    double sum = 0;
    for (int64_t mode = begin; mode < end; mode++) sum += umk_total_linewidth(result, t, mode);
    double mean = sum / (double)(end - begin);
    bool counts = space->is_active[begin] && mean > 0;
    if (space->is_active[begin] && !counts) {
        space->n_without[t] += (end - begin) * result->weights[begin / space->n_bands];
    }
    for (int64_t mode = begin; mode < end; mode++) space->linewidths[umk_mode_at(space, mode, t)] = counts ? mean : 0;
}

static void set_inverse_sinh(umk_collision_space *space, const umk_conductivity *result, int64_t t, int64_t mode) {
    double temperature = result->temperatures[t];
    if (!space->is_active[mode] || temperature <= 0) return;
    double x = result->frequencies[mode] * UMK_THZ_EV / (2 * UMK_BOLTZMANN_EV * temperature);
    space->inverse_sinh[umk_mode_at(space, mode, t)] = x < 700 ? 1 / sinh(x) : 0;
}

static void set_drive(umk_collision_space *space, const umk_conductivity *result, int64_t t, int64_t mode) {
    double heat_capacity = result->heat_capacities[t * space->n_modes + mode], drive[3];
    const double *v = result->group_velocities + 3 * mode;
    for (int a = 0; a < 3; a++) {
        double along = v[0] * space->axes[0][a] + v[1] * space->axes[1][a] + v[2] * space->axes[2][a];
        drive[a] = sqrt(heat_capacity) * along;
    }
    if (space->is_active[mode]) umk_field_add(space, space->drive, mode, t, drive);
}

static umk_status make_modes(umk_collision_space *space, umk_context *context, const umk_conductivity *result) {
    umk_status status = UMK_OK;
    UMK_ALLOCATE(context, space->drive, space->field_size);
    UMK_ALLOCATE(context, space->linewidths, space->field_size / 3);
    UMK_ALLOCATE(context, space->inverse_sinh, space->field_size / 3);
    UMK_ALLOCATE(context, space->n_without, space->n_temperatures);
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        for (int64_t t = 0; t < space->n_temperatures; t++) set_inverse_sinh(space, result, t, mode);
    }
cleanup:
    return status;
}

void umk_collision_space_set_linewidths(umk_collision_space *space, const umk_conductivity *result) {
    memset(space->drive, 0, (size_t)space->field_size * sizeof(double));
    for (int64_t i = 0; i < space->n_points; i++) {
        int64_t from = i * space->n_bands, to = from + space->n_bands;
        for (int64_t t = 0; t < space->n_temperatures; t++) {
            for (int64_t mode = from, end; mode < to; mode = end) {
                end = from + space->set_end[mode];
                set_linewidth(space, result, t, mode, end);
            }
            for (int64_t mode = from; mode < to; mode++) set_drive(space, result, t, mode);
        }
        for (int64_t block = 0; block < space->n_blocks; block++) {
            umk_collision_project(space, block, i, space->drive + umk_first_mode(space, block, i) * space->mode_size);
        }
    }
}

umk_status umk_collision_space_create(umk_collision_space **space, umk_context *context, const umk_grid *grid,
                                      const umk_phonons *phonons, const umk_conductivity *result,
                                      double cutoff_frequency, bool no_stars) {
    umk_status status = UMK_OK;
    umk_collision_space *made = NULL;
    *space = NULL;
    UMK_ALLOCATE(context, made, 1);
    made->grid = grid;
    made->n_points = result->n_points;
    made->n_bands = result->n_bands;
    made->n_modes = result->n_points * result->n_bands;
    made->n_temperatures = result->n_temperatures;
    made->block_lanes = choose_lanes(result->n_temperatures);
    made->mode_size = 3 * made->block_lanes;
    made->n_lanes = umk_collision_count_lanes(result->n_temperatures);
    made->n_blocks = made->n_lanes / made->mode_size;
    made->field_size = umk_checked_product(2, (const int64_t[]){made->n_modes, made->n_lanes});
    UMK_TRY(make_symmetry(made, context, result->n_points, result->grid_points, no_stars));
    UMK_ALLOCATE(context, made->point_weights, made->n_points);
    for (int64_t i = 0; i < made->n_points; i++) made->point_weights[i] = (double)result->weights[i];
    UMK_TRY(make_sets(made, context, phonons, result, cutoff_frequency));
    UMK_TRY(make_modes(made, context, result));
    *space = made;
    made = NULL;
cleanup:
    umk_collision_space_destroy(made);
    return status;
}

void umk_collision_space_destroy(umk_collision_space *space) {
    if (space == NULL) return;
    umk_release(space->point_weights);
    umk_release(space->point_of);
    umk_release(space->rotation_of);
    umk_release(space->rotations);
    umk_release(space->projectors);
    umk_release(space->set_end);
    umk_release(space->is_active);
    umk_release(space->linewidths);
    umk_release(space->inverse_sinh);
    umk_release(space->drive);
    umk_release(space->n_without);
    umk_release(space);
}

/* ---- fields -----------------------------------------------------------------------------------------------------*/

static int64_t vector_at(const umk_collision_space *space, int64_t mode, int64_t temperature) {
    int64_t n = space->block_lanes;
    return (temperature / n * space->n_modes + mode) * space->mode_size + temperature % n;
}

void umk_field_get(const umk_collision_space *space, const double *field, int64_t mode, int64_t temperature,
                   double out[3]) {
    const double *at = field + vector_at(space, mode, temperature);
    for (int a = 0; a < 3; a++) out[a] = at[a * space->block_lanes];
}

void umk_field_add(const umk_collision_space *space, double *field, int64_t mode, int64_t temperature,
                   const double vector[3]) {
    double *at = field + vector_at(space, mode, temperature);
    for (int a = 0; a < 3; a++) at[a * space->block_lanes] += vector[a];
}

/* One set of n bands: their mean, what the little group leaves of it, and for which there is a linewidth. */
static void project_set(const umk_collision_space *space, const double *linewidths, int64_t point, int64_t n,
                        double *part) {
    const double(*projector)[3] = (const double(*)[3])space->projectors[point];
    int64_t n_lanes = space->block_lanes, size = space->mode_size;
    double mean[3 * umk_all_lanes] = {0}, kept[3 * umk_all_lanes] = {0};
    for (int64_t band = 0; band < n; band++) {
        for (int64_t k = 0; k < size; k++) mean[k] += part[band * size + k];
    }
    for (int64_t k = 0; k < size; k++) mean[k] = linewidths[k % n_lanes] > 0 ? mean[k] / (double)n : 0;
    for (int k = 0; k < 9; k++) {
        double *to = kept + k / 3 * n_lanes, *from = mean + k % 3 * n_lanes;
        for (int64_t lane = 0; lane < n_lanes; lane++) to[lane] += projector[k / 3][k % 3] * from[lane];
    }
    for (int64_t band = 0; band < n; band++) memcpy(part + band * size, kept, (size_t)size * sizeof(double));
}

void umk_collision_project(const umk_collision_space *space, int64_t block, int64_t point, double *part) {
    const int64_t *set_end = space->set_end + point * space->n_bands;
    int64_t first = umk_first_mode(space, block, point);
    for (int64_t begin = 0; begin < space->n_bands; begin = set_end[begin]) {
        project_set(space, space->linewidths + (first + begin) * space->block_lanes, point, set_end[begin] - begin,
                    part + begin * space->mode_size);
    }
}

/* The mean over axes of one class. */
static void average_axes(const umk_collision_space *space, double *block) {
    int64_t n_lanes = space->block_lanes;
    for (int64_t lane = 0; lane < n_lanes; lane++) {
        double *lanes = block + lane, sum[3] = {0}, n[3] = {0};
        for (int a = 0; a < 3; a++) sum[space->axis_class[a]] += lanes[a * n_lanes];
        for (int a = 0; a < 3; a++) n[space->axis_class[a]] += 1;
        for (int a = 0; a < 3; a++) lanes[a * n_lanes] = sum[space->axis_class[a]] / n[space->axis_class[a]];
    }
}

void umk_collision_product(const umk_collision_space *space, const double *f, const double *g, double *out) {
    int64_t size = space->mode_size;
    for (int64_t block = 0; block < space->n_blocks; block++, out += size) {
        memset(out, 0, (size_t)size * sizeof *out);
        for (int64_t mode = 0; mode < space->n_modes; mode++, f += size, g += size) {
            double weight = space->point_weights[mode / space->n_bands];
            for (int64_t k = 0; k < size; k++) out[k] += weight * (f[k] * g[k]);
        }
        average_axes(space, out);
    }
}

void umk_collision_multiply_linewidths(const umk_collision_space *space, const double *in, double *out) {
    int64_t n = space->block_lanes;
    const double *linewidths = space->linewidths;
    for (int64_t mode = 0; mode < space->n_blocks * space->n_modes; mode++, linewidths += n) {
        for (int a = 0; a < 3; a++, in += n, out += n) {
            for (int64_t lane = 0; lane < n; lane++) out[lane] = in[lane] * linewidths[lane];
        }
    }
}

void umk_collision_divide_linewidths(const umk_collision_space *space, const double *in, double *out) {
    int64_t n = space->block_lanes;
    const double *linewidths = space->linewidths;
    for (int64_t mode = 0; mode < space->n_blocks * space->n_modes; mode++, linewidths += n) {
        for (int a = 0; a < 3; a++, in += n, out += n) {
            for (int64_t lane = 0; lane < n; lane++) out[lane] = linewidths[lane] > 0 ? in[lane] / linewidths[lane] : 0;
        }
    }
}

void umk_collision_add_star(const umk_collision_space *space, int64_t point, double factor, const double f[3],
                            const double g[3], double out[6]) {
    double weight = factor * space->point_weights[point];
    for (int c = 0; c < 6; c++) {
        for (int k = 0; k < 9; k++) out[c] += space->star[c][k] * (weight * f[k / 3] * g[k % 3]);
    }
}
