/*
 * The conventional cell that a generalized regular grid is made for: a regular mesh of the conventional cell's
 * reciprocal lattice keeps the symmetry of the crystal where one of the primitive cell cannot (A. Togo et al., J.
 * Phys.: Condens. Matter 35, 353001 (2023)).
 *
 * spglib's transformation T gives the conventional basis (a_c b_c c_c) = (a b c) T^-1, in the crystal's own orientation
 * and up to a rotation equal to its idealized standard lattice. Where a symmetry operation makes the two coincide in
 * space the standard lattice itself is taken, as phonopy does: its choice of axes decides which axis gets which number.
 */
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include <string.h>

static bool agree(const double a[3][3], const double b[3][3]) {
    const double absolute = 1e-5, relative = 1e-5;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (!(fabs(a[i][j] - b[i][j]) <= absolute + relative * fabs(b[i][j]))) return false;
        }
    }
    return true;
}

/** Rows of out: the vectors (a b c) m^-1 for the rows a, b, c of lattice. */
static bool transform_basis(double out[3][3], const double m[3][3], const double lattice[3][3]) {
    double inverse[3][3], transposed[3][3];
    if (!umk_invert3(inverse, m)) return false;
    umk_transpose3(transposed, inverse);
    umk_multiply3(out, transposed, lattice);
    return true;
}

/** Does a proper rotation of the point group bring the conventional cell onto the standard lattice? */
static bool coincides_with_standard(const umk_crystal *crystal, const double conventional[3][3]) {
    double inverse[3][3], columns[3][3], standard_columns[3][3];
    if (!umk_invert3(inverse, crystal->transformation)) return false;
    umk_transpose3(columns, conventional);
    umk_transpose3(standard_columns, crystal->standard_lattice);
    for (int64_t i = 0; i < crystal->n_rotations; i++) {
        double rotation[3][3], half[3][3], seen[3][3], rotated[3][3];
        for (int j = 0; j < 9; j++) rotation[j / 3][j % 3] = (double)crystal->rotations[i][j / 3][j % 3];
        umk_multiply3(half, crystal->transformation, rotation);
        umk_multiply3(seen, half, inverse);
        umk_multiply3(rotated, columns, seen);
        double sign = umk_determinant3(seen);
        for (int j = 0; j < 9; j++) rotated[j / 3][j % 3] *= sign;
        if (agree(rotated, standard_columns)) return true;
    }
    return false;
}

umk_status umk_grid_standard_cell(umk_standard_cell *cell, umk_context *context, const umk_crystal *crystal) {
    static const char broken[] = "the conventional cell does not fit the primitive cell: check the symmetry tolerance";
    *cell = (umk_standard_cell){.is_primitive = crystal->n_operations <= crystal->n_rotations};
    if (!cell->is_primitive) return UMK_OK;
    if (!transform_basis(cell->lattice, crystal->transformation, crystal->primitive.lattice)) {
        return umk_fail(context, UMK_ERROR_NUMERICAL, broken);
    }
    if (coincides_with_standard(crystal, cell->lattice)) {
        memcpy(cell->lattice, crystal->standard_lattice, sizeof cell->lattice);
    }
    /* lattice rows = multiplicity^T primitive rows */
    double inverse[3][3], multiplicity[3][3];
    if (!umk_invert3(inverse, crystal->primitive.lattice)) return umk_fail(context, UMK_ERROR_NUMERICAL, broken);
    umk_multiply3(multiplicity, cell->lattice, inverse);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double value = multiplicity[i][j];
            if (!(fabs(value - rint(value)) < 1e-5)) return umk_fail(context, UMK_ERROR_NUMERICAL, broken);
            cell->multiplicity[j][i] = (int64_t)rint(value);
        }
    }
    return UMK_OK;
}
