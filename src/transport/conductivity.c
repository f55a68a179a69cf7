/* Memory of a conductivity result, made here for a calculation and ended here for everybody; boundary scattering. */
#include "transport/conductivity.h"
#include "base/base.h"
#include <math.h>
#include <string.h>

void umk_conductivity_clear(umk_conductivity *conductivity) {
    if (conductivity == NULL) return;
    umk_release(conductivity->temperatures);
    umk_release(conductivity->grid_points);
    umk_release(conductivity->weights);
    umk_release(conductivity->q_points);
    umk_release(conductivity->frequencies);
    umk_release(conductivity->group_velocities);
    umk_release(conductivity->gv_by_gv);
    umk_release(conductivity->heat_capacities);
    umk_release(conductivity->gamma);
    umk_release(conductivity->gamma_normal);
    umk_release(conductivity->gamma_umklapp);
    umk_release(conductivity->gamma_isotope);
    umk_release(conductivity->average_strength);
    umk_release(conductivity->mode_kappa);
    umk_release(conductivity->kappa);
    umk_release(conductivity->mode_kappa_rta);
    umk_release(conductivity->kappa_rta);
    umk_release(conductivity->kappa_intra_exact);
    umk_release(conductivity->kappa_intra_rta);
    umk_release(conductivity->kappa_intra);
    umk_release(conductivity->kappa_inter);
    memset(conductivity, 0, sizeof *conductivity);
}

umk_status umk_conductivity_allocate(umk_conductivity *conductivity, umk_context *context, int64_t n_points,
                                     int64_t n_bands, int64_t n_temperatures, int parts) {
    umk_status status = UMK_OK;
    int64_t modes = umk_checked_product(2, (int64_t[]){n_points, n_bands});
    int64_t all = umk_checked_product(2, (int64_t[]){modes, n_temperatures});
    if (n_points < 1 || n_bands < 1 || n_temperatures < 1 || umk_checked_product(2, (int64_t[]){all, 6}) < 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "a conductivity of %lld points, %lld bands and %lld temperatures cannot be made",
                        (long long)n_points, (long long)n_bands, (long long)n_temperatures);
    }
    conductivity->n_points = n_points;
    conductivity->n_bands = n_bands;
    conductivity->n_temperatures = n_temperatures;
    UMK_ALLOCATE(context, conductivity->temperatures, n_temperatures);
    UMK_ALLOCATE(context, conductivity->grid_points, n_points);
    UMK_ALLOCATE(context, conductivity->weights, n_points);
    UMK_ALLOCATE(context, conductivity->q_points, 3 * n_points);
    UMK_ALLOCATE(context, conductivity->frequencies, modes);
    UMK_ALLOCATE(context, conductivity->group_velocities, 3 * modes);
    UMK_ALLOCATE(context, conductivity->gv_by_gv, 6 * modes);
    UMK_ALLOCATE(context, conductivity->heat_capacities, all);
    UMK_ALLOCATE(context, conductivity->gamma, all);
    UMK_ALLOCATE(context, conductivity->mode_kappa, 6 * all);
    UMK_ALLOCATE(context, conductivity->kappa, 6 * n_temperatures);
    if (parts & UMK_PART_NORMAL_UMKLAPP) {
        UMK_ALLOCATE(context, conductivity->gamma_normal, all);
        UMK_ALLOCATE(context, conductivity->gamma_umklapp, all);
    }
    if (parts & UMK_PART_ISOTOPE) UMK_ALLOCATE(context, conductivity->gamma_isotope, modes);
    if (parts & UMK_PART_COHERENCE) {
        UMK_ALLOCATE(context, conductivity->kappa_intra, 6 * n_temperatures);
        UMK_ALLOCATE(context, conductivity->kappa_inter, 6 * n_temperatures);
    }
    if (parts & UMK_PART_AVERAGE_STRENGTH) UMK_ALLOCATE(context, conductivity->average_strength, modes);

cleanup:
    if (status != UMK_OK) umk_conductivity_clear(conductivity);
    return status;
}

double umk_boundary_linewidth(const umk_conductivity *conductivity, int64_t mode) {
    if (conductivity->boundary_mfp <= 0) return 0;
    const double *v = conductivity->group_velocities + 3 * mode;
    double speed = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    return speed * 1e-4 / (4 * UMK_PI * conductivity->boundary_mfp); /* THz angstrom over micrometre */
}

double umk_total_linewidth(const umk_conductivity *conductivity, int64_t temperature, int64_t mode) {
    int64_t n_modes = conductivity->n_points * conductivity->n_bands;
    double gamma = conductivity->gamma[temperature * n_modes + mode];
    if (conductivity->gamma_isotope != NULL) gamma += conductivity->gamma_isotope[mode];
    return gamma + umk_boundary_linewidth(conductivity, mode);
}
