/* Log, errors, progress and signals of the command line tool. */
#include "terminal.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static umk_context *volatile signal_context;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void terminal_init(terminal *terminal) {
    memset(terminal, 0, sizeof *terminal);
    terminal->is_tty = isatty(STDOUT_FILENO);
}

/* A line is one line, whatever bytes a file name or a damaged file brings into it. */
static void print_line(const char *kind, const char *text) {
    fflush(stdout);
    fprintf(stderr, "umklapp: %s: ", kind);
    for (const char *c = text; *c != '\0'; c++) {
        bool is_control = (unsigned char)*c < ' ' || *c == 0x7f;
        fputc(is_control ? '?' : *c, stderr);
    }
    fputc('\n', stderr);
}

static void print_error(const char *kind, const char *format, va_list arguments) {
    char text[4096];
    vsnprintf(text, sizeof text, format, arguments);
    print_line(kind, text);
}

void terminal_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_error("error", format, arguments);
    va_end(arguments);
}

void terminal_usage_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_error("usage", format, arguments);
    va_end(arguments);
}

static void close_bar(terminal *terminal) {
    if (!terminal->bar_open) return;
    printf("\r%78s\r", "");
    terminal->bar_open = false;
}

void terminal_say(terminal *terminal, const char *format, ...) {
    if (terminal->quiet) return;
    va_list arguments;
    va_start(arguments, format);
    close_bar(terminal);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    fflush(stdout);
}

void terminal_log(void *user, umk_log_level level, const char *line) {
    terminal *terminal = user;
    close_bar(terminal);
    if (level == UMK_LOG_WARNING) {
        print_line("warning", line);
    } else if (level == UMK_LOG_INFO || terminal->verbose) {
        terminal_say(terminal, "%s", line);
    }
}

static void format_time(char text[32], double seconds) {
    long total = (long)(seconds + 0.5);
    if (total < 60) {
        snprintf(text, 32, "%ld s", total);
    } else if (total < 3600) {
        snprintf(text, 32, "%ld min %02ld s", total / 60, total % 60);
    } else {
        snprintf(text, 32, "%ld h %02ld min", total / 3600, total / 60 % 60);
    }
}

static void draw_bar(terminal *terminal, double fraction, double elapsed) {
    enum { width = 30 };
    char bar[width + 1], left[32];
    int filled = (int)(fraction * width);
    for (int i = 0; i < width; i++) bar[i] = i < filled ? '#' : '.';
    bar[width] = '\0';
    format_time(left, fraction > 0 ? elapsed / fraction - elapsed : 0);
    printf("\r%s [%s] %3.0f %%  %.1f %%/s  %s left   ", terminal->label, bar, 100 * fraction,
           elapsed > 0 ? 100 * fraction / elapsed : 0, left);
    fflush(stdout);
    terminal->bar_open = true;
}

static void print_tenth(terminal *terminal, double fraction, double elapsed) {
    int tenths = (int)(fraction * 10 + 1e-9);
    if (tenths <= terminal->tenths) return;
    terminal->tenths = tenths;
    char left[32];
    format_time(left, elapsed / fraction - elapsed);
    printf("%s %3d %%, %.1f s, %s left\n", terminal->label, tenths * 10, elapsed, left);
    fflush(stdout);
}

bool terminal_progress(void *user, double fraction) {
    terminal *terminal = user;
    if (terminal->quiet || terminal->label == NULL) return false;
    double time = now(), elapsed = time - terminal->started;
    if (!terminal->is_tty) {
        print_tenth(terminal, fraction, elapsed);
    } else if (time - terminal->drawn > 0.1 || fraction >= 1) {
        terminal->drawn = time;
        draw_bar(terminal, fraction, elapsed);
    }
    return false;
}

void terminal_begin_progress(terminal *terminal, const char *label) {
    terminal->label = label;
    terminal->started = now();
    terminal->drawn = 0;
    terminal->tenths = 0;
}

void terminal_end_progress(terminal *terminal) {
    close_bar(terminal);
    terminal->label = NULL;
}

static void on_signal(int number) {
    umk_context *context = signal_context;
    if (context != NULL) umk_context_cancel(context);
    signal(number, SIG_DFL);
}

void terminal_release_signals(void) {
    signal_context = NULL;
}

bool terminal_finish(void) {
    bool good = fflush(stdout) == 0 && !ferror(stdout);
    if (!good) terminal_error("standard output: not everything could be written");
    return good;
}

void terminal_catch_signals(umk_context *context) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    signal_context = context;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int terminal_report(terminal *terminal, const umk_context *context, umk_status status) {
    if (status == UMK_OK) return EXIT_DONE;
    close_bar(terminal);
    const char *message = umk_context_message(context);
    if (status == UMK_ERROR_CANCELLED) {
        terminal_error("interrupted: nothing more was written");
        return EXIT_INTERRUPTED;
    }
    terminal_error("%s", message[0] != '\0' ? message : umk_status_text(status));
    return status == UMK_ERROR_ARGUMENT ? EXIT_USAGE : EXIT_DATA;
}
