/* Memory of a conductivity result. */
#ifndef UMK_TRANSPORT_CONDUCTIVITY_H
#define UMK_TRANSPORT_CONDUCTIVITY_H

#include <umklapp/conductivity.h>

/** The optional arrays of a umk_conductivity; all others are always made. */
typedef enum umk_conductivity_parts {
    UMK_PART_NORMAL_UMKLAPP = 1,
    UMK_PART_ISOTOPE = 2,
    UMK_PART_AVERAGE_STRENGTH = 4,
} umk_conductivity_parts;

/**
 * Gives zeroed arrays to a cleared conductivity and sets its three counts (each at least 1); parts is a sum of
 * umk_conductivity_parts. On failure the conductivity is cleared again.
 */
umk_status umk_conductivity_allocate(umk_conductivity *conductivity, umk_context *context, int64_t n_points,
                                     int64_t n_bands, int64_t n_temperatures, int parts);

#endif
