/*
 * umk_rta_run and its estimate on silicon: options that are refused, linewidths that are read, average and constant
 * strengths, callbacks, single grid points, allocation failures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include "grid/grid.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <umklapp/umklapp.h>

static const double temperatures[2] = {100, 300};

static char warnings[4][512];
static int n_warnings;

static void keep_warning(void *user, umk_log_level level, const char *line) {
    (void)user;
    if (level != UMK_LOG_WARNING) return;
    assert_true(n_warnings < 4);
    snprintf(warnings[n_warnings++], sizeof warnings[0], "%s", line);
}

static umk_context *context;
static umk_input input;
static umk_fc2 *fc2;
static umk_fc3 *fc3;
static umk_crystal *crystal;
static umk_harmonic *harmonic;
static umk_grid *grid;
static umk_phonons *phonons;
static umk_interaction *interaction;
static umk_transport_model model;

static umk_status load(void) {
    umk_status status = UMK_OK;
    const char *folder = UMK_SOURCE_DIR "/examples/si-pbesol";
    char path[1024];
    umk_force_constants_file file;
    umk_grid_options mesh = {.mesh = {3, 3, 3}};
    snprintf(path, sizeof path, "%s/phono3py_disp.yaml", folder);
    UMK_TRY(umk_input_read(&input, context, path));
    umk_crystal_options options = {.unit_cell = &input.unit_cell,
                                   .supercell_matrix = (const int64_t(*)[3])input.supercell_matrix,
                                   .primitive_matrix = (const double(*)[3])input.primitive_matrix};
    UMK_TRY(umk_crystal_create(&crystal, context, &options));
    snprintf(path, sizeof path, "%s/fc2.hdf5", folder);
    UMK_TRY(umk_force_constants_read(&file, context, path, 2));
    UMK_TRY(umk_fc2_create(&fc2, context, crystal, &file));
    umk_force_constants_file_clear(&file);
    snprintf(path, sizeof path, "%s/fc3.hdf5", folder);
    UMK_TRY(umk_force_constants_read(&file, context, path, 3));
    UMK_TRY(umk_fc3_create(&fc3, context, crystal, &file));
    umk_force_constants_file_clear(&file);
    UMK_TRY(umk_harmonic_create(&harmonic, context, crystal, fc2, NULL));
    UMK_TRY(umk_grid_create(&grid, context, crystal, &mesh));
    UMK_TRY(umk_phonons_create(&phonons, context, harmonic, grid, NULL));
    UMK_TRY(umk_interaction_create(&interaction, context, crystal, fc3, NULL));
    model = (umk_transport_model){crystal, harmonic, grid, phonons, interaction};
cleanup:
    return status;
}

static int set_up(void **state) {
    (void)state;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    options.log = keep_warning;
    if (umk_context_create(&context, &options) != UMK_OK) return 1;
    return load() != UMK_OK;
}

static int tear_down(void **state) {
    (void)state;
    umk_interaction_destroy(interaction);
    umk_phonons_destroy(phonons);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    umk_fc3_destroy(fc3);
    umk_fc2_destroy(fc2);
    umk_crystal_destroy(crystal);
    umk_input_clear(&input);
    umk_context_destroy(context);
    return 0;
}

static umk_rta_options make_options(void) {
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = 2;
    options.temperatures = temperatures;
    return options;
}

static umk_conductivity run(const umk_rta_options *options) {
    umk_conductivity result;
    umk_status status = umk_rta_run(&result, context, &model, options);
    if (status != UMK_OK) fail_msg("%s", umk_context_message(context));
    return result;
}

static void expect_refused(const umk_rta_options *options, umk_status expected, const char *part) {
    umk_conductivity result;
    umk_rta_estimate estimate;
    umk_status status = umk_rta_run(&result, context, &model, options);
    umk_conductivity_clear(&result);
    assert_int_equal(status, expected);
    if (strstr(umk_context_message(context), part) == NULL) fail_msg("%s", umk_context_message(context));
    assert_null(strchr(umk_context_message(context), '\n'));
    if (expected == UMK_ERROR_ARGUMENT) {
        assert_int_equal(umk_rta_estimate_run(&estimate, context, &model, options), expected);
    }
}

static void test_refused(void **state) {
    (void)state;
    const double below[2] = {100, -5}, sigma[1] = {-0.1};
    const int64_t outside[1] = {1000000};
    umk_rta_options options = make_options();
    options.n_temperatures = 0;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "no temperatures");
    options = make_options();
    options.temperatures = below;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "-5 K");
    options = make_options();
    options.boundary_mfp = -1;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "boundary mean free path");
    options.boundary_mfp = NAN;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "boundary mean free path");
    options = make_options();
    options.n_grid_points = 1;
    options.grid_points = outside;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "grid point 1000000");
    options = make_options();
    options.n_sigmas = 1;
    options.sigmas = sigma;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "smearing width -0.1");
    options = make_options();
    options.transport = (umk_transport)4;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "no transport number 4");
    options = make_options();
    options.cutoff_frequency = 1; /* the interaction was made with the default */
    expect_refused(&options, UMK_ERROR_ARGUMENT, "cut-off frequency is 1 THz here and 0.01 THz");
    model.interaction = NULL;
    options = make_options();
    expect_refused(&options, UMK_ERROR_ARGUMENT, "interaction is missing");
    model.interaction = interaction;
    umk_phonons *few = NULL;
    assert_int_equal(umk_phonons_create_at(&few, context, harmonic, 1, (const double[1][3]){{0.1, 0, 0}}, NULL),
                     UMK_OK);
    model.phonons = few;
    expect_refused(&options, UMK_ERROR_ARGUMENT, "do not belong together");
    model.phonons = phonons;
    umk_phonons_destroy(few);
}

static void expect_same(int64_t n, const double *a, const double *b) {
    assert_memory_equal(a, b, (size_t)n * sizeof *a);
}

/* Linewidths that are read give the same kappa without an interaction; those of another run are refused. */
static void test_read(void **state) {
    (void)state;
    const double variances[2] = {2e-4, 2e-4};
    umk_rta_options options = make_options();
    options.mass_variances = variances;
    options.normal_umklapp = true;
    umk_conductivity first = run(&options);
    int64_t all = 2 * first.n_points * first.n_bands;
    options.read = &first;
    model.interaction = NULL;
    umk_conductivity second = run(&options);
    expect_same(all, second.gamma, first.gamma);
    expect_same(all, second.gamma_umklapp, first.gamma_umklapp);
    expect_same(all / 2, second.gamma_isotope, first.gamma_isotope);
    expect_same(12, second.kappa, first.kappa);
    umk_conductivity_clear(&second);
    double *gamma = first.gamma;
    first.gamma = NULL;
    expect_refused(&options, UMK_ERROR_INPUT, "linewidths read");
    first.gamma = gamma;
    first.temperatures[1] = 301;
    expect_refused(&options, UMK_ERROR_INPUT, "301 K");
    first.temperatures[1] = 300;
    first.grid_points[1]++;
    expect_refused(&options, UMK_ERROR_INPUT, "grid point");
    first.grid_points[1]--;
    first.n_points--;
    expect_refused(&options, UMK_ERROR_INPUT, "linewidths read");
    first.n_points++;
    options.average_strength = true;
    expect_refused(&options, UMK_ERROR_INPUT, "--full-pp");
    model.interaction = interaction;
    umk_conductivity_clear(&first);
}

/* Modes that nothing scatters, and those with a negative linewidth, are told apart; each counts with its star. */
static void test_doubtful_modes(void **state) {
    (void)state;
    umk_rta_options options = make_options();
    umk_conductivity read = run(&options);
    int64_t mode = read.n_points * read.n_bands - 1, star = read.weights[read.n_points - 1];
    char expected[512];
    n_warnings = 0;
    options.read = &read;
    read.gamma[mode] = -0.5; /* at the first temperature */
    read.gamma[mode - 1] = 0;
    read.gamma[mode - 2] = -1e-18; /* the boundary outweighs it */
    umk_conductivity result = run(&options);
    assert_int_equal(n_warnings, 2);
    snprintf(expected, sizeof expected, "%d of %d modes are scattered by nothing but the boundary, ", 2 * (int)star,
             27 * 6 * 2);
    assert_memory_equal(warnings[0], expected, strlen(expected));
    snprintf(expected, sizeof expected, "%d of %d modes have a negative linewidth (soft modes", (int)star, 27 * 6 * 2);
    assert_memory_equal(warnings[1], expected, strlen(expected));
    assert_true(result.mode_kappa[mode * 6] == 0 && result.mode_kappa[(mode - 2) * 6] > 0);
    umk_conductivity_clear(&result);
    n_warnings = 0;
    options.n_grid_points = read.n_points; /* points of one's choice have no kappa to be doubted */
    options.grid_points = read.grid_points;
    result = run(&options);
    assert_int_equal(n_warnings, 0);
    umk_conductivity_clear(&result);
    umk_conductivity_clear(&read);
}

/* --ave-pp takes the averages of --full-pp; a constant strength is linear in its value. */
static void test_average_strengths(void **state) {
    (void)state;
    umk_rta_options options = make_options();
    options.full_strength = true;
    umk_conductivity full = run(&options);
    int64_t all = 2 * full.n_points * full.n_bands;
    options = make_options();
    options.average_strength = true;
    umk_conductivity average = run(&options);
    expect_same(all / 2, average.average_strength, full.average_strength);
    options.read = &full;
    umk_conductivity again = run(&options);
    expect_same(all, again.gamma, average.gamma);
    expect_same(12, again.kappa, average.kappa);
    options = make_options();
    options.constant_strength = 1e-10;
    model.interaction = NULL;
    umk_conductivity one = run(&options);
    options.constant_strength = 2e-10;
    umk_conductivity two = run(&options);
    model.interaction = interaction;
    assert_true(one.frequencies[0] < UMK_CUTOFF_FREQUENCY && one.gamma[0] == 0); /* the acoustic modes at Gamma */
    for (int64_t i = 0; i < all; i++) assert_true(fabs(two.gamma[i] - 2 * one.gamma[i]) <= 1e-14 * two.gamma[i]);
    for (int64_t i = 0; i < all / 2; i++) assert_true(one.average_strength[i] == 1e-10);
    /* of one mode gamma is linear in its own strength: the ratio of two runs is that of the strengths */
    for (int64_t i = 0; i < all; i++) {
        double expected = one.gamma[i] * average.average_strength[i % (all / 2)] / 1e-10;
        assert_true(fabs(average.gamma[i] - expected) <= 1e-5 * average.gamma[i] + 1e-12);
    }
    umk_conductivity *const results[] = {&full, &average, &again, &one, &two};
    for (int i = 0; i < 5; i++) umk_conductivity_clear(results[i]);
}

/* The populations are those of the Boltzmann equation to the last bit; pairs of bands come on top. */
static void test_transport(void **state) {
    (void)state;
    const double variances[2] = {2e-4, 2e-4}, sigmas[2] = {0, 0.1};
    umk_conductivity plain[2], wigner[2];
    umk_rta_options options = make_options();
    options.n_sigmas = 2;
    options.sigmas = sigmas;
    options.mass_variances = variances;
    assert_int_equal(umk_rta_run(plain, context, &model, &options), UMK_OK);
    options.transport = UMK_TRANSPORT_SMM19;
    assert_int_equal(umk_rta_run(wigner, context, &model, &options), UMK_OK);
    for (int s = 0; s < 2; s++) {
        assert_null(plain[s].kappa_intra);
        assert_null(plain[s].kappa_inter);
        expect_same(12, wigner[s].kappa_intra, plain[s].kappa);
        for (int i = 0; i < 12; i++) {
            assert_true(wigner[s].kappa[i] == wigner[s].kappa_intra[i] + wigner[s].kappa_inter[i]);
            if (i % 6 < 3) assert_true(wigner[s].kappa_inter[i] > 1e-4 * wigner[s].kappa[i]);
        }
    }
    assert_true(fabs(wigner[0].kappa_inter[0] / wigner[1].kappa_inter[0] - 1) > 1e-3); /* each has its linewidths */
    options.read = wigner;
    model.interaction = NULL;
    umk_conductivity again[2];
    assert_int_equal(umk_rta_run(again, context, &model, &options), UMK_OK);
    for (int s = 0; s < 2; s++) expect_same(12, again[s].kappa_inter, wigner[s].kappa_inter);
    model.interaction = interaction;
    for (int s = 0; s < 2; s++) {
        umk_conductivity_clear(&plain[s]);
        umk_conductivity_clear(&wigner[s]);
        umk_conductivity_clear(&again[s]);
    }
}

typedef struct seen {
    int64_t n_calls, stop_at;
} seen;

static umk_status on_point(void *user, const umk_conductivity *results, int64_t point) {
    seen *seen = user;
    assert_int_equal(point, seen->n_calls);
    assert_true(results[0].gamma[(point + 1) * results[0].n_bands - 1] > 0);
    return ++seen->n_calls == seen->stop_at ? UMK_ERROR_CANCELLED : UMK_OK;
}

static void test_callback(void **state) {
    (void)state;
    seen seen = {0, -1};
    umk_conductivity result;
    umk_rta_options options = make_options();
    options.on_point = on_point;
    options.user = &seen;
    result = run(&options);
    assert_int_equal(seen.n_calls, result.n_points);
    umk_conductivity_clear(&result);
    seen.n_calls = 0;
    seen.stop_at = 2;
    assert_int_equal(umk_rta_run(&result, context, &model, &options), UMK_ERROR_CANCELLED);
    assert_int_equal(seen.n_calls, 2);
    umk_conductivity_clear(&result);
}

/* Grid points in flight change no bit, with all that linewidths can be made of; each point is told once, in order. */
static void test_points_in_flight(void **state) {
    (void)state;
    const double sigmas[2] = {0, 0.1}, variances[2] = {2e-4, 2e-4};
    const int64_t in_flight[5] = {1, 2, 3, 100, 0};
    umk_rta_options options = make_options();
    options.n_sigmas = 2;
    options.sigmas = sigmas;
    options.mass_variances = variances;
    options.normal_umklapp = true;
    for (int average = 0; average < 2; average++) {
        umk_conductivity first[2], other[2];
        options.full_strength = average == 0;
        options.average_strength = average == 1;
        for (int i = 0; i < 5; i++) {
            seen seen = {0, -1};
            umk_conductivity *results = i == 0 ? first : other;
            options.on_point = on_point;
            options.user = &seen;
            options.grid_points_in_flight = in_flight[i];
            assert_int_equal(umk_rta_run(results, context, &model, &options), UMK_OK);
            assert_int_equal(seen.n_calls, results[0].n_points);
            for (int s = 0; i > 0 && s < 2; s++) {
                int64_t modes = first[s].n_points * first[s].n_bands;
                expect_same(12, other[s].kappa, first[s].kappa);
                expect_same(2 * modes, other[s].gamma, first[s].gamma);
                expect_same(2 * modes, other[s].gamma_normal, first[s].gamma_normal);
                expect_same(2 * modes, other[s].gamma_umklapp, first[s].gamma_umklapp);
                expect_same(modes, other[s].average_strength, first[s].average_strength);
                umk_conductivity_clear(&other[s]);
            }
        }
        for (int s = 0; s < 2; s++) umk_conductivity_clear(&first[s]);
    }
}

/* A stop in the second flight and later: what follows is not told, and nothing is left behind. */
static void test_stop_between_flights(void **state) {
    (void)state;
    umk_rta_options options = make_options();
    options.on_point = on_point;
    for (int64_t in_flight = 1; in_flight < 4; in_flight++) {
        for (int64_t stop = 1; stop < 5; stop++) {
            umk_conductivity result;
            seen seen = {0, stop};
            options.grid_points_in_flight = in_flight;
            options.user = &seen;
            umk_status status = umk_rta_run(&result, context, &model, &options);
            bool reached = stop <= result.n_points;
            assert_int_equal(status, reached ? UMK_ERROR_CANCELLED : UMK_OK);
            assert_int_equal(seen.n_calls, reached ? stop : result.n_points);
            umk_conductivity_clear(&result);
        }
    }
}

/* Points of one's choice: their rows are those of the whole, with the size of their star, and there is no kappa. */
static void test_points(void **state) {
    (void)state;
    umk_rta_options options = make_options();
    umk_conductivity whole = run(&options), part;
    const int64_t chosen[2] = {whole.grid_points[2], whole.grid_points[1]};
    options.n_grid_points = 2;
    options.grid_points = chosen;
    options.transport = UMK_TRANSPORT_SMM19;
    part = run(&options);
    assert_null(part.kappa);
    assert_null(part.kappa_inter);
    assert_int_equal(part.n_points, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(part.weights[i], whole.weights[2 - i]);
        expect_same(36, part.gv_by_gv + 36 * i, whole.gv_by_gv + 36 * (2 - i));
        for (int t = 0; t < 2; t++) {
            expect_same(6, part.gamma + (t * 2 + i) * 6, whole.gamma + (t * whole.n_points + 2 - i) * 6);
        }
    }
    umk_conductivity_clear(&whole);
    umk_conductivity_clear(&part);
}

static void test_estimate(void **state) {
    (void)state;
    umk_rta_estimate estimate;
    umk_rta_options options = make_options();
    assert_int_equal(umk_rta_estimate_run(&estimate, context, &model, &options), UMK_OK);
    const int64_t *points, *weights;
    int64_t n = umk_grid_irreducible(grid, &points, &weights), n_triplets = 0;
    for (int64_t i = 0; i < n; i++) {
        umk_triplets *triplets;
        assert_int_equal(umk_triplets_create(&triplets, context, grid, points[i]), UMK_OK);
        n_triplets += triplets->n_triplets;
        umk_triplets_destroy(triplets);
    }
    assert_int_equal(estimate.n_points, n);
    assert_true(estimate.n_triplets == (double)n_triplets);
    assert_true(estimate.bytes > 0 && estimate.seconds == 0); /* few points are not measured */
    const int64_t chosen[1] = {points[1]};
    options.n_grid_points = 1;
    options.grid_points = chosen;
    umk_rta_estimate one;
    assert_int_equal(umk_rta_estimate_run(&one, context, &model, &options), UMK_OK);
    assert_int_equal(one.n_points, 1);
    assert_true(one.n_triplets > 0 && one.n_triplets < estimate.n_triplets && one.bytes < estimate.bytes);
}

/*
 * With many temperatures the peak is not in the run but while a result is written: beside it there is the file that
 * HDF5 makes in memory, and its bytes. Results of single grid points are not written as a whole.
 */
static void test_estimate_of_writing(void **state) {
    (void)state;
    const double sigmas[2] = {0, 0.1};
    const int64_t *points, *weights;
    int64_t n_points = umk_grid_irreducible(grid, &points, &weights);
    for (int normal_umklapp = 0; normal_umklapp < 2; normal_umklapp++) {
        umk_rta_options options = make_options();
        umk_rta_estimate whole, of_points;
        double one = 8.0 * (double)n_points * 6 * (12 + (normal_umklapp ? 10 : 8) * 2);
        options.normal_umklapp = normal_umklapp;
        options.n_sigmas = 2; /* written one after the other */
        options.sigmas = sigmas;
        assert_int_equal(umk_rta_estimate_run(&whole, context, &model, &options), UMK_OK);
        options.n_grid_points = n_points;
        options.grid_points = points;
        assert_int_equal(umk_rta_estimate_run(&of_points, context, &model, &options), UMK_OK);
        assert_true(whole.bytes - of_points.bytes == 2 * one && of_points.bytes > 2 * one);
    }
}

/* 64 grid points and more: the time is measured on one of them. */
static void test_estimated_time(void **state) {
    (void)state;
    int64_t many[70];
    umk_rta_estimate estimate;
    umk_rta_options options = make_options();
    for (int i = 0; i < 70; i++) many[i] = i % grid->n_bz_points;
    options.n_grid_points = 63;
    options.grid_points = many;
    assert_int_equal(umk_rta_estimate_run(&estimate, context, &model, &options), UMK_OK);
    assert_true(estimate.seconds == 0);
    options.n_grid_points = 70;
    assert_int_equal(umk_rta_estimate_run(&estimate, context, &model, &options), UMK_OK);
    assert_int_equal(estimate.n_points, 70);
    assert_true(estimate.seconds > 0 && estimate.seconds < 60);
    model.interaction = NULL;
    options.constant_strength = 1e-10;
    assert_int_equal(umk_rta_estimate_run(&estimate, context, &model, &options), UMK_OK);
    assert_true(estimate.seconds == 0 && estimate.bytes > 0);
    model.interaction = interaction;
}

static void test_allocation_failures(void **state) {
    (void)state;
    const double sigmas[2] = {0, 0.1}, variances[2] = {2e-4, 2e-4};
    umk_rta_options options = make_options();
    options.n_sigmas = 2;
    options.sigmas = sigmas;
    options.mass_variances = variances;
    options.normal_umklapp = options.full_strength = true;
    options.transport = UMK_TRANSPORT_NJC23;
    int n_failures = 0, step = 1;
    for (;; n_failures += step) {
        umk_conductivity results[2];
        umk_test_fail_allocation(n_failures);
        umk_status status = umk_rta_run(results, context, &model, &options);
        umk_test_fail_allocation(-1);
        for (int s = 0; s < 2; s++) umk_conductivity_clear(&results[s]);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        if (n_failures > 100) step = 7; /* the same again for each grid point */
    }
    assert_true(n_failures > 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_doubtful_modes),
        cmocka_unit_test(test_average_strengths),
        cmocka_unit_test(test_transport),
        cmocka_unit_test(test_callback),
        cmocka_unit_test(test_points_in_flight),
        cmocka_unit_test(test_stop_between_flights),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_estimate_of_writing),
        cmocka_unit_test(test_estimated_time),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
