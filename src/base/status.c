/* Texts of the status codes and the version. */
#include <umklapp/status.h>

static const char *const texts[] = {
    [UMK_OK] = "success",
    [UMK_ERROR_ARGUMENT] = "invalid argument",
    [UMK_ERROR_INPUT] = "invalid input data",
    [UMK_ERROR_IO] = "input or output failed",
    [UMK_ERROR_MEMORY] = "out of memory",
    [UMK_ERROR_NUMERICAL] = "numerical failure",
    [UMK_ERROR_CANCELLED] = "cancelled",
    [UMK_ERROR_INTERNAL] = "internal error",
};

const char *umk_status_text(umk_status status) {
    int index = (int)status;
    int count = (int)(sizeof texts / sizeof texts[0]);
    return index >= 0 && index < count ? texts[index] : "unknown status";
}

const char *umk_version(void) {
    return UMK_VERSION;
}
