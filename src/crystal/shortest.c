/*
 * Shortest vectors from primitive atoms to the images of supercell atoms, with all images that lie within the tolerance
 * of the shortest one; they carry the phases of the dynamical matrix (K. Parlinski, Z. Q. Li and Y. Kawazoe,
 * Phys. Rev. Lett. 78, 4063 (1997)).
 *
 * A vector v is shortest among its images exactly when it lies in the Voronoi cell of the supercell's lattice. If
 * v and v - L both do, L/2 lies there as well (the cell is convex and symmetric), so that L is a shortest vector of
 * its class modulo 2 Lambda (J. H. Conway and N. J. A. Sloane, Proc. R. Soc. A 436, 55 (1992)): of the seven classes
 * these are at most 26 vectors, and no image is missed however skewed the cell is. The same vectors lead any v into
 * the Voronoi cell, one shortening step after the other.
 *
 * The images of one pair are in phonopy's order: ascending in the integer coordinates, first coordinate slowest, of the
 * Niggli-reduced supercell basis.
 */
#include "crystal/build.h"
#include "linalg/matrix3.h"

#include <spglib.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SHIFTS 125

typedef struct search {
    double lattice[3][3];       /* rows: the reduced basis */
    int64_t to_reduced[3][3];   /* fractional supercell coordinates -> reduced */
    int64_t to_primitive[3][3]; /* reduced -> fractional primitive coordinates */
    double tolerance;
    int n_shifts;
    int64_t shifts[MAX_SHIFTS][3]; /* shortest lattice vectors of the classes and zero, ascending */
    double vectors[MAX_SHIFTS][3]; /* the same in angstrom */
    umk_supercell *supercell;
} search;

typedef struct images {
    int n;
    double vectors[MAX_SHIFTS][3]; /* fractional, primitive basis */
} images;

static void to_cartesian(double out[3], const double lattice[3][3], const double x[3]) {
    for (int i = 0; i < 3; i++) out[i] = x[0] * lattice[0][i] + x[1] * lattice[1][i] + x[2] * lattice[2][i];
}

/* m = inverse(basis) target for lattices in rows, rounded: target vector j = sum_i basis vector i m[i][j]. */
static bool integer_relation(int64_t m[3][3], const double basis[3][3], const double target[3][3]) {
    double inverse[3][3];
    if (!umk_invert3(inverse, basis)) return false;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int k = 0; k < 3; k++) sum += target[j][k] * inverse[k][i];
            m[i][j] = (int64_t)rint(sum);
            if (!(fabs(sum - rint(sum)) < 1e-4)) return false;
        }
    }
    return llabs(umk_determinant3_integer((const int64_t(*)[3])m)) == 1;
}

/* The Niggli-reduced basis; a basis too skewed for the Niggli steps is Delaunay-reduced first. */
static umk_status reduce_lattice(search *s, umk_context *context, double tolerance) {
    const umk_supercell *supercell = s->supercell;
    double columns[3][3], reduced[3][3];
    umk_transpose3(columns, supercell->cell.lattice);
    memcpy(reduced, columns, sizeof reduced);
    if (!spg_niggli_reduce(reduced, tolerance)) {
        memcpy(reduced, columns, sizeof reduced);
        if (!spg_delaunay_reduce(reduced, tolerance)) {
            return umk_fail(context, UMK_ERROR_NUMERICAL, "supercell: its lattice could not be reduced");
        }
        memcpy(columns, reduced, sizeof reduced);
        if (!spg_niggli_reduce(reduced, tolerance)) memcpy(reduced, columns, sizeof reduced);
    }
    umk_transpose3(s->lattice, (const double(*)[3])reduced);
    int64_t from_reduced[3][3], adjugate[3][3];
    if (!integer_relation(from_reduced, supercell->cell.lattice, (const double(*)[3])s->lattice)) {
        return umk_fail(context, UMK_ERROR_NUMERICAL, "supercell: its reduced basis spans another lattice");
    }
    int64_t determinant = umk_determinant3_integer((const int64_t(*)[3])from_reduced);
    umk_adjugate3_integer(adjugate, (const int64_t(*)[3])from_reduced);
    for (int i = 0; i < 9; i++) s->to_reduced[i / 3][i % 3] = determinant * adjugate[i / 3][i % 3];
    umk_multiply3_integer(s->to_primitive, supercell->matrix, (const int64_t(*)[3])from_reduced);
    return UMK_OK;
}

static int class_of(const int64_t n[3]) {
    return (int)((n[0] & 1) + 2 * (n[1] & 1) + 4 * (n[2] & 1));
}

static double squared_length(const search *s, const int64_t n[3]) {
    double v[3], x[3] = {(double)n[0], (double)n[1], (double)n[2]};
    to_cartesian(v, s->lattice, x);
    return umk_dot3(v, v);
}

/* Shortest squared length of each class modulo 2, over |n_i| <= reach. */
static void class_minima(double minima[8], const search *s, const int64_t reach[3]) {
    for (int c = 0; c < 8; c++) minima[c] = HUGE_VAL;
    int64_t n[3];
    for (n[0] = -reach[0]; n[0] <= reach[0]; n[0]++) {
        for (n[1] = -reach[1]; n[1] <= reach[1]; n[1]++) {
            for (n[2] = -reach[2]; n[2] <= reach[2]; n[2]++) {
                int c = class_of(n);
                minima[c] = fmin(minima[c], squared_length(s, n));
            }
        }
    }
}

/* |n_i| <= |L| |b*_i| bounds the coordinates of any lattice vector L that is no longer than the longest of minima. */
static void reach_of(int64_t reach[3], const search *s, const double minima[8], double slack) {
    double inverse[3][3], longest = 0;
    for (int c = 0; c < 8; c++) longest = fmax(longest, minima[c]);
    umk_invert3(inverse, s->lattice);
    for (int i = 0; i < 3; i++) {
        double dual =
            sqrt(inverse[0][i] * inverse[0][i] + inverse[1][i] * inverse[1][i] + inverse[2][i] * inverse[2][i]);
        reach[i] = (int64_t)(sqrt(longest + slack) * dual + 1e-6);
    }
}

/* The shifts; slack allows for images that are longer than the shortest by the tolerance. */
static umk_status find_shifts(search *s, umk_context *context) {
    double minima[8], radius = 0;
    int64_t n[3], reach[3] = {1, 1, 1};
    for (int i = 0; i < 3; i++) radius += umk_norm3(s->lattice[i]) / 2;
    double slack = 4 * radius * s->tolerance + 4 * s->tolerance * s->tolerance + 1e-12 * radius * radius;
    class_minima(minima, s, reach);
    reach_of(reach, s, minima, slack);
    class_minima(minima, s, reach);
    for (n[0] = -reach[0]; n[0] <= reach[0]; n[0]++) {
        for (n[1] = -reach[1]; n[1] <= reach[1]; n[1]++) {
            for (n[2] = -reach[2]; n[2] <= reach[2]; n[2]++) {
                if (squared_length(s, n) > minima[class_of(n)] + slack) continue;
                if (s->n_shifts == MAX_SHIFTS) {
                    return umk_fail(context, UMK_ERROR_NUMERICAL,
                                    "supercell: too many shortest images, is the symmetry tolerance too large?");
                }
                double x[3] = {(double)n[0], (double)n[1], (double)n[2]};
                memcpy(s->shifts[s->n_shifts], n, sizeof n);
                to_cartesian(s->vectors[s->n_shifts++], s->lattice, x);
            }
        }
    }
    return UMK_OK;
}

static double shifted_square(const double v[3], const double shift[3]) {
    double w[3] = {v[0] + shift[0], v[1] + shift[1], v[2] + shift[2]};
    return umk_dot3(w, w);
}

/* Moves x (reduced coordinates) into the Voronoi cell; gives the squared length. */
static double shorten(const search *s, double x[3], double v[3]) {
    for (int i = 0; i < 3; i++) x[i] -= rint(x[i]);
    to_cartesian(v, s->lattice, x);
    double square = umk_dot3(v, v);
    for (;;) {
        double best = square * (1 - 1e-13);
        int best_shift = -1;
        for (int i = 0; i < s->n_shifts; i++) {
            double candidate = shifted_square(v, s->vectors[i]);
            if (candidate < best) {
                best = candidate;
                best_shift = i;
            }
        }
        if (best_shift < 0) return square;
        for (int i = 0; i < 3; i++) x[i] += (double)s->shifts[best_shift][i];
        to_cartesian(v, s->lattice, x);
        square = umk_dot3(v, v);
    }
}

static void find_images(images *found, const search *s, int64_t supercell_atom, int64_t primitive_atom) {
    const double *to = s->supercell->cell.positions[supercell_atom];
    const double *from = s->supercell->cell.positions[s->supercell->p2s_map[primitive_atom]];
    double x[3], v[3], lengths[MAX_SHIFTS];
    for (int i = 0; i < 3; i++) {
        x[i] = 0;
        for (int j = 0; j < 3; j++) x[i] += (double)s->to_reduced[i][j] * (to[j] - from[j]);
    }
    double limit = sqrt(shorten(s, x, v));
    for (int i = 0; i < s->n_shifts; i++) {
        lengths[i] = sqrt(shifted_square(v, s->vectors[i]));
        limit = fmin(limit, lengths[i]);
    }
    found->n = 0;
    for (int i = 0; i < s->n_shifts; i++) {
        if (!(lengths[i] - limit < s->tolerance)) continue;
        for (int k = 0; k < 3; k++) {
            double sum = 0;
            for (int j = 0; j < 3; j++) {
                sum += (double)s->to_primitive[k][j] * (x[j] + (double)s->shifts[i][j]);
            }
            found->vectors[found->n][k] = sum;
        }
        found->n++;
    }
}

static umk_status count_images(void *argument, int64_t supercell_atom, int worker) {
    const search *s = argument;
    images found;
    (void)worker;
    for (int64_t p = 0; p < s->supercell->n_primitive; p++) {
        find_images(&found, s, supercell_atom, p);
        s->supercell->multiplicity[2 * (supercell_atom * s->supercell->n_primitive + p)] = found.n;
    }
    return UMK_OK;
}

static umk_status store_images(void *argument, int64_t supercell_atom, int worker) {
    const search *s = argument;
    images found;
    (void)worker;
    for (int64_t p = 0; p < s->supercell->n_primitive; p++) {
        const int64_t *entry = &s->supercell->multiplicity[2 * (supercell_atom * s->supercell->n_primitive + p)];
        find_images(&found, s, supercell_atom, p);
        memcpy(s->supercell->shortest_vectors[entry[1]], found.vectors, (size_t)found.n * sizeof found.vectors[0]);
    }
    return UMK_OK;
}

umk_status umk_shortest_vectors_find(umk_supercell *supercell, umk_context *context, double tolerance) {
    umk_status status = UMK_OK;
    search s = {.supercell = supercell, .tolerance = tolerance};
    int64_t n_atoms = supercell->cell.n_atoms;
    int64_t size = umk_checked_product(3, (const int64_t[]){n_atoms, supercell->n_primitive, 2});
    UMK_TRY(reduce_lattice(&s, context, tolerance));
    UMK_TRY(find_shifts(&s, context));
    UMK_ALLOCATE(context, supercell->multiplicity, size);
    UMK_TRY(umk_parallel_for(context, n_atoms, count_images, &s));
    for (int64_t i = 0; i < size; i += 2) {
        supercell->multiplicity[i + 1] = supercell->n_shortest_vectors;
        supercell->n_shortest_vectors += supercell->multiplicity[i];
    }
    UMK_ALLOCATE(context, supercell->shortest_vectors, supercell->n_shortest_vectors);
    UMK_TRY(umk_parallel_for(context, n_atoms, store_images, &s));
cleanup:
    return status;
}
