/* What fc2 and fc3 ask of their arrays; private to this room. */
#ifndef UMK_FORCE_CONSTANTS_CHECK_H
#define UMK_FORCE_CONSTANTS_CHECK_H

#include "force_constants/force_constants.h"

/** Rank, shape and p2s_map of an array against a supercell; the message names what was found and what is expected. */
umk_status umk_force_constants_check(umk_context *context, const umk_supercell *supercell,
                                     const umk_force_constants_file *file, int rank);

/** Row of the array that belongs to a primitive atom: the same one (compact) or that of its supercell atom (full). */
int64_t umk_force_constants_row(const umk_supercell *supercell, const umk_force_constants_file *file,
                                int64_t primitive_atom);

#endif
