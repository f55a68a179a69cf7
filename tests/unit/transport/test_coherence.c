/* Heat capacities of pairs of modes, and what umk_coherence_run refuses; a crystal of two atoms held by springs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include <math.h>
#include <string.h>
#include <umklapp/umklapp.h>

static const umk_transport all_transports[3] = {UMK_TRANSPORT_SMM19, UMK_TRANSPORT_NJC23, UMK_TRANSPORT_IBDB19};

static void expect_close(double got, double expected, double tolerance) {
    if (!(fabs(got - expected) <= tolerance * fabs(expected))) fail_msg("%.17g, expected %.17g", got, expected);
}

/* The formulas as they are printed, in long double; x = h f / (k_B T). */
static double by_definition(umk_transport transport, double f, double g, double temperature) {
    long double unit = (long double)UMK_THZ_EV / (UMK_BOLTZMANN_EV * (long double)temperature);
    long double x = f * unit, y = g * unit, n = 1 / expm1l(x), m = 1 / expm1l(y);
    long double c = x * x * n * (n + 1), d = y * y * m * (m + 1);
    long double slope = -(n - m) / (x - y);
    long double value = transport == UMK_TRANSPORT_SMM19   ? (x + y) / 4 * (c / x + d / y)
                        : transport == UMK_TRANSPORT_NJC23 ? (x + y) * (x + y) / 4 * slope
                                                           : x * y * slope;
    return (double)(UMK_BOLTZMANN_EV * value);
}

static void test_definition(void **state) {
    (void)state;
    const double pairs[5][2] = {{1, 2}, {0.01, 15}, {3, 3.1}, {14, 13.9}, {8, 0.5}}, temperatures[3] = {20, 300, 2000};
    for (int i = 0; i < 3; i++) {
        for (int p = 0; p < 5; p++) {
            for (int t = 0; t < 3; t++) {
                double f = pairs[p][0], g = pairs[p][1];
                double found = umk_pair_heat_capacity(all_transports[i], f, g, temperatures[t]);
                expect_close(found, by_definition(all_transports[i], f, g, temperatures[t]), 1e-13);
                assert_true(found == umk_pair_heat_capacity(all_transports[i], g, f, temperatures[t]));
                assert_true(found > 0);
            }
        }
    }
}

/* Two modes of one frequency have the heat capacity of a mode, and so, without a jump, have modes close to each other.
 */
static void test_equal_frequencies(void **state) {
    (void)state;
    const double frequencies[3] = {0.02, 5, 40};
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            double f = frequencies[k], mode = umk_mode_heat_capacity(f, 300);
            expect_close(umk_pair_heat_capacity(all_transports[i], f, f, 300), mode, 1e-14);
            for (double step = 1e-15; step < 1e-6; step *= 10) {
                expect_close(umk_pair_heat_capacity(all_transports[i], f, f * (1 + step), 300), mode, 1e-14 + 8 * step);
            }
        }
    }
}

/* At high temperature a pair has k_B times (f + f')^2 / (4 f f'), but for IBDB19 k_B. */
static void test_classical_limit(void **state) {
    (void)state;
    const double f = 3, g = 11, mixed = (f + g) * (f + g) / (4 * f * g);
    for (int i = 0; i < 3; i++) {
        double expected = UMK_BOLTZMANN_EV * (all_transports[i] == UMK_TRANSPORT_IBDB19 ? 1 : mixed);
        expect_close(umk_pair_heat_capacity(all_transports[i], f, g, 1e6), expected, 1e-6);
        expect_close(umk_pair_heat_capacity(all_transports[i], f, g, 1e5), expected, 1e-4);
    }
}

static void test_extremes(void **state) {
    (void)state;
    const double extremes[4][3] = {{1e4, 2e4, 1}, {1e-300, 1e-300, 300}, {1e300, 1e300, 1}, {1, 1e300, 300}};
    for (int i = 0; i < 3; i++) {
        assert_true(umk_pair_heat_capacity(all_transports[i], 1, 2, 0) == 0);
        assert_true(umk_pair_heat_capacity(all_transports[i], 0, 2, 300) == 0);
        assert_true(umk_pair_heat_capacity(all_transports[i], 1, -2, 300) == 0);
        for (int e = 0; e < 4; e++) {
            double value = umk_pair_heat_capacity(all_transports[i], extremes[e][0], extremes[e][1], extremes[e][2]);
            assert_true(isfinite(value) && value >= 0);
        }
    }
    assert_true(umk_pair_heat_capacity(UMK_TRANSPORT_BOLTZMANN, 1, 2, 300) == 0);
}

/* ---- a cubic crystal of two atoms, springs between neighbours ---------------------------------------------------*/

typedef struct toy {
    umk_context *context;
    umk_crystal *crystal;
    umk_harmonic *harmonic;
    umk_grid *grid;
    umk_phonons *phonons;
    umk_transport_model model;
} toy;

static void attempt(const toy *toy, umk_status status) {
    if (status != UMK_OK) fail_msg("%s", umk_context_message(toy->context));
}

/* CsCl: each atom sits amid eight of the other kind, at (1, 1, 1) / 2 of the cell from it in a supercell of 2 x 2 x 2.
 */
static void set_springs(umk_force_constants_file *file, umk_context *context, const umk_cell *supercell) {
    int64_t n = supercell->n_atoms;
    file->rank = 2;
    file->n_rows = file->n_supercell = n;
    file->values = umk_allocate(context, n * n * 9, sizeof(double));
    for (int64_t i = 0; i < n * n; i++) {
        double fractional[3], d[3] = {0}, square = 0;
        for (int a = 0; a < 3; a++) {
            fractional[a] = supercell->positions[i % n][a] - supercell->positions[i / n][a];
            fractional[a] -= nearbyint(fractional[a]);
            for (int c = 0; c < 3; c++) d[c] += fractional[a] * supercell->lattice[a][c];
        }
        for (int c = 0; c < 3; c++) square += d[c] * d[c];
        if (i / n == i % n || square > 12 + 1e-6) continue; /* angstrom^2 */
        for (int m = 0; m < 9; m++) {
            double force = (m % 4 == 0 ? 0.4 : 0) + 9 * d[m / 3] * d[m % 3] / square;
            file->values[i * 9 + m] -= force;
            file->values[(i / n * n + i / n) * 9 + m] += force;
        }
    }
}

static void make_toy(toy *made, const double lattice[3][3]) {
    const int64_t twice[3][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}};
    double positions[2][3] = {{0, 0, 0}, {0.5, 0.5, 0.5}};
    double masses[2] = {30, 80};
    char symbols[2][UMK_SYMBOL_SIZE] = {"Na", "Cl"};
    umk_cell cell = {.n_atoms = 2, .positions = positions, .masses = masses, .symbols = symbols};
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = twice};
    umk_force_constants_file file = {0};
    umk_fc2 *fc2 = NULL;
    memcpy(cell.lattice, lattice, sizeof cell.lattice);
    memset(made, 0, sizeof *made);
    assert_int_equal(umk_context_create(&made->context, NULL), UMK_OK);
    attempt(made, umk_crystal_create(&made->crystal, made->context, &options));
    set_springs(&file, made->context, umk_crystal_supercell(made->crystal));
    attempt(made, umk_fc2_create(&fc2, made->context, made->crystal, &file));
    umk_force_constants_file_clear(&file);
    attempt(made, umk_harmonic_create(&made->harmonic, made->context, made->crystal, fc2, NULL));
    umk_fc2_destroy(fc2);
    attempt(made, umk_grid_create(&made->grid, made->context, made->crystal, &(umk_grid_options){.mesh = {3, 3, 3}}));
    attempt(made, umk_phonons_create(&made->phonons, made->context, made->harmonic, made->grid, NULL));
    made->model = (umk_transport_model){made->crystal, made->harmonic, made->grid, made->phonons, NULL};
}

static void free_toy(toy *toy) {
    umk_phonons_destroy(toy->phonons);
    umk_grid_destroy(toy->grid);
    umk_harmonic_destroy(toy->harmonic);
    umk_crystal_destroy(toy->crystal);
    umk_context_destroy(toy->context);
}

static int set_up(void **state) {
    static toy made;
    *state = &made;
    make_toy(&made, (const double[3][3]){{4, 0, 0}, {0, 4, 0}, {0, 0, 4}});
    return 0;
}

static int tear_down(void **state) {
    free_toy(*state);
    return 0;
}

enum { n_temperatures = 2, n_bands = 6, most_points = 27 };
static const double temperatures[n_temperatures] = {100, 300};

static umk_coherence_options make_options(const toy *toy, const double *const *linewidths) {
    umk_coherence_options options = UMK_COHERENCE_OPTIONS_INIT;
    const int64_t *weights;
    options.transport = UMK_TRANSPORT_SMM19;
    options.n_temperatures = n_temperatures;
    options.temperatures = temperatures;
    options.n_points = umk_grid_irreducible(toy->grid, &options.points, &weights);
    options.linewidths = linewidths;
    return options;
}

static void fill(double *linewidths, double value) {
    for (int i = 0; i < n_temperatures * most_points * n_bands; i++) linewidths[i] = value;
}

static void expect_refused(toy *toy, const umk_coherence_options *options, const char *part) {
    double kappa[4 * n_temperatures * 6];
    assert_int_equal(umk_coherence_run(kappa, NULL, toy->context, &toy->model, options), UMK_ERROR_ARGUMENT);
    if (strstr(umk_context_message(toy->context), part) == NULL) fail_msg("%s", umk_context_message(toy->context));
}

static void test_refused(void **state) {
    toy *toy = *state;
    double widths[n_temperatures * most_points * n_bands];
    const double *linewidths[1] = {widths};
    const int64_t outside[1] = {-1};
    fill(widths, 0.1);
    umk_coherence_options options = make_options(toy, linewidths), plain = options;
    options.transport = UMK_TRANSPORT_BOLTZMANN;
    expect_refused(toy, &options, "transport number 0");
    options.transport = (umk_transport)9;
    expect_refused(toy, &options, "transport number 9");
    options = plain;
    options.n_temperatures = 0;
    expect_refused(toy, &options, "no temperatures");
    options = plain;
    options.linewidths = NULL;
    expect_refused(toy, &options, "linewidths are given");
    options = plain;
    options.temperatures = (const double[2]){100, -1};
    expect_refused(toy, &options, "-1 K");
    options = plain;
    options.n_points = 1;
    options.points = outside;
    expect_refused(toy, &options, "grid point -1");
    widths[8] = INFINITY;
    expect_refused(toy, &plain, "linewidth inf THz");
    widths[8] = NAN;
    expect_refused(toy, &plain, "nan THz");
    umk_phonons *few = NULL;
    attempt(toy, umk_phonons_create_at(&few, toy->context, toy->harmonic, 1, (const double[1][3]){{0.1, 0, 0}}, NULL));
    toy->model.phonons = few;
    expect_refused(toy, &plain, "do not belong together");
    toy->model.phonons = toy->phonons;
    umk_phonons_destroy(few);
}

/* Without any linewidth nothing is carried, also not within degenerate sets; one mode of a pair with a width is enough.
 */
static void test_zero_linewidths(void **state) {
    toy *toy = *state;
    double none[n_temperatures * most_points * n_bands], some[n_temperatures * most_points * n_bands];
    double negative[n_temperatures * most_points * n_bands], kappa[3 * n_temperatures * 6];
    const double *linewidths[3] = {none, some, negative};
    fill(none, 0);
    fill(some, 0);
    fill(negative, -0.1);
    for (int i = 0; i < n_temperatures * most_points; i++) some[i * n_bands + n_bands - 1] = 0.1;
    umk_coherence_options options = make_options(toy, linewidths);
    options.n_linewidths = 3;
    attempt(toy, umk_coherence_run(kappa, NULL, toy->context, &toy->model, &options));
    for (int i = 0; i < n_temperatures * 6; i++) {
        assert_true(kappa[i] == 0 && kappa[2 * n_temperatures * 6 + i] == 0);
        assert_true(isfinite(kappa[n_temperatures * 6 + i]));
        if (i % 6 < 3) assert_true(kappa[n_temperatures * 6 + i] > 0);
    }
}

/* Each set of linewidths gets what it gets alone; nothing comes from modes at or below the cut-off, or at 0 K. */
static void test_sets_and_cutoff(void **state) {
    toy *toy = *state;
    double narrow[n_temperatures * most_points * n_bands], broad[n_temperatures * most_points * n_bands];
    double both[2 * n_temperatures * 6], within[2 * n_temperatures * 6], alone[n_temperatures * 6];
    const double *linewidths[2] = {narrow, broad}, *second[1] = {broad};
    fill(narrow, 0.01);
    fill(broad, 1);
    umk_coherence_options options = make_options(toy, linewidths);
    options.n_linewidths = 2;
    attempt(toy, umk_coherence_run(both, within, toy->context, &toy->model, &options));
    for (int i = 0; i < 2 * n_temperatures; i++) {
        assert_true(both[6 * i] > within[6 * i] && within[6 * i] >= 0);
    }
    options.n_linewidths = 1;
    options.linewidths = second;
    attempt(toy, umk_coherence_run(alone, NULL, toy->context, &toy->model, &options));
    assert_memory_equal(alone, both + n_temperatures * 6, sizeof alone);
    options.temperatures = (const double[2]){0, 0};
    attempt(toy, umk_coherence_run(alone, NULL, toy->context, &toy->model, &options));
    for (int i = 0; i < n_temperatures * 6; i++) assert_true(alone[i] == 0);
    options.temperatures = temperatures;
    options.cutoff_frequency = 1e3;
    attempt(toy, umk_coherence_run(alone, NULL, toy->context, &toy->model, &options));
    for (int i = 0; i < n_temperatures * 6; i++) assert_true(alone[i] == 0);
}

/*
 * On a threefold axis pairs of degenerate bands have velocities across it. Where the axis lies along (1, 2, 3) nothing
 * tells them apart, any mixture of the two would do, and they are no pair; all else stays.
 */
static void test_not_told_apart(void **state) {
    toy *straight = *state, turned;
    double widths[n_temperatures * most_points * n_bands], kappa[2][n_temperatures * 6], within[2][n_temperatures * 6];
    const double *linewidths[1] = {widths};
    /* a mirror takes (1, 1, 1) to the direction of (1, 2, 3); two rows change places to stay right-handed */
    double mirror[3] = {1 / sqrt(3.0) - 1 / sqrt(14.0), 1 / sqrt(3.0) - 2 / sqrt(14.0), 1 / sqrt(3.0) - 3 / sqrt(14.0)};
    double square = mirror[0] * mirror[0] + mirror[1] * mirror[1] + mirror[2] * mirror[2], lattice[3][3];
    for (int m = 0; m < 9; m++) {
        int row = (4 - m / 3) % 3; /* 1, 0, 2 */
        lattice[m / 3][m % 3] = 4 * ((row == m % 3) - 2 * mirror[row] * mirror[m % 3] / square);
    }
    make_toy(&turned, (const double(*)[3])lattice);
    fill(widths, 0.01);
    toy *const toys[2] = {straight, &turned};
    for (int i = 0; i < 2; i++) {
        double q[3];
        umk_coherence_options options = make_options(toys[i], linewidths);
        options.points += options.n_points - 1;
        options.n_points = 1;
        umk_grid_q_point(toys[i]->grid, options.points[0], q);
        assert_true(q[0] > 0.3 && q[0] == q[1] && q[0] == q[2]);
        attempt(toys[i], umk_coherence_run(kappa[i], within[i], toys[i]->context, &toys[i]->model, &options));
    }
    for (int t = 0; t < n_temperatures; t++) {
        assert_true(within[0][6 * t] > 0.9 * kappa[0][6 * t] && within[1][6 * t] == 0);
        expect_close(kappa[1][6 * t] - within[1][6 * t], kappa[0][6 * t] - within[0][6 * t], 1e-6);
    }
    free_toy(&turned);
}

static void test_allocation_failures(void **state) {
    toy *toy = *state;
    double widths[n_temperatures * most_points * n_bands], kappa[n_temperatures * 6];
    const double *linewidths[1] = {widths};
    int n_failures = 0;
    fill(widths, 0.1);
    umk_coherence_options options = make_options(toy, linewidths);
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = umk_coherence_run(kappa, NULL, toy->context, &toy->model, &options);
        umk_test_fail_allocation(-1);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
    }
    assert_true(n_failures > 3);
    assert_true(umk_coherence_memory(toy->context, &toy->model, &options) > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_equal_frequencies),
        cmocka_unit_test(test_classical_limit),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_zero_linewidths),
        cmocka_unit_test(test_sets_and_cutoff),
        cmocka_unit_test(test_not_told_apart),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
