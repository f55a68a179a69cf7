/* Pairs and triples of supercell atoms seen from each other: lattice vectors of images and which triples are
 * unambiguous. */
#ifndef UMK_THREE_PHONON_TRIPLES_H
#define UMK_THREE_PHONON_TRIPLES_H

#include "crystal/crystal.h"

/**
 * Flags (n_p, n_s, n_s): 1 where the shortest image is unique for the pairs (i, j), (i, k) and (j, k) and the three
 * vectors close to a triangle. There the three choices of the home atom give one and the same term, and phono3py takes
 * that of the first atom; elsewhere the three are averaged.
 */
umk_status umk_all_shortest(int8_t **flags, umk_context *context, const umk_crystal *crystal);

/** Lattice vectors R = s_ij + tau_i - tau_j (n_shortest_vectors, 3) of all image vectors of a supercell. */
umk_status umk_image_lattice_vectors(int64_t (**vectors)[3], umk_context *context, const umk_crystal *crystal);

#endif
