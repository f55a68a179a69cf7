/*
 * Hand-made crystals of low symmetry with random third-order constants (no symmetry, no sum rule, some blocks zero),
 * for kernels that must be right for any crystal.
 */
#ifndef UMK_TESTS_CONFORMANCE_CRYSTALS_H
#define UMK_TESTS_CONFORMANCE_CRYSTALS_H

#include "support/compare.h"
#include "support/model.h"
#include <string.h>

enum { most_hand_atoms = 8 };

typedef struct hand_crystal {
    const char *name;
    int64_t n_atoms;
    double lattice[3][3];
    double positions[most_hand_atoms][3];
    int64_t supercell_matrix[3][3];
} hand_crystal;

/* 3, 6, 9, 15 and 24 bands: less than a vector, odd rests, whole vectors, one group of bands of q0 and several. */
static const hand_crystal hand_crystals[] = {
    {"triclinic, oblique supercell of 3",
     2,
     {{3.1, 0.2, -0.4}, {0.7, 3.9, 0.3}, {-0.5, 0.9, 4.6}},
     {{0.05, 0.1, 0.2}, {0.43, 0.61, 0.77}},
     {{1, 1, 0}, {-1, 2, 0}, {0, 0, 1}}},
    {"hexagonal, 2x2x1, many ties of images",
     2,
     {{3.2, 0, 0}, {-1.6, 2.7712812921102037, 0}, {0, 0, 5.1}},
     {{1.0 / 3, 2.0 / 3, 0}, {2.0 / 3, 1.0 / 3, 0.5}},
     {{2, 0, 0}, {0, 2, 0}, {0, 0, 1}}},
    {"monoclinic, three atoms, no supercell",
     3,
     {{4.0, 0, 0}, {0, 5.2, 0}, {-1.1, 0, 6.3}},
     {{0, 0, 0}, {0.31, 0.52, 0.17}, {0.68, 0.11, 0.59}},
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"one atom, chain of 4", 1, {{2.5, 0, 0}, {0, 7, 0}, {0, 0, 9}}, {{0}}, {{4, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"triclinic, five atoms, no supercell",
     5,
     {{5.1, 0.3, 0.1}, {-0.8, 5.6, 0.4}, {0.2, -0.7, 6.4}},
     {{0.02, 0.07, 0.11}, {0.41, 0.13, 0.29}, {0.73, 0.58, 0.05}, {0.19, 0.66, 0.48}, {0.62, 0.31, 0.83}},
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"triclinic, eight atoms, no supercell",
     8,
     {{6.3, 0.1, -0.2}, {0.5, 6.9, 0.3}, {-0.4, 0.6, 7.7}},
     {{0.02, 0.07, 0.11},
      {0.41, 0.13, 0.29},
      {0.73, 0.58, 0.05},
      {0.19, 0.66, 0.48},
      {0.62, 0.31, 0.83},
      {0.9, 0.88, 0.37},
      {0.33, 0.94, 0.71},
      {0.07, 0.42, 0.92}},
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
};

enum { n_hand_crystals = sizeof hand_crystals / sizeof hand_crystals[0] };

static inline umk_crystal *make_hand_crystal(umk_context *context, const hand_crystal *from) {
    umk_cell cell;
    umk_crystal *crystal;
    test_try(context, umk_cell_allocate(&cell, context, from->n_atoms));
    memcpy(cell.lattice, from->lattice, sizeof cell.lattice);
    for (int64_t i = 0; i < from->n_atoms; i++) {
        memcpy(cell.positions[i], from->positions[i], sizeof cell.positions[i]);
        cell.masses[i] = 10 + 7 * (double)i;
        strcpy(cell.symbols[i], i == 0 ? "Na" : i % 2 == 1 ? "Cl" : "O");
    }
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = from->supercell_matrix};
    test_try(context, umk_crystal_create(&crystal, context, &options));
    umk_cell_clear(&cell);
    return crystal;
}

/** The block with legs 1 and 2 exchanged, the same: what makes them exchangeable. */
static inline void symmetrize_exchange(int64_t n_p, int64_t n_s, double *values) {
    for (int64_t block = 0; block < n_p * n_s * n_s; block++) {
        int64_t i = block / (n_s * n_s), j = block / n_s % n_s, k = block % n_s;
        const double *from = values + ((i * n_s + k) * n_s + j) * 27;
        double *to = values + block * 27;
        for (int x = 0; x < 27; x++) {
            int exchanged = x / 9 * 9 + x % 3 * 3 + x / 3 % 3;
            if (j > k || (j == k && x > exchanged)) to[x] = from[exchanged];
        }
    }
}

/** Normal random numbers, a fifth of the blocks zero; symmetric: fc3 of the pair (j, k) is that of (k, j). */
static inline umk_fc3 *make_random_fc3(umk_context *context, const umk_crystal *crystal, bool symmetric,
                                       test_random *random) {
    int64_t n_p = umk_crystal_primitive(crystal)->n_atoms, n_s = umk_crystal_supercell(crystal)->n_atoms;
    umk_force_constants_file file = {.rank = 3, .n_rows = n_p, .n_supercell = n_s};
    umk_fc3 *fc3;
    int64_t n_blocks = n_p * n_s * n_s;
    file.values = test_calloc((size_t)n_blocks * 27, sizeof *file.values);
    for (int64_t block = 0; block < n_blocks; block++) {
        if (test_uniform(random) < 0.2) continue;
        for (int i = 0; i < 27; i++) file.values[block * 27 + i] = test_normal(random);
    }
    if (symmetric) symmetrize_exchange(n_p, n_s, file.values);
    test_try(context, umk_fc3_create(&fc3, context, crystal, &file));
    test_free(file.values);
    return fc3;
}

#endif
