/* The crystal's inside, read by the rooms behind it. Nothing changes after creation. */
#ifndef UMK_CRYSTAL_CRYSTAL_H
#define UMK_CRYSTAL_CRYSTAL_H

#include "base/base.h"
#include <umklapp/crystal.h>

/** A supercell seen from the primitive cell. n_p, n_s: atoms of the primitive cell and of the supercell. */
typedef struct umk_supercell {
    umk_cell cell;             /* n_s atoms, in phonopy's order */
    int64_t *p2s_map;          /* (n_p) supercell atom that stands for each primitive atom */
    int64_t *s2p_map;          /* (n_s) supercell index of the primitive atom each atom is a translate of */
    int64_t *s2pp_map;         /* (n_s) the same as a primitive index, 0 ... n_p-1 */
    int64_t *multiplicity;     /* (n_s, n_p, 2) number of shortest images and index of the first in shortest_vectors */
    double (*shortest_vectors)[3]; /* from the primitive atom to the supercell atom, fractional in the primitive basis;
                                    * the order within a pair is phonopy's */
    int64_t n_shortest_vectors;
} umk_supercell;

typedef struct umk_operation {
    int64_t rotation[3][3]; /* fractional, primitive basis */
    double translation[3];
    double rotation_cartesian[3][3];
} umk_operation;

struct umk_crystal {
    umk_cell primitive;
    double volume;                  /* of the primitive cell */
    double reciprocal_lattice[3][3]; /* columns a*, b*, c* without 2 pi: q_cartesian = B q */
    umk_supercell supercell;        /* of fc3 */
    umk_supercell phonon_supercell; /* of fc2; its own copy also where it is the same */
    bool has_own_phonon_supercell;  /* fc2 and fc3 have different supercells */
    umk_operation *operations;      /* (n_operations) space group of the primitive cell, spglib's order */
    int64_t n_operations;
    int64_t (*rotations)[3][3];     /* (n_rotations) distinct point-group rotations in first-seen order */
    int64_t n_rotations;
    char space_group[16];
    int space_group_number;
    double symmetry_tolerance;
    umk_born born;                  /* symmetrized, all primitive atoms; n_atoms = 0: none; factor always set */
};

#endif
