#ifndef UMK_FORCE_CONSTANTS_FORCE_CONSTANTS_H
#define UMK_FORCE_CONSTANTS_FORCE_CONSTANTS_H

#include "crystal/crystal.h"
#include <umklapp/force_constants.h>

struct umk_fc2 {
    int64_t n_primitive, n_supercell;
    double *values; /* (n_primitive, n_supercell, 3, 3) eV/angstrom^2 */
};

struct umk_fc3 {
    int64_t n_primitive, n_supercell;
    double *values; /* (n_primitive, n_supercell, n_supercell, 3, 3, 3) eV/angstrom^3 */
};

#endif
