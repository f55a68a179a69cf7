/*
 * Triplets of one q0 with random legs: q1 on a mesh (that is what fast kernels rely on), phonons of all legs of one's
 * choice, their vectors not even normalized.
 */
#ifndef UMK_TESTS_CONFORMANCE_SAMPLES_H
#define UMK_TESTS_CONFORMANCE_SAMPLES_H

#include "support/compare.h"
#include "support/strength.h"

/** q = Q D^-1 address. */
typedef struct hand_mesh {
    const char *name;
    int64_t diagonal[3];
    int64_t q[3][3]; /* determinant 1 or -1 */
} hand_mesh;

/*
 * Regular and generalized ones; coarser than the range of the force constants, so that many lattice vectors fold onto
 * one residue, and finer; with long axes in every place, even and odd, so that each order of the axes comes up and
 * lines and points need several rounds.
 */
static const hand_mesh hand_meshes[] = {
    {"3x4x5", {3, 4, 5}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"1x1x7", {1, 1, 7}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"2x2x2", {2, 2, 2}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"1x1x1", {1, 1, 1}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"2x5x11", {2, 5, 11}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"12x2x4", {12, 2, 4}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"4x11x2", {4, 11, 2}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"5x1x12", {5, 1, 12}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"generalized 1x1x24", {1, 1, 24}, {{1, 0, 0}, {5, 1, 0}, {-7, 2, 1}}},
    {"generalized 1x1x13", {1, 1, 13}, {{0, 1, 3}, {1, 0, -4}, {0, 0, 1}}},
    {"generalized 1x3x6", {1, 3, 6}, {{1, 1, 0}, {0, 1, 2}, {0, 0, 1}}},
    {"generalized 2x4x4", {2, 4, 4}, {{1, 0, 2}, {-1, 1, 0}, {0, 1, -1}}},
};

enum { n_hand_meshes = sizeof hand_meshes / sizeof hand_meshes[0] };

typedef enum sample_kind {
    SAMPLE_OFF_MESH, /* q0 anywhere: q2 is on no mesh, legs 1 and 2 cannot be exchanged */
    SAMPLE_ON_MESH,  /* all points of the mesh as q1, some twice */
    SAMPLE_PLANE,    /* those with the same first coordinate */
    SAMPLE_FEW,      /* three */
    N_SAMPLE_KINDS
} sample_kind;

/** Frequencies 1 to 10 THz, three of them imaginary, at and just above the cut-off where that is asked for. */
static inline umk_leg random_leg(const double q[3], int64_t n, bool has_soft_modes, double **memory,
                                 test_random *random) {
    double *out = *memory;
    *memory += 3 + n + 2 * n * n;
    memcpy(out, q, 3 * sizeof *out);
    for (int64_t i = 0; i < n; i++) out[3 + i] = 1 + 9 * test_uniform(random);
    if (has_soft_modes) {
        out[3] = -0.5;
        out[4] = UMK_CUTOFF_FREQUENCY;
        out[5] = UMK_CUTOFF_FREQUENCY * 1.5;
    }
    for (int64_t i = 0; i < 2 * n * n; i++) out[3 + n + i] = test_normal(random);
    return (umk_leg){out, out + 3, (const double complex *)(out + 3 + n)};
}

static inline void release_sample(test_sample *s) {
    test_free(s->grid.addresses);
    test_free(s->triplets);
    test_free(s->leg1);
    test_free(s->leg2);
    test_free(s->memory);
}

/** Room for n triplets of a mesh. */
static inline test_sample begin_sample(int64_t n, int64_t n_bands) {
    test_sample s = {.n_triplets = n};
    s.grid.addresses = test_calloc((size_t)(2 * n + 1), sizeof *s.grid.addresses);
    s.triplets = test_calloc((size_t)n, sizeof *s.triplets);
    s.leg1 = test_calloc((size_t)n, sizeof *s.leg1);
    s.leg2 = test_calloc((size_t)n, sizeof *s.leg2);
    s.memory = test_malloc((size_t)((2 * n + 1) * (3 + n_bands + 2 * n_bands * n_bands)) * sizeof(double));
    return s;
}

static inline int64_t random_below(int64_t n, test_random *random) {
    return (int64_t)(test_uniform(random) * (double)n);
}

/** Any image of the point: addresses count modulo D. */
static inline void random_image(int64_t address[3], const int64_t diagonal[3], test_random *random) {
    for (int c = 0; c < 3; c++) address[c] += diagonal[c] * (random_below(5, random) - 2);
}

static inline void q_of_address(double q[3], const hand_mesh *mesh, const int64_t address[3]) {
    for (int i = 0; i < 3; i++) {
        q[i] = 0;
        for (int k = 0; k < 3; k++) q[i] += (double)(mesh->q[i][k] * address[k]) / (double)mesh->diagonal[k];
    }
}

/** The mesh point that is q1 of triplet t. */
static inline void choose_point(int64_t address[3], const hand_mesh *mesh, sample_kind kind, int64_t t,
                                test_random *random) {
    const int64_t *d = mesh->diagonal;
    int64_t n = d[0] * d[1] * d[2], point = t < n ? t * (n > 6 && n % 7 != 0 ? 7 : 1) % n : random_below(n, random);
    if (kind == SAMPLE_FEW) point = random_below(n, random);
    address[0] = kind == SAMPLE_PLANE ? d[0] / 2 : point % d[0];
    address[1] = point / d[0] % d[1];
    address[2] = point / (d[0] * d[1]);
}

/** At most `most` triplets. */
static inline test_sample random_sample(const hand_mesh *mesh, sample_kind kind, int64_t most, int64_t n_bands,
                                        test_random *random) {
    const int64_t *d = mesh->diagonal;
    int64_t n = kind == SAMPLE_FEW ? 3 : d[0] * d[1] * d[2] + (kind == SAMPLE_ON_MESH ? 3 : 0);
    test_sample s = begin_sample(n < most ? n : most, n_bands);
    double *memory = s.memory, q[3][3];
    memcpy(s.grid.diagonal, d, sizeof s.grid.diagonal);
    memcpy(s.grid.q, mesh->q, sizeof s.grid.q);
    for (int c = 0; c < 3; c++) s.grid.addresses[0][c] = random_below(d[c], random);
    random_image(s.grid.addresses[0], d, random);
    q_of_address(q[0], mesh, s.grid.addresses[0]);
    for (int c = 0; c < 3 && kind == SAMPLE_OFF_MESH; c++) q[0][c] = 2 * test_uniform(random) - 1;
    s.leg0 = random_leg(q[0], n_bands, kind == SAMPLE_ON_MESH, &memory, random);
    for (int64_t t = 0; t < s.n_triplets; t++) {
        int64_t *first = s.grid.addresses[2 * t + 1], *second = s.grid.addresses[2 * t + 2];
        s.triplets[t][1] = 2 * t + 1;
        s.triplets[t][2] = 2 * t + 2;
        choose_point(first, mesh, kind, t, random);
        random_image(first, d, random);
        for (int c = 0; c < 3; c++) second[c] = -s.grid.addresses[0][c] - first[c];
        random_image(second, d, random);
        q_of_address(q[1], mesh, first);
        q_of_address(q[2], mesh, second);
        for (int c = 0; c < 3 && kind == SAMPLE_OFF_MESH; c++) {
            q[2][c] = -q[0][c] - q[1][c] + (double)(random_below(3, random) - 1);
        }
        s.leg1[t] = random_leg(q[1], n_bands, t % 9 == 4 || t % 9 == 5, &memory, random);
        s.leg2[t] = random_leg(q[2], n_bands, t % 9 == 5 || t % 9 == 6, &memory, random);
    }
    return s;
}

#endif
