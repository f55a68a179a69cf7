/* Bands of the three phonons of a process. */
#ifndef UMK_PHONON_BANDS_H
#define UMK_PHONON_BANDS_H

#include <stdint.h>

typedef struct umk_band_triple {
    uint16_t band0, band1, band2;
} umk_band_triple;

#endif
