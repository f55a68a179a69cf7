/*
 * A file of records: what was appended is read again, also where the file was cut at any byte or any bit was turned;
 * pieces by several threads; files of others, of another calculation, in use, on a full disk; failing allocations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/record_file.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { head_bytes = 16, record_head_bytes = 32, place_bytes = 24, n_records = 4, most_words = 64 };
static const uint64_t print = 0x1234567890abcdef;
static char path[] = "umklapp-records-XXXXXX"; /* in the current folder */
static umk_context *context;

static int set_up(void **state) {
    (void)state;
    int descriptor = mkstemp(path);
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    return descriptor < 0 || close(descriptor) != 0 || umk_context_create(&context, &options) != UMK_OK;
}

static int begin(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_test_fail_allocation(-1);
    umk_context_destroy(context);
    unlink(path);
    return 0;
}

static void assert_message(const char *part) {
    if (strstr(umk_context_message(context), part) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", umk_context_message(context), part);
    }
}

/* ---- records of known contents ---------------------------------------------------------------------------------*/

static int64_t n_words(int record) {
    return record == 2 ? 0 : 3 * record + 1; /* one is empty */
}

static int64_t n_pieces(int record) {
    return record;
}

static int64_t piece_words(int record, int64_t piece) {
    return piece == 1 ? 0 : 2 * record + 5 * piece; /* some are empty */
}

/* Word i of the data (piece -1) or of a piece. */
static uint64_t word(int record, int64_t piece, int64_t i) {
    return 0x9e3779b97f4a7c15 * (uint64_t)(1000 * record + 100 * (piece + 1) + i + 1);
}

/** Words and the parts that they go in, of 1, 2, 1, 2, ... words. */
typedef struct words {
    uint64_t words[most_words];
    umk_record_part parts[most_words];
} words;

static umk_record_parts make_parts(words *w, int record, int64_t piece, int64_t n_words) {
    int64_t n_parts = 0;
    assert_true(n_words <= most_words);
    for (int64_t i = 0; i < n_words; i++) w->words[i] = word(record, piece, i);
    for (int64_t i = 0, n; i < n_words; i += n) {
        n = n_parts % 2 == 0 || i + 1 == n_words ? 1 : 2;
        w->parts[n_parts++] = (umk_record_part){w->words + i, 8 * n};
    }
    return (umk_record_parts){n_parts, w->parts};
}

static umk_status append(umk_record_file *file, int record) {
    words data, of_pieces[n_records];
    umk_record_parts pieces[n_records];
    for (int64_t i = 0; i < n_pieces(record); i++) {
        pieces[i] = make_parts(&of_pieces[i], record, i, piece_words(record, i));
    }
    umk_new_record made = {(uint64_t)record + 7, make_parts(&data, record, -1, n_words(record)), n_pieces(record),
                           pieces};
    return umk_record_file_append(file, context, &made);
}

static umk_record_file *open_file(void) {
    umk_record_file *file;
    umk_status status = umk_record_file_open(&file, context, path, print);
    if (status != UMK_OK) fail_msg("%s", umk_context_message(context));
    return file;
}

static bool piece_is_good(const umk_record_file *file, const umk_record *read, int record, int64_t piece) {
    uint64_t content[most_words];
    int64_t n = piece_words(record, piece);
    assert_int_equal(read->pieces[piece].size, 8 * n);
    memset(content, 0xa5, sizeof content);
    if (!umk_record_file_read_piece(file, &read->pieces[piece], content)) return false;
    for (int64_t i = 0; i < n; i++) assert_true(content[i] == word(record, piece, i));
    for (int64_t i = n; i < most_words; i++) assert_true(content[i] == 0xa5a5a5a5a5a5a5a5);
    return true;
}

/* Reads to the end; how many records there were, each as it was written, but for a piece, number bad of all. */
static int read_all_but(umk_record_file *file, int64_t bad) {
    umk_record read;
    int64_t piece = 0;
    for (int record = 0;; record++) {
        assert_int_equal(umk_record_file_next(file, context, &read), UMK_OK);
        if (read.data == NULL) {
            assert_int_equal(read.size, 0);
            assert_int_equal(read.n_pieces, 0);
            return record;
        }
        assert_int_equal(read.kind, record + 7);
        assert_int_equal(read.size, 8 * n_words(record));
        assert_int_equal((uintptr_t)read.data % 64, 0);
        assert_int_equal(read.n_pieces, n_pieces(record));
        for (int64_t i = 0; i < n_words(record); i++) {
            assert_true(((const uint64_t *)read.data)[i] == word(record, -1, i));
        }
        for (int64_t i = 0; i < read.n_pieces; i++) {
            assert_true(piece_is_good(file, &read, record, i) == (piece++ != bad));
        }
    }
}

static int read_records(umk_record_file *file) {
    return read_all_but(file, -1);
}

/* Where a piece ends, and where the front does: the head, the data and the places of the pieces (piece -1). */
static long end_of_piece(int record, int64_t piece) {
    long end = head_bytes;
    for (int r = 0; r <= record; r++) {
        end += record_head_bytes + 8 * (long)n_words(r) + place_bytes * (long)n_pieces(r);
        for (int64_t i = 0; i < n_pieces(r) && (r < record || i <= piece); i++) end += 8 * (long)piece_words(r, i);
    }
    return end;
}

static long end_of_record(int record) {
    return end_of_piece(record, n_pieces(record));
}

static void write_records(int n) {
    umk_record_file *file = open_file();
    assert_int_equal(read_records(file), 0);
    for (int record = 0; record < n; record++) assert_int_equal(append(file, record), UMK_OK);
    umk_record_file_close(file);
}

static long read_bytes(unsigned char *bytes, long capacity) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    long n = (long)fread(bytes, 1, (size_t)capacity, file);
    fclose(file);
    return n;
}

/* Over what is there: some file systems write to the disk at once where a file is emptied and written again. */
static void write_bytes(const unsigned char *bytes, long n) {
    int descriptor = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, (size_t)n), n);
    assert_int_equal(ftruncate(descriptor, n), 0);
    assert_int_equal(close(descriptor), 0);
}

/* Opens, goes on behind what is there, and expects all records in the end. */
static void complete_records(int expected) {
    umk_record_file *file = open_file();
    int n = read_records(file);
    assert_int_equal(n, expected);
    for (int record = n; record < n_records; record++) assert_int_equal(append(file, record), UMK_OK);
    umk_record_file_close(file);
    file = open_file();
    assert_int_equal(read_records(file), n_records);
    umk_record_file_close(file);
}

/* ---- tests -----------------------------------------------------------------------------------------------------*/

static void test_round_trip(void **state) {
    (void)state;
    unsigned char bytes[2048];
    write_records(n_records);
    assert_int_equal(read_bytes(bytes, sizeof bytes), end_of_record(n_records - 1));
    complete_records(n_records);
    umk_record_file_close(NULL);
    unlink(path);
    umk_record_file *file = open_file();
    uint64_t odd = 1;
    umk_record_part odd_part = {&odd, 7};
    umk_record_parts odd_parts = {1, &odd_part};
    umk_new_record odd_data = {.kind = 1, .data = odd_parts},
                   odd_piece = {.kind = 1, .n_pieces = 1, .pieces = &odd_parts};
    assert_int_equal(umk_record_file_append(file, context, &odd_data), UMK_ERROR_INTERNAL);
    assert_int_equal(umk_record_file_append(file, context, &odd_piece), UMK_ERROR_INTERNAL);
    assert_int_equal(append(file, 0), UMK_OK); /* as if nothing had been */
    umk_record_file_close(file);
    file = open_file();
    assert_int_equal(read_records(file), 1);
    umk_record_file_close(file);
}

static void test_cut_anywhere(void **state) {
    (void)state;
    unsigned char bytes[2048];
    write_records(n_records);
    long size = read_bytes(bytes, sizeof bytes);
    for (long n = 0; n <= size; n++) {
        int whole = 0;
        while (whole < n_records && end_of_record(whole) <= n) whole++;
        write_bytes(bytes, n);
        complete_records(whole);
    }
}

/* Also what stands behind the good records is not taken for more. */
static void test_foreign_tail(void **state) {
    (void)state;
    unsigned char bytes[4096] = {0};
    write_records(n_records);
    long size = read_bytes(bytes, sizeof bytes);
    for (int fill = 0; fill < 3; fill++) { /* zeros: a record that was not finished, as some file systems leave it */
        memset(bytes + size, (const int[]){0, 1, 0xff}[fill], sizeof bytes - (size_t)size);
        for (long n = size + 1; n < size + 200; n += 13) {
            write_bytes(bytes, n);
            complete_records(n_records);
        }
    }
}

/* A bit in the front of a record ends the file before it; one in a piece spoils that piece alone. */
static void test_every_bit(void **state) {
    (void)state;
    unsigned char bytes[2048];
    write_records(n_records);
    long size = read_bytes(bytes, sizeof bytes);
    for (long bit = 8 * head_bytes; bit < 8 * size; bit++) {
        int record = 0;
        int64_t piece = 0, before = 0;
        while (end_of_record(record) <= bit / 8) before += n_pieces(record++);
        bool is_front = bit / 8 < end_of_piece(record, -1);
        while (!is_front && end_of_piece(record, piece) <= bit / 8) piece++;
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        write_bytes(bytes, size);
        umk_record_file *file = open_file();
        assert_int_equal(read_all_but(file, is_front ? -1 : before + piece), is_front ? record : n_records);
        umk_record_file_close(file);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

/* ---- many pieces -----------------------------------------------------------------------------------------------*/

enum { n_large = 100, most_large_words = 5000 };

static int64_t large_words(int64_t piece) {
    return piece * 7919 % most_large_words;
}

typedef struct large_read {
    const umk_record_file *file;
    umk_record_piece pieces[n_large];
    uint64_t *memory;
    bool is_good[n_large];
} large_read;

static umk_status read_large(void *argument, int64_t i, int worker) {
    large_read *read = argument;
    (void)worker;
    read->is_good[i] = umk_record_file_read_piece(read->file, &read->pieces[i], read->memory + i * most_large_words);
    return UMK_OK;
}

/* By several threads, after the record is gone; then with the file cut under their hands. */
static void test_pieces_by_threads(void **state) {
    (void)state;
    static uint64_t content[n_large][most_large_words];
    umk_record_part parts[n_large];
    umk_record_parts pieces[n_large];
    for (int64_t i = 0; i < n_large; i++) {
        for (int64_t k = 0; k < large_words(i); k++) content[i][k] = word(0, i, k);
        parts[i] = (umk_record_part){content[i], 8 * large_words(i)};
        pieces[i] = (umk_record_parts){1, &parts[i]};
    }
    umk_record_file *file = open_file();
    assert_int_equal(read_records(file), 0);
    umk_new_record made = {.kind = 7, .n_pieces = n_large, .pieces = pieces};
    assert_int_equal(umk_record_file_append(file, context, &made), UMK_OK);
    umk_record_file_close(file);

    umk_record record;
    large_read read = {.file = file = open_file()};
    assert_int_equal(umk_record_file_next(file, context, &record), UMK_OK);
    assert_int_equal(record.n_pieces, n_large);
    memcpy(read.pieces, record.pieces, sizeof read.pieces);
    assert_int_equal(umk_record_file_next(file, context, &record), UMK_OK);
    assert_null(record.data);
    read.memory = umk_allocate(context, n_large * most_large_words, sizeof *read.memory);
    assert_non_null(read.memory);
    umk_context *several;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 4;
    assert_int_equal(umk_context_create(&several, &options), UMK_OK);
    assert_int_equal(umk_parallel_for(several, n_large, read_large, &read), UMK_OK);
    for (int64_t i = 0; i < n_large; i++) assert_true(read.is_good[i]);
    assert_memory_equal(read.memory, content, sizeof content);

    enum { gone = 60 };
    assert_int_equal(truncate(path, read.pieces[gone].offset), 0);
    assert_int_equal(umk_parallel_for(several, n_large, read_large, &read), UMK_OK);
    for (int64_t i = 0; i < n_large; i++) assert_true(read.is_good[i] == (i < gone || large_words(i) == 0));
    umk_context_destroy(several);
    umk_release(read.memory);
    umk_record_file_close(file);
}

/* ---- files that are none ---------------------------------------------------------------------------------------*/

static void refuse(const char *name, uint64_t fingerprint, umk_status expected, const char *words) {
    umk_record_file *file = (umk_record_file *)&file;
    assert_int_equal(umk_record_file_open(&file, context, name, fingerprint), expected);
    assert_null(file);
    assert_message(words);
    assert_message(name);
}

static void test_files_of_others(void **state) {
    (void)state;
    unsigned char bytes[2048], now[2048];
    write_records(n_records);
    long size = read_bytes(bytes, sizeof bytes);
    refuse(path, print + 1, UMK_ERROR_INPUT, "another calculation");
    assert_int_equal(read_bytes(now, sizeof now), size);
    assert_memory_equal(now, bytes, (size_t)size);
    for (long bit = 0; bit < 8 * head_bytes; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        write_bytes(bytes, size);
        refuse(path, print, UMK_ERROR_INPUT,
               bit < 48   ? "no checkpoint of umklapp"
               : bit < 64 ? "another version of umklapp"
                          : "another calculation");
        assert_int_equal(read_bytes(now, sizeof now), size);
        assert_memory_equal(now, bytes, (size_t)size);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    static const char *const texts[] = {"\n", "phono3py:\n", "umkrec1", "umkrec2\0\1"};
    const long sizes[] = {1, 10, 7, 9};
    for (int i = 0; i < 4; i++) {
        write_bytes((const unsigned char *)texts[i], sizes[i]);
        refuse(path, print, UMK_ERROR_INPUT, "no checkpoint of umklapp");
        assert_int_equal(read_bytes(now, sizeof now), sizes[i]);
    }
}

static void test_no_files(void **state) {
    (void)state;
    refuse("", print, UMK_ERROR_IO, "cannot open");
    refuse("no/such/folder", print, UMK_ERROR_IO, "No such file");
    refuse("/", print, UMK_ERROR_IO, "cannot open");
    refuse("/dev/null", print, UMK_ERROR_IO, "no regular file");
    refuse("/dev/full", print, UMK_ERROR_IO, "no regular file");
    assert_int_equal(mkfifo(path, 0600), 0);
    refuse(path, print, UMK_ERROR_IO, "no regular file");
}

/* Another process has the file, then not any more. */
static void test_lock(void **state) {
    (void)state;
    int to_child[2], to_parent[2], child_status;
    char byte = 0;
    write_records(1);
    assert_true(pipe(to_child) == 0 && pipe(to_parent) == 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        umk_record_file *file;
        bool opened = umk_record_file_open(&file, context, path, print) == UMK_OK;
        if (write(to_parent[1], opened ? "y" : "n", 1) != 1) _exit(1);
        _exit(read(to_child[0], &byte, 1) == 1 ? 0 : 1); /* ends with the file open, as a process that is killed */
    }
    assert_int_equal(read(to_parent[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    refuse(path, print, UMK_ERROR_IO, "in use by another run");
    assert_int_equal(write(to_child[1], "x", 1), 1);
    assert_int_equal(waitpid(child, &child_status, 0), child);
    assert_int_equal(child_status, 0);
    for (int i = 0; i < 2; i++) {
        close(to_child[i]);
        close(to_parent[i]);
    }
    complete_records(1);
    /* and this process itself cannot have it twice */
    umk_record_file *file = open_file();
    refuse(path, print, UMK_ERROR_IO, "in use by another run");
    umk_record_file_close(file);
}

/* A limit on the size of files, where writing fails as on a full disk: all that was there before stays. */
static void test_full_disk(void **state) {
    (void)state;
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (long limit = 1; limit < end_of_record(n_records - 1); limit += 5) {
        unlink(path);
        small = before;
        small.rlim_cur = (rlim_t)limit;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        int n = 0;
        umk_record_file *file;
        umk_status status = umk_record_file_open(&file, context, path, print);
        assert_int_equal(status, limit < head_bytes ? UMK_ERROR_IO : UMK_OK);
        if (status == UMK_OK) {
            assert_int_equal(read_records(file), 0);
            while (append(file, n) == UMK_OK) n++;
            assert_true(end_of_record(n) > limit && (n == 0 || end_of_record(n - 1) <= limit));
            assert_int_equal(append(file, n), UMK_ERROR_IO);
        }
        assert_message("cannot write");
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        if (status == UMK_OK) { /* there is room again */
            for (; n < n_records; n++) assert_int_equal(append(file, n), UMK_OK);
            umk_record_file_close(file);
        }
        complete_records(n);
    }
    signal(SIGXFSZ, SIG_DFL);
}

static void test_failing_allocations(void **state) {
    (void)state;
    write_records(n_records);
    for (int n = 0; n < 2; n++) { /* the file and its path */
        umk_record_file *file;
        umk_test_fail_allocation(n);
        assert_int_equal(umk_record_file_open(&file, context, path, print), UMK_ERROR_MEMORY);
        assert_null(file);
        assert_message("out of memory");
    }
    umk_record_file *file = open_file();
    umk_record record = {.data = "x"};
    umk_test_fail_allocation(0);
    assert_int_equal(umk_record_file_next(file, context, &record), UMK_ERROR_MEMORY);
    assert_null(record.data);
    umk_test_fail_allocation(-1);
    umk_record_file_close(file);
    complete_records(n_records);
    for (int n = 0; n < 2; n++) { /* what is written goes through memory */
        unlink(path);
        file = open_file();
        assert_int_equal(read_records(file), 0);
        umk_test_fail_allocation(n);
        assert_int_equal(append(file, 0), UMK_ERROR_MEMORY);
        umk_test_fail_allocation(-1);
        umk_record_file_close(file);
        complete_records(0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_round_trip, begin),        cmocka_unit_test_setup(test_cut_anywhere, begin),
        cmocka_unit_test_setup(test_foreign_tail, begin),      cmocka_unit_test_setup(test_every_bit, begin),
        cmocka_unit_test_setup(test_pieces_by_threads, begin), cmocka_unit_test_setup(test_files_of_others, begin),
        cmocka_unit_test_setup(test_no_files, begin),          cmocka_unit_test_setup(test_lock, begin),
        cmocka_unit_test_setup(test_full_disk, begin),         cmocka_unit_test_setup(test_failing_allocations, begin),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
