/*
 * Third-order force constants in translation-invariant form: every entry refers to the atom on leg 2,
 *   V(q0, q1, q2) = sum_{Ra, Rb} Phi[k0, k1, k2](Ra, Rb) exp(2 pi i (q0 Ra + q1 Rb)),  q2 = -q0 - q1 + G,
 * with Ra, Rb the cells of the atoms on legs 0 and 1 relative to that on leg 2.
 */
#ifndef UMK_THREE_PHONON_LATTICE_FC3_H
#define UMK_THREE_PHONON_LATTICE_FC3_H

#include "force_constants/force_constants.h"

typedef struct umk_lattice_block {
    int32_t k0, k1, k2; /* primitive atoms on the legs */
    int32_t ra;         /* index into umk_lattice_fc3.ra */
    double phi[27];     /* (3, 3, 3) eV/angstrom^3 */
} umk_lattice_block;

typedef struct umk_lattice_fc3 {
    int64_t n_ra, n_rb;
    int64_t (*ra)[3], (*rb)[3]; /* distinct lattice vectors */
    int64_t *first;             /* (n_rb + 1) blocks of lattice vector rb are first[rb] ... first[rb + 1] - 1 */
    umk_lattice_block *blocks;  /* ascending (rb, k1, k2, k0, ra) */
} umk_lattice_fc3;

/** all_shortest: umk_all_shortest, or NULL for the home atom on leg 0 only. */
umk_status umk_lattice_fc3_create(umk_lattice_fc3 **lattice_fc3, umk_context *context, const umk_crystal *crystal,
                                  const umk_fc3 *fc3, const int8_t *all_shortest);
void umk_lattice_fc3_destroy(umk_lattice_fc3 *lattice_fc3);

#endif
