/*
 * Grids and phonons filled by hand for the tests of weights: a diagonal mesh on a given reciprocal lattice, with all
 * images -D/2 (first) and +D/2 of points on the faces, a point group closed from generators, and frequencies that are a
 * fixed function of the grid point.
 */
#ifndef UMK_TESTS_HAND_MADE_H
#define UMK_TESTS_HAND_MADE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linalg/matrix3.h"
#include "phonon/phonons.h"

#define MAX_ROTATIONS 48

typedef struct hand_made {
    umk_grid grid;
    umk_phonons phonons;
    int64_t rotations[MAX_ROTATIONS][3][3];
} hand_made;

/* Reciprocal lattices for make_grid, columns a*, b*, c*. */
static const double CUBIC[3][3] = {{0.25, 0, 0}, {0, 0.25, 0}, {0, 0, 0.25}};
static const double FCC[3][3] = {{-0.2, 0.2, 0.2}, {0.2, -0.2, 0.2}, {0.2, 0.2, -0.2}};
static const double HEXAGONAL[3][3] = {{1.0 / 3, 0, 0}, {0.19245008972987526, 0.38490017945975052, 0}, {0, 0, 0.2}};
static const double TRICLINIC[3][3] = {{0.33, -0.02, -0.07}, {-0.01, 0.25, -0.01}, {0.005, -0.01, 0.2}};

/* Generators of the point groups of three of them, for set_rotations. */
static const int64_t CUBIC_GENERATORS[3][3][3] = {
    {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}}, {{0, -1, 0}, {1, 0, 0}, {0, 0, 1}}, {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};
/* the same group on the fcc reciprocal basis: permutations of the four vectors a*, b*, c*, -(a*+b*+c*), and -1 */
static const int64_t FCC_GENERATORS[3][3][3] = {
    {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}, {{0, 0, -1}, {1, 0, -1}, {0, 1, -1}}, {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};
static const int64_t HEXAGONAL_GENERATORS[3][3][3] = {
    {{1, 1, 0}, {-1, 0, 0}, {0, 0, 1}}, {{0, 1, 0}, {1, 0, 0}, {0, 0, -1}}, {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};

/** Closes the group of the generators (and the identity). */
static inline void set_rotations(hand_made *h, int n_generators, const int64_t (*generators)[3][3]) {
    int64_t n = 1;
    memset(h->rotations, 0, sizeof h->rotations);
    for (int i = 0; i < 3; i++) h->rotations[0][i][i] = 1;
    for (int64_t r = 0; r < n; r++) {
        for (int g = 0; g < n_generators; g++) {
            int64_t product[3][3];
            bool known = false;
            umk_multiply3_integer(product, generators[g], (const int64_t(*)[3])h->rotations[r]);
            for (int64_t k = 0; k < n; k++) known |= memcmp(product, h->rotations[k], sizeof product) == 0;
            if (!known && n < MAX_ROTATIONS) memcpy(h->rotations[n++], product, sizeof product);
        }
    }
    h->grid.n_rotations = n;
    h->grid.rotations = h->rotations;
}

static inline void set_images(umk_grid *grid) {
    const int64_t *d = grid->diagonal;
    int64_t n_images = 0;
    for (int64_t gr = 0; gr < grid->n_points; gr++) {
        int64_t r[3] = {gr % d[0], gr / d[0] % d[1], gr / (d[0] * d[1])};
        grid->bz_map[gr] = grid->gr_to_bz[gr] = n_images;
        for (int copy = 0; copy < 8; copy++) {
            int64_t address[3];
            bool valid = true;
            for (int i = 0; i < 3; i++) {
                bool on_face = 2 * r[i] == d[i], shifted = !(copy >> i & 1);
                address[i] = 2 * r[i] > d[i] || (on_face && shifted) ? r[i] - d[i] : r[i];
                valid = valid && (on_face || shifted);
            }
            if (!valid) continue;
            memcpy(grid->addresses[n_images], address, sizeof address);
            grid->bz_to_gr[n_images++] = gr;
        }
    }
    grid->bz_map[grid->n_points] = grid->n_bz_points = n_images;
}

/** The columns of reciprocal are a*, b*, c*. End with release_hand_made. */
static inline hand_made *make_grid(const int64_t mesh[3], const double reciprocal[3][3]) {
    hand_made *h = calloc(1, sizeof *h);
    umk_grid *grid = &h->grid;
    int64_t n = mesh[0] * mesh[1] * mesh[2];
    for (int i = 0; i < 3; i++) {
        grid->diagonal[i] = grid->grid_matrix[i][i] = mesh[i];
        grid->p[i][i] = grid->q[i][i] = 1;
        grid->qd_inverse[i][i] = 1.0 / (double)mesh[i];
    }
    memcpy(grid->reciprocal_lattice, reciprocal, sizeof grid->reciprocal_lattice);
    grid->n_points = n;
    grid->addresses = calloc((size_t)(8 * n), sizeof *grid->addresses);
    grid->bz_map = calloc((size_t)(n + 1), sizeof *grid->bz_map);
    grid->bz_to_gr = calloc((size_t)(8 * n), sizeof *grid->bz_to_gr);
    grid->gr_to_bz = calloc((size_t)n, sizeof *grid->gr_to_bz);
    set_images(grid);
    set_rotations(h, 0, NULL);
    return h;
}

static inline int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/**
 * Frequencies ((37 i + 101 b + i^2 mod 23) mod 97) / 16 + shift of GR point i, sorted: multiples of 1/16, full of ties.
 * image_step is added for each further image of a point, so that images can be told apart. Sets by the tolerance.
 */
static inline void make_phonons(hand_made *h, int64_t n_bands, double shift, double image_step, double tolerance) {
    umk_phonons *phonons = &h->phonons;
    int64_t n = h->grid.n_bz_points;
    phonons->n_points = n;
    phonons->n_bands = n_bands;
    phonons->frequencies = calloc((size_t)(n * n_bands), sizeof *phonons->frequencies);
    phonons->set_first = calloc((size_t)(n * n_bands), sizeof *phonons->set_first);
    phonons->eigenvectors = calloc((size_t)(n * n_bands * n_bands), sizeof *phonons->eigenvectors);
    for (int64_t p = 0; p < n; p++) {
        int64_t i = h->grid.bz_to_gr[p], *first = phonons->set_first + p * n_bands;
        double *frequencies = phonons->frequencies + p * n_bands;
        for (int64_t b = 0; b < n_bands; b++) {
            frequencies[b] = (double)((37 * i + 101 * b + i * i % 23) % 97) / 16 + shift +
                             image_step * (double)(p - h->grid.bz_map[i]);
        }
        qsort(frequencies, (size_t)n_bands, sizeof *frequencies, compare_doubles);
        for (int64_t b = 0; b < n_bands; b++) {
            first[b] = b > 0 && frequencies[b] - frequencies[b - 1] < tolerance ? first[b - 1] : b;
        }
    }
}

/** A mesh of 4 x 4 x 3 on the hexagonal lattice, with its rotations and phonons. */
static inline hand_made *make_hexagonal(int64_t n_bands, double shift, double image_step, double tolerance) {
    hand_made *h = make_grid((const int64_t[3]){4, 4, 3}, HEXAGONAL);
    set_rotations(h, 3, HEXAGONAL_GENERATORS);
    make_phonons(h, n_bands, shift, image_step, tolerance);
    return h;
}

static inline void release_hand_made(hand_made *h) {
    free(h->grid.addresses);
    free(h->grid.bz_map);
    free(h->grid.bz_to_gr);
    free(h->grid.gr_to_bz);
    free(h->phonons.frequencies);
    free(h->phonons.set_first);
    free(h->phonons.eigenvectors);
    free(h);
}

/** BZ point of an address: the image with exactly this address, or the first image. */
static inline int64_t find_point(const umk_grid *grid, const int64_t address[3]) {
    int64_t r[3];
    for (int i = 0; i < 3; i++) r[i] = umk_modulo(address[i], grid->diagonal[i]);
    int64_t gr = r[0] + grid->diagonal[0] * (r[1] + grid->diagonal[1] * r[2]);
    for (int64_t p = grid->bz_map[gr]; p < grid->bz_map[gr + 1]; p++) {
        if (memcmp(grid->addresses[p], address, sizeof grid->addresses[p]) == 0) return p;
    }
    return grid->bz_map[gr];
}

#endif
