/* What linewidth.c and jobs.c have of each other. */
#ifndef UMK_SCATTERING_JOBS_H
#define UMK_SCATTERING_JOBS_H

#include "scattering/linewidth.h"

/** Fails with UMK_ERROR_ARGUMENT for a point outside the grid, or without interaction and average strength. */
umk_status umk_linewidth_check_points(const umk_linewidth *linewidth, umk_context *context, int64_t n_points,
                                      const int64_t *bz_points, const double *average_strength);

/** Linewidths in THz from the sums of one grid point. */
void umk_linewidth_store(const umk_linewidth *linewidth, int64_t bz_point, const umk_linewidth_sums *total,
                         umk_linewidth_result *result);

/** Bytes that all grid points in flight may take, and those of them that the triplets of one may take. */
double umk_linewidth_flight_bytes(const umk_linewidth *linewidth);
double umk_linewidth_triplet_bytes(const umk_linewidth *linewidth);

#endif
