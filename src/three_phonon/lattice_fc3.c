/*
 * The translation-invariant form of fc3 (lattice_fc3.h).
 *
 * A home atom i and supercell atoms j, k with shortest images in the cells {R_j}, {R_k} seen from i (each pair of
 * images with weight 1 / (n_j n_k)) stand for a term of the Fourier sum with i on any of the three legs: i on leg 0:
 * Phi[i, j, k](-R_k, R_j - R_k) += fc3(i, j, k) i on leg 1:  Phi[j, i, k](R_j - R_k, -R_k) += fc3(i, j, k), first two
 * Cartesian indices exchanged i on leg 2:  Phi[k, j, i](R_k, R_j)        += fc3(i, j, k), first and third Cartesian
 * indices exchanged The default averages the three with weight 1/3; where the triple has unique shortest images
 * (triples.h) they are one and the same for permutation-symmetric fc3, and that of leg 0 is taken alone, which is
 * phono3py's rule for any fc3.
 */
#include "three_phonon/lattice_fc3.h"
#include "three_phonon/triples.h"
#include <stdlib.h>
#include <string.h>

/** One term: where it goes (key) and which entry of fc3, seen from which leg, with which weight. */
typedef struct term {
    int64_t key;
    int64_t source; /* ((i * n_s + j) * n_s + k) * 3 + leg, unique up to images; terms are listed in its order */
    double weight;
} term;

/** The box of lattice vectors that can occur, and the packing of (rb, k1, k2, k0, ra) into one ascending key. */
typedef struct packing {
    int64_t low[3], extent[3], n_box, n_p;
} packing;

typedef struct builder {
    umk_context *context;
    const umk_crystal *crystal;
    const umk_fc3 *fc3;
    const int8_t *flags; /* NULL: home atom on leg 0 only */
    int64_t (*images)[3];
    packing packing;
    term *terms;
    int64_t n_terms;
    int64_t *counts; /* (n_p n_s) terms of each (i, j), then offsets */
} builder;

static int64_t pack_vector(const packing *packing, const int64_t v[3]) {
    return ((v[0] - packing->low[0]) * packing->extent[1] + v[1] - packing->low[1]) * packing->extent[2] + v[2] -
           packing->low[2];
}

static void unpack_vector(const packing *packing, int64_t index, int64_t v[3]) {
    v[2] = index % packing->extent[2] + packing->low[2];
    index /= packing->extent[2];
    v[1] = index % packing->extent[1] + packing->low[1];
    v[0] = index / packing->extent[1] + packing->low[0];
}

static int64_t pack_key(const packing *packing, int64_t k0, int64_t k1, int64_t k2, const int64_t ra[3],
                        const int64_t rb[3]) {
    int64_t key = pack_vector(packing, rb);
    key = key * packing->n_p + k1;
    key = key * packing->n_p + k2;
    key = key * packing->n_p + k0;
    return key * packing->n_box + pack_vector(packing, ra);
}

static umk_status make_packing(builder *builder) {
    packing *packing = &builder->packing;
    int64_t largest[3] = {0, 0, 0};
    for (int64_t image = 0; image < builder->crystal->supercell.n_shortest_vectors; image++) {
        for (int c = 0; c < 3; c++) {
            int64_t size = llabs(builder->images[image][c]);
            if (size > largest[c]) largest[c] = size;
        }
    }
    packing->n_p = builder->crystal->primitive.n_atoms;
    packing->n_box = 1;
    for (int c = 0; c < 3; c++) {
        packing->low[c] = -2 * largest[c];
        packing->extent[c] = 4 * largest[c] + 1;
        packing->n_box *= packing->extent[c];
    }
    int64_t keys = umk_checked_product(
        5, (const int64_t[]){packing->n_box, packing->n_box, packing->n_p, packing->n_p, packing->n_p});
    if (keys < 0 || packing->n_box > INT32_MAX)
        return umk_fail(builder->context, UMK_ERROR_INPUT, "the supercell of fc3 is too large");
    return UMK_OK;
}

static bool block_is_zero(const double *block) {
    for (int i = 0; i < 27; i++) {
        if (block[i] != 0) return false;
    }
    return true;
}

static const int64_t *pair_of(const builder *builder, int64_t atom, int64_t primitive_atom) {
    return builder->crystal->supercell.multiplicity + (atom * builder->packing.n_p + primitive_atom) * 2;
}

static int n_legs(const builder *builder, int64_t block) {
    return builder->flags == NULL || builder->flags[block] ? 1 : 3;
}

static void add_term(builder *builder, int64_t *next, int64_t block, int leg, int64_t i, int64_t j, int64_t k,
                     const int64_t rj[3], const int64_t rk[3], double weight) {
    const packing *packing = &builder->packing;
    int64_t minus_rk[3], difference[3];
    for (int c = 0; c < 3; c++) {
        minus_rk[c] = -rk[c];
        difference[c] = rj[c] - rk[c];
    }
    term *term = &builder->terms[(*next)++];
    term->source = block * 3 + leg;
    term->weight = weight;
    if (leg == 0) term->key = pack_key(packing, i, j, k, minus_rk, difference);
    if (leg == 1) term->key = pack_key(packing, j, i, k, difference, minus_rk);
    if (leg == 2) term->key = pack_key(packing, k, j, i, rk, rj);
}

static umk_status count_pair(void *argument, int64_t index, int worker) {
    (void)worker;
    builder *builder = argument;
    int64_t n_s = builder->fc3->n_supercell, i = index / n_s, j = index % n_s, count = 0;
    for (int64_t k = 0; k < n_s; k++) {
        int64_t block = index * n_s + k;
        if (block_is_zero(builder->fc3->values + block * 27)) continue;
        count += pair_of(builder, j, i)[0] * pair_of(builder, k, i)[0] * n_legs(builder, block);
    }
    builder->counts[index + 1] = count;
    return UMK_OK;
}

static umk_status fill_pair(void *argument, int64_t index, int worker) {
    (void)worker;
    builder *builder = argument;
    const int64_t *kinds = builder->crystal->supercell.s2pp_map;
    int64_t n_s = builder->fc3->n_supercell, i = index / n_s, j = index % n_s, next = builder->counts[index];
    const int64_t *pair_j = pair_of(builder, j, i);
    for (int64_t k = 0; k < n_s; k++) {
        int64_t block = index * n_s + k;
        if (block_is_zero(builder->fc3->values + block * 27)) continue;
        const int64_t *pair_k = pair_of(builder, k, i);
        int legs = n_legs(builder, block);
        double share = builder->flags != NULL && legs == 3 ? 3.0 : 1.0;
        double weight = 1.0 / (share * (double)pair_j[0] * (double)pair_k[0]);
        for (int leg = 0; leg < legs; leg++) {
            for (int64_t a = pair_j[1]; a < pair_j[1] + pair_j[0]; a++) {
                for (int64_t b = pair_k[1]; b < pair_k[1] + pair_k[0]; b++) {
                    add_term(builder, &next, block, leg, i, kinds[j], kinds[k], builder->images[a], builder->images[b],
                             weight);
                }
            }
        }
    }
    return UMK_OK;
}

/*
 * Sorts terms by key; terms of one key stay in their order. One pass for each digit that differs among the keys, from
 * the lowest (radix sort; D. E. Knuth, The Art of Computer Programming 3, 5.2.5).
 */
static umk_status sort_terms(builder *builder, int64_t n_terms) {
    umk_status status = UMK_OK;
    enum { bits = 11, n_digits = 1 << bits };
    int64_t *place = NULL, differing = 0;
    term *other = NULL;
    UMK_ALLOCATE(builder->context, place, n_digits);
    UMK_ALLOCATE(builder->context, other, n_terms);
    for (int64_t t = 1; t < n_terms; t++) differing |= builder->terms[t].key ^ builder->terms[0].key;
    for (int shift = 0; shift < 63 && differing >> shift != 0; shift += bits) {
        int64_t sum = 0;
        if ((differing >> shift) % n_digits == 0) continue;
        memset(place, 0, n_digits * sizeof *place);
        for (int64_t t = 0; t < n_terms; t++) place[(builder->terms[t].key >> shift) % n_digits]++;
        for (int64_t digit = 0; digit < n_digits; digit++) {
            int64_t count = place[digit];
            place[digit] = sum;
            sum += count;
        }
        for (int64_t t = 0; t < n_terms; t++) {
            other[place[(builder->terms[t].key >> shift) % n_digits]++] = builder->terms[t];
        }
        term *sorted = other;
        other = builder->terms;
        builder->terms = sorted;
    }
cleanup:
    umk_release(place);
    umk_release(other);
    return status;
}

/* values[l][m][n] of the block with the Cartesian indices of the home atom moved to its leg, times the weight. */
static void accumulate(double phi[27], const double *block, int leg, double weight) {
    static const int stride[3][3] = {{9, 3, 1}, {3, 9, 1}, {1, 3, 9}};
    const int *s = stride[leg];
    for (int l = 0; l < 3; l++) {
        for (int m = 0; m < 3; m++) {
            for (int n = 0; n < 3; n++) phi[l * 9 + m * 3 + n] += weight * block[l * s[0] + m * s[1] + n * s[2]];
        }
    }
}

static umk_status collect_terms(builder *builder) {
    umk_status status = UMK_OK;
    int64_t n_pairs = builder->fc3->n_primitive * builder->fc3->n_supercell;
    UMK_ALLOCATE(builder->context, builder->counts, n_pairs + 1);
    UMK_TRY(umk_parallel_for(builder->context, n_pairs, count_pair, builder));
    for (int64_t pair = 0; pair < n_pairs; pair++) builder->counts[pair + 1] += builder->counts[pair];
    builder->n_terms = builder->counts[n_pairs];
    UMK_TRY(umk_check_memory(builder->context,
                             (double)builder->n_terms * (2 * sizeof(term) + sizeof(umk_lattice_block)),
                             "the list of third-order force constants", "cut fc3 off at a shorter distance"));
    UMK_ALLOCATE(builder->context, builder->terms, builder->n_terms);
    UMK_TRY(umk_parallel_for(builder->context, n_pairs, fill_pair, builder));
    UMK_TRY(sort_terms(builder, builder->n_terms));
cleanup:
    return status;
}

/* Which key the term starts, where the keys ascend. */
static bool is_new(const term *terms, int64_t t) {
    return t == 0 || terms[t].key != terms[t - 1].key;
}

/* Merges sorted terms of one key into blocks; the terms of a key are added in the order of their source. */
static umk_status merge_terms(builder *builder, umk_lattice_fc3 *made, int64_t *n_blocks) {
    umk_status status = UMK_OK;
    const term *terms = builder->terms;
    *n_blocks = 0;
    for (int64_t t = 0; t < builder->n_terms; t++) *n_blocks += is_new(terms, t);
    UMK_ALLOCATE(builder->context, made->blocks, *n_blocks);
    for (int64_t t = 0, block = -1; t < builder->n_terms; t++) {
        block += is_new(terms, t);
        accumulate(made->blocks[block].phi, builder->fc3->values + terms[t].source / 3 * 27, (int)(terms[t].source % 3),
                   terms[t].weight);
    }
cleanup:
    return status;
}

/* Atoms of the blocks and the distinct Rb, by which the keys are led: both stay the same over many keys. */
static umk_status set_rows(builder *builder, umk_lattice_fc3 *made, int64_t n_blocks) {
    umk_status status = UMK_OK;
    const packing *packing = &builder->packing;
    int64_t n_p = packing->n_p, n_box = packing->n_box, n_triples = n_p * n_p * n_p;
    int64_t atoms = 0, atoms_end = 0, row_end = 0, block = 0, rb = 0;
    for (int64_t t = 0; t < builder->n_terms; t++) {
        if (builder->terms[t].key < row_end) continue;
        row_end = (builder->terms[t].key / (n_box * n_triples) + 1) * n_box * n_triples;
        made->n_rb++;
    }
    UMK_ALLOCATE(builder->context, made->rb, made->n_rb);
    UMK_ALLOCATE(builder->context, made->first, made->n_rb + 1);
    for (int64_t t = 0; t < builder->n_terms; t++) {
        if (!is_new(builder->terms, t)) continue;
        if (builder->terms[t].key >= atoms_end) {
            atoms = builder->terms[t].key / n_box;
            atoms_end = (atoms + 1) * n_box;
            if (t == 0 || atoms / n_triples * n_triples * n_box > builder->terms[t - 1].key) {
                made->first[rb] = block;
                unpack_vector(packing, atoms / n_triples, made->rb[rb++]);
            }
        }
        umk_lattice_block *target = &made->blocks[block++];
        target->ra = (int32_t)(builder->terms[t].key - atoms * n_box);
        target->k0 = (int32_t)(atoms % n_p);
        target->k2 = (int32_t)(atoms / n_p % n_p);
        target->k1 = (int32_t)(atoms / (n_p * n_p) % n_p);
    }
    made->first[made->n_rb] = n_blocks;
cleanup:
    return status;
}

/* The distinct Ra, ascending, and their numbers in place of the packed vectors; takes the list of terms for scratch. */
static umk_status number_columns(builder *builder, umk_lattice_fc3 *made, int64_t n_blocks) {
    umk_status status = UMK_OK;
    for (int64_t b = 0; b < n_blocks; b++) builder->terms[b] = (term){.key = made->blocks[b].ra, .source = b};
    UMK_TRY(sort_terms(builder, n_blocks));
    for (int64_t b = 0; b < n_blocks; b++) made->n_ra += is_new(builder->terms, b);
    UMK_ALLOCATE(builder->context, made->ra, made->n_ra);
    for (int64_t b = 0, ra = -1; b < n_blocks; b++) {
        if (is_new(builder->terms, b)) unpack_vector(&builder->packing, builder->terms[b].key, made->ra[++ra]);
        made->blocks[builder->terms[b].source].ra = (int32_t)ra;
    }
cleanup:
    return status;
}

umk_status umk_lattice_fc3_create(umk_lattice_fc3 **lattice_fc3, umk_context *context, const umk_crystal *crystal,
                                  const umk_fc3 *fc3, const int8_t *all_shortest) {
    umk_status status = UMK_OK;
    builder builder = {.context = context, .crystal = crystal, .fc3 = fc3, .flags = all_shortest};
    umk_lattice_fc3 *made = NULL;
    int64_t n_blocks;
    *lattice_fc3 = NULL;
    UMK_ALLOCATE(context, made, 1);
    UMK_TRY(umk_image_lattice_vectors(&builder.images, context, crystal));
    UMK_TRY(make_packing(&builder));
    UMK_TRY(collect_terms(&builder));
    UMK_TRY(merge_terms(&builder, made, &n_blocks));
    UMK_TRY(set_rows(&builder, made, n_blocks));
    UMK_TRY(number_columns(&builder, made, n_blocks));
    *lattice_fc3 = made;
    made = NULL;
cleanup:
    umk_lattice_fc3_destroy(made);
    umk_release(builder.images);
    umk_release(builder.terms);
    umk_release(builder.counts);
    return status;
}

void umk_lattice_fc3_destroy(umk_lattice_fc3 *lattice_fc3) {
    if (lattice_fc3 == NULL) return;
    umk_release(lattice_fc3->ra);
    umk_release(lattice_fc3->rb);
    umk_release(lattice_fc3->first);
    umk_release(lattice_fc3->blocks);
    umk_release(lattice_fc3);
}
