/*
 * Isotope scattering: Tamura, Phys. Rev. B 27, 858 (1983), eq. 12, as a half linewidth in ordinary frequency:
 *
 *   gamma(q0, nu0) = (pi / 4) w0^2 / N sum_{q, nu} sum_kappa g_kappa |e(q0 nu0)_kappa^* . e(q nu)_kappa|^2 delta(w0 -
 * w(q nu))
 *
 * with the mass variances g and the tetrahedron or Gaussian weights for the delta function. Where weights are averaged
 * over degenerate bands at q they are averaged over those at q0 as well. Modes below the cut-off frequency take no
 * part on either side.
 *
 * Work is cut into blocks of points q0, which share the vertices gathered around q, times a fixed number of
 * chunks of q, whose partial sums are added in order: results depend neither on the threads nor on the other points.
 */
#include <math.h>
#include <string.h>
#include <umklapp/isotope.h>

#include "base/base.h"
#include "grid/grid.h"
#include "phonon/phonons.h"
#include "weights/weights.h"

#define N_CHUNKS          16
#define ENERGIES_OF_BLOCK 256

/** Scratch of one worker. */
typedef struct scratch {
    double *energies;      /* (n_energies) of the block, ascending */
    int64_t *rows;         /* (n_energies) row of each (point, band) of the block in energies and values */
    double *values;        /* (n_energies, n_bands) weights at one q */
    double *mean;          /* (n_bands) */
    double *block_vectors; /* (n_energies, n_bands components) complex, of q0 */
    double *vectors;       /* (n_bands, n_bands components) complex, of q */
    void *workspace;
} scratch;

typedef struct isotope_run {
    const umk_grid *grid;
    const umk_phonons *phonons;
    const umk_weights *weights;
    const double *mass_variances;
    double cutoff_frequency;
    int64_t n_points, n_block_points;
    const int64_t *bz_points;
    bool average;    /* weights over degenerate bands at q0 */
    double *partial; /* (N_CHUNKS, n_points, n_bands) */
    scratch *workers;
} isotope_run;

/** Eigenvectors of a BZ point as rows: out (n_bands, n_bands components). */
static void transpose_vectors(double *out, const umk_phonons *phonons, int64_t bz_point) {
    int64_t n = phonons->n_bands;
    const double *in = (const double *)(phonons->eigenvectors + bz_point * n * n);
    for (int64_t component = 0; component < n; component++) {
        for (int64_t band = 0; band < n; band++) {
            out[2 * (band * n + component)] = in[2 * (component * n + band)];
            out[2 * (band * n + component) + 1] = in[2 * (component * n + band) + 1];
        }
    }
}

/** sum_kappa g_kappa |a_kappa^* . b_kappa|^2 */
static double disorder_strength(int64_t n_bands, const double *mass_variances, const double *a, const double *b) {
    double sum = 0;
    for (int64_t atom = 0; atom < n_bands / 3; atom++, a += 6, b += 6) {
        double re = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] + a[4] * b[4] + a[5] * b[5];
        double im = a[0] * b[1] - a[1] * b[0] + a[2] * b[3] - a[3] * b[2] + a[4] * b[5] - a[5] * b[4];
        sum += mass_variances[atom] * (re * re + im * im);
    }
    return sum;
}

/** Sorted energies, their rows, and eigenvectors of the block of points first ... first + n - 1. */
static void prepare_block(scratch *s, const isotope_run *run, int64_t first, int64_t n) {
    int64_t n_bands = run->phonons->n_bands;
    int64_t *order = s->rows; /* holds (row -> energy) until it is inverted */
    for (int64_t i = 0; i < n * n_bands; i++) {
        int64_t point = run->bz_points[first + i / n_bands], place = i;
        double energy = run->phonons->frequencies[point * n_bands + i % n_bands];
        for (; place > 0 && s->energies[place - 1] > energy; place--) {
            s->energies[place] = s->energies[place - 1];
            order[place] = order[place - 1];
        }
        s->energies[place] = energy;
        order[place] = i;
    }
    int64_t *inverse = (int64_t *)s->values;
    for (int64_t row = 0; row < n * n_bands; row++) inverse[order[row]] = row;
    memcpy(s->rows, inverse, (size_t)(n * n_bands) * sizeof *inverse);
    for (int64_t p = 0; p < n; p++) {
        transpose_vectors(s->block_vectors + 2 * p * n_bands * n_bands, run->phonons, run->bz_points[first + p]);
    }
}

/** Weights (n_bands) of energy row of a degenerate set at q0; rows holds the rows of its bands. */
static const double *set_weights(scratch *s, const isotope_run *run, const int64_t *rows, int64_t n_set) {
    int64_t n_bands = run->phonons->n_bands;
    if (!run->average || n_set == 1) return s->values + rows[0] * n_bands;
    for (int64_t b = 0; b < n_bands; b++) {
        double sum = 0;
        for (int64_t i = 0; i < n_set; i++) sum += s->values[rows[i] * n_bands + b];
        s->mean[b] = sum / (double)n_set;
    }
    return s->mean;
}

/** Adds what q scatters into one point of the block: sums (n_bands). */
static void add_point(scratch *s, const isotope_run *run, int64_t point, const int64_t *rows, const double *vectors0,
                      const double *frequencies, double *sums) {
    int64_t n_bands = run->phonons->n_bands;
    const int64_t *set_first = run->phonons->set_first + point * n_bands;
    for (int64_t first = 0, end; first < n_bands; first = end) {
        for (end = first + 1; run->average && end < n_bands && set_first[end] == set_first[first];) end++;
        const double *weights = set_weights(s, run, rows + first, end - first);
        for (int64_t b = 0; b < n_bands; b++) {
            if (weights[b] == 0 || frequencies[b] < run->cutoff_frequency) continue;
            for (int64_t b0 = first; b0 < end; b0++) {
                sums[b0] += weights[b] * disorder_strength(n_bands, run->mass_variances, vectors0 + 2 * b0 * n_bands,
                                                           s->vectors + 2 * b * n_bands);
            }
        }
    }
}

/** One block of q0 and one chunk of q. */
static umk_status run_task(void *argument, int64_t index, int worker) {
    const isotope_run *run = argument;
    scratch *s = &run->workers[worker];
    int64_t n_bands = run->phonons->n_bands, n_grid = run->grid->n_points, chunk = index % N_CHUNKS;
    int64_t first = index / N_CHUNKS * run->n_block_points, n = run->n_points - first;
    if (n > run->n_block_points) n = run->n_block_points;
    double *sums = run->partial + (chunk * run->n_points + first) * n_bands;
    prepare_block(s, run, first, n);
    for (int64_t i = n_grid * chunk / N_CHUNKS; i < n_grid * (chunk + 1) / N_CHUNKS; i++) {
        int64_t q = run->grid->gr_to_bz[i];
        umk_weights_points(run->weights, run->phonons, q, n * n_bands, s->energies, s->values, s->workspace);
        transpose_vectors(s->vectors, run->phonons, q);
        for (int64_t p = 0; p < n; p++) {
            add_point(s, run, run->bz_points[first + p], s->rows + p * n_bands,
                      s->block_vectors + 2 * p * n_bands * n_bands, run->phonons->frequencies + q * n_bands,
                      sums + p * n_bands);
        }
    }
    return UMK_OK;
}

/** Sums of the chunks in order, the prefactor, the cut-off at q0, and the mean over degenerate bands. */
static void finish_point(double *gamma, const isotope_run *run, int64_t p) {
    int64_t n_bands = run->phonons->n_bands, point = run->bz_points[p];
    const double *frequencies = run->phonons->frequencies + point * n_bands;
    const int64_t *set_first = run->phonons->set_first + point * n_bands;
    for (int64_t b = 0; b < n_bands; b++) {
        double sum = 0;
        for (int64_t chunk = 0; chunk < N_CHUNKS; chunk++)
            sum += run->partial[(chunk * run->n_points + p) * n_bands + b];
        gamma[b] = UMK_PI / 4 * frequencies[b] * frequencies[b] * sum / (double)run->grid->n_points;
        if (frequencies[b] < run->cutoff_frequency) gamma[b] = 0;
    }
    for (int64_t first = 0, end; first < n_bands; first = end) {
        double sum = 0;
        for (end = first; end < n_bands && set_first[end] == set_first[first]; end++) sum += gamma[end];
        for (int64_t b = first; b < end; b++) gamma[b] = sum / (double)(end - first);
    }
}

static umk_status check_arguments(umk_context *context, const isotope_run *run) {
    const umk_phonons *phonons = run->phonons;
    if (run->weights->grid != run->grid || phonons->n_points != run->grid->n_bz_points) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "phonons and weights do not belong to the grid");
    }
    if (!(run->cutoff_frequency >= 0) || !isfinite(run->cutoff_frequency)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the cut-off frequency %g THz is not a number of zero or more",
                        run->cutoff_frequency);
    }
    for (int64_t atom = 0; atom < phonons->n_bands / 3; atom++) {
        if (!(run->mass_variances[atom] >= 0) || !isfinite(run->mass_variances[atom])) {
            return umk_fail(context, UMK_ERROR_ARGUMENT,
                            "the mass variance %g of atom %lld is not a number of zero or more",
                            run->mass_variances[atom], (long long)atom + 1);
        }
    }
    for (int64_t p = 0; p < run->n_points; p++) {
        if (run->bz_points[p] < 0 || run->bz_points[p] >= run->grid->n_bz_points) {
            return umk_fail(context, UMK_ERROR_ARGUMENT, "there is no grid point %lld: the grid has %lld",
                            (long long)run->bz_points[p], (long long)run->grid->n_bz_points);
        }
    }
    return UMK_OK;
}

static umk_status allocate_worker(scratch *s, umk_context *context, const isotope_run *run) {
    umk_status status = UMK_OK;
    int64_t n = run->phonons->n_bands, n_energies = run->n_block_points * n;
    UMK_ALLOCATE(context, s->energies, n_energies);
    UMK_ALLOCATE(context, s->rows, n_energies);
    UMK_ALLOCATE(context, s->values, n_energies * n);
    UMK_ALLOCATE(context, s->mean, n);
    UMK_ALLOCATE(context, s->block_vectors, 2 * n_energies * n);
    UMK_ALLOCATE(context, s->vectors, 2 * n * n);
    s->workspace = umk_allocate(context, umk_weights_workspace_size(run->weights, n), 1);
    if (s->workspace == NULL) status = UMK_ERROR_MEMORY;

cleanup:
    return status;
}

static void release_workers(scratch *workers, int n_workers) {
    for (int i = 0; workers != NULL && i < n_workers; i++) {
        umk_release(workers[i].energies);
        umk_release(workers[i].rows);
        umk_release(workers[i].values);
        umk_release(workers[i].mean);
        umk_release(workers[i].block_vectors);
        umk_release(workers[i].vectors);
        umk_release(workers[i].workspace);
    }
    umk_release(workers);
}

umk_status umk_isotope_linewidths(double *gamma, umk_context *context, const umk_grid *grid, const umk_phonons *phonons,
                                  const umk_weights *weights, const double *mass_variances, double cutoff_frequency,
                                  int64_t n_points, const int64_t *bz_points) {
    umk_status status = UMK_OK;
    int n_workers = umk_context_n_threads(context);
    int64_t n_bands = phonons->n_bands, n_blocks;
    const int64_t factors[3] = {N_CHUNKS, n_points, n_bands};
    const umk_weights_options *options = &weights->options;
    isotope_run run = {.grid = grid,
                       .phonons = phonons,
                       .weights = weights,
                       .mass_variances = mass_variances,
                       .cutoff_frequency = cutoff_frequency,
                       .n_points = n_points,
                       .bz_points = bz_points,
                       .average = options->sigma == 0 && !options->no_average_degenerate_weights};
    run.n_block_points = ENERGIES_OF_BLOCK / n_bands > 0 ? ENERGIES_OF_BLOCK / n_bands : 1;
    UMK_TRY(check_arguments(context, &run));
    UMK_ALLOCATE(context, run.partial, umk_checked_product(3, factors));
    UMK_ALLOCATE(context, run.workers, n_workers);
    for (int i = 0; i < n_workers; i++) UMK_TRY(allocate_worker(&run.workers[i], context, &run));
    n_blocks = (n_points + run.n_block_points - 1) / run.n_block_points;
    UMK_TRY(umk_parallel_for(context, n_blocks * N_CHUNKS, run_task, &run));
    for (int64_t p = 0; p < n_points; p++) finish_point(gamma + p * n_bands, &run, p);

cleanup:
    release_workers(run.workers, n_workers);
    umk_release(run.partial);
    return status;
}
