/*
 * What linewidths and integration weights must obey: the weights of the triplets count every grid point, the weights
 * integrate to one over energy, linewidths are positive, do not depend on the choice of eigenvectors, are the sum of
 * their normal and Umklapp parts, and those of a star are alike; isotope linewidths are proportional to the variance of
 * the masses.
 */
#include "phonon/phonons.h"
#include "scattering/linewidth.h"
#include "support/compare.h"
#include "support/crystals.h"
#include <math.h>
#include <string.h>

enum { n_bands = 6, n_temperatures = 3 };
static const double temperatures[n_temperatures] = {0, 100, 1000};

static int set_up(void **state) {
    (void)state;
    return load_crystals(2, UMK_NAC_GONZE);
}

static umk_weights *make_weights(const test_mesh *mesh, double sigma) {
    umk_weights *weights;
    umk_weights_options options = {.sigma = sigma};
    test_try(context, umk_weights_create(&weights, context, mesh->grid, &options));
    return weights;
}

typedef struct widths {
    double gamma[2][n_temperatures][n_bands], normal[2][n_temperatures][n_bands], umklapp[2][n_temperatures][n_bands];
    double strength[n_bands];
} widths;

/* By tetrahedra and by Gaussians of 0.1 THz. */
static void run(const test_mesh *mesh, int64_t bz_point, const double *average, widths *out) {
    umk_weights *weights[2] = {make_weights(mesh, 0), make_weights(mesh, 0.1)};
    umk_linewidth *linewidth;
    umk_linewidth_options options = {n_temperatures, temperatures, 2, weights, true, true, -1, 0};
    umk_linewidth_result result = {&out->gamma[0][0][0], &out->normal[0][0][0], &out->umklapp[0][0][0], out->strength,
                                   0};
    test_try(context,
             umk_linewidth_create(&linewidth, context, mesh->interaction, mesh->grid, mesh->phonons, &options));
    test_try(context, umk_linewidth_run(linewidth, context, 1, &bz_point, average, &result));
    umk_linewidth_destroy(linewidth);
    for (int w = 0; w < 2; w++) umk_weights_destroy(weights[w]);
}

/* ---- triplets and weights ----------------------------------------------------------------------------------------*/

static void test_triplets_count_the_grid(void **state) {
    (void)state;
    const test_model *models[2] = {silicon, sodium_chloride};
    const umk_grid_options grids[3] = {{.mesh = {5, 5, 5}}, {.mesh = {4, 4, 4}}, {.length = 18, .generalized = true}};
    for (int i = 0; i < 6; i++) {
        umk_grid *grid;
        test_try(context, umk_grid_create(&grid, context, models[i % 2]->crystal, &grids[i / 2]));
        for (int64_t point = 0; point < grid->n_bz_points; point += 5) {
            umk_triplets *triplets;
            int64_t sum = 0;
            test_try(context, umk_triplets_create(&triplets, context, grid, point));
            for (int64_t t = 0; t < triplets->n_triplets; t++) sum += triplets->weights[t];
            assert_int_equal(sum, grid->n_points);
            umk_triplets_destroy(triplets);
        }
        umk_grid_destroy(grid);
    }
}

/* The integral over energy of delta(E - w1 - w2), and of the difference and the sum of all three, for each band pair.
 */
static void check_integral(const test_mesh *mesh, double sigma, double tolerance) {
    enum { n_energies = 4000 };
    const double low = -20, high = 40, step = (high - low) / n_energies;
    umk_weights *weights = make_weights(mesh, sigma);
    umk_triplets *triplets;
    double energies[n_energies];
    for (int e = 0; e < n_energies; e++) energies[e] = low + (e + 0.5) * step;
    int64_t size = n_energies * n_bands * n_bands;
    double *values = test_malloc((size_t)(3 * size) * sizeof *values);
    int8_t *is_zero = test_malloc((size_t)size);
    void *workspace = umk_allocate(context, umk_weights_workspace_size(weights, n_bands), 1);
    test_try(context, umk_triplets_create(&triplets, context, mesh->grid, 20));
    for (int64_t t = 0; t < triplets->n_triplets; t += 9) {
        double sums[3][n_bands * n_bands] = {{0}};
        umk_weights_triplets(weights, mesh->phonons, 1, (const int64_t(*)[3]) & triplets->points[t], n_energies,
                             energies, 3, values, is_zero, workspace);
        for (int64_t i = 0; i < 3 * size; i++) sums[i / size][i % (n_bands * n_bands)] += values[i] * step;
        double means[3] = {0};
        for (int pair = 0; pair < n_bands * n_bands; pair++) {
            for (int p = 0; p < 3; p++) means[p] += sums[p][pair] / (n_bands * n_bands);
            /* steps of 0.015 THz are coarse for flat bands */
            assert_true(fabs(sums[0][pair] - 1) < 0.1);
            assert_true(fabs(sums[2][pair] - 3) < 0.3);
        }
        for (int p = 0; p < 3; p++) assert_true(fabs(means[p] - (p == 0 ? 1 : p == 1 ? 0 : 3)) < tolerance);
    }
    umk_triplets_destroy(triplets);
    umk_release(workspace);
    test_free(values);
    test_free(is_zero);
    umk_weights_destroy(weights);
}

static void test_weights_integrate_to_one(void **state) {
    (void)state;
    test_mesh mesh = test_mesh_cube(silicon, 5);
    check_integral(&mesh, 0, 2e-3);
    check_integral(&mesh, 0.2, 1e-9);
    test_mesh_free(&mesh);
}

/* ---- linewidths ---------------------------------------------------------------------------------------------------*/

static void test_parts(void **state) {
    (void)state;
    const test_model *models[2] = {silicon, sodium_chloride};
    for (int m = 0; m < 2; m++) {
        test_mesh mesh = test_mesh_cube(models[m], 6);
        double umklapp = 0, normal = 0;
        for (int64_t point = 0; point < mesh.grid->n_bz_points; point += 23) {
            widths w;
            run(&mesh, point, NULL, &w);
            const double *gamma = &w.gamma[0][0][0], *n = &w.normal[0][0][0], *u = &w.umklapp[0][0][0];
            for (int i = 0; i < 2 * n_temperatures * n_bands; i++) {
                assert_true(gamma[i] >= 0 && n[i] >= 0 && u[i] >= 0);
                assert_true(fabs(n[i] + u[i] - gamma[i]) <= 1e-14 * gamma[i]);
                normal += n[i];
                umklapp += u[i];
            }
            for (int b = 0; b < n_bands; b++) {
                for (int i = 0; i < 2; i++) { /* more phonons, more scattering */
                    assert_true(w.gamma[i][1][b] >= w.gamma[i][0][b] && w.gamma[i][2][b] >= w.gamma[i][1][b]);
                }
                assert_true(w.strength[b] >= 0);
            }
        }
        assert_true(normal > 0 && umklapp > 0);
        test_mesh_free(&mesh);
    }
}

/* Vectors of each degenerate set times a random unitary matrix (Gram-Schmidt of random numbers), others times a phase.
 */
static void rotate_set(double complex *vectors, int64_t first, int64_t count, test_random *random) {
    double complex u[n_bands][n_bands], old[n_bands][n_bands];
    for (int64_t i = 0; i < count; i++) {
        for (int64_t j = 0; j < count; j++) u[i][j] = test_normal(random) + I * test_normal(random);
        for (int64_t k = 0; k < i; k++) {
            double complex overlap = 0;
            for (int64_t j = 0; j < count; j++) overlap += conj(u[k][j]) * u[i][j];
            for (int64_t j = 0; j < count; j++) u[i][j] -= overlap * u[k][j];
        }
        double norm = 0;
        for (int64_t j = 0; j < count; j++) norm += creal(u[i][j]) * creal(u[i][j]) + cimag(u[i][j]) * cimag(u[i][j]);
        for (int64_t j = 0; j < count; j++) u[i][j] /= sqrt(norm);
    }
    for (int x = 0; x < n_bands; x++) {
        for (int64_t j = 0; j < count; j++) old[x][j] = vectors[x * n_bands + first + j];
        for (int64_t i = 0; i < count; i++) {
            double complex sum = 0;
            for (int64_t j = 0; j < count; j++) sum += u[i][j] * old[x][j];
            vectors[x * n_bands + first + i] = sum;
        }
    }
}

static int64_t rotate_all(umk_phonons *phonons) {
    test_random random = {3};
    int64_t n_sets = 0;
    for (int64_t p = 0; p < phonons->n_points; p++) {
        const int64_t *set_first = phonons->set_first + p * n_bands;
        for (int64_t first = 0, end; first < n_bands; first = end) {
            for (end = first + 1; end < n_bands && set_first[end] == first; end++) {
            }
            rotate_set(phonons->eigenvectors + p * n_bands * n_bands, first, end - first, &random);
            n_sets += end - first > 1;
        }
    }
    return n_sets;
}

static void test_gauge(void **state) {
    (void)state;
    const test_model *models[2] = {silicon, sodium_chloride};
    for (int m = 0; m < 2; m++) {
        enum { n_points = 4 };
        widths before[n_points], after;
        test_mesh mesh = test_mesh_cube(models[m], 6);
        const int64_t points[n_points] = {0, 2, 37, mesh.grid->n_bz_points - 1};
        for (int i = 0; i < n_points; i++) run(&mesh, points[i], NULL, &before[i]);
        assert_true(rotate_all(mesh.phonons) > 20);
        for (int i = 0; i < n_points; i++) {
            run(&mesh, points[i], NULL, &after);
            double deviation = test_deviation(sizeof after / sizeof(double), (double *)&after, (double *)&before[i]);
            /* the dipole sum splits degenerate bands of NaCl by up to 1e-5 THz, and a mixture of two has no frequency
             */
            assert_true(deviation < (m == 0 ? 1e-13 : 2e-7));
        }
        test_mesh_free(&mesh);
    }
}

/* Points of one star have one and the same linewidths (symmetrized tetrahedra, and Gaussians). */
static void test_star(void **state) {
    (void)state;
    const test_model *models[2] = {silicon, sodium_chloride};
    for (int m = 0; m < 2; m++) {
        test_mesh mesh = test_mesh_cube(models[m], 5);
        int64_t point = mesh.grid->irreducible_points[mesh.grid->n_irreducible / 2];
        widths first, other;
        run(&mesh, point, NULL, &first);
        for (int64_t r = 0; r < mesh.grid->n_rotations; r += 5) {
            run(&mesh, umk_grid_rotate(mesh.grid, r, point), NULL, &other);
            assert_true(test_deviation(sizeof first / sizeof(double), (double *)&other, (double *)&first) < 1e-7);
        }
        test_mesh_free(&mesh);
    }
}

/* Finer meshes bring linewidths by narrower Gaussians and by tetrahedra together: sums over the bands of one phonon. */
static void test_smearing_converges(void **state) {
    (void)state;
    double deviations[2];
    for (int i = 0; i < 2; i++) {
        test_mesh mesh = test_mesh_cube(silicon, i == 0 ? 4 : 16);
        const int64_t address[3] = {i == 0 ? 1 : 4, 0, 0};
        widths w;
        double sums[2] = {0};
        run(&mesh, umk_grid_bz_index(mesh.grid, address), NULL, &w);
        for (int b = 0; b < 2 * n_bands; b++) sums[b / n_bands] += w.gamma[b / n_bands][2][b % n_bands];
        deviations[i] = fabs(sums[1] / sums[0] - 1);
        test_mesh_free(&mesh);
    }
    assert_true(deviations[1] < 0.1 && deviations[1] < deviations[0]);
}

/* Linewidths are linear in an average strength that is given. */
static void test_average_strength(void **state) {
    (void)state;
    const double one[n_bands] = {1e-10, 1e-10, 2e-10, 2e-10, 3e-10, 3e-10};
    double two[n_bands];
    widths a, b;
    test_mesh mesh = test_mesh_cube(sodium_chloride, 5);
    for (int i = 0; i < n_bands; i++) two[i] = 2 * one[i];
    run(&mesh, 7, one, &a);
    run(&mesh, 7, two, &b);
    for (int i = 0; i < 2 * n_temperatures * n_bands; i++) {
        double x = (&a.gamma[0][0][0])[i], y = (&b.gamma[0][0][0])[i];
        assert_true(fabs(y - 2 * x) <= 1e-14 * y);
    }
    test_mesh_free(&mesh);
}

/* ---- isotopes
 * ------------------------------------------------------------------------------------------------------*/

static void test_isotope_proportional(void **state) {
    (void)state;
    const double first[2] = {2e-4, 0}, second[2] = {0, 5e-4}, both[2] = {6e-4, 15e-4};
    test_mesh mesh = test_mesh_cube(sodium_chloride, 5);
    umk_weights *weights[2] = {make_weights(&mesh, 0), make_weights(&mesh, 0.1)};
    const int64_t points[3] = {1, 20, 60};
    for (int w = 0; w < 2; w++) {
        double gamma[3][3 * n_bands];
        const double *variances[3] = {first, second, both};
        for (int v = 0; v < 3; v++) {
            test_try(context, umk_isotope_linewidths(gamma[v], context, mesh.grid, mesh.phonons, weights[w],
                                                     variances[v], 1e-2, 3, points));
        }
        for (int i = 0; i < 3 * n_bands; i++) {
            double expected = 3 * (gamma[0][i] + gamma[1][i]);
            assert_true(gamma[0][i] >= 0 && gamma[1][i] >= 0);
            assert_true(fabs(gamma[2][i] - expected) <= 1e-13 * expected);
        }
        assert_true(gamma[2][3] > 0 && gamma[2][n_bands + 3] > 0);
        umk_weights_destroy(weights[w]);
    }
    test_mesh_free(&mesh);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_triplets_count_the_grid),
        cmocka_unit_test(test_weights_integrate_to_one),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_gauge),
        cmocka_unit_test(test_star),
        cmocka_unit_test(test_smearing_converges),
        cmocka_unit_test(test_average_strength),
        cmocka_unit_test(test_isotope_proportional),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_crystals);
}
