/*
 * Runs of the full Boltzmann equation that end in the middle and go on from a checkpoint: the same bits as in one go,
 * wherever the run was ended and the file was cut or damaged; what belongs to another calculation is refused.
 */
#include "support/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { n_temperatures = 2, most_sigmas = 2 };
static const double temperatures[n_temperatures] = {300, 100};
static const char path[] = "umklapp-lbte-test.checkpoint";

/** Ends the run when the progress is told for the n-th time; -1: never. */
static struct {
    int until;
    int n_told, n_from_file, n_warnings;
    char last[512];
} run_control;

static bool stop(void *user, double fraction) {
    (void)user, (void)fraction;
    return run_control.n_told++ == run_control.until;
}

static void listen(void *user, umk_log_level level, const char *line) {
    (void)user;
    if (strstr(line, "from the checkpoint") != NULL) sscanf(line, "%d", &run_control.n_from_file);
    if (level != UMK_LOG_WARNING) return;
    run_control.n_warnings++;
    snprintf(run_control.last, sizeof run_control.last, "%s", line);
}

static umk_context *make_context(int n_threads) {
    umk_context *made;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = n_threads;
    options.log = listen;
    options.progress = stop;
    assert_int_equal(umk_context_create(&made, &options), UMK_OK);
    return made;
}

static umk_context *context;
static test_model *silicon;
static test_mesh mesh;

static int set_up(void **state) {
    (void)state;
    run_control.until = -1;
    context = make_context(2);
    silicon = test_model_load(context, &(test_model_options){.example = "si-pbesol"});
    mesh = test_mesh_cube(silicon, 4);
    unlink(path);
    return 0;
}

static int remove_file(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_mesh_free(&mesh);
    test_model_free(silicon);
    umk_context_destroy(context);
    unlink(path);
    return 0;
}

typedef struct solution {
    umk_conductivity results[most_sigmas];
    umk_lbte_report reports[most_sigmas * n_temperatures];
    int64_t n_sigmas;
} solution;

static umk_rta_options plain(void) {
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = n_temperatures;
    options.temperatures = temperatures;
    options.grid_points_in_flight = 2;
    return options;
}

/* until: when the run is ended, or -1. */
static umk_status try_run(solution *s, umk_context *own, const umk_rta_options *rta, const umk_lbte_options *lbte,
                          int until) {
    umk_transport_model transport = {silicon->crystal, silicon->harmonic, mesh.grid, mesh.phonons, mesh.interaction};
    memset(s, 0, sizeof *s);
    memset(&run_control, 0, sizeof run_control);
    run_control.until = until;
    umk_context_reset_cancel(own);
    s->n_sigmas = rta->n_sigmas > 0 ? rta->n_sigmas : 1;
    umk_status status = umk_lbte_run(s->results, s->reports, NULL, own, &transport, rta, lbte);
    run_control.until = -1;
    return status;
}

static solution run_to_end(const umk_rta_options *rta, const umk_lbte_options *lbte) {
    solution s;
    test_try(context, try_run(&s, context, rta, lbte, -1));
    return s;
}

static void end_solution(solution *s) {
    for (int64_t i = 0; i < s->n_sigmas; i++) umk_conductivity_clear(&s->results[i]);
}

static void end_early(const umk_rta_options *rta, const umk_lbte_options *lbte, int until) {
    solution s;
    assert_int_equal(try_run(&s, context, rta, lbte, until), UMK_ERROR_CANCELLED);
    end_solution(&s);
}

static void expect_same(const solution *got, const solution *expected) {
    assert_int_equal(got->n_sigmas, expected->n_sigmas);
    for (int64_t i = 0; i < got->n_sigmas; i++) {
        const umk_conductivity *a = &got->results[i], *b = &expected->results[i];
        size_t modes = (size_t)(b->n_points * b->n_bands) * n_temperatures * sizeof(double);
        assert_memory_equal(a->gamma, b->gamma, modes);
        assert_memory_equal(a->mode_kappa, b->mode_kappa, 6 * modes);
        assert_memory_equal(a->kappa, b->kappa, 6 * n_temperatures * sizeof(double));
        assert_memory_equal(a->kappa_rta, b->kappa_rta, 6 * n_temperatures * sizeof(double));
    }
    assert_memory_equal(got->reports, expected->reports, sizeof got->reports);
}

/* The run goes on from the file, and gives the same bits; returns how many points were in it. */
static int go_on(const solution *expected, const umk_rta_options *rta, const umk_lbte_options *lbte) {
    solution s;
    test_try(context, try_run(&s, context, rta, lbte, -1));
    expect_same(&s, expected);
    end_solution(&s);
    assert_int_equal(unlink(path), 0);
    return run_control.n_from_file;
}

/** The bytes of the file. */
typedef struct bytes {
    unsigned char *data;
    long size;
} bytes;

static bytes read_file(void) {
    bytes b;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    b.size = ftell(file);
    rewind(file);
    b.data = test_malloc((size_t)b.size);
    assert_int_equal(fread(b.data, 1, (size_t)b.size, file), b.size);
    fclose(file);
    return b;
}

static void write_file(const bytes *b, long size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(b->data, 1, (size_t)size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void expect_file(const bytes *b) {
    bytes now = read_file();
    assert_int_equal(now.size, b->size);
    assert_memory_equal(now.data, b->data, (size_t)b->size);
    test_free(now.data);
}

/* ---- ended anywhere
 * ------------------------------------------------------------------------------------------------*/

static void check_ends(const umk_rta_options *rta, umk_lbte_options lbte, int n_ends) {
    lbte.checkpoint = NULL;
    solution whole = run_to_end(rta, &lbte);
    lbte.checkpoint = path;
    solution once = run_to_end(rta, &lbte);
    expect_same(&once, &whole);
    end_solution(&once);
    assert_int_equal(unlink(path), 0);
    int before = -1;
    for (int until = 0; until < n_ends; until++) {
        end_early(rta, &lbte, until);
        int from_file = go_on(&whole, rta, &lbte);
        assert_true(from_file >= 0 && (rta->n_sigmas > 1 || from_file > before || from_file == 8));
        before = from_file;
    }
    /* ended again and again */
    for (int i = 0; i < 3; i++) end_early(rta, &lbte, 1);
    assert_int_equal(go_on(&whole, rta, &lbte), 6);
    end_solution(&whole);
}

static void test_ended_anywhere(void **state) {
    (void)state;
    umk_rta_options rta = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    check_ends(&rta, lbte, 5);
    lbte.solver = UMK_LBTE_DIRECT;
    rta.mass_variances = (const double[]){2e-4, 2e-4};
    check_ends(&rta, lbte, 5);
}

/* Two ways to integrate: the second begins when the first is done. */
static void test_two_sigmas(void **state) {
    (void)state;
    const double sigmas[2] = {0, 0.3}, others[2] = {0.2, 0.3};
    umk_rta_options rta = plain(), other = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    rta.n_sigmas = other.n_sigmas = 2;
    rta.sigmas = sigmas;
    other.sigmas = others;
    solution whole = run_to_end(&rta, &lbte), whole_other = run_to_end(&other, &lbte);
    lbte.checkpoint = path;
    for (int until = 0; until < 10; until++) {
        end_early(&rta, &lbte, until);
        go_on(&whole, &rta, &lbte);
    }
    /* other widths are another calculation, of which only the points of the same width can be taken */
    end_early(&rta, &lbte, 7);
    go_on(&whole_other, &other, &lbte);
    /* and so is another order */
    end_early(&rta, &lbte, 7);
    rta.sigmas = (const double[]){0.3, 0};
    lbte.checkpoint = NULL;
    solution turned = run_to_end(&rta, &lbte);
    lbte.checkpoint = path;
    go_on(&turned, &rta, &lbte);
    end_solution(&whole);
    end_solution(&whole_other);
    end_solution(&turned);
}

/* Another number of threads, grid points in flight, and more or less memory for the rows. */
static void test_another_machine(void **state) {
    (void)state;
    umk_rta_options rta = plain(), other = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    umk_transport_model transport = {silicon->crystal, silicon->harmonic, mesh.grid, mesh.phonons, mesh.interaction};
    umk_lbte_estimate estimate;
    umk_context *few = make_context(1);
    solution whole = run_to_end(&rta, &lbte), s;
    other.grid_points_in_flight = 3;
    test_try(context, umk_lbte_estimate_run(&estimate, context, &transport, &other, &lbte));
    const double shares[3] = {0, 0.4, 10};
    for (int i = 0; i < 9; i++) {
        umk_lbte_options first = lbte, second = lbte;
        first.checkpoint = second.checkpoint = path;
        first.memory = estimate.bytes + shares[i / 3] * estimate.row_bytes;
        second.memory = estimate.bytes + shares[i % 3] * estimate.row_bytes;
        end_early(&rta, &first, 3);
        test_try(few, try_run(&s, few, &other, &second, -1));
        expect_same(&s, &whole);
        assert_int_equal(run_control.n_from_file, 6);
        end_solution(&s);
        assert_int_equal(unlink(path), 0);
    }
    end_solution(&whole);
    umk_context_destroy(few);
}

/* ---- files
 * ---------------------------------------------------------------------------------------------------------*/

static uint32_t next_random(void) {
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

static void test_cut_files(void **state) {
    (void)state;
    enum { head = 16, n_cuts = 40 };
    umk_rta_options rta = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    solution whole = run_to_end(&rta, &lbte);
    lbte.checkpoint = path;
    end_early(&rta, &lbte, 4);
    bytes full = read_file();
    int seen[9] = {0};
    for (int i = 0; i < head + 2 + n_cuts; i++) {
        long size = i < head + 2 ? i : (long)(next_random() % (unsigned long)full.size);
        write_file(&full, size);
        int from_file = go_on(&whole, &rta, &lbte);
        if (i < head + 2) assert_int_equal(from_file, 0);
        assert_in_range(from_file, 0, 8);
        seen[from_file]++;
    }
    for (int n = 0; n < 8; n += 2) assert_true(seen[n] > 0);
    write_file(&full, full.size);
    assert_int_equal(go_on(&whole, &rta, &lbte), 8);
    test_free(full.data);
    end_solution(&whole);
}

/* A bit in what tells of a record drops it and those behind; rows that are damaged are made again, with a warning. */
static void test_flipped_bits(void **state) {
    (void)state;
    int n_dropped = 0, n_made_again = 0;
    umk_rta_options rta = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    solution whole = run_to_end(&rta, &lbte), s;
    lbte.checkpoint = path;
    end_early(&rta, &lbte, 4);
    bytes full = read_file();
    for (int i = 0; i < 60; i++) {
        long at = i < 40 ? i : (long)(next_random() % (unsigned long)full.size);
        unsigned char mask = (unsigned char)(1u << next_random() % 8);
        full.data[at] ^= mask;
        write_file(&full, full.size);
        if (at < 16) { /* none of ours, or of another calculation */
            assert_int_equal(try_run(&s, context, &rta, &lbte, -1), UMK_ERROR_INPUT);
            assert_non_null(strstr(umk_context_message(context), path));
            assert_non_null(strstr(umk_context_message(context), at < 6   ? "no checkpoint"
                                                                 : at < 8 ? "another version"
                                                                          : "another calculation"));
            end_solution(&s);
            expect_file(&full);
        } else {
            bool is_dropped = go_on(&whole, &rta, &lbte) < 8;
            assert_int_equal(run_control.n_warnings, !is_dropped);
            if (!is_dropped)
                assert_non_null(strstr(run_control.last, "rows of 1 of 8 grid points were computed again"));
            n_dropped += is_dropped;
            n_made_again += !is_dropped;
        }
        full.data[at] ^= mask;
    }
    assert_true(n_dropped > 10 && n_made_again > 10);
    unlink(path);
    test_free(full.data);
    end_solution(&whole);
}

/* What is changed, one at a time. */
static void change(umk_rta_options *rta, int what) {
    static const double hotter[n_temperatures] = {300, 101}, turned[n_temperatures] = {100, 300};
    static const double variances[2][2] = {{2e-4, 2e-4}, {2e-4, 3e-4}};
    switch (what) {
    case 0:
        rta->temperatures = hotter;
        break;
    case 1:
        rta->n_temperatures = 1;
        break;
    case 2:
        rta->boundary_mfp = 1;
        break;
    case 3:
        rta->temperatures = turned;
        break;
    case 4:
        rta->no_symmetrize_tetrahedra = true;
        break;
    case 5:
        rta->no_average_degenerate_weights = true;
        break;
    case 6:
        rta->sigma_cutoff = 3;
        break;
    default:
        rta->mass_variances = variances[what - 7];
    }
}

static void test_another_calculation(void **state) {
    (void)state;
    umk_rta_options rta = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    solution whole = run_to_end(&rta, &lbte), s;
    lbte.checkpoint = path;
    end_early(&rta, &lbte, 2);
    bytes full = read_file();
    for (int what = 0; what < 9; what++) {
        umk_rta_options other = plain();
        change(&other, what);
        umk_status status = try_run(&s, context, &other, &lbte, -1);
        if (status != UMK_ERROR_INPUT) fail_msg("change number %d: %s", what, umk_status_text(status));
        assert_non_null(strstr(umk_context_message(context), "another calculation"));
        end_solution(&s);
        expect_file(&full);
    }
    /* other force constants with the same harmonic part */
    test_model *scaled =
        test_model_load(context, &(test_model_options){.example = "si-pbesol", .fc3_scale = 1.0000001});
    test_mesh own = test_mesh_cube(scaled, 4);
    umk_interaction *before = mesh.interaction;
    mesh.interaction = own.interaction;
    assert_int_equal(try_run(&s, context, &rta, &lbte, -1), UMK_ERROR_INPUT);
    end_solution(&s);
    mesh.interaction = before;
    test_mesh_free(&own);
    test_model_free(scaled);
    /* nothing was lost */
    assert_int_equal(go_on(&whole, &rta, &lbte), 4);
    end_solution(&whole);
    test_free(full.data);
}

/* ---- files that cannot be
 * ------------------------------------------------------------------------------------------*/

static void test_files_that_cannot_be(void **state) {
    (void)state;
    umk_rta_options rta = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    solution s;
    const char *const paths[] = {"", "/", "no/such/folder/x", "/dev/null", "/dev/full"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        lbte.checkpoint = paths[i];
        assert_int_equal(try_run(&s, context, &rta, &lbte, -1), UMK_ERROR_IO);
        assert_non_null(strstr(umk_context_message(context), paths[i]));
        end_solution(&s);
    }
}

/* ---- rows for files
 * ------------------------------------------------------------------------------------------------*/

/** Rows that are told, of all points. */
typedef struct told_rows {
    int n_told[8];
    double sums[8];
} told_rows;

static umk_status add_up(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    told_rows *told = user;
    int64_t n = n_temperatures * 9 * results->n_bands * results->n_bands * results->n_points;
    assert_int_equal(results->n_points, 8);
    told->n_told[point]++;
    for (int64_t k = 0; k < n; k++) told->sums[point] += (double)(k % 7) * rows[k];
    for (int64_t band = 0; band < results->n_bands; band++) {
        assert_true(point == 0 || results->gamma[point * results->n_bands + band] > 0);
    }
    return UMK_OK;
}

/* A run that goes on tells all rows, also those that an earlier process could not keep or did not tell. */
static void test_rows_for_files(void **state) {
    (void)state;
    umk_rta_options rta = plain();
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    umk_transport_model transport = {silicon->crystal, silicon->harmonic, mesh.grid, mesh.phonons, mesh.interaction};
    umk_lbte_estimate estimate;
    told_rows expected = {{0}, {0}};
    lbte.write_rows = add_up;
    lbte.user = &expected;
    solution whole = run_to_end(&rta, &lbte);
    test_try(context, umk_lbte_estimate_run(&estimate, context, &transport, &rta, &lbte));
    lbte.checkpoint = path;
    for (int i = 0; i < 3; i++) {
        told_rows told = {{0}, {0}};
        lbte.memory = estimate.bytes + (double[]){0, 0.4, 10}[i] * estimate.row_bytes;
        umk_lbte_options silent = lbte;
        silent.write_rows = NULL;
        end_early(&rta, &silent, 3);
        lbte.user = &told;
        assert_int_equal(go_on(&whole, &rta, &lbte), 6);
        for (int point = 0; point < 8; point++) assert_int_equal(told.n_told[point], 1);
        assert_memory_equal(told.sums, expected.sums, sizeof told.sums);
    }
    end_solution(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ended_anywhere, remove_file),
        cmocka_unit_test_setup(test_two_sigmas, remove_file),
        cmocka_unit_test_setup(test_another_machine, remove_file),
        cmocka_unit_test_setup(test_cut_files, remove_file),
        cmocka_unit_test_setup(test_flipped_bits, remove_file),
        cmocka_unit_test_setup(test_another_calculation, remove_file),
        cmocka_unit_test_setup(test_files_that_cannot_be, remove_file),
        cmocka_unit_test_setup(test_rows_for_files, remove_file),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
