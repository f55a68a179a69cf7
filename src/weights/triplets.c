/* Weights of triplets as full arrays, from the list of those that are not zero. */
#include <string.h>

#include "weights/internal.h"

/** Scratch: a list of one triplet and UMK_WEIGHTS_CHUNK energies at most, and what filling it needs. */
static int64_t lay_out(umk_weights_list *list, const umk_weights *weights, int64_t n_bands, char *workspace,
                       void **rest) {
    int64_t bytes = 0;
    umk_weights *one = (umk_weights *)weights;
    list->capacity = UMK_WEIGHTS_CHUNK * n_bands * n_bands;
    list->first = umk_take(workspace, &bytes, 2, sizeof(int64_t));
    list->triples = umk_take(workspace, &bytes, list->capacity, sizeof(umk_band_triple));
    list->values = umk_take(workspace, &bytes, 3 * list->capacity, sizeof(double));
    *rest = umk_take(workspace, &bytes, umk_weights_list_workspace_size(1, &one, n_bands, UMK_WEIGHTS_CHUNK), 1);
    return bytes;
}

int64_t umk_weights_workspace_size(const umk_weights *weights, int64_t n_bands) {
    umk_weights_list list;
    void *rest;
    return lay_out(&list, weights, n_bands, NULL, &rest);
}

/* Spreads the list of one triplet and some energies; planes[p] and is_zero hold (n_energies, n_bands, n_bands). */
static void spread(const umk_weights_list *list, int64_t n_bands, int64_t n_elements, int n_planes, double *planes[3],
                   int8_t *is_zero) {
    for (int p = 0; p < n_planes; p++) memset(planes[p], 0, (size_t)n_elements * sizeof(double));
    memset(is_zero, 1, (size_t)n_elements);
    for (int64_t i = 0; i < list->first[1]; i++) {
        umk_band_triple bands = list->triples[i];
        int64_t element = (bands.band0 * n_bands + bands.band1) * n_bands + bands.band2;
        double g0 = list->values[i], g1 = list->values[list->capacity + i], g2 = list->values[2 * list->capacity + i];
        planes[0][element] = g0;
        planes[1][element] = g1 - g2;
        if (n_planes == 3) planes[2][element] = g0 + g1 + g2;
        is_zero[element] = 0;
    }
}

void umk_weights_triplets(const umk_weights *weights, const umk_phonons *phonons, int64_t n_triplets,
                          const int64_t (*triplets)[3], int64_t n_frequency_points, const double *frequency_points,
                          int n_planes, double *values, int8_t *is_zero, void *workspace) {
    int64_t n_bands = phonons->n_bands, n_pairs = n_bands * n_bands, n_elements = n_frequency_points * n_pairs;
    umk_weights_list list;
    umk_weights *one = (umk_weights *)weights;
    void *rest;
    lay_out(&list, weights, n_bands, workspace, &rest);
    for (int64_t t = 0; t < n_triplets; t++) {
        for (int64_t begin = 0; begin < n_frequency_points; begin += UMK_WEIGHTS_CHUNK) {
            int64_t n = n_frequency_points - begin < UMK_WEIGHTS_CHUNK ? n_frequency_points - begin : UMK_WEIGHTS_CHUNK;
            umk_weights_request request = {1, &one, phonons, 1, &triplets[t], n, frequency_points + begin, 0, false};
            double *planes[3] = {NULL};
            for (int p = 0; p < n_planes; p++) planes[p] = values + (p * n_triplets + t) * n_elements + begin * n_pairs;
            umk_weights_list_fill(&list, &request, rest);
            spread(&list, n_bands, n * n_pairs, n_planes, planes, is_zero + t * n_elements + begin * n_pairs);
        }
    }
}
