/* Sums over the star of v x v and of tensors: what makes kappa of irreducible points that of the whole zone. */
#include "transport/velocity_product.h"
#include "linalg/matrix3.h"
#include <string.h>

static const int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

static void add_product(double out[6], const double v[3]) {
    for (int i = 0; i < 6; i++) out[i] += v[voigt[i][0]] * v[voigt[i][1]];
}

void umk_velocity_product(double *out, const umk_grid *grid, int64_t bz_point, bool star, int64_t n_bands,
                          const double *velocities) {
    int64_t n_rotations = star ? grid->n_rotations : 1, n_keeping = 0;
    memset(out, 0, (size_t)n_bands * 6 * sizeof *out);
    for (int64_t r = 0; r < n_rotations; r++) {
        int64_t image = star ? umk_grid_rotate(grid, r, bz_point) : bz_point;
        n_keeping += grid->bz_to_gr[image] == grid->bz_to_gr[bz_point];
        for (int64_t band = 0; band < n_bands; band++) {
            double rotated[3];
            if (star) {
                umk_apply3(rotated, (const double(*)[3])grid->cartesian_rotations[r], velocities + band * 3);
            } else {
                memcpy(rotated, velocities + band * 3, sizeof rotated);
            }
            add_product(out + band * 6, rotated);
        }
    }
    for (int64_t i = 0; i < n_bands * 6; i++) out[i] /= (double)n_keeping;
}

/* out += R t R^T of a symmetric tensor in Voigt order. */
static void add_rotated(double out[6], const double r[3][3], const double t[6]) {
    const double full[3][3] = {{t[0], t[5], t[4]}, {t[5], t[1], t[3]}, {t[4], t[3], t[2]}};
    double half[3][3];
    umk_multiply3(half, r, full);
    for (int c = 0; c < 6; c++) out[c] += umk_dot3(half[voigt[c][0]], r[voigt[c][1]]);
}

/* Each of n tensors (n, 6) becomes the sum over all rotations, over a divisor. */
static void sum_rotations(double *tensors, const umk_grid *grid, int64_t n, double divisor) {
    for (int64_t i = 0; i < n; i++) {
        double sum[6] = {0};
        for (int64_t r = 0; r < grid->n_rotations; r++) {
            add_rotated(sum, (const double(*)[3])grid->cartesian_rotations[r], tensors + 6 * i);
        }
        for (int c = 0; c < 6; c++) tensors[6 * i + c] = sum[c] / divisor;
    }
}

void umk_star_sum(double *tensors, const umk_grid *grid, int64_t bz_point, int64_t n) {
    int64_t n_keeping = 0;
    for (int64_t r = 0; r < grid->n_rotations; r++) {
        n_keeping += grid->bz_to_gr[umk_grid_rotate(grid, r, bz_point)] == grid->bz_to_gr[bz_point];
    }
    sum_rotations(tensors, grid, n, (double)n_keeping);
}

void umk_point_group_mean(double *tensors, const umk_grid *grid, int64_t n) {
    sum_rotations(tensors, grid, n, (double)grid->n_rotations);
}
