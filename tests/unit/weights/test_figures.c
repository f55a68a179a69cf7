/* Figures of tetrahedra: every tetrahedron is in one, kinds and orders are what they say, and so are the masks. */
#include "support/context.h"
#include "unit/weights/hand_made.h"
#include "weights/internal.h"

enum { most_tetrahedra = 1152 };

static uint64_t seed = 1;

static int64_t below(int64_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(seed >> 33) % n;
}

/** Tetrahedra around vertex 0, by their other corners. */
typedef struct star {
    int64_t n, n_vertices;
    uint16_t corners[most_tetrahedra][3];
    double shares[most_tetrahedra];
} star;

static umk_figures *make_figures(const star *s) {
    umk_figures *figures = NULL;
    assert_int_equal(
        umk_figures_create(&figures, context, s->n, (const uint16_t(*)[3])s->corners, s->shares, s->n_vertices),
        UMK_OK);
    return figures;
}

static const umk_figure_kind *kind_of(const umk_figures *figures, int64_t f) {
    return &figures->kinds[figures->kind_of[f]];
}

/* ---- every tetrahedron in one figure ----------------------------------------------------------------------------*/

static void sort_three(int64_t corners[3]) {
    for (int i = 0; i < 2; i++) {
        for (int c = 0; c < 2; c++) {
            int64_t swapped = corners[c];
            if (corners[c] <= corners[c + 1]) continue;
            corners[c] = corners[c + 1];
            corners[c + 1] = swapped;
        }
    }
}

static bool is_same_tetrahedron(const uint16_t given[3], const int64_t found[3]) {
    int64_t a[3] = {given[0], given[1], given[2]}, b[3] = {found[0], found[1], found[2]};
    sort_three(a);
    sort_three(b);
    return memcmp(a, b, sizeof a) == 0;
}

/* A given tetrahedron with these corners and this share that has not been seen yet; fails where there is none. */
static int64_t find_unseen(const star *s, const bool *seen, const int64_t corners[3], double share) {
    for (int64_t t = 0; t < s->n; t++) {
        if (!seen[t] && s->shares[t] == share && is_same_tetrahedron(s->corners[t], corners)) return t;
    }
    fail_msg("%d %d %d is none that was given", (int)corners[0], (int)corners[1], (int)corners[2]);
    return -1;
}

/** What the figures say about vertices, taken together, is what was given. */
static void check_cover(const umk_figures *figures, const star *s) {
    bool seen[most_tetrahedra] = {false};
    int64_t n = 0;
    for (int64_t f = 0; f < figures->n_figures; f++) {
        const umk_figure_kind *kind = kind_of(figures, f);
        assert_int_equal(figures->vertices[f][0], 0);
        assert_in_range(kind->n_tetrahedra, 1, umk_figure_tetrahedra);
        for (int64_t t = 0; t < kind->n_tetrahedra; t++, n++) {
            int64_t corners[3];
            for (int c = 0; c < 3; c++) {
                assert_in_range(kind->corners[t][c], 1, umk_figure_row - 1);
                corners[c] = figures->vertices[f][kind->corners[t][c]];
            }
            seen[find_unseen(s, seen, corners, kind->shares[t])] = true;
        }
    }
    assert_int_equal(n, s->n);
}

/* ---- what a mask asks for ---------------------------------------------------------------------------------------*/

/** A row of a figure as its pattern gets it. */
typedef struct turned_row {
    const umk_figure_kind *kind;
    const umk_figure_pattern *pattern;
    const uint8_t *order; /* vertex v of the pattern is vertex order[v] of the figure */
    int mask;             /* of the figure, turned so that the centre is below */
} turned_row;

static bool is_above(const turned_row *row, int64_t vertex) {
    return row->mask >> vertex & 1;
}

/* The tetrahedra of a kind, with its numbers of vertices. */
static star star_of(const umk_figure_kind *kind) {
    star s = {.n = kind->n_tetrahedra, .n_vertices = umk_figure_row};
    for (int64_t t = 0; t < kind->n_tetrahedra; t++) {
        for (int c = 0; c < 3; c++) s.corners[t][c] = kind->corners[t][c];
        s.shares[t] = kind->shares[t];
    }
    return s;
}

/* An order is a permutation that leaves the centre, and gives the kind itself. */
static void check_order(const umk_figure_kind *kind, const uint8_t order[umk_figure_row]) {
    star s = star_of(kind);
    bool seen[most_tetrahedra] = {false};
    int used = 0;
    assert_int_equal(order[0], 0);
    for (int v = 0; v < umk_figure_row; v++) used |= 1 << order[v];
    assert_int_equal(used, (1 << umk_figure_row) - 1);
    for (int64_t t = 0; t < kind->n_tetrahedra; t++) {
        const uint8_t *c = kind->corners[t];
        const int64_t corners[3] = {order[c[0]], order[c[1]], order[c[2]]};
        seen[find_unseen(&s, seen, corners, kind->shares[t])] = true;
    }
}

/* Exactly the vertices above. */
static void check_vertices(const turned_row *row) {
    int listed = 0;
    assert_in_range(row->pattern->n_above, 0, umk_figure_row - 1);
    for (int i = 0; i < row->pattern->n_above; i++) {
        int64_t vertex = row->order[row->pattern->above[i]];
        assert_false(listed >> vertex & 1);
        listed |= 1 << vertex;
    }
    assert_int_equal(listed, row->mask);
}

/* From above to below, each once: those that a tetrahedron has, and no other. */
static void check_edges(const turned_row *row) {
    const umk_figure_pattern *pattern = row->pattern;
    bool listed[umk_figure_row][umk_figure_row] = {{false}}, crossed[umk_figure_row][umk_figure_row] = {{false}};
    assert_in_range(pattern->n_edges, 0, umk_figure_edges);
    for (int e = 0; e < pattern->n_edges; e++) {
        int64_t above = row->order[pattern->edges[e][0]], under = row->order[pattern->edges[e][1]];
        assert_true(is_above(row, above) && !is_above(row, under) && under != 0);
        assert_false(listed[above][under]);
        listed[above][under] = true;
    }
    for (int64_t i = 0; i < row->kind->n_tetrahedra * 9; i++) {
        const uint8_t *corners = row->kind->corners[i / 9];
        int p = corners[i % 3], o = corners[i / 3 % 3];
        if (is_above(row, p) && !is_above(row, o)) crossed[p][o] = true;
    }
    assert_memory_equal(listed, crossed, sizeof listed);
}

/* Vertices of an edge of the pattern; fails where there is no such edge. */
static void take_edge(const turned_row *row, int edge, int64_t *above, int64_t *under) {
    assert_true(edge < row->pattern->n_edges);
    *above = row->order[row->pattern->edges[edge][0]];
    *under = row->order[row->pattern->edges[edge][1]];
}

/* The corners of a tetrahedron of a pattern with so many above, those first, and that its edges are its own. */
static void take_corners(const turned_row *row, const uint8_t places[4], int n_above, int64_t corners[3]) {
    int64_t from[2];
    for (int c = 0; c < n_above; c++) {
        corners[c] = row->order[places[c]];
        assert_true(is_above(row, corners[c]));
    }
    if (n_above == 1) {
        for (int e = 0; e < 2; e++) take_edge(row, places[1 + e], &from[e], &corners[1 + e]);
        assert_true(from[0] == corners[0] && from[1] == corners[0]);
    } else if (n_above == 2) {
        int64_t under[2];
        for (int e = 0; e < 2; e++) take_edge(row, places[2 + e], &from[e], &under[e]);
        assert_true(from[0] == corners[0] && from[1] == corners[1] && under[0] == under[1]);
        corners[2] = under[0];
    }
}

/* Each tetrahedron with a corner above is in the case that it is, with its share; the others are not there. */
static void check_cases(const turned_row *row) {
    const umk_figure_kind *kind = row->kind;
    const int ends[4] = {0, row->pattern->n_one, row->pattern->n_one + row->pattern->n_two,
                         row->pattern->n_one + row->pattern->n_two + row->pattern->n_three};
    star s = star_of(kind);
    bool seen[most_tetrahedra] = {false};
    assert_in_range(ends[3], 0, kind->n_tetrahedra);
    for (int n_above = 1; n_above <= 3; n_above++) {
        for (int i = ends[n_above - 1]; i < ends[n_above]; i++) {
            int64_t corners[3];
            take_corners(row, row->pattern->places[i], n_above, corners);
            seen[find_unseen(&s, seen, corners, row->pattern->shares[i])] = true;
        }
    }
    for (int64_t t = 0; t < kind->n_tetrahedra; t++) {
        const uint8_t *c = kind->corners[t];
        assert_int_equal(seen[t], is_above(row, c[0]) || is_above(row, c[1]) || is_above(row, c[2]));
    }
}

/* The masks of one kind; of many masks some, with the centre above and below. Which orders occur is noted. */
static void check_kind(const umk_figures *figures, const umk_figure_kind *kind, bool *has_order) {
    int all = (int)umk_figure_all(kind), step = all > 2048 ? 61 : 1;
    assert_in_range(kind->n_vertices, 1, umk_figure_row - 1);
    for (int mask = 0; mask <= all; mask += step) {
        umk_figure_place place = figures->places[kind->first_place + mask];
        int32_t pattern = umk_figure_pattern_of(place), order = umk_figure_order_of(place);
        assert_in_range(pattern, 0, figures->n_patterns - 1);
        assert_in_range(order, 0, figures->n_orders - 1);
        turned_row row = {kind, &figures->patterns[pattern], figures->orders[order], mask & 1 ? ~mask & all : mask};
        if (!has_order[order]) check_order(kind, row.order);
        has_order[order] = true;
        check_vertices(&row);
        check_edges(&row);
        check_cases(&row);
    }
}

static void check_places(const umk_figures *figures) {
    bool has_order[1 << umk_figure_order_bits] = {false};
    for (int64_t k = 0; k < figures->n_kinds; k++) check_kind(figures, &figures->kinds[k], has_order);
}

/* ---- figures of grids -------------------------------------------------------------------------------------------*/

static star take_star(const umk_weights *weights) {
    star s = {.n = weights->n_tetrahedra, .n_vertices = weights->n_vertices};
    assert_true(s.n <= most_tetrahedra);
    memcpy(s.corners, weights->corners, (size_t)s.n * sizeof s.corners[0]);
    memcpy(s.shares, weights->tetrahedron_weights, (size_t)s.n * sizeof s.shares[0]);
    return s;
}

/* A grid has figures of one kind; with generators it is symmetrized. */
static void check_grid(const double lattice[3][3], const int64_t (*generators)[3][3], int64_t n_figures,
                       int64_t n_orders, int64_t n_patterns) {
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, lattice);
    umk_weights *weights;
    if (generators != NULL) set_rotations(h, 3, generators);
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, NULL), UMK_OK);
    star s = take_star(weights);
    assert_int_equal(weights->figures->n_figures, n_figures);
    assert_int_equal(weights->figures->n_kinds, 1);
    assert_int_equal(weights->figures->n_orders, n_orders);
    assert_int_equal(weights->figures->n_patterns, n_patterns);
    check_cover(weights->figures, &s);
    check_places(weights->figures);
    umk_weights_destroy(weights);
    release_hand_made(h);
}

static void test_grids(void **state) {
    (void)state;
    check_grid(TRICLINIC, NULL, 1, 48, 554);
    check_grid(HEXAGONAL, NULL, 1, 48, 554);
    check_grid(CUBIC, NULL, 1, 48, 554);
    check_grid(FCC, FCC_GENERATORS, 1, 48, 554);
    check_grid(HEXAGONAL, HEXAGONAL_GENERATORS, 2, 12, 860);
    check_grid(CUBIC, CUBIC_GENERATORS, 4, 16, 294);
}

/** A mirror plane alone, across a skew axis, leaves figures of several kinds. */
static void test_several_kinds(void **state) {
    (void)state;
    static const double lattice[3][3] = {{0.25, 0, 0.03}, {0, 0.2, 0}, {0, 0, 0.17}};
    static const int64_t generators[2][3][3] = {{{-1, 0, 0}, {0, 1, 0}, {0, 0, -1}},
                                                {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}}};
    hand_made *h = make_grid((const int64_t[3]){4, 4, 4}, lattice);
    umk_weights *weights;
    set_rotations(h, 2, generators);
    assert_int_equal(h->grid.n_rotations, 4);
    assert_int_equal(umk_weights_create(&weights, context, &h->grid, NULL), UMK_OK);
    star s = take_star(weights);
    assert_true(weights->figures->n_kinds > 1);
    check_cover(weights->figures, &s);
    check_places(weights->figures);
    umk_weights_destroy(weights);
    release_hand_made(h);
}

/* ---- arbitrary ones ---------------------------------------------------------------------------------------------*/

static void check_star(const star *s) {
    umk_figures *figures = make_figures(s);
    check_cover(figures, s);
    check_places(figures);
    umk_figures_destroy(figures);
}

/* steps: so many shares occur. */
static void set_shares(star *s, int64_t steps) {
    for (int64_t t = 0; t < s->n; t++) s->shares[t] = 0.25 * (double)(1 + below(steps));
}

/** Corners that are not the centre, nor alike; the same tetrahedron may come several times. */
static void test_random(void **state) {
    (void)state;
    for (int round = 0; round < 30; round++) {
        star s = {.n = 1 + below(60), .n_vertices = 4 + below(round % 2 == 0 ? 5 : 40)};
        for (int64_t t = 0; t < s.n; t++) {
            for (int c = 0; c < 3;) {
                uint16_t corner = (uint16_t)(1 + below(s.n_vertices - 1));
                bool known = (c > 0 && corner == s.corners[t][0]) || (c > 1 && corner == s.corners[t][1]);
                if (!known) s.corners[t][c++] = corner;
            }
        }
        set_shares(&s, 1 + round % 3);
        check_star(&s);
    }
}

/** All 84 on nine vertices, which are too many for a figure, and the same several times. */
static void test_crowded(void **state) {
    (void)state;
    for (int copies = 1; copies <= 2; copies++) {
        star s = {.n_vertices = 10};
        for (int i = 0; i < copies * 1000; i++) {
            int a = i % 10, b = i / 10 % 10, c = i / 100 % 10;
            if (a == 0 || a >= b || b >= c) continue;
            const uint16_t corners[3] = {(uint16_t)a, (uint16_t)b, (uint16_t)c};
            memcpy(s.corners[s.n++], corners, sizeof corners);
        }
        assert_int_equal(s.n, 84 * copies);
        set_shares(&s, copies);
        check_star(&s);
    }
}

/** More kinds than there is room for all their orders, and more effort to find them than there may be. */
static void test_disjoint(void **state) {
    (void)state;
    static star s;
    for (int alike = 0; alike < 2; alike++) {
        s = (star){.n = 1152, .n_vertices = 1 + 3 * 1152};
        for (int64_t i = 0; i < s.n * 3; i++) s.corners[i / 3][i % 3] = (uint16_t)(1 + i);
        for (int64_t t = 0; t < s.n; t++) s.shares[t] = alike ? 1 : 1 + 0.125 * (double)t;
        umk_figures *figures = make_figures(&s);
        assert_in_range(figures->n_orders, figures->n_kinds, 1 << umk_figure_order_bits);
        check_cover(figures, &s);
        if (alike) check_places(figures);
        umk_figures_destroy(figures);
    }
}

/** Stars in the sense of graphs, nearly alike: what they differ in comes last. */
static void test_nearly_alike(void **state) {
    (void)state;
    static star s;
    enum { n_copies = 12, n_hubs = 6, n_leaves = 8 };
    s = (star){.n_vertices = 1 + n_copies * (n_hubs + n_leaves + 1)};
    for (int copy = 0; copy < n_copies; copy++) {
        int first = 1 + copy * (n_hubs + n_leaves + 1);
        for (int i = 0; i < n_hubs * n_leaves; i++) {
            const int corners[3] = {first, first + 1 + i % n_hubs, first + 1 + n_hubs + i / n_hubs};
            for (int c = 0; c < 3; c++) s.corners[s.n][c] = (uint16_t)corners[c];
            s.shares[s.n++] = i + 1 < n_hubs * n_leaves ? 1 : 2 + copy;
        }
    }
    umk_figures *figures = make_figures(&s);
    check_cover(figures, &s);
    umk_figures_destroy(figures);
}

/** Corners that repeat, or are the centre. */
static void test_degenerate(void **state) {
    (void)state;
    for (int round = 0; round < 30; round++) {
        star s = {.n = 1 + below(50), .n_vertices = 2 + below(12)};
        for (int64_t i = 0; i < s.n * 3; i++) s.corners[i / 3][i % 3] = (uint16_t)below(s.n_vertices);
        set_shares(&s, 1 + round % 3);
        check_star(&s);
    }
}

static void test_none(void **state) {
    (void)state;
    star s = {.n_vertices = 1};
    umk_figures *figures = make_figures(&s);
    assert_int_equal(figures->n_figures, 0);
    umk_figures_destroy(figures);
    umk_figures_destroy(NULL);
}

static void test_no_memory(void **state) {
    (void)state;
    star s = {.n = 40, .n_vertices = 20};
    umk_figures *figures = NULL;
    int n_failures = 0;
    for (int64_t i = 0; i < s.n * 3; i++) s.corners[i / 3][i % 3] = (uint16_t)(1 + (i + i / 7) % 19);
    set_shares(&s, 2);
    for (;; n_failures++) {
        umk_test_fail_allocation(n_failures);
        umk_status status =
            umk_figures_create(&figures, context, s.n, (const uint16_t(*)[3])s.corners, s.shares, s.n_vertices);
        if (status == UMK_OK) break;
        assert_int_equal(status, UMK_ERROR_MEMORY);
        assert_null(figures);
    }
    umk_test_fail_allocation(-1);
    assert_true(n_failures >= 10);
    umk_figures_destroy(figures);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grids),     cmocka_unit_test(test_several_kinds), cmocka_unit_test(test_random),
        cmocka_unit_test(test_crowded),   cmocka_unit_test(test_degenerate),    cmocka_unit_test(test_none),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_disjoint),      cmocka_unit_test(test_nearly_alike),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
