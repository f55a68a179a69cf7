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

/* to += c R from, or c R^T from, in one of n lanes. */
static void add_turned(int64_t n, double c, const double (*rotation)[3], bool back, const double *from, double *to) {
    for (int k = 0; k < 9; k++) {
        int a = k / 3, b = k % 3;
        to[a * n] += c * (back ? rotation[b][a] : rotation[a][b]) * from[b * n];
    }
}

static void apply_entries(const umk_entry_terms *terms, double *scratch, double *out0, double *out1, double *out2) {
    int64_t n = terms->n_lanes;
    (void)scratch;
    for (int64_t i = 0; i < terms->n_entries; i++) {
        uint32_t bands = terms->bands[i];
        int64_t b0 = umk_entry_band0(bands), b1 = umk_entry_band1(bands), b2 = umk_entry_band2(bands);
        for (int64_t lane = 0; lane < n; lane++) {
            int64_t at0 = 3 * b0 * n + lane, at1 = 3 * b1 * n + lane, at2 = 3 * b2 * n + lane;
            double c2 = terms->values[i] * terms->inverse_sinh[1][b2 * n + lane];
            double c1 = terms->values[i] * terms->inverse_sinh[0][b1 * n + lane];
            add_turned(n, c2, terms->rotations[0], false, terms->fields[0] + at1, out0 + at0);
            add_turned(n, c1, terms->rotations[1], false, terms->fields[1] + at2, out0 + at0);
            add_turned(n, c2, terms->rotations[0], true, terms->field0 + at0, out1 + at1);
            add_turned(n, c1, terms->rotations[1], true, terms->field0 + at0, out2 + at2);
        }
    }
}

const umk_sum_kernels umk_sum_kernels_reference = {
    .fill_occupations = fill_occupations,
    .add_triples = add_triples,
    .apply_entries = apply_entries,
};
