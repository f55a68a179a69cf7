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

const umk_sum_kernels umk_sum_kernels_reference = {
    .fill_occupations = fill_occupations,
    .add_triples = add_triples,
};
