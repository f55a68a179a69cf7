/*
 * The crystal: puts together primitive cell, supercells, shortest images, symmetry and dipole data. The steps are in
 * the other files of this room; here they are called in order and the result is checked.
 */
#include "crystal/build.h"
#include "linalg/hermitian.h"
#include "linalg/matrix3.h"

#include <inttypes.h>
#include <string.h>

/* Fractional coordinates beyond this have no digits left for where the atom is. */
#define LARGEST_POSITION 1e6

static const int64_t identity_matrix[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

static umk_status check_unit_cell(umk_context *context, const umk_cell *cell, double tolerance) {
    if (cell == NULL || cell->n_atoms < 1) return umk_fail(context, UMK_ERROR_INPUT, "crystal: there are no atoms");
    double volume = fabs(umk_determinant3(cell->lattice));
    double edges = umk_norm3(cell->lattice[0]) * umk_norm3(cell->lattice[1]) * umk_norm3(cell->lattice[2]);
    if (!isfinite(edges) || !(volume > 1e-9 * edges)) {
        return umk_fail(context, UMK_ERROR_INPUT, "crystal: the lattice vectors of the unit cell span no volume");
    }
    for (int64_t i = 0; i < cell->n_atoms; i++) {
        if (!isfinite(cell->masses[i]) || cell->masses[i] <= 0) {
            return umk_fail(context, UMK_ERROR_INPUT,
                            "crystal: the mass of atom %" PRId64 " (%.*s) is %g, it must be positive", i + 1,
                            UMK_SYMBOL_SIZE, cell->symbols[i], cell->masses[i]);
        }
        for (int k = 0; k < 3; k++) {
            if (!(fabs(cell->positions[i][k]) < LARGEST_POSITION)) {
                return umk_fail(context, UMK_ERROR_INPUT,
                                "crystal: %g is no fractional coordinate (atom %" PRId64 " of the unit cell)",
                                cell->positions[i][k], i + 1);
            }
        }
        for (int64_t j = 0; j < i; j++) {
            double distance = umk_distance(cell->lattice, cell->positions[j], cell->positions[i]);
            if (distance < tolerance) {
                return umk_fail(context, UMK_ERROR_INPUT,
                                "crystal: atoms %" PRId64 " and %" PRId64
                                " of the unit cell overlap, their distance is "
                                "%.3g angstrom",
                                j + 1, i + 1, distance);
            }
        }
    }
    return UMK_OK;
}

static void clear_supercell(umk_supercell *supercell) {
    umk_cell_clear(&supercell->cell);
    umk_release(supercell->p2s_map);
    umk_release(supercell->s2p_map);
    umk_release(supercell->s2pp_map);
    umk_release(supercell->multiplicity);
    umk_release(supercell->shortest_vectors);
    umk_release(supercell->lattice_vectors);
    umk_release(supercell->atom_at);
    memset(supercell, 0, sizeof *supercell);
}

void umk_crystal_destroy(umk_crystal *crystal) {
    if (crystal == NULL) return;
    umk_cell_clear(&crystal->primitive);
    clear_supercell(&crystal->supercell);
    clear_supercell(&crystal->phonon_supercell);
    umk_release(crystal->operations);
    umk_release(crystal->rotations);
    umk_release(crystal->born.charges);
    umk_release(crystal);
}

/* Both supercells must see the same primitive atoms in the same order. */
static umk_status check_phonon_supercell(const umk_crystal *crystal, umk_context *context) {
    const umk_supercell *first = &crystal->supercell, *second = &crystal->phonon_supercell;
    bool same = first->n_primitive == second->n_primitive;
    for (int64_t p = 0; same && p < first->n_primitive; p++) {
        double x[3];
        const double *from = second->cell.positions[second->p2s_map[p]];
        for (int i = 0; i < 3; i++) {
            x[i] = (double)second->matrix[i][0] * from[0] + (double)second->matrix[i][1] * from[1] +
                   (double)second->matrix[i][2] * from[2];
        }
        double distance = umk_distance(crystal->primitive.lattice, crystal->primitive.positions[p], x);
        same = distance < 3 * crystal->symmetry_tolerance;
    }
    if (same) return UMK_OK;
    return umk_fail(context, UMK_ERROR_INPUT, "the supercells of fc2 and fc3 have different primitive cells");
}

static umk_status build_supercells(umk_crystal *crystal, umk_context *context, const umk_crystal_options *options) {
    umk_status status = UMK_OK;
    double p[3][3];
    const int64_t(*matrix)[3] = options->supercell_matrix ? options->supercell_matrix : identity_matrix;
    const int64_t(*phonon_matrix)[3] = options->phonon_supercell_matrix ? options->phonon_supercell_matrix : matrix;
    const double(*primitive_matrix)[3] = (const double(*)[3])p;
    double tolerance = crystal->symmetry_tolerance;
    crystal->has_own_phonon_supercell = memcmp(matrix, phonon_matrix, sizeof(int64_t[3][3])) != 0;
    UMK_TRY(umk_primitive_matrix(p, context, options, tolerance));
    UMK_TRY(umk_supercell_map(&crystal->supercell, context, options->unit_cell, matrix, primitive_matrix, tolerance));
    UMK_TRY(
        umk_primitive_cell(&crystal->primitive, context, &crystal->supercell, options->unit_cell, primitive_matrix));
    UMK_TRY(umk_shortest_vectors_find(&crystal->supercell, context, tolerance));
    status = umk_supercell_map(&crystal->phonon_supercell, context, options->unit_cell, phonon_matrix, primitive_matrix,
                               tolerance);
    if (status != UMK_OK) {
        status = umk_fail_prefix(context, status, "supercell of fc2");
        goto cleanup;
    }
    UMK_TRY(check_phonon_supercell(crystal, context));
    UMK_TRY(umk_shortest_vectors_find(&crystal->phonon_supercell, context, tolerance));
cleanup:
    return status;
}

static umk_status set_masses(umk_crystal *crystal, umk_context *context, const double *masses) {
    umk_supercell *supercells[2] = {&crystal->supercell, &crystal->phonon_supercell};
    for (int64_t p = 0; p < crystal->primitive.n_atoms; p++) {
        if (!isfinite(masses[p]) || masses[p] <= 0) {
            return umk_fail(context, UMK_ERROR_INPUT, "masses: that of atom %" PRId64 " is %g, it must be positive",
                            p + 1, masses[p]);
        }
        crystal->primitive.masses[p] = masses[p];
    }
    for (int k = 0; k < 2; k++) {
        umk_cell *cell = &supercells[k]->cell;
        for (int64_t s = 0; s < cell->n_atoms; s++) cell->masses[s] = masses[supercells[k]->s2pp_map[s]];
    }
    return UMK_OK;
}

/* The distinct rotations in the order in which they are seen first. */
static umk_status collect_rotations(umk_crystal *crystal, umk_context *context) {
    umk_status status = UMK_OK;
    UMK_ALLOCATE(context, crystal->rotations, crystal->n_operations);
    for (int64_t o = 0; o < crystal->n_operations; o++) {
        const size_t size = sizeof crystal->operations[o].rotation;
        int64_t r = 0;
        while (r < crystal->n_rotations && memcmp(crystal->rotations[r], crystal->operations[o].rotation, size) != 0)
            r++;
        if (r < crystal->n_rotations) continue;
        memcpy(crystal->rotations[crystal->n_rotations++], crystal->operations[o].rotation, size);
    }
cleanup:
    return status;
}

static umk_status find_symmetry(umk_crystal *crystal, umk_context *context, bool no_symmetry) {
    umk_status status = UMK_OK;
    umk_symmetry symmetry = {0};
    if (no_symmetry) {
        UMK_TRY(umk_symmetry_trivial(&symmetry, context, &crystal->primitive));
    } else {
        UMK_TRY(umk_symmetry_find(&symmetry, context, &crystal->primitive, crystal->symmetry_tolerance));
    }
    crystal->operations = symmetry.operations;
    crystal->n_operations = symmetry.n_operations;
    symmetry.operations = NULL;
    memcpy(crystal->space_group, symmetry.space_group, sizeof crystal->space_group);
    crystal->space_group_number = symmetry.space_group_number;
    memcpy(crystal->transformation, symmetry.transformation, sizeof crystal->transformation);
    memcpy(crystal->standard_lattice, symmetry.standard_lattice, sizeof crystal->standard_lattice);
    UMK_TRY(collect_rotations(crystal, context));
cleanup:
    umk_symmetry_clear(&symmetry);
    return status;
}

/* Rotations under which the supercell's lattice is not invariant: T^-1 R T is not integer. */
static int64_t count_broken_rotations(const umk_crystal *crystal, const umk_supercell *supercell) {
    int64_t adjugate[3][3], left[3][3], product[3][3], n_broken = 0;
    int64_t determinant = umk_determinant3_integer(supercell->matrix);
    umk_adjugate3_integer(adjugate, supercell->matrix);
    for (int64_t r = 0; r < crystal->n_rotations; r++) {
        umk_multiply3_integer(left, (const int64_t(*)[3])adjugate, crystal->rotations[r]);
        umk_multiply3_integer(product, (const int64_t(*)[3])left, supercell->matrix);
        bool broken = false;
        for (int i = 0; i < 9; i++) broken = broken || product[i / 3][i % 3] % determinant != 0;
        n_broken += broken;
    }
    return n_broken;
}

static void warn_of_broken_symmetry(const umk_crystal *crystal, umk_context *context) {
    const umk_supercell *supercells[2] = {&crystal->supercell, &crystal->phonon_supercell};
    const char *names[2] = {"supercell", "supercell of fc2"};
    for (int k = 0; k < (crystal->has_own_phonon_supercell ? 2 : 1); k++) {
        int64_t n_broken = count_broken_rotations(crystal, supercells[k]);
        if (n_broken == 0) continue;
        umk_log(context, UMK_LOG_WARNING,
                "the shape of the %s breaks %" PRId64 " of the %" PRId64 " rotations of the crystal", names[k],
                n_broken, crystal->n_rotations);
    }
}

static umk_status build(umk_crystal *crystal, umk_context *context, const umk_crystal_options *options) {
    umk_status status = UMK_OK;
    UMK_TRY(build_supercells(crystal, context, options));
    if (options->masses) UMK_TRY(set_masses(crystal, context, options->masses));
    crystal->volume = umk_cell_volume(&crystal->primitive);
    umk_invert3(crystal->reciprocal_lattice, crystal->primitive.lattice);
    UMK_TRY(find_symmetry(crystal, context, options->no_symmetry));
    warn_of_broken_symmetry(crystal, context);
    if (options->born && options->born->n_atoms > 0) {
        UMK_TRY(umk_dipole_build(&crystal->born, context, crystal, options));
    }
cleanup:
    return status;
}

umk_status umk_crystal_create(umk_crystal **crystal, umk_context *context, const umk_crystal_options *options) {
    umk_status status = UMK_OK;
    umk_crystal *made = NULL;
    *crystal = NULL;
    umk_lapack_use_one_thread();
    double tolerance = options->symmetry_tolerance;
    if (!isfinite(tolerance) || tolerance < 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "symmetry tolerance: %g is not a positive length", tolerance);
    }
    if (tolerance == 0) tolerance = UMK_SYMMETRY_TOLERANCE;
    UMK_TRY(check_unit_cell(context, options->unit_cell, tolerance));
    UMK_ALLOCATE(context, made, 1);
    made->symmetry_tolerance = tolerance;
    UMK_TRY(build(made, context, options));
    *crystal = made;
    made = NULL;
cleanup:
    umk_crystal_destroy(made);
    return status;
}

const umk_cell *umk_crystal_primitive(const umk_crystal *crystal) {
    return &crystal->primitive;
}

const umk_cell *umk_crystal_supercell(const umk_crystal *crystal) {
    return &crystal->supercell.cell;
}

const umk_cell *umk_crystal_phonon_supercell(const umk_crystal *crystal) {
    return &crystal->phonon_supercell.cell;
}

bool umk_crystal_has_born(const umk_crystal *crystal) {
    return crystal->born.n_atoms > 0;
}

const char *umk_crystal_space_group(const umk_crystal *crystal, int *number) {
    if (number) *number = crystal->space_group_number;
    return crystal->space_group;
}

int64_t umk_crystal_n_rotations(const umk_crystal *crystal) {
    return crystal->n_rotations;
}
