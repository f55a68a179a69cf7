/*
 * The images of every grid point that lie nearest to the origin, that is, in the first Brillouin zone or on its
 * surface.
 *
 * A point has the coordinates x in the Niggli-reduced reciprocal basis B; its images are x + m with integer m. x is
 * first taken to |x_i| <= 1/2. An image no longer than x has |x_i + m_i| <= |B x| |(B^-1)_i|, with (B^-1)_i the i-th
 * row, which bounds the search for any basis. Lengths are compared squared, with the tolerance
 *
 *   tau = 0.01 max_i |b_i|^2 / D_i^2
 *
 * (a hundredth of the coarsest spacing, squared). The order of the search belongs to the result, since the shortest
 * length gives way only to one shorter by more than tau and all images within tau of it are kept as they come; it is
 * the one of phonopy 4.10: m_i in -2 ... 2 in the order 0, 1, 2, -2, -1, the last component first, then the rest in
 * ascending order.
 */
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include <spglib.h>
#include <stdlib.h>
#include <string.h>

/* phonopy's tolerance of the Niggli reduction, 1/angstrom^2; it is halved where the steps run in a circle. */
static const double niggli_tolerance = 1e-5;
/* Entries of a change of basis: a lattice more skewed than that is not one of a crystal. */
static const double largest_step = 1 << 20;
enum { niggli_attempts = 11, core_half_width = 2 };

typedef struct zone {
    int64_t shift[3]; /* of the grid, in halves of a step */
    double lattice[3][3];
    double row_lengths[3]; /* of lattice^-1 */
    int64_t q_inverse[3][3];
    const umk_grid *grid;
} zone;

/** What one point's search is about: the shifted coordinates and the range of m that can matter. */
typedef struct search {
    const zone *zone;
    double coordinates[3]; /* within -1/2 ... 1/2 */
    int64_t lower[3], upper[3];
    double shortest; /* squared */
} search;

/* ---- reduced basis ----------------------------------------------------------------------------------------------*/

/** T of reduced = lattice T (columns), of determinant 1; false where the two are not bases of one lattice. */
static bool find_transformation(int64_t t[3][3], const double lattice[3][3], const double reduced[3][3]) {
    double inverse[3][3], real[3][3];
    if (!umk_invert3(inverse, lattice)) return false;
    umk_multiply3(real, inverse, reduced);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (!(fabs(real[i][j]) < largest_step) || fabs(real[i][j] - rint(real[i][j])) > 1e-3) return false;
            t[i][j] = (int64_t)rint(real[i][j]);
        }
    }
    return umk_determinant3_integer(t) == 1;
}

static bool reduce(int64_t t[3][3], const double lattice[3][3]) {
    double tolerance = niggli_tolerance;
    for (int i = 0; i < niggli_attempts; i++, tolerance /= 2) {
        double reduced[3][3];
        memcpy(reduced, lattice, sizeof reduced);
        if (spg_niggli_reduce(reduced, tolerance) != 0 && find_transformation(t, lattice, reduced)) return true;
    }
    return false;
}

/** Strongly skewed bases are reduced after Delaunay first; a left-handed one stays left-handed. */
static bool reduce_skewed(int64_t t[3][3], const double lattice[3][3]) {
    double columns[3][3];
    int64_t first[3][3], second[3][3];
    memcpy(columns, lattice, sizeof columns);
    if (spg_delaunay_reduce(columns, niggli_tolerance) == 0) return false;
    if (umk_determinant3(lattice) < 0) {
        for (int i = 0; i < 9; i++) columns[i / 3][i % 3] = -columns[i / 3][i % 3];
    }
    if (!find_transformation(first, lattice, columns) || !reduce(second, columns)) return false;
    return umk_multiply3_checked(t, first, second);
}

static umk_status fail_skewed(umk_context *context) {
    return umk_fail(context, UMK_ERROR_ARGUMENT,
                    "the lattice or the grid matrix is too skewed: addresses of grid points do not fit their type");
}

static umk_status set_basis(umk_grid *grid, umk_context *context) {
    int64_t t[3][3], t_inverse[3][3];
    double real[3][3];
    if (!reduce(t, grid->reciprocal_lattice) && !reduce_skewed(t, grid->reciprocal_lattice)) {
        return umk_fail(context, UMK_ERROR_NUMERICAL, "the Niggli reduction of the reciprocal lattice failed");
    }
    for (int i = 0; i < 9; i++) real[i / 3][i % 3] = (double)t[i / 3][i % 3];
    umk_multiply3(grid->zone_lattice, grid->reciprocal_lattice, real);
    if (!umk_invert3_unimodular(t_inverse, t) || !umk_multiply3_checked(grid->zone_q, t_inverse, grid->q)) {
        return fail_skewed(context);
    }
    umk_grid_set_zone_tolerance(grid);
    return UMK_OK;
}

void umk_grid_set_zone_tolerance(umk_grid *grid) {
    double largest = 0;
    for (int i = 0; i < 3; i++) {
        double b[3] = {grid->zone_lattice[0][i], grid->zone_lattice[1][i], grid->zone_lattice[2][i]};
        double spacing = umk_dot3(b, b) / ((double)grid->diagonal[i] * (double)grid->diagonal[i]);
        largest = spacing > largest ? spacing : largest;
    }
    grid->zone_tolerance = 0.01 * largest;
}

/* ---- images of one point ----------------------------------------------------------------------------------------*/

static double squared_length(const search *s, const int64_t m[3]) {
    double x[3], v[3];
    for (int i = 0; i < 3; i++) x[i] = s->coordinates[i] + (double)m[i];
    umk_apply3(v, s->zone->lattice, x);
    return umk_dot3(v, v);
}

typedef void (*visitor)(search *s, const int64_t m[3], void *argument);

static bool is_in_core(const int64_t m[3]) {
    return llabs(m[0]) <= core_half_width && llabs(m[1]) <= core_half_width && llabs(m[2]) <= core_half_width;
}

/** Values of m_i in -2 ... 2 that can matter, in the order of the search. */
typedef struct core_axis {
    int n;
    int64_t values[2 * core_half_width + 1];
} core_axis;

static core_axis list_core(const search *s, int i) {
    static const int64_t order[2 * core_half_width + 1] = {0, 1, 2, -2, -1};
    core_axis axis = {.n = 0};
    for (int k = 0; k < 2 * core_half_width + 1; k++) {
        if (order[k] >= s->lower[i] && order[k] <= s->upper[i]) axis.values[axis.n++] = order[k];
    }
    return axis;
}

static void visit_core(search *s, visitor visit, void *argument) {
    const core_axis axes[3] = {list_core(s, 0), list_core(s, 1), list_core(s, 2)};
    for (int i = 0; i < axes[0].n; i++) {
        for (int j = 0; j < axes[1].n; j++) {
            for (int k = 0; k < axes[2].n; k++) {
                const int64_t m[3] = {axes[0].values[i], axes[1].values[j], axes[2].values[k]};
                visit(s, m, argument);
            }
        }
    }
}

static void visit_beyond(search *s, visitor visit, void *argument) {
    int64_t m[3];
    for (m[0] = s->lower[0]; m[0] <= s->upper[0]; m[0]++) {
        for (m[1] = s->lower[1]; m[1] <= s->upper[1]; m[1]++) {
            for (m[2] = s->lower[2]; m[2] <= s->upper[2]; m[2]++) {
                if (!is_in_core(m)) visit(s, m, argument);
            }
        }
    }
}

static void visit_images(search *s, visitor visit, void *argument) {
    bool is_core = true;
    for (int i = 0; i < 3; i++) {
        is_core = is_core && s->lower[i] >= -core_half_width && s->upper[i] <= core_half_width;
    }
    visit_core(s, visit, argument);
    if (!is_core) visit_beyond(s, visit, argument);
}

static void find_shortest(search *s, const int64_t m[3], void *argument) {
    (void)argument;
    double length = squared_length(s, m);
    if (length < s->shortest - s->zone->grid->zone_tolerance) s->shortest = length;
}

/** Where the images go; addresses may be NULL to count only. */
typedef struct image_list {
    int64_t start[3]; /* address for m = 0 */
    int64_t n;
    int64_t (*addresses)[3];
} image_list;

static void keep_image(search *s, const int64_t m[3], void *argument) {
    image_list *list = argument;
    if (!(squared_length(s, m) < s->shortest + s->zone->grid->zone_tolerance)) return;
    if (list->addresses != NULL) {
        int64_t step[3];
        umk_apply3_integer(step, s->zone->q_inverse, m);
        for (int i = 0; i < 3; i++) {
            list->addresses[list->n][i] = list->start[i] + step[i] * s->zone->grid->diagonal[i];
        }
    }
    list->n++;
}

/** Images of the point with this address: their number, and their addresses where the pointer is not NULL. */
static int64_t find_images(const zone *z, const int64_t address[3], int64_t (*addresses)[3]) {
    search s = {.zone = z};
    image_list list = {.addresses = addresses};
    int64_t shift[3], step[3];
    double fraction[3], vector[3];
    const umk_grid *grid = z->grid;
    for (int i = 0; i < 3; i++) {
        fraction[i] = ((double)address[i] + 0.5 * (double)z->shift[i]) / (double)grid->diagonal[i];
    }
    for (int i = 0; i < 3; i++) {
        const int64_t *row = grid->zone_q[i];
        double x = (double)row[0] * fraction[0] + (double)row[1] * fraction[1] + (double)row[2] * fraction[2];
        double nearest = round(x);
        s.coordinates[i] = x - nearest;
        shift[i] = -(int64_t)nearest;
    }
    umk_apply3_integer(step, z->q_inverse, shift);
    for (int i = 0; i < 3; i++) list.start[i] = address[i] + step[i] * grid->diagonal[i];

    umk_apply3(vector, z->lattice, s.coordinates);
    s.shortest = umk_dot3(vector, vector);
    double radius = sqrt(s.shortest + grid->zone_tolerance);
    for (int i = 0; i < 3; i++) {
        double reach = radius * z->row_lengths[i] + 1e-6;
        s.lower[i] = (int64_t)ceil(-reach - s.coordinates[i]);
        s.upper[i] = (int64_t)floor(reach - s.coordinates[i]);
    }
    visit_images(&s, find_shortest, NULL);
    visit_images(&s, keep_image, &list);
    return list.n;
}

/* ---- all points -------------------------------------------------------------------------------------------------*/

static double largest_entry(const int64_t m[3][3]) {
    double largest = 0;
    for (int i = 0; i < 9; i++) largest = fmax(largest, fabs((double)m[i / 3][i % 3]));
    return largest;
}

static umk_status prepare_zone(zone *z, umk_context *context, const umk_grid *grid) {
    double inverse[3][3];
    if (!umk_invert3(inverse, grid->zone_lattice)) {
        return umk_fail(context, UMK_ERROR_INPUT, "the reciprocal lattice has no volume");
    }
    memcpy(z->lattice, grid->zone_lattice, sizeof z->lattice);
    for (int i = 0; i < 3; i++) z->row_lengths[i] = umk_norm3(inverse[i]);
    if (!umk_invert3_unimodular(z->q_inverse, grid->zone_q)) return fail_skewed(context);
    /* An address is at most D (1 + |Q^-1| |Q| 3 3), give or take the few images around it. */
    double q = largest_entry(grid->zone_q), q_inverse = largest_entry(z->q_inverse), d = 0;
    for (int i = 0; i < 3; i++) d = fmax(d, (double)grid->diagonal[i]);
    if (d * q_inverse * (9 * q + 1000) > 4e18) return fail_skewed(context);
    z->grid = grid;
    return UMK_OK;
}

/** Counts the images of every GR point into bz_map, so that bz_map[i] is the first of point i. */
static umk_status count_images(umk_grid *grid, umk_context *context, const zone *z) {
    umk_status status = UMK_OK;
    int64_t address[3];
    for (int64_t i = 0; i < grid->n_points; i++) {
        if (i % umk_grid_points_per_check == 0) UMK_TRY(umk_check_cancel(context));
        umk_grid_address(grid, i, address);
        grid->bz_map[i + 1] = grid->bz_map[i] + find_images(z, address, NULL);
    }
    grid->n_bz_points = grid->bz_map[grid->n_points];
cleanup:
    return status;
}

static umk_status fill_images(umk_grid *grid, umk_context *context, const zone *z) {
    umk_status status = UMK_OK;
    int64_t address[3];
    for (int64_t i = 0; i < grid->n_points; i++) {
        if (i % umk_grid_points_per_check == 0) UMK_TRY(umk_check_cancel(context));
        umk_grid_address(grid, i, address);
        find_images(z, address, grid->addresses + grid->bz_map[i]);
        for (int64_t j = grid->bz_map[i]; j < grid->bz_map[i + 1]; j++) grid->bz_to_gr[j] = i;
        grid->gr_to_bz[i] = grid->bz_map[i];
    }
cleanup:
    return status;
}

umk_status umk_grid_find_zone(umk_grid *grid, umk_context *context) {
    static const int64_t no_shift[3] = {0, 0, 0};
    umk_status status = UMK_OK;
    UMK_TRY(set_basis(grid, context));
    UMK_TRY(umk_grid_find_images(grid, context, no_shift));
cleanup:
    return status;
}

umk_status umk_grid_find_images(umk_grid *grid, umk_context *context, const int64_t shift[3]) {
    umk_status status = UMK_OK;
    zone z;
    memcpy(z.shift, shift, sizeof z.shift);
    UMK_TRY(prepare_zone(&z, context, grid));
    UMK_ALLOCATE(context, grid->bz_map, grid->n_points + 1);
    UMK_ALLOCATE(context, grid->gr_to_bz, grid->n_points);
    UMK_TRY(count_images(grid, context, &z));
    UMK_ALLOCATE(context, grid->addresses, grid->n_bz_points);
    UMK_ALLOCATE(context, grid->bz_to_gr, grid->n_bz_points);
    UMK_TRY(fill_images(grid, context, &z));
cleanup:
    return status;
}
