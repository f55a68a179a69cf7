/*
 * Lattice vectors folded onto a mesh: q1 = Q D^-1 n gives q1 Rb = sum_i n_i r_i / D_i with r = Q^T Rb, which counts
 * modulo D only. Here r and -r go together along each axis, for each of the six orders in which the axes can be taken.
 */
#include "linalg/matrix3.h"
#include "three_phonon/kernels/engine/engine.h"
#include <math.h>
#include <stdlib.h>

/** A lattice vector on its way into a column. */
typedef struct folded {
    int64_t size[3];
    int sign[3];
    bool alone[3];
    int64_t vector;
} folded;

static int compare_folded(const void *a, const void *b) {
    const folded *x = a, *y = b;
    for (int i = 2; i >= 0; i--) {
        if (x->size[i] != y->size[i]) return x->size[i] < y->size[i] ? -1 : 1;
    }
    return x->vector < y->vector ? -1 : x->vector > y->vector;
}

static void fold_vectors(folded *list, const umk_axes *axes, const umk_lattice_fc3 *fc3, const umk_grid *grid) {
    for (int64_t v = 0; v < fc3->n_rb; v++) {
        list[v].vector = v;
        for (int place = 0; place < 3; place++) {
            int axis = axes->axis[place];
            int64_t r = 0;
            for (int i = 0; i < 3; i++) r += grid->q[i][axis] * fc3->rb[v][i];
            umk_fold fold = umk_fold_residue(r, axes->period[place]);
            list[v].size[place] = fold.size;
            list[v].sign[place] = fold.sign;
            list[v].alone[place] = fold.alone;
        }
    }
    qsort(list, (size_t)fc3->n_rb, sizeof *list, compare_folded);
}

static bool same_column(const folded *a, const folded *b) {
    return a->size[1] == b->size[1] && a->size[2] == b->size[2];
}

/* A column begins with the folded vector `from`. */
static void begin_column(umk_axes *axes, const folded *from) {
    bool new_row = axes->n_rows == 0 || axes->rows[axes->n_rows - 1].size2 != from->size[2];
    if (new_row) {
        umk_row *row = &axes->rows[axes->n_rows++];
        *row = (umk_row){from->size[2], axes->n_columns, axes->n_columns, {axes->n_line_slots, -1}};
        axes->n_line_slots++;
        if (!from->alone[2]) row->slot[1] = axes->n_line_slots++;
    }
    umk_column *column = &axes->columns[axes->n_columns++];
    *column = (umk_column){from->size[1], from->size[2], axes->n_members,     axes->n_members,
                           axes->n_first, axes->n_first, {{-1, -1}, {-1, -1}}};
    for (int odd1 = 0; odd1 < (from->alone[1] ? 1 : 2); odd1++) {
        for (int odd2 = 0; odd2 < (from->alone[2] ? 1 : 2); odd2++) column->slot[odd1][odd2] = axes->n_plane_slots++;
    }
    axes->rows[axes->n_rows - 1].column_end = axes->n_columns;
}

static void add_member(umk_axes *axes, const folded *from) {
    umk_column *column = &axes->columns[axes->n_columns - 1];
    bool new_size = column->first_end == column->first_begin || axes->first_sizes[axes->n_first - 1] != from->size[0];
    if (new_size) {
        axes->first_sizes[axes->n_first] = from->size[0];
        axes->first_alone[axes->n_first] = from->alone[0];
        column->first_end = ++axes->n_first;
    }
    umk_member *member = &axes->members[axes->n_members++];
    *member = (umk_member){
        from->vector, axes->n_first - 1 - column->first_begin, {from->sign[0], from->sign[1], from->sign[2]}};
    column->member_end = axes->n_members;
}

static umk_status make_axes(umk_axes *axes, umk_context *context, const umk_lattice_fc3 *fc3, const umk_grid *grid) {
    umk_status status = UMK_OK;
    folded *list = NULL;
    int64_t n = fc3->n_rb;
    UMK_ALLOCATE(context, list, n);
    UMK_ALLOCATE(context, axes->members, n);
    UMK_ALLOCATE(context, axes->columns, n);
    UMK_ALLOCATE(context, axes->rows, n);
    UMK_ALLOCATE(context, axes->first_sizes, n);
    UMK_ALLOCATE(context, axes->first_alone, n);
    fold_vectors(list, axes, fc3, grid);
    for (int64_t v = 0; v < n; v++) {
        if (v == 0 || !same_column(&list[v - 1], &list[v])) begin_column(axes, &list[v]);
        add_member(axes, &list[v]);
    }
    for (int64_t c = 0; c < axes->n_columns; c++) {
        const umk_column *column = &axes->columns[c];
        axes->most_members = umk_larger(axes->most_members, column->member_end - column->member_begin);
        axes->most_first = umk_larger(axes->most_first, column->first_end - column->first_begin);
    }
    for (int64_t r = 0; r < axes->n_rows; r++) {
        axes->most_columns = umk_larger(axes->most_columns, axes->rows[r].column_end - axes->rows[r].column_begin);
    }
cleanup:
    umk_release(list);
    return status;
}

/* Cosine and sine of 2 pi k / D; exact where they are 0 or 1. */
static umk_status make_tables(umk_strength_mesh *mesh, umk_context *context, int axis) {
    umk_status status = UMK_OK;
    int64_t period = mesh->period[axis];
    UMK_ALLOCATE(context, mesh->cosines[axis], period);
    UMK_ALLOCATE(context, mesh->sines[axis], period);
    for (int64_t k = 0; k < period; k++) {
        double turn = 2 * UMK_PI * (double)k / (double)period;
        bool real = 2 * k % period == 0, imaginary = 4 * k % period == 0 && !real;
        mesh->cosines[axis][k] = imaginary ? 0 : real ? (k == 0 ? 1 : -1) : cos(turn);
        mesh->sines[axis][k] = real ? 0 : sin(turn);
    }
cleanup:
    return status;
}

/* Bands of q0 that go together: enough to fill the vectors of a row, few enough for the cache of a core. */
static void choose_groups(umk_strength_mesh *mesh, int64_t n) {
    const int64_t most_bytes = 12288;
    int64_t bands = 1, best = 1;
    double least_waste = INFINITY;
    for (; bands <= n && (bands == 1 || bands * n * n * 16 <= most_bytes); bands++) {
        int64_t n_groups = (n + bands - 1) / bands;
        double waste = (double)(n_groups * umk_lanes_padded(bands * n)) / (double)(n * n);
        if (bands * n < 2 * UMK_STRENGTH_LANES) waste += 1;
        if (waste > least_waste) continue;
        least_waste = waste;
        best = bands;
    }
    mesh->group_bands = best;
    mesh->n_groups = (n + best - 1) / best;
    mesh->width = umk_lanes_padded(best * n);
    mesh->unit = 2 * n * mesh->width;
    mesh->n_padded = umk_lanes_padded(n);
}

umk_status umk_engine_mesh_create(umk_strength_mesh **mesh, umk_context *context, const umk_interaction *interaction,
                                  const umk_grid *grid) {
    static const int orders[6][3] = {{2, 1, 0}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {1, 0, 2}, {0, 1, 2}};
    umk_status status = UMK_OK;
    umk_strength_mesh *made = NULL;
    *mesh = NULL;
    UMK_ALLOCATE(context, made, 1);
    choose_groups(made, interaction->n_bands);
    for (int axis = 0; axis < 3; axis++) {
        made->period[axis] = grid->diagonal[axis];
        UMK_TRY(make_tables(made, context, axis));
    }
    for (int o = 0; o < 6; o++) {
        umk_axes *axes = &made->axes[o];
        for (int place = 0; place < 3; place++) {
            axes->axis[place] = orders[o][place];
            axes->period[place] = grid->diagonal[orders[o][place]];
        }
        UMK_TRY(make_axes(axes, context, interaction->lattice_fc3, grid));
    }
    *mesh = made;
    made = NULL;
cleanup:
    umk_engine_mesh_destroy(made);
    return status;
}

void umk_engine_mesh_destroy(umk_strength_mesh *mesh) {
    if (mesh == NULL) return;
    for (int axis = 0; axis < 3; axis++) {
        umk_release(mesh->cosines[axis]);
        umk_release(mesh->sines[axis]);
    }
    for (int o = 0; o < 6; o++) {
        umk_release(mesh->axes[o].members);
        umk_release(mesh->axes[o].columns);
        umk_release(mesh->axes[o].rows);
        umk_release(mesh->axes[o].first_sizes);
        umk_release(mesh->axes[o].first_alone);
    }
    umk_release(mesh);
}
