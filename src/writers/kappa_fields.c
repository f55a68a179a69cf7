/* The datasets of kappa-m*.hdf5 in one table. */
#include "writers/kappa_fields.h"
#include <string.h>

#define FIELD(member) offsetof(umk_conductivity, member)

/* In the order in which the file is written. */
const umk_kappa_field umk_kappa_fields[umk_kappa_n_fields] = {
    {"temperature", FIELD(temperatures), "T", false, false, true},
    {"frequency", FIELD(frequencies), "PB", false, true, true},
    {"group_velocity", FIELD(group_velocities), "PB3", false, true, true},
    {"gv_by_gv", FIELD(gv_by_gv), "PB6", false, false, true},
    {"heat_capacity", FIELD(heat_capacities), "TPB", false, true, true},
    {"kappa", FIELD(kappa), "T6", false, false, false},
    {"kappa_RTA", FIELD(kappa_rta), "T6", false, false, false},
    {"kappa_intra_exact", FIELD(kappa_intra_exact), "T6", false, true, false},
    {"kappa_intra_RTA", FIELD(kappa_intra_rta), "T6", false, true, false},
    {"kappa_intra", FIELD(kappa_intra), "T6", false, true, false},
    {"kappa_inter", FIELD(kappa_inter), "T6", false, true, false},
    {"mode_kappa", FIELD(mode_kappa), "TPB6", false, true, false},
    {"mode_kappa_RTA", FIELD(mode_kappa_rta), "TPB6", false, true, false},
    {"gamma", FIELD(gamma), "TPB", false, true, true},
    {"gamma_isotope", FIELD(gamma_isotope), "PB", false, true, true},
    {"gamma_N", FIELD(gamma_normal), "TPB", false, true, true},
    {"gamma_U", FIELD(gamma_umklapp), "TPB", false, true, true},
    {"ave_pp", FIELD(average_strength), "PB", false, true, true},
    {"qpoint", FIELD(q_points), "P3", false, true, false},
    {"weight", FIELD(weights), "P", true, true, false},
    {"grid_point", FIELD(grid_points), "P", true, false, true},
};

const umk_kappa_scalar umk_kappa_scalars[umk_kappa_n_scalars] = {
    {"sigma", FIELD(sigma), true},
    {"sigma_cutoff_width", FIELD(sigma_cutoff), true},
    {"kappa_unit_conversion", FIELD(kappa_unit_conversion), true},
    {"boundary_mfp", FIELD(boundary_mfp), false},
};

void *umk_kappa_field_data(const umk_conductivity *conductivity, const umk_kappa_field *field) {
    void *data;
    memcpy(&data, (const char *)conductivity + field->offset, sizeof data);
    return data;
}

void umk_kappa_field_set(umk_conductivity *conductivity, const umk_kappa_field *field, void *data) {
    memcpy((char *)conductivity + field->offset, &data, sizeof data);
}

double umk_kappa_scalar_value(const umk_conductivity *conductivity, const umk_kappa_scalar *scalar) {
    double value;
    memcpy(&value, (const char *)conductivity + scalar->offset, sizeof value);
    return value;
}

int umk_kappa_field_shape(int64_t *shape, const umk_kappa_field *field, const umk_conductivity *counts, bool in_point) {
    int rank = 0;
    for (const char *axis = field->axes; *axis != '\0'; axis++) {
        if (*axis == 'P' && in_point) continue;
        shape[rank++] = *axis == 'T'   ? counts->n_temperatures
                        : *axis == 'P' ? counts->n_points
                        : *axis == 'B' ? counts->n_bands
                                       : *axis - '0';
    }
    return rank;
}
