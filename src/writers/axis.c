/* Axes of a figure: limits and ticks at round numbers, linear or logarithmic. */
#include "writers/axis.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { max_decades = 12, labelled_decades = 8 };

static const double slack = 1e-9; /* a value within this share of a step of a tick lies on it */

/* The smallest of 1, 2, 5, 10 times a power of ten that is not below raw. */
static double round_step(double raw) {
    double power = pow(10, floor(log10(raw))), ratio = raw / power;
    return power * (ratio <= 1 + slack ? 1 : ratio <= 2 + slack ? 2 : ratio <= 5 + slack ? 5 : 10);
}

void umk_axis_linear(umk_axis *axis, double low, double high, int n_intervals) {
    *axis = (umk_axis){0};
    if (!(high - low > 1e-12 * fmax(fabs(low), fabs(high)))) {
        double half = low != 0 ? fabs(low) / 4 : 0.5;
        low -= half;
        high += half;
    }
    double step = round_step(high / n_intervals - low / n_intervals);
    double first = floor(low / step + slack), last = ceil(high / step - slack);
    axis->low = first * step;
    axis->high = last * step;
    for (double k = first; k <= last + 0.5 && axis->n_ticks < umk_axis_max_ticks; k++) {
        axis->ticks[axis->n_ticks++] = k * step;
    }
}

/* The 1, 2 or 5 times a power of ten next below (direction -1) or above (+1) a value. */
static double round_log(double value, int direction) {
    static const double digits[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(value))), ratio = value / power;
    if (direction > 0) {
        for (int i = 0; i < 4; i++) {
            if (ratio <= digits[i] * (1 + slack)) return digits[i] * power;
        }
        return 20 * power;
    }
    for (int i = 3; i > 0; i--) {
        if (ratio >= digits[i] * (1 - slack)) return digits[i] * power;
    }
    return power;
}

static bool inside(const umk_axis *axis, double value) {
    return value >= axis->low * (1 - slack) && value <= axis->high * (1 + slack);
}

void umk_axis_log(umk_axis *axis, double low, double high) {
    *axis = (umk_axis){.is_log = true};
    if (high < low * 1.5) {
        low /= 1.5;
        high *= 1.5;
    }
    axis->high = round_log(high, 1);
    axis->low = round_log(fmax(low, axis->high * pow(10, -max_decades)), -1);
    double decades = log10(axis->high / axis->low);
    int stride = (int)ceil(decades / labelled_decades - slack);
    int first = (int)floor(log10(axis->low) + slack), last = (int)ceil(log10(axis->high) - slack);
    for (int exponent = first; exponent <= last; exponent++) {
        for (int digit = 1; digit < 10; digit++) {
            double value = digit * pow(10, exponent);
            bool dense = decades <= 2.01 && (digit == 2 || digit == 5);
            if (!inside(axis, value)) continue;
            if ((digit == 1 && (exponent - first) % stride == 0) || dense) {
                if (axis->n_ticks < umk_axis_max_ticks) axis->ticks[axis->n_ticks++] = value;
            } else if (decades <= labelled_decades && axis->n_minor < umk_axis_max_minor) {
                axis->minor[axis->n_minor++] = value;
            }
        }
    }
}

void umk_axis_fit(umk_axis *axis, double low, double high, int n_intervals) {
    if (low > 0 && high > 20 * low) {
        umk_axis_log(axis, low, high);
    } else {
        umk_axis_linear(axis, low, high, n_intervals);
    }
}

double umk_axis_fraction(const umk_axis *axis, double value) {
    if (!axis->is_log) return (value - axis->low) / (axis->high - axis->low);
    if (!(value > 0)) return NAN;
    return log(value / axis->low) / log(axis->high / axis->low);
}

static void label_power(char *label, double tick) {
    int exponent = (int)floor(log10(tick) + slack);
    double digit = rint(tick / pow(10, exponent));
    char mantissa[16] = "";
    if (digit > 1) snprintf(mantissa, sizeof mantissa, "%g\xc2\xb7", digit); /* a middle dot */
    snprintf(label, umk_axis_label_size, "%s10<tspan dy=\"-0.45em\" font-size=\"0.75em\">%s%d</tspan>", mantissa,
             exponent < 0 ? "\xe2\x88\x92" : "", abs(exponent));
}

void umk_axis_label(char label[umk_axis_label_size], const umk_axis *axis, double tick) {
    const char *sign = tick < 0 ? "\xe2\x88\x92" : ""; /* a minus sign, not a hyphen */
    if (axis->is_log && (axis->low < 0.9e-3 || axis->high > 1.1e4)) {
        label_power(label, tick);
        return;
    }
    double step = axis->n_ticks > 1 ? axis->ticks[1] - axis->ticks[0] : 1;
    if (axis->is_log) step = tick;
    int decimals = (int)fmax(0, ceil(-log10(step) - slack));
    if (decimals > 6 || fabs(tick) >= 1e6) {
        snprintf(label, umk_axis_label_size, "%s%.4g", sign, fabs(tick));
    } else {
        snprintf(label, umk_axis_label_size, "%s%.*f", sign, decimals, fabs(tick));
    }
}
