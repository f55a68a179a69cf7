/*
 * One suite for every set of strength kernels (three_phonon/interaction.h) that runs on this processor. Each is held
 * against the reference kernel: on hand-made crystals of low symmetry with random constants, meshes and legs, and on
 * silicon, sodium chloride and a wurtzite crystal, with and without the average over the home atom, in all ways to cut
 * the work. The reference kernel is held against the triple sum of the definition (definition.h).
 */
#include "conformance/crystals.h"
#include "conformance/definition.h"
#include "conformance/samples.h"

static const double tolerance = 1e-12; /* of the largest element */

static umk_context *context;

static int set_up(void **state) {
    (void)state;
    context = test_context(1);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    umk_context_destroy(context);
    return 0;
}

static umk_interaction *make_interaction(const umk_crystal *crystal, const umk_fc3 *fc3, umk_kernel_set set,
                                         bool no_r0_average) {
    umk_interaction *interaction;
    umk_interaction_options options = {
        .no_r0_average = no_r0_average, .cutoff_frequency = -1, .kernels = umk_kernel_set_name(set)};
    test_try(context, umk_interaction_create(&interaction, context, crystal, fc3, &options));
    assert_int_equal(interaction->kernel_set, set);
    return interaction;
}

/* ---- one kernel, one sample -------------------------------------------------------------------------------------*/

/** What is checked, for messages. */
typedef struct place {
    const char *crystal, *mesh;
    int kind;
} place;

/* wanted: the others are to be 0. Elements that vanish by symmetry are rounding, so that the largest of all counts. */
static void expect_same(const place *place, const char *what, const umk_interaction *interaction, int64_t n,
                        const int8_t *wanted, const double *got, const double *expected) {
    double worst = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) {
        double difference = fabs(got[i] - (wanted == NULL || wanted[i] ? expected[i] : 0));
        worst = difference <= worst ? worst : difference; /* keeps NaN */
        largest = fmax(largest, expected[i]);
    }
    double deviation = worst / (largest > 0 ? largest : 1);
    if (deviation < tolerance) return;
    fail_msg("%s, mesh %s, kind %d, %s: %s deviates by %.2e", place->crystal, place->mesh, place->kind,
             umk_kernel_set_name(interaction->kernel_set), what, deviation);
}

static const test_cut cuts[] = {
    {0, 0, false, false}, {1, 1, false, false}, {2, 3, false, true}, {0, 0, true, false},
    {1, 7, true, true},   {0, 5, false, true},  {3, 2, true, false},
};
enum { n_cuts = sizeof cuts / sizeof cuts[0] };

/**
 * Band triples that are wanted: one in `share`, whole rows and whole triplets left out; those of the last triplet are
 * all wanted.
 */
static void choose_wanted(int8_t *wanted, int64_t n, int64_t n_triplets, double share, test_random *random) {
    int64_t cube = n * n * n;
    for (int64_t t = 0; t < n_triplets; t++) {
        bool empty = n_triplets > 1 && (t % 4 == 1 || (share < 0.1 && t % 4 < 3));
        bool full = t == n_triplets - 1 && share > 0.1;
        for (int64_t i = 0; i < cube; i++) {
            wanted[t * cube + i] = full || (!empty && i / n % 3 != 0 && test_uniform(random) < share);
        }
    }
}

/* All band triples in two ways to cut the work, and some in two more; `turn` chooses which. */
static void check_kernel(const place *place, const umk_interaction *interaction, const test_sample *s, int turn,
                         const double *expected) {
    int64_t n = interaction->n_bands, size = s->n_triplets * n * n * n;
    const double shares[2] = {0.5, 0.03};
    double *got = test_malloc((size_t)size * sizeof *got);
    int8_t *wanted = test_calloc((size_t)size, 1);
    test_random random = {(uint64_t)turn};
    for (int i = 0; i < 2; i++) {
        run_sample(interaction, s, &cuts[(2 * turn + i) % n_cuts], NULL, got);
        expect_same(place, "strength in blocks and batches", interaction, size, NULL, got, expected);
        choose_wanted(wanted, n, s->n_triplets, shares[i], &random);
        run_sample(interaction, s, &cuts[(2 * turn + i + 3) % n_cuts], wanted, got);
        expect_same(place, "strength with band triples left out", interaction, size, wanted, got, expected);
    }
    memset(wanted, 0, (size_t)size); /* nothing is wanted */
    run_sample(interaction, s, &cuts[turn % n_cuts], wanted, got);
    test_free(got);
    test_free(wanted);
}

/* The strength that all shall give; freed by the caller. */
static double *reference_strength(const umk_interaction *reference, const test_sample *s) {
    int64_t n = reference->n_bands;
    double *strength = test_malloc((size_t)(s->n_triplets * n * n * n) * sizeof *strength);
    run_sample(reference, s, &cuts[0], NULL, strength);
    return strength;
}

/** The interactions of a crystal for all sets that run here, the reference first. */
typedef struct sets {
    int n;
    umk_interaction *interactions[UMK_N_KERNEL_SETS];
} sets;

static sets make_sets(const umk_crystal *crystal, const umk_fc3 *fc3, bool no_r0_average) {
    sets all = {0};
    for (int set = 0; set < UMK_N_KERNEL_SETS; set++) {
        if (!umk_kernel_set_runs(set)) continue;
        all.interactions[all.n++] = make_interaction(crystal, fc3, set, no_r0_average);
    }
    assert_int_equal(all.interactions[0]->kernel_set, UMK_KERNELS_REFERENCE);
    assert_true(all.n > 1);
    return all;
}

static void destroy_sets(sets *all) {
    for (int i = 0; i < all->n; i++) umk_interaction_destroy(all->interactions[i]);
}

/*
 * Every set on a sample; where legs 1 and 2 may be exchanged with and without that. The reference kernel against
 * itself, with the work cut in other ways, only where it is quick.
 */
static void check_sets(const place *place, const sets *all, const test_sample *s, bool on_mesh, int turn) {
    double *expected = reference_strength(all->interactions[0], s);
    bool quick = all->interactions[0]->n_bands <= 9 && s->n_triplets <= 60 && place->kind >= 0;
    for (int i = quick ? 0 : 1; i < all->n; i++) {
        umk_interaction *interaction = all->interactions[i];
        bool exchangeable = interaction->exchangeable;
        if (on_mesh || !exchangeable) check_kernel(place, interaction, s, turn + i, expected);
        interaction->exchangeable = false;
        if (exchangeable) check_kernel(place, interaction, s, turn + i + 1, expected);
        interaction->exchangeable = exchangeable;
    }
    test_free(expected);
}

/* ---- hand-made crystals ------------------------------------------------------------------------------------------*/

static void check_exchangeable(const sets *all, bool expected) {
    for (int i = 1; i < all->n; i++) assert_int_equal(all->interactions[i]->exchangeable, expected);
}

/* Meshes of all kinds; for many bands fewer triplets, because the reference is slow. */
static void check_hand_crystal(const hand_crystal *from, bool symmetric, test_random *random) {
    umk_crystal *crystal = make_hand_crystal(context, from);
    umk_fc3 *fc3 = make_random_fc3(context, crystal, symmetric, random);
    int64_t n = 3 * from->n_atoms, most = n > 20 ? 6 : n > 10 ? 16 : 200;
    for (int no_r0_average = 0; no_r0_average < 2; no_r0_average++) {
        sets all = make_sets(crystal, fc3, no_r0_average);
        /* the one block of the chain of one atom is symmetric or not like the others */
        check_exchangeable(&all, symmetric);
        for (int m = 0; m < n_hand_meshes; m++) {
            int kind = (m + no_r0_average + symmetric) % N_SAMPLE_KINDS;
            const place place = {from->name, hand_meshes[m].name, kind};
            test_sample s = random_sample(&hand_meshes[m], kind, most, n, random);
            check_sets(&place, &all, &s, kind != SAMPLE_OFF_MESH, m + 5 * no_r0_average);
            release_sample(&s);
        }
        destroy_sets(&all);
    }
    umk_fc3_destroy(fc3);
    umk_crystal_destroy(crystal);
}

static void test_random_constants(void **state) {
    (void)state;
    test_random random = {1};
    for (int i = 0; i < n_hand_crystals; i++) check_hand_crystal(&hand_crystals[i], false, &random);
}

static void test_exchangeable_constants(void **state) {
    (void)state;
    test_random random = {2};
    for (int i = 0; i < n_hand_crystals; i++) check_hand_crystal(&hand_crystals[i], true, &random);
}

/* The reference kernel against the definition: q0 and q1 anywhere, at Gamma and on the zone surface. */
static void test_definition(void **state) {
    (void)state;
    test_random random = {3};
    for (int i = 0; i < n_hand_crystals; i++) {
        umk_crystal *crystal = make_hand_crystal(context, &hand_crystals[i]);
        umk_fc3 *fc3 = make_random_fc3(context, crystal, false, &random);
        for (int no_r0_average = 0; no_r0_average < 2; no_r0_average++) {
            umk_interaction *reference = make_interaction(crystal, fc3, UMK_KERNELS_REFERENCE, no_r0_average);
            int64_t n = reference->n_bands;
            test_sample s = random_sample(&hand_meshes[0], no_r0_average ? SAMPLE_ON_MESH : SAMPLE_OFF_MESH,
                                          n > 10 ? 2 : 10, n, &random);
            double *strength = reference_strength(reference, &s);
            check_definition(crystal, fc3, &s, no_r0_average, strength);
            test_free(strength);
            release_sample(&s);
            umk_interaction_destroy(reference);
        }
        umk_fc3_destroy(fc3);
        umk_crystal_destroy(crystal);
    }
}

/* Constants that are all zero give strengths that are all zero. */
static void test_zero_constants(void **state) {
    (void)state;
    test_random random = {5};
    umk_crystal *crystal = make_hand_crystal(context, &hand_crystals[0]);
    umk_force_constants_file file = {.rank = 3, .n_rows = 2, .n_supercell = 6};
    umk_fc3 *fc3;
    file.values = test_calloc(2 * 6 * 6 * 27, sizeof *file.values);
    test_try(context, umk_fc3_create(&fc3, context, crystal, &file));
    sets all = make_sets(crystal, fc3, false);
    test_sample s = random_sample(&hand_meshes[0], SAMPLE_ON_MESH, 20, 6, &random);
    const place place = {"zero constants", hand_meshes[0].name, SAMPLE_ON_MESH};
    check_sets(&place, &all, &s, true, 0);
    for (int i = 0; i < all.n; i++) {
        double *strength = reference_strength(all.interactions[i], &s);
        for (int64_t k = 0; k < s.n_triplets * 216; k++) assert_true(strength[k] == 0);
        test_free(strength);
    }
    release_sample(&s);
    destroy_sets(&all);
    test_free(file.values);
    umk_fc3_destroy(fc3);
    umk_crystal_destroy(crystal);
}

/* No triplets: a plan, nothing prepared that would be missed, no batch. */
static void test_no_triplets(void **state) {
    (void)state;
    test_random random = {6};
    umk_crystal *crystal = make_hand_crystal(context, &hand_crystals[0]);
    umk_fc3 *fc3 = make_random_fc3(context, crystal, false, &random);
    sets all = make_sets(crystal, fc3, false);
    test_sample s = random_sample(&hand_meshes[0], SAMPLE_FEW, 3, 6, &random);
    s.n_triplets = 0;
    for (int i = 0; i < all.n; i++) run_sample(all.interactions[i], &s, &cuts[0], NULL, &(double){0});
    release_sample(&s);
    destroy_sets(&all);
    umk_fc3_destroy(fc3);
    umk_crystal_destroy(crystal);
}

/* ---- real crystals -----------------------------------------------------------------------------------------------*/

/* Up to `most` of the triplets of a point that share its first image, spread over the list. */
static test_sample grid_sample(const test_mesh *mesh, const umk_triplets *triplets, int64_t most) {
    test_sample s = begin_sample(most, 1);
    const int64_t(*points)[3] = (const int64_t(*)[3])triplets->points;
    int64_t step = triplets->n_triplets / most + 1;
    test_free(s.grid.addresses);
    s.grid = *mesh->grid;
    s.leg0 = umk_leg_of(mesh->phonons, points[0][0]);
    s.n_triplets = 0;
    for (int64_t t = 0; t < triplets->n_triplets && s.n_triplets < most; t += step) {
        if (points[t][0] != points[0][0]) continue;
        memcpy(s.triplets[s.n_triplets], points[t], sizeof points[t]);
        s.leg1[s.n_triplets] = umk_leg_of(mesh->phonons, points[t][1]);
        s.leg2[s.n_triplets++] = umk_leg_of(mesh->phonons, points[t][2]);
    }
    return s;
}

static void release_grid_sample(test_sample *s) {
    s->grid.addresses = NULL; /* of the mesh */
    release_sample(s);
}

/* q0 at no grid point, q1 at some, phonons of the crystal there. */
static test_sample off_mesh_sample(const test_model *model, const test_mesh *mesh, umk_phonons **phonons) {
    enum { n_triplets = 4 };
    test_random random = {11};
    double q[2 * n_triplets + 1][3];
    test_sample s = begin_sample(n_triplets, 1);
    test_free(s.grid.addresses);
    s.grid = *mesh->grid;
    for (int c = 0; c < 3; c++) q[0][c] = test_uniform(&random) - 0.5;
    for (int t = 0; t < n_triplets; t++) {
        s.triplets[t][1] = s.triplets[t][2] = random_below(mesh->grid->n_bz_points, &random);
        umk_grid_q_point(mesh->grid, s.triplets[t][1], q[2 * t + 1]);
        for (int c = 0; c < 3; c++) q[2 * t + 2][c] = (t == c) - q[0][c] - q[2 * t + 1][c];
    }
    test_try(context,
             umk_phonons_create_at(phonons, context, model->harmonic, 2 * n_triplets + 1, (const double(*)[3])q, NULL));
    s.leg0 = umk_leg_of(*phonons, 0);
    for (int t = 0; t < n_triplets; t++) {
        s.leg1[t] = umk_leg_of(*phonons, 2 * t + 1);
        s.leg2[t] = umk_leg_of(*phonons, 2 * t + 2);
    }
    return s;
}

static void check_points(const test_model *model, const char *name, const umk_grid_options *options, const sets *all,
                         int turn) {
    test_mesh mesh = test_mesh_make(model, options, NULL);
    const int64_t n_bz = mesh.grid->n_bz_points;
    /* Gamma, inside, and the last points, which lie on the zone surface of an even mesh */
    const int64_t points[] = {0, n_bz / 3, n_bz - 1};
    const place place = {name, "its grid", -1};
    for (int i = 0; i < 3; i++) {
        umk_triplets *triplets;
        test_try(context, umk_triplets_create(&triplets, context, mesh.grid, points[i]));
        test_sample s = grid_sample(&mesh, triplets, i == 1 ? 20 : 6);
        check_sets(&place, all, &s, true, turn + i);
        release_grid_sample(&s);
        umk_triplets_destroy(triplets);
    }
    umk_phonons *phonons;
    test_sample s = off_mesh_sample(model, &mesh, &phonons);
    check_sets(&place, all, &s, false, turn);
    release_grid_sample(&s);
    umk_phonons_destroy(phonons);
    test_mesh_free(&mesh);
}

static void check_example(const char *name, int n_grids, const umk_grid_options *grids) {
    test_model *model = test_model_load(context, &(test_model_options){.example = name});
    for (int no_r0_average = 0; no_r0_average < 2; no_r0_average++) {
        sets all = make_sets(model->crystal, model->fc3, no_r0_average);
        check_exchangeable(&all, true);
        for (int g = no_r0_average; g < n_grids; g++) check_points(model, name, &grids[g], &all, 3 * g);
        destroy_sets(&all);
    }
    test_model_free(model);
}

static void test_silicon(void **state) {
    (void)state;
    const umk_grid_options grids[2] = {{.mesh = {4, 4, 4}}, {.mesh = {3, 3, 3}}};
    check_example("si-pbesol", 2, grids);
}

static void test_sodium_chloride(void **state) {
    (void)state;
    const umk_grid_options grids[2] = {{.mesh = {5, 5, 5}}, {.length = 15, .generalized = true}};
    check_example("nacl", 2, grids);
}

static void test_wurtzite(void **state) {
    (void)state;
    const umk_grid_options grids[2] = {{.mesh = {4, 4, 3}}, {.length = 20, .generalized = true}};
    check_example("wurtzite-model", 2, grids);
}

/* ---- the public function -----------------------------------------------------------------------------------------*/

/* Triplets in any order, with any images of q0, some twice; more than one batch; units and 1 / N. */
static void check_public_function(const test_model *model, const test_mesh *mesh, umk_interaction *reference,
                                  const umk_interaction *interaction) {
    enum { n_triplets = 70, n_checked = 7, cube = 216 };
    int64_t(*triplets)[3] = test_malloc(n_triplets * sizeof *triplets);
    double *got = stale(n_triplets * cube * 8), *expected = stale(cube * 8);
    for (int64_t t = 0; t < n_triplets; t++) { /* three different first points in turn; any image of the third */
        int64_t third[3];
        triplets[t][0] = t % 3 * 17;
        triplets[t][1] = (t * 7 + 31) % mesh->grid->n_bz_points;
        for (int c = 0; c < 3; c++) {
            third[c] = -mesh->grid->addresses[triplets[t][0]][c] - mesh->grid->addresses[triplets[t][1]][c];
        }
        triplets[t][2] = umk_grid_bz_index(mesh->grid, third);
    }
    test_try(context, umk_interaction_strength(interaction, context, mesh->phonons, mesh->grid, n_triplets,
                                               (const int64_t(*)[3])triplets, got));
    for (int64_t t = 0; t < n_checked; t++) {
        const int64_t *triplet = triplets[t * 11];
        const umk_leg legs[3] = {umk_leg_of(mesh->phonons, triplet[0]), umk_leg_of(mesh->phonons, triplet[1]),
                                 umk_leg_of(mesh->phonons, triplet[2])};
        const place place = {"nacl", "4x4x4", -1};
        run_triplet(reference, 4, legs, expected);
        for (int i = 0; i < cube; i++) expected[i] *= umk_strength_factor(64);
        expect_same(&place, "umk_interaction_strength", interaction, cube, NULL, got + t * 11 * cube, expected);
    }
    triplets[3][2] = 1; /* was that of (0, 52) */
    assert_int_equal(umk_interaction_strength(interaction, model->context, mesh->phonons, mesh->grid, n_triplets,
                                              (const int64_t(*)[3])triplets, got),
                     UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(context), "lattice vector"));
    const int64_t outside[2] = {-1, mesh->grid->n_bz_points};
    for (int i = 0; i < 2; i++) {
        triplets[3][2] = outside[i];
        assert_int_equal(umk_interaction_strength(interaction, model->context, mesh->phonons, mesh->grid, n_triplets,
                                                  (const int64_t(*)[3])triplets, got),
                         UMK_ERROR_ARGUMENT);
        assert_non_null(strstr(umk_context_message(context), "not among the phonons"));
    }
    release_stale(got, n_triplets * cube * 8);
    release_stale(expected, cube * 8);
    test_free(triplets);
}

/* Phonons of another grid. */
static void check_foreign_phonons(const test_model *model, const test_mesh *mesh, const umk_interaction *interaction) {
    const int64_t triplet[1][3] = {{0, 0, 0}};
    double strength[216];
    test_mesh other = test_mesh_cube(model, 2);
    assert_int_equal(umk_interaction_strength(interaction, context, other.phonons, mesh->grid, 1, triplet, strength),
                     UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(context), "do not belong"));
    test_mesh_free(&other);
}

/* Memory is counted before it is taken. */
static void check_memory_limit(const test_mesh *mesh, const umk_interaction *interaction) {
    const int64_t triplet[1][3] = {{0, 0, 0}};
    double strength[216];
    umk_context *small;
    umk_context_options limits = {.n_threads = 1, .memory_limit = 10000};
    assert_int_equal(umk_context_create(&small, &limits), UMK_OK);
    assert_int_equal(umk_interaction_strength(interaction, small, mesh->phonons, mesh->grid, 1, triplet, strength),
                     UMK_ERROR_MEMORY);
    assert_non_null(strstr(umk_context_message(small), "may be used: use fewer threads"));
    umk_context_destroy(small);
}

static void test_public_function(void **state) {
    (void)state;
    test_model *model = test_model_load(context, &(test_model_options){.example = "nacl"});
    test_mesh mesh = test_mesh_cube(model, 4);
    sets all = make_sets(model->crystal, model->fc3, false);
    for (int i = 0; i < all.n; i++) check_public_function(model, &mesh, all.interactions[0], all.interactions[i]);
    check_foreign_phonons(model, &mesh, all.interactions[0]);
    for (int i = 0; i < all.n; i++) check_memory_limit(&mesh, all.interactions[i]);
    destroy_sets(&all);
    test_mesh_free(&mesh);
    test_model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_random_constants),
        cmocka_unit_test(test_exchangeable_constants),
        cmocka_unit_test(test_zero_constants),
        cmocka_unit_test(test_no_triplets),
        cmocka_unit_test(test_silicon),
        cmocka_unit_test(test_sodium_chloride),
        cmocka_unit_test(test_wurtzite),
        cmocka_unit_test(test_public_function),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
