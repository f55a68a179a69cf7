/* The text of a yaml file without its datasets: see the header. */
#include "readers/yaml_filter.h"
#include <string.h>

const char *const umk_yaml_dataset_keys[] = {
    "displacements",      "displacement_pairs", "phonon_displacements",   "dataset", "phonon_dataset",
    "supercell_energies", "force_constants",    "displacement_pair_info", NULL,
};

bool umk_yaml_names_displacements(const char *key) {
    return strcmp(key, "displacements") == 0 || strcmp(key, "displacement_pairs") == 0 ||
           strcmp(key, "phonon_displacements") == 0;
}

void umk_yaml_filter_start(umk_yaml_filter *filter, umk_source *source) {
    filter->source = source;
}

static bool starts_with(const char *text, size_t length, const char *word) {
    size_t n = strlen(word);
    return length >= n && memcmp(text, word, n) == 0;
}

/* A key of a dataset, a colon, and nothing but white space or a comment on the line. NULL: no such line. */
static const char *find_dataset_key(const char *line, size_t length) {
    for (const char *const *key = umk_yaml_dataset_keys; *key != NULL; key++) {
        size_t i = strlen(*key);
        if (!starts_with(line, length, *key) || i >= length || line[i] != ':') continue;
        i++;
        size_t after_colon = i;
        while (i < length && (line[i] == ' ' || line[i] == '\t')) i++;
        if (i < length && line[i] == '#' && i > after_colon && memchr(line, '\r', length) == NULL) return *key;
        if (i < length && line[i] == '\r') i++;
        return i < length && line[i] == '\n' ? *key : NULL;
    }
    return NULL;
}

/* What the first line that says anything tells about the top level. */
static void look_at_root(umk_yaml_filter *filter, const char *line, size_t length) {
    char first = line[0];
    if (first == '\n' || first == '\r' || first == '#' || first == '%' || starts_with(line, length, "---")) return;
    bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
    filter->root = letter ? UMK_ROOT_BLOCK : UMK_ROOT_OTHER;
}

static bool continues_dataset(const char *line, size_t length) {
    char first = line[0];
    if (first == ' ' || first == '\t' || first == '#' || first == '\n') return true;
    if (first == '\r') return length > 1 && line[1] == '\n';
    return first == '-' && length > 1 && (line[1] == ' ' || line[1] == '\n' || line[1] == '\r');
}

/* Notes what kind of data a line of a dataset holds. */
static void look_at_dataset_line(umk_yaml_filter *filter, const char *line, size_t length) {
    size_t i = 0;
    while (i < length && (line[i] == ' ' || (line[i] == '-' && i + 1 < length && line[i + 1] == ' '))) i++;
    if (i >= length) return;
    line += i;
    length -= i;
    if (filter->names_displacements && line[0] != '#' && line[0] != '\n' && line[0] != '\r') {
        filter->has_displacements = true;
    }
    if (line[0] == 'f') {
        if (starts_with(line, length, "forces:") || starts_with(line, length, "force:")) filter->has_forces = true;
    } else if (line[0] == 'd') {
        if (starts_with(line, length, "displacement")) filter->has_displacements = true;
    }
}

/* Moves what is left to the front and reads more. */
static umk_status refill(umk_yaml_filter *filter) {
    memmove(filter->data, filter->data + filter->begin, filter->end - filter->begin);
    filter->end -= filter->begin;
    filter->begin = 0;
    size_t got;
    umk_status status =
        umk_source_read(filter->source, filter->data + filter->end, umk_yaml_filter_size - filter->end, &got);
    if (status != UMK_OK) return status;
    filter->end += got;
    filter->source_ended = got == 0;
    return UMK_OK;
}

/* The head of a line decides what becomes of it; true: it is the key of a dataset. */
static bool start_line(umk_yaml_filter *filter, const char *line, size_t length) {
    if (filter->root == UMK_ROOT_UNKNOWN) look_at_root(filter, line, length);
    if (filter->in_dataset && !continues_dataset(line, length)) filter->in_dataset = false;
    if (filter->in_dataset) {
        look_at_dataset_line(filter, line, length);
        return false;
    }
    const char *key = filter->root == UMK_ROOT_BLOCK ? find_dataset_key(line, length) : NULL;
    if (key == NULL) return false;
    filter->names_displacements = umk_yaml_names_displacements(key);
    return true;
}

/* Takes the lines that data holds, up to the first one whose text is to be handed out. */
static void take_lines(umk_yaml_filter *filter) {
    while (filter->begin < filter->end && filter->n_text == 0) {
        const char *line = filter->data + filter->begin;
        size_t left = filter->end - filter->begin;
        const char *newline = memchr(line, '\n', left);
        size_t length = newline != NULL ? (size_t)(newline - line) + 1 : left;
        bool whole = newline != NULL || filter->source_ended;
        bool opens_dataset = false;
        if (!filter->inside_line) {
            if (!whole && left < umk_yaml_filter_size) return;
            if (!filter->is_started) {
                filter->is_started = true;
                filter->begin += starts_with(line, length, "\xef\xbb\xbf") ? 3 : 0;
                continue;
            }
            opens_dataset = start_line(filter, line, length);
        }
        if (filter->in_dataset) {
            filter->begin += length;
            if (newline != NULL) filter->n_empty_lines++;
        } else {
            filter->n_text = length;
            filter->in_dataset = opens_dataset;
        }
        filter->inside_line = newline == NULL;
    }
}

static umk_status next_piece(umk_yaml_filter *filter) {
    while (filter->n_empty_lines == 0 && filter->n_text == 0) {
        take_lines(filter);
        if (filter->n_empty_lines > 0 || filter->n_text > 0) break;
        if (filter->source_ended) return UMK_OK;
        umk_status status = refill(filter);
        if (status != UMK_OK) return status;
    }
    return UMK_OK;
}

umk_status umk_yaml_filter_read(umk_yaml_filter *filter, void *buffer, size_t capacity, size_t *got) {
    char *out = buffer;
    *got = 0;
    while (*got < capacity) {
        umk_status status = next_piece(filter);
        if (status != UMK_OK) return status;
        size_t room = capacity - *got, n;
        if (filter->n_empty_lines > 0) {
            n = filter->n_empty_lines < (int64_t)room ? (size_t)filter->n_empty_lines : room;
            memset(out + *got, '\n', n);
            filter->n_empty_lines -= (int64_t)n;
        } else if (filter->n_text > 0) {
            n = filter->n_text < room ? filter->n_text : room;
            memcpy(out + *got, filter->data + filter->begin, n);
            filter->begin += n;
            filter->n_text -= n;
            filter->n_text_bytes += (int64_t)n;
        } else {
            break;
        }
        *got += n;
    }
    return UMK_OK;
}
