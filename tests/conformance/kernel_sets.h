/*
 * What the checks of the kernel sets share: random data, memory that ends with the case, and the comparison. No cmocka
 * and no library behind the kernels, so that the program can be compiled for a foreign processor from a few files.
 */
#ifndef UMK_TESTS_CONFORMANCE_KERNEL_SETS_H
#define UMK_TESTS_CONFORMANCE_KERNEL_SETS_H

#include "scattering/kernels.h"
#include "three_phonon/kernels/simd/loops.h"
#include "weights/kernels.h"

/** Elements behind each array of results, which must stay as they were. */
enum { n_guards = 8 };

/** From -1 to 1, the same sequence on every machine. */
double next_random(void);

/** Memory for n elements, 64-byte aligned or with no more than malloc promises; until release_all. */
void *take_aligned(int64_t n, size_t size);
void *take(int64_t n, size_t size);
void release_all(void);

/** n random doubles; nothing may be read behind them. */
double *take_random(int64_t n);

/** n doubles for results and the guards, all of one value, so that what shall stay can be told. */
double *take_results(int64_t n);

/** n rounded up to whole rows of eight. */
int64_t padded(int64_t n);

/** Counts a failure, and prints it, where n values and their guards differ by more than 1e-12 of the largest. */
void expect_same(const char *what, int64_t n, const double *got, const double *expected);
void expect_same_bytes(const char *what, size_t n, const void *got, const void *expected);

void check_strength_loops(const umk_strength_loops *loops);
void check_weights_kernels(const umk_weights_kernels *kernels);
void check_sum_kernels(const umk_sum_kernels *kernels);

#endif
