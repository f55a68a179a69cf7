/* Crystals for the tests of this room: small ones by hand, and the cases of tests/data/crystal/cells.txt. */
#ifndef UMK_TEST_CRYSTALS_H
#define UMK_TEST_CRYSTALS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crystal/crystal.h"
#include "linalg/matrix3.h"

typedef struct log_lines {
    int n_warnings;
    char last[512];
} log_lines;

static inline void keep_line(void *user, umk_log_level level, const char *line) {
    log_lines *lines = user;
    lines->n_warnings += level == UMK_LOG_WARNING;
    snprintf(lines->last, sizeof lines->last, "%s", line);
}

static inline umk_context *make_context(int n_threads, log_lines *lines) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    if (lines) {
        memset(lines, 0, sizeof *lines);
        options.log = keep_line;
        options.user = lines;
    }
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

/* positions: n rows; symbols: n words with one blank between them. All masses are 1, 2, 3, ... */
static inline void make_cell(umk_cell *cell, umk_context *context, const double lattice[3][3], int64_t n,
                             const double (*positions)[3], const char *symbols) {
    assert_int_equal(umk_cell_allocate(cell, context, n), UMK_OK);
    memcpy(cell->lattice, lattice, sizeof cell->lattice);
    memcpy(cell->positions, positions, (size_t)n * sizeof cell->positions[0]);
    for (int64_t i = 0; i < n; i++) {
        int length = (int)strcspn(symbols, " ");
        snprintf(cell->symbols[i], UMK_SYMBOL_SIZE, "%.*s", length, symbols);
        cell->masses[i] = (double)(i + 1);
        symbols += length + (symbols[length] == ' ');
    }
}

static inline umk_crystal *make_crystal(umk_context *context, const umk_crystal_options *options) {
    umk_crystal *crystal;
    umk_status status = umk_crystal_create(&crystal, context, options);
    if (status != UMK_OK) print_error("%s\n", umk_context_message(context));
    assert_int_equal(status, UMK_OK);
    return crystal;
}

static inline void assert_close(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) {
        print_error("%.17g is not %.17g within %g\n", value, expected, tolerance);
        fail();
    }
}

static const double cubic[3][3] = {{4, 0, 0}, {0, 4, 0}, {0, 0, 4}};
static const double hexagonal[3][3] = {{3, 0, 0}, {-1.5, 2.598076211353316, 0}, {0, 0, 5}};
static const double diamond_positions[8][3] = {{0, 0, 0},          {0, 0.5, 0.5},      {0.5, 0, 0.5},
                                               {0.5, 0.5, 0},      {0.25, 0.25, 0.25}, {0.25, 0.75, 0.75},
                                               {0.75, 0.25, 0.75}, {0.75, 0.75, 0.25}};
/* Rutile TiO2 with x = 0.3 */
static const double rutile_lattice[3][3] = {{4.6, 0, 0}, {0, 4.6, 0}, {0, 0, 2.96}};
static const double rutile_positions[6][3] = {{0, 0, 0},       {0.5, 0.5, 0.5}, {0.3, 0.3, 0},
                                              {-0.3, -0.3, 0}, {0.2, 0.8, 0.5}, {0.8, 0.2, 0.5}};

#endif
