/*
 * A crystal of examples/ as the objects of the library, through public headers only. Whatever fails ends the test with
 * the library's message.
 */
#ifndef UMK_TESTS_SUPPORT_MODEL_H
#define UMK_TESTS_SUPPORT_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <umklapp/umklapp.h>

typedef struct test_model_options {
    const char *example;                     /* folder under examples/ */
    double fc2_scale, fc3_scale, mass_scale; /* 0 stands for 1 */
    umk_nac_method nac_method;               /* without meaning for crystals without charges */
    bool no_symmetry;
    double fc3_cutoff; /* angstrom; 0: none */
} test_model_options;

typedef struct test_model {
    umk_context *context; /* borrowed */
    umk_input input;
    umk_crystal *crystal;
    umk_fc2 *fc2;
    umk_fc3 *fc3;
    umk_harmonic *harmonic;
} test_model;

/** A context with so many threads, without log lines. */
umk_context *test_context(int n_threads);

/** True when the status is UMK_OK; else prints the message of the context. */
bool test_succeeded(umk_context *context, umk_status status);
#define test_try(context, call) assert_true(test_succeeded((context), (call)))

test_model *test_model_load(umk_context *context, const test_model_options *options);
void test_model_free(test_model *model);

/** A grid, its phonons and the interaction of a model. */
typedef struct test_mesh {
    umk_grid *grid;
    umk_phonons *phonons;
    umk_interaction *interaction;
} test_mesh;

/** interaction NULL: the defaults. */
test_mesh test_mesh_make(const test_model *model, const umk_grid_options *grid,
                         const umk_interaction_options *interaction);
/** A mesh n x n x n with all defaults. */
test_mesh test_mesh_cube(const test_model *model, int64_t n);
void test_mesh_free(test_mesh *mesh);

/** umk_rta_run on a mesh; results as there. */
void test_run_rta(umk_conductivity *results, const test_model *model, const test_mesh *mesh,
                  const umk_rta_options *options);

#endif
