/*
 * Atoms of two cells matched with each other, and the shortest vectors between atoms of the primitive and the
 * supercell.
 */
#include "backend/views.h"
#include "linalg/matrix3.h"
#include <math.h>

/* ---- permutation ------------------------------------------------------------------------------------------------*/

/* Distance of two positions up to a lattice vector, squared. */
static double squared_distance(const double lattice[3][3], const double a[3], const double b[3]) {
    double difference[3], cartesian[3];
    for (int c = 0; c < 3; c++) difference[c] = a[c] - b[c] - nearbyint(a[c] - b[c]);
    umk_apply3(cartesian, lattice, difference);
    return umk_dot3(cartesian, cartesian);
}

static umk_status compute_permutation(umk_call *call) {
    int64_t *permutation = umk_call_integers(call, "permutation"), n = umk_call_size(call, "permutation", 0), first = 0;
    const double(*positions)[3] = (const double(*)[3])umk_call_reals(call, "positions");
    const double(*rotated)[3] = (const double(*)[3])umk_call_reals(call, "rotated_positions");
    const double(*lattice)[3] = (const double(*)[3])umk_call_reals(call, "lattice");
    double tolerance = umk_call_real(call, "symprec");
    int64_t n_found = 0;
    for (int64_t j = 0; j < n; j++) permutation[j] = -1;
    for (int64_t i = 0; i < n; i++) {
        while (first < n && permutation[first] >= 0) first++;
        for (int64_t j = first; j < n; j++) {
            if (permutation[j] >= 0) continue;
            if (!(sqrt(squared_distance(lattice, positions[i], rotated[j])) < tolerance)) continue;
            permutation[j] = i;
            n_found++;
            break;
        }
    }
    umk_call_return_bool(call, n_found == n);
    return UMK_OK;
}

static const umk_call_parameter compute_permutation_parameters[] = {UMK_OUT_INTEGERS("permutation", "atom"),
                                                                    UMK_SMALL_REALS("lattice", "3 3"),
                                                                    UMK_REALS("positions", "atom 3"),
                                                                    UMK_REALS("rotated_positions", "atom 3"),
                                                                    UMK_REAL("symprec"),
                                                                    UMK_END};

/* ---- shortest vectors -------------------------------------------------------------------------------------------*/

typedef struct vector_task {
    const umk_call *call;
    int64_t n_from, n_points;
    const double (*to)[3], (*from)[3];
    const int64_t (*points)[3];
    double basis[3][3], tolerance;
    double transformation[3][3];
    double *lengths; /* (n_points) of one pair */
} vector_task;

/* Lengths of all images of a pair; returns the shortest. */
static double measure(const vector_task *task, int64_t to, int64_t from) {
    double shortest = INFINITY;
    for (int64_t p = 0; p < task->n_points; p++) {
        double vector[3], cartesian[3];
        for (int c = 0; c < 3; c++) vector[c] = task->to[to][c] - task->from[from][c] + (double)task->points[p][c];
        umk_apply3(cartesian, task->basis, vector);
        task->lengths[p] = umk_norm3(cartesian);
        if (task->lengths[p] < shortest) shortest = task->lengths[p];
    }
    return shortest;
}

/* The images within the tolerance of the shortest into vectors (room for most), NULL to count only. */
static int64_t list_vectors(const vector_task *task, int64_t to, int64_t from, int64_t most, double (*vectors)[3]) {
    double shortest = measure(task, to, from);
    int64_t n = 0;
    for (int64_t p = 0; p < task->n_points; p++) {
        if (!(task->lengths[p] - shortest < task->tolerance)) continue;
        if (n == most) return most + 1;
        if (vectors != NULL) {
            double vector[3];
            for (int c = 0; c < 3; c++) vector[c] = task->to[to][c] - task->from[from][c] + (double)task->points[p][c];
            umk_apply3(vectors[n], task->transformation, vector);
        }
        n++;
    }
    return n;
}

static umk_status take(vector_task *task, const umk_call *call) {
    umk_status status = UMK_OK;
    const int64_t *transformation = umk_call_integers(call, "trans_mat");
    const double *basis = umk_call_reals(call, "reduced_basis");
    *task = (vector_task){.call = call,
                          .n_from = umk_call_size(call, "pos_from", 0),
                          .n_points = umk_call_size(call, "lattice_points", 0),
                          .to = (const double(*)[3])umk_call_reals(call, "pos_to"),
                          .from = (const double(*)[3])umk_call_reals(call, "pos_from"),
                          .points = (const int64_t(*)[3])umk_call_integers(call, "lattice_points"),
                          .tolerance = umk_call_real(call, "symprec")};
    for (int i = 0; i < 9; i++) {
        task->basis[i / 3][i % 3] = basis[i];
        task->transformation[i / 3][i % 3] = (double)transformation[i];
    }
    UMK_ALLOCATE(call->context, task->lengths, task->n_points);
cleanup:
    return status;
}

static void count_dense(const vector_task *task, int64_t n_pairs, int64_t (*multiplicity)[2]) {
    int64_t first = 0;
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        multiplicity[pair][0] = list_vectors(task, pair / task->n_from, pair % task->n_from, task->n_points, NULL);
        multiplicity[pair][1] = first;
        first += multiplicity[pair][0];
    }
}

static umk_status fill_dense(const vector_task *task, int64_t n_pairs, const int64_t (*multiplicity)[2]) {
    double(*vectors)[3] = (double(*)[3])umk_call_reals(task->call, "smallest_vectors");
    int64_t n_vectors = umk_call_size(task->call, "smallest_vectors", 0);
    for (int64_t pair = 0; pair < n_pairs; pair++) {
        int64_t count = multiplicity[pair][0], first = multiplicity[pair][1];
        if (count < 0 || first < 0 || count > n_vectors || first > n_vectors - count) {
            return umk_call_fail(task->call, "multiplicity", "it leads outside of smallest_vectors");
        }
        if (list_vectors(task, pair / task->n_from, pair % task->n_from, count, vectors + first) == count) continue;
        return umk_call_fail(task->call, "multiplicity", "it is of other positions");
    }
    return UMK_OK;
}

static umk_status gsv_set_smallest_vectors_dense(umk_call *call) {
    umk_status status = UMK_OK;
    vector_task task;
    int64_t(*multiplicity)[2] = (int64_t(*)[2])umk_call_integers(call, "multiplicity");
    UMK_TRY(take(&task, call));
    int64_t n_pairs = umk_call_size(call, "pos_to", 0) * task.n_from;
    if (umk_call_integer(call, "initialize") != 0) {
        count_dense(&task, n_pairs, multiplicity);
    } else {
        UMK_TRY(fill_dense(&task, n_pairs, (const int64_t(*)[2])multiplicity));
    }
cleanup:
    umk_release(task.lengths);
    return status;
}

static const umk_call_parameter gsv_set_smallest_vectors_dense_parameters[] = {
    UMK_OUT_REALS("smallest_vectors", "* 3"),
    UMK_OUT_INTEGERS("multiplicity", "to from 2"),
    UMK_REALS("pos_to", "to 3"),
    UMK_REALS("pos_from", "from 3"),
    UMK_INTEGERS("lattice_points", "* 3"),
    UMK_SMALL_REALS("reduced_basis", "3 3"),
    UMK_SMALL_INTEGERS("trans_mat", "3 3"),
    UMK_INTEGER("initialize"),
    UMK_REAL("symprec"),
    UMK_END};

static umk_status gsv_set_smallest_vectors_sparse(umk_call *call) {
    enum { most_vectors = 27 };
    umk_status status = UMK_OK;
    vector_task task;
    int64_t *multiplicity = umk_call_integers(call, "multiplicity");
    double(*vectors)[3] = (double(*)[3])umk_call_reals(call, "smallest_vectors");
    UMK_TRY(take(&task, call));
    for (int64_t pair = 0; pair < umk_call_length(call, "multiplicity"); pair++) {
        int64_t to = pair / task.n_from, from = pair % task.n_from;
        multiplicity[pair] = list_vectors(&task, to, from, most_vectors, vectors + pair * most_vectors);
        if (multiplicity[pair] <= most_vectors) continue;
        status = umk_call_fail(call, "lattice_points", "more than %d shortest vectors", (int)most_vectors);
        goto cleanup;
    }
cleanup:
    umk_release(task.lengths);
    return status;
}

static const umk_call_parameter gsv_set_smallest_vectors_sparse_parameters[] = {
    UMK_OUT_REALS("smallest_vectors", "to from 27 3"),
    UMK_OUT_INTEGERS("multiplicity", "to from"),
    UMK_REALS("pos_to", "to 3"),
    UMK_REALS("pos_from", "from 3"),
    UMK_INTEGERS("lattice_points", "* 3"),
    UMK_SMALL_REALS("reduced_basis", "3 3"),
    UMK_SMALL_INTEGERS("trans_mat", "3 3"),
    UMK_REAL("symprec"),
    UMK_END};

const umk_backend_function umk_backend_cell_functions[] = {
    UMK_ROW(compute_permutation),
    UMK_ROW(gsv_set_smallest_vectors_dense),
    UMK_ROW(gsv_set_smallest_vectors_sparse),
    {NULL, NULL, NULL},
};
