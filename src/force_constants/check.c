/* Shape and index map of force-constant arrays; see check.h. */
#include "force_constants/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_compact(const umk_supercell *supercell, const umk_force_constants_file *file) {
    return file->n_rows == supercell->n_primitive;
}

static umk_status check_shape(umk_context *context, const umk_supercell *supercell,
                              const umk_force_constants_file *file) {
    int64_t n_p = supercell->n_primitive, n_s = supercell->cell.n_atoms;
    char found[64];
    bool fits = file->n_supercell == n_s && (file->n_rows == n_p || file->n_rows == n_s);
    if (fits) return UMK_OK;
    if (file->rank == 2) {
        snprintf(found, sizeof found, "%" PRId64 " x %" PRId64, file->n_rows, file->n_supercell);
        return umk_fail(context, UMK_ERROR_INPUT,
                        "fc2 is given for %s atoms, expected are %" PRId64 " x %" PRId64 " (compact) or %" PRId64
                        " x %" PRId64 " (full): another supercell or primitive cell?",
                        found, n_p, n_s, n_s, n_s);
    }
    snprintf(found, sizeof found, "%" PRId64 " x %" PRId64 " x %" PRId64, file->n_rows, file->n_supercell,
             file->n_supercell);
    return umk_fail(context, UMK_ERROR_INPUT,
                    "fc3 is given for %s atoms, expected are %" PRId64 " x %" PRId64 " x %" PRId64
                    " (compact) or %" PRId64 " x %" PRId64 " x %" PRId64
                    " (full): another supercell or primitive cell?",
                    found, n_p, n_s, n_s, n_s, n_s, n_s);
}

/* Only compact rows depend on the map. */
static umk_status check_map(umk_context *context, const umk_supercell *supercell,
                            const umk_force_constants_file *file) {
    if (file->p2s_map == NULL || !is_compact(supercell, file)) return UMK_OK;
    if (file->n_p2s_map != supercell->n_primitive) {
        return umk_fail(context, UMK_ERROR_INPUT,
                        "fc%d: p2s_map has %" PRId64 " entries, expected are %" PRId64 " (atoms of the primitive cell)",
                        file->rank, file->n_p2s_map, supercell->n_primitive);
    }
    for (int64_t p = 0; p < supercell->n_primitive; p++) {
        if (file->p2s_map[p] == supercell->p2s_map[p]) continue;
        return umk_fail(context, UMK_ERROR_INPUT,
                        "fc%d: p2s_map[%" PRId64 "] is %" PRId64 ", expected is %" PRId64
                        ": the file belongs to another primitive cell or order of atoms",
                        file->rank, p, file->p2s_map[p], supercell->p2s_map[p]);
    }
    return UMK_OK;
}

umk_status umk_force_constants_check(umk_context *context, const umk_supercell *supercell,
                                     const umk_force_constants_file *file, int rank) {
    umk_status status = UMK_OK;
    if (file->rank != rank || file->values == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "force constants of rank %d are given, expected is rank %d",
                        file->rank, rank);
    }
    UMK_TRY(check_shape(context, supercell, file));
    UMK_TRY(check_map(context, supercell, file));
cleanup:
    return status;
}

umk_status umk_force_constants_take_rows(double **values, umk_context *context, const umk_supercell *supercell,
                                         const umk_force_constants_file *file, int64_t row_size) {
    umk_status status = UMK_OK;
    bool compact = is_compact(supercell, file);
    UMK_ALLOCATE(context, *values, umk_checked_product(2, (const int64_t[]){supercell->n_primitive, row_size}));
    for (int64_t p = 0; p < supercell->n_primitive; p++) {
        int64_t row = compact ? p : supercell->p2s_map[p];
        memcpy(*values + p * row_size, file->values + row * row_size, (size_t)row_size * sizeof **values);
    }
cleanup:
    return status;
}
