/* Checked allocation: sizes that overflow, the hook that lets one allocation fail, the limit on planned memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static int make_context(void **state) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    options.memory_limit = 3000000000;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    *state = context;
    return 0;
}

static int end_context(void **state) {
    umk_test_fail_allocation(-1);
    umk_context_destroy(*state);
    return 0;
}

static void test_memory_is_zeroed_and_aligned(void **state) {
    static const int64_t counts[] = {0, 1, 7, 8, 63, 64, 65, 1000, 100003};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        unsigned char *memory = umk_allocate(*state, counts[i], 8);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 64, 0);
        for (int64_t b = 0; b < 8 * counts[i]; b++) assert_int_equal(memory[b], 0);
        memset(memory, 0xff, (size_t)counts[i] * 8);
        umk_release(memory);
    }
    umk_release(NULL);
}

/* Without the zeros; else it is the same. */
static void test_memory_that_is_not_set(void **state) {
    umk_context *context = *state;
    for (int64_t count = 0; count < 300; count += 7) {
        unsigned char *memory = umk_allocate_unset(context, count, 8);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 64, 0);
        memset(memory, 0xff, (size_t)count * 8);
        umk_release(memory);
    }
    assert_null(umk_allocate_unset(context, -1, 8));
    assert_string_equal(umk_context_message(context), "an array of -1 elements is too large");
    umk_test_fail_allocation(0);
    assert_null(umk_allocate_unset(context, 2, 8));
    assert_string_equal(umk_context_message(context), "out of memory: 0.0 MB could not be had");
    umk_test_fail_allocation(-1);
}

static void test_sizes_that_overflow(void **state) {
    umk_context *context = *state;
    assert_null(umk_allocate(context, INT64_MAX / 4, 8));
    assert_string_equal(umk_context_message(context), "an array of 2305843009213693951 elements is too large");
    assert_null(umk_allocate(context, INT64_MAX, 1));
    assert_string_equal(umk_context_message(context), "an array of 9223372036854775807 elements is too large");
    assert_null(umk_allocate(context, -1, 8));
    assert_string_equal(umk_context_message(context), "an array of -1 elements is too large");
    assert_null(umk_allocate(context, 2, SIZE_MAX));
}

static void test_more_than_the_machine_has(void **state) {
    umk_context *context = *state;
    assert_null(umk_allocate(context, INT64_C(1) << 55, 1));
    assert_string_equal(umk_context_message(context), "out of memory: 36028797019.0 MB could not be had");
}

static void test_checked_product(void **state) {
    (void)state;
    assert_int_equal(umk_checked_product(0, NULL), 1);
    assert_int_equal(umk_checked_product(3, (const int64_t[]){3, 5, 7}), 105);
    assert_int_equal(umk_checked_product(3, (const int64_t[]){INT64_C(1) << 31, INT64_C(1) << 31, 1}), INT64_C(1)
                                                                                                           << 62);
    assert_int_equal(umk_checked_product(2, (const int64_t[]){INT64_C(1) << 32, INT64_C(1) << 31}), -1);
    assert_int_equal(umk_checked_product(2, (const int64_t[]){INT64_MAX, 1}), INT64_MAX);
    assert_int_equal(umk_checked_product(2, (const int64_t[]){INT64_MAX, 2}), -1);
    assert_int_equal(umk_checked_product(2, (const int64_t[]){-1, -1}), -1);
    assert_int_equal(umk_checked_product(2, (const int64_t[]){0, -1}), -1);
    assert_int_equal(umk_checked_product(3, (const int64_t[]){0, INT64_MAX, INT64_MAX}), 0);
}

static void test_fail_hook_lets_one_fail(void **state) {
    umk_context *context = *state;
    umk_test_fail_allocation(2);
    for (int i = 0; i < 6; i++) {
        void *memory = umk_allocate(context, 10, sizeof(double));
        if (i == 2) {
            assert_null(memory);
        } else {
            assert_non_null(memory);
        }
        umk_release(memory);
    }
    assert_string_equal(umk_context_message(context), "out of memory: 0.0 MB could not be had");
    umk_test_fail_allocation(0);
    umk_test_fail_allocation(-1);
    void *memory = umk_allocate(context, 1, 1);
    assert_non_null(memory);
    umk_release(memory);
}

/* The shape of every function that allocates: three arrays, one cleanup label. */
static umk_status allocate_three(umk_context *context) {
    umk_status status = UMK_OK;
    double *one = NULL, *two = NULL;
    int64_t *three = NULL;
    UMK_ALLOCATE(context, one, 4);
    UMK_ALLOCATE(context, two, 5);
    UMK_ALLOCATE(context, three, 6);
cleanup:
    umk_release(three);
    umk_release(two);
    umk_release(one);
    return status;
}

static umk_status try_three(umk_context *context) {
    umk_status status;
    UMK_TRY(allocate_three(context));
cleanup:
    return status;
}

static void test_each_allocation_fails_in_turn(void **state) {
    for (int64_t n = 0; n < 3; n++) {
        umk_test_fail_allocation(n);
        assert_int_equal(try_three(*state), UMK_ERROR_MEMORY);
    }
    umk_test_fail_allocation(3);
    assert_int_equal(try_three(*state), UMK_OK);
}

static void test_limit_on_planned_memory(void **state) {
    umk_context *context = *state;
    assert_int_equal(umk_context_memory_limit(context), 3000000000);
    assert_int_equal(umk_check_memory(context, 3e9, "the matrix", "use CG"), UMK_OK);
    assert_int_equal(umk_check_memory(context, 3.25e9, "the matrix", "use CG"), UMK_ERROR_MEMORY);
    assert_string_equal(umk_context_message(context), "the matrix needs 3.25 GB and 3.00 GB may be used: use CG");
    assert_int_equal(umk_check_memory(context, 1e300, "it", "less"), UMK_ERROR_MEMORY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_is_zeroed_and_aligned, make_context, end_context),
        cmocka_unit_test_setup_teardown(test_memory_that_is_not_set, make_context, end_context),
        cmocka_unit_test_setup_teardown(test_sizes_that_overflow, make_context, end_context),
        cmocka_unit_test_setup_teardown(test_more_than_the_machine_has, make_context, end_context),
        cmocka_unit_test(test_checked_product),
        cmocka_unit_test_setup_teardown(test_fail_hook_lets_one_fail, make_context, end_context),
        cmocka_unit_test_setup_teardown(test_each_allocation_fails_in_turn, make_context, end_context),
        cmocka_unit_test_setup_teardown(test_limit_on_planned_memory, make_context, end_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
