/* Comparing arrays of modes: averages over degenerate sets, deviations relative to the largest element. */
#ifndef UMK_TESTS_SUPPORT_COMPARE_H
#define UMK_TESTS_SUPPORT_COMPARE_H

#include <stdint.h>

/** Largest |got - expected| over the largest |expected| (or over 1 where all are 0); infinity where got is not finite.
 */
double test_deviation(int64_t n, const double *got, const double *expected);

/** The same with each of n_rows rows judged by its own largest element; the worst row counts. */
double test_deviation_rows(int64_t n_rows, int64_t n, const double *got, const double *expected);

/**
 * Replaces values (n_outer, n_points, n_bands) by their means over sets of bands whose frequencies (n_points, n_bands)
 * lie within the degeneracy tolerance, chained.
 */
void test_average_sets(double *values, int64_t n_outer, int64_t n_points, int64_t n_bands, const double *frequencies);

/** The same for cubes (n_bands, n_bands, n_bands), with the frequencies of each of the three legs. */
void test_average_cube(double *cube, int64_t n_bands, const double *const frequencies[3]);

/** Pseudo-random numbers, the same in every run: uniform in [0, 1), and standard normal ones. */
typedef struct test_random {
    uint64_t state;
} test_random;
double test_uniform(test_random *random);
double test_normal(test_random *random);

#endif
