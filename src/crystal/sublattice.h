/*
 * A sublattice of the integer lattice Z^3 and its cosets, by the Hermite normal form (H. Cohen, A Course in
 * Computational Algebraic Number Theory, section 2.4.2). With it a translation modulo a supercell is a small integer,
 * found in a few divisions and without any table of pairs.
 */
#ifndef UMK_CRYSTAL_SUBLATTICE_H
#define UMK_CRYSTAL_SUBLATTICE_H

#include <stdbool.h>
#include <stdint.h>

/** Entries of a basis may not be larger than this, so that no product overflows. */
#define UMK_SUBLATTICE_LARGEST_ENTRY 4096

typedef struct umk_sublattice {
    int64_t hermite[3][3]; /* lower triangular, diagonal > 0; its columns are a basis of the sublattice */
    int64_t n_cosets;      /* |det|: the number of points of Z^3 per point of the sublattice */
} umk_sublattice;

/** The sublattice spanned by the columns of basis; false where basis is singular or has too large entries. */
bool umk_sublattice_create(umk_sublattice *sublattice, const int64_t basis[3][3]);

/** Number, 0 ... n_cosets-1, of the coset that a vector of Z^3 belongs to. */
int64_t umk_sublattice_coset(const umk_sublattice *sublattice, const int64_t vector[3]);

#endif
