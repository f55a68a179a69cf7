/*
 * Symmetry of the thermal conductivity: the tensor is that of the crystal, and kappa with symmetry is kappa without.
 */
#include "support/compare.h"
#include "support/context.h"
#include "support/model.h"

#include <math.h>

static const double temperature = 300, smearing = 0.2;

/* By tetrahedra and by Gaussians. */
static void run(const test_model_options *model_options, umk_grid_options grid, umk_conductivity results[2]) {
    const double sigmas[2] = {0, smearing};
    test_model *model = test_model_load(context, model_options);
    test_mesh mesh = test_mesh_make(model, &grid, NULL);
    umk_rta_options options = UMK_RTA_OPTIONS_INIT;
    options.n_temperatures = 1;
    options.temperatures = &temperature;
    options.n_sigmas = 2;
    options.sigmas = sigmas;
    options.no_kappa_stars = grid.no_grid_point_symmetry;
    test_run_rta(results, model, &mesh, &options);
    test_mesh_free(&mesh);
    test_model_free(model);
}

static void clear(umk_conductivity results[2]) {
    for (int i = 0; i < 2; i++) umk_conductivity_clear(&results[i]);
}

static const char *const cubic[] = {"si-pbesol", "nacl"};

static void expect_isotropic(const double kappa[6], double tolerance) {
    assert_true(kappa[0] > 0);
    for (int c = 0; c < 6; c++) assert_true(fabs(kappa[c] - (c < 3 ? kappa[0] : 0)) < tolerance * kappa[0]);
}

static void test_cubic(void **state) {
    (void)state;
    const umk_grid_options grids[2] = {{.mesh = {6, 6, 6}}, {.length = 18, .generalized = true}};
    for (int i = 0; i < 4; i++) {
        umk_conductivity r[2];
        run(&(test_model_options){.example = cubic[i / 2]}, grids[i % 2], r);
        for (int s = 0; s < 2; s++) expect_isotropic(r[s].kappa, 1e-12);
        clear(r);
    }
}

static void test_hexagonal(void **state) {
    (void)state;
    umk_conductivity r[2];
    run(&(test_model_options){.example = "wurtzite-model"}, (umk_grid_options){.mesh = {4, 4, 3}}, r);
    for (int s = 0; s < 2; s++) {
        const double *kappa = r[s].kappa;
        assert_true(fabs(kappa[0] - kappa[1]) < 1e-12 * kappa[0]);
        assert_true(fabs(kappa[0] - kappa[2]) > 1e-3 * kappa[0]);
        for (int c = 3; c < 6; c++) assert_true(fabs(kappa[c]) < 1e-12 * kappa[0]);
    }
    clear(r);
}

/*
 * kappa of the modes that are not degenerate. In a degenerate set velocities follow one fixed direction (phonopy's
 * rule), which does not turn with the crystal; there kappa of a point and of its image differ by about a per cent of
 * the whole.
 */
static void sum_single_modes(const umk_conductivity *r, double kappa[6]) {
    for (int c = 0; c < 6; c++) kappa[c] = 0;
    for (int64_t mode = 0; mode < r->n_points * r->n_bands; mode++) {
        const double *f = r->frequencies + mode;
        int64_t band = mode % r->n_bands;
        if (band > 0 && f[0] - f[-1] < UMK_DEGENERACY_TOLERANCE) continue;
        if (band < r->n_bands - 1 && f[1] - f[0] < UMK_DEGENERACY_TOLERANCE) continue;
        for (int c = 0; c < 6; c++) kappa[c] += r->mode_kappa[6 * mode + c];
    }
}

/* Linewidths of the grid points that both results have; returns the worst deviation relative to the largest of a point.
 */
static double compare_points(const umk_conductivity *all, const umk_conductivity *some) {
    int64_t n_bands = some->n_bands, n_found = 0;
    double worst = 0;
    for (int64_t p = 0; p < some->n_points; p++) {
        for (int64_t k = 0; k < all->n_points; k++) {
            if (all->grid_points[k] != some->grid_points[p]) continue;
            n_found++;
            worst = fmax(worst, test_deviation(n_bands, all->gamma + k * n_bands, some->gamma + p * n_bands));
        }
    }
    assert_int_equal(n_found, some->n_points);
    return worst;
}

/* Every grid point for itself, and all its triplets, give each linewidth and kappa of the irreducible points. */
static void test_without_reduction(void **state) {
    (void)state;
    const char *examples[3] = {"si-pbesol", "nacl", "wurtzite-model"};
    for (int i = 0; i < 3; i++) {
        umk_grid_options reduced = {.mesh = {4, 4, i < 2 ? 4 : 3}}, all = reduced;
        all.no_mesh_symmetry = all.no_grid_point_symmetry = true;
        umk_conductivity with[2], without[2];
        run(&(test_model_options){.example = examples[i]}, reduced, with);
        run(&(test_model_options){.example = examples[i]}, all, without);
        assert_int_equal(without[0].n_points, 16 * all.mesh[2]);
        assert_true(with[0].n_points < without[0].n_points);
        for (int s = 0; s < 2; s++) {
            double kappa[2][6];
            sum_single_modes(&with[s], kappa[0]);
            sum_single_modes(&without[s], kappa[1]);
            double single = test_deviation(6, kappa[1], kappa[0]), gamma = compare_points(&without[s], &with[s]);
            double whole = test_deviation(6, without[s].kappa, with[s].kappa);
            print_message("%s: without symmetry gamma within %.1e, kappa of single modes %.1e, kappa %.1e\n",
                          examples[i], gamma, single, whole);
            assert_true(gamma < 1e-6);
            assert_true(single < 1e-6);
            assert_true(whole < 3e-2);
        }
        clear(with);
        clear(without);
    }
}

/*
 * The crystal taken as one without symmetry: linewidths by Gaussians stay as they are; tetrahedra are then the 24 of
 * one diagonal, and velocities in degenerate sets follow one fixed direction, a matter of the mesh.
 */
static void test_no_symmetry(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        umk_grid_options grid = {.mesh = {5, 5, 5}};
        umk_conductivity with[2], without[2];
        run(&(test_model_options){.example = cubic[i]}, grid, with);
        run(&(test_model_options){.example = cubic[i], .no_symmetry = true}, grid, without);
        assert_true(without[1].n_points > 3 * with[1].n_points);
        assert_true(compare_points(&without[1], &with[1]) < 1e-6);
        for (int s = 0; s < 2; s++) {
            double sum = (without[s].kappa[0] + without[s].kappa[1] + without[s].kappa[2]) / 3;
            print_message("%s: kappa %.4f, %.4f taken without symmetry\n", cubic[i], with[s].kappa[0], sum);
            assert_true(fabs(sum / with[s].kappa[0] - 1) < 0.05);
        }
        clear(with);
        clear(without);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cubic),
        cmocka_unit_test(test_hexagonal),
        cmocka_unit_test(test_without_reduction),
        cmocka_unit_test(test_no_symmetry),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
