/* Records with checksums in one file. */
#include "base/record_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "umkrec1";

typedef struct file_head {
    char magic[8];
    uint64_t fingerprint;
} file_head;

typedef struct record_head {
    uint64_t kind, size, checksum;
} record_head;

struct umk_record_file {
    int descriptor;
    char *path;
    int64_t end;        /* behind the last good record */
    int64_t size;       /* of the file when it was opened */
    uint64_t last_kind; /* of the records that were appended last */
    int64_t last_begin; /* where the first of them begins */
    void *data;         /* of the record read last */
    int64_t capacity;   /* of data, bytes: kept for the next record */
};

/* Checksum of a record, which may come in parts: FNV-1a over words of 8 bytes; shifted, because FNV alone lets high
 * bits influence high bits only. */
static uint64_t add_words(uint64_t hash, const void *data, int64_t n_words) {
    const unsigned char *bytes = data;
    for (int64_t w = 0; w < n_words; w++, bytes += 8) {
        uint64_t word = 0;
        for (int i = 7; i >= 0; i--) word = word << 8 | bytes[i];
        hash = (hash ^ word) * 0x100000001b3;
        hash ^= hash >> 32;
    }
    return hash;
}

static umk_status fail(umk_context *context, const char *action, const char *path) {
    return umk_fail(context, UMK_ERROR_IO, "cannot %s \"%s\": %s", action, path, strerror(errno));
}

/* Reads up to size bytes; how many there were, or -1. */
static int64_t read_all(int descriptor, void *data, int64_t size) {
    int64_t done = 0;
    while (done < size) {
        ssize_t n = read(descriptor, (char *)data + done, (size_t)(size - done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += n;
    }
    return done;
}

static bool write_all(int descriptor, const void *data, int64_t size) {
    const char *next = data;
    while (size > 0) {
        ssize_t n = write(descriptor, next, (size_t)size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        next += n;
        size -= n;
    }
    return true;
}

static file_head make_head(uint64_t fingerprint) {
    file_head head = {.fingerprint = fingerprint};
    memcpy(head.magic, magic, sizeof magic);
    return head;
}

static umk_status begin_file(umk_record_file *file, umk_context *context, uint64_t fingerprint) {
    file_head head = make_head(fingerprint);
    if (ftruncate(file->descriptor, 0) != 0 || lseek(file->descriptor, 0, SEEK_SET) < 0 ||
        !write_all(file->descriptor, &head, sizeof head)) {
        return fail(context, "write", file->path);
    }
    file->end = file->size = sizeof head;
    return UMK_OK;
}

static umk_status check_head(umk_record_file *file, umk_context *context, uint64_t fingerprint) {
    file_head head, expected = make_head(fingerprint);
    int64_t n = read_all(file->descriptor, &head, sizeof head);
    if (n < 0) return fail(context, "read", file->path);
    /* cut off while it was made */
    if (n < (int64_t)sizeof head && memcmp(&head, &expected, (size_t)n) == 0) {
        return begin_file(file, context, fingerprint);
    }
    if (n < (int64_t)sizeof head || memcmp(head.magic, magic, sizeof magic) != 0) {
        return umk_fail(context, UMK_ERROR_INPUT, "\"%s\" is no checkpoint of umklapp", file->path);
    }
    if (head.fingerprint != fingerprint) {
        return umk_fail(context, UMK_ERROR_INPUT,
                        "the checkpoint \"%s\" belongs to another calculation: remove it, or name another file",
                        file->path);
    }
    file->end = sizeof head;
    return UMK_OK;
}

/* The file at the path, for this process alone: another one may remove it between opening and locking. */
static umk_status open_locked(umk_record_file *file, umk_context *context) {
    struct stat locked, at_path;
    for (;;) {
        file->descriptor = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (file->descriptor < 0) return fail(context, "open", file->path);
        if (flock(file->descriptor, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return UMK_OK; /* a file system without locks */
            return umk_fail(context, UMK_ERROR_IO, "the checkpoint \"%s\" is in use by another run", file->path);
        }
        if (fstat(file->descriptor, &locked) == 0 && stat(file->path, &at_path) == 0 &&
            locked.st_dev == at_path.st_dev && locked.st_ino == at_path.st_ino) {
            return UMK_OK;
        }
        close(file->descriptor);
        file->descriptor = -1;
    }
}

umk_status umk_record_file_open(umk_record_file **file, umk_context *context, const char *path, uint64_t fingerprint) {
    umk_status status = UMK_OK;
    struct stat about;
    umk_record_file *opened = NULL;
    *file = NULL;
    UMK_ALLOCATE(context, opened, 1);
    opened->descriptor = -1;
    UMK_ALLOCATE(context, opened->path, (int64_t)strlen(path) + 1);
    memcpy(opened->path, path, strlen(path));
    UMK_TRY(open_locked(opened, context));
    if (fstat(opened->descriptor, &about) != 0) UMK_TRY(fail(context, "read", path));
    opened->size = about.st_size;
    if (!S_ISREG(about.st_mode)) UMK_TRY(umk_fail(context, UMK_ERROR_IO, "\"%s\" is no regular file", path));
    UMK_TRY(check_head(opened, context, fingerprint));
    *file = opened;
    opened = NULL;
cleanup:
    umk_record_file_close(opened);
    return status;
}

void umk_record_file_close(umk_record_file *file) {
    if (file == NULL) return;
    if (file->descriptor >= 0) close(file->descriptor);
    umk_release(file->path);
    umk_release(file->data);
    umk_release(file);
}

/* Memory of the size of the largest record so far is kept: new pages for each would take longer than reading them. */
static bool make_room(umk_record_file *file, umk_context *context, int64_t size) {
    if (file->data != NULL && size <= file->capacity) return true;
    umk_release(file->data);
    file->capacity = 0;
    file->data = umk_allocate(context, size, 1);
    if (file->data == NULL) return false;
    file->capacity = size;
    return true;
}

umk_status umk_record_file_next(umk_record_file *file, umk_context *context, uint64_t *kind, const void **data,
                                int64_t *size) {
    record_head head;
    *data = NULL;
    *size = 0;
    int64_t left = file->size - file->end - (int64_t)sizeof head;
    if (left >= 0 && read_all(file->descriptor, &head, sizeof head) == (int64_t)sizeof head &&
        head.size <= (uint64_t)left) {
        if (!make_room(file, context, (int64_t)head.size)) return UMK_ERROR_MEMORY;
        int64_t n = read_all(file->descriptor, file->data, (int64_t)head.size);
        if (n == (int64_t)head.size && n % 8 == 0 && add_words(head.kind, file->data, n / 8) == head.checksum) {
            file->end += (int64_t)sizeof head + n;
            *kind = head.kind;
            *data = file->data;
            *size = n;
            return UMK_OK;
        }
    }
    /* Behind the last good record: here the next one is appended. */
    file->size = file->end;
    if (ftruncate(file->descriptor, file->end) != 0 || lseek(file->descriptor, file->end, SEEK_SET) < 0) {
        return fail(context, "write", file->path);
    }
    return UMK_OK;
}

umk_status umk_record_file_append(umk_record_file *file, umk_context *context, uint64_t kind, int n_parts,
                                  const umk_record_part *parts) {
    record_head head = {.kind = kind, .checksum = kind};
    for (int i = 0; i < n_parts; i++) {
        if (parts[i].size % 8 != 0) return umk_fail(context, UMK_ERROR_INTERNAL, "a record of no whole words");
        head.size += (uint64_t)parts[i].size;
        head.checksum = add_words(head.checksum, parts[i].data, parts[i].size / 8);
    }
    bool written = write_all(file->descriptor, &head, sizeof head);
    for (int i = 0; i < n_parts; i++) written = written && write_all(file->descriptor, parts[i].data, parts[i].size);
    if (written) {
        if (kind != file->last_kind) file->last_begin = file->end;
        file->last_kind = kind;
        file->end += (int64_t)(sizeof head + head.size);
        return UMK_OK;
    }
    umk_status status = fail(context, "write", file->path);
    if (ftruncate(file->descriptor, file->end) == 0) lseek(file->descriptor, file->end, SEEK_SET);
    return status;
}

void umk_record_file_drop(umk_record_file *file, uint64_t kind) {
    if (file->last_kind != kind) return;
    if (ftruncate(file->descriptor, file->last_begin) != 0) return; /* they stay, then */
    lseek(file->descriptor, file->last_begin, SEEK_SET);
    file->end = file->last_begin;
}
