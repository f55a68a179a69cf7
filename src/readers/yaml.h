/*
 * A yaml file as a stream of events over libyaml, never as a tree. Internal to this room.
 *
 * A function that reads a value is called with the value's first event as the current one and leaves its last event
 * (the scalar itself or the end of the mapping or sequence) as the current one. Nesting is limited to 32 levels and
 * the text between two events to 16 MB, so that memory stays bounded whatever the file holds.
 */
#ifndef UMK_READERS_YAML_H
#define UMK_READERS_YAML_H

#include "readers/source.h"
#include "readers/yaml_filter.h"
#include <yaml.h>

typedef struct umk_yaml {
    umk_context *context;
    const char *name;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; YAML_NO_EVENT before the first */
    int depth;
    int64_t bytes_at_event;             /* filter.n_text_bytes when the current event was asked for */
    umk_status read_status;             /* of the last read, its message is in the context */
    bool has_displacements, has_forces; /* seen by umk_yaml_skip_dataset; the filter has its own */
    umk_yaml_filter filter;
} umk_yaml;

/** Starts reading; the source is borrowed. End with umk_yaml_close after UMK_OK. */
umk_status umk_yaml_open(umk_yaml **yaml, umk_context *context, umk_source *source);
void umk_yaml_close(umk_yaml *yaml);

/** Line of the current event's first character, from 1. */
int64_t umk_yaml_line(const umk_yaml *yaml);

/** Stores "FILE, line N: message" and returns UMK_ERROR_INPUT; the line is that of the current event. */
umk_status umk_yaml_fail(const umk_yaml *yaml, const char *format, ...) UMK_PRINTF(2, 3);
/** The same for another line. */
umk_status umk_yaml_fail_at(const umk_yaml *yaml, int64_t line, const char *format, ...) UMK_PRINTF(3, 4);

/** Goes to the next event. */
umk_status umk_yaml_next(umk_yaml *yaml);

/** Passes over a value of any kind. */
umk_status umk_yaml_skip(umk_yaml *yaml);

/** Passes over a dataset, noting displacements and forces. */
umk_status umk_yaml_skip_dataset(umk_yaml *yaml, const char *key);

/** True where the value is empty, ~ or null. */
bool umk_yaml_is_null(const umk_yaml *yaml);

/** One key of a mapping and the function that reads its value. */
typedef struct umk_yaml_field {
    const char *key;
    umk_status (*read)(umk_yaml *yaml, const char *what, void *user);
} umk_yaml_field;

/**
 * Reads a mapping: keys in the table (at most 32) are read, others are passed over, a key of the table that comes twice
 * is refused. An empty value is an empty mapping. what names the mapping in messages.
 */
umk_status umk_yaml_mapping(umk_yaml *yaml, const char *what, const umk_yaml_field *fields, int n_fields, void *user);

/** Reads one element of a sequence, index from 0. */
typedef umk_status (*umk_yaml_element)(umk_yaml *yaml, const char *what, int64_t index, void *user);

/** Reads a sequence. */
umk_status umk_yaml_sequence(umk_yaml *yaml, const char *what, umk_yaml_element read, void *user);

/** A scalar as text that fits into size bytes with its end. */
umk_status umk_yaml_text(umk_yaml *yaml, const char *what, char *out, size_t size);

/** A finite number. */
umk_status umk_yaml_number(umk_yaml *yaml, const char *what, double *out);

/** Three finite numbers in a list. */
umk_status umk_yaml_vector3(umk_yaml *yaml, const char *what, double out[3]);

/**
 * A list of three lists of three finite numbers. With allow_flat also one list of nine, or of three, which then are the
 * diagonal.
 */
umk_status umk_yaml_matrix3(umk_yaml *yaml, const char *what, bool allow_flat, double out[3][3]);

#endif
