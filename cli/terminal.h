/* What the user sees while a command runs: log lines, errors, the progress bar, Ctrl-C. */
#ifndef UMKLAPP_CLI_TERMINAL_H
#define UMKLAPP_CLI_TERMINAL_H

#include <umklapp/context.h>

enum { EXIT_DONE = 0, EXIT_DATA = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

typedef struct terminal {
    bool quiet;   /* warnings and errors only */
    bool verbose; /* debug lines too */
    bool is_tty;
    double started; /* of the progress bar, seconds */
    double drawn;   /* when the bar was drawn last */
    int tenths;     /* of the plain progress lines */
    bool bar_open;  /* a bar stands on the current line */
    const char *label;
} terminal;

void terminal_init(terminal *terminal);

/** One line on stderr: "umklapp: error: ..." ; exit status is the caller's. */
void terminal_error(const char *format, ...) UMK_PRINTF(1, 2);
/** The same for a wrong command line. */
void terminal_usage_error(const char *format, ...) UMK_PRINTF(1, 2);
/** A line of the log on stdout unless quiet. */
void terminal_say(terminal *terminal, const char *format, ...) UMK_PRINTF(2, 3);

/** Callbacks for umk_context_options, user is the terminal. */
void terminal_log(void *user, umk_log_level level, const char *line);
bool terminal_progress(void *user, double fraction);

/** Starts a new progress bar with a label; NULL: progress is not shown. */
void terminal_begin_progress(terminal *terminal, const char *label);
void terminal_end_progress(terminal *terminal);

/** SIGINT and SIGTERM cancel the context; a second one ends the program. */
void terminal_catch_signals(umk_context *context);
/** Before the context is destroyed. */
void terminal_release_signals(void);

/** Sends out what is left of stdout; false after an error line where it cannot be written (a full disk). */
bool terminal_finish(void);

/** Prints the context's message for a failed call and returns the exit status that belongs to it. */
int terminal_report(terminal *terminal, const umk_context *context, umk_status status);

#endif
