/*
 * Delta weight of a tetrahedron for its central vertex, and the tests and Gaussians around it.
 *
 * Within a tetrahedron with vertex values v_i the weight of vertex c at energy E is the integral of delta(E - v) times
 * the barycentric coordinate of c (Bloechl, Jepsen and Andersen, Phys. Rev. B 49, 16223 (1994), app. B; MacDonald,
 * Vosko and Coleridge, J. Phys. C 12, 2991 (1979)). Only the central vertex is wanted, and whether E lies above or
 * below the centre is the same for all tetrahedra around it. So all values are taken relative to E and, where the
 * centre lies above E, turned around (v -> -v), after which the centre is always below. With P >= 0 the depth of the
 * centre and a <= b <= c the other three values, three cases remain, each one quotient of sums of positive terms:
 *
 *   none of a, b, c below:  P^2 [a (b+P)(c+P) + b (a+P)(c+P) + c (a+P)(b+P)] / [(a+P)(b+P)(c+P)]^2
 *   a below:                [A (c (b+P) + b (c+P)) + B c (b+P)] / [(c+P)^2 (b+P)^2 (b-a)(c-a)]
 *                           with A = P b (c-a), B = -a c (b+P)
 *   a and b below:          c^3 / [(c+P)^2 (c-a)(c-b)]
 *
 * and 0 when all are below. A vertex value equal to E counts as below E in the original orientation (the interval above
 * it holds E). Where the interval between neighbouring vertex values that holds E is narrower than 1e-10 the weight is
 * 0 (phonopy's rule; its further rule for the middle interval, 0 where the scaled area is below 1e-10, only drops
 * values of that size and is left out).
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "weights/kernels.h"

#define LANES     UMK_WEIGHTS_LANES
#define NARROWEST 1e-10
#define INLINE    static inline __attribute__((always_inline))

INLINE double smaller(double a, double b) {
    return a < b ? a : b;
}

INLINE double larger(double a, double b) {
    return a > b ? a : b;
}

/* ---- tetrahedra -------------------------------------------------------------------------------------------------*/

/** Weight of one tetrahedron: depth P of the centre, other values x, y, z; a value <= tie counts as below. */
INLINE double centre_weight(double depth, double x, double y, double z, double tie, double share) {
    double low = smaller(x, y), high = larger(x, y);
    double c = larger(high, z), middle = smaller(high, z);
    double a = smaller(low, middle), b = larger(low, middle);

    double ap = a + depth, bp = b + depth, cp = c + depth;
    double ba = b - a, ca = c - a, cb = c - b;
    double c_bp = c * bp, b_cp = b * cp;
    double k = c_bp + b_cp;

    double numerator0 = depth * depth * (a * (bp * cp) + ap * k);
    double numerator1 = depth * b * ca * k - a * c_bp * c_bp;
    double numerator2 = c * c * c;
    double bp2 = bp * bp;
    double denominator0 = bp2 * (ap * ap);
    double denominator1 = bp2 * (ba * ca);
    double denominator2 = ca * cb;
    double gap0 = ap, gap1 = smaller(ba, bp), gap2 = smaller(cb, cp);

    bool a_below = a <= tie, b_below = b <= tie;
    double numerator = b_below ? numerator2 : (a_below ? numerator1 : numerator0);
    double denominator = b_below ? denominator2 : (a_below ? denominator1 : denominator0);
    double gap = b_below ? gap2 : (a_below ? gap1 : gap0);
    denominator *= cp * cp;
    gap = c <= tie ? 0.0 : gap;
    numerator = gap < NARROWEST ? 0.0 : numerator;
    denominator = gap < NARROWEST ? 1.0 : denominator;
    return share * numerator / denominator;
}

INLINE double sum_lanes(const double sum[LANES]) {
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

INLINE double delta_weight_signed(const umk_tetrahedra_view *view, double energy, bool subtract) {
    int64_t n = view->n_lanes;
    const double *f0 = view->first_corners, *f1 = f0 + n, *f2 = f1 + n;
    const double *s0 = view->second_corners, *s1 = s0 + n, *s2 = s1 + n;
    const double *shares = view->shares;
    double centre = view->second_centre + (subtract ? -view->first_centre : view->first_centre);
    double turn = centre <= energy ? 1.0 : -1.0;
    double tie = centre <= energy ? 0.0 : -DBL_MIN; /* turned around: below means strictly below */
    double depth = fabs(centre - energy);
    double sum[LANES] = {0};
    for (int64_t t = 0; t < n; t += LANES) {
        for (int64_t i = t; i < t + LANES; i++) {
            double x = subtract ? s0[i] - f0[i] : s0[i] + f0[i];
            double y = subtract ? s1[i] - f1[i] : s1[i] + f1[i];
            double z = subtract ? s2[i] - f2[i] : s2[i] + f2[i];
            sum[i - t] +=
                centre_weight(depth, turn * (x - energy), turn * (y - energy), turn * (z - energy), tie, shares[i]);
        }
    }
    return sum_lanes(sum);
}

INLINE double delta_weight(const umk_tetrahedra_view *view, double energy) {
    return view->subtract ? delta_weight_signed(view, energy, true) : delta_weight_signed(view, energy, false);
}

/* ---- bounding boxes ---------------------------------------------------------------------------------------------*/

/** Lowest and highest of w2 + w1 and w2 - w1 over the vertices, for all k. */
INLINE void find_ends(int64_t n_vertices, int64_t n_padded, const double *restrict w1, int64_t stride,
                      const double *restrict w2, double *restrict sum_low, double *restrict sum_high,
                      double *restrict difference_low, double *restrict difference_high) {
    for (int64_t k = 0; k < n_padded; k++) {
        sum_low[k] = sum_high[k] = w2[k] + w1[0];
        difference_low[k] = difference_high[k] = w2[k] - w1[0];
    }
    for (int64_t v = 1; v < n_vertices; v++) {
        const double *restrict w = w2 + v * n_padded;
        double first = w1[v * stride];
        for (int64_t k = 0; k < n_padded; k++) {
            double sum = w[k] + first, difference = w[k] - first;
            sum_low[k] = smaller(sum_low[k], sum);
            sum_high[k] = larger(sum_high[k], sum);
            difference_low[k] = smaller(difference_low[k], difference);
            difference_high[k] = larger(difference_high[k], difference);
        }
    }
}

/** first = number of energies below low, end = number of energies not above high; ends of the interval are within. */
INLINE void locate(int64_t n_padded, const double *restrict low, const double *restrict high, int64_t n_energies,
                   const double *restrict energies, double *restrict first, double *restrict end) {
    for (int64_t k = 0; k < n_padded; k++) first[k] = end[k] = 0;
    for (int64_t e = 0; e < n_energies; e++) {
        double energy = energies[e];
        for (int64_t k = 0; k < n_padded; k++) {
            first[k] += energy < low[k] ? 1.0 : 0.0;
            end[k] += energy <= high[k] ? 1.0 : 0.0;
        }
    }
}

/** The same for the intervals -high ... -low of the negative difference. */
INLINE void locate_negative(int64_t n_padded, const double *restrict low, const double *restrict high,
                            int64_t n_energies, const double *restrict energies, double *restrict first,
                            double *restrict end) {
    for (int64_t k = 0; k < n_padded; k++) first[k] = end[k] = 0;
    for (int64_t e = 0; e < n_energies; e++) {
        double energy = -energies[e];
        for (int64_t k = 0; k < n_padded; k++) {
            first[k] += energy > high[k] ? 1.0 : 0.0;
            end[k] += energy >= low[k] ? 1.0 : 0.0;
        }
    }
}

INLINE void pair_row(const umk_pair_row *row, int64_t n_vertices, int64_t n_padded, const double *w1, int64_t stride,
                     const double *w2, int64_t n_energies, const double *energies) {
    find_ends(n_vertices, n_padded, w1, stride, w2, row->sum_low, row->sum_high, row->difference_low,
              row->difference_high);
    locate(n_padded, row->sum_low, row->sum_high, n_energies, energies, row->first[0], row->end[0]);
    locate(n_padded, row->difference_low, row->difference_high, n_energies, energies, row->first[1], row->end[1]);
    locate_negative(n_padded, row->difference_low, row->difference_high, n_energies, energies, row->first[2],
                    row->end[2]);
}

/* ---- Gaussians --------------------------------------------------------------------------------------------------*/

/**
 * exp(x) for x <= 0, to about one unit in the last place; 0 below -700. exp(x) = 2^n exp(r), r = x - n log 2 within
 * +-log(2)/2, its Taylor series to order 13. In place of the library's so that it runs in SIMD lanes with equal bits.
 */
INLINE double exp_negative(double x) {
    const double shift = 0x1.8p52; /* adding it rounds to an integer and leaves that in the low bits */
    double bounded = x < -700.0 ? -700.0 : x;
    double shifted = bounded * 1.4426950408889634074 + shift;
    double n = shifted - shift;
    double r = (bounded - n * 0x1.62e42fee00000p-1) - n * 1.90821492927058770002e-10;
    double sum = 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r * r + r + 1.0;
    uint64_t bits;
    double power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    memcpy(&power, &bits, sizeof power);
    return x < -700.0 ? 0.0 : sum * power;
}

/** exp(-x^2 / (2 sigma^2)) / (sqrt(2 pi) sigma) with scale = -1 / (2 sigma^2). */
INLINE double gaussian(double x, double scale, double height) {
    return height * exp_negative(x * x * scale);
}

INLINE void find_outside(int64_t n, double energy, const double *restrict w1, const double *restrict w2, double reach,
                         double *restrict outside) {
    for (int64_t i = 0; i < n; i++) {
        double x0 = (energy - w1[i]) - w2[i], x1 = (energy + w1[i]) - w2[i], x2 = (energy - w1[i]) + w2[i];
        outside[i] = smaller(fabs(x0), smaller(fabs(x1), fabs(x2))) > reach ? 1.0 : 0.0;
    }
}

INLINE void smear_pairs(int64_t n, double energy, const double *restrict w1, const double *restrict w2, double sigma,
                        double *restrict plane0, double *restrict plane1, double *restrict plane2) {
    double scale = -0.5 / (sigma * sigma), height = 0.39894228040143267794 / sigma;
    for (int64_t i = 0; i < n; i++) {
        double g0 = gaussian((energy - w1[i]) - w2[i], scale, height);
        double g1 = gaussian((energy + w1[i]) - w2[i], scale, height);
        double g2 = gaussian((energy - w1[i]) + w2[i], scale, height);
        plane0[i] = g0;
        plane1[i] = g1 - g2;
        plane2[i] = g0 + g1 + g2;
    }
}

INLINE void smear_point(int64_t n, const double *restrict energies, double frequency, double sigma,
                        double *restrict out) {
    double scale = -0.5 / (sigma * sigma), height = 0.39894228040143267794 / sigma;
    for (int64_t i = 0; i < n; i++) out[i] = gaussian(energies[i] - frequency, scale, height);
}

/* ---- one copy for each instruction set --------------------------------------------------------------------------*/

#define DEFINE_VARIANT(suffix, attribute)                                                                              \
    attribute static double delta_weight_##suffix(const umk_tetrahedra_view *view, double energy) {                    \
        return delta_weight(view, energy);                                                                             \
    }                                                                                                                  \
    attribute static void pair_row_##suffix(const umk_pair_row *row, int64_t n_vertices, int64_t n_padded,             \
                                            const double *w1, int64_t stride, const double *w2, int64_t n_energies,    \
                                            const double *energies) {                                                  \
        pair_row(row, n_vertices, n_padded, w1, stride, w2, n_energies, energies);                                     \
    }                                                                                                                  \
    attribute static void find_outside_##suffix(int64_t n, double energy, const double *w1, const double *w2,          \
                                                double reach, double *outside) {                                       \
        find_outside(n, energy, w1, w2, reach, outside);                                                               \
    }                                                                                                                  \
    attribute static void smear_pairs_##suffix(int64_t n, double energy, const double *w1, const double *w2,           \
                                               double sigma, double *plane0, double *plane1, double *plane2) {         \
        smear_pairs(n, energy, w1, w2, sigma, plane0, plane1, plane2);                                                 \
    }                                                                                                                  \
    attribute static void smear_point_##suffix(int64_t n, const double *energies, double frequency, double sigma,      \
                                               double *out) {                                                          \
        smear_point(n, energies, frequency, sigma, out);                                                               \
    }                                                                                                                  \
    static const umk_weights_kernels kernels_##suffix = {#suffix,                                                      \
                                                         delta_weight_##suffix,                                        \
                                                         pair_row_##suffix,                                            \
                                                         find_outside_##suffix,                                        \
                                                         smear_pairs_##suffix,                                         \
                                                         smear_point_##suffix};

DEFINE_VARIANT(generic, )

#if defined(__x86_64__) && defined(__GNUC__)
DEFINE_VARIANT(avx2, __attribute__((target("avx2"))))
DEFINE_VARIANT(avx512, __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"))))

const umk_weights_kernels *umk_weights_kernels_variant(int i) {
    bool avx2 = __builtin_cpu_supports("avx2");
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    if (i == 0) return &kernels_generic;
    if (i == 1 && avx2) return &kernels_avx2;
    if (i == 2 && avx2 && avx512) return &kernels_avx512;
    return NULL;
}
#else
const umk_weights_kernels *umk_weights_kernels_variant(int i) {
    return i == 0 ? &kernels_generic : NULL;
}
#endif

const umk_weights_kernels *umk_weights_kernels_select(void) {
    const umk_weights_kernels *best = umk_weights_kernels_variant(0);
    for (int i = 1; umk_weights_kernels_variant(i) != NULL; i++) best = umk_weights_kernels_variant(i);
    return best;
}
