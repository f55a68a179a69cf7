/*
 * What |V|^2 must obey: a rigid translation does not scatter (acoustic sum rule), the order of the three phonons does
 * not matter, crystal symmetry, time reversal, and independence of the image of q (without the non-analytic term).
 */
#include "crystal/crystal.h"
#include "support/compare.h"
#include "support/crystals.h"
#include "support/strength.h"

enum { n_bands = 6, cube = n_bands * n_bands * n_bands };

static int set_up(void **state) {
    (void)state;
    return load_crystals(1, UMK_NAC_NONE);
}

static umk_interaction *make_interaction(const test_model *model, bool no_r0_average) {
    umk_interaction *interaction;
    umk_interaction_options options = {.no_r0_average = no_r0_average, .cutoff_frequency = -1};
    test_try(context, umk_interaction_create(&interaction, context, model->crystal, model->fc3, &options));
    return interaction;
}

/* Coordinates of q1 are hundredths here. */
static void run(umk_interaction *interaction, const umk_leg legs[3], double strength[cube]) {
    run_triplet(interaction, 100, legs, strength);
}

/** |V|^2 of phonons at q0, q1 and q2; frequencies (3, n_bands). */
static void run_at(const test_model *model, umk_interaction *interaction, double q[3][3], double *frequencies,
                   double strength[cube]) {
    umk_phonons *phonons;
    test_try(context, umk_phonons_create_at(&phonons, context, model->harmonic, 3, (const double(*)[3])q, NULL));
    const umk_leg legs[3] = {umk_leg_of(phonons, 0), umk_leg_of(phonons, 1), umk_leg_of(phonons, 2)};
    run(interaction, legs, strength);
    memcpy(frequencies, umk_phonons_frequencies(phonons), 3 * n_bands * sizeof *frequencies);
    umk_phonons_destroy(phonons);
}

static double largest(int64_t n, const double *values) {
    double found = 0;
    for (int64_t i = 0; i < n; i++) found = fmax(found, fabs(values[i]));
    return found;
}

/* ---- translations ------------------------------------------------------------------------------------------------*/

/* Largest |V|^2 (times frequencies, all 1) with translations as the first three modes of one leg at Gamma. */
static double translation_strength(const test_model *model, umk_interaction *interaction, int still_leg,
                                   const double q[3], double *scale) {
    const umk_cell *cell = umk_crystal_primitive(model->crystal);
    const double ones[n_bands] = {1, 1, 1, 1, 1, 1};
    double positions[3][3] = {{0}}, strength[cube], mass = 0, kept = 0;
    double complex vectors[3][n_bands * n_bands];
    umk_leg legs[3];
    for (int i = 0; i < 2; i++) mass += cell->masses[i];
    for (int leg = 0; leg < 3; leg++) {
        double frequencies[n_bands], sign = leg == (still_leg + 1) % 3 ? 1 : -1;
        for (int c = 0; c < 3; c++) positions[leg][c] = leg == still_leg ? 0 : sign * q[c];
        test_try(context,
                 umk_harmonic_solve(model->harmonic, context, positions[leg], frequencies, (double *)vectors[leg]));
        legs[leg] = (umk_leg){positions[leg], ones, vectors[leg]};
    }
    for (int x = 0; x < n_bands; x++) {
        for (int b = 0; b < 3; b++) {
            vectors[still_leg][x * n_bands + b] = x % 3 == b ? sqrt(cell->masses[x / 3] / mass) : 0;
        }
    }
    run(interaction, legs, strength);
    *scale = largest(cube, strength);
    for (int i = 0; i < cube; i++) {
        const int bands[3] = {i / 36, i / 6 % 6, i % 6};
        if (bands[still_leg] < 3) kept = fmax(kept, strength[i]);
    }
    return kept;
}

static void test_translation(void **state) {
    (void)state;
    /* X, L and a point half-way to X belong to the reciprocal lattice of the supercell: all images are alike there */
    const double commensurate[3][3] = {{0.5, 0, 0.5}, {0.5, 0.5, 0.5}, {0.25, 0.5, 0.75}},
                 general[3] = {0.13, -0.24, 0.31};
    const test_model *models[2] = {silicon, sodium_chloride};
    for (int m = 0; m < 2; m++) {
        for (int no_average = 0; no_average < 2; no_average++) {
            umk_interaction *interaction = make_interaction(models[m], no_average);
            double scale;
            for (int i = 0; i < 9; i++) {
                double kept = translation_strength(models[m], interaction, i % 3, commensurate[i / 3], &scale);
                assert_true(kept < 1e-14 * fmax(scale, 1e-3)); /* some vanish by symmetry as a whole */
            }
            /* elsewhere the sum over the other two atoms is exact for one home atom, and nearly so for the average */
            for (int leg = 0; leg < 3; leg++) {
                double kept = translation_strength(models[m], interaction, leg, general, &scale);
                assert_true(kept < (no_average && leg > 0 ? 1e-14 : 1e-3) * scale);
            }
            umk_interaction_destroy(interaction);
        }
    }
}

/* Near Gamma the deformation of an acoustic mode is proportional to q: |V|^2 times its frequency goes as q^2. */
static void test_long_waves(void **state) {
    (void)state;
    umk_interaction *interaction = make_interaction(silicon, false);
    double sums[2];
    for (int i = 0; i < 2; i++) {
        double q[3][3] = {{0.002, 0.001, 0.0005}, {0.5, 0, 0.5}}, frequencies[3 * n_bands], strength[cube];
        for (int c = 0; c < 3; c++) {
            q[0][c] *= i + 1;
            q[2][c] = -q[0][c] - q[1][c];
        }
        /* the cut-off keeps modes below 0.01 THz out: these lie at 0.02 and above */
        run_at(silicon, interaction, q, frequencies, strength);
        assert_true(frequencies[0] > UMK_CUTOFF_FREQUENCY);
        sums[i] = 0;
        for (int m = 0; m < cube / 2; m++) sums[i] += strength[m] * frequencies[m / 36];
    }
    assert_true(fabs(sums[1] / sums[0] - 4) < 0.05);
    umk_interaction_destroy(interaction);
}

/* ---- symmetry
 * ------------------------------------------------------------------------------------------------------*/

static void compare_cubes(const double *got, const double *expected, double tolerance) {
    double deviation = test_deviation(cube, got, expected);
    if (!(deviation < tolerance)) fail_msg("|V|^2 deviates by %.2e", deviation);
}

static void general_triplet(double q[3][3]) {
    const double q0[3] = {0.11, 0.27, -0.36}, q1[3] = {-0.42, 0.05, 0.19};
    for (int c = 0; c < 3; c++) {
        q[0][c] = q0[c];
        q[1][c] = q1[c];
        q[2][c] = -q0[c] - q1[c] + (c == 1);
    }
}

/* Exact with the average over the home atom, for force constants that have the symmetry of exchange themselves. */
static void test_permutation(void **state) {
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const test_model *models[2] = {silicon, sodium_chloride};
    for (int m = 0; m < 2; m++) {
        umk_interaction *interaction = make_interaction(models[m], false);
        double q[3][3], frequencies[3 * n_bands], expected[cube], strength[cube], back[cube];
        general_triplet(q);
        run_at(models[m], interaction, q, frequencies, expected);
        assert_true(largest(cube, expected) > 0);
        for (int o = 1; o < 6; o++) {
            double permuted[3][3];
            for (int leg = 0; leg < 3; leg++) memcpy(permuted[leg], q[orders[o][leg]], sizeof permuted[leg]);
            run_at(models[m], interaction, permuted, frequencies, strength);
            for (int i = 0; i < cube; i++) {
                const int index[3] = {i / 36, i / 6 % 6, i % 6};
                int band[3];
                for (int leg = 0; leg < 3; leg++) band[orders[o][leg]] = index[leg];
                back[(band[0] * 6 + band[1]) * 6 + band[2]] = strength[i];
            }
            compare_cubes(back, expected, 1e-8);
        }
        umk_interaction_destroy(interaction);
    }
}

/* All rotations of the crystal on a general triplet and on one with degenerate modes; with time reversal. */
static void test_rotations(void **state) {
    (void)state;
    const test_model *models[2] = {silicon, sodium_chloride};
    for (int m = 0; m < 4; m++) {
        const test_model *model = models[m % 2];
        const umk_crystal *crystal = model->crystal;
        umk_interaction *interaction = make_interaction(model, m == 3);
        double q[3][3], frequencies[3 * n_bands], expected[cube], strength[cube];
        general_triplet(q);
        if (m >= 2) { /* on the lines Delta and Lambda, and their sum */
            const double delta[3] = {0, 0.3, 0.3}, lambda[3] = {0.2, 0.2, 0.2};
            for (int c = 0; c < 3; c++) {
                q[0][c] = delta[c];
                q[1][c] = lambda[c];
                q[2][c] = -delta[c] - lambda[c];
            }
        }
        run_at(model, interaction, q, frequencies, expected);
        const double *legs[3] = {frequencies, frequencies + n_bands, frequencies + 2 * n_bands};
        test_average_cube(expected, n_bands, legs);
        assert_int_equal(crystal->n_rotations, 48);
        for (int64_t r = 0; r < 2 * crystal->n_rotations; r++) {
            double rotated[3][3];
            for (int i = 0; i < 9; i++) {
                double sum = 0; /* q' = R^-T q: over the whole group R^T q is the same set */
                for (int k = 0; k < 3; k++) sum += (double)crystal->rotations[r / 2][k][i % 3] * q[i / 3][k];
                rotated[i / 3][i % 3] = r % 2 == 0 ? sum : -sum;
            }
            run_at(model, interaction, rotated, frequencies, strength);
            test_average_cube(strength, n_bands, legs);
            compare_cubes(strength, expected, 1e-6);
        }
        umk_interaction_destroy(interaction);
    }
}

/* Without the non-analytic term phonons at q + G are those at q. */
static void test_images(void **state) {
    (void)state;
    umk_interaction *interaction = make_interaction(sodium_chloride, false);
    double q[3][3], frequencies[3 * n_bands], expected[cube], strength[cube];
    general_triplet(q);
    run_at(sodium_chloride, interaction, q, frequencies, expected);
    for (int leg = 0; leg < 3; leg++) {
        for (int c = 0; c < 3; c++) {
            q[leg][c] += leg + c - 1;
            run_at(sodium_chloride, interaction, q, frequencies, strength);
            compare_cubes(strength, expected, 1e-10);
        }
    }
    umk_interaction_destroy(interaction);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_translation), cmocka_unit_test(test_long_waves), cmocka_unit_test(test_permutation),
        cmocka_unit_test(test_rotations),   cmocka_unit_test(test_images),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_crystals);
}
