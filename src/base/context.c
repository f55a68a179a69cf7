/* The context: messages, log, progress, cancellation, limits. */
#include "base/context.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* MemAvailable of Linux, else the physical memory. */
static int64_t available_memory(void) {
    long long kilobytes = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    if (file != NULL) {
        char line[128];
        while (fgets(line, sizeof line, file) != NULL) {
            if (sscanf(line, "MemAvailable: %lld", &kilobytes) == 1) break;
        }
        fclose(file);
    }
    if (kilobytes > 0) return (int64_t)kilobytes * 1024;
    long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_size > 0 ? (int64_t)pages * page_size : INT64_MAX;
}

/* False when the variable is set to something else than a number of threads. */
static bool choose_threads(int *n_threads) {
    const char *variable = getenv("UMKLAPP_NUM_THREADS");
    if (variable != NULL && variable[0] != '\0') return umk_threads_parse(n_threads, variable);
    *n_threads = umk_usable_processors();
    return true;
}

umk_status umk_context_create(umk_context **context, const umk_context_options *options) {
    *context = NULL;
    umk_context_options chosen = UMK_CONTEXT_OPTIONS_INIT;
    if (options != NULL) chosen = *options;
    if (chosen.n_threads < 0 || chosen.n_threads > UMK_MOST_THREADS || chosen.memory_limit < 0) {
        return UMK_ERROR_ARGUMENT;
    }
    if (chosen.n_threads == 0 && !choose_threads(&chosen.n_threads)) return UMK_ERROR_ARGUMENT;
    umk_context *made = calloc(1, sizeof *made);
    if (made == NULL) return UMK_ERROR_MEMORY;
    made->options = chosen;
    made->memory_limit = chosen.memory_limit > 0 ? chosen.memory_limit : available_memory() / 10 * 9;
    made->pool = umk_pool_create(chosen.n_threads);
    if (made->pool == NULL || !umk_stages_start(&made->stages, chosen.n_threads)) {
        umk_context_destroy(made);
        return UMK_ERROR_MEMORY;
    }
    *context = made;
    return UMK_OK;
}

void umk_context_destroy(umk_context *context) {
    if (context == NULL) return;
    umk_pool_destroy(context->pool);
    umk_stages_end(&context->stages);
    free(context);
}

const char *umk_context_message(const umk_context *context) {
    return context->message;
}

int umk_context_n_threads(const umk_context *context) {
    return umk_pool_n_threads(context->pool);
}

int64_t umk_context_memory_limit(const umk_context *context) {
    return context->memory_limit;
}

void umk_context_cancel(umk_context *context) {
    atomic_store(&context->cancelled, true);
}

void umk_context_reset_cancel(umk_context *context) {
    atomic_store(&context->cancelled, false);
}

umk_status umk_fail(umk_context *context, umk_status status, const char *format, ...) {
    char message[umk_message_size]; /* apart, because an argument may be the stored message itself */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    memcpy(umk_pool_message(context->pool, context->message), message, sizeof message);
    return status;
}

umk_status umk_fail_prefix(umk_context *context, umk_status status, const char *format, ...) {
    char prefix[umk_message_size], joined[2 * umk_message_size + 2];
    char *stored = umk_pool_message(context->pool, context->message);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    snprintf(joined, sizeof joined, "%s: %s", prefix, stored);
    joined[umk_message_size - 1] = '\0';
    memcpy(stored, joined, umk_message_size);
    return status;
}

void umk_log(umk_context *context, umk_log_level level, const char *format, ...) {
    if (context->options.log == NULL) return;
    char line[umk_message_size];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    context->options.log(context->options.user, level, line);
}

umk_status umk_check_cancel(umk_context *context) {
    if (!atomic_load(&context->cancelled)) return UMK_OK;
    return umk_fail(context, UMK_ERROR_CANCELLED, "stopped on request");
}

umk_status umk_progress(umk_context *context, double fraction) {
    if (context->options.progress != NULL && context->options.progress(context->options.user, fraction)) {
        umk_context_cancel(context);
    }
    return umk_check_cancel(context);
}
