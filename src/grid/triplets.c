/*
 * Irreducible triplets q0 + q1 + q2 = G of one grid point.
 *
 * q1 runs over the grid. Two q1 are equivalent when an operation of the little group of q0 (R q0 = q0 + G, time
 * reversal included) takes one to the other, or when they are q1 and q2 of the same triplet. The smallest index of each
 * class stands for it; the weight is the size of the class (L. Chaput, A. Togo, I. Tanaka and G. Hug, Phys. Rev. B 84,
 * 094302 (2011), on symmetry-reduced triplets).
 *
 * Of the Brillouin-zone images of the three points the first set with q0 + q1 + q2 = 0 is taken, in the order of
 * storage (q0 slowest), else the first of those with the shortest G within the zone's tolerance.
 */
#include "grid/grid.h"
#include "linalg/matrix3.h"
#include <string.h>

enum { most_operations = 96 };

/** Operations on addresses that leave q0 where it is, modulo the reciprocal lattice. */
typedef struct little_group {
    int64_t n;
    int64_t operations[most_operations][3][3];
} little_group;

/**
 * What operations do to addresses, without a division: component c of R a modulo D is the sum of three terms, each
 * below D_c, one for each component of a.
 */
typedef struct rotation_tables {
    const umk_grid *grid;
    int64_t n_terms;     /* D_0 + D_1 + D_2 */
    int64_t begin[3];    /* of the terms of each component of a */
    int64_t (*terms)[3]; /* (operations, n_terms) */
    int64_t third[3];    /* -q0 modulo D */
} rotation_tables;

/* ---- classes of q1 ----------------------------------------------------------------------------------------------*/

static bool has_inversion(const umk_grid *grid) {
    static const int64_t inversion[3][3] = {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    for (int64_t i = 0; i < grid->n_rotations; i++) {
        if (memcmp(grid->rotations[i], inversion, sizeof inversion) == 0) return true;
    }
    return false;
}

static void find_little_group(little_group *group, const umk_grid *grid, const int64_t address[3], int64_t point) {
    int n_signs = has_inversion(grid) || grid->no_triplet_time_reversal ? 1 : 2;
    group->n = 0;
    for (int sign = 1; n_signs > 0; sign = -1, n_signs--) {
        for (int64_t r = 0; r < grid->n_rotations; r++) {
            int64_t operation[3][3], rotated[3];
            for (int i = 0; i < 9; i++) operation[i / 3][i % 3] = sign * grid->rotations[r][i / 3][i % 3];
            umk_apply3_integer(rotated, operation, address);
            if (umk_grid_index(grid, rotated) != point) continue;
            memcpy(group->operations[group->n++], operation, sizeof operation);
        }
    }
}

/* The terms of one operation: those of a_j grow by R_ij at each step. */
static void fill_terms(const rotation_tables *tables, int64_t (*terms)[3], const int64_t operation[3][3]) {
    const int64_t *d = tables->grid->diagonal;
    for (int j = 0; j < 3; j++) {
        int64_t step[3], term[3] = {0, 0, 0};
        for (int i = 0; i < 3; i++) step[i] = umk_modulo(operation[i][j], d[i]);
        for (int64_t x = 0; x < d[j]; x++) {
            for (int i = 0; i < 3; i++) {
                terms[tables->begin[j] + x][i] = term[i];
                term[i] += step[i] - (term[i] + step[i] >= d[i] ? d[i] : 0);
            }
        }
    }
}

static umk_status make_tables(rotation_tables *tables, umk_context *context, const umk_grid *grid,
                              const little_group *group, const int64_t q0[3]) {
    umk_status status = UMK_OK;
    const int64_t *d = grid->diagonal;
    *tables = (rotation_tables){.grid = grid, .n_terms = d[0] + d[1] + d[2], .begin = {0, d[0], d[0] + d[1]}};
    for (int i = 0; i < 3; i++) tables->third[i] = umk_modulo(-q0[i], d[i]);
    UMK_ALLOCATE(context, tables->terms, group->n * tables->n_terms);
    for (int64_t r = 0; r < group->n; r++) {
        fill_terms(tables, tables->terms + r * tables->n_terms, group->operations[r]);
    }
cleanup:
    return status;
}

/** Index of an address within 0 <= a_i < D_i. */
static int64_t index_within(const umk_grid *grid, const int64_t a[3]) {
    return a[0] + grid->diagonal[0] * (a[1] + grid->diagonal[1] * a[2]);
}

/** q2 = -q0 - q1 for a q1 within 0 <= a_i < D_i, third being -q0 within it. */
static int64_t third_index(const umk_grid *grid, const int64_t third[3], const int64_t q1[3]) {
    int64_t a[3];
    for (int i = 0; i < 3; i++) {
        a[i] = third[i] - q1[i];
        a[i] += a[i] < 0 ? grid->diagonal[i] : 0;
    }
    return index_within(grid, a);
}

/** R a modulo D. */
static void rotate(int64_t rotated[3], const rotation_tables *tables, int64_t r, const int64_t a[3]) {
    const int64_t *d = tables->grid->diagonal, *begin = tables->begin;
    const int64_t(*terms)[3] = (const int64_t(*)[3])tables->terms + r * tables->n_terms;
    const int64_t *x = terms[a[0]], *y = terms[begin[1] + a[1]], *z = terms[begin[2] + a[2]];
    for (int i = 0; i < 3; i++) {
        int64_t sum = x[i] + y[i];
        sum += z[i] - (sum >= d[i] ? d[i] : 0);
        rotated[i] = sum - (sum >= d[i] ? d[i] : 0);
    }
}

/** The next address in the order of indices. */
static void advance(int64_t address[3], const umk_grid *grid) {
    if (++address[0] < grid->diagonal[0]) return;
    address[0] = 0;
    if (++address[1] < grid->diagonal[1]) return;
    address[1] = 0;
    address[2]++;
}

/** Puts index into the class unless it is there; 1 when it is new. */
static int64_t join(int8_t *is_taken, int64_t index) {
    int64_t is_new = !is_taken[index];
    is_taken[index] = 1;
    return is_new;
}

/** Weight of every class at its smallest index, 0 elsewhere. Returns the number of classes. */
static int64_t find_classes(int64_t *weights, int8_t *is_taken, const rotation_tables *tables, int64_t n_operations) {
    const umk_grid *grid = tables->grid;
    int64_t n_classes = 0, address[3] = {0, 0, 0};
    for (int64_t i = 0; i < grid->n_points; i++, advance(address, grid)) {
        if (is_taken[i]) continue;
        for (int64_t r = 0; r < n_operations; r++) {
            int64_t rotated[3];
            rotate(rotated, tables, r, address);
            weights[i] += join(is_taken, index_within(grid, rotated));
            if (!grid->no_triplet_exchange) weights[i] += join(is_taken, third_index(grid, tables->third, rotated));
        }
        n_classes++;
    }
    return n_classes;
}

static umk_status reduce(umk_triplets *triplets, int64_t *weights, umk_context *context, const umk_grid *grid,
                         int64_t bz_point) {
    umk_status status = UMK_OK;
    int8_t *is_taken = NULL;
    little_group group;
    rotation_tables tables = {0};
    const int64_t *q0 = grid->addresses[bz_point];
    UMK_ALLOCATE(context, is_taken, grid->n_points);
    find_little_group(&group, grid, q0, grid->bz_to_gr[bz_point]);
    UMK_TRY(make_tables(&tables, context, grid, &group, q0));
    triplets->n_triplets = find_classes(weights, is_taken, &tables, group.n);
cleanup:
    umk_release(is_taken);
    umk_release(tables.terms);
    return status;
}

/** The smallest point that the little group takes each to. */
static void map_orbits(int64_t *map, const rotation_tables *tables, int64_t n_operations) {
    const umk_grid *grid = tables->grid;
    int64_t address[3] = {0, 0, 0};
    for (int64_t i = 0; i < grid->n_points; i++) map[i] = -1;
    for (int64_t i = 0; i < grid->n_points; i++, advance(address, grid)) {
        if (map[i] >= 0) continue;
        map[i] = i;
        for (int64_t r = 0; r < n_operations; r++) {
            int64_t rotated[3];
            rotate(rotated, tables, r, address);
            map[index_within(grid, rotated)] = i;
        }
    }
}

umk_status umk_triplet_maps(int64_t *map_triplets, int64_t *map_q1, umk_context *context, const umk_grid *grid,
                            int64_t point) {
    umk_status status = UMK_OK;
    little_group group;
    rotation_tables tables = {0};
    int64_t q0[3], address[3] = {0, 0, 0};
    umk_grid_address(grid, point, q0);
    find_little_group(&group, grid, q0, point);
    UMK_TRY(make_tables(&tables, context, grid, &group, q0));
    map_orbits(map_q1, &tables, group.n);
    for (int64_t i = 0; i < grid->n_points; i++, advance(address, grid)) {
        int64_t third = map_q1[third_index(grid, tables.third, address)];
        map_triplets[i] = !grid->no_triplet_exchange && third < map_q1[i] ? third : map_q1[i];
    }
cleanup:
    umk_release(tables.terms);
    return status;
}

/* ---- images -----------------------------------------------------------------------------------------------------*/

/** |G|^2 of the sum of three addresses, which is a multiple of D. */
static double squared_excess(const umk_grid *grid, const int64_t sum[3]) {
    int64_t quotient[3], coordinates[3];
    double real[3], vector[3];
    for (int i = 0; i < 3; i++) quotient[i] = sum[i] / grid->diagonal[i];
    umk_apply3_integer(coordinates, grid->zone_q, quotient);
    for (int i = 0; i < 3; i++) real[i] = (double)coordinates[i];
    umk_apply3(vector, grid->zone_lattice, real);
    return umk_dot3(vector, vector);
}

/** Images of the three GR points with the shortest G; most points have one image, so that there is no choice. */
static void choose_images(int64_t chosen[3], const umk_grid *grid, const int64_t points[3]) {
    const int64_t *map = grid->bz_map;
    int64_t first[3], end[3];
    double shortest = -1;
    for (int i = 0; i < 3; i++) {
        chosen[i] = first[i] = map[points[i]];
        end[i] = map[points[i] + 1];
    }
    if (end[0] - first[0] + end[1] - first[1] + end[2] - first[2] == 3) return;
    for (int64_t i = first[0]; i < end[0]; i++) {
        for (int64_t j = first[1]; j < end[1]; j++) {
            for (int64_t k = first[2]; k < end[2]; k++) {
                const int64_t *a = grid->addresses[i], *b = grid->addresses[j], *c = grid->addresses[k];
                int64_t sum[3] = {a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]};
                bool is_normal = sum[0] == 0 && sum[1] == 0 && sum[2] == 0;
                double excess = is_normal ? 0 : squared_excess(grid, sum);
                if (is_normal || shortest < 0 || excess < shortest - grid->zone_tolerance) {
                    chosen[0] = i, chosen[1] = j, chosen[2] = k;
                    shortest = excess;
                }
                if (is_normal) return;
            }
        }
    }
}

int64_t umk_triplet_images(int64_t (*triplets)[3], const umk_grid *grid, const int64_t *weights, int64_t point) {
    int64_t n = 0, points[3] = {point, 0, 0}, address[3] = {0, 0, 0}, q0[3], third[3];
    umk_grid_address(grid, point, q0);
    for (int i = 0; i < 3; i++) third[i] = umk_modulo(-q0[i], grid->diagonal[i]);
    for (int64_t i = 0; i < grid->n_points; i++, advance(address, grid)) {
        if (weights[i] == 0) continue;
        points[1] = i;
        points[2] = third_index(grid, third, address);
        choose_images(triplets[n++], grid, points);
    }
    return n;
}

/* ---- object -----------------------------------------------------------------------------------------------------*/

umk_status umk_triplets_create(umk_triplets **triplets, umk_context *context, const umk_grid *grid, int64_t bz_point) {
    umk_status status = UMK_OK;
    umk_triplets *made = NULL;
    int64_t *weights = NULL;
    *triplets = NULL;
    UMK_TRY(umk_check_cancel(context));
    if (bz_point < 0 || bz_point >= grid->n_bz_points) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "there is no grid point %lld: the grid has points 0 to %lld",
                        (long long)bz_point, (long long)grid->n_bz_points - 1);
    }
    UMK_ALLOCATE(context, made, 1);
    UMK_ALLOCATE(context, weights, grid->n_points);
    if (grid->has_mesh_symmetry) {
        UMK_TRY(reduce(made, weights, context, grid, bz_point));
    } else {
        for (int64_t i = 0; i < grid->n_points; i++) weights[i] = 1;
        made->n_triplets = grid->n_points;
    }
    UMK_ALLOCATE(context, made->points, made->n_triplets);
    UMK_ALLOCATE(context, made->weights, made->n_triplets);
    umk_triplet_images(made->points, grid, weights, grid->bz_to_gr[bz_point]);
    for (int64_t i = 0, n = 0; i < grid->n_points; i++) {
        if (weights[i] != 0) made->weights[n++] = weights[i];
    }
    *triplets = made;
    made = NULL;
cleanup:
    umk_release(weights);
    umk_triplets_destroy(made);
    return status;
}

void umk_triplets_destroy(umk_triplets *triplets) {
    if (triplets == NULL) return;
    umk_release(triplets->points);
    umk_release(triplets->weights);
    umk_release(triplets);
}

int64_t umk_triplets_view(const umk_triplets *triplets, const int64_t (**points)[3], const int64_t **weights) {
    *points = (const int64_t(*)[3])triplets->points;
    *weights = triplets->weights;
    return triplets->n_triplets;
}
