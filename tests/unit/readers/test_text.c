/* Numbers and quotes. */
#include "readers/text.h"
#include "readers_test.h"
#include <locale.h>

static void numbers_are_read_as_strtod_does(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0},
        {"-1", -1},
        {"+2.5", 2.5},
        {".5", 0.5},
        {"1.", 1},
        {"1e3", 1000},
        {"1.00000e-05", 1e-5},
        {"-2.E+2", -200},
        {"14.399652", 14.399652},
        {"007", 7},
        {"0.1", 0.1},
        {"1e-400", 0},
        {"4.9406564584124654e-324", 4.9406564584124654e-324},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        double value;
        assert_int_equal(umk_parse_number(cases[i].text, strlen(cases[i].text), &value), UMK_NUMBER_FINITE);
        assert_true(value == cases[i].value);
    }
}

static void other_texts_are_told_apart(void **state) {
    (void)state;
    static const char *const none[] = {"",    "-",     ".",   "e5",  "1e",   "1e+",  "0x10", "1_000", "1,5",
                                       "1 2", "1.5d3", "--1", "one", "1..5", "nano", " 1",   "1 "};
    static const char *const not_finite[] = {"nan", ".NaN", "-inf", "+.inf", "Infinity", "1e999", "-1e400"};
    double value;
    for (int i = 0; i < COUNT(none); i++) {
        assert_int_equal(umk_parse_number(none[i], strlen(none[i]), &value), UMK_NUMBER_NONE);
    }
    for (int i = 0; i < COUNT(not_finite); i++) {
        assert_int_equal(umk_parse_number(not_finite[i], strlen(not_finite[i]), &value), UMK_NUMBER_NOT_FINITE);
    }
    char longer[200];
    memset(longer, '1', sizeof longer);
    assert_int_equal(umk_parse_number(longer, sizeof longer, &value), UMK_NUMBER_NONE);
    assert_int_equal(umk_parse_number("1\0"
                                      "2",
                                      3, &value),
                     UMK_NUMBER_NONE);
}

/* Only where the system has a locale with a decimal comma. */
static void a_decimal_comma_does_not_matter(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    const char *found = NULL;
    for (int i = 0; i < COUNT(names) && found == NULL; i++) found = setlocale(LC_NUMERIC, names[i]);
    if (found == NULL) skip();
    double value;
    assert_int_equal(umk_parse_number("-1.25e1", 7, &value), UMK_NUMBER_FINITE);
    setlocale(LC_NUMERIC, "C");
    assert_true(value == -12.5);
}

static void quotes_are_printable_and_short(void **state) {
    (void)state;
    char out[umk_quote_size], longer[500];
    assert_string_equal(umk_quote(out, "a\nb\x80", 4), "\"a?b?\"");
    memset(longer, 'x', sizeof longer);
    umk_quote(out, longer, sizeof longer);
    assert_true(strlen(out) < umk_quote_size);
    assert_non_null(strstr(out, "...\""));
    assert_string_equal(umk_quote(out, "", 0), "\"\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_as_strtod_does),
        cmocka_unit_test(other_texts_are_told_apart),
        cmocka_unit_test(a_decimal_comma_does_not_matter),
        cmocka_unit_test(quotes_are_printable_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
