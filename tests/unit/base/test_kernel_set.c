/*
 * Choice of a set of kernels: by name, by UMKLAPP_KERNELS, the fastest that runs; names that do not exist. And the
 * operations of base/vector.h for every instruction set that runs here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/kernel_set.h"
#include "unit/base/vector/vector_checks.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static umk_context *context;

static int set_up(void **state) {
    (void)state;
    unsetenv("UMKLAPP_KERNELS");
    return umk_context_create(&context, NULL);
}

static int tear_down(void **state) {
    (void)state;
    unsetenv("UMKLAPP_KERNELS");
    umk_context_destroy(context);
    return 0;
}

static void test_names(void **state) {
    (void)state;
    static const char *const names[UMK_N_KERNEL_SETS] = {"reference", "portable", "avx2", "avx512", "neon"};
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) assert_string_equal(umk_kernel_set_name(set), names[set]);
}

/* The portable ones run anywhere, those of another architecture never; AVX-512 is not without AVX2. */
static void test_runs(void **state) {
    (void)state;
    assert_true(umk_kernel_set_runs(UMK_KERNELS_REFERENCE));
    assert_true(umk_kernel_set_runs(UMK_KERNELS_PORTABLE));
    assert_true(umk_kernel_set_runs(UMK_KERNELS_AVX2) || !umk_kernel_set_runs(UMK_KERNELS_AVX512));
#if defined(__x86_64__)
    assert_false(umk_kernel_set_runs(UMK_KERNELS_NEON));
#else
    assert_false(umk_kernel_set_runs(UMK_KERNELS_AVX2));
#endif
#if defined(__aarch64__)
    assert_true(umk_kernel_set_runs(UMK_KERNELS_NEON));
#endif
    assert_false(umk_kernel_set_runs(UMK_N_KERNEL_SETS));
}

static umk_kernel_set choose(const char *name) {
    umk_kernel_set set = UMK_N_KERNEL_SETS;
    umk_status status = umk_kernel_set_choose(&set, context, name);
    if (status != UMK_OK) fail_msg("%s", umk_context_message(context));
    return set;
}

static void refuse(const char *name, const char *message) {
    umk_kernel_set set;
    assert_int_equal(umk_kernel_set_choose(&set, context, name), UMK_ERROR_ARGUMENT);
    assert_string_equal(umk_context_message(context), message);
}

static umk_kernel_set fastest(void) {
    static const umk_kernel_set order[] = {UMK_KERNELS_AVX512, UMK_KERNELS_AVX2, UMK_KERNELS_NEON};
    for (int i = 0; i < 3; i++) {
        if (umk_kernel_set_runs(order[i])) return order[i];
    }
    return UMK_KERNELS_PORTABLE;
}

static void test_by_name(void **state) {
    (void)state;
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        char message[200];
        const char *name = umk_kernel_set_name(set);
        snprintf(message, sizeof message, "this processor cannot run the kernels \"%s\"", name);
        if (umk_kernel_set_runs(set)) {
            assert_int_equal(choose(name), set);
        } else {
            refuse(name, message);
        }
    }
    assert_int_equal(choose(NULL), fastest());
    assert_int_equal(choose(""), fastest());
    refuse("fastest", "there are no kernels \"fastest\": reference, portable, avx2, avx512 or neon");
    refuse("AVX2", "there are no kernels \"AVX2\": reference, portable, avx2, avx512 or neon");
    refuse("avx", "there are no kernels \"avx\": reference, portable, avx2, avx512 or neon");
    refuse("avx512 ", "there are no kernels \"avx512 \": reference, portable, avx2, avx512 or neon");
}

/* What a caller can ask before there is anything to compute with. */
static void check_context_kernels(umk_status expected, const char *name) {
    const char *kernels = "untouched";
    assert_int_equal(umk_context_kernels(&kernels, context), expected);
    if (expected == UMK_OK) {
        assert_string_equal(kernels, name);
    } else {
        assert_null(kernels);
    }
}

/* The variable counts where no name is given. */
static void test_by_variable(void **state) {
    (void)state;
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        char message[200];
        const char *name = umk_kernel_set_name(set);
        snprintf(message, sizeof message, "UMKLAPP_KERNELS: this processor cannot run the kernels \"%s\"", name);
        setenv("UMKLAPP_KERNELS", name, 1);
        if (umk_kernel_set_runs(set)) {
            assert_int_equal(choose(NULL), set);
        } else {
            refuse(NULL, message);
        }
        check_context_kernels(umk_kernel_set_runs(set) ? UMK_OK : UMK_ERROR_ARGUMENT, name);
        assert_int_equal(choose("portable"), UMK_KERNELS_PORTABLE);
        assert_int_equal(choose("reference"), UMK_KERNELS_REFERENCE);
    }
    setenv("UMKLAPP_KERNELS", "sse", 1);
    refuse(NULL, "UMKLAPP_KERNELS: there are no kernels \"sse\": reference, portable, avx2, avx512 or neon");
    check_context_kernels(UMK_ERROR_ARGUMENT, NULL);
    assert_int_equal(choose("portable"), UMK_KERNELS_PORTABLE);
    setenv("UMKLAPP_KERNELS", "", 1);
    assert_int_equal(choose(NULL), fastest());
    check_context_kernels(UMK_OK, umk_kernel_set_name(fastest()));
    unsetenv("UMKLAPP_KERNELS");
    assert_int_equal(choose(NULL), fastest());
}

/* A name of any length is no harm. */
static void test_long_name(void **state) {
    (void)state;
    char *name = test_malloc(100001);
    umk_kernel_set set;
    memset(name, 'x', 100000);
    name[100000] = '\0';
    assert_int_equal(umk_kernel_set_choose(&set, context, name), UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(context), "there are no kernels \"xxx"));
    test_free(name);
}

static void test_vectors(void **state) {
    (void)state;
    vector_check_portable();
#if defined(__x86_64__)
    if (umk_kernel_set_runs(UMK_KERNELS_AVX2)) vector_check_avx2();
    if (umk_kernel_set_runs(UMK_KERNELS_AVX512)) vector_check_avx512();
#elif defined(__aarch64__)
    vector_check_neon();
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_runs),      cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_by_variable), cmocka_unit_test(test_long_name), cmocka_unit_test(test_vectors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
