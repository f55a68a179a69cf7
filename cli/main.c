/* The command line tool: chooses the subcommand. */
#include "commands.h"
#include "terminal.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <umklapp/umklapp.h>

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} command;

static const command commands[] = {
    {"rta", command_rta, "lattice thermal conductivity in the relaxation-time approximation"},
    {"lbte", command_lbte, "the same from the full linearized Boltzmann equation"},
    {"report", command_report, "one HTML page with figures of a kappa-*.hdf5 file"},
};

enum { n_commands = sizeof commands / sizeof commands[0] };

static void print_help(void) {
    printf("umklapp %s: what phonon-phonon scattering does to a crystal\n\n"
           "usage: umklapp COMMAND [options]\n\ncommands:\n",
           umk_version());
    for (int i = 0; i < n_commands; i++) printf("  %-10s %s\n", commands[i].name, commands[i].help);
    printf("\n\"umklapp COMMAND --help\" lists the options of a command; \"umklapp --version\" tells the version.\n"
           "Exit status: 0 done, 1 wrong data or a failed file, 2 wrong usage, 130 interrupted.\n");
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        terminal_usage_error("a command is missing (see umklapp --help)");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("umklapp %s\n", umk_version());
        return EXIT_DONE;
    }
    for (int i = 0; i < n_commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(argc, argv);
    }
    terminal_usage_error("unknown command \"%s\" (see umklapp --help)", argv[1]);
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
#ifdef SIGXFSZ
    signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is a failed write, with its message and clean-up */
#endif
    int exit_status = run(argc, argv);
    bool told = terminal_finish();
    return exit_status == EXIT_DONE && !told ? EXIT_DATA : exit_status;
}
