/*
 * The fast loops over temperatures (scattering/kernels.h), written once over base/vector.h and included by one file for
 * each instruction set.
 */
#include "base/vector.h"
#include "scattering/kernels.h"

/**
 * exp(x) - 1 for 0 <= x <= 700 to about two units in the last place, for small x too: with x = n log 2 + r, r within
 * +-log(2)/2, it is 2^n (exp(r) - 1) + (2^n - 1), and exp(r) - 1 is its Taylor series to order 14.
 */
UMK_INLINE vector exponential_minus_one(vector x) {
    static const double inverse_factorials[] = {1.0 / 87178291200.0,
                                                1.0 / 6227020800.0,
                                                1.0 / 479001600.0,
                                                1.0 / 39916800.0,
                                                1.0 / 3628800.0,
                                                1.0 / 362880.0,
                                                1.0 / 40320.0,
                                                1.0 / 5040.0,
                                                1.0 / 720.0,
                                                1.0 / 120.0,
                                                1.0 / 24.0,
                                                1.0 / 6.0,
                                                0.5};
    vector shift = vector_all(0x1.8p52);
    vector n = vector_subtract(vector_add(vector_multiply(x, vector_all(1.4426950408889634074)), shift), shift);
    vector r = vector_multiply_subtract(n, vector_all(0x1.62e42fee00000p-1), x);
    r = vector_multiply_subtract(n, vector_all(1.90821492927058770002e-10), r);
    vector sum = vector_all(inverse_factorials[0]);
#pragma GCC unroll 16
    for (int i = 1; i < 13; i++) sum = vector_multiply_add(sum, r, vector_all(inverse_factorials[i]));
    vector series = vector_multiply_add(vector_multiply(r, r), sum, r), power = vector_power_of_two(n);
    return vector_multiply_add(power, series, vector_subtract(power, vector_all(1)));
}

static void fill_occupations(int64_t n_bands, const double *frequencies, double cutoff, int64_t n_padded,
                             const double *inverse_temperatures, double *occupations) {
    vector zero = vector_zero(), one = vector_all(1), most = vector_all(700);
    for (int64_t band = 0; band < n_bands; band++) {
        bool counts = frequencies[band] > cutoff;
        for (int64_t t = 0; t < n_padded; t += vector_lanes) {
            vector x = vector_multiply(vector_all(frequencies[band]), vector_load(inverse_temperatures + t));
            vector_mask is_finite = vector_is_at_most(x, most);
            vector value = vector_divide(one, exponential_minus_one(vector_choose(is_finite, x, one)));
            vector_store(occupations + band * n_padded + t, counts ? vector_choose(is_finite, value, zero) : zero);
        }
    }
}

static void add_triples(const umk_sum_terms *terms, double *gamma) {
    vector one = vector_all(1);
    for (int64_t i = 0; i < terms->n_triples; i++) {
        umk_band_triple bands = terms->triples[i];
        double strength = terms->multiplicity * terms->strength[i];
        vector plus = vector_all(strength * terms->delta[0][i]);
        vector minus = vector_all(strength * (terms->delta[1][i] - terms->delta[2][i]));
        const double *n1 = terms->occupations1 + bands.band1 * terms->n_padded;
        const double *n2 = terms->occupations2 + bands.band2 * terms->n_padded;
        double *row = gamma + bands.band0 * terms->n_padded;
        for (int64_t t = 0; t < terms->n_padded; t += vector_lanes) {
            vector a = vector_load(n1 + t), b = vector_load(n2 + t), sum = vector_load(row + t);
            sum = vector_multiply_add(vector_add(vector_add(a, b), one), plus, sum);
            vector_store(row + t, vector_multiply_add(vector_subtract(a, b), minus, sum));
        }
    }
}

#define UMK_SUM_KERNELS(set)                                                                                           \
    const umk_sum_kernels umk_sum_kernels_##set = {                                                                    \
        .fill_occupations = fill_occupations,                                                                          \
        .add_triples = add_triples,                                                                                    \
    }
