/* Grids and phonons of phono3py's arrays. */
#include "backend/views.h"
#include "base/hash.h"
#include "grid/parts.h"
#include "linalg/matrix3.h"
#include <string.h>

static const int64_t most_points = 1000000000, largest_address = INT64_C(1) << 40, largest_entry = INT64_C(1) << 20;

umk_status umk_view_mesh(const umk_call *call, int64_t d_diag[3], int64_t *n_points) {
    memcpy(d_diag, umk_call_integers(call, "d_diag"), 3 * sizeof *d_diag);
    for (int i = 0; i < 3; i++) {
        if (d_diag[i] < 1) return umk_call_fail(call, "d_diag", "%lld is not positive", (long long)d_diag[i]);
    }
    *n_points = umk_checked_product(3, d_diag);
    if (*n_points > 0 && *n_points <= most_points) return UMK_OK;
    return umk_call_fail(call, "d_diag", "more than %lld points", (long long)most_points);
}

/* ---- grid -------------------------------------------------------------------------------------------------------*/

/* The dense layout: the images of GR point i are bz_map[i] ... bz_map[i + 1] - 1. */
static umk_status take_dense(umk_grid_view *view, const umk_call *call, const int64_t *bz_map) {
    umk_grid *grid = &view->grid;
    memcpy(grid->bz_map, bz_map, (size_t)(grid->n_points + 1) * sizeof *bz_map);
    for (int64_t i = 0; i < grid->n_points; i++) {
        if (bz_map[i + 1] <= bz_map[i]) return umk_call_fail(call, "bz_map", "it does not ascend");
    }
    if (bz_map[0] == 0 && bz_map[grid->n_points] == grid->n_bz_points) return UMK_OK;
    return umk_call_fail(call, "bz_map", "it does not cover bz_grid_addresses");
}

/* The sparse layout: point i is an image of GR point i, and more are N + others[i] ... N + others[i + 1] - 1. */
static umk_status take_sparse(umk_grid_view *view, const umk_call *call, const int64_t *others) {
    umk_status status = UMK_OK;
    umk_grid *grid = &view->grid;
    int64_t n = grid->n_points, next = 0;
    for (int64_t i = 0; i < n; i++) {
        if (others[i + 1] < others[i]) return umk_call_fail(call, "bz_map", "its last part descends");
    }
    if (others[0] != 0 || n + others[n] != grid->n_bz_points) {
        return umk_call_fail(call, "bz_map", "it does not cover bz_grid_addresses");
    }
    UMK_ALLOCATE(call->context, view->to_caller, grid->n_bz_points);
    UMK_ALLOCATE(call->context, view->from_caller, grid->n_bz_points);
    for (int64_t i = 0; i < n; i++) {
        grid->bz_map[i] = next;
        view->to_caller[next++] = i;
        for (int64_t other = others[i]; other < others[i + 1]; other++) view->to_caller[next++] = n + other;
    }
    grid->bz_map[n] = next;
    for (int64_t i = 0; i < grid->n_bz_points; i++) view->from_caller[view->to_caller[i]] = i;
cleanup:
    return status;
}

static umk_status take_map(umk_grid_view *view, const umk_call *call) {
    int64_t type = umk_call_integer(call, "bz_grid_type"), n = view->grid.n_points;
    int64_t length = umk_call_length(call, "bz_map"), *bz_map = umk_call_integers(call, "bz_map");
    bool has_type = umk_call_given(call, "bz_grid_type");
    if (has_type && type != 1 && type != 2) {
        return umk_call_fail(call, "bz_grid_type", "%lld is neither 1 nor 2", (long long)type);
    }
    bool sparse = has_type && type == 1;
    int64_t expected = sparse ? 9 * n + 1 : n + 1;
    if (length != expected) {
        return umk_call_fail(call, "bz_map", "%lld elements, expected %lld", (long long)length, (long long)expected);
    }
    return sparse ? take_sparse(view, call, bz_map + 8 * n) : take_dense(view, call, bz_map);
}

umk_status umk_grid_view_create(umk_grid_view *view, const umk_call *call) {
    umk_status status = UMK_OK;
    umk_grid *grid = &view->grid;
    const int64_t(*addresses)[3] = (const int64_t(*)[3])umk_call_integers(call, "bz_grid_addresses");
    *view = (umk_grid_view){.to_caller = NULL};
    UMK_TRY(umk_view_mesh(call, grid->diagonal, &grid->n_points));
    UMK_TRY(umk_call_check_size(call, "bz_grid_addresses", largest_address));
    grid->n_bz_points = umk_call_size(call, "bz_grid_addresses", 0);
    grid->has_mesh_symmetry = true;
    UMK_ALLOCATE(call->context, grid->bz_map, grid->n_points + 1);
    UMK_TRY(take_map(view, call));
    UMK_ALLOCATE(call->context, grid->addresses, grid->n_bz_points);
    UMK_ALLOCATE(call->context, grid->bz_to_gr, grid->n_bz_points);
    for (int64_t i = 0; i < grid->n_points; i++) {
        for (int64_t j = grid->bz_map[i]; j < grid->bz_map[i + 1]; j++) {
            memcpy(grid->addresses[j], addresses[view->to_caller == NULL ? j : view->to_caller[j]],
                   3 * sizeof(int64_t));
            grid->bz_to_gr[j] = i;
        }
    }
cleanup:
    if (status != UMK_OK) umk_grid_view_clear(view);
    return status;
}

void umk_grid_view_clear(umk_grid_view *view) {
    umk_release(view->grid.bz_map);
    umk_release(view->grid.addresses);
    umk_release(view->grid.bz_to_gr);
    umk_release(view->grid.rotations);
    umk_release(view->to_caller);
    umk_release(view->from_caller);
    *view = (umk_grid_view){.to_caller = NULL};
}

void umk_grid_view_set_q(umk_grid_view *view, const int64_t q[9]) {
    umk_grid *grid = &view->grid;
    memcpy(grid->q, q, sizeof grid->q);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) grid->qd_inverse[i][j] = (double)grid->q[i][j] * (1 / (double)grid->diagonal[j]);
    }
}

umk_status umk_grid_view_set_zone(umk_grid_view *view, const umk_call *call, const char *lattice, const char *q) {
    umk_status status = UMK_OK;
    umk_grid *grid = &view->grid;
    UMK_TRY(umk_call_check_size(call, q, largest_entry));
    memcpy(grid->zone_lattice, umk_call_reals(call, lattice), sizeof grid->zone_lattice);
    memcpy(grid->zone_q, umk_call_integers(call, q), sizeof grid->zone_q);
    umk_grid_set_zone_tolerance(grid);
cleanup:
    return status;
}

umk_status umk_grid_view_set_rotations(umk_grid_view *view, const umk_call *call, const char *rotations) {
    umk_status status = UMK_OK;
    umk_grid *grid = &view->grid;
    enum { most_rotations = 48 };
    grid->n_rotations = umk_call_size(call, rotations, 0);
    if (grid->n_rotations > most_rotations) {
        return umk_call_fail(call, rotations, "more than %d rotations", (int)most_rotations);
    }
    UMK_TRY(umk_call_check_size(call, rotations, largest_entry));
    UMK_ALLOCATE(call->context, grid->rotations, grid->n_rotations);
    memcpy(grid->rotations, umk_call_integers(call, rotations), (size_t)grid->n_rotations * sizeof *grid->rotations);
cleanup:
    return status;
}

int64_t umk_grid_view_from_caller(const umk_grid_view *view, int64_t point) {
    return view->from_caller == NULL ? point : view->from_caller[point];
}

/* ---- phonons ----------------------------------------------------------------------------------------------------*/

static umk_status reorder(umk_phonons_view *view, umk_context *context, const umk_grid_view *grid) {
    umk_status status = UMK_OK;
    umk_phonons *phonons = &view->phonons;
    int64_t n = phonons->n_bands;
    UMK_ALLOCATE(context, view->frequencies, phonons->n_points * n);
    for (int64_t i = 0; i < phonons->n_points; i++) {
        memcpy(view->frequencies + i * n, phonons->frequencies + grid->to_caller[i] * n, (size_t)n * sizeof(double));
    }
    phonons->frequencies = view->frequencies;
    if (phonons->eigenvectors == NULL) return UMK_OK;
    UMK_ALLOCATE(context, view->eigenvectors, phonons->n_points * n * n);
    for (int64_t i = 0; i < phonons->n_points; i++) {
        memcpy(view->eigenvectors + i * n * n, phonons->eigenvectors + grid->to_caller[i] * n * n,
               (size_t)(n * n) * sizeof(double complex));
    }
    phonons->eigenvectors = view->eigenvectors;
cleanup:
    return status;
}

static void find_sets(umk_phonons *phonons, const umk_grid_view *grid, const int64_t *degenerate_ids) {
    int64_t n = phonons->n_bands;
    for (int64_t i = 0; i < phonons->n_points; i++) {
        const int64_t *ids =
            degenerate_ids == NULL ? NULL : degenerate_ids + n * (grid->to_caller == NULL ? i : grid->to_caller[i]);
        int64_t *set_first = phonons->set_first + i * n;
        for (int64_t band = 0; band < n; band++) {
            bool same = ids != NULL && band > 0 && ids[band] == ids[band - 1];
            set_first[band] = same ? set_first[band - 1] : band;
        }
    }
}

umk_status umk_phonons_view_create(umk_phonons_view *view, umk_context *context, const umk_grid_view *grid,
                                   int64_t n_bands, const double *frequencies, const double complex *eigenvectors,
                                   const int64_t *degenerate_ids) {
    umk_status status = UMK_OK;
    umk_phonons *phonons = &view->phonons;
    *view = (umk_phonons_view){.frequencies = NULL};
    if (n_bands > UMK_VIEW_MOST_BANDS) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "argument frequencies: more than %d bands", UMK_VIEW_MOST_BANDS);
    }
    phonons->n_points = grid->grid.n_bz_points;
    phonons->n_bands = n_bands;
    phonons->frequencies = (double *)frequencies; /* read only, as all of umk_phonons is to those who use it */
    phonons->eigenvectors = (double complex *)eigenvectors;
    UMK_ALLOCATE(context, phonons->q_points, phonons->n_points);
    UMK_ALLOCATE(context, phonons->set_first, phonons->n_points * n_bands);
    for (int64_t i = 0; i < phonons->n_points; i++) umk_grid_q_point(&grid->grid, i, phonons->q_points[i]);
    find_sets(phonons, grid, degenerate_ids);
    if (grid->to_caller != NULL) UMK_TRY(reorder(view, context, grid));
cleanup:
    if (status != UMK_OK) umk_phonons_view_clear(view);
    return status;
}

void umk_phonons_view_clear(umk_phonons_view *view) {
    umk_release(view->phonons.q_points);
    umk_release(view->phonons.set_first);
    umk_release(view->frequencies);
    umk_release(view->eigenvectors);
    *view = (umk_phonons_view){.frequencies = NULL};
}

/* ---- atoms ------------------------------------------------------------------------------------------------------*/

umk_status umk_call_check_bands(const umk_call *call, const char *name, int axis, int64_t n_primitive) {
    int64_t n = umk_call_size(call, name, axis);
    if (n == 3 * n_primitive) return UMK_OK;
    return umk_call_fail(call, name, "size of axis %d is %lld, expected %lld for %lld atoms", axis, (long long)n,
                         (long long)(3 * n_primitive), (long long)n_primitive);
}

umk_status umk_call_check_images(const umk_call *call, const char *multiplicity) {
    const int64_t *pairs = umk_call_integers(call, multiplicity);
    int64_t n = umk_call_length(call, multiplicity) / 2, n_vectors = umk_call_size(call, "svecs", 0);
    for (int64_t i = 0; i < n; i++) {
        int64_t count = pairs[2 * i], first = pairs[2 * i + 1];
        if (count >= 1 && first >= 0 && count <= n_vectors && first <= n_vectors - count) continue;
        return umk_call_fail(call, multiplicity, "%lld vectors from %lld on are not within the %lld of svecs",
                             (long long)count, (long long)first, (long long)n_vectors);
    }
    return UMK_OK;
}

umk_status umk_call_kinds(const umk_call *call, int64_t *kinds) {
    umk_status status = UMK_OK;
    int64_t n_p = umk_call_size(call, "p2s_map", 0), n_s = umk_call_size(call, "s2p_map", 0);
    const int64_t *p2s = umk_call_integers(call, "p2s_map"), *s2p = umk_call_integers(call, "s2p_map");
    UMK_TRY(umk_call_check_range(call, "p2s_map", n_s));
    UMK_TRY(umk_call_check_range(call, "s2p_map", n_s));
    for (int64_t s = 0; s < n_s; s++) {
        kinds[s] = -1;
        for (int64_t p = 0; p < n_p && kinds[s] < 0; p++) kinds[s] = p2s[p] == s2p[s] ? p : -1;
        if (kinds[s] < 0) return umk_call_fail(call, "s2p_map", "%lld is not in p2s_map", (long long)s2p[s]);
    }
cleanup:
    return status;
}

uint64_t umk_call_hash(uint64_t hash, const umk_call *call, const char *name) {
    const umk_call_parameter *parameter = call->function->parameters;
    while (strcmp(parameter->name, name) != 0) parameter++;
    size_t size = parameter->kind == UMK_CALL_BYTES ? 1 : parameter->kind == UMK_CALL_COMPLEXES ? 16 : 8;
    return umk_hash(hash, umk_call_value_of(call, name)->data, (size_t)umk_call_length(call, name) * size);
}
