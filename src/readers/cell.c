/* A crystal cell as plain data: room for atoms, copies, volume |a . (b x c)|. */
#include "base/base.h"
#include <math.h>
#include <string.h>
#include <umklapp/cell.h>

umk_status umk_cell_allocate(umk_cell *cell, umk_context *context, int64_t n_atoms) {
    umk_status status = UMK_OK;
    *cell = (umk_cell){0};
    if (n_atoms <= 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "a cell needs at least one atom, %lld were asked for",
                        (long long)n_atoms);
    }
    UMK_ALLOCATE(context, cell->positions, n_atoms);
    UMK_ALLOCATE(context, cell->masses, n_atoms);
    UMK_ALLOCATE(context, cell->symbols, n_atoms);
    cell->n_atoms = n_atoms;
    return UMK_OK;

cleanup:
    umk_cell_clear(cell);
    return status;
}

umk_status umk_cell_copy(umk_cell *target, umk_context *context, const umk_cell *source) {
    *target = (umk_cell){0};
    if (source->n_atoms > 0) {
        umk_status status = umk_cell_allocate(target, context, source->n_atoms);
        if (status != UMK_OK) return status;
        size_t n = (size_t)source->n_atoms;
        memcpy(target->positions, source->positions, n * sizeof *target->positions);
        memcpy(target->masses, source->masses, n * sizeof *target->masses);
        memcpy(target->symbols, source->symbols, n * sizeof *target->symbols);
    }
    memcpy(target->lattice, source->lattice, sizeof target->lattice);
    return UMK_OK;
}

void umk_cell_clear(umk_cell *cell) {
    umk_release(cell->positions);
    umk_release(cell->masses);
    umk_release(cell->symbols);
    *cell = (umk_cell){0};
}

double umk_cell_volume(const umk_cell *cell) {
    const double *a = cell->lattice[0], *b = cell->lattice[1], *c = cell->lattice[2];
    return fabs(a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
                a[2] * (b[0] * c[1] - b[1] * c[0]));
}
