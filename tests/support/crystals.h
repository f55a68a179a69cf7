/*
 * The two crystals that tests of strengths and linewidths run on, and their context: a set-up of the program calls
 * load_crystals, tear_down_crystals ends them.
 */
#ifndef UMK_TESTS_SUPPORT_CRYSTALS_H
#define UMK_TESTS_SUPPORT_CRYSTALS_H

#include "support/model.h"

static umk_context *context;
static test_model *silicon, *sodium_chloride;

/** nac_method: of sodium chloride. */
static inline int load_crystals(int n_threads, umk_nac_method nac_method) {
    context = test_context(n_threads);
    silicon = test_model_load(context, &(test_model_options){.example = "si-pbesol"});
    sodium_chloride = test_model_load(context, &(test_model_options){.example = "nacl", .nac_method = nac_method});
    return 0;
}

static inline int tear_down_crystals(void **state) {
    (void)state;
    test_model_free(silicon);
    test_model_free(sodium_chloride);
    umk_context_destroy(context);
    return 0;
}

#endif
