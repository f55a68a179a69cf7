/* Shortest images: hand-counted multiplicities, and a search over many images for skewed and flat cells. */
#include "crystals.h"

/* One atom, 2x2x2 cubic: the image at (1/2 ...) of k axes has 2^k shortest vectors. */
static void test_simple_cubic(void **state) {
    (void)state;
    umk_context *context = make_context(2, NULL);
    umk_cell cell;
    make_cell(&cell, context, cubic, 1, (const double[1][3]){{0, 0, 0}}, "Po");
    const int64_t matrix[3][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}};
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = matrix};
    umk_crystal *crystal = make_crystal(context, &options);
    const umk_supercell *s = &crystal->supercell;
    const int64_t expected[8] = {1, 2, 2, 4, 2, 4, 4, 8};
    assert_int_equal(s->n_shortest_vectors, 27);
    for (int i = 0; i < 8; i++) assert_int_equal(s->multiplicity[2 * i], expected[i]);
    const double(*corner)[3] = (const double(*)[3])s->shortest_vectors + s->multiplicity[2 * 7 + 1];
    for (int i = 0; i < 8; i++) { /* ascending, the first coordinate slowest */
        assert_close(corner[i][0], i / 4 ? 1 : -1, 1e-14);
        assert_close(corner[i][1], i / 2 % 2 ? 1 : -1, 1e-14);
        assert_close(corner[i][2], i % 2 ? 1 : -1, 1e-14);
    }
    umk_crystal_destroy(crystal);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

static void to_cartesian(double out[3], const double lattice[3][3], const double x[3]) {
    for (int i = 0; i < 3; i++) out[i] = x[0] * lattice[0][i] + x[1] * lattice[1][i] + x[2] * lattice[2][i];
}

/* Counts the images of v within the tolerance of the shortest over a wide box of the basis of supercell vectors. */
static int count_images(const double basis[3][3], const double v[3], double tolerance, double *shortest) {
    enum { reach = 6, side = 2 * reach + 1 };
    static double lengths[side * side * side];
    *shortest = HUGE_VAL;
    for (int n = 0; n < side * side * side; n++) {
        const double shift[3] = {n % side - reach, n / side % side - reach, n / side / side - reach};
        double w[3];
        to_cartesian(w, basis, shift);
        for (int i = 0; i < 3; i++) w[i] += v[i];
        lengths[n] = umk_norm3(w);
        *shortest = fmin(*shortest, lengths[n]);
    }
    int n_images = 0;
    for (int n = 0; n < side * side * side; n++) n_images += lengths[n] - *shortest < tolerance;
    return n_images;
}

/* plain: a basis of the supercell's lattice without skew, for the wide search. */
static void check_all_pairs(const umk_crystal *crystal, const double plain[3][3]) {
    const umk_supercell *s = &crystal->supercell;
    int64_t next = 0;
    for (int64_t i = 0; i < s->cell.n_atoms; i++) {
        for (int64_t p = 0; p < s->n_primitive; p++) {
            const int64_t *entry = &s->multiplicity[2 * (i * s->n_primitive + p)];
            double from[3], to[3], v[3], shortest;
            assert_int_equal(entry[1], next);
            next += entry[0];
            to_cartesian(from, s->cell.lattice, s->cell.positions[s->p2s_map[p]]);
            to_cartesian(to, s->cell.lattice, s->cell.positions[i]);
            for (int k = 0; k < 3; k++) v[k] = to[k] - from[k];
            int n_images = count_images(plain, v, crystal->symmetry_tolerance, &shortest);
            assert_int_equal(entry[0], n_images);
            for (int64_t m = 0; m < entry[0]; m++) {
                double w[3];
                to_cartesian(w, crystal->primitive.lattice, s->shortest_vectors[entry[1] + m]);
                assert_close(umk_norm3(w), shortest, crystal->symmetry_tolerance);
                for (int64_t l = 0; l < m; l++) { /* all differ */
                    assert_true(memcmp(s->shortest_vectors[entry[1] + m], s->shortest_vectors[entry[1] + l], 24) != 0);
                }
            }
        }
    }
    assert_int_equal(next, s->n_shortest_vectors);
}

static const double flat[3][3] = {{2.5, 0, 0}, {-1.25, 2.1650635094610964, 0}, {0, 0, 3.1}};
static const double odd[3][3] = {{4.1, 0, 0}, {2.2, 4.8, 0}, {1.3, 0.7, 5.9}};

/* The same crystal with supercell vectors that are plain or strongly skewed. */
static void test_skewed(void **state) {
    (void)state;
    const double(*lattices[])[3] = {cubic, hexagonal, flat, odd};
    const int64_t skews[4][3][3] = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                                    {{1, 4, 0}, {0, 1, 5}, {0, 0, 1}},
                                    {{1, 0, 0}, {-7, 1, 0}, {6, -3, 1}},
                                    {{2, 3, -5}, {1, 2, 1}, {0, 0, 1}}};
    const int64_t plain_matrix[3][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 1}};
    const double positions[2][3] = {{0, 0, 0}, {1.0 / 3, 2.0 / 3, 0.5}};
    umk_context *context = make_context(2, NULL);
    for (int l = 0; l < 4; l++) {
        umk_cell cell;
        make_cell(&cell, context, lattices[l], 2, positions, "A B");
        double plain[3][3];
        for (int k = 0; k < 9; k++) plain[k / 3][k % 3] = lattices[l][k / 3][k % 3] * (k < 6 ? 2 : 1);
        for (int k = 0; k < 4; k++) {
            int64_t matrix[3][3];
            umk_multiply3_integer(matrix, plain_matrix, skews[k]);
            umk_crystal_options options = {.unit_cell = &cell,
                                           .supercell_matrix = (const int64_t(*)[3])matrix,
                                           .symmetry_tolerance = k == 3 ? 1e-3 : 0};
            umk_crystal *crystal = make_crystal(context, &options);
            assert_int_equal(crystal->supercell.cell.n_atoms, 8);
            check_all_pairs(crystal, (const double(*)[3])plain);
            umk_crystal_destroy(crystal);
        }
        umk_cell_clear(&cell);
    }
    umk_context_destroy(context);
}

/* Distances that differ by less than the tolerance count as equal, others do not. */
static void test_tolerance(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    for (int wide = 0; wide < 2; wide++) {
        umk_cell cell;
        make_cell(&cell, context, cubic, 2, (const double[2][3]){{0, 0, 0}, {0.5 + 2e-5, 0, 0}}, "A B");
        umk_crystal_options options = {.unit_cell = &cell, .symmetry_tolerance = wide ? 1e-3 : 1e-5};
        umk_crystal *crystal = make_crystal(context, &options);
        assert_int_equal(crystal->supercell.multiplicity[2 * 2], wide ? 2 : 1);
        int64_t first = crystal->supercell.multiplicity[2 * 2 + 1];
        assert_close(crystal->supercell.shortest_vectors[first][0], -0.5 + 2e-5, 1e-12);
        if (wide) assert_close(crystal->supercell.shortest_vectors[first + 1][0], 0.5 + 2e-5, 1e-12);
        umk_crystal_destroy(crystal);
        umk_cell_clear(&cell);
    }
    umk_context_destroy(context);
}

static void test_threads_do_not_matter(void **state) {
    (void)state;
    const int64_t matrix[3][3] = {{2, 1, 0}, {-1, 1, 0}, {0, 0, 2}};
    umk_crystal *crystals[2];
    umk_context *contexts[2] = {make_context(1, NULL), make_context(4, NULL)};
    for (int k = 0; k < 2; k++) {
        umk_cell cell;
        make_cell(&cell, contexts[k], rutile_lattice, 6, rutile_positions, "Ti Ti O O O O");
        umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = matrix};
        crystals[k] = make_crystal(contexts[k], &options);
        umk_cell_clear(&cell);
    }
    const umk_supercell *one = &crystals[0]->supercell, *four = &crystals[1]->supercell;
    assert_int_equal(one->n_shortest_vectors, four->n_shortest_vectors);
    assert_memory_equal(one->shortest_vectors, four->shortest_vectors,
                        (size_t)one->n_shortest_vectors * sizeof one->shortest_vectors[0]);
    for (int k = 0; k < 2; k++) {
        umk_crystal_destroy(crystals[k]);
        umk_context_destroy(contexts[k]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_simple_cubic), cmocka_unit_test(test_skewed),
                                       cmocka_unit_test(test_tolerance), cmocka_unit_test(test_threads_do_not_matter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
