/* 3x3 real and integer algebra, row-major, small enough to be inlined. Integer results are exact while they fit
 * int64_t. */
#ifndef UMK_LINALG_MATRIX3_H
#define UMK_LINALG_MATRIX3_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/** out = a b; out may not alias. */
static inline void umk_multiply3(double out[3][3], const double a[3][3], const double b[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
    }
}

static inline void umk_multiply3_integer(int64_t out[3][3], const int64_t a[3][3], const int64_t b[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
    }
}

/** out = m v; out may not alias v. */
static inline void umk_apply3(double out[3], const double m[3][3], const double v[3]) {
    for (int i = 0; i < 3; i++) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
}

static inline void umk_apply3_integer(int64_t out[3], const int64_t m[3][3], const int64_t v[3]) {
    for (int i = 0; i < 3; i++) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
}

static inline void umk_transpose3(double out[3][3], const double m[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) out[i][j] = m[j][i];
    }
}

static inline void umk_transpose3_integer(int64_t out[3][3], const int64_t m[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) out[i][j] = m[j][i];
    }
}

static inline double umk_determinant3(const double m[3][3]) {
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

static inline int64_t umk_determinant3_integer(const int64_t m[3][3]) {
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/** Transposed matrix of cofactors; m adjugate(m) = det(m) 1. */
static inline void umk_adjugate3_integer(int64_t out[3][3], const int64_t m[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int r = (j + 1) % 3, s = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
            out[i][j] = m[r][c] * m[s][d] - m[r][d] * m[s][c];
        }
    }
}

/** out = a b; false where a number does not fit. */
static inline bool umk_multiply3_checked(int64_t out[3][3], const int64_t a[3][3], const int64_t b[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int64_t sum = 0, term;
            for (int k = 0; k < 3; k++) {
                if (__builtin_mul_overflow(a[i][k], b[k][j], &term) || __builtin_add_overflow(sum, term, &sum)) {
                    return false;
                }
            }
            out[i][j] = sum;
        }
    }
    return true;
}

/**
 * Determinant of a unimodular matrix of any size of entries, 1 or -1; 0 where it is surely not unimodular. The
 * arithmetic is modulo 2^64, which is enough to tell 1 from -1.
 */
static inline int umk_unimodular_sign3(const int64_t m[3][3]) {
    uint64_t sum = 0;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        sum += (uint64_t)m[0][i] * ((uint64_t)m[1][j] * (uint64_t)m[2][k] - (uint64_t)m[1][k] * (uint64_t)m[2][j]);
    }
    return sum == 1 ? 1 : sum == UINT64_MAX ? -1 : 0;
}

/** Integer inverse of a unimodular matrix; false where it is not unimodular or an entry is 2^30 or more. */
static inline bool umk_invert3_unimodular(int64_t out[3][3], const int64_t m[3][3]) {
    const int64_t bound = INT64_C(1) << 30;
    int sign = umk_unimodular_sign3(m);
    for (int i = 0; i < 9; i++) {
        if (m[i / 3][i % 3] <= -bound || m[i / 3][i % 3] >= bound) return false;
    }
    umk_adjugate3_integer(out, m);
    for (int i = 0; i < 9; i++) out[i / 3][i % 3] *= sign;
    return sign != 0;
}

/** False where the determinant is 0 or not finite. */
static inline bool umk_invert3(double out[3][3], const double m[3][3]) {
    double determinant = umk_determinant3(m);
    if (determinant == 0 || !isfinite(determinant)) return false;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int r = (j + 1) % 3, s = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
            out[i][j] = (m[r][c] * m[s][d] - m[r][d] * m[s][c]) / determinant;
        }
    }
    return true;
}

static inline double umk_dot3(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline double umk_norm3(const double v[3]) {
    return sqrt(umk_dot3(v, v));
}

/** a modulo n in 0 ... n-1 for n > 0. */
static inline int64_t umk_modulo(int64_t a, int64_t n) {
    int64_t r = a % n;
    return r < 0 ? r + n : r;
}

#endif
