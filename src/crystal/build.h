/* The steps of umk_crystal_create, each in its own file; private to this room. */
#ifndef UMK_CRYSTAL_BUILD_H
#define UMK_CRYSTAL_BUILD_H

#include "crystal/crystal.h"

/* ---- symmetry.c -------------------------------------------------------------------------------------------------*/

/** What spglib finds for a cell. */
typedef struct umk_symmetry {
    umk_operation *operations; /* (n_operations) in spglib's order */
    int64_t n_operations;
    int64_t *equivalent_atoms; /* (n_atoms) first atom of the orbit of each atom */
    char space_group[16];
    int space_group_number;
    char centring; /* first letter of the international symbol of the standard setting */
    double transformation[3][3];
    double standard_lattice[3][3];
} umk_symmetry;

/** Space group of a cell; atoms are of one kind when their symbols agree without the digits at the end. */
umk_status umk_symmetry_find(umk_symmetry *symmetry, umk_context *context, const umk_cell *cell, double tolerance);
/** Identity only, "P1". */
umk_status umk_symmetry_trivial(umk_symmetry *symmetry, umk_context *context, const umk_cell *cell);
void umk_symmetry_clear(umk_symmetry *symmetry);

/**
 * kinds (n_atoms) numbers the distinct symbols in the order in which they appear. with_digits tells Fe1 and Fe2 apart.
 */
void umk_cell_kinds(int *kinds, const umk_cell *cell, bool with_digits);

/** Distance in angstrom between two fractional positions of one lattice, to the image that rounding finds. */
double umk_distance(const double lattice[3][3], const double first[3], const double second[3]);

/* ---- supercell.c ------------------------------------------------------------------------------------------------*/

/** The supercell (a b c) S of a cell, atoms in phonopy's order. */
umk_status umk_supercell_cell(umk_cell *supercell, umk_context *context, const umk_cell *unit_cell,
                              const int64_t matrix[3][3]);

/* ---- primitive.c ------------------------------------------------------------------------------------------------*/

/** The primitive matrix that the options ask for, columns. */
umk_status umk_primitive_matrix(double matrix[3][3], umk_context *context, const umk_crystal_options *options,
                                double tolerance);

/** The supercell of S with its maps onto the primitive cell of P; without shortest vectors. */
umk_status umk_supercell_map(umk_supercell *supercell, umk_context *context, const umk_cell *unit_cell,
                             const int64_t supercell_matrix[3][3], const double primitive_matrix[3][3],
                             double tolerance);

/** The primitive cell, its atoms in the order of p2s_map. */
umk_status umk_primitive_cell(umk_cell *primitive, umk_context *context, const umk_supercell *supercell,
                              const umk_cell *unit_cell, const double primitive_matrix[3][3]);

/* ---- shortest.c -------------------------------------------------------------------------------------------------*/

/** Fills multiplicity and shortest_vectors of a mapped supercell. */
umk_status umk_shortest_vectors_find(umk_supercell *supercell, umk_context *context, double tolerance);

/* ---- dipole.c ---------------------------------------------------------------------------------------------------*/

/** Charges of all primitive atoms of a crystal whose primitive cell and operations are there. */
umk_status umk_dipole_build(umk_born *born, umk_context *context, const umk_crystal *crystal,
                            const umk_crystal_options *options);

#endif
