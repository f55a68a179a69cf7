/* One self-contained page about a conductivity: facts, figures (report_figures.c), the table of kappa. */
#include "writers/report.h"
#include "writers/whole_file.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <umklapp/output.h>

#define TIMES      "\xc3\x97"
#define EN_DASH    "\xe2\x80\x93"
#define MINUS      "\xe2\x88\x92"
#define KAPPA      "\xce\xba"
#define KAPPA_UNIT "W m\xe2\x81\xbb\xc2\xb9 K\xe2\x81\xbb\xc2\xb9"

/* phono3py writes a boundary mean free path of 1 m when none is asked for. */
static const double no_boundary_micrometre = 1e6;

static const char style_sheet[] =
    ":root{color-scheme:light dark;--page:#fff;--ink:#16181d;--soft:#565b66;--rule:#d9dce1;--grid:#eceef1;--s1:#2468c8;"
    "--s2:#d9541e;--s3:#12875f}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--page:#15171b;--ink:#eceef2;--soft:#a4aab6;--rule:#3b4049;--grid:#272b32;"
    "--s1:#6ba4f5;--s2:#f08a52;--s3:#3fbf92}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Helvetica Neue',Arial,sans-serif}\n"
    "main{max-width:1160px;margin:0 auto;padding:40px 28px 56px}\n"
    "h1{font-size:27px;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:0 0 4px;overflow-wrap:anywhere}\n"
    "h2{font-size:17px;font-weight:650;margin:36px 0 8px}\n"
    ".lead{color:var(--soft);margin:0 0 22px}\n"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,290px),1fr));gap:12px 34px;margin:0 0 28px;"
    "padding:14px 0;border:solid var(--rule);border-width:1px 0}\n"
    "dt{color:var(--soft);font-size:12.5px}\n"
    "dd{margin:0;font-variant-numeric:tabular-nums}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:30px 44px}\n"
    "figure{margin:0;break-inside:avoid}\n"
    "figcaption{color:var(--soft);font-size:13.5px;line-height:1.45;margin-top:6px}\n"
    "figcaption b{color:var(--ink);font-weight:650}\n"
    "svg{display:block;width:100%;height:auto}\n"
    "svg text{fill:var(--ink);font-family:inherit}\n"
    ".tick{font-size:12px;fill:var(--soft)!important;font-variant-numeric:tabular-nums}\n"
    ".label{font-size:13.5px}\n"
    ".key{font-size:13px}\n"
    ".grid{stroke:var(--grid);fill:none}\n"
    ".axis{stroke:var(--soft);fill:none}\n"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}\n"
    ".line.s2{stroke-dasharray:7 4}\n"
    ".line.s3{stroke-dasharray:2 4;stroke-linecap:round}\n"
    ".dots{fill:none;stroke-width:3.2;stroke-linecap:round;stroke-opacity:.72}\n"
    ".dots.large{stroke-width:7;stroke-opacity:1}\n"
    ".s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}\n"
    "th,td{text-align:right;padding:4px 0 4px 30px;white-space:nowrap}\n"
    "th:first-child,td:first-child{padding-left:0}\n"
    "th{font-weight:600;border-bottom:1px solid var(--soft);padding-bottom:6px}\n"
    "td{border-bottom:1px solid var(--grid)}\n"
    "thead{display:table-header-group}\n"
    "tr{break-inside:avoid}\n"
    "footer{margin-top:36px;color:var(--soft);font-size:12.5px}\n"
    "@media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#444;--rule:#bbb;--grid:#e6e6e6;--s1:#2468c8;"
    "--s2:#d9541e;--s3:#12875f}body{font-size:10.5pt}main{max-width:none;padding:0}"
    ".figures{grid-template-columns:1fr 1fr;gap:16px "
    "24px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

static void begin_fact(umk_text *text, const char *name) {
    umk_text_add(text, "<div><dt>%s</dt><dd>", name);
}

static void end_fact(umk_text *text) {
    umk_text_add(text, "</dd></div>\n");
}

static void add_mesh(umk_text *text, const umk_conductivity *conductivity) {
    const int64_t *mesh = conductivity->mesh;
    begin_fact(text, conductivity->is_generalized ? "Generalized grid" : "Mesh");
    if (conductivity->is_generalized) {
        for (int i = 0; i < 3; i++) {
            const int64_t *row = conductivity->grid_matrix[i];
            umk_text_add(text, "%s(%lld, %lld, %lld)", i > 0 ? " " : "", (long long)row[0], (long long)row[1],
                         (long long)row[2]);
        }
        umk_text_add(text, ", %lld points", (long long)(mesh[0] * mesh[1] * mesh[2]));
    } else {
        umk_text_add(text, "%lld " TIMES " %lld " TIMES " %lld", (long long)mesh[0], (long long)mesh[1],
                     (long long)mesh[2]);
    }
    end_fact(text);
}

static void add_temperatures(umk_text *text, const umk_conductivity *conductivity) {
    int64_t n = conductivity->n_temperatures;
    double coldest = INFINITY, hottest = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        coldest = fmin(coldest, conductivity->temperatures[i]);
        hottest = fmax(hottest, conductivity->temperatures[i]);
    }
    begin_fact(text, n > 1 ? "Temperatures" : "Temperature");
    if (n > 1) {
        umk_text_add(text, "%lld from %g to %g K", (long long)n, coldest, hottest);
    } else {
        umk_text_add(text, "%g K", coldest);
    }
    end_fact(text);
}

static void add_method(umk_text *text, const umk_conductivity *conductivity) {
    begin_fact(text, "Brillouin-zone integration");
    if (conductivity->sigma > 0) {
        umk_text_add(text, "Gaussian smearing, \xcf\x83 = %g THz", conductivity->sigma);
        if (conductivity->sigma_cutoff > 0) umk_text_add(text, ", cut off at %g\xcf\x83", conductivity->sigma_cutoff);
    } else {
        umk_text_add(text, "linear tetrahedra");
    }
    end_fact(text);
}

static void add_scattering(umk_text *text, const umk_conductivity *conductivity) {
    begin_fact(text, "Scattering");
    umk_text_add(text, "three-phonon");
    if (conductivity->gamma_normal != NULL) umk_text_add(text, " (normal and Umklapp)");
    if (conductivity->gamma_isotope != NULL) umk_text_add(text, ", isotope");
    if (conductivity->boundary_mfp > 0 && conductivity->boundary_mfp < no_boundary_micrometre) {
        umk_text_add(text, ", boundary at %g \xc2\xb5m", conductivity->boundary_mfp);
    }
    end_fact(text);
}

/* A conductivity (T, 6) at the reference temperature, without the components that are the same as others. */
static void add_kappa(const umk_report *report, const char *name, const double *kappa) {
    const umk_conductivity *conductivity = report->conductivity;
    umk_text *text = report->text;
    if (kappa == NULL) return;
    kappa += 6 * report->reference;
    umk_text_add(text, "<div><dt>%s at %g K</dt><dd>", name, conductivity->temperatures[report->reference]);
    for (int i = 0; i < report->n_groups; i++) {
        double value = kappa[report->groups[i].component];
        umk_text_add(text, "%s", i > 0 ? ", " : "");
        if (isfinite(value)) {
            umk_text_add(text, "<b>%.4g</b>", value);
        } else {
            umk_text_add(text, EN_DASH);
        }
        if (report->n_groups > 1) umk_text_add(text, " (%s)", report->groups[i].name);
    }
    umk_text_add(text, " " KAPPA_UNIT);
    end_fact(text);
}

static void add_facts(const umk_report *report) {
    const umk_conductivity *conductivity = report->conductivity;
    umk_text *text = report->text;
    umk_text_add(text, "<dl>\n");
    add_kappa(report, KAPPA, conductivity->kappa);
    add_kappa(report, "Populations (accumulated below)", conductivity->kappa_intra);
    add_kappa(report, "Pairs of bands", conductivity->kappa_inter);
    add_mesh(text, conductivity);
    begin_fact(text, "Modes");
    umk_text_add(text, "%lld irreducible points " TIMES " %lld bands", (long long)conductivity->n_points,
                 (long long)conductivity->n_bands);
    end_fact(text);
    add_method(text, conductivity);
    add_scattering(text, conductivity);
    add_temperatures(text, conductivity);
    umk_text_add(text, "</dl>\n");
}

/* Decimals that show four digits of the smallest row of the table, three to eight. */
static int table_decimals(const umk_conductivity *conductivity) {
    double smallest = INFINITY;
    for (int64_t i = 0; i < conductivity->n_temperatures; i++) {
        const double *kappa = conductivity->kappa + 6 * i;
        double largest = fmax(fabs(kappa[0]), fmax(fabs(kappa[1]), fabs(kappa[2])));
        if (largest > 1e-8) smallest = fmin(smallest, largest);
    }
    if (!isfinite(smallest)) return 3;
    return (int)fmin(8, fmax(3, 3 - floor(log10(smallest))));
}

static void add_cell(umk_text *text, double value, int decimals) {
    if (!isfinite(value)) {
        umk_text_add(text, "<td>" EN_DASH "</td>");
        return;
    }
    bool negative = value < 0 && fabs(value) >= 0.5 * pow(10, -decimals);
    umk_text_add(text, "<td>%s%.*f</td>", negative ? MINUS : "", decimals, fabs(value));
}

static void add_table(umk_text *text, const umk_conductivity *conductivity) {
    static const char *const names[] = {"xx", "yy", "zz", "yz", "xz", "xy"};
    if (conductivity->kappa == NULL) return;
    int decimals = table_decimals(conductivity);
    umk_text_add(text, "<h2>Thermal conductivity " KAPPA " (" KAPPA_UNIT ")</h2>\n<div class=\"scroll\"><table>\n"
                       "<thead><tr><th>T (K)</th>");
    for (int i = 0; i < 6; i++) umk_text_add(text, "<th>%s</th>", names[i]);
    umk_text_add(text, "</tr></thead>\n<tbody>\n");
    for (int64_t i = 0; i < conductivity->n_temperatures; i++) {
        umk_text_add(text, "<tr><td>%g</td>", conductivity->temperatures[i]);
        for (int k = 0; k < 6; k++) add_cell(text, conductivity->kappa[6 * i + k], decimals);
        umk_text_add(text, "</tr>\n");
    }
    umk_text_add(text, "</tbody>\n</table></div>\n");
}

static void add_head(umk_text *text, const char *title) {
    umk_text_add(text,
                 "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
                 "<meta charset=\"utf-8\"/>\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                 "<meta name=\"generator\" content=\"umklapp %s\"/>\n<title>",
                 umk_version());
    umk_text_add_escaped(text, title);
    umk_text_add(text, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", style_sheet);
    umk_text_add_escaped(text, title);
    umk_text_add(text, "</h1>\n");
}

static void compose(umk_text *text, const umk_conductivity *conductivity, const char *title) {
    umk_report report = {.text = text};
    umk_report_analyse(&report, conductivity);
    add_head(text, title);
    umk_text_add(text, "<p class=\"lead\">Lattice thermal conductivity from phonon scattering</p>\n");
    add_facts(&report);
    umk_text_add(text, "<div class=\"figures\">\n");
    umk_report_kappa(&report);
    umk_report_linewidths(&report);
    umk_report_mean_free_path(&report);
    umk_report_spectrum(&report);
    umk_text_add(text, "</div>\n");
    add_table(text, conductivity);
    umk_text_add(text, "<footer>Written by umklapp %s.</footer>\n</main>\n</body>\n</html>\n", umk_version());
}

umk_status umk_report_write(umk_context *context, const umk_conductivity *conductivity, const char *title,
                            const char *path) {
    umk_text text = {.context = context};
    if (conductivity->n_temperatures < 1 || conductivity->temperatures == NULL || conductivity->n_points < 1 ||
        conductivity->n_bands < 1) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "a result without temperatures or modes cannot be reported");
    }
    if (title == NULL || title[0] == '\0') title = "Lattice thermal conductivity";
    void *numbers = umk_plain_numbers_begin();
    compose(&text, conductivity, title);
    umk_plain_numbers_end(numbers);
    umk_status status = text.status;
    if (status == UMK_OK) status = umk_whole_file_write(context, path, text.data, text.length);
    umk_text_clear(&text);
    return status;
}
