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
#include <string.h>

static bool is_normal(const umk_grid *grid, const int64_t triplet[3]) {
    for (int c = 0; c < 3; c++) {
        if (grid->addresses[triplet[0]][c] + grid->addresses[triplet[1]][c] + grid->addresses[triplet[2]][c] != 0) {
            return false;
        }
    }
    return true;
}

/* An average strength in place of |V|^2. */
static void set_average_strength(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t n_triplets,
                                 const umk_linewidth_scratch *scratch) {
    double cutoff = linewidth->options.cutoff_frequency;
    for (int64_t t = 0; t < n_triplets; t++) {
        const double *f1 = scratch->legs[t].frequencies, *f2 = scratch->legs[linewidth->batch_size + t].frequencies;
        for (int64_t i = scratch->list.first[t]; i < scratch->list.first[t + 1]; i++) {
            umk_band_triple bands = scratch->list.triples[i];
            bool scatters =
                group->energies[bands.band0] > cutoff && f1[bands.band1] > cutoff && f2[bands.band2] > cutoff;
            scratch->strength[i] = scatters ? group->average_strength[bands.band0] : 0;
        }
    }
}

static void sum_strength(double multiplicity, const umk_linewidth_scratch *scratch, int64_t first, int64_t end,
                         double *sums) {
    for (int64_t i = first; i < end; i++) {
        sums[scratch->list.triples[i].band0] += multiplicity * scratch->strength[i];
    }
}

static int64_t triplet_at(const umk_linewidth_group *group, int64_t position) {
    return group->plan == NULL ? position : group->plan->order[position];
}

static void gather_legs(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t begin,
                        int64_t n_triplets, const umk_linewidth_scratch *scratch) {
    for (int64_t t = 0; t < n_triplets; t++) {
        const int64_t *triplet = group->triplets[triplet_at(group, begin + t)];
        memcpy(scratch->triplets[t], triplet, sizeof scratch->triplets[t]);
        scratch->legs[t] = umk_leg_of(linewidth->phonons, triplet[1]);
        scratch->legs[linewidth->batch_size + t] = umk_leg_of(linewidth->phonons, triplet[2]);
    }
}

static void fill_weights(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t n_triplets,
                         umk_linewidth_scratch *scratch) {
    umk_weights_request request = {.n_weights = linewidth->options.n_weights,
                                   .weights = linewidth->options.weights,
                                   .phonons = linewidth->phonons,
                                   .n_triplets = n_triplets,
                                   .triplets = (const int64_t(*)[3])scratch->triplets,
                                   .n_energies = group->point.n_block_bands,
                                   .energies = group->energies + group->point.first_band,
                                   .first_band0 = group->point.first_band,
                                   .all = linewidth->options.full_strength};
    umk_weights_list_fill(&scratch->list, &request, scratch->weights_workspace);
}

static void fill_strength(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t begin,
                          int64_t n_triplets, const umk_linewidth_scratch *scratch) {
    if (group->average_strength != NULL) {
        set_average_strength(linewidth, group, n_triplets, scratch);
        return;
    }
    umk_strength_batch batch = {.begin = begin,
                                .n_triplets = n_triplets,
                                .leg1 = scratch->legs,
                                .leg2 = scratch->legs + linewidth->batch_size,
                                .first = scratch->list.first,
                                .triples = scratch->list.triples,
                                .strength = scratch->strength};
    linewidth->interaction->kernel->strength(&group->point, &batch, scratch->strength_workspace);
}

void umk_linewidth_fill_occupations(const umk_linewidth *linewidth, int64_t bz_point, double *occupations) {
    const double *frequencies = linewidth->phonons->frequencies + bz_point * linewidth->n_bands;
    linewidth->kernels->fill_occupations(linewidth->n_bands, frequencies, linewidth->options.cutoff_frequency,
                                         linewidth->n_padded, linewidth->inverse_temperatures, occupations);
}

/* Those at a BZ point, made in `room` where they are not kept. */
static const double *take_occupations(const umk_linewidth *linewidth, int64_t bz_point, double *room) {
    if (linewidth->occupations != NULL) {
        return linewidth->occupations + bz_point * linewidth->n_bands * linewidth->n_padded;
    }
    umk_linewidth_fill_occupations(linewidth, bz_point, room);
    return room;
}

static void sum_batch(const umk_linewidth *linewidth, const umk_linewidth_group *group, int64_t begin,
                      int64_t n_triplets, const umk_linewidth_scratch *scratch, const umk_linewidth_sums *sums) {
    int64_t row = linewidth->n_bands * linewidth->n_padded, n_parts = umk_linewidth_n_parts(&linewidth->options);
    const umk_weights_list *list = &scratch->list;
    umk_sum_terms terms = {.n_padded = linewidth->n_padded};
    for (int64_t t = 0; t < n_triplets; t++) {
        int64_t first = list->first[t], part = n_parts == 2 && !is_normal(linewidth->grid, scratch->triplets[t]);
        terms.multiplicity = (double)group->multiplicities[triplet_at(group, begin + t)];
        terms.n_triples = list->first[t + 1] - first;
        terms.triples = list->triples + first;
        terms.strength = scratch->strength + first;
        if (terms.n_triples == 0) continue;
        terms.occupations1 = take_occupations(linewidth, scratch->triplets[t][1], scratch->occupations);
        terms.occupations2 = take_occupations(linewidth, scratch->triplets[t][2], scratch->occupations + row);
        for (int64_t w = 0; w < linewidth->options.n_weights; w++) {
            for (int i = 0; i < 3; i++) terms.delta[i] = list->values + (3 * w + i) * list->capacity + first;
            linewidth->kernels->add_triples(&terms, sums->gamma + (w * n_parts + part) * row);
        }
        if (sums->strength != NULL)
            sum_strength(terms.multiplicity, scratch, first, first + terms.n_triples, sums->strength);
    }
}

/* The entries of a batch; those of value 0 are left out, and triplets without any. */
static umk_status build_row(const umk_linewidth *linewidth, umk_context *context, const umk_linewidth_group *group,
                            int64_t begin, int64_t n_triplets, const umk_linewidth_scratch *scratch,
                            umk_row_builder *row) {
    const umk_weights_list *list = &scratch->list;
    const double *deltas[3] = {list->values, list->values + list->capacity, list->values + 2 * list->capacity};
    double factor = umk_linewidth_factor(linewidth->grid) / 2;
    umk_status status = umk_row_builder_reserve(row, context, n_triplets, list->first[n_triplets]);
    for (int64_t t = 0; status == UMK_OK && t < n_triplets; t++) {
        double multiplicity = (double)group->multiplicities[triplet_at(group, begin + t)];
        int64_t n = row->n_entries;
        for (int64_t i = list->first[t]; i < list->first[t + 1]; i++) {
            double value = factor * multiplicity * scratch->strength[i] * (deltas[0][i] + deltas[1][i] + deltas[2][i]);
            umk_band_triple bands = list->triples[i];
            row->values[n] = value;
            row->bands[n] = umk_entry_pack(bands.band0, bands.band1, bands.band2);
            n += value != 0;
        }
        if (n == row->n_entries) continue;
        row->n_entries = n;
        for (int k = 0; k < 2; k++) {
            row->points[row->n_triplets][k] = (int32_t)linewidth->grid->bz_to_gr[scratch->triplets[t][k + 1]];
        }
        row->first[++row->n_triplets] = n;
    }
    return status;
}

umk_status umk_linewidth_sum(const umk_linewidth *linewidth, umk_context *context, const umk_linewidth_group *group,
                             int64_t begin, int64_t end, int worker, const umk_linewidth_sums *sums) {
    umk_status status = UMK_OK;
    umk_linewidth_scratch *scratch = &linewidth->scratch[worker];
    double times[4] = {umk_now()};
    gather_legs(linewidth, group, begin, end - begin, scratch);
    fill_weights(linewidth, group, end - begin, scratch);
    times[1] = umk_now();
    fill_strength(linewidth, group, begin, end - begin, scratch);
    times[2] = umk_now();
    if (sums->gamma != NULL) sum_batch(linewidth, group, begin, end - begin, scratch, sums);
    if (sums->row != NULL) status = build_row(linewidth, context, group, begin, end - begin, scratch, sums->row);
    times[3] = umk_now();
    umk_stage_add(context, UMK_STAGE_WEIGHTS, worker, times[1] - times[0]);
    umk_stage_add(context, UMK_STAGE_STRENGTHS, worker, times[2] - times[1]);
    umk_stage_add(context, UMK_STAGE_LINEWIDTHS, worker, times[3] - times[2]);
    return status;
}
