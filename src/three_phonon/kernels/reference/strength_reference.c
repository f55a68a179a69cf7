/*
 * The readable strength kernel: the definition, triplet by triplet, from fc3 as it is stored. Slow; the others are held
 * against it.
 *
 * Phys. Rev. B 91, 094306 (2015), eqs. 5 and 6. With the home atom i on leg 0,
 *   Phi_{ijk}(q0, q1, q2) = exp(2 pi i (q0 + q1 + q2) tau_i) sum_{j' in j, k' in k} fc3(i, j', k') p(q1; i, j') p(q2;
 * i, k'), p(q; i, j') = mean over the shortest images s of exp(2 pi i q s_{ij'}), and V = sum e(q0)_i e(q1)_j e(q2)_k
 * Phi_{ijk} / sqrt(m_i m_j m_k). The default takes the mean over i on legs 0, 1 and 2; where the shortest images of a
 * triple are unique the term of leg 0 is taken alone (phono3py's rule).
 */
#include "three_phonon/reference_fc3.h"
#include <math.h>
#include <string.h>

typedef struct scratch {
    double complex *phases[3]; /* (n_s, n_p) p(q; i, j') of each leg */
    double complex *phi;       /* (n, n, n) components of the three legs */
    double complex *half;      /* (n, n, n) leg 2 contracted */
    double complex *quarter;   /* (n, n, n) legs 2 and 1 contracted */
    double *sum;               /* (n, n, n) the mean square */
} scratch;

static int64_t n_pairs(const umk_interaction *interaction) {
    return interaction->reference_fc3->n_supercell * interaction->n_primitive;
}

static scratch lay_out(const umk_interaction *interaction, void *workspace) {
    int64_t cube = interaction->n_bands * interaction->n_bands * interaction->n_bands;
    scratch scratch;
    double complex *next = workspace;
    for (int leg = 0; leg < 3; leg++) {
        scratch.phases[leg] = next;
        next += n_pairs(interaction);
    }
    scratch.phi = next;
    scratch.half = scratch.phi + cube;
    scratch.quarter = scratch.half + cube;
    scratch.sum = (double *)(scratch.quarter + cube);
    return scratch;
}

static int64_t workspace_size(const umk_interaction *interaction, const umk_strength_mesh *mesh, int64_t n_triplets) {
    (void)mesh;
    (void)n_triplets;
    int64_t cube = interaction->n_bands * interaction->n_bands * interaction->n_bands;
    return (3 * n_pairs(interaction) + 3 * cube) * (int64_t)sizeof(double complex) + cube * (int64_t)sizeof(double);
}

/* Triplets as they come; nothing is prepared. */
static umk_status plan_triplets(umk_strength_plan *plan, umk_context *context, const umk_strength_mesh *mesh,
                                const umk_grid *grid, const int64_t (*triplets)[3]) {
    (void)context;
    (void)mesh;
    (void)grid;
    (void)triplets;
    for (int64_t t = 0; t < plan->n_triplets; t++) {
        plan->order[t] = t;
        plan->ends_run[t] = true;
    }
    plan->group_bands = 1;
    plan->group_bytes = 64;
    return UMK_OK;
}

static double complex turn(double x) {
    return umk_complex(cos(2 * UMK_PI * x), sin(2 * UMK_PI * x));
}

static void fill_phases(const umk_reference_fc3 *fc3, const double *q, double complex *phases) {
    for (int64_t pair = 0; pair < fc3->n_supercell * fc3->n_primitive; pair++) {
        double complex sum = 0;
        int64_t count = fc3->multiplicity[2 * pair], first = fc3->multiplicity[2 * pair + 1];
        for (int64_t image = first; image < first + count; image++) {
            const double *s = fc3->shortest_vectors[image];
            sum += turn(q[0] * s[0] + q[1] * s[1] + q[2] * s[2]);
        }
        phases[pair] = sum / (double)count;
    }
}

/* Adds the terms with the home atom on one leg to phi. */
static void transform_leg(const umk_interaction *interaction, int home_leg, const umk_leg *const legs[3],
                          const scratch *scratch) {
    static const int second[3] = {1, 0, 1}, third[3] = {2, 2, 0};
    const umk_reference_fc3 *fc3 = interaction->reference_fc3;
    int64_t n = interaction->n_bands, n_p = interaction->n_primitive, n_s = fc3->n_supercell;
    int leg_j = second[home_leg], leg_k = third[home_leg];
    const int64_t stride[3] = {n * n, n, 1};
    for (int64_t i = 0; i < n_p; i++) {
        double shift = 0;
        for (int c = 0; c < 3; c++)
            shift += (legs[0]->q[c] + legs[1]->q[c] + legs[2]->q[c]) * interaction->positions[i][c];
        for (int64_t j = 0; j < n_s; j++) {
            for (int64_t k = 0; k < n_s; k++) {
                int64_t block = (i * n_s + j) * n_s + k;
                bool alone = fc3->all_shortest == NULL || fc3->all_shortest[block];
                if (alone && home_leg > 0) continue;
                double complex factor =
                    turn(shift) * scratch->phases[leg_j][j * n_p + i] * scratch->phases[leg_k][k * n_p + i];
                if (!alone) factor /= 3;
                double complex *out = scratch->phi + 3 * (i * stride[home_leg] + fc3->kinds[j] * stride[leg_j] +
                                                          fc3->kinds[k] * stride[leg_k]);
                for (int a = 0; a < 27; a++) {
                    out[a / 9 * stride[home_leg] + a / 3 % 3 * stride[leg_j] + a % 3 * stride[leg_k]] +=
                        factor * fc3->values[block * 27 + a];
                }
            }
        }
    }
}

/* out (n, n, n) [rest][band] = sum_x e[x][band] m^-1/2 in [rest][x], so that three calls contract the three legs. */
static void contract_leg(const umk_interaction *interaction, const umk_leg *leg, const double complex *in,
                         double complex *out) {
    int64_t n = interaction->n_bands;
    for (int64_t rest = 0; rest < n * n; rest++) {
        for (int64_t band = 0; band < n; band++) {
            double complex sum = 0;
            for (int64_t x = 0; x < n; x++) {
                sum += leg->eigenvectors[x * n + band] * interaction->inverse_root_masses[x / 3] * in[rest * n + x];
            }
            /* [x0][x1][band2] -> [band2][x0][x1]: the next leg becomes the last index */
            out[band * n * n + rest] = sum;
        }
    }
}

/* scratch->half[nu0][nu1][nu2] = V for one order of the legs. */
static void amplitudes(const umk_interaction *interaction, const umk_leg *const legs[3], const scratch *scratch) {
    const umk_reference_fc3 *fc3 = interaction->reference_fc3;
    int64_t n = interaction->n_bands;
    memset(scratch->phi, 0, (size_t)(n * n * n) * sizeof *scratch->phi);
    for (int leg = 0; leg < 3; leg++) fill_phases(fc3, legs[leg]->q, scratch->phases[leg]);
    for (int home_leg = 0; home_leg < (fc3->all_shortest == NULL ? 1 : 3); home_leg++) {
        transform_leg(interaction, home_leg, legs, scratch);
    }
    contract_leg(interaction, legs[2], scratch->phi, scratch->half);
    contract_leg(interaction, legs[1], scratch->half, scratch->quarter);
    contract_leg(interaction, legs[0], scratch->quarter, scratch->half);
}

/* The mean of |V|^2 over the orders of the three legs (one order without symmetrize_fc3q) into
 * scratch->sum[nu0][nu1][nu2]. */
static void mean_square(const umk_interaction *interaction, const umk_leg *const legs[3], const scratch *scratch) {
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int64_t n = interaction->n_bands, n_orders = interaction->symmetrize_fc3q ? 6 : 1;
    memset(scratch->sum, 0, (size_t)(n * n * n) * sizeof *scratch->sum);
    for (int64_t o = 0; o < n_orders; o++) {
        const int *order = orders[o];
        const umk_leg *permuted[3] = {legs[order[0]], legs[order[1]], legs[order[2]]};
        amplitudes(interaction, permuted, scratch);
        for (int64_t m = 0; m < n * n * n; m++) {
            int64_t band[3], index[3] = {m / (n * n), m / n % n, m % n};
            for (int leg = 0; leg < 3; leg++) band[order[leg]] = index[leg];
            double re = creal(scratch->half[m]), im = cimag(scratch->half[m]);
            scratch->sum[(band[0] * n + band[1]) * n + band[2]] += (re * re + im * im) / (double)n_orders;
        }
    }
}

static void strength(const umk_strength_point *point, const umk_strength_batch *batch, void *workspace) {
    const umk_interaction *interaction = point->plan->interaction;
    int64_t n = interaction->n_bands;
    scratch scratch = lay_out(interaction, workspace);
    for (int64_t t = 0; t < batch->n_triplets; t++) {
        const umk_leg *legs[3] = {&point->leg, &batch->leg1[t], &batch->leg2[t]};
        mean_square(interaction, legs, &scratch);
        for (int64_t e = batch->first[t]; e < batch->first[t + 1]; e++) {
            const umk_band_triple *bands = &batch->triples[e];
            batch->strength[e] = scratch.sum[(bands->band0 * n + bands->band1) * n + bands->band2];
        }
    }
    umk_strength_scale(point, batch);
}

const umk_strength_kernel umk_strength_kernel_reference = {
    .plan = plan_triplets,
    .workspace_size = workspace_size,
    .strength = strength,
};
