/*
 * |V|^2 by the definition, written down a second time: what the reference kernel is held against. Slow.
 */
#ifndef UMK_TESTS_CONFORMANCE_DEFINITION_H
#define UMK_TESTS_CONFORMANCE_DEFINITION_H

#include "crystal/crystal.h"
#include "force_constants/force_constants.h"
#include "support/strength.h"

/*
 * The definition with the home atom on leg 0: a term of fc3 at a time, with exp(2 pi i q s) of every pair of shortest
 * images of j and k seen from i, and with the positions of i itself in the phase. leg: where the home atom stands.
 */
static inline double complex home_term(const umk_crystal *crystal, const umk_fc3 *fc3, const umk_leg *legs[3], int home,
                                       const int64_t bands[3], int64_t i, int64_t j, int64_t k) {
    static const int others[3][2] = {{1, 2}, {0, 2}, {1, 0}};
    const umk_supercell *supercell = &crystal->supercell;
    const umk_leg *of_j = legs[others[home][0]], *of_k = legs[others[home][1]];
    int64_t n = 3 * crystal->primitive.n_atoms, n_s = supercell->cell.n_atoms;
    int64_t kinds[3] = {i, supercell->s2pp_map[j], supercell->s2pp_map[k]};
    const int64_t *pair_j = &supercell->multiplicity[(j * crystal->primitive.n_atoms + i) * 2];
    const int64_t *pair_k = &supercell->multiplicity[(k * crystal->primitive.n_atoms + i) * 2];
    double complex phase = 0, sum = 0;
    for (int64_t a = pair_j[1]; a < pair_j[1] + pair_j[0]; a++) {
        for (int64_t b = pair_k[1]; b < pair_k[1] + pair_k[0]; b++) {
            double turn = 0;
            for (int c = 0; c < 3; c++) {
                double tau = crystal->primitive.positions[i][c];
                turn += (legs[0]->q[c] + legs[1]->q[c] + legs[2]->q[c]) * tau +
                        of_j->q[c] * supercell->shortest_vectors[a][c] + of_k->q[c] * supercell->shortest_vectors[b][c];
            }
            phase += cexp(2 * UMK_PI * I * turn) / (double)(pair_j[0] * pair_k[0]);
        }
    }
    for (int x = 0; x < 27; x++) {
        int64_t components[3] = {3 * kinds[0] + x / 9, 3 * kinds[1] + x / 3 % 3, 3 * kinds[2] + x % 3};
        double complex product = fc3->values[((i * n_s + j) * n_s + k) * 27 + x];
        product *= legs[home]->eigenvectors[components[0] * n + bands[home]];
        product *= of_j->eigenvectors[components[1] * n + bands[others[home][0]]];
        product *= of_k->eigenvectors[components[2] * n + bands[others[home][1]]];
        sum += product;
    }
    for (int x = 0; x < 3; x++) sum /= sqrt(crystal->primitive.masses[kinds[x]]);
    return sum * phase;
}

static inline double defined_strength(const umk_crystal *crystal, const umk_fc3 *fc3, const umk_leg *legs[3],
                                      const int64_t bands[3], const int8_t *all_shortest) {
    int64_t n_s = crystal->supercell.cell.n_atoms;
    double complex sum = 0;
    double product = 1;
    for (int64_t block = 0; block < crystal->primitive.n_atoms * n_s * n_s; block++) {
        int64_t i = block / (n_s * n_s), j = block / n_s % n_s, k = block % n_s;
        bool alone = all_shortest == NULL || all_shortest[block];
        for (int home = 0; home < (alone ? 1 : 3); home++) {
            sum += home_term(crystal, fc3, legs, home, bands, i, j, k) / (alone ? 1 : 3);
        }
    }
    for (int leg = 0; leg < 3; leg++) {
        double frequency = legs[leg]->frequencies[bands[leg]];
        if (frequency <= UMK_CUTOFF_FREQUENCY) return 0;
        product *= frequency;
    }
    return (creal(sum) * creal(sum) + cimag(sum) * cimag(sum)) / product;
}

/*
 * 1 where the term of leg 0 stands alone: among all images of j and k within two supercells around i, the triangle of
 * the unique nearest j and nearest k has the nearest image of k seen from j as its third side. Found by search.
 */
static inline double nearest(const umk_crystal *crystal, const double difference[3], int *count) {
    double least = INFINITY;
    *count = 0;
    for (int cell = 0; cell < 125; cell++) {
        double shift[3] = {cell / 25 - 2, cell / 5 % 5 - 2, cell % 5 - 2}, square = 0;
        for (int c = 0; c < 3; c++) {
            double x = 0;
            for (int r = 0; r < 3; r++) x += (difference[r] + shift[r]) * crystal->supercell.cell.lattice[r][c];
            square += x * x;
        }
        double length = sqrt(square);
        if (length < least - 1e-5) *count = 0;
        if (length < least + 1e-5) ++*count;
        least = fmin(least, length);
    }
    return least;
}

static inline double side(const umk_crystal *crystal, const double a[3], const double b[3]) {
    double square = 0;
    for (int c = 0; c < 3; c++) {
        double x = 0;
        for (int r = 0; r < 3; r++) x += (b[r] - a[r]) * crystal->primitive.lattice[r][c];
        square += x * x;
    }
    return sqrt(square);
}

static inline int8_t *search_all_shortest(const umk_crystal *crystal) {
    const umk_supercell *supercell = &crystal->supercell;
    int64_t n_p = crystal->primitive.n_atoms, n_s = supercell->cell.n_atoms;
    int8_t *flags = test_calloc((size_t)(n_p * n_s * n_s), 1);
    for (int64_t block = 0; block < n_p * n_s * n_s; block++) {
        int64_t i = block / (n_s * n_s), j = block / n_s % n_s, k = block % n_s;
        const int64_t *pair_j = &supercell->multiplicity[(j * n_p + i) * 2];
        const int64_t *pair_k = &supercell->multiplicity[(k * n_p + i) * 2];
        if (pair_j[0] > 1 || pair_k[0] > 1) continue;
        double difference[3];
        int count;
        for (int c = 0; c < 3; c++) {
            difference[c] = supercell->cell.positions[k][c] - supercell->cell.positions[j][c];
            difference[c] -= rint(difference[c]);
        }
        double least = nearest(crystal, difference, &count);
        flags[block] = count == 1 && fabs(least - side(crystal, supercell->shortest_vectors[pair_j[1]],
                                                       supercell->shortest_vectors[pair_k[1]])) < 1e-5;
    }
    return flags;
}

static inline void check_definition(const umk_crystal *crystal, const umk_fc3 *fc3, const test_sample *s,
                                    bool no_r0_average, const double *strength) {
    int64_t n = 3 * crystal->primitive.n_atoms;
    int8_t *flags = no_r0_average ? NULL : search_all_shortest(crystal);
    double *largest = test_calloc(1, sizeof *largest);
    for (int64_t i = 0; i < s->n_triplets * n * n * n; i++) *largest = fmax(*largest, strength[i]);
    for (int64_t t = 0; t < s->n_triplets; t++) {
        const umk_leg *legs[3] = {&s->leg0, &s->leg1[t], &s->leg2[t]};
        for (int64_t m = t % 5; m<n * n * n; m += n> 9 ? 1009 : 31) {
            const int64_t bands[3] = {m / (n * n), m / n % n, m % n};
            double expected = defined_strength(crystal, fc3, legs, bands, flags);
            double deviation = fabs(strength[t * n * n * n + m] - expected) / *largest;
            if (!(deviation < 1e-12)) fail_msg("triplet %d, element %d: off by %.2e", (int)t, (int)m, deviation);
        }
    }
    test_free(largest);
    test_free(flags);
}

#endif
