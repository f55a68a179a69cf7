/* Parting tetrahedra into figures, kinds of figures, and what their masks ask for. */
#include "weights/figures.h"

#include <string.h>

#include "base/base.h"

/** Smaller figures are taken where larger ones have too little symmetry, so that their patterns are too many. */
enum { most_vertices = umk_figure_row - 1, least_vertices = 7, most_kinds = 8, most_patterns = 1024 };

/** Bounds of the effort for tetrahedra that no grid has. */
enum { most_compared = 600, most_steps = 1000000 };

/** What is to be parted, and how far that is. */
typedef struct parting {
    int64_t n, n_vertices, n_left;
    int64_t most;  /* vertices of a figure */
    int64_t steps; /* that may still be spent on finding figures alike */
    const uint16_t (*corners)[3];
    const double *shares;
    bool *is_taken;  /* (n) */
    int64_t *gains;  /* (n_vertices) */
    bool *is_member; /* (n_vertices) of the set in hand */
} parting;

/** Vertices besides the centre, and how many tetrahedra that are left have all corners among them. */
typedef struct vertex_set {
    int64_t n_vertices, n_tetrahedra;
    uint16_t vertices[most_vertices];
} vertex_set;

/* ---- choice of figures ------------------------------------------------------------------------------------------*/

static int64_t n_members(const parting *p, int64_t t) {
    return p->is_member[p->corners[t][0]] + p->is_member[p->corners[t][1]] + p->is_member[p->corners[t][2]];
}

static void add_vertex(const parting *p, vertex_set *set, int64_t vertex) {
    set->vertices[set->n_vertices++] = (uint16_t)vertex;
    p->is_member[vertex] = true;
}

/* Counts the tetrahedra, as far as there is room for them, and forgets the members. */
static void close_set(const parting *p, vertex_set *set) {
    for (int64_t t = 0; t < p->n && set->n_tetrahedra < umk_figure_tetrahedra; t++) {
        set->n_tetrahedra += !p->is_taken[t] && n_members(p, t) == 3;
    }
    for (int64_t i = 0; i < set->n_vertices; i++) p->is_member[set->vertices[i]] = false;
}

/* All tetrahedra at a vertex, where they have few enough corners; else none. */
static vertex_set set_around(const parting *p, int64_t vertex) {
    vertex_set set = {0};
    bool fits = true;
    add_vertex(p, &set, vertex);
    for (int64_t t = 0; t < p->n; t++) {
        const uint16_t *corners = p->corners[t];
        if (p->is_taken[t] || (corners[0] != vertex && corners[1] != vertex && corners[2] != vertex)) continue;
        for (int c = 0; c < 3; c++) {
            if (p->is_member[corners[c]]) continue;
            fits = fits && set.n_vertices < p->most;
            if (fits) add_vertex(p, &set, corners[c]);
        }
    }
    close_set(p, &set);
    if (!fits) set.n_tetrahedra = 0;
    return set;
}

/* The vertex outside that completes most tetrahedra; -1 where none completes one. */
static int64_t best_neighbour(const parting *p) {
    int64_t best = -1;
    memset(p->gains, 0, (size_t)p->n_vertices * sizeof *p->gains);
    for (int64_t t = 0; t < p->n; t++) {
        if (p->is_taken[t] || n_members(p, t) != 2) continue;
        for (int c = 0; c < 3; c++) {
            if (!p->is_member[p->corners[t][c]]) p->gains[p->corners[t][c]]++;
        }
    }
    for (int64_t v = 0; v < p->n_vertices; v++) {
        if (p->gains[v] > 0 && (best < 0 || p->gains[v] > p->gains[best])) best = v;
    }
    return best;
}

static vertex_set set_from(const parting *p, int64_t tetrahedron) {
    vertex_set set = {0};
    for (int c = 0; c < 3; c++) add_vertex(p, &set, p->corners[tetrahedron][c]);
    while (set.n_vertices < p->most) {
        int64_t vertex = best_neighbour(p);
        if (vertex < 0) break;
        add_vertex(p, &set, vertex);
    }
    close_set(p, &set);
    return set;
}

static bool is_better(const vertex_set *a, const vertex_set *b) {
    if (a->n_tetrahedra != b->n_tetrahedra) return a->n_tetrahedra > b->n_tetrahedra;
    return a->n_vertices < b->n_vertices;
}

/* Of many tetrahedra, more than any grid has, the first ones make the next figure. */
static vertex_set best_set(const parting *p) {
    bool is_first = p->n > most_compared;
    vertex_set best = {0};
    for (int64_t v = 1; v < p->n_vertices && !is_first; v++) {
        vertex_set set = set_around(p, v);
        if (set.n_tetrahedra > 0 && is_better(&set, &best)) best = set;
    }
    for (int64_t t = 0; t < p->n && best.n_tetrahedra < p->n_left; t++) {
        if (p->is_taken[t]) continue;
        vertex_set set = set_from(p, t);
        if (is_better(&set, &best)) best = set;
        if (is_first) break;
    }
    return best;
}

/* ---- kinds ------------------------------------------------------------------------------------------------------*/

/* One number below n_corner_keys for three corners in any order; a corner may repeat. */
enum { n_corner_keys = umk_figure_row * umk_figure_row * umk_figure_row };

static int corner_key(int a, int b, int c) {
    int low = a < b ? a : b, high = a < b ? b : a;
    if (c < low) return (c * umk_figure_row + low) * umk_figure_row + high;
    if (c < high) return (low * umk_figure_row + c) * umk_figure_row + high;
    return (low * umk_figure_row + high) * umk_figure_row + c;
}

static bool has_tetrahedron(const umk_figure_kind *figure, const uint8_t corners[3]) {
    int key = corner_key(corners[0], corners[1], corners[2]);
    for (int64_t t = 0; t < figure->n_tetrahedra; t++) {
        const uint8_t *c = figure->corners[t];
        if (corner_key(c[0], c[1], c[2]) == key) return true;
    }
    return false;
}

/* Takes the tetrahedra of a set that are left, with the set's own numbers of vertices; of equal ones the first. */
static void take_tetrahedra(parting *p, const vertex_set *set, umk_figure_kind *figure) {
    figure->n_vertices = set->n_vertices;
    for (int64_t t = 0; t < p->n && figure->n_tetrahedra < umk_figure_tetrahedra; t++) {
        uint8_t corners[3] = {0};
        for (int c = 0; c < 3; c++) {
            for (int64_t i = 0; i < set->n_vertices; i++) {
                if (set->vertices[i] == p->corners[t][c]) corners[c] = (uint8_t)(i + 1);
            }
        }
        if (p->is_taken[t] || corners[0] == 0 || corners[1] == 0 || corners[2] == 0) continue;
        if (has_tetrahedron(figure, corners)) continue;
        memcpy(figure->corners[figure->n_tetrahedra], corners, sizeof corners);
        figure->shares[figure->n_tetrahedra++] = p->shares[t];
        p->is_taken[t] = true;
        p->n_left--;
    }
}

/** A search for numbers of the vertices of a figure with which it is of a known kind. */
typedef struct matching {
    const umk_figure_kind *figure, *kind;
    double kind_shares[n_corner_keys]; /* 0: there is no such tetrahedron */
    uint8_t numbers[umk_figure_row];   /* of the vertices of the figure in the kind */
    umk_figures *figures; /* takes up what is found as orders of the kind, until it has enough; NULL: one is enough */
    int64_t end_order;
    int64_t *steps; /* that are left: when there are none the search ends without success */
} matching;

/* Whether the tetrahedra of the figure with the vertices up to `last`, the last among them, are in the kind. */
static bool agrees(const matching *m, int last) {
    for (int64_t t = 0; t < m->figure->n_tetrahedra; t++) {
        const uint8_t *c = m->figure->corners[t];
        if (c[0] > last || c[1] > last || c[2] > last || (c[0] != last && c[1] != last && c[2] != last)) continue;
        int key = corner_key(m->numbers[c[0]], m->numbers[c[1]], m->numbers[c[2]]);
        if (m->kind_shares[key] != m->figure->shares[t]) return false;
    }
    return true;
}

static bool find_numbers(matching *m, int vertex, unsigned used) {
    if (vertex > m->figure->n_vertices) {
        if (m->figures == NULL) return true;
        memcpy(m->figures->orders[m->figures->n_orders++], m->numbers, sizeof m->numbers);
        return m->figures->n_orders == m->end_order;
    }
    for (int number = 1; number <= m->kind->n_vertices && *m->steps > 0; number++) {
        if (used >> number & 1) continue;
        --*m->steps;
        m->numbers[vertex] = (uint8_t)number;
        if (agrees(m, vertex) && find_numbers(m, vertex + 1, used | 1u << number)) return true;
    }
    return false;
}

static void begin_matching(matching *m, const umk_figure_kind *figure, const umk_figure_kind *kind, int64_t *steps) {
    *m = (matching){.figure = figure, .kind = kind, .steps = steps};
    for (int64_t t = 0; t < kind->n_tetrahedra; t++) {
        const uint8_t *c = kind->corners[t];
        m->kind_shares[corner_key(c[0], c[1], c[2])] = kind->shares[t];
    }
    for (int v = 0; v < umk_figure_row; v++) m->numbers[v] = (uint8_t)v; /* of those that there are not */
}

/* A figure is of its own kind without a search. */
static bool is_of_kind(matching *m, const umk_figure_kind *figure, const umk_figure_kind *kind, int64_t *steps) {
    begin_matching(m, figure, kind, steps);
    if (figure == kind) return true;
    return figure->n_tetrahedra == kind->n_tetrahedra && figure->n_vertices == kind->n_vertices &&
           find_numbers(m, 1, 0);
}

/* ---- what a mask asks for ---------------------------------------------------------------------------------------*/

static bool is_above(int mask, int vertex) {
    return mask >> vertex & 1;
}

/** A pattern in the making; known[p][o]: one more than the number of the edge from p above to o below, 0 without one.
 */
typedef struct drawing {
    umk_figure_pattern *pattern;
    int mask;
    uint8_t known[umk_figure_row][umk_figure_row];
} drawing;

/* Number of the edge between two vertices, which is added where it is new. */
static uint8_t edge_number(drawing *d, uint8_t above, uint8_t below) {
    if (d->known[above][below] == 0) {
        uint8_t *edge = d->pattern->edges[d->pattern->n_edges++];
        edge[0] = above;
        edge[1] = below;
        d->known[above][below] = d->pattern->n_edges;
    }
    return (uint8_t)(d->known[above][below] - 1);
}

/* Adds a tetrahedron where so many of its corners are above. */
static void add_tetrahedron(drawing *d, const uint8_t corners[3], double share, int n_wanted) {
    umk_figure_pattern *pattern = d->pattern;
    uint8_t above[3], below[3], n_above = 0, n_below = 0;
    int mask = d->mask;
    if (is_above(mask, corners[0]) + is_above(mask, corners[1]) + is_above(mask, corners[2]) != n_wanted) return;
    for (int c = 0; c < 3; c++) {
        if (is_above(mask, corners[c]))
            above[n_above++] = corners[c];
        else
            below[n_below++] = corners[c];
    }
    int64_t n = pattern->n_one + pattern->n_two + pattern->n_three;
    memcpy(pattern->places[n], above, n_above);
    pattern->shares[n] = share;
    if (n_above == 1) {
        for (int e = 0; e < 2; e++) pattern->places[n][1 + e] = edge_number(d, above[0], below[e]);
        pattern->n_one++;
    } else if (n_above == 2) {
        for (int e = 0; e < 2; e++) pattern->places[n][2 + e] = edge_number(d, above[e], below[0]);
        pattern->n_two++;
    } else {
        pattern->n_three++;
    }
}

static void fill_pattern(umk_figure_pattern *pattern, const umk_figure_kind *kind, int mask) {
    drawing d = {.pattern = pattern, .mask = mask};
    for (uint8_t v = 1; v <= kind->n_vertices; v++) {
        if (is_above(mask, v)) pattern->above[pattern->n_above++] = v;
    }
    for (int n_above = 1; n_above <= 3; n_above++) {
        for (int64_t t = 0; t < kind->n_tetrahedra; t++) {
            add_tetrahedron(&d, kind->corners[t], kind->shares[t], n_above);
        }
    }
}

/* ---- orders and places ------------------------------------------------------------------------------------------*/

enum { most_orders = 1 << umk_figure_order_bits, most_orders_of_kind = 48 };

/* Orders of the vertices that leave a kind as it is, first the one they are in. Not all have to be found. */
static void find_orders(umk_figures *figures, const umk_figure_kind *kind, int64_t *steps) {
    int64_t first = figures->n_orders, most = most_orders / figures->n_kinds;
    matching matching;
    begin_matching(&matching, kind, kind, steps);
    matching.figures = figures;
    matching.end_order = first + (most < most_orders_of_kind ? most : most_orders_of_kind);
    find_numbers(&matching, 1, 0);
    if (figures->n_orders > first) return;
    for (int v = 0; v < umk_figure_row; v++) figures->orders[first][v] = (uint8_t)v;
    figures->n_orders++;
}

/* The mask of the row of which `mask` is the one whose value v is value order[v]. */
static unsigned reorder_mask(const uint8_t order[umk_figure_row], unsigned mask) {
    unsigned reordered = 0;
    for (unsigned rest = mask; rest != 0; rest &= rest - 1) reordered |= 1u << order[__builtin_ctz(rest)];
    return reordered;
}

/*
 * A mask that has no pattern yet has the next one, and so have those that the orders from first_order on lead to it,
 * unless they have one: where not all orders were found, these are no group.
 */
static void fill_places(umk_figures *figures, unsigned all, umk_figure_place *places, int64_t first_order) {
    for (unsigned mask = 0; mask <= all; mask++) places[mask] = UINT32_MAX;
    for (unsigned mask = 0; mask <= all; mask += 2) { /* the centre is below */
        if (places[mask] != UINT32_MAX) continue;
        for (int64_t o = first_order; o < figures->n_orders; o++) {
            unsigned row = reorder_mask(figures->orders[o], mask);
            if (places[row] == UINT32_MAX)
                places[row] = places[~row & all] = umk_figure_place_of(figures->n_patterns, o);
        }
        figures->n_patterns++;
    }
}

static umk_status make_places(umk_figures *figures, umk_context *context, int64_t *steps) {
    umk_status status = UMK_OK;
    int64_t n_places = 0;
    for (int64_t k = 0; k < figures->n_kinds; k++) {
        figures->kinds[k].first_place = n_places;
        n_places += umk_figure_all(&figures->kinds[k]) + 1;
    }
    UMK_ALLOCATE(context, figures->orders, most_orders);
    UMK_ALLOCATE(context, figures->places, n_places);
    for (int64_t k = 0; k < figures->n_kinds; k++) {
        const umk_figure_kind *kind = &figures->kinds[k];
        int64_t first_order = figures->n_orders;
        find_orders(figures, kind, steps);
        fill_places(figures, umk_figure_all(kind), figures->places + kind->first_place, first_order);
    }
cleanup:
    return status;
}

static umk_status make_patterns(umk_figures *figures, umk_context *context) {
    umk_status status = UMK_OK;
    UMK_ALLOCATE(context, figures->patterns, figures->n_patterns);
    for (int64_t k = 0, next = 0; k < figures->n_kinds; k++) {
        const umk_figure_kind *kind = &figures->kinds[k];
        for (unsigned mask = 0; mask <= umk_figure_all(kind); mask += 2) { /* patterns in ascending order */
            if (umk_figure_pattern_of(figures->places[kind->first_place + mask]) != next) continue;
            fill_pattern(&figures->patterns[next++], kind, (int)mask);
        }
    }
cleanup:
    return status;
}

/* ---- all together -----------------------------------------------------------------------------------------------*/

static void add_figure(umk_figures *figures, parting *p, const vertex_set *set) {
    umk_figure_kind *figure = &figures->kinds[figures->n_kinds]; /* a new kind, unless it is one of those before */
    int64_t number = figures->n_figures++, kind = 0;
    matching matching;
    memset(figure, 0, sizeof *figure);
    take_tetrahedra(p, set, figure);
    while (!is_of_kind(&matching, figure, &figures->kinds[kind], &p->steps)) kind++;
    if (kind == figures->n_kinds) figures->n_kinds++;
    figures->kind_of[number] = (int32_t)kind;
    for (int64_t i = 0; i < set->n_vertices; i++) {
        figures->vertices[number][matching.numbers[i + 1]] = set->vertices[i];
    }
}

/* Figures with at most p->most vertices besides the centre. */
static umk_status make_figures(umk_figures **figures, umk_context *context, parting *p) {
    umk_status status = UMK_OK;
    umk_figures *made = NULL;
    p->n_left = p->n;
    p->steps = most_steps;
    memset(p->is_taken, 0, (size_t)p->n * sizeof *p->is_taken);
    UMK_ALLOCATE(context, made, 1);
    UMK_ALLOCATE(context, made->vertices, p->n);
    UMK_ALLOCATE(context, made->kind_of, p->n);
    UMK_ALLOCATE(context, made->kinds, p->n);
    while (p->n_left > 0) {
        vertex_set set = best_set(p);
        add_figure(made, p, &set);
    }
    *figures = made;
    made = NULL;
cleanup:
    umk_figures_destroy(made);
    return status;
}

umk_status umk_figures_create(umk_figures **figures, umk_context *context, int64_t n, const uint16_t (*corners)[3],
                              const double *shares, int64_t n_vertices) {
    umk_status status = UMK_OK;
    parting p = {.n = n, .n_vertices = n_vertices, .corners = corners, .shares = shares};
    *figures = NULL;
    UMK_ALLOCATE(context, p.is_taken, n);
    UMK_ALLOCATE(context, p.gains, n_vertices);
    UMK_ALLOCATE(context, p.is_member, n_vertices);
    for (p.most = most_vertices;; p.most -= 4) {
        bool is_last = p.most == least_vertices;
        umk_figures_destroy(*figures);
        *figures = NULL;
        UMK_TRY(make_figures(figures, context, &p));
        if ((*figures)->n_kinds > most_kinds && !is_last) continue;
        UMK_TRY(make_places(*figures, context, &p.steps));
        if ((*figures)->n_patterns <= most_patterns || is_last) break;
    }
    UMK_TRY(make_patterns(*figures, context));
cleanup:
    if (status != UMK_OK) umk_figures_destroy(*figures);
    if (status != UMK_OK) *figures = NULL;
    umk_release(p.is_taken);
    umk_release(p.gains);
    umk_release(p.is_member);
    return status;
}

void umk_figures_destroy(umk_figures *figures) {
    if (figures == NULL) return;
    umk_release(figures->vertices);
    umk_release(figures->kind_of);
    umk_release(figures->kinds);
    umk_release(figures->orders);
    umk_release(figures->places);
    umk_release(figures->patterns);
    umk_release(figures);
}
