/*
 * Shortest images among three atoms of the supercell.
 *
 * The vector from atom j to atom k is that from the primitive atom of j's kind to the atom into which k goes under the
 * lattice translation that brings j to it.
 */
#include "three_phonon/triples.h"
#include "linalg/matrix3.h"

static double distance(const umk_crystal *crystal, const double vector[3]) {
    double square = 0;
    for (int c = 0; c < 3; c++) {
        double x = 0;
        for (int r = 0; r < 3; r++) x += vector[r] * crystal->primitive.lattice[r][c];
        square += x * x;
    }
    return sqrt(square);
}

typedef struct flag_task {
    const umk_crystal *crystal;
    int8_t *flags;
} flag_task;

static const int64_t *pair_of(const umk_crystal *crystal, int64_t atom, int64_t primitive_atom) {
    return crystal->supercell.multiplicity + (atom * crystal->primitive.n_atoms + primitive_atom) * 2;
}

static bool closes(const flag_task *task, int64_t i, int64_t j, int64_t k) {
    const umk_crystal *crystal = task->crystal;
    const umk_supercell *supercell = &crystal->supercell;
    const int64_t *pair_j = pair_of(crystal, j, i), *pair_k = pair_of(crystal, k, i);
    if (pair_k[0] > 1) return false;
    int64_t back[3];
    for (int c = 0; c < 3; c++) back[c] = -supercell->lattice_vectors[j][c];
    int64_t mapped = umk_supercell_translate(supercell, k, back);
    const int64_t *pair_jk = pair_of(crystal, mapped, supercell->s2pp_map[j]);
    if (pair_jk[0] > 1) return false;
    double difference[3];
    for (int c = 0; c < 3; c++) {
        difference[c] = supercell->shortest_vectors[pair_k[1]][c] - supercell->shortest_vectors[pair_j[1]][c];
    }
    double direct = distance(crystal, supercell->shortest_vectors[pair_jk[1]]);
    return fabs(direct - distance(crystal, difference)) < crystal->symmetry_tolerance;
}

static umk_status flag_pair(void *argument, int64_t index, int worker) {
    (void)worker;
    const flag_task *task = argument;
    int64_t n_s = task->crystal->supercell.cell.n_atoms;
    int64_t i = index / n_s, j = index % n_s;
    if (pair_of(task->crystal, j, i)[0] > 1) return UMK_OK;
    for (int64_t k = 0; k < n_s; k++) task->flags[index * n_s + k] = closes(task, i, j, k);
    return UMK_OK;
}

umk_status umk_all_shortest(int8_t **flags, umk_context *context, const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    int64_t n_s = crystal->supercell.cell.n_atoms, n_p = crystal->primitive.n_atoms;
    *flags = NULL;
    UMK_ALLOCATE(context, *flags, umk_checked_product(3, (const int64_t[]){n_p, n_s, n_s}));
    flag_task task = {crystal, *flags};
    UMK_TRY(umk_parallel_for(context, n_p * n_s, flag_pair, &task));
cleanup:
    if (status != UMK_OK) {
        umk_release(*flags);
        *flags = NULL;
    }
    return status;
}

umk_status umk_image_lattice_vectors(int64_t (**vectors)[3], umk_context *context, const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    const umk_supercell *supercell = &crystal->supercell;
    int64_t n_s = supercell->cell.n_atoms, n_p = crystal->primitive.n_atoms;
    *vectors = NULL;
    UMK_ALLOCATE(context, *vectors, supercell->n_shortest_vectors);
    for (int64_t j = 0; j < n_s; j++) {
        const double *to = crystal->primitive.positions[supercell->s2pp_map[j]];
        for (int64_t i = 0; i < n_p; i++) {
            const double *from = crystal->primitive.positions[i];
            const int64_t *pair = pair_of(crystal, j, i);
            for (int64_t image = pair[1]; image < pair[1] + pair[0]; image++) {
                for (int c = 0; c < 3; c++) {
                    (*vectors)[image][c] = llround(supercell->shortest_vectors[image][c] + from[c] - to[c]);
                }
            }
        }
    }
cleanup:
    return status;
}
