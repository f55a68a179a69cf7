/*
 * What the sources take from POSIX and Windows lacks, under the names of POSIX. On Windows (MinGW-w64 with Clang) it is
 * included before every file, so that the sources are the same everywhere; dlfcn.h, sys/file.h and sys/resource.h
 * beside it stand for the headers of that name.
 */
#ifndef UMK_BASE_WINDOWS_POSIX_H
#define UMK_BASE_WINDOWS_POSIX_H

#include <fcntl.h>
#include <io.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory with an alignment is ended by a function of its own. */
#define aligned_alloc(alignment, size) _aligned_malloc((size), (alignment))
#define umk_aligned_free               _aligned_free

/* Handles are not inherited here; what counts is that no byte of a file is changed. */
#define O_CLOEXEC O_BINARY

#define fsync                             _commit
#define strerror_r(number, text, size)    strerror_s((text), (size), (number))
#define pread                             umk_windows_pread
#define realpath(path, resolved)          _fullpath((resolved), (path), _MAX_PATH) /* links stay links */
#define rename(from, to)                  umk_windows_rename((from), (to))
#define setenv(name, value, replace)      _putenv_s((name), (value)) /* tests */
#define unsetenv(name)                    _putenv_s((name), "")
#define sigaction(number, action, before) umk_windows_sigaction((number), (action))

/** Takes the place of a file that is there, as rename does on POSIX; 0, or -1 with errno. */
int umk_windows_rename(const char *from, const char *to);

/** Reads at an offset, by any thread, at most 2^31 bytes; how many, or -1 with errno. The position in the file moves.
 */
int64_t umk_windows_pread(int descriptor, void *memory, size_t size, int64_t offset);

struct sigaction {
    void (*sa_handler)(int);
};

/** The handler stays after a signal, as that of sigaction. */
int umk_windows_sigaction(int number, const struct sigaction *action);

enum { _SC_PHYS_PAGES = 1, _SC_PAGESIZE, _SC_NPROCESSORS_ONLN };

long sysconf(int name);

#endif
