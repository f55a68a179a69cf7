/*
 * The dipole-dipole interaction of Gonze and Lee, Phys. Rev. B 55, 10355 (1997), reciprocal part of eq. (71), with the
 * sum rule of eq. (76) subtracted; as in phonopy the real-space part is left to the short-range force constants:
 *
 *   C_{ia,jb}(q) = f sum_cd Z_i,ca Z_j,db [ S_ij,cd(q) - delta_ij sum_j' ... S_ij',cd(0) ],      f = 4 pi e^2/(4 pi
 * eps0 V) S_ij,cd(q)   = sum_G K_c K_d / (K.eps.K) exp(-K.eps.K / (4 Lambda^2)) exp(2 pi i G.(tau_i - tau_j)),   K = G
 * + q,
 *
 * divided by sqrt(m_i m_j). The subtraction (self term) is sum_j' Z_i S_ij'(0) Z_j' without K = 0, made hermitian. K =
 * 0 is left out, or taken as the limit along a direction. Following phonopy, G runs over the sphere that holds about
 * 300 vectors, |G| < (900 / (4 pi V))^(1/3), and Lambda makes the Gaussian 1e-10 on its surface for the mean dielectric
 * constant. The derivative is term by term, with B = K.eps.K and v = eps K
 *
 *   d/dq_m [K_c K_d exp(-B/4L^2)/B] = exp(-B/4L^2) [ (delta_mc K_d + K_c delta_md)/B - K_c K_d v_m (2/B^2 + 1/(2 L^2
 * B)) ].
 *
 * No exponential of a pair remains: the tensors depend on G and q only, and exp(2 pi i G.tau) of each atom is kept.
 */
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"
#include <string.h>

enum { n_lanes = 8, max_components = 18 };
static const double n_sphere_vectors = 300;
static const double surface_weight = 1e-10;
static const int voigt_row[6] = {0, 1, 2, 1, 0, 0}, voigt_column[6] = {0, 1, 2, 2, 2, 1};

/* ---- construction -------------------------------------------------------------------------------------------------*/

/* How many multiples of the reciprocal basis phonopy looks at: the shortest of the 26 neighbours decides. */
static int64_t search_radius(const double reciprocal_lattice[3][3], double cutoff) {
    double shortest = INFINITY;
    for (int n = 0; n < 27; n++) {
        double integer[3] = {n / 9 - 1, n / 3 % 3 - 1, n % 3 - 1}, vector[3];
        umk_apply3(vector, reciprocal_lattice, integer);
        if (n != 13 && umk_norm3(vector) < shortest) shortest = umk_norm3(vector);
    }
    for (int64_t radius = 100; radius > 0; radius--) {
        if (shortest * (double)radius < cutoff) return radius + 1;
    }
    return 100;
}

/* Calls with vectors NULL count only. */
static int64_t list_vectors(const double reciprocal_lattice[3][3], double cutoff, int64_t (*vectors)[3]) {
    int64_t radius = search_radius(reciprocal_lattice, cutoff), count = 0;
    for (int64_t a = -radius; a <= radius; a++) {
        for (int64_t b = -radius; b <= radius; b++) {
            for (int64_t c = -radius; c <= radius; c++) {
                double integer[3] = {(double)a, (double)b, (double)c}, vector[3];
                umk_apply3(vector, reciprocal_lattice, integer);
                if (!(umk_dot3(vector, vector) < cutoff * cutoff)) continue;
                if (vectors != NULL) {
                    vectors[count][0] = a;
                    vectors[count][1] = b;
                    vectors[count][2] = c;
                }
                count++;
            }
        }
    }
    return count;
}

static void set_vectors(umk_dipole *dipole, const umk_crystal *crystal, const int64_t (*vectors)[3]) {
    for (int64_t n = 0; n < dipole->n_vectors; n++) {
        double integer[3] = {(double)vectors[n][0], (double)vectors[n][1], (double)vectors[n][2]}, vector[3];
        umk_apply3(vector, crystal->reciprocal_lattice, integer);
        for (int a = 0; a < 3; a++) dipole->vectors[a][n] = vector[a];
        for (int64_t i = 0; i < dipole->n_primitive; i++) {
            double turns = umk_dot3(integer, crystal->primitive.positions[i]);
            double angle = 2 * UMK_PI * (turns - nearbyint(turns));
            dipole->phase_re[i * dipole->n_padded + n] = cos(angle);
            dipole->phase_im[i * dipole->n_padded + n] = sin(angle);
        }
    }
}

static void set_charges(umk_dipole *dipole, const umk_crystal *crystal) {
    memcpy(dipole->dielectric, crystal->born.dielectric, sizeof dipole->dielectric);
    for (int64_t i = 0; i < dipole->n_primitive; i++) {
        memcpy(dipole->charges[i], crystal->born.charges[i], sizeof dipole->charges[i]);
        dipole->inverse_root_masses[i] = 1.0 / sqrt(crystal->primitive.masses[i]);
    }
}

umk_status umk_dipole_create(umk_dipole *dipole, umk_context *context, const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    int64_t(*vectors)[3] = NULL, n_p = crystal->primitive.n_atoms;
    double *scratch = NULL;
    double coulomb = crystal->born.factor > 0 ? crystal->born.factor : UMK_COULOMB_FACTOR;
    double cutoff = cbrt(3 * n_sphere_vectors / (4 * UMK_PI) / crystal->volume);
    if (crystal->born.reciprocal_cutoff > 0) cutoff = crystal->born.reciprocal_cutoff;
    const double(*eps)[3] = crystal->born.dielectric;
    double mean = (eps[0][0] + eps[1][1] + eps[2][2]) / 3;
    *dipole = (umk_dipole){.n_primitive = n_p, .factor = coulomb * 4 * UMK_PI / crystal->volume};
    if (!(mean > 0)) return umk_fail(context, UMK_ERROR_INPUT, "the dielectric tensor has no positive trace");
    dipole->lambda = sqrt(-cutoff * cutoff * mean / 4 / log(surface_weight));
    if (crystal->born.ewald_lambda > 0) dipole->lambda = crystal->born.ewald_lambda;
    dipole->n_vectors = list_vectors(crystal->reciprocal_lattice, cutoff, NULL);
    dipole->n_padded = (dipole->n_vectors + n_lanes - 1) / n_lanes * n_lanes;
    UMK_ALLOCATE(context, vectors, dipole->n_vectors);
    for (int a = 0; a < 3; a++) UMK_ALLOCATE(context, dipole->vectors[a], dipole->n_padded);
    UMK_ALLOCATE(context, dipole->phase_re, n_p * dipole->n_padded);
    UMK_ALLOCATE(context, dipole->phase_im, n_p * dipole->n_padded);
    UMK_ALLOCATE(context, dipole->charges, n_p);
    UMK_ALLOCATE(context, dipole->inverse_root_masses, n_p);
    UMK_ALLOCATE(context, dipole->self_term, n_p);
    UMK_ALLOCATE(context, scratch, umk_dipole_scratch(dipole));
    list_vectors(crystal->reciprocal_lattice, cutoff, vectors);
    set_vectors(dipole, crystal, (const int64_t(*)[3])vectors);
    set_charges(dipole, crystal);
    umk_dipole_set_self_term(dipole, scratch);
cleanup:
    umk_release(vectors);
    umk_release(scratch);
    return status;
}

void umk_dipole_clear(umk_dipole *dipole) {
    for (int a = 0; a < 3; a++) umk_release(dipole->vectors[a]);
    umk_release(dipole->phase_re);
    umk_release(dipole->phase_im);
    umk_release(dipole->charges);
    umk_release(dipole->inverse_root_masses);
    umk_release(dipole->self_term);
    *dipole = (umk_dipole){0};
}

/* ---- the tensors of each G
 * ------------------------------------------------------------------------------------------*/

int64_t umk_dipole_scratch(const umk_dipole *dipole) {
    return (max_components + 2) * dipole->n_padded;
}

/* K_c K_d exp(-B/4L^2)/B of every G, six rows of n_padded in Voigt order; direction NULL leaves K = 0 out. */
static void value_tensors(const umk_dipole *dipole, const double q[3], const double *direction, double *tensors) {
    double width = 1 / (4 * dipole->lambda * dipole->lambda);
    for (int64_t n = 0; n < dipole->n_vectors; n++) {
        double k[3] = {dipole->vectors[0][n] + q[0], dipole->vectors[1][n] + q[1], dipole->vectors[2][n] + q[2]};
        double screened[3];
        bool is_limit = umk_norm3(k) < UMK_GAMMA_TOLERANCE;
        if (is_limit && direction != NULL) memcpy(k, direction, sizeof k);
        umk_apply3(screened, dipole->dielectric, k);
        double square = umk_dot3(k, screened);
        double weight = is_limit ? (direction == NULL ? 0 : 1 / square) : exp(-square * width) / square;
        for (int c = 0; c < 6; c++) tensors[c * dipole->n_padded + n] = k[voigt_row[c]] * k[voigt_column[c]] * weight;
    }
}

/* Their derivatives, eighteen rows: six for each direction of q; the limit K = 0 stands at the direction, or is left
 * out.
 */
static void derivative_tensors(const umk_dipole *dipole, const double q[3], const double *direction, double *tensors) {
    double width = 1 / (4 * dipole->lambda * dipole->lambda);
    for (int64_t n = 0; n < dipole->n_vectors; n++) {
        double k[3] = {dipole->vectors[0][n] + q[0], dipole->vectors[1][n] + q[1], dipole->vectors[2][n] + q[2]};
        double screened[3];
        bool is_limit = umk_norm3(k) < UMK_GAMMA_TOLERANCE;
        if (is_limit && direction != NULL) {
            memcpy(k, direction, sizeof k);
            is_limit = false;
        }
        umk_apply3(screened, dipole->dielectric, k);
        double square = umk_dot3(k, screened);
        double weight = is_limit ? 0 : exp(-square * width) / square;
        double slope = is_limit ? 0 : weight * (2 / square + 2 * width);
        for (int m = 0; m < 3; m++) {
            for (int c = 0; c < 6; c++) {
                int row = voigt_row[c], column = voigt_column[c];
                double product = (m == row ? k[column] : 0) + (m == column ? k[row] : 0);
                tensors[(6 * m + c) * dipole->n_padded + n] =
                    product * weight - k[row] * k[column] * screened[m] * slope;
            }
        }
    }
}

/* ---- sums over G
 * ----------------------------------------------------------------------------------------------------*/

/* exp(2 pi i G.(tau_i - tau_j)) of every G: cosines, then sines. */
static void pair_phases(const umk_dipole *dipole, int64_t i, int64_t j, double *phases) {
    int64_t n_g = dipole->n_padded;
    const double *ri = dipole->phase_re + i * n_g, *ii = dipole->phase_im + i * n_g;
    const double *rj = dipole->phase_re + j * n_g, *ij = dipole->phase_im + j * n_g;
    for (int64_t n = 0; n < n_g; n++) phases[n] = ri[n] * rj[n] + ii[n] * ij[n];
    for (int64_t n = 0; n < n_g; n++) phases[n_g + n] = ii[n] * rj[n] - ri[n] * ij[n];
}

/* Dot product in fixed lanes, so that the order of the sum is ours and the compiler may still use SIMD. */
static double lane_dot(int64_t n, const double *a, const double *b) {
    double lanes[n_lanes] = {0};
    for (int64_t first = 0; first < n; first += n_lanes) {
        for (int lane = 0; lane < n_lanes; lane++) lanes[lane] += a[first + lane] * b[first + lane];
    }
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/* S_ij from six rows of tensors, as a full symmetric 3x3 complex tensor. */
static void sum_tensor(const umk_dipole *dipole, const double *tensors, const double *phases,
                       double complex sum[3][3]) {
    int64_t n_g = dipole->n_padded;
    for (int c = 0; c < 6; c++) {
        double re = lane_dot(n_g, tensors + c * n_g, phases), im = lane_dot(n_g, tensors + c * n_g, phases + n_g);
        sum[voigt_row[c]][voigt_column[c]] = sum[voigt_column[c]][voigt_row[c]] = umk_complex(re, im);
    }
}

/* out_ab = sum_cd Z_i,ca S_cd Z_j,db */
static void contract_charges(const double zi[3][3], const double complex sum[3][3], const double zj[3][3],
                             double complex out[3][3]) {
    double complex half[3][3];
    for (int c = 0; c < 3; c++) {
        for (int b = 0; b < 3; b++) half[c][b] = sum[c][0] * zj[0][b] + sum[c][1] * zj[1][b] + sum[c][2] * zj[2][b];
    }
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) out[a][b] = zi[0][a] * half[0][b] + zi[1][a] * half[1][b] + zi[2][a] * half[2][b];
    }
}

static void pair_block(const umk_dipole *dipole, int64_t i, int64_t j, const double *tensors, const double *phases,
                       double complex block[3][3]) {
    double complex sum[3][3];
    sum_tensor(dipole, tensors, phases, sum);
    contract_charges(dipole->charges[i], sum, dipole->charges[j], block);
}

void umk_dipole_set_self_term(umk_dipole *dipole, double *scratch) {
    const double gamma[3] = {0, 0, 0};
    double *tensors = scratch, *phases = scratch + max_components * dipole->n_padded;
    memset(scratch, 0, sizeof(double) * (size_t)umk_dipole_scratch(dipole));
    value_tensors(dipole, gamma, NULL, tensors);
    for (int64_t i = 0; i < dipole->n_primitive; i++) {
        double complex total[3][3] = {{0}}, block[3][3];
        for (int64_t j = 0; j < dipole->n_primitive; j++) {
            pair_phases(dipole, i, j, phases);
            pair_block(dipole, i, j, tensors, phases, block);
            for (int m = 0; m < 9; m++) total[m / 3][m % 3] += block[m / 3][m % 3];
        }
        for (int m = 0; m < 9; m++) {
            dipole->self_term[i][m / 3][m % 3] = (total[m / 3][m % 3] + conj(total[m % 3][m / 3])) / 2;
        }
    }
}

/* Adds scale * block at (i, j) and its hermitian conjugate at (j, i). */
static void add_block(int64_t n_bands, int64_t i, int64_t j, double scale, const double complex block[3][3],
                      double complex *matrix) {
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            double complex value = scale * block[a][b];
            if (i == j) value = (value + conj(scale * block[b][a])) / 2;
            matrix[(3 * i + a) * n_bands + 3 * j + b] += value;
            if (i != j) matrix[(3 * j + b) * n_bands + 3 * i + a] += conj(value);
        }
    }
}

void umk_dipole_add(const umk_dipole *dipole, const double q_cartesian[3], bool use_direction, double sign,
                    double *scratch, double complex *matrix) {
    double *tensors = scratch, *phases = scratch + max_components * dipole->n_padded;
    memset(tensors, 0, sizeof(double) * (size_t)(6 * dipole->n_padded));
    value_tensors(dipole, q_cartesian, use_direction && dipole->has_direction ? dipole->direction : NULL, tensors);
    for (int64_t i = 0; i < dipole->n_primitive; i++) {
        for (int64_t j = i; j < dipole->n_primitive; j++) {
            double complex block[3][3];
            double scale = sign * dipole->factor * dipole->inverse_root_masses[i] * dipole->inverse_root_masses[j];
            pair_phases(dipole, i, j, phases);
            pair_block(dipole, i, j, tensors, phases, block);
            for (int m = 0; i == j && m < 9; m++) block[m / 3][m % 3] -= dipole->self_term[i][m / 3][m % 3];
            add_block(3 * dipole->n_primitive, i, j, scale, (const double complex(*)[3])block, matrix);
        }
    }
}

void umk_dipole_add_derivative(const umk_dipole *dipole, const double q_cartesian[3], bool use_direction,
                               double *scratch, double complex *derivative) {
    int64_t n_bands = 3 * dipole->n_primitive, n_g = dipole->n_padded;
    double *tensors = scratch, *phases = scratch + max_components * n_g;
    memset(tensors, 0, sizeof(double) * (size_t)(max_components * n_g));
    derivative_tensors(dipole, q_cartesian, use_direction && dipole->has_direction ? dipole->direction : NULL, tensors);
    for (int64_t i = 0; i < dipole->n_primitive; i++) {
        for (int64_t j = i; j < dipole->n_primitive; j++) {
            double scale = dipole->factor * dipole->inverse_root_masses[i] * dipole->inverse_root_masses[j];
            pair_phases(dipole, i, j, phases);
            for (int m = 0; m < 3; m++) {
                double complex block[3][3];
                pair_block(dipole, i, j, tensors + 6 * m * n_g, phases, block);
                add_block(n_bands, i, j, scale, (const double complex(*)[3])block, derivative + m * n_bands * n_bands);
            }
        }
    }
}
