/*
 * Whether legs 1 and 2 of fc3 may be exchanged: Phi[k0, k1, k2](Ra, Rb) with Cartesian indices (a, b, c) against
 * Phi[k0, k2, k1](Ra - Rb, -Rb) with (a, c, b). Symmetrized force constants are the same to rounding; where they are
 * not, |V|^2 depends on the leg, and every triplet is taken as it is listed.
 */
#include "three_phonon/kernels/engine/engine.h"
#include <math.h>

/* Largest difference, as a share of the largest element, that counts as rounding. */
static const double rounding = 1e-12;

static int compare_vectors(const int64_t a[3], const int64_t b[3]) {
    for (int i = 0; i < 3; i++) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/* Index in the ascending list, or -1. */
static int64_t find_vector(int64_t n, int64_t (*const vectors)[3], const int64_t wanted[3]) {
    int64_t low = 0;
    while (n > 0) {
        int64_t half = n / 2;
        bool below = compare_vectors(vectors[low + half], wanted) < 0;
        low = below ? low + half + 1 : low;
        n = below ? n - half - 1 : half;
    }
    return compare_vectors(vectors[low], wanted) == 0 ? low : -1;
}

static int compare_blocks(const umk_lattice_block *block, int64_t k1, int64_t k2, int64_t k0, int64_t ra) {
    const int64_t own[4] = {block->k1, block->k2, block->k0, block->ra}, wanted[4] = {k1, k2, k0, ra};
    for (int i = 0; i < 4; i++) {
        if (own[i] != wanted[i]) return own[i] < wanted[i] ? -1 : 1;
    }
    return 0;
}

/* The block with legs 1 and 2 exchanged, or NULL. */
static const umk_lattice_block *find_partner(const umk_lattice_fc3 *fc3, int64_t rb, const umk_lattice_block *block) {
    int64_t first[3], second[3];
    for (int i = 0; i < 3; i++) {
        first[i] = fc3->ra[block->ra][i] - fc3->rb[rb][i];
        second[i] = -fc3->rb[rb][i];
    }
    int64_t partner_rb = find_vector(fc3->n_rb - 1, fc3->rb, second), ra = find_vector(fc3->n_ra - 1, fc3->ra, first);
    if (partner_rb < 0 || ra < 0) return NULL;
    int64_t low = fc3->first[partner_rb], end = fc3->first[partner_rb + 1], n = end - low;
    while (n > 0) {
        int64_t half = n / 2;
        bool below = compare_blocks(&fc3->blocks[low + half], block->k2, block->k1, block->k0, ra) < 0;
        low = below ? low + half + 1 : low;
        n = below ? n - half - 1 : half;
    }
    bool found = low < end && compare_blocks(&fc3->blocks[low], block->k2, block->k1, block->k0, ra) == 0;
    return found ? &fc3->blocks[low] : NULL;
}

static inline double larger(double a, double b) {
    return a > b ? a : b;
}

bool umk_engine_is_exchangeable(const umk_lattice_fc3 *fc3) {
    double largest = 0, difference = 0;
    for (int64_t rb = 0; rb < fc3->n_rb; rb++) {
        for (int64_t b = fc3->first[rb]; b < fc3->first[rb + 1]; b++) {
            const umk_lattice_block *block = &fc3->blocks[b], *partner = find_partner(fc3, rb, block);
            if (partner != NULL && partner < block) continue; /* they have been compared */
            for (int i = 0; i < 27; i++) {
                double other = partner == NULL ? 0 : partner->phi[i / 9 * 9 + i % 3 * 3 + i / 3 % 3];
                largest = larger(fabs(block->phi[i]), largest);
                difference = larger(fabs(block->phi[i] - other), difference);
            }
        }
    }
    return difference <= rounding * largest;
}
