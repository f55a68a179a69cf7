/* Cosets of sublattices of Z^3: two vectors have one number exactly when their difference belongs to the sublattice. */
#include "crystals.h"

static void test_diagonal(void **state) {
    (void)state;
    const int64_t basis[3][3] = {{2, 0, 0}, {0, 3, 0}, {0, 0, 4}};
    umk_sublattice sublattice;
    assert_true(umk_sublattice_create(&sublattice, basis));
    assert_int_equal(sublattice.n_cosets, 24);
    assert_int_equal(umk_sublattice_coset(&sublattice, (const int64_t[3]){0, 0, 0}), 0);
    assert_int_equal(umk_sublattice_coset(&sublattice, (const int64_t[3]){1, 2, 3}), 1 + 2 * (2 + 3 * 3));
    assert_int_equal(umk_sublattice_coset(&sublattice, (const int64_t[3]){-1, -1, -1}), 1 + 2 * (2 + 3 * 3));
    assert_int_equal(umk_sublattice_coset(&sublattice, (const int64_t[3]){4, -6, 8}), 0);
}

/* Belongs the vector to the lattice of the columns of basis? By Cramer's rule. */
static bool belongs(const int64_t basis[3][3], const int64_t vector[3]) {
    int64_t adjugate[3][3], x[3], determinant = umk_determinant3_integer(basis);
    umk_adjugate3_integer(adjugate, basis);
    umk_apply3_integer(x, (const int64_t(*)[3])adjugate, vector);
    return x[0] % determinant == 0 && x[1] % determinant == 0 && x[2] % determinant == 0;
}

static void test_oblique(void **state) {
    (void)state;
    const int64_t bases[4][3][3] = {{{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}},
                                    {{1, 2, 0}, {0, 2, 1}, {1, 0, 2}},
                                    {{3, 7, 2}, {0, 1, 5}, {1, 0, 2}},
                                    {{0, 2, 0}, {3, 0, 0}, {0, 1, -2}}};
    const int64_t sizes[4] = {4, 6, 39, 12};
    for (int b = 0; b < 4; b++) {
        umk_sublattice sublattice;
        assert_true(umk_sublattice_create(&sublattice, bases[b]));
        assert_int_equal(sublattice.n_cosets, sizes[b]);
        for (int i = 0; i < 7 * 7 * 7; i++) {
            const int64_t first[3] = {i % 7 - 3, i / 7 % 7 - 3, i / 49 - 3};
            int64_t coset = umk_sublattice_coset(&sublattice, first);
            assert_in_range(coset, 0, sizes[b] - 1);
            for (int j = 0; j < 7 * 7 * 7; j += 5) {
                const int64_t second[3] = {j % 7 - 3, j / 7 % 7 - 3, j / 49 - 3};
                const int64_t difference[3] = {first[0] - second[0], first[1] - second[1], first[2] - second[2]};
                bool same = coset == umk_sublattice_coset(&sublattice, second);
                assert_int_equal(same, belongs(bases[b], difference));
            }
        }
    }
}

static void test_refused(void **state) {
    (void)state;
    umk_sublattice sublattice;
    assert_false(umk_sublattice_create(&sublattice, (const int64_t[3][3]){{1, 2, 3}, {2, 4, 6}, {0, 0, 1}}));
    assert_false(umk_sublattice_create(&sublattice, (const int64_t[3][3]){{5000, 0, 0}, {0, 1, 0}, {0, 0, 1}}));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_diagonal), cmocka_unit_test(test_oblique),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
