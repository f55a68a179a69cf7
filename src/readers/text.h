/* Text from files: numbers whatever the locale of the process, and foreign text made fit for a message. */
#ifndef UMK_READERS_TEXT_H
#define UMK_READERS_TEXT_H

#include "base/base.h"

typedef enum umk_number_kind {
    UMK_NUMBER_FINITE,     /* a number that double can hold */
    UMK_NUMBER_NOT_FINITE, /* nan, inf, or a number beyond the range of double */
    UMK_NUMBER_NONE        /* no number */
} umk_number_kind;

/** Reads all of text as a decimal number: 1, -0.5, .5, 1.0e-5. The decimal sign is a point in every locale. */
umk_number_kind umk_parse_number(const char *text, size_t length, double *value);

enum { umk_quote_size = 48 };

/** text in double quotes for a message: on one line, printable, cut after about 40 characters. Returns out. */
const char *umk_quote(char out[umk_quote_size], const char *text, size_t length);

/** True where text, taken without regard to case, equals word (lower case). */
bool umk_same_word(const char *text, size_t length, const char *word);

#endif
