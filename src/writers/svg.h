/* Figures as inline SVG. Colours and fonts come from the classes of the page (report.c). */
#ifndef UMK_WRITERS_SVG_H
#define UMK_WRITERS_SVG_H

#include "writers/axis.h"
#include "writers/text.h"

typedef struct umk_plot {
    umk_text *text;
    umk_axis x, y;
} umk_plot;

/** One entry of the legend; style is the class of its mark, "s1" to "s3". */
typedef struct umk_legend {
    const char *name, *style;
} umk_legend;

/**
 * Opens the figure and draws grid, ticks and labels of the axes, and a legend above the drawing. description is read
 * aloud in the place of the figure. All strings are markup, already escaped. has_dots: the legend shows dots, not
 * lines.
 */
void umk_plot_begin(umk_plot *plot, const char *description, const char *x_label, const char *y_label, int n_legend,
                    const umk_legend *legend, bool has_dots);

/** A line through n points; it is broken where a point is outside or not finite. */
void umk_plot_line(umk_plot *plot, int64_t n, const double *x, const double *y, const char *style);

/** A staircase: from 0 at the left end of the axis, the height y[i] from x[i] on, to the right end. x ascending. */
void umk_plot_steps(umk_plot *plot, int64_t n, const double *x, const double *y, const char *style);

/**
 * n dots. Dots that would fall on one another to a third of a unit are drawn once, so that a million modes stay a small
 * file. Returns how many of the n points lie inside.
 */
int64_t umk_plot_dots(umk_plot *plot, int64_t n, const double *x, const double *y, const char *style, bool large);

/** A value written beside its point. */
void umk_plot_note(umk_plot *plot, double x, double y, const char *markup);

void umk_plot_end(umk_plot *plot);

#endif
