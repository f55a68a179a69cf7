/* The report: well-formed markup, the numbers in it, odd input; axes with round ticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transport/conductivity.h"
#include "writers/axis.h"
#include "writers/report.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <umklapp/output.h>
#include <unistd.h>

#define DATA UMK_SOURCE_DIR "/tests/data/writers/"

static umk_context *context;
static char path[] = "umklapp-report-XXXXXX";

static int set_up(void **state) {
    (void)state;
    int file = mkstemp(path);
    if (file < 0) return 1;
    close(file);
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    return umk_context_create(&context, &options) != UMK_OK;
}

static int tear_down(void **state) {
    (void)state;
    umk_context_destroy(context);
    return unlink(path);
}

/* ---- a strict reader of markup ----------------------------------------------------------------------------------*/

static void check_attributes(const char *at, const char *end) {
    while (at < end) {
        while (at < end && *at == ' ') at++;
        if (at == end) return;
        const char *equals = memchr(at, '=', (size_t)(end - at));
        assert_true(equals != NULL && equals + 1 < end && equals[1] == '"');
        const char *close = memchr(equals + 2, '"', (size_t)(end - equals - 2));
        assert_non_null(close);
        assert_null(memchr(equals + 2, '<', (size_t)(close - equals - 2)));
        at = close + 1;
    }
}

static void check_text(const char *at, const char *end) {
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (; at < end; at++) {
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        if (*at != '&') continue;
        bool known = false;
        for (int i = 0; i < 5; i++) known = known || strncmp(at, entities[i], strlen(entities[i])) == 0;
        assert_true(known);
    }
}

/* Every tag is closed in order, attributes are quoted, no bare ampersand: as an XML parser would have it. */
static void check_markup(const char *page) {
    char open[32][16];
    int depth = 0;
    assert_int_equal(strncmp(page, "<!DOCTYPE html>\n", 16), 0);
    const char *at = page + 16;
    while (*at != '\0') {
        const char *tag = strchr(at, '<');
        if (tag == NULL) tag = at + strlen(at);
        check_text(at, tag);
        if (*tag == '\0') break;
        const char *end = strchr(tag, '>');
        assert_non_null(end);
        bool closing = tag[1] == '/', empty = end[-1] == '/';
        const char *name = tag + 1 + closing;
        size_t length = strcspn(name, " />");
        assert_true(length > 0 && length < 16);
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_true(strlen(open[depth]) == length && strncmp(open[depth], name, length) == 0);
        } else {
            check_attributes(name + length, empty ? end - 1 : end);
            if (!empty) {
                assert_true(depth < 32);
                snprintf(open[depth++], 16, "%.*s", (int)length, name);
            }
        }
        at = end + 1;
    }
    assert_int_equal(depth, 0);
}

static char *read_page(void) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *page = calloc(1, (size_t)size + 1);
    assert_int_equal(fread(page, 1, (size_t)size, file), size);
    fclose(file);
    return page;
}

static char *report(const umk_conductivity *conductivity, const char *title) {
    assert_int_equal(umk_report_write(context, conductivity, title, path), UMK_OK);
    char *page = read_page();
    check_markup(page);
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "inf\""));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "src="));
    assert_null(strstr(page, "@import"));
    return page;
}

static void assert_has(const char *page, const char *part) {
    if (strstr(page, part) == NULL) fail_msg("the page does not contain \"%s\"", part);
}

static int count(const char *page, const char *part) {
    int n = 0;
    for (const char *at = strstr(page, part); at != NULL; at = strstr(at + 1, part)) n++;
    return n;
}

/* ---- the page ---------------------------------------------------------------------------------------------------*/

static void test_numbers_of_a_result(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m555-s0.1-sd3.hdf5"), UMK_OK);
    char *page = report(&conductivity, "Silicon <b> & \"co\"");
    assert_has(page, "<h1>Silicon &lt;b&gt; &amp; &quot;co&quot;</h1>");
    assert_int_equal(count(page, "<svg "), 4);
    assert_int_equal(count(page, "<figure>"), 4);
    assert_has(page, "<td>100</td><td>140.113</td><td>140.113</td><td>140.113</td><td>0.000</td>");
    assert_has(page, "<td>300</td><td>55.030</td>");
    assert_has(page, "<b>55.03</b>");
    assert_has(page, "5 \xc3\x97 5 \xc3\x97 5");
    assert_has(page, "\xcf\x83 = 0.1 THz");
    assert_has(page, "three-phonon (normal and Umklapp), isotope, boundary at 10");
    assert_has(page, "xx, yy, zz");
    free(page);
    umk_conductivity_clear(&conductivity);
}

static void test_generalized_grid_and_one_temperature(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    char *page = report(&conductivity, NULL);
    assert_has(page, "<title>Lattice thermal conductivity</title>");
    assert_has(page, "(-1, 1, 1) (1, -1, 1) (1, 1, -1), 4 points");
    assert_has(page, "linear tetrahedra");
    assert_null(strstr(page, "boundary"));
    free(page);
    umk_conductivity_clear(&conductivity);
}

static void test_pairs_of_bands(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    char *page = report(&conductivity, NULL);
    assert_null(strstr(page, "Pairs of bands"));
    free(page);
    umk_conductivity_clear(&conductivity);
    const char *silicon = UMK_SOURCE_DIR "/tests/data/reference/si-pbesol/wigner_rta/kappa-m999.hdf5";
    assert_int_equal(umk_conductivity_read(&conductivity, context, silicon), UMK_OK);
    page = report(&conductivity, NULL);
    assert_has(page, " at 300 K</dt><dd><b>107.2</b>");
    assert_has(page, "Populations (accumulated below) at 300 K</dt><dd><b>106.7</b>");
    assert_has(page, "Pairs of bands at 300 K</dt><dd><b>0.5229</b>");
    free(page);
    umk_conductivity_clear(&conductivity);
}

static void test_numbers_do_not_depend_on_the_locale(void **state) {
    (void)state;
    static const char *const with_comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    char *plain = report(&conductivity, "x");
    int i = 0;
    while (i < 4 && setlocale(LC_NUMERIC, with_comma[i]) == NULL) i++;
    char *other = report(&conductivity, "x");
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(plain, other);
    free(plain);
    free(other);
    umk_conductivity_clear(&conductivity);
}

static void test_title_of_strange_bytes(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    char *page = report(&conductivity, "a\x01\xff\xc3(\xed\xa0\x80\xe2\x82\xac'\xf0\x9f");
    /* a, space, replaced, replaced, (, three replaced, euro sign, apostrophe, two replaced */
    assert_has(page, "<h1>a \xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xe2\x82\xac&#39;"
                     "\xef\xbf\xbd\xef\xbf\xbd</h1>");
    free(page);
    umk_conductivity_clear(&conductivity);
}

static void make_result(umk_conductivity *conductivity, int64_t n_temperatures) {
    *conductivity = (umk_conductivity){0};
    assert_int_equal(umk_conductivity_allocate(conductivity, context, 2, 6, n_temperatures, 0), UMK_OK);
    for (int i = 0; i < 3; i++) conductivity->mesh[i] = 2;
}

static void test_zeros_and_missing_values(void **state) {
    (void)state;
    umk_conductivity conductivity;
    make_result(&conductivity, 1); /* all zero, T = 0 */
    char *page = report(&conductivity, "zeros");
    assert_has(page, "<td>0</td><td>0.000</td>");
    free(page);
    for (int i = 0; i < 6; i++) conductivity.kappa[i] = NAN;
    for (int i = 0; i < 12; i++) {
        conductivity.gamma[i] = i % 3 == 0 ? -1 : i % 3 == 1 ? NAN : INFINITY;
        conductivity.frequencies[i] = i % 2 == 0 ? NAN : -1;
        conductivity.mode_kappa[6 * i] = NAN;
    }
    page = report(&conductivity, "nothing to see");
    assert_has(page, "<td>\xe2\x80\x93</td>");
    assert_int_equal(count(page, "<svg "), 0);
    free(page);
    umk_conductivity_clear(&conductivity);
}

static void test_minimal_result(void **state) {
    (void)state;
    double temperature = 5;
    umk_conductivity conductivity = {.n_points = 1, .n_bands = 3, .n_temperatures = 1, .mesh = {1, 1, 1}};
    assert_int_equal(umk_report_write(context, &conductivity, "x", path), UMK_ERROR_ARGUMENT);
    conductivity.temperatures = &temperature;
    free(report(&conductivity, "x"));
}

static void test_many_decades_from_zero_kelvin(void **state) {
    (void)state;
    umk_conductivity conductivity;
    make_result(&conductivity, 101);
    for (int i = 0; i < 101; i++) {
        conductivity.temperatures[i] = 10 * i;
        for (int k = 0; k < 3; k++) conductivity.kappa[6 * i + k] = i == 0 ? 0 : (k + 1) * pow(10, 5 - 0.08 * i);
    }
    for (int i = 0; i < 12 * 101; i++) conductivity.gamma[i] = pow(10, -(i % 40));
    for (int i = 0; i < 12; i++) conductivity.frequencies[i] = i + 0.5;
    char *page = report(&conductivity, "steep");
    assert_has(page, "101 from 0 to 1000 K");
    assert_has(page, "(xx), <b>");    /* three different components */
    assert_has(page, "\xe2\x88\x92"); /* negative exponents */
    free(page);
    umk_conductivity_clear(&conductivity);
}

static void test_each_failing_allocation(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    umk_status status = UMK_ERROR_MEMORY;
    int64_t n = 0;
    for (; status == UMK_ERROR_MEMORY; n++) {
        umk_test_fail_allocation(n);
        status = umk_report_write(context, &conductivity, "x", path);
        umk_test_fail_allocation(-1);
    }
    assert_int_equal(status, UMK_OK);
    assert_true(n > 15);
    umk_conductivity_clear(&conductivity);
}

static void test_unwritable_place(void **state) {
    (void)state;
    umk_conductivity conductivity;
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m122.hdf5"), UMK_OK);
    assert_int_equal(umk_report_write(context, &conductivity, "x", "no-such-directory/x.html"), UMK_ERROR_IO);
    assert_int_equal(umk_report_write(context, &conductivity, "x", "."), UMK_ERROR_IO);
    umk_conductivity_clear(&conductivity);
}

/* ---- what is drawn ----------------------------------------------------------------------------------------------*/

static void test_accumulation_reaches_kappa(void **state) {
    (void)state;
    umk_conductivity conductivity;
    umk_accumulation accumulation;
    double paths[60];
    assert_int_equal(umk_conductivity_read(&conductivity, context, DATA "kappa-m555-s0.1-sd3.hdf5"), UMK_OK);
    for (int64_t t = 0; t < 2; t++) {
        umk_mean_free_paths(paths, &conductivity, t);
        assert_int_equal(umk_accumulate(&accumulation, context, &conductivity, t, paths), UMK_OK);
        assert_int_equal(accumulation.n, 57); /* all but the three acoustic modes at the origin */
        for (int64_t i = 1; i < accumulation.n; i++) assert_true(accumulation.x[i] >= accumulation.x[i - 1]);
        for (int c = 0; c < 3; c++) {
            assert_float_equal(accumulation.sum[c][56], conductivity.kappa[6 * t + c],
                               1e-12 * conductivity.kappa[6 * t + c]);
        }
        umk_accumulation_clear(&accumulation);
    }
    /* phono3py.conductivity.utils.get_mfp, second grid point, first band at 300 K, in nm */
    assert_float_equal(paths[6], 159.60177998643923, 1e-9 * 159.60177998643923);
    umk_conductivity_clear(&conductivity);
}

static void test_equal_components_form_a_group(void **state) {
    (void)state;
    umk_conductivity conductivity;
    umk_report parts = {0};
    make_result(&conductivity, 1);
    conductivity.temperatures[0] = 300;
    conductivity.kappa[0] = 10;
    conductivity.kappa[1] = 5;
    conductivity.kappa[2] = 10.001;
    umk_report_analyse(&parts, &conductivity);
    assert_int_equal(parts.n_groups, 2);
    assert_string_equal(parts.groups[0].name, "xx, zz");
    assert_string_equal(parts.groups[1].name, "yy");
    umk_conductivity_clear(&conductivity);
}

/* ---- axes -------------------------------------------------------------------------------------------------------*/

static void assert_ticks(const umk_axis *axis, int n, const double *expected) {
    assert_int_equal(axis->n_ticks, n);
    for (int i = 0; i < n; i++) assert_float_equal(axis->ticks[i], expected[i], 1e-12 * fabs(expected[i]) + 1e-15);
}

static void test_linear_ticks_are_round(void **state) {
    (void)state;
    umk_axis axis;
    char label[umk_axis_label_size];
    umk_axis_linear(&axis, 0, 15.4, 8);
    assert_ticks(&axis, 9, (double[]){0, 2, 4, 6, 8, 10, 12, 14, 16});
    umk_axis_linear(&axis, 0.1, 0.3, 4);
    assert_ticks(&axis, 5, (double[]){0.1, 0.15, 0.2, 0.25, 0.3});
    umk_axis_label(label, &axis, axis.ticks[2]);
    assert_string_equal(label, "0.20");
    umk_axis_linear(&axis, -1.2, 3, 4);
    assert_ticks(&axis, 4, (double[]){-2, 0, 2, 4});
    umk_axis_label(label, &axis, -2);
    assert_string_equal(label, "\xe2\x88\x92"
                               "2");
    umk_axis_linear(&axis, 300, 300, 8);
    assert_true(axis.low < 300 && axis.high > 300 && axis.n_ticks > 2);
    umk_axis_linear(&axis, 0, 0, 8);
    assert_true(axis.low < 0 && axis.high > 0);
}

static void test_log_ticks_are_round(void **state) {
    (void)state;
    umk_axis axis;
    char label[umk_axis_label_size];
    umk_axis_log(&axis, 10, 1000);
    assert_ticks(&axis, 7, (double[]){10, 20, 50, 100, 200, 500, 1000});
    assert_float_equal(umk_axis_fraction(&axis, 100), 0.5, 1e-14);
    assert_true(isnan(umk_axis_fraction(&axis, 0)));
    umk_axis_log(&axis, 3e-5, 0.07);
    assert_float_equal(axis.low, 2e-5, 1e-17);
    assert_float_equal(axis.high, 0.1, 1e-15);
    assert_ticks(&axis, 4, (double[]){1e-4, 1e-3, 1e-2, 1e-1});
    umk_axis_label(label, &axis, 1e-4);
    assert_string_equal(label, "10<tspan dy=\"-0.45em\" font-size=\"0.75em\">\xe2\x88\x92"
                               "4</tspan>");
    umk_axis_log(&axis, 1e-300, 1e300);
    assert_true(axis.high / axis.low < 1e14 && axis.n_ticks <= 10 && axis.n_ticks > 2);
    umk_axis_log(&axis, 8, 8);
    assert_true(axis.low < 8 && axis.high > 8 && axis.n_ticks > 0);
    umk_axis_fit(&axis, 1, 19, 8);
    assert_false(axis.is_log);
    umk_axis_fit(&axis, 1, 21, 8);
    assert_true(axis.is_log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_a_result),
        cmocka_unit_test(test_generalized_grid_and_one_temperature),
        cmocka_unit_test(test_pairs_of_bands),
        cmocka_unit_test(test_numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(test_title_of_strange_bytes),
        cmocka_unit_test(test_zeros_and_missing_values),
        cmocka_unit_test(test_minimal_result),
        cmocka_unit_test(test_many_decades_from_zero_kelvin),
        cmocka_unit_test(test_each_failing_allocation),
        cmocka_unit_test(test_unwritable_place),
        cmocka_unit_test(test_accumulation_reaches_kappa),
        cmocka_unit_test(test_equal_components_form_a_group),
        cmocka_unit_test(test_linear_ticks_are_round),
        cmocka_unit_test(test_log_ticks_are_round),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
