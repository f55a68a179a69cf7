/* A 64-bit hash that tells whether contents are the same: no protection against intent. */
#ifndef UMK_BASE_HASH_H
#define UMK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/** The hash of memory, continued from an earlier one. Every bit, the length and the earlier hash count. */
uint64_t umk_hash(uint64_t hash, const void *memory, size_t size);

#endif
