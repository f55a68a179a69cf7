/* The four figures of the report. */
#include "writers/report.h"
#include "writers/svg.h"
#include <math.h>
#include <stdio.h>

enum { n_acoustic = 3, n_intervals = 8, marked_temperatures = 40 };

static const char *const styles[] = {"s1", "s2", "s3"};
static const char kappa_axis[] = "Thermal conductivity \xce\xba (W m\xe2\x81\xbb\xc2\xb9 K\xe2\x81\xbb\xc2\xb9)";
static const char summed_axis[] = "Cumulative \xce\xba (W m\xe2\x81\xbb\xc2\xb9 K\xe2\x81\xbb\xc2\xb9)";

static void begin_figure(umk_report *report) {
    umk_text_add(report->text, "<figure>\n");
}

/* The caption is added by the caller between caption and end. */
static void begin_caption(umk_report *report, const char *title) {
    umk_text_add(report->text, "<figcaption><b>%s.</b> ", title);
}

static void end_figure(umk_report *report) {
    umk_text_add(report->text, "</figcaption>\n</figure>\n");
}

static double reference_kelvin(const umk_report *report) {
    return report->conductivity->temperatures[report->reference];
}

static int group_legend(umk_legend *legend, const umk_report *report) {
    for (int i = 0; i < report->n_groups; i++) legend[i] = (umk_legend){report->groups[i].name, styles[i]};
    return report->n_groups;
}

/* Smallest and largest finite value, of the positive ones only where asked; false when there is none. */
static bool find_range(double *low, double *high, int64_t n, const double *values, bool positive) {
    bool found = *low <= *high;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(values[i]) || (positive && !(values[i] > 0))) continue;
        *low = fmin(*low, values[i]);
        *high = fmax(*high, values[i]);
        found = true;
    }
    return found;
}

static void note_single_values(umk_plot *plot, const umk_report *report, double temperature, const double *kappa) {
    for (int i = 0; i < report->n_groups; i++) {
        char value[32];
        snprintf(value, sizeof value, "%.4g", kappa[report->groups[i].component]);
        umk_plot_note(plot, temperature, kappa[report->groups[i].component], value);
    }
}

/* Axes of kappa(T): a temperature of 0 K and its kappa of 0 have no place on logarithmic ones. */
static bool fit_kappa_axes(umk_plot *plot, const umk_report *report) {
    const umk_conductivity *conductivity = report->conductivity;
    double low = INFINITY, high = -INFINITY, coldest = INFINITY, hottest = -INFINITY;
    int64_t n = conductivity->n_temperatures;
    for (int64_t i = 0; i < n; i++) {
        if (!find_range(&low, &high, 3, conductivity->kappa + 6 * i, true)) continue;
    }
    if (low > high) { /* nothing positive: show what there is */
        for (int64_t i = 0; i < n; i++) find_range(&low, &high, 3, conductivity->kappa + 6 * i, false);
        if (low > high) return false;
    }
    find_range(&coldest, &hottest, n, conductivity->temperatures, true);
    if (coldest > hottest) coldest = hottest = 0;
    umk_axis_fit(&plot->x, coldest, hottest, n_intervals);
    if (high > 20 * low && low > 0) {
        umk_axis_log(&plot->y, low, high);
    } else {
        umk_axis_linear(&plot->y, fmin(low, 0), fmax(high, 0), n_intervals);
    }
    return true;
}

static void draw_kappa(umk_plot *plot, umk_report *report, double *values) {
    const umk_conductivity *conductivity = report->conductivity;
    int64_t n = conductivity->n_temperatures;
    for (int group = report->n_groups - 1; group >= 0; group--) {
        int component = report->groups[group].component;
        for (int64_t i = 0; i < n; i++) values[i] = conductivity->kappa[6 * i + component];
        if (n > 1) umk_plot_line(plot, n, conductivity->temperatures, values, styles[group]);
        if (n <= marked_temperatures) {
            umk_plot_dots(plot, n, conductivity->temperatures, values, styles[group], true);
        }
    }
    if (n == 1) note_single_values(plot, report, conductivity->temperatures[0], conductivity->kappa);
}

void umk_report_kappa(umk_report *report) {
    umk_plot plot = {.text = report->text};
    if (report->conductivity->kappa == NULL || !fit_kappa_axes(&plot, report)) return;
    int64_t n = report->conductivity->n_temperatures;
    double *values = umk_allocate(report->text->context, n, sizeof *values);
    if (values == NULL) {
        report->text->status = UMK_ERROR_MEMORY;
        return;
    }
    umk_legend legend[3];
    int n_legend = group_legend(legend, report);
    begin_figure(report);
    umk_plot_begin(&plot, "Thermal conductivity against temperature", "Temperature (K)", kappa_axis, n_legend, legend,
                   n == 1);
    draw_kappa(&plot, report, values);
    umk_plot_end(&plot);
    begin_caption(report, "Thermal conductivity");
    if (n > 1) {
        umk_text_add(report->text, "Diagonal components of \xce\xba at %lld temperatures%s.", (long long)n,
                     n <= marked_temperatures ? ", marked by dots and joined by straight lines" : "");
    } else {
        umk_text_add(report->text, "Diagonal components of \xce\xba.");
    }
    umk_text_add(report->text, "%s", report->n_groups < 3 ? " Components that agree within 0.1 % share a line." : "");
    end_figure(report);
    umk_release(values);
}

/* Frequencies and linewidths of the acoustic (first three) or the other bands that have a linewidth. */
static int64_t collect_linewidths(double *x, double *y, const umk_report *report, bool acoustic) {
    const umk_conductivity *conductivity = report->conductivity;
    int64_t n = 0, n_modes = conductivity->n_points * conductivity->n_bands;
    const double *gamma = conductivity->gamma + report->reference * n_modes;
    for (int64_t i = 0; i < n_modes; i++) {
        if ((i % conductivity->n_bands < n_acoustic) != acoustic) continue;
        if (!(gamma[i] > 0) || isinf(gamma[i]) || !isfinite(conductivity->frequencies[i])) continue;
        x[n] = conductivity->frequencies[i];
        y[n++] = gamma[i];
    }
    return n;
}

static bool fit_linewidth_axes(umk_plot *plot, int64_t n, const double *x, const double *y) {
    double slowest = 0, fastest = 0, low = INFINITY, high = -INFINITY;
    find_range(&slowest, &fastest, n, x, false);
    if (!find_range(&low, &high, n, y, true)) return false;
    umk_axis_linear(&plot->x, slowest, fastest, n_intervals);
    if (high > 20 * low) {
        umk_axis_log(&plot->y, low, high);
    } else {
        umk_axis_linear(&plot->y, 0, high, n_intervals);
    }
    return true;
}

static void caption_linewidths(umk_report *report, int64_t n_shown) {
    const umk_conductivity *conductivity = report->conductivity;
    int64_t n_modes = conductivity->n_points * conductivity->n_bands;
    begin_caption(report, "Linewidths");
    umk_text_add(
        report->text,
        "Half widths at half maximum \xce\xb3 of three-phonon scattering at %g K, one dot for each of %lld modes; "
        "the lifetime is 1/(4\xcf\x80\xce\xb3).",
        reference_kelvin(report), (long long)n_shown);
    if (n_shown < n_modes) {
        umk_text_add(report->text, " %lld of the %lld modes have no linewidth that can be shown.",
                     (long long)(n_modes - n_shown), (long long)n_modes);
    }
    end_figure(report);
}

static void draw_linewidths(umk_report *report, double *x, double *y) {
    static const umk_legend legend[] = {{"acoustic", "s1"}, {"optical", "s2"}};
    umk_plot plot = {.text = report->text};
    bool has_optical = report->conductivity->n_bands > n_acoustic;
    int64_t n_first = collect_linewidths(x, y, report, true);
    int64_t n = n_first + collect_linewidths(x + n_first, y + n_first, report, false);
    if (!fit_linewidth_axes(&plot, n, x, y)) return;
    begin_figure(report);
    umk_plot_begin(&plot, "Phonon linewidths against frequency", "Frequency (THz)", "Linewidth \xce\xb3 (THz)",
                   has_optical ? 2 : 1, legend, true);
    int64_t n_shown = umk_plot_dots(&plot, n - n_first, x + n_first, y + n_first, "s2", false);
    n_shown += umk_plot_dots(&plot, n_first, x, y, "s1", false);
    umk_plot_end(&plot);
    caption_linewidths(report, n_shown);
}

void umk_report_linewidths(umk_report *report) {
    const umk_conductivity *conductivity = report->conductivity;
    umk_context *context = report->text->context;
    umk_status status = UMK_OK;
    double *x = NULL, *y = NULL;
    if (conductivity->gamma == NULL || conductivity->frequencies == NULL) return;
    UMK_ALLOCATE(context, x, conductivity->n_points * conductivity->n_bands);
    UMK_ALLOCATE(context, y, conductivity->n_points * conductivity->n_bands);
    draw_linewidths(report, x, y);

cleanup:
    if (status != UMK_OK) report->text->status = status;
    umk_release(x);
    umk_release(y);
}

/* Property at which a component first reaches a share of its total. */
static double property_at_share(const umk_accumulation *accumulation, int component, double share) {
    const double *sum = accumulation->sum[component];
    int64_t i = 0;
    while (i < accumulation->n - 1 && sum[i] < share * sum[accumulation->n - 1]) i++;
    return accumulation->x[i];
}

/*
 * Limits of the drawing; on a logarithmic axis without the ends that carry nothing. False when there is no conductivity
 * to accumulate.
 */
static bool fit_accumulation_axes(umk_plot *plot, const umk_report *report, const umk_accumulation *accumulation,
                                  bool is_log) {
    double total = 0, first = INFINITY, last = 0;
    if (accumulation->n == 0) return false;
    for (int i = 0; i < report->n_groups; i++) {
        int component = report->groups[i].component;
        total = fmax(total, accumulation->sum[component][accumulation->n - 1]);
        first = fmin(first, property_at_share(accumulation, component, 0.001));
        last = fmax(last, property_at_share(accumulation, component, 0.9999));
    }
    if (!(total > 0)) return false;
    if (is_log) {
        umk_axis_log(&plot->x, first, last);
    } else {
        umk_axis_linear(&plot->x, 0, accumulation->x[accumulation->n - 1], n_intervals);
    }
    umk_axis_linear(&plot->y, 0, total, n_intervals);
    return true;
}

typedef struct accumulation_words {
    const char *description, *x_label, *title, *of, *unit;
    bool is_log;
} accumulation_words;

static void caption_accumulation(umk_report *report, const umk_accumulation *accumulation,
                                 const accumulation_words *words) {
    begin_caption(report, words->title);
    umk_text_add(report->text, "\xce\xba at %g K of all modes with %s.", reference_kelvin(report), words->of);
    for (int i = 0; i < report->n_groups; i++) {
        umk_text_add(report->text, "%s %.3g %s", i == 0 ? " Half of it is reached at" : ",",
                     property_at_share(accumulation, report->groups[i].component, 0.5), words->unit);
        if (report->n_groups > 1) umk_text_add(report->text, " (%s)", report->groups[i].name);
    }
    umk_text_add(report->text, ".");
    end_figure(report);
}

static void draw_accumulation(umk_report *report, const double *property, const accumulation_words *words) {
    umk_accumulation accumulation;
    umk_plot plot = {.text = report->text};
    umk_status status =
        umk_accumulate(&accumulation, report->text->context, report->conductivity, report->reference, property);
    if (status != UMK_OK) {
        report->text->status = status;
        return;
    }
    if (fit_accumulation_axes(&plot, report, &accumulation, words->is_log)) {
        umk_legend legend[3];
        int n_legend = group_legend(legend, report);
        begin_figure(report);
        umk_plot_begin(&plot, words->description, words->x_label, summed_axis, n_legend, legend, false);
        for (int i = report->n_groups - 1; i >= 0; i--) {
            umk_plot_steps(&plot, accumulation.n, accumulation.x, accumulation.sum[report->groups[i].component],
                           styles[i]);
        }
        umk_plot_end(&plot);
        caption_accumulation(report, &accumulation, words);
    }
    umk_accumulation_clear(&accumulation);
}

void umk_report_mean_free_path(umk_report *report) {
    static const accumulation_words words = {
        "Cumulative thermal conductivity against mean free path",
        "Mean free path (nm)",
        "Accumulation over mean free paths",
        "a mean free path |v|/(4\xcf\x80\xce\xb3) of three-phonon scattering up to "
        "the abscissa",
        "nm",
        true};
    const umk_conductivity *conductivity = report->conductivity;
    if (conductivity->mode_kappa == NULL || conductivity->gamma == NULL || conductivity->group_velocities == NULL)
        return;
    double *path = umk_allocate(report->text->context, conductivity->n_points * conductivity->n_bands, sizeof *path);
    if (path == NULL) {
        report->text->status = UMK_ERROR_MEMORY;
        return;
    }
    umk_mean_free_paths(path, conductivity, report->reference);
    draw_accumulation(report, path, &words);
    umk_release(path);
}

void umk_report_spectrum(umk_report *report) {
    static const accumulation_words words = {"Cumulative thermal conductivity against frequency",
                                             "Frequency (THz)",
                                             "Accumulation over frequencies",
                                             "a frequency up to the abscissa",
                                             "THz",
                                             false};
    const umk_conductivity *conductivity = report->conductivity;
    if (conductivity->mode_kappa == NULL || conductivity->frequencies == NULL) return;
    draw_accumulation(report, conductivity->frequencies, &words);
}
