/* Choice of the kernels by name, environment and processor. */
#include "base/kernel_set.h"
#include <stdlib.h>
#include <string.h>

static const char *const names[UMK_N_KERNEL_SETS] = {
    [UMK_KERNELS_REFERENCE] = "reference", [UMK_KERNELS_PORTABLE] = "portable", [UMK_KERNELS_AVX2] = "avx2",
    [UMK_KERNELS_AVX512] = "avx512",       [UMK_KERNELS_NEON] = "neon",
};

const char *umk_kernel_set_name(umk_kernel_set set) {
    return names[set];
}

bool umk_kernel_set_runs(umk_kernel_set set) {
    if (set == UMK_KERNELS_REFERENCE || set == UMK_KERNELS_PORTABLE) return true;
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (set == UMK_KERNELS_AVX2) return avx2;
    if (set == UMK_KERNELS_AVX512) {
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    }
#elif defined(__aarch64__)
    if (set == UMK_KERNELS_NEON) return true;
#endif
    return false;
}

static umk_kernel_set fastest(void) {
    static const umk_kernel_set order[] = {UMK_KERNELS_AVX512, UMK_KERNELS_AVX2, UMK_KERNELS_NEON};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (umk_kernel_set_runs(order[i])) return order[i];
    }
    return UMK_KERNELS_PORTABLE;
}

umk_status umk_kernel_set_choose(umk_kernel_set *set, umk_context *context, const char *name) {
    const char *source = "";
    if (name == NULL) {
        name = getenv("UMKLAPP_KERNELS");
        source = "UMKLAPP_KERNELS: ";
    }
    if (name == NULL || name[0] == '\0') {
        *set = fastest();
        return UMK_OK;
    }
    for (int i = 0; i < UMK_N_KERNEL_SETS; i++) {
        if (strcmp(name, names[i]) != 0) continue;
        *set = (umk_kernel_set)i;
        if (umk_kernel_set_runs(*set)) return UMK_OK;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "%sthis processor cannot run the kernels \"%s\"", source, name);
    }
    return umk_fail(context, UMK_ERROR_ARGUMENT,
                    "%sthere are no kernels \"%s\": reference, portable, avx2, avx512 or neon", source, name);
}

umk_status umk_context_kernels(const char **kernels, umk_context *context) {
    umk_kernel_set set = UMK_KERNELS_PORTABLE;
    *kernels = NULL;
    umk_status status = umk_kernel_set_choose(&set, context, NULL);
    if (status == UMK_OK) *kernels = umk_kernel_set_name(set);
    return status;
}
