/* The readable loops over temperatures; the others are held against them. */
#include "scattering/kernels.h"
#include <math.h>

static void fill_occupations(int64_t n_bands, const double *frequencies, double cutoff, int64_t n_padded,
                             const double *inverse_temperatures, double *occupations) {
    for (int64_t band = 0; band < n_bands; band++) {
        for (int64_t t = 0; t < n_padded; t++) {
            double x = frequencies[band] * inverse_temperatures[t];
            bool counts = frequencies[band] > cutoff && x <= 700;
            occupations[band * n_padded + t] = counts ? 1 / expm1(x) : 0;
        }
    }
}

static void add_triples(const umk_sum_terms *terms, double *gamma) {
    for (int64_t i = 0; i < terms->n_triples; i++) {
        umk_band_triple bands = terms->triples[i];
        double strength = terms->multiplicity * terms->strength[i];
        const double *n1 = terms->occupations1 + bands.band1 * terms->n_padded;
        const double *n2 = terms->occupations2 + bands.band2 * terms->n_padded;
        double *row = gamma + bands.band0 * terms->n_padded;
        for (int64_t t = 0; t < terms->n_padded; t++) {
            row[t] += strength * ((n1[t] + n2[t] + 1) * terms->delta[0][i] +
                                  (n1[t] - n2[t]) * (terms->delta[1][i] - terms->delta[2][i]));
        }
    }
}

static void apply_entries(const umk_entry_terms *terms, double *out0, double *out1, double *out2) {
    int64_t n = terms->n_lanes;
    for (int64_t i = 0; i < terms->n_entries; i++) {
        uint32_t bands = terms->bands[i];
        int64_t row0 = umk_entry_band0(bands) * n, row1 = umk_entry_band1(bands) * n, row2 = umk_entry_band2(bands) * n;
        for (int64_t k = 0; k < n; k++) {
            double c2 = terms->values[i] * terms->inverse_sinh2[row2 + k];
            double c1 = terms->values[i] * terms->inverse_sinh1[row1 + k];
            out0[row0 + k] += c2 * terms->field1[row1 + k] + c1 * terms->field2[row2 + k];
            out1[row1 + k] += c2 * terms->field0[row0 + k];
            out2[row2 + k] += c1 * terms->field0[row0 + k];
        }
    }
}

const umk_sum_kernels umk_sum_kernels_reference = {
    .fill_occupations = fill_occupations,
    .add_triples = add_triples,
    .apply_entries = apply_entries,
};
