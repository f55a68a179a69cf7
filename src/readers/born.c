/*
 * BORN, the text file of phonopy: a line with the unit factor of the non-analytic term or any other word, a line with
 * the nine elements of the dielectric tensor, and a line with nine elements of the effective charge for each
 * symmetry-independent atom of the primitive cell. The first empty line ends it.
 *
 * After the factor the first line may go on with the cutoff of reciprocal vectors and the Lambda of the Ewald sum.
 * Beyond what phonopy accepts, # starts a comment on any line; phonopy takes a number that stands second or third in a
 * comment on the first line for a cutoff or a Lambda.
 */
#include "readers/readers.h"
#include "readers/text.h"
#include <string.h>

enum { largest_file = 1 << 26 };

typedef struct lines {
    umk_context *context;
    const char *name, *next, *end;
    int64_t number; /* of the line in hand */
} lines;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* False at the end of the text. */
static bool take_line(lines *lines, const char **line, size_t *length) {
    if (lines->next == lines->end) return false;
    const char *newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
    const char *end = newline != NULL ? newline : lines->end;
    *line = lines->next;
    *length = (size_t)(end - lines->next);
    lines->next = newline != NULL ? newline + 1 : end;
    lines->number++;
    return true;
}

/* False at the end of the line. */
static bool take_word(const char **line, size_t *length, const char **word, size_t *word_length) {
    size_t i = 0, start;
    while (i < *length && is_blank((*line)[i])) i++;
    start = i;
    while (i < *length && !is_blank((*line)[i])) i++;
    *word = *line + start;
    *word_length = i - start;
    *line += i;
    *length -= i;
    return *word_length > 0;
}

static umk_status read_tensor(const lines *lines, const char *what, const char *line, size_t length, double out[3][3]) {
    char quoted[umk_quote_size];
    const char *word;
    size_t word_length;
    int n = 0;
    for (; take_word(&line, &length, &word, &word_length); n++) {
        double value = 0;
        umk_number_kind kind = umk_parse_number(word, word_length, &value);
        if (kind != UMK_NUMBER_FINITE) {
            return umk_fail(lines->context, UMK_ERROR_INPUT, "%s, line %lld: %s: expected a %s, found %s", lines->name,
                            (long long)lines->number, what, kind == UMK_NUMBER_NONE ? "number" : "finite number",
                            umk_quote(quoted, word, word_length));
        }
        if (n < 9) out[n / 3][n % 3] = value;
    }
    if (n == 9) return UMK_OK;
    return umk_fail(lines->context, UMK_ERROR_INPUT, "%s, line %lld: %s: expected 9 numbers, found %d", lines->name,
                    (long long)lines->number, what, n);
}

static umk_status store_setting(const lines *lines, umk_born *born, int index, double value) {
    static const char *const names[] = {"unit factor", "cutoff of reciprocal vectors", "Lambda of the Ewald sum"};
    double *settings[] = {&born->factor, &born->reciprocal_cutoff, &born->ewald_lambda};
    if (!(value > 0)) {
        return umk_fail(lines->context, UMK_ERROR_INPUT, "%s, line 1: the %s is %g, expected a positive number",
                        lines->name, names[index], value);
    }
    *settings[index] = value;
    return UMK_OK;
}

/* Words in the place of a number mean that the default holds, as does a line that is a comment. */
static umk_status read_first_line(lines *lines, umk_born *born) {
    const char *line, *word;
    size_t length, word_length;
    double values[3] = {0};
    bool given[3] = {false};
    int n_words = 0, n_numbers = 0;
    if (!take_line(lines, &line, &length)) {
        return umk_fail(lines->context, UMK_ERROR_INPUT, "%s: the file is empty", lines->name);
    }
    const char *comment = memchr(line, '#', length);
    if (comment != NULL) length = (size_t)(comment - line);
    for (; take_word(&line, &length, &word, &word_length); n_words++) {
        double value = 0;
        umk_number_kind kind = umk_parse_number(word, word_length, &value);
        if (kind == UMK_NUMBER_NOT_FINITE && n_words < 3) {
            return umk_fail(lines->context, UMK_ERROR_INPUT, "%s, line 1: expected a finite number or a word",
                            lines->name);
        }
        if (kind == UMK_NUMBER_FINITE) n_numbers++;
        if (n_words < 3) given[n_words] = kind == UMK_NUMBER_FINITE;
        if (n_words < 3) values[n_words] = value;
    }
    if (n_words == 0 && comment == NULL) {
        return umk_fail(lines->context, UMK_ERROR_INPUT, "%s, line 1: is empty, expected a unit factor or a word",
                        lines->name);
    }
    if (n_words == 9 && n_numbers == 9) {
        return umk_fail(lines->context, UMK_ERROR_INPUT,
                        "%s, line 1: nine numbers, expected a unit factor or a word (the dielectric tensor is line 2)",
                        lines->name);
    }
    for (int i = 0; i < 3; i++) {
        if (!given[i]) continue;
        umk_status status = store_setting(lines, born, i, values[i]);
        if (status != UMK_OK) return status;
    }
    return UMK_OK;
}

/* The next line that is not a comment alone; false at an empty line or the end. */
static bool take_data_line(lines *lines, const char **line, size_t *length) {
    while (take_line(lines, line, length)) {
        const char *comment = memchr(*line, '#', *length);
        if (comment != NULL) *length = (size_t)(comment - *line);
        const char *rest = *line, *word;
        size_t rest_length = *length, word_length;
        if (take_word(&rest, &rest_length, &word, &word_length)) return true;
        if (comment == NULL) return false;
    }
    return false;
}

static umk_status parse(umk_born *born, lines *lines) {
    umk_status status;
    const char *line;
    size_t length;
    int64_t capacity = 0;
    UMK_TRY(read_first_line(lines, born));
    if (!take_data_line(lines, &line, &length)) {
        return umk_fail(lines->context, UMK_ERROR_INPUT, "%s, line 2: expected the dielectric tensor, found no data",
                        lines->name);
    }
    UMK_TRY(read_tensor(lines, "dielectric tensor", line, length, born->dielectric));
    while (take_data_line(lines, &line, &length)) {
        UMK_TRY(umk_born_grow(born, lines->context, &capacity));
        UMK_TRY(read_tensor(lines, "effective charge", line, length, born->charges[born->n_atoms]));
        born->n_atoms++;
    }
    if (born->n_atoms == 0) {
        status = umk_fail(lines->context, UMK_ERROR_INPUT, "%s: no effective charges, expected a line for each atom",
                          lines->name);
    }
cleanup:
    return status;
}

/* All of a source, *size bytes in *text, which the caller releases. */
static umk_status read_all(umk_source *source, umk_context *context, char **text, size_t *size) {
    umk_status status = UMK_OK;
    size_t capacity = 0, got = 1;
    while (got > 0) {
        if (*size == capacity) {
            if (capacity >= largest_file) {
                return umk_fail(context, UMK_ERROR_INPUT, "%s: larger than %d MB, expected a BORN file",
                                umk_source_name(source), largest_file >> 20);
            }
            capacity = capacity == 0 ? 1 << 14 : 2 * capacity;
            char *larger = umk_allocate(context, (int64_t)capacity, 1);
            if (larger == NULL) return UMK_ERROR_MEMORY;
            if (*size > 0) memcpy(larger, *text, *size);
            umk_release(*text);
            *text = larger;
        }
        UMK_TRY(umk_source_read(source, *text + *size, capacity - *size, &got));
        *size += got;
    }
cleanup:
    return status;
}

static umk_status read_born(umk_born *born, umk_context *context, umk_source *source) {
    char *text = NULL;
    size_t size = 0;
    umk_status status = UMK_OK;
    UMK_TRY(read_all(source, context, &text, &size));
    UMK_TRY(
        parse(born, &(lines){.context = context, .name = umk_source_name(source), .next = text, .end = text + size}));
cleanup:
    umk_release(text);
    return status;
}

umk_status umk_born_read(umk_born *born, umk_context *context, const char *path) {
    umk_source *source = NULL;
    *born = (umk_born){0};
    umk_status status = umk_source_open(&source, context, path);
    if (status == UMK_OK) status = read_born(born, context, source);
    umk_source_close(source);
    return status;
}

umk_status umk_born_read_memory(umk_born *born, umk_context *context, const char *name, const void *data, size_t size,
                                int64_t unpack_limit) {
    umk_source *source = NULL;
    *born = (umk_born){0};
    umk_status status = umk_source_open_memory(&source, context, name, data, size, unpack_limit);
    if (status == UMK_OK) status = read_born(born, context, source);
    umk_source_close(source);
    return status;
}
