/* The tetrahedra around a grid point: geometry, choice of the diagonal, symmetrization, options, failures. */
#include "support/context.h"
#include "unit/weights/hand_made.h"
#include "weights/internal.h"

static umk_weights *make(hand_made *h, bool no_symmetrize) {
    umk_weights *weights = NULL;
    umk_weights_options options = UMK_WEIGHTS_OPTIONS_INIT;
    options.no_symmetrize_tetrahedra = no_symmetrize;
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, &options), UMK_OK);
    return weights;
}

/** Six times the volume of a tetrahedron in microzones (P = 1). */
static int64_t volume(const int64_t t[4][3]) {
    return llabs(umk_determinant3_integer(&t[1]));
}

static bool has_vertex(const umk_weights *weights, int64_t x, int64_t y, int64_t z) {
    for (int64_t v = 0; v < weights->n_vertices; v++) {
        const int64_t *s = weights->steps[v];
        if (s[0] == x && s[1] == y && s[2] == z) return true;
    }
    return false;
}

/** Steps and their opposites modulo D. */
static void check_folded(const umk_weights *weights) {
    for (int64_t v = 0; v < weights->n_vertices; v++) {
        for (int i = 0; i < 3; i++) {
            int64_t period = weights->grid->diagonal[i], step = weights->steps[v][i];
            for (int sign = 0; sign < 2; sign++) {
                int64_t folded = weights->folded[sign][v][i];
                assert_in_range(folded, 0, period - 1);
                assert_int_equal((folded - (sign == 0 ? step : -step)) % period, 0);
            }
        }
    }
}

/** The kernels see these vertices, and figures of all the shares. */
static void check_view(const umk_weights *weights) {
    const umk_figures *figures = weights->tetrahedra.figures;
    double sum = 0;
    int64_t n = 0;
    assert_ptr_equal(figures, weights->figures);
    assert_int_equal(weights->tetrahedra.n_vertices, weights->n_vertices);
    for (int64_t f = 0; f < figures->n_figures; f++) {
        const umk_figure_kind *kind = &figures->kinds[figures->kind_of[f]];
        for (int v = 0; v < umk_figure_row; v++) assert_true(figures->vertices[f][v] < weights->n_vertices);
        for (int64_t t = 0; t < kind->n_tetrahedra; t++) sum += kind->shares[t];
        n += kind->n_tetrahedra;
    }
    assert_int_equal(n, weights->n_tetrahedra);
    assert_true(fabs(sum - 4) < 1e-14);
}

/** Each has volume 1/6 and the centre first, shares sum to 4, and the vertex tables repeat the addresses. */
static void check_set(const umk_weights *weights) {
    double sum = 0;
    for (int64_t t = 0; t < weights->n_tetrahedra; t++) {
        const int64_t(*corners)[3] = (const int64_t(*)[3])weights->relative_addresses[t];
        assert_int_equal(volume(corners), 1);
        for (int i = 0; i < 3; i++) assert_int_equal(corners[0][i], 0);
        for (int c = 1; c < 4; c++) {
            int64_t v = weights->corners[t][c - 1];
            assert_in_range(v, 1, weights->n_vertices - 1);
            assert_memory_equal(weights->steps[v], corners[c], sizeof corners[c]);
        }
        sum += weights->tetrahedron_weights[t];
    }
    assert_true(fabs(sum - 4) < 1e-14);
    check_view(weights);
    check_folded(weights);
}

static void test_24_tetrahedra(void **state) {
    (void)state;
    const int64_t mesh[3] = {4, 4, 3};
    const double(*lattices[3])[3] = {CUBIC, HEXAGONAL, TRICLINIC};
    for (int i = 0; i < 3; i++) {
        hand_made *h = make_grid(mesh, lattices[i]);
        umk_weights *weights = make(h, true);
        assert_int_equal(weights->n_tetrahedra, 24);
        assert_int_equal(weights->n_vertices, 15);
        check_set(weights);
        umk_weights_destroy(weights);
        release_hand_made(h);
    }
}

/** The diagonal of the cut is a vertex; the three others are not. */
static void test_shortest_diagonal(void **state) {
    (void)state;
    const int64_t mesh[3] = {4, 4, 4};
    const double lengths[4][3] = {
        {-0.05, -0.05, -0.05}, {0.05, -0.05, -0.05}, {-0.05, 0.05, -0.05}, {-0.05, -0.05, 0.05}};
    const int64_t expected[4][3] = {{1, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, -1}};
    for (int choice = 0; choice < 4; choice++) {
        double lattice[3][3];
        /* shorten the diagonal: vectors with negative products along it */
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double sign = (double)(expected[choice][i] * expected[choice][j]);
                lattice[i][j] = i == j ? 0.25 : sign * -fabs(lengths[choice][i]);
            }
        }
        hand_made *h = make_grid(mesh, (const double(*)[3])lattice);
        umk_weights *weights = make(h, true);
        for (int other = 0; other < 4; other++) {
            const int64_t *d = expected[other];
            assert_int_equal(has_vertex(weights, d[0], d[1], d[2]), other == choice);
            assert_int_equal(has_vertex(weights, -d[0], -d[1], -d[2]), other == choice);
        }
        umk_weights_destroy(weights);
        release_hand_made(h);
    }
}

static void check_symmetrized(const int64_t mesh[3], const double lattice[3][3], const int64_t (*generators)[3][3],
                              int64_t n_rotations, int64_t n_tetrahedra) {
    hand_made *h = make_grid(mesh, lattice);
    set_rotations(h, 3, generators);
    assert_int_equal(h->grid.n_rotations, n_rotations);
    umk_weights *weights = make(h, false);
    assert_int_equal(weights->n_tetrahedra, n_tetrahedra);
    check_set(weights);
    umk_weights_destroy(weights);
    release_hand_made(h);
}

/** fcc: the cut follows the symmetry, 24 stay 24. Simple cubic: four diagonals. Hexagonal: phono3py's 144, of which 96
 * differ. */
static void test_symmetrized(void **state) {
    (void)state;
    check_symmetrized((const int64_t[3]){5, 5, 5}, FCC, FCC_GENERATORS, 48, 24);
    check_symmetrized((const int64_t[3]){4, 4, 4}, CUBIC, CUBIC_GENERATORS, 48, 96);
    check_symmetrized((const int64_t[3]){4, 4, 3}, HEXAGONAL, HEXAGONAL_GENERATORS, 24, 96);
}

/** A generalized grid is the same grid in other addresses: tetrahedra are P times those of the plain steps. */
static void test_generalized(void **state) {
    (void)state;
    const int64_t p[3][3] = {{1, 1, 0}, {0, 1, 2}, {0, 0, 1}}, inverse[3][3] = {{1, -1, 2}, {0, 1, -2}, {0, 0, 1}};
    hand_made *plain = make_grid((const int64_t[3]){4, 4, 4}, TRICLINIC);
    hand_made *general = make_grid((const int64_t[3]){4, 4, 4}, TRICLINIC);
    memcpy(general->grid.p, p, sizeof p);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) general->grid.qd_inverse[i][j] = (double)inverse[i][j] / 4;
    }
    umk_weights *a = make(plain, true), *b = make(general, true);
    for (int64_t v = 0; v < a->n_vertices; v++) {
        int64_t step[3];
        umk_apply3_integer(step, p, a->steps[v]);
        assert_true(has_vertex(b, step[0], step[1], step[2]));
    }
    umk_weights_destroy(a);
    umk_weights_destroy(b);
    release_hand_made(plain);
    release_hand_made(general);
}

static void test_options(void **state) {
    (void)state;
    hand_made *h = make_grid((const int64_t[3]){3, 3, 3}, CUBIC);
    const umk_weights_options wrong[4] = {
        {.sigma = -0.1}, {.sigma = NAN}, {.sigma = 0.1, .sigma_cutoff = -1}, {.sigma = 0.1, .sigma_cutoff = INFINITY}};
    umk_weights *weights = NULL;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(umk_weights_create(&weights, context, &h->grid, &wrong[i]), UMK_ERROR_ARGUMENT);
        assert_null(weights);
        assert_non_null(strstr(umk_context_message(context), "smearing"));
    }
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, NULL), UMK_OK);
    assert_int_equal(umk_weights_workspace_size(weights, 7) % 64, 0);
    assert_true(umk_weights_workspace_size(weights, 7) > 0);
    umk_weights_destroy(weights);
    umk_weights_destroy(NULL);
    release_hand_made(h);
}

static void test_kernel_sets(void **state) {
    (void)state;
    hand_made *h = make_grid((const int64_t[3]){3, 3, 3}, CUBIC);
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        umk_weights *weights;
        umk_weights_options options = {.kernels = umk_kernel_set_name(set)};
        umk_status status = umk_weights_create(&weights, context, &h->grid, &options);
        assert_int_equal(status, umk_kernel_set_runs(set) ? UMK_OK : UMK_ERROR_ARGUMENT);
        if (status != UMK_OK) {
            assert_null(weights);
            continue;
        }
        assert_ptr_equal(weights->kernels, umk_weights_kernels_of(set));
        for (int other = 0; other < set; other++) { /* each has its own */
            if (umk_kernel_set_runs(other)) assert_ptr_not_equal(weights->kernels, umk_weights_kernels_of(other));
        }
        umk_weights_destroy(weights);
    }
    umk_weights *weights;
    umk_weights_options options = {.kernels = "fastest"};
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, &options), UMK_ERROR_ARGUMENT);
    assert_null(weights);
    assert_non_null(strstr(umk_context_message(context), "\"fastest\""));
    release_hand_made(h);
}

static void test_no_memory(void **state) {
    (void)state;
    hand_made *h = make_grid((const int64_t[3]){3, 3, 3}, CUBIC);
    umk_weights *weights = NULL;
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = umk_weights_create(&weights, context, &h->grid, NULL);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(weights);
    }
    umk_test_fail_allocation(-1);
    assert_true(n_failures >= 6);
    umk_weights_destroy(weights);
    release_hand_made(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_24_tetrahedra), cmocka_unit_test(test_shortest_diagonal),
        cmocka_unit_test(test_symmetrized),   cmocka_unit_test(test_generalized),
        cmocka_unit_test(test_options),       cmocka_unit_test(test_kernel_sets),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
