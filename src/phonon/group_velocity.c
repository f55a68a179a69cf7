/*
 * Group velocities from the analytical derivative of the dynamical matrix (Hellmann-Feynman),
 *
 *   d f_n / d q_a = factor^2 / (2 f_n) <e_n| dD/dq_a |e_n>,
 *
 * and the velocity operator between bands (Allen and Feldman, Phys. Rev. B 48, 12581 (1993)). In a degenerate set the
 * eigenvectors are those that diagonalize the derivative along the Cartesian direction (1, 2, 3), as in phonopy, so
 * that bands are followed along it; afterwards the velocities are averaged over the rotations that leave q where it is.
 * At Gamma the non-analytic term has no gradient; velocities there are those without it.
 */
#include "linalg/hermitian.h"
#include "linalg/matrix3.h"
#include "linalg/product.h"
#include "phonon/harmonic.h"
#include <string.h>

/* At and below it (THz) a velocity is 0, as in phonopy; not the cut-off of scattering. */
static const double lowest_frequency = 1e-4;

typedef struct velocity_work {
    umk_harmonic_workspace harmonic;
    double *frequencies;          /* (n) */
    int64_t *set_first;           /* (n) */
    double complex *eigenvectors; /* (n, n) */
    double complex *derivative;   /* (3, n, n) */
    double complex *block;        /* (n, n) for one degenerate set */
    double complex *row;          /* (n) */
    double *slopes;               /* (n) */
} velocity_work;

static void release_work(velocity_work *work) {
    umk_harmonic_workspace_clear(&work->harmonic);
    umk_release(work->frequencies);
    umk_release(work->set_first);
    umk_release(work->eigenvectors);
    umk_release(work->derivative);
    umk_release(work->block);
    umk_release(work->row);
    umk_release(work->slopes);
    *work = (velocity_work){0};
}

static umk_status create_work(velocity_work *work, umk_context *context, const umk_harmonic *harmonic) {
    umk_status status = UMK_OK;
    int64_t n = harmonic->n_bands;
    *work = (velocity_work){0};
    UMK_TRY(umk_harmonic_workspace_create(&work->harmonic, context, harmonic));
    UMK_ALLOCATE(context, work->frequencies, n);
    UMK_ALLOCATE(context, work->set_first, n);
    UMK_ALLOCATE(context, work->eigenvectors, n * n);
    UMK_ALLOCATE(context, work->derivative, 3 * n * n);
    UMK_ALLOCATE(context, work->block, n * n);
    UMK_ALLOCATE(context, work->row, n);
    UMK_ALLOCATE(context, work->slopes, n);
cleanup:
    if (status != UMK_OK) release_work(work);
    return status;
}

/* Rotates the eigenvectors of bands first ... first + size - 1 so that directional (n, n) is diagonal among them. */
static umk_status diagonalize_set(velocity_work *work, umk_context *context, int64_t n, int64_t first, int64_t size,
                                  const double complex *directional) {
    double complex *vectors = work->eigenvectors, *product = work->harmonic.product, *block = work->block;
    umk_complex_product(n, n, n, directional, vectors, product);
    for (int64_t k = 0; k < size; k++) {
        for (int64_t l = 0; l < size; l++) {
            double complex sum = 0;
            for (int64_t c = 0; c < n; c++) sum += conj(vectors[c * n + first + k]) * product[c * n + first + l];
            block[k * size + l] = sum;
        }
    }
    umk_status status = umk_hermitian_eigen(context, size, block, work->slopes, true);
    if (status != UMK_OK) return status;
    for (int64_t c = 0; c < n; c++) {
        for (int64_t l = 0; l < size; l++) {
            work->row[l] = 0;
            for (int64_t k = 0; k < size; k++) work->row[l] += vectors[c * n + first + k] * block[k * size + l];
        }
        memcpy(&vectors[c * n + first], work->row, sizeof(double complex) * (size_t)size);
    }
    return UMK_OK;
}

/* phonopy's choice of eigenvectors in all degenerate sets. */
static umk_status choose_eigenvectors(velocity_work *work, umk_context *context, int64_t n) {
    const double direction[3] = {1 / sqrt(14.0), 2 / sqrt(14.0), 3 / sqrt(14.0)};
    double complex *directional = work->harmonic.matrix; /* the dynamical matrix is not needed any more */
    umk_degenerate_sets(n, work->frequencies, UMK_DEGENERACY_TOLERANCE, work->set_first);
    for (int64_t m = 0; m < n * n; m++) {
        directional[m] = direction[0] * work->derivative[m] + direction[1] * work->derivative[n * n + m] +
                         direction[2] * work->derivative[2 * n * n + m];
    }
    for (int64_t first = 0, end; first < n; first = end) {
        end = first + 1;
        while (end < n && work->set_first[end] == first) end++;
        if (end - first == 1) continue;
        umk_status status = diagonalize_set(work, context, n, first, end - first, directional);
        if (status != UMK_OK) return status;
    }
    return UMK_OK;
}

/* Fractional coordinates of q that differ by less are equal; has nothing to do with the tolerance of positions. */
static const double q_tolerance = 1e-5;

static void average_little_group(const umk_harmonic *harmonic, const double q[3], double *velocities) {
    double projector[3][3] = {{0}}, near[3];
    int64_t order = 0;
    for (int a = 0; a < 3; a++) near[a] = q[a] - nearbyint(q[a]);
    for (int64_t r = 0; r < harmonic->n_rotations; r++) {
        const int64_t(*rotation)[3] = (const int64_t(*)[3])harmonic->reciprocal_rotations[r];
        bool leaves = true;
        for (int a = 0; a < 3; a++) {
            double image = 0;
            for (int b = 0; b < 3; b++) image += (double)rotation[a][b] * near[b];
            leaves = leaves && fabs(near[a] - image) < q_tolerance;
        }
        if (!leaves) continue;
        order++;
        for (int m = 0; m < 9; m++) projector[m / 3][m % 3] += harmonic->cartesian_rotations[r][m / 3][m % 3];
    }
    for (int64_t band = 0; order > 0 && band < harmonic->n_bands; band++) {
        double mean[3];
        umk_apply3(mean, (const double(*)[3])projector, &velocities[3 * band]);
        for (int a = 0; a < 3; a++) velocities[3 * band + a] = mean[a] / (double)order;
    }
}

/* 1 / sqrt(2 f), 0 at and below the cut-off. */
static double amplitude(double frequency) {
    return frequency > lowest_frequency ? 1 / sqrt(2 * frequency) : 0;
}

/* <e_k| dD/dq |e_l> of one direction from product = dD/dq e. */
static double complex matrix_element(int64_t n, const double complex *vectors, const double complex *product, int64_t k,
                                     int64_t l) {
    double complex sum = 0;
    for (int64_t c = 0; c < n; c++) sum += conj(vectors[c * n + k]) * product[c * n + l];
    return sum;
}

/*
 * All elements of one direction from product = dD/dq e: scaled, Hermitian to the last bit, the diagonal as in
 * velocities.
 */
static void contract_pairs(velocity_work *work, int64_t n, double square, double complex *elements) {
    const double complex *vectors = work->eigenvectors;
    for (int64_t i = 0; i < n * n; i++) work->block[i] = conj(vectors[i]);
    umk_complex_product_transposed(n, n, n, work->block, work->harmonic.product, elements);
    for (int64_t k = 0; k < n; k++) {
        double scale = square * amplitude(work->frequencies[k]);
        double complex diagonal = matrix_element(n, vectors, work->harmonic.product, k, k);
        elements[k * n + k] = creal(diagonal) * scale * amplitude(work->frequencies[k]);
        for (int64_t l = 0; l < k; l++) {
            elements[k * n + l] *= scale * amplitude(work->frequencies[l]);
            elements[l * n + k] = conj(elements[k * n + l]);
        }
    }
}

static void contract(const umk_harmonic *harmonic, velocity_work *work, double complex *elements, double *velocities) {
    int64_t n = harmonic->n_bands;
    double square = harmonic->frequency_factor * harmonic->frequency_factor;
    double complex *product = work->harmonic.product;
    for (int a = 0; a < 3; a++) {
        umk_complex_product(n, n, n, work->derivative + a * n * n, work->eigenvectors, product);
        for (int64_t k = 0; velocities != NULL && k < n; k++) {
            double scale = square * amplitude(work->frequencies[k]);
            double complex diagonal = matrix_element(n, work->eigenvectors, product, k, k);
            velocities[3 * k + a] = creal(diagonal) * scale * amplitude(work->frequencies[k]);
        }
        if (elements != NULL) contract_pairs(work, n, square, elements + a * n * n);
    }
}

/* elements (3, n, n) and velocities (n, 3), not averaged; either may be NULL. */
static umk_status velocities_at(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                double complex *elements, double *velocities) {
    umk_status status = UMK_OK;
    velocity_work work;
    UMK_TRY(create_work(&work, context, harmonic));
    UMK_TRY(umk_harmonic_solve_at(harmonic, context, q, UMK_SOLVE_WITHOUT_DIRECTION, &work.harmonic, work.frequencies,
                                  work.eigenvectors));
    umk_dynamical_matrix_derivative(harmonic, q, &work.harmonic, work.derivative);
    UMK_TRY(choose_eigenvectors(&work, context, harmonic->n_bands));
    contract(harmonic, &work, elements, velocities);
cleanup:
    release_work(&work);
    return status;
}

umk_status umk_harmonic_group_velocities(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                         double *velocities) {
    umk_status status = velocities_at(harmonic, context, q, NULL, velocities);
    if (status == UMK_OK) average_little_group(harmonic, q, velocities);
    return status;
}

umk_status umk_harmonic_velocity_operator(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                          double *elements) {
    return velocities_at(harmonic, context, q, (double complex *)elements, NULL);
}
