/*
 * Crystals of every lattice type, filled by hand: a lattice, its full point group (all integer matrices with entries
 * -1, 0, 1 that keep the metric), and the transformation to the conventional cell as spglib gives it.
 */
#ifndef UMK_TEST_GRID_FIXTURES_H
#define UMK_TEST_GRID_FIXTURES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "grid/grid.h"
#include "linalg/matrix3.h"
#include <cmocka.h>
#include <string.h>

enum { cubic_p, cubic_f, cubic_i, hexagonal, rhombohedral, tetragonal_i, monoclinic_c, triclinic, n_fixtures };

typedef struct fixture {
    const char *name;
    int64_t n_rotations;
    double lattice[3][3]; /* rows */
    double transformation[3][3];
    double standard_lattice[3][3];
} fixture;

static const fixture fixtures[n_fixtures] = {
    {"cubic P",
     48,
     {{4.1, 0, 0}, {0, 4.1, 0}, {0, 0, 4.1}},
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
     {{4.1, 0, 0}, {0, 4.1, 0}, {0, 0, 4.1}}},
    {"cubic F",
     48,
     {{0, 2.7, 2.7}, {2.7, 0, 2.7}, {2.7, 2.7, 0}},
     {{0, 6. / 12, 6. / 12}, {6. / 12, 0, 6. / 12}, {6. / 12, 6. / 12, 0}},
     {{5.4, 0, 0}, {0, 5.4, 0}, {0, 0, 5.4}}},
    {"cubic I",
     48,
     {{-2.1, 2.1, 2.1}, {2.1, -2.1, 2.1}, {2.1, 2.1, -2.1}},
     {{-6. / 12, 6. / 12, 6. / 12}, {6. / 12, -6. / 12, 6. / 12}, {6. / 12, 6. / 12, -6. / 12}},
     {{4.2, 0, 0}, {0, 4.2, 0}, {0, 0, 4.2}}},
    {"hexagonal",
     24,
     {{3.11, 0, 0}, {-1.555, 2.6933390058, 0}, {0, 0, 4.98}},
     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
     {{3.11, 0, 0}, {-1.555, 2.6933390058, 0}, {0, 0, 4.98}}},
    {"rhombohedral",
     12,
     {{1.88, 1.0854185061, 3.5}, {-1.88, 1.0854185061, 3.5}, {0, -2.1708370122, 3.5}},
     {{8. / 12, -4. / 12, -4. / 12}, {4. / 12, 4. / 12, -8. / 12}, {4. / 12, 4. / 12, 4. / 12}},
     {{3.76, 0, 0}, {-1.88, 3.2562555182, 0}, {0, 0, 10.5}}},
    {"tetragonal I",
     16,
     {{-2.6, 2.6, 1.59}, {2.6, -2.6, 1.59}, {2.6, 2.6, -1.59}},
     {{-6. / 12, 6. / 12, 6. / 12}, {6. / 12, -6. / 12, 6. / 12}, {6. / 12, 6. / 12, -6. / 12}},
     {{5.2, 0, 0}, {0, 5.2, 0}, {0, 0, 3.18}}},
    {"monoclinic C",
     4,
     {{4.55, -1.6, 0}, {4.55, 1.6, 0}, {-2.3666622657, 0, 5.0753236074}},
     {{6. / 12, 6. / 12, 0}, {-6. / 12, 6. / 12, 0}, {0, 0, 1}},
     {{9.1, 0, 0}, {0, 3.2, 0}, {-2.3666622657, 0, 5.0753236074}}},
    {"triclinic",
     2,
     {{5.1, 0, 0}, {1.1, 6.3, 0}, {-1.7, 2.2, 7.4}},
     {{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}},
     {{5.1, 0, 0}, {-1.1, 6.3, 0}, {-1.7, -2.2, 7.4}}},
};

/* Room for the point group of one crystal. */
static int64_t fixture_rotations[48][3][3];

static bool keeps_metric(const int64_t r[3][3], const double metric[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int k = 0; k < 9; k++) sum += (double)(r[k / 3][i] * r[k % 3][j]) * metric[k / 3][k % 3];
            if (fabs(sum - metric[i][j]) > 1e-6) return false;
        }
    }
    return true;
}

/** Integer matrices that keep the lattice, identity and inversion among them; proper_only leaves out improper ones. */
static int64_t find_point_group(const double lattice[3][3], bool proper_only) {
    double metric[3][3], transposed[3][3];
    umk_transpose3(transposed, lattice);
    umk_multiply3(metric, lattice, transposed);
    int64_t n = 0;
    for (int code = 0; code < 19683; code++) {
        int64_t r[3][3];
        for (int i = 8, rest = code; i >= 0; i--, rest /= 3) r[i / 3][i % 3] = rest % 3 - 1;
        int64_t determinant = umk_determinant3_integer(r);
        if (determinant != 1 && (proper_only || determinant != -1)) continue;
        if (!keeps_metric(r, metric)) continue;
        assert_true(n < 48);
        memcpy(fixture_rotations[n++], r, sizeof r);
    }
    return n;
}

/** A crystal that borrows the static rotations: one at a time. */
static inline umk_crystal make_crystal(int number, bool proper_only) {
    const fixture *f = &fixtures[number];
    umk_crystal crystal = {.symmetry_tolerance = 1e-5};
    memcpy(crystal.primitive.lattice, f->lattice, sizeof f->lattice);
    memcpy(crystal.transformation, f->transformation, sizeof f->transformation);
    memcpy(crystal.standard_lattice, f->standard_lattice, sizeof f->standard_lattice);
    assert_true(umk_invert3(crystal.reciprocal_lattice, f->lattice));
    crystal.rotations = fixture_rotations;
    crystal.n_rotations = crystal.n_operations = find_point_group(f->lattice, proper_only);
    assert_int_equal(crystal.n_rotations, proper_only ? f->n_rotations / 2 : f->n_rotations);
    return crystal;
}

static inline umk_grid *make_mesh(umk_context *context, const umk_crystal *crystal, int64_t a, int64_t b, int64_t c) {
    umk_grid *grid;
    umk_grid_options options = {.mesh = {a, b, c}};
    assert_int_equal(umk_grid_create(&grid, context, crystal, &options), UMK_OK);
    return grid;
}

/** cmocka group set-up: one context for all tests of a program. */
static inline int open_context(void **state) {
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    return umk_context_create((umk_context **)state, &options) == UMK_OK ? 0 : -1;
}

static inline int close_context(void **state) {
    umk_context_destroy(*state);
    return 0;
}

#endif
