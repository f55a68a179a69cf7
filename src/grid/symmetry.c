/*
 * The point group on the grid. q' = R q in fractional reciprocal coordinates, where R runs over the transposed
 * rotations of the crystal (the same group as the contragredient R^-T, in the order that phonopy uses); time reversal
 * adds -1. On addresses q = Q D^-1 a the rotation is D Q^-1 R Q D^-1, an integer matrix when the grid has the symmetry.
 */
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include <string.h>

enum { most_rotations = 48 };

bool umk_grid_address_rotation(int64_t rotated[3][3], const int64_t rotation[3][3], const int64_t diagonal[3],
                               const int64_t q[3][3]) {
    int64_t inverse[3][3], half[3][3], product[3][3];
    if (!umk_invert3_unimodular(inverse, q) || !umk_multiply3_checked(half, inverse, rotation) ||
        !umk_multiply3_checked(product, half, q)) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int64_t numerator;
            if (__builtin_mul_overflow(product[i][j], diagonal[i], &numerator)) return false;
            if (numerator % diagonal[j] != 0) return false;
            rotated[i][j] = numerator / diagonal[j];
        }
    }
    return true;
}

static bool is_negative_of(const int64_t a[3][3], const int64_t b[3][3]) {
    for (int i = 0; i < 9; i++) {
        if (a[i / 3][i % 3] != -b[i / 3][i % 3]) return false;
    }
    return true;
}

static int64_t find_rotation(int64_t n, int64_t (*list)[3][3], const int64_t rotation[3][3]) {
    for (int64_t i = 0; i < n; i++) {
        if (memcmp(list[i], rotation, sizeof list[i]) == 0) return i;
    }
    return -1;
}

/** Distinct transposed rotations, then those with a minus sign when the inversion is to be added; -1 if too many. */
static int64_t collect_rotations(int64_t (*list)[3][3], const umk_crystal *crystal, bool has_time_reversal) {
    static const int64_t identity[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    int64_t n = 0;
    bool has_inversion = false;
    for (int64_t i = 0; i < crystal->n_rotations; i++) {
        int64_t transposed[3][3];
        umk_transpose3_integer(transposed, crystal->rotations[i]);
        if (find_rotation(n, list, transposed) >= 0) continue;
        if (n == most_rotations) return -1;
        memcpy(list[n++], transposed, sizeof transposed);
        has_inversion = has_inversion || is_negative_of(transposed, identity);
    }
    if (has_inversion || !has_time_reversal) return n;
    if (2 * n > most_rotations) return -1;
    for (int64_t i = 0; i < n; i++) {
        for (int j = 0; j < 9; j++) list[n + i][j / 3][j % 3] = -list[i][j / 3][j % 3];
    }
    return 2 * n;
}

/** B R B^-1 */
static umk_status rotate_cartesian(double out[3][3], umk_context *context, const double lattice[3][3],
                                   const int64_t rotation[3][3]) {
    double inverse[3][3], real[3][3], half[3][3];
    if (!umk_invert3(inverse, lattice))
        return umk_fail(context, UMK_ERROR_INPUT, "the reciprocal lattice has no volume");
    for (int i = 0; i < 9; i++) real[i / 3][i % 3] = (double)rotation[i / 3][i % 3];
    umk_multiply3(half, lattice, real);
    umk_multiply3(out, half, inverse);
    return UMK_OK;
}

umk_status umk_grid_find_rotations(umk_grid *grid, umk_context *context, const umk_crystal *crystal,
                                   bool has_time_reversal) {
    umk_status status = UMK_OK;
    int64_t list[most_rotations][3][3];
    int64_t n = collect_rotations(list, crystal, has_time_reversal);
    if (n <= 0) {
        return umk_fail(context, UMK_ERROR_INPUT, "%lld rotations are not a crystallographic point group",
                        (long long)crystal->n_rotations);
    }
    UMK_ALLOCATE(context, grid->rotations, n);
    UMK_ALLOCATE(context, grid->reciprocal_rotations, n);
    UMK_ALLOCATE(context, grid->cartesian_rotations, n);
    grid->n_rotations = n;
    for (int64_t i = 0; i < n; i++) {
        memcpy(grid->reciprocal_rotations[i], list[i], sizeof list[i]);
        UMK_TRY(rotate_cartesian(grid->cartesian_rotations[i], context, grid->reciprocal_lattice, list[i]));
        if (!umk_grid_address_rotation(grid->rotations[i], list[i], grid->diagonal, grid->q)) {
            return umk_fail(context, UMK_ERROR_INTERNAL, "rotation %lld does not keep the grid", (long long)i);
        }
    }
cleanup:
    return status;
}

/** Lets every point know the smallest index of its star. */
static umk_status map_stars(umk_grid *grid, umk_context *context) {
    umk_status status = UMK_OK;
    for (int64_t i = 0; i < grid->n_points; i++) grid->symmetry_map[i] = -1;
    int64_t address[3];
    for (int64_t i = 0; i < grid->n_points; i++) {
        if (i % umk_grid_points_per_check == 0) UMK_TRY(umk_check_cancel(context));
        if (grid->symmetry_map[i] >= 0) continue;
        umk_grid_address(grid, i, address);
        for (int64_t r = 0; r < grid->n_rotations; r++) {
            int64_t rotated[3];
            umk_apply3_integer(rotated, grid->rotations[r], address);
            grid->symmetry_map[umk_grid_index(grid, rotated)] = i;
        }
    }
cleanup:
    return status;
}

umk_status umk_grid_find_irreducible(umk_grid *grid, umk_context *context, bool is_reduced) {
    umk_status status = UMK_OK;
    int64_t n_points = grid->n_points, *place = NULL;
    UMK_ALLOCATE(context, grid->symmetry_map, n_points);
    UMK_ALLOCATE(context, grid->irreducible_map, n_points);
    UMK_TRY(map_stars(grid, context));
    int64_t n = 0;
    for (int64_t i = 0; i < n_points; i++) {
        grid->irreducible_map[i] = is_reduced ? grid->symmetry_map[i] : i;
        if (grid->irreducible_map[i] == i) n++;
    }
    UMK_ALLOCATE(context, grid->irreducible_points, n);
    UMK_ALLOCATE(context, grid->irreducible_weights, n);
    grid->n_irreducible = n;

    /* A representative precedes the other points of its star, so its place is known when they come. */
    UMK_ALLOCATE(context, place, n_points);
    n = 0;
    for (int64_t i = 0; i < n_points; i++) {
        int64_t representative = grid->irreducible_map[i];
        if (representative == i) {
            grid->irreducible_points[n] = grid->gr_to_bz[i];
            place[i] = n++;
        }
        grid->irreducible_weights[place[representative]]++;
    }
cleanup:
    umk_release(place);
    return status;
}
