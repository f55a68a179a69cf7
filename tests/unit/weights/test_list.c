/*
 * Lists of band triples with their weights (umk_weights_list_fill): order, degenerate sets as wholes, batches as their
 * triplets one by one, several ways to integrate as each alone, all triples; with every set of kernels. The weights
 * themselves are held against the readable form in test_triplets.c. Memory is of the size that is asked for, with NaN
 * in it and guards around.
 */
#include "support/context.h"
#include "support/strength.h"
#include "unit/weights/hand_made.h"
#include "weights/internal.h"

enum { n_triplets = 5, most_energies = 6, most_weights = 3 };
static const int64_t gr_triplets[n_triplets][3] = {{0, 5, 9}, {0, 0, 17}, {0, 21, 40}, {0, 7, 7}, {0, 33, 2}};
/* multiples of 1/16 like the frequencies: ends of intervals */
static const double energies[most_energies] = {6, 1.0625, 2.5, 0, 3.03, 9.125};

/**
 * Degenerate sets of up to `largest` neighbouring bands, others at each point. Their frequencies are not the same: what
 * belongs together is told by the sets alone.
 */
static hand_made *make_with_sets(int64_t n_bands, int64_t largest) {
    hand_made *h = make_hexagonal(n_bands, -0.25, 0, 0);
    uint32_t number = 1;
    for (int64_t p = 0; p < h->phonons.n_points; p++) {
        int64_t *set_first = h->phonons.set_first + p * n_bands;
        for (int64_t begin = 0, end; begin < n_bands; begin = end) {
            number = number * 1664525u + 1013904223u;
            end = begin + 1 + (int64_t)(number >> 16) % largest;
            for (int64_t b = begin; b < end && b < n_bands; b++) set_first[b] = begin;
        }
    }
    return h;
}

/** A grid whose symmetrized tetrahedra have more vertices than its plain ones, and fewer patterns. */
static hand_made *make_cubic(int64_t n_bands) {
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, CUBIC);
    set_rotations(h, 3, CUBIC_GENERATORS);
    make_phonons(h, n_bands, -0.25, 0, 0);
    return h;
}

/** A list with memory of its own. */
typedef struct filled {
    umk_weights_list list;
    int64_t n_triplets, n_weights, bytes[3];
} filled;

static filled fill(const umk_weights_request *request) {
    int64_t n_bands = request->phonons->n_bands;
    filled f = {.n_triplets = request->n_triplets, .n_weights = request->n_weights};
    f.list.capacity = request->n_triplets * request->n_energies * n_bands * n_bands;
    f.bytes[0] = (request->n_triplets + 1) * (int64_t)sizeof(int64_t);
    f.bytes[1] = f.list.capacity * (int64_t)sizeof(umk_band_triple);
    f.bytes[2] = 3 * request->n_weights * f.list.capacity * (int64_t)sizeof(double);
    f.list.first = stale(f.bytes[0]);
    f.list.triples = stale(f.bytes[1]);
    f.list.values = stale(f.bytes[2]);
    int64_t bytes = umk_weights_list_workspace_size(request->n_weights, request->weights, n_bands, request->n_energies);
    void *workspace = stale(bytes);
    umk_weights_list_fill(&f.list, request, workspace);
    release_stale(workspace, bytes);
    return f;
}

static void end_fill(filled *f) {
    release_stale(f->list.first, f->bytes[0]);
    release_stale(f->list.triples, f->bytes[1]);
    release_stale(f->list.values, f->bytes[2]);
}

static double value(const filled *f, int64_t weight, int channel, int64_t i) {
    return f->list.values[(weight * 3 + channel) * f->list.capacity + i];
}

/** One number for the order of a triple. */
static int64_t rank(umk_band_triple bands) {
    return ((int64_t)bands.band0 << 32) + ((int64_t)bands.band1 << 16) + bands.band2;
}

/** Position of the triple in the list of triplet t, or -1. */
static int64_t find(const filled *f, int64_t t, umk_band_triple bands) {
    for (int64_t i = f->list.first[t]; i < f->list.first[t + 1]; i++) {
        if (rank(f->list.triples[i]) == rank(bands)) return i;
    }
    return -1;
}

/** Ascending, within range, and numbers as weights. */
static void check_form(const filled *f, const umk_weights_request *request) {
    int64_t n = request->phonons->n_bands;
    assert_int_equal(f->list.first[0], 0);
    for (int64_t t = 0; t < f->n_triplets; t++) {
        assert_true(f->list.first[t + 1] >= f->list.first[t] && f->list.first[t + 1] <= f->list.capacity);
        for (int64_t i = f->list.first[t]; i < f->list.first[t + 1]; i++) {
            umk_band_triple bands = f->list.triples[i];
            assert_in_range(bands.band0, request->first_band0, request->first_band0 + request->n_energies - 1);
            assert_true(bands.band1 < n && bands.band2 < n);
            if (i > f->list.first[t]) assert_true(rank(f->list.triples[i - 1]) < rank(bands));
            for (int k = 0; k < 3 * f->n_weights; k++) assert_true(value(f, k / 3, k % 3, i) >= 0);
        }
    }
}

static umk_weights *make_weights(const hand_made *h, umk_weights_options options, int set) {
    umk_weights *weights;
    options.kernels = umk_kernel_set_name(set);
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, &options), UMK_OK);
    return weights;
}

static void set_triplets(const hand_made *h, int64_t triplets[n_triplets][3]) {
    for (int i = 0; i < 3 * n_triplets; i++) triplets[i / 3][i % 3] = h->grid.gr_to_bz[gr_triplets[i / 3][i % 3]];
}

static const umk_weights_options ways[] = {
    {0},
    {.no_average_degenerate_weights = true},
    {.no_symmetrize_tetrahedra = true},
    {.sigma = 0.3, .sigma_cutoff = 2},
    {.sigma = 0.05, .sigma_cutoff = 3},
    {.sigma = 0.4},
};
enum { n_ways = sizeof ways / sizeof ways[0] };

#define FOR_SETS(set)                                                                                                  \
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++)                                                                  \
        if (umk_kernel_set_runs(set))

/* ---- batches ----------------------------------------------------------------------------------------------------*/

static void expect_same_triplet(const filled *batch, int64_t t, const filled *one) {
    int64_t begin = batch->list.first[t], n = batch->list.first[t + 1] - begin;
    assert_int_equal(one->list.first[1], n);
    assert_memory_equal(batch->list.triples + begin, one->list.triples, (size_t)n * sizeof(umk_band_triple));
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < 3 * batch->n_weights; k++) {
            double a = value(batch, k / 3, k % 3, begin + i), b = value(one, k / 3, k % 3, i);
            assert_memory_equal(&a, &b, sizeof a);
        }
    }
}

/* A batch against its triplets one by one, and against all energies one by one. */
static void check_batch(const hand_made *h, umk_weights *weights) {
    int64_t triplets[n_triplets][3];
    set_triplets(h, triplets);
    umk_weights_request request = {
        1, &weights, &h->phonons, n_triplets, (const int64_t(*)[3])triplets, most_energies, energies, 3, false};
    filled batch = fill(&request);
    check_form(&batch, &request);
    for (int64_t t = 0; t < n_triplets; t++) {
        int64_t seen = 0;
        umk_weights_request single = request;
        single.n_triplets = 1;
        single.triplets = (const int64_t(*)[3])triplets + t;
        filled one = fill(&single);
        expect_same_triplet(&batch, t, &one);
        end_fill(&one);
        single.n_energies = 1;
        for (int e = 0; e < most_energies; e++) {
            single.energies = energies + e;
            single.first_band0 = 3 + e;
            one = fill(&single);
            check_form(&one, &single);
            for (int64_t i = 0; i < one.list.first[1]; i++, seen++) {
                int64_t place = batch.list.first[t] + seen;
                assert_true(rank(batch.list.triples[place]) == rank(one.list.triples[i]));
                for (int c = 0; c < 3; c++) assert_true(value(&batch, 0, c, place) == value(&one, 0, c, i));
            }
            end_fill(&one);
        }
        assert_int_equal(seen, batch.list.first[t + 1] - batch.list.first[t]);
    }
    end_fill(&batch);
}

static void test_batches(void **state) {
    (void)state;
    const int64_t bands[4] = {1, 4, 9, 17};
    for (int i = 0; i < 4; i++) {
        hand_made *h = make_with_sets(bands[i], 1 + i);
        for (int way = 0; way < n_ways; way++) {
            FOR_SETS(set) {
                umk_weights *weights = make_weights(h, ways[way], set);
                check_batch(h, weights);
                umk_weights_destroy(weights);
            }
        }
        release_hand_made(h);
    }
}

/* No triplets and no energies. */
static void test_empty(void **state) {
    (void)state;
    hand_made *h = make_with_sets(4, 1);
    int64_t triplets[n_triplets][3];
    set_triplets(h, triplets);
    for (int way = 0; way < n_ways; way++) {
        umk_weights *weights = make_weights(h, ways[way], UMK_KERNELS_PORTABLE);
        umk_weights_request request = {1, &weights, &h->phonons, 0,    (const int64_t(*)[3])triplets,
                                       2, energies, 0,           false};
        filled none = fill(&request);
        assert_int_equal(none.list.first[0], 0);
        end_fill(&none);
        const double far[1] = {1e4}; /* nothing is listed but by Gaussians without a cut-off */
        request.n_triplets = n_triplets;
        request.n_energies = 1;
        request.energies = far;
        none = fill(&request);
        int64_t all = ways[way].sigma > 0 && ways[way].sigma_cutoff == 0 ? n_triplets * 16 : 0;
        assert_int_equal(none.list.first[n_triplets], all);
        for (int64_t i = 0; i < all; i++) assert_true(value(&none, 0, 0, i) == 0);
        end_fill(&none);
        umk_weights_destroy(weights);
    }
    release_hand_made(h);
}

/* ---- sets of kernels --------------------------------------------------------------------------------------------*/

/* The triples of all sets are the same, the weights to rounding. */
static void test_kernel_sets(void **state) {
    (void)state;
    hand_made *h = make_with_sets(9, 2);
    int64_t triplets[n_triplets][3];
    set_triplets(h, triplets);
    for (int way = 0; way < n_ways; way++) {
        umk_weights *reference = make_weights(h, ways[way], UMK_KERNELS_REFERENCE);
        umk_weights_request request = {
            1, &reference, &h->phonons, n_triplets, (const int64_t(*)[3])triplets, most_energies, energies, 0, false};
        filled expected = fill(&request);
        FOR_SETS(set) {
            umk_weights *weights = make_weights(h, ways[way], set);
            request.weights = &weights;
            filled got = fill(&request);
            int64_t n = expected.list.first[n_triplets];
            assert_true(n > 20);
            assert_memory_equal(got.list.first, expected.list.first, (n_triplets + 1) * sizeof(int64_t));
            assert_memory_equal(got.list.triples, expected.list.triples, (size_t)n * sizeof(umk_band_triple));
            for (int64_t i = 0; i < 3 * n; i++) {
                double a = value(&got, 0, (int)(i / n), i % n), b = value(&expected, 0, (int)(i / n), i % n);
                assert_true(fabs(a - b) <= 1e-12 * fmax(1, b));
            }
            end_fill(&got);
            umk_weights_destroy(weights);
        }
        end_fill(&expected);
        umk_weights_destroy(reference);
    }
    release_hand_made(h);
}

/* ---- degenerate sets --------------------------------------------------------------------------------------------*/

/* A set at q1 and one at q2 are listed for all their bands or for none, with one weight. */
static void check_whole_sets(const hand_made *h, const filled *f, int64_t triplets[n_triplets][3], int64_t *n_large) {
    int64_t n = h->phonons.n_bands;
    for (int64_t t = 0; t < n_triplets; t++) {
        const int64_t *sets1 = h->phonons.set_first + triplets[t][1] * n;
        const int64_t *sets2 = h->phonons.set_first + triplets[t][2] * n;
        for (int64_t i = f->list.first[t]; i < f->list.first[t + 1]; i++) {
            umk_band_triple bands = f->list.triples[i];
            int64_t first =
                find(f, t, (umk_band_triple){bands.band0, (uint16_t)sets1[bands.band1], (uint16_t)sets2[bands.band2]});
            assert_true(first >= 0);
            for (int c = 0; c < 3; c++) assert_true(value(f, 0, c, i) == value(f, 0, c, first));
            for (int64_t pair = 0; pair < n * n; pair++) {
                if (sets1[pair / n] != sets1[bands.band1] || sets2[pair % n] != sets2[bands.band2]) continue;
                umk_band_triple other = {bands.band0, (uint16_t)(pair / n), (uint16_t)(pair % n)};
                assert_true(find(f, t, other) >= 0);
                *n_large += rank(other) != rank(bands);
            }
        }
    }
}

/* The mean over a block is that of the plain weights, and what is not listed had none. */
static void check_means(const hand_made *h, const filled *mean, const filled *plain, int64_t triplets[n_triplets][3]) {
    int64_t n = h->phonons.n_bands;
    for (int64_t t = 0; t < n_triplets; t++) {
        const int64_t *sets1 = h->phonons.set_first + triplets[t][1] * n;
        const int64_t *sets2 = h->phonons.set_first + triplets[t][2] * n;
        for (int64_t i = plain->list.first[t]; i < plain->list.first[t + 1]; i++) {
            assert_true(find(mean, t, plain->list.triples[i]) >= 0);
        }
        for (int64_t i = mean->list.first[t]; i < mean->list.first[t + 1]; i++) {
            umk_band_triple bands = mean->list.triples[i];
            double sums[3] = {0}, count = 0;
            bool any = false;
            for (int64_t pair = 0; pair < n * n; pair++) {
                if (sets1[pair / n] != sets1[bands.band1] || sets2[pair % n] != sets2[bands.band2]) continue;
                int64_t place =
                    find(plain, t, (umk_band_triple){bands.band0, (uint16_t)(pair / n), (uint16_t)(pair % n)});
                for (int c = 0; c < 3 && place >= 0; c++) sums[c] += value(plain, 0, c, place);
                any = any || place >= 0;
                count++;
            }
            assert_true(any);
            for (int c = 0; c < 3; c++) {
                assert_true(fabs(value(mean, 0, c, i) - sums[c] / count) <= 1e-13 * fmax(1, sums[c]));
            }
        }
    }
}

static void test_sets(void **state) {
    (void)state;
    const int64_t n_bands[3] = {10, 5, 19}, largest[3] = {3, 5, 4}; /* also across bytes of flags */
    for (int i = 0; i < 3; i++) {
        hand_made *h = make_with_sets(n_bands[i], largest[i]);
        int64_t triplets[n_triplets][3], n_large = 0;
        set_triplets(h, triplets);
        FOR_SETS(set) {
            umk_weights *both[2] = {make_weights(h, ways[0], set), make_weights(h, ways[1], set)};
            umk_weights_request request = {
                1, &both[0], &h->phonons, n_triplets, (const int64_t(*)[3])triplets, most_energies, energies, 0, false};
            filled mean = fill(&request);
            request.weights = &both[1];
            filled plain = fill(&request);
            check_whole_sets(h, &mean, triplets, &n_large);
            check_means(h, &mean, &plain, triplets);
            end_fill(&mean);
            end_fill(&plain);
            for (int w = 0; w < 2; w++) umk_weights_destroy(both[w]);
        }
        assert_true(n_large > 500);
        release_hand_made(h);
    }
}

/* ---- several ways to integrate ----------------------------------------------------------------------------------*/

/* Each way as alone, 0 where only another needs a triple; nothing is listed that none needs, but for whole sets. */
static void check_several(const hand_made *h, int64_t n, umk_weights *const *weights, bool widens) {
    int64_t triplets[n_triplets][3], n_only_other = 0, n_needed = 0;
    set_triplets(h, triplets);
    umk_weights_request request = {
        n, weights, &h->phonons, n_triplets, (const int64_t(*)[3])triplets, most_energies, energies, 2, false};
    filled together = fill(&request), alone[most_weights];
    check_form(&together, &request);
    request.n_weights = 1;
    for (int64_t w = 0; w < n; w++) {
        request.weights = weights + w;
        alone[w] = fill(&request);
    }
    for (int64_t t = 0; t < n_triplets; t++) {
        for (int64_t w = 0; w < n; w++) {
            for (int64_t i = alone[w].list.first[t]; i < alone[w].list.first[t + 1]; i++) {
                assert_true(find(&together, t, alone[w].list.triples[i]) >= 0);
            }
        }
        for (int64_t i = together.list.first[t]; i < together.list.first[t + 1]; i++) {
            bool needed = false;
            for (int64_t w = 0; w < n; w++) {
                int64_t place = find(&alone[w], t, together.list.triples[i]);
                needed = needed || place >= 0;
                n_only_other += place < 0;
                for (int c = 0; c < 3; c++) {
                    double expected = place < 0 ? 0 : value(&alone[w], 0, c, place), got = value(&together, w, c, i);
                    assert_memory_equal(&got, &expected, sizeof got);
                }
            }
            assert_true(needed || widens);
            n_needed += needed;
        }
    }
    assert_true(n_needed > 0 && (n == 1 || n_only_other > 0));
    end_fill(&together);
    for (int64_t w = 0; w < n; w++) end_fill(&alone[w]);
}

static void test_several_ways(void **state) {
    (void)state;
    static const int chosen[][most_weights] = {{0, 3, -1}, {3, 0, -1}, {1, 2, 4}, {2, 0, 1},
                                               {3, 4, -1}, {4, 0, 3},  {5, 0, -1}};
    hand_made *phonons[3] = {make_with_sets(5, 1), make_with_sets(10, 3), make_cubic(5)};
    for (int i = 0; i < 3; i++) {
        hand_made *h = phonons[i];
        for (size_t k = 0; k < sizeof chosen / sizeof chosen[0]; k++) {
            FOR_SETS(set) {
                umk_weights *weights[most_weights];
                int64_t n = 0;
                bool averages = false;
                for (; n < most_weights && chosen[k][n] >= 0; n++) {
                    /* each has kernels of its own choice */
                    weights[n] = make_weights(h, ways[chosen[k][n]], n % 2 == 0 ? set : UMK_KERNELS_REFERENCE);
                    averages = averages || chosen[k][n] == 0 || chosen[k][n] == 2;
                }
                check_several(h, n, weights, averages && i == 1);
                for (int64_t w = 0; w < n; w++) umk_weights_destroy(weights[w]);
            }
        }
        release_hand_made(h);
    }
}

/* ---- all triples ------------------------------------------------------------------------------------------------*/

/* All triples in their order; those that are listed anyway with the same weights, the others with 0. */
static void test_all(void **state) {
    (void)state;
    hand_made *h = make_with_sets(9, 3);
    int64_t triplets[n_triplets][3], n = 9;
    set_triplets(h, triplets);
    for (int k = 0; k < n_ways; k++) {
        umk_weights *weights[2] = {make_weights(h, ways[k], UMK_KERNELS_PORTABLE),
                                   make_weights(h, ways[(k + 1) % n_ways], UMK_KERNELS_PORTABLE)};
        umk_weights_request request = {2, weights,  &h->phonons, n_triplets, (const int64_t(*)[3])triplets,
                                       3, energies, 1,           false};
        filled some = fill(&request);
        request.all = true;
        filled all = fill(&request);
        check_form(&all, &request);
        assert_int_equal(all.list.first[n_triplets], n_triplets * 3 * n * n);
        for (int64_t t = 0; t < n_triplets; t++) {
            assert_int_equal(all.list.first[t], t * 3 * n * n);
            for (int64_t i = all.list.first[t]; i < all.list.first[t + 1]; i++) {
                int64_t place = find(&some, t, all.list.triples[i]);
                for (int c = 0; c < 6; c++) {
                    double expected = place < 0 ? 0 : value(&some, c / 3, c % 3, place);
                    assert_true(value(&all, c / 3, c % 3, i) == expected);
                }
            }
        }
        end_fill(&some);
        end_fill(&all);
        for (int w = 0; w < 2; w++) umk_weights_destroy(weights[w]);
    }
    release_hand_made(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches), cmocka_unit_test(test_empty),        cmocka_unit_test(test_kernel_sets),
        cmocka_unit_test(test_sets),    cmocka_unit_test(test_several_ways), cmocka_unit_test(test_all),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
