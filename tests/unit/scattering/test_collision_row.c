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

static umk_collision_row *make_row(int64_t n_triplets) {
    umk_row_builder builder = {0};
    assert_int_equal(umk_row_builder_reserve(&builder, context, n_triplets, 4 * n_triplets), UMK_OK);
    for (int64_t t = 0; t < n_triplets; t++) add(&builder, t);
    umk_collision_row *row = umk_row_builder_finish(&builder, context);
    umk_row_builder_clear(&builder);
    assert_non_null(row);
    return row;
}

/* Head and content in memory of another address are the row again, where all of them are there. */
static void test_restore(void **state) {
    (void)state;
    for (int64_t n = 0; n < 40; n++) {
        umk_collision_row *row = make_row(n);
        row->point = 5 + n;
        int64_t bytes, all = umk_collision_row_bytes(n, row->n_entries);
        umk_row_head head = umk_collision_row_head(row);
        const void *content = umk_collision_row_content(row, &bytes);
        assert_int_equal((int64_t)sizeof head + bytes, all);
        char *memory = umk_allocate(context, all, 1);
        for (int64_t left = 0; left <= all; left++) {
            memcpy(memory, &head, sizeof head);
            memcpy(memory + sizeof head, content, (size_t)bytes);
            umk_collision_row *restored = umk_collision_row_restore(memory, left);
            assert_true((restored != NULL) == (left == all));
            if (restored == NULL) continue;
            assert_int_equal(restored->point, 5 + n);
            expect_row(restored, n);
        }
        const int64_t senseless[] = {-1, n + 64, INT64_MAX, INT64_MAX / 8, INT64_MIN};
        for (int i = 0; i < 10; i++) {
            umk_row_head other = head;
            *(i % 2 == 0 ? &other.n_triplets : &other.n_entries) = senseless[i / 2];
            memcpy(memory, &other, sizeof other);
            assert_null(umk_collision_row_restore(memory, all));
        }
        umk_release(memory);
        umk_release(row);
    }
}

static void test_sense(void **state) {
    (void)state;
    enum { n_bands = 7, n_grid = 30 };
    umk_collision_row *row = make_row(20);
    for (int64_t t = 0; t < 20; t++) row->points[t][0] = row->points[t][1] = n_grid - 1;
    for (int64_t e = 0; e < row->n_entries; e++) row->bands[e] = umk_entry_pack(e % n_bands, 6, 0);
    assert_true(umk_collision_row_makes_sense(row, n_bands, n_grid));
    for (int64_t t = 0; t <= 20; t++) {
        const int64_t before = row->first[t], wrong[] = {-1, before + 100, INT64_MIN, INT64_MAX};
        for (int i = 0; i < 4; i++) {
            row->first[t] = wrong[i];
            assert_false(umk_collision_row_makes_sense(row, n_bands, n_grid));
        }
        row->first[t] = before;
    }
    for (int64_t k = 0; k < 40; k++) {
        const int32_t wrong[] = {-1, n_grid, INT32_MIN, INT32_MAX};
        for (int i = 0; i < 4; i++) {
            row->points[k / 2][k % 2] = wrong[i];
            assert_false(umk_collision_row_makes_sense(row, n_bands, n_grid));
        }
        row->points[k / 2][k % 2] = 0;
    }
    for (int64_t e = 0; e < row->n_entries; e++) {
        const uint32_t before = row->bands[e], wrong[] = {umk_entry_pack(n_bands, 0, 0), umk_entry_pack(0, n_bands, 0),
                                                          umk_entry_pack(0, 0, n_bands), UINT32_MAX, UINT32_C(1) << 31};
        for (int i = 0; i < 5; i++) {
            row->bands[e] = wrong[i];
            assert_false(umk_collision_row_makes_sense(row, n_bands, n_grid));
        }
        row->bands[e] = before;
    }
    assert_true(umk_collision_row_makes_sense(row, n_bands, n_grid));
    umk_release(row);
    row = make_row(0);
    assert_true(umk_collision_row_makes_sense(row, 1, 1));
    umk_release(row);
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
        cmocka_unit_test(test_packed_bands), cmocka_unit_test(test_builder), cmocka_unit_test(test_content),
        cmocka_unit_test(test_restore),      cmocka_unit_test(test_sense),   cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
