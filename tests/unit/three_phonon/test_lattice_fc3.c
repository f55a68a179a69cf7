/* The translation-invariant fc3 of chains, block by block as one writes it down by hand; unique triples; sums. */
#include "three_phonon/lattice_fc3.h"
#include "three_phonon/triples.h"
#include "unit/three_phonon/chain.h"
#include <math.h>

/** A block that is expected: legs, cells along x, share, and which axis of the stored block each leg has. */
typedef struct expected_block {
    int k0, k1, k2, ra, rb;
    double share;
    int axes[3];
} expected_block;

static umk_status create_lattice_fc3(umk_lattice_fc3 **fc3, umk_context *context, const umk_crystal *crystal,
                                     const umk_fc3 *values, bool average) {
    int8_t *flags = NULL;
    umk_status status = UMK_OK;
    *fc3 = NULL;
    if (average) UMK_TRY(umk_all_shortest(&flags, context, crystal));
    UMK_TRY(umk_lattice_fc3_create(fc3, context, crystal, values, flags));
cleanup:
    umk_release(flags);
    return status;
}

static const umk_lattice_block *find_block(const umk_lattice_fc3 *fc3, const expected_block *e) {
    for (int64_t rb = 0; rb < fc3->n_rb; rb++) {
        for (int64_t b = fc3->first[rb]; b < fc3->first[rb + 1]; b++) {
            const umk_lattice_block *block = &fc3->blocks[b];
            if (block->k0 == e->k0 && block->k1 == e->k1 && block->k2 == e->k2 && fc3->ra[block->ra][0] == e->ra &&
                fc3->rb[rb][0] == e->rb) {
                return block;
            }
        }
    }
    fail_msg("no block (%d %d %d) at %d, %d", e->k0, e->k1, e->k2, e->ra, e->rb);
    return NULL;
}

/* One block of fc3 (home atom i in cell 0, j and k in cells xj and xk) gives these blocks and no others. */
static void check_single(int64_t n_atoms, int64_t n_cells, const int64_t atoms[3], int64_t xj, int64_t xk, bool average,
                         int n_expected, const expected_block *expected) {
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, n_atoms, n_cells);
    umk_fc3 single =
        make_single(crystal, atoms[0], chain_atom(crystal, atoms[1], xj), chain_atom(crystal, atoms[2], xk));
    umk_lattice_fc3 *fc3;
    assert_int_equal(create_lattice_fc3(&fc3, context, crystal, &single, average), UMK_OK);
    assert_int_equal(fc3->first[fc3->n_rb], n_expected);
    for (int e = 0; e < n_expected; e++) {
        const umk_lattice_block *block = find_block(fc3, &expected[e]);
        for (int x = 0; x < 27; x++) {
            const int index[3] = {x / 9, x / 3 % 3, x % 3}; /* axes of the legs */
            int stored[3];
            for (int leg = 0; leg < 3; leg++) stored[expected[e].axes[leg]] = index[leg];
            double value = expected[e].share * (1 + 9 * stored[0] + 3 * stored[1] + stored[2]);
            assert_true(fabs(block->phi[x] - value) < 1e-14);
        }
    }
    umk_lattice_fc3_destroy(fc3);
    test_free(single.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

/* One atom, three cells: the images at -1, 0 and 1 are unique. */
static void test_unique(void **state) {
    (void)state;
    const int64_t atoms[3] = {0, 0, 0};
    /* j and k in one cell: the triangle closes, and leg 0 stands alone: Ra = -R_k, Rb = R_j - R_k */
    const expected_block together[] = {{0, 0, 0, -1, 0, 1, {0, 1, 2}}};
    check_single(1, 3, atoms, 1, 1, true, 1, together);
    const expected_block one_moved[] = {{0, 0, 0, 0, 1, 1, {0, 1, 2}}};
    check_single(1, 3, atoms, 1, 0, true, 1, one_moved);
    const expected_block other_moved[] = {{0, 0, 0, -1, -1, 1, {0, 1, 2}}};
    check_single(1, 3, atoms, 0, 1, true, 1, other_moved);
    /* j at 1 and k at -1 are nearer through the next supercell: three home atoms with a third each */
    const expected_block apart[] = {
        {0, 0, 0, 1, 2, 1.0 / 3, {0, 1, 2}}, {0, 0, 0, 2, 1, 1.0 / 3, {1, 0, 2}}, {0, 0, 0, -1, 1, 1.0 / 3, {2, 1, 0}}};
    check_single(1, 3, atoms, 1, -1, true, 3, apart);
    const expected_block alone[] = {{0, 0, 0, 1, 2, 1, {0, 1, 2}}};
    check_single(1, 3, atoms, 1, -1, false, 1, alone);
}

/* One atom, two cells: the other atom has images at 1 and -1, with half a share each. */
static void test_two_images(void **state) {
    (void)state;
    const int64_t atoms[3] = {0, 0, 0};
    const expected_block alone[] = {{0, 0, 0, 0, 1, 0.5, {0, 1, 2}}, {0, 0, 0, 0, -1, 0.5, {0, 1, 2}}};
    check_single(1, 2, atoms, 1, 0, false, 2, alone);
    /* home on leg 0: (0, +-1); on leg 1: (+-1, 0); on leg 2: (0, +-1) with the axes of legs 0 and 2 exchanged: the
     * blocks of leg 0 and leg 2 fall together, so look at the four places only */
    const expected_block pair[] = {{0, 0, 0, 1, 0, 1.0 / 6, {1, 0, 2}}, {0, 0, 0, -1, 0, 1.0 / 6, {1, 0, 2}}};
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 1, 2);
    umk_fc3 single = make_single(crystal, 0, chain_atom(crystal, 0, 1), 0);
    umk_lattice_fc3 *fc3;
    assert_int_equal(create_lattice_fc3(&fc3, context, crystal, &single, true), UMK_OK);
    assert_int_equal(fc3->first[fc3->n_rb], 4);
    for (int i = 0; i < 2; i++) {
        const umk_lattice_block *block = find_block(fc3, &pair[i]);
        assert_true(fabs(block->phi[1 * 9 + 0 * 3 + 2] - (1 + 3 * 1 + 2) / 6.0) < 1e-14); /* stored [0][1][2] */
        expected_block merged = {0, 0, 0, 0, i == 0 ? 1 : -1, 0, {0, 1, 2}};
        block = find_block(fc3, &merged);
        assert_true(fabs(block->phi[0 * 9 + 1 * 3 + 2] - (1 + 3 + 2 + (1 + 9 * 2 + 3 * 1 + 0)) / 6.0) < 1e-14);
    }
    umk_lattice_fc3_destroy(fc3);
    test_free(single.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

/* Two atoms at 0 and 1.2 of a period of 4: from Na the nearest Cl are at 1.2 (cell 0) and -2.8 (cell -1). */
static void test_two_atoms(void **state) {
    (void)state;
    const int64_t na_cl_cl[3] = {0, 1, 1}, cl_na_na[3] = {1, 0, 0}, cl_cl_na[3] = {1, 1, 0};
    const expected_block one_cell[] = {{0, 1, 1, 1, 0, 1, {0, 1, 2}}};
    check_single(2, 2, na_cl_cl, -1, -1, true, 1, one_cell);
    /* from Cl the Na of its own cell at -1.2 and that of the next at 2.8 */
    const expected_block next_cell[] = {{1, 0, 0, -1, 0, 1, {0, 1, 2}}};
    check_single(2, 2, cl_na_na, 1, 1, true, 1, next_cell);
    /* Cl itself, and Na of the next cell */
    const expected_block itself[] = {{1, 1, 0, -1, -1, 1, {0, 1, 2}}};
    check_single(2, 2, cl_cl_na, 0, 1, true, 1, itself);
    /* from Na the Cl of cells 0 and -1, 4 apart, each the other's image on both sides: three home atoms */
    const expected_block both[] = {
        {0, 1, 1, 1, 1, 1.0 / 3, {0, 1, 2}}, {1, 0, 1, 1, 1, 1.0 / 3, {1, 0, 2}}, {1, 1, 0, -1, 0, 1.0 / 3, {2, 1, 0}}};
    check_single(2, 2, na_cl_cl, 0, -1, true, 3, both);
}

/* Flags of the two-atom chain of two cells, from the positions 0, 1.2, 4, 5.2 of a period of 8. */
static void test_flags(void **state) {
    (void)state;
    umk_context *context = chain_context(2);
    umk_crystal *crystal = make_chain(context, 2, 2);
    int8_t *flags;
    assert_int_equal(umk_all_shortest(&flags, context, crystal), UMK_OK);
    const double at[2] = {0, 1.2};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            for (int k = 0; k < 4; k++) {
                int64_t s[2] = {chain_atom(crystal, j / 2, j % 2), chain_atom(crystal, k / 2, k % 2)};
                double x[3] = {0, at[j / 2] + 4 * (j % 2) - at[i], at[k / 2] + 4 * (k % 2) - at[i]};
                bool unique = true;
                for (int v = 1; v < 3; v++) {
                    x[v] -= 8 * rint(x[v] / 8);
                    unique = unique && fabs(fabs(x[v]) - 4) > 1e-6;
                }
                double side = x[2] - x[1];
                unique = unique && fabs(side) < 4 - 1e-6; /* the third side is its own shortest image */
                assert_int_equal(flags[(i * 4 + s[0]) * 4 + s[1]], unique);
            }
        }
    }
    umk_release(flags);
    int64_t(*vectors)[3];
    assert_int_equal(umk_image_lattice_vectors(&vectors, context, crystal), UMK_OK);
    for (int64_t v = 0; v < crystal->supercell.n_shortest_vectors; v++) {
        assert_true(vectors[v][0] >= -1 && vectors[v][0] <= 1 && vectors[v][1] == 0 && vectors[v][2] == 0);
    }
    umk_release(vectors);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

/* Each place once, ascending in (rb, k1, k2, k0, ra). */
static void check_order(const umk_lattice_fc3 *fc3) {
    assert_int_equal(fc3->first[0], 0);
    for (int64_t ra = 1; ra < fc3->n_ra; ra++) assert_true(fc3->ra[ra][0] > fc3->ra[ra - 1][0]);
    for (int64_t rb = 1; rb < fc3->n_rb; rb++) assert_true(fc3->rb[rb][0] > fc3->rb[rb - 1][0]);
    for (int64_t rb = 0; rb < fc3->n_rb; rb++) {
        assert_true(fc3->first[rb] < fc3->first[rb + 1]);
        for (int64_t b = fc3->first[rb]; b < fc3->first[rb + 1]; b++) {
            const umk_lattice_block *block = &fc3->blocks[b];
            assert_true(block->ra >= 0 && block->ra < fc3->n_ra);
            if (b == fc3->first[rb]) continue;
            int64_t place[2];
            for (int i = 0; i < 2; i++) {
                const umk_lattice_block *x = block - i;
                place[i] = ((x->k1 * 2 + x->k2) * 2 + x->k0) * fc3->n_ra + x->ra;
            }
            assert_true(place[0] > place[1]);
        }
    }
}

/* At q = 0 all phases are 1: the sum of the blocks is that of fc3, with a third from each home atom. */
static void check_sums(int64_t n_cells) {
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 2, n_cells);
    int64_t n_s = 2 * n_cells;
    umk_fc3 random = make_single(crystal, 0, 0, 0);
    uint64_t x = 88172645463325252u;
    double sums[3] = {0}; /* of stored elements [0][1][2] of the home atom on each leg, kinds (0, 1, 1) on the legs */
    for (int64_t i = 0; i < 2 * n_s * n_s * 27; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        random.values[i] = (double)(x >> 11) / 9007199254740992.0 - 0.5;
    }
    int8_t *flags;
    const int64_t *kinds = crystal->supercell.s2pp_map;
    assert_int_equal(umk_all_shortest(&flags, context, crystal), UMK_OK);
    for (int64_t b = 0; b < 2 * n_s * n_s; b++) {
        const double *values = random.values + 27 * b;
        int64_t i = b / (n_s * n_s), kj = kinds[b / n_s % n_s], kk = kinds[b % n_s];
        double share = flags[b] ? 1 : 1.0 / 3;
        if (i == 0 && kj == 1 && kk == 1) sums[0] += share * values[0 * 9 + 1 * 3 + 2];
        if (flags[b]) continue;
        if (kj == 0 && i == 1 && kk == 1) sums[1] += share * values[1 * 9 + 0 * 3 + 2];
        if (kk == 0 && kj == 1 && i == 1) sums[2] += share * values[2 * 9 + 1 * 3 + 0];
    }
    umk_lattice_fc3 *fc3;
    double sum = 0;
    assert_int_equal(create_lattice_fc3(&fc3, context, crystal, &random, true), UMK_OK);
    for (int64_t b = 0; b < fc3->first[fc3->n_rb]; b++) {
        const umk_lattice_block *block = &fc3->blocks[b];
        if (block->k0 == 0 && block->k1 == 1 && block->k2 == 1) sum += block->phi[0 * 9 + 1 * 3 + 2];
    }
    check_order(fc3);
    assert_true(fabs(sum - sums[0] - sums[1] - sums[2]) < 1e-12);
    umk_lattice_fc3_destroy(fc3);
    umk_release(flags);
    test_free(random.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

static void test_sums(void **state) {
    (void)state;
    check_sums(3);
    check_sums(20); /* keys of two digits in sorting */
}

static void test_allocation_failures(void **state) {
    (void)state;
    umk_context *context = chain_context(1);
    umk_crystal *crystal = make_chain(context, 2, 2);
    umk_fc3 single = make_single(crystal, 0, 1, 1);
    umk_lattice_fc3 *fc3;
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = create_lattice_fc3(&fc3, context, crystal, &single, true);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(fc3);
    }
    umk_test_fail_allocation(-1);
    assert_true(n_failures >= 11);
    umk_lattice_fc3_destroy(fc3);
    umk_lattice_fc3_destroy(NULL);
    test_free(single.values);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unique), cmocka_unit_test(test_two_images), cmocka_unit_test(test_two_atoms),
        cmocka_unit_test(test_flags),  cmocka_unit_test(test_sums),       cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
