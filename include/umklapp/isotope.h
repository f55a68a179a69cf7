/* Isotope scattering: Tamura, Phys. Rev. B 27, 858 (1983). */
#ifndef UMKLAPP_ISOTOPE_H
#define UMKLAPP_ISOTOPE_H

#include <umklapp/weights.h>

/**
 * Natural mass variance g = sum_i f_i (1 - m_i / m_average)^2 of an element from isotope abundances
 * (Laeter et al., Pure Appl. Chem. 75, 683 (2003)). UMK_ERROR_ARGUMENT for an unknown symbol; trailing digits are
 * ignored.
 */
UMK_API umk_status umk_mass_variance(double *variance, umk_context *context, const char *symbol);

/**
 * Isotope linewidths (half width, THz) of n_points BZ points, gamma (n_points, n_bands), averaged over degenerate bands
 * at q0. mass_variances (primitive atoms) >= 0. Modes below cutoff_frequency (THz, >= 0) do not take part.
 * UMK_ERROR_ARGUMENT for negative values, points outside the grid or objects that do not belong together;
 * UMK_ERROR_MEMORY, UMK_ERROR_CANCELLED.
 */
UMK_API umk_status umk_isotope_linewidths(double *gamma, umk_context *context, const umk_grid *grid,
                                          const umk_phonons *phonons, const umk_weights *weights,
                                          const double *mass_variances, double cutoff_frequency, int64_t n_points,
                                          const int64_t *bz_points);

#endif
