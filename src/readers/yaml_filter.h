/*
 * The text of a yaml file without its datasets.
 *
 * Displacements and forces can fill hundreds of megabytes that nobody here needs. The filter stands between the file
 * and the yaml parser and replaces the lines of a dataset by empty ones, so that line numbers stay true. A dataset is
 * recognised only where the top level is a block mapping: its key alone on a line that starts in the first column. It
 * ends with the first line that cannot belong to it, which is one whose first column holds something else than white
 * space, a comment or the dash of a list. Any other way of writing is left to the parser.
 */
#ifndef UMK_READERS_YAML_FILTER_H
#define UMK_READERS_YAML_FILTER_H

#include "readers/source.h"

enum { umk_yaml_filter_size = 1 << 17 };

typedef struct umk_yaml_filter {
    umk_source *source;
    bool has_displacements, has_forces; /* seen in the datasets left out */

    enum { UMK_ROOT_UNKNOWN, UMK_ROOT_BLOCK, UMK_ROOT_OTHER } root;
    bool is_started;          /* a byte-order mark before the first line has been left out */
    bool in_dataset;          /* the lines are being left out */
    bool names_displacements; /* the dataset's own key says that its items are displacements */
    bool inside_line;         /* the head of the line is done with, the rest follows */
    bool source_ended;
    int64_t n_text_bytes;  /* handed out so far, without the empty lines that stand for a dataset */
    int64_t n_empty_lines; /* to be handed out before the text */
    size_t n_text;         /* bytes of data, from begin on, to be handed out as they are */
    size_t begin, end;     /* of what data holds */
    char data[umk_yaml_filter_size];
} umk_yaml_filter;

/** Starts in zeroed memory. */
void umk_yaml_filter_start(umk_yaml_filter *filter, umk_source *source);

/** Fills buffer with up to capacity bytes; *got is 0 at the end only. */
umk_status umk_yaml_filter_read(umk_yaml_filter *filter, void *buffer, size_t capacity, size_t *got);

/** The keys of the datasets, which the parser passes over where it meets one; NULL ends the list. */
extern const char *const umk_yaml_dataset_keys[];

/** True for a key whose items are displacements; other datasets have a key "displacements" inside. */
bool umk_yaml_names_displacements(const char *key);

#endif
