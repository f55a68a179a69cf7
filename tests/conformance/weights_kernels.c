/* The loops of the weights (weights/kernels.h) against the reference kernels, with ties. */
#include "conformance/kernel_sets.h"
#include "unit/weights/figure_rows.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { n_vertices = 15, n_points = 40 };

static const umk_weights_kernels *const reference = &umk_weights_kernels_reference;

/* steps > 0: a multiple of 1 / steps, so that ties abound. */
static double draw(int steps) {
    double x = 2 * next_random();
    return steps > 0 ? rint(x * steps) / steps : x;
}

/* Any three different vertices beside the centre make a tetrahedron here; each vertex is in some. */
static umk_figures *make_figures(int64_t n) {
    umk_context *context = NULL;
    umk_figures *figures = NULL;
    uint16_t(*corners)[3] = take(n, sizeof *corners);
    double *shares = take_random(n);
    for (int64_t t = 0; t < n; t++) {
        for (int c = 0; c < 3; c++) corners[t][c] = (uint16_t)(1 + (t + c * (1 + t % 4)) % (n_vertices - 1));
        shares[t] = 1 + 0.5 * shares[t];
    }
    if (umk_context_create(&context, NULL) != UMK_OK ||
        umk_figures_create(&figures, context, n, (const uint16_t(*)[3])corners, shares, n_vertices) != UMK_OK) {
        fprintf(stderr, "no memory for figures\n");
        exit(2);
    }
    umk_context_destroy(context);
    release_all();
    return figures;
}

/** Vertex values of one leg from random frequencies, by the kernels in hand and by the reference. */
typedef struct leg_values {
    umk_leg_values got, expected;
} leg_values;

static int64_t n_by_band(const umk_tetrahedra *tetrahedra, int64_t n_bands) {
    return padded(n_bands) * tetrahedra->figures->n_figures * umk_figure_row;
}

static umk_leg_values take_values(const umk_tetrahedra *tetrahedra, int64_t n_bands) {
    umk_leg_values values = {0};
    values.by_vertex = take_results(n_vertices * padded(n_bands));
    values.by_band = take_results(n_by_band(tetrahedra, n_bands));
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
    leg_values values = {take_values(tetrahedra, n_bands), take_values(tetrahedra, n_bands)};
    kernels->gather(tetrahedra, n_bands, frequencies, points, lowest, &values.got);
    reference->gather(tetrahedra, n_bands, frequencies, points, lowest, &values.expected);
    return values;
}

static void check_gather(const umk_weights_kernels *kernels, const umk_tetrahedra *tetrahedra, int64_t n_bands,
                         double lowest) {
    leg_values values = gather(kernels, tetrahedra, n_bands, 0, lowest);
    expect_same("gather by vertex", n_vertices * padded(n_bands), values.got.by_vertex, values.expected.by_vertex);
    expect_same("gather by band", n_by_band(tetrahedra, n_bands), values.got.by_band, values.expected.by_band);
    release_all();
}

static umk_hits take_hits(int64_t n) {
    umk_hits hits;
    for (int channel = 0; channel < 3; channel++) hits.channel[channel] = take(n, 1);
    return hits;
}

static void expect_same_hits(const char *what, int64_t n, const umk_hits *got, const umk_hits *expected) {
    for (int channel = 0; channel < 3; channel++) {
        expect_same_bytes(what, (size_t)n, got->channel[channel], expected->channel[channel]);
    }
}

static void check_find_tetrahedra(const umk_weights_kernels *kernels, const umk_tetrahedra *tetrahedra, int64_t n_bands,
                                  int steps) {
    enum { n_energies = 9 };
    leg_values first = gather(kernels, tetrahedra, n_bands, steps, 0);
    leg_values second = gather(kernels, tetrahedra, n_bands, steps, 0);
    int64_t n_bytes = n_energies * n_bands * padded(n_bands) / 8;
    umk_hits got = take_hits(n_bytes), expected = take_hits(n_bytes);
    double energies[n_energies];
    for (int e = 0; e < n_energies; e++) energies[e] = 2 + draw(steps);
    kernels->find_tetrahedra(tetrahedra, n_bands, &first.got, &second.got, n_energies, energies, &got);
    reference->find_tetrahedra(tetrahedra, n_bands, &first.expected, &second.expected, n_energies, energies, &expected);
    expect_same_hits("find_tetrahedra", n_bytes, &got, &expected);
    release_all();
}

/* Through a queue that has room for a part of them, so that it is finished on the way, too. */
static void weigh(const umk_weights_kernels *kernels, const umk_tetrahedra *tetrahedra, int64_t n,
                  umk_evaluation *evaluations, double *weights) {
    umk_weights_queue queue = make_queue(tetrahedra, n / 3);
    for (int64_t i = 0; i < n; i++) evaluations[i].weight = &weights[i];
    kernels->weigh(&queue, n, evaluations);
    kernels->finish(&queue);
    release_queue(&queue);
}

/*
 * spread: distance of the vertex values from each other. Around 1e-10 neighbours lie on both sides of the narrowest
 * interval that has a weight.
 */
static void check_weigh(const umk_weights_kernels *kernels, const umk_tetrahedra *tetrahedra, int steps,
                        double spread) {
    enum { n_weights = 400 };
    int64_t n_row = tetrahedra->figures->n_figures * umk_figure_row;
    double *rows = take(2 * n_weights * n_row, sizeof *rows);
    double *got = take_results(n_weights), *expected = take_results(n_weights);
    umk_evaluation *evaluations = take(n_weights, sizeof *evaluations);
    for (int64_t i = 0; i < 2 * n_weights; i++) {
        double values[n_vertices];
        for (int v = 0; v < n_vertices; v++) values[v] = spread * draw(steps);
        fill_rows(tetrahedra->figures, values, rows + i * n_row);
    }
    for (int64_t i = 0; i < n_weights; i++) {
        const double *first = rows + 2 * i * n_row, *second = first + n_row;
        evaluations[i] = (umk_evaluation){first, second, (double)(i % 3 - 1), spread * draw(steps), NULL};
    }
    weigh(kernels, tetrahedra, n_weights, evaluations, got);
    weigh(reference, tetrahedra, n_weights, evaluations, expected);
    char what[64];
    snprintf(what, sizeof what, "weigh, steps %d, spread %.0e", steps, spread);
    expect_same(what, n_weights, got, expected);
    release_all();
}

static void check_find_gaussians(const umk_weights_kernels *kernels, int64_t n_bands, int steps) {
    enum { n_energies = 9 };
    int64_t n_padded = padded(n_bands), n_bytes = n_energies * n_bands * n_padded / 8;
    double *first = take_random(n_padded), *second = take_random(n_padded), energies[n_energies];
    umk_hits got = take_hits(n_bytes), expected = take_hits(n_bytes);
    for (int64_t b = 0; b < n_padded; b++) {
        first[b] = 2 + draw(steps);
        second[b] = 2 + draw(steps);
    }
    for (int e = 0; e < n_energies; e++) energies[e] = 2 + draw(steps);
    kernels->find_gaussians(n_bands, n_padded, first, second, n_energies, energies, 0.75, &got);
    reference->find_gaussians(n_bands, n_padded, first, second, n_energies, energies, 0.75, &expected);
    expect_same_hits("find_gaussians", n_bytes, &got, &expected);
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

static void check_tetrahedra(const umk_weights_kernels *kernels, int64_t n_tetrahedra) {
    umk_figures *figures = make_figures(n_tetrahedra);
    const umk_tetrahedra tetrahedra = {figures, n_vertices};
    for (int64_t n_bands = 3; n_bands <= 18; n_bands += 3) {
        check_gather(kernels, &tetrahedra, n_bands, 0);
        check_gather(kernels, &tetrahedra, n_bands, -100);
        for (int steps = 0; steps <= 3; steps++) check_find_tetrahedra(kernels, &tetrahedra, n_bands, steps);
    }
    for (int steps = 0; steps <= 4; steps++) check_weigh(kernels, &tetrahedra, steps, 1);
    check_weigh(kernels, &tetrahedra, 0, 3e-10);
    umk_figures_destroy(figures);
}

void check_weights_kernels(const umk_weights_kernels *kernels) {
    check_tetrahedra(kernels, 24);
    check_tetrahedra(kernels, 23);
    for (int64_t n_bands = 3; n_bands <= 18; n_bands += 3) {
        for (int steps = 0; steps <= 3; steps++) check_find_gaussians(kernels, n_bands, steps * 4);
    }
    check_gaussians(kernels, 0.5);
    check_gaussians(kernels, 5);
}
