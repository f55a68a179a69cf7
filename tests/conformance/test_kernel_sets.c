/*
 * Every set of kernels that was compiled and that this processor runs: the loops of the strengths against plain loops,
 * those of the weights and over temperatures against the readable reference, on random data, to 1e-12 of the largest
 * element. A test like the others, and the program that scripts/cross-compile compiles for a foreign processor.
 */
#include "conformance/kernel_sets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct compiled_set {
    umk_kernel_set set;
    const umk_strength_loops *loops;
    const umk_weights_kernels *weights;
    const umk_sum_kernels *sums;
} compiled_set;

/* From slow to fast. */
static const compiled_set compiled_sets[] = {
    {UMK_KERNELS_PORTABLE, &umk_strength_loops_portable, &umk_weights_kernels_portable, &umk_sum_kernels_portable},
#if defined(__x86_64__)
    {UMK_KERNELS_AVX2, &umk_strength_loops_avx2, &umk_weights_kernels_avx2, &umk_sum_kernels_avx2},
    {UMK_KERNELS_AVX512, &umk_strength_loops_avx512, &umk_weights_kernels_avx512, &umk_sum_kernels_avx512},
#elif defined(__aarch64__)
    {UMK_KERNELS_NEON, &umk_strength_loops_neon, &umk_weights_kernels_neon, &umk_sum_kernels_neon},
#endif
};

enum { n_compiled_sets = sizeof compiled_sets / sizeof compiled_sets[0], most_taken = 64 };

static const double untouched = -0.375;
static const char *set_in_hand = "";
static int n_failures, n_taken;
static void *taken[most_taken];
static uint64_t seed = 1;

double next_random(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 4503599627370496.0 - 1;
}

static void *keep(void *memory) {
    if (memory == NULL || n_taken == most_taken) {
        fprintf(stderr, "no memory, or more than %d arrays\n", most_taken);
        exit(2);
    }
    return taken[n_taken++] = memory;
}

void *take_aligned(int64_t n, size_t size) {
    return keep(aligned_alloc(64, ((size_t)n * size + 63) / 64 * 64));
}

void *take(int64_t n, size_t size) {
    return keep(malloc((size_t)n * size));
}

void release_all(void) {
    while (n_taken > 0) free(taken[--n_taken]);
}

double *take_random(int64_t n) {
    double *values = take(n, sizeof *values);
    for (int64_t i = 0; i < n; i++) values[i] = next_random();
    return values;
}

double *take_results(int64_t n) {
    double *values = take(n + n_guards, sizeof *values);
    for (int64_t i = 0; i < n + n_guards; i++) values[i] = untouched;
    return values;
}

int64_t padded(int64_t n) {
    return (n + 7) / 8 * 8;
}

static void complain(const char *what, double deviation) {
    printf("%s, %s: deviates by %.2e\n", set_in_hand, what, deviation);
    n_failures++;
}

void expect_same(const char *what, int64_t n, const double *got, const double *expected) {
    double largest = 0, difference = 0;
    for (int64_t i = 0; i < n + n_guards; i++) {
        largest = fmax(largest, fabs(expected[i]));
        /* fmax would drop what is not a number */
        if (!(fabs(got[i] - expected[i]) <= difference)) difference = fabs(got[i] - expected[i]);
        if (isnan(difference)) break;
    }
    if (!(difference <= 1e-12 * largest)) complain(what, difference / largest);
}

void expect_same_bytes(const char *what, size_t n, const void *got, const void *expected) {
    if (memcmp(got, expected, n) != 0) complain(what, 1);
}

/* Without a wish the fastest set that runs is taken, with one the set of that name, or none where it does not run. */
static void check_choice(umk_kernel_set fastest) {
    umk_context *context = NULL;
    umk_kernel_set chosen = UMK_KERNELS_REFERENCE;
    set_in_hand = "choice";
    unsetenv("UMKLAPP_KERNELS");
    if (umk_context_create(&context, NULL) != UMK_OK) exit(2);
    if (umk_kernel_set_choose(&chosen, context, NULL) != UMK_OK || chosen != fastest) complain("not the fastest", 1);
    for (int i = 0; i < UMK_N_KERNEL_SETS; i++) {
        umk_kernel_set set = (umk_kernel_set)i;
        setenv("UMKLAPP_KERNELS", umk_kernel_set_name(set), 1);
        bool is_chosen = umk_kernel_set_choose(&chosen, context, NULL) == UMK_OK && chosen == set;
        if (is_chosen != umk_kernel_set_runs(set)) complain(umk_kernel_set_name(set), 1);
    }
    umk_context_destroy(context);
}

int main(void) {
    umk_kernel_set fastest = UMK_KERNELS_REFERENCE;
    for (int i = 0; i < n_compiled_sets; i++) {
        const compiled_set *set = &compiled_sets[i];
        int failed_before = n_failures;
        set_in_hand = umk_kernel_set_name(set->set);
        if (!umk_kernel_set_runs(set->set)) {
            printf("%s: compiled, but this processor does not run it\n", set_in_hand);
            continue;
        }
        expect_same_bytes("name of the loops", strlen(set_in_hand) + 1, set->loops->name, set_in_hand);
        check_strength_loops(set->loops);
        check_weights_kernels(set->weights);
        check_sum_kernels(set->sums);
        fastest = set->set;
        if (n_failures == failed_before) printf("%s: agrees with plain loops and the reference\n", set_in_hand);
    }
    check_choice(fastest);
    return n_failures == 0 ? 0 : 1;
}
