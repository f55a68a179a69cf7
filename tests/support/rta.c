/* A run, in a file of its own: programs that link fewer rooms use the rest of model.h. */
#include "support/model.h"

void test_run_rta(umk_conductivity *results, const test_model *model, const test_mesh *mesh,
                  const umk_rta_options *options) {
    umk_transport_model transport = {model->crystal, model->harmonic, mesh->grid, mesh->phonons, mesh->interaction};
    test_try(model->context, umk_rta_run(results, model->context, &transport, options));
}
