/* Comparing arrays of modes. */
#include "support/compare.h"
#include <math.h>
#include <umklapp/conventions.h>

double test_deviation(int64_t n, const double *got, const double *expected) {
    double worst = 0, scale = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(got[i]) || !isfinite(expected[i])) return INFINITY;
        scale = fmax(scale, fabs(expected[i]));
        worst = fmax(worst, fabs(got[i] - expected[i]));
    }
    return worst / (scale > 0 ? scale : 1);
}

double test_deviation_rows(int64_t n_rows, int64_t n, const double *got, const double *expected) {
    double worst = 0;
    for (int64_t row = 0; row < n_rows; row++)
        worst = fmax(worst, test_deviation(n, got + row * n, expected + row * n));
    return worst;
}

/* End of the set that begins at band first. */
static int64_t set_end(const double *frequencies, int64_t n_bands, int64_t first) {
    int64_t end = first + 1;
    while (end < n_bands && frequencies[end] - frequencies[end - 1] < UMK_DEGENERACY_TOLERANCE) end++;
    return end;
}

static void average_rows(double *values, int64_t stride, int64_t n_bands, const double *frequencies) {
    for (int64_t first = 0, end; first < n_bands; first = end) {
        double sum = 0;
        end = set_end(frequencies, n_bands, first);
        for (int64_t b = first; b < end; b++) sum += values[b * stride];
        for (int64_t b = first; b < end; b++) values[b * stride] = sum / (double)(end - first);
    }
}

void test_average_sets(double *values, int64_t n_outer, int64_t n_points, int64_t n_bands, const double *frequencies) {
    for (int64_t i = 0; i < n_outer * n_points; i++) {
        average_rows(values + i * n_bands, 1, n_bands, frequencies + i % n_points * n_bands);
    }
}

void test_average_cube(double *cube, int64_t n_bands, const double *const frequencies[3]) {
    int64_t n = n_bands; /* one leg after the other: averages of two legs commute as wholes only */
    for (int64_t i = 0; i < n * n; i++) average_rows(cube + i, n * n, n, frequencies[0]);
    for (int64_t i = 0; i < n * n; i++) average_rows(cube + i / n * n * n + i % n, n, n, frequencies[1]);
    for (int64_t i = 0; i < n * n; i++) average_rows(cube + i * n, 1, n, frequencies[2]);
}

double test_uniform(test_random *random) {
    random->state = random->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random->state >> 11) / 9007199254740992.0;
}

double test_normal(test_random *random) {
    double u = 1 - test_uniform(random), v = test_uniform(random);
    return sqrt(-2 * log(u)) * cos(2 * UMK_PI * v);
}
