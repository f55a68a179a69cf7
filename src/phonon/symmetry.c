/*
 * The space group at work on modes. In the phases of conventions.h the operation {W|t}, Cartesian R, takes a pattern of
 * displacements e at q to one at q' = W^-T q (A. A. Maradudin and S. H. Vosko, Rev. Mod. Phys. 40, 1 (1968), section
 * II)
 *
 *   e'[W k] = R e[k] exp(2 pi i (q.tau_k - q'.(tau_Wk + L_k))),          W tau_k + t = tau_Wk + L_k,
 *
 * times exp(2 pi i q'.t), which all atoms share and which is left out. The pattern w = e exp(2 pi i q.tau) is periodic
 * in q, so that the same holds where q' differs from W^-T q by a reciprocal lattice vector; and because positions enter
 * in the phases only, it holds to rounding also for positions that obey the symmetry within a tolerance. Time reversal:
 * the complex conjugate of a pattern at q is one at -q.
 */
#include "phonon/symmetry.h"
#include "linalg/complex.h"
#include "linalg/matrix3.h"
#include <string.h>

/* ---- operations ---------------------------------------------------------------------------------------------------*/

/* The orthogonal matrix nearest to r: lattices are given with few digits at times. R <- (R + R^-T) / 2 (Higham). */
static void make_orthogonal(double r[3][3]) {
    for (int step = 0; step < 4; step++) {
        double inverse[3][3];
        if (!umk_invert3(inverse, (const double(*)[3])r)) return;
        for (int i = 0; i < 9; i++) r[i / 3][i % 3] = (r[i / 3][i % 3] + inverse[i % 3][i / 3]) / 2;
    }
}

/* False where an atom has no image, or two have the same. */
static bool set_operation(umk_mode_operation *mode, const umk_cell *cell, const umk_operation *operation,
                          double tolerance) {
    int64_t adjugate[3][3], sign = umk_determinant3_integer(operation->rotation);
    umk_adjugate3_integer(adjugate, operation->rotation);
    for (int i = 0; i < 9; i++) mode->reciprocal_rotation[i / 3][i % 3] = sign * adjugate[i % 3][i / 3];
    memcpy(mode->cartesian_rotation, operation->rotation_cartesian, sizeof mode->cartesian_rotation);
    make_orthogonal(mode->cartesian_rotation);
    for (int64_t k = 0; k < cell->n_atoms; k++) {
        mode->image[k] = umk_operation_image(cell, NULL, operation, k, tolerance, mode->shift[k]);
        if (mode->image[k] < 0) return false;
        for (int64_t l = 0; l < k; l++) {
            if (mode->image[l] == mode->image[k]) return false;
        }
    }
    return true;
}

umk_status umk_mode_symmetry_create(umk_mode_symmetry *symmetry, umk_context *context, const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    int64_t n_p = crystal->primitive.n_atoms;
    *symmetry = (umk_mode_symmetry){.n_primitive = n_p};
    UMK_ALLOCATE(context, symmetry->positions, n_p);
    UMK_ALLOCATE(context, symmetry->operations, crystal->n_operations);
    UMK_ALLOCATE(context, symmetry->images, crystal->n_operations * n_p);
    UMK_ALLOCATE(context, symmetry->shifts, crystal->n_operations * n_p);
    memcpy(symmetry->positions, crystal->primitive.positions, sizeof(double[3]) * (size_t)n_p);
    for (int64_t o = 0; o < crystal->n_operations; o++) {
        umk_mode_operation *mode = &symmetry->operations[symmetry->n_operations];
        mode->image = symmetry->images + symmetry->n_operations * n_p;
        mode->shift = symmetry->shifts + symmetry->n_operations * n_p;
        symmetry->n_operations +=
            set_operation(mode, &crystal->primitive, &crystal->operations[o], crystal->symmetry_tolerance);
    }
cleanup:
    return status;
}

void umk_mode_symmetry_clear(umk_mode_symmetry *symmetry) {
    umk_release(symmetry->positions);
    umk_release(symmetry->operations);
    umk_release(symmetry->images);
    umk_release(symmetry->shifts);
    *symmetry = (umk_mode_symmetry){0};
}

static bool is_multiple(const int64_t a[3][3], int64_t sign, const int64_t b[3][3]) {
    for (int i = 0; i < 9; i++) {
        if (a[i / 3][i % 3] != sign * b[i / 3][i % 3]) return false;
    }
    return true;
}

int64_t umk_mode_operation_find(const umk_mode_symmetry *symmetry, const int64_t rotation[3][3], bool *reverses) {
    for (int64_t sign = 1; sign >= -1; sign -= 2) {
        *reverses = sign < 0;
        for (int64_t o = 0; o < symmetry->n_operations; o++) {
            const int64_t(*own)[3] = (const int64_t(*)[3])symmetry->operations[o].reciprocal_rotation;
            if (is_multiple(rotation, sign, own)) return o;
        }
    }
    return -1;
}

/* ---- rotation -----------------------------------------------------------------------------------------------------*/

/* q.tau_k - q'.(tau_Wk + L_k) of one atom; by time reversal the pattern starts at -q. */
static double phase_turns(const umk_mode_symmetry *symmetry, const umk_mode_rotation *rotation, int64_t atom) {
    const umk_mode_operation *operation = &symmetry->operations[rotation->operation];
    const double *end = symmetry->positions[operation->image[atom]];
    double turns = umk_dot3(rotation->q, symmetry->positions[atom]) * (rotation->reverses ? -1 : 1);
    for (int a = 0; a < 3; a++) turns -= rotation->rotated_q[a] * (end[a] + (double)operation->shift[atom][a]);
    return turns;
}

/* Three rows of n complex numbers, as pairs, become r times them, times the phase. */
static void rotate_rows(int64_t n, const double r[3][3], const double phase[2], double sign, const double *from,
                        double *to) {
    const double *x = from, *y = from + 2 * n, *z = from + 4 * n;
    for (int a = 0; a < 3; a++) {
        double *row = to + 2 * a * n;
        for (int64_t b = 0; b < n; b++) {
            double re = r[a][0] * x[2 * b] + r[a][1] * y[2 * b] + r[a][2] * z[2 * b];
            double im = sign * (r[a][0] * x[2 * b + 1] + r[a][1] * y[2 * b + 1] + r[a][2] * z[2 * b + 1]);
            row[2 * b] = phase[0] * re - phase[1] * im;
            row[2 * b + 1] = phase[0] * im + phase[1] * re;
        }
    }
}

void umk_mode_rotate(const umk_mode_symmetry *symmetry, const umk_mode_rotation *rotation, int64_t n_columns,
                     const double complex *from, double complex *to) {
    const umk_mode_operation *operation = &symmetry->operations[rotation->operation];
    double origin = phase_turns(symmetry, rotation, 0), sign = rotation->reverses ? -1 : 1;
    for (int64_t k = 0; k < symmetry->n_primitive; k++) {
        double turns = phase_turns(symmetry, rotation, k) - origin;
        double angle = 2 * UMK_PI * (turns - nearbyint(turns)), phase[2] = {cos(angle), sin(angle)};
        rotate_rows(n_columns, (const double(*)[3])operation->cartesian_rotation, phase, sign,
                    (const double *)(from + 3 * k * n_columns), (double *)(to + 3 * operation->image[k] * n_columns));
    }
}
