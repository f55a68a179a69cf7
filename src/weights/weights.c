/*
 * Creation of the weights of a grid, and what triplets and single points share: gathering the frequencies of the
 * neighbours, and the memory of the queue in which evaluations wait.
 */
#include <math.h>
#include <string.h>

#include "linalg/matrix3.h"
#include "weights/internal.h"

static umk_status check_options(umk_context *context, const umk_weights_options *options) {
    if (!(options->sigma >= 0) || !isfinite(options->sigma)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the smearing width %g THz is not a number of zero or more",
                        options->sigma);
    }
    if (!(options->sigma_cutoff >= 0) || !isfinite(options->sigma_cutoff)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the smearing cut-off %g is not a number of zero or more",
                        options->sigma_cutoff);
    }
    return UMK_OK;
}

const umk_weights_kernels *umk_weights_kernels_of(umk_kernel_set set) {
    static const umk_weights_kernels *const kernels[UMK_N_KERNEL_SETS] = {
        [UMK_KERNELS_REFERENCE] = &umk_weights_kernels_reference, UMK_KERNEL_TABLES(umk_weights_kernels)};
    return kernels[set];
}

umk_status umk_weights_create(umk_weights **weights, umk_context *context, const umk_grid *grid,
                              const umk_weights_options *options) {
    return umk_weights_create_with(weights, context, grid, options, 0, NULL);
}

umk_status umk_weights_create_with(umk_weights **weights, umk_context *context, const umk_grid *grid,
                                   const umk_weights_options *options, int64_t n, const int64_t (*corners)[4][3]) {
    umk_status status = UMK_OK;
    umk_weights *made = NULL;
    umk_weights_options defaults = UMK_WEIGHTS_OPTIONS_INIT;
    umk_kernel_set set;
    *weights = NULL;
    if (options == NULL) options = &defaults;
    UMK_TRY(check_options(context, options));
    UMK_TRY(umk_kernel_set_choose(&set, context, options->kernels));
    UMK_ALLOCATE(context, made, 1);
    made->grid = grid;
    made->options = *options;
    made->options.kernels = NULL; /* borrowed for the call */
    made->kernels = umk_weights_kernels_of(set);
    if (corners == NULL) {
        UMK_TRY(umk_weights_make_tetrahedra(made, context));
    } else {
        UMK_TRY(umk_weights_take_tetrahedra(made, context, n, corners));
    }
    *weights = made;
    made = NULL;

cleanup:
    umk_weights_destroy(made);
    return status;
}

void umk_weights_destroy(umk_weights *weights) {
    if (weights == NULL) return;
    umk_release(weights->relative_addresses);
    umk_release(weights->tetrahedron_weights);
    umk_release(weights->steps);
    umk_release(weights->folded[0]);
    umk_release(weights->folded[1]);
    umk_release(weights->corners);
    umk_figures_destroy(weights->figures);
    umk_release(weights);
}

/* ---- workspace --------------------------------------------------------------------------------------------------*/

void umk_weights_enlarge(umk_weights_sizes *sizes, const umk_weights *weights) {
    if (weights->figures == NULL) return;
    sizes->n_vertices = umk_larger(sizes->n_vertices, weights->n_vertices);
    sizes->n_figures = umk_larger(sizes->n_figures, weights->figures->n_figures);
    sizes->n_patterns = umk_larger(sizes->n_patterns, weights->figures->n_patterns);
}

void umk_weights_queue_lay_out(umk_weights_queue *queue, const umk_weights_sizes *sizes, char *workspace,
                               int64_t *bytes) {
    const int64_t most_parts = 32768; /* enough evaluations for most patterns to fill their rows many times */
    int64_t n_rows = sizes->n_patterns * UMK_WEIGHTS_ROWS;
    *queue = (umk_weights_queue){.capacity = umk_weights_padded(most_parts / umk_larger(sizes->n_figures, 1))};
    queue->weights = umk_take(workspace, bytes, queue->capacity, sizeof(double *));
    queue->parts = umk_take(workspace, bytes, queue->capacity * sizes->n_figures, sizeof(double));
    queue->n_rows = umk_take(workspace, bytes, sizes->n_patterns, sizeof(int32_t));
    queue->owners = umk_take(workspace, bytes, n_rows, sizeof(int32_t));
    queue->rows = umk_take(workspace, bytes, n_rows * umk_figure_row, sizeof(double));
    queue->stretch = umk_take(workspace, bytes, 1, sizeof *queue->stretch);
    if (workspace == NULL) return;
    memset(queue->n_rows, 0, (size_t)sizes->n_patterns * sizeof(int32_t));
    queue->stretch->n = 0;
}

void umk_leg_values_lay_out(umk_leg_values *values, const umk_weights_sizes *sizes, int64_t n_bands, char *workspace,
                            int64_t *bytes) {
    int64_t n_padded = umk_weights_padded(n_bands);
    values->by_vertex = umk_take(workspace, bytes, sizes->n_vertices * n_padded, sizeof(double));
    values->by_band = umk_take(workspace, bytes, n_padded * sizes->n_figures * umk_figure_row, sizeof(double));
    values->points = umk_take(workspace, bytes, sizes->n_vertices, sizeof(int64_t));
}

/* ---- neighbours -------------------------------------------------------------------------------------------------*/

/**
 * BZ index of the image with the address centre + step, or of the first image of that grid point where none has it:
 * phono3py's rule. base is the centre's address modulo D, folded the step's.
 */
static int64_t neighbour(const umk_grid *grid, const int64_t base[3], const int64_t folded[3], const int64_t centre[3],
                         const int64_t step[3], int sign) {
    int64_t place[3];
    for (int i = 0; i < 3; i++) {
        place[i] = base[i] + folded[i];
        if (place[i] >= grid->diagonal[i]) place[i] -= grid->diagonal[i];
    }
    int64_t gr = place[0] + grid->diagonal[0] * (place[1] + grid->diagonal[1] * place[2]);
    int64_t first = grid->bz_map[gr], end = grid->bz_map[gr + 1];
    for (int64_t i = first; end > first + 1 && i < end; i++) {
        const int64_t *image = grid->addresses[i];
        if (image[0] == centre[0] + sign * step[0] && image[1] == centre[1] + sign * step[1] &&
            image[2] == centre[2] + sign * step[2]) {
            return i;
        }
    }
    return first;
}

void umk_weights_gather(umk_leg_values *values, const umk_weights *weights, const umk_phonons *phonons,
                        int64_t bz_point, bool reverse, bool clip) {
    const umk_grid *grid = weights->grid;
    const umk_tetrahedra *tetrahedra = &weights->tetrahedra;
    const int64_t *address = grid->addresses[bz_point];
    int64_t base[3];
    for (int i = 0; i < 3; i++) base[i] = umk_modulo(address[i], grid->diagonal[i]);
    values->points[0] = bz_point;
    for (int64_t v = 1; v < tetrahedra->n_vertices; v++) {
        values->points[v] =
            neighbour(grid, base, weights->folded[reverse][v], address, weights->steps[v], reverse ? -1 : 1);
    }
    weights->kernels->gather(tetrahedra, phonons->n_bands, phonons->frequencies, values->points, clip ? 0 : -INFINITY,
                             values);
}
