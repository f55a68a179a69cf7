/*
 * Space-group operations of a cell through spglib (A. Togo, K. Shinohara and I. Tanaka, Sci. Technol. Adv. Mater.
 * Meth. 4, 2384822 (2024)). The order of the operations is spglib's. Atoms are of one kind when their chemical symbols
 * agree: digits at the end of a symbol and masses do not lower the symmetry, as in phonopy.
 */
#include "crystal/build.h"
#include "linalg/matrix3.h"

#include <ctype.h>
#include <spglib.h>
#include <stdio.h>
#include <string.h>

/* No two atoms are that near (angstrom): the nearest atom within this distance of a rotated atom is its image. */
#define NEARNESS 0.05

static size_t symbol_length(const char *symbol, bool with_digits) {
    size_t length = strnlen(symbol, UMK_SYMBOL_SIZE);
    while (!with_digits && length > 1 && isdigit((unsigned char)symbol[length - 1])) length--;
    return length;
}

void umk_cell_kinds(int *kinds, const umk_cell *cell, bool with_digits) {
    int n_kinds = 0;
    for (int64_t i = 0; i < cell->n_atoms; i++) {
        size_t length = symbol_length(cell->symbols[i], with_digits);
        kinds[i] = -1;
        /* Neighbours in the list are mostly of one kind, so that looking backwards ends soon. */
        for (int64_t j = i - 1; j >= 0 && kinds[i] < 0; j--) {
            if (symbol_length(cell->symbols[j], with_digits) == length &&
                memcmp(cell->symbols[i], cell->symbols[j], length) == 0) {
                kinds[i] = kinds[j];
            }
        }
        if (kinds[i] < 0) kinds[i] = ++n_kinds;
    }
}

double umk_distance(const double lattice[3][3], const double first[3], const double second[3]) {
    double x[3], square = 0;
    for (int i = 0; i < 3; i++) x[i] = (second[i] - first[i]) - rint(second[i] - first[i]);
    for (int i = 0; i < 3; i++) {
        double component = x[0] * lattice[0][i] + x[1] * lattice[1][i] + x[2] * lattice[2][i];
        square += component * component;
    }
    return sqrt(square);
}

int64_t umk_operation_image(const umk_cell *cell, const int *kinds, const umk_operation *operation, int64_t atom,
                            double tolerance, int64_t shift[3]) {
    double moved[3], nearest = fmax(NEARNESS, 3 * tolerance);
    int64_t image = -1;
    for (int i = 0; i < 3; i++) {
        moved[i] = operation->translation[i];
        for (int j = 0; j < 3; j++) moved[i] += (double)operation->rotation[i][j] * cell->positions[atom][j];
    }
    for (int64_t k = 0; k < cell->n_atoms; k++) {
        if (kinds != NULL && kinds[k] != kinds[atom]) continue;
        double distance = umk_distance(cell->lattice, moved, cell->positions[k]);
        if (distance < nearest) {
            nearest = distance;
            image = k;
        }
    }
    for (int i = 0; i < 3 && shift != NULL && image >= 0; i++) {
        shift[i] = (int64_t)rint(moved[i] - cell->positions[image][i]);
    }
    return image;
}

/* R_cartesian = L R L^-1 with the basis vectors in the columns of L. */
static void set_cartesian(umk_operation *operation, const double lattice[3][3]) {
    double columns[3][3], inverse[3][3] = {{0}}, rotation[3][3], product[3][3];
    umk_transpose3(columns, lattice);
    umk_invert3(inverse, /* a cell without volume does not come here */
                (const double(*)[3])columns);
    for (int i = 0; i < 9; i++) rotation[i / 3][i % 3] = (double)operation->rotation[i / 3][i % 3];
    umk_multiply3(product, (const double(*)[3])columns, (const double(*)[3])rotation);
    umk_multiply3(operation->rotation_cartesian, (const double(*)[3])product, (const double(*)[3])inverse);
}

static umk_status copy_dataset(umk_symmetry *symmetry, umk_context *context, const umk_cell *cell,
                               const SpglibDataset *dataset) {
    umk_status status = UMK_OK;
    UMK_ALLOCATE(context, symmetry->operations, dataset->n_operations);
    UMK_ALLOCATE(context, symmetry->equivalent_atoms, cell->n_atoms);
    symmetry->n_operations = dataset->n_operations;
    for (int64_t o = 0; o < symmetry->n_operations; o++) {
        umk_operation *operation = &symmetry->operations[o];
        for (int i = 0; i < 9; i++) operation->rotation[i / 3][i % 3] = dataset->rotations[o][i / 3][i % 3];
        memcpy(operation->translation, dataset->translations[o], sizeof operation->translation);
        set_cartesian(operation, cell->lattice);
    }
    for (int64_t i = 0; i < cell->n_atoms; i++) symmetry->equivalent_atoms[i] = dataset->equivalent_atoms[i];
    snprintf(symmetry->space_group, sizeof symmetry->space_group, "%s", dataset->international_symbol);
    symmetry->space_group_number = dataset->spacegroup_number;
    symmetry->centring = spg_get_spacegroup_type(dataset->hall_number).international[0];
    memcpy(symmetry->transformation, dataset->transformation_matrix, sizeof symmetry->transformation);
    umk_transpose3(symmetry->standard_lattice, dataset->std_lattice);
cleanup:
    return status;
}

umk_status umk_symmetry_find(umk_symmetry *symmetry, umk_context *context, const umk_cell *cell, double tolerance) {
    umk_status status = UMK_OK;
    SpglibDataset *dataset = NULL;
    double columns[3][3];
    int *kinds = NULL;
    memset(symmetry, 0, sizeof *symmetry);
    UMK_ALLOCATE(context, kinds, cell->n_atoms);
    umk_cell_kinds(kinds, cell, false);
    umk_transpose3(columns, cell->lattice);
    dataset = spg_get_dataset(columns, cell->positions, kinds, (int)cell->n_atoms, tolerance);
    if (dataset == NULL || dataset->n_operations < 1) {
        status = umk_fail(context, UMK_ERROR_NUMERICAL,
                          "symmetry search failed for a cell of %d atoms with tolerance %g (spglib: %s)",
                          (int)cell->n_atoms, tolerance, spg_get_error_message(spg_get_error_code()));
        goto cleanup;
    }
    UMK_TRY(copy_dataset(symmetry, context, cell, dataset));
cleanup:
    if (dataset) spg_free_dataset(dataset);
    umk_release(kinds);
    return status;
}

umk_status umk_symmetry_trivial(umk_symmetry *symmetry, umk_context *context, const umk_cell *cell) {
    umk_status status = UMK_OK;
    memset(symmetry, 0, sizeof *symmetry);
    UMK_ALLOCATE(context, symmetry->operations, 1);
    UMK_ALLOCATE(context, symmetry->equivalent_atoms, cell->n_atoms);
    symmetry->n_operations = 1;
    for (int i = 0; i < 3; i++) {
        symmetry->operations[0].rotation[i][i] = 1;
        symmetry->operations[0].rotation_cartesian[i][i] = 1;
        symmetry->transformation[i][i] = 1;
    }
    for (int64_t i = 0; i < cell->n_atoms; i++) symmetry->equivalent_atoms[i] = i;
    memcpy(symmetry->standard_lattice, cell->lattice, sizeof symmetry->standard_lattice);
    snprintf(symmetry->space_group, sizeof symmetry->space_group, "P1");
    symmetry->space_group_number = 1;
    symmetry->centring = 'P';
cleanup:
    return status;
}

void umk_symmetry_clear(umk_symmetry *symmetry) {
    umk_release(symmetry->operations);
    umk_release(symmetry->equivalent_atoms);
    memset(symmetry, 0, sizeof *symmetry);
}
