/* Sum over the star of v x v: what makes kappa of irreducible points that of the whole zone. */
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
