/*
 * Three-phonon interaction strength |V|^2 (Chaput, Togo, Tanaka, Hug, Phys. Rev. B 84, 094302 (2011), eq. 8; as |Phi|^2
 * in Togo, Chaput, Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 6), computed for one grid point and a batch of triplets
 * at a time.
 */
#ifndef UMKLAPP_INTERACTION_H
#define UMKLAPP_INTERACTION_H

#include <umklapp/phonons.h>

typedef struct umk_interaction umk_interaction;

typedef struct umk_interaction_options {
    bool no_r0_average;      /* --v2: home atom on leg 0 only; default: average over the three choices of home atom */
    bool symmetrize_fc3q;    /* --sym-fc3q: average |V|^2 over the permutations of the triplet */
    double cutoff_frequency; /* THz; modes at or below it do not scatter; < 0: UMK_CUTOFF_FREQUENCY */
    const char *kernels;     /* "reference" (by definition, slow), "portable", "avx2", "avx512", "neon"; NULL: what the
                              * environment variable UMKLAPP_KERNELS names, else the fastest that runs here */
} umk_interaction_options;

#define UMK_INTERACTION_OPTIONS_INIT                                                                                   \
    { false, false, -1, 0 }

/**
 * Prepares fc3 (translation-invariant form); crystal and fc3 may be destroyed afterwards. options may be NULL. The
 * caller ends *interaction with umk_interaction_destroy. Fails with UMK_ERROR_ARGUMENT for an unknown kernel or an fc3
 * of another crystal, UMK_ERROR_INPUT for a supercell that is too large, UMK_ERROR_MEMORY above the limit.
 */
UMK_API umk_status umk_interaction_create(umk_interaction **interaction, umk_context *context,
                                          const umk_crystal *crystal, const umk_fc3 *fc3,
                                          const umk_interaction_options *options);
UMK_API void umk_interaction_destroy(umk_interaction *interaction);

/** Name of the kernels in use: "avx512", ..., or "reference", which symmetrize_fc3q always takes. */
UMK_API const char *umk_interaction_kernels(const umk_interaction *interaction);

/**
 * |V|^2 in eV^2 (with 1/N of the grid, as phono3py writes it) of all band triples of triplets (n_triplets, 3) of BZ
 * points. strength: (n_triplets, n_bands, n_bands, n_bands), 0 where a mode is at or below the cut-off frequency. For
 * figures and tests; linewidths use the same kernel without storing. UMK_ERROR_ARGUMENT for points that do not exist or
 * do not sum to a reciprocal lattice vector, or phonons that do not belong to grid and interaction; UMK_ERROR_MEMORY
 * above the limit.
 */
UMK_API umk_status umk_interaction_strength(const umk_interaction *interaction, umk_context *context,
                                            const umk_phonons *phonons, const umk_grid *grid, int64_t n_triplets,
                                            const int64_t (*triplets)[3], double *strength);

#endif
