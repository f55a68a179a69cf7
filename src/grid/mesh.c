/*
 * How many points along which axes: from three numbers, from a length, or from a grid generating matrix.
 *
 * A length l gives the mesh number max(1, rint(l |a*_i|)) to each axis (VASP's automatic mesh), for
 *   a regular grid         the reciprocal basis of the primitive cell, axes that symmetry makes equal getting the
 * larger; a generalized one      that of the conventional cell, (a_c b_c c_c) = (a b c) M, so that the grid generating
 * matrix is A_ij = mesh_i M_ji, and P A Q = D its Smith normal form. The rules are phono3py's, so that the same
 * arguments give the same files.
 */
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include "linalg/smith.h"
#include <stdlib.h>
#include <string.h>

/* Well below what indices of three 3x3 products can hold; a grid of this size needs hundreds of GB anyway. */
static const int64_t most_points = INT64_C(1000000000);

static const int64_t identity[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

/** Takes the mesh numbers as the diagonal, after a look at their size. */
static umk_status set_diagonal(umk_grid *grid, umk_context *context, const int64_t mesh[3]) {
    for (int i = 0; i < 3; i++) {
        if (mesh[i] > 0) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "mesh numbers must be positive, not %lld %lld %lld",
                        (long long)mesh[0], (long long)mesh[1], (long long)mesh[2]);
    }
    int64_t n_points = umk_checked_product(3, mesh);
    if (n_points < 0 || n_points > most_points) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "a grid of %lld x %lld x %lld points is too large (at most %lld points)", (long long)mesh[0],
                        (long long)mesh[1], (long long)mesh[2], (long long)most_points);
    }
    grid->n_points = n_points;
    grid->is_generalized = false;
    memset(grid->grid_matrix, 0, sizeof grid->grid_matrix);
    for (int i = 0; i < 3; i++) grid->diagonal[i] = grid->grid_matrix[i][i] = mesh[i];
    memcpy(grid->p, identity, sizeof identity);
    memcpy(grid->q, identity, sizeof identity);
    return UMK_OK;
}

static bool is_diagonal(const int64_t a[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (i != j && a[i][j] != 0) return false;
        }
    }
    return true;
}

static umk_status set_matrix(umk_grid *grid, umk_context *context, const int64_t a[3][3]) {
    umk_status status = UMK_OK;
    int64_t diagonal[3] = {a[0][0], a[1][1], a[2][2]}, p[3][3], q[3][3];
    if (is_diagonal(a)) {
        if (diagonal[0] == 0 || diagonal[1] == 0 || diagonal[2] == 0) {
            return umk_fail(context, UMK_ERROR_ARGUMENT, "the grid matrix is singular (its determinant is 0)");
        }
        /* A negative number only turns an axis round: the points are the same. */
        for (int i = 0; i < 3; i++) diagonal[i] = diagonal[i] < -INT64_MAX ? INT64_MAX : llabs(diagonal[i]);
        return set_diagonal(grid, context, diagonal);
    }
    UMK_TRY(umk_smith_normal_form(context, a, diagonal, p, q));
    UMK_TRY(set_diagonal(grid, context, diagonal));
    grid->is_generalized = true;
    memcpy(grid->grid_matrix, a, sizeof grid->grid_matrix);
    memcpy(grid->p, p, sizeof p);
    memcpy(grid->q, q, sizeof q);
cleanup:
    return status;
}

/** Which pairs of reciprocal axes (b c, c a, a b) does a rotation exchange, up to a sign? */
static void find_equal_axes(bool is_equal[3], const umk_crystal *crystal) {
    for (int64_t r = 0; r < crystal->n_rotations; r++) {
        const int64_t(*rotation)[3] = crystal->rotations[r];
        for (int from = 0; from < 3; from++) {
            /* Row `from` of R is where the transposed rotation takes the reciprocal axis. */
            for (int to = 0; to < 3; to++) {
                int other = 3 - from - to;
                if (to == from) continue;
                bool goes = llabs(rotation[from][to]) == 1 && rotation[from][from] == 0 && rotation[from][other] == 0;
                if (goes) is_equal[other] = true;
            }
        }
    }
}

/** Mesh numbers of a length for the lattice (rows); crystal gives symmetry, NULL for none. */
static umk_status mesh_from_length(int64_t mesh[3], umk_context *context, double length, const double lattice[3][3],
                                   const umk_crystal *crystal) {
    double inverse[3][3];
    if (!umk_invert3(inverse, lattice)) return umk_fail(context, UMK_ERROR_INPUT, "the lattice has no volume");
    for (int i = 0; i < 3; i++) {
        double column[3] = {inverse[0][i], inverse[1][i], inverse[2][i]};
        double number = rint(umk_norm3(column) * length);
        if (!(number <= (double)most_points)) {
            return umk_fail(context, UMK_ERROR_ARGUMENT, "the mesh length %g angstrom gives too large a grid", length);
        }
        mesh[i] = (int64_t)number;
    }
    if (crystal != NULL) {
        bool is_equal[3] = {false, false, false};
        bool had[3] = {mesh[1] == mesh[2], mesh[2] == mesh[0], mesh[0] == mesh[1]};
        find_equal_axes(is_equal, crystal);
        for (int i = 0; i < 3; i++) {
            int64_t *first = &mesh[(i + 1) % 3], *second = &mesh[(i + 2) % 3];
            if (is_equal[i] && !had[i]) *first = *second = *first > *second ? *first : *second;
        }
    }
    for (int i = 0; i < 3; i++) mesh[i] = mesh[i] > 1 ? mesh[i] : 1;
    return UMK_OK;
}

static umk_status set_regular_length(umk_grid *grid, umk_context *context, const umk_crystal *crystal, double length) {
    umk_status status = UMK_OK;
    int64_t mesh[3];
    UMK_TRY(mesh_from_length(mesh, context, length, crystal->primitive.lattice, crystal));
    UMK_TRY(set_diagonal(grid, context, mesh));
cleanup:
    return status;
}

static umk_status set_generalized_length(umk_grid *grid, umk_context *context, const umk_crystal *crystal,
                                         double length) {
    umk_status status = UMK_OK;
    umk_standard_cell cell;
    int64_t mesh[3], matrix[3][3];
    UMK_TRY(umk_grid_standard_cell(&cell, context, crystal));
    if (!cell.is_primitive) {
        umk_log(context, UMK_LOG_WARNING, "the cell is not primitive: no generalized grid, a regular one is used");
        return set_regular_length(grid, context, crystal, length);
    }
    UMK_TRY(mesh_from_length(mesh, context, length, cell.lattice, NULL));
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) matrix[i][j] = mesh[i] * cell.multiplicity[j][i];
    }
    UMK_TRY(set_matrix(grid, context, matrix));
cleanup:
    return status;
}

/** Is every rotation of the crystal an integer matrix on grid addresses? */
static bool keeps_symmetry(const umk_grid *grid, const umk_crystal *crystal) {
    for (int64_t i = 0; i < crystal->n_rotations; i++) {
        int64_t reciprocal[3][3], rotated[3][3];
        umk_transpose3_integer(reciprocal, crystal->rotations[i]);
        if (!umk_grid_address_rotation(rotated, reciprocal, grid->diagonal, grid->q)) return false;
    }
    return true;
}

static umk_status fail_broken(umk_context *context, const umk_grid *grid, const umk_grid_options *options) {
    const int64_t *d = grid->diagonal;
    if (options->grid_matrix != NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "the grid matrix breaks the symmetry of the crystal: let --grg with a mesh length make one");
    }
    return umk_fail(context, UMK_ERROR_ARGUMENT,
                    "the mesh %lld %lld %lld breaks the symmetry of the crystal: use a generalized regular grid "
                    "(--grg with a mesh length) or mesh numbers that follow the symmetry",
                    (long long)d[0], (long long)d[1], (long long)d[2]);
}

static umk_status check_options(umk_context *context, const umk_grid_options *options) {
    const int64_t *mesh = options->mesh;
    bool has_mesh = mesh[0] != 0 || mesh[1] != 0 || mesh[2] != 0, has_length = options->length != 0;
    if (has_mesh + has_length + (options->grid_matrix != NULL) == 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "no grid: give three positive mesh numbers, a mesh length, or a grid matrix");
    }
    if (has_mesh + has_length + (options->grid_matrix != NULL) > 1) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "give only one of three mesh numbers, a mesh length, and a grid matrix");
    }
    if (has_length && !(options->length > 0 && isfinite(options->length))) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the mesh length must be a positive number, not %g",
                        options->length);
    }
    return UMK_OK;
}

umk_status umk_grid_choose_mesh(umk_grid *grid, umk_context *context, const umk_crystal *crystal,
                                const umk_grid_options *options) {
    umk_status status = UMK_OK;
    UMK_TRY(check_options(context, options));
    if (options->grid_matrix != NULL) {
        UMK_TRY(set_matrix(grid, context, options->grid_matrix));
    } else if (options->length == 0) {
        UMK_TRY(set_diagonal(grid, context, options->mesh));
    } else if (options->generalized) {
        UMK_TRY(set_generalized_length(grid, context, crystal, options->length));
    } else {
        UMK_TRY(set_regular_length(grid, context, crystal, options->length));
        if (!keeps_symmetry(grid, crystal)) {
            umk_log(context, UMK_LOG_INFO,
                    "a regular mesh of %g angstrom breaks the symmetry: a generalized regular grid is used",
                    options->length);
            UMK_TRY(set_generalized_length(grid, context, crystal, options->length));
        }
    }
    if (!keeps_symmetry(grid, crystal)) status = fail_broken(context, grid, options);
cleanup:
    return status;
}
