/* A run of the full Boltzmann equation on silicon that tests go through step by step. */
#ifndef UMK_TESTS_TRANSPORT_STEPPER_H
#define UMK_TESTS_TRANSPORT_STEPPER_H

#include "support/model.h"
#include "transport/lbte/plan.h"
#include "transport/lbte/solvers.h"

#include <string.h>
#include <unistd.h>

static const double temperatures[20] = {300, 100, 200, 250, 350, 400, 150, 450, 500, 180,
                                        220, 240, 260, 280, 320, 340, 360, 380, 420, 440};
static umk_context *context;
static test_model *silicon;

static int set_up(void **state) {
    (void)state;
    context = test_context(2);
    silicon = test_model_load(context, &(test_model_options){.example = "si-pbesol"});
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_test_fail_allocation(-1);
    test_model_free(silicon);
    umk_context_destroy(context);
    return 0;
}

/** A run that can be gone through step by step. */
typedef struct stepper {
    test_mesh mesh;
    umk_transport_model transport;
    umk_rta_options options;
    umk_lbte_options lbte;
    umk_rta rta;
    umk_conductivity result;
    umk_collision_space *space;
    umk_collision collision;
    double sigma;
} stepper;

/* The first of the temperatures; sigma 0: tetrahedra */
static stepper *begin_at(int64_t n_mesh, double sigma, int64_t n_temperatures) {
    stepper *s = test_calloc(1, sizeof *s);
    s->mesh = test_mesh_cube(silicon, n_mesh);
    s->transport =
        (umk_transport_model){silicon->crystal, silicon->harmonic, s->mesh.grid, s->mesh.phonons, s->mesh.interaction};
    s->options = (umk_rta_options)UMK_RTA_OPTIONS_INIT;
    s->options.n_temperatures = n_temperatures;
    s->options.temperatures = temperatures;
    s->sigma = sigma;
    if (sigma > 0) {
        s->options.n_sigmas = 1;
        s->options.sigmas = &s->sigma;
    }
    s->options.normal_umklapp = sigma > 0;
    s->options.boundary_mfp = 0;
    s->options.grid_points_in_flight = 2;
    s->lbte = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    test_try(context, umk_lbte_prepare(&s->rta, context, &s->transport, &s->options, &s->lbte));
    test_try(context, umk_rta_begin(&s->rta, &s->result));
    test_try(context, umk_collision_space_create(&s->space, context, s->mesh.grid, s->mesh.phonons, &s->result,
                                                 s->rta.cutoff_frequency, false));
    umk_collision_init(&s->collision, context, s->rta.linewidth, s->rta.n_points, s->rta.points, 1e18);
    return s;
}

static stepper *begin(int64_t n_mesh, double sigma) {
    return begin_at(n_mesh, sigma, 2);
}

static void scatter(stepper *s) {
    s->rta.collision = &s->collision;
    test_try(context, umk_rta_scatter(&s->rta, &s->result));
    umk_collision_space_set_linewidths(s->space, &s->result);
    assert_int_equal(s->collision.n_kept, s->rta.n_points);
}

static void end(stepper *s) {
    umk_collision_clear(&s->collision);
    umk_collision_space_destroy(s->space);
    umk_conductivity_clear(&s->result);
    umk_rta_clear(&s->rta);
    test_mesh_free(&s->mesh);
    test_free(s);
}

#endif
