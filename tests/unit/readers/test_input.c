/* phono3py.yaml and its relatives: real files of several versions, and the other ways to write the same. */
#include "readers/readers.h"
#include "readers_test.h"
#include <math.h>

static umk_input input;

static void read_text(const char *text) {
    expect_ok(umk_input_read_memory(&input, context, "text.yaml", text, strlen(text), 1 << 20));
}

static void expect_close(double found, double expected) {
    if (fabs(found - expected) <= 1e-13 * (1 + fabs(expected))) return;
    print_error("found %.17g, expected %.17g\n", found, expected);
    fail();
}

/* Sums over a cell as phonopy 4.10 gives them for the same file. */
static void expect_cell(const umk_cell *cell, int n, double volume, double positions, double masses, const char *first,
                        const char *last) {
    double sum = 0, mass = 0;
    assert_int_equal(cell->n_atoms, n);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < 3; j++) sum += cell->positions[i][j];
        mass += cell->masses[i];
    }
    expect_close(umk_cell_volume(cell), volume);
    expect_close(sum, positions);
    expect_close(mass, masses);
    assert_string_equal(cell->symbols[0], first);
    assert_string_equal(cell->symbols[n - 1], last);
}

/* Written by phono3py 2.0. */
static void silicon_displacements(void **state) {
    (void)state;
    expect_ok(umk_input_read(&input, context, EXAMPLE("si-pbesol/phono3py_disp.yaml")));
    expect_cell(&input.unit_cell, 8, 160.41811488718375, 12.0, 224.684, "Si", "Si");
    expect_cell(&input.primitive_cell, 2, 40.10452872179593, 3.0, 56.171, "Si", "Si");
    expect_cell(&input.supercell, 64, 1283.3449190974702, 96.0, 1797.472, "Si", "Si");
    assert_true(input.unit_cell.lattice[2][2] == 5.43356003 && input.primitive_cell.lattice[1][0] == 2.716780015);
    assert_true(input.unit_cell.positions[7][2] == 0.125 && input.supercell.positions[63][2] == 0.5625);
    assert_true(input.symmetry_tolerance == 1e-5);
    assert_true(input.has_supercell_matrix && input.has_primitive_matrix && !input.has_phonon_supercell_matrix);
    assert_true(input.supercell_matrix[1][1] == 2 && input.supercell_matrix[1][2] == 0);
    assert_true(input.primitive_matrix[0][0] == 0 && input.primitive_matrix[2][0] == 0.5);
    assert_string_equal(input.primitive_axes, "");
    assert_string_equal(input.length_unit, "angstrom");
    assert_string_equal(input.calculator, "");
    assert_true(input.has_displacements && !input.has_forces && !input.has_magnetic_moments);
    assert_int_equal(input.born.n_atoms, 0);
    umk_input_clear(&input);
    assert_null(input.supercell.positions);
}

/* Written by phono3py 1.21: dipole data at the top level, the factor in the header, no unit of length; packed by xz. */
static void sodium_chloride_parameters(void **state) {
    (void)state;
    expect_ok(umk_input_read(&input, context, EXAMPLE("nacl/phono3py_params_NaCl222.yaml.xz")));
    expect_cell(&input.unit_cell, 8, 184.24929241991973, 5.999999999999892, 233.771076, "Na", "Cl");
    expect_cell(&input.primitive_cell, 2, 46.06232310497996, 1.499999999999973, 58.442769, "Na", "Cl");
    expect_cell(&input.supercell, 64, 1473.994339359357, 71.99999999999963, 1870.168608, "Na", "Cl");
    assert_int_equal(input.born.n_atoms, 2);
    assert_true(input.born.factor == 14.399652 && input.born.charges[1][2][2] == -1.103688306666667);
    assert_true(input.born.dielectric[0][0] == 2.479413930000003 && input.born.dielectric[0][1] == 0);
    assert_string_equal(input.born.method, "");
    assert_true(input.has_displacements && input.has_forces && !input.has_phonon_supercell_matrix);
    umk_input_clear(&input);
}

/* Written by phono3py 4.10. */
static void aluminium_nitride_with_a_phonon_supercell(void **state) {
    (void)state;
    expect_ok(umk_input_read(&input, context, DATA("aln_params.yaml")));
    expect_cell(&input.unit_cell, 4, 41.71389585355849, 5.764, 81.976478, "Al", "N");
    expect_cell(&input.phonon_primitive_cell, 4, 41.71389585355849, 5.764, 81.976478, "Al", "N");
    expect_cell(&input.supercell, 8, 83.42779170711692, 11.528, 163.952956, "Al", "N");
    expect_cell(&input.phonon_supercell, 16, 166.85558341423385, 21.055999999999997, 327.905912, "Al", "N");
    assert_true(input.has_phonon_supercell_matrix);
    assert_true(input.phonon_supercell_matrix[0][1] == 1 && input.phonon_supercell_matrix[1][0] == 0);
    /* Columns: the second basis vector of the supercell is a + 2 b. */
    for (int j = 0; j < 3; j++) {
        double(*basis)[3] = input.unit_cell.lattice;
        expect_close(input.phonon_supercell.lattice[1][j], basis[0][j] + 2 * basis[1][j]);
    }
    assert_int_equal(input.born.n_atoms, 4);
    assert_true(input.born.charges[3][0][1] == -0.25 && input.born.charges[3][1][0] == 0);
    assert_true(input.born.dielectric[2][2] == 4.5 && input.born.factor == 14.4);
    assert_string_equal(input.born.method, "wang");
    assert_true(input.has_displacements && input.has_forces);
    umk_input_clear(&input);
}

#define HEADER  "phono3py:\n  version: 4.10.0\n"
#define LATTICE "  lattice:\n  - [ 3, 0, 0 ]\n  - [ 0, 4, 0 ]\n  - [ 1, 0, 5 ]\n"
#define ATOM    "  - symbol: Si\n    coordinates: [ 0.5, 0, -1 ]\n    mass: 28\n"
#define CELL    "unit_cell:\n" LATTICE "  points:\n" ATOM

static void lengths_in_bohr_become_angstrom(void **state) {
    (void)state;
    read_text("phono3py:\n  calculator: qe\nphysical_unit:\n  length: \"au\"\n" CELL);
    assert_true(input.unit_cell.lattice[2][2] == 5 * UMK_BOHR && input.unit_cell.lattice[2][0] == UMK_BOHR);
    assert_true(input.unit_cell.positions[0][2] == -1);
    assert_string_equal(input.calculator, "qe");
    assert_string_equal(input.length_unit, "au");
    umk_input_clear(&input);
    read_text(CELL "phono3py: { calculator: wien2k }\n");
    assert_true(input.unit_cell.lattice[1][1] == 4 * UMK_BOHR);
    umk_input_clear(&input);
    read_text("physical_unit:\n  length: Angstrom\n" CELL);
    assert_true(input.unit_cell.lattice[1][1] == 4);
    umk_input_clear(&input);
}

static void matrices_have_several_forms(void **state) {
    (void)state;
    read_text(CELL "supercell_matrix: [ 2, 3, 4 ]\nprimitive_matrix: auto\n");
    assert_true(input.supercell_matrix[1][1] == 3 && input.supercell_matrix[2][1] == 0);
    assert_false(input.has_primitive_matrix);
    assert_string_equal(input.primitive_axes, "auto");
    umk_input_clear(&input);
    read_text(CELL "supercell_matrix: [ 1, 2, 0, 0.0, 1, 0, -1, 0, 1e0 ]\nprimitive_matrix: \"F\"\n");
    assert_true(input.supercell_matrix[0][1] == 2 && input.supercell_matrix[2][0] == -1);
    assert_string_equal(input.primitive_axes, "F");
    umk_input_clear(&input);
    read_text(CELL "supercell_matrix: ~\nprimitive_matrix:\n  [ [ .5, .5, 0 ], [ -.5, .5, 0 ], [ 0, 0, 1 ] ]\n");
    assert_false(input.has_supercell_matrix);
    assert_true(input.has_primitive_matrix && input.primitive_matrix[1][0] == -0.5);
    umk_input_clear(&input);
}

static void cells_have_several_forms(void **state) {
    (void)state;
    /* A bare cell, as phonopy prints one, in flow style. */
    read_text(
        "{ lattice: [ [ 3, 0, 0 ], [ 0, 4, 0 ], [ 1, 0, 5 ] ],\n  points: [ { symbol: Mg, coordinates: [ 0, 0, 0 ] },\n"
        "            { extended_symbol: O2, coordinates: [ 0, 0, .5 ], symbol: O } ] }\n");
    assert_int_equal(input.unit_cell.n_atoms, 2);
    assert_string_equal(input.unit_cell.symbols[1], "O2");
    /* Without masses the standard atomic weights hold. */
    assert_true(input.unit_cell.masses[0] == 24.305 && input.unit_cell.masses[1] == 15.9994);
    umk_input_clear(&input);
    /* Before phonopy 1.11. */
    read_text("unit_cell:\n" LATTICE "  atoms:\n  - symbol: Si\n    position: [ 0.5, 0, 0 ]\n    mass: 28\n");
    assert_true(input.unit_cell.n_atoms == 1 && input.unit_cell.positions[0][0] == 0.5);
    umk_input_clear(&input);
    read_text(CELL "    magnetic_moment: [ 0, 0, 1 ]\n    weight: 1.0\n");
    assert_true(input.has_magnetic_moments);
    umk_input_clear(&input);
}

static void dipole_data_need_both_parts(void **state) {
    (void)state;
    static const char charges[] = "[ [ [ 1, 0, 0 ], [ 0, 2, 0 ], [ 0, 0, 3 ] ] ]";
    static const char tensor[] = "[ [ 4, 0, 0 ], [ 0, 5, 0 ], [ 0, 0, 6 ] ]";
    char text[1000];
    snprintf(text, sizeof text, CELL "nac:\n  born_effective_charge: %s\n", charges);
    read_text(text);
    assert_int_equal(input.born.n_atoms, 0);
    umk_input_clear(&input);
    snprintf(text, sizeof text,
             CELL "nac: { born_effective_charge: %s, dielectric_constant: %s, method: Gonze }\n"
                  "born_effective_charge: [ ]\ndielectric_constant: %s\n",
             charges, tensor, tensor);
    read_text(text);
    assert_int_equal(input.born.n_atoms, 1);
    assert_true(input.born.charges[0][1][1] == 2 && input.born.dielectric[1][1] == 5 && input.born.factor == 0);
    assert_string_equal(input.born.method, "gonze");
    umk_input_clear(&input);
}

/* The filter and the parser must agree on what a dataset holds. */
static void datasets_are_noted_in_every_style(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool displacements, forces;
    } cases[] = {
        {"displacements:\n- atom: 1\n  displacement: [ 1, 0, 0 ]\n", true, false},
        {"\"displacements\":\n- atom: 1\n  displacement: [ 1, 0, 0 ]\n", true, false},
        {"displacements: [ { atom: 1, displacement: [ 1, 0, 0 ], forces: [ [ 1, 0, 0 ] ] } ]\n", true, true},
        {"phonon_dataset:\n  displacements:\n  - - [ 1, 0, 0 ]\n  forces:\n  - - [ 1, 0, 0 ]\n", true, true},
        {"'phonon_dataset':\n  displacements:\n  - - [ 1, 0, 0 ]\n  forces:\n  - - [ 1, 0, 0 ]\n", true, true},
        {"displacement_pairs: [ ]\n", false, false},
        {"forces_of_nature: [ forces ]\n", false, false},
        {"force_constants:\n  elements:\n  - 1\n", false, false},
    };
    char text[1000];
    for (int i = 0; i < COUNT(cases); i++) {
        snprintf(text, sizeof text, CELL "%s" HEADER, cases[i].text);
        read_text(text);
        assert_int_equal(input.has_displacements, cases[i].displacements);
        assert_int_equal(input.has_forces, cases[i].forces);
        umk_input_clear(&input);
    }
}

static void byte_order_mark_and_crlf_are_fine(void **state) {
    (void)state;
    read_text("\xef\xbb\xbfunit_cell:\r\n  lattice: [ [ 3, 0, 0 ], [ 0, 4, 0 ], [ 1, 0, 5 ] ]\r\n  points:\r\n"
              "  - { symbol: Si, coordinates: [ 0, 0, 0 ] }\r\nspace_group:\r\n  type: \"Fd-3m\"\r\n");
    assert_true(input.unit_cell.n_atoms == 1 && input.unit_cell.masses[0] == 28.0855);
    umk_input_clear(&input);
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    int n = 0;
    for (umk_status status = UMK_ERROR_MEMORY; status != UMK_OK; n++) {
        umk_test_fail_allocation(n);
        status = umk_input_read(&input, context, DATA("aln_params.yaml"));
        assert_true(status == UMK_OK || status == UMK_ERROR_MEMORY);
        umk_input_clear(&input);
    }
    umk_test_fail_allocation(-1);
    assert_in_range(n, 20, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silicon_displacements),
        cmocka_unit_test(sodium_chloride_parameters),
        cmocka_unit_test(aluminium_nitride_with_a_phonon_supercell),
        cmocka_unit_test(lengths_in_bohr_become_angstrom),
        cmocka_unit_test(matrices_have_several_forms),
        cmocka_unit_test(cells_have_several_forms),
        cmocka_unit_test(dipole_data_need_both_parts),
        cmocka_unit_test(datasets_are_noted_in_every_style),
        cmocka_unit_test(byte_order_mark_and_crlf_are_fine),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
