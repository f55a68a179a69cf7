/* What umk_input_read refuses, and in which words. */
#include "readers/readers.h"
#include "readers_test.h"

static umk_input input;

#define LATTICE "  lattice:\n  - [ 3, 0, 0 ]\n  - [ 0, 4, 0 ]\n  - [ 1, 0, 5 ]\n"
#define ATOM    "  - symbol: Si\n    coordinates: [ 0.5, 0, -1 ]\n    mass: 28\n"
#define CELL    "unit_cell:\n" LATTICE "  points:\n" ATOM

static void expect_refused(const char *text, const char *message) {
    umk_status status = umk_input_read_memory(&input, context, "f.yaml", text, strlen(text), 1 << 20);
    if (status == UMK_OK) print_error("accepted: %s\n", text);
    assert_int_equal(status, UMK_ERROR_INPUT);
    expect_message(message);
    umk_input_clear(&input);
}

static void wrong_content_is_named_with_its_line(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        /* not this kind of file */
        {"", "f.yaml: the file is empty"},
        {"# nothing\n", "f.yaml: the file is empty"},
        {"hello\n", "f.yaml, line 1: no phono3py.yaml"},
        {"- 1\n", "f.yaml, line 1: no phono3py.yaml"},
        {"a: 1\n", "f.yaml: no crystal structure, expected at least unit_cell"},
        {"a: [ 1\nb: 2\n", "f.yaml, line 2: no valid yaml: did not find expected ',' or ']'"},
        {"a: 1\n---\nb: 1\n", "f.yaml, line 2: a second document begins"},
        {"a: 1\nb: \"\xff\"\n",
         "f.yaml, line 1: no valid yaml on this line or soon after: invalid leading UTF-8 octet"},
        {"? [ 1 ]\n: 2\n", "f.yaml, line 1: the file: a key must be a word"},
        {CELL CELL, "f.yaml, line 10: the file: the key \"unit_cell\" comes a second time"},
        {"unit_cell: &x\n" LATTICE "  points: *x\n", "points: expected a list"},
        /* lattice */
        {"unit_cell: 5\n", "f.yaml, line 1: unit_cell: expected keys with values"},
        {"unit_cell:\n  lattice:\n  - [ 1, 0 ]\n", "f.yaml, line 3: lattice: expected 3 numbers, found 2"},
        {"unit_cell:\n  lattice:\n  - [ 1, 0, 0, 0 ]\n", "line 3: lattice: more than 3 numbers in the list"},
        {"unit_cell:\n  lattice:\n  - [ 1, 0, 0 ]\n  - [ 0, 1, 0 ]\n", "lattice: expected 3 rows, found 2"},
        {"unit_cell:\n  lattice: [ 1, 2, 3 ]\n", "line 2: lattice: expected 3 rows of 3 numbers"},
        {"unit_cell:\n  lattice: [ [ 1, 2, 3 ], [ 2, 4, 6 ], [ 0, 0, 1 ] ]\n",
         "f.yaml, line 2: unit_cell: the lattice has the volume 0"},
        {"unit_cell:\n  lattice: [ [ 1, 2, x ], [ 2, 4, 6 ], [ 0, 0, 1 ] ]\n",
         "lattice: expected a number, found \"x\""},
        {"unit_cell:\n  lattice: [ [ 1, 2, .nan ], [ 2, 4, 6 ], [ 0, 0, 1 ] ]\n", "lattice: \".nan\" is not finite"},
        {"unit_cell:\n  lattice: [ [ 1, 2, 1e999 ], [ 2, 4, 6 ], [ 0, 0, 1 ] ]\n", "\"1e999\" is not finite"},
        {"unit_cell:\n" LATTICE, "f.yaml, line 2: unit_cell has no atoms (points)"},
        {"unit_cell:\n  points:\n" ATOM, "unit_cell has no lattice"},
        /* atoms */
        {"unit_cell:\n" LATTICE "  points: 3\n", "line 6: points: expected a list"},
        {CELL "  - symbol: Si\n", "f.yaml, line 10: unit_cell: atom 2 has no coordinates"},
        {CELL "  - coordinates: [ 0, 0, 0 ]\n", "line 10: unit_cell: atom 2 has no symbol"},
        {CELL "  - coordinates: [ 0, 0, 0 ]\n    symbol: [ Si ]\n", "line 11: symbol: expected a text, found a list"},
        {CELL "  - symbol: S i\n", "line 10: symbol: expected a chemical symbol"},
        {CELL "  - symbol: Sixxxxxxxxxxxxxxxxxxxxxx\n", "longer than 15 characters"},
        {CELL "  - symbol: Si\n    coordinates: [ 0, inf, 0 ]\n", "coordinates: \"inf\" is not finite"},
        {CELL "  - symbol: Si\n    coordinates: [ 0, 0, 0 ]\n    mass: 0\n",
         "line 12: mass: expected a positive mass, found 0"},
        {CELL "  - symbol: Si\n    coordinates: [ 0, 0, 0 ]\n    mass: -2\n", "expected a positive mass, found -2"},
        {CELL "  - symbol: Si\n    coordinates: [ 0, 0, 0 ]\n    mass: nan\n", "mass: \"nan\" is not finite"},
        {CELL "  - symbol: Si\n    coordinates: [ 0, 0, 0 ]\n", "f.yaml: unit_cell: 1 of 2 atoms have a mass"},
        {CELL "    mixture: [ [ Si, 0.5 ], [ Ge, 0.5 ] ]\n", "line 10: mixture: sites shared by several elements"},
        {CELL "    weight: 0.5\n", "line 10: weight: sites shared by several elements"},
        {"unit_cell:\n" LATTICE "  points:\n  - symbol: Xx\n    coordinates: [ 0, 0, 0 ]\n",
         "f.yaml: unit_cell: atom 1 has no mass, and no standard atomic weight is known for \"Xx\""},
        /* matrices */
        {"supercell_matrix: 2\n", "line 1: supercell_matrix: expected a list"},
        {"supercell_matrix: [ 2, 2 ]\n", "or 3 or 9 numbers, found 2"},
        {"supercell_matrix: [ 2, 2, 2.5 ]\n", "supercell_matrix: expected integers up to 10000, found 2.5"},
        {"supercell_matrix: [ 2, 2, 20000 ]\n", "expected integers up to 10000, found 20000"},
        {"supercell_matrix: [ 2, 2, 0 ]\n", "line 1: supercell_matrix: the determinant is 0"},
        {"supercell_matrix: [ 2, [ 2, 0, 0 ] ]\n", "supercell_matrix: rows and single numbers are mixed"},
        {"phonon_supercell_matrix: [ 1, 1, one ]\n", "phonon_supercell_matrix: expected a number, found \"one\""},
        {"primitive_matrix: X\n", "one of auto, P, F, I, A, C, R, found \"X\""},
        {"primitive_matrix: [ 1, 1, 0 ]\n", "primitive_matrix: the determinant is 0"},
        {CELL "supercell_matrix: [ 2, 2, 2 ]\nsupercell:\n" LATTICE "  points:\n" ATOM ATOM,
         "f.yaml: supercell has 2 atoms, expected 8 (1 of unit_cell times 8, the determinant of supercell_matrix)"},
        /* header, units, dipole data */
        {"phono3py:\n  symmetry_tolerance: -1\n", "line 2: symmetry_tolerance: expected a positive length"},
        {"phono3py:\n  calculator: nothing\n", "line 2: calculator: the units of \"nothing\" are not known"},
        {"physical_unit:\n  length: nm\n", "line 2: length: expected \"angstrom\" or \"au\", found \"nm\""},
        {"phono3py:\n  calculator: vasp\nphysical_unit:\n  length: au\n" CELL,
         "f.yaml: physical_unit: length is au, but the calculator vasp keeps lengths in angstrom"},
        {"nac:\n  method: other\n", "line 2: method: expected \"gonze\" or \"wang\", found \"other\""},
        {"nac:\n  unit_conversion_factor: 0\n", "expected a positive factor, found 0"},
        {"nac:\n  born_effective_charge:\n  - [ 1, 0, 0 ]\n", "line 3: born_effective_charge: expected 3 rows"},
        {"nac:\n  dielectric_constant: 5\n", "line 2: dielectric_constant: expected a list"},
    };
    for (int i = 0; i < COUNT(cases); i++) expect_refused(cases[i][0], cases[i][1]);
}

static void line_numbers_survive_datasets(void **state) {
    (void)state;
    expect_refused("a: 1\ndisplacements:\n- atom: 1\n  displacement: [ 1, 0, 0 ]\n\n# x\nunit_cell: 5\n",
                   "f.yaml, line 7: unit_cell");
}

static void messages_stay_on_one_line(void **state) {
    (void)state;
    expect_refused("supercell_matrix: [ 2, 2, \"a\\n\\x01b\" ]\n", "found \"a??b\"");
}

static void size_and_depth_are_limited(void **state) {
    (void)state;
    enum { size = 20 << 20 };
    char *text = malloc(size + 10);
    assert_non_null(text);
    memset(text, '[', 100);
    text[100] = '\0';
    expect_refused(text, "no phono3py.yaml");
    memcpy(text, "a: ", 3);
    memset(text + 3, '[', 100);
    text[103] = '\0';
    expect_refused(text, "f.yaml, line 1: nested deeper than 32 levels");
    memset(text + 3, 'x', size - 3);
    text[3] = '"';
    text[size] = '\0';
    expect_refused(text, "f.yaml, line 1: more than 16 MB of text without a new item");
    free(text);
}

static void files_are_named(void **state) {
    (void)state;
    assert_int_equal(umk_input_read(&input, context, "no_such.yaml"), UMK_ERROR_IO);
    expect_message("no_such.yaml: cannot be opened: No such file");
    assert_int_equal(umk_input_read(&input, context, EXAMPLE("nacl/fc2.hdf5")), UMK_ERROR_INPUT);
    expect_message("nacl/fc2.hdf5: this is an HDF5 file, expected text");
    umk_input_clear(&input);
}

/* Cut anywhere, the packed file must be refused; cut text may only pass where no cell is incomplete. */
static void cut_files_are_noticed(void **state) {
    (void)state;
    size_t size;
    unsigned char *data = read_file(EXAMPLE("nacl/phono3py_params_NaCl222.yaml.xz"), &size);
    for (size_t cut = 100; cut < size; cut += 5000) {
        assert_int_equal(umk_input_read_memory(&input, context, "f", data, cut, 1 << 24), UMK_ERROR_INPUT);
        expect_message("f: the xz data end too early");
        umk_input_clear(&input);
    }
    free(data);
    data = read_file(DATA("aln_params.yaml"), &size);
    const char *end_of_cells = strstr((char *)data, "\nnac:");
    assert_non_null(end_of_cells);
    for (size_t cut = 0; cut < size; cut += 13) {
        if (umk_input_read_memory(&input, context, "f", data, cut, 1 << 24) == UMK_OK) {
            int64_t n = input.phonon_supercell.n_atoms;
            assert_true(n == 0 || n == 16);
            if ((char *)data + cut > end_of_cells) assert_int_equal(n, 16);
        }
        umk_input_clear(&input);
    }
    free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_content_is_named_with_its_line),
        cmocka_unit_test(line_numbers_survive_datasets),
        cmocka_unit_test(messages_stay_on_one_line),
        cmocka_unit_test(size_and_depth_are_limited),
        cmocka_unit_test(files_are_named),
        cmocka_unit_test(cut_files_are_noticed),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
