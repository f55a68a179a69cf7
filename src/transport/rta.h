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
    struct umk_collision *collision;       /* keeps the rows of the collision operator; NULL: none are wanted */
    int64_t n_results;                     /* that are held at the same time, of all sigmas; 0: one */
    double directions[3];                  /* sums over points of what little groups leave, of each class of axes */
    int64_t n_done;                        /* points whose linewidths are there already */
    void (*on_flight)(void *user, int64_t first, int64_t n); /* these points are done; may be NULL */
    void *user;
} umk_rta;

/** Checks the options and prepares what both need; ended by umk_rta_clear, also after a failure. */
umk_status umk_rta_prepare(umk_rta *rta, umk_context *context, const umk_transport_model *model,
                           const umk_rta_options *options);
void umk_rta_clear(umk_rta *rta);

/** Bytes of the results of all sigmas. */
double umk_rta_result_bytes(const umk_rta *rta);

/** Triplets of all points; of more than 16 an even sample is counted and scaled. */
umk_status umk_rta_count_triplets(double *n_triplets, const umk_rta *rta);

/** The steps of a run: memory, harmonic part and isotopes, then linewidths, then mode_kappa and kappa of result number
 * s. */
umk_status umk_rta_begin(const umk_rta *rta, umk_conductivity *results);
umk_status umk_rta_scatter(const umk_rta *rta, umk_conductivity *results);
void umk_rta_sum(const umk_rta *rta, int64_t s, umk_conductivity *results);

/** Whether kappa has a share of pairs of bands: with a transport other than Boltzmann's, of all grid points. */
bool umk_rta_has_coherences(const umk_rta *rta);
/** Bytes that this share needs while it is computed; 0 without it. */
double umk_rta_coherence_bytes(const umk_rta *rta);
/** Fills kappa_intra and kappa_inter of all sigmas and makes kappa their sum; without such a share nothing is done. */
umk_status umk_rta_add_coherences(const umk_rta *rta, umk_conductivity *results);

/**
 * Bytes beside the results while one of them is written, after the run: its file is made in memory and copied out of
 * HDF5. The most that it can be, which it is without compression; 0 where grid points were given and there is no kappa.
 */
double umk_rta_writing_bytes(const umk_rta *rta);

#endif
