/* The loops of the weights (weights/kernels.h) against the reference kernels, with ties. */
#include "conformance/kernel_sets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { n_tetrahedra = 24, n_tetrahedra_odd = 23, n_vertices = 15, n_padded_vertices = 16, n_points = 40 };

static const umk_weights_kernels *const reference = &umk_weights_kernels_reference;

/* steps > 0: a multiple of 1 / steps, so that ties abound. */
static double draw(int steps) {
    double x = 2 * next_random();
    return steps > 0 ? rint(x * steps) / steps : x;
}

/* Any three different vertices beside the centre make a tetrahedron here; each vertex is in some. */
static umk_tetrahedra make_tetrahedra(int64_t n) {
    uint16_t(*corners)[3] = take(n, sizeof *corners);
    double *shares = take_random(n);
    for (int64_t t = 0; t < n; t++) {
        for (int c = 0; c < 3; c++) corners[t][c] = (uint16_t)(1 + (t + c * (1 + t % 4)) % (n_vertices - 1));
        shares[t] = 1 + 0.5 * shares[t];
    }
    return (umk_tetrahedra){n, n_vertices, n_padded_vertices, (const uint16_t(*)[3])corners, shares};
}

/** Vertex values of one leg from random frequencies, by the kernels in hand and by the reference. */
typedef struct leg_values {
    umk_leg_values got, expected;
} leg_values;

static umk_leg_values take_values(int64_t n_bands) {
    umk_leg_values values = {0};
    values.by_vertex = take_results(n_vertices * padded(n_bands));
    values.by_band = take_results(n_bands * n_padded_vertices);
    return values;
}

static leg_values gather(const umk_weights_kernels *kernels, const umk_tetrahedra *tetrahedra, int64_t n_bands,
                         int steps, double lowest) {
    double *frequencies = take_random(n_points * n_bands);
    int64_t *points = take(n_vertices, sizeof *points);
    for (int64_t i = 0; i < n_points * n_bands; i++) frequencies[i] = 2 + draw(steps) * 1.25;
    for (int64_t v = 0; v < n_vertices; v++) points[v] = (int64_t)((next_random() + 1) / 2 * n_points);
    points[0] = n_points - 1; /* nothing is read behind the last one */
    points[1] = 0;
    frequencies[1] = NAN; /* becomes the lowest */
    leg_values values = {take_values(n_bands), take_values(n_bands)};
    kernels->gather(tetrahedra, n_bands, frequencies, points, lowest, &values.got);
    reference->gather(tetrahedra, n_bands, frequencies, points, lowest, &values.expected);
    return values;
}

static void check_gather(const umk_weights_kernels *kernels, int64_t n_bands, double lowest) {
    umk_tetrahedra tetrahedra = make_tetrahedra(n_tetrahedra);
    leg_values values = gather(kernels, &tetrahedra, n_bands, 0, lowest);
    expect_same("gather by vertex", n_vertices * padded(n_bands), values.got.by_vertex, values.expected.by_vertex);
    expect_same("gather by band", n_bands * n_padded_vertices, values.got.by_band, values.expected.by_band);
    release_all();
}

static void check_find_tetrahedra(const umk_weights_kernels *kernels, int64_t n_bands, int steps) {
    enum { n_energies = 9 };
    umk_tetrahedra tetrahedra = make_tetrahedra(n_tetrahedra);
    leg_values first = gather(kernels, &tetrahedra, n_bands, steps, 0);
    leg_values second = gather(kernels, &tetrahedra, n_bands, steps, 0);
    int64_t n_hits = n_energies * n_bands * padded(n_bands) / 8;
    umk_hits *got = take(n_hits, sizeof *got), *expected = take(n_hits, sizeof *expected);
    double energies[n_energies];
    for (int e = 0; e < n_energies; e++) energies[e] = 2 + draw(steps);
    kernels->find_tetrahedra(&tetrahedra, n_bands, &first.got, &second.got, n_energies, energies, got);
    reference->find_tetrahedra(&tetrahedra, n_bands, &first.expected, &second.expected, n_energies, energies, expected);
    expect_same_bytes("find_tetrahedra", (size_t)n_hits * sizeof *got, got, expected);
    release_all();
}

static void check_fill_row(const umk_weights_kernels *kernels, double sign, bool has_first) {
    umk_tetrahedra tetrahedra = make_tetrahedra(n_tetrahedra);
    double *first = take_random(n_padded_vertices), *second = take_random(n_padded_vertices);
    double *got = take_results(n_padded_vertices), *expected = take_results(n_padded_vertices);
    kernels->fill_row(&tetrahedra, sign, has_first ? first : NULL, second, 0.3, got);
    reference->fill_row(&tetrahedra, sign, has_first ? first : NULL, second, 0.3, expected);
    /* nobody reads what stands between the last vertex and the end of the row */
    for (int v = n_vertices; v < n_padded_vertices; v++) got[v] = expected[v] = 0;
    expect_same("fill_row", n_padded_vertices, got, expected);
    release_all();
}

/*
 * spread: distance of the vertex values from each other. Around 1e-10 neighbours lie on both sides of the narrowest
 * interval that has a weight.
 */
static void check_evaluate(const umk_weights_kernels *kernels, int64_t n, int steps, double spread) {
    enum { n_batches = 50, n_weights = n_batches * UMK_WEIGHTS_LANES, n_row = UMK_WEIGHTS_LANES * n_padded_vertices };
    umk_tetrahedra tetrahedra = make_tetrahedra(n);
    double *rows = take(n_row, sizeof *rows), *got = take_results(n_weights), *expected = take_results(n_weights);
    void *scratch = take_aligned(n_vertices, UMK_WEIGHTS_VERTEX_BYTES);
    for (int batch = 0; batch < n_batches; batch++) {
        for (int i = 0; i < n_row; i++) rows[i] = spread * draw(steps);
        kernels->evaluate(&tetrahedra, rows, scratch, got + batch * UMK_WEIGHTS_LANES);
        reference->evaluate(&tetrahedra, rows, NULL, expected + batch * UMK_WEIGHTS_LANES);
    }
    char what[64];
    snprintf(what, sizeof what, "evaluate, steps %d, spread %.0e", steps, spread);
    expect_same(what, n_weights, got, expected);
    release_all();
}

static void check_find_gaussians(const umk_weights_kernels *kernels, int64_t n_bands, int steps) {
    enum { n_energies = 9 };
    int64_t n_padded = padded(n_bands), n_hits = n_energies * n_bands * n_padded / 8;
    double *first = take_random(n_padded), *second = take_random(n_padded), energies[n_energies];
    umk_hits *got = take(n_hits, sizeof *got), *expected = take(n_hits, sizeof *expected);
    for (int64_t b = 0; b < n_padded; b++) {
        first[b] = 2 + draw(steps);
        second[b] = 2 + draw(steps);
    }
    for (int e = 0; e < n_energies; e++) energies[e] = 2 + draw(steps);
    kernels->find_gaussians(n_bands, n_padded, first, second, n_energies, energies, 0.75, got);
    reference->find_gaussians(n_bands, n_padded, first, second, n_energies, energies, 0.75, expected);
    expect_same_bytes("find_gaussians", (size_t)n_hits * sizeof *got, got, expected);
    release_all();
}

/* In place; from the middle of the curve to where it ends at 0. */
static void check_gaussians(const umk_weights_kernels *kernels, double reach) {
    const int64_t n = 256;
    double *got = take_results(n), *expected = take_results(n);
    for (int64_t i = 0; i < n; i++) got[i] = expected[i] = reach * next_random();
    kernels->gaussians(n, got, 0.1, got);
    reference->gaussians(n, expected, 0.1, expected);
    expect_same("gaussians", n, got, expected);
    for (int64_t i = 0; i < n; i++) {
        /* the tails too, element by element, as far as the fast ones go */
        if (expected[i] < 1e-300) got[i] = expected[i] = 0;
        if (expected[i] > 0) got[i] /= expected[i], expected[i] = 1;
    }
    expect_same("gaussians, each", n, got, expected);
    release_all();
}

void check_weights_kernels(const umk_weights_kernels *kernels) {
    for (int64_t n_bands = 3; n_bands <= 18; n_bands += 3) {
        check_gather(kernels, n_bands, 0);
        check_gather(kernels, n_bands, -100);
        for (int steps = 0; steps <= 3; steps++) {
            check_find_tetrahedra(kernels, n_bands, steps);
            check_find_gaussians(kernels, n_bands, steps * 4);
        }
    }
    for (int sign = -1; sign <= 1; sign += 2) {
        check_fill_row(kernels, sign, true);
        check_fill_row(kernels, sign, false);
    }
    for (int steps = 0; steps <= 4; steps++) {
        check_evaluate(kernels, n_tetrahedra, steps, 1);
        check_evaluate(kernels, n_tetrahedra_odd, steps, 1);
    }
    check_evaluate(kernels, n_tetrahedra, 0, 3e-10);
    check_gaussians(kernels, 0.5);
    check_gaussians(kernels, 5);
}
