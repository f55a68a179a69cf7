/*
 * How far kappa can be trusted where the heat is carried by modes that hardly decay.
 *
 * A triplet's integration weights differ seen from its three members; the error of B that comes with it has the size of
 * the antisymmetric part X = (A - A^T) / 2 that is taken away. In the norm of the linewidths, |f|^2 = <f, Gamma f>, an
 * error of B changes kappa = <y, b> = <y, B y> by at most
 *
 *     |<y, dB y>| <= |Gamma^-1 dB y| |y|,     so that     |Gamma^-1 X y| |y| / <y, b>
 *
 * is the part of kappa that is in doubt, if dB is like X.
 */
#include "transport/lbte/solvers.h"
#include <math.h>

/* <y, b> / <y, Gamma y> above which errors are far smaller than kappa: 1 for relaxation times. */
static const double strong = 0.5;

typedef struct products {
    double *of_drive, *of_linewidths, *of_error; /* (n_lanes) <y, b>, <y, Gamma y>, <X y, Gamma^-1 X y> */
    bool *doubtful;                              /* (n_temperatures) */
    bool *active;                                /* (n_blocks) of temperatures of which one is */
} products;

/* Lanes in which there is a solution. */
static bool counts(const umk_collision_space *space, const umk_lbte_report *reports, const products *products,
                   int64_t lane) {
    int64_t temperature = umk_lane_temperature(space, lane);
    if (temperature >= space->n_temperatures) return false;
    return reports[temperature].state != UMK_LBTE_NOT_POSITIVE && products->of_drive[lane] > 0;
}

/* Temperatures at which errors may not be small; each is judged by itself. Returns whether there is any. */
static bool find_doubtful(const umk_collision_space *space, const umk_lbte_report *reports, const products *products) {
    bool any = false;
    for (int64_t k = 0; k < space->n_lanes; k++) {
        if (!counts(space, reports, products, k)) continue;
        if (products->of_drive[k] >= strong * products->of_linewidths[k]) continue;
        products->doubtful[umk_lane_temperature(space, k)] = true;
        products->active[k / space->mode_size] = any = true;
    }
    return any;
}

umk_status umk_lbte_find_integration_errors(umk_lbte_report *reports, umk_collision *collision,
                                            const umk_collision_space *space, const double *solution) {
    umk_status status = UMK_OK;
    umk_context *context = collision->context;
    double *field = NULL, *scaled = NULL;
    products products = {0};
    if (collision->linewidth == NULL) return UMK_OK; /* a matrix from files has no rows */
    UMK_ALLOCATE(context, products.of_drive, space->n_lanes);
    UMK_ALLOCATE(context, products.of_linewidths, space->n_lanes);
    UMK_ALLOCATE(context, products.of_error, space->n_lanes);
    UMK_ALLOCATE(context, products.doubtful, space->n_temperatures);
    UMK_ALLOCATE(context, products.active, space->n_blocks);
    UMK_ALLOCATE(context, scaled, space->field_size);
    umk_collision_multiply_linewidths(space, solution, scaled);
    umk_collision_product(space, solution, space->drive, products.of_drive);
    umk_collision_product(space, solution, scaled, products.of_linewidths);
    if (!find_doubtful(space, reports, &products)) goto cleanup;
    UMK_ALLOCATE(context, field, space->field_size);
    UMK_TRY(umk_collision_prepare(collision, space));
    UMK_TRY(umk_collision_apply_asymmetry(collision, space, products.active, solution, field));
    umk_collision_divide_linewidths(space, field, scaled);
    umk_collision_product(space, field, scaled, products.of_error);
    for (int64_t k = 0; k < space->n_lanes; k++) {
        if (!counts(space, reports, &products, k) || !products.doubtful[umk_lane_temperature(space, k)]) continue;
        double part = sqrt(products.of_error[k] * products.of_linewidths[k]) / products.of_drive[k];
        umk_lbte_report *report = &reports[umk_lane_temperature(space, k)];
        report->integration_error = fmax(report->integration_error, part);
    }
cleanup:
    umk_release(products.of_drive);
    umk_release(products.of_linewidths);
    umk_release(products.of_error);
    umk_release(products.doubtful);
    umk_release(products.active);
    umk_release(scaled);
    umk_release(field);
    return status;
}
