/*
 * Smith normal form P A Q = D of a 3x3 integer matrix: unimodular row and column operations until A is diagonal.
 *
 * A grid generating matrix A has det(A) points; they are counted along the three cyclic groups of orders D (A. Togo et
 * al., J. Phys.: Condens. Matter 35, 353001 (2023), section on generalized regular grids). P and Q are not unique and Q
 * enters the addresses of q-points, so the order of the operations is part of the result: it was settled so that P, Q
 * and D are those of phonopy 4.10 for every matrix that does not overflow:
 *
 *   1. corner 0, then corner 1: clear the column below the corner, then the row beside it, each by Bezout steps; what
 * the row steps bring back into the column is divided out when the corner divides it, otherwise start again;
 *   2. make D positive by the sign of rows of P;
 *   3. for k = 0, 1: sort D in ascending order; where D[k] does not divide D[k+1] add column k+1 to column k and clear
 *      corner k again. (The last sort is not repeated: for a few matrices D[0] does not divide D[1]. So it is in
 * phonopy.)
 *   4. det P = 1 by a common sign of P and Q; det Q is then the sign of det A.
 */
#include "linalg/smith.h"
#include "linalg/matrix3.h"
#include <string.h>

/* Every number stays below this, so that a sum of two products fits 128 bits. */
static const int64_t largest_entry = INT64_C(1) << 62;
enum { max_attempts = 100 };

typedef struct reduction {
    int64_t a[3][3];
    int64_t p[3][3];            /* rows operations so far */
    int64_t q_transposed[3][3]; /* column operations, stored as rows */
    bool has_overflowed;
} reduction;

/** Two rows (x, y) become (c0 x + c1 y, c2 x + c3 y). */
static bool combine_rows(int64_t m[3][3], int i, int j, const int64_t c[4]) {
    for (int k = 0; k < 3; k++) {
        __int128 x = m[i][k], y = m[j][k];
        __int128 first = c[0] * x + c[1] * y, second = c[2] * x + c[3] * y;
        if (first <= -largest_entry || first >= largest_entry) return false;
        if (second <= -largest_entry || second >= largest_entry) return false;
        m[i][k] = (int64_t)first;
        m[j][k] = (int64_t)second;
    }
    return true;
}

static void row_operation(reduction *r, int64_t multiplier[3][3], int i, int j, const int64_t c[4]) {
    if (r->has_overflowed) return;
    r->has_overflowed = !combine_rows(r->a, i, j, c) || !combine_rows(multiplier, i, j, c);
}

static void transpose_in_place(int64_t m[3][3]) {
    int64_t copy[3][3];
    memcpy(copy, m, sizeof copy);
    umk_transpose3_integer(m, copy);
}

/** gcd = s a + t b by Euclid's algorithm with remainders that are never negative; b is not 0. */
static int64_t bezout(int64_t a, int64_t b, int64_t *s, int64_t *t) {
    int64_t rest[2] = {a, b}, first[2] = {1, 0}, second[2] = {0, 1};
    while (rest[1] != 0) {
        int64_t remainder = umk_modulo(rest[0], rest[1] < 0 ? -rest[1] : rest[1]);
        int64_t quotient = (rest[0] - remainder) / rest[1];
        int64_t next_first = first[0] - quotient * first[1], next_second = second[0] - quotient * second[1];
        rest[0] = rest[1], rest[1] = remainder;
        first[0] = first[1], first[1] = next_first;
        second[0] = second[1], second[1] = next_second;
    }
    *s = first[0];
    *t = second[0];
    return rest[0];
}

/** Brings a non-zero element to the corner k and makes the column below it zero. */
static void clear_column(reduction *r, int64_t multiplier[3][3], int k) {
    int pivot = k;
    while (pivot < 2 && r->a[pivot][k] == 0) pivot++;
    if (pivot != k) row_operation(r, multiplier, k, pivot, (int64_t[]){0, 1, 1, 0});
    for (int j = k + 1; j < 3 && !r->has_overflowed; j++) {
        if (r->a[j][k] == 0) continue;
        int64_t corner = r->a[k][k], other = r->a[j][k], s, t;
        int64_t gcd = bezout(corner, other, &s, &t);
        row_operation(r, multiplier, k, j, (int64_t[]){s, t, -(other / gcd), corner / gcd});
    }
}

/** One round at corner k; true when row and column are zero beside the corner. */
static bool clear_corner(reduction *r, int k) {
    clear_column(r, r->p, k);
    transpose_in_place(r->a);
    clear_column(r, r->q_transposed, k);
    transpose_in_place(r->a);
    if (r->has_overflowed) return false;
    for (int j = k + 1; j < 3; j++) {
        if (r->a[j][k] % r->a[k][k] != 0) return false;
    }
    for (int j = k + 1; j < 3; j++) row_operation(r, r->p, k, j, (int64_t[]){1, 0, -(r->a[j][k] / r->a[k][k]), 1});
    return true;
}

static void swap_diagonal(reduction *r, int i, int j) {
    static const int64_t exchange[4] = {0, 1, 1, 0};
    row_operation(r, r->p, i, j, exchange);
    transpose_in_place(r->a);
    row_operation(r, r->q_transposed, i, j, exchange);
    transpose_in_place(r->a);
}

static void sort_diagonal(reduction *r) {
    static const int pairs[3] = {0, 1, 0};
    for (int i = 0; i < 3; i++) {
        int k = pairs[i];
        if (r->a[k][k] > r->a[k + 1][k + 1]) swap_diagonal(r, k, k + 1);
    }
}

/** Makes D[k] divide D[k + 1], given positive D. */
static void make_divisible(reduction *r, int k) {
    sort_diagonal(r);
    if (r->a[k + 1][k + 1] % r->a[k][k] != 0) {
        transpose_in_place(r->a);
        row_operation(r, r->q_transposed, k, k + 1, (int64_t[]){1, 1, 0, 1});
        transpose_in_place(r->a);
    }
    clear_corner(r, k);
}

static void negate_row(int64_t m[3][3], int i) {
    for (int k = 0; k < 3; k++) m[i][k] = -m[i][k];
}

static bool is_diagonal(const int64_t a[3][3]) {
    return a[0][1] == 0 && a[0][2] == 0 && a[1][0] == 0 && a[1][2] == 0 && a[2][0] == 0 && a[2][1] == 0;
}

static bool has_small_entries(const int64_t a[3][3]) {
    /* Below 2^40 the determinant fits 128 bits; real grid matrices are far smaller. */
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (a[i][j] <= -(INT64_C(1) << 40) || a[i][j] >= INT64_C(1) << 40) return false;
        }
    }
    return true;
}

static bool is_singular(const int64_t a[3][3]) {
    __int128 sum = 0;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        sum += a[0][i] * ((__int128)a[1][j] * a[2][k] - (__int128)a[1][k] * a[2][j]);
    }
    return sum == 0;
}

static void finish(reduction *r) {
    for (int i = 0; i < 3; i++) {
        if (r->a[i][i] >= 0) continue;
        negate_row(r->a, i);
        negate_row(r->p, i);
    }
    for (int k = 0; k < 2 && !r->has_overflowed; k++) make_divisible(r, k);
    if (umk_unimodular_sign3(r->p) > 0) return;
    for (int i = 0; i < 3; i++) {
        negate_row(r->p, i);
        negate_row(r->q_transposed, i);
    }
}

umk_status umk_smith_normal_form(umk_context *context, const int64_t a[3][3], int64_t d[3], int64_t p[3][3],
                                 int64_t q[3][3]) {
    static const char too_large[] = "the entries of the grid matrix are too large for its Smith normal form";
    if (!has_small_entries(a)) return umk_fail(context, UMK_ERROR_ARGUMENT, too_large);
    if (is_singular(a))
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the grid matrix is singular (its determinant is 0)");
    reduction r = {.p = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, .q_transposed = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    memcpy(r.a, a, sizeof r.a);
    bool is_done = false;
    for (int i = 0; i < max_attempts && !is_done && !r.has_overflowed; i++) {
        is_done = clear_corner(&r, 0) && clear_corner(&r, 1);
    }
    if (is_done) finish(&r);
    if (r.has_overflowed) return umk_fail(context, UMK_ERROR_ARGUMENT, too_large);
    if (!is_done || !is_diagonal(r.a)) {
        return umk_fail(context, UMK_ERROR_NUMERICAL, "the Smith normal form of the grid matrix was not reached");
    }
    for (int i = 0; i < 3; i++) d[i] = r.a[i][i];
    memcpy(p, r.p, sizeof r.p);
    umk_transpose3_integer(q, r.q_transposed);
    return UMK_OK;
}
