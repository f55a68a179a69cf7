/* Parsing of command lines. A list takes values up to the next option, as in the argparse of Python. */
#include "options.h"
#include "terminal.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_end(const option *row) {
    return row->names == NULL && row->help == NULL;
}

/* Whether a word is an option: it starts with '-' and is no number, fraction or quoted list of them (-1/2, "-1 0 1").
 */
static bool is_option(const char *word) {
    if (word[0] != '-' || word[1] == '\0') return false;
    char *end;
    strtod(word, &end);
    return end == word;
}

/* Whether names, separated by blanks, hold the first length characters of word. */
static bool has_name(const char *names, const char *word, size_t length) {
    while (names != NULL && *names != '\0') {
        size_t n = strcspn(names, " ");
        if (n == length && strncmp(names, word, n) == 0) return true;
        names += n;
        names += strspn(names, " ");
    }
    return false;
}

static const option *find(const option *rows, const char *word, size_t length) {
    for (const option *row = rows; !is_end(row); row++) {
        if (row->kind != OPTION_HEADING && has_name(row->names, word, length)) return row;
    }
    return NULL;
}

static int first_name_length(const option *row) {
    return (int)strcspn(row->names, " ");
}

static bool fail_value(const option *row, const char *word, const char *expected) {
    terminal_usage_error("%.*s: \"%s\" is not %s", first_name_length(row), row->names, word, expected);
    return false;
}

static bool check_bound(const option *row, const char *word, double value) {
    if (!isfinite(value)) return fail_value(row, word, "a finite number");
    char expected[64];
    if (row->upper > 0 && value > row->upper) {
        snprintf(expected, sizeof expected, "%.9g or below", row->upper);
        return fail_value(row, word, expected);
    }
    if (value > row->lower || (value == row->lower && !row->open)) return true;
    snprintf(expected, sizeof expected, row->open ? "above %g" : "%g or above", row->lower);
    return fail_value(row, word, expected);
}

static bool parse_real(const option *row, const char *word, double *value) {
    char *end;
    *value = strtod(word, &end);
    if (end == word || *end != '\0') return fail_value(row, word, "a number");
    return check_bound(row, word, *value);
}

static bool parse_bytes(const option *row, const char *word, double *bytes) {
    static const char *const units = "kMGT";
    const double least = 1e6, largest = 1e18;
    char *end;
    double number = strtod(word, &end), factor = 1e9;
    const char *unit = *end == '\0' ? NULL : strchr(units, *end == 'K' ? 'k' : *end);
    if (unit != NULL) {
        factor = pow(1000, (double)(unit - units) + 1);
        end++;
        if (*end == 'B') end++;
    }
    if (end == word || *end != '\0' || !(number > 0) || !(number * factor >= least && number * factor <= largest)) {
        return fail_value(row, word, "an amount of memory of 1M or more, as 2.5 (GB), 800M or 16G");
    }
    *bytes = number * factor;
    return true;
}

static bool parse_integer(const option *row, const char *word, int64_t *value) {
    char *end;
    errno = 0;
    long long parsed = strtoll(word, &end, 10);
    if (end == word || *end != '\0' || errno != 0) return fail_value(row, word, "an integer");
    *value = parsed;
    return check_bound(row, word, (double)parsed);
}

static bool fail_memory(void) {
    terminal_error("out of memory");
    return false;
}

static bool parse_list(const option *row, char **words, int64_t n) {
    if (row->kind == OPTION_WORDS) {
        word_list *list = row->target;
        free(list->words);
        list->words = (const char **)words;
        list->n = n;
        return true;
    }
    size_t count = n > 0 ? (size_t)n : 1;
    if (row->kind == OPTION_REALS) {
        real_list *list = row->target;
        free(list->values);
        list->values = calloc(count, sizeof *list->values);
        list->n = list->values == NULL ? 0 : n;
        for (int64_t i = 0; i < list->n; i++) {
            if (!parse_real(row, words[i], &list->values[i])) return false;
        }
        return list->values != NULL || fail_memory();
    }
    integer_list *list = row->target;
    free(list->values);
    list->values = calloc(count, sizeof *list->values);
    list->n = list->values == NULL ? 0 : n;
    for (int64_t i = 0; i < list->n; i++) {
        if (!parse_integer(row, words[i], &list->values[i])) return false;
    }
    return list->values != NULL || fail_memory();
}

/*
 * Words that hold several values ("2 2 2", as phono3py's users quote them) cut at their blanks, in place: *out gets
 * pointers into argv. Returns the number of values, or -1 where memory is missing.
 */
static int64_t split_words(char **words, int64_t n, char ***out) {
    int64_t capacity = 1, count = 0;
    for (int64_t i = 0; i < n; i++) capacity += (int64_t)strlen(words[i]) + 1;
    *out = calloc((size_t)capacity, sizeof **out);
    if (*out == NULL) return fail_memory() ? 0 : -1;
    for (int64_t i = 0; i < n; i++) {
        char *rest = words[i], *value;
        while ((value = strtok_r(rest, " \t", &rest)) != NULL) (*out)[count++] = value;
    }
    return count;
}

static bool store(const option *row, char **words, int64_t n) {
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->target = true;
        return true;
    case OPTION_UNFLAG:
        *(bool *)row->target = false;
        return true;
    case OPTION_TEXT:
        *(const char **)row->target = words[0];
        return true;
    case OPTION_REAL:
        return parse_real(row, words[0], row->target);
    case OPTION_BYTES:
        return parse_bytes(row, words[0], row->target);
    case OPTION_INTEGER:
        return parse_integer(row, words[0], row->target);
    default:
        return parse_list(row, words, n);
    }
}

static bool takes_values(const option *row) {
    return row->kind != OPTION_FLAG && row->kind != OPTION_UNFLAG;
}

static int64_t most_values(const option *row) {
    bool list = row->kind == OPTION_REALS || row->kind == OPTION_INTEGERS || row->kind == OPTION_WORDS;
    return !takes_values(row) ? 0 : list ? row->most : 1;
}

static bool check_count(const option *row, int64_t n) {
    int64_t most = most_values(row), least = most == 0 ? 0 : row->least > 0 ? row->least : 1;
    if (n >= least && n <= most) return true;
    char expected[64];
    if (least == most) {
        snprintf(expected, sizeof expected, "%lld value%s", (long long)least, least == 1 ? "" : "s");
    } else {
        snprintf(expected, sizeof expected, "at least %lld value%s", (long long)least, least == 1 ? "" : "s");
    }
    terminal_usage_error("%.*s takes %s, %lld given", first_name_length(row), row->names, expected, (long long)n);
    return false;
}

static bool store_values(const option *row, char **words, int64_t n) {
    if (most_values(row) < 2) return check_count(row, n) && store(row, words, n);
    char **values = NULL;
    int64_t n_values = split_words(words, n, &values);
    bool stored = n_values >= 0 && check_count(row, n_values) && store(row, values, n_values);
    if (!stored || row->kind != OPTION_WORDS) free(values); /* a word list keeps it */
    return stored;
}

/* One option with its values, at argv[*i]; moves *i to the last word used. */
static bool parse_option(const option *rows, int argc, char **argv, int *i) {
    char *word = argv[*i], *equals = word[1] == '-' ? strchr(word, '=') : NULL;
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const option *row = find(rows, word, length);
    if (row == NULL) {
        terminal_usage_error("unknown option %.*s (see --help)", (int)length, word);
        return false;
    }
    if (equals != NULL) {
        char *value = equals + 1;
        return store_values(row, &value, 1);
    }
    int64_t n = 0, most = most_values(row);
    while (n < most && *i + 1 + n < argc && !is_option(argv[*i + 1 + n])) n++;
    if (!store_values(row, argv + *i + 1, n)) return false;
    *i += (int)n;
    return true;
}

static bool is_given(const option *row, int argc, char **argv, int first) {
    for (int i = first; i < argc; i++) {
        size_t length = strcspn(argv[i], "=");
        if (is_option(argv[i]) && has_name(row->names, argv[i], length)) return true;
    }
    return false;
}

/* The variables of single values whose options are not given; an empty one is as good as none. */
static bool parse_variables(const option *rows, int argc, char **argv, int first) {
    for (const option *row = rows; !is_end(row); row++) {
        char *value = row->variable == NULL ? NULL : getenv(row->variable);
        if (value == NULL || value[0] == '\0' || is_given(row, argc, argv, first)) continue;
        option named = *row;
        named.names = row->variable; /* for messages */
        if (!store(&named, &value, 1)) return false;
    }
    return true;
}

bool options_parse(const option *rows, int argc, char **argv, int first, arguments *arguments) {
    arguments->n_positional = 0;
    arguments->positional = calloc((size_t)argc + 1, sizeof *arguments->positional);
    if (arguments->positional == NULL) return fail_memory();
    for (int i = first; i < argc; i++) {
        if (!is_option(argv[i])) {
            arguments->positional[arguments->n_positional++] = argv[i];
        } else if (!parse_option(rows, argc, argv, &i)) {
            return false;
        }
    }
    return parse_variables(rows, argc, argv, first);
}

void arguments_clear(arguments *arguments) {
    free(arguments->positional);
    arguments->positional = NULL;
}

static void print_row(const option *row) {
    char left[80];
    int used = 0;
    const char *names = row->names;
    while (*names != '\0' && used < 60) {
        int n = (int)strcspn(names, " ");
        used += snprintf(left + used, sizeof left - (size_t)used, "%s%.*s", used > 0 ? ", " : "", n, names);
        names += n;
        names += strspn(names, " ");
    }
    if (row->values != NULL) snprintf(left + used, sizeof left - (size_t)used, " %s", row->values);
    if (strlen(left) > 28) {
        printf("  %s\n%32s%s\n", left, "", row->help);
    } else {
        printf("  %-29s %s\n", left, row->help);
    }
}

void options_print_help(const option *rows) {
    for (const option *row = rows; !is_end(row); row++) {
        if (row->kind == OPTION_HEADING) {
            printf("\n%s:\n", row->help);
        } else if (row->help != NULL) {
            print_row(row);
        }
    }
}
