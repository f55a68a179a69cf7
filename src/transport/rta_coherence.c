/* What pairs of bands carry in an RTA run: its linewidths of all kinds, handed to umk_coherence_run. */
#include "transport/conductivity.h"
#include "transport/rta.h"
#include <string.h>
#include <umklapp/coherence.h>

bool umk_rta_has_coherences(const umk_rta *rta) {
    return rta->options->transport != UMK_TRANSPORT_BOLTZMANN && rta->options->n_grid_points == 0;
}

static umk_coherence_options coherence_options(const umk_rta *rta, const double *const *linewidths) {
    return (umk_coherence_options){.transport = rta->options->transport,
                                   .n_temperatures = rta->n_temperatures,
                                   .temperatures = rta->options->temperatures,
                                   .n_points = rta->n_points,
                                   .points = rta->points,
                                   .n_linewidths = rta->n_sigmas,
                                   .linewidths = linewidths,
                                   .cutoff_frequency = rta->cutoff_frequency,
                                   .no_kappa_stars = rta->options->no_kappa_stars};
}

double umk_rta_coherence_bytes(const umk_rta *rta) {
    if (!umk_rta_has_coherences(rta)) return 0;
    umk_coherence_options options = coherence_options(rta, NULL);
    double modes = (double)rta->n_points * (double)rta->n_bands;
    return 8 * modes * (double)rta->n_temperatures * (double)rta->n_sigmas +
           umk_coherence_memory(rta->context, rta->model, &options);
}

/* total (T, P, B) */
static void add_linewidths(double *total, const umk_conductivity *result) {
    int64_t modes = result->n_points * result->n_bands;
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        for (int64_t mode = 0; mode < modes; mode++) {
            total[t * modes + mode] = umk_total_linewidth(result, t, mode);
        }
    }
}

/* How much of kappa_inter is not of bands that differ in frequency: people take it for coherence. */
static void tell_degenerate(const umk_rta *rta, const double *kappa_inter, const double *degenerate) {
    double largest = 0, temperature = 0;
    for (int64_t row = 0; row < rta->n_sigmas * rta->n_temperatures; row++) {
        double trace = 0, part = 0;
        for (int c = 0; c < 3; c++) {
            trace += kappa_inter[6 * row + c];
            part += degenerate[6 * row + c];
        }
        if (!(part > largest * trace)) continue;
        largest = part / trace;
        temperature = rta->options->temperatures[row % rta->n_temperatures];
    }
    if (largest < 0.01) return;
    umk_log(
        rta->context, UMK_LOG_INFO,
        "up to %.0f %% of kappa_inter (at %g K) is of pairs of degenerate bands, which carry heat as populations do",
        100 * largest, temperature);
}

umk_status umk_rta_add_coherences(const umk_rta *rta, umk_conductivity *results) {
    umk_status status = UMK_OK;
    int64_t n_t = rta->n_temperatures, all = rta->n_points * rta->n_bands * n_t;
    double *totals = NULL, *kappa_inter = NULL, *degenerate = NULL;
    const double **linewidths = NULL;
    if (!umk_rta_has_coherences(rta)) return UMK_OK;
    UMK_ALLOCATE(rta->context, totals, rta->n_sigmas * all);
    UMK_ALLOCATE(rta->context, linewidths, rta->n_sigmas);
    UMK_ALLOCATE(rta->context, kappa_inter, rta->n_sigmas * n_t * 6);
    UMK_ALLOCATE(rta->context, degenerate, rta->n_sigmas * n_t * 6);
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        add_linewidths(totals + s * all, &results[s]);
        linewidths[s] = totals + s * all;
    }
    umk_coherence_options options = coherence_options(rta, linewidths);
    UMK_TRY(umk_coherence_run(kappa_inter, degenerate, rta->context, rta->model, &options));
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        memcpy(results[s].kappa_intra, results[s].kappa, (size_t)(n_t * 6) * sizeof(double));
        memcpy(results[s].kappa_inter, kappa_inter + s * n_t * 6, (size_t)(n_t * 6) * sizeof(double));
        for (int64_t v = 0; v < n_t * 6; v++) results[s].kappa[v] += results[s].kappa_inter[v];
    }
    tell_degenerate(rta, kappa_inter, degenerate);
cleanup:
    umk_release(totals);
    umk_release(linewidths);
    umk_release(kappa_inter);
    umk_release(degenerate);
    return status;
}
