/*
 * Weights of triplets and points on grids filled by hand: against the readable form applied to the public tetrahedra,
 * against numbers of phono3py 4.10 (phonors 0.8) for the same frequencies, and their invariances.
 */
#include "support/context.h"
#include "unit/weights/hand_made.h"
#include "unit/weights/scalar_weight.h"
#include "weights/internal.h"

#define N_TRIPLETS 3
static const int64_t GR_TRIPLETS[N_TRIPLETS][3] = {{0, 5, 9}, {0, 0, 17}, {0, 21, 40}};

typedef struct run {
    umk_weights *weights;
    int64_t triplets[N_TRIPLETS][3];
    int64_t n_energies, n_bands;
    int n_planes;
    double *values;
    int8_t *is_zero;
    void *workspace;
} run;

static int64_t n_elements(const run *r) {
    return N_TRIPLETS * r->n_energies * r->n_bands * r->n_bands;
}

/** Runs all triplets; outputs start as NaN and 7. */
static run run_triplets(hand_made *h, umk_weights_options options, int64_t n_energies, const double *energies,
                        int n_planes) {
    run r = {.n_energies = n_energies, .n_bands = h->phonons.n_bands, .n_planes = n_planes};
    assert_int_equal(umk_weights_create(&r.weights, context, &h->grid, &options), UMK_OK);
    for (int t = 0; t < N_TRIPLETS; t++) {
        for (int leg = 0; leg < 3; leg++) r.triplets[t][leg] = h->grid.gr_to_bz[GR_TRIPLETS[t][leg]];
    }
    r.values = umk_allocate(context, n_planes * n_elements(&r), sizeof(double));
    r.is_zero = umk_allocate(context, n_elements(&r), 1);
    r.workspace = umk_allocate(context, umk_weights_workspace_size(r.weights, r.n_bands), 1);
    for (int64_t i = 0; i < n_planes * n_elements(&r); i++) r.values[i] = NAN;
    memset(r.is_zero, 7, (size_t)n_elements(&r));
    umk_weights_triplets(r.weights, &h->phonons, N_TRIPLETS, (const int64_t(*)[3])r.triplets, n_energies, energies,
                         n_planes, r.values, r.is_zero, r.workspace);
    return r;
}

static void end_run(run *r) {
    umk_weights_destroy(r->weights);
    umk_release(r->values);
    umk_release(r->is_zero);
    umk_release(r->workspace);
}

/** Vertex values of one tetrahedron of one channel of a band pair of a triplet. */
static void vertex_values(double values[4], const hand_made *h, const run *r, int64_t tetrahedron, int64_t t,
                          int channel, int64_t b1, int64_t b2) {
    for (int c = 0; c < 4; c++) {
        double w[2];
        for (int leg = 0; leg < 2; leg++) {
            int64_t point = r->triplets[t][leg + 1], address[3];
            for (int i = 0; i < 3; i++) {
                int64_t step = r->weights->relative_addresses[tetrahedron][c][i];
                address[i] = h->grid.addresses[point][i] + (leg == 0 ? step : -step);
            }
            double frequency = h->phonons.frequencies[find_point(&h->grid, address) * r->n_bands + (leg ? b2 : b1)];
            w[leg] = frequency < 0 ? 0 : frequency;
        }
        values[c] = channel == 0 ? w[1] + w[0] : channel == 1 ? w[1] - w[0] : w[0] - w[1];
    }
}

/** The three channels and whether the energy lies outside all their intervals. */
static bool scalar_channels(double g[3], const hand_made *h, const run *r, int64_t t, double energy, int64_t b1,
                            int64_t b2) {
    bool outside = true;
    for (int channel = 0; channel < 3; channel++) {
        double low = INFINITY, high = -INFINITY;
        g[channel] = 0;
        for (int64_t i = 0; i < r->weights->n_tetrahedra; i++) {
            double values[4];
            vertex_values(values, h, r, i, t, channel, b1, b2);
            g[channel] += r->weights->tetrahedron_weights[i] * scalar_weight(values, energy);
            for (int c = 0; c < 4; c++) {
                low = fmin(low, values[c]);
                high = fmax(high, values[c]);
            }
        }
        outside = outside && (energy < low || energy > high);
    }
    return outside;
}

/** Single point: frequencies are not clipped. */
static void check_point(const hand_made *h, const run *r, int64_t point, int n_energies, const double *energies) {
    double values[6 * 4];
    umk_weights_points(r->weights, &h->phonons, point, n_energies, energies, values, r->workspace);
    for (int i = 0; i < n_energies * 4; i++) {
        double sum = 0;
        for (int64_t t = 0; t < r->weights->n_tetrahedra; t++) {
            double vertices[4];
            for (int c = 0; c < 4; c++) {
                int64_t address[3];
                for (int k = 0; k < 3; k++) {
                    address[k] = h->grid.addresses[point][k] + r->weights->relative_addresses[t][c][k];
                }
                vertices[c] = h->phonons.frequencies[find_point(&h->grid, address) * 4 + i % 4];
            }
            sum += r->weights->tetrahedron_weights[t] * scalar_weight(vertices, energies[i / 4]);
        }
        assert_true(fabs(values[i] - sum) < 1e-13 * fmax(1, sum));
    }
}

/** Images of points on the zone surface have different frequencies here, some are negative, and ties abound. */
static void check_against_scalar(bool no_symmetrize, double image_step) {
    const double energies[6] = {6, 1.0625, 2.5, -0.5, 0, 3.03};
    hand_made *h = make_hexagonal(4, -0.75, image_step, 0);
    run r = run_triplets(
        h, (umk_weights_options){.no_average_degenerate_weights = true, .no_symmetrize_tetrahedra = no_symmetrize}, 6,
        energies, 3);
    int64_t size = n_elements(&r), i = 0;
    for (int64_t t = 0; t < N_TRIPLETS; t++) {
        for (int e = 0; e < 6; e++) {
            for (int64_t pair = 0; pair < 16; pair++, i++) {
                double g[3];
                bool outside = scalar_channels(g, h, &r, t, energies[e], pair / 4, pair % 4);
                assert_int_equal(r.is_zero[i], outside);
                assert_true(fabs(r.values[i] - g[0]) < 1e-13 * fmax(1, g[0]));
                assert_true(fabs(r.values[size + i] - (g[1] - g[2])) < 1e-13 * fmax(1, g[1] + g[2]));
                assert_true(fabs(r.values[2 * size + i] - (g[0] + g[1] + g[2])) < 1e-13 * fmax(1, g[0] + g[1] + g[2]));
            }
        }
    }
    for (int64_t point = 0; point < h->grid.n_bz_points; point += 5) check_point(h, &r, point, 6, energies);
    end_run(&r);
    release_hand_made(h);
}

static void test_against_scalar(void **state) {
    (void)state;
    check_against_scalar(true, 0);
    check_against_scalar(false, 0);
    check_against_scalar(true, 0.0625);
    check_against_scalar(false, 0.013);
}

/** Sums of phonors.triplets_integration_weights for these frequencies and triplets; plane, energy. */
static void check_sums(const run *r, const double sums[3][3], const double checks[3]) {
    for (int p = 0; p < 3; p++) {
        double check = 0;
        for (int64_t e = 0; e < 3; e++) {
            double sum = 0;
            for (int64_t t = 0; t < N_TRIPLETS; t++) {
                for (int64_t i = 0; i < 9; i++) {
                    int64_t element = (t * 3 + e) * 9 + i;
                    double value = r->values[p * n_elements(r) + element];
                    sum += value;
                    check += value * (double)(element + 1);
                }
            }
            assert_true(fabs(sum - sums[p][e]) < 1e-12);
        }
        assert_true(fabs(check - checks[p]) < 1e-10);
    }
}

static void test_against_phono3py(void **state) {
    (void)state;
    const double energies[3] = {6, 1.03, 2.5};
    const double plain[3][3] = {{6.362564135508934, 0, 0.08596888197142186},
                                {0, 4.315556542412358, 2.6895870890888323},
                                {6.362564135508934, 11.300614204026274, 4.638025129441927}};
    const double symmetrized[3][3] = {{5.733928492382549, 0.002296820458771199, 0.2555971263064029},
                                      {0, 4.112799341015492, 2.22513430201626},
                                      {5.733928492382549, 11.128495105539752, 5.081913014373895}};
    hand_made *h = make_hexagonal(3, 0, 0, 0);
    run r =
        run_triplets(h, (umk_weights_options){.no_average_degenerate_weights = true, .no_symmetrize_tetrahedra = true},
                     3, energies, 3);
    check_sums(&r, plain, (const double[3]){223.65085625375042, 419.36495976705646, 915.6633958720802});
    end_run(&r);
    r = run_triplets(h, (umk_weights_options){.no_average_degenerate_weights = true}, 3, energies, 3);
    check_sums(&r, symmetrized, (const double[3]){217.18336182051146, 413.0794397707254, 916.7008492710459});

    /* phonopy's get_integration_weights at GR point 13, symmetrized */
    const double point[9] = {0,
                             0,
                             0,
                             0.46890484723633097,
                             0.4021071077602086,
                             0.2660893434685303,
                             0.2519081480250989,
                             0.3113834232889413,
                             0.3664577346501215};
    double values[9];
    umk_weights_points(r.weights, &h->phonons, h->grid.gr_to_bz[13], 3, energies, values, r.workspace);
    for (int i = 0; i < 9; i++) assert_true(fabs(values[i] - point[i]) < 1e-13);
    end_run(&r);

    /* phonors.triplets_integration_weights_with_sigma, sigma 0.5, cut-off 2 */
    const double smeared[3] = {3.233773053455145, 2.3195572018826516, 13.471422006699282};
    r = run_triplets(h, (umk_weights_options){.sigma = 0.5, .sigma_cutoff = 2}, 3, energies, 3);
    int64_t marks = 0;
    for (int p = 0; p < 3; p++) {
        double sum = 0;
        for (int64_t i = 0; i < n_elements(&r); i++) sum += r.values[p * n_elements(&r) + i];
        assert_true(fabs(sum - smeared[p]) < 1e-12);
    }
    for (int64_t i = 0; i < n_elements(&r); i++) marks += r.is_zero[i] * (i + 1);
    assert_int_equal(marks, 2053);
    end_run(&r);
    release_hand_made(h);
}

/** Values equal within degenerate blocks, sums kept, marks joined. */
static void test_degenerate_average(void **state) {
    (void)state;
    const double energies[2] = {2.5, 7.25};
    hand_made *h = make_hexagonal(5, 0, 0, 1.3);
    run raw = run_triplets(h, (umk_weights_options){.no_average_degenerate_weights = true}, 2, energies, 2);
    run mean = run_triplets(h, (umk_weights_options){0}, 2, energies, 2);
    int64_t n_large = 0;
    for (int64_t block = 0; block < N_TRIPLETS * 2; block++) {
        const int64_t *sets1 = h->phonons.set_first + mean.triplets[block / 2][1] * 5;
        const int64_t *sets2 = h->phonons.set_first + mean.triplets[block / 2][2] * 5;
        for (int64_t pair = 0; pair < 25; pair++) {
            double sums[2] = {0};
            int64_t n = 0, all_zero = 1;
            for (int64_t other = 0; other < 25; other++) {
                if (sets1[other / 5] != sets1[pair / 5] || sets2[other % 5] != sets2[pair % 5]) continue;
                for (int p = 0; p < 2; p++) sums[p] += raw.values[p * n_elements(&raw) + block * 25 + other];
                all_zero &= raw.is_zero[block * 25 + other];
                n++;
            }
            n_large += n > 1;
            assert_int_equal(mean.is_zero[block * 25 + pair], all_zero);
            for (int p = 0; p < 2; p++) {
                double value = mean.values[p * n_elements(&mean) + block * 25 + pair];
                assert_true(fabs(value - sums[p] / (double)n) < 1e-13);
                if (all_zero) assert_true(value == 0);
            }
        }
    }
    assert_true(n_large > 20);
    end_run(&raw);
    end_run(&mean);
    release_hand_made(h);
}

/** The order of energies and how many there are change no bit; more than one chunk of them. */
static void test_many_energies(void **state) {
    (void)state;
    enum { N = UMK_WEIGHTS_CHUNK + 77 };
    double energies[N];
    hand_made *h = make_hexagonal(3, 0, 0, 0.1);
    for (int i = 0; i < N; i++) energies[i] = (double)(i * 89 % N) * 12 / N;
    for (int method = 0; method < 2; method++) {
        umk_weights_options options = {.sigma = method ? 0.2 : 0, .sigma_cutoff = method ? 3 : 0};
        run all = run_triplets(h, options, N, energies, 2);
        double *point = umk_allocate(context, N * 3, sizeof *point), single[3];
        umk_weights_points(all.weights, &h->phonons, 7, N, energies, point, all.workspace);
        for (int i = 0; i < N; i += 31) {
            run one = run_triplets(h, options, 1, energies + i, 2);
            for (int64_t t = 0; t < 2 * N_TRIPLETS; t++) {
                assert_memory_equal(one.values + t * 9, all.values + (t * N + i) * 9, 9 * sizeof(double));
                if (t < N_TRIPLETS) assert_memory_equal(one.is_zero + t * 9, all.is_zero + (t * N + i) * 9, 9);
            }
            umk_weights_points(all.weights, &h->phonons, 7, 1, energies + i, single, all.workspace);
            assert_memory_equal(single, point + 3 * i, sizeof single);
            end_run(&one);
        }
        umk_release(point);
        end_run(&all);
    }
    release_hand_made(h);
}

/** Over all points and energies the weights of a band sum to the number of points, also with negative frequencies. */
static void test_point_sum_rule(void **state) {
    (void)state;
    enum { N = 4000 };
    const double low = -2, high = 7;
    static double energies[N], values[N * 2];
    hand_made *h = make_hexagonal(2, -1, 0, 0);
    umk_weights *weights = NULL;
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, NULL), UMK_OK);
    void *workspace = umk_allocate(context, umk_weights_workspace_size(weights, 2), 1);
    double sums[2] = {0};
    for (int i = 0; i < N; i++) energies[i] = low + (high - low) * (i + 0.5) / N;
    for (int64_t i = 0; i < h->grid.n_points; i++) {
        umk_weights_points(weights, &h->phonons, h->grid.gr_to_bz[i], N, energies, values, workspace);
        for (int e = 0; e < 2 * N; e++) sums[e % 2] += values[e] * (high - low) / N;
    }
    for (int b = 0; b < 2; b++) assert_true(fabs(sums[b] - (double)h->grid.n_points) < 1e-3 * (double)h->grid.n_points);
    umk_release(workspace);
    umk_weights_destroy(weights);
    release_hand_made(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_scalar),     cmocka_unit_test(test_against_phono3py),
        cmocka_unit_test(test_degenerate_average), cmocka_unit_test(test_many_energies),
        cmocka_unit_test(test_point_sum_rule),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
