/*
 * The checkpoint of a run of the full Boltzmann equation from inside: the state of an iteration, contents that make no
 * sense, rows that another process has written, damaged ones too, and records that cannot be made.
 */
#include "stepper.h"

#include <math.h>
#include <stdio.h>

static const char path[] = "umklapp-lbte-unit.checkpoint";

static int remove_file(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

/* ---- the state of an iteration ------------------------------------------------------------------------------------*/

/** What a solver leaves. */
typedef struct solved {
    double *solution;
    umk_lbte_report reports[2];
} solved;

/* One more iteration in each process, from the state that the one before has left; 0: all of them in this one. */
static solved iterate(stepper *s, int64_t most, umk_checkpoint *checkpoint) {
    solved out = {umk_allocate(NULL, s->space->field_size, sizeof(double)), {{0}}};
    umk_release(s->collision.slots);
    umk_release(s->collision.scratch);
    s->collision.slots = s->collision.scratch = NULL;
    s->lbte.most_iterations = most;
    test_try(context,
             umk_lbte_solve_iteratively(out.solution, out.reports, &s->collision, s->space, checkpoint, &s->lbte));
    return out;
}

static void open_checkpoint(umk_checkpoint *checkpoint, stepper *s, bool saves) {
    umk_collision ignored;
    int64_t n_done;
    umk_collision_init(&ignored, context, s->rta.linewidth, s->rta.n_points, s->rta.points, 0);
    test_try(context, umk_checkpoint_open(checkpoint, &s->rta, path, false));
    test_try(context, umk_checkpoint_load(checkpoint, &n_done, &s->result, &ignored));
    assert_int_equal(n_done, 0);
    checkpoint->next_iteration = saves ? 0 : INFINITY;
    umk_collision_clear(&ignored);
}

static void test_iteration_goes_on(void **state) {
    (void)state;
    stepper *s = begin(4, 0);
    umk_checkpoint checkpoint;
    scatter(s);
    solved whole = iterate(s, 0, NULL), part;
    int64_t n = whole.reports[0].n_iterations > whole.reports[1].n_iterations ? whole.reports[0].n_iterations
                                                                              : whole.reports[1].n_iterations;
    size_t bytes = (size_t)s->space->field_size * sizeof(double);
    assert_true(n > 4 && whole.reports[0].state == UMK_LBTE_SOLVED);
    for (int64_t most = 1; most <= n; most++) {
        open_checkpoint(&checkpoint, s, true);
        assert_true((checkpoint.iteration != NULL) == (most > 1));
        part = iterate(s, most, &checkpoint);
        umk_checkpoint_clear(&checkpoint);
        if (most < n) umk_release(part.solution);
    }
    assert_memory_equal(part.solution, whole.solution, bytes);
    assert_memory_equal(part.reports, whole.reports, sizeof part.reports);
    umk_release(part.solution);
    /* all that is done is done; with another tolerance it is not */
    open_checkpoint(&checkpoint, s, false);
    part = iterate(s, 0, &checkpoint);
    assert_memory_equal(part.solution, whole.solution, bytes);
    umk_release(part.solution);
    for (int i = 0; i < 2; i++) {
        s->lbte.tolerance = i == 0 ? 1e-12 : 1e-3;
        solved fresh = iterate(s, 0, NULL);
        part = iterate(s, 0, &checkpoint);
        assert_memory_equal(part.solution, fresh.solution, bytes);
        assert_memory_equal(part.reports, fresh.reports, sizeof part.reports);
        assert_true((part.reports[0].n_iterations > n) == (i == 0));
        umk_release(part.solution);
        umk_release(fresh.solution);
    }
    /* a state of another size is none */
    checkpoint.iteration_size -= 8;
    s->lbte.tolerance = 0;
    part = iterate(s, 0, &checkpoint);
    assert_memory_equal(part.solution, whole.solution, bytes);
    umk_release(part.solution);
    umk_checkpoint_clear(&checkpoint);
    unlink(path);
    umk_release(whole.solution);
    end(s);
}

/* ---- senseless contents -------------------------------------------------------------------------------------------*/

enum { most_words = 4096 };

/** A record of points, and a piece of it with one row of two triplets and three entries: words that can be changed. */
typedef struct record {
    uint64_t kind;
    int64_t n, n_piece; /* words of the data and of the piece, which stand behind each other */
    int64_t words[most_words];
} record;

static void add_words(record *r, int64_t *n, const void *data, int64_t bytes) {
    assert_true(bytes % 8 == 0 && r->n + r->n_piece + bytes / 8 <= most_words);
    memcpy(r->words + r->n + r->n_piece, data, (size_t)bytes);
    *n += bytes / 8;
}

static record make_record(const stepper *s) {
    record r = {.kind = 1};
    double sigma_and_gamma = 0;
    const int64_t head[3] = {0, 2, 2}, of_piece[2] = {1, 1}; /* first, points, kept points; point, rows */
    add_words(&r, &r.n, &sigma_and_gamma, sizeof sigma_and_gamma);
    add_words(&r, &r.n, head, sizeof head);
    for (int64_t k = 0; k < 2 * 2 * s->result.n_bands; k++) add_words(&r, &r.n, &sigma_and_gamma, 8);
    add_words(&r, &r.n, of_piece, sizeof of_piece);
    umk_collision_row *row = umk_collision_row_create(context, 2, 3);
    row->point = 1;
    row->first[1] = 1;
    row->first[2] = 3;
    for (int e = 0; e < 3; e++) {
        row->values[e] = e;
        row->bands[e] = umk_entry_pack(e, 1, s->result.n_bands - 1);
    }
    for (int k = 0; k < 4; k++) row->points[k / 2][k % 2] = k;
    int64_t bytes;
    umk_row_head of_row = umk_collision_row_head(row);
    const void *content = umk_collision_row_content(row, &bytes);
    add_words(&r, &r.n_piece, &of_row, sizeof of_row);
    add_words(&r, &r.n_piece, content, bytes);
    umk_release(row);
    return r;
}

/* Into the file, and out of it with the contents of the rows. */
static umk_status load(stepper *s, const record *r, int64_t *n_done) {
    umk_checkpoint checkpoint;
    umk_record none;
    umk_record_part data = {r->words, 8 * r->n}, piece = {r->words + r->n, 8 * r->n_piece};
    umk_new_record made = {r->kind, {1, &data}, r->n_piece > 0, &(umk_record_parts){1, &piece}};
    unlink(path);
    test_try(context, umk_checkpoint_open(&checkpoint, &s->rta, path, false));
    test_try(context, umk_record_file_next(checkpoint.file, context, &none));
    assert_null(none.data);
    test_try(context, umk_record_file_append(checkpoint.file, context, &made));
    umk_checkpoint_clear(&checkpoint);
    test_try(context, umk_checkpoint_open(&checkpoint, &s->rta, path, false));
    umk_status status = umk_checkpoint_load(&checkpoint, n_done, &s->result, &s->collision);
    if (status == UMK_OK) status = umk_checkpoint_fetch_rows(&checkpoint, &s->collision);
    if (status == UMK_OK) assert_int_equal(s->collision.n_rows, *n_done == 2);
    umk_checkpoint_clear(&checkpoint);
    umk_collision_clear(&s->collision);
    umk_collision_init(&s->collision, context, s->rta.linewidth, s->rta.n_points, s->rta.points, 1e18);
    return status;
}

static void expect_senseless(stepper *s, const record *r, const char *what) {
    int64_t n_done;
    umk_status status = load(s, r, &n_done);
    if (status != UMK_ERROR_INPUT) fail_msg("%s: %s", what, umk_status_text(status));
    assert_non_null(strstr(umk_context_message(context), "makes no sense"));
}

/* With good checksums. What a row cannot be is made again, and is seen to be other rows than these. */
static void test_senseless_contents(void **state) {
    (void)state;
    enum { first = 1, n_points, n_kept };
    stepper *s = begin(3, 0);
    int64_t n_done;
    record r = make_record(s);
    assert_int_equal(load(s, &r, &n_done), UMK_OK);
    assert_int_equal(n_done, 2);
    const int64_t piece = r.n - 2, at = r.n, of_first = at + 8, of_points = of_first + 16, of_bands = of_points + 8;
    const struct {
        const char *what;
        int64_t word, value;
    } cases[] = {
        {"begins later", first, 1},
        {"begins before", first, -1},
        {"no points", n_points, 0},
        {"too many points", n_points, 1000},
        {"more kept than points", n_kept, 3},
        {"kept below zero", n_kept, -1},
        {"a point that is not kept", n_kept, 1},
        {"piece of the point below", piece, -1},
        {"piece of the point above", piece, 2},
        {"piece of another point", piece, 0},
        {"a row that is not there", piece + 1, 2},
        {"many rows", piece + 1, INT64_MAX},
        {"no rows", piece + 1, 0},
        {"rows below zero", piece + 1, -1},
        {"row of another point", at, 0},
        {"triplets below zero", at + 1, -1},
        {"a triplet less", at + 1, 1},
        {"many triplets", at + 1, INT64_MAX / 8},
        {"entries below zero", at + 2, -1},
        {"an entry less", at + 2, 2},
        {"many entries", at + 2, INT64_MAX / 8},
        {"first entry", of_first, 1},
        {"entries that descend", of_first + 1, 4},
        {"entries below zero", of_first + 1, -1},
        {"last entry", of_first + 2, 2},
        {"grid point above", of_points, 27},
        {"grid point above", of_points + 1, INT64_C(27) << 32},
        {"grid point below", of_points, 0xffffffff},
        {"grid point below", of_points + 1, -(INT64_C(1) << 32)},
        {"band above", of_bands, umk_entry_pack(6, 0, 0)},
        {"band above", of_bands, umk_entry_pack(0, 6, 0)},
        {"band above", of_bands + 1, umk_entry_pack(0, 0, 6)},
        {"not even bands", of_bands, 0xffffffff},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t before = r.words[cases[i].word];
        r.words[cases[i].word] = cases[i].value;
        expect_senseless(s, &r, cases[i].what);
        r.words[cases[i].word] = before;
    }
    for (r.n_piece--; r.n_piece > 0; r.n_piece--) expect_senseless(s, &r, "a piece that is cut");
    r = make_record(s);
    r.n_piece = 0;
    for (r.n -= 3; r.n >= 0; r.n--) expect_senseless(s, &r, "cut");
    r = make_record(s);
    r.kind = 77; /* of a kind that is not known: passed over */
    assert_int_equal(load(s, &r, &n_done), UMK_OK);
    assert_int_equal(n_done, 0);
    r = (record){.kind = 2};
    expect_senseless(s, &r, "an empty state");
    end(s);
}

/* ---- rows in the file ---------------------------------------------------------------------------------------------*/

static void forget_rows(stepper *s) {
    umk_collision_clear(&s->collision);
    umk_collision_init(&s->collision, context, s->rta.linewidth, s->rta.n_points, s->rta.points, 1e18);
}

enum { n_saved = 12, n_of_record = 4 }; /* points that are in the file */

static void expect_rows(const stepper *s, const umk_collision *expected, int64_t n_kept) {
    const umk_collision *got = &s->collision;
    int64_t n_rows = 0, bytes, of_expected;
    assert_int_equal(got->n_kept, n_kept);
    for (; n_rows < expected->n_rows && expected->rows[n_rows]->point < n_kept; n_rows++) {
        const umk_collision_row *a = got->rows[n_rows], *b = expected->rows[n_rows];
        assert_true(n_rows < got->n_rows);
        assert_int_equal(a->point, b->point);
        assert_int_equal((uintptr_t)a->values % 64, 0);
        const void *content = umk_collision_row_content(a, &bytes);
        const void *of_b = umk_collision_row_content(b, &of_expected);
        assert_int_equal(bytes, of_expected);
        assert_memory_equal(content, of_b, (size_t)bytes);
    }
    assert_int_equal(got->n_rows, n_rows);
}

/* What a process reads that the collision has `share` of the memory for, and goes on with the points that are left. */
static void read_rows(stepper *s, const umk_collision *expected, double share) {
    umk_checkpoint checkpoint;
    int64_t n_done;
    forget_rows(s);
    s->collision.most_bytes = share * expected->kept_bytes;
    test_try(context, umk_checkpoint_open(&checkpoint, &s->rta, path, false));
    test_try(context, umk_checkpoint_load(&checkpoint, &n_done, &s->result, &s->collision));
    assert_int_equal(n_done, n_saved);
    assert_int_equal(s->collision.n_rows, 0); /* they are read when they are needed */
    test_try(context, umk_collision_pass(&s->collision, n_done, s->rta.n_points - n_done, NULL));
    test_try(context, umk_checkpoint_fetch_rows(&checkpoint, &s->collision));
    test_try(context, umk_checkpoint_fetch_rows(&checkpoint, &s->collision)); /* nothing is left to do */
    umk_checkpoint_clear(&checkpoint);
}

/* Bits that are turned anywhere in the pieces of the file: the same rows all the same. */
static int64_t damage_rows(stepper *s, const umk_collision *expected) {
    umk_record_piece places[64];
    umk_checkpoint checkpoint;
    umk_record record;
    int64_t n = 0;
    test_try(context, umk_checkpoint_open(&checkpoint, &s->rta, path, false));
    do {
        test_try(context, umk_record_file_next(checkpoint.file, context, &record));
        for (int64_t i = 0; i < record.n_pieces && n < 64; i++) places[n++] = record.pieces[i];
    } while (record.data != NULL);
    umk_checkpoint_clear(&checkpoint);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    for (int64_t i = 0; i < n; i += 5) { /* more and more pieces */
        fseek(file, (long)(places[i].offset + 7919 * i % places[i].size), SEEK_SET);
        int byte = fgetc(file);
        fseek(file, -1, SEEK_CUR);
        fputc(byte ^ 1 << i % 8, file);
        fflush(file);
        read_rows(s, expected, 1);
        expect_rows(s, expected, s->rta.n_points);
    }
    fclose(file);
    return n;
}

/* Rows that one process has written and another reads are those that were computed, with pieces of any size. */
static void test_rows_of_another_process(void **state) {
    (void)state;
    stepper *s = begin(7, 0); /* with several rows of a point */
    umk_checkpoint checkpoint;
    umk_collision whole;
    umk_collision_init(&whole, context, s->rta.linewidth, s->rta.n_points, s->rta.points, 1e18);
    test_try(context, umk_collision_pass(&whole, 0, s->rta.n_points, NULL));
    for (int64_t piece_bytes = 1; piece_bytes < 1 << 20; piece_bytes *= 64) {
        unlink(path);
        forget_rows(s);
        open_checkpoint(&checkpoint, s, false);
        checkpoint.piece_bytes = piece_bytes;
        for (int64_t first = 0; first < n_saved; first += n_of_record) {
            test_try(context, umk_collision_pass(&s->collision, first, n_of_record, NULL));
            umk_checkpoint_save_points(&checkpoint, first, n_of_record, &s->result, &s->collision);
        }
        assert_false(checkpoint.is_given_up);
        umk_checkpoint_clear(&checkpoint);
        int64_t before = 0;
        for (int eighths = 0; eighths <= 8; eighths++) {
            read_rows(s, &whole, eighths / 8.0);
            expect_rows(s, &whole, s->collision.n_kept);
            assert_true(s->collision.kept_bytes <= eighths / 8.0 * whole.kept_bytes);
            assert_true(s->collision.n_kept >= before);
            before = s->collision.n_kept;
        }
        assert_int_equal(before, s->rta.n_points);
        int64_t n_pieces = damage_rows(s, &whole);
        assert_true(piece_bytes == 1 ? n_pieces > n_saved : n_pieces >= n_saved);
    }
    umk_collision_clear(&whole);
    unlink(path);
    end(s);
}

/* Where a record cannot be made there are none behind it, so that the file stays good. */
static void test_record_that_cannot_be_made(void **state) {
    (void)state;
    stepper *s = begin(3, 0);
    umk_checkpoint checkpoint;
    int64_t n_done;
    unlink(path);
    for (int n = 0; n < 5; n++) {
        open_checkpoint(&checkpoint, s, false);
        for (int64_t first = 0; first < 4; first += first == 0 ? 2 : 1) {
            int64_t n_points = first == 0 ? 2 : 1;
            test_try(context, umk_collision_pass(&s->collision, first, n_points, NULL));
            umk_test_fail_allocation(first == 2 ? n : -1);
            umk_checkpoint_save_points(&checkpoint, first, n_points, &s->result, &s->collision);
            umk_test_fail_allocation(-1);
            assert_true(checkpoint.is_given_up == (first >= 2));
        }
        umk_checkpoint_clear(&checkpoint);
        forget_rows(s);
        test_try(context, umk_checkpoint_open(&checkpoint, &s->rta, path, false));
        test_try(context, umk_checkpoint_load(&checkpoint, &n_done, &s->result, &s->collision));
        assert_int_equal(n_done, 2);
        assert_int_equal(s->collision.n_kept, 2);
        umk_checkpoint_clear(&checkpoint);
        unlink(path);
        forget_rows(s);
    }
    end(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_iteration_goes_on, remove_file, remove_file),
        cmocka_unit_test_setup_teardown(test_senseless_contents, remove_file, remove_file),
        cmocka_unit_test_setup_teardown(test_rows_of_another_process, remove_file, remove_file),
        cmocka_unit_test_setup_teardown(test_record_that_cannot_be_made, remove_file, remove_file),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
