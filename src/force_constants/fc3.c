/*
 * Third-order force constants Phi_{ia,jb,kc} = d^3 E / du_ia du_jb du_kc in compact form: i runs over the primitive
 * atoms (as the supercell atoms p2s_map), j and k over the fc3 supercell. Full arrays lose the other rows.
 */
#include "force_constants/check.h"

/* With owner, which is the file then, its values become those of fc3 where they are compact. */
static umk_status create(umk_fc3 **fc3, umk_context *context, const umk_crystal *crystal,
                         const umk_force_constants_file *file, umk_force_constants_file *owner) {
    umk_status status = UMK_OK;
    umk_fc3 *made = NULL;
    const umk_supercell *supercell = &crystal->supercell;
    *fc3 = NULL;
    UMK_TRY(umk_force_constants_check(context, supercell, file, 3));
    UMK_ALLOCATE(context, made, 1);
    made->n_primitive = supercell->n_primitive;
    made->n_supercell = supercell->cell.n_atoms;
    if (owner != NULL && owner->n_rows == made->n_primitive) {
        made->values = owner->values;
        owner->values = NULL;
    } else {
        int64_t row = umk_checked_product(3, (const int64_t[]){27, made->n_supercell, made->n_supercell});
        int64_t size = umk_checked_product(2, (const int64_t[]){made->n_primitive, row});
        UMK_TRY(umk_check_memory(context, (double)size * sizeof(double), "fc3", "use a smaller supercell"));
        UMK_TRY(umk_force_constants_take_rows(&made->values, context, supercell, file, row));
    }
    *fc3 = made;
    made = NULL;
cleanup:
    umk_fc3_destroy(made);
    return status;
}

umk_status umk_fc3_create(umk_fc3 **fc3, umk_context *context, const umk_crystal *crystal,
                          const umk_force_constants_file *file) {
    return create(fc3, context, crystal, file, NULL);
}

umk_status umk_fc3_take(umk_fc3 **fc3, umk_context *context, const umk_crystal *crystal,
                        umk_force_constants_file *file) {
    return create(fc3, context, crystal, file, file);
}

void umk_fc3_destroy(umk_fc3 *fc3) {
    if (fc3 == NULL) return;
    umk_release(fc3->values);
    umk_release(fc3);
}
