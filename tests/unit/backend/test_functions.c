/*
 * Functions of the backend on a linear chain and other small inputs whose results are known, and with allocations that
 * fail. What they give for crystals is compared with phonors in tests/python.
 */
#include "unit/backend/backend_test.h"

#include <math.h>

/* The grid of a cube of 3 x 3 x 3 points, both layouts, and its triplets. */
static void test_grid(void **state) {
    (void)state;
    umk_context *context = backend_context();
    int64_t d[3] = {3, 3, 3}, identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, shift[3] = {0, 0, 0};
    double lattice[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (int64_t kind = 1; kind <= 2; kind++) {
        umk_call call;
        const umk_call_value values[] = {ARRAY(d, 3), ARRAY(identity, 3, 3), ARRAY(shift, 3), ARRAY(lattice, 3, 3),
                                         INTEGER(kind)};
        assert_int_equal(run_call(&call, context, NULL, "bz_grid_addresses", values), UMK_OK);
        assert_int_equal(call.n_results, 3);
        assert_int_equal(call.results[0].shape[0], 27); /* odd: no point lies on the surface of the zone */
        assert_int_equal(call.results[1].shape[0], kind == 1 ? 9 * 27 + 1 : 28);
        for (int64_t i = 0; i < 27; i++) assert_int_equal(call.results[2].data[i], i);
        release_results(&call);
    }
    umk_call call;
    const umk_call_value values[] = {INTEGER(0), ARRAY(d, 3), ARRAY(identity, 1, 3, 3), FLAG(true), FLAG(true)};
    assert_int_equal(run_call(&call, context, NULL, "ir_triplets_at_q", values), UMK_OK);
    assert_int_equal(call.results[2].integer, 14); /* Gamma, and 13 pairs q, -q */
    release_results(&call);
    umk_context_destroy(context);
}

static void test_errors(void **state) {
    (void)state;
    umk_context *context = backend_context();
    int64_t fourfold[9] = {0, -1, 0, 1, 0, 0, 0, 0, 1}, d[3] = {4, 3, 3}, identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    umk_call call;
    const umk_call_value values[] = {ARRAY(fourfold, 1, 3, 3), ARRAY(d, 3), ARRAY(identity, 3, 3)};
    assert_int_equal(run_call(&call, context, NULL, "transform_rotations", values), UMK_ERROR_NUMERICAL);
    assert_string_equal(umk_context_message(context), "Grid symmetry is broken. Use generalized regular grid.");
    int64_t zero[9] = {0};
    const umk_call_value matrix[] = {ARRAY(zero, 3, 3)};
    assert_int_equal(run_call(&call, context, NULL, "snf3x3", matrix), UMK_ERROR_ARGUMENT);
    d[1] = 0;
    assert_int_equal(run_call(&call, context, NULL, "gr_grid_addresses", &values[1]), UMK_ERROR_ARGUMENT);
    assert_string_equal(umk_context_message(context), "argument d_diag: 0 is not positive");
    umk_context_destroy(context);
}

/* One atom of mass 2 on a chain of four cells, springs 1 along x: D = (1 - cos 2 pi q) for x, 0 else. */
static umk_status chain_matrix(umk_context *context, double q, double complex *matrix) {
    double constants[4][9] = {{2}, {-1}, {0}, {-1}}, mass = 2, point[3] = {q, 0, 0};
    double svecs[5][3] = {{0}, {1}, {2}, {-2}, {-1}};
    int64_t multi[4][2] = {{1, 0}, {1, 1}, {2, 2}, {1, 4}}, p2s[1] = {0}, s2p[4] = {0};
    const umk_call_value values[] = {ARRAY(matrix, 1, 3, 3), ARRAY(point, 1, 3),    ARRAY(constants, 1, 4, 3, 3),
                                     ARRAY(svecs, 5, 3),     ARRAY(multi, 4, 1, 2), ARRAY(&mass, 1),
                                     ARRAY(p2s, 1),          ARRAY(s2p, 4),         {.given = false},
                                     {.given = false},       {.given = false},      {.given = false},
                                     {.given = false},       {.given = false}};
    umk_call call;
    return run_call(&call, context, NULL, "dynamical_matrices_at_qpoints", values);
}

static void test_chain(void **state) {
    (void)state;
    umk_context *context = backend_context();
    for (double q = -0.4; q < 0.5; q += 0.15) {
        double complex matrix[9];
        assert_int_equal(chain_matrix(context, q, matrix), UMK_OK);
        assert_true(fabs(creal(matrix[0]) - (1 - cos(2 * UMK_PI * q))) < 1e-14);
        for (int i = 1; i < 9; i++) assert_true(cabs(matrix[i]) == 0);
    }
    umk_context_destroy(context);
}

/* Every allocation of a call fails in turn; what was made before is given back, which the sanitizers see. */
static void test_allocation_failures(void **state) {
    (void)state;
    umk_context *context = backend_context();
    double complex matrix[9];
    int n_failures = 0;
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status = chain_matrix(context, 0.1, matrix);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
    }
    umk_test_fail_allocation(-1);
    assert_in_range(n_failures, 3, 20);
    int64_t d[3] = {2, 2, 2}, identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, shift[3] = {0, 0, 0};
    double lattice[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const umk_call_value values[] = {ARRAY(d, 3), ARRAY(identity, 3, 3), ARRAY(shift, 3), ARRAY(lattice, 3, 3),
                                     INTEGER(1)};
    for (n_failures = 0;; n_failures++) {
        umk_call call;
        umk_test_fail_allocation(n_failures);
        umk_status status = run_call(&call, context, NULL, "bz_grid_addresses", values);
        release_results(&call);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_int_equal(call.n_results, 0);
    }
    umk_test_fail_allocation(-1);
    assert_in_range(n_failures, 5, 20);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grid),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
