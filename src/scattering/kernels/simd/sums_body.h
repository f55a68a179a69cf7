/*
 * The fast loops over temperatures (scattering/kernels.h), written once over base/vector.h and included by one file for
 * each instruction set.
 */
#include "base/exponential.h"
#include "scattering/kernels.h"

/* What takes blocks of few temperatures: the same, where these fill vectors. */
#ifndef UMK_APPLY_FEW
#define UMK_APPLY_FEW apply_lanes
_Static_assert(umk_few_lanes % vector_lanes == 0, "few temperatures fill vectors");
#endif
_Static_assert(umk_all_lanes % vector_lanes == 0, "temperatures fill vectors");

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

/* ---- the collision operator ---------------------------------------------------------------------------------------*/

/*
 * The entries of one triplet with the same band0, in as many temperatures as a vector holds. Vectors are turned once
 * for all of them: that of q0 into the frames of the irreducible points of q1 and q2, what these bring back into that
 * of q0.
 */
typedef struct entry_group {
    const umk_entry_terms *terms;
    int64_t begin, end, lane; /* entries; the first of the temperatures */
    vector turned[2][3];      /* the field at q0 in the frames of q1 and q2 */
    vector sums[2][3];        /* what they bring to q0, in their frames */
    double *out[2];
} entry_group;

UMK_INLINE vector load_inverse_sinh(const entry_group *group, int64_t n_lanes, int leg, int64_t band) {
    return vector_load(group->terms->inverse_sinh[leg] + band * n_lanes + group->lane);
}

/* One element of the operator between (q0, band0) and a band of a leg, and its transpose. */
UMK_INLINE void apply_element(entry_group *group, int64_t n_lanes, int leg, int64_t band, vector element) {
    int64_t at = 3 * band * n_lanes + group->lane;
    const double *field = group->terms->fields[leg] + at;
    double *out = group->out[leg] + at;
    for (int a = 0; a < 3; a++) {
        int64_t axis = a * n_lanes;
        group->sums[leg][a] = vector_multiply_add(element, vector_load(field + axis), group->sums[leg][a]);
        vector_store(out + axis, vector_multiply_add(element, group->turned[leg][a], vector_load(out + axis)));
    }
}

UMK_INLINE void apply_each(entry_group *group, int64_t n_lanes) {
    const umk_entry_terms *terms = group->terms;
    for (int64_t i = group->begin; i < group->end; i++) {
        int64_t b1 = umk_entry_band1(terms->bands[i]), b2 = umk_entry_band2(terms->bands[i]);
        vector value = vector_all(terms->values[i]);
        apply_element(group, n_lanes, 0, b1, vector_multiply(value, load_inverse_sinh(group, n_lanes, 1, b2)));
        apply_element(group, n_lanes, 1, b2, vector_multiply(value, load_inverse_sinh(group, n_lanes, 0, b1)));
    }
}

/* The elements between band0 and each band of the legs first, which are far fewer than many entries. */
UMK_INLINE void apply_sums(entry_group *group, int64_t n_lanes, double *scratch) {
    const umk_entry_terms *terms = group->terms;
    int64_t n = terms->n_bands;
    double *of_leg1 = scratch, *of_leg2 = scratch + n * vector_lanes;
    for (int64_t k = 0; k < 2 * n; k++) vector_store(scratch + k * vector_lanes, vector_zero());
    for (int64_t i = group->begin; i < group->end; i++) {
        int64_t b1 = umk_entry_band1(terms->bands[i]), b2 = umk_entry_band2(terms->bands[i]);
        double *sum1 = of_leg1 + b1 * vector_lanes, *sum2 = of_leg2 + b2 * vector_lanes;
        vector value = vector_all(terms->values[i]);
        vector_store(sum1, vector_multiply_add(value, load_inverse_sinh(group, n_lanes, 1, b2), vector_load(sum1)));
        vector_store(sum2, vector_multiply_add(value, load_inverse_sinh(group, n_lanes, 0, b1), vector_load(sum2)));
    }
    for (int leg = 0; leg < 2; leg++) {
        for (int64_t band = 0; band < n; band++) {
            apply_element(group, n_lanes, leg, band, vector_load(scratch + (leg * n + band) * vector_lanes));
        }
    }
}

UMK_INLINE void apply_group(entry_group *group, int64_t n_lanes, double *scratch, double *out0) {
    const umk_entry_terms *terms = group->terms;
    int64_t at = 3 * umk_entry_band0(terms->bands[group->begin]) * n_lanes + group->lane;
    vector field[3];
    for (int a = 0; a < 3; a++) field[a] = vector_load(terms->field0 + at + a * n_lanes);
    for (int leg = 0; leg < 2; leg++) {
        const double(*m)[3] = terms->rotations[leg];
        for (int a = 0; a < 3; a++) {
            vector turned = vector_multiply(vector_all(m[0][a]), field[0]);
            turned = vector_multiply_add(vector_all(m[1][a]), field[1], turned);
            group->turned[leg][a] = vector_multiply_add(vector_all(m[2][a]), field[2], turned);
            group->sums[leg][a] = vector_zero();
        }
    }
    if (group->end - group->begin < terms->n_bands + terms->n_bands / 2) {
        apply_each(group, n_lanes);
    } else {
        apply_sums(group, n_lanes, scratch);
    }
    for (int a = 0; a < 3; a++) {
        vector sum = vector_load(out0 + at + a * n_lanes);
        for (int k = 0; k < 6; k++) {
            vector element = vector_all(terms->rotations[k / 3][a][k % 3]);
            sum = vector_multiply_add(element, group->sums[k / 3][k % 3], sum);
        }
        vector_store(out0 + at + a * n_lanes, sum);
    }
}

/* n_lanes is known where this is inlined. */
UMK_INLINE void apply_lanes(const umk_entry_terms *terms, int64_t n_lanes, double *scratch, double *out0, double *out1,
                            double *out2) {
    entry_group group;
    group.terms = terms;
    group.out[0] = out1;
    group.out[1] = out2;
    for (group.begin = 0; group.begin < terms->n_entries; group.begin = group.end) {
        int64_t band0 = umk_entry_band0(terms->bands[group.begin]);
        group.end = group.begin + 1;
        while (group.end < terms->n_entries && umk_entry_band0(terms->bands[group.end]) == band0) group.end++;
        for (group.lane = 0; group.lane < n_lanes; group.lane += vector_lanes) {
            apply_group(&group, n_lanes, scratch, out0);
        }
    }
}

static void apply_entries(const umk_entry_terms *terms, double *scratch, double *out0, double *out1, double *out2) {
    if (terms->n_lanes == umk_all_lanes) {
        apply_lanes(terms, umk_all_lanes, scratch, out0, out1, out2);
    } else {
        UMK_APPLY_FEW(terms, umk_few_lanes, scratch, out0, out1, out2);
    }
}

#define UMK_SUM_KERNELS(set)                                                                                           \
    const umk_sum_kernels umk_sum_kernels_##set = {                                                                    \
        .fill_occupations = fill_occupations,                                                                          \
        .add_triples = add_triples,                                                                                    \
        .apply_entries = apply_entries,                                                                                \
    }
