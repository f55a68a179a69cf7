/* Checks of the names of output files, before the long part of a command. */
#include "output.h"
#include "terminal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool output_is_same_file(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool output_exists(const char *path) {
    return access(path, F_OK) == 0;
}

/* The folder of a path, freed by the caller. */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = strdup(slash == NULL ? "." : slash == path ? "/" : path);
    if (folder != NULL && slash != NULL && slash != path) folder[slash - path] = '\0';
    return folder;
}

bool output_check(const char *option, const char *path) {
    struct stat about;
    if (path[0] == '\0' || (stat(path, &about) == 0 && S_ISDIR(about.st_mode))) {
        terminal_error("%s: \"%s\" is no name for a file", option, path);
        return false;
    }
    char *folder = folder_of(path);
    bool good = folder != NULL && access(folder, W_OK) == 0;
    if (folder == NULL) {
        terminal_error("out of memory");
    } else if (!good) {
        terminal_error("%s: \"%s\" cannot be written: the folder \"%s\" %s", option, path, folder,
                       errno == ENOENT || errno == ENOTDIR ? "does not exist" : "is not writable");
    }
    free(folder);
    return good;
}
