/*
 * The fast strength kernel: the Fourier transform of fc3 is shared by the triplets of a grid point.
 *
 *   step 1, once per grid point and block of its bands:
 *       F[Rb; nu0; k1 b, k2 c] = sum_{k0 a} w(q0)[k0 a, nu0] sum_Ra exp(2 pi i q0 Ra) Phi[k0 a, k1 b, k2 c](Ra, Rb)
 *   step 2, per batch of triplets:
 *       G[t; nu0; k1 b, k2 c] = sum_Rb exp(2 pi i q1 Rb) F[Rb; nu0; k1 b, k2 c]
 *   step 3, per triplet:
 *       V[nu0, nu1, nu2] = sum_{k1 b} w(q1)[k1 b, nu1] sum_{k2 c} w(q2)[k2 c, nu2] G[nu0; k1 b, k2 c]
 *
 * with w(q) = e(q) exp(2 pi i q tau) / sqrt(m) (Phys. Rev. B 91, 094306 (2015), eq. 6, in the translation-invariant
 * form of lattice_fc3.h). Flops per triplet: 8 n_Rb n_b^3 in step 2, 8 n_b^4 and less than 8 n_b^4 in step 3. Steps 1
 * to 3a are matrix products of BLAS; the last contraction runs over the elements whose weight is not zero.
 */
#include "linalg/product.h"
#include "three_phonon/interaction.h"
#include "three_phonon/lattice_fc3.h"
#include <math.h>
#include <string.h>

static int64_t padded(int64_t bytes) {
    return (bytes + 63) / 64 * 64;
}

static int64_t complex_bytes(int64_t count) {
    return padded(count * (int64_t)sizeof(double complex));
}

static int64_t point_size(const umk_interaction *interaction, int64_t n_block_bands) {
    int64_t n = interaction->n_bands;
    return complex_bytes(interaction->lattice_fc3->n_rb * n_block_bands * n * n);
}

/** Scratch of one worker; prepare and strength use it in turn. */
enum { phases_part, axes_part, w0_part, w1_part, w2_part, slab_part, half_part, g_part, n_parts };

typedef struct scratch {
    double complex *axes;    /* (3, 2 reach + 1) */
    double complex *phases;  /* prepare: (n_ra); strength: (n_triplets, n_rb) */
    double complex *w0;      /* prepare: (n, n_block) */
    double complex *w1, *w2; /* strength: (n, n) */
    double complex *slab;    /* prepare: (n, n n) the transform of one Rb before leg 0 is contracted */
    double complex *half;    /* strength: (n_block, n, n) leg 2 contracted */
    double complex *g;       /* strength: (n_triplets, n_block, n, n) */
} scratch;

static void part_sizes(const umk_interaction *interaction, int64_t n_block, int64_t n_triplets,
                       int64_t bytes[n_parts]) {
    const umk_lattice_fc3 *fc3 = interaction->lattice_fc3;
    int64_t n = interaction->n_bands;
    int64_t n_phases = fc3->n_rb * n_triplets > fc3->n_ra ? fc3->n_rb * n_triplets : fc3->n_ra;
    bytes[phases_part] = complex_bytes(n_phases);
    bytes[axes_part] = complex_bytes(3 * (2 * fc3->reach + 1));
    bytes[w0_part] = bytes[w1_part] = bytes[w2_part] = complex_bytes(n * n);
    bytes[slab_part] = complex_bytes(n * n * n);
    bytes[half_part] = complex_bytes(n_block * n * n);
    bytes[g_part] = complex_bytes(n_triplets * n_block * n * n);
}

static scratch lay_out(const umk_interaction *interaction, int64_t n_block, int64_t n_triplets, void *workspace) {
    int64_t bytes[n_parts];
    double complex *parts[n_parts];
    char *next = workspace;
    part_sizes(interaction, n_block, n_triplets, bytes);
    for (int part = 0; part < n_parts; part++) {
        parts[part] = (double complex *)next;
        next += bytes[part];
    }
    return (scratch){parts[axes_part], parts[phases_part], parts[w0_part],   parts[w1_part],
                     parts[w2_part],   parts[slab_part],   parts[half_part], parts[g_part]};
}

static int64_t workspace_size(const umk_interaction *interaction, int64_t n_block_bands, int64_t n_triplets) {
    int64_t bytes[n_parts], sum = 0;
    part_sizes(interaction, n_block_bands, n_triplets, bytes);
    for (int part = 0; part < n_parts; part++) sum += bytes[part];
    return sum;
}

/** Lattice vectors Rb that prepare takes at a time. */
enum { piece_size = 16 };

static int64_t n_pieces(const umk_interaction *interaction) {
    return (interaction->lattice_fc3->n_rb + piece_size - 1) / piece_size;
}

/*
 * exp(2 pi i q R) for n lattice vectors, as a product over the three axes: axes (3, 2 reach + 1) holds the powers that
 * can occur, each from its own sine and cosine, so that errors do not add up.
 */
static void fill_phases(const double q[3], int64_t reach, int64_t n, int64_t (*const vectors)[3], double complex *axes,
                        double complex *phases) {
    int64_t width = 2 * reach + 1;
    for (int axis = 0; axis < 3; axis++) {
        for (int64_t step = -reach; step <= reach; step++) {
            double turn = q[axis] * (double)step;
            turn = 2 * UMK_PI * (turn - nearbyint(turn));
            axes[axis * width + reach + step] = umk_complex(cos(turn), sin(turn));
        }
    }
    for (int64_t i = 0; i < n; i++) {
        double complex xy = umk_times(axes[reach + vectors[i][0]], axes[width + reach + vectors[i][1]]);
        phases[i] = umk_times(xy, axes[2 * width + reach + vectors[i][2]]);
    }
}

/* slab[k0 a; k1 b, k2 c] += phase * Phi for every block of one Rb. */
static void transform_slab(const umk_lattice_fc3 *fc3, int64_t rb, int64_t n, const double complex *phases,
                           double complex *slab) {
    memset(slab, 0, (size_t)(n * n * n) * sizeof *slab);
    for (int64_t b = fc3->first[rb]; b < fc3->first[rb + 1]; b++) {
        const umk_lattice_block *block = &fc3->blocks[b];
        double re = creal(phases[block->ra]), im = cimag(phases[block->ra]);
        for (int row = 0; row < 9; row++) {
            int64_t a = 3 * block->k0 + row / 3, c1 = 3 * block->k1 + row % 3;
            double *out = (double *)(slab + (a * n + c1) * n + 3 * block->k2);
            for (int c = 0; c < 3; c++) {
                out[2 * c] += re * block->phi[row * 3 + c];
                out[2 * c + 1] += im * block->phi[row * 3 + c];
            }
        }
    }
}

/* w0 (n, n_block): the bands of the block out of the periodic eigenvectors of q0. */
static void fill_block_vectors(const umk_interaction *interaction, const umk_strength_point *point,
                               const scratch *scratch) {
    int64_t n = interaction->n_bands, n_block = point->n_block_bands;
    umk_periodic_eigenvectors(interaction, &point->leg, scratch->w1);
    for (int64_t a = 0; a < n; a++) {
        for (int64_t band = 0; band < n_block; band++) {
            scratch->w0[a * n_block + band] = scratch->w1[a * n + point->first_band + band];
        }
    }
}

static void prepare(const umk_interaction *interaction, const umk_strength_point *point, int64_t piece,
                    void *workspace) {
    const umk_lattice_fc3 *fc3 = interaction->lattice_fc3;
    int64_t n = interaction->n_bands, n_block = point->n_block_bands;
    int64_t begin = piece * piece_size, end = begin + piece_size < fc3->n_rb ? begin + piece_size : fc3->n_rb;
    scratch scratch = lay_out(interaction, n_block, 1, workspace);
    fill_phases(point->leg.q, fc3->reach, fc3->n_ra, fc3->ra, scratch.axes, scratch.phases);
    fill_block_vectors(interaction, point, &scratch);
    for (int64_t rb = begin; rb < end; rb++) {
        double complex *f = (double complex *)point->data + rb * n_block * n * n;
        transform_slab(fc3, rb, n, scratch.phases, scratch.slab);
        umk_complex_product_transposed(n_block, n * n, n, scratch.w0, scratch.slab, f);
    }
}

/* row[nu2] = |sum_{k1 b} w1[k1 b, nu1] half[k1 b, nu2]|^2, with the complex numbers as pairs. */
static void contract_row(int64_t n, int64_t nu1, const double *restrict w1, const double *restrict half,
                         double *restrict sums, double *restrict row) {
    memset(sums, 0, (size_t)(2 * n) * sizeof *sums);
    for (int64_t b = 0; b < n; b++) {
        double re = w1[2 * (b * n + nu1)], im = w1[2 * (b * n + nu1) + 1];
        const double *restrict line = half + 2 * b * n;
        for (int64_t nu2 = 0; nu2 < n; nu2++) {
            sums[2 * nu2] += re * line[2 * nu2] - im * line[2 * nu2 + 1];
            sums[2 * nu2 + 1] += re * line[2 * nu2 + 1] + im * line[2 * nu2];
        }
    }
    for (int64_t nu2 = 0; nu2 < n; nu2++)
        row[nu2] = sums[2 * nu2] * sums[2 * nu2] + sums[2 * nu2 + 1] * sums[2 * nu2 + 1];
}

static bool all_set(const int8_t *flags, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (!flags[i]) return false;
    }
    return true;
}

/* Step 3 of one triplet. */
static void contract(const umk_interaction *interaction, int64_t n_block, const double complex *g,
                     const int8_t *is_zero, const scratch *scratch, double *strength) {
    int64_t n = interaction->n_bands;
    double *sums = (double *)scratch->slab; /* free during strength */
    umk_complex_product(n_block * n, n, n, g, scratch->w2, scratch->half);
    for (int64_t nu0 = 0; nu0 < n_block; nu0++) {
        for (int64_t nu1 = 0; nu1 < n; nu1++) {
            int64_t row = (nu0 * n + nu1) * n;
            if (is_zero != NULL && all_set(is_zero + row, n)) {
                memset(strength + row, 0, (size_t)n * sizeof *strength);
                continue;
            }
            contract_row(n, nu1, (const double *)scratch->w1, (const double *)(scratch->half + nu0 * n * n), sums,
                         strength + row);
        }
    }
}

static void strength(const umk_interaction *interaction, const umk_strength_point *point, int64_t n_triplets,
                     const umk_leg *leg1, const umk_leg *leg2, const int8_t *is_zero, double *strength,
                     void *workspace) {
    const umk_lattice_fc3 *fc3 = interaction->lattice_fc3;
    int64_t n = interaction->n_bands, n_block = point->n_block_bands, size = n_block * n * n;
    scratch scratch = lay_out(interaction, n_block, n_triplets, workspace);
    for (int64_t t = 0; t < n_triplets; t++)
        fill_phases(leg1[t].q, fc3->reach, fc3->n_rb, fc3->rb, scratch.axes, scratch.phases + t * fc3->n_rb);
    if (fc3->n_rb > 0) {
        umk_complex_product(n_triplets, size, fc3->n_rb, scratch.phases, point->data, scratch.g);
    } else { /* all constants are zero, and BLAS wants at least one row */
        memset(scratch.g, 0, (size_t)(n_triplets * size) * sizeof *scratch.g);
    }
    for (int64_t t = 0; t < n_triplets; t++) {
        const int8_t *skip = is_zero == NULL ? NULL : is_zero + t * size;
        umk_periodic_eigenvectors(interaction, &leg1[t], scratch.w1);
        umk_periodic_eigenvectors(interaction, &leg2[t], scratch.w2);
        contract(interaction, n_block, scratch.g + t * size, skip, &scratch, strength + t * size);
        umk_strength_scale(interaction, point, &leg1[t], &leg2[t], skip, strength + t * size);
    }
}

const umk_strength_kernel umk_strength_kernel_engine = {
    .name = "engine",
    .point_size = point_size,
    .workspace_size = workspace_size,
    .n_pieces = n_pieces,
    .prepare = prepare,
    .strength = strength,
};
