/* Text from files: numbers whatever the locale of the process, and foreign text made fit for a message. */
#include "readers/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest_number = 120 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool umk_same_word(const char *text, size_t length, const char *word) {
    if (strlen(word) != length) return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c != word[i]) return false;
    }
    return true;
}

static size_t skip_digits(const char *text, size_t i, size_t length) {
    while (i < length && is_digit(text[i])) i++;
    return i;
}

/* sign digits point digits exponent, with at least one digit before the exponent and one in it */
static bool has_form_of_number(const char *text, size_t length) {
    size_t i = length > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    size_t start = i;
    i = skip_digits(text, i, length);
    size_t n_digits = i - start;
    if (i < length && text[i] == '.') {
        start = ++i;
        i = skip_digits(text, i, length);
        n_digits += i - start;
    }
    if (n_digits == 0) return false;
    if (i == length) return true;
    if (text[i] != 'e' && text[i] != 'E') return false;
    i++;
    if (i < length && (text[i] == '+' || text[i] == '-')) i++;
    return i < length && skip_digits(text, i, length) == length;
}

static bool is_not_finite_word(const char *text, size_t length) {
    static const char *const words[] = {"nan", ".nan", "inf", ".inf", "infinity"};
    if (length > 0 && (text[0] == '+' || text[0] == '-')) {
        text++;
        length--;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (umk_same_word(text, length, words[i])) return true;
    }
    return false;
}

/* strtod expects the locale's decimal sign, which printf shows. */
static double convert(const char *number) {
    char *end;
    double value = strtod(number, &end);
    if (*end == '\0') return value;
    char half[16], local[longest_number + sizeof half];
    int n = snprintf(half, sizeof half, "%.1f", 0.5);
    if (n < 3 || n >= (int)sizeof half) return NAN;
    half[n - 1] = '\0';
    const char *point = strchr(number, '.');
    if (point == NULL) return NAN;
    snprintf(local, sizeof local, "%.*s%s%s", (int)(point - number), number, half + 1, point + 1);
    value = strtod(local, &end);
    return *end == '\0' ? value : NAN;
}

umk_number_kind umk_parse_number(const char *text, size_t length, double *value) {
    char number[longest_number + 1];
    if (is_not_finite_word(text, length)) return UMK_NUMBER_NOT_FINITE;
    if (length > longest_number || !has_form_of_number(text, length)) return UMK_NUMBER_NONE;
    memcpy(number, text, length);
    number[length] = '\0';
    *value = convert(number);
    return isfinite(*value) ? UMK_NUMBER_FINITE : UMK_NUMBER_NOT_FINITE;
}

const char *umk_quote(char out[umk_quote_size], const char *text, size_t length) {
    enum { shown = umk_quote_size - 8 };
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < length && i < shown; i++) {
        out[n++] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    }
    if (length > shown) {
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}
