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

/** Scratch of one worker; hits are bits of eight bands at q2. */
typedef struct scratch {
    int64_t n_bands, n_bytes, n_rows; /* n_bytes: of a row of bands at q2; rows: (n_energies, n_bands at q1) */
    umk_leg_values legs[2];
    umk_weights_queue queue;
    umk_hits *hits;      /* (n_weights, n_rows, n_bytes) */
    uint8_t *listed;     /* (n_rows, n_bytes) which triples are listed */
    int64_t *row_begin;  /* (n_rows) first triple of each row */
    double *frequencies; /* (2, padded bands) at q1 and q2, for Gaussians */
    double *arguments;   /* (padded n_energies n_bands^2) of Gaussians */
} scratch;

static int64_t lay_out(scratch *s, int64_t n_weights, umk_weights *const *weights, int64_t n_bands, int64_t n_energies,
                       void *workspace) {
    int64_t bytes = 0;
    *s = (scratch){.n_bands = n_bands, .n_bytes = (n_bands + 7) / 8, .n_rows = n_energies * n_bands};
    /* all weights of a grid have its tetrahedra or the symmetrized ones: room for the most vertices */
    const umk_weights *largest = weights[0];
    for (int64_t w = 1; w < n_weights; w++)
        largest = weights[w]->n_vertices > largest->n_vertices ? weights[w] : largest;
    umk_weights_queue_lay_out(&s->queue, largest, workspace, &bytes);
    for (int leg = 0; leg < 2; leg++) umk_leg_values_lay_out(&s->legs[leg], largest, n_bands, workspace, &bytes);
    s->hits = umk_take(workspace, &bytes, n_weights * s->n_rows * s->n_bytes, sizeof(umk_hits));
    s->listed = umk_take(workspace, &bytes, s->n_rows * s->n_bytes, 1);
    s->row_begin = umk_take(workspace, &bytes, s->n_rows, sizeof(int64_t));
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
    umk_hits *hits = s->hits + w * s->n_rows * s->n_bytes;
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

static void find_listed(const scratch *s, const umk_weights_request *request, const int64_t triplet[3]) {
    int64_t n_bytes = s->n_rows * s->n_bytes;
    const int64_t *set_first1 = request->phonons->set_first + triplet[1] * s->n_bands;
    const int64_t *set_first2 = request->phonons->set_first + triplet[2] * s->n_bands;
    bool sets = has_sets(set_first1, s->n_bands) || has_sets(set_first2, s->n_bands), widen = false;
    memset(s->listed, 0, (size_t)n_bytes);
    for (int64_t w = 0; w < request->n_weights; w++) {
        const umk_hits *hits = s->hits + w * n_bytes;
        widen = widen || (sets && averages(request->weights[w]));
        for (int64_t i = 0; i < n_bytes; i++) {
            s->listed[i] |= hits[i].any;
        }
    }
    for (int64_t e = 0; request->all && e < s->n_rows; e++) set_bits(s->listed + e * s->n_bytes, 0, s->n_bands);
    for (int64_t e = 0; widen && e < request->n_energies; e++) {
        widen_to_sets(s, s->listed + e * s->n_bands * s->n_bytes, set_first1, set_first2);
    }
}

/* The triples of one triplet from position n on; returns the position behind them. */
static int64_t list_triples(const scratch *s, const umk_weights_request *request, umk_weights_list *list, int64_t n) {
    for (int64_t row = 0; row < s->n_rows; row++) {
        uint16_t band0 = (uint16_t)(request->first_band0 + row / s->n_bands), band1 = (uint16_t)(row % s->n_bands);
        s->row_begin[row] = n;
        for (int64_t i = 0; i < s->n_bytes; i++) {
            for (unsigned bits = s->listed[row * s->n_bytes + i]; bits != 0; bits &= bits - 1) {
                list->triples[n++] = (umk_band_triple){band0, band1, (uint16_t)(8 * i + __builtin_ctz(bits))};
            }
        }
    }
    return n;
}

/* ---- values -----------------------------------------------------------------------------------------------------*/

/* Puts one triple into the queue, for each channel that hits it; the other channels have weight 0. */
static inline void queue_triple(scratch *s, const umk_hits *hit, const double *w1, const double *w2, int bit,
                                double energy, int64_t capacity, double *value) {
    value[0] = value[capacity] = value[2 * capacity] = 0;
    if (hit->channel[0] >> bit & 1) umk_weights_queue_push(&s->queue, 1, w1, w2, energy, value);
    if (hit->channel[1] >> bit & 1) umk_weights_queue_push(&s->queue, -1, w1, w2, energy, value + capacity);
    if (hit->channel[2] >> bit & 1) umk_weights_queue_push(&s->queue, -1, w2, w1, energy, value + 2 * capacity);
}

static void queue_triples(scratch *s, const umk_weights_request *request, int64_t w, const umk_weights_list *list,
                          int64_t begin, int64_t end) {
    int64_t n_vertices = request->weights[w]->tetrahedra.n_padded_vertices;
    const umk_hits *hits = s->hits + w * s->n_rows * s->n_bytes;
    double *values = list->values + w * 3 * list->capacity;
    for (int64_t i = begin; i < end; i++) {
        umk_band_triple bands = list->triples[i];
        int64_t e = bands.band0 - request->first_band0;
        queue_triple(s, &hits[(e * s->n_bands + bands.band1) * s->n_bytes + bands.band2 / 8],
                     s->legs[0].by_band + bands.band1 * n_vertices, s->legs[1].by_band + bands.band2 * n_vertices,
                     bands.band2 % 8, request->energies[e], list->capacity, values + i);
    }
}

/*
 * The usual case in one pass over the hits: one way to integrate, no degenerate sets, nothing listed without a hit.
 * Returns the position behind the triples of the triplet that begin at n.
 */
static int64_t list_and_queue(scratch *s, const umk_weights_request *request, umk_weights_list *list, int64_t n) {
    int64_t n_vertices = request->weights[0]->tetrahedra.n_padded_vertices;
    const umk_hits *hit = s->hits;
    s->queue.weights = request->weights[0];
    for (int64_t e = 0; e < request->n_energies; e++) {
        for (int64_t b1 = 0; b1 < s->n_bands; b1++) {
            const double *w1 = s->legs[0].by_band + b1 * n_vertices;
            for (int64_t i = 0; i < s->n_bytes; i++, hit++) {
                for (unsigned bits = hit->any; bits != 0; bits &= bits - 1) {
                    int bit = __builtin_ctz(bits);
                    int64_t b2 = 8 * i + bit;
                    list->triples[n] =
                        (umk_band_triple){(uint16_t)(request->first_band0 + e), (uint16_t)b1, (uint16_t)b2};
                    queue_triple(s, hit, w1, s->legs[1].by_band + b2 * n_vertices, bit, request->energies[e],
                                 list->capacity, list->values + n);
                    n++;
                }
            }
        }
    }
    return n;
}

/* Where the triple with band2 stands behind the first of its row. */
static int64_t rank_in_row(const uint8_t *row, int64_t band2) {
    int64_t rank = 0;
    for (int64_t i = 0; i < band2 / 8; i++) rank += __builtin_popcount(row[i]);
    return rank + __builtin_popcount(row[band2 / 8] & ((1u << band2 % 8) - 1));
}

static bool block_is_hit(const scratch *s, const umk_hits *hits, int64_t b1, int64_t end1, int64_t b2, int64_t end2) {
    for (int64_t a = b1; a < end1; a++) {
        for (int64_t b = b2; b < end2; b++) {
            const umk_hits *hit = &hits[a * s->n_bytes + b / 8];
            if (hit->any >> b % 8 & 1) return true;
        }
    }
    return false;
}

/* Mean over the bands b1 ... end1 - 1 at q1 and b2 ... end2 - 1 at q2 at one energy, whose first row is `row`. */
static void average_block(const scratch *s, double *values, int64_t row, int64_t b1, int64_t end1, int64_t b2,
                          int64_t end2) {
    double sum = 0;
    int64_t rank = rank_in_row(s->listed + (row + b1) * s->n_bytes, b2);
    for (int64_t a = b1; a < end1; a++) {
        for (int64_t b = b2; b < end2; b++) sum += values[s->row_begin[row + a] + rank + b - b2];
    }
    double mean = sum / (double)((end1 - b1) * (end2 - b2));
    for (int64_t a = b1; a < end1; a++) {
        for (int64_t b = b2; b < end2; b++) values[s->row_begin[row + a] + rank + b - b2] = mean;
    }
}

static void average_sets(const scratch *s, int64_t w, const umk_weights_list *list, const int64_t *set_first1,
                         const int64_t *set_first2) {
    int64_t n = s->n_bands;
    double *values = list->values + w * 3 * list->capacity;
    for (int64_t row = 0; row < s->n_rows; row += n) {
        const umk_hits *hits = s->hits + (w * s->n_rows + row) * s->n_bytes;
        for (int64_t b1 = 0, end1; b1 < n; b1 = end1) {
            end1 = umk_set_end(set_first1, n, b1);
            for (int64_t b2 = 0, end2; b2 < n; b2 = end2) {
                end2 = umk_set_end(set_first2, n, b2);
                if (end1 - b1 == 1 && end2 - b2 == 1) continue;
                if (!block_is_hit(s, hits, b1, end1, b2, end2)) continue;
                for (int plane = 0; plane < 3; plane++) {
                    average_block(s, values + plane * list->capacity, row, b1, end1, b2, end2);
                }
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
    const umk_hits *hits = s->hits + w * s->n_rows * s->n_bytes;
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
            const umk_hits *hit = &hits[(e * s->n_bands + bands.band1) * s->n_bytes + bands.band2 / 8];
            bool counts = hit->any >> bands.band2 % 8 & 1;
            values[i] = counts ? s->arguments[i] : 0;
        }
    }
}

/* Values of one triplet and one way to integrate; those of tetrahedra may still wait in the queue. */
static void fill_values(scratch *s, const umk_weights_request *request, int64_t w, const umk_weights_list *list,
                        int64_t begin, int64_t end, const int64_t triplet[3]) {
    const umk_weights *weights = request->weights[w];
    const int64_t *set_first1 = request->phonons->set_first + triplet[1] * s->n_bands;
    const int64_t *set_first2 = request->phonons->set_first + triplet[2] * s->n_bands;
    if (weights->options.sigma > 0) {
        if (end > begin) smear_triples(s, request, w, list, begin, end, triplet);
        return;
    }
    s->queue.weights = weights;
    queue_triples(s, request, w, list, begin, end);
    bool sets = averages(weights) && (has_sets(set_first1, s->n_bands) || has_sets(set_first2, s->n_bands));
    if (sets || request->n_weights > 1) umk_weights_queue_flush(&s->queue);
    if (sets) average_sets(s, w, list, set_first1, set_first2);
}

static bool is_plain(const scratch *s, const umk_weights_request *request, const int64_t triplet[3]) {
    const umk_weights *weights = request->weights[0];
    if (request->n_weights > 1 || request->all || weights->options.sigma > 0) return false;
    if (!averages(weights)) return true;
    const int64_t *set_first = request->phonons->set_first;
    return !has_sets(set_first + triplet[1] * s->n_bands, s->n_bands) &&
           !has_sets(set_first + triplet[2] * s->n_bands, s->n_bands);
}

static int64_t fill_triplet(scratch *s, const umk_weights_request *request, umk_weights_list *list,
                            const int64_t triplet[3], int64_t begin) {
    for (int64_t w = 0; w < request->n_weights; w++) find_hits(s, request, w, triplet);
    if (is_plain(s, request, triplet)) return list_and_queue(s, request, list, begin);
    find_listed(s, request, triplet);
    int64_t end = list_triples(s, request, list, begin);
    for (int64_t w = 0; w < request->n_weights; w++) {
        /* the vertex values in the scratch are of the last tetrahedra: make those of this one again */
        if (request->n_weights > 1 && request->weights[w]->options.sigma == 0) find_hits(s, request, w, triplet);
        fill_values(s, request, w, list, begin, end, triplet);
    }
    return end;
}

void umk_weights_list_fill(umk_weights_list *list, const umk_weights_request *request, void *workspace) {
    scratch s;
    int64_t n = 0;
    lay_out(&s, request->n_weights, request->weights, request->phonons->n_bands, request->n_energies, workspace);
    for (int64_t t = 0; t < request->n_triplets; t++) {
        list->first[t] = n;
        n = fill_triplet(&s, request, list, request->triplets[t], n);
    }
    list->first[request->n_triplets] = n;
    umk_weights_queue_flush(&s.queue);
}
