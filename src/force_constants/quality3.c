/*
 * How well third-order force constants obey what exact ones do: the sum over each of the three atoms vanishes, and
 * exchanging two (atom, direction) pairs changes nothing. Blocks whose first atom is outside the primitive cell are
 * translates: Phi(i,j,k) = Phi(pp(i), j - R_i, k - R_i). One piece of work is a pair (primitive atom, supercell atom);
 * only largest values are kept, so that the result does not depend on which thread does what.
 */
#include "force_constants/check.h"

#include <math.h>

typedef struct measurement {
    const umk_fc3 *fc3;
    const umk_supercell *supercell;
    int32_t *moved; /* (n_cosets, n_s) the atom that each atom becomes by minus a lattice vector */
    umk_force_constants_quality *of_worker;
} measurement;

/** Largest values so far, element by element, which the compiler can keep in vectors; the largest of them counts. */
typedef struct largest_values {
    double value[27], asymmetry[27];
} largest_values;

static const double *home_block(const umk_fc3 *fc3, int64_t p, int64_t j, int64_t k) {
    return fc3->values + 27 * ((p * fc3->n_supercell + j) * fc3->n_supercell + k);
}

/* What atoms become by the translation that takes the atom to the primitive one. */
static const int32_t *moves_of(const measurement *m, int64_t atom) {
    const umk_supercell *supercell = m->supercell;
    return m->moved +
           umk_sublattice_coset(&supercell->translations, supercell->lattice_vectors[atom]) * supercell->cell.n_atoms;
}

/* The block Phi(i,j,k) for any three supercell atoms. */
static const double *block(const measurement *m, int64_t i, int64_t j, int64_t k) {
    const int32_t *moves = moves_of(m, i);
    return home_block(m->fc3, m->supercell->s2pp_map[i], moves[j], moves[k]);
}

static double largest_of(double largest, const double values[27]) {
    for (int i = 0; i < 27; i++) largest = fmax(largest, fabs(values[i]));
    return largest;
}

static inline void take_larger(double largest[27], const double values[27]) {
    for (int i = 0; i < 27; i++) largest[i] = fabs(values[i]) > largest[i] ? fabs(values[i]) : largest[i];
}

/* |here[a][b][c] - there[...]| where there has two directions exchanged: strides of a, b, c in there. */
static inline void take_exchanged(double largest[27], const double here[27], const double there[27], int a, int b,
                                  int c) {
    double difference[27];
    for (int i = 0; i < 27; i++) difference[i] = here[i] - there[a * (i / 9) + b * (i / 3 % 3) + c * (i % 3)];
    take_larger(largest, difference);
}

/* Blocks (p, s, k) for all k: exchanges, the largest element and the sum over the third atom. */
static void measure_row(umk_force_constants_quality *quality, const measurement *m, int64_t p, int64_t s) {
    int64_t home = m->supercell->p2s_map[p];
    double sum[27] = {0};
    largest_values largest = {{0}, {0}};
    for (int64_t k = 0; k < m->fc3->n_supercell; k++) {
        const double *here = home_block(m->fc3, p, s, k);
        for (int i = 0; i < 27; i++) sum[i] += here[i];
        take_larger(largest.value, here);
        take_exchanged(largest.asymmetry, here, block(m, s, home, k), 3, 9, 1);
        take_exchanged(largest.asymmetry, here, home_block(m->fc3, p, k, s), 9, 1, 3);
        take_exchanged(largest.asymmetry, here, block(m, k, s, home), 1, 3, 9);
    }
    quality->largest = largest_of(quality->largest, largest.value);
    quality->asymmetry = largest_of(quality->asymmetry, largest.asymmetry);
    quality->drift[2] = largest_of(quality->drift[2], sum);
}

/* Sums over the first atom of (i, p, s) and over the second atom of (p, j, s). */
static void measure_columns(umk_force_constants_quality *quality, const measurement *m, int64_t p, int64_t s) {
    int64_t home = m->supercell->p2s_map[p];
    double over_first[27] = {0}, over_second[27] = {0};
    for (int64_t i = 0; i < m->fc3->n_supercell; i++) {
        const double *first = block(m, i, home, s), *second = home_block(m->fc3, p, i, s);
        for (int k = 0; k < 27; k++) {
            over_first[k] += first[k];
            over_second[k] += second[k];
        }
    }
    quality->drift[0] = largest_of(quality->drift[0], over_first);
    quality->drift[1] = largest_of(quality->drift[1], over_second);
}

static umk_status measure(void *argument, int64_t index, int worker) {
    const measurement *m = argument;
    int64_t p = index / m->fc3->n_supercell, s = index % m->fc3->n_supercell;
    measure_row(&m->of_worker[worker], m, p, s);
    measure_columns(&m->of_worker[worker], m, p, s);
    return UMK_OK;
}

static umk_status list_moves(measurement *m, umk_context *context) {
    umk_status status = UMK_OK;
    const umk_supercell *supercell = m->supercell;
    int64_t n_s = supercell->cell.n_atoms, n_cosets = supercell->translations.n_cosets;
    UMK_ALLOCATE(context, m->moved, umk_checked_product(2, (const int64_t[]){n_cosets, n_s}));
    for (int64_t s = 0; s < n_s; s++) {
        if (supercell->s2pp_map[s] != 0) continue; /* the translates of one atom are all translations */
        const int64_t *vector = supercell->lattice_vectors[s];
        const int64_t back[3] = {-vector[0], -vector[1], -vector[2]};
        int32_t *moves = m->moved + umk_sublattice_coset(&supercell->translations, vector) * n_s;
        for (int64_t k = 0; k < n_s; k++) moves[k] = (int32_t)umk_supercell_translate(supercell, k, back);
    }
cleanup:
    return status;
}

umk_status umk_fc3_quality(umk_force_constants_quality *quality, umk_context *context, const umk_fc3 *fc3,
                           const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    measurement m = {.fc3 = fc3, .supercell = &crystal->supercell};
    int n_workers = umk_context_n_threads(context);
    *quality = (umk_force_constants_quality){0};
    if (m.supercell->n_primitive != fc3->n_primitive || m.supercell->cell.n_atoms != fc3->n_supercell) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "fc3 and crystal do not belong together");
    }
    UMK_ALLOCATE(context, m.of_worker, n_workers);
    UMK_TRY(list_moves(&m, context));
    UMK_TRY(umk_parallel_for(context, fc3->n_primitive * fc3->n_supercell, measure, &m));
    for (int w = 0; w < n_workers; w++) {
        const umk_force_constants_quality *part = &m.of_worker[w];
        for (int i = 0; i < 3; i++) quality->drift[i] = fmax(quality->drift[i], part->drift[i]);
        quality->asymmetry = fmax(quality->asymmetry, part->asymmetry);
        quality->largest = fmax(quality->largest, part->largest);
    }
cleanup:
    umk_release(m.moved);
    umk_release(m.of_worker);
    return status;
}
