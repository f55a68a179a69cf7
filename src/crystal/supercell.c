/*
 * The supercell (a_s b_s c_s) = (a b c) S, with atoms in the order of phonopy's supercells, so that atom numbers agree
 * with force-constant files: all images of the first atom, then those of the second, and so on. The images of an atom
 * are the lattice points of the box 0 <= l_i < sum_j |S_ij| that surrounds the supercell, first index fastest, each
 * coset of the supercell's lattice counted once, where it comes first.
 */
#include "crystal/build.h"
#include "linalg/matrix3.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The surrounding box of a supercell matrix with sane entries has fewer points than this. */
#define LARGEST_BOX 200000000

/* Force constants of that many atoms fill petabytes. */
enum { most_atoms = 1000000 };

static umk_status check_matrix(umk_context *context, const int64_t matrix[3][3], umk_sublattice *sublattice) {
    if (!umk_sublattice_create(sublattice, matrix)) {
        for (int i = 0; i < 9; i++) {
            int64_t entry = matrix[i / 3][i % 3];
            if (entry > UMK_SUBLATTICE_LARGEST_ENTRY || entry < -UMK_SUBLATTICE_LARGEST_ENTRY) {
                return umk_fail(context, UMK_ERROR_INPUT, "supercell matrix: the entry %" PRId64 " is too large",
                                entry);
            }
        }
        return umk_fail(context, UMK_ERROR_INPUT, "supercell matrix: the determinant is 0");
    }
    int64_t determinant = umk_determinant3_integer(matrix);
    if (determinant < 0) {
        return umk_fail(context, UMK_ERROR_INPUT,
                        "supercell matrix: the determinant is %" PRId64 ", it must be positive", determinant);
    }
    return UMK_OK;
}

/* points (n_cosets, 3): the representatives in the order described above. */
static umk_status list_lattice_points(int64_t (*points)[3], umk_context *context, const int64_t matrix[3][3],
                                      const umk_sublattice *sublattice) {
    umk_status status = UMK_OK;
    bool *seen = NULL;
    int64_t box[3], n_found = 0;
    for (int i = 0; i < 3; i++) box[i] = llabs(matrix[i][0]) + llabs(matrix[i][1]) + llabs(matrix[i][2]);
    if (umk_checked_product(3, box) > LARGEST_BOX) {
        return umk_fail(context, UMK_ERROR_INPUT, "supercell matrix: the supercell is too large or too skewed");
    }
    UMK_ALLOCATE(context, seen, sublattice->n_cosets);
    int64_t point[3];
    for (point[2] = 0; point[2] < box[2]; point[2]++) {
        for (point[1] = 0; point[1] < box[1]; point[1]++) {
            for (point[0] = 0; point[0] < box[0] && n_found < sublattice->n_cosets; point[0]++) {
                int64_t coset = umk_sublattice_coset(sublattice, point);
                if (seen[coset]) continue;
                seen[coset] = true;
                memcpy(points[n_found++], point, sizeof point);
            }
        }
    }
    if (n_found != sublattice->n_cosets) {
        status = umk_fail(context, UMK_ERROR_INTERNAL, "supercell: %" PRId64 " of %" PRId64 " lattice points found",
                          n_found, sublattice->n_cosets);
    }
cleanup:
    umk_release(seen);
    return status;
}

static void fill_cell(umk_cell *supercell, const umk_cell *unit_cell, const int64_t matrix[3][3],
                      const int64_t (*points)[3], int64_t n_points) {
    int64_t adjugate[3][3];
    double determinant = (double)umk_determinant3_integer(matrix);
    umk_adjugate3_integer(adjugate, matrix);
    for (int64_t u = 0; u < unit_cell->n_atoms; u++) {
        for (int64_t l = 0; l < n_points; l++) {
            int64_t s = u * n_points + l;
            supercell->masses[s] = unit_cell->masses[u];
            memcpy(supercell->symbols[s], unit_cell->symbols[u], UMK_SYMBOL_SIZE);
            for (int i = 0; i < 3; i++) {
                double sum = 0;
                for (int j = 0; j < 3; j++) {
                    sum += (double)adjugate[i][j] * ((double)points[l][j] + unit_cell->positions[u][j]);
                }
                supercell->positions[s][i] = sum / determinant - floor(sum / determinant);
            }
        }
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int k = 0; k < 3; k++) sum += (double)matrix[k][i] * unit_cell->lattice[k][j];
            supercell->lattice[i][j] = sum;
        }
    }
}

umk_status umk_supercell_cell(umk_cell *supercell, umk_context *context, const umk_cell *unit_cell,
                              const int64_t matrix[3][3]) {
    umk_status status = UMK_OK;
    int64_t(*points)[3] = NULL;
    umk_sublattice sublattice;
    memset(supercell, 0, sizeof *supercell);
    UMK_TRY(check_matrix(context, matrix, &sublattice));
    int64_t n_atoms = umk_checked_product(2, (const int64_t[]){unit_cell->n_atoms, sublattice.n_cosets});
    if (n_atoms < 0 || n_atoms > most_atoms) {
        status = umk_fail(context, UMK_ERROR_INPUT,
                          "supercell matrix: the supercell has too many atoms (%" PRId64 " times those of the unit "
                          "cell, at most %d in all)",
                          sublattice.n_cosets, most_atoms);
        goto cleanup;
    }
    UMK_ALLOCATE(context, points, sublattice.n_cosets);
    UMK_TRY(list_lattice_points(points, context, matrix, &sublattice));
    UMK_TRY(umk_cell_allocate(supercell, context, n_atoms));
    fill_cell(supercell, unit_cell, matrix, (const int64_t(*)[3])points, sublattice.n_cosets);
cleanup:
    umk_release(points);
    return status;
}
