/* Rows of the collision operator made into the layout of files. */
#include "transport/lbte/slab.h"
#include "linalg/matrix3.h"
#include <string.h>

int64_t umk_collision_slab_size(const umk_collision_space *space) {
    return umk_checked_product(3, (const int64_t[]){space->n_temperatures, 3 * space->n_bands, 3 * space->n_modes});
}

void umk_collision_coefficients(const umk_collision_space *space, const umk_collision_row *row, int64_t triplet,
                                int64_t temperature, double *out) {
    int64_t n = space->n_bands;
    const double *inverse_sinh[2];
    memset(out, 0, (size_t)(2 * n * n) * sizeof *out);
    for (int k = 0; k < 2; k++) {
        int64_t mode = space->point_of[row->points[triplet][k]] * n;
        inverse_sinh[k] = space->inverse_sinh + umk_mode_at(space, mode, temperature);
    }
    for (int64_t e = row->first[triplet]; e < row->first[triplet + 1]; e++) {
        uint32_t bands = row->bands[e];
        int64_t b0 = umk_entry_band0(bands), b1 = umk_entry_band1(bands), b2 = umk_entry_band2(bands);
        out[b0 * n + b1] += row->values[e] * inverse_sinh[1][b2 * space->block_lanes];
        out[n * n + b0 * n + b2] += row->values[e] * inverse_sinh[0][b1 * space->block_lanes];
    }
}

/* axes P_i R P_p axes^T times the number of operations that leave p as it is. */
static void make_tensor(const umk_collision_space *space, int64_t i, int64_t p, int32_t rotation, double out[3][3]) {
    double a[3][3], b[3][3], transposed[3][3], n_keeping = (double)space->n_rotations / space->point_weights[p];
    umk_multiply3(a, (const double(*)[3])space->projectors[i], (const double(*)[3])space->rotations[rotation]);
    umk_multiply3(b, (const double(*)[3])a, (const double(*)[3])space->projectors[p]);
    umk_multiply3(a, (const double(*)[3])space->axes, (const double(*)[3])b);
    umk_transpose3(transposed, (const double(*)[3])space->axes);
    umk_multiply3(out, (const double(*)[3])a, (const double(*)[3])transposed);
    for (int k = 0; k < 9; k++) out[k / 3][k % 3] *= n_keeping;
}

/* slab: of one temperature */
static void add_tensor(const umk_collision_space *space, int64_t p, const double tensor[3][3],
                       const double *coefficients, double *slab) {
    int64_t n = space->n_bands, line = 3 * space->n_modes;
    for (int64_t pair = 0; pair < n * n; pair++) {
        double *to = slab + (pair / n) * 3 * line + 3 * (p * n + pair % n);
        if (coefficients[pair] == 0) continue;
        for (int k = 0; k < 9; k++) to[(k / 3) * line + k % 3] += coefficients[pair] * tensor[k / 3][k % 3];
    }
}

void umk_collision_fill_slab(const umk_collision_space *space, int64_t n_rows, umk_collision_row *const *rows,
                             double *slab, double *scratch) {
    int64_t n = space->n_bands, of_temperature = 9 * n * space->n_modes;
    memset(slab, 0, (size_t)(space->n_temperatures * of_temperature) * sizeof *slab);
    for (int64_t r = 0; r < n_rows; r++) {
        for (int64_t t = 0; t < rows[r]->n_triplets; t++) {
            double tensors[2][3][3];
            for (int k = 0; k < 2; k++) {
                int32_t gr_point = rows[r]->points[t][k];
                make_tensor(space, rows[r]->point, space->point_of[gr_point], space->rotation_of[gr_point], tensors[k]);
            }
            for (int64_t temperature = 0; temperature < space->n_temperatures; temperature++) {
                umk_collision_coefficients(space, rows[r], t, temperature, scratch);
                for (int k = 0; k < 2; k++) {
                    add_tensor(space, space->point_of[rows[r]->points[t][k]], (const double(*)[3])tensors[k],
                               scratch + k * n * n, slab + temperature * of_temperature);
                }
            }
        }
    }
}
