/*
 * Functions of grids: addresses, rotations, neighbours.
 *
 * A GR point with address a has the index r0 + D0 (r1 + D1 r2), r = a modulo D; BZ points are images of GR points
 * nearest to the origin. A grid may be shifted by halves of a step (phonopy's PS); then rotations act on 2 a + PS.
 */
#include "backend/views.h"
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include "linalg/smith.h"
#include <string.h>

static const int64_t largest_address = INT64_C(1) << 40, largest_entry = INT64_C(1) << 20;

static int64_t gr_index(const int64_t d[3], const int64_t a[3]) {
    return umk_modulo(a[0], d[0]) + d[0] * (umk_modulo(a[1], d[1]) + d[1] * umk_modulo(a[2], d[2]));
}

static void gr_address(const int64_t d[3], int64_t index, int64_t a[3]) {
    a[0] = index % d[0];
    a[1] = index / d[0] % d[1];
    a[2] = index / d[0] / d[1];
}

/* ---- snf3x3 -----------------------------------------------------------------------------------------------------*/

static umk_status return_copy(umk_call *call, int n_dimensions, const int64_t *shape, const int64_t *values) {
    int64_t n = 1, *data;
    umk_status status = UMK_OK;
    for (int axis = 0; axis < n_dimensions; axis++) n *= shape[axis];
    UMK_ALLOCATE(call->context, data, n);
    memcpy(data, values, (size_t)n * sizeof *data);
    umk_call_return_integers(call, data, n_dimensions, shape);
cleanup:
    return status;
}

static umk_status snf3x3(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t a[3][3], d[3], p[3][3], q[3][3];
    memcpy(a, umk_call_integers(call, "a"), sizeof a);
    UMK_TRY(umk_call_blame(call, "a", umk_smith_normal_form(call->context, (const int64_t(*)[3])a, d, p, q)));
    UMK_TRY(return_copy(call, 1, (const int64_t[]){3}, d));
    UMK_TRY(return_copy(call, 2, (const int64_t[]){3, 3}, p[0]));
    UMK_TRY(return_copy(call, 2, (const int64_t[]){3, 3}, q[0]));
cleanup:
    return status;
}

static const umk_call_parameter snf3x3_parameters[] = {UMK_SMALL_INTEGERS("a", "3 3"), UMK_END};

/* ---- addresses and indices --------------------------------------------------------------------------------------*/

static umk_status grid_indices_from_addresses(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t d[3], n_points, n = umk_call_size(call, "addresses", 0), *indices;
    const int64_t(*addresses)[3] = (const int64_t(*)[3])umk_call_integers(call, "addresses");
    UMK_TRY(umk_view_mesh(call, d, &n_points));
    UMK_ALLOCATE(call->context, indices, n);
    for (int64_t i = 0; i < n; i++) indices[i] = gr_index(d, addresses[i]);
    umk_call_return_integers(call, indices, 1, &n);
cleanup:
    return status;
}

static const umk_call_parameter grid_indices_from_addresses_parameters[] = {UMK_SMALL_INTEGERS("addresses", "n 3"),
                                                                            UMK_SMALL_INTEGERS("d_diag", "3"), UMK_END};

static umk_status gr_grid_addresses(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t d[3], n_points, *addresses;
    UMK_TRY(umk_view_mesh(call, d, &n_points));
    UMK_ALLOCATE(call->context, addresses, 3 * n_points);
    for (int64_t i = 0; i < n_points; i++) gr_address(d, i, addresses + 3 * i);
    umk_call_return_integers(call, addresses, 2, (const int64_t[]){n_points, 3});
cleanup:
    return status;
}

static const umk_call_parameter gr_grid_addresses_parameters[] = {UMK_SMALL_INTEGERS("d_diag", "3"), UMK_END};

/* ---- symmetry ---------------------------------------------------------------------------------------------------*/

/*
 * Index of a point, with address a, rotated on the shifted grid. Where a rotation does not leave the shifted grid as it
 * is halves are cut off, as phonopy does.
 */
static int64_t rotate_point(const int64_t d[3], const int64_t ps[3], const int64_t rotation[3][3], const int64_t a[3],
                            int64_t rotated[3]) {
    int64_t doubled[3], image[3];
    for (int i = 0; i < 3; i++) doubled[i] = 2 * a[i] + ps[i];
    umk_apply3_integer(image, rotation, doubled);
    for (int i = 0; i < 3; i++) rotated[i] = (image[i] - ps[i]) / 2;
    return gr_index(d, rotated);
}

static umk_status ir_grid_map(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t d[3], n_points, *map = NULL, n_irreducible = 0, n_rotations = umk_call_size(call, "rotations", 0);
    const int64_t(*rotations)[3][3] = (const int64_t(*)[3][3])umk_call_integers(call, "rotations");
    const int64_t *ps = umk_call_integers(call, "ps");
    UMK_TRY(umk_view_mesh(call, d, &n_points));
    UMK_TRY(umk_call_check_size(call, "rotations", largest_entry));
    UMK_TRY(umk_call_check_size(call, "ps", largest_entry));
    UMK_ALLOCATE(call->context, map, n_points);
    for (int64_t i = 0; i < n_points; i++) {
        int64_t a[3], rotated[3], smallest = i;
        gr_address(d, i, a);
        for (int64_t r = 0; r < n_rotations && smallest == i; r++) {
            int64_t index = rotate_point(d, ps, rotations[r], a, rotated);
            if (index < smallest) smallest = index;
        }
        map[i] = smallest == i ? i : map[smallest];
        n_irreducible += smallest == i;
    }
    umk_call_return_integers(call, map, 1, &n_points);
    umk_call_return_integer(call, n_irreducible);
cleanup:
    return status;
}

static const umk_call_parameter ir_grid_map_parameters[] = {UMK_INTEGERS("rotations", "rotation 3 3"),
                                                            UMK_SMALL_INTEGERS("d_diag", "3"),
                                                            UMK_SMALL_INTEGERS("ps", "3"), UMK_END};

static bool is_listed(int64_t n, const int64_t (*list)[3][3], const int64_t rotation[3][3]) {
    for (int64_t i = 0; i < n; i++) {
        if (memcmp(list[i], rotation, sizeof list[i]) == 0) return true;
    }
    return false;
}

static umk_status reciprocal_rotations(umk_call *call) {
    enum { most_rotations = 48 };
    static const int64_t inversion[3][3] = {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    int64_t list[most_rotations][3][3], n = 0, n_given = umk_call_size(call, "rotations", 0);
    const int64_t(*rotations)[3][3] = (const int64_t(*)[3][3])umk_call_integers(call, "rotations");
    umk_status status = umk_call_check_size(call, "rotations", largest_entry);
    for (int64_t i = 0; status == UMK_OK && i < n_given; i++) {
        int64_t transposed[3][3];
        umk_transpose3_integer(transposed, rotations[i]);
        if (is_listed(n, (const int64_t(*)[3][3])list, (const int64_t(*)[3])transposed)) continue;
        if (n == most_rotations) return umk_call_fail(call, "rotations", "more than 48 different rotations");
        memcpy(list[n++], transposed, sizeof transposed);
    }
    if (umk_call_flag(call, "is_time_reversal") && !is_listed(n, (const int64_t(*)[3][3])list, inversion)) {
        if (2 * n > most_rotations) return umk_call_fail(call, "rotations", "more than 24 rotations without inversion");
        for (int64_t i = 0; i < n; i++) {
            for (int j = 0; j < 9; j++) list[n + i][j / 3][j % 3] = -list[i][j / 3][j % 3];
        }
        n *= 2;
    }
    return status != UMK_OK ? status : return_copy(call, 3, (const int64_t[]){n, 3, 3}, list[0][0]);
}

static const umk_call_parameter reciprocal_rotations_parameters[] = {UMK_INTEGERS("rotations", "rotation 3 3"),
                                                                     UMK_BOOL("is_time_reversal"), UMK_END};

static umk_status transform_rotations(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t d[3], n_points, q[3][3], inverse[3][3], n = umk_call_size(call, "rotations", 0),
                                                    (*transformed)[3][3] = NULL;
    const int64_t(*rotations)[3][3] = (const int64_t(*)[3][3])umk_call_integers(call, "rotations");
    UMK_TRY(umk_view_mesh(call, d, &n_points));
    memcpy(q, umk_call_integers(call, "q"), sizeof q);
    if (!umk_invert3_unimodular(inverse, (const int64_t(*)[3])q)) {
        return umk_call_fail(call, "q", "its determinant is neither 1 nor -1");
    }
    UMK_ALLOCATE(call->context, transformed, n);
    for (int64_t i = 0; i < n; i++) {
        if (umk_grid_address_rotation(transformed[i], rotations[i], d, (const int64_t(*)[3])q)) continue;
        status = umk_fail(call->context, UMK_ERROR_NUMERICAL, "Grid symmetry is broken. Use generalized regular grid.");
        goto cleanup;
    }
    umk_call_return_integers(call, transformed[0][0], 3, (const int64_t[]){n, 3, 3});
    transformed = NULL;
cleanup:
    umk_release(transformed);
    return status;
}

static const umk_call_parameter transform_rotations_parameters[] = {UMK_INTEGERS("rotations", "rotation 3 3"),
                                                                    UMK_SMALL_INTEGERS("d_diag", "3"),
                                                                    UMK_SMALL_INTEGERS("q", "3 3"), UMK_END};

/* ---- BZ points --------------------------------------------------------------------------------------------------*/

/* Index of an address within -D ... D - 1 in the first part of the map of the sparse layout. */
static int64_t double_index(const int64_t d[3], const int64_t a[3]) {
    return umk_modulo(a[0], 2 * d[0]) + 2 * d[0] * (umk_modulo(a[1], 2 * d[1]) + 2 * d[1] * umk_modulo(a[2], 2 * d[2]));
}

/* The sparse layout from the dense one: addresses, map, and GR points. */
static umk_status make_sparse(const umk_grid *grid, umk_context *context, int64_t **addresses, int64_t **map,
                              int64_t **to_gr) {
    umk_status status = UMK_OK;
    int64_t n = grid->n_points, others = 0;
    UMK_ALLOCATE(context, *addresses, 3 * grid->n_bz_points);
    UMK_ALLOCATE(context, *to_gr, grid->n_bz_points);
    UMK_ALLOCATE(context, *map, 9 * n + 1);
    for (int64_t i = 0; i < 8 * n; i++) (*map)[i] = 8 * n; /* no point has this address */
    for (int64_t i = 0; i < n; i++) {
        (*map)[8 * n + i] = others;
        for (int64_t j = grid->bz_map[i]; j < grid->bz_map[i + 1]; j++) {
            int64_t place = j == grid->bz_map[i] ? i : n + others++;
            memcpy(*addresses + 3 * place, grid->addresses[j], 3 * sizeof(int64_t));
            (*to_gr)[place] = i;
            (*map)[double_index(grid->diagonal, grid->addresses[j])] = place;
        }
    }
    (*map)[9 * n] = others;
cleanup:
    return status;
}

/* The images of a point are searched within the radius of the cell; of a skewed basis that would be very many. */
static bool is_searchable(const double lattice[3][3]) {
    const double most_images = 1e6;
    double inverse[3][3], radius = 0, images = 1;
    if (!umk_invert3(inverse, lattice)) return false;
    for (int i = 0; i < 3; i++) {
        radius += 0.5 * umk_norm3((const double[]){lattice[0][i], lattice[1][i], lattice[2][i]});
    }
    for (int i = 0; i < 3; i++) images *= 2 * radius * umk_norm3(inverse[i]) + 1;
    return images < most_images;
}

static umk_status prepare_zone(umk_grid *grid, const umk_call *call) {
    umk_status status = UMK_OK;
    int64_t inverse[3][3];
    UMK_TRY(umk_view_mesh(call, grid->diagonal, &grid->n_points));
    UMK_TRY(umk_call_check_size(call, "ps", largest_entry));
    memcpy(grid->zone_q, umk_call_integers(call, "q"), sizeof grid->zone_q);
    memcpy(grid->zone_lattice, umk_call_reals(call, "rec_lattice"), sizeof grid->zone_lattice);
    if (!umk_invert3_unimodular(inverse, (const int64_t(*)[3])grid->zone_q)) {
        return umk_call_fail(call, "q", "its determinant is neither 1 nor -1");
    }
    for (int i = 0; i < 9; i++) {
        if (!isfinite(grid->zone_lattice[i / 3][i % 3])) return umk_call_fail(call, "rec_lattice", "it is not finite");
    }
    if (!is_searchable((const double(*)[3])grid->zone_lattice)) {
        return umk_call_fail(call, "rec_lattice", "it has no volume, or is no reduced basis");
    }
    umk_grid_set_zone_tolerance(grid);
cleanup:
    return status;
}

static umk_status bz_grid_addresses(umk_call *call) {
    umk_status status = UMK_OK;
    umk_grid grid = {.n_points = 0};
    int64_t type = umk_call_integer(call, "bz_grid_type"), *addresses = NULL, *map = NULL, *to_gr = NULL;
    if (type != 1 && type != 2) return umk_call_fail(call, "bz_grid_type", "%lld is neither 1 nor 2", (long long)type);
    UMK_TRY(prepare_zone(&grid, call));
    status = umk_grid_find_images(&grid, call->context, umk_call_integers(call, "ps"));
    UMK_TRY(umk_call_blame(call, "rec_lattice", status));
    if (type == 1) {
        UMK_TRY(make_sparse(&grid, call->context, &addresses, &map, &to_gr));
    } else {
        addresses = grid.addresses[0];
        map = grid.bz_map;
        to_gr = grid.bz_to_gr;
        grid.addresses = NULL;
        grid.bz_map = grid.bz_to_gr = NULL;
    }
    umk_call_return_integers(call, addresses, 2, (const int64_t[]){grid.n_bz_points, 3});
    umk_call_return_integers(call, map, 1, (const int64_t[]){(type == 1 ? 9 : 1) * grid.n_points + 1});
    umk_call_return_integers(call, to_gr, 1, (const int64_t[]){grid.n_bz_points});
    addresses = map = to_gr = NULL;
cleanup:
    umk_release(addresses);
    umk_release(map);
    umk_release(to_gr);
    umk_release(grid.addresses);
    umk_release(grid.bz_map);
    umk_release(grid.bz_to_gr);
    umk_release(grid.gr_to_bz);
    return status;
}

static const umk_call_parameter bz_grid_addresses_parameters[] = {
    UMK_SMALL_INTEGERS("d_diag", "3"),     UMK_SMALL_INTEGERS("q", "3 3"), UMK_SMALL_INTEGERS("ps", "3"),
    UMK_SMALL_REALS("rec_lattice", "3 3"), UMK_INTEGER("bz_grid_type"),    UMK_END};

/*
 * Images of a GR point: one, and others begin ... end - 1; in the sparse layout a table tells where an address stands
 * that is known modulo 2 D. Works on the arrays, which are not copied for one point.
 */
typedef struct image_range {
    int64_t one, begin, end;
    const int64_t *table; /* NULL: dense layout */
} image_range;

static umk_status find_range(image_range *range, const umk_call *call, int64_t n_points, int64_t point) {
    const int64_t *map = umk_call_integers(call, "bz_map");
    int64_t type = umk_call_integer(call, "bz_grid_type"), m = umk_call_size(call, "bz_grid_addresses", 0);
    if (type != 1 && type != 2) return umk_call_fail(call, "bz_grid_type", "%lld is neither 1 nor 2", (long long)type);
    if (umk_call_length(call, "bz_map") != (type == 1 ? 9 * n_points + 1 : n_points + 1)) {
        return umk_call_fail(call, "bz_map", "its length does not fit the mesh");
    }
    int64_t shift = type == 1 ? n_points : 0;
    const int64_t *part = type == 1 ? map + 8 * n_points : map;
    bool fits = part[point] >= 0 && part[point] <= m && part[point + 1] >= 0 && part[point + 1] <= m - shift;
    *range = (image_range){type == 1 ? point : part[point], shift + part[point], shift + part[point + 1],
                           type == 1 ? map : NULL};
    if (fits && range->one < m) return UMK_OK;
    return umk_call_fail(call, "bz_map", "it leads outside of bz_grid_addresses");
}

static int64_t find_image(const umk_call *call, const image_range *range, const int64_t d[3], const int64_t wanted[3]) {
    const int64_t(*addresses)[3] = (const int64_t(*)[3])umk_call_integers(call, "bz_grid_addresses");
    if (range->table != NULL) {
        int64_t place = range->table[double_index(d, wanted)];
        return place >= 0 && place < umk_call_size(call, "bz_grid_addresses", 0) ? place : range->one;
    }
    for (int64_t i = range->begin; i < range->end; i++) {
        if (memcmp(addresses[i], wanted, sizeof addresses[i]) == 0) return i;
    }
    return range->one;
}

static umk_status rotate_bz_grid_index(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t d[3], n_points, rotation[3][3], rotated[3], index, point = umk_call_integer(call, "bz_grid_index");
    const int64_t(*addresses)[3] = (const int64_t(*)[3])umk_call_integers(call, "bz_grid_addresses");
    image_range range;
    UMK_TRY(umk_view_mesh(call, d, &n_points));
    UMK_TRY(umk_call_check_range(call, "bz_grid_index", umk_call_size(call, "bz_grid_addresses", 0)));
    UMK_TRY(umk_call_check_size(call, "rotation", largest_entry));
    UMK_TRY(umk_call_check_size(call, "ps", largest_entry));
    for (int i = 0; i < 3; i++) {
        if (addresses[point][i] < -largest_address || addresses[point][i] > largest_address) {
            return umk_call_fail(call, "bz_grid_addresses", "an address is too large");
        }
    }
    memcpy(rotation, umk_call_integers(call, "rotation"), sizeof rotation);
    index = rotate_point(d, umk_call_integers(call, "ps"), (const int64_t(*)[3])rotation, addresses[point], rotated);
    UMK_TRY(find_range(&range, call, n_points, index));
    umk_call_return_integer(call, find_image(call, &range, d, rotated));
cleanup:
    return status;
}

static const umk_call_parameter rotate_bz_grid_index_parameters[] = {UMK_INTEGER("bz_grid_index"),
                                                                     UMK_SMALL_INTEGERS("rotation", "3 3"),
                                                                     UMK_INTEGERS("bz_grid_addresses", "bz_point 3"),
                                                                     UMK_INTEGERS("bz_map", "*"),
                                                                     UMK_SMALL_INTEGERS("d_diag", "3"),
                                                                     UMK_SMALL_INTEGERS("ps", "3"),
                                                                     UMK_INTEGER("bz_grid_type"),
                                                                     UMK_END};

static umk_status neighboring_grid_points(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t d[3], n_points, n = umk_call_size(call, "grid_points", 0);
    int64_t n_steps = umk_call_size(call, "relative_grid_address", 0);
    int64_t *neighbours = umk_call_integers(call, "relative_grid_points");
    const int64_t *points = umk_call_integers(call, "grid_points");
    const int64_t(*addresses)[3] = (const int64_t(*)[3])umk_call_integers(call, "bz_grid_addresses");
    const int64_t(*steps)[3] = (const int64_t(*)[3])umk_call_integers(call, "relative_grid_address");
    image_range range;
    UMK_TRY(umk_view_mesh(call, d, &n_points));
    UMK_TRY(umk_call_check_shape(call, "relative_grid_points", 1, (const int64_t[]){n * n_steps}));
    UMK_TRY(umk_call_check_range(call, "grid_points", umk_call_size(call, "bz_grid_addresses", 0)));
    UMK_TRY(umk_call_check_size(call, "bz_grid_addresses", largest_address));
    UMK_TRY(umk_call_check_size(call, "relative_grid_address", largest_address));
    for (int64_t i = 0; i < n * n_steps; i++) {
        int64_t wanted[3];
        for (int c = 0; c < 3; c++) wanted[c] = addresses[points[i / n_steps]][c] + steps[i % n_steps][c];
        UMK_TRY(find_range(&range, call, n_points, gr_index(d, wanted)));
        neighbours[i] = find_image(call, &range, d, wanted);
    }
cleanup:
    return status;
}

static const umk_call_parameter neighboring_grid_points_parameters[] = {
    UMK_OUT_INTEGERS("relative_grid_points", "*"),
    UMK_INTEGERS("grid_points", "point"),
    UMK_SMALL_INTEGERS("relative_grid_address", "step 3"),
    UMK_SMALL_INTEGERS("d_diag", "3"),
    UMK_SMALL_INTEGERS("bz_grid_addresses", "bz_point 3"),
    UMK_INTEGERS("bz_map", "*"),
    UMK_INTEGER("bz_grid_type"),
    UMK_END};

const umk_backend_function umk_backend_grid_functions[] = {
    UMK_ROW(snf3x3),
    UMK_ROW(grid_indices_from_addresses),
    UMK_ROW(gr_grid_addresses),
    UMK_ROW(ir_grid_map),
    UMK_ROW(reciprocal_rotations),
    UMK_ROW(transform_rotations),
    UMK_ROW(bz_grid_addresses),
    UMK_ROW(rotate_bz_grid_index),
    UMK_ROW(neighboring_grid_points),
    {NULL, NULL, NULL},
};
