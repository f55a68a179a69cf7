/*
 * The tetrahedra around a grid point.
 *
 * The microzone, the parallelepiped between neighbouring grid points, is cut into six tetrahedra that share its
 * shortest main diagonal (Bloechl, Jepsen and Andersen, Phys. Rev. B 49, 16223 (1994), sec. IV). A grid point is a
 * corner of 24 tetrahedra in the eight microzones around it. Each path of three steps +-a, +-b, +-c in any order from
 * one end of the diagonal to the other gives one tetrahedron, its four points.
 *
 * The microzone basis is B Q D^-1 P, B the reciprocal basis, so that a step n in that basis is the step P n of GR
 * addresses. The choice of the diagonal breaks the symmetry of the lattice; the mean over the tetrahedra rotated by the
 * point group restores it. Rotated copies of a tetrahedron that occur several times are kept once with a larger share.
 */
#include <stdlib.h>
#include <string.h>

#include "linalg/matrix3.h"
#include "weights/internal.h"

typedef struct tetrahedron {
    int64_t corners[4][3]; /* the centre, 0, first; the others in ascending order */
    int64_t count;
} tetrahedron;

/** Signs of the axes along the shortest main diagonal; among equals (to rounding) a+b+c, -a+b+c, a-b+c, a+b-c. */
static void choose_diagonal(int64_t signs[3], const umk_grid *grid) {
    double p[3][3], microzone[3][3], steps[3][3], shortest = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) p[i][j] = (double)grid->p[i][j];
    }
    umk_multiply3(steps, grid->qd_inverse, p);
    umk_multiply3(microzone, grid->reciprocal_lattice, steps);
    for (int choice = 0; choice < 4; choice++) {
        double along[3], diagonal[3];
        for (int i = 0; i < 3; i++) along[i] = i == choice - 1 ? -1 : 1;
        umk_apply3(diagonal, microzone, along);
        double length = umk_norm3(diagonal);
        if (choice > 0 && !(length < shortest * (1 - 1e-8))) continue;
        shortest = length;
        for (int i = 0; i < 3; i++) signs[i] = (int64_t)along[i];
    }
}

static int compare_addresses(const int64_t a[3], const int64_t b[3]) {
    for (int i = 0; i < 3; i++) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

static int compare_tetrahedra(const void *first, const void *second) {
    const tetrahedron *a = first, *b = second;
    for (int c = 1; c < 4; c++) {
        int order = compare_addresses(a->corners[c], b->corners[c]);
        if (order != 0) return order;
    }
    return 0;
}

static void sort_corners(tetrahedron *t) {
    for (int pass = 0; pass < 2; pass++) {
        for (int c = 1; c < 3 - pass; c++) {
            if (compare_addresses(t->corners[c], t->corners[c + 1]) <= 0) continue;
            int64_t swapped[3];
            memcpy(swapped, t->corners[c], sizeof swapped);
            memcpy(t->corners[c], t->corners[c + 1], sizeof swapped);
            memcpy(t->corners[c + 1], swapped, sizeof swapped);
        }
    }
}

/** The 24 tetrahedra: six orders of the three steps, each of the four points of the path taken as the centre. */
static void make_tetrahedra(tetrahedron tetrahedra[24], const umk_grid *grid) {
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int64_t signs[3];
    choose_diagonal(signs, grid);
    for (int o = 0; o < 6; o++) {
        int64_t path[4][3] = {{0}};
        for (int i = 0; i < 3; i++) {
            memcpy(path[i + 1], path[i], sizeof path[i]);
            path[i + 1][orders[o][i]] += signs[orders[o][i]];
        }
        for (int centre = 0; centre < 4; centre++) {
            tetrahedron *t = &tetrahedra[4 * o + centre];
            memset(t, 0, sizeof *t);
            for (int c = 0, place = 1; c < 4; c++) {
                if (c == centre) continue;
                int64_t step[3];
                for (int i = 0; i < 3; i++) step[i] = path[c][i] - path[centre][i];
                umk_apply3_integer(t->corners[place++], grid->p, step);
            }
            sort_corners(t);
            t->count = 1;
        }
    }
}

/** Sorts a list and merges equal ones; returns the number that is left. */
static int64_t merge_tetrahedra(tetrahedron *list, int64_t n) {
    int64_t n_merged = 0;
    qsort(list, (size_t)n, sizeof *list, compare_tetrahedra);
    for (int64_t i = 0; i < n; i++) {
        if (n_merged > 0 && compare_tetrahedra(&list[n_merged - 1], &list[i]) == 0) {
            list[n_merged - 1].count++;
        } else {
            list[n_merged++] = list[i];
        }
    }
    return n_merged;
}

static int64_t vertex_number(umk_weights *weights, const int64_t step[3]) {
    for (int64_t v = 0; v < weights->n_vertices; v++) {
        if (compare_addresses(weights->steps[v], step) == 0) return v;
    }
    memcpy(weights->steps[weights->n_vertices], step, sizeof weights->steps[0]);
    return weights->n_vertices++;
}

/** Vertices and corner numbers; the vertex arrays are large enough for all. */
static void number_vertices(umk_weights *weights) {
    const int64_t origin[3] = {0};
    vertex_number(weights, origin);
    for (int64_t t = 0; t < weights->n_tetrahedra; t++) {
        for (int c = 1; c < 4; c++) {
            weights->corners[t][c - 1] = (uint16_t)vertex_number(weights, weights->relative_addresses[t][c]);
        }
    }
    for (int64_t v = 0; v < weights->n_vertices; v++) {
        for (int i = 0; i < 3; i++) {
            weights->folded[0][v][i] = umk_modulo(weights->steps[v][i], weights->grid->diagonal[i]);
            weights->folded[1][v][i] = umk_modulo(-weights->steps[v][i], weights->grid->diagonal[i]);
        }
    }
}

/** Takes over n_copies sets of 24 tetrahedra. */
static umk_status set_tetrahedra(umk_weights *weights, umk_context *context, int64_t n_copies,
                                 const tetrahedron *copies) {
    umk_status status = UMK_OK;
    int64_t n = 24 * n_copies;
    tetrahedron *list = NULL;
    UMK_ALLOCATE(context, list, n);
    memcpy(list, copies, (size_t)n * sizeof *list);
    n = merge_tetrahedra(list, n);
    weights->n_tetrahedra = n;
    UMK_ALLOCATE(context, weights->relative_addresses, n);
    UMK_ALLOCATE(context, weights->tetrahedron_weights, n);
    UMK_ALLOCATE(context, weights->steps, 3 * n + 1);
    for (int sign = 0; sign < 2; sign++) UMK_ALLOCATE(context, weights->folded[sign], 3 * n + 1);
    UMK_ALLOCATE(context, weights->corners, n);
    for (int64_t t = 0; t < n; t++) {
        memcpy(weights->relative_addresses[t], list[t].corners, sizeof list[t].corners);
        weights->tetrahedron_weights[t] = (double)list[t].count / (6.0 * (double)n_copies);
    }
    number_vertices(weights);
    if (weights->options.sigma == 0) {
        UMK_TRY(umk_figures_create(&weights->figures, context, n, (const uint16_t(*)[3])weights->corners,
                                   weights->tetrahedron_weights, weights->n_vertices));
    }
    weights->tetrahedra = (umk_tetrahedra){weights->figures, weights->n_vertices};
cleanup:
    umk_release(list);
    return status;
}

/** Copies of 24 tetrahedra, the grid's, by all rotations. */
static void rotate_tetrahedra(tetrahedron *copies, const tetrahedron tetrahedra[24], const umk_grid *grid) {
    for (int64_t r = 0; r < grid->n_rotations; r++) {
        for (int i = 0; i < 24; i++) {
            tetrahedron *t = &copies[24 * r + i];
            *t = tetrahedra[i];
            for (int c = 1; c < 4; c++) umk_apply3_integer(t->corners[c], grid->rotations[r], tetrahedra[i].corners[c]);
            sort_corners(t);
        }
    }
}

umk_status umk_weights_make_tetrahedra(umk_weights *weights, umk_context *context) {
    umk_status status = UMK_OK;
    tetrahedron first[24], *copies = NULL;
    const umk_grid *grid = weights->grid;
    bool symmetrize = !weights->options.no_symmetrize_tetrahedra && grid->n_rotations > 0;
    int64_t n_copies = symmetrize ? grid->n_rotations : 1;
    make_tetrahedra(first, grid);
    UMK_ALLOCATE(context, copies, 24 * n_copies);
    memcpy(copies, first, sizeof first);
    if (symmetrize) rotate_tetrahedra(copies, first, grid);
    UMK_TRY(set_tetrahedra(weights, context, n_copies, copies));
cleanup:
    umk_release(copies);
    return status;
}

/** The corners of a tetrahedron that are not the centre; false where no corner is. */
static bool take_corners(tetrahedron *t, const int64_t corners[4][3]) {
    static const int64_t centre[3] = {0, 0, 0};
    int place = 1;
    memset(t, 0, sizeof *t);
    for (int c = 0, centres = 0; c < 4; c++) {
        if (centres == 0 && compare_addresses(corners[c], centre) == 0) {
            centres = 1;
        } else if (place < 4) {
            memcpy(t->corners[place++], corners[c], sizeof corners[c]);
        } else {
            return false;
        }
    }
    sort_corners(t);
    t->count = 1;
    return true;
}

umk_status umk_weights_take_tetrahedra(umk_weights *weights, umk_context *context, int64_t n,
                                       const int64_t (*corners)[4][3]) {
    umk_status status = UMK_OK;
    tetrahedron *list = NULL;
    UMK_ALLOCATE(context, list, n);
    for (int64_t t = 0; t < n; t++) {
        if (take_corners(&list[t], corners[t])) continue;
        status = umk_fail(context, UMK_ERROR_ARGUMENT, "tetrahedron %lld has no corner 0 0 0", (long long)t);
        goto cleanup;
    }
    UMK_TRY(set_tetrahedra(weights, context, n / 24, list));
cleanup:
    umk_release(list);
    return status;
}
