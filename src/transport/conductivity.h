/* Memory of a conductivity result, and boundary scattering. */
#ifndef UMK_TRANSPORT_CONDUCTIVITY_H
#define UMK_TRANSPORT_CONDUCTIVITY_H

#include <umklapp/conductivity.h>

/** The optional arrays of a umk_conductivity; all others are always made. */
typedef enum umk_conductivity_parts {
    UMK_PART_NORMAL_UMKLAPP = 1,
    UMK_PART_ISOTOPE = 2,
    UMK_PART_AVERAGE_STRENGTH = 4,
    UMK_PART_COHERENCE = 8,
} umk_conductivity_parts;

/**
 * Gives zeroed arrays to a cleared conductivity and sets its three counts (each at least 1); parts is a sum of
 * umk_conductivity_parts. On failure the conductivity is cleared again.
 */
umk_status umk_conductivity_allocate(umk_conductivity *conductivity, umk_context *context, int64_t n_points,
                                     int64_t n_bands, int64_t n_temperatures, int parts);

/** Linewidth (half width, THz) that the boundary gives to a mode, counted over points and bands: |v| / (4 pi L). */
double umk_boundary_linewidth(const umk_conductivity *conductivity, int64_t mode);

/** Half width in THz of phonon, isotope and boundary scattering together; mode = point n_bands + band. */
double umk_total_linewidth(const umk_conductivity *conductivity, int64_t temperature, int64_t mode);

#endif
