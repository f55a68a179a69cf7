/*
 * The fast loops over temperatures (scattering/kernels.h), written once over base/vector.h and included by one file for
 * each instruction set.
 */
#include "base/exponential.h"
#include "scattering/kernels.h"

static void fill_occupations(int64_t n_bands, const double *frequencies, double cutoff, int64_t n_padded,
                             const double *inverse_temperatures, double *occupations) {
    vector zero = vector_zero(), one = vector_all(1), most = vector_all(700);
    for (int64_t band = 0; band < n_bands; band++) {
        bool counts = frequencies[band] > cutoff;
        for (int64_t t = 0; t < n_padded; t += vector_lanes) {
            vector x = vector_multiply(vector_all(frequencies[band]), vector_load(inverse_temperatures + t));
            vector_mask is_finite = vector_is_at_most(x, most);
            vector value = vector_divide(one, vector_exponential_minus_one(vector_choose(is_finite, x, one)));
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

static void apply_entries(const umk_entry_terms *terms, double *out0, double *out1, double *out2) {
    int64_t n = terms->n_lanes;
    for (int64_t i = 0; i < terms->n_entries; i++) {
        uint32_t bands = terms->bands[i];
        int64_t row0 = umk_entry_band0(bands) * n, row1 = umk_entry_band1(bands) * n, row2 = umk_entry_band2(bands) * n;
        vector value = vector_all(terms->values[i]);
        for (int64_t k = 0; k < n; k += vector_lanes) {
            vector c2 = vector_multiply(value, vector_load(terms->inverse_sinh2 + row2 + k));
            vector c1 = vector_multiply(value, vector_load(terms->inverse_sinh1 + row1 + k));
            vector sum = vector_multiply_add(c2, vector_load(terms->field1 + row1 + k), vector_load(out0 + row0 + k));
            sum = vector_multiply_add(c1, vector_load(terms->field2 + row2 + k), sum);
            vector field0 = vector_load(terms->field0 + row0 + k);
            vector_store(out0 + row0 + k, sum);
            vector_store(out1 + row1 + k, vector_multiply_add(c2, field0, vector_load(out1 + row1 + k)));
            vector_store(out2 + row2 + k, vector_multiply_add(c1, field0, vector_load(out2 + row2 + k)));
        }
    }
}

#define UMK_SUM_KERNELS(set)                                                                                           \
    const umk_sum_kernels umk_sum_kernels_##set = {                                                                    \
        .fill_occupations = fill_occupations,                                                                          \
        .add_triples = add_triples,                                                                                    \
        .apply_entries = apply_entries,                                                                                \
    }
