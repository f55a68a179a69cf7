/* Command line options of a subcommand as a table: parsing, checking and the help text come from the same rows. */
#ifndef UMKLAPP_CLI_OPTIONS_H
#define UMKLAPP_CLI_OPTIONS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum option_kind {
    OPTION_HEADING, /* a line of the help text */
    OPTION_FLAG,    /* target: bool, set to true */
    OPTION_UNFLAG,  /* target: bool, set to false */
    OPTION_TEXT,    /* target: const char * */
    OPTION_WORDS,   /* target: word_list */
    OPTION_REAL,    /* target: double */
    OPTION_BYTES,   /* target: double, bytes: a number with k, M, G or T (powers of 1000), without one in GB */
    OPTION_INTEGER, /* target: int64_t */
    OPTION_REALS,   /* target: real_list */
    OPTION_INTEGERS /* target: integer_list */
} option_kind;

typedef struct word_list {
    const char **words; /* the array is freed by the holder, the words point into argv */
    int64_t n;
} word_list;

typedef struct real_list {
    double *values;
    int64_t n;
} real_list;

typedef struct integer_list {
    int64_t *values;
    int64_t n;
} integer_list;

typedef struct option {
    option_kind kind;
    const char *names;  /* "--boundary-mfp --bmfp": the first is shown in messages */
    const char *values; /* "M", for the help text */
    const char *help;
    void *target;
    int64_t least, most;  /* number of values of a list */
    double lower;         /* smallest number allowed; -INFINITY: any */
    bool open;            /* lower itself is not allowed */
    double upper;         /* largest number allowed; 0: any */
    const char *variable; /* of the environment, which counts where the option is not given; NULL: none */
} option;

/** Limits of numbers, the last of the fields of a row that are given by their place. */
#define ANY_NUMBER           .lower = -INFINITY
#define FROM(least)          .lower = (least)
#define ABOVE(bound)         .lower = (bound), .open = true
#define BETWEEN(least, most) .lower = (least), .upper = (most)

/** What a command line holds besides options. */
typedef struct arguments {
    const char **positional;
    int64_t n_positional;
} arguments;

/**
 * Parses argv[first] ... and variables of the environment into the targets; rows ends with an entry whose names and
 * help are NULL. Returns false after one line on stderr that names the option or the variable, what was found and what
 * was expected.
 */
bool options_parse(const option *rows, int argc, char **argv, int first, arguments *arguments);
void options_print_help(const option *rows);
void arguments_clear(arguments *arguments);

#endif
