/* A growing text, in which a page is put together. */
#ifndef UMK_WRITERS_TEXT_H
#define UMK_WRITERS_TEXT_H

#include "base/base.h"

/** The first failure is kept in status and later calls do nothing, so that a caller checks once, at the end. */
typedef struct umk_text {
    umk_context *context;
    char *data; /* ends with a zero byte once something was added */
    int64_t length, capacity;
    umk_status status;
} umk_text;

void umk_text_add(umk_text *text, const char *format, ...) UMK_PRINTF(2, 3);

/** Adds string as the text of an element or attribute: markup escaped, control and invalid bytes replaced. */
void umk_text_add_escaped(umk_text *text, const char *string);

void umk_text_clear(umk_text *text);

/**
 * Between begin and end numbers are printed with a point, whatever the locale of the program is; affects the calling
 * thread only. The result of begin goes to end.
 */
void *umk_plain_numbers_begin(void);
void umk_plain_numbers_end(void *saved);

#endif
