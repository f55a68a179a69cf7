/*
 * Which points of a grid have the same frequencies: f(R q) = f(q) for the rotations R of the point group and, by time
 * reversal, for their negatives; without a non-analytic term also f(q + G) = f(q). With it the sum over G is truncated
 * (or interpolated, Wang et al.) and images of a q-point differ, so that there only rotations of the stored address
 * count.
 */
#include "linalg/matrix3.h"
#include "phonon/phonons.h"

/* Orbits of fine grids take seconds: the caller's wish to stop is looked at after so many points. */
enum { points_per_check = 1 << 15 };

/* Gives all BZ points of one GR point where they come from. */
static void mark_images(umk_orbit_member *members, const umk_grid *grid, int64_t gr_point, umk_orbit_member member) {
    for (int64_t point = grid->bz_map[gr_point]; point < grid->bz_map[gr_point + 1]; point++) {
        if (members[point].representative < 0) members[point] = member;
    }
}

/* The identity is among the rotations, so that with periodic the images of the point itself are marked too. */
static void mark_orbit(umk_orbit_member *members, const umk_grid *grid, int64_t point, bool periodic) {
    members[point].representative = point;
    for (int64_t r = 0; r < grid->n_rotations; r++) {
        int64_t address[3];
        umk_orbit_member member = {point, r};
        umk_apply3_integer(address, (const int64_t(*)[3])grid->rotations[r], grid->addresses[point]);
        if (periodic) {
            mark_images(members, grid, umk_grid_index(grid, address), member);
            continue;
        }
        int64_t image = umk_grid_bz_index(grid, address);
        const int64_t *stored = grid->addresses[image];
        bool is_stored = stored[0] == address[0] && stored[1] == address[1] && stored[2] == address[2];
        if (is_stored && members[image].representative < 0) members[image] = member;
    }
}

umk_status umk_phonon_orbits(umk_orbit_member **members, umk_context *context, const umk_grid *grid, bool periodic) {
    umk_status status = UMK_OK;
    *members = NULL;
    UMK_ALLOCATE(context, *members, grid->n_bz_points);
    for (int64_t point = 0; point < grid->n_bz_points; point++) (*members)[point] = (umk_orbit_member){-1, 0};
    for (int64_t point = 0; point < grid->n_bz_points; point++) {
        if (point % points_per_check == 0) UMK_TRY(umk_check_cancel(context));
        if ((*members)[point].representative < 0) mark_orbit(*members, grid, point, periodic);
    }
cleanup:
    return status;
}
