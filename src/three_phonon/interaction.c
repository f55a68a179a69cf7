/*
 * The interaction: choice of kernel, units, and what kernels share.
 *
 * |Phi(q0 nu0, q1 nu1, q2 nu2)|^2 of Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 6, in eV^2, with 1/N.
 */
#include "three_phonon/interaction.h"
#include "linalg/hermitian.h"
#include "three_phonon/lattice_fc3.h"
#include "three_phonon/reference_fc3.h"
#include <math.h>
#include <string.h>

static umk_status choose_kernel(umk_interaction *interaction, umk_context *context, const char *name) {
    if (name == NULL) name = interaction->symmetrize_fc3q ? "reference" : "engine";
    const umk_strength_kernel *const kernels[] = {&umk_strength_kernel_engine, &umk_strength_kernel_reference};
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        if (strcmp(kernels[i]->name, name) == 0) interaction->kernel = kernels[i];
    }
    if (interaction->kernel == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "unknown strength kernel \"%s\": engine or reference", name);
    }
    if (interaction->symmetrize_fc3q && interaction->kernel != &umk_strength_kernel_reference) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "only the reference kernel symmetrizes fc3 in reciprocal space");
    }
    return UMK_OK;
}

umk_status umk_interaction_create(umk_interaction **interaction, umk_context *context, const umk_crystal *crystal,
                                  const umk_fc3 *fc3, const umk_interaction_options *options) {
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
    umk_lapack_use_one_thread(); /* the products of the engine run inside parallel loops */
    UMK_TRY(choose_kernel(made, context, chosen.kernel));
    UMK_ALLOCATE(context, made->positions, made->n_primitive);
    UMK_ALLOCATE(context, made->inverse_root_masses, made->n_primitive);
    for (int64_t i = 0; i < made->n_primitive; i++) {
        memcpy(made->positions[i], crystal->primitive.positions[i], sizeof made->positions[i]);
        made->inverse_root_masses[i] = 1 / sqrt(crystal->primitive.masses[i]);
    }
    if (made->kernel == &umk_strength_kernel_engine) {
        UMK_TRY(umk_lattice_fc3_create(&made->lattice_fc3, context, crystal, fc3, !chosen.no_r0_average));
    } else {
        UMK_TRY(umk_reference_fc3_create(&made->reference_fc3, context, crystal, fc3, !chosen.no_r0_average));
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

/* A constant, not a share of the machine's memory: the same input gives the same products and the same bits anywhere.
 */
static const double block_bytes = 256e6;

int64_t umk_interaction_block_bands(const umk_interaction *interaction) {
    double n_bands = (double)interaction->n_bands, one = (double)interaction->kernel->point_size(interaction, 1);
    if (n_bands * one <= block_bytes) return interaction->n_bands;
    return one < block_bytes ? (int64_t)(block_bytes / one) : 1;
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

void umk_strength_scale(const umk_interaction *interaction, const umk_strength_point *point, const umk_leg *leg1,
                        const umk_leg *leg2, const int8_t *is_zero, double *strength) {
    int64_t n = interaction->n_bands;
    double cutoff = interaction->cutoff_frequency;
    for (int64_t b0 = 0; b0 < point->n_block_bands; b0++) {
        double f0 = point->leg.frequencies[point->first_band + b0];
        for (int64_t b1 = 0; b1 < n; b1++) {
            double f1 = leg1->frequencies[b1];
            bool row_scatters = f0 > cutoff && f1 > cutoff;
            for (int64_t b2 = 0; b2 < n; b2++) {
                int64_t element = (b0 * n + b1) * n + b2;
                double f2 = leg2->frequencies[b2];
                bool wanted = is_zero == NULL || !is_zero[element];
                if (row_scatters && f2 > cutoff && wanted) {
                    strength[element] /= f0 * f1 * f2;
                } else {
                    strength[element] = 0;
                }
            }
        }
    }
}

umk_leg umk_leg_of(const umk_phonons *phonons, int64_t index) {
    int64_t n = phonons->n_bands;
    return (umk_leg){phonons->q_points[index], phonons->frequencies + index * n, phonons->eigenvectors + index * n * n};
}
