/* Copies of crystal and fc3 for the reference kernel. */
#include "three_phonon/reference_fc3.h"
#include <string.h>

static umk_status copy(void **target, umk_context *context, const void *source, int64_t count, size_t size) {
    *target = umk_allocate(context, count, size);
    if (*target == NULL) return UMK_ERROR_MEMORY;
    memcpy(*target, source, (size_t)count * size);
    return UMK_OK;
}

umk_status umk_reference_fc3_create(umk_reference_fc3 **reference_fc3, umk_context *context, const umk_crystal *crystal,
                                    const umk_fc3 *fc3, const int8_t *all_shortest) {
    umk_status status = UMK_OK;
    const umk_supercell *supercell = &crystal->supercell;
    int64_t n_p = fc3->n_primitive, n_s = fc3->n_supercell;
    umk_reference_fc3 *made = NULL;
    *reference_fc3 = NULL;
    UMK_ALLOCATE(context, made, 1);
    made->n_primitive = n_p;
    made->n_supercell = n_s;
    UMK_TRY(copy((void **)&made->values, context, fc3->values, n_p * n_s * n_s * 27, sizeof(double)));
    UMK_TRY(copy((void **)&made->kinds, context, supercell->s2pp_map, n_s, sizeof(int64_t)));
    UMK_TRY(copy((void **)&made->multiplicity, context, supercell->multiplicity, n_s * n_p * 2, sizeof(int64_t)));
    UMK_TRY(copy((void **)&made->shortest_vectors, context, supercell->shortest_vectors, supercell->n_shortest_vectors,
                 sizeof(double[3])));
    if (all_shortest != NULL) {
        UMK_TRY(copy((void **)&made->all_shortest, context, all_shortest, n_p * n_s * n_s, sizeof *all_shortest));
    }
    *reference_fc3 = made;
    made = NULL;
cleanup:
    umk_reference_fc3_destroy(made);
    return status;
}

void umk_reference_fc3_destroy(umk_reference_fc3 *reference_fc3) {
    if (reference_fc3 == NULL) return;
    umk_release(reference_fc3->values);
    umk_release(reference_fc3->kinds);
    umk_release(reference_fc3->multiplicity);
    umk_release(reference_fc3->shortest_vectors);
    umk_release(reference_fc3->all_shortest);
    umk_release(reference_fc3);
}
