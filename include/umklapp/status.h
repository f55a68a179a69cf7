/* Status codes. A function that can fail returns umk_status; the message for people is in the context. */
#ifndef UMKLAPP_STATUS_H
#define UMKLAPP_STATUS_H

#include <umklapp/export.h>

typedef enum umk_status {
    UMK_OK = 0,
    UMK_ERROR_ARGUMENT = 1,  /* an argument or option is out of range or contradicts another */
    UMK_ERROR_INPUT = 2,     /* the content of a file or array is wrong */
    UMK_ERROR_IO = 3,        /* a file cannot be read or written */
    UMK_ERROR_MEMORY = 4,    /* an allocation failed or would exceed the limit */
    UMK_ERROR_NUMERICAL = 5, /* an algorithm did not converge or failed its own check */
    UMK_ERROR_CANCELLED = 6, /* the caller asked to stop */
    UMK_ERROR_INTERNAL = 7   /* a broken invariant: please report */
} umk_status;

/** A short English text for a status, never NULL. */
UMK_API const char *umk_status_text(umk_status status);

/** Version of the library, "major.minor.patch". */
UMK_API const char *umk_version(void);

#endif
