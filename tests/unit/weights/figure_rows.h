/*
 * What tests of the kernels of tetrahedra bring along: rows of figures from values at the vertices, and a queue for the
 * evaluations. Nothing of cmocka, and memory of the C library.
 */
#ifndef UMK_TESTS_FIGURE_ROWS_H
#define UMK_TESTS_FIGURE_ROWS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "weights/kernels.h"

/** The values of vertices (n_vertices) as the figures have them: rows (n_figures, umk_figure_row). */
static inline void fill_rows(const umk_figures *figures, const double *values, double *rows) {
    for (int64_t i = 0; i < figures->n_figures * umk_figure_row; i++) {
        rows[i] = values[figures->vertices[i / umk_figure_row][i % umk_figure_row]];
    }
}

/** All bits are set: doubles are NaN, and numbers are -1. */
static inline void *allocate_stale(int64_t n, size_t size) {
    void *memory = malloc((size_t)n * size);
    return memory == NULL ? NULL : memset(memory, 0xff, (size_t)n * size);
}

/**
 * A queue for `capacity` evaluations. What has not been written yet is NaN, and nothing lies behind its arrays. End it
 * with release_queue.
 */
static inline umk_weights_queue make_queue(const umk_tetrahedra *tetrahedra, int64_t capacity) {
    const umk_figures *figures = tetrahedra->figures;
    int64_t n_rows = figures->n_patterns * UMK_WEIGHTS_ROWS;
    umk_weights_queue queue = {.tetrahedra = tetrahedra, .capacity = capacity};
    queue.weights = allocate_stale(capacity, sizeof *queue.weights);
    queue.parts = allocate_stale(capacity * figures->n_figures, sizeof *queue.parts);
    queue.n_rows = calloc((size_t)figures->n_patterns, sizeof *queue.n_rows);
    queue.owners = allocate_stale(n_rows, sizeof *queue.owners);
    queue.rows = allocate_stale(n_rows * umk_figure_row, sizeof *queue.rows);
    queue.stretch = allocate_stale(1, sizeof *queue.stretch);
    queue.stretch->n = 0;
    return queue;
}

static inline void release_queue(umk_weights_queue *queue) {
    free(queue->weights);
    free(queue->parts);
    free(queue->n_rows);
    free(queue->owners);
    free(queue->rows);
    free(queue->stretch);
}

#endif
