/* Supercells, primitive cells and the maps between them: phonopy's order by hand, and what translations must obey. */
#include "crystals.h"

static void test_order_of_atoms(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    umk_cell cell;
    make_cell(&cell, context, cubic, 2, (const double[2][3]){{0, 0, 0}, {0.5, 0.5, 0.5}}, "Cs Cl");
    const int64_t matrix[3][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 3}};
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = matrix};
    umk_crystal *crystal = make_crystal(context, &options);
    const umk_cell *supercell = umk_crystal_supercell(crystal);
    assert_int_equal(supercell->n_atoms, 24);
    for (int64_t s = 0; s < 24; s++) {
        /* images of Cs first, the first axis fastest */
        const double expected[3] = {(double)(s % 2) / 2, (double)(s / 2 % 2) / 2, (double)(s / 4 % 3) / 3};
        for (int k = 0; k < 3; k++) {
            assert_close(supercell->positions[s][k], expected[k] + (s < 12 ? 0 : k < 2 ? 0.25 : 1.0 / 6), 1e-14);
        }
        assert_string_equal(supercell->symbols[s], s < 12 ? "Cs" : "Cl");
        assert_close(supercell->masses[s], s < 12 ? 1 : 2, 0);
        assert_int_equal(crystal->supercell.s2pp_map[s], s / 12);
        assert_int_equal(crystal->supercell.s2p_map[s], s / 12 * 12);
    }
    assert_int_equal(crystal->supercell.p2s_map[1], 12);
    assert_close(supercell->lattice[2][2], 12, 0);
    assert_close(crystal->volume, 64, 1e-12);
    assert_close(crystal->reciprocal_lattice[1][1], 0.25, 1e-15);
    assert_false(crystal->has_own_phonon_supercell);
    umk_crystal_destroy(crystal);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

static void test_silicon(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    umk_cell cell;
    make_cell(&cell, context, cubic, 8, diamond_positions, "Si Si Si Si Si Si Si Si");
    const int64_t matrix[3][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}};
    for (int automatic = 0; automatic < 2; automatic++) {
        umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = matrix};
        options.primitive_axes = automatic ? "auto" : "F";
        umk_crystal *crystal = make_crystal(context, &options);
        assert_int_equal(crystal->primitive.n_atoms, 2);
        assert_int_equal(crystal->supercell.p2s_map[0], 0);
        assert_int_equal(crystal->supercell.p2s_map[1], 32);
        assert_close(crystal->volume, 16, 1e-12);
        for (int k = 0; k < 9; k++) {
            assert_close(crystal->primitive.lattice[k / 3][k % 3], k / 3 == k % 3 ? 0 : 2, 1e-12);
            double x = crystal->primitive.positions[1][k / 3];
            assert_close(x, 0.25, 1e-12);
        }
        umk_crystal_destroy(crystal);
    }
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

/* Atoms carried by translations must be where the lattice vectors say, and translations must add up. */
static void test_translations(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    umk_cell cell;
    make_cell(&cell, context, rutile_lattice, 6, rutile_positions, "Ti Ti O O O O");
    const int64_t matrix[3][3] = {{1, 2, 0}, {0, 2, 1}, {1, 0, 2}},
                  phonon_matrix[3][3] = {{2, 1, 0}, {-1, 1, 0}, {0, 0, 2}};
    umk_crystal_options options = {
        .unit_cell = &cell, .supercell_matrix = matrix, .phonon_supercell_matrix = phonon_matrix};
    umk_crystal *crystal = make_crystal(context, &options);
    assert_true(crystal->has_own_phonon_supercell);
    const umk_supercell *supercells[2] = {&crystal->supercell, &crystal->phonon_supercell};
    for (int k = 0; k < 2; k++) {
        const umk_supercell *s = supercells[k];
        assert_int_equal(s->cell.n_atoms, 36);
        for (int64_t i = 0; i < s->cell.n_atoms; i++) {
            int64_t home = s->p2s_map[s->s2pp_map[i]];
            assert_int_equal(umk_supercell_translate(s, home, s->lattice_vectors[i]), i);
            double moved[3];
            for (int a = 0; a < 3; a++) {
                moved[a] = -s->cell.positions[i][a] + s->cell.positions[home][a];
                for (int b = 0; b < 3; b++) {
                    /* the primitive cell is the unit cell here: R in supercell coordinates is S^-1 R */
                    double inverse[3][3], real[3][3];
                    for (int c = 0; c < 9; c++) real[c / 3][c % 3] = (double)s->matrix[c / 3][c % 3];
                    assert_true(umk_invert3(inverse, (const double(*)[3])real));
                    moved[a] += inverse[a][b] * (double)s->lattice_vectors[i][b];
                }
                assert_close(moved[a], rint(moved[a]), 1e-12);
            }
            for (int64_t j = 0; j < s->cell.n_atoms; j += 5) {
                const int64_t *r = s->lattice_vectors[j], back[3] = {-r[0], -r[1], -r[2]};
                assert_int_equal(umk_supercell_translate(s, umk_supercell_translate(s, i, r), back), i);
            }
        }
    }
    umk_crystal_destroy(crystal);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

/* Masses given for the primitive atoms reach both supercells; kinds that differ by a digit only stay apart. */
static void test_masses_and_symbols(void **state) {
    (void)state;
    umk_context *context = make_context(1, NULL);
    umk_cell cell;
    make_cell(&cell, context, cubic, 2, (const double[2][3]){{0, 0, 0}, {0.5, 0.5, 0.5}}, "Fe1 Fe2");
    const int64_t matrix[3][3] = {{2, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    const double masses[2] = {55, 57};
    umk_crystal_options options = {.unit_cell = &cell, .phonon_supercell_matrix = matrix, .masses = masses};
    umk_crystal *crystal = make_crystal(context, &options);
    assert_close(umk_crystal_primitive(crystal)->masses[1], 57, 0);
    assert_close(umk_crystal_supercell(crystal)->masses[1], 57, 0);
    assert_close(umk_crystal_phonon_supercell(crystal)->masses[1], 55, 0);
    assert_close(umk_crystal_phonon_supercell(crystal)->masses[2], 57, 0);
    assert_string_equal(crystal->primitive.symbols[1], "Fe2");
    assert_int_equal(crystal->space_group_number, 229); /* for symmetry both are iron */
    umk_crystal_destroy(crystal);
    umk_crystal *none;
    options.primitive_axes = "I"; /* would put Fe2 on Fe1 */
    assert_int_equal(umk_crystal_create(&none, context, &options), UMK_ERROR_INPUT);
    umk_cell_clear(&cell);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_of_atoms), cmocka_unit_test(test_silicon),
                                       cmocka_unit_test(test_translations), cmocka_unit_test(test_masses_and_symbols)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
