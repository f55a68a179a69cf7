/* Sums over triplets in fixed chunks, so that their bits do not depend on the number of threads. */
#ifndef UMK_BACKEND_SUMS_H
#define UMK_BACKEND_SUMS_H

#include "backend/views.h"
#include <math.h>

/** Adds elements begin ... end - 1 to sums (size). */
typedef void (*umk_chunk_sum)(const void *argument, int64_t begin, int64_t end, double *sums);

/** total (size) = the sum over n elements; at most 64 chunks, whose sums are added in their order. */
umk_status umk_sum_chunks(umk_context *context, int64_t n, int64_t size, umk_chunk_sum sum, const void *argument,
                          double *total);

/** Bose-Einstein occupation; frequency and temperature in the same unit, 0 at zero temperature. */
static inline double umk_occupation(double frequency, double temperature) {
    return temperature > 0 ? 1 / (exp(frequency / temperature) - 1) : 0;
}

#endif
