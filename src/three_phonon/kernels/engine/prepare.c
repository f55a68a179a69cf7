/*
 * Step 1 of the engine, for one column of lattice vectors (all with the same |r1| and |r2|): leg 0 is transformed and
 * contracted, vectors with opposite residues are combined, and the first axis is transformed for all planes of q1.
 *
 *   sum_R F(R) exp(2 pi i sum_k n_k r_k / D_k)
 *     = sum_{parities} sum_{|r|} X(parities, |r|) prod_{k even} cos(2 pi n_k |r_k| / D_k) prod_{k odd} sin(...)
 *   X(parities, |r|) = sum_{signs} i^{number of odd} prod_{k odd} sign_k F(signs |r|)
 */
#include "three_phonon/kernels/engine/engine.h"
#include <math.h>

enum { most_parts = 8 };

/** Scratch of prepare. Sizes in doubles. */
typedef struct scratch {
    double *turns, *cosines0, *sines0; /* (n_ra, padded) q0 Ra and exp(2 pi i q0 Ra) */
    double *periodic;                  /* (n, n) complex, periodic eigenvectors of q0 */
    double *vectors;                   /* (n, 2, padded n) the bands in hand */
    double *sums;                      /* (n_primitive, 2, UMK_STRENGTH_BLOCK) */
    int32_t *atoms;                    /* (n_primitive) */
    int64_t *places;                   /* (n) */
    double *terms;                     /* (chunk_groups, most_members, unit) leg 0 contracted, for each member */
    double *combined;                  /* (2, most_first, unit) X of one pair of parities along axes 1 and 2 */
    double *cosines, *sines;           /* (most_first, n_pairs) */
    int64_t *even, *odd;               /* (most_first) */
    double **plus, **minus;            /* (n_pairs) */
} scratch;

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Groups of bands that prepare takes at once: their terms fit the cache of a core. */
static int64_t chunk_groups(const umk_strength_mesh *mesh, int64_t n_members) {
    const int64_t most_bytes = 1 << 20;
    int64_t groups = most_bytes / (n_members * mesh->unit * (int64_t)sizeof(double));
    return groups < 1 ? 1 : groups > mesh->n_groups ? mesh->n_groups : groups;
}

static int64_t lay_out(scratch *s, const umk_interaction *interaction, const umk_strength_mesh *mesh, void *workspace) {
    const umk_lattice_fc3 *fc3 = interaction->lattice_fc3;
    int64_t n = interaction->n_bands, bytes = 0, real = sizeof(double);
    int64_t most_members = 1, most_first = 1, n_pairs = 0;
    for (int o = 0; o < 6; o++) {
        most_members = umk_larger(most_members, mesh->axes[o].most_members);
        most_first = umk_larger(most_first, mesh->axes[o].most_first);
        n_pairs = umk_larger(n_pairs, mesh->axes[o].period[0] / 2 + 1);
    }
    /* fewer members allow more groups, within the same bytes */
    int64_t terms_of_chunk = (1 << 20) / (mesh->unit * real) + 1;
    s->turns = umk_take(workspace, &bytes, umk_lanes_padded(fc3->n_ra), real);
    s->cosines0 = umk_take(workspace, &bytes, umk_lanes_padded(fc3->n_ra), real);
    s->sines0 = umk_take(workspace, &bytes, umk_lanes_padded(fc3->n_ra), real);
    s->periodic = umk_take(workspace, &bytes, 2 * n * n, real);
    s->vectors = umk_take(workspace, &bytes, 2 * n * mesh->n_padded, real);
    s->sums = umk_take(workspace, &bytes, interaction->n_primitive * 2 * UMK_STRENGTH_BLOCK, real);
    s->atoms = umk_take(workspace, &bytes, interaction->n_primitive, sizeof(int32_t));
    s->places = umk_take(workspace, &bytes, n, sizeof(int64_t));
    s->terms = umk_take(workspace, &bytes, umk_larger(most_members, terms_of_chunk) * mesh->unit, real);
    s->combined = umk_take(workspace, &bytes, 2 * most_first * mesh->unit, real);
    s->cosines = umk_take(workspace, &bytes, most_first * n_pairs, real);
    s->sines = umk_take(workspace, &bytes, most_first * n_pairs, real);
    s->even = umk_take(workspace, &bytes, most_first, sizeof(int64_t));
    s->odd = umk_take(workspace, &bytes, most_first, sizeof(int64_t));
    s->plus = umk_take(workspace, &bytes, n_pairs, sizeof(double *));
    s->minus = umk_take(workspace, &bytes, n_pairs, sizeof(double *));
    return bytes;
}

int64_t umk_engine_prepare_size(const umk_interaction *interaction, const umk_strength_mesh *mesh) {
    scratch scratch;
    return lay_out(&scratch, interaction, mesh, NULL);
}

static void fill_phases(const umk_interaction *interaction, const double q[3], const scratch *s) {
    const umk_lattice_fc3 *fc3 = interaction->lattice_fc3;
    for (int64_t i = 0; i < umk_lanes_padded(fc3->n_ra); i++) {
        const int64_t *r = fc3->ra[i < fc3->n_ra ? i : 0];
        s->turns[i] = q[0] * (double)r[0] + q[1] * (double)r[1] + q[2] * (double)r[2];
    }
    interaction->loops->fill_phases(umk_lanes_padded(fc3->n_ra), s->turns, s->cosines0, s->sines0);
}

/* Terms (groups, members, unit) of the bands begin ... begin + n_chunk - 1 of the block. */
static void fill_terms(const umk_strength_point *point, const umk_q_plan *plan, const umk_column *column, int64_t begin,
                       int64_t n_chunk, const scratch *s) {
    const umk_interaction *interaction = point->plan->interaction;
    const umk_lattice_fc3 *fc3 = interaction->lattice_fc3;
    const umk_strength_mesh *mesh = plan->mesh;
    int64_t n = interaction->n_bands, n_members = column->member_end - column->member_begin;
    int64_t n_padded = umk_lanes_padded(n_chunk), n_groups = (n_chunk + mesh->group_bands - 1) / mesh->group_bands;
    for (int64_t x = 0; x < n; x++) {
        for (int64_t band = 0; band < n_padded; band++) {
            const double *from = s->periodic + 2 * (x * n + point->first_band + begin + band);
            s->vectors[x * 2 * n_padded + band] = band < n_chunk ? from[0] : 0;
            s->vectors[(x * 2 + 1) * n_padded + band] = band < n_chunk ? from[1] : 0;
        }
    }
    for (int64_t band = 0; band < n_chunk; band++) {
        s->places[band] = band / mesh->group_bands * n_members * mesh->unit + band % mesh->group_bands * n;
    }
    umk_leg0_view leg0 = {s->cosines0, s->sines0,   n_chunk,        n_padded, s->vectors,
                          s->places,   mesh->width, mesh->unit / 2, s->sums,  s->atoms};
    memset(s->terms, 0, (size_t)(n_groups * n_members * mesh->unit) * sizeof *s->terms);
    for (int64_t m = 0; m < n_members; m++) {
        int64_t rb = plan->axes->members[column->member_begin + m].vector;
        interaction->loops->contract_blocks(fc3->first[rb + 1] - fc3->first[rb], fc3->blocks + fc3->first[rb], &leg0,
                                            s->terms + m * mesh->unit);
    }
}

/*
 * X for the parities (odd along axis 0, 1, 2) at one |r0|: the members of that size with their signs, times i for each
 * odd axis, which exchanges real and imaginary parts.
 */
static void combine(const umk_interaction *interaction, const umk_strength_mesh *mesh, int64_t n_members,
                    const umk_member *members, const double *terms, const int odd[3], double *out) {
    const double *parts[2][most_parts];
    double signs[2][most_parts];
    int64_t half = mesh->unit / 2, n_terms = 0;
    int turns = odd[0] + odd[1] + odd[2];
    for (int64_t begin = 0; begin < n_members; begin += n_terms) {
        /* several vectors fold onto the same residue where the mesh is coarser than their range */
        n_terms = n_members - begin < most_parts - 1 ? n_members - begin : most_parts - 1;
        for (int64_t m = 0; m < n_terms; m++) {
            const umk_member *member = &members[begin + m];
            double sign = 1;
            for (int k = 0; k < 3; k++) sign *= odd[k] ? member->sign[k] : 1;
            const double *unit = terms + (begin + m) * mesh->unit;
            /* 1, i, -1, -i: what becomes the real and the imaginary part */
            parts[0][m] = turns % 2 == 0 ? unit : unit + half;
            parts[1][m] = turns % 2 == 0 ? unit + half : unit;
            signs[0][m] = turns == 1 || turns == 2 ? -sign : sign;
            signs[1][m] = turns >= 2 ? -sign : sign;
        }
        for (int part = 0; part < 2; part++) {
            int64_t n = n_terms;
            if (begin > 0) {
                parts[part][n] = out + part * half;
                signs[part][n++] = 1;
            }
            interaction->loops->signed_sum(n, parts[part], signs[part], half, out + part * half);
        }
    }
}

/* The transform of the column along the first axis, tables only. */
static void fill_transform(umk_pair_transform *transform, const umk_q_plan *plan, const umk_column *column,
                           const scratch *s) {
    const umk_axes *axes = plan->axes;
    int axis = axes->axis[0];
    int64_t n_first = column->first_end - column->first_begin, period = axes->period[0];
    *transform = (umk_pair_transform){plan->n_pairs, 0, 0, s->even, s->odd, s->cosines, s->sines, s->plus, s->minus};
    for (int64_t j = 0; j < n_first; j++) {
        int64_t size = axes->first_sizes[column->first_begin + j];
        s->even[transform->n_even] = j * plan->mesh->unit;
        for (int64_t m = 0; m < plan->n_pairs; m++) {
            int64_t k = plan->pairs[m].size * size % period;
            s->cosines[transform->n_even * plan->n_pairs + m] = plan->mesh->cosines[axis][k];
            s->sines[transform->n_odd * plan->n_pairs + m] = plan->mesh->sines[axis][k];
        }
        transform->n_even++;
        if (axes->first_alone[column->first_begin + j]) continue;
        s->odd[transform->n_odd++] = (n_first + j) * plan->mesh->unit;
    }
}

/* All parities of one group of bands from the terms of the column's members. */
static void transform_column(const umk_strength_point *point, const umk_q_plan *plan, const umk_column *column,
                             umk_pair_transform *transform, const double *terms, double *data, const scratch *s) {
    const umk_interaction *interaction = point->plan->interaction;
    const umk_axes *axes = plan->axes;
    int64_t unit = plan->mesh->unit, n_first = column->first_end - column->first_begin;
    const umk_member *members = axes->members + column->member_begin;
    int64_t n_members = column->member_end - column->member_begin;
    for (int parity = 0; parity < 4; parity++) {
        int odd[3] = {0, parity / 2, parity % 2};
        int64_t slot = column->slot[odd[1]][odd[2]];
        if (slot < 0) continue;
        for (int64_t begin = 0, end; begin < n_members; begin = end) {
            for (end = begin + 1; end < n_members && members[end].first == members[begin].first;) end++;
            int64_t j = members[begin].first;
            for (odd[0] = 0; odd[0] < (axes->first_alone[column->first_begin + j] ? 1 : 2); odd[0]++) {
                combine(interaction, plan->mesh, end - begin, members + begin, terms + begin * unit, odd,
                        s->combined + (odd[0] * n_first + j) * unit);
            }
        }
        for (int64_t m = 0; m < plan->n_pairs; m++) {
            const int64_t *planes = plan->pairs[m].plane;
            s->plus[m] = planes[0] < 0 ? NULL : data + (planes[0] * axes->n_plane_slots + slot) * unit;
            s->minus[m] = planes[1] < 0 ? NULL : data + (planes[1] * axes->n_plane_slots + slot) * unit;
        }
        interaction->loops->transform(transform, unit, s->combined);
    }
}

void umk_engine_prepare(const umk_strength_point *point, int64_t piece, void *workspace) {
    const umk_q_plan *plan = point->plan->details;
    const umk_interaction *interaction = point->plan->interaction;
    const umk_strength_mesh *mesh = plan->mesh;
    const umk_column *column = &plan->axes->columns[piece];
    int64_t n_members = column->member_end - column->member_begin;
    umk_pair_transform transform;
    scratch s;
    lay_out(&s, interaction, mesh, workspace);
    fill_phases(interaction, point->leg.q, &s);
    umk_periodic_eigenvectors(interaction, &point->leg, (double complex *)s.periodic);
    fill_transform(&transform, plan, column, &s);
    int64_t step = chunk_groups(mesh, n_members) * mesh->group_bands;
    for (int64_t begin = 0; begin < point->n_block_bands; begin += step) {
        int64_t n_chunk = smaller(step, point->n_block_bands - begin);
        fill_terms(point, plan, column, begin, n_chunk, &s);
        for (int64_t band = 0; band < n_chunk; band += mesh->group_bands) {
            double *data = (double *)point->data + (begin + band) / mesh->group_bands * umk_engine_group_size(plan);
            const double *terms = s.terms + band / mesh->group_bands * n_members * mesh->unit;
            transform_column(point, plan, column, &transform, terms, data, &s);
        }
    }
}
