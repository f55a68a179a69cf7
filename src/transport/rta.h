/* The inside of an RTA run: the ways to integrate and the linewidth object, shared by the run and its estimate. */
#ifndef UMK_TRANSPORT_RTA_H
#define UMK_TRANSPORT_RTA_H

#include "phonon/phonons.h"
#include "scattering/linewidth.h"
#include <umklapp/conductivity.h>

typedef struct umk_rta {
    umk_context *context;
    const umk_transport_model *model;
    const umk_rta_options *options;
    double cutoff_frequency;
    int64_t n_sigmas, n_bands, n_temperatures;
    int64_t n_points;
    const int64_t *points, *point_weights; /* (n_points) borrowed; point_weights NULL where points were given */
    umk_weights **weights;                 /* (n_sigmas) */
    umk_linewidth *linewidth;              /* NULL where linewidths are read */
} umk_rta;

/** Checks the options and prepares what both need; ended by umk_rta_clear, also after a failure. */
umk_status umk_rta_prepare(umk_rta *rta, umk_context *context, const umk_transport_model *model,
                           const umk_rta_options *options);
void umk_rta_clear(umk_rta *rta);

/** Bytes of the results of all sigmas. */
double umk_rta_result_bytes(const umk_rta *rta);

/**
 * Bytes beside the results while one of them is written, after the run: its file is made in memory and copied out of
 * HDF5. The most that it can be, which it is without compression; 0 where grid points were given and there is no kappa.
 */
double umk_rta_writing_bytes(const umk_rta *rta);

#endif
