/*
 * Ten crystals against phono3py 4.10.0: order of atoms, index maps, shortest images and their order, space group, order
 * of the rotations, charges spread from the independent atoms (tests/data/crystal/cells.txt).
 */
#include "crystals.h"

static double number(FILE *file) {
    double value;
    assert_int_equal(fscanf(file, "%lf", &value), 1);
    return value;
}

static int64_t integer(FILE *file) {
    return (int64_t)number(file);
}

static void word(FILE *file, char text[64], const char *expected) {
    assert_int_equal(fscanf(file, "%63s", text), 1);
    if (expected) assert_string_equal(text, expected);
}

static void assert_image(double value, double expected, double tolerance) {
    double difference = value - expected;
    assert_close(difference, rint(difference), tolerance);
}

/* What the file holds of the input. */
typedef struct input {
    umk_cell cell;
    int64_t supercell[3][3], phonon_supercell[3][3];
    char axes[64];
    umk_born born;
} input;

static void read_input(input *in, umk_context *context, FILE *file) {
    double lattice[3][3];
    for (int k = 0; k < 9; k++) lattice[k / 3][k % 3] = number(file);
    assert_int_equal(umk_cell_allocate(&in->cell, context, integer(file)), UMK_OK);
    memcpy(in->cell.lattice, lattice, sizeof lattice);
    for (int64_t i = 0; i < in->cell.n_atoms; i++) {
        assert_int_equal(fscanf(file, "%15s", in->cell.symbols[i]), 1);
        in->cell.masses[i] = number(file);
        for (int k = 0; k < 3; k++) in->cell.positions[i][k] = number(file);
    }
    for (int k = 0; k < 9; k++) in->supercell[k / 3][k % 3] = integer(file);
    for (int k = 0; k < 9; k++) in->phonon_supercell[k / 3][k % 3] = integer(file);
    word(file, in->axes, NULL);
    in->born.n_atoms = integer(file);
    for (int k = 0; k < 9; k++) in->born.dielectric[k / 3][k % 3] = number(file);
    in->born.charges = test_malloc((size_t)in->born.n_atoms * sizeof in->born.charges[0]);
    for (int64_t k = 0; k < 9 * in->born.n_atoms; k++) in->born.charges[k / 9][k / 3 % 3][k % 3] = number(file);
}

static void check_supercell(const umk_supercell *supercell, FILE *file) {
    int64_t n_p = supercell->n_primitive, n_s = supercell->cell.n_atoms;
    assert_int_equal(n_s, integer(file));
    for (int k = 0; k < 9; k++) assert_close(supercell->cell.lattice[k / 3][k % 3], number(file), 1e-7);
    for (int64_t k = 0; k < 3 * n_s; k++) {
        assert_image(supercell->cell.positions[k / 3][k % 3], number(file), 1e-6);
    }
    for (int64_t p = 0; p < n_p; p++) assert_int_equal(supercell->p2s_map[p], integer(file));
    for (int64_t s = 0; s < n_s; s++) {
        int64_t expected = integer(file);
        assert_int_equal(supercell->s2pp_map[s], expected);
        assert_int_equal(supercell->s2p_map[s], supercell->p2s_map[expected]);
    }
    int64_t first = 0;
    for (int64_t k = 0; k < n_s * n_p; k++) {
        assert_int_equal(supercell->multiplicity[2 * k], integer(file));
        assert_int_equal(supercell->multiplicity[2 * k + 1], first);
        first += supercell->multiplicity[2 * k];
    }
    assert_int_equal(supercell->n_shortest_vectors, integer(file));
    for (int64_t k = 0; k < 3 * first; k++) {
        assert_close(supercell->shortest_vectors[k / 3][k % 3], number(file), 1e-5);
    }
}

static void check_crystal(const umk_crystal *crystal, FILE *file) {
    char text[64];
    word(file, text, "primitive");
    assert_int_equal(crystal->primitive.n_atoms, integer(file));
    for (int k = 0; k < 9; k++) assert_close(crystal->primitive.lattice[k / 3][k % 3], number(file), 1e-7);
    word(file, text, crystal->space_group);
    assert_int_equal(crystal->space_group_number, integer(file));
    assert_int_equal(crystal->n_operations, integer(file));
    assert_int_equal(crystal->n_rotations, integer(file));
    for (int64_t k = 0; k < 9 * crystal->n_rotations; k++) {
        assert_int_equal(crystal->rotations[k / 9][k / 3 % 3][k % 3], integer(file));
    }
    for (int64_t k = 0; k < 9 * crystal->born.n_atoms; k++) {
        assert_close(crystal->born.charges[k / 9][k / 3 % 3][k % 3], number(file), 1e-7);
    }
    word(file, text, "fc3");
    check_supercell(&crystal->supercell, file);
    word(file, text, "fc2");
    check_supercell(&crystal->phonon_supercell, file);
}

static void test_cases(void **state) {
    (void)state;
    umk_context *context = make_context(2, NULL);
    FILE *file = fopen(UMK_SOURCE_DIR "/tests/data/crystal/cells.txt", "r");
    char text[64], name[64];
    int n_cases = 0;
    assert_non_null(file);
    for (word(file, text, NULL); strcmp(text, "case") == 0; word(file, text, NULL)) {
        input in = {0};
        word(file, name, NULL);
        print_message("           %s\n", name);
        read_input(&in, context, file);
        umk_crystal_options options = {.unit_cell = &in.cell,
                                       .supercell_matrix = (const int64_t(*)[3])in.supercell,
                                       .phonon_supercell_matrix = (const int64_t(*)[3])in.phonon_supercell,
                                       .primitive_axes = in.axes,
                                       .born = &in.born,
                                       .born_sparse = true};
        umk_crystal *crystal = make_crystal(context, &options);
        check_crystal(crystal, file);
        umk_crystal_destroy(crystal);
        umk_cell_clear(&in.cell);
        test_free(in.born.charges);
        n_cases++;
    }
    assert_string_equal(text, "end");
    assert_int_equal(n_cases, 10);
    fclose(file);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
