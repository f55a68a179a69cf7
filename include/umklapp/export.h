/* Visibility of public symbols. Everything that is not marked UMK_API stays inside the library. */
#ifndef UMKLAPP_EXPORT_H
#define UMKLAPP_EXPORT_H

#if defined(__GNUC__)
#define UMK_API                     __attribute__((visibility("default")))
#define UMK_PRINTF(position, first) __attribute__((__format__(__printf__, position, first)))
#else
#define UMK_API
#define UMK_PRINTF(position, first)
#endif

#endif
