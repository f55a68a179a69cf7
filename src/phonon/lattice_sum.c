/*
 * The lattice sum of the dynamical matrix and its derivative.
 *
 *   D_{ia,jb}(q) = 1/sqrt(m_i m_j) sum_k Phi_{ia,kb} 1/n_ik sum_s exp(2 pi i q.s),
 *
 * k over the supercell atoms that are translates of j, s over the n_ik shortest images of k seen from i (Parlinski, Li
 * and Kawazoe, Phys. Rev. Lett. 78, 4063 (1997), with the surface atoms shared among their images); then the hermitian
 * part.
 *
 * Every image is s = R + tau_j - tau_i with a lattice vector R, and all pairs share the few distinct R: their phases
 * are computed once per q from tables of exp(2 pi i q_a n) along the three axes, and the rest are real-by-complex sums.
 */
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"
#include <stdlib.h>

/* Lattice vector of image s of atom k seen from i; false where it is none. */
static bool image_vector(int64_t vector[3], const umk_cell *primitive, int64_t i, int64_t j, const double s[3]) {
    for (int a = 0; a < 3; a++) {
        double component = s[a] - primitive->positions[j][a] + primitive->positions[i][a];
        double nearest = nearbyint(component);
        if (!(fabs(component - nearest) < 0.01) || fabs(nearest) > 1e6) return false;
        vector[a] = (int64_t)nearest;
    }
    return true;
}

typedef struct image_visit {
    int64_t i, j, k; /* primitive atom, primitive atom that k is a translate of, supercell atom */
    double share;
    int64_t vector[3];
} image_visit;

typedef void (*image_visitor)(void *argument, const image_visit *visit);

static umk_status visit_images(umk_context *context, const umk_cell *primitive, const umk_supercell *supercell,
                               image_visitor visitor, void *argument) {
    int64_t n_p = primitive->n_atoms, n_s = supercell->cell.n_atoms;
    for (int64_t i = 0; i < n_p; i++) {
        for (int64_t k = 0; k < n_s; k++) {
            const int64_t *range = &supercell->multiplicity[(k * n_p + i) * 2];
            image_visit visit = {.i = i, .j = supercell->s2pp_map[k], .k = k, .share = 1.0 / (double)range[0]};
            for (int64_t n = range[1]; n < range[1] + range[0]; n++) {
                if (!image_vector(visit.vector, primitive, i, visit.j, supercell->shortest_vectors[n])) {
                    return umk_fail(context, UMK_ERROR_INPUT,
                                    "supercell atom %lld is no lattice translation away from primitive atom %lld",
                                    (long long)k, (long long)visit.j);
                }
                visitor(argument, &visit);
            }
        }
    }
    return UMK_OK;
}

/* First pass: how many entries each pair has and how far the lattice vectors reach. */
static void count_image(void *argument, const image_visit *visit) {
    umk_lattice_sum *sum = argument;
    sum->n_entries++;
    sum->first[visit->i * sum->n_primitive + visit->j + 1]++;
    for (int a = 0; a < 3; a++) {
        int64_t size = visit->vector[a] < 0 ? -visit->vector[a] : visit->vector[a];
        if (size > sum->reach[a]) sum->reach[a] = size;
    }
}

typedef struct entry_vector {
    int64_t vector[3], entry;
} entry_vector;

typedef struct image_filler {
    umk_lattice_sum *sum;
    int64_t *next;         /* (n_primitive^2) next free entry of each pair */
    entry_vector *vectors; /* (n_entries) */
} image_filler;

static void fill_image(void *argument, const image_visit *visit) {
    image_filler *filler = argument;
    umk_lattice_sum *sum = filler->sum;
    int64_t entry = filler->next[visit->i * sum->n_primitive + visit->j]++;
    filler->vectors[entry] = (entry_vector){{visit->vector[0], visit->vector[1], visit->vector[2]}, entry};
    sum->atom[entry] = visit->k;
    sum->share[entry] = visit->share;
}

static int compare_vectors(const void *a, const void *b) {
    const int64_t *x = ((const entry_vector *)a)->vector, *y = ((const entry_vector *)b)->vector;
    for (int c = 0; c < 3; c++) {
        if (x[c] != y[c]) return x[c] < y[c] ? -1 : 1;
    }
    return 0;
}

/* The distinct lattice vectors, by sorting: a box around them may be far larger than their number, as for a chain. */
static void number_vectors(umk_lattice_sum *sum, entry_vector *vectors) {
    qsort(vectors, (size_t)sum->n_entries, sizeof *vectors, compare_vectors);
    for (int64_t e = 0; e < sum->n_entries; e++) {
        if (e == 0 || compare_vectors(&vectors[e - 1], &vectors[e]) != 0) {
            for (int a = 0; a < 3; a++) sum->vectors[sum->n_vectors][a] = vectors[e].vector[a];
            sum->n_vectors++;
        }
        sum->vector[vectors[e].entry] = sum->n_vectors - 1;
    }
}

static void to_cartesian(double cartesian[3], const double lattice[3][3], const double fractional[3]) {
    for (int a = 0; a < 3; a++) {
        cartesian[a] = fractional[0] * lattice[0][a] + fractional[1] * lattice[1][a] + fractional[2] * lattice[2][a];
    }
}

static void set_geometry(umk_lattice_sum *sum, const umk_cell *primitive) {
    int64_t n_p = sum->n_primitive;
    for (int64_t n = 0; n < sum->n_vectors; n++) {
        double fractional[3] = {(double)sum->vectors[n][0], (double)sum->vectors[n][1], (double)sum->vectors[n][2]};
        to_cartesian(sum->vectors_cartesian[n], primitive->lattice, fractional);
    }
    for (int64_t i = 0; i < n_p; i++) {
        sum->inverse_root_masses[i] = 1.0 / sqrt(primitive->masses[i]);
        for (int64_t j = 0; j < n_p; j++) {
            double *separation = sum->separation[i * n_p + j];
            for (int a = 0; a < 3; a++) separation[a] = primitive->positions[j][a] - primitive->positions[i][a];
            to_cartesian(sum->separation_cartesian[i * n_p + j], primitive->lattice, separation);
        }
    }
}

umk_status umk_lattice_sum_create(umk_lattice_sum *sum, umk_context *context, const umk_cell *primitive,
                                  const umk_supercell *supercell) {
    umk_status status = UMK_OK;
    image_filler filler = {.sum = sum};
    int64_t n_p = primitive->n_atoms;
    *sum = (umk_lattice_sum){.n_primitive = n_p};
    UMK_ALLOCATE(context, sum->first, n_p * n_p + 1);
    UMK_TRY(visit_images(context, primitive, supercell, count_image, sum));
    for (int64_t pair = 0; pair < n_p * n_p; pair++) sum->first[pair + 1] += sum->first[pair];

    UMK_ALLOCATE(context, filler.vectors, sum->n_entries);
    UMK_ALLOCATE(context, filler.next, n_p * n_p);
    UMK_ALLOCATE(context, sum->vector, sum->n_entries);
    UMK_ALLOCATE(context, sum->atom, sum->n_entries);
    UMK_ALLOCATE(context, sum->share, sum->n_entries);
    UMK_ALLOCATE(context, sum->constants, sum->n_entries);
    UMK_ALLOCATE(context, sum->vectors, sum->n_entries);
    for (int64_t pair = 0; pair < n_p * n_p; pair++) filler.next[pair] = sum->first[pair];
    UMK_TRY(visit_images(context, primitive, supercell, fill_image, &filler));
    number_vectors(sum, filler.vectors);

    UMK_ALLOCATE(context, sum->vectors_cartesian, sum->n_vectors);
    UMK_ALLOCATE(context, sum->separation, n_p * n_p);
    UMK_ALLOCATE(context, sum->separation_cartesian, n_p * n_p);
    UMK_ALLOCATE(context, sum->inverse_root_masses, n_p);
    set_geometry(sum, primitive);
cleanup:
    umk_release(filler.vectors);
    umk_release(filler.next);
    return status;
}

void umk_lattice_sum_clear(umk_lattice_sum *sum) {
    umk_release(sum->vectors);
    umk_release(sum->vectors_cartesian);
    umk_release(sum->first);
    umk_release(sum->vector);
    umk_release(sum->atom);
    umk_release(sum->share);
    umk_release(sum->constants);
    umk_release(sum->separation);
    umk_release(sum->separation_cartesian);
    umk_release(sum->inverse_root_masses);
    *sum = (umk_lattice_sum){0};
}

void umk_lattice_sum_set(umk_lattice_sum *sum, int64_t n_supercell, const double *values) {
    int64_t n_p = sum->n_primitive;
    for (int64_t i = 0; i < n_p; i++) {
        for (int64_t j = 0; j < n_p; j++) {
            double scale = sum->inverse_root_masses[i] * sum->inverse_root_masses[j];
            for (int64_t e = sum->first[i * n_p + j]; e < sum->first[i * n_p + j + 1]; e++) {
                const double *block = &values[(i * n_supercell + sum->atom[e]) * 9];
                for (int m = 0; m < 9; m++) sum->constants[e][m] = block[m] * sum->share[e] * scale;
            }
        }
    }
}

/* ---- phases -------------------------------------------------------------------------------------------------------*/

int64_t umk_lattice_sum_scratch(const umk_lattice_sum *sum) {
    return 2 * sum->n_vectors + 2 * (2 * (sum->reach[0] + sum->reach[1] + sum->reach[2]) + 3);
}

static void unit_phase(double phase[2], double turns) {
    double angle = 2 * UMK_PI * (turns - nearbyint(turns));
    phase[0] = cos(angle);
    phase[1] = sin(angle);
}

static inline void multiply(double product[2], const double a[2], const double b[2]) {
    double re = a[0] * b[0] - a[1] * b[1], im = a[0] * b[1] + a[1] * b[0];
    product[0] = re;
    product[1] = im;
}

void umk_lattice_sum_phases(const umk_lattice_sum *sum, const double q[3], double *scratch) {
    double *zero[3], *table = scratch + 2 * sum->n_vectors; /* phases along an axis from n = -reach on; that of n = 0 */
    for (int a = 0; a < 3; a++) {
        zero[a] = table + 2 * sum->reach[a];
        for (int64_t n = -sum->reach[a]; n <= sum->reach[a]; n++) unit_phase(zero[a] + 2 * n, q[a] * (double)n);
        table = zero[a] + 2 * sum->reach[a] + 2;
    }
    for (int64_t n = 0; n < sum->n_vectors; n++) {
        const int64_t *vector = sum->vectors[n];
        double *phase = &scratch[2 * n];
        multiply(phase, zero[0] + 2 * vector[0], zero[1] + 2 * vector[1]);
        multiply(phase, phase, zero[2] + 2 * vector[2]);
    }
}

/* ---- the matrix ---------------------------------------------------------------------------------------------------*/

static void make_hermitian(int64_t n, double complex *matrix) {
    for (int64_t i = 0; i < n; i++) {
        matrix[i * n + i] = creal(matrix[i * n + i]);
        for (int64_t j = 0; j < i; j++) {
            double complex mean = (matrix[i * n + j] + conj(matrix[j * n + i])) / 2;
            matrix[i * n + j] = mean;
            matrix[j * n + i] = conj(mean);
        }
    }
}

/* block (3, 3) at rows of atom i and columns of atom j = factor * (re + i im) */
static void store_block(double complex *matrix, int64_t n_bands, int64_t i, int64_t j, const double factor[2],
                        const double re[9], const double im[9]) {
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            double value[2] = {re[3 * a + b], im[3 * a + b]};
            multiply(value, value, factor);
            matrix[(3 * i + a) * n_bands + 3 * j + b] = umk_complex(value[0], value[1]);
        }
    }
}

void umk_lattice_sum_matrix(const umk_lattice_sum *sum, const double q[3], umk_pair_term term, const double *scratch,
                            double complex *matrix) {
    int64_t n_p = sum->n_primitive;
    for (int64_t pair = 0; pair < n_p * n_p; pair++) {
        double re[9] = {0}, im[9] = {0}, images[2] = {0}, offset[2];
        for (int64_t e = sum->first[pair]; e < sum->first[pair + 1]; e++) {
            const double *phase = &scratch[2 * sum->vector[e]], *constants = sum->constants[e];
            for (int m = 0; m < 9; m++) re[m] += constants[m] * phase[0];
            for (int m = 0; m < 9; m++) im[m] += constants[m] * phase[1];
            images[0] += sum->share[e] * phase[0];
            images[1] += sum->share[e] * phase[1];
        }
        for (int m = 0; term.value != NULL && m < 9; m++) {
            re[m] += term.value[pair][m] * images[0];
            im[m] += term.value[pair][m] * images[1];
        }
        unit_phase(offset, umk_dot3(q, sum->separation[pair]));
        store_block(matrix, 3 * n_p, pair / n_p, pair % n_p, offset, re, im);
    }
    make_hermitian(3 * n_p, matrix);
}

typedef struct derivative_sums {
    double re[3][9], im[3][9]; /* sum of s_a Phi exp(2 pi i q R) */
    double images[2];          /* sum of share exp(2 pi i q R) */
    double moments[3][2];      /* sum of s_a share exp(2 pi i q R) */
} derivative_sums;

static void sum_derivative(const umk_lattice_sum *sum, int64_t pair, const double *scratch, derivative_sums *sums) {
    *sums = (derivative_sums){0};
    for (int64_t e = sum->first[pair]; e < sum->first[pair + 1]; e++) {
        const double *phase = &scratch[2 * sum->vector[e]], *constants = sum->constants[e];
        const double *vector = sum->vectors_cartesian[sum->vector[e]];
        sums->images[0] += sum->share[e] * phase[0];
        sums->images[1] += sum->share[e] * phase[1];
        for (int a = 0; a < 3; a++) {
            double distance = vector[a] + sum->separation_cartesian[pair][a];
            double re = distance * phase[0], im = distance * phase[1];
            for (int m = 0; m < 9; m++) sums->re[a][m] += constants[m] * re;
            for (int m = 0; m < 9; m++) sums->im[a][m] += constants[m] * im;
            sums->moments[a][0] += sum->share[e] * re;
            sums->moments[a][1] += sum->share[e] * im;
        }
    }
}

void umk_lattice_sum_derivative(const umk_lattice_sum *sum, const double q[3], umk_pair_term term,
                                const double *scratch, double complex *derivative) {
    int64_t n_p = sum->n_primitive, n_bands = 3 * n_p;
    for (int64_t pair = 0; pair < n_p * n_p; pair++) {
        derivative_sums sums;
        double offset[2];
        sum_derivative(sum, pair, scratch, &sums);
        unit_phase(offset, umk_dot3(q, sum->separation[pair]));
        for (int a = 0; a < 3; a++) {
            double re[9], im[9]; /* 2 pi i s gives (re, im) = 2 pi (-im, re) */
            for (int m = 0; m < 9; m++) {
                double value = term.value == NULL ? 0 : term.value[pair][m];
                double slope = term.value == NULL ? 0 : term.derivative[pair][a][m];
                re[m] = -2 * UMK_PI * (sums.im[a][m] + value * sums.moments[a][1]) + slope * sums.images[0];
                im[m] = 2 * UMK_PI * (sums.re[a][m] + value * sums.moments[a][0]) + slope * sums.images[1];
            }
            store_block(derivative + a * n_bands * n_bands, n_bands, pair / n_p, pair % n_p, offset, re, im);
        }
    }
    for (int a = 0; a < 3; a++) make_hermitian(n_bands, derivative + a * n_bands * n_bands);
}
