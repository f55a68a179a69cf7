/* Reads the crystals of tests/data/phonon into the structs of the rooms in front, and their reference values. */
#ifndef UMK_TESTS_PHONON_MODEL_H
#define UMK_TESTS_PHONON_MODEL_H

#include "linalg/matrix3.h"
#include "phonon/harmonic.h"
#include "phonon/phonons.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { n_methods = 3, max_points = 8, max_bands = 12 };

typedef struct reference_point {
    double q[3];
    double frequencies[max_bands];
    double velocities[max_bands][3];
} reference_point;

typedef struct phonon_model {
    umk_crystal crystal;
    umk_fc2 fc2;
    int n_points[n_methods], n_directions[n_methods];
    reference_point points[n_methods][max_points], directions[n_methods][max_points];
} phonon_model;

static inline void expect_word(FILE *file, const char *word) {
    char found[64];
    assert_int_equal(fscanf(file, "%63s", found), 1);
    assert_string_equal(found, word);
}

static inline void read_numbers(FILE *file, int64_t n, double *values) {
    for (int64_t i = 0; i < n; i++) assert_int_equal(fscanf(file, "%lf", &values[i]), 1);
}

static inline int64_t read_integer(FILE *file) {
    double value;
    read_numbers(file, 1, &value);
    return (int64_t)value;
}

static inline void read_integers(FILE *file, int64_t n, int64_t *values) {
    for (int64_t i = 0; i < n; i++) values[i] = read_integer(file);
}

static inline void *make_array(int64_t count, size_t size) {
    void *memory = calloc((size_t)count, size);
    assert_non_null(memory);
    return memory;
}

/* Puts translations to the rotations: those that take atom 0 to an atom of its mass and every atom to one. */
static inline void find_operations(umk_crystal *crystal) {
    const umk_cell *cell = &crystal->primitive;
    crystal->operations = make_array(crystal->n_rotations, sizeof(umk_operation));
    for (int64_t r = 0; r < crystal->n_rotations; r++) {
        umk_operation *operation = &crystal->operations[crystal->n_operations++];
        double columns[3][3], inverse[3][3] = {{0}}, rotation[3][3], half[3][3];
        memcpy(operation->rotation, crystal->rotations[r], sizeof operation->rotation);
        for (int i = 0; i < 9; i++) rotation[i / 3][i % 3] = (double)operation->rotation[i / 3][i % 3];
        umk_transpose3(columns, (const double(*)[3])cell->lattice);
        assert_true(umk_invert3(inverse, (const double(*)[3])columns));
        umk_multiply3(half, (const double(*)[3])columns, (const double(*)[3])rotation);
        umk_multiply3(operation->rotation_cartesian, (const double(*)[3])half, (const double(*)[3])inverse);
        bool fits = false;
        for (int64_t to = 0; to < cell->n_atoms && !fits; to++) {
            fits = cell->masses[to] == cell->masses[0];
            for (int a = 0; a < 3; a++) {
                operation->translation[a] =
                    cell->positions[to][a] - umk_dot3((const double *)rotation[a], cell->positions[0]);
            }
            for (int64_t k = 0; k < cell->n_atoms; k++) {
                int64_t image = umk_operation_image(cell, NULL, operation, k, 1e-5, NULL);
                fits = fits && image >= 0 && cell->masses[image] == cell->masses[k];
            }
        }
        assert_true(fits);
    }
}

static inline void read_cells(FILE *file, phonon_model *model) {
    umk_crystal *crystal = &model->crystal;
    umk_supercell *supercell = &crystal->phonon_supercell;
    expect_word(file, "atoms");
    int64_t n_p = crystal->primitive.n_atoms = read_integer(file), n_s = supercell->cell.n_atoms = read_integer(file);
    crystal->primitive.positions = make_array(n_p, sizeof(double[3]));
    crystal->primitive.masses = make_array(n_p, sizeof(double));
    supercell->s2pp_map = make_array(n_s, sizeof(int64_t));
    supercell->multiplicity = make_array(n_s * n_p * 2, sizeof(int64_t));
    expect_word(file, "lattice");
    read_numbers(file, 9, &crystal->primitive.lattice[0][0]);
    expect_word(file, "positions");
    read_numbers(file, 3 * n_p, &crystal->primitive.positions[0][0]);
    expect_word(file, "masses");
    read_numbers(file, n_p, crystal->primitive.masses);
    expect_word(file, "supercell");
    read_numbers(file, 9, &supercell->cell.lattice[0][0]);
    expect_word(file, "s2pp");
    read_integers(file, n_s, supercell->s2pp_map);
    expect_word(file, "multiplicity");
    read_integers(file, n_s * n_p * 2, supercell->multiplicity);
    expect_word(file, "vectors");
    supercell->n_shortest_vectors = read_integer(file);
    supercell->shortest_vectors = make_array(supercell->n_shortest_vectors, sizeof(double[3]));
    read_numbers(file, 3 * supercell->n_shortest_vectors, &supercell->shortest_vectors[0][0]);
    expect_word(file, "rotations");
    crystal->n_rotations = read_integer(file);
    crystal->rotations = make_array(crystal->n_rotations, sizeof(int64_t[3][3]));
    read_integers(file, 9 * crystal->n_rotations, &crystal->rotations[0][0][0]);
    crystal->volume = fabs(umk_determinant3((const double(*)[3])crystal->primitive.lattice));
    assert_true(umk_invert3(crystal->reciprocal_lattice, (const double(*)[3])crystal->primitive.lattice));
    crystal->symmetry_tolerance = 1e-5;
    find_operations(crystal);
}

static inline void read_constants(FILE *file, phonon_model *model) {
    umk_crystal *crystal = &model->crystal;
    int64_t n_p = crystal->primitive.n_atoms, n_s = crystal->phonon_supercell.cell.n_atoms;
    model->fc2 = (umk_fc2){n_p, n_s, make_array(n_p * n_s * 9, sizeof(double))};
    expect_word(file, "constants");
    for (int64_t n = read_integer(file); n > 0; n--) {
        int64_t i = read_integer(file), k = read_integer(file);
        read_numbers(file, 9, &model->fc2.values[(i * n_s + k) * 9]);
    }
    expect_word(file, "charges");
    if (read_integer(file) == 0) return;
    crystal->born.n_atoms = n_p;
    crystal->born.charges = make_array(n_p, sizeof(double[3][3]));
    read_numbers(file, 9 * n_p, &crystal->born.charges[0][0][0]);
    read_numbers(file, 9, &crystal->born.dielectric[0][0]);
    read_numbers(file, 1, &crystal->born.factor);
}

static inline void read_reference(FILE *file, phonon_model *model) {
    int64_t n_bands = 3 * model->crystal.primitive.n_atoms;
    char word[64];
    while (fscanf(file, "%63s", word) == 1 && strcmp(word, "method") == 0) {
        int64_t method = read_integer(file);
        model->n_points[method] = (int)read_integer(file);
        model->n_directions[method] = (int)read_integer(file);
        for (int n = 0; n < model->n_points[method]; n++) {
            reference_point *point = &model->points[method][n];
            read_numbers(file, 3, point->q);
            read_numbers(file, n_bands, point->frequencies);
            read_numbers(file, 3 * n_bands, &point->velocities[0][0]);
        }
        for (int n = 0; n < model->n_directions[method]; n++) {
            reference_point *point = &model->directions[method][n];
            read_numbers(file, 3, point->q);
            read_numbers(file, n_bands, point->frequencies);
        }
    }
    assert_string_equal(word, "end");
}

static inline phonon_model *load_model(const char *name) {
    char path[1024];
    phonon_model *model = make_array(1, sizeof *model);
    snprintf(path, sizeof path, "%s/tests/data/phonon/%s.txt", UMK_SOURCE_DIR, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    read_cells(file, model);
    read_constants(file, model);
    read_reference(file, model);
    fclose(file);
    return model;
}

static inline void free_model(phonon_model *model) {
    free(model->crystal.primitive.positions);
    free(model->crystal.primitive.masses);
    free(model->crystal.phonon_supercell.s2pp_map);
    free(model->crystal.phonon_supercell.multiplicity);
    free(model->crystal.phonon_supercell.shortest_vectors);
    free(model->crystal.rotations);
    free(model->crystal.operations);
    free(model->crystal.born.charges);
    free(model->fc2.values);
    free(model);
}

static inline umk_context *make_context(int n_threads) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

static inline umk_harmonic *make_harmonic(umk_context *context, const phonon_model *model, umk_nac_method method) {
    umk_harmonic *harmonic;
    umk_harmonic_options options = UMK_HARMONIC_OPTIONS_INIT;
    options.nac_method = method;
    umk_status status = umk_harmonic_create(&harmonic, context, &model->crystal, &model->fc2, &options);
    if (status != UMK_OK) print_error("%s\n", umk_context_message(context));
    assert_int_equal(status, UMK_OK);
    return harmonic;
}

/** The folders of tests/data/phonon. */
static const char *const model_names[] = {"si", "nacl", "wurtzite"};

/** Runs check on every crystal with every non-analytic method that it has charges for. */
static inline void for_all_models(void (*check)(umk_context *, const phonon_model *, const umk_harmonic *,
                                                umk_nac_method)) {
    umk_context *context = make_context(1);
    for (size_t n = 0; n < 3; n++) {
        phonon_model *model = load_model(model_names[n]);
        for (int method = 0; method < n_methods; method++) {
            if (model->crystal.born.n_atoms == 0 && method != UMK_NAC_NONE) continue;
            umk_harmonic *harmonic = make_harmonic(context, model, (umk_nac_method)method);
            check(context, model, harmonic, (umk_nac_method)method);
            umk_harmonic_destroy(harmonic);
        }
        free_model(model);
    }
    umk_context_destroy(context);
}

static inline void get_matrix(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                              double complex matrix[max_bands * max_bands]) {
    assert_int_equal(umk_harmonic_dynamical_matrix(harmonic, context, q, (double *)matrix), UMK_OK);
}

static inline void get_frequencies(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                   double frequencies[max_bands]) {
    assert_int_equal(umk_harmonic_solve(harmonic, context, q, frequencies, NULL), UMK_OK);
}

#define assert_close(a, b, tolerance)                                                                                  \
    do {                                                                                                               \
        double value_a = (a), value_b = (b);                                                                           \
        if (!(fabs(value_a - value_b) <= (tolerance))) {                                                               \
            fail_msg("%s = %.15g, expected %.15g within %.1e", #a, value_a, value_b, (double)(tolerance));             \
        }                                                                                                              \
    } while (0)

#endif
