/* Figures as inline SVG: axes, lines, dots. Lengths are in units of the view box, about a pixel each. */
#include "writers/svg.h"
#include <math.h>
#include <string.h>

enum { width = 540, height = 380, left = 66, right = 16, top = 34, bottom = 50 };
enum { cells_per_unit = 3 };

static double x_position(const umk_plot *plot, double value) {
    return left + umk_axis_fraction(&plot->x, value) * (width - left - right);
}

static double y_position(const umk_plot *plot, double value) {
    return height - bottom - umk_axis_fraction(&plot->y, value) * (height - top - bottom);
}

/* Where a point is drawn; false when that is outside. */
static bool place(const umk_plot *plot, double x, double y, double *across, double *down) {
    *across = x_position(plot, x);
    *down = y_position(plot, y);
    return *across >= left - 0.01 && *across <= width - right + 0.01 && *down >= top - 0.01 &&
           *down <= height - bottom + 0.01;
}

static void draw_x_axis(umk_plot *plot, const char *label) {
    int floor = height - bottom;
    umk_text_add(plot->text, "<path class=\"grid\" d=\"");
    for (int i = 0; i < plot->x.n_ticks; i++) {
        umk_text_add(plot->text, "M%.1f %dV%d", x_position(plot, plot->x.ticks[i]), floor, top);
    }
    umk_text_add(plot->text, "\"/>\n<path class=\"axis\" d=\"M%d %dH%d", left, floor, width - right);
    for (int i = 0; i < plot->x.n_ticks; i++) {
        umk_text_add(plot->text, "M%.1f %dv5", x_position(plot, plot->x.ticks[i]), floor);
    }
    for (int i = 0; i < plot->x.n_minor; i++) {
        umk_text_add(plot->text, "M%.1f %dv3", x_position(plot, plot->x.minor[i]), floor);
    }
    umk_text_add(plot->text, "\"/>\n");
    for (int i = 0; i < plot->x.n_ticks; i++) {
        char tick[umk_axis_label_size];
        umk_axis_label(tick, &plot->x, plot->x.ticks[i]);
        umk_text_add(plot->text, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                     x_position(plot, plot->x.ticks[i]), floor + 19, tick);
    }
    umk_text_add(plot->text, "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                 (left + width - right) / 2, height - 9, label);
}

static void draw_y_axis(umk_plot *plot, const char *label) {
    umk_text_add(plot->text, "<path class=\"grid\" d=\"");
    for (int i = 0; i < plot->y.n_ticks; i++) {
        umk_text_add(plot->text, "M%d %.1fH%d", left, y_position(plot, plot->y.ticks[i]), width - right);
    }
    umk_text_add(plot->text, "\"/>\n<path class=\"axis\" d=\"M%d %dV%d", left, height - bottom, top);
    for (int i = 0; i < plot->y.n_ticks; i++) {
        umk_text_add(plot->text, "M%d %.1fh-5", left, y_position(plot, plot->y.ticks[i]));
    }
    for (int i = 0; i < plot->y.n_minor; i++) {
        umk_text_add(plot->text, "M%d %.1fh-3", left, y_position(plot, plot->y.minor[i]));
    }
    umk_text_add(plot->text, "\"/>\n");
    for (int i = 0; i < plot->y.n_ticks; i++) {
        char tick[umk_axis_label_size];
        umk_axis_label(tick, &plot->y, plot->y.ticks[i]);
        umk_text_add(plot->text, "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", left - 9,
                     y_position(plot, plot->y.ticks[i]) + 4, tick);
    }
    umk_text_add(plot->text,
                 "<text class=\"label\" transform=\"translate(15 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                 (top + height - bottom) / 2, label);
}

static void draw_legend(umk_plot *plot, int n_legend, const umk_legend *legend, bool has_dots) {
    int across = left;
    for (int i = 0; i < n_legend; i++) {
        if (has_dots) {
            umk_text_add(plot->text, "<path class=\"dots large %s\" d=\"M%d 15h0\"/>", legend[i].style, across + 6);
        } else {
            umk_text_add(plot->text, "<path class=\"line %s\" d=\"M%d 15h24\"/>", legend[i].style, across);
        }
        across += has_dots ? 17 : 32;
        umk_text_add(plot->text, "<text class=\"key\" x=\"%d\" y=\"19\">%s</text>\n", across, legend[i].name);
        across += 22 + 7 * (int)strlen(legend[i].name);
    }
}

void umk_plot_begin(umk_plot *plot, const char *description, const char *x_label, const char *y_label, int n_legend,
                    const umk_legend *legend, bool has_dots) {
    umk_text_add(plot->text,
                 "<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>%s</title>\n",
                 width, height, description);
    draw_x_axis(plot, x_label);
    draw_y_axis(plot, y_label);
    draw_legend(plot, n_legend, legend, has_dots);
}

void umk_plot_line(umk_plot *plot, int64_t n, const double *x, const double *y, const char *style) {
    bool drawing = false;
    double last_across = 0, last_down = 0;
    umk_text_add(plot->text, "<path class=\"line %s\" d=\"", style);
    for (int64_t i = 0; i < n; i++) {
        double across, down;
        if (!place(plot, x[i], y[i], &across, &down)) {
            drawing = false;
            continue;
        }
        bool close = drawing && fabs(across - last_across) < 0.4 && fabs(down - last_down) < 0.4;
        if (close && i < n - 1) continue;
        umk_text_add(plot->text, "%c%.1f %.1f", drawing ? 'L' : 'M', across, down);
        drawing = true;
        last_across = across;
        last_down = down;
    }
    umk_text_add(plot->text, "\"/>\n");
}

void umk_plot_steps(umk_plot *plot, int64_t n, const double *x, const double *y, const char *style) {
    double last_across = left, last_down = y_position(plot, 0), down = last_down;
    umk_text_add(plot->text, "<path class=\"line %s\" d=\"M%d ", style, left);
    bool begun = false;
    for (int64_t i = 0; i < n; i++) {
        double across = x_position(plot, x[i]);
        if (across > width - right + 0.01) break;
        if (across < left) { /* steps before the left end set the height there */
            last_down = down = y_position(plot, y[i]);
            continue;
        }
        if (!begun) umk_text_add(plot->text, "%.1f", last_down);
        begun = true;
        down = y_position(plot, y[i]);
        if (across - last_across < 0.4 && fabs(down - last_down) < 0.4) continue;
        umk_text_add(plot->text, "H%.1fV%.1f", across, down);
        last_across = across;
        last_down = down;
    }
    if (!begun) umk_text_add(plot->text, "%.1f", last_down);
    umk_text_add(plot->text, "V%.1fH%d\"/>\n", down, width - right);
}

int64_t umk_plot_dots(umk_plot *plot, int64_t n, const double *x, const double *y, const char *style, bool large) {
    int64_t n_inside = 0, row = cells_per_unit * width + 1;
    unsigned char *taken = umk_allocate(plot->text->context, row * (cells_per_unit * height + 1), 1);
    if (taken == NULL) {
        plot->text->status = UMK_ERROR_MEMORY;
        return 0;
    }
    umk_text_add(plot->text, "<path class=\"dots%s %s\" d=\"", large ? " large" : "", style);
    for (int64_t i = 0; i < n; i++) {
        double across, down;
        if (!place(plot, x[i], y[i], &across, &down)) continue;
        n_inside++;
        int64_t cell = (int64_t)lrint(down * cells_per_unit) * row + (int64_t)lrint(across * cells_per_unit);
        if (taken[cell]) continue;
        taken[cell] = 1;
        umk_text_add(plot->text, "M%.1f %.1fh0", across, down);
    }
    umk_text_add(plot->text, "\"/>\n");
    umk_release(taken);
    return n_inside;
}

void umk_plot_note(umk_plot *plot, double x, double y, const char *markup) {
    double across, down;
    if (!place(plot, x, y, &across, &down)) return;
    umk_text_add(plot->text, "<text class=\"key\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", across + 9, down + 4, markup);
}

void umk_plot_end(umk_plot *plot) {
    umk_text_add(plot->text, "</svg>\n");
}
