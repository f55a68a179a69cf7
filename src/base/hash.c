/* Eight words at a time, each in a lane of its own, so that multiplications do not wait for each other. */
#include "base/hash.h"
#include <string.h>

static uint64_t mix(uint64_t x) {
    x ^= x >> 32;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 29;
}

enum { n_lanes = 8, block_bytes = 8 * n_lanes };

/* Of known size, so that the words stay in registers. */
static void add_block(uint64_t lanes[n_lanes], const char *bytes) {
    uint64_t words[n_lanes];
    memcpy(words, bytes, sizeof words);
    for (int i = 0; i < n_lanes; i++) {
        lanes[i] = (lanes[i] ^ words[i]) * UINT64_C(0x9fb21c651e98df25);
        lanes[i] ^= lanes[i] >> 31;
    }
}

uint64_t umk_hash(uint64_t hash, const void *memory, size_t size) {
    const char *bytes = memory;
    uint64_t lanes[n_lanes];
    hash = mix(hash + size + 1);
    for (int i = 0; i < n_lanes; i++) lanes[i] = mix(hash + (uint64_t)i);
    for (; size >= block_bytes; size -= block_bytes, bytes += block_bytes) add_block(lanes, bytes);
    if (size > 0) {
        char last[block_bytes] = {0};
        memcpy(last, bytes, size);
        add_block(lanes, last);
    }
    for (int i = 0; i < n_lanes; i++) hash = mix(hash ^ lanes[i]);
    return hash;
}
