/* The subcommands; each returns the exit status. argv[1] is the name of the command. */
#ifndef UMKLAPP_CLI_COMMANDS_H
#define UMKLAPP_CLI_COMMANDS_H

int command_rta(int argc, char **argv);
int command_lbte(int argc, char **argv);
int command_report(int argc, char **argv);

#endif
