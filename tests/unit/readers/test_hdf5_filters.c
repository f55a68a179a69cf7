/* Undoing the filters of HDF5 chunks, and their refusal of damaged data. */
#include "readers/hdf5_filters.h"
#include "readers/lzf.h"
#include "readers_test.h"

static void lzf_by_hand(void **state) {
    (void)state;
    unsigned char out[300];
    /* "abc" literally, then 9 bytes from 3 back: length code 7 plus 0 plus 2. */
    static const unsigned char overlapping[] = {2, 'a', 'b', 'c', 7 << 5, 0, 2};
    assert_int_equal(umk_lzf_unpack(out, sizeof out, overlapping, sizeof overlapping), 12);
    assert_memory_equal(out, "abcabcabcabc", 12);
    assert_int_equal(umk_lzf_unpack(out, 11, overlapping, sizeof overlapping), 0);
    static const unsigned char longest[] = {0, 'x', 7 << 5, 255, 0};
    assert_int_equal(umk_lzf_unpack(out, sizeof out, longest, sizeof longest), 265);
    assert_int_equal(out[264], 'x');
    static const unsigned char too_far[] = {0, 'x', 1 << 5, 1};
    assert_int_equal(umk_lzf_unpack(out, sizeof out, too_far, sizeof too_far), 0);
    for (size_t cut = 5; cut < sizeof overlapping; cut++) {
        assert_int_equal(umk_lzf_unpack(out, sizeof out, overlapping, cut), 0);
    }
    static const unsigned char short_literal[] = {5, 'x'};
    assert_int_equal(umk_lzf_unpack(out, sizeof out, short_literal, 2), 0);
}

static void known_filters(void **state) {
    (void)state;
    assert_true(umk_hdf5_knows_filter(1) && umk_hdf5_knows_filter(2) && umk_hdf5_knows_filter(3));
    assert_true(umk_hdf5_knows_filter(32000) && !umk_hdf5_knows_filter(4) && !umk_hdf5_knows_filter(0));
}

static void shuffle_is_undone(void **state) {
    (void)state;
    umk_hdf5_filters filters = {.n = 1, .id = {2}, .element_size = 2};
    unsigned char stored[16] = "ace"
                               "bdf"
                               "x",
                  scratch[16], out[7];
    assert_null(umk_hdf5_unpack(&filters, 0, stored, 7, scratch, out, 7));
    assert_memory_equal(out, "abcdefx", 7);
    assert_null(umk_hdf5_unpack(&filters, 1, stored, 7, scratch, out, 7));
    assert_memory_equal(out, "acebdfx", 7);
    assert_non_null(umk_hdf5_unpack(&filters, 0, stored, 7, scratch, out, 6));
}

/* Words 0x0102 and 0x0300: sums 0x0402 and 0x0102 + 0x0402 = 0x0504. */
static void fletcher_by_hand(void **state) {
    (void)state;
    umk_hdf5_filters filters = {.n = 1, .id = {3}, .element_size = 1};
    unsigned char stored[16] = {1, 2, 3, 0x02, 0x04, 0x04, 0x05}, scratch[16], out[3];
    assert_null(umk_hdf5_unpack(&filters, 0, stored, 7, scratch, out, 3));
    assert_int_equal(out[2], 3);
    stored[1] ^= 1;
    assert_string_equal(umk_hdf5_unpack(&filters, 0, stored, 7, scratch, out, 3), "the checksum of a chunk is wrong");
    assert_string_equal(umk_hdf5_unpack(&filters, 0, stored, 3, scratch, out, 3),
                        "a chunk is too short for its checksum");
}

static void rubbish_is_not_inflated(void **state) {
    (void)state;
    umk_hdf5_filters filters = {.n = 1, .id = {1}, .element_size = 1};
    unsigned char stored[16] = "rubbish", scratch[16], out[8];
    assert_string_equal(umk_hdf5_unpack(&filters, 0, stored, 7, scratch, out, 8), "a chunk cannot be unpacked");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lzf_by_hand),
        cmocka_unit_test(known_filters),
        cmocka_unit_test(shuffle_is_undone),
        cmocka_unit_test(fletcher_by_hand),
        cmocka_unit_test(rubbish_is_not_inflated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
