/* Chains of atoms along x whose lattice vectors and shortest images one knows by hand. */
#ifndef UMK_TESTS_THREE_PHONON_CHAIN_H
#define UMK_TESTS_THREE_PHONON_CHAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crystal/crystal.h"
#include "force_constants/force_constants.h"
#include <string.h>

/** A cell of 4 x 9 x 9 with one atom, or two of different kinds at x = 0 and 0.3, repeated along x. */
static inline umk_crystal *make_chain(umk_context *context, int64_t n_atoms, int64_t n_cells) {
    const int64_t matrix[3][3] = {{n_cells, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    umk_cell cell;
    umk_crystal *crystal;
    assert_int_equal(umk_cell_allocate(&cell, context, n_atoms), UMK_OK);
    for (int i = 0; i < 3; i++) cell.lattice[i][i] = i == 0 ? 4 : 9;
    for (int64_t i = 0; i < n_atoms; i++) {
        cell.positions[i][0] = 0.3 * (double)i;
        cell.masses[i] = 1;
        strcpy(cell.symbols[i], i == 0 ? "Na" : "Cl");
    }
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = matrix};
    assert_int_equal(umk_crystal_create(&crystal, context, &options), UMK_OK);
    umk_cell_clear(&cell);
    return crystal;
}

/** The supercell atom of a kind in cell number x along the chain. */
static inline int64_t chain_atom(const umk_crystal *crystal, int64_t kind, int64_t x) {
    const int64_t n_cells = crystal->supercell.matrix[0][0];
    for (int64_t s = 0; s < crystal->supercell.cell.n_atoms; s++) {
        int64_t difference = crystal->supercell.lattice_vectors[s][0] - x;
        if (crystal->supercell.s2pp_map[s] == kind && difference % n_cells == 0) return s;
    }
    fail();
    return -1;
}

/** fc3 with the 27 numbers 1 ... 27 in one block and zeros elsewhere. */
static inline umk_fc3 make_single(const umk_crystal *crystal, int64_t i, int64_t j, int64_t k) {
    int64_t n_p = crystal->primitive.n_atoms, n_s = crystal->supercell.cell.n_atoms;
    umk_fc3 fc3 = {n_p, n_s, test_calloc((size_t)(n_p * n_s * n_s * 27), sizeof(double))};
    for (int x = 0; x < 27; x++) fc3.values[((i * n_s + j) * n_s + k) * 27 + x] = 1 + x;
    return fc3;
}

static inline umk_context *chain_context(int n_threads) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

#endif
