/* Axes of a figure: limits and ticks at round numbers, linear or logarithmic. */
#ifndef UMK_WRITERS_AXIS_H
#define UMK_WRITERS_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { umk_axis_max_ticks = 24, umk_axis_max_minor = 100, umk_axis_label_size = 96 };

typedef struct umk_axis {
    double low, high; /* round limits that hold the data */
    bool is_log;
    int n_ticks, n_minor;
    double ticks[umk_axis_max_ticks]; /* with labels */
    double minor[umk_axis_max_minor]; /* without */
} umk_axis;

/** Limits around low <= high (finite) with about n_intervals steps of 1, 2 or 5 times a power of ten. */
void umk_axis_linear(umk_axis *axis, double low, double high, int n_intervals);

/** Logarithmic limits around 0 < low <= high; at most twelve decades, counted from the top. */
void umk_axis_log(umk_axis *axis, double low, double high);

/** Logarithmic where the values span more than a factor of twenty, else linear. 0 < low <= high for the first. */
void umk_axis_fit(umk_axis *axis, double low, double high, int n_intervals);

/** Where a value lies between low (0) and high (1); NaN for what a logarithm does not have. */
double umk_axis_fraction(const umk_axis *axis, double value);

/** Label of a tick as SVG text markup, powers of ten with a raised exponent. */
void umk_axis_label(char label[umk_axis_label_size], const umk_axis *axis, double tick);

#endif
