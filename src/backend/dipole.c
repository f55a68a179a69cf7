/* The dipole-dipole sum of Gonze and Lee (Phys. Rev. B 55, 10355 (1997)) for a list of G and an Ewald parameter. */
#include "backend/lattice.h"
#include "linalg/matrix3.h"
#include <string.h>

umk_status umk_dipole_view_create(umk_dipole *dipole, const umk_call *call) {
    umk_status status = UMK_OK;
    umk_context *context = call->context;
    enum { n_lanes = 8 };
    int64_t n_p = umk_call_size(call, "born", 0), n = umk_call_size(call, "g_list", 0);
    const double(*vectors)[3] = (const double(*)[3])umk_call_reals(call, "g_list");
    const double(*positions)[3] = (const double(*)[3])umk_call_reals(call, "pos");
    double lambda = umk_call_real(call, umk_call_given(call, "lambda_") ? "lambda_" : "lambda");
    if (!(lambda > 0)) return umk_call_fail(call, "lambda_", "%g is not positive", lambda);
    *dipole = (umk_dipole){.n_primitive = n_p,
                           .n_vectors = n,
                           .n_padded = (n + n_lanes - 1) / n_lanes * n_lanes,
                           .lambda = lambda,
                           .factor = 1};
    for (int a = 0; a < 3; a++) UMK_ALLOCATE(context, dipole->vectors[a], dipole->n_padded);
    UMK_ALLOCATE(context, dipole->phase_re, n_p * dipole->n_padded);
    UMK_ALLOCATE(context, dipole->phase_im, n_p * dipole->n_padded);
    UMK_ALLOCATE(context, dipole->charges, n_p);
    UMK_ALLOCATE(context, dipole->inverse_root_masses, n_p);
    UMK_ALLOCATE(context, dipole->self_term, n_p);
    memcpy(dipole->dielectric, umk_call_reals(call, "dielectric"), sizeof dipole->dielectric);
    memcpy(dipole->charges, umk_call_reals(call, "born"), (size_t)n_p * sizeof *dipole->charges);
    for (int64_t g = 0; g < n; g++) {
        for (int a = 0; a < 3; a++) dipole->vectors[a][g] = vectors[g][a];
        for (int64_t i = 0; i < n_p; i++) {
            double turns = umk_dot3(vectors[g], positions[i]), angle = 2 * UMK_PI * (turns - nearbyint(turns));
            dipole->phase_re[i * dipole->n_padded + g] = cos(angle);
            dipole->phase_im[i * dipole->n_padded + g] = sin(angle);
        }
    }
    for (int64_t i = 0; i < n_p; i++) dipole->inverse_root_masses[i] = 1;
cleanup:
    return status;
}

static umk_status charge_sum(umk_call *call) {
    umk_charge_sum(umk_call_size(call, "born", 0), umk_call_real(call, "factor"), umk_call_reals(call, "q_cart"),
                   (const double(*)[3][3])umk_call_reals(call, "born"),
                   (double(*)[9])umk_call_reals(call, "charge_sum"));
    return UMK_OK;
}

static const umk_call_parameter charge_sum_parameters[] = {UMK_OUT_REALS("charge_sum", "primitive primitive 3 3"),
                                                           UMK_REAL("factor"), UMK_REALS("q_cart", "3"),
                                                           UMK_REALS("born", "primitive 3 3"), UMK_END};

static umk_status recip_dipole_dipole_q0(umk_call *call) {
    umk_status status = UMK_OK;
    umk_dipole dipole = {.n_primitive = 0};
    double *scratch = NULL;
    UMK_TRY(umk_dipole_view_create(&dipole, call));
    UMK_ALLOCATE(call->context, scratch, umk_dipole_scratch(&dipole));
    umk_dipole_set_self_term(&dipole, scratch);
    memcpy(umk_call_complexes(call, "dd_q0"), dipole.self_term, (size_t)dipole.n_primitive * sizeof *dipole.self_term);
cleanup:
    umk_dipole_clear(&dipole);
    umk_release(scratch);
    return status;
}

static const umk_call_parameter recip_dipole_dipole_q0_parameters[] = {UMK_OUT_COMPLEXES("dd_q0", "primitive 3 3"),
                                                                       UMK_REALS("g_list", "* 3"),
                                                                       UMK_REALS("born", "primitive 3 3"),
                                                                       UMK_REALS("dielectric", "3 3"),
                                                                       UMK_REALS("pos", "primitive 3"),
                                                                       UMK_REAL("lambda"),
                                                                       UMK_END};

static umk_status recip_dipole_dipole(umk_call *call) {
    umk_status status = UMK_OK;
    umk_dipole dipole = {.n_primitive = 0};
    double *scratch = NULL;
    double complex *dd = umk_call_complexes(call, "dd");
    UMK_TRY(umk_dipole_view_create(&dipole, call));
    UMK_ALLOCATE(call->context, scratch, umk_dipole_scratch(&dipole));
    memcpy(dipole.self_term, umk_call_complexes(call, "dd_q0"), (size_t)dipole.n_primitive * sizeof *dipole.self_term);
    dipole.factor = umk_call_real(call, "factor");
    dipole.has_direction = umk_call_given(call, "q_direction_cart");
    if (dipole.has_direction)
        memcpy(dipole.direction, umk_call_reals(call, "q_direction_cart"), sizeof dipole.direction);
    memset(dd, 0, (size_t)umk_call_length(call, "dd") * sizeof *dd);
    umk_dipole_add(&dipole, umk_call_reals(call, "q_cart"), true, 1, scratch, dd);
cleanup:
    umk_dipole_clear(&dipole);
    umk_release(scratch);
    return status;
}

static const umk_call_parameter recip_dipole_dipole_parameters[] = {UMK_OUT_COMPLEXES("dd", "primitive 3 primitive 3"),
                                                                    UMK_COMPLEXES("dd_q0", "primitive 3 3"),
                                                                    UMK_REALS("g_list", "* 3"),
                                                                    UMK_REALS("q_cart", "3"),
                                                                    UMK_REALS("born", "primitive 3 3"),
                                                                    UMK_REALS("dielectric", "3 3"),
                                                                    UMK_REALS("pos", "primitive 3"),
                                                                    UMK_REAL("factor"),
                                                                    UMK_REAL("lambda_"),
                                                                    UMK_MAYBE_REALS("q_direction_cart", "3"),
                                                                    UMK_END};

static umk_status derivative_recip_dipole_dipole(umk_call *call) {
    umk_status status = UMK_OK;
    umk_dipole dipole = {.n_primitive = 0};
    double *scratch = NULL;
    double complex *dd = umk_call_complexes(call, "dd");
    UMK_TRY(umk_dipole_view_create(&dipole, call));
    UMK_ALLOCATE(call->context, scratch, umk_dipole_scratch(&dipole));
    dipole.factor = umk_call_real(call, "factor");
    dipole.has_direction = umk_call_given(call, "q_direction_cart");
    if (dipole.has_direction)
        memcpy(dipole.direction, umk_call_reals(call, "q_direction_cart"), sizeof dipole.direction);
    memset(dd, 0, (size_t)umk_call_length(call, "dd") * sizeof *dd);
    umk_dipole_add_derivative(&dipole, umk_call_reals(call, "q_cart"), true, scratch, dd);
cleanup:
    umk_dipole_clear(&dipole);
    umk_release(scratch);
    return status;
}

static const umk_call_parameter derivative_recip_dipole_dipole_parameters[] = {
    UMK_OUT_COMPLEXES("dd", "3 primitive 3 primitive 3"),
    UMK_REALS("g_list", "* 3"),
    UMK_REALS("q_cart", "3"),
    UMK_REALS("born", "primitive 3 3"),
    UMK_REALS("dielectric", "3 3"),
    UMK_REALS("pos", "primitive 3"),
    UMK_REAL("factor"),
    UMK_REAL("lambda_"),
    UMK_MAYBE_REALS("q_direction_cart", "3"),
    UMK_END};

const umk_backend_function umk_backend_dipole_functions[] = {
    UMK_ROW(charge_sum),          UMK_ROW(recip_dipole_dipole_q0),
    UMK_ROW(recip_dipole_dipole), UMK_ROW(derivative_recip_dipole_dipole),
    {NULL, NULL, NULL},
};
