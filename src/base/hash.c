/* Eight words at a time, each in a lane of its own, so that multiplications do not wait for each other. */
#include "base/hash.h"
#include <string.h>

static uint64_t mix(uint64_t x) {
    x ^= x >> 32;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 29;
}

uint64_t umk_hash(uint64_t hash, const void *memory, size_t size) {
    enum { n_lanes = 8 };
    const char *bytes = memory;
    uint64_t lanes[n_lanes], words[n_lanes];
    hash = mix(hash + size + 1);
    for (int i = 0; i < n_lanes; i++) lanes[i] = mix(hash + (uint64_t)i);
    for (; size > 0; bytes += sizeof words) {
        size_t n = size < sizeof words ? size : sizeof words;
        if (n < sizeof words) memset(words, 0, sizeof words);
        memcpy(words, bytes, n);
        for (int i = 0; i < n_lanes; i++) {
            lanes[i] = (lanes[i] ^ words[i]) * UINT64_C(0x9fb21c651e98df25);
            lanes[i] ^= lanes[i] >> 31;
        }
        size -= n;
    }
    for (int i = 0; i < n_lanes; i++) hash = mix(hash ^ lanes[i]);
    return hash;
}
