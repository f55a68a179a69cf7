/*
 * The crystal: primitive cell, the supercells of the force constants, symmetry, shortest images, dipole data.
 */
#ifndef UMKLAPP_CRYSTAL_H
#define UMKLAPP_CRYSTAL_H

#include <umklapp/cell.h>
#include <umklapp/input.h>

typedef struct umk_crystal umk_crystal;

typedef struct umk_crystal_options {
    const umk_cell *unit_cell;                   /* required */
    const int64_t (*supercell_matrix)[3];        /* NULL: identity; columns as in umk_input */
    const int64_t (*phonon_supercell_matrix)[3]; /* NULL: the fc2 supercell is that of fc3 */
    const double (*primitive_matrix)[3];         /* NULL: primitive_axes decides */
    const char *primitive_axes;                  /* "auto", "P", "F", "I", "A", "C", "R"; NULL: "P" */
    const double *masses;      /* (primitive atoms) replaces the masses; NULL: those of the unit cell */
    const umk_born *born;      /* charges of all primitive atoms, or of the independent ones; NULL: none */
    bool born_sparse;          /* born holds independent atoms only (a BORN file) */
    double symmetry_tolerance; /* angstrom; 0: UMK_SYMMETRY_TOLERANCE */
    bool no_symmetry;          /* identity only (phono3py --nosym) */
    bool symmetrize_born;      /* average charges and dielectric tensor over the space group and make
                                * the charges neutral; phono3py does not (false) */
} umk_crystal_options;

#define UMK_CRYSTAL_OPTIONS_INIT                                                                                       \
    { 0 }

/**
 * Builds the crystal: finds symmetry with spglib, the primitive cell (atoms in phonopy's order, so that indices agree
 * with force-constant files), the supercells, the shortest image vectors between supercell and primitive atoms, and
 * spreads the charges of independent atoms over the primitive cell by symmetry. Charges and dielectric tensor are
 * otherwise taken as given, like phono3py does with a BORN or yaml file, unless symmetrize_born asks for more; a
 * warning is logged when symmetry and neutrality would change a charge by more than 0.1 e. Fails with UMK_ERROR_INPUT
 * for overlapping atoms, a primitive or supercell matrix that does not fit, non-positive masses, a wrong number of
 * charges; UMK_ERROR_ARGUMENT for unknown primitive_axes; UMK_ERROR_NUMERICAL when spglib finds no symmetry.
 */
UMK_API umk_status umk_crystal_create(umk_crystal **crystal, umk_context *context, const umk_crystal_options *options);
UMK_API void umk_crystal_destroy(umk_crystal *crystal);

/** Borrowed views, valid as long as the crystal. */
UMK_API const umk_cell *umk_crystal_primitive(const umk_crystal *crystal);
UMK_API const umk_cell *umk_crystal_supercell(const umk_crystal *crystal);
UMK_API const umk_cell *umk_crystal_phonon_supercell(const umk_crystal *crystal);
UMK_API bool umk_crystal_has_born(const umk_crystal *crystal);
/** International symbol and number of the space group of the primitive cell. */
UMK_API const char *umk_crystal_space_group(const umk_crystal *crystal, int *number);
/** Number of distinct rotations of the space group of the primitive cell. */
UMK_API int64_t umk_crystal_n_rotations(const umk_crystal *crystal);

#endif
