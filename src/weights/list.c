/*
 * Weights of triplets (q0, q1, q2): delta(w0 - w1 - w2) and its companions by the linear tetrahedron method, for
 * q0 + q1 + q2 = G with the vertices q1 + v and q2 - v (Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306 (2015), sec.
 * II), or by Gaussians.
 *
 * Few band triples can conserve energy within the tetrahedra around a triplet. The interval of vertex values of
 * each band pair says which energies can; only these are listed and evaluated.
 */
#include <math.h>
#include <string.h>

#include "weights/internal.h"

enum { bits_of_word = 64, most_evaluations = 64 };

/** Scratch of one worker. Bits stand for bands at q2, in rows of n_bytes for each energy and band at q1. */
typedef struct scratch {
    int64_t n_bands, n_bytes, n_rows, n_words;
    umk_leg_values legs[2];
    umk_weights_queue queue;
    const umk_weights *queued;   /* whose evaluations wait in the queue, or NULL */
    umk_evaluation *evaluations; /* (most_evaluations) on their way to the kernels */
    umk_hits *hits;              /* (n_weights) */
    uint8_t *listed;             /* which triples are listed */
    umk_band_triple *triples;    /* (8 n_words) of the first bit of each byte */
    int32_t *positions;          /* (64 n_words + 1) bits of the triples that are listed */
    double *frequencies;         /* (2, padded bands) at q1 and q2, for Gaussians */
    double *arguments;           /* (padded n_energies n_bands^2) of Gaussians */
} scratch;

static int64_t lay_out(scratch *s, int64_t n_weights, umk_weights *const *weights, int64_t n_bands, int64_t n_energies,
                       void *workspace) {
    int64_t bytes = 0;
    *s = (scratch){.n_bands = n_bands, .n_bytes = (n_bands + 7) / 8, .n_rows = n_energies * n_bands};
    s->n_words = (s->n_rows * s->n_bytes + 7) / 8;
    umk_weights_sizes sizes = {0};
    for (int64_t w = 0; w < n_weights; w++) umk_weights_enlarge(&sizes, weights[w]);
    umk_weights_queue_lay_out(&s->queue, &sizes, workspace, &bytes);
    for (int leg = 0; leg < 2; leg++) umk_leg_values_lay_out(&s->legs[leg], &sizes, n_bands, workspace, &bytes);
    s->evaluations = umk_take(workspace, &bytes, most_evaluations, sizeof(umk_evaluation));
    s->hits = umk_take(workspace, &bytes, n_weights, sizeof(umk_hits));
    for (int64_t w = 0; w < n_weights; w++) {
        umk_hits hits;
        for (int channel = 0; channel < 3; channel++)
            hits.channel[channel] = umk_take(workspace, &bytes, s->n_words, 8);
        if (workspace != NULL) s->hits[w] = hits;
    }
    s->listed = umk_take(workspace, &bytes, s->n_words, 8);
    s->triples = umk_take(workspace, &bytes, 8 * s->n_words, sizeof(umk_band_triple));
    s->positions = umk_take(workspace, &bytes, bits_of_word * s->n_words + 1, sizeof(int32_t));
    s->frequencies = umk_take(workspace, &bytes, 2 * umk_weights_padded(n_bands), sizeof(double));
    bool smears = false;
    for (int64_t w = 0; w < n_weights; w++) smears = smears || weights[w]->options.sigma > 0;
    int64_t n_arguments = smears ? umk_weights_padded(s->n_rows * n_bands) : 0;
    s->arguments = umk_take(workspace, &bytes, n_arguments, sizeof(double));
    return bytes;
}

int64_t umk_weights_list_workspace_size(int64_t n_weights, umk_weights *const *weights, int64_t n_bands,
                                        int64_t n_energies) {
    scratch scratch;
    return lay_out(&scratch, n_weights, weights, n_bands, n_energies, NULL);
}

/* ---- which triples are listed -----------------------------------------------------------------------------------*/

static bool averages(const umk_weights *weights) {
    return weights->options.sigma == 0 && !weights->options.no_average_degenerate_weights;
}

static bool has_sets(const int64_t *set_first, int64_t n_bands) {
    for (int64_t b = 0; b < n_bands; b++) {
        if (set_first[b] != b) return true;
    }
    return false;
}

static bool get_bit(const uint8_t *row, int64_t band) {
    return row[band / 8] >> band % 8 & 1;
}

static void set_bits(uint8_t *row, int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) row[b / 8] |= (uint8_t)(1 << b % 8);
}

/* A set at q1 is listed for all its bands where it is for one, and so is a set at q2. rows: of one energy. */
static void widen_to_sets(const scratch *s, uint8_t *rows, const int64_t *set_first1, const int64_t *set_first2) {
    int64_t n = s->n_bands;
    for (int64_t begin = 0, end; begin < n; begin = end) {
        uint8_t *first = rows + begin * s->n_bytes;
        end = umk_set_end(set_first1, n, begin);
        for (int64_t b1 = begin + 1; b1 < end; b1++) {
            for (int64_t i = 0; i < s->n_bytes; i++) first[i] |= rows[b1 * s->n_bytes + i];
        }
        for (int64_t b2 = 0, end2; b2 < n; b2 = end2) {
            bool any = false;
            end2 = umk_set_end(set_first2, n, b2);
            for (int64_t b = b2; b < end2; b++) any = any || get_bit(first, b);
            if (any) set_bits(first, b2, end2);
        }
        for (int64_t b1 = begin + 1; b1 < end; b1++) memcpy(rows + b1 * s->n_bytes, first, (size_t)s->n_bytes);
    }
}

/* Hits of one way to integrate; vertex values of the legs stay in the scratch. */
static void find_hits(const scratch *s, const umk_weights_request *request, int64_t w, const int64_t triplet[3]) {
    const umk_weights *weights = request->weights[w];
    const umk_phonons *phonons = request->phonons;
    const umk_hits *hits = &s->hits[w];
    if (weights->options.sigma > 0) {
        int64_t n_padded = umk_weights_padded(s->n_bands);
        double reach =
            weights->options.sigma_cutoff > 0 ? weights->options.sigma * weights->options.sigma_cutoff : INFINITY;
        for (int leg = 0; leg < 2; leg++) {
            memcpy(s->frequencies + leg * n_padded, phonons->frequencies + triplet[leg + 1] * s->n_bands,
                   (size_t)s->n_bands * sizeof(double));
        }
        weights->kernels->find_gaussians(s->n_bands, n_padded, s->frequencies, s->frequencies + n_padded,
                                         request->n_energies, request->energies, reach, hits);
        return;
    }
    umk_leg_values legs[2] = {s->legs[0], s->legs[1]};
    umk_weights_gather(&legs[0], weights, phonons, triplet[1], false, true);
    umk_weights_gather(&legs[1], weights, phonons, triplet[2], true, true);
    weights->kernels->find_tetrahedra(&weights->tetrahedra, s->n_bands, &legs[0], &legs[1], request->n_energies,
                                      request->energies, hits);
}

static void add_bits(int64_t n_bytes, const uint8_t *bits, uint8_t *sum) {
    for (int64_t i = 0; i < n_bytes; i++) sum[i] |= bits[i];
}

static void find_listed(const scratch *s, const umk_weights_request *request, const int64_t triplet[3]) {
    int64_t n_bytes = s->n_rows * s->n_bytes;
    const int64_t *set_first1 = request->phonons->set_first + triplet[1] * s->n_bands;
    const int64_t *set_first2 = request->phonons->set_first + triplet[2] * s->n_bands;
    bool sets = has_sets(set_first1, s->n_bands) || has_sets(set_first2, s->n_bands), widen = false;
    memset(s->listed, 0, (size_t)n_bytes);
    for (int64_t w = 0; w < request->n_weights; w++) {
        widen = widen || (sets && averages(request->weights[w]));
        for (int channel = 0; channel < 3; channel++) add_bits(n_bytes, s->hits[w].channel[channel], s->listed);
    }
    for (int64_t row = 0; request->all && row < s->n_rows; row++) {
        set_bits(s->listed + row * s->n_bytes, 0, s->n_bands);
    }
    for (int64_t e = 0; widen && e < request->n_energies; e++) {
        widen_to_sets(s, s->listed + e * s->n_bands * s->n_bytes, set_first1, set_first2);
    }
}

/* Eight bytes of bits; bit 8 i + k is bit k of byte i. */
static uint64_t load_word(const uint8_t *bits, int64_t word) {
    uint64_t loaded;
    memcpy(&loaded, bits + 8 * word, sizeof loaded);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    loaded = __builtin_bswap64(loaded);
#endif
    return loaded;
}

/* The bits of rows fill whole words: those behind the last row stay 0. */
static void clear_tails(const scratch *s, int64_t n_weights) {
    int64_t last = 8 * (s->n_words - 1);
    memset(s->listed + last, 0, 8);
    for (int64_t w = 0; w < n_weights; w++) {
        for (int channel = 0; channel < 3; channel++) memset(s->hits[w].channel[channel] + last, 0, 8);
    }
}

/* The triple of the first bit of each byte. */
static void fill_triples(const scratch *s, int64_t first_band0) {
    for (int64_t byte = 0; byte < s->n_rows * s->n_bytes; byte++) {
        int64_t row = byte / s->n_bytes;
        s->triples[byte] = (umk_band_triple){(uint16_t)(first_band0 + row / s->n_bands), (uint16_t)(row % s->n_bands),
                                             (uint16_t)(8 * (byte % s->n_bytes))};
    }
}

/*
 * Which bits are set, in ascending order; returns how many. Each word is looked at eight times at least, whether so
 * many bits are there or not: a loop over its bits would mostly end where the processor does not expect it. positions
 * has room for all bits and one more.
 */
static int64_t list_bits(const uint8_t *bits, int64_t n_words, int32_t *positions) {
    int64_t n = 0;
    for (int64_t word = 0; word < n_words; word++) {
        const uint64_t last = UINT64_C(1) << (bits_of_word - 1);
        uint64_t rest = load_word(bits, word);
        do {
            for (int i = 0; i < 8; i++, rest &= rest - 1) {
                positions[n] = (int32_t)(bits_of_word * word + __builtin_ctzll(rest | last));
                n += rest != 0;
            }
        } while (rest != 0);
    }
    return n;
}

/* The triples of one triplet from position begin on; returns the position behind them. */
static int64_t list_triples(const scratch *s, const umk_weights_list *list, int64_t begin) {
    umk_band_triple *triples = list->triples + begin;
    int64_t n = list_bits(s->listed, s->n_words, s->positions);
    for (int64_t i = 0; i < n; i++) {
        unsigned position = (unsigned)s->positions[i];
        umk_band_triple first = s->triples[position / 8];
        triples[i] = (umk_band_triple){first.band0, first.band1, (uint16_t)(first.band2 + position % 8)};
    }
    return begin + n;
}

/* ---- values -----------------------------------------------------------------------------------------------------*/

/* Asks for the weight of a triple in one channel. */
static inline umk_evaluation ask(unsigned channel, const double *w1, const double *w2, double energy, double *weight) {
    static const double signs[3] = {1, -1, -1};
    return (umk_evaluation){channel == 2 ? w2 : w1, channel == 2 ? w1 : w2, signs[channel], energy, weight};
}

static void weigh(scratch *s, const umk_weights *weights, umk_evaluation *end) {
    weights->kernels->weigh(&s->queue, end - s->evaluations, s->evaluations);
}

static void finish(scratch *s) {
    if (s->queued != NULL) s->queued->kernels->finish(&s->queue);
    s->queued = NULL;
}

/* All channels of the triples of one triplet, where values are 0: they are known when the queue has been finished. */
static void weigh_triples(scratch *s, const umk_weights_request *request, int64_t w, int64_t n,
                          const umk_band_triple *triples, int64_t capacity, double *values) {
    const umk_weights *weights = request->weights[w];
    const umk_hits hits = s->hits[w];
    const int64_t n_row = umk_weights_row(weights), first_band0 = request->first_band0;
    const double *legs[2] = {s->legs[0].by_band, s->legs[1].by_band}, *energies = request->energies;
    const int32_t *positions = s->positions;
    umk_evaluation *next = s->evaluations, *last = next + most_evaluations - 3;
    for (int64_t i = 0; i < n; i++) {
        unsigned byte = (unsigned)positions[i] / 8, bit = (unsigned)positions[i] % 8;
        unsigned hit0 = hits.channel[0][byte] >> bit & 1, hit1 = hits.channel[1][byte] >> bit & 1,
                 hit2 = hits.channel[2][byte] >> bit & 1;
        const double *w1 = legs[0] + triples[i].band1 * n_row, *w2 = legs[1] + triples[i].band2 * n_row;
        double energy = energies[triples[i].band0 - first_band0], *value = values + i;
        /* most triples are hit by one channel: written without a branch, and counted if it is there */
        unsigned channel = (1 - hit0) * (2 - hit1);
        *next = ask(channel, w1, w2, energy, value + channel * capacity);
        next += hit0 | hit1 | hit2;
        if (hit0 + hit1 + hit2 > 1) {
            if (hit0 && hit1) *next++ = ask(1, w1, w2, energy, value + capacity);
            if (hit2) *next++ = ask(2, w1, w2, energy, value + 2 * capacity);
        }
        if (next <= last) continue;
        weigh(s, weights, next);
        next = s->evaluations;
    }
    weigh(s, weights, next);
}

static void weigh_triplet(scratch *s, const umk_weights_request *request, int64_t w, const umk_weights_list *list,
                          int64_t begin, int64_t end) {
    const umk_weights *weights = request->weights[w];
    double *values = list->values + w * 3 * list->capacity + begin;
    if (s->queued != weights) finish(s);
    s->queued = weights;
    s->queue.tetrahedra = &weights->tetrahedra;
    for (int channel = 0; channel < 3; channel++) {
        memset(values + channel * list->capacity, 0, (size_t)(end - begin) * sizeof(double));
    }
    weigh_triples(s, request, w, end - begin, list->triples + begin, list->capacity, values);
}

/*
 * Mean over bands n1 at q1 and n2 at q2, a set each, at one energy. A set is listed whole, so that its bands at q1 have
 * rows of the same length; values is where the first of both sets stands.
 */
static void average_block(double *values, int64_t row_length, int64_t n1, int64_t n2) {
    double sum = 0;
    for (int64_t a = 0; a < n1; a++) {
        for (int64_t b = 0; b < n2; b++) sum += values[a * row_length + b];
    }
    for (int64_t a = 0; a < n1; a++) {
        for (int64_t b = 0; b < n2; b++) values[a * row_length + b] = sum / (double)(n1 * n2);
    }
}

/* Weights of the triples begin ... end - 1, of one triplet, become means over the sets at q1 and q2. */
static void average_sets(const umk_weights_list *list, int64_t w, int64_t n_bands, int64_t begin, int64_t end,
                         const int64_t *set_first1, const int64_t *set_first2) {
    const umk_band_triple *triples = list->triples;
    for (int64_t row = begin, row_end; row < end; row = row_end) {
        int64_t band1 = triples[row].band1;
        for (row_end = row; row_end < end && triples[row_end].band1 == band1; row_end++)
            if (triples[row_end].band0 != triples[row].band0) break;
        if (set_first1[band1] != band1) continue;
        int64_t n1 = umk_set_end(set_first1, n_bands, band1) - band1;
        for (int64_t i = row; i < row_end; i++) {
            int64_t band2 = triples[i].band2, n2 = umk_set_end(set_first2, n_bands, band2) - band2;
            if (set_first2[band2] != band2 || n1 * n2 == 1) continue;
            for (int plane = 0; plane < 3; plane++) {
                average_block(list->values + (w * 3 + plane) * list->capacity + i, row_end - row, n1, n2);
            }
        }
    }
}

/* Gaussians of the listed triples, 0 for those that only another way to integrate needs. */
static void smear_triples(const scratch *s, const umk_weights_request *request, int64_t w, const umk_weights_list *list,
                          int64_t begin, int64_t end, const int64_t triplet[3]) {
    const umk_weights *weights = request->weights[w];
    const double *first = request->phonons->frequencies + triplet[1] * s->n_bands;
    const double *second = request->phonons->frequencies + triplet[2] * s->n_bands;
    int64_t n = end - begin;
    for (int plane = 0; plane < 3; plane++) {
        double sign1 = plane == 1 ? 1 : -1, sign2 = plane == 2 ? 1 : -1;
        double *values = list->values + (w * 3 + plane) * list->capacity + begin;
        for (int64_t i = 0; i < umk_weights_padded(n); i++) {
            umk_band_triple bands = list->triples[begin + (i < n ? i : 0)];
            double energy = request->energies[bands.band0 - request->first_band0];
            s->arguments[i] = (energy + sign1 * first[bands.band1]) + sign2 * second[bands.band2];
        }
        weights->kernels->gaussians(umk_weights_padded(n), s->arguments, weights->options.sigma, s->arguments);
        for (int64_t i = 0; i < n; i++) {
            umk_band_triple bands = list->triples[begin + i];
            int64_t e = bands.band0 - request->first_band0;
            int64_t row = (e * s->n_bands + bands.band1) * s->n_bytes;
            bool counts = false;
            for (int k = 0; k < 3; k++) counts = counts || get_bit(s->hits[w].channel[k] + row, bands.band2);
            values[i] = counts ? s->arguments[i] : 0;
        }
    }
}

static int64_t fill_triplet(scratch *s, const umk_weights_request *request, const umk_weights_list *list,
                            const int64_t triplet[3], int64_t begin) {
    for (int64_t w = 0; w < request->n_weights; w++) find_hits(s, request, w, triplet);
    find_listed(s, request, triplet);
    int64_t end = list_triples(s, list, begin);
    for (int64_t w = 0; w < request->n_weights && end > begin; w++) {
        if (request->weights[w]->options.sigma > 0) {
            smear_triples(s, request, w, list, begin, end, triplet);
            continue;
        }
        /* the vertex values in the scratch are of the last tetrahedra: make those of this one again */
        if (request->n_weights > 1) find_hits(s, request, w, triplet);
        weigh_triplet(s, request, w, list, begin, end);
    }
    return end;
}

static void average_triplet(const umk_weights_request *request, const umk_weights_list *list, int64_t t) {
    int64_t n_bands = request->phonons->n_bands;
    const int64_t *set_first1 = request->phonons->set_first + request->triplets[t][1] * n_bands;
    const int64_t *set_first2 = request->phonons->set_first + request->triplets[t][2] * n_bands;
    if (!has_sets(set_first1, n_bands) && !has_sets(set_first2, n_bands)) return;
    for (int64_t w = 0; w < request->n_weights; w++) {
        if (!averages(request->weights[w])) continue;
        average_sets(list, w, n_bands, list->first[t], list->first[t + 1], set_first1, set_first2);
    }
}

void umk_weights_list_fill(umk_weights_list *list, const umk_weights_request *request, void *workspace) {
    scratch s;
    int64_t n = 0;
    lay_out(&s, request->n_weights, request->weights, request->phonons->n_bands, request->n_energies, workspace);
    clear_tails(&s, request->n_weights);
    fill_triples(&s, request->first_band0);
    for (int64_t t = 0; t < request->n_triplets; t++) {
        list->first[t] = n;
        n = fill_triplet(&s, request, list, request->triplets[t], n);
    }
    list->first[request->n_triplets] = n;
    finish(&s);
    for (int64_t t = 0; t < request->n_triplets; t++) average_triplet(request, list, t);
}
