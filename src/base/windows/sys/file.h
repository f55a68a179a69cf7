/* flock of the header of this name, for exclusive locks that are not waited for: one byte stands for the file. */
#ifndef UMK_BASE_WINDOWS_SYS_FILE_H
#define UMK_BASE_WINDOWS_SYS_FILE_H

#include <errno.h>
#include <io.h>
#include <sys/locking.h>

enum { LOCK_EX = 2, LOCK_NB = 4 };

static inline int flock(int descriptor, int operation) {
    (void)operation;
    if (_locking(descriptor, _LK_NBLCK, 1) == 0) return 0;
    if (errno == EACCES) errno = EWOULDBLOCK;
    return -1;
}

#endif
