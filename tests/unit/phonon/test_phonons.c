/* Phonons on grids: orbits, degenerate sets, options, memory. */
#include "model.h"

static umk_grid *make_grid(umk_context *context, const phonon_model *model, int64_t a, int64_t b, int64_t c) {
    umk_grid *grid;
    umk_grid_options options = UMK_GRID_OPTIONS_INIT;
    options.mesh[0] = a;
    options.mesh[1] = b;
    options.mesh[2] = c;
    umk_status status = umk_grid_create(&grid, context, &model->crystal, &options);
    if (status != UMK_OK) print_error("%s\n", umk_context_message(context));
    assert_int_equal(status, UMK_OK);
    return grid;
}

static umk_phonons *make_phonons(umk_context *context, const umk_harmonic *harmonic, const umk_grid *grid,
                                 const umk_phonons_options *options) {
    umk_phonons *phonons;
    assert_int_equal(umk_phonons_create(&phonons, context, harmonic, grid, options), UMK_OK);
    return phonons;
}

static bool same_bits(const umk_phonons *phonons, int64_t p, int64_t q) {
    const double *f = phonons->frequencies;
    return memcmp(f + p * phonons->n_bands, f + q * phonons->n_bands, sizeof(double) * (size_t)phonons->n_bands) == 0;
}

/* |D e - w^2 e| of a point, with the dynamical matrix of the point itself. */
static void check_solution(umk_context *context, const umk_harmonic *harmonic, const umk_phonons *phonons,
                           int64_t point, double tolerance) {
    int64_t n = phonons->n_bands;
    double complex matrix[max_bands * max_bands];
    const double complex *vectors = &phonons->eigenvectors[point * n * n];
    get_matrix(harmonic, context, phonons->q_points[point], matrix);
    for (int64_t b = 0; b < n; b++) {
        double frequency = phonons->frequencies[point * n + b], root = frequency / UMK_FREQUENCY_FACTOR;
        for (int64_t i = 0; i < n; i++) {
            double complex sum = -root * fabs(root) * vectors[i * n + b];
            for (int64_t j = 0; j < n; j++) sum += matrix[i * n + j] * vectors[j * n + b];
            assert_close(cabs(sum), 0, tolerance);
        }
    }
}

/* Whatever the grid says is equivalent has the same bits; eigenvectors are those of the point itself. */
static void check_grid(umk_context *context, const phonon_model *model, umk_nac_method method, const umk_grid *grid) {
    umk_harmonic *harmonic = make_harmonic(context, model, method);
    umk_phonons *phonons = make_phonons(context, harmonic, grid, NULL);
    int64_t n_same = 0;
    assert_int_equal(umk_phonons_n_points(phonons), umk_grid_n_bz_points(grid));
    assert_int_equal(umk_phonons_n_bands(phonons), harmonic->n_bands);
    for (int64_t point = 0; point < phonons->n_points; point++) {
        for (int64_t r = 0; r < grid->n_rotations; r++) {
            int64_t address[3], image = umk_grid_rotate(grid, r, point);
            umk_apply3_integer(address, (const int64_t(*)[3])grid->rotations[r], grid->addresses[point]);
            bool is_stored = memcmp(address, grid->addresses[image], sizeof address) == 0;
            if (!is_stored && method != UMK_NAC_NONE) continue;
            assert_true(same_bits(phonons, point, image));
            n_same++;
        }
        check_solution(context, harmonic, phonons, point, method == UMK_NAC_GONZE ? 1e-7 : 1e-13);
    }
    assert_true(n_same > 10 * phonons->n_points);
    umk_phonons_destroy(phonons);
    umk_harmonic_destroy(harmonic);
}

static void equivalent_points_have_the_same_bits(void **state) {
    (void)state;
    umk_context *context = make_context(2);
    static const struct {
        const char *name;
        int64_t mesh[3];
    } cases[] = {{"si", {4, 4, 4}}, {"nacl", {4, 4, 4}}, {"wurtzite", {4, 4, 2}}};
    for (size_t c = 0; c < 3; c++) {
        phonon_model *model = load_model(cases[c].name);
        umk_grid *grid = make_grid(context, model, cases[c].mesh[0], cases[c].mesh[1], cases[c].mesh[2]);
        for (int method = 0; method < n_methods; method++) {
            if (model->crystal.born.n_atoms == 0 && method != UMK_NAC_NONE) continue;
            check_grid(context, model, (umk_nac_method)method, grid);
        }
        umk_grid_destroy(grid);
        free_model(model);
    }
    umk_context_destroy(context);
}

static void result_does_not_depend_on_threads(void **state) {
    (void)state;
    umk_context *one = make_context(1), *three = make_context(3);
    phonon_model *model = load_model("nacl");
    umk_harmonic *harmonic = make_harmonic(one, model, UMK_NAC_GONZE);
    umk_grid *grid = make_grid(one, model, 5, 5, 5);
    umk_phonons *a = make_phonons(one, harmonic, grid, NULL), *b = make_phonons(three, harmonic, grid, NULL);
    size_t n = (size_t)(a->n_points * a->n_bands);
    assert_memory_equal(umk_phonons_frequencies(a), umk_phonons_frequencies(b), n * sizeof(double));
    assert_memory_equal(umk_phonons_eigenvectors(a), umk_phonons_eigenvectors(b),
                        n * (size_t)a->n_bands * sizeof(double complex));
    assert_memory_equal(a->set_first, b->set_first, n * sizeof(int64_t));
    umk_phonons_destroy(a);
    umk_phonons_destroy(b);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(one);
    umk_context_destroy(three);
}

/* Modes that are zero exactly are acoustic like those near zero: the three next to them must not go with them. */
static void zeros_are_among_the_three(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("si");
    int64_t n_s = model->crystal.phonon_supercell.cell.n_atoms;
    /* one spring between the two atoms of a cell in each direction: three modes of exactly 0, three of one frequency */
    memset(model->fc2.values, 0, (size_t)(2 * n_s * 9) * sizeof *model->fc2.values);
    for (int64_t i = 0; i < 2; i++) {
        for (int64_t j = 0; j < 2; j++) {
            int64_t atom = 0; /* any image does at Gamma */
            while (model->crystal.phonon_supercell.s2pp_map[atom] != j) atom++;
            for (int a = 0; a < 3; a++) model->fc2.values[(i * n_s + atom) * 9 + 4 * a] = i == j ? 1 : -1;
        }
    }
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_NONE);
    umk_grid *grid = make_grid(context, model, 1, 1, 1);
    umk_phonons_options options = UMK_PHONONS_OPTIONS_INIT;
    options.exclude_gamma_acoustic = true;
    umk_phonons *phonons = make_phonons(context, harmonic, grid, &options);
    for (int64_t b = 0; b < 6; b++) assert_true((phonons->frequencies[b] == 0) == (b < 3));
    umk_phonons_destroy(phonons);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

/* Si at Gamma: two sets of three; acoustic frequencies become 0 exactly on demand and stay close to it otherwise. */
static void gamma_is_treated_as_asked(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("si");
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_NONE);
    umk_grid *grid = make_grid(context, model, 2, 2, 2);
    umk_phonons_options options = UMK_PHONONS_OPTIONS_INIT;
    options.exclude_gamma_acoustic = true;
    umk_phonons *phonons = make_phonons(context, harmonic, grid, NULL),
                *zero = make_phonons(context, harmonic, grid, &options);
    int64_t gamma = grid->gr_to_bz[0];
    for (int64_t b = 0; b < 6; b++) {
        assert_int_equal(phonons->set_first[gamma * 6 + b], b < 3 ? 0 : 3);
        if (b < 3) assert_close(phonons->frequencies[gamma * 6 + b], 0, 1e-4);
        if (b < 3) assert_true(zero->frequencies[gamma * 6 + b] == 0);
        if (b >= 3) assert_close(zero->frequencies[gamma * 6 + b], 15.5, 0.5); /* Raman mode of silicon */
        if (b >= 3) assert_true(zero->frequencies[gamma * 6 + b] == phonons->frequencies[gamma * 6 + b]);
    }
    for (int64_t point = 0; point < zero->n_points; point++) {
        if (point != gamma) assert_true(zero->frequencies[point * 6] == phonons->frequencies[point * 6]);
    }
    umk_phonons_destroy(phonons);
    umk_phonons_destroy(zero);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

static void sets_are_chained(void **state) {
    (void)state;
    const double frequencies[] = {1, 1.5, 1.50009, 1.50018, 2, 2.0001, 3};
    const int64_t expected[] = {0, 1, 1, 1, 4, 5, 6};
    int64_t found[7];
    umk_degenerate_sets(7, frequencies, 0.99999e-4, found);
    assert_memory_equal(found, expected, sizeof expected);
}

/* Phonons at given points are those of the harmonic model; a wider tolerance joins bands. */
static void points_off_the_mesh(void **state) {
    (void)state;
    umk_context *context = make_context(2);
    phonon_model *model = load_model("nacl");
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_WANG);
    const double q[2][3] = {{0.1, 0.2, 0.3}, {0.11, 0, 0}};
    umk_phonons *phonons;
    umk_phonons_options options = UMK_PHONONS_OPTIONS_INIT;
    options.degeneracy_tolerance = 100;
    assert_int_equal(umk_phonons_create_at(&phonons, context, harmonic, 2, q, &options), UMK_OK);
    for (int n = 0; n < 2; n++) {
        for (int64_t b = 0; b < 6; b++) {
            assert_close(phonons->frequencies[n * 6 + b], model->points[UMK_NAC_WANG][n].frequencies[b], 1e-9);
            assert_int_equal(phonons->set_first[n * 6 + b], 0);
        }
    }
    umk_phonons_destroy(phonons);
    assert_int_equal(umk_phonons_create_at(&phonons, context, harmonic, 0, q, NULL), UMK_ERROR_ARGUMENT);
    options.degeneracy_tolerance = -1;
    assert_int_equal(umk_phonons_create_at(&phonons, context, harmonic, 2, q, &options), UMK_ERROR_ARGUMENT);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

/* Negative springs make every mode imaginary: their number over the grid points is counted without the images. */
static void imaginary_modes_are_counted_once(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("si");
    umk_grid *grid = make_grid(context, model, 2, 2, 2);
    for (int64_t m = 0; m < 2 * 64 * 9; m++) model->fc2.values[m] = -model->fc2.values[m];
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_NONE);
    umk_phonons *phonons = make_phonons(context, harmonic, grid, NULL);
    double lowest;
    assert_true(phonons->n_points > 8);
    assert_int_equal(umk_phonons_count_imaginary(phonons, 1e-2, &lowest), 8 * 6 - 3);
    assert_close(lowest, -15.5, 0.5);
    assert_int_equal(umk_phonons_count_imaginary(phonons, 100, NULL), 0);
    umk_phonons_destroy(phonons);
    umk_harmonic_destroy(harmonic);
    umk_grid_destroy(grid);
    free_model(model);
    umk_context_destroy(context);
}

static int n_warnings;
static char last_warning[1024];

static void remember_warning(void *user, umk_log_level level, const char *line) {
    (void)user;
    if (level != UMK_LOG_WARNING) return;
    n_warnings++;
    snprintf(last_warning, sizeof last_warning, "%s", line);
}

/* Force constants without the crystal's symmetry: own frequencies stay, and a warning tells. */
static void broken_symmetry_is_told(void **state) {
    (void)state;
    umk_context *context;
    umk_context_options context_options = UMK_CONTEXT_OPTIONS_INIT;
    context_options.n_threads = 1;
    context_options.log = remember_warning;
    assert_int_equal(umk_context_create(&context, &context_options), UMK_OK);
    phonon_model *model = load_model("si");
    umk_grid *grid = make_grid(context, model, 3, 3, 3);
    model->fc2.values[9 * 5] += 0.5; /* xx of one pair */
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_NONE);
    n_warnings = 0;
    umk_phonons *phonons = make_phonons(context, harmonic, grid, NULL);
    assert_int_equal(n_warnings, 1);
    assert_non_null(strstr(last_warning, "break the symmetry of the crystal"));
    double own[max_bands];
    int64_t last = phonons->n_points - 1;
    get_frequencies(harmonic, context, phonons->q_points[last], own);
    for (int64_t b = 0; b < 6; b++) assert_close(phonons->frequencies[last * 6 + b], own[b], 1e-4);
    for (int64_t point = 0; point < phonons->n_points; point++) check_solution(context, harmonic, phonons, point, 1e-4);
    umk_phonons_destroy(phonons);
    umk_harmonic_destroy(harmonic);
    umk_grid_destroy(grid);
    free_model(model);
    umk_context_destroy(context);
}

static void memory_is_told_and_limited(void **state) {
    (void)state;
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    options.memory_limit = 20000;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    phonon_model *model = load_model("nacl");
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_WANG);
    umk_grid *grid = make_grid(context, model, 4, 4, 4);
    umk_phonons *phonons;
    assert_true(umk_phonons_memory(100, 6) >= 100 * 6 * 6 * 16 + 100 * 6 * 16);
    assert_int_equal(umk_phonons_create(&phonons, context, harmonic, grid, NULL), UMK_ERROR_MEMORY);
    assert_non_null(strstr(umk_context_message(context), "coarser mesh"));
    assert_null(phonons);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

static void failing_allocations_are_reported(void **state) {
    (void)state;
    umk_context *context = make_context(1);
    phonon_model *model = load_model("nacl");
    umk_harmonic *harmonic = make_harmonic(context, model, UMK_NAC_WANG);
    umk_grid *grid = make_grid(context, model, 1, 1, 1);
    umk_status status = UMK_ERROR_MEMORY;
    int64_t n = 0;
    for (; n < 50 && status == UMK_ERROR_MEMORY; n++) {
        umk_phonons *phonons = NULL;
        umk_test_fail_allocation(n);
        status = umk_phonons_create(&phonons, context, harmonic, grid, NULL);
        umk_test_fail_allocation(-1);
        umk_phonons_destroy(phonons);
    }
    assert_int_equal(status, UMK_OK);
    assert_true(n > 10);
    umk_grid_destroy(grid);
    umk_harmonic_destroy(harmonic);
    free_model(model);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equivalent_points_have_the_same_bits),
        cmocka_unit_test(result_does_not_depend_on_threads),
        cmocka_unit_test(zeros_are_among_the_three),
        cmocka_unit_test(gamma_is_treated_as_asked),
        cmocka_unit_test(sets_are_chained),
        cmocka_unit_test(points_off_the_mesh),
        cmocka_unit_test(imaginary_modes_are_counted_once),
        cmocka_unit_test(broken_symmetry_is_told),
        cmocka_unit_test(memory_is_told_and_limited),
        cmocka_unit_test(failing_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
