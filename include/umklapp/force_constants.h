/* Second- and third-order force constants of a crystal, held in compact form. */
#ifndef UMKLAPP_FORCE_CONSTANTS_H
#define UMKLAPP_FORCE_CONSTANTS_H

#include <umklapp/crystal.h>

typedef struct umk_fc2 umk_fc2;
typedef struct umk_fc3 umk_fc3;

/**
 * Takes compact (n_p rows) or full (n_s rows) force constants; of the full ones the rows of the primitive atoms are
 * kept, as phono3py does. The values are copied. Fails with UMK_ERROR_INPUT when the shape or p2s_map does not fit the
 * crystal (the phonon supercell for fc2, the supercell for fc3), the message says which numbers were found and
 * expected.
 */
UMK_API umk_status umk_fc2_create(umk_fc2 **fc2, umk_context *context, const umk_crystal *crystal,
                                  const umk_force_constants_file *file);
UMK_API umk_status umk_fc3_create(umk_fc3 **fc3, umk_context *context, const umk_crystal *crystal,
                                  const umk_force_constants_file *file);
/**
 * The same for a file as umk_force_constants_read gave it, whose values are not needed any more: compact ones are not
 * copied but move to *fc3 (file->values is NULL then), which takes half the memory.
 */
UMK_API umk_status umk_fc3_take(umk_fc3 **fc3, umk_context *context, const umk_crystal *crystal,
                                umk_force_constants_file *file);

/**
 * umk_fc3_create with a cut-off: blocks (i, j, k) of which two atoms are farther apart than distance (angstrom, above
 * 0) are zero, so that they cost neither time nor memory later. The distance of two atoms is that of their closest
 * images in the supercell; a pair that exceeds the cut-off by less than UMK_SYMMETRY_TOLERANCE is kept, so that
 * rounding does not part a shell of neighbours. n_kept (may be NULL) is the number of blocks within the cut-off, of
 * n_p n_s n_s. Permutation symmetry stays, the sum rule does not: umk_fc3_quality measures what is left of it.
 * Fails like umk_fc3_create, and with UMK_ERROR_ARGUMENT for a distance that is not above 0 and finite.
 */
UMK_API umk_status umk_fc3_create_within(umk_fc3 **fc3, int64_t *n_kept, umk_context *context,
                                         const umk_crystal *crystal, const umk_force_constants_file *file,
                                         double distance);
UMK_API void umk_fc2_destroy(umk_fc2 *fc2);
UMK_API void umk_fc3_destroy(umk_fc3 *fc3);

/** What is wrong with force constants; all are zero for ideal ones. */
typedef struct umk_force_constants_quality {
    double drift[3];  /* largest absolute sum over the atoms of index 1, 2, 3 (fc2: 1, 2), eV/angstrom^2 or ^3 */
    double asymmetry; /* largest deviation under exchange of two (atom, direction) pairs */
    double largest;   /* largest absolute element, the scale to judge by */
} umk_force_constants_quality;

/** Drift and permutation asymmetry through the lattice translations of the supercell. */
UMK_API umk_status umk_fc2_quality(umk_force_constants_quality *quality, umk_context *context, const umk_fc2 *fc2,
                                   const umk_crystal *crystal);
UMK_API umk_status umk_fc3_quality(umk_force_constants_quality *quality, umk_context *context, const umk_fc3 *fc3,
                                   const umk_crystal *crystal);

#endif
