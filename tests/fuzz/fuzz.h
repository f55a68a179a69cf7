/* What the fuzz targets share. Each is one function, which libFuzzer or replay.c calls. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <umklapp/context.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_REQUIRE(condition)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) abort();                                                                                     \
    } while (0)

/* One context for the life of the program. */
static inline umk_context *fuzz_context(void) {
    static umk_context *context;
    if (context == NULL && umk_context_create(&context, &(umk_context_options){.n_threads = 1}) != UMK_OK) abort();
    return context;
}

/* A failure is told in one printable line. */
static inline void fuzz_check_message(umk_context *context) {
    const char *message = umk_context_message(context);
    FUZZ_REQUIRE(message[0] != '\0');
    for (; *message != '\0'; message++) FUZZ_REQUIRE(*message >= ' ' && *message <= '~');
}

#endif
