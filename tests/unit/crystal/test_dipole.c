/* Charges and dielectric tensor of rutile, where symmetry is easy to apply by hand. */
#include "crystals.h"

static umk_context *context;
static log_lines lines;
static umk_cell cell;

/* Ti and O of a BORN file: the site symmetry mmm of Ti and m2m of O leave xx = yy, xy and zz. */
static double sparse_charges[2][3][3] = {{{6, 1, 0}, {1, 6, 0}, {0, 0, 8}}, {{-3, -2, 0}, {-2, -3, 0}, {0, 0, -4}}};

static int set_up(void **state) {
    (void)state;
    context = make_context(1, &lines);
    make_cell(&cell, context, rutile_lattice, 6, rutile_positions, "Ti Ti O O O O");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_cell_clear(&cell);
    umk_context_destroy(context);
    return 0;
}

/* The fourfold screw axis carries the first Ti onto the second, and with it xy changes sign; so it does for O. */
static void test_expansion(void **state) {
    (void)state;
    umk_born born = {.n_atoms = 2,
                     .charges = sparse_charges,
                     .dielectric = {{7, 0, 0}, {0, 7, 0}, {0, 0, 9}},
                     .factor = 14.4,
                     .method = "wang",
                     .ewald_lambda = 0.3};
    for (int k = 0; k < 4; k++) {
        /* the atoms of the file are independent ones of the full symmetry, also where that is not used */
        umk_crystal_options options = {
            .unit_cell = &cell, .born = &born, .born_sparse = true, .no_symmetry = k == 1, .symmetrize_born = k == 2};
        if (k == 3) options.symmetry_tolerance = 1e-3;
        umk_crystal *crystal = make_crystal(context, &options);
        const double signs[6] = {1, -1, 1, 1, -1, -1};
        assert_true(umk_crystal_has_born(crystal));
        assert_int_equal(crystal->born.n_atoms, 6);
        assert_close(crystal->born.factor, 14.4, 0);
        assert_string_equal(crystal->born.method, "wang");
        assert_close(crystal->born.ewald_lambda, 0.3, 0);
        for (int i = 0; i < 6; i++) {
            const double(*z)[3] = (const double(*)[3])crystal->born.charges[i];
            assert_close(z[0][0], i < 2 ? 6 : -3, 1e-12);
            assert_close(z[1][1], i < 2 ? 6 : -3, 1e-12);
            assert_close(z[2][2], i < 2 ? 8 : -4, 1e-12);
            assert_close(z[0][1], signs[i] * (i < 2 ? 1 : -2), 1e-12);
            assert_close(z[1][0], signs[i] * (i < 2 ? 1 : -2), 1e-12);
            assert_close(z[0][2], 0, 1e-12);
        }
        assert_close(crystal->born.dielectric[2][2], 9, 1e-12);
        umk_crystal_destroy(crystal);
    }
    assert_int_equal(lines.n_warnings, 0);
}

static void test_all_atoms_are_kept(void **state) {
    (void)state;
    double charges[6][3][3];
    for (int k = 0; k < 54; k++) charges[k / 9][k / 3 % 3][k % 3] = 0.01 * k * k;
    umk_born born = {.n_atoms = 6, .charges = charges, .dielectric = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}};
    umk_crystal_options options = {.unit_cell = &cell, .born = &born};
    umk_crystal *crystal = make_crystal(context, &options);
    assert_memory_equal(crystal->born.charges, charges, sizeof charges);
    assert_memory_equal(crystal->born.dielectric, born.dielectric, sizeof born.dielectric);
    assert_close(crystal->born.factor, UMK_COULOMB_FACTOR, 0);
    assert_int_equal(lines.n_warnings, 1);
    assert_non_null(strstr(lines.last, "neutrality"));
    umk_crystal_destroy(crystal);
}

/* Symmetrized charges sum to zero and are invariant under every operation; so is the dielectric tensor. */
static void test_symmetrization(void **state) {
    (void)state;
    double charges[6][3][3], sum[9] = {0};
    for (int k = 0; k < 54; k++) charges[k / 9][k / 3 % 3][k % 3] = cos(k * k);
    umk_born born = {.n_atoms = 6, .charges = charges, .dielectric = {{4, 2, 3}, {-1, 6, 1}, {0, 1, 9}}};
    umk_crystal_options options = {.unit_cell = &cell, .born = &born, .symmetrize_born = true};
    umk_crystal *crystal = make_crystal(context, &options);
    for (int k = 0; k < 54; k++) sum[k % 9] += crystal->born.charges[k / 9][k / 3 % 3][k % 3];
    for (int k = 0; k < 9; k++) assert_close(sum[k], 0, 1e-13);
    assert_close(crystal->born.dielectric[0][0], 5, 1e-13);
    assert_close(crystal->born.dielectric[1][1], 5, 1e-13);
    assert_close(crystal->born.dielectric[2][2], 9, 1e-13);
    assert_close(crystal->born.dielectric[0][1], 0, 1e-13);
    for (int i = 0; i < 6; i++) {
        const double(*z)[3] = (const double(*)[3])crystal->born.charges[i];
        const double(*first)[3] = (const double(*)[3])crystal->born.charges[i < 2 ? 0 : 2];
        double sign = i == 1 || i > 3 ? -1 : 1;
        assert_close(z[0][0], first[0][0], 1e-13);
        assert_close(z[1][1], first[0][0], 1e-13);
        assert_close(z[0][1], sign * first[0][1], 1e-13);
        assert_close(z[1][0], sign * first[0][1], 1e-13);
        assert_close(z[1][2], 0, 1e-13);
    }
    umk_crystal_destroy(crystal);
}

static void check_failure(const umk_crystal_options *options, const char *message) {
    umk_crystal *crystal = (umk_crystal *)&lines;
    assert_int_equal(umk_crystal_create(&crystal, context, options), UMK_ERROR_INPUT);
    assert_null(crystal);
    assert_string_equal(umk_context_message(context), message);
}

static void test_wrong_numbers(void **state) {
    (void)state;
    double charges[6][3][3] = {{{0}}};
    umk_born born = {.n_atoms = 3, .charges = charges, .dielectric = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    umk_crystal_options options = {.unit_cell = &cell, .born = &born};
    check_failure(&options, "BORN data: charges of 3 atoms are given, the primitive cell has 6 atoms");
    options.born_sparse = true;
    check_failure(&options, "BORN data: charges of 3 atoms are given, but 2 of the 6 atoms of the primitive cell are "
                            "symmetry-independent (space group P4_2/mnm)");
    born.n_atoms = 2;
    charges[1][2][1] = NAN;
    check_failure(&options, "BORN data: a value is not a finite number or the factor is negative");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_expansion, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_all_atoms_are_kept, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_symmetrization, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_wrong_numbers, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
