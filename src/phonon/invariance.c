/*
 * Whether the dynamical matrix has the symmetry of the crystal: D(R q) = Gamma D(q) Gamma^+ with the matrices Gamma of
 * symmetry.c. Force constants, charges and masses can each break it, and so can the truncated sum over G and the choice
 * among commensurate points. So D itself is compared, at q-points in general position, where nothing vanishes by
 * chance.
 */
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"

enum { n_probes = 2 };
static const double probes[n_probes][3] = {{0.0917, 0.2383, 0.1549}, {-0.3319, 0.1277, 0.4093}};

typedef struct invariance_work {
    const umk_harmonic *harmonic;
    umk_harmonic_workspace *workspaces; /* (n_threads) */
    double complex *matrices;           /* (n_probes, n, n) */
    double complex *scratch;            /* (n_threads, 2, n, n) */
    double *deviations;                 /* (n_operations, n_probes) */
} invariance_work;

static double largest_element(int64_t n, const double complex *matrix) {
    double largest = 0;
    for (int64_t i = 0; i < n * n; i++) largest = fmax(largest, cabs(matrix[i]));
    return largest;
}

static void transpose_conjugate(int64_t n, const double complex *from, double complex *to) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) to[j * n + i] = conj(from[i * n + j]);
    }
}

/* Largest |D(R q) - Gamma D(q) Gamma^+|, as a share of the largest element of D(q). */
static umk_status compare(void *argument, int64_t index, int worker) {
    invariance_work *work = argument;
    const umk_harmonic *harmonic = work->harmonic;
    int64_t n = harmonic->n_bands, probe = index % n_probes;
    umk_harmonic_workspace *workspace = &work->workspaces[worker];
    umk_mode_rotation rotation = {.operation = index / n_probes};
    const int64_t(*reciprocal)[3] =
        (const int64_t(*)[3])harmonic->symmetry.operations[rotation.operation].reciprocal_rotation;
    for (int a = 0; a < 3; a++) {
        rotation.q[a] = probes[probe][a];
        for (int b = 0; b < 3; b++) rotation.rotated_q[a] += (double)reciprocal[a][b] * probes[probe][b];
    }
    const double complex *matrix = work->matrices + probe * n * n;
    double complex *half = work->scratch + worker * 2 * n * n, *turned = half + n * n, *whole = workspace->product;
    umk_mode_rotate(&harmonic->symmetry, &rotation, n, matrix, half);
    transpose_conjugate(n, half, turned);
    umk_mode_rotate(&harmonic->symmetry, &rotation, n, turned, whole);
    umk_dynamical_matrix(harmonic, rotation.rotated_q, true, workspace, workspace->matrix);
    for (int64_t i = 0; i < n * n; i++) whole[i] -= workspace->matrix[i];
    work->deviations[index] = largest_element(n, whole) / largest_element(n, matrix);
    return UMK_OK;
}

umk_status umk_harmonic_asymmetry(const umk_harmonic *harmonic, umk_context *context, double *asymmetry) {
    umk_status status = UMK_OK;
    int n_threads = umk_context_n_threads(context);
    int64_t n = harmonic->n_bands, n_pieces = n_probes * harmonic->symmetry.n_operations;
    invariance_work work = {.harmonic = harmonic};
    *asymmetry = 0;
    UMK_ALLOCATE(context, work.workspaces, n_threads);
    UMK_ALLOCATE(context, work.matrices, n_probes * n * n);
    UMK_ALLOCATE(context, work.scratch, n_threads * 2 * n * n);
    UMK_ALLOCATE(context, work.deviations, n_pieces);
    for (int t = 0; t < n_threads; t++) {
        UMK_TRY(umk_harmonic_workspace_create(&work.workspaces[t], context, harmonic));
    }
    for (int64_t p = 0; p < n_probes; p++) {
        umk_dynamical_matrix(harmonic, probes[p], true, &work.workspaces[0], work.matrices + p * n * n);
    }
    UMK_TRY(umk_parallel_for(context, n_pieces, compare, &work));
    for (int64_t i = 0; i < n_pieces; i++) {
        /* a NaN, of a matrix of zeros, counts as the largest */
        if (!(work.deviations[i] <= *asymmetry) && !isnan(*asymmetry)) *asymmetry = work.deviations[i];
    }
cleanup:
    for (int t = 0; work.workspaces != NULL && t < n_threads; t++) umk_harmonic_workspace_clear(&work.workspaces[t]);
    umk_release(work.workspaces);
    umk_release(work.matrices);
    umk_release(work.scratch);
    umk_release(work.deviations);
    return status;
}
