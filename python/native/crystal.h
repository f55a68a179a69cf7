/* What a capsule "umk_crystal" points to: the crystal, and the cells and matrices that it was made of. */
#ifndef UMKLAPP_PYTHON_CRYSTAL_H
#define UMKLAPP_PYTHON_CRYSTAL_H

#include "context.h"

typedef struct native_crystal {
    umk_crystal *crystal;
    umk_input input; /* unit cell and matrices */
} native_crystal;

#define CRYSTAL_PARAMETER                                                                                              \
    { "crystal", PARAMETER_POINTER, "umk_crystal", 0 }

#endif
