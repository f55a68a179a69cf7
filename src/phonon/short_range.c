/*
 * Short-range force constants: the supercell force constants without the dipole-dipole interaction (Gonze and Lee,
 * Phys. Rev. B 55, 10355 (1997), section VI). At the q-points commensurate with the supercell the dynamical matrix is
 * exact, so the dipole-dipole part is subtracted there and the rest is transformed back:
 *
 *   Phi^SR_{ia,kb} = sqrt(m_i m_j)/N sum_q Re [ (D(q) - C(q))_{ia,jb} 1/n_ik sum_s exp(-2 pi i q.s) ].
 *
 * The truncated sum over G is not quite periodic in q, so that each q-point is moved to its image nearest to Gamma
 * first; of several at the same distance the first in the order below counts. That choice moves frequencies by up to
 * 1e-6 THz, and is phonopy's, so that numbers agree.
 */
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"
#include <spglib.h>
#include <string.h>

/* ---- commensurate points
 * -------------------------------------------------------------------------------------------*/

static int64_t find_point(int64_t n_points, const int64_t (*points)[3], const int64_t point[3]) {
    for (int64_t n = 0; n < n_points; n++) {
        if (points[n][0] == point[0] && points[n][1] == point[1] && points[n][2] == point[2]) return n;
    }
    return -1;
}

/*
 * All solutions of M q = integers modulo 1, as integers over size = |det M|: the group that the columns of M^-1
 * generate. One generator after another is added: while its multiples are new, a shifted copy of the group found so far
 * is appended.
 */
static int64_t list_points(int64_t size, const int64_t generators[3][3], int64_t (*points)[3]) {
    int64_t count = 1;
    for (int a = 0; a < 3; a++) points[0][a] = 0;
    for (int g = 0; g < 3; g++) {
        int64_t n_before = count, shift[3] = {0, 0, 0};
        for (;;) {
            for (int a = 0; a < 3; a++) shift[a] = umk_modulo(shift[a] + generators[a][g], size);
            if (find_point(n_before, (const int64_t(*)[3])points, shift) >= 0) break;
            for (int64_t n = 0; n < n_before; n++, count++) {
                for (int a = 0; a < 3; a++) points[count][a] = umk_modulo(points[n][a] + shift[a], size);
            }
        }
    }
    return count;
}

/* numerator / denominator rounded to the nearest integer, a half to the even one, as rint does. */
static int64_t round_ratio(int64_t numerator, int64_t denominator) {
    int64_t rest = umk_modulo(numerator, denominator), down = (numerator - rest) / denominator;
    if (2 * rest == denominator) return down + (down & 1);
    return 2 * rest > denominator ? down + 1 : down;
}

typedef struct reciprocal_cell {
    double basis[3][3];      /* columns: Niggli-reduced basis */
    int64_t reduction[3][3]; /* T of basis = (a* b* c*) T */
    int64_t inverse[3][3];
    double tolerance; /* squared lengths closer than this are the same */
} reciprocal_cell;

/* Niggli's steps may cycle where equalities hold within the tolerance only; a smaller one ends that. */
static bool reduce_basis(double basis[3][3], const double lattice[3][3]) {
    double tolerance = 1e-5;
    for (int attempt = 0; attempt < 11; attempt++, tolerance /= 2) {
        memcpy(basis, lattice, 9 * sizeof(double));
        if (spg_niggli_reduce(basis, tolerance) != 0) return true;
    }
    return false;
}

static umk_status reduce_cell(reciprocal_cell *cell, umk_context *context, const double lattice[3][3]) {
    double inverse[3][3], transformation[3][3], shortest = INFINITY;
    if (!umk_invert3(inverse, lattice) || !reduce_basis(cell->basis, lattice)) {
        return umk_fail(context, UMK_ERROR_NUMERICAL, "the reciprocal lattice could not be Niggli-reduced");
    }
    umk_multiply3(transformation, (const double(*)[3])inverse, (const double(*)[3])cell->basis);
    for (int a = 0; a < 3; a++) {
        double square = 0;
        for (int b = 0; b < 3; b++) {
            cell->reduction[a][b] = (int64_t)nearbyint(transformation[a][b]);
            square += lattice[b][a] * lattice[b][a];
        }
        shortest = fmin(shortest, square);
    }
    cell->tolerance = 0.01 * shortest;
    int64_t determinant = umk_determinant3_integer((const int64_t(*)[3])cell->reduction);
    if (determinant != 1 && determinant != -1) {
        return umk_fail(context, UMK_ERROR_NUMERICAL, "the Niggli reduction of the reciprocal lattice is not integral");
    }
    umk_adjugate3_integer(cell->inverse, (const int64_t(*)[3])cell->reduction);
    for (int m = 0; m < 9; m++) cell->inverse[m / 3][m % 3] *= determinant;
    return UMK_OK;
}

/* The image of point / size nearest to Gamma, fractional. */
static void nearest_image(const reciprocal_cell *cell, int64_t size, const int64_t point[3], double q[3]) {
    /* the order in which phonopy looks at the neighbours */
    static const int8_t steps[27][3] = {{0, 0, 0},  {0, 0, 1},  {0, 1, -1},   {0, 1, 0},   {0, 1, 1},   {1, -1, -1},
                                        {1, -1, 0}, {1, -1, 1}, {1, 0, -1},   {1, 0, 0},   {1, 0, 1},   {1, 1, -1},
                                        {1, 1, 0},  {1, 1, 1},  {-1, -1, -1}, {-1, -1, 0}, {-1, -1, 1}, {-1, 0, -1},
                                        {-1, 0, 0}, {-1, 0, 1}, {-1, 1, -1},  {-1, 1, 0},  {-1, 1, 1},  {0, -1, -1},
                                        {0, -1, 0}, {0, -1, 1}, {0, 0, -1}};
    int64_t reduced[3], best = 0;
    double squares[27], shortest = INFINITY, image[3];
    umk_apply3_integer(reduced, cell->inverse, point);
    for (int a = 0; a < 3; a++) reduced[a] -= size * round_ratio(reduced[a], size);
    for (int n = 0; n < 27; n++) {
        double fractional[3], cartesian[3];
        for (int a = 0; a < 3; a++) fractional[a] = (double)(reduced[a] + size * steps[n][a]) / (double)size;
        umk_apply3(cartesian, cell->basis, fractional);
        squares[n] = umk_dot3(cartesian, cartesian);
        shortest = fmin(shortest, squares[n]);
    }
    while (!(squares[best] < shortest + cell->tolerance)) best++;
    for (int a = 0; a < 3; a++) image[a] = (double)(reduced[a] + size * steps[best][a]) / (double)size;
    for (int a = 0; a < 3; a++) {
        q[a] = (double)cell->reduction[a][0] * image[0] + (double)cell->reduction[a][1] * image[1] +
               (double)cell->reduction[a][2] * image[2];
    }
}

umk_status umk_commensurate_points(double (**points)[3], int64_t *n_points, umk_context *context,
                                   const double reciprocal_lattice[3][3], const int64_t supercell_matrix[3][3]) {
    umk_status status = UMK_OK;
    int64_t generators[3][3], (*integers)[3] = NULL;
    reciprocal_cell cell;
    int64_t determinant = umk_determinant3_integer(supercell_matrix),
            size = determinant < 0 ? -determinant : determinant;
    *points = NULL;
    *n_points = 0;
    if (size == 0) return umk_fail(context, UMK_ERROR_INPUT, "the supercell matrix is singular");
    UMK_TRY(reduce_cell(&cell, context, reciprocal_lattice));
    umk_adjugate3_integer(generators, supercell_matrix); /* det M times M^-1; its sign does not change the group */
    UMK_ALLOCATE(context, integers, size);
    UMK_ALLOCATE(context, *points, size);
    *n_points = list_points(size, (const int64_t(*)[3])generators, integers);
    for (int64_t n = 0; n < *n_points; n++) nearest_image(&cell, size, integers[n], (*points)[n]);
cleanup:
    umk_release(integers);
    return status;
}

/* ---- subtraction
 * -----------------------------------------------------------------------------------------------------*/

static umk_status supercell_in_primitive(int64_t matrix[3][3], umk_context *context, const umk_crystal *crystal) {
    double inverse[3][3], product[3][3];
    if (!umk_invert3(inverse, crystal->primitive.lattice)) {
        return umk_fail(context, UMK_ERROR_INPUT, "the primitive lattice is singular");
    }
    umk_multiply3(product, crystal->phonon_supercell.cell.lattice, (const double(*)[3])inverse);
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            matrix[a][b] = (int64_t)nearbyint(product[a][b]);
            if (fabs(product[a][b] - (double)matrix[a][b]) > 0.01) {
                return umk_fail(context, UMK_ERROR_INPUT, "the supercell is no multiple of the primitive cell");
            }
        }
    }
    return UMK_OK;
}

/* values += the share of one commensurate point. */
static void add_inverse_transform(const umk_lattice_sum *sum, const double q[3], const double *phases, double n_points,
                                  const double complex *matrix, int64_t n_supercell, double *values) {
    int64_t n_p = sum->n_primitive;
    for (int64_t pair = 0; pair < n_p * n_p; pair++) {
        int64_t i = pair / n_p, j = pair % n_p;
        double turns = umk_dot3(q, sum->separation[pair]), angle = 2 * UMK_PI * (turns - nearbyint(turns));
        double complex offset = umk_complex(cos(angle), sin(angle)), block[9];
        double scale = 1 / (sum->inverse_root_masses[i] * sum->inverse_root_masses[j] * n_points);
        for (int m = 0; m < 9; m++) {
            block[m] = conj(offset) * matrix[(3 * i + m / 3) * 3 * n_p + 3 * j + m % 3] * scale;
        }
        for (int64_t e = sum->first[pair]; e < sum->first[pair + 1]; e++) {
            const double *phase = &phases[2 * sum->vector[e]];
            double *value = &values[(i * n_supercell + sum->atom[e]) * 9];
            for (int m = 0; m < 9; m++) {
                value[m] += (creal(block[m]) * phase[0] + cimag(block[m]) * phase[1]) * sum->share[e];
            }
        }
    }
}

umk_status umk_subtract_dipoles(umk_lattice_sum *sum, umk_context *context, const umk_crystal *crystal,
                                const umk_dipole *dipole, const umk_fc2 *fc2) {
    umk_status status = UMK_OK;
    double(*points)[3] = NULL, *values = NULL, *phases = NULL, *scratch = NULL;
    double complex *matrix = NULL;
    int64_t matrix_of_cell[3][3], n_points, n_s = fc2->n_supercell, n_bands = 3 * sum->n_primitive;
    UMK_TRY(supercell_in_primitive(matrix_of_cell, context, crystal));
    UMK_TRY(umk_commensurate_points(&points, &n_points, context, crystal->reciprocal_lattice,
                                    (const int64_t(*)[3])matrix_of_cell));
    UMK_ALLOCATE(context, values, sum->n_primitive * n_s * 9);
    UMK_ALLOCATE(context, phases, umk_lattice_sum_scratch(sum));
    UMK_ALLOCATE(context, scratch, umk_dipole_scratch(dipole));
    UMK_ALLOCATE(context, matrix, n_bands * n_bands);
    umk_lattice_sum_set(sum, n_s, fc2->values);
    for (int64_t n = 0; n < n_points; n++) {
        double q_cartesian[3];
        umk_apply3(q_cartesian, crystal->reciprocal_lattice, points[n]);
        umk_lattice_sum_phases(sum, points[n], phases);
        umk_lattice_sum_matrix(sum, points[n], (umk_pair_term){NULL, NULL}, phases, matrix);
        umk_dipole_add(dipole, q_cartesian, false, -1, scratch, matrix);
        add_inverse_transform(sum, points[n], phases, (double)n_points, matrix, n_s, values);
    }
    umk_lattice_sum_set(sum, n_s, values);
cleanup:
    umk_release(points);
    umk_release(values);
    umk_release(phases);
    umk_release(scratch);
    umk_release(matrix);
    return status;
}
