/*
 * How well second-order force constants obey what exact ones do: the sum over either index vanishes (a translation of
 * the crystal costs no force), and Phi_{ia,jb} = Phi_{jb,ia}. Rows of atoms outside the primitive cell are translates:
 * Phi(j,i) = Phi(pp(j), i - R_j). (phonopy 4.10's figure for the first index of compact arrays differs where blocks
 * with R = -R modulo the supercell are not symmetric: it does not transpose those. Full arrays agree.)
 */
#include "force_constants/check.h"

#include <math.h>

/* The block Phi(first, second) for any two supercell atoms. */
static const double *block(const umk_fc2 *fc2, const umk_supercell *supercell, int64_t first, int64_t second) {
    const int64_t *vector = supercell->lattice_vectors[first];
    const int64_t back[3] = {-vector[0], -vector[1], -vector[2]};
    int64_t column = umk_supercell_translate(supercell, second, back);
    return fc2->values + 9 * (supercell->s2pp_map[first] * fc2->n_supercell + column);
}

static double largest_of(double largest, const double *values, int n) {
    for (int i = 0; i < n; i++) largest = fmax(largest, fabs(values[i]));
    return largest;
}

umk_status umk_fc2_quality(umk_force_constants_quality *quality, umk_context *context, const umk_fc2 *fc2,
                           const umk_crystal *crystal) {
    const umk_supercell *supercell = &crystal->phonon_supercell;
    *quality = (umk_force_constants_quality){0};
    if (supercell->n_primitive != fc2->n_primitive || supercell->cell.n_atoms != fc2->n_supercell) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "fc2 and crystal do not belong together");
    }
    for (int64_t p = 0; p < fc2->n_primitive; p++) {
        double over_first[9] = {0}, over_second[9] = {0};
        for (int64_t s = 0; s < fc2->n_supercell; s++) {
            const double *here = fc2->values + 9 * (p * fc2->n_supercell + s);
            const double *there = block(fc2, supercell, s, supercell->p2s_map[p]);
            for (int i = 0; i < 9; i++) {
                over_first[i] += there[i];
                over_second[i] += here[i];
                quality->asymmetry = fmax(quality->asymmetry, fabs(here[i] - there[3 * (i % 3) + i / 3]));
            }
            quality->largest = largest_of(quality->largest, here, 9);
        }
        quality->drift[0] = largest_of(quality->drift[0], over_first, 9);
        quality->drift[1] = largest_of(quality->drift[1], over_second, 9);
    }
    return UMK_OK;
}
