/* A yaml file as a stream of events: opening, going on, passing over. See the header. */
#include "readers/yaml.h"
#include "readers/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { deepest_nesting = 32, longest_text = 1 << 24 };

/* libyaml asks for text. */
static int read_text(void *data, unsigned char *buffer, size_t size, size_t *size_read) {
    umk_yaml *yaml = data;
    yaml->read_status = umk_yaml_filter_read(&yaml->filter, buffer, size, size_read);
    if (yaml->read_status == UMK_OK) yaml->read_status = umk_check_cancel(yaml->context);
    if (yaml->read_status == UMK_OK && yaml->filter.n_text_bytes - yaml->bytes_at_event > longest_text) {
        yaml->read_status =
            umk_fail(yaml->context, UMK_ERROR_INPUT, "%s, line %lld: more than 16 MB of text without a new item",
                     yaml->name, (long long)umk_yaml_line(yaml));
    }
    return yaml->read_status == UMK_OK;
}

umk_status umk_yaml_open(umk_yaml **yaml, umk_context *context, umk_source *source) {
    *yaml = umk_allocate(context, 1, sizeof **yaml);
    if (*yaml == NULL) return UMK_ERROR_MEMORY;
    if (!yaml_parser_initialize(&(*yaml)->parser)) {
        umk_release(*yaml);
        *yaml = NULL;
        return umk_fail(context, UMK_ERROR_MEMORY, "out of memory: the yaml parser could not be started");
    }
    (*yaml)->context = context;
    (*yaml)->name = umk_source_name(source);
    umk_yaml_filter_start(&(*yaml)->filter, source);
    yaml_parser_set_encoding(&(*yaml)->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&(*yaml)->parser, read_text, *yaml);
    return UMK_OK;
}

void umk_yaml_close(umk_yaml *yaml) {
    if (yaml == NULL) return;
    yaml_event_delete(&yaml->event);
    yaml_parser_delete(&yaml->parser);
    umk_release(yaml);
}

int64_t umk_yaml_line(const umk_yaml *yaml) {
    return (int64_t)yaml->event.start_mark.line + 1;
}

static umk_status fail_at(const umk_yaml *yaml, int64_t line, const char *format, va_list arguments) {
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    return umk_fail(yaml->context, UMK_ERROR_INPUT, "%s, line %lld: %s", yaml->name, (long long)line, message);
}

umk_status umk_yaml_fail(const umk_yaml *yaml, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    umk_status status = fail_at(yaml, umk_yaml_line(yaml), format, arguments);
    va_end(arguments);
    return status;
}

umk_status umk_yaml_fail_at(const umk_yaml *yaml, int64_t line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    umk_status status = fail_at(yaml, line, format, arguments);
    va_end(arguments);
    return status;
}

static umk_status parser_failure(umk_yaml *yaml) {
    const yaml_parser_t *parser = &yaml->parser;
    if (yaml->read_status != UMK_OK) return yaml->read_status;
    if (parser->error == YAML_MEMORY_ERROR) {
        return umk_fail(yaml->context, UMK_ERROR_MEMORY, "%s: out of memory", yaml->name);
    }
    const char *problem = parser->problem != NULL ? parser->problem : "this cannot be parsed";
    /* An error of the reader (wrong UTF-8) has no mark of its own; it lies where the scanner stands or a little later.
     */
    bool has_mark = parser->error != YAML_READER_ERROR;
    int64_t line = (int64_t)(has_mark ? parser->problem_mark.line : parser->mark.line) + 1;
    return umk_yaml_fail_at(yaml, line, "no valid yaml%s: %s", has_mark ? "" : " on this line or soon after", problem);
}

umk_status umk_yaml_next(umk_yaml *yaml) {
    yaml_event_delete(&yaml->event);
    yaml->bytes_at_event = yaml->filter.n_text_bytes;
    if (!yaml_parser_parse(&yaml->parser, &yaml->event)) return parser_failure(yaml);
    switch (yaml->event.type) {
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        yaml->depth++;
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        yaml->depth--;
        break;
    default:
        break;
    }
    if (yaml->depth > deepest_nesting) return umk_yaml_fail(yaml, "nested deeper than %d levels", deepest_nesting);
    return UMK_OK;
}

static void note_word_of_dataset(umk_yaml *yaml) {
    const char *text = (const char *)yaml->event.data.scalar.value;
    if (strcmp(text, "forces") == 0 || strcmp(text, "force") == 0) yaml->has_forces = true;
    if (strcmp(text, "displacements") == 0 || strcmp(text, "displacement") == 0) yaml->has_displacements = true;
}

static umk_status skip(umk_yaml *yaml, bool note) {
    int depth = yaml->depth - 1;
    if (yaml->event.type != YAML_MAPPING_START_EVENT && yaml->event.type != YAML_SEQUENCE_START_EVENT) return UMK_OK;
    while (yaml->depth > depth) {
        umk_status status = umk_yaml_next(yaml);
        if (status != UMK_OK) return status;
        if (note && yaml->event.type == YAML_SCALAR_EVENT) note_word_of_dataset(yaml);
    }
    return UMK_OK;
}

umk_status umk_yaml_skip(umk_yaml *yaml) {
    return skip(yaml, false);
}

umk_status umk_yaml_skip_dataset(umk_yaml *yaml, const char *key) {
    int64_t start = (int64_t)yaml->event.start_mark.index;
    bool is_list = yaml->event.type == YAML_SEQUENCE_START_EVENT;
    umk_status status = skip(yaml, true);
    bool is_filled = is_list && (int64_t)yaml->event.start_mark.index > start + 2;
    if (is_filled && umk_yaml_names_displacements(key)) yaml->has_displacements = true;
    return status;
}

bool umk_yaml_is_null(const umk_yaml *yaml) {
    if (yaml->event.type != YAML_SCALAR_EVENT || yaml->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return false;
    const char *text = (const char *)yaml->event.data.scalar.value;
    size_t length = yaml->event.data.scalar.length;
    return length == 0 || umk_same_word(text, length, "~") || umk_same_word(text, length, "null");
}

static umk_status read_member(umk_yaml *yaml, const char *what, const umk_yaml_field *fields, int n_fields, void *user,
                              uint32_t *seen) {
    char quoted[umk_quote_size];
    if (yaml->event.type != YAML_SCALAR_EVENT) return umk_yaml_fail(yaml, "%s: a key must be a word", what);
    const char *key = (const char *)yaml->event.data.scalar.value;
    for (int i = 0; i < n_fields; i++) {
        if (strcmp(key, fields[i].key) != 0) continue;
        if (*seen & UINT32_C(1) << i) {
            umk_quote(quoted, key, yaml->event.data.scalar.length);
            return umk_yaml_fail(yaml, "%s: the key %s comes a second time", what, quoted);
        }
        *seen |= UINT32_C(1) << i;
        umk_status status = umk_yaml_next(yaml);
        return status != UMK_OK ? status : fields[i].read(yaml, fields[i].key, user);
    }
    umk_status status = umk_yaml_next(yaml);
    return status != UMK_OK ? status : umk_yaml_skip(yaml);
}

umk_status umk_yaml_mapping(umk_yaml *yaml, const char *what, const umk_yaml_field *fields, int n_fields, void *user) {
    uint32_t seen = 0;
    umk_status status = UMK_OK;
    if (umk_yaml_is_null(yaml)) return UMK_OK;
    if (yaml->event.type != YAML_MAPPING_START_EVENT) {
        return umk_yaml_fail(yaml, "%s: expected keys with values (name: value)", what);
    }
    UMK_TRY(umk_yaml_next(yaml));
    while (yaml->event.type != YAML_MAPPING_END_EVENT) {
        UMK_TRY(read_member(yaml, what, fields, n_fields, user, &seen));
        UMK_TRY(umk_yaml_next(yaml));
    }
cleanup:
    return status;
}

umk_status umk_yaml_sequence(umk_yaml *yaml, const char *what, umk_yaml_element read, void *user) {
    umk_status status = UMK_OK;
    if (yaml->event.type != YAML_SEQUENCE_START_EVENT) return umk_yaml_fail(yaml, "%s: expected a list", what);
    UMK_TRY(umk_yaml_next(yaml));
    for (int64_t index = 0; yaml->event.type != YAML_SEQUENCE_END_EVENT; index++) {
        UMK_TRY(read(yaml, what, index, user));
        UMK_TRY(umk_yaml_next(yaml));
    }
cleanup:
    return status;
}
