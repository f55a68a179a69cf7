/* What an RTA run will take, before it starts: memory from sizes, time from one grid point of many. */
#include "transport/rta.h"

enum { counted_points = 16, least_points_for_time = 64 };

umk_status umk_rta_count_triplets(double *n_triplets, const umk_rta *rta) {
    umk_status status = UMK_OK;
    int64_t n_counted = rta->n_points < counted_points ? rta->n_points : counted_points;
    double sum = 0;
    for (int64_t i = 0; i < n_counted; i++) {
        umk_triplets *triplets = NULL;
        UMK_TRY(
            umk_triplets_create(&triplets, rta->context, rta->model->grid, rta->points[i * rta->n_points / n_counted]));
        sum += (double)triplets->n_triplets;
        umk_triplets_destroy(triplets);
    }
    *n_triplets = sum * (double)rta->n_points / (double)n_counted;
cleanup:
    return status;
}

/*
 * The peak is in the run or, with many temperatures, while results are written. Scratch is given back before that, but
 * the C library keeps blocks of some tens of megabytes for itself, so that the sum is what to be ready for.
 */
static double peak_bytes(const umk_rta *rta) {
    double bytes = umk_rta_result_bytes(rta) + umk_rta_writing_bytes(rta);
    if (rta->linewidth == NULL) return bytes;
    double flight = (double)umk_linewidth_points_in_flight(rta->linewidth) * (double)(rta->n_sigmas * rta->n_bands);
    return bytes + umk_linewidth_memory(rta->linewidth) + 3 * sizeof(double) * flight * (double)rta->n_temperatures;
}

umk_status umk_rta_estimate_run(umk_rta_estimate *estimate, umk_context *context, const umk_transport_model *model,
                                const umk_rta_options *options) {
    umk_status status = UMK_OK;
    umk_rta rta;
    *estimate = (umk_rta_estimate){0};
    UMK_TRY(umk_rta_prepare(&rta, context, model, options));
    estimate->n_points = rta.n_points;
    estimate->bytes = peak_bytes(&rta);
    UMK_TRY(umk_rta_count_triplets(&estimate->n_triplets, &rta));
    if (rta.linewidth == NULL || model->interaction == NULL || rta.n_points < least_points_for_time) goto cleanup;
    umk_linewidth_result result = {0};
    double started = umk_now();
    UMK_TRY(umk_linewidth_run(rta.linewidth, context, 1, &rta.points[rta.n_points / 2], NULL, &result));
    estimate->seconds = (umk_now() - started) / (double)result.n_triplets * estimate->n_triplets;
cleanup:
    umk_rta_clear(&rta);
    return status;
}
