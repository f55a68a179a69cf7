/* Files that appear whole or not at all: temporary name, fsync, rename. */
#include "writers/whole_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { piece = 1 << 22, attempts = 1000, suffix_size = 48 };

umk_status umk_fail_system(umk_context *context, const char *action, const char *path, int error_number) {
    char reason[256] = "";
    if (strerror_r(error_number, reason, sizeof reason) != 0 || reason[0] == '\0') {
        snprintf(reason, sizeof reason, "system error %d", error_number);
    }
    return umk_fail(context, UMK_ERROR_IO, "%s \"%s\": %s", action, path, reason);
}

static umk_status refuse_directory(umk_context *context, const char *path) {
    struct stat information;
    if (stat(path, &information) == 0 && S_ISDIR(information.st_mode)) {
        return umk_fail_system(context, "cannot write", path, EISDIR);
    }
    return UMK_OK;
}

/* Makes a new file beside path, with the permissions that the user's umask asks for; its name goes to temporary. */
static int create_beside(char *temporary, size_t size, const char *path) {
    for (int attempt = 0; attempt < attempts; attempt++) {
        snprintf(temporary, size, "%s.%ld-%d.tmp", path, (long)getpid(), attempt);
        int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
    return -1;
}

static umk_status write_all(umk_context *context, int file, const char *path, const char *data, int64_t size) {
    while (size > 0) {
        umk_status status = umk_check_cancel(context);
        if (status != UMK_OK) return status;
        ssize_t written = write(file, data, (size_t)(size < piece ? size : piece));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return umk_fail_system(context, "cannot write", path, errno);
        data += written;
        size -= written;
    }
    /* Some file systems have no fsync; that is no failure. */
    if (fsync(file) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return umk_fail_system(context, "cannot write", path, errno);
    }
    return UMK_OK;
}

/* Makes the new name last through a power failure, where the system can; the file itself is safe by now. */
static void flush_directory(char *scratch, const char *path) {
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    memcpy(scratch, path, length);
    scratch[length] = '\0';
    int directory = open(length > 0 ? scratch : ".", O_RDONLY | O_CLOEXEC);
    if (directory < 0) return;
    fsync(directory);
    close(directory);
}

umk_status umk_whole_file_write(umk_context *context, const char *path, const void *data, int64_t size) {
    umk_status status = UMK_OK;
    int file = -1;
    bool exists = false;
    char *temporary = NULL;
    size_t room = strlen(path) + suffix_size;
    UMK_ALLOCATE(context, temporary, (int64_t)room);
    UMK_TRY(refuse_directory(context, path));
    file = create_beside(temporary, room, path);
    if (file < 0) UMK_TRY(umk_fail_system(context, "cannot write", path, errno));
    exists = true;
    UMK_TRY(write_all(context, file, path, data, size));
    int closed = close(file);
    file = -1;
    if (closed != 0) UMK_TRY(umk_fail_system(context, "cannot write", path, errno));
    UMK_TRY(umk_check_cancel(context));
    if (rename(temporary, path) != 0) UMK_TRY(umk_fail_system(context, "cannot write", path, errno));
    exists = false;
    flush_directory(temporary, path);

cleanup:
    if (file >= 0) close(file);
    if (exists) unlink(temporary);
    umk_release(temporary);
    return status;
}
