/*
 * The sum over triplets of the linewidth, Phys. Rev. B 91, 094306 (2015), eq. 11 at omega = omega_0:
 *
 *   gamma_0 = 18 pi / hbar^2 sum_{1 2} |V|^2 { (n1 + n2 + 1) delta(w0 - w1 - w2)
 *                                             + (n1 - n2) [delta(w0 + w1 - w2) - delta(w0 - w1 + w2)] }
 *
 * Weights come first, because most band triples have none; the strength is computed for the rest only. The innermost
 * loop runs over temperatures.
 */
#include "scattering/linewidth.h"
#include <math.h>
#include <string.h>

/* Bose-Einstein occupation; 0 at T = 0 and at or below the cut-off, where no mode takes part. */
static double occupation(double frequency, double temperature, double cutoff) {
    if (temperature <= 0 || frequency <= cutoff || frequency <= 0) return 0;
    return 1 / expm1(frequency * UMK_THZ_EV / (UMK_BOLTZMANN_EV * temperature));
}

static void fill_occupations(const umk_linewidth *linewidth, const umk_leg *leg, double *occupations) {
    int64_t n_temperatures = linewidth->options.n_temperatures;
    for (int64_t band = 0; band < linewidth->n_bands; band++) {
        for (int64_t t = 0; t < n_temperatures; t++) {
            occupations[band * n_temperatures + t] = occupation(
                leg->frequencies[band], linewidth->options.temperatures[t], linewidth->options.cutoff_frequency);
        }
    }
}

static bool is_normal(const umk_grid *grid, const int64_t triplet[3]) {
    for (int c = 0; c < 3; c++) {
        if (grid->addresses[triplet[0]][c] + grid->addresses[triplet[1]][c] + grid->addresses[triplet[2]][c] != 0) {
            return false;
        }
    }
    return true;
}

/* Sums one triplet with one kind of weights. gamma: (n_block, n_temperatures). */
static void sum_triplet(const umk_linewidth *linewidth, int64_t n_block, double multiplicity, const double *delta_plus,
                        const double *delta_minus, const int8_t *is_zero, const double *strength,
                        const umk_linewidth_scratch *scratch, double *gamma) {
    int64_t n = linewidth->n_bands, n_temperatures = linewidth->options.n_temperatures;
    double *restrict sum_factors = scratch->factors, *restrict difference_factors = scratch->factors + n_temperatures;
    for (int64_t b1 = 0; b1 < n; b1++) {
        const double *restrict n1 = scratch->occupations + b1 * n_temperatures;
        for (int64_t b2 = 0; b2 < n; b2++) {
            const double *restrict n2 = scratch->occupations + (n + b2) * n_temperatures;
            bool have_factors = false;
            for (int64_t b0 = 0; b0 < n_block; b0++) {
                int64_t element = (b0 * n + b1) * n + b2;
                if (is_zero[element] || strength[element] == 0) continue;
                if (!have_factors) {
                    for (int64_t t = 0; t < n_temperatures; t++) {
                        sum_factors[t] = n1[t] + n2[t] + 1;
                        difference_factors[t] = n1[t] - n2[t];
                    }
                    have_factors = true;
                }
                double plus = multiplicity * strength[element] * delta_plus[element];
                double minus = multiplicity * strength[element] * delta_minus[element];
                double *restrict row = gamma + b0 * n_temperatures;
                for (int64_t t = 0; t < n_temperatures; t++) {
                    row[t] += sum_factors[t] * plus + difference_factors[t] * minus;
                }
            }
        }
    }
}

static void set_average_strength(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t n_triplets,
                                 const umk_linewidth_scratch *scratch) {
    int64_t n = linewidth->n_bands, n_block = group->point->n_block_bands;
    double cutoff = linewidth->options.cutoff_frequency;
    for (int64_t t = 0; t < n_triplets; t++) {
        const double *f1 = scratch->legs[t].frequencies, *f2 = scratch->legs[linewidth->batch_size + t].frequencies;
        for (int64_t b0 = 0; b0 < n_block; b0++) {
            bool scatters = group->frequency_points[b0] > cutoff;
            double value = scatters ? group->average_strength[group->point->first_band + b0] : 0;
            double *out = scratch->strength + (t * n_block + b0) * n * n;
            for (int64_t pair = 0; pair < n * n; pair++) {
                out[pair] = f1[pair / n] > cutoff && f2[pair % n] > cutoff ? value : 0;
            }
        }
    }
}

/* Weights of a batch for each way to integrate, and the elements that none of them needs. */
static void fill_weights(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t n_triplets,
                         const umk_linewidth_scratch *scratch) {
    int64_t n = linewidth->n_bands, n_block = group->point->n_block_bands;
    int64_t size = n_triplets * n_block * n * n;
    memset(scratch->unneeded, 1, (size_t)size);
    for (int64_t w = 0; w < linewidth->options.n_weights; w++) {
        int8_t *is_zero = scratch->is_zero + w * size;
        umk_weights_triplets(linewidth->options.weights[w], linewidth->phonons, n_triplets,
                             (const int64_t(*)[3])scratch->triplets, n_block, group->frequency_points, 2,
                             scratch->values + w * 2 * size, is_zero, scratch->weights_workspace);
        for (int64_t i = 0; i < size; i++) scratch->unneeded[i] &= is_zero[i];
    }
}

static void fill_strength(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t n_triplets,
                          const umk_linewidth_scratch *scratch) {
    if (group->average_strength != NULL) {
        set_average_strength(linewidth, group, n_triplets, scratch);
        return;
    }
    const int8_t *unneeded = linewidth->options.full_strength ? NULL : scratch->unneeded;
    linewidth->interaction->kernel->strength(linewidth->interaction, group->point, n_triplets, scratch->legs,
                                             scratch->legs + linewidth->batch_size, unneeded, scratch->strength,
                                             scratch->strength_workspace);
}

static void sum_strength(const umk_linewidth *linewidth, const umk_linewidth_group *group, double multiplicity,
                         const double *strength, double *sums) {
    int64_t n = linewidth->n_bands;
    for (int64_t b0 = 0; b0 < group->point->n_block_bands; b0++) {
        double sum = 0;
        for (int64_t pair = 0; pair < n * n; pair++) sum += strength[b0 * n * n + pair];
        sums[group->point->first_band + b0] += multiplicity * sum;
    }
}

static void sum_batch(const umk_linewidth *linewidth, const umk_linewidth_group *group, const int64_t *order,
                      int64_t n_triplets, umk_linewidth_scratch *scratch, const umk_linewidth_sums *sums) {
    int64_t n = linewidth->n_bands, n_temperatures = linewidth->options.n_temperatures;
    int64_t n_block = group->point->n_block_bands, size = n_block * n * n;
    for (int64_t t = 0; t < n_triplets; t++) {
        const int64_t *triplet = group->triplets[order[t]];
        memcpy(scratch->triplets[t], triplet, sizeof scratch->triplets[t]);
        scratch->legs[t] = umk_leg_of(linewidth->phonons, triplet[1]);
        scratch->legs[linewidth->batch_size + t] = umk_leg_of(linewidth->phonons, triplet[2]);
    }
    fill_weights(linewidth, group, n_triplets, scratch);
    fill_strength(linewidth, group, n_triplets, scratch);
    for (int64_t t = 0; t < n_triplets; t++) {
        double multiplicity = (double)group->triplet_weights[order[t]];
        const double *strength = scratch->strength + t * size;
        int64_t part = linewidth->options.normal_umklapp && !is_normal(linewidth->grid, scratch->triplets[t]);
        fill_occupations(linewidth, &scratch->legs[t], scratch->occupations);
        fill_occupations(linewidth, &scratch->legs[linewidth->batch_size + t],
                         scratch->occupations + n * n_temperatures);
        for (int64_t w = 0; w < linewidth->options.n_weights; w++) {
            const double *values = scratch->values + (w * 2 * n_triplets + t) * size;
            double *gamma = sums->gamma + ((w * 2 + part) * n + group->point->first_band) * n_temperatures;
            sum_triplet(linewidth, n_block, multiplicity, values, values + n_triplets * size,
                        scratch->is_zero + (w * n_triplets + t) * size, strength, scratch, gamma);
        }
        if (sums->strength != NULL) sum_strength(linewidth, group, multiplicity, strength, sums->strength);
    }
}

void umk_linewidth_sum(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t begin, int64_t end,
                       umk_linewidth_scratch *scratch, const umk_linewidth_sums *sums) {
    for (int64_t first = begin; first < end; first += linewidth->batch_size) {
        int64_t n_triplets = end - first < linewidth->batch_size ? end - first : linewidth->batch_size;
        sum_batch(linewidth, group, group->order + first, n_triplets, scratch, sums);
    }
}
