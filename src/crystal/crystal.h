/* The crystal's inside, read by the rooms behind it. Nothing changes after creation. */
#ifndef UMK_CRYSTAL_CRYSTAL_H
#define UMK_CRYSTAL_CRYSTAL_H

#include "base/base.h"
#include "crystal/sublattice.h"
#include <umklapp/crystal.h>

/** A supercell seen from the primitive cell. n_p, n_s: atoms of the primitive cell and of the supercell. */
typedef struct umk_supercell {
    umk_cell cell;         /* n_s atoms, in phonopy's order */
    int64_t *p2s_map;      /* (n_p) supercell atom that stands for each primitive atom */
    int64_t *s2p_map;      /* (n_s) supercell index of the primitive atom each atom is a translate of */
    int64_t *s2pp_map;     /* (n_s) the same as a primitive index, 0 ... n_p-1 */
    int64_t *multiplicity; /* (n_s, n_p, 2) number of shortest images and index of the first in shortest_vectors */
    double (*shortest_vectors)[3]; /* from the primitive atom to the supercell atom, fractional in the primitive basis;
                                    * the order within a pair is phonopy's */
    int64_t n_shortest_vectors;

    /* Pure translations: atom s lies at tau(p2s_map[s2pp_map[s]]) + lattice_vectors[s], modulo the supercell. */
    int64_t n_primitive;           /* n_p */
    int64_t matrix[3][3];          /* T of (a_s b_s c_s) = (a_p b_p c_p) T, columns, determinant n_s / n_p */
    int64_t (*lattice_vectors)[3]; /* (n_s) integers, primitive basis */
    umk_sublattice translations;   /* the supercell's lattice in the primitive one; n_cosets = n_s / n_p */
    int64_t *atom_at; /* (n_p, n_cosets) supercell atom of a primitive atom and a coset of lattice_vectors */
} umk_supercell;

/** The supercell atom that `atom` becomes when it is moved by a lattice vector (integers, primitive basis). */
int64_t umk_supercell_translate(const umk_supercell *supercell, int64_t atom, const int64_t lattice_vector[3]);

typedef struct umk_operation {
    int64_t rotation[3][3]; /* fractional, primitive basis */
    double translation[3];
    double rotation_cartesian[3][3];
} umk_operation;

/**
 * The atom on which an operation puts an atom, the nearest one (of its kind, where kinds is not NULL); -1: none is
 * near. shift, where not NULL: the lattice vector from it to where the operation puts the atom.
 */
int64_t umk_operation_image(const umk_cell *cell, const int *kinds, const umk_operation *operation, int64_t atom,
                            double tolerance, int64_t shift[3]);

struct umk_crystal {
    umk_cell primitive;
    double volume;                   /* of the primitive cell */
    double reciprocal_lattice[3][3]; /* columns a*, b*, c* without 2 pi: q_cartesian = B q */
    umk_supercell supercell;         /* of fc3 */
    umk_supercell phonon_supercell;  /* of fc2; its own copy also where it is the same */
    bool has_own_phonon_supercell;   /* fc2 and fc3 have different supercells */
    umk_operation *operations;       /* (n_operations) space group of the primitive cell, spglib's order */
    int64_t n_operations;
    int64_t (*rotations)[3][3]; /* (n_rotations) distinct point-group rotations in first-seen order */
    int64_t n_rotations;
    char space_group[16];
    int space_group_number;
    /* Setting of the space group's standard cell (spglib): (a_std b_std c_std) = (a_p b_p c_p) transformation^-1 up to
     * a rotation; what a generalized grid starts from. Identity and the primitive lattice without symmetry. */
    double transformation[3][3];
    double standard_lattice[3][3]; /* rows, angstrom */
    double symmetry_tolerance;
    umk_born born; /* all primitive atoms; n_atoms = 0: none; factor always set */
};

#endif
