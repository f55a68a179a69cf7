/* A small crystal with lattice translations in all directions, and force constants to test with. */
#ifndef UMK_TEST_FORCE_CONSTANTS_SAMPLES_H
#define UMK_TEST_FORCE_CONSTANTS_SAMPLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "force_constants/force_constants.h"
#include <math.h>

/* CsCl with an oblique supercell of 3 (fc3) and 4 (fc2) primitive cells. */
static inline umk_crystal *make_crystal(umk_context *context) {
    const int64_t matrix[3][3] = {{1, 1, 0}, {-1, 2, 0}, {0, 0, 1}},
                  phonon_matrix[3][3] = {{2, 0, 0}, {0, 1, 1}, {0, -1, 1}};
    umk_cell cell;
    umk_crystal *crystal;
    assert_int_equal(umk_cell_allocate(&cell, context, 2), UMK_OK);
    for (int k = 0; k < 3; k++) {
        cell.lattice[k][k] = 4;
        cell.positions[1][k] = 0.5;
    }
    for (int i = 0; i < 2; i++) {
        cell.masses[i] = 1;
        strcpy(cell.symbols[i], i ? "Cl" : "Cs");
    }
    umk_crystal_options options = {
        .unit_cell = &cell, .supercell_matrix = matrix, .phonon_supercell_matrix = phonon_matrix};
    assert_int_equal(umk_crystal_create(&crystal, context, &options), UMK_OK);
    umk_cell_clear(&cell);
    return crystal;
}

/* Made anew for each test. */
static umk_context *context;
static umk_crystal *crystal;

static inline int set_up_crystal(void **state) {
    (void)state;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 3;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    crystal = make_crystal(context);
    return 0;
}

static inline int tear_down_crystal(void **state) {
    (void)state;
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
    return 0;
}

/* Atom onto which the translation from atom `from` to atom `to` (of one kind) carries `atom`, found by positions. */
static inline int64_t carried(const umk_cell *cell, int64_t from, int64_t to, int64_t atom) {
    for (int64_t i = 0; i < cell->n_atoms; i++) {
        double largest = 0;
        for (int k = 0; k < 3; k++) {
            double x =
                cell->positions[atom][k] + cell->positions[to][k] - cell->positions[from][k] - cell->positions[i][k];
            largest = fmax(largest, fabs(x - rint(x)));
        }
        if (largest < 1e-6) return i;
    }
    fail();
    return -1;
}

/* All rows of compact force constants (block: doubles per block, rank 2 or 3) by their translations. */
static inline double *expand(const umk_supercell *supercell, const double *compact, int rank) {
    int64_t n = supercell->cell.n_atoms, block = rank == 2 ? 9 : 27, n_columns = rank == 2 ? n : n * n;
    double *full = malloc((size_t)(n * n_columns * block) * sizeof *full);
    assert_non_null(full);
    for (int64_t i = 0; i < n; i++) {
        int64_t p = supercell->s2pp_map[i], home = supercell->p2s_map[p];
        for (int64_t j = 0; j < n; j++) {
            int64_t j_home = carried(&supercell->cell, i, home, j);
            for (int64_t k = 0; k < (rank == 2 ? 1 : n); k++) {
                int64_t k_home = rank == 2 ? 0 : carried(&supercell->cell, i, home, k);
                int64_t to = rank == 2 ? i * n + j : (i * n + j) * n + k;
                int64_t from = rank == 2 ? p * n + j_home : (p * n + j_home) * n + k_home;
                memcpy(full + block * to, compact + block * from, (size_t)block * sizeof *full);
            }
        }
    }
    return full;
}

static inline double *make_noise(int64_t size) {
    double *values = malloc((size_t)size * sizeof *values);
    assert_non_null(values);
    uint64_t x = 88172645463325252u;
    for (int64_t i = 0; i < size; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        values[i] = (double)(x >> 11) / 9007199254740992.0 - 0.5;
    }
    return values;
}

#endif
