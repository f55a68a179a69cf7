/*
 * What the tests of the full linearized Boltzmann equation share: three crystals, a context whose warnings are kept,
 * and runs of one sigma.
 */
#ifndef UMK_TESTS_PHYSICS_LBTE_H
#define UMK_TESTS_PHYSICS_LBTE_H

#include "support/compare.h"
#include "support/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { most_temperatures = 9 };
static const double temperatures[] = {300, 100, 800};

/** What the log has said. */
static struct {
    int n_warnings;
    char last[512];
} told;

static inline void listen(void *user, umk_log_level level, const char *line) {
    (void)user;
    if (level != UMK_LOG_WARNING) return;
    told.n_warnings++;
    snprintf(told.last, sizeof told.last, "%s", line);
}

static inline umk_context *make_context(int n_threads) {
    umk_context *made;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    options.log = listen;
    assert_int_equal(umk_context_create(&made, &options), UMK_OK);
    return made;
}

static umk_context *context;
static test_model *silicon, *sodium_chloride, *wurtzite;

static inline int set_up(void **state) {
    (void)state;
    context = make_context(2);
    silicon = test_model_load(context, &(test_model_options){.example = "si-pbesol"});
    sodium_chloride = test_model_load(context, &(test_model_options){.example = "nacl"});
    wurtzite = test_model_load(context, &(test_model_options){.example = "wurtzite-model"});
    return 0;
}

static inline int tear_down(void **state) {
    (void)state;
    test_model_free(silicon);
    test_model_free(sodium_chloride);
    test_model_free(wurtzite);
    umk_context_destroy(context);
    return 0;
}

/** A run of one sigma. */
typedef struct solution {
    umk_conductivity result;
    umk_lbte_report reports[most_temperatures];
    umk_lbte_spectrum spectrum;
} solution;

static inline umk_rta_options one_temperature(void) {
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = 1;
    options.temperatures = temperatures;
    return options;
}

static inline umk_lbte_options directly(void) {
    umk_lbte_options options = UMK_LBTE_OPTIONS_INIT;
    options.solver = UMK_LBTE_DIRECT;
    return options;
}

static inline umk_lbte_options iteratively(void) {
    umk_lbte_options options = UMK_LBTE_OPTIONS_INIT;
    options.tolerance = 1e-12;
    return options;
}

static inline umk_status try_solve(solution *s, umk_context *own, const test_model *model, const test_mesh *mesh,
                                   const umk_rta_options *rta, const umk_lbte_options *lbte) {
    umk_transport_model transport = {model->crystal, model->harmonic, mesh->grid, mesh->phonons, mesh->interaction};
    memset(s, 0, sizeof *s);
    return umk_lbte_run(&s->result, s->reports, &s->spectrum, own, &transport, rta, lbte);
}

static inline solution solve(const test_model *model, const test_mesh *mesh, umk_rta_options rta,
                             umk_lbte_options lbte) {
    solution s;
    test_try(model->context, try_solve(&s, model->context, model, mesh, &rta, &lbte));
    return s;
}

static inline void end_solution(solution *s) {
    umk_conductivity_clear(&s->result);
    umk_lbte_spectrum_clear(&s->spectrum);
}

static inline void expect_kappa(const char *what, const solution *got, const solution *expected, double tolerance) {
    int64_t n = expected->result.n_temperatures;
    double deviation = test_deviation_rows(n, 6, got->result.kappa, expected->result.kappa);
    print_message("%s: kappa %.6g within %.1e\n", what, expected->result.kappa[0], deviation);
    if (!(deviation <= tolerance)) fail_msg("%s: kappa differs by %.2e, allowed are %.1e", what, deviation, tolerance);
}

static inline void expect_kappas(const char *what, const solution *got, const solution *expected, double tolerance) {
    double rta =
        test_deviation_rows(expected->result.n_temperatures, 6, got->result.kappa_rta, expected->result.kappa_rta);
    expect_kappa(what, got, expected, tolerance);
    if (!(rta <= tolerance)) fail_msg("%s: kappa_rta differs by %.2e", what, rta);
}

static inline test_mesh make_mesh(const test_model *model, int64_t a, int64_t b, int64_t c, bool all_points) {
    umk_grid_options grid = UMK_GRID_OPTIONS_INIT;
    grid.mesh[0] = a;
    grid.mesh[1] = b;
    grid.mesh[2] = c;
    grid.no_grid_point_symmetry = grid.no_mesh_symmetry = all_points;
    return test_mesh_make(model, &grid, NULL);
}

#endif
