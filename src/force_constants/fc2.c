/*
 * Second-order force constants Phi_{ia,jb} = d^2 E / du_ia du_jb in compact form: i runs over the primitive atoms (as
 * the supercell atoms p2s_map), j over the fc2 supercell. Full arrays lose the other rows, which are translates.
 */
#include "force_constants/check.h"

umk_status umk_fc2_create(umk_fc2 **fc2, umk_context *context, const umk_crystal *crystal,
                          const umk_force_constants_file *file) {
    umk_status status = UMK_OK;
    umk_fc2 *made = NULL;
    const umk_supercell *supercell = &crystal->phonon_supercell;
    *fc2 = NULL;
    UMK_TRY(umk_force_constants_check(context, supercell, file, 2));
    UMK_ALLOCATE(context, made, 1);
    made->n_primitive = supercell->n_primitive;
    made->n_supercell = supercell->cell.n_atoms;
    UMK_TRY(umk_force_constants_take_rows(&made->values, context, supercell, file, 9 * made->n_supercell));
    *fc2 = made;
    made = NULL;
cleanup:
    umk_fc2_destroy(made);
    return status;
}

void umk_fc2_destroy(umk_fc2 *fc2) {
    if (fc2 == NULL) return;
    umk_release(fc2->values);
    umk_release(fc2);
}
