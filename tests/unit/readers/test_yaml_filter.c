/* What the filter leaves of a yaml file. */
#include "readers/yaml_filter.h"
#include "readers_test.h"

static umk_yaml_filter *filter;
static char out[1 << 20];

/* Filters text, asked for step bytes at a time. */
static const char *filtered(const char *text, size_t step) {
    umk_source *source;
    size_t used = 0, got = 1;
    memset(filter, 0, sizeof *filter);
    expect_ok(umk_source_open_memory(&source, context, "text", text, strlen(text), 1));
    umk_yaml_filter_start(filter, source);
    while (got > 0) {
        expect_ok(umk_yaml_filter_read(filter, out + used, step, &got));
        used += got;
        assert_true(used + step < sizeof out);
    }
    umk_source_close(source);
    out[used] = '\0';
    return out;
}

static void expect(const char *text, const char *expected, bool displacements, bool forces) {
    for (size_t step = 1; step < 50; step += 7) {
        assert_string_equal(filtered(text, step), expected);
        assert_int_equal(filter->has_displacements, displacements);
        assert_int_equal(filter->has_forces, forces);
    }
}

static void datasets_become_empty_lines(void **state) {
    (void)state;
    expect("a: 1\ndisplacements:\n- atom: 1\n  displacement:\n    [ 0, 0, 0 ]\nb: 2\n",
           "a: 1\ndisplacements:\n\n\n\nb: 2\n", true, false);
    expect("# c\n---\na: 1\ndataset: # 3\n  displacements:\n  - # 1\n    - [ 1, 2, 3 ]\n  forces:\n\n# end\nb: 2",
           "# c\n---\na: 1\ndataset: # 3\n\n\n\n\n\n\nb: 2", true, true);
    expect("displacement_pairs:\r\n- atom: 1\r\n  forces:\r\nb: 2\r\n", "displacement_pairs:\r\n\n\nb: 2\r\n", true,
           true);
    expect("a: 1\nphonon_displacements:\n- - displacement: [ 1, 2, 3 ]\n    force: [ 1, 2, 3 ]\n-\n...\n",
           "a: 1\nphonon_displacements:\n\n\n\n...\n", true, true);
    expect("a: 1\ndisplacements:\n\n# nothing\nforce_constants:\n- 1\n",
           "a: 1\ndisplacements:\n\n\nforce_constants:\n\n", false, false);
    expect("a: 1\ndisplacement_pair_info:\n  duplicated_supercell_ids:\n  - [ 1, 2 ]\nb: 1\n",
           "a: 1\ndisplacement_pair_info:\n\n\nb: 1\n", false, false);
}

static void other_text_stays(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "a: 1",
        "displacements: [ 1,\n  2 ]\n",   /* flow style on the line of the key */
        "{\ndisplacements:\n [ 1 ]\n}\n", /* the top level is in flow style */
        "- 1\ndisplacements:\n- 2\n",     /* the top level is a list */
        "a:\n  displacements:\n  - 1\n",  /* not at the top level */
        "my_displacements:\n- 1\n",       /* another key */
        "displacements_of:\n- 1\n",
        "\"displacements\":\n- 1\n",
        "displacements:#\n- 1\n", /* # is no comment here */
    };
    for (int i = 0; i < COUNT(texts); i++) expect(texts[i], texts[i], false, false);
    expect("a: 1\ndisplacements:\n[ 1 ]\n", "a: 1\ndisplacements:\n[ 1 ]\n", false, false);
    expect("a: 1\ndisplacements:\n- 1\n? x\n", "a: 1\ndisplacements:\n\n? x\n", true, false);
    expect("a: 1\ndisplacements:\n- 1\n---\n", "a: 1\ndisplacements:\n\n---\n", true, false);
}

static void a_byte_order_mark_is_left_out(void **state) {
    (void)state;
    expect("\xef\xbb\xbf"
           "displacements:\n- 1\n",
           "displacements:\n\n", true, false);
    expect("\xef\xbb\xbf", "", false, false);
    expect("\xef\xbb", "\xef\xbb", false, false);
}

/* Lines longer than the buffer pass, or vanish inside a dataset, and do not end a dataset by what they hold. */
static void long_lines_are_handled(void **state) {
    (void)state;
    enum { length = 3 * umk_yaml_filter_size };
    static char text[length + 100];
    int n = sprintf(text, "a: ");
    memset(text + n, 'x', length);
    strcpy(text + n + length, "\nb: 1\n");
    assert_string_equal(filtered(text, 5000), text);
    n = sprintf(text, "displacements:\n- ");
    memset(text + n, 'x', length);
    strcpy(text + n + length, "\nb: 1\n");
    assert_string_equal(filtered(text, 5000), "displacements:\n\nb: 1\n");
}

static int create_filter(void **state) {
    filter = malloc(sizeof *filter);
    return filter == NULL || create_context(state);
}

static int destroy_filter(void **state) {
    free(filter);
    return destroy_context(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datasets_become_empty_lines),
        cmocka_unit_test(other_text_stays),
        cmocka_unit_test(a_byte_order_mark_is_left_out),
        cmocka_unit_test(long_lines_are_handled),
    };
    return cmocka_run_group_tests(tests, create_filter, destroy_filter);
}
