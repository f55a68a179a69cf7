/*
 * One suite for every strength kernel (three_phonon/interaction.h). Each runs on silicon, sodium chloride, a wurtzite
 * crystal and hand-made ones of low symmetry, with and without the average over the home atom, on legs of the mesh
 * (normal, on the zone surface) and off it, and is held against the reference kernel; the reference kernel is held
 * against the triple sum of the definition, written down once more here for the hand-made crystals. Every array that a
 * kernel is to fill holds NaN before, and what lies behind it must stay.
 */
#include "conformance/crystals.h"
#include "crystal/crystal.h"
#include "force_constants/force_constants.h"
#include "three_phonon/interaction.h"
#include <math.h>

static const umk_strength_kernel *const kernels[] = {&umk_strength_kernel_reference, &umk_strength_kernel_engine};
enum { n_kernels = 2, most_triplets = 10, guard = 64 };

/* ---- memory full of NaN, with guards ---------------------------------------------------------------------------*/

static void *stale(int64_t bytes) {
    char *memory = umk_allocate(NULL, bytes + guard, 1);
    assert_non_null(memory);
    for (int64_t i = 0; i + 8 <= bytes; i += 8) memcpy(memory + i, &(double){NAN}, 8);
    memset(memory + bytes, 0x5a, guard);
    return memory;
}

static void release_stale(void *memory, int64_t bytes) {
    for (int64_t i = 0; i < guard; i++) assert_int_equal(((char *)memory)[bytes + i], 0x5a);
    umk_release(memory);
}

/* ---- running a kernel --------------------------------------------------------------------------------------------*/

/** A grid point and triplets of it. */
typedef struct sample {
    umk_leg leg0, leg1[most_triplets], leg2[most_triplets];
    int64_t n_triplets;
    double *memory; /* of random legs */
} sample;

/* strength (n_triplets, n, n, n) computed with so many bands in a block and triplets in a batch. */
static void run_kernel(const umk_interaction *interaction, const sample *s, int64_t block, int64_t batch,
                       const int8_t *is_zero, double *strength) {
    const umk_strength_kernel *kernel = interaction->kernel;
    int64_t n = interaction->n_bands;
    for (int64_t first = 0; first < n; first += block) {
        int64_t n_block = first + block > n ? n - first : block, size = n_block * n * n;
        int64_t point_size = kernel->point_size(interaction, n_block);
        int64_t workspace_size = kernel->workspace_size(interaction, n_block, batch);
        umk_strength_point point = {s->leg0, first, n_block, stale(point_size)};
        char *workspace = stale(workspace_size);
        double *out = stale(batch * size * 8);
        int8_t *marks = test_calloc((size_t)(batch * size), 1);
        for (int64_t piece = kernel->n_pieces(interaction) - 1; piece >= 0; piece--) {
            kernel->prepare(interaction, &point, piece, workspace);
        }
        for (int64_t begin = 0; begin < s->n_triplets; begin += batch) {
            int64_t n_triplets = begin + batch > s->n_triplets ? s->n_triplets - begin : batch;
            for (int64_t t = 0; is_zero != NULL && t < n_triplets; t++) {
                memcpy(marks + t * size, is_zero + ((begin + t) * n + first) * n * n, (size_t)size);
            }
            kernel->strength(interaction, &point, n_triplets, s->leg1 + begin, s->leg2 + begin,
                             is_zero == NULL ? NULL : marks, out, workspace);
            for (int64_t t = 0; t < n_triplets; t++) {
                memcpy(strength + ((begin + t) * n + first) * n * n, out + t * size, (size_t)size * sizeof *out);
            }
        }
        test_free(marks);
        release_stale(point.data, point_size);
        release_stale(workspace, workspace_size);
        release_stale(out, batch * size * 8);
    }
}

static umk_interaction *make_interaction(umk_context *context, const umk_crystal *crystal, const umk_fc3 *fc3,
                                         const char *kernel, bool no_r0_average) {
    umk_interaction *interaction;
    umk_interaction_options options = {.no_r0_average = no_r0_average, .cutoff_frequency = -1, .kernel = kernel};
    test_try(context, umk_interaction_create(&interaction, context, crystal, fc3, &options));
    return interaction;
}

static void expect_same(const char *what, const char *kernel, int64_t n, const double *got, const double *expected) {
    double deviation = test_deviation(n, got, expected);
    if (!(deviation < 1e-12)) fail_msg("%s: %s deviates by %.2e", kernel, what, deviation);
}

/* What every kernel must do, with the values that it shall give. */
static void check_kernel(const umk_interaction *interaction, const sample *s, const double *expected) {
    int64_t n = interaction->n_bands, cube = n * n * n, size = s->n_triplets * cube;
    const char *name = interaction->kernel->name;
    double *got = test_malloc((size_t)size * sizeof *got), *masked = test_malloc((size_t)size * sizeof *masked);
    int8_t *is_zero = test_calloc((size_t)size, 1);
    const int64_t shapes[][2] = {{n, s->n_triplets}, {n, 1}, {1, 3}, {2, s->n_triplets}, {n - 1, 2}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        run_kernel(interaction, s, shapes[i][0], shapes[i][1], NULL, got);
        expect_same("strength in blocks and batches", name, size, got, expected);
    }
    test_random random = {7};
    for (int64_t i = 0; i < size; i++) {
        masked[i] = expected[i];
        is_zero[i] = i / n % 3 == 0 || test_uniform(&random) < 0.5; /* whole rows, and single elements */
        if (i / cube == 1) is_zero[i] = 1;                          /* a whole triplet */
        if (is_zero[i]) masked[i] = 0;
    }
    run_kernel(interaction, s, 2, s->n_triplets, is_zero, got);
    expect_same("strength with elements left out", name, size, got, masked);
    for (int64_t i = 0; i < size; i++) assert_true(!is_zero[i] || got[i] == 0);
    test_free(got);
    test_free(masked);
    test_free(is_zero);
}

/* All kernels on a sample, against the reference kernel; returns its strength for further checks, freed by the caller.
 */
static double *check_kernels(umk_context *context, const umk_crystal *crystal, const umk_fc3 *fc3, const sample *s,
                             bool no_r0_average) {
    int64_t n = 3 * crystal->primitive.n_atoms, size = s->n_triplets * n * n * n;
    double *expected = test_malloc((size_t)size * sizeof *expected);
    umk_interaction *reference = make_interaction(context, crystal, fc3, "reference", no_r0_average);
    run_kernel(reference, s, n, s->n_triplets, NULL, expected);
    umk_interaction_destroy(reference);
    for (int k = 0; k < n_kernels; k++) {
        umk_interaction *interaction = make_interaction(context, crystal, fc3, kernels[k]->name, no_r0_average);
        assert_ptr_equal(interaction->kernel, kernels[k]);
        check_kernel(interaction, s, expected);
        umk_interaction_destroy(interaction);
    }
    return expected;
}

/* ---- hand-made crystals, random legs
 * -------------------------------------------------------------------------------*/

static umk_leg random_leg(const double q[3], int64_t n, bool has_soft_mode, double **memory, test_random *random) {
    double *out = *memory;
    *memory += 3 + n + 2 * n * n;
    memcpy(out, q, 3 * sizeof *out);
    for (int64_t i = 0; i < n; i++) out[3 + i] = 1 + 9 * test_uniform(random);
    if (has_soft_mode) {
        out[3] = -0.5;                 /* imaginary */
        out[4] = UMK_CUTOFF_FREQUENCY; /* at the cut-off */
        out[5] = UMK_CUTOFF_FREQUENCY * 1.5;
    }
    for (int64_t i = 0; i < 2 * n * n; i++) out[3 + n + i] = test_normal(random);
    return (umk_leg){out, out + 3, (const double complex *)(out + 3 + n)};
}

/* q2 = -q0 - q1 + G, q0 and q1 anywhere in and around the zone; some legs at Gamma and on the zone surface. */
static sample random_sample(int64_t n, test_random *random) {
    sample s = {.n_triplets = most_triplets};
    s.memory = test_malloc((size_t)((2 * most_triplets + 1) * (3 + n + 2 * n * n)) * sizeof *s.memory);
    double *memory = s.memory, q0[3], q1[3], q2[3];
    for (int c = 0; c < 3; c++) q0[c] = 2 * test_uniform(random) - 1;
    s.leg0 = random_leg(q0, n, false, &memory, random);
    for (int64_t t = 0; t < s.n_triplets; t++) {
        for (int c = 0; c < 3; c++) {
            q1[c] = 2 * test_uniform(random) - 1;
            if (t == 1) q1[c] = 0;
            if (t == 2) q1[c] = c == 0 ? 0.5 : 0;
            if (t == 3) q1[c] = -q0[c];
            q2[c] = -q0[c] - q1[c] + (t % 2 == 0 ? 0 : floor(3 * test_uniform(random)) - 1);
        }
        s.leg1[t] = random_leg(q1, n, t == 4 || t == 5, &memory, random);
        s.leg2[t] = random_leg(q2, n, t == 5 || t == 6, &memory, random);
    }
    return s;
}

/*
 * The definition with the home atom on leg 0: a term of fc3 at a time, with exp(2 pi i q s) of every pair of shortest
 * images of j and k seen from i, and with the positions of i itself in the phase. leg: where the home atom stands.
 */
static double complex home_term(const umk_crystal *crystal, const umk_fc3 *fc3, const umk_leg *legs[3], int home,
                                const int64_t bands[3], int64_t i, int64_t j, int64_t k) {
    static const int others[3][2] = {{1, 2}, {0, 2}, {1, 0}};
    const umk_supercell *supercell = &crystal->supercell;
    const umk_leg *of_j = legs[others[home][0]], *of_k = legs[others[home][1]];
    int64_t n = 3 * crystal->primitive.n_atoms, n_s = supercell->cell.n_atoms;
    int64_t kinds[3] = {i, supercell->s2pp_map[j], supercell->s2pp_map[k]};
    const int64_t *pair_j = &supercell->multiplicity[(j * crystal->primitive.n_atoms + i) * 2];
    const int64_t *pair_k = &supercell->multiplicity[(k * crystal->primitive.n_atoms + i) * 2];
    double complex phase = 0, sum = 0;
    for (int64_t a = pair_j[1]; a < pair_j[1] + pair_j[0]; a++) {
        for (int64_t b = pair_k[1]; b < pair_k[1] + pair_k[0]; b++) {
            double turn = 0;
            for (int c = 0; c < 3; c++) {
                double tau = crystal->primitive.positions[i][c];
                turn += (legs[0]->q[c] + legs[1]->q[c] + legs[2]->q[c]) * tau +
                        of_j->q[c] * supercell->shortest_vectors[a][c] + of_k->q[c] * supercell->shortest_vectors[b][c];
            }
            phase += cexp(2 * UMK_PI * I * turn) / (double)(pair_j[0] * pair_k[0]);
        }
    }
    for (int x = 0; x < 27; x++) {
        int64_t components[3] = {3 * kinds[0] + x / 9, 3 * kinds[1] + x / 3 % 3, 3 * kinds[2] + x % 3};
        double complex product = fc3->values[((i * n_s + j) * n_s + k) * 27 + x];
        product *= legs[home]->eigenvectors[components[0] * n + bands[home]];
        product *= of_j->eigenvectors[components[1] * n + bands[others[home][0]]];
        product *= of_k->eigenvectors[components[2] * n + bands[others[home][1]]];
        sum += product;
    }
    for (int x = 0; x < 3; x++) sum /= sqrt(crystal->primitive.masses[kinds[x]]);
    return sum * phase;
}

static double defined_strength(const umk_crystal *crystal, const umk_fc3 *fc3, const umk_leg *legs[3],
                               const int64_t bands[3], const int8_t *all_shortest) {
    int64_t n_s = crystal->supercell.cell.n_atoms;
    double complex sum = 0;
    double product = 1;
    for (int64_t block = 0; block < crystal->primitive.n_atoms * n_s * n_s; block++) {
        int64_t i = block / (n_s * n_s), j = block / n_s % n_s, k = block % n_s;
        bool alone = all_shortest == NULL || all_shortest[block];
        for (int home = 0; home < (alone ? 1 : 3); home++) {
            sum += home_term(crystal, fc3, legs, home, bands, i, j, k) / (alone ? 1 : 3);
        }
    }
    for (int leg = 0; leg < 3; leg++) {
        double frequency = legs[leg]->frequencies[bands[leg]];
        if (frequency <= UMK_CUTOFF_FREQUENCY) return 0;
        product *= frequency;
    }
    return (creal(sum) * creal(sum) + cimag(sum) * cimag(sum)) / product;
}

/*
 * 1 where the term of leg 0 stands alone: among all images of j and k within two supercells around i, the triangle of
 * the unique nearest j and nearest k has the nearest image of k seen from j as its third side. Found by search.
 */
static double nearest(const umk_crystal *crystal, const double difference[3], int *count) {
    double least = INFINITY;
    *count = 0;
    for (int cell = 0; cell < 125; cell++) {
        double shift[3] = {cell / 25 - 2, cell / 5 % 5 - 2, cell % 5 - 2}, square = 0;
        for (int c = 0; c < 3; c++) {
            double x = 0;
            for (int r = 0; r < 3; r++) x += (difference[r] + shift[r]) * crystal->supercell.cell.lattice[r][c];
            square += x * x;
        }
        double length = sqrt(square);
        if (length < least - 1e-5) *count = 0;
        if (length < least + 1e-5) ++*count;
        least = fmin(least, length);
    }
    return least;
}

static double side(const umk_crystal *crystal, const double a[3], const double b[3]) {
    double square = 0;
    for (int c = 0; c < 3; c++) {
        double x = 0;
        for (int r = 0; r < 3; r++) x += (b[r] - a[r]) * crystal->primitive.lattice[r][c];
        square += x * x;
    }
    return sqrt(square);
}

static int8_t *search_all_shortest(const umk_crystal *crystal) {
    const umk_supercell *supercell = &crystal->supercell;
    int64_t n_p = crystal->primitive.n_atoms, n_s = supercell->cell.n_atoms;
    int8_t *flags = test_calloc((size_t)(n_p * n_s * n_s), 1);
    for (int64_t block = 0; block < n_p * n_s * n_s; block++) {
        int64_t i = block / (n_s * n_s), j = block / n_s % n_s, k = block % n_s;
        const int64_t *pair_j = &supercell->multiplicity[(j * n_p + i) * 2];
        const int64_t *pair_k = &supercell->multiplicity[(k * n_p + i) * 2];
        if (pair_j[0] > 1 || pair_k[0] > 1) continue;
        double difference[3];
        int count;
        for (int c = 0; c < 3; c++) {
            difference[c] = supercell->cell.positions[k][c] - supercell->cell.positions[j][c];
            difference[c] -= rint(difference[c]);
        }
        double least = nearest(crystal, difference, &count);
        flags[block] = count == 1 && fabs(least - side(crystal, supercell->shortest_vectors[pair_j[1]],
                                                       supercell->shortest_vectors[pair_k[1]])) < 1e-5;
    }
    return flags;
}

static void check_definition(const umk_crystal *crystal, const umk_fc3 *fc3, const sample *s, bool no_r0_average,
                             const double *strength) {
    int64_t n = 3 * crystal->primitive.n_atoms;
    int8_t *flags = no_r0_average ? NULL : search_all_shortest(crystal);
    double *largest = test_calloc(1, sizeof *largest);
    for (int64_t i = 0; i < s->n_triplets * n * n * n; i++) *largest = fmax(*largest, strength[i]);
    for (int64_t t = 0; t < s->n_triplets; t++) {
        const umk_leg *legs[3] = {&s->leg0, &s->leg1[t], &s->leg2[t]};
        for (int64_t m = t % 5; m < n * n * n; m += 31) {
            const int64_t bands[3] = {m / (n * n), m / n % n, m % n};
            double expected = defined_strength(crystal, fc3, legs, bands, flags);
            double deviation = fabs(strength[t * n * n * n + m] - expected) / *largest;
            if (!(deviation < 1e-12)) fail_msg("triplet %d, element %d: off by %.2e", (int)t, (int)m, deviation);
        }
    }
    test_free(largest);
    test_free(flags);
}

static void test_hand_made(void **state) {
    (void)state;
    test_random random = {1};
    umk_context *context = test_context(1);
    for (int i = 0; i < n_hand_crystals; i++) {
        umk_crystal *crystal = make_hand_crystal(context, &hand_crystals[i]);
        umk_fc3 *fc3 = make_random_fc3(context, crystal, &random);
        for (int no_r0_average = 0; no_r0_average < 2; no_r0_average++) {
            sample s = random_sample(3 * hand_crystals[i].n_atoms, &random);
            double *strength = check_kernels(context, crystal, fc3, &s, no_r0_average);
            check_definition(crystal, fc3, &s, no_r0_average, strength);
            test_free(strength);
            test_free(s.memory);
        }
        umk_fc3_destroy(fc3);
        umk_crystal_destroy(crystal);
    }
    umk_context_destroy(context);
}

/* Constants that are all zero give strengths that are all zero. */
static void test_zero_constants(void **state) {
    (void)state;
    test_random random = {5};
    umk_context *context = test_context(1);
    umk_crystal *crystal = make_hand_crystal(context, &hand_crystals[0]);
    umk_force_constants_file file = {.rank = 3, .n_rows = 2, .n_supercell = 6};
    umk_fc3 *fc3;
    file.values = test_calloc(2 * 6 * 6 * 27, sizeof *file.values);
    test_try(context, umk_fc3_create(&fc3, context, crystal, &file));
    sample s = random_sample(6, &random);
    double *strength = check_kernels(context, crystal, fc3, &s, false);
    for (int64_t i = 0; i < s.n_triplets * 216; i++) assert_true(strength[i] == 0);
    umk_interaction *engine = make_interaction(context, crystal, fc3, "engine", false);
    assert_int_equal(umk_interaction_block_bands(engine), 6);
    umk_interaction_destroy(engine);
    test_free(strength);
    test_free(s.memory);
    test_free(file.values);
    umk_fc3_destroy(fc3);
    umk_crystal_destroy(crystal);
    umk_context_destroy(context);
}

/* ---- real crystals, phonons of a mesh and off it
 * -------------------------------------------------------------------*/

/* Up to most_triplets of the triplets of a point that share its image, spread over the list. */
static sample mesh_sample(const umk_phonons *phonons, const umk_triplets *triplets) {
    sample s = {.n_triplets = 0};
    const int64_t(*points)[3] = (const int64_t(*)[3])triplets->points;
    int64_t step = triplets->n_triplets / most_triplets + 1;
    s.leg0 = umk_leg_of(phonons, points[0][0]);
    for (int64_t t = 0; t < triplets->n_triplets && s.n_triplets < most_triplets; t += step) {
        if (points[t][0] != points[0][0]) continue;
        s.leg1[s.n_triplets] = umk_leg_of(phonons, points[t][1]);
        s.leg2[s.n_triplets++] = umk_leg_of(phonons, points[t][2]);
    }
    return s;
}

/* q0, q1 and q2 at no grid point; triplets with G = 0 and others. */
static sample off_mesh_sample(umk_context *context, const umk_harmonic *harmonic, umk_phonons **phonons) {
    test_random random = {11};
    double q[7][3];
    for (int c = 0; c < 3; c++) {
        q[0][c] = test_uniform(&random) - 0.5;
        for (int t = 0; t < 3; t++) {
            q[1 + t][c] = test_uniform(&random) - 0.5;
            q[4 + t][c] = (t == c) - q[0][c] - q[1 + t][c];
        }
    }
    test_try(context, umk_phonons_create_at(phonons, context, harmonic, 7, (const double(*)[3])q, NULL));
    sample s = {.n_triplets = 3, .leg0 = umk_leg_of(*phonons, 0)};
    for (int t = 0; t < 3; t++) {
        s.leg1[t] = umk_leg_of(*phonons, 1 + t);
        s.leg2[t] = umk_leg_of(*phonons, 4 + t);
    }
    return s;
}

static void check_example(const char *name, umk_grid_options options) {
    umk_context *context = test_context(1);
    test_model *model = test_model_load(context, &(test_model_options){.example = name});
    test_mesh mesh = test_mesh_make(model, &options, NULL);
    const int64_t n_bz = mesh.grid->n_bz_points;
    /* Gamma, inside, and the last points, which lie on the zone surface of an even mesh */
    const int64_t points[] = {0, n_bz / 3, n_bz - 1};
    for (int i = 0; i < 3; i++) {
        umk_triplets *triplets;
        test_try(context, umk_triplets_create(&triplets, context, mesh.grid, points[i]));
        sample s = mesh_sample(mesh.phonons, triplets);
        test_free(check_kernels(context, model->crystal, model->fc3, &s, i == 1));
        umk_triplets_destroy(triplets);
    }
    umk_phonons *phonons;
    sample s = off_mesh_sample(context, model->harmonic, &phonons);
    for (int no_r0_average = 0; no_r0_average < 2; no_r0_average++) {
        test_free(check_kernels(context, model->crystal, model->fc3, &s, no_r0_average));
    }
    umk_phonons_destroy(phonons);
    test_mesh_free(&mesh);
    test_model_free(model);
    umk_context_destroy(context);
}

static void test_silicon(void **state) {
    (void)state;
    check_example("si-pbesol", (umk_grid_options){.mesh = {4, 4, 4}});
}

static void test_sodium_chloride(void **state) {
    (void)state;
    check_example("nacl", (umk_grid_options){.length = 15, .generalized = true});
}

static void test_wurtzite(void **state) {
    (void)state;
    check_example("wurtzite-model", (umk_grid_options){.mesh = {4, 4, 3}});
}

/* ---- the public function
 * --------------------------------------------------------------------------------------------*/

/* Triplets in any order, with any images of q0, some twice; more than one batch; units and 1 / N. */
static void test_public_function(void **state) {
    (void)state;
    umk_context *context = test_context(3);
    test_model *model = test_model_load(context, &(test_model_options){.example = "nacl"});
    umk_interaction *reference = make_interaction(context, model->crystal, model->fc3, "reference", false);
    test_mesh mesh = test_mesh_cube(model, 4);
    enum { n_triplets = 70, n_checked = 7 };
    int64_t(*triplets)[3] = test_malloc(n_triplets * sizeof *triplets);
    for (int64_t t = 0; t < n_triplets; t++) { /* three different first points in turn; any image of the third */
        int64_t third[3];
        triplets[t][0] = t % 3 * 17;
        triplets[t][1] = (t * 7 + 31) % mesh.grid->n_bz_points;
        for (int c = 0; c < 3; c++) {
            third[c] = -mesh.grid->addresses[triplets[t][0]][c] - mesh.grid->addresses[triplets[t][1]][c];
        }
        triplets[t][2] = umk_grid_bz_index(mesh.grid, third);
    }
    double *got = stale(n_triplets * 216 * 8), *expected = stale(n_checked * 216 * 8);
    test_try(context, umk_interaction_strength(mesh.interaction, context, mesh.phonons, mesh.grid, n_triplets,
                                               (const int64_t(*)[3])triplets, got));
    for (int64_t t = 0; t < n_checked; t++) {
        const int64_t *triplet = triplets[t * 11];
        sample s = {.n_triplets = 1, .leg0 = umk_leg_of(mesh.phonons, triplet[0])};
        s.leg1[0] = umk_leg_of(mesh.phonons, triplet[1]);
        s.leg2[0] = umk_leg_of(mesh.phonons, triplet[2]);
        run_kernel(reference, &s, 6, 1, NULL, expected + t * 216);
        for (int i = 0; i < 216; i++) expected[t * 216 + i] *= umk_strength_factor(64);
        expect_same("umk_interaction_strength", "engine", 216, got + t * 11 * 216, expected + t * 216);
    }
    triplets[3][2] = 1; /* was that of (0, 52) */
    assert_int_equal(umk_interaction_strength(mesh.interaction, context, mesh.phonons, mesh.grid, n_triplets,
                                              (const int64_t(*)[3])triplets, got),
                     UMK_ERROR_ARGUMENT);
    assert_non_null(strstr(umk_context_message(context), "lattice vector"));
    release_stale(got, n_triplets * 216 * 8);
    release_stale(expected, n_checked * 216 * 8);
    test_free(triplets);
    umk_interaction_destroy(reference);
    test_mesh_free(&mesh);
    test_model_free(model);
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hand_made), cmocka_unit_test(test_zero_constants),
        cmocka_unit_test(test_silicon),   cmocka_unit_test(test_sodium_chloride),
        cmocka_unit_test(test_wurtzite),  cmocka_unit_test(test_public_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
