/*
 * Exponentials of vectors of doubles, for files that include base/vector.h (which see). No library is called, so that
 * a set of kernels gives the same bits everywhere.
 *
 * x = n log 2 + r with a whole number n and r within +-log(2)/2; exp(x) = 2^n exp(r), and exp(r) is its Taylor series.
 */
#ifndef UMK_BASE_EXPONENTIAL_H
#define UMK_BASE_EXPONENTIAL_H

#include "base/vector.h"

typedef struct exponential_parts {
    vector n, r;
} exponential_parts;

/** |x| <= 700; log 2 in two parts, of which n times the first is exact. */
UMK_INLINE exponential_parts exponential_split(vector x) {
    vector shift = vector_all(0x1.8p52); /* adding it rounds to a whole number */
    vector n = vector_subtract(vector_add(vector_multiply(x, vector_all(1.4426950408889634074)), shift), shift);
    vector r = vector_multiply_subtract(n, vector_all(0x1.62e42fee00000p-1), x);
    return (exponential_parts){n, vector_multiply_subtract(n, vector_all(1.90821492927058770002e-10), r)};
}

/** (exp(r) - 1 - r) / r^2 = 1/2! + r/3! + ..., its Taylor series up to r^(order - 2) / order!; order is at most 14. */
UMK_INLINE vector exponential_series(vector r, int order) {
    static const double inverse_factorials[] = {0,
                                                0,
                                                0.5,
                                                1.0 / 6.0,
                                                1.0 / 24.0,
                                                1.0 / 120.0,
                                                1.0 / 720.0,
                                                1.0 / 5040.0,
                                                1.0 / 40320.0,
                                                1.0 / 362880.0,
                                                1.0 / 3628800.0,
                                                1.0 / 39916800.0,
                                                1.0 / 479001600.0,
                                                1.0 / 6227020800.0,
                                                1.0 / 87178291200.0};
    vector sum = vector_all(inverse_factorials[order]);
#pragma GCC unroll 16
    for (int i = order - 1; i >= 2; i--) sum = vector_multiply_add(sum, r, vector_all(inverse_factorials[i]));
    return sum;
}

/** exp(x) for x <= 0, to about one unit in the last place; 0 below -700. */
UMK_INLINE vector vector_exponential(vector x) {
    vector least = vector_all(-700);
    exponential_parts parts = exponential_split(vector_larger(x, least));
    vector sum = vector_multiply(exponential_series(parts.r, 13), parts.r);
    sum = vector_add(vector_multiply_add(sum, parts.r, parts.r), vector_all(1));
    return vector_choose(vector_is_less(x, least), vector_zero(), vector_multiply(sum, vector_power_of_two(parts.n)));
}

/**
 * exp(x) - 1 for 0 <= x <= 700 to about two units in the last place, for small x too, because the two terms of
 * 2^n (exp(r) - 1) + (2^n - 1) do not cancel.
 */
UMK_INLINE vector vector_exponential_minus_one(vector x) {
    exponential_parts parts = exponential_split(x);
    vector power = vector_power_of_two(parts.n), square = vector_multiply(parts.r, parts.r);
    vector series = vector_multiply_add(square, exponential_series(parts.r, 14), parts.r);
    return vector_multiply_add(power, series, vector_subtract(power, vector_all(1)));
}

#endif
