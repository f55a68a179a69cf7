/*
 * Third-order force constants with a cut-off, as phono3py's --cutoff-fc3: Phi(i,j,k) is set to zero where one of the
 * three distances d(i,j), d(j,k), d(k,i) exceeds it. A distance is that between the closest images of two atoms in the
 * supercell. The condition does not depend on the order of the atoms, so that permutation symmetry stays; the sum rule
 * does not, because what is left out was part of the sums.
 *
 * The distance of any two atoms is that of a primitive atom and a supercell atom: a lattice translation brings the
 * first into the primitive cell.
 */
#include "force_constants/check.h"

#include <math.h>
#include <string.h>

typedef struct cut {
    umk_fc3 *fc3;
    const umk_supercell *supercell;
    double *distances; /* (n_primitive, n_supercell) angstrom */
    double longest;    /* distance that is kept */
    int64_t *n_kept;   /* (n_primitive, n_supercell) blocks of each row (i, j) */
} cut;

static double length(const double vector[3], const double lattice[3][3]) {
    double square = 0;
    for (int c = 0; c < 3; c++) {
        double x = vector[0] * lattice[0][c] + vector[1] * lattice[1][c] + vector[2] * lattice[2][c];
        square += x * x;
    }
    return sqrt(square);
}

/* The images of a pair are equally long up to the symmetry tolerance, which may be loose; the closest one counts. */
static void measure_distances(const cut *c, const umk_crystal *crystal) {
    int64_t n_p = c->fc3->n_primitive, n_s = c->fc3->n_supercell;
    for (int64_t s = 0; s < n_s; s++) {
        for (int64_t p = 0; p < n_p; p++) {
            const int64_t *images = c->supercell->multiplicity + 2 * (s * n_p + p);
            double closest = INFINITY;
            for (int64_t image = images[1]; image < images[1] + images[0]; image++) {
                const double *vector = c->supercell->shortest_vectors[image];
                closest = fmin(closest, length(vector, (const double(*)[3])crystal->primitive.lattice));
            }
            c->distances[p * n_s + s] = closest;
        }
    }
}

/* Blocks (p, j, k) for all k. */
static umk_status cut_row(void *argument, int64_t index, int worker) {
    (void)worker;
    const cut *c = argument;
    const umk_supercell *supercell = c->supercell;
    int64_t n_s = c->fc3->n_supercell, p = index / n_s, j = index % n_s;
    const int64_t *vector = supercell->lattice_vectors[j];
    const int64_t back[3] = {-vector[0], -vector[1], -vector[2]};
    const double *from_p = c->distances + p * n_s, *from_j = c->distances + supercell->s2pp_map[j] * n_s;
    double *blocks = c->fc3->values + 27 * index * n_s;
    bool pair_kept = from_p[j] <= c->longest;
    for (int64_t k = 0; k < n_s; k++) {
        if (pair_kept && from_p[k] <= c->longest && from_j[umk_supercell_translate(supercell, k, back)] <= c->longest) {
            c->n_kept[index]++;
        } else {
            memset(blocks + 27 * k, 0, 27 * sizeof *blocks);
        }
    }
    return UMK_OK;
}

umk_status umk_fc3_create_within(umk_fc3 **fc3, int64_t *n_kept, umk_context *context, const umk_crystal *crystal,
                                 const umk_force_constants_file *file, double distance) {
    umk_status status = UMK_OK;
    cut c = {.supercell = &crystal->supercell, .longest = distance + UMK_SYMMETRY_TOLERANCE};
    int64_t sum = 0;
    *fc3 = NULL;
    if (!(distance > 0) || !isfinite(distance)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "cut-off distance %g angstrom of fc3: it must be above 0",
                        distance);
    }
    UMK_TRY(umk_fc3_create(&c.fc3, context, crystal, file));
    int64_t n_rows = c.fc3->n_primitive * c.fc3->n_supercell;
    UMK_ALLOCATE(context, c.distances, n_rows);
    UMK_ALLOCATE(context, c.n_kept, n_rows);
    measure_distances(&c, crystal);
    UMK_TRY(umk_parallel_for(context, n_rows, cut_row, &c));
    for (int64_t i = 0; i < n_rows; i++) sum += c.n_kept[i];
    if (n_kept != NULL) *n_kept = sum;
    *fc3 = c.fc3;
    c.fc3 = NULL;
cleanup:
    umk_release(c.n_kept);
    umk_release(c.distances);
    umk_fc3_destroy(c.fc3);
    return status;
}
