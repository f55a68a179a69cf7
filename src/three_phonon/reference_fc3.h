/* What the reference kernel keeps of crystal and fc3: plain copies. */
#ifndef UMK_THREE_PHONON_REFERENCE_FC3_H
#define UMK_THREE_PHONON_REFERENCE_FC3_H

#include "force_constants/force_constants.h"
#include "three_phonon/interaction.h"

struct umk_reference_fc3 {
    int64_t n_primitive, n_supercell;
    double *values;        /* (n_p, n_s, n_s, 27) */
    int64_t *kinds;        /* (n_s) primitive atom of each supercell atom */
    int64_t *multiplicity; /* (n_s, n_p, 2) */
    double (*shortest_vectors)[3];
    int8_t *all_shortest; /* (n_p, n_s, n_s); NULL: home atom on leg 0 only */
};

umk_status umk_reference_fc3_create(umk_reference_fc3 **reference_fc3, umk_context *context, const umk_crystal *crystal,
                                    const umk_fc3 *fc3, const int8_t *all_shortest);
void umk_reference_fc3_destroy(umk_reference_fc3 *reference_fc3);

#endif
