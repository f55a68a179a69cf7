/*
 * What every instruction set of base/vector.h and base/exponential.h must do, lane by lane. Included by one file for
 * each set, which defines UMK_VECTOR_... before and is compiled for it, and ends with VECTOR_CHECKS(set).
 */
#define _DEFAULT_SOURCE /* anonymous mappings */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/exponential.h"
#include "unit/base/vector/vector_checks.h"
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

enum { n_values = 16 };

/* Numbers whose sums and products are exact, both zeros, large and small ones. */
static const double values[n_values] = {1, -2, 3.5, 0, -0.0, 1024, -0.25, 7, 1e300, -1e300, 1e-300, 5, 5, -5, 12, -9};

typedef struct lanes {
    double of[vector_lanes];
} lanes;

static lanes store(vector a) {
    double out[vector_lanes + 2];
    lanes stored;
    out[0] = out[vector_lanes + 1] = 77;
    vector_store(out + 1, a); /* not aligned */
    assert_true(out[0] == 77 && out[vector_lanes + 1] == 77);
    memcpy(stored.of, out + 1, sizeof stored);
    return stored;
}

/** values first, first + 1, ..., the last followed by the first. */
static lanes take(int first) {
    lanes a;
    for (int lane = 0; lane < vector_lanes; lane++) a.of[lane] = values[(first + lane) % n_values];
    return a;
}

static bool same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void check_memory(void) {
    for (int first = 0; first < n_values; first++) {
        lanes a = take(first), b = store(vector_load(a.of)), c = store(vector_all(a.of[0]));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(same_bits(a.of[lane], b.of[lane]));
            assert_true(same_bits(a.of[0], c.of[lane]));
        }
    }
    lanes zero = store(vector_zero());
    for (int lane = 0; lane < vector_lanes; lane++) assert_true(same_bits(zero.of[lane], 0));
}

/* The first n lanes, and nothing is read behind them: a page follows that may not be touched. */
static void check_load_first(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
    double *end = (double *)(memory + page);
    for (int64_t n = 1; n <= 2 * vector_lanes + 1; n++) {
        double *from = end - n;
        for (int64_t i = 0; i < n; i++) from[i] = (double)(i + 1);
        lanes a = store(vector_load_first(from, n));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(same_bits(a.of[lane], lane < n ? (double)(lane + 1) : 0));
        }
    }
    munmap(memory, 2 * page);
}

static void check_arithmetic(void) {
    for (int first = 0; first < n_values; first++) {
        lanes a = take(first), b = take(first + 5);
        vector x = vector_load(a.of), y = vector_load(b.of);
        lanes sum = store(vector_add(x, y)), difference = store(vector_subtract(x, y));
        lanes product = store(vector_multiply(x, y)), quotient = store(vector_divide(x, y));
        lanes smaller = store(vector_smaller(x, y)), larger = store(vector_larger(x, y));
        for (int lane = 0; lane < vector_lanes; lane++) {
            double p = a.of[lane], q = b.of[lane];
            assert_true(same_bits(sum.of[lane], p + q));
            assert_true(same_bits(difference.of[lane], p - q));
            assert_true(same_bits(product.of[lane], p * q));
            assert_true(isnan(p / q) ? isnan(quotient.of[lane]) : same_bits(quotient.of[lane], p / q));
            assert_true(smaller.of[lane] == (p < q ? p : q));
            assert_true(larger.of[lane] == (p > q ? p : q));
        }
    }
}

/* a b + c and c - a b: exact for small whole numbers, elsewhere fused or not. */
static void check_multiply_add(void) {
    for (int i = 0; i < 300; i++) {
        lanes a, b, c;
        for (int lane = 0; lane < vector_lanes; lane++) {
            a.of[lane] = (double)((i * 7 + lane * 3) % 41 - 20);
            b.of[lane] = (double)((i * 5 + lane * 11) % 37 - 18);
            c.of[lane] = (double)((i * 3 + lane) % 101 - 50);
        }
        vector x = vector_load(a.of), y = vector_load(b.of), z = vector_load(c.of);
        lanes plus = store(vector_multiply_add(x, y, z)), minus = store(vector_multiply_subtract(x, y, z));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(plus.of[lane] == a.of[lane] * b.of[lane] + c.of[lane]);
            assert_true(minus.of[lane] == c.of[lane] - a.of[lane] * b.of[lane]);
        }
        for (int lane = 0; lane < vector_lanes; lane++) {
            a.of[lane] = sin(i + lane);
            b.of[lane] = cos(3 * i + lane);
            c.of[lane] = sin(7 * i - lane);
        }
        x = vector_load(a.of);
        y = vector_load(b.of);
        z = vector_load(c.of);
        plus = store(vector_multiply_add(x, y, z));
        minus = store(vector_multiply_subtract(x, y, z));
        for (int lane = 0; lane < vector_lanes; lane++) {
            double expected = fma(a.of[lane], b.of[lane], c.of[lane]);
            assert_true(fabs(plus.of[lane] - expected) <= 2 * DBL_EPSILON);
            expected = fma(-a.of[lane], b.of[lane], c.of[lane]);
            assert_true(fabs(minus.of[lane] - expected) <= 2 * DBL_EPSILON);
        }
    }
}

/* Each lane of a mask for itself; nothing compares with NaN. */
static void check_masks(void) {
    for (int first = 0; first < n_values; first++) {
        for (int second = 0; second < n_values; second++) {
            lanes a = take(first), b = take(second);
            if (first % 5 == 4) a.of[first % vector_lanes] = NAN;
            vector x = vector_load(a.of), y = vector_load(b.of);
            vector_mask less = vector_is_less(x, y), most = vector_is_at_most(x, y), more = vector_is_less(y, x);
            unsigned bits[5] = {vector_bits(less), vector_bits(most), vector_bits(more),
                                vector_bits(mask_and(less, most)), vector_bits(mask_and(most, more))};
            lanes chosen = store(vector_choose(less, x, y)), mixed = store(vector_choose(mask_and(less, most), y, x));
            for (int k = 0; k < 5; k++) assert_int_equal(bits[k] >> vector_lanes, 0);
            for (int lane = 0; lane < vector_lanes; lane++) {
                double p = a.of[lane], q = b.of[lane];
                const bool expected[5] = {p<q, p <= q, p> q, p < q, false};
                for (int k = 0; k < 5; k++) assert_int_equal(bits[k] >> lane & 1, expected[k]);
                assert_true(same_bits(chosen.of[lane], p < q ? p : q));
                assert_true(same_bits(mixed.of[lane], p < q ? q : p));
            }
        }
    }
}

/* To an ulp or two, of numbers of all sizes. */
static void check_reciprocals(void) {
    for (double x = 1e-300; x < 1e300; x *= 1.734375) {
        lanes a;
        for (int lane = 0; lane < vector_lanes; lane++) a.of[lane] = (lane % 2 == 0 ? x : -x) * (1 + lane / 9.0);
        lanes r = store(vector_reciprocal(vector_load(a.of)));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(fabs(r.of[lane] * a.of[lane] - 1) <= 2 * DBL_EPSILON);
        }
    }
    for (int i = 1; i < 4096; i++) { /* all along one power of two */
        lanes r = store(vector_reciprocal(vector_all(1 + i / 4096.0)));
        assert_true(fabs(r.of[0] * (1 + i / 4096.0) - 1) <= 2 * DBL_EPSILON);
    }
}

/* Each value to each place; nothing behind the sixteen. */
static void check_reorder(void) {
    for (int shift = 0; shift < 16; shift++) {
        uint8_t order[16];
        double from[17], to[17];
        for (int i = 0; i < 16; i++) {
            order[i] = (uint8_t)((5 * i + shift) % 16);
            from[i] = 10 + i;
        }
        from[16] = to[16] = 77;
        vector_reorder_sixteen(to, from, order, shift % 2 == 0 ? 1 : -1);
        for (int i = 0; i < 16; i++) assert_true(to[i] == (shift % 2 == 0 ? 1 : -1) * (10.0 + (5 * i + shift) % 16));
        assert_true(to[16] == 77);
    }
}

static void check_power_of_two(void) {
    for (int n = -1022; n <= 1023; n += vector_lanes) {
        lanes a;
        for (int lane = 0; lane < vector_lanes; lane++) a.of[lane] = n + lane <= 1023 ? n + lane : -0.0;
        lanes power = store(vector_power_of_two(vector_load(a.of)));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(same_bits(power.of[lane], ldexp(1, (int)a.of[lane])));
        }
    }
}

static void check_orders(void) {
    vector rows[vector_lanes];
    for (int row = 0; row < vector_lanes; row++) {
        lanes a;
        for (int lane = 0; lane < vector_lanes; lane++) a.of[lane] = 10 * row + lane;
        rows[row] = vector_load(a.of);
        lanes swapped = store(vector_swap_pairs(rows[row]));
        for (int lane = 0; lane < vector_lanes; lane++) assert_true(swapped.of[lane] == 10 * row + (lane ^ 1));
    }
    vector_transpose(rows);
    for (int row = 0; row < vector_lanes; row++) {
        lanes a = store(rows[row]);
        for (int lane = 0; lane < vector_lanes; lane++) assert_true(a.of[lane] == 10 * lane + row);
    }
}

/* Units in the last place of the double nearest to the truth, which the C library has to more than double precision. */
static double units_off(double value, long double truth) {
    int exponent;
    frexpl(truth, &exponent);
    return (double)(fabsl(value - truth) / ldexpl(1, exponent - 53));
}

/* From the smallest to the largest arguments, finely: every n, and r up to both ends of its interval. */
static void check_exponentials(void) {
    lanes a;
    for (double x = 1e-300; x <= 700; x *= 1.00390625) {
        for (int lane = 0; lane < vector_lanes; lane++) a.of[lane] = x * (1 + lane / 4096.0);
        lanes minus_one = store(vector_exponential_minus_one(vector_load(a.of)));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(units_off(minus_one.of[lane], expm1l(a.of[lane])) < 3);
            a.of[lane] = -a.of[lane];
        }
        lanes down = store(vector_exponential(vector_load(a.of)));
        for (int lane = 0; lane < vector_lanes; lane++) {
            assert_true(a.of[lane] < -700 ? down.of[lane] == 0 : units_off(down.of[lane], expl(a.of[lane])) < 2);
        }
    }
    lanes ends = {{0}};
    ends.of[1] = -INFINITY;
    assert_true(store(vector_exponential(vector_load(ends.of))).of[0] == 1);
    assert_true(store(vector_exponential(vector_load(ends.of))).of[1] == 0);
    assert_true(store(vector_exponential_minus_one(vector_zero())).of[0] == 0);
}

static void check_all(void) {
    assert_true(8 % vector_lanes == 0 && vector_lanes >= 2 && vector_registers >= 8);
    check_memory();
    check_load_first();
    check_arithmetic();
    check_multiply_add();
    check_masks();
    check_reciprocals();
    check_reorder();
    check_power_of_two();
    check_orders();
    check_exponentials();
}

#define VECTOR_CHECKS(set)                                                                                             \
    void vector_check_##set(void) {                                                                                    \
        check_all();                                                                                                   \
    }
