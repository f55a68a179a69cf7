/* The hash of memory: bits, lengths, addresses, what came before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include <string.h>

/* Every bit of the memory counts, and so do length and what came before. */
static void test_hash(void **state) {
    (void)state;
    unsigned char bytes[200] = {0};
    uint64_t whole = umk_hash(1, bytes, sizeof bytes);
    assert_true(umk_hash(1, bytes, sizeof bytes) == whole);
    assert_true(umk_hash(2, bytes, sizeof bytes) != whole);
    assert_true(umk_hash(1, bytes, sizeof bytes - 1) != whole);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_true(umk_hash(1, bytes, sizeof bytes) != whole);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    bytes[3] = 1;
    bytes[64 + 3] = 2;
    uint64_t one = umk_hash(1, bytes, sizeof bytes);
    bytes[3] = 2;
    bytes[64 + 3] = 1;
    assert_true(umk_hash(1, bytes, sizeof bytes) != one);
}

static void test_short(void **state) {
    (void)state;
    unsigned char bytes[41];
    uint64_t prints[sizeof bytes + 1];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(37 * i + 11);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        prints[n] = umk_hash(0, bytes, n);
        for (size_t m = 0; m < n; m++) assert_true(prints[m] != prints[n]);
        assert_true(umk_hash(1, bytes, n) != prints[n]);
        for (size_t bit = 0; bit < 8 * n; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_true(umk_hash(0, bytes, n) != prints[n]);
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
    }
    /* zeros have a length, too; and an address is no part of it */
    const unsigned char zeros[24] = {0};
    assert_true(umk_hash(0, zeros, 8) != umk_hash(0, zeros, 16));
    assert_true(umk_hash(0, zeros, 7) != umk_hash(0, zeros, 8));
    unsigned char shifted[42];
    memcpy(shifted + 1, bytes, sizeof bytes);
    assert_true(umk_hash(0, shifted + 1, sizeof bytes) == prints[sizeof bytes]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hash), cmocka_unit_test(test_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
