/* What fc2 and fc3 ask of their arrays; private to this room. */
#ifndef UMK_FORCE_CONSTANTS_CHECK_H
#define UMK_FORCE_CONSTANTS_CHECK_H

#include "force_constants/force_constants.h"

/** Rank, shape and p2s_map of an array against a supercell; the message names what was found and what is expected. */
umk_status umk_force_constants_check(umk_context *context, const umk_supercell *supercell,
                                     const umk_force_constants_file *file, int rank);

/**
 * The rows of the primitive atoms, in their order: those of a compact array, or those of their supercell atoms in a
 * full one. values (n_primitive, row_size) is owned by the caller (umk_release).
 */
umk_status umk_force_constants_take_rows(double **values, umk_context *context, const umk_supercell *supercell,
                                         const umk_force_constants_file *file, int64_t row_size);

#endif
