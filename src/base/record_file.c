/* Records with checksums in one file. */
#include "base/record_file.h"
#include "base/hash.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last letter is the layout of the file. */
static const char magic[8] = "umkrec2";
enum { magic_of_all_layouts = 6 };

typedef struct file_head {
    char magic[8];
    uint64_t fingerprint;
} file_head;

/* Behind it in the file: the data, the places of the pieces, the pieces. The checksum is of all but the pieces. */
typedef struct record_head {
    uint64_t kind, size, n_pieces, checksum;
} record_head;

/* Where the head is kept, so that the data behind it are aligned. */
enum { head_at = 64 - sizeof(record_head) };

/* Memory that is kept for the next record: new pages for each would take longer than reading or writing them. */
typedef struct buffer {
    char *memory;
    int64_t size;
} buffer;

struct umk_record_file {
    int descriptor;
    char *path;
    int64_t end;        /* behind the last good record */
    int64_t size;       /* of the file when it was opened */
    uint64_t last_kind; /* of the records that were appended last */
    int64_t last_begin; /* where the first of them begins */
    buffer front;       /* head, data and places of a record */
    buffer piece;       /* that is written */
};

static umk_status fail(umk_context *context, const char *action, const char *path) {
    return umk_fail(context, UMK_ERROR_IO, "cannot %s \"%s\": %s", action, path, strerror(errno));
}

/* Reads up to size bytes at an offset; how many there were, or -1. */
static int64_t read_all(int descriptor, void *data, int64_t size, int64_t offset) {
    const int64_t most = 1 << 30; /* some systems read no more in one go */
    int64_t done = 0;
    while (done < size) {
        int64_t left = size - done;
        int64_t n = pread(descriptor, (char *)data + done, (size_t)(left < most ? left : most), offset + done);
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
    int64_t n = read_all(file->descriptor, &head, sizeof head, 0);
    if (n < 0) return fail(context, "read", file->path);
    /* cut off while it was made */
    if (n < (int64_t)sizeof head && memcmp(&head, &expected, (size_t)n) == 0) {
        return begin_file(file, context, fingerprint);
    }
    if (n == (int64_t)sizeof head && memcmp(head.magic, magic, magic_of_all_layouts) == 0 &&
        memcmp(head.magic, magic, sizeof magic) != 0) {
        return umk_fail(context, UMK_ERROR_INPUT,
                        "the checkpoint \"%s\" is of another version of umklapp: remove it, or name another file",
                        file->path);
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
    umk_release(file->front.memory);
    umk_release(file->piece.memory);
    umk_release(file);
}

static bool make_room(buffer *buffer, umk_context *context, int64_t size) {
    if (buffer->memory != NULL && size <= buffer->size) return true;
    umk_release(buffer->memory);
    buffer->size = 0;
    buffer->memory = umk_allocate_unset(context, size, 1);
    if (buffer->memory == NULL) return false;
    buffer->size = size;
    return true;
}

static record_head *make_front(umk_record_file *file, umk_context *context, int64_t front) {
    return make_room(&file->front, context, head_at + front) ? (record_head *)(file->front.memory + head_at) : NULL;
}

/* With zero in the place of the checksum. */
static uint64_t hash_front(record_head *head, int64_t front) {
    uint64_t checksum = head->checksum;
    head->checksum = 0;
    uint64_t hash = umk_hash(0, head, (size_t)front);
    head->checksum = checksum;
    return hash;
}

/* Whether they lie one behind the other from an offset on, before the end of the file. */
static bool are_in_place(const umk_record_piece *pieces, int64_t n_pieces, int64_t offset, int64_t end) {
    for (int64_t i = 0; i < n_pieces; i++) {
        if (pieces[i].offset != offset || pieces[i].size < 0 || pieces[i].size > end - offset) return false;
        offset += pieces[i].size;
    }
    return true;
}

static int64_t end_of(const umk_record *record, int64_t end_of_front) {
    if (record->n_pieces == 0) return end_of_front;
    const umk_record_piece *last = &record->pieces[record->n_pieces - 1];
    return last->offset + last->size;
}

/* The record at the end of those that were read, where it is whole: *record has no data else. */
static umk_status read_record(umk_record_file *file, umk_context *context, umk_record *record) {
    const int64_t head_size = sizeof(record_head), left = file->size - file->end - head_size;
    record_head head;
    if (left < 0 || read_all(file->descriptor, &head, head_size, file->end) != head_size) return UMK_OK;
    if (head.size > (uint64_t)left || head.size % 8 != 0) return UMK_OK;
    if (head.n_pieces > ((uint64_t)left - head.size) / sizeof(umk_record_piece)) return UMK_OK;
    int64_t size = (int64_t)head.size, n_pieces = (int64_t)head.n_pieces;
    int64_t front = head_size + size + n_pieces * (int64_t)sizeof(umk_record_piece);
    record_head *read = make_front(file, context, front);
    if (read == NULL) return UMK_ERROR_MEMORY;
    if (read_all(file->descriptor, read, front, file->end) != front) return UMK_OK;
    const char *data = (const char *)(read + 1);
    const umk_record_piece *pieces = (const umk_record_piece *)(data + size);
    if (memcmp(read, &head, sizeof head) != 0 || hash_front(read, front) != head.checksum ||
        !are_in_place(pieces, n_pieces, file->end + front, file->size)) {
        return UMK_OK;
    }
    *record = (umk_record){head.kind, data, size, n_pieces, pieces};
    file->end = end_of(record, file->end + front);
    return UMK_OK;
}

umk_status umk_record_file_next(umk_record_file *file, umk_context *context, umk_record *record) {
    *record = (umk_record){0};
    umk_status status = read_record(file, context, record);
    if (status != UMK_OK || record->data != NULL) return status;
    /* Behind the last good record: here the next one is appended. */
    file->size = file->end;
    return ftruncate(file->descriptor, file->end) == 0 ? UMK_OK : fail(context, "write", file->path);
}

bool umk_record_file_read_piece(const umk_record_file *file, const umk_record_piece *piece, void *memory) {
    return read_all(file->descriptor, memory, piece->size, piece->offset) == piece->size &&
           umk_hash(0, memory, (size_t)piece->size) == piece->checksum;
}

/* Whole words, or -1. */
static int64_t total_size(const umk_record_parts *parts) {
    int64_t size = 0;
    for (int64_t i = 0; i < parts->n; i++) {
        if (parts->parts[i].size % 8 != 0) return -1;
        size += parts->parts[i].size;
    }
    return size;
}

static void gather(char *memory, const umk_record_parts *parts) {
    for (int64_t i = 0; i < parts->n; memory += parts->parts[i++].size) {
        if (parts->parts[i].size > 0) memcpy(memory, parts->parts[i].data, (size_t)parts->parts[i].size);
    }
}

/* Room for the front and for the largest piece; *end_of_front and *end of the record in the file. */
static umk_status prepare(umk_record_file *file, umk_context *context, const umk_new_record *record,
                          int64_t *end_of_front, int64_t *end) {
    int64_t size = total_size(&record->data), largest = 0;
    bool is_whole = size >= 0;
    int64_t front = (int64_t)sizeof(record_head) + size + record->n_pieces * (int64_t)sizeof(umk_record_piece);
    *end = *end_of_front = file->end + front;
    for (int64_t i = 0; i < record->n_pieces; i++) {
        int64_t of_piece = total_size(&record->pieces[i]);
        is_whole = is_whole && of_piece >= 0;
        largest = of_piece > largest ? of_piece : largest;
        *end += of_piece;
    }
    if (!is_whole) return umk_fail(context, UMK_ERROR_INTERNAL, "a record of no whole words");
    record_head *head = make_front(file, context, front);
    if (head == NULL || !make_room(&file->piece, context, largest)) return UMK_ERROR_MEMORY;
    *head = (record_head){.kind = record->kind, .size = (uint64_t)size, .n_pieces = (uint64_t)record->n_pieces};
    gather((char *)(head + 1), &record->data);
    return UMK_OK;
}

/* Through memory that stays in the cache of the core: there it is hashed and written in one go. */
static bool write_piece(umk_record_file *file, const umk_record_parts *piece, int64_t offset, umk_record_piece *place) {
    int64_t size = total_size(piece);
    gather(file->piece.memory, piece);
    *place = (umk_record_piece){offset, size, umk_hash(0, file->piece.memory, (size_t)size)};
    return write_all(file->descriptor, file->piece.memory, size);
}

/* The front last: before it is there, there is no record. */
static bool write_record(umk_record_file *file, const umk_new_record *record, int64_t end_of_front) {
    record_head *head = (record_head *)(file->front.memory + head_at);
    umk_record_piece *places = (umk_record_piece *)((char *)(head + 1) + head->size);
    int64_t offset = end_of_front, front = end_of_front - file->end;
    if (lseek(file->descriptor, offset, SEEK_SET) < 0) return false;
    for (int64_t i = 0; i < record->n_pieces; offset += places[i++].size) {
        if (!write_piece(file, &record->pieces[i], offset, &places[i])) return false;
    }
    head->checksum = hash_front(head, front);
    return lseek(file->descriptor, file->end, SEEK_SET) >= 0 && write_all(file->descriptor, head, front);
}

umk_status umk_record_file_append(umk_record_file *file, umk_context *context, const umk_new_record *record) {
    int64_t end_of_front, end;
    umk_status status = prepare(file, context, record, &end_of_front, &end);
    if (status != UMK_OK) return status;
    if (!write_record(file, record, end_of_front)) {
        status = fail(context, "write", file->path);
        /* A part of a record that stays is no record, and the next one is written over it. */
        bool is_cut = ftruncate(file->descriptor, file->end) == 0;
        (void)is_cut;
        return status;
    }
    if (record->kind != file->last_kind) file->last_begin = file->end;
    file->last_kind = record->kind;
    file->end = end;
    return UMK_OK;
}

void umk_record_file_drop(umk_record_file *file, uint64_t kind) {
    if (file->last_kind != kind) return;
    if (ftruncate(file->descriptor, file->last_begin) != 0) return; /* they stay, then */
    file->end = file->last_begin;
}
