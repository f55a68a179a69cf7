/* A crystal cell as plain data: lattice, atoms, masses. */
#ifndef UMKLAPP_CELL_H
#define UMKLAPP_CELL_H

#include <stdint.h>
#include <umklapp/context.h>

#define UMK_SYMBOL_SIZE 16

typedef struct umk_cell {
    double lattice[3][3];             /* rows a, b, c, angstrom */
    int64_t n_atoms;                  /* 0: an empty cell */
    double (*positions)[3];           /* (n_atoms, 3) fractional, any image */
    double *masses;                   /* (n_atoms) atomic mass units, > 0 */
    char (*symbols)[UMK_SYMBOL_SIZE]; /* (n_atoms) chemical symbol, may end in digits that tell kinds apart (Fe1) */
} umk_cell;

/** Makes room for n_atoms > 0 atoms (zeroed) in an empty or uninitialized cell. The caller ends it with umk_cell_clear.
 */
UMK_API umk_status umk_cell_allocate(umk_cell *cell, umk_context *context, int64_t n_atoms);

/** Copies source into the uninitialized cell target, owned by the caller. */
UMK_API umk_status umk_cell_copy(umk_cell *target, umk_context *context, const umk_cell *source);

/** Frees the arrays and leaves an empty cell. */
UMK_API void umk_cell_clear(umk_cell *cell);

/** Standard atomic weight (u) of a chemical symbol, digits at its end ignored (Fe1 is Fe); 0 where there is none. */
UMK_API double umk_standard_mass(const char *symbol);

/** Volume of the cell, angstrom^3, positive also for a left-handed lattice. */
UMK_API double umk_cell_volume(const umk_cell *cell);

#endif
