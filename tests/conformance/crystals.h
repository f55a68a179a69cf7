/*
 * Hand-made crystals of low symmetry with random third-order constants (no symmetry, no sum rule, some blocks zero),
 * for kernels that must be right for any crystal.
 */
#ifndef UMK_TESTS_CONFORMANCE_CRYSTALS_H
#define UMK_TESTS_CONFORMANCE_CRYSTALS_H

#include "support/compare.h"
#include "support/model.h"
#include <string.h>

typedef struct hand_crystal {
    const char *name;
    int64_t n_atoms;
    double lattice[3][3];
    double positions[3][3];
    int64_t supercell_matrix[3][3];
} hand_crystal;

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
        strcpy(cell.symbols[i], i == 0 ? "Na" : i == 1 ? "Cl" : "O");
    }
    umk_crystal_options options = {.unit_cell = &cell, .supercell_matrix = from->supercell_matrix};
    test_try(context, umk_crystal_create(&crystal, context, &options));
    umk_cell_clear(&cell);
    return crystal;
}

static inline umk_fc3 *make_random_fc3(umk_context *context, const umk_crystal *crystal, test_random *random) {
    int64_t n_p = umk_crystal_primitive(crystal)->n_atoms, n_s = umk_crystal_supercell(crystal)->n_atoms;
    umk_force_constants_file file = {.rank = 3, .n_rows = n_p, .n_supercell = n_s};
    umk_fc3 *fc3;
    int64_t n_blocks = n_p * n_s * n_s;
    file.values = test_calloc((size_t)n_blocks * 27, sizeof *file.values);
    for (int64_t block = 0; block < n_blocks; block++) {
        if (test_uniform(random) < 0.2) continue;
        for (int i = 0; i < 27; i++) file.values[block * 27 + i] = test_normal(random);
    }
    test_try(context, umk_fc3_create(&fc3, context, crystal, &file));
    test_free(file.values);
    return fc3;
}

#endif
