/* Standard atomic weights, for cells whose file gives no masses. */
#ifndef UMK_READERS_ATOMIC_MASS_H
#define UMK_READERS_ATOMIC_MASS_H

#include <stddef.h>

/** Atomic weight of a chemical symbol, digits at its end ignored (Fe1 is Fe); 0 where there is none. */
double umk_standard_mass(const char *symbol);

#endif
