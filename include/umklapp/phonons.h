/* Phonons on a set of q-points: frequencies, eigenvectors, degenerate sets. */
#ifndef UMKLAPP_PHONONS_H
#define UMKLAPP_PHONONS_H

#include <umklapp/grid.h>
#include <umklapp/harmonic.h>

typedef struct umk_phonons umk_phonons;

typedef struct umk_phonons_options {
    double degeneracy_tolerance; /* THz; 0: UMK_DEGENERACY_TOLERANCE */
    bool exclude_gamma_acoustic; /* set the three acoustic frequencies at Gamma to exactly 0 */
} umk_phonons_options;

#define UMK_PHONONS_OPTIONS_INIT                                                                                       \
    { 0, false }

/**
 * Phonons at all BZ points of a grid, each at its stored BZ address (the non-analytic term differs between images).
 * Frequencies of BZ points that a point-group operation maps onto each other (without the non-analytic term also those
 * that differ by a reciprocal lattice vector) are bit-identical: the first is diagonalized, its frequencies are copied
 * and its eigenvectors rotated. Where the dynamical matrix breaks the symmetry of the crystal by more than 1e-6 of its
 * largest element, each point is diagonalized and keeps its eigenvectors; where a copied frequency would differ from
 * the point's own by more than 1e-4 THz, a warning is logged and the own ones are kept. Grid points run in parallel.
 * The caller ends *phonons with umk_phonons_destroy; harmonic and grid are not needed afterwards. Fails with
 * UMK_ERROR_ARGUMENT for a negative tolerance, UMK_ERROR_MEMORY above the limit, UMK_ERROR_NUMERICAL when the LAPACK
 * library does not converge or is wrong (the first 16 solutions are checked), UMK_ERROR_CANCELLED.
 */
UMK_API umk_status umk_phonons_create(umk_phonons **phonons, umk_context *context, const umk_harmonic *harmonic,
                                      const umk_grid *grid, const umk_phonons_options *options);

/**
 * Phonons at n_points >= 1 given q-points (n_points, 3), fractional, each on its own; for legs that lie off the mesh.
 * Ownership and errors as above; UMK_ERROR_ARGUMENT for no points.
 */
UMK_API umk_status umk_phonons_create_at(umk_phonons **phonons, umk_context *context, const umk_harmonic *harmonic,
                                         int64_t n_points, const double (*q_points)[3],
                                         const umk_phonons_options *options);
/** Bytes that phonons at n_points q-points with n_bands bands need; checked against the context's limit before
 * allocation. */
UMK_API double umk_phonons_memory(int64_t n_points, int64_t n_bands);
UMK_API void umk_phonons_destroy(umk_phonons *phonons);

UMK_API int64_t umk_phonons_n_points(const umk_phonons *phonons);
UMK_API int64_t umk_phonons_n_bands(const umk_phonons *phonons);
/** (n_points, n_bands) THz, borrowed. */
UMK_API const double *umk_phonons_frequencies(const umk_phonons *phonons);
/** (n_points, n_bands components, n_bands bands) complex as pairs (re, im), borrowed. */
UMK_API const double *umk_phonons_eigenvectors(const umk_phonons *phonons);
/** Number of modes (over the grid, BZ images counted once) with a frequency below -tolerance THz, and the lowest
 * frequency. */
UMK_API int64_t umk_phonons_count_imaginary(const umk_phonons *phonons, double tolerance, double *lowest);

#endif
