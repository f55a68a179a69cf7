/*
 * The primitive cell (a_p b_p c_p) = (a b c) P and how a supercell's atoms map onto it.
 *
 * An atom of the supercell is primitive when no earlier atom is its translate by a primitive lattice vector: that is
 * phonopy's order of primitive atoms, and p2s_map lists these supercell atoms. With T = P^-1 S, which must be integer,
 * x_p = T x_s turns fractional supercell coordinates into primitive ones, and every supercell atom gets the lattice
 * vector R = x_p(atom) - x_p(its primitive atom).
 *
 * Centring matrices: International Tables for Crystallography A, as tabulated by spglib ("Transformation to the
 * primitive cell"; R for hexagonal axes, obverse setting).
 */
#include "crystal/build.h"
#include "linalg/matrix3.h"

#include <inttypes.h>
#include <string.h>

/* How far an element of T may be from an integer. */
#define INTEGER_TOLERANCE 1e-6

static const struct {
    const char *word;
    double matrix[3][3];
} centrings[] = {
    {"P", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"F", {{0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}}},
    {"I", {{-0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0.5, 0.5, -0.5}}},
    {"A", {{1, 0, 0}, {0, 0.5, -0.5}, {0, 0.5, 0.5}}},
    {"C", {{0.5, 0.5, 0}, {-0.5, 0.5, 0}, {0, 0, 1}}},
    {"R", {{2.0 / 3, -1.0 / 3, -1.0 / 3}, {1.0 / 3, 1.0 / 3, -2.0 / 3}, {1.0 / 3, 1.0 / 3, 1.0 / 3}}},
};

static bool find_centring(double matrix[3][3], const char *word) {
    for (size_t i = 0; i < sizeof centrings / sizeof centrings[0]; i++) {
        if (strcmp(word, centrings[i].word) != 0) continue;
        memcpy(matrix, centrings[i].matrix, sizeof centrings[i].matrix);
        return true;
    }
    return false;
}

/* The unit cell's own setting is (a b c) = (a_std b_std c_std) M; the primitive cell of the standard setting is taken.
 */
static umk_status guess_matrix(double matrix[3][3], umk_context *context, const umk_cell *unit_cell, double tolerance) {
    umk_status status = UMK_OK;
    umk_symmetry symmetry = {0};
    double inverse[3][3], centring[3][3];
    UMK_TRY(umk_symmetry_find(&symmetry, context, unit_cell, tolerance));
    const char word[2] = {symmetry.centring, 0};
    if (!find_centring(centring, word) || !umk_invert3(inverse, symmetry.transformation)) {
        status = umk_fail(context, UMK_ERROR_INTERNAL, "primitive axes: unknown centring \"%s\" of space group %s",
                          word, symmetry.space_group);
        goto cleanup;
    }
    umk_multiply3(matrix, inverse, centring);
cleanup:
    umk_symmetry_clear(&symmetry);
    return status;
}

umk_status umk_primitive_matrix(double matrix[3][3], umk_context *context, const umk_crystal_options *options,
                                double tolerance) {
    umk_status status = UMK_OK;
    const char *word = options->primitive_axes ? options->primitive_axes : "P";
    if (options->primitive_matrix) {
        memcpy(matrix, options->primitive_matrix, sizeof(double[3][3]));
    } else if (strcmp(word, "auto") == 0) {
        UMK_TRY(guess_matrix(matrix, context, options->unit_cell, tolerance));
    } else if (!find_centring(matrix, word)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "primitive axes: \"%s\" is none of auto, P, F, I, A, C, R", word);
    }
    double determinant = umk_determinant3((const double(*)[3])matrix);
    if (!(determinant > 1e-9)) {
        status = umk_fail(context, UMK_ERROR_INPUT, "primitive matrix: the determinant is %g, it must be positive%s",
                          determinant,
                          umk_determinant3(options->unit_cell->lattice) < 0 ? " (the unit cell is left-handed)" : "");
    }
cleanup:
    return status;
}

/* T = P^-1 S as integers. */
static umk_status fit_matrices(int64_t t[3][3], umk_context *context, const int64_t supercell_matrix[3][3],
                               const double primitive_matrix[3][3]) {
    double inverse[3][3], s[3][3], product[3][3];
    for (int i = 0; i < 9; i++) s[i / 3][i % 3] = (double)supercell_matrix[i / 3][i % 3];
    if (!umk_invert3(inverse, primitive_matrix)) {
        return umk_fail(context, UMK_ERROR_INPUT, "primitive matrix: it cannot be inverted");
    }
    umk_multiply3(product, inverse, s);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double nearest = rint(product[i][j]);
            if (!(fabs(product[i][j] - nearest) < INTEGER_TOLERANCE) || fabs(nearest) > UMK_SUBLATTICE_LARGEST_ENTRY) {
                return umk_fail(context, UMK_ERROR_INPUT,
                                "the primitive matrix does not fit the supercell: vector %c of the supercell is "
                                "(%g, %g, %g) in primitive vectors, these must be integers",
                                "abc"[j], product[0][j], product[1][j], product[2][j]);
            }
            t[i][j] = (int64_t)nearest;
        }
    }
    return UMK_OK;
}

static void primitive_lattice(double lattice[3][3], const umk_cell *unit_cell, const double primitive_matrix[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            lattice[i][j] = primitive_matrix[0][i] * unit_cell->lattice[0][j] +
                            primitive_matrix[1][i] * unit_cell->lattice[1][j] +
                            primitive_matrix[2][i] * unit_cell->lattice[2][j];
        }
    }
}

/* x_p = T x_s of every supercell atom. */
static void to_primitive_basis(double (*x)[3], const umk_supercell *supercell) {
    for (int64_t s = 0; s < supercell->cell.n_atoms; s++) {
        const double *from = supercell->cell.positions[s];
        for (int i = 0; i < 3; i++) {
            x[s][i] = 0;
            for (int j = 0; j < 3; j++) x[s][i] += (double)supercell->matrix[i][j] * from[j];
        }
    }
}

/* Fills s2pp_map and lists the primitive atoms in p2s (room for n_s); n_primitive may be anything afterwards. */
static void find_primitive_atoms(umk_supercell *supercell, int64_t *p2s, const double (*x)[3], const int *kinds,
                                 const double lattice[3][3], double tolerance) {
    supercell->n_primitive = 0;
    for (int64_t s = 0; s < supercell->cell.n_atoms; s++) {
        int64_t p = 0;
        while (p < supercell->n_primitive &&
               !(kinds[p2s[p]] == kinds[s] && umk_distance(lattice, x[p2s[p]], x[s]) < tolerance)) {
            p++;
        }
        if (p == supercell->n_primitive) p2s[supercell->n_primitive++] = s;
        supercell->s2pp_map[s] = p;
    }
}

static umk_status check_count(umk_context *context, const umk_supercell *supercell) {
    int64_t n_atoms = supercell->cell.n_atoms, n_cells = supercell->translations.n_cosets;
    if (n_atoms % n_cells == 0 && n_atoms / n_cells == supercell->n_primitive) return UMK_OK;
    return umk_fail(context, UMK_ERROR_INPUT,
                    "the primitive matrix does not fit the crystal: %" PRId64 " atoms of the supercell differ by more "
                    "than primitive lattice vectors, its %" PRId64 " atoms and %" PRId64
                    " primitive cells ask for %g (are these lattice vectors translations of the crystal?)",
                    supercell->n_primitive, n_atoms, n_cells, (double)n_atoms / (double)n_cells);
}

/* lattice_vectors and atom_at; every primitive atom must have one partner in every cell. */
static umk_status find_partners(umk_supercell *supercell, umk_context *context, const double (*x)[3]) {
    umk_status status = UMK_OK;
    int64_t n_cells = supercell->translations.n_cosets;
    UMK_ALLOCATE(context, supercell->lattice_vectors, supercell->cell.n_atoms);
    UMK_ALLOCATE(context, supercell->atom_at, supercell->cell.n_atoms);
    for (int64_t i = 0; i < supercell->cell.n_atoms; i++) supercell->atom_at[i] = -1;
    for (int64_t s = 0; s < supercell->cell.n_atoms; s++) {
        int64_t p = supercell->s2pp_map[s], *vector = supercell->lattice_vectors[s];
        for (int i = 0; i < 3; i++) vector[i] = (int64_t)rint(x[s][i] - x[supercell->p2s_map[p]][i]);
        int64_t *slot = &supercell->atom_at[p * n_cells + umk_sublattice_coset(&supercell->translations, vector)];
        if (*slot >= 0) {
            status = umk_fail(context, UMK_ERROR_INPUT,
                              "atoms %" PRId64 " and %" PRId64 " of the supercell are the same translate of primitive "
                              "atom %" PRId64 ", another atom has no partner",
                              *slot + 1, s + 1, p + 1);
            goto cleanup;
        }
        *slot = s;
    }
cleanup:
    return status;
}

umk_status umk_supercell_map(umk_supercell *supercell, umk_context *context, const umk_cell *unit_cell,
                             const int64_t supercell_matrix[3][3], const double primitive_matrix[3][3],
                             double tolerance) {
    umk_status status = UMK_OK;
    double lattice[3][3], (*x)[3] = NULL;
    int64_t *p2s = NULL;
    int *kinds = NULL;
    memset(supercell, 0, sizeof *supercell);
    UMK_TRY(umk_supercell_cell(&supercell->cell, context, unit_cell, supercell_matrix));
    UMK_TRY(fit_matrices(supercell->matrix, context, supercell_matrix, primitive_matrix));
    int64_t n_atoms = supercell->cell.n_atoms;
    if (!umk_sublattice_create(&supercell->translations, supercell->matrix)) {
        status = umk_fail(context, UMK_ERROR_INPUT, "primitive matrix: it is singular");
        goto cleanup;
    }
    UMK_ALLOCATE(context, x, n_atoms);
    UMK_ALLOCATE(context, kinds, n_atoms);
    UMK_ALLOCATE(context, p2s, n_atoms);
    UMK_ALLOCATE(context, supercell->s2pp_map, n_atoms);
    UMK_ALLOCATE(context, supercell->s2p_map, n_atoms);
    to_primitive_basis(x, supercell);
    primitive_lattice(lattice, unit_cell, primitive_matrix);
    umk_cell_kinds(kinds, &supercell->cell, true);
    find_primitive_atoms(supercell, p2s, (const double(*)[3])x, kinds, (const double(*)[3])lattice, tolerance);
    UMK_TRY(check_count(context, supercell));
    UMK_ALLOCATE(context, supercell->p2s_map, supercell->n_primitive);
    memcpy(supercell->p2s_map, p2s, (size_t)supercell->n_primitive * sizeof *p2s);
    for (int64_t s = 0; s < n_atoms; s++) supercell->s2p_map[s] = p2s[supercell->s2pp_map[s]];
    UMK_TRY(find_partners(supercell, context, (const double(*)[3])x));
cleanup:
    umk_release(kinds);
    umk_release(p2s);
    umk_release(x);
    return status;
}

umk_status umk_primitive_cell(umk_cell *primitive, umk_context *context, const umk_supercell *supercell,
                              const umk_cell *unit_cell, const double primitive_matrix[3][3]) {
    umk_status status = UMK_OK;
    double(*x)[3] = NULL;
    UMK_ALLOCATE(context, x, supercell->cell.n_atoms);
    to_primitive_basis(x, supercell);
    UMK_TRY(umk_cell_allocate(primitive, context, supercell->n_primitive));
    primitive_lattice(primitive->lattice, unit_cell, primitive_matrix);
    for (int64_t p = 0; p < supercell->n_primitive; p++) {
        int64_t s = supercell->p2s_map[p];
        for (int i = 0; i < 3; i++) primitive->positions[p][i] = x[s][i] - floor(x[s][i]);
        primitive->masses[p] = supercell->cell.masses[s];
        memcpy(primitive->symbols[p], supercell->cell.symbols[s], UMK_SYMBOL_SIZE);
    }
cleanup:
    umk_release(x);
    return status;
}

int64_t umk_supercell_translate(const umk_supercell *supercell, int64_t atom, const int64_t lattice_vector[3]) {
    const int64_t *from = supercell->lattice_vectors[atom];
    const int64_t to[3] = {from[0] + lattice_vector[0], from[1] + lattice_vector[1], from[2] + lattice_vector[2]};
    int64_t coset = umk_sublattice_coset(&supercell->translations, to);
    return supercell->atom_at[supercell->s2pp_map[atom] * supercell->translations.n_cosets + coset];
}
