/* A growing text, in which a page is put together. */
#include "writers/text.h"
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* Room for `more` bytes and the final zero. */
static bool reserve(umk_text *text, int64_t more) {
    if (text->status != UMK_OK) return false;
    int64_t needed = text->length + more + 1;
    if (needed <= text->capacity) return true;
    int64_t capacity = text->capacity > 0 ? text->capacity : 4096;
    while (capacity < needed) capacity *= 2;
    char *data = umk_allocate(text->context, capacity, 1);
    if (data == NULL) {
        text->status = UMK_ERROR_MEMORY;
        return false;
    }
    if (text->length > 0) memcpy(data, text->data, (size_t)text->length);
    umk_release(text->data);
    text->data = data;
    text->capacity = capacity;
    return true;
}

void umk_text_add(umk_text *text, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0) {
        if (text->status == UMK_OK) text->status = umk_fail(text->context, UMK_ERROR_INTERNAL, "a text has no form");
    } else if (reserve(text, length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += length;
    }
    va_end(again);
    va_end(arguments);
}

/* Length of the valid UTF-8 sequence at s, 0 when there is none (overlong, surrogate, out of range, cut off). */
static int utf8_length(const unsigned char *s) {
    if (s[0] < 0x80) return 1;
    int n = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 0;
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
    }
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool outside = (s[0] == 0xed && s[1] >= 0xa0) || (s[0] == 0xf4 && s[1] >= 0x90);
    bool noncharacter = s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe;
    return n > 0 && !overlong && !outside && !noncharacter ? n : 0;
}

void umk_text_add_escaped(umk_text *text, const char *string) {
    const unsigned char *s = (const unsigned char *)string;
    while (*s != '\0') {
        int n = utf8_length(s);
        if (n == 0) {
            umk_text_add(text, "\xef\xbf\xbd"); /* the replacement character */
            n = 1;
        } else if (*s == '&') {
            umk_text_add(text, "&amp;");
        } else if (*s == '<') {
            umk_text_add(text, "&lt;");
        } else if (*s == '>') {
            umk_text_add(text, "&gt;");
        } else if (*s == '"') {
            umk_text_add(text, "&quot;");
        } else if (*s == '\'') {
            umk_text_add(text, "&#39;");
        } else if (*s < 0x20 || *s == 0x7f) {
            umk_text_add(text, " ");
        } else {
            umk_text_add(text, "%.*s", n, (const char *)s);
        }
        s += n;
    }
}

void umk_text_clear(umk_text *text) {
    umk_release(text->data);
    text->data = NULL;
    text->length = text->capacity = 0;
}

#ifdef _WIN32
/* The thread gets a locale of its own, and its name is what was there before. */
void *umk_plain_numbers_begin(void) {
    _configthreadlocale(_ENABLE_PER_THREAD_LOCALE);
    const char *name = setlocale(LC_NUMERIC, NULL);
    char *saved = name == NULL ? NULL : strdup(name);
    if (saved != NULL) setlocale(LC_NUMERIC, "C");
    return saved;
}

void umk_plain_numbers_end(void *saved) {
    if (saved != NULL) setlocale(LC_NUMERIC, saved);
    free(saved);
}
#else
void *umk_plain_numbers_begin(void) {
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    return plain == (locale_t)0 ? NULL : (void *)uselocale(plain);
}

void umk_plain_numbers_end(void *saved) {
    if (saved == NULL) return;
    locale_t plain = uselocale((locale_t)saved);
    if (plain != LC_GLOBAL_LOCALE) freelocale(plain);
}
#endif
