/* What a run of the full Boltzmann equation will take: options, memory, time. */
#ifndef UMK_TRANSPORT_LBTE_PLAN_H
#define UMK_TRANSPORT_LBTE_PLAN_H

#include "transport/rta.h"
#include <umklapp/lbte.h>

umk_status umk_lbte_check_options(umk_context *context, const umk_rta_options *options, const umk_lbte_options *lbte);

/** Bytes that the run may take beyond the model. */
double umk_lbte_memory(const umk_context *context, const umk_lbte_options *lbte);

/**
 * umk_rta_prepare with as many grid points in flight as the memory allows, told in options; UMK_ERROR_MEMORY where not
 * even one is possible. Ended by umk_rta_clear, also after a failure.
 */
umk_status umk_lbte_prepare(umk_rta *rta, umk_context *context, const umk_transport_model *model,
                            umk_rta_options *options, const umk_lbte_options *lbte);

/** Number of a BZ point among the irreducible ones of a prepared run; UMK_ERROR_ARGUMENT where it is none. */
umk_status umk_lbte_find_point(int64_t *number, const umk_rta *rta, int64_t bz_point);

/** Bytes beyond the model that a prepared run needs without rows that are kept. */
double umk_lbte_bytes(const umk_rta *rta, const umk_lbte_options *lbte);

#endif
