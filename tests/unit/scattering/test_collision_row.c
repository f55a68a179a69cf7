/* Rows of the collision operator: packed bands, the builder that grows, one block of memory, failing allocations. */
#include "support/context.h"

#include "scattering/collision_row.h"
#include <string.h>

static void test_packed_bands(void **state) {
    (void)state;
    const int64_t bands[] = {0, 1, 5, 511, 512, 1022, umk_entry_most_bands - 1};
    enum { n = sizeof bands / sizeof bands[0] };
    for (int i = 0; i < n * n * n; i++) {
        uint32_t packed = umk_entry_pack(bands[i / (n * n)], bands[i / n % n], bands[i % n]);
        assert_int_equal(umk_entry_band0(packed), bands[i / (n * n)]);
        assert_int_equal(umk_entry_band1(packed), bands[i / n % n]);
        assert_int_equal(umk_entry_band2(packed), bands[i % n]);
    }
}

/* Entries of triplet t: t % 5 of them. */
static void add(umk_row_builder *builder, int64_t t) {
    for (int64_t e = 0; e < t % 5; e++) {
        builder->values[builder->n_entries] = (double)(7 * t + e);
        builder->bands[builder->n_entries++] = umk_entry_pack(t % 1000, e, 3);
    }
    builder->points[builder->n_triplets][0] = (int32_t)t;
    builder->points[builder->n_triplets][1] = -(int32_t)t;
    builder->first[++builder->n_triplets] = builder->n_entries;
}

static void expect_row(const umk_collision_row *row, int64_t n_triplets) {
    int64_t entry = 0;
    assert_int_equal(row->n_triplets, n_triplets);
    assert_int_equal(row->first[0], 0);
    for (int64_t t = 0; t < n_triplets; t++) {
        assert_int_equal(row->points[t][0], t);
        assert_int_equal(row->points[t][1], -t);
        assert_int_equal(row->first[t + 1] - row->first[t], t % 5);
        for (int64_t e = 0; e < t % 5; e++, entry++) {
            assert_true(row->values[entry] == (double)(7 * t + e));
            assert_int_equal(row->bands[entry], umk_entry_pack(t % 1000, e, 3));
        }
    }
    assert_int_equal(row->n_entries, entry);
}

static void test_builder(void **state) {
    (void)state;
    umk_row_builder builder = {0};
    const int64_t counts[] = {0, 1, 3, 1022, 1023, 1024, 1025, 5000, 2, 0};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) { /* the same builder, empty each time */
        for (int64_t t = 0; t < counts[i]; t++) {
            assert_int_equal(umk_row_builder_reserve(&builder, context, 1, 4), UMK_OK);
            add(&builder, t);
        }
        umk_collision_row *row = umk_row_builder_finish(&builder, context);
        assert_non_null(row);
        assert_int_equal((uintptr_t)row->values % 64, 0);
        expect_row(row, counts[i]);
        assert_int_equal(builder.n_triplets + builder.n_entries, 0);
        umk_release(row);
    }
    umk_row_builder_clear(&builder);
    assert_null(builder.values);
    umk_row_builder_clear(&builder);
}

/* The content of one row put into another of the same counts is the same row. */
static void test_content(void **state) {
    (void)state;
    umk_row_builder builder = {0};
    for (int64_t n = 0; n < 40; n++) {
        assert_int_equal(umk_row_builder_reserve(&builder, context, n, 4 * n), UMK_OK);
        for (int64_t t = 0; t < n; t++) add(&builder, t);
        umk_collision_row *row = umk_row_builder_finish(&builder, context);
        umk_collision_row *copy = umk_collision_row_create(context, row->n_triplets, row->n_entries);
        int64_t bytes, of_copy;
        const void *from = umk_collision_row_content(row, &bytes);
        void *to = umk_collision_row_content(copy, &of_copy);
        assert_int_equal(bytes, of_copy);
        assert_int_equal(bytes % 8, 0);
        assert_true((const char *)from + bytes == (const char *)row + umk_collision_row_bytes(n, row->n_entries));
        memcpy(to, from, (size_t)bytes);
        expect_row(copy, n);
        umk_release(row);
        umk_release(copy);
    }
    umk_row_builder_clear(&builder);
}

static void test_failing_allocations(void **state) {
    (void)state;
    for (int n = 0; n < 4; n++) {
        umk_row_builder builder = {0};
        umk_test_fail_allocation(n);
        assert_int_equal(umk_row_builder_reserve(&builder, context, 10, 10), UMK_ERROR_MEMORY);
        umk_test_fail_allocation(-1);
        assert_int_equal(umk_row_builder_reserve(&builder, context, 10, 40), UMK_OK);
        for (int64_t t = 0; t < 10; t++) add(&builder, t);
        umk_test_fail_allocation(n); /* of larger arrays: the old ones stay */
        assert_int_equal(umk_row_builder_reserve(&builder, context, 2000, 3000), UMK_ERROR_MEMORY);
        umk_test_fail_allocation(-1);
        assert_int_equal(umk_row_builder_reserve(&builder, context, 2000, 8000), UMK_OK);
        for (int64_t t = 10; t < 2000; t++) add(&builder, t);
        umk_collision_row *row = umk_row_builder_finish(&builder, context);
        assert_non_null(row);
        expect_row(row, 2000);
        umk_release(row);
        umk_test_fail_allocation(0);
        assert_null(umk_row_builder_finish(&builder, context));
        umk_row_builder_clear(&builder);
    }
    assert_null(umk_collision_row_create(context, 1, INT64_C(1) << 56));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed_bands),
        cmocka_unit_test(test_builder),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
