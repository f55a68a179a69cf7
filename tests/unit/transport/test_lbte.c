/*
 * The inside of the full Boltzmann equation: linewidths and crystal momentum from the entries of the operator, its
 * product with fields, and memory that cannot be had.
 */
#include "stepper.h"
#include "support/compare.h"

#include <math.h>
#include <stdlib.h>

static double inverse_sinh(const stepper *s, int64_t gr_point, int64_t band, int64_t t) {
    int64_t mode = s->space->point_of[gr_point] * s->space->n_bands + band;
    return s->space->inverse_sinh[umk_mode_at(s->space, mode, t)];
}

/* ---- sums over entries -------------------------------------------------------------------------------------------*/

/* gamma (P, B) at temperature t from the entries: e sinh x0 / (sinh x1 sinh x2), the means of degenerate sets. */
static void rebuild(const stepper *s, int64_t t, double *gamma) {
    int64_t n = s->space->n_bands;
    memset(gamma, 0, (size_t)s->space->n_modes * sizeof *gamma);
    for (int64_t r = 0; r < s->collision.n_rows; r++) {
        const umk_collision_row *row = s->collision.rows[r];
        for (int64_t triplet = 0; triplet < row->n_triplets; triplet++) {
            for (int64_t e = row->first[triplet]; e < row->first[triplet + 1]; e++) {
                int64_t mode = row->point * n + umk_entry_band0(row->bands[e]);
                double s0 = s->space->inverse_sinh[umk_mode_at(s->space, mode, t)];
                double s1 = inverse_sinh(s, row->points[triplet][0], umk_entry_band1(row->bands[e]), t);
                double s2 = inverse_sinh(s, row->points[triplet][1], umk_entry_band2(row->bands[e]), t);
                gamma[mode] += row->values[e] * s1 * s2 / s0;
            }
        }
    }
    test_average_sets(gamma, 1, s->space->n_points, n, s->result.frequencies);
}

/* On the energy shell the occupations are that product; off it as far as the width of the Gaussians they nearly are. */
static void test_linewidths_from_entries(void **state) {
    (void)state;
    const double sigmas[3] = {0.2, 0.04, 0.008};
    double deviations[3][2];
    for (int i = 0; i < 3; i++) {
        stepper *s = begin(5, sigmas[i]);
        scatter(s);
        double *gamma = test_malloc((size_t)s->space->n_modes * sizeof *gamma);
        for (int64_t t = 0; t < 2; t++) {
            rebuild(s, t, gamma);
            deviations[i][t] = test_deviation(s->space->n_modes, gamma, s->result.gamma + t * s->space->n_modes);
        }
        print_message("sigma %g THz: linewidths from entries within %.2e (300 K), %.2e (100 K)\n", sigmas[i],
                      deviations[i][0], deviations[i][1]);
        test_free(gamma);
        end(s);
    }
    for (int t = 0; t < 2; t++) {
        assert_true(deviations[2][t] > 0 && deviations[2][t] < 2e-3);
        for (int i = 0; i < 2; i++) assert_true(deviations[i + 1][t] < deviations[i][t] / 2);
    }
}

/** Triplets of one grid point, found by the GR point of q1. */
typedef struct triplet_list {
    umk_triplets *all;
    int64_t n;
    const int64_t (*points)[3];
} triplet_list;

static const int64_t *find_triplet(const triplet_list *list, const umk_grid *grid, const int32_t points[2]) {
    for (int64_t i = 0; i < list->n; i++) {
        if (grid->bz_to_gr[list->points[i][1]] == points[0]) {
            assert_int_equal(grid->bz_to_gr[list->points[i][2]], points[1]);
            return list->points[i];
        }
    }
    fail_msg("a row has a triplet that is not there");
    return NULL;
}

static bool sums_to_zero(const umk_grid *grid, const int64_t triplet[3]) {
    int64_t sum = 0;
    for (int c = 0; c < 3; c++) {
        sum += llabs(grid->addresses[triplet[0]][c] + grid->addresses[triplet[1]][c] + grid->addresses[triplet[2]][c]);
    }
    return sum == 0;
}

/* Adds to out (B, 3), of one point, the entries of its rows applied to the field q / sinh x. */
static void apply_to_momentum(const stepper *s, const umk_collision_row *row, const triplet_list *list, bool normal,
                              int64_t t, double *out) {
    const umk_grid *grid = s->mesh.grid;
    for (int64_t i = 0; i < row->n_triplets; i++) {
        const int64_t *triplet = find_triplet(list, grid, row->points[i]);
        double q1[3], q2[3];
        if (normal && !sums_to_zero(grid, triplet)) continue;
        umk_grid_q_point(grid, triplet[1], q1);
        umk_grid_q_point(grid, triplet[2], q2);
        for (int64_t e = row->first[i]; e < row->first[i + 1]; e++) {
            double s1 = inverse_sinh(s, row->points[i][0], umk_entry_band1(row->bands[e]), t);
            double s2 = inverse_sinh(s, row->points[i][1], umk_entry_band2(row->bands[e]), t);
            double *to = out + 3 * umk_entry_band0(row->bands[e]);
            for (int c = 0; c < 3; c++) to[c] += row->values[e] * s1 * s2 * (q1[c] + q2[c]);
        }
    }
}

/* |B f| / |Gamma f| for f = q / sinh x, from normal triplets and their linewidths, or all. */
static double momentum_residual(const stepper *s, bool normal, int64_t t) {
    int64_t n = s->space->n_bands, n_checked = 0;
    const double *gamma = normal ? s->result.gamma_normal : s->result.gamma;
    double residual = 0, size = 0, *out = test_malloc((size_t)(3 * n) * sizeof *out);
    for (int64_t i = 0; i < s->rta.n_points; i++) {
        triplet_list list;
        bool one_image = true;
        double q0[3];
        test_try(context, umk_triplets_create(&list.all, context, s->mesh.grid, s->rta.points[i]));
        list.n = umk_triplets_view(list.all, &list.points, &(const int64_t *){NULL});
        for (int64_t k = 0; k < list.n; k++) one_image = one_image && list.points[k][0] == s->rta.points[i];
        umk_grid_q_point(s->mesh.grid, s->rta.points[i], q0);
        memset(out, 0, (size_t)(3 * n) * sizeof *out);
        for (int64_t r = 0; one_image && r < s->collision.n_rows; r++) {
            if (s->collision.rows[r]->point == i) {
                apply_to_momentum(s, s->collision.rows[r], &list, normal, t, out);
            }
        }
        n_checked += one_image;
        /* Reduced triplets stand for images under the little group, so that only what it leaves is right: along q0. Of
         * degenerate bands the means are. */
        double along[6] = {0}, square = q0[0] * q0[0] + q0[1] * q0[1] + q0[2] * q0[2];
        for (int64_t k = 0; k < 3 * n; k++) along[k / 3] += q0[k % 3] * out[k];
        test_average_sets(along, 1, 1, n, s->result.frequencies + i * n);
        for (int64_t band = 0; one_image && band < n; band++) {
            double s0 = s->space->inverse_sinh[umk_mode_at(s->space, i * n + band, t)];
            double diagonal = gamma[t * s->space->n_modes + i * n + band] * square * s0;
            residual += pow(diagonal + along[band], 2);
            size += diagonal * diagonal;
        }
        umk_triplets_destroy(list.all);
    }
    assert_true(n_checked > s->rta.n_points / 2);
    test_free(out);
    return sqrt(residual / size);
}

/* Normal processes keep the crystal momentum: a drift of all phonons is not relaxed by them. */
static void test_crystal_momentum(void **state) {
    (void)state;
    stepper *s = begin(7, 0.1);
    scatter(s);
    for (int64_t t = 0; t < 2; t++) {
        double of_normal = momentum_residual(s, true, t), of_all = momentum_residual(s, false, t);
        print_message("%g K: drift relaxed by normal processes %.2e, by all %.2e\n", temperatures[t], of_normal,
                      of_all);
        assert_true(of_normal < 5e-3 && of_all > 0.1);
    }
    end(s);
}

/* ---- the operator
 * --------------------------------------------------------------------------------------------------*/

static void project(const umk_collision_space *space, double *field) {
    for (int64_t block = 0; block < space->n_blocks; block++) {
        for (int64_t i = 0; i < space->n_points; i++) {
            umk_collision_project(space, block, i,
                                  field + (block * space->n_points + i) * space->n_bands * space->mode_size);
        }
    }
}

static double *random_field(const umk_collision_space *space, test_random *random) {
    double *field = umk_allocate(NULL, space->field_size, sizeof *field);
    for (int64_t mode = 0; mode < space->n_modes; mode++) {
        for (int64_t t = 0; t < space->n_temperatures; t++) {
            const double vector[3] = {test_normal(random), test_normal(random), test_normal(random)};
            umk_field_add(space, field, mode, t, vector);
        }
    }
    project(space, field);
    return field;
}

/* Nothing is in lanes without a temperature. */
static void check_padding(const umk_collision_space *space, const double *field) {
    for (int64_t k = 0; k < space->field_size; k++) {
        int64_t block = k / (space->n_modes * space->mode_size), lane = block * space->mode_size + k % space->mode_size;
        if (umk_lane_temperature(space, lane) >= space->n_temperatures) assert_true(field[k] == 0);
    }
}

/* <f, B g> = <g, B f> to rounding, and both projections and products are what they say. */
static void check_operator(int64_t n_temperatures) {
    test_random random = {4};
    stepper *s = begin_at(4, 0, n_temperatures);
    scatter(s);
    const umk_collision_space *space = s->space;
    int64_t size = space->field_size;
    double *f = random_field(space, &random), *g = random_field(space, &random);
    double *bf = umk_allocate(NULL, size, sizeof *bf), *bg = umk_allocate(NULL, size, sizeof *bg);
    double *fg = umk_allocate(NULL, space->n_lanes, sizeof *fg), *gf = umk_allocate(NULL, space->n_lanes, sizeof *gf);
    test_try(context, umk_collision_prepare(&s->collision, space));
    test_try(context, umk_collision_apply(&s->collision, space, NULL, f, bf));
    test_try(context, umk_collision_apply(&s->collision, space, NULL, g, bg));
    umk_collision_product(space, f, bg, fg);
    umk_collision_product(space, g, bf, gf);
    double scale = 0;
    for (int64_t k = 0; k < space->n_lanes; k++) scale = fmax(scale, fabs(fg[k]));
    for (int64_t k = 0; k < space->n_lanes; k++) assert_true(fabs(fg[k] - gf[k]) <= 1e-12 * scale);
    assert_true(scale > 0);
    check_padding(space, bf);
    test_try(context, umk_collision_apply_asymmetry(&s->collision, space, NULL, g, bg));
    umk_collision_product(space, f, bg, fg);
    test_try(context, umk_collision_apply_asymmetry(&s->collision, space, NULL, f, bg));
    umk_collision_product(space, g, bg, gf);
    double of_asymmetry = 0;
    for (int64_t k = 0; k < space->n_lanes; k++) of_asymmetry = fmax(of_asymmetry, fabs(fg[k]));
    for (int64_t k = 0; k < space->n_lanes; k++) assert_true(fabs(fg[k] + gf[k]) <= 1e-12 * scale);
    assert_true(of_asymmetry > 1e-6 * scale && of_asymmetry < 0.1 * scale);
    memcpy(bg, bf, (size_t)size * sizeof *bg); /* it stays in the space, where the projection changes nothing */
    project(space, bg);
    assert_true(test_deviation(size, bg, bf) < 1e-13);
    double *const fields[6] = {f, g, bf, bg, fg, gf};
    for (int i = 0; i < 6; i++) umk_release(fields[i]);
    end(s);
}

/* Blocks of few and of many temperatures, filled and not. */
static void test_operator(void **state) {
    (void)state;
    const int64_t counts[] = {1, 2, 3, 4, 5, 8, 9};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) check_operator(counts[i]);
}

/* Blocks that are not active are 0, the others have the bits that they have when all are. */
static void test_active_blocks(void **state) {
    (void)state;
    test_random random = {5};
    stepper *s = begin_at(3, 0, 20);
    scatter(s);
    const umk_collision_space *space = s->space;
    assert_int_equal(space->n_blocks, 3);
    const bool active[3] = {true, false, true};
    int64_t part = space->field_size / 3;
    double *f = random_field(space, &random), *all = umk_allocate(NULL, space->field_size, sizeof *all);
    double *some = umk_allocate(NULL, space->field_size, sizeof *some);
    test_try(context, umk_collision_prepare(&s->collision, space));
    test_try(context, umk_collision_apply(&s->collision, space, NULL, f, all));
    memset(some, 0xff, (size_t)space->field_size * sizeof *some);
    test_try(context, umk_collision_apply(&s->collision, space, active, f, some));
    for (int b = 0; b < 3; b++) {
        double size = 0;
        for (int64_t k = 0; k < part; k++) size += fabs(all[b * part + k]);
        assert_true(size > 0);
        if (!active[b]) memset(all + b * part, 0, (size_t)part * sizeof *all);
    }
    assert_memory_equal(some, all, (size_t)space->field_size * sizeof *all);
    umk_release(f);
    umk_release(all);
    umk_release(some);
    end(s);
}

/* ---- memory that cannot be had
 * -------------------------------------------------------------------------------------*/

static umk_status pass_over(void *user, const umk_conductivity *results, int64_t point, const double *rows) {
    (void)user, (void)results, (void)point, (void)rows;
    return UMK_OK;
}

/* A run with every allocation failing in turn. */
static void check_allocations(const umk_lbte_options *lbte, umk_transport transport) {
    umk_context *own = test_context(1);
    test_mesh mesh = test_mesh_cube(silicon, 2);
    umk_transport_model model = {silicon->crystal, silicon->harmonic, mesh.grid, mesh.phonons, mesh.interaction};
    umk_rta_options rta = UMK_RTA_OPTIONS_INIT;
    rta.n_temperatures = 1;
    rta.temperatures = temperatures;
    rta.transport = transport;
    rta.mass_variances = (const double[]){2e-4, 2e-4};
    int64_t n_failed = 0,
            n_passed = 0; /* passed: in a row; a run that finds too little memory at first tries with less */
    for (int64_t n = 0; n_passed < 100; n++) {
        umk_conductivity result;
        umk_lbte_report report;
        umk_lbte_spectrum spectrum;
        umk_lbte_estimate estimate;
        umk_test_fail_allocation(n);
        umk_status status = umk_lbte_run(&result, &report, &spectrum, own, &model, &rta, lbte);
        umk_test_fail_allocation(-1);
        if (status != UMK_OK) assert_int_equal(status, UMK_ERROR_MEMORY);
        n_failed += status != UMK_OK;
        n_passed = status == UMK_OK ? n_passed + 1 : 0;
        umk_conductivity_clear(&result);
        umk_lbte_spectrum_clear(&spectrum);
        umk_test_fail_allocation(n);
        status = umk_lbte_estimate_run(&estimate, own, &model, &rta, lbte);
        umk_test_fail_allocation(-1);
        assert_true(status == UMK_OK || status == UMK_ERROR_MEMORY);
    }
    print_message("%d allocations failed\n", (int)n_failed);
    assert_in_range(n_failed, 100, 5000);
    test_mesh_free(&mesh);
    umk_context_destroy(own);
}

static void test_failing_allocations(void **state) {
    (void)state;
    umk_lbte_options lbte = UMK_LBTE_OPTIONS_INIT;
    lbte.write_rows = pass_over;
    check_allocations(&lbte, UMK_TRANSPORT_SMM19);
    lbte.solver = UMK_LBTE_DIRECT;
    lbte.relaxons = true;
    check_allocations(&lbte, UMK_TRANSPORT_BOLTZMANN);
    lbte = (umk_lbte_options)UMK_LBTE_OPTIONS_INIT;
    lbte.solver = UMK_LBTE_DIRECT;
    lbte.reducible = true;
    check_allocations(&lbte, UMK_TRANSPORT_BOLTZMANN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linewidths_from_entries),
        cmocka_unit_test(test_crystal_momentum),
        cmocka_unit_test(test_operator),
        cmocka_unit_test(test_active_blocks),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
