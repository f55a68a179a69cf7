/*
 * Vectors of doubles: one small face over the instruction sets, so that each kernel is written once. A file that
 * defines one of UMK_VECTOR_AVX512, UMK_VECTOR_AVX2, UMK_VECTOR_NEON or UMK_VECTOR_PORTABLE and is compiled for it
 * includes this header; several of them make one library, so everything here is static.
 *
 * A mask tells lanes apart: comparisons make it, vector_choose and vector_bits use it.
 */
#ifndef UMK_BASE_VECTOR_H
#define UMK_BASE_VECTOR_H

#include <stdint.h>
#include <string.h>

#define UMK_INLINE static inline __attribute__((always_inline, unused))

#if defined(UMK_VECTOR_AVX512)

#include <immintrin.h>

typedef __m512d vector;
typedef __mmask8 vector_mask;
enum { vector_lanes = 8, vector_registers = 32 };

UMK_INLINE vector vector_load(const double *from) {
    return _mm512_loadu_pd(from);
}
/** The first n lanes, zero in the others; n may exceed the lanes. */
UMK_INLINE vector vector_load_first(const double *from, int64_t n) {
    return _mm512_maskz_loadu_pd(n >= 8 ? 0xff : (__mmask8)((1u << n) - 1), from);
}
UMK_INLINE void vector_store(double *to, vector a) {
    _mm512_storeu_pd(to, a);
}
UMK_INLINE vector vector_all(double x) {
    return _mm512_set1_pd(x);
}
UMK_INLINE vector vector_add(vector a, vector b) {
    return _mm512_add_pd(a, b);
}
UMK_INLINE vector vector_subtract(vector a, vector b) {
    return _mm512_sub_pd(a, b);
}
UMK_INLINE vector vector_multiply(vector a, vector b) {
    return _mm512_mul_pd(a, b);
}
UMK_INLINE vector vector_divide(vector a, vector b) {
    return _mm512_div_pd(a, b);
}
/** 1 / a to an ulp or two; anything where a is below the normal numbers. */
UMK_INLINE vector vector_reciprocal(vector a) {
    vector one = _mm512_set1_pd(1), r = _mm512_rcp14_pd(a); /* 14 bits, each step of Newton's doubles them */
    for (int step = 0; step < 2; step++) r = _mm512_fmadd_pd(r, _mm512_fnmadd_pd(a, r, one), r);
    return r;
}
/** a b + c */
UMK_INLINE vector vector_multiply_add(vector a, vector b, vector c) {
    return _mm512_fmadd_pd(a, b, c);
}
/** c - a b */
UMK_INLINE vector vector_multiply_subtract(vector a, vector b, vector c) {
    return _mm512_fnmadd_pd(a, b, c);
}
UMK_INLINE vector vector_smaller(vector a, vector b) {
    return _mm512_min_pd(a, b);
}
UMK_INLINE vector vector_larger(vector a, vector b) {
    return _mm512_max_pd(a, b);
}
UMK_INLINE vector_mask vector_is_less(vector a, vector b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
UMK_INLINE vector_mask vector_is_at_most(vector a, vector b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ);
}
UMK_INLINE vector_mask mask_and(vector_mask a, vector_mask b) {
    return a & b;
}
/** Bit i is set where lane i is. */
UMK_INLINE unsigned vector_bits(vector_mask mask) {
    return mask;
}
/** a where the mask is set, else b. */
UMK_INLINE vector vector_choose(vector_mask mask, vector a, vector b) {
    return _mm512_mask_blend_pd(mask, b, a);
}
/** 2^n of whole numbers n. */
UMK_INLINE vector vector_power_of_two(vector n) {
    return _mm512_scalef_pd(_mm512_set1_pd(1), n);
}
/** (sum a)^2 + (sum b)^2 */
UMK_INLINE double vector_square_sums(vector a, vector b) {
    __m512d pairs = _mm512_add_pd(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
    __m256d fours = _mm256_add_pd(_mm512_castpd512_pd256(pairs), _mm512_extractf64x4_pd(pairs, 1));
    __m128d sums = _mm_add_pd(_mm256_castpd256_pd128(fours), _mm256_extractf128_pd(fours, 1));
    __m128d squares = _mm_mul_pd(sums, sums);
    return _mm_cvtsd_f64(_mm_add_sd(squares, _mm_unpackhi_pd(squares, squares)));
}
/** to[i] = sign from[order[i]] for sixteen values. */
UMK_INLINE void vector_reorder_sixteen(double *to, const double *from, const uint8_t order[16], double sign) {
    vector low = vector_load(from), high = vector_load(from + 8), signs = vector_all(sign);
    for (int half = 0; half < 2; half++) {
        __m512i places = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(order + 8 * half)));
        vector_store(to + 8 * half, vector_multiply(signs, _mm512_permutex2var_pd(low, places, high)));
    }
}
/** Lanes 1 0 3 2 ...: real and imaginary parts change places. */
UMK_INLINE vector vector_swap_pairs(vector a) {
    return _mm512_permute_pd(a, 0x55);
}
/** rows[i] lane j and rows[j] lane i change places. */
UMK_INLINE void vector_transpose(vector rows[8]) {
    vector pairs[8], fours[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_pd(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_pd(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 2; i++) { /* blocks of two lanes of rows 0 1 | 2 3 and 4 5 | 6 7 */
        for (int half = 0; half < 2; half++) {
            vector low = pairs[4 * half + i], high = pairs[4 * half + 2 + i];
            fours[4 * half + i] = _mm512_shuffle_f64x2(low, high, 0x88);
            fours[4 * half + 2 + i] = _mm512_shuffle_f64x2(low, high, 0xdd);
        }
    }
    for (int i = 0; i < 2; i++) {
        rows[i] = _mm512_shuffle_f64x2(fours[i], fours[4 + i], 0x88);
        rows[4 + i] = _mm512_shuffle_f64x2(fours[i], fours[4 + i], 0xdd);
        rows[2 + i] = _mm512_shuffle_f64x2(fours[2 + i], fours[6 + i], 0x88);
        rows[6 + i] = _mm512_shuffle_f64x2(fours[2 + i], fours[6 + i], 0xdd);
    }
}

#elif defined(UMK_VECTOR_AVX2)

#include <immintrin.h>

typedef __m256d vector;
typedef __m256d vector_mask;
enum { vector_lanes = 4, vector_registers = 16 };

UMK_INLINE vector vector_load(const double *from) {
    return _mm256_loadu_pd(from);
}
UMK_INLINE vector vector_load_first(const double *from, int64_t n) {
    static const int64_t lanes[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
    const int64_t *mask = lanes + (n >= 4 ? 0 : 4 - n);
    return _mm256_maskload_pd(from, _mm256_loadu_si256((const __m256i *)mask));
}
UMK_INLINE void vector_store(double *to, vector a) {
    _mm256_storeu_pd(to, a);
}
UMK_INLINE vector vector_all(double x) {
    return _mm256_set1_pd(x);
}
UMK_INLINE vector vector_add(vector a, vector b) {
    return _mm256_add_pd(a, b);
}
UMK_INLINE vector vector_subtract(vector a, vector b) {
    return _mm256_sub_pd(a, b);
}
UMK_INLINE vector vector_multiply(vector a, vector b) {
    return _mm256_mul_pd(a, b);
}
UMK_INLINE vector vector_divide(vector a, vector b) {
    return _mm256_div_pd(a, b);
}
UMK_INLINE vector vector_reciprocal(vector a) {
    return _mm256_div_pd(_mm256_set1_pd(1), a);
}
UMK_INLINE vector vector_multiply_add(vector a, vector b, vector c) {
    return _mm256_fmadd_pd(a, b, c);
}
UMK_INLINE vector vector_multiply_subtract(vector a, vector b, vector c) {
    return _mm256_fnmadd_pd(a, b, c);
}
UMK_INLINE vector vector_smaller(vector a, vector b) {
    return _mm256_min_pd(a, b);
}
UMK_INLINE vector vector_larger(vector a, vector b) {
    return _mm256_max_pd(a, b);
}
UMK_INLINE vector_mask vector_is_less(vector a, vector b) {
    return _mm256_cmp_pd(a, b, _CMP_LT_OQ);
}
UMK_INLINE vector_mask vector_is_at_most(vector a, vector b) {
    return _mm256_cmp_pd(a, b, _CMP_LE_OQ);
}
UMK_INLINE vector_mask mask_and(vector_mask a, vector_mask b) {
    return _mm256_and_pd(a, b);
}
UMK_INLINE unsigned vector_bits(vector_mask mask) {
    return (unsigned)_mm256_movemask_pd(mask);
}
UMK_INLINE vector vector_choose(vector_mask mask, vector a, vector b) {
    return _mm256_blendv_pd(b, a, mask);
}
UMK_INLINE vector vector_power_of_two(vector n) {
    /* adding 1.5 2^52 leaves the whole number in the low bits */
    __m256i bits = _mm256_castpd_si256(_mm256_add_pd(n, _mm256_set1_pd(0x1.8p52)));
    return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_add_epi64(bits, _mm256_set1_epi64x(1023)), 52));
}
UMK_INLINE double vector_square_sums(vector a, vector b) {
    __m256d pairs = _mm256_hadd_pd(a, b);
    __m128d sums = _mm_add_pd(_mm256_castpd256_pd128(pairs), _mm256_extractf128_pd(pairs, 1));
    __m128d squares = _mm_mul_pd(sums, sums);
    return _mm_cvtsd_f64(_mm_add_sd(squares, _mm_unpackhi_pd(squares, squares)));
}
UMK_INLINE vector vector_swap_pairs(vector a) {
    return _mm256_permute_pd(a, 5);
}
UMK_INLINE void vector_transpose(vector rows[4]) {
    vector a = _mm256_unpacklo_pd(rows[0], rows[1]), b = _mm256_unpackhi_pd(rows[0], rows[1]);
    vector c = _mm256_unpacklo_pd(rows[2], rows[3]), d = _mm256_unpackhi_pd(rows[2], rows[3]);
    rows[0] = _mm256_permute2f128_pd(a, c, 0x20);
    rows[1] = _mm256_permute2f128_pd(b, d, 0x20);
    rows[2] = _mm256_permute2f128_pd(a, c, 0x31);
    rows[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

#elif defined(UMK_VECTOR_PORTABLE) || defined(UMK_VECTOR_NEON)

/* Two lanes: what every processor of 64 bits has. GCC and Clang turn these operators into SSE2, NEON or VSX. */
typedef double vector __attribute__((vector_size(16)));
typedef int64_t vector_mask __attribute__((vector_size(16)));
#if defined(__aarch64__)
enum { vector_lanes = 2, vector_registers = 32 };
#else
enum { vector_lanes = 2, vector_registers = sizeof(void *) == 8 ? 16 : 8 };
#endif

UMK_INLINE vector vector_load(const double *from) {
    vector a;
    memcpy(&a, from, sizeof a);
    return a;
}
UMK_INLINE vector vector_load_first(const double *from, int64_t n) {
    return (vector){from[0], n > 1 ? from[1] : 0};
}
UMK_INLINE void vector_store(double *to, vector a) {
    memcpy(to, &a, sizeof a);
}
UMK_INLINE vector vector_all(double x) {
    return (vector){x, x};
}
UMK_INLINE vector vector_add(vector a, vector b) {
    return a + b;
}
UMK_INLINE vector vector_subtract(vector a, vector b) {
    return a - b;
}
UMK_INLINE vector vector_multiply(vector a, vector b) {
    return a * b;
}
UMK_INLINE vector vector_divide(vector a, vector b) {
    return a / b;
}
UMK_INLINE vector vector_reciprocal(vector a) {
    return vector_all(1) / a;
}
#if defined(UMK_VECTOR_NEON)
#include <arm_neon.h>
UMK_INLINE vector vector_multiply_add(vector a, vector b, vector c) {
    return (vector)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
UMK_INLINE vector vector_multiply_subtract(vector a, vector b, vector c) {
    return (vector)vfmsq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#else
UMK_INLINE vector vector_multiply_add(vector a, vector b, vector c) {
    return a * b + c;
}
UMK_INLINE vector vector_multiply_subtract(vector a, vector b, vector c) {
    return c - a * b;
}
#endif
UMK_INLINE vector_mask vector_is_less(vector a, vector b) {
    return (vector_mask)(a < b);
}
UMK_INLINE vector_mask vector_is_at_most(vector a, vector b) {
    return (vector_mask)(a <= b);
}
UMK_INLINE vector vector_choose(vector_mask mask, vector a, vector b) {
    return (vector)(((vector_mask)a & mask) | ((vector_mask)b & ~mask));
}
/* b where one is not a number and where both are zero, as in the other sets. */
UMK_INLINE vector vector_smaller(vector a, vector b) {
    return vector_choose(vector_is_less(a, b), a, b);
}
UMK_INLINE vector vector_larger(vector a, vector b) {
    return vector_choose(vector_is_less(b, a), a, b);
}
UMK_INLINE vector_mask mask_and(vector_mask a, vector_mask b) {
    return a & b;
}
UMK_INLINE unsigned vector_bits(vector_mask mask) {
    return (unsigned)(mask[0] & 1) | (unsigned)(mask[1] & 2);
}
UMK_INLINE vector vector_power_of_two(vector n) {
    vector_mask bits = (vector_mask)(n + vector_all(0x1.8p52));
    return (vector)((bits + 1023) << 52);
}
UMK_INLINE double vector_square_sums(vector a, vector b) {
    double sum_a = a[0] + a[1], sum_b = b[0] + b[1];
    return sum_a * sum_a + sum_b * sum_b;
}
UMK_INLINE vector vector_swap_pairs(vector a) {
    return (vector){a[1], a[0]};
}
UMK_INLINE void vector_transpose(vector rows[2]) {
    vector first = {rows[0][0], rows[1][0]};
    rows[1] = (vector){rows[0][1], rows[1][1]};
    rows[0] = first;
}

#else
#error "define the instruction set before including this header"
#endif

UMK_INLINE vector vector_zero(void) {
    return vector_all(0);
}

#if !defined(UMK_VECTOR_AVX512)
UMK_INLINE void vector_reorder_sixteen(double *to, const double *from, const uint8_t order[16], double sign) {
    for (int i = 0; i < 16; i++) to[i] = sign * from[order[i]];
}
#endif

#endif
