/* Checked allocation: overflow, failure and the planned size of a calculation each end in a message. */
#include "base/base.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { alignment = 64 };

static atomic_llong failing_allocation = -1;

void umk_test_fail_allocation(int64_t n) {
    atomic_store(&failing_allocation, n);
}

static bool should_fail(void) {
    if (atomic_load(&failing_allocation) < 0) return false;
    return atomic_fetch_sub(&failing_allocation, 1) == 0;
}

int64_t umk_checked_product(int n, const int64_t *factors) {
    int64_t product = 1;
    for (int i = 0; i < n; i++) {
        if (factors[i] < 0 || __builtin_mul_overflow(product, factors[i], &product)) return -1;
    }
    return product;
}

/* *padded: the bytes that there are, whole lines of the alignment. */
static void *allocate(umk_context *context, int64_t count, size_t size, size_t *padded) {
    int64_t bytes = umk_checked_product(2, (const int64_t[]){count, (int64_t)size});
    if (bytes < 0 || (uint64_t)bytes > (SIZE_MAX < INT64_MAX ? SIZE_MAX : INT64_MAX) - alignment) {
        umk_fail(context, UMK_ERROR_MEMORY, "an array of %lld elements is too large", (long long)count);
        return NULL;
    }
    *padded = ((size_t)bytes + alignment) / alignment * alignment;
    void *memory = should_fail() ? NULL : aligned_alloc(alignment, *padded);
    if (memory == NULL) {
        umk_fail(context, UMK_ERROR_MEMORY, "out of memory: %.1f MB could not be had", (double)bytes / 1e6);
    }
    return memory;
}

void *umk_allocate(umk_context *context, int64_t count, size_t size) {
    size_t padded;
    void *memory = allocate(context, count, size, &padded);
    return memory == NULL ? NULL : memset(memory, 0, padded);
}

void *umk_allocate_unset(umk_context *context, int64_t count, size_t size) {
    size_t padded;
    return allocate(context, count, size, &padded);
}

void umk_release(void *memory) {
    umk_aligned_free(memory);
}

/* "3.25 GB", "12.5 MB" */
static void format_bytes(char text[32], double bytes) {
    if (bytes < 1e8) {
        snprintf(text, 32, "%.3g MB", bytes / 1e6);
    } else {
        snprintf(text, 32, "%.2f GB", bytes / 1e9);
    }
}

umk_status umk_check_memory(umk_context *context, double bytes, const char *what, const char *way_out) {
    double limit = (double)umk_context_memory_limit(context);
    if (bytes <= limit) return UMK_OK;
    char needed[32], allowed[32];
    format_bytes(needed, bytes);
    format_bytes(allowed, limit);
    return umk_fail(context, UMK_ERROR_MEMORY, "%s needs %s and %s may be used: %s", what, needed, allowed, way_out);
}
