/*
 * The tetrahedra around a grid point, taken in groups: figures.
 *
 * The weight of the centre depends on which vertices lie above the energy. With so few vertices that they fill a row of
 * sixteen, the possibilities, masks, can be numbered, and what each asks for is known beforehand: the vertices and
 * edges that need a division, and the case that each tetrahedron is. Masks that differ by an order of the vertices that
 * leaves the figure as it is, or by turning all values around, ask for the same: that is a pattern. Rows of the same
 * pattern go together through it, without cases. The tetrahedra are parted into as few figures as a greedy choice
 * finds: the 24 of a plain grid are one figure with 48 orders, the 96 of the symmetrized hexagonal grid two. Figures
 * that are the same up to the numbers of their vertices are of one kind, and share their patterns.
 */
#ifndef UMK_WEIGHTS_FIGURES_H
#define UMK_WEIGHTS_FIGURES_H

#include <umklapp/context.h>

enum {
    umk_figure_row = 16, /* vertex values are kept in rows of so many: the centre, and the vertices of the figure */
    umk_figure_tetrahedra = 48,
    umk_figure_edges = 56, /* between the vertices above the energy and the others, at most */
    umk_figure_order_bits = 12
};

/**
 * What a mask asks for: bit v is set where vertex v is above the energy. Where the centre, vertex 0, is above, all
 * values are turned around, so that it is below: above and below are meant after that. Edges lead from a vertex above
 * to one that is below; every tetrahedron with corners on both sides has two of them. Those with all corners below have
 * no weight. Masks that differ by an order of the vertices that leaves the figure as it is have one pattern.
 */
typedef struct umk_figure_pattern {
    uint8_t n_above, n_edges, n_one, n_two, n_three;
    uint8_t above[umk_figure_row - 1];
    uint8_t edges[umk_figure_edges][2]; /* above, below */
    /* The tetrahedra. Those with one corner above come first: the corner, its two edges. Then those with two: p, q, the
     * edge of p, the edge of q. Then those with three: the corners. */
    uint8_t places[umk_figure_tetrahedra][4];
    double shares[umk_figure_tetrahedra];
} umk_figure_pattern;

/**
 * How the values of a row become those of a pattern, in 32 bits: value v is value orders[order][v] of the row, with the
 * opposite sign where the centre is above the energy.
 */
typedef uint32_t umk_figure_place;

static inline umk_figure_place umk_figure_place_of(int64_t pattern, int64_t order) {
    return (umk_figure_place)(pattern << umk_figure_order_bits | order);
}
static inline int32_t umk_figure_pattern_of(umk_figure_place place) {
    return (int32_t)(place >> umk_figure_order_bits);
}
static inline int32_t umk_figure_order_of(umk_figure_place place) {
    return (int32_t)(place & ((1 << umk_figure_order_bits) - 1));
}

typedef struct umk_figure_kind {
    int64_t n_tetrahedra, n_vertices, first_place;
    uint8_t corners[umk_figure_tetrahedra][3]; /* vertices 1 ... 15 */
    double shares[umk_figure_tetrahedra];
} umk_figure_kind;

/** The mask of all vertices and the centre. */
static inline unsigned umk_figure_all(const umk_figure_kind *kind) {
    return (2u << kind->n_vertices) - 1;
}

typedef struct umk_figures {
    int64_t n_figures, n_kinds, n_orders, n_patterns;
    uint16_t (*vertices)[umk_figure_row]; /* (n_figures) vertex numbers: 0, the centre's, first and where one lacks */
    int32_t *kind_of;                     /* (n_figures) */
    umk_figure_kind *kinds;               /* (n_kinds) */
    uint8_t (*orders)[umk_figure_row];    /* (n_orders) */
    umk_figure_place *places;             /* from kinds[..].first_place on, of all masks of the figure's vertices */
    umk_figure_pattern *patterns;         /* (n_patterns) */
} umk_figures;

/** Figures of n tetrahedra, given by the numbers (below n_vertices) of the corners that are not the centre. */
umk_status umk_figures_create(umk_figures **figures, umk_context *context, int64_t n, const uint16_t (*corners)[3],
                              const double *shares, int64_t n_vertices);
void umk_figures_destroy(umk_figures *figures);

#endif
