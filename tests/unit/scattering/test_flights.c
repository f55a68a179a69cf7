/*
 * Linewidths of many grid points at once, with the interaction of silicon (one image of each grid point) and sodium
 * chloride (images on the zone surface differ): the same bits as one point at a time, with any number of threads and of
 * grid points in flight, for every set of kernels; memory that cannot be had; cancellation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include "grid/grid.h"
#include "scattering/linewidth.h"
#include "support/crystals.h"
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { n_bands = 6, n_temperatures = 3, n_weights = 2, n_values = n_weights * n_temperatures * n_bands };
static const double temperatures[n_temperatures] = {0, 100, 300};

/* Under ThreadSanitizer everything is slow: the program then does the same on less, where threads meet. */
static bool is_quick;

static int set_up(void **state) {
    (void)state;
    return load_crystals(1, UMK_NAC_GONZE);
}

/** All that a run yields for one grid point. */
typedef struct widths {
    double gamma[n_values], normal[n_values], umklapp[n_values], strength[n_bands];
    int64_t n_triplets;
} widths;

typedef struct kind {
    umk_kernel_set set;
    int n_threads;
    int64_t in_flight;
    bool full_strength, normal_umklapp;
} kind;

/** Tetrahedra and Gaussians with a cut-off. */
static umk_weights *make_weights(umk_context *own, const test_mesh *mesh, umk_kernel_set set, bool smears) {
    umk_weights *weights;
    umk_weights_options options = {.kernels = umk_kernel_set_name(set)};
    if (smears) options.sigma = 0.1;
    if (smears) options.sigma_cutoff = 4;
    test_try(own, umk_weights_create(&weights, own, mesh->grid, &options));
    return weights;
}

static umk_interaction *make_interaction(const test_model *model, umk_kernel_set set) {
    umk_interaction *interaction;
    umk_interaction_options options = {.cutoff_frequency = -1, .kernels = umk_kernel_set_name(set)};
    test_try(context, umk_interaction_create(&interaction, context, model->crystal, model->fc3, &options));
    return interaction;
}

static void point_at(umk_linewidth_result *result, widths *to) {
    *result = (umk_linewidth_result){to->gamma, to->normal, to->umklapp, to->strength, 0};
}

/* Grid points of a run, `at_once` in each call. */
static void run(const test_mesh *mesh, const umk_interaction *interaction, const kind *kind, int64_t at_once, int64_t n,
                const int64_t *points, const double *average, widths *out) {
    umk_context *own = test_context(kind->n_threads);
    umk_weights *weights[n_weights] = {make_weights(own, mesh, kind->set, false),
                                       make_weights(own, mesh, kind->set, true)};
    umk_linewidth_options options = {n_temperatures,       temperatures,        n_weights, weights,
                                     kind->normal_umklapp, kind->full_strength, -1,        kind->in_flight};
    umk_linewidth *linewidth;
    umk_linewidth_result *results = test_calloc((size_t)n, sizeof *results);
    memset(out, 0, (size_t)n * sizeof *out);
    test_try(own, umk_linewidth_create(&linewidth, own, interaction, mesh->grid, mesh->phonons, &options));
    int64_t n_grid = mesh->grid->n_points, most = kind->in_flight < n_grid ? kind->in_flight : n_grid;
    int64_t least = kind->n_threads < n_grid ? kind->n_threads : n_grid;
    if (kind->in_flight > 0) assert_int_equal(umk_linewidth_points_in_flight(linewidth), most);
    if (kind->in_flight == 0) assert_true(umk_linewidth_points_in_flight(linewidth) >= least);
    for (int64_t i = 0; i < n; i++) point_at(&results[i], &out[i]);
    for (int64_t begin = 0; begin < n; begin += at_once) {
        int64_t count = n - begin < at_once ? n - begin : at_once;
        test_try(own, umk_linewidth_run(linewidth, own, count, points + begin,
                                        average == NULL ? NULL : average + begin * n_bands, results + begin));
    }
    for (int64_t i = 0; i < n; i++) out[i].n_triplets = results[i].n_triplets;
    umk_linewidth_destroy(linewidth);
    for (int w = 0; w < n_weights; w++) umk_weights_destroy(weights[w]);
    test_free(results);
    umk_context_destroy(own);
}

/** Every other point, the last (on the zone surface of an even mesh) and one twice. */
static int64_t choose_points(const test_mesh *mesh, int64_t points[], int64_t most) {
    int64_t n = 0;
    for (int64_t p = 0; p < mesh->grid->n_bz_points && n < most - 2; p += mesh->grid->n_bz_points / 12 + 1) {
        points[n++] = p;
    }
    points[n++] = mesh->grid->n_bz_points - 1;
    points[n] = points[1];
    return n + 1;
}

enum { most_points = 24 };

/* One at a time on one thread, against many. */
static void check_model(const test_model *model, const umk_grid_options *options, umk_kernel_set set, bool full) {
    static const int n_threads[3] = {1, 2, 5};
    static const int64_t in_flight[4] = {1, 3, 100, 0};
    test_mesh mesh = test_mesh_make(model, options, NULL);
    umk_interaction *interaction = make_interaction(model, set);
    int64_t points[most_points], n = choose_points(&mesh, points, most_points);
    widths one[most_points], many[most_points];
    kind kind = {set, 1, 1, full, !full};
    run(&mesh, interaction, &kind, 1, n, points, NULL, one);
    assert_true(one[1].gamma[n_values - 1] > 0 && one[1].n_triplets > 1);
    assert_memory_equal(&one[n - 1], &one[1], sizeof one[1]); /* the same point */
    for (int i = 0; i < 12; i += is_quick ? 4 : 1) {
        kind.n_threads = n_threads[i % 3];
        kind.in_flight = in_flight[i / 3];
        run(&mesh, interaction, &kind, i % 2 == 0 ? n : 5, n, points, NULL, many);
        for (int64_t p = 0; p < n; p++) {
            if (memcmp(&one[p], &many[p], sizeof one[p]) == 0) continue;
            fail_msg("%s: point %d has other bits with %d threads, %d points in flight", umk_kernel_set_name(set),
                     (int)points[p], kind.n_threads, (int)kind.in_flight);
        }
    }
    umk_interaction_destroy(interaction);
    test_mesh_free(&mesh);
}

static void test_many_points(void **state) {
    (void)state;
    if (is_quick) {
        check_model(sodium_chloride, &(umk_grid_options){.mesh = {2, 2, 2}}, UMK_KERNELS_PORTABLE, false);
        return;
    }
    for (int set = UMK_KERNELS_PORTABLE; set < UMK_N_KERNEL_SETS; set++) {
        if (!umk_kernel_set_runs(set)) continue;
        check_model(silicon, &(umk_grid_options){.mesh = {4, 4, 4}}, set, false);
        check_model(sodium_chloride, &(umk_grid_options){.mesh = {4, 4, 4}}, set, set == UMK_KERNELS_PORTABLE);
        check_model(sodium_chloride, &(umk_grid_options){.length = 15, .generalized = true}, set, false);
        /* all 125 triplets: more than a batch */
        check_model(silicon, &(umk_grid_options){.mesh = {5, 5, 5}, .no_mesh_symmetry = true}, set, false);
    }
}

/* Fast ones to rounding; the reference takes triplets as they are listed, the others in an order of their own. */
static void check_against_reference(const umk_grid_options *grid, bool full) {
    enum { n_points = 3 };
    test_mesh mesh = test_mesh_make(sodium_chloride, grid, NULL);
    umk_interaction *reference = make_interaction(sodium_chloride, UMK_KERNELS_REFERENCE);
    const int64_t points[n_points] = {0, mesh.grid->n_bz_points / 3, mesh.grid->n_bz_points - 1};
    widths one[n_points], many[n_points];
    kind kind = {UMK_KERNELS_REFERENCE, 1, 1, full, true};
    run(&mesh, reference, &kind, 1, n_points, points, NULL, one);
    kind.n_threads = 2;
    kind.in_flight = 2;
    run(&mesh, reference, &kind, n_points, n_points, points, NULL, many);
    assert_memory_equal(one, many, sizeof one);
    for (int set = UMK_KERNELS_PORTABLE; set < UMK_N_KERNEL_SETS; set++) {
        if (!umk_kernel_set_runs(set)) continue;
        umk_interaction *interaction = make_interaction(sodium_chloride, set);
        kind.set = set;
        run(&mesh, interaction, &kind, n_points, n_points, points, NULL, many);
        for (int p = 0; p < n_points; p++) {
            double largest = 0, worst = 0;
            for (int i = 0; i < n_values; i++) largest = fmax(largest, one[p].gamma[i]);
            for (int i = 0; i < n_values; i++) {
                worst = fmax(worst, fabs(one[p].gamma[i] - many[p].gamma[i]));
                worst = fmax(worst, fabs(one[p].umklapp[i] - many[p].umklapp[i]));
            }
            assert_true(largest > 0 && worst < 1e-12 * largest);
            for (int b = 0; b < n_bands; b++) {
                assert_true(fabs(one[p].strength[b] - many[p].strength[b]) <= 1e-11 * one[p].strength[b]);
            }
        }
        umk_interaction_destroy(interaction);
    }
    umk_interaction_destroy(reference);
    test_mesh_free(&mesh);
}

static void test_reference_kernels(void **state) {
    (void)state;
    check_against_reference(&(umk_grid_options){.mesh = {2, 2, 2}}, true);
    check_against_reference(&(umk_grid_options){.mesh = {4, 4, 4}}, false);
    check_against_reference(&(umk_grid_options){.mesh = {3, 3, 3}}, true);
}

/* More threads than there is work: a mesh of one point, and single points. */
static void test_idle_threads(void **state) {
    (void)state;
    for (int mesh_number = 1; mesh_number < 3; mesh_number++) {
        test_mesh mesh = test_mesh_cube(silicon, mesh_number);
        widths one[2], many[2];
        const int64_t points[2] = {0, mesh.grid->n_bz_points - 1};
        kind kind = {UMK_KERNELS_PORTABLE, 1, 1, true, true};
        umk_interaction *interaction = make_interaction(silicon, kind.set);
        run(&mesh, interaction, &kind, 1, 2, points, NULL, one);
        kind.n_threads = 9;
        for (kind.in_flight = 0; kind.in_flight < 3; kind.in_flight++) {
            run(&mesh, interaction, &kind, 2, 2, points, NULL, many);
            assert_memory_equal(one, many, sizeof one);
        }
        umk_interaction_destroy(interaction);
        test_mesh_free(&mesh);
    }
}

/* Each grid point has its own average strengths. */
static void test_average_strengths(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(sodium_chloride, 4);
    double average[most_points * n_bands];
    int64_t points[most_points], n = choose_points(&mesh, points, most_points);
    widths one[most_points], many[most_points];
    for (int64_t i = 0; i < n * n_bands; i++) average[i] = 1e-10 * (double)(1 + i % 17);
    kind kind = {UMK_KERNELS_PORTABLE, 1, 1, false, true};
    run(&mesh, NULL, &kind, 1, n, points, average, one);
    kind.n_threads = 3;
    for (kind.in_flight = 1; kind.in_flight < 8; kind.in_flight += 3) {
        run(&mesh, NULL, &kind, n, n, points, average, many);
        assert_memory_equal(one, many, (size_t)n * sizeof *one);
    }
    test_mesh_free(&mesh);
}

/* What is not asked for is left out; the rest stays as it is. */
static void test_left_out(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 3);
    umk_weights *weights[n_weights] = {make_weights(context, &mesh, UMK_KERNELS_PORTABLE, false),
                                       make_weights(context, &mesh, UMK_KERNELS_PORTABLE, true)};
    umk_interaction *interaction = make_interaction(silicon, UMK_KERNELS_PORTABLE);
    umk_linewidth_options options = {n_temperatures, temperatures, n_weights, weights, true, true, -1, 2};
    umk_linewidth *linewidth;
    const int64_t points[3] = {1, 2, 1};
    widths all[3], some[3];
    umk_linewidth_result results[3];
    test_try(context, umk_linewidth_create(&linewidth, context, interaction, mesh.grid, mesh.phonons, &options));
    for (int i = 0; i < 3; i++) point_at(&results[i], &all[i]);
    test_try(context, umk_linewidth_run(linewidth, context, 3, points, NULL, results));
    memset(some, 0x33, sizeof some);
    results[0] = (umk_linewidth_result){.gamma_normal = some[0].normal};
    results[1] = (umk_linewidth_result){.average_strength = some[1].strength};
    results[2] = (umk_linewidth_result){0};
    test_try(context, umk_linewidth_run(linewidth, context, 3, points, NULL, results));
    assert_memory_equal(some[0].normal, all[0].normal, sizeof all[0].normal);
    assert_memory_equal(some[1].strength, all[1].strength, sizeof all[1].strength);
    for (int i = 0; i < 3; i++) assert_true(results[i].n_triplets > 0);
    umk_linewidth_destroy(linewidth);
    umk_interaction_destroy(interaction);
    for (int w = 0; w < n_weights; w++) umk_weights_destroy(weights[w]);
    test_mesh_free(&mesh);
}

/* ---- failures ---------------------------------------------------------------------------------------------------*/

/* Every allocation of creation and run in turn, with images of q0 in several groups, and two flights. */
static void check_allocations(int n_threads, umk_kernel_set set) {
    umk_context *own = test_context(n_threads);
    test_mesh mesh = test_mesh_cube(sodium_chloride, 2);
    umk_interaction *interaction = make_interaction(sodium_chloride, set);
    umk_weights *weights[n_weights] = {make_weights(own, &mesh, set, false), make_weights(own, &mesh, set, true)};
    umk_linewidth_options options = {n_temperatures, temperatures, n_weights, weights, true, true, -1, 2};
    const int64_t points[3] = {0, mesh.grid->n_bz_points - 1, 2};
    widths expected[3], out[3];
    umk_linewidth_result results[3];
    int n_failures = 0;
    for (;; n_failures++) {
        umk_linewidth *linewidth;
        memset(out, 0, sizeof out);
        for (int i = 0; i < 3; i++) point_at(&results[i], &out[i]);
        umk_test_fail_allocation(n_failures);
        umk_status status = umk_linewidth_create(&linewidth, own, interaction, mesh.grid, mesh.phonons, &options);
        bool created = status == UMK_OK;
        if (created) status = umk_linewidth_run(linewidth, own, 3, points, NULL, results);
        umk_test_fail_allocation(-1);
        if (status != UMK_OK) {
            assert_int_equal(status, UMK_ERROR_MEMORY);
            assert_non_null(strstr(umk_context_message(own), "memory"));
        }
        if (!created) assert_null(linewidth);
        bool done = status == UMK_OK;
        if (done) memcpy(expected, out, sizeof out);
        if (created && n_failures % 7 == 0) { /* it is fit for use after a failure */
            for (int i = 0; i < 3; i++) point_at(&results[i], &out[i]);
            test_try(own, umk_linewidth_run(linewidth, own, 3, points, NULL, results));
            for (int i = 0; i < 3; i++) out[i].n_triplets = 0;
            if (done) assert_memory_equal(out, expected, sizeof out);
        }
        umk_linewidth_destroy(linewidth);
        if (done) break;
    }
    assert_true(n_failures > 40);
    umk_interaction_destroy(interaction);
    for (int w = 0; w < n_weights; w++) umk_weights_destroy(weights[w]);
    test_mesh_free(&mesh);
    umk_context_destroy(own);
}

static void test_allocation_failures(void **state) {
    (void)state;
    check_allocations(1, UMK_KERNELS_PORTABLE);
    check_allocations(3, UMK_KERNELS_PORTABLE);
    check_allocations(1, UMK_KERNELS_REFERENCE);
}

/* ---- cancellation -----------------------------------------------------------------------------------------------*/

typedef struct canceller {
    umk_context *context;
    long nanoseconds;
} canceller;

static void *cancel_later(void *argument) {
    canceller *canceller = argument;
    nanosleep(&(struct timespec){0, canceller->nanoseconds}, NULL);
    umk_context_cancel(canceller->context);
    return NULL;
}

/* At any time of a run: it ends as cancelled or is through, and the next run gives what it always gives. */
static void test_cancellation(void **state) {
    (void)state;
    umk_context *own = test_context(2);
    test_mesh mesh = test_mesh_cube(silicon, is_quick ? 2 : 5);
    umk_interaction *interaction = make_interaction(silicon, UMK_KERNELS_PORTABLE);
    umk_weights *weights[n_weights] = {make_weights(own, &mesh, UMK_KERNELS_PORTABLE, false),
                                       make_weights(own, &mesh, UMK_KERNELS_PORTABLE, true)};
    umk_linewidth_options options = {n_temperatures, temperatures, n_weights, weights, true, true, -1, 3};
    umk_linewidth *linewidth;
    int64_t points[most_points], n = choose_points(&mesh, points, most_points);
    widths expected[most_points], out[most_points];
    umk_linewidth_result results[most_points];
    int n_cancelled = 0;
    memset(expected, 0, sizeof expected);
    test_try(own, umk_linewidth_create(&linewidth, own, interaction, mesh.grid, mesh.phonons, &options));
    for (int64_t i = 0; i < n; i++) point_at(&results[i], &expected[i]);
    double started = umk_now();
    test_try(own, umk_linewidth_run(linewidth, own, n, points, NULL, results));
    double seconds = umk_now() - started;
    for (int k = 0; k < 12; k++) {
        canceller canceller = {own, (long)(seconds * 1e9 * k / 12)};
        pthread_t thread;
        memset(out, 0, sizeof out);
        for (int64_t i = 0; i < n; i++) point_at(&results[i], &out[i]);
        if (k == 0) umk_context_cancel(own); /* before it begins */
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &canceller), 0);
        umk_status status = umk_linewidth_run(linewidth, own, n, points, NULL, results);
        pthread_join(thread, NULL);
        assert_true(status == UMK_OK || status == UMK_ERROR_CANCELLED);
        if (k == 0) assert_int_equal(status, UMK_ERROR_CANCELLED);
        n_cancelled += status == UMK_ERROR_CANCELLED;
        if (status == UMK_OK) assert_memory_equal(out, expected, sizeof out);
        umk_context_reset_cancel(own);
    }
    assert_true(n_cancelled > 0);
    test_try(own, umk_linewidth_run(linewidth, own, n, points, NULL, results));
    assert_memory_equal(out, expected, sizeof out);
    umk_linewidth_destroy(linewidth);
    umk_interaction_destroy(interaction);
    for (int w = 0; w < n_weights; w++) umk_weights_destroy(weights[w]);
    test_mesh_free(&mesh);
    umk_context_destroy(own);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_points),
        cmocka_unit_test(test_idle_threads),
        cmocka_unit_test(test_cancellation),
        cmocka_unit_test(test_average_strengths),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_reference_kernels),
        cmocka_unit_test(test_allocation_failures),
    };
    const struct CMUnitTest quick[] = {tests[0], tests[1], tests[2], tests[3]};
    is_quick = argc > 1 && strcmp(argv[1], "quick") == 0;
    return is_quick ? cmocka_run_group_tests(quick, set_up, tear_down_crystals)
                    : cmocka_run_group_tests(tests, set_up, tear_down_crystals);
}
