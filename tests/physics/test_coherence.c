/*
 * The velocity operator and the heat that pairs of bands carry: finite differences of the dynamical matrix, kappa_inter
 * put together once more from any eigenvectors of degenerate sets, positive heat, the symmetry of the crystal, narrow
 * and broad lines.
 */
#include "support/compare.h"
#include "support/model.h"

#include <complex.h>
#include <math.h>
#include <string.h>

enum { most_bands = 27, n_temperatures = 2 };
static const double temperatures[n_temperatures] = {100, 300};
static const umk_transport all_transports[3] = {UMK_TRANSPORT_SMM19, UMK_TRANSPORT_NJC23, UMK_TRANSPORT_IBDB19};

static umk_context *context;

static int set_up(void **state) {
    (void)state;
    context = test_context(2);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_context_destroy(context);
    return 0;
}

/* ---- the velocity operator, by finite differences -----------------------------------------------------------------*/

/* q moved by step along Cartesian axis a: q = A q_cartesian with the lattice vectors as rows of A. */
static void move(double moved[3], const test_model *model, const double q[3], int a, double step) {
    const umk_cell *cell = umk_crystal_primitive(model->crystal);
    for (int i = 0; i < 3; i++) moved[i] = q[i] + step * cell->lattice[i][a];
}

/* dD/dq_a (3, n, n) with an error of the fourth order in the step. */
static void differentiate(double complex *derivative, const test_model *model, const double q[3]) {
    const double step = 1e-3, weights[4] = {1.0 / 12, -2.0 / 3, 2.0 / 3, -1.0 / 12};
    int64_t n = umk_harmonic_n_bands(model->harmonic);
    static double complex matrix[most_bands * most_bands];
    for (int a = 0; a < 3; a++) {
        memset(derivative + a * n * n, 0, (size_t)(n * n) * sizeof *derivative);
        for (int k = 0; k < 4; k++) {
            double moved[3];
            move(moved, model, q, a, step * (k < 2 ? k - 2 : k - 1));
            test_try(context, umk_harmonic_dynamical_matrix(model->harmonic, context, moved, (double *)matrix));
            for (int64_t i = 0; i < n * n; i++) derivative[a * n * n + i] += weights[k] / step * matrix[i];
        }
    }
}

/* (3, n, n) velocity operator in THz angstrom between the columns of vectors. */
static void sandwich(double complex *velocity, int64_t n, const double complex *derivative,
                     const double complex *vectors, const double *frequencies) {
    const double square = UMK_FREQUENCY_FACTOR * UMK_FREQUENCY_FACTOR;
    for (int64_t e = 0; e < 3 * n * n; e++) {
        int64_t a = e / (n * n), k = e / n % n, l = e % n;
        double complex sum = 0;
        for (int64_t i = 0; i < n * n; i++) {
            sum += conj(vectors[i / n * n + k]) * derivative[a * n * n + i] * vectors[i % n * n + l];
        }
        double product = frequencies[k] * frequencies[l];
        velocity[e] = frequencies[k] > 1e-4 && frequencies[l] > 1e-4 ? sum * square / (2 * sqrt(product)) : 0;
    }
}

static void check_operator(const test_model *model, const double q[3]) {
    int64_t n = umk_harmonic_n_bands(model->harmonic);
    static double complex derivative[3 * most_bands * most_bands], vectors[most_bands * most_bands];
    static double complex expected[3 * most_bands * most_bands], found[3 * most_bands * most_bands];
    double frequencies[most_bands], velocities[most_bands][3], largest = 0;
    test_try(context, umk_harmonic_velocity_operator(model->harmonic, context, q, (double *)found));
    test_try(context, umk_harmonic_group_velocities(model->harmonic, context, q, velocities[0]));
    test_try(context, umk_harmonic_solve(model->harmonic, context, q, frequencies, (double *)vectors));
    differentiate(derivative, model, q);
    sandwich(expected, n, derivative, vectors, frequencies);
    for (int64_t e = 0; e < 3 * n * n; e++) largest = fmax(largest, cabs(expected[e]));
    for (int64_t e = 0; e < 3 * n * n; e++) {
        int64_t a = e / (n * n), k = e / n % n, l = e % n;
        assert_true(found[e] == conj(found[(a * n + l) * n + k]));
        if (k == l)
            assert_true(fabs(creal(found[e]) - velocities[k][a]) <
                        1e-12 * largest); /* q is in general position: nothing is averaged */
        /* the phase of a vector is free */
        if (!(fabs(cabs(found[e]) - cabs(expected[e])) < 1e-7 * largest)) {
            fail_msg("bands %d and %d: %.9g, by differences %.9g", (int)k, (int)l, cabs(found[e]), cabs(expected[e]));
        }
    }
}

static void test_operator(void **state) {
    (void)state;
    const struct {
        const char *example;
        umk_nac_method nac_method;
    } cases[] = {{"si-pbesol", UMK_NAC_NONE},
                 {"nacl", UMK_NAC_GONZE},
                 {"nacl", UMK_NAC_WANG},
                 {"wurtzite-model", UMK_NAC_GONZE},
                 {"quartz-model", UMK_NAC_NONE}};
    const double points[2][3] = {{0.13, -0.27, 0.31}, {0.07, 0.11, -0.43}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_model *model = test_model_load(
            context, &(test_model_options){.example = cases[i].example, .nac_method = cases[i].nac_method});
        for (int p = 0; p < 2; p++) check_operator(model, points[p]);
        test_model_free(model);
    }
}

/* ---- runs with linewidths that are a function of the frequency ---------------------------------------------------*/

static double width(double frequency, double scale) {
    return scale * (0.02 + 0.003 * frequency * frequency);
}

typedef struct sample {
    test_model *model;
    umk_grid *grid;
    umk_phonons *phonons;
    int64_t n_points, n_bands;
    const int64_t *points, *weights;
} sample;

static sample load_sample(const char *example, umk_nac_method nac_method, umk_grid_options grid) {
    sample s = {.model = test_model_load(context, &(test_model_options){.example = example, .nac_method = nac_method})};
    test_try(context, umk_grid_create(&s.grid, context, s.model->crystal, &grid));
    test_try(context, umk_phonons_create(&s.phonons, context, s.model->harmonic, s.grid, NULL));
    s.n_points = umk_grid_irreducible(s.grid, &s.points, &s.weights);
    s.n_bands = umk_phonons_n_bands(s.phonons);
    return s;
}

static void free_sample(sample *s) {
    umk_phonons_destroy(s->phonons);
    umk_grid_destroy(s->grid);
    test_model_free(s->model);
}

typedef struct kappa {
    double inter[n_temperatures][6], degenerate[n_temperatures][6];
} kappa;

/* scale > 0: widths of all modes as above; 0: random ones. */
static kappa run(const sample *s, umk_transport transport, double scale, bool star) {
    kappa result;
    test_random random = {11};
    int64_t n = s->n_points * s->n_bands;
    double *widths = test_malloc(sizeof(double) * (size_t)(n * n_temperatures));
    for (int64_t i = 0; i < n * n_temperatures; i++) {
        int64_t point = s->points[i / s->n_bands % s->n_points];
        double frequency = umk_phonons_frequencies(s->phonons)[point * s->n_bands + i % s->n_bands];
        widths[i] = scale > 0 ? width(frequency, scale) : pow(10, -5 * test_uniform(&random));
    }
    const double *const linewidths[1] = {widths};
    umk_coherence_options options = UMK_COHERENCE_OPTIONS_INIT;
    options.transport = transport;
    options.n_temperatures = n_temperatures;
    options.temperatures = temperatures;
    options.n_points = s->n_points;
    options.points = s->points;
    options.linewidths = linewidths;
    options.no_kappa_stars = !star;
    umk_transport_model model = {s->model->crystal, s->model->harmonic, s->grid, s->phonons, NULL};
    test_try(context, umk_coherence_run(result.inter[0], result.degenerate[0], context, &model, &options));
    test_free(widths);
    return result;
}

/* ---- by definition, from any eigenvectors of degenerate sets ------------------------------------------------------*/

/* One q-point with eigenvectors mixed at random within its degenerate sets. */
typedef struct mixed_point {
    int64_t n, n_sets, first[most_bands + 1]; /* bands first[s] ... first[s + 1] - 1 are a set */
    double frequencies[most_bands];
    double complex velocity[3 * most_bands * most_bands];
} mixed_point;

/* Random orthonormal columns of a matrix (n, n), by Gram and Schmidt. */
static void random_unitary(double complex *matrix, int64_t n, test_random *random) {
    for (int64_t c = 0; c < n; c++) {
        double square = 0;
        for (int64_t r = 0; r < n; r++) matrix[r * n + c] = test_normal(random) + I * test_normal(random);
        for (int64_t b = 0; b < c; b++) {
            double complex overlap = 0;
            for (int64_t r = 0; r < n; r++) overlap += conj(matrix[r * n + b]) * matrix[r * n + c];
            for (int64_t r = 0; r < n; r++) matrix[r * n + c] -= overlap * matrix[r * n + b];
        }
        for (int64_t r = 0; r < n; r++) square += cabs(matrix[r * n + c]) * cabs(matrix[r * n + c]);
        for (int64_t r = 0; r < n; r++) matrix[r * n + c] /= sqrt(square);
    }
}

static void mix(double complex *vectors, int64_t n, int64_t first, int64_t size, test_random *random) {
    double complex unitary[most_bands * most_bands], row[most_bands];
    random_unitary(unitary, size, random);
    for (int64_t c = 0; c < n; c++) {
        for (int64_t l = 0; l < size; l++) {
            row[l] = 0;
            for (int64_t k = 0; k < size; k++) row[l] += vectors[c * n + first + k] * unitary[k * size + l];
        }
        memcpy(&vectors[c * n + first], row, sizeof(double complex) * (size_t)size);
    }
}

static void mix_point(mixed_point *p, const test_model *model, const double q[3], test_random *random) {
    static double complex vectors[most_bands * most_bands], derivative[3 * most_bands * most_bands];
    p->n = umk_harmonic_n_bands(model->harmonic);
    p->n_sets = 0;
    test_try(context, umk_harmonic_solve(model->harmonic, context, q, p->frequencies, (double *)vectors));
    for (int64_t b = 0; b < p->n; b++) {
        bool joins = b > 0 && p->frequencies[b] - p->frequencies[b - 1] < UMK_DEGENERACY_TOLERANCE;
        if (!joins) p->first[p->n_sets++] = b;
        p->first[p->n_sets] = b + 1;
    }
    for (int64_t s = 0; s < p->n_sets; s++) {
        mix(vectors, p->n, p->first[s], p->first[s + 1] - p->first[s], random);
        /* of one set one frequency, so that no order of its bands is left */
        for (int64_t b = p->first[s]; b < p->first[s + 1]; b++) p->frequencies[b] = p->frequencies[p->first[s]];
    }
    differentiate(derivative, model, q);
    sandwich(p->velocity, p->n, derivative, vectors, p->frequencies);
}

static const int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

/* Pairs of bands of two different sets. */
static void add_between(double sums[n_temperatures][6], const mixed_point *p, umk_transport transport) {
    for (int64_t e = 0; e < p->n * p->n; e++) {
        double f = p->frequencies[e / p->n], g = p->frequencies[e % p->n];
        if (f == g || !(f > UMK_CUTOFF_FREQUENCY && g > UMK_CUTOFF_FREQUENCY)) continue;
        double sum = width(f, 1) + width(g, 1);
        for (int t = 0; t < n_temperatures; t++) {
            double share =
                umk_pair_heat_capacity(transport, f, g, temperatures[t]) * sum / ((f - g) * (f - g) + sum * sum);
            for (int c = 0; c < 6; c++) {
                double complex a = p->velocity[voigt[c][0] * p->n * p->n + e];
                sums[t][c] += share * creal(a * conj(p->velocity[voigt[c][1] * p->n * p->n + e]));
            }
        }
    }
}

/* The velocity along (1, 2, 3) within a set, without its mean, in units of its modulus; false where it vanishes. */
static bool slopes_of_set(double complex h[], const mixed_point *p, int64_t first, int64_t m) {
    double square = 0;
    double complex mean = 0;
    for (int64_t e = 0; e < m * m; e++) {
        h[e] = 0;
        for (int a = 0; a < 3; a++) h[e] += (a + 1) * p->velocity[(a * p->n + first + e / m) * p->n + first + e % m];
        if (e % (m + 1) == 0) mean += h[e] / m;
    }
    for (int64_t k = 0; k < m; k++) h[k * m + k] -= mean;
    for (int64_t e = 0; e < m * m; e++) square += creal(h[e] * conj(h[e])) / (double)m;
    for (int64_t e = 0; e < m * m; e++) h[e] /= sqrt(square);
    return square > 1e-10;
}

/* Re tr(a b c d), or of a b alone. */
static double trace_of_product(int64_t m, const double complex *a, const double complex *b, const double complex *c,
                               const double complex *d) {
    double complex sum = 0;
    for (int64_t e = 0; e < m * m; e++) {
        if (c == NULL) sum += a[e] * b[e % m * m + e / m];
        for (int64_t f = 0; c != NULL && f < m * m; f++) {
            sum += a[e] * b[e % m * m + f / m] * c[f] * d[f % m * m + e / m];
        }
    }
    return creal(sum);
}

/*
 * sum_a tr(P V_a Q V_a) of both orders for a set of m bands, P and Q = (1 +- h) / 2 the projectors on the two
 * eigenspaces of the velocity along (1, 2, 3): there are two, of the same size, in all sets here that have a velocity.
 */
static double off_diagonal(const mixed_point *p, int64_t first, int64_t m) {
    enum { most = 6 };
    double complex h[most * most], v[most * most];
    double sum = 0;
    assert_true(m <= most);
    if (!slopes_of_set(h, p, first, m)) return 0;
    assert_true(fabs(trace_of_product(m, h, h, h, h) - (double)m) < 1e-6); /* h h = 1 */
    for (int a = 0; a < 3; a++) {
        for (int64_t e = 0; e < m * m; e++) v[e] = p->velocity[(a * p->n + first + e / m) * p->n + first + e % m];
        sum += (trace_of_product(m, v, v, NULL, NULL) - trace_of_product(m, h, v, h, v)) / 2;
    }
    return sum;
}

/* Trace of what bands of one set carry. */
static void add_within(double sums[n_temperatures], const mixed_point *p) {
    for (int64_t s = 0; s < p->n_sets; s++) {
        int64_t first = p->first[s], size = p->first[s + 1] - first;
        double f = p->frequencies[first];
        if (size == 1 || !(f > UMK_CUTOFF_FREQUENCY)) continue;
        for (int t = 0; t < n_temperatures; t++) {
            double heat = umk_mode_heat_capacity(f, temperatures[t]);
            sums[t] += off_diagonal(p, first, size) * heat / (2 * width(f, 1));
        }
    }
}

static void check_definition(const char *example, umk_grid_options grid) {
    grid.no_grid_point_symmetry = true;
    sample s = load_sample(example, UMK_NAC_NONE, grid);
    test_random random = {5};
    static mixed_point p;
    double unit = umk_kappa_unit_conversion(umk_cell_volume(umk_crystal_primitive(s.model->crystal)));
    for (int i = 0; i < 3; i++) {
        kappa found = run(&s, all_transports[i], 1, false);
        double between[n_temperatures][6] = {{0}}, within[n_temperatures] = {0};
        for (int64_t k = 0; k < s.n_points; k++) {
            double q[3];
            umk_grid_q_point(s.grid, s.points[k], q);
            mix_point(&p, s.model, q, &random);
            add_between(between, &p, all_transports[i]);
            add_within(within, &p);
        }
        for (int t = 0; t < n_temperatures; t++) {
            double got[6], trace = 0;
            for (int c = 0; c < 6; c++) {
                got[c] = found.inter[t][c] - found.degenerate[t][c];
                between[t][c] *= unit / (double)s.n_points;
                trace += c < 3 ? found.degenerate[t][c] : 0;
            }
            double whole = found.inter[t][0] + found.inter[t][1] + found.inter[t][2];
            assert_true(test_deviation(6, got, between[t]) < 1e-6);
            double expected = within[t] * unit / (double)s.n_points;
            print_message("%s: within degenerate sets %.6g of %.6g\n", example, expected, whole);
            assert_true(fabs(trace - expected) < 1e-6 * whole);
        }
    }
    free_sample(&s);
}

static void test_definition(void **state) {
    (void)state;
    check_definition("si-pbesol", (umk_grid_options){.mesh = {4, 4, 4}});
    check_definition("nacl", (umk_grid_options){.mesh = {3, 3, 3}});
    check_definition("wurtzite-model", (umk_grid_options){.mesh = {3, 3, 2}});
}

/* ---- positive, symmetric ------------------------------------------------------------------------------------------*/

/* Heat flows down the gradient in every direction, whatever the linewidths: u.kappa.u >= 0. */
static void test_positive(void **state) {
    (void)state;
    const char *examples[3] = {"si-pbesol", "wurtzite-model", "quartz-model"};
    test_random random = {3};
    for (int i = 0; i < 9; i++) {
        sample s = load_sample(examples[i / 3], UMK_NAC_GONZE, (umk_grid_options){.mesh = {3, 3, i / 3 == 1 ? 2 : 3}});
        kappa found = run(&s, all_transports[i % 3], 0, i % 2 == 0);
        for (int k = 0; k < 400; k++) {
            double u[3] = {test_normal(&random), test_normal(&random), test_normal(&random)};
            const double *all = found.inter[k % 2], *within = found.degenerate[k % 2];
            double sum = 0, part = 0, scale = (all[0] + all[1] + all[2]) * (u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
            for (int c = 0; c < 6; c++) {
                double weight = (c < 3 ? 1 : 2) * u[voigt[c][0]] * u[voigt[c][1]];
                sum += weight * all[c];
                part += weight * within[c];
            }
            assert_true(scale > 0 && sum > 0);
            assert_true(part > -1e-12 * scale && part < sum + 1e-12 * scale);
        }
        free_sample(&s);
    }
}

static void test_crystal_symmetry(void **state) {
    (void)state;
    const struct {
        const char *example;
        umk_grid_options grid;
        bool is_cubic;
    } cases[4] = {{"si-pbesol", {.mesh = {4, 4, 4}}, true},
                  {"nacl", {.length = 18, .generalized = true}, true},
                  {"wurtzite-model", {.mesh = {4, 4, 3}}, false},
                  {"quartz-model", {.mesh = {3, 3, 3}}, false}};
    for (int i = 0; i < 4; i++) {
        sample s = load_sample(cases[i].example, UMK_NAC_GONZE, cases[i].grid);
        for (int k = 0; k < 3; k++) {
            const kappa found = run(&s, all_transports[k], 1, true);
            const double *inter = found.inter[1], *within = found.degenerate[1];
            double tolerance = 1e-12 * inter[0];
            assert_true(fabs(inter[0] - inter[1]) < tolerance && fabs(within[0] - within[1]) < tolerance);
            for (int c = 3; c < 6; c++) assert_true(fabs(inter[c]) < tolerance && fabs(within[c]) < tolerance);
            assert_true((fabs(inter[0] - inter[2]) < tolerance) == cases[i].is_cubic);
        }
        free_sample(&s);
    }
}

/* Irreducible points with their stars, and every point for itself. */
static void test_stars(void **state) {
    (void)state;
    const char *examples[3] = {"si-pbesol", "nacl", "wurtzite-model"};
    for (int i = 0; i < 3; i++) {
        umk_grid_options grid = {.mesh = {4, 4, i < 2 ? 4 : 3}};
        sample few = load_sample(examples[i], UMK_NAC_GONZE, grid);
        grid.no_grid_point_symmetry = true;
        sample all = load_sample(examples[i], UMK_NAC_GONZE, grid);
        kappa with = run(&few, UMK_TRANSPORT_SMM19, 1, true), without = run(&all, UMK_TRANSPORT_SMM19, 1, false);
        assert_true(all.n_points > 3 * few.n_points);
        double deviation = test_deviation_rows(n_temperatures, 6, without.inter[0], with.inter[0]);
        print_message("%s: kappa_inter of every point for itself within %.1e\n", examples[i], deviation);
        assert_true(deviation < 1e-6);
        for (int t = 0; t < n_temperatures; t++) {
            double difference = without.degenerate[t][0] - with.degenerate[t][0];
            assert_true(fabs(difference) < 1e-6 * with.inter[t][0]);
        }
        free_sample(&few);
        free_sample(&all);
    }
}

/* ---- limits -------------------------------------------------------------------------------------------------------*/

/*
 * Lines much narrower than their distance: pairs of different sets go as the width, those within a set as its inverse.
 * Lines much broader than any distance: all go as the inverse, as friction has it.
 */
static void test_widths(void **state) {
    (void)state;
    sample s = load_sample("si-pbesol", UMK_NAC_NONE, (umk_grid_options){.mesh = {4, 4, 4}});
    for (int i = 0; i < 3; i++) {
        kappa narrow = run(&s, all_transports[i], 1e-5, true), twice = run(&s, all_transports[i], 2e-5, true);
        kappa broad = run(&s, all_transports[i], 1e5, true), broader = run(&s, all_transports[i], 2e5, true);
        for (int t = 0; t < n_temperatures; t++) {
            double between = narrow.inter[t][0] - narrow.degenerate[t][0];
            double twice_between = twice.inter[t][0] - twice.degenerate[t][0];
            assert_true(narrow.degenerate[t][0] > 0 && between > 0 && broad.inter[t][0] > 0);
            assert_true(fabs(twice.degenerate[t][0] / narrow.degenerate[t][0] - 0.5) < 1e-3);
            assert_true(fabs(twice_between / between - 2) < 1e-2);
            assert_true(fabs(broader.inter[t][0] / broad.inter[t][0] - 0.5) < 1e-6);
        }
    }
    free_sample(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operator),         cmocka_unit_test(test_definition), cmocka_unit_test(test_positive),
        cmocka_unit_test(test_crystal_symmetry), cmocka_unit_test(test_stars),      cmocka_unit_test(test_widths),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
