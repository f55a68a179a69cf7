/* umklapp report: figures of a result file. */
#include "commands.h"
#include "options.h"
#include "output.h"
#include "terminal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <umklapp/umklapp.h>

/* kappa-m111111.hdf5 -> kappa-m111111.html, freed by the caller. */
static char *default_output(const char *input) {
    size_t length = strlen(input);
    if (length > 5 && strcmp(input + length - 5, ".hdf5") == 0) length -= 5;
    char *output = malloc(length + 6);
    if (output != NULL) sprintf(output, "%.*s.html", (int)length, input);
    return output;
}

static int write_report(terminal *terminal, const char *input, const char *output, const char *title) {
    umk_context *context = NULL;
    umk_conductivity conductivity;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    options.log = terminal_log;
    options.user = terminal;
    memset(&conductivity, 0, sizeof conductivity);
    if (umk_context_create(&context, &options) != UMK_OK) {
        terminal_error("out of memory");
        return EXIT_DATA;
    }
    umk_status status = umk_conductivity_read(&conductivity, context, input);
    if (status == UMK_OK) status = umk_report_write(context, &conductivity, title, output);
    int exit_status = terminal_report(terminal, context, status);
    if (status == UMK_OK) terminal_say(terminal, "The report was written to \"%s\".", output);
    umk_conductivity_clear(&conductivity);
    umk_context_destroy(context);
    return exit_status;
}

static int report_file(terminal *terminal, const char *input, const char *output, const char *title) {
    char *made = output == NULL ? default_output(input) : NULL;
    int exit_status = EXIT_DATA;
    if (output == NULL) output = made;
    if (output == NULL) {
        terminal_error("out of memory");
    } else if (output_is_same_file(input, output)) {
        terminal_usage_error("-o %s would replace the input", output);
        exit_status = EXIT_USAGE;
    } else {
        exit_status = write_report(terminal, input, output, title);
    }
    free(made);
    return exit_status;
}

int command_report(int argc, char **argv) {
    const char *output = NULL, *title = NULL;
    bool help = false;
    terminal terminal;
    terminal_init(&terminal);
    const option rows[] = {
        {.kind = OPTION_HEADING, .help = "options"},
        {OPTION_TEXT, "-o --output", "FILE", "name of the page (default: that of the input with .html)", &output, 1, 1,
         ANY_NUMBER},
        {OPTION_TEXT, "--title", "TEXT", "title of the page", &title, 1, 1, ANY_NUMBER},
        {OPTION_FLAG, "-q --quiet", NULL, "print warnings and errors only", &terminal.quiet, 0, 0, ANY_NUMBER},
        {OPTION_FLAG, "-h --help", NULL, "this text", &help, 0, 0, ANY_NUMBER},
        {.kind = OPTION_HEADING},
    };
    arguments arguments;
    int exit_status = EXIT_USAGE;
    if (options_parse(rows, argc, argv, 2, &arguments)) {
        if (help) {
            printf("usage: umklapp report kappa-mXXX.hdf5 [options]\n");
            options_print_help(rows);
            exit_status = EXIT_DONE;
        } else if (arguments.n_positional != 1) {
            terminal_usage_error("report takes one file, %lld given", (long long)arguments.n_positional);
        } else {
            exit_status = report_file(&terminal, arguments.positional[0], output, title);
        }
    }
    arguments_clear(&arguments);
    return exit_status;
}
