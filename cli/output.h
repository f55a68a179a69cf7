/* Checks of the names of output files, before the long part of a command. */
#ifndef UMKLAPP_CLI_OUTPUT_H
#define UMKLAPP_CLI_OUTPUT_H

#include <stdbool.h>

/** True where both names lead to the same file that exists. */
bool output_is_same_file(const char *a, const char *b);

/** True where there is something at the path. */
bool output_exists(const char *path);

/** False after an error line where no file can be made at the path that the option names. */
bool output_check(const char *option, const char *path);

#endif
