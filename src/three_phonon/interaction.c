/*
 * The interaction: choice of kernel, units, and what kernels share.
 *
 * |Phi(q0 nu0, q1 nu1, q2 nu2)|^2 of Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 6, in eV^2, with 1/N.
 */
#include "three_phonon/interaction.h"
#include "base/hash.h"
#include "three_phonon/kernels/engine/engine.h"
#include "three_phonon/reference_fc3.h"
#include "three_phonon/triples.h"
#include <math.h>
#include <string.h>

static const umk_strength_loops *const loops_of_set[UMK_N_KERNEL_SETS] = {UMK_KERNEL_TABLES(umk_strength_loops)};

static umk_status choose_kernel(umk_interaction *interaction, umk_context *context, const char *name) {
    umk_status status = UMK_OK;
    bool only_reference = interaction->symmetrize_fc3q;
    UMK_TRY(umk_kernel_set_choose(&interaction->kernel_set, context, name));
    if (only_reference && name != NULL && interaction->kernel_set != UMK_KERNELS_REFERENCE) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "only the reference kernel symmetrizes fc3 in reciprocal space");
    }
    if (only_reference || interaction->kernel_set == UMK_KERNELS_REFERENCE) {
        interaction->kernel_set = UMK_KERNELS_REFERENCE;
        interaction->kernel = &umk_strength_kernel_reference;
    } else {
        interaction->kernel = &umk_strength_kernel_engine;
        interaction->loops = loops_of_set[interaction->kernel_set];
    }
cleanup:
    return status;
}

umk_status umk_interaction_create(umk_interaction **interaction, umk_context *context, const umk_crystal *crystal,
                                  const umk_fc3 *fc3, const umk_interaction_options *options) {
    umk_status status = UMK_OK;
    int8_t *all_shortest = NULL;
    *interaction = NULL;
    if (options == NULL || !options->no_r0_average) UMK_TRY(umk_all_shortest(&all_shortest, context, crystal));
    UMK_TRY(umk_interaction_create_with(interaction, context, crystal, fc3, all_shortest, options));
cleanup:
    umk_release(all_shortest);
    return status;
}

umk_status umk_interaction_create_with(umk_interaction **interaction, umk_context *context, const umk_crystal *crystal,
                                       const umk_fc3 *fc3, const int8_t *all_shortest,
                                       const umk_interaction_options *options) {
    umk_status status = UMK_OK;
    umk_interaction_options chosen = UMK_INTERACTION_OPTIONS_INIT;
    if (options != NULL) chosen = *options;
    umk_interaction *made = NULL;
    *interaction = NULL;
    if (fc3->n_primitive != crystal->primitive.n_atoms || fc3->n_supercell != crystal->supercell.cell.n_atoms) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "fc3 is of another crystal");
    }
    UMK_ALLOCATE(context, made, 1);
    made->n_primitive = crystal->primitive.n_atoms;
    made->n_bands = 3 * made->n_primitive;
    made->cutoff_frequency = chosen.cutoff_frequency < 0 ? UMK_CUTOFF_FREQUENCY : chosen.cutoff_frequency;
    made->symmetrize_fc3q = chosen.symmetrize_fc3q;
    UMK_TRY(choose_kernel(made, context, chosen.kernels));
    UMK_ALLOCATE(context, made->positions, made->n_primitive);
    UMK_ALLOCATE(context, made->inverse_root_masses, made->n_primitive);
    for (int64_t i = 0; i < made->n_primitive; i++) {
        memcpy(made->positions[i], crystal->primitive.positions[i], sizeof made->positions[i]);
        made->inverse_root_masses[i] = 1 / sqrt(crystal->primitive.masses[i]);
    }
    if (made->kernel == &umk_strength_kernel_engine) {
        UMK_TRY(umk_lattice_fc3_create(&made->lattice_fc3, context, crystal, fc3, all_shortest));
        made->exchangeable = umk_engine_is_exchangeable(made->lattice_fc3);
    } else {
        UMK_TRY(umk_reference_fc3_create(&made->reference_fc3, context, crystal, fc3, all_shortest));
    }
    *interaction = made;
    made = NULL;
cleanup:
    umk_interaction_destroy(made);
    return status;
}

void umk_interaction_destroy(umk_interaction *interaction) {
    if (interaction == NULL) return;
    umk_lattice_fc3_destroy(interaction->lattice_fc3);
    umk_reference_fc3_destroy(interaction->reference_fc3);
    umk_release(interaction->positions);
    umk_release(interaction->inverse_root_masses);
    umk_release(interaction);
}

const char *umk_interaction_kernels(const umk_interaction *interaction) {
    return umk_kernel_set_name(interaction->kernel_set);
}

double umk_strength_factor(int64_t n_grid) {
    double hbar = UMK_PLANCK_EV / (2 * UMK_PI) * UMK_ELEMENTARY_CHARGE;        /* J s */
    double fc3_square = UMK_ELEMENTARY_CHARGE * UMK_ELEMENTARY_CHARGE / 1e-60; /* (eV/A^3)^2 in (J/m^3)^2 */
    double angular = 2 * UMK_PI * 1e12;
    double joule = hbar * hbar * hbar / 36 / 8 * fc3_square / (angular * angular * angular) /
                   (UMK_ATOMIC_MASS * UMK_ATOMIC_MASS * UMK_ATOMIC_MASS) / (double)n_grid;
    return joule / (UMK_ELEMENTARY_CHARGE * UMK_ELEMENTARY_CHARGE);
}

void umk_periodic_eigenvectors(const umk_interaction *interaction, const umk_leg *leg, double complex *w) {
    int64_t n = interaction->n_bands;
    for (int64_t atom = 0; atom < interaction->n_primitive; atom++) {
        const double *tau = interaction->positions[atom];
        double turn = leg->q[0] * tau[0] + leg->q[1] * tau[1] + leg->q[2] * tau[2];
        turn = 2 * UMK_PI * (turn - nearbyint(turn));
        double re = cos(turn) * interaction->inverse_root_masses[atom];
        double im = sin(turn) * interaction->inverse_root_masses[atom];
        for (int64_t x = 3 * atom * n; x < 3 * (atom + 1) * n; x++) {
            double e_re = creal(leg->eigenvectors[x]), e_im = cimag(leg->eigenvectors[x]);
            w[x] = umk_complex(re * e_re - im * e_im, re * e_im + im * e_re);
        }
    }
}

void umk_strength_scale(const umk_strength_point *point, const umk_strength_batch *batch) {
    double cutoff = point->plan->interaction->cutoff_frequency;
    const double *f0 = point->leg.frequencies;
    for (int64_t t = 0; t < batch->n_triplets; t++) {
        const double *f1 = batch->leg1[t].frequencies, *f2 = batch->leg2[t].frequencies;
        for (int64_t e = batch->first[t]; e < batch->first[t + 1]; e++) {
            const umk_band_triple *bands = &batch->triples[e];
            double a = f0[bands->band0], b = f1[bands->band1], c = f2[bands->band2];
            bool scatters = a > cutoff && b > cutoff && c > cutoff;
            batch->strength[e] = scatters ? batch->strength[e] / (a * b * c) : 0;
        }
    }
}

uint64_t umk_interaction_fingerprint(const umk_interaction *interaction) {
    const umk_lattice_fc3 *lattice = interaction->lattice_fc3;
    const umk_reference_fc3 *reference = interaction->reference_fc3;
    const char *kernels = umk_interaction_kernels(interaction);
    int64_t n = interaction->n_primitive;
    uint64_t print = umk_hash(0, kernels, strlen(kernels));
    print = umk_hash(print, interaction->inverse_root_masses, n * sizeof(double));
    print = umk_hash(print, &interaction->cutoff_frequency, sizeof(double));
    print = umk_hash(print, &interaction->symmetrize_fc3q, sizeof(bool));
    if (lattice != NULL) {
        print = umk_hash(print, lattice->blocks, lattice->first[lattice->n_rb] * sizeof *lattice->blocks);
    }
    if (reference != NULL) {
        int64_t n_values = 27 * reference->n_primitive * reference->n_supercell * reference->n_supercell;
        print = umk_hash(print, reference->values, n_values * sizeof(double));
    }
    return print;
}

umk_leg umk_leg_of(const umk_phonons *phonons, int64_t index) {
    int64_t n = phonons->n_bands;
    return (umk_leg){phonons->q_points[index], phonons->frequencies + index * n, phonons->eigenvectors + index * n * n};
}
