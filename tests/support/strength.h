/*
 * Running a strength kernel (three_phonon/interaction.h) on legs of one's choice. Of a grid kernels see D, Q and the
 * addresses of points, so that a list of addresses is grid enough. Every array that a kernel is to fill holds NaN
 * before, and what lies around it must stay.
 */
#ifndef UMK_TESTS_SUPPORT_STRENGTH_H
#define UMK_TESTS_SUPPORT_STRENGTH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "three_phonon/interaction.h"
#include <math.h>
#include <string.h>

/* ---- memory full of NaN, with guards ---------------------------------------------------------------------------*/

enum { test_guard = 64 };

static inline void fill_stale(void *memory, int64_t bytes) {
    for (int64_t i = 0; i + 8 <= bytes; i += 8) memcpy((char *)memory + i, &(double){NAN}, 8);
}

/** 64-byte aligned, NaN in it, guards in front and behind. */
static inline void *stale(int64_t bytes) {
    char *memory = umk_allocate(NULL, bytes + 2 * test_guard, 1);
    assert_non_null(memory);
    memset(memory, 0x5a, test_guard);
    fill_stale(memory + test_guard, bytes);
    memset(memory + test_guard + bytes, 0x5a, test_guard);
    return memory + test_guard;
}

/** Fails where a guard has changed. */
static inline void release_stale(void *memory, int64_t bytes) {
    char *begin = (char *)memory - test_guard;
    for (int64_t i = 0; i < test_guard; i++) {
        assert_int_equal(begin[i], 0x5a);
        assert_int_equal(begin[test_guard + bytes + i], 0x5a);
    }
    umk_release(begin);
}

/* ---- one q0 and its triplets ------------------------------------------------------------------------------------*/

/** Triplets of one q0, their legs in the same order. */
typedef struct test_sample {
    umk_grid grid; /* diagonal, q and addresses, no more */
    int64_t n_triplets;
    int64_t (*triplets)[3]; /* (n_triplets) indices of addresses */
    umk_leg leg0, *leg1, *leg2;
    void *memory; /* of whoever made the sample */
} test_sample;

/** How the work is cut. */
typedef struct test_cut {
    int64_t groups;   /* groups of bands of q0 in a block; 0: all bands in one */
    int64_t batch;    /* triplets of a batch at most; 0: all in one */
    bool follow_runs; /* a batch ends where a run of the plan does */
    bool shuffle;     /* band triples of one band of q0 in another order */
} test_cut;

/** An order of all triplets, and no more data than the mesh allows. */
static inline void check_plan(const umk_strength_plan *plan, const umk_strength_mesh *mesh) {
    double (*most_block_bytes)(const umk_strength_mesh *, double) = plan->interaction->kernel->most_block_bytes;
    int8_t *seen = test_calloc((size_t)plan->n_triplets + 1, 1);
    for (int64_t i = 0; i < plan->n_triplets; i++) {
        assert_in_range(plan->order[i], 0, plan->n_triplets - 1);
        assert_int_equal(seen[plan->order[i]]++, 0);
    }
    assert_true(plan->n_triplets == 0 || plan->ends_run[plan->n_triplets - 1]);
    assert_true(plan->group_bands >= 1 && plan->group_bytes >= 0 && plan->n_pieces >= 0);
    assert_true(most_block_bytes == NULL || (double)plan->group_bytes <= most_block_bytes(mesh, 0));
    test_free(seen);
}

/** Where the batch that begins at `begin` ends. */
static inline int64_t cut_batch(const umk_strength_plan *plan, const test_cut *cut, int64_t begin) {
    int64_t end = cut->batch > 0 && begin + cut->batch < plan->n_triplets ? begin + cut->batch : plan->n_triplets;
    for (int64_t at = begin + 1; cut->follow_runs && at < end; at++) {
        if (plan->ends_run[at - 1]) return at;
    }
    return end;
}

/** The wanted band triples of the bands of a block for one triplet, appended; returns their new number. */
static inline int64_t list_wanted(const test_cut *cut, int64_t n, const umk_strength_point *point, const int8_t *wanted,
                                  umk_band_triple *triples, int64_t count) {
    for (int64_t b0 = point->first_band; b0 < point->first_band + point->n_block_bands; b0++) {
        for (int64_t i = 0; i < n * n; i++) {
            /* 7 has no factor in common with the squares of the bands that occur here, 3 to 27 */
            int64_t pair = cut->shuffle ? (7 * i + 3) % (n * n) : i;
            if (wanted != NULL && !wanted[b0 * n * n + pair]) continue;
            triples[count++] = (umk_band_triple){(uint16_t)b0, (uint16_t)(pair / n), (uint16_t)(pair % n)};
        }
    }
    return count;
}

/** One batch into strength (n_triplets, n, n, n). */
static inline void run_batch(const umk_strength_point *point, const test_sample *s, const test_cut *cut, int64_t begin,
                             int64_t end, const int8_t *wanted, double *strength, void *workspace) {
    const umk_strength_plan *plan = point->plan;
    const umk_interaction *interaction = plan->interaction;
    int64_t n = interaction->n_bands, cube = n * n * n, n_batch = end - begin;
    umk_leg *leg1 = test_malloc((size_t)n_batch * sizeof *leg1), *leg2 = test_malloc((size_t)n_batch * sizeof *leg2);
    int64_t *first = test_calloc((size_t)n_batch + 1, sizeof *first);
    umk_band_triple *triples = test_malloc((size_t)(n_batch * cube) * sizeof *triples);
    for (int64_t t = 0; t < n_batch; t++) {
        int64_t triplet = plan->order[begin + t];
        leg1[t] = s->leg1[triplet];
        leg2[t] = s->leg2[triplet];
        first[t + 1] = list_wanted(cut, n, point, wanted == NULL ? NULL : wanted + triplet * cube, triples, first[t]);
    }
    int64_t bytes = first[n_batch] * (int64_t)sizeof(double);
    double *out = stale(bytes);
    umk_strength_batch batch = {begin, n_batch, leg1, leg2, first, triples, out};
    interaction->kernel->strength(point, &batch, workspace);
    for (int64_t t = 0; t < n_batch; t++) {
        for (int64_t e = first[t]; e < first[t + 1]; e++) {
            const umk_band_triple *bands = &triples[e];
            strength[((plan->order[begin + t] * n + bands->band0) * n + bands->band1) * n + bands->band2] = out[e];
        }
    }
    release_stale(out, bytes);
    test_free(triples);
    test_free(first);
    test_free(leg2);
    test_free(leg1);
}

/** Strengths (n_triplets, n, n, n) by the kernel of an interaction; 0 where wanted (the same shape, NULL: all) is 0. */
static inline void run_sample(const umk_interaction *interaction, const test_sample *s, const test_cut *cut,
                              const int8_t *wanted, double *strength) {
    const umk_strength_kernel *kernel = interaction->kernel;
    int64_t n = interaction->n_bands, most = cut->batch > 0 ? cut->batch : s->n_triplets;
    umk_strength_mesh *mesh = NULL;
    umk_strength_plan *plan;
    if (kernel->mesh_create != NULL) {
        assert_int_equal(kernel->mesh_create(&mesh, NULL, interaction, &s->grid), UMK_OK);
    }
    assert_int_equal(umk_strength_plan_create(&plan, NULL, interaction, mesh, &s->grid, s->n_triplets,
                                              (const int64_t(*)[3])s->triplets),
                     UMK_OK);
    check_plan(plan, mesh);
    int64_t block = cut->groups > 0 && cut->groups * plan->group_bands < n ? cut->groups * plan->group_bands : n;
    int64_t data_bytes = umk_strength_block_bytes(plan, block);
    int64_t workspace_bytes = kernel->workspace_size(interaction, mesh, most);
    void *workspace = stale(workspace_bytes);
    memset(strength, 0, (size_t)(s->n_triplets * n * n * n) * sizeof *strength);
    for (int64_t first = 0; first < n; first += block) {
        umk_strength_point point = {plan, s->leg0, first, first + block > n ? n - first : block, stale(data_bytes)};
        for (int64_t piece = plan->n_pieces - 1; piece >= 0; piece--) kernel->prepare(&point, piece, workspace);
        fill_stale(workspace, workspace_bytes);
        for (int64_t begin = 0, end; begin < s->n_triplets; begin = end) {
            end = cut_batch(plan, cut, begin);
            run_batch(&point, s, cut, begin, end, wanted, strength, workspace);
        }
        release_stale(point.data, data_bytes);
    }
    release_stale(workspace, workspace_bytes);
    umk_strength_plan_destroy(plan);
    if (kernel->mesh_destroy != NULL) kernel->mesh_destroy(mesh);
}

/**
 * Strength (n, n, n) of one triplet whose q1 lies on a regular mesh of so many points along each axis. Where q2 does
 * not, legs 1 and 2 are not exchanged.
 */
static inline void run_triplet(umk_interaction *interaction, int64_t mesh, const umk_leg legs[3], double *strength) {
    int64_t addresses[3][3], triplet[1][3] = {{0, 1, 2}};
    bool exchangeable = interaction->exchangeable;
    umk_leg leg1 = legs[1], leg2 = legs[2];
    test_sample s = {.grid = {.diagonal = {mesh, mesh, mesh}, .addresses = addresses},
                     .n_triplets = 1,
                     .triplets = triplet,
                     .leg0 = legs[0],
                     .leg1 = &leg1,
                     .leg2 = &leg2};
    for (int i = 0; i < 9; i++) {
        double coordinate = legs[i / 3].q[i % 3] * (double)mesh;
        bool on_mesh = fabs(coordinate - nearbyint(coordinate)) < 1e-9;
        addresses[i / 3][i % 3] = (int64_t)nearbyint(coordinate);
        assert_true(on_mesh || i / 3 != 1);
        if (i / 3 == 2 && !on_mesh) interaction->exchangeable = false;
    }
    for (int i = 0; i < 3; i++) s.grid.q[i][i] = 1;
    run_sample(interaction, &s, &(test_cut){0}, NULL, strength);
    interaction->exchangeable = exchangeable;
}

#endif
