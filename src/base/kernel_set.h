/*
 * Which set of kernels a calculation uses: the readable reference, or the fast kernels compiled for one instruction
 * set. The best one that the processor has, unless the environment variable UMKLAPP_KERNELS names another.
 */
#ifndef UMK_BASE_KERNEL_SET_H
#define UMK_BASE_KERNEL_SET_H

#include "base/base.h"

typedef enum umk_kernel_set {
    UMK_KERNELS_REFERENCE, /* by definition, slow */
    UMK_KERNELS_PORTABLE,  /* two lanes, any processor */
    UMK_KERNELS_AVX2,
    UMK_KERNELS_AVX512,
    UMK_KERNELS_NEON,
    UMK_N_KERNEL_SETS
} umk_kernel_set;

/**
 * Initializers of an array of UMK_N_KERNEL_SETS pointers, by set: the tables prefix_portable, prefix_avx2, ... that are
 * compiled for this kind of processor. The reference, if it is a table too, is put in front by hand.
 */
#if defined(__x86_64__)
#define UMK_KERNEL_TABLES(prefix)                                                                                      \
    [UMK_KERNELS_PORTABLE] = &prefix##_portable, [UMK_KERNELS_AVX2] = &prefix##_avx2,                                  \
    [UMK_KERNELS_AVX512] = &prefix##_avx512
#elif defined(__aarch64__)
#define UMK_KERNEL_TABLES(prefix) [UMK_KERNELS_PORTABLE] = &prefix##_portable, [UMK_KERNELS_NEON] = &prefix##_neon
#else
#define UMK_KERNEL_TABLES(prefix) [UMK_KERNELS_PORTABLE] = &prefix##_portable
#endif

/** "reference", "portable", "avx2", "avx512" or "neon". */
const char *umk_kernel_set_name(umk_kernel_set set);

/** Whether this library has the set and this processor can run it. */
bool umk_kernel_set_runs(umk_kernel_set set);

/**
 * The set of that name; NULL stands for UMKLAPP_KERNELS, and where that is not set or empty for the fastest that runs.
 * UMK_ERROR_ARGUMENT for a name that does not exist or a set that does not run here.
 */
umk_status umk_kernel_set_choose(umk_kernel_set *set, umk_context *context, const char *name);

#endif
