/*
 * Interaction strengths. fc3 is brought into the engine's translation-invariant form once and kept; the strengths are
 *
 *   |V|^2 = | sum e0 e1 e2 Phi(q0, q1, q2) / sqrt(m m m) |^2 / (f0 f1 f2),
 *
 * Phys. Rev. B 91, 094306 (2015), eqs. 5 and 6, without the factors that make it an energy. Two functions give its
 * parts for single triplets: the Fourier transform, and the contraction with eigenvectors.
 */
#include "backend/backend.h"
#include "base/hash.h"
#include "force_constants/force_constants.h"
#include "linalg/matrix3.h"
#include <string.h>

umk_status umk_backend_create(umk_backend **backend, umk_context *context) {
    umk_status status = UMK_OK;
    umk_backend *made = NULL;
    *backend = NULL;
    UMK_ALLOCATE(context, made, 1);
    UMK_TRY(umk_kernel_set_choose(&made->kernel_set, context, NULL));
    *backend = made;
    made = NULL;
cleanup:
    umk_backend_destroy(made);
    return status;
}

void umk_backend_destroy(umk_backend *backend) {
    if (backend == NULL) return;
    umk_collision_state_clear(&backend->collision);
    umk_interaction_destroy(backend->interaction);
    umk_release(backend);
}

const char *umk_backend_kernels(const umk_backend *backend) {
    return umk_kernel_set_name(backend->kernel_set);
}

/* ---- the interaction of a call ----------------------------------------------------------------------------------*/

/* What fc3 is made of: a crystal with as much as the interaction reads, and the compact values. */
typedef struct fc3_source {
    umk_crystal crystal;
    umk_fc3 fc3;
    double (*positions)[3];
    int64_t *kinds;
    int8_t *flags; /* borrowed, or NULL */
    bool is_engine_fit;
} fc3_source;

static void source_clear(fc3_source *source) {
    umk_release(source->positions);
    umk_release(source->kinds);
    umk_release(source->fc3.values);
}

/* Row of fc3 that belongs to a primitive atom. */
static int64_t fc3_row(const umk_call *call, int64_t i) {
    return umk_call_flag(call, "is_compact_fc3") ? i : umk_call_integers(call, "p2s_map")[i];
}

/* Blocks that phono3py has marked as zero are zero, and rows of other atoms are left out. */
static umk_status copy_values(fc3_source *source, const umk_call *call, const char *nonzero_name) {
    umk_status status = UMK_OK;
    int64_t n_p = source->fc3.n_primitive, n_s = source->fc3.n_supercell, row = n_s * n_s;
    const int8_t *nonzero = umk_call_bytes(call, nonzero_name);
    bool any = false;
    UMK_ALLOCATE(call->context, source->fc3.values, umk_checked_product(3, (const int64_t[]){n_p, row, 27}));
    for (int64_t i = 0; i < n_p; i++) {
        const double *from = umk_call_reals(call, "fc3") + fc3_row(call, i) * row * 27;
        const int8_t *flags = nonzero + fc3_row(call, i) * row;
        for (int64_t jk = 0; jk < row; jk++) {
            if (!flags[jk]) continue;
            memcpy(source->fc3.values + (i * row + jk) * 27, from + jk * 27, 27 * sizeof(double));
            for (int m = 0; m < 27; m++) any = any || from[jk * 27 + m] != 0;
        }
    }
    source->is_engine_fit = source->is_engine_fit && any;
cleanup:
    return status;
}

/* Are all shortest vectors lattice vectors between the atoms, as those of a crystal are? */
static bool has_lattice_vectors(const fc3_source *source) {
    const double tolerance = 1e-3, farthest = 100;
    const umk_supercell *supercell = &source->crystal.supercell;
    int64_t n_p = source->fc3.n_primitive;
    for (int64_t pair = 0; pair < n_p * source->fc3.n_supercell; pair++) {
        int64_t i = pair % n_p, j = source->kinds[pair / n_p], first = supercell->multiplicity[2 * pair + 1];
        for (int64_t s = first; s < first + supercell->multiplicity[2 * pair]; s++) {
            for (int c = 0; c < 3; c++) {
                double r = supercell->shortest_vectors[s][c] + source->positions[i][c] - source->positions[j][c];
                if (!(fabs(r) < farthest) || fabs(r - nearbyint(r)) > tolerance) return false;
            }
        }
    }
    return true;
}

/* Positions relative to the first atom: which of an atom's translates stands for it makes no difference to |V|^2. */
static umk_status set_crystal(fc3_source *source, const umk_call *call, const char *multiplicity) {
    umk_status status = UMK_OK;
    umk_crystal *crystal = &source->crystal;
    int64_t n_p = source->fc3.n_primitive, n_s = source->fc3.n_supercell;
    UMK_TRY(umk_call_check_images(call, multiplicity));
    UMK_ALLOCATE(call->context, source->kinds, n_s);
    UMK_ALLOCATE(call->context, source->positions, n_p);
    UMK_TRY(umk_call_kinds(call, source->kinds));
    crystal->primitive.n_atoms = n_p;
    crystal->primitive.positions = source->positions;
    crystal->primitive.masses = umk_call_reals(call, "masses");
    crystal->supercell.cell.n_atoms = n_s;
    crystal->supercell.multiplicity = umk_call_integers(call, multiplicity);
    crystal->supercell.shortest_vectors = (double(*)[3])umk_call_reals(call, "svecs");
    crystal->supercell.n_shortest_vectors = umk_call_size(call, "svecs", 0);
    crystal->supercell.s2pp_map = source->kinds;
    for (int64_t i = 0; i < n_p; i++) {
        int64_t s = umk_call_integers(call, "p2s_map")[i];
        int64_t first = crystal->supercell.multiplicity[s * n_p * 2 + 1];
        memcpy(source->positions[i], crystal->supercell.shortest_vectors[first], sizeof source->positions[i]);
    }
    source->is_engine_fit = has_lattice_vectors(source);
cleanup:
    return status;
}

static umk_status check_fc3(const umk_call *call, int64_t n_p, int64_t n_s, const char *nonzero) {
    umk_status status = UMK_OK;
    int64_t n_rows = umk_call_flag(call, "is_compact_fc3") ? n_p : n_s;
    UMK_TRY(umk_call_check_shape(call, "fc3", 6, (const int64_t[]){n_rows, n_s, n_s, 3, 3, 3}));
    UMK_TRY(umk_call_check_shape(call, nonzero, 3, (const int64_t[]){n_rows, n_s, n_s}));
    UMK_TRY(umk_call_check_range(call, "p2s_map", n_s));
    if (n_p == 0 || n_s == 0) return umk_call_fail(call, "p2s_map", "there are no atoms");
cleanup:
    return status;
}

static uint64_t hash_fc3(const umk_call *call, bool by_definition) {
    int64_t n_p = umk_call_size(call, "multiplicity", 1), row = umk_call_size(call, "multiplicity", 0);
    uint64_t hash = umk_hash(by_definition, (const int64_t[]){n_p, row}, 2 * sizeof(int64_t));
    row *= row;
    for (int64_t i = 0; i < n_p; i++) {
        hash = umk_hash(hash, umk_call_reals(call, "fc3") + fc3_row(call, i) * row * 27,
                        (size_t)row * 27 * sizeof(double));
        hash = umk_hash(hash, umk_call_bytes(call, "fc3_nonzero_indices") + fc3_row(call, i) * row, (size_t)row);
    }
    hash = umk_call_hash(hash, call, "svecs");
    hash = umk_call_hash(hash, call, "multiplicity");
    hash = umk_call_hash(hash, call, "masses");
    hash = umk_call_hash(hash, call, "p2s_map");
    hash = umk_call_hash(hash, call, "s2p_map");
    bool average = umk_call_flag(call, "make_r0_average");
    if (average) hash = umk_call_hash(hash, call, "all_shortest");
    const double options[3] = {average, umk_call_flag(call, "symmetrize_fc3_q"),
                               umk_call_real(call, "cutoff_frequency")};
    return umk_hash(hash, options, sizeof options);
}

umk_status umk_backend_interaction(const umk_interaction **interaction, const umk_call *call, bool by_definition) {
    umk_status status = UMK_OK;
    umk_backend *backend = call->backend;
    fc3_source source = {.fc3 = {.n_primitive = umk_call_size(call, "multiplicity", 1),
                                 .n_supercell = umk_call_size(call, "multiplicity", 0)}};
    umk_interaction_options options = {.symmetrize_fc3q = umk_call_flag(call, "symmetrize_fc3_q"),
                                       .cutoff_frequency = umk_call_real(call, "cutoff_frequency")};
    UMK_TRY(check_fc3(call, source.fc3.n_primitive, source.fc3.n_supercell, "fc3_nonzero_indices"));
    uint64_t hash = hash_fc3(call, by_definition);
    if (backend->interaction == NULL || hash != backend->interaction_hash) {
        umk_collision_state_clear(&backend->collision);
        umk_interaction_destroy(backend->interaction);
        backend->interaction = NULL;
        UMK_TRY(set_crystal(&source, call, "multiplicity"));
        UMK_TRY(copy_values(&source, call, "fc3_nonzero_indices"));
        if (by_definition || !source.is_engine_fit) options.kernels = "reference";
        if (options.cutoff_frequency < 0) options.cutoff_frequency = 0; /* imaginary modes do not scatter */
        status = umk_interaction_create_with(
            &backend->interaction, call->context, &source.crystal, &source.fc3,
            umk_call_flag(call, "make_r0_average") ? umk_call_bytes(call, "all_shortest") : NULL, &options);
        UMK_TRY(umk_call_blame(call, "fc3", status));
        backend->interaction->takes_any_triplet = by_definition;
        backend->interaction_hash = hash;
    }
    *interaction = backend->interaction;
cleanup:
    source_clear(&source);
    return status;
}

/* ---- interaction ------------------------------------------------------------------------------------------------*/

umk_status umk_grid_view_take_addresses(umk_grid_view *view, const umk_call *call) {
    umk_status status = UMK_OK;
    umk_grid *grid = &view->grid;
    const int64_t largest = INT64_C(1) << 40;
    UMK_TRY(umk_view_mesh(call, grid->diagonal, &grid->n_points));
    UMK_TRY(umk_call_check_size(call, "bz_grid_addresses", largest));
    UMK_TRY(umk_call_check_size(call, "q_mat", INT64_C(1) << 20));
    grid->n_bz_points = umk_call_size(call, "bz_grid_addresses", 0);
    UMK_ALLOCATE(call->context, grid->addresses, grid->n_bz_points);
    memcpy(grid->addresses, umk_call_integers(call, "bz_grid_addresses"),
           (size_t)grid->n_bz_points * sizeof *grid->addresses);
    umk_grid_view_set_q(view, umk_call_integers(call, "q_mat"));
cleanup:
    return status;
}

bool umk_triplets_conserve(const umk_grid *grid, int64_t n_triplets, const int64_t (*triplets)[3]) {
    for (int64_t t = 0; t < n_triplets; t++) {
        if (!umk_triplet_conserves(grid, triplets[t])) return false;
    }
    return true;
}

static umk_status interaction(umk_call *call) {
    umk_status status = UMK_OK;
    const umk_interaction *interaction;
    umk_grid_view view = {.to_caller = NULL};
    umk_phonons_view phonons = {.frequencies = NULL};
    const int8_t *is_zero = umk_call_bytes(call, "g_zero");
    umk_strength_request request = {.phonons = &phonons.phonons,
                                    .grid = &view.grid,
                                    .n_triplets = umk_call_size(call, "triplets", 0),
                                    .triplets = (const int64_t(*)[3])umk_call_integers(call, "triplets"),
                                    .n_bands0 = umk_call_size(call, "band_indices", 0),
                                    .bands0 = umk_call_integers(call, "band_indices"),
                                    .is_zero = is_zero,
                                    .factor = 1,
                                    .strength = umk_call_reals(call, "fc3_normal_squared")};
    UMK_TRY(umk_call_check_bands(call, "frequencies", 1, umk_call_size(call, "masses", 0)));
    UMK_TRY(umk_grid_view_take_addresses(&view, call));
    UMK_TRY(umk_call_check_range(call, "triplets", view.grid.n_bz_points));
    bool by_definition = !umk_triplets_conserve(&view.grid, request.n_triplets, request.triplets);
    UMK_TRY(umk_phonons_view_create(&phonons, call->context, &view, umk_call_size(call, "frequencies", 1),
                                    umk_call_reals(call, "frequencies"), umk_call_complexes(call, "eigenvectors"),
                                    NULL));
    UMK_TRY(umk_backend_interaction(&interaction, call, by_definition));
    UMK_TRY(umk_call_blame(call, "band_indices", umk_interaction_strengths(interaction, call->context, &request)));
    for (int64_t i = 0; umk_call_flag(call, "symmetrize_fc3_q") && i < umk_call_length(call, "g_zero"); i++) {
        if (is_zero[i]) request.strength[i] = 0;
    }
cleanup:
    umk_phonons_view_clear(&phonons);
    umk_grid_view_clear(&view);
    return status;
}

static const umk_call_parameter interaction_parameters[] = {
    UMK_OUT_REALS("fc3_normal_squared", "triplet band0 band band"),
    UMK_BYTES("g_zero", "triplet band0 band band"),
    UMK_REALS("frequencies", "bz_point band"),
    UMK_COMPLEXES("eigenvectors", "bz_point band band"),
    UMK_INTEGERS("triplets", "triplet 3"),
    UMK_INTEGERS("bz_grid_addresses", "bz_point 3"),
    UMK_SMALL_INTEGERS("d_diag", "3"),
    UMK_SMALL_INTEGERS("q_mat", "3 3"),
    UMK_REALS("fc3", "row supercell supercell 3 3 3"),
    UMK_BYTES("fc3_nonzero_indices", "row supercell supercell"),
    UMK_REALS("svecs", "* 3"),
    UMK_INTEGERS("multiplicity", "supercell primitive 2"),
    UMK_REALS("masses", "primitive"),
    UMK_INTEGERS("p2s_map", "primitive"),
    UMK_INTEGERS("s2p_map", "supercell"),
    UMK_INTEGERS("band_indices", "band0"),
    UMK_BOOL("symmetrize_fc3_q"),
    UMK_BOOL("make_r0_average"),
    UMK_BYTES("all_shortest", "primitive supercell supercell"),
    UMK_REAL("cutoff_frequency"),
    UMK_BOOL("is_compact_fc3"),
    UMK_END};

/* ---- the parts of a strength ------------------------------------------------------------------------------------*/

typedef struct transform_task {
    const umk_call *call;
    int64_t n_p, n_s;
    const int64_t *kinds;
    const int64_t (*multiplicity)[2];
    const int8_t *flags;       /* all_shortest, or NULL: home atom on leg 0 only */
    double complex *phases[3]; /* (n_s, n_p) of each leg: mean over the images */
    double complex *shifts;    /* (n_p) exp(2 pi i (q0 + q1 + q2) tau) */
} transform_task;

static void fill_phases(transform_task *task, const double (*q)[3], const double (*svecs)[3]) {
    const double sum[3] = {q[0][0] + q[1][0] + q[2][0], q[0][1] + q[1][1] + q[2][1], q[0][2] + q[1][2] + q[2][2]};
    for (int leg = 0; leg < 3; leg++) {
        for (int64_t pair = 0; pair < task->n_s * task->n_p; pair++) {
            double complex phase = 0;
            int64_t first = task->multiplicity[pair][1], count = task->multiplicity[pair][0];
            for (int64_t s = first; s < first + count; s++) phase += umk_turn(umk_dot3(q[leg], svecs[s]));
            task->phases[leg][pair] = phase / (double)count;
        }
    }
    for (int64_t i = 0; i < task->n_p; i++) {
        int64_t s = umk_call_integers(task->call, "p2s_map")[i];
        task->shifts[i] = umk_turn(umk_dot3(sum, svecs[task->multiplicity[s * task->n_p][1]]));
    }
}

/* Blocks with the home atom i on one leg. */
static void transform_home(const transform_task *task, int64_t i, int home, double complex *out) {
    static const int second[3] = {1, 0, 1}, third[3] = {2, 2, 0};
    static const int strides[3] = {9, 3, 1};
    int leg_j = second[home], leg_k = third[home];
    int64_t n_p = task->n_p, n_s = task->n_s, atoms[3] = {0};
    for (int64_t jk = 0; jk < n_s * n_s; jk++) {
        int64_t j = jk / n_s, k = jk % n_s, row = fc3_row(task->call, i) * n_s * n_s + jk;
        bool alone = task->flags == NULL || task->flags[i * n_s * n_s + jk];
        if (!umk_call_bytes(task->call, "nonzero_indices")[row] || (alone && home > 0)) continue;
        double complex factor = umk_times(umk_times(task->phases[leg_j][j * n_p + i], task->phases[leg_k][k * n_p + i]),
                                          alone ? task->shifts[i] : task->shifts[i] / 3);
        atoms[home] = i, atoms[leg_j] = task->kinds[j], atoms[leg_k] = task->kinds[k];
        double complex *block = out + ((atoms[0] * n_p + atoms[1]) * n_p + atoms[2]) * 27;
        const double *values = umk_call_reals(task->call, "fc3") + row * 27;
        for (int m = 0; m < 27; m++) {
            block[m / 9 * strides[home] + m / 3 % 3 * strides[leg_j] + m % 3 * strides[leg_k]] += factor * values[m];
        }
    }
}

static umk_status real_to_reciprocal(umk_call *call) {
    umk_status status = UMK_OK;
    int64_t n_p = umk_call_size(call, "multiplicity", 1), n_s = umk_call_size(call, "multiplicity", 0), *kinds = NULL;
    double complex *out = umk_call_complexes(call, "fc3_reciprocal");
    transform_task task = {.call = call,
                           .n_p = n_p,
                           .n_s = n_s,
                           .multiplicity = (const int64_t(*)[2])umk_call_integers(call, "multiplicity")};
    UMK_TRY(check_fc3(call, n_p, n_s, "nonzero_indices"));
    UMK_TRY(umk_call_check_images(call, "multiplicity"));
    UMK_ALLOCATE(call->context, kinds, n_s);
    UMK_TRY(umk_call_kinds(call, kinds));
    task.kinds = kinds;
    if (umk_call_flag(call, "make_r0_average")) task.flags = umk_call_bytes(call, "all_shortest");
    for (int leg = 0; leg < 3; leg++) UMK_ALLOCATE(call->context, task.phases[leg], n_s * n_p);
    UMK_ALLOCATE(call->context, task.shifts, n_p);
    fill_phases(&task, (const double(*)[3])umk_call_reals(call, "q_vecs"),
                (const double(*)[3])umk_call_reals(call, "svecs"));
    memset(out, 0, (size_t)umk_call_length(call, "fc3_reciprocal") * sizeof *out);
    for (int64_t i = 0; i < n_p; i++) {
        for (int home = 0; home < (task.flags == NULL ? 1 : 3); home++) transform_home(&task, i, home, out);
    }
cleanup:
    umk_release(kinds);
    for (int leg = 0; leg < 3; leg++) umk_release(task.phases[leg]);
    umk_release(task.shifts);
    return status;
}

static const umk_call_parameter real_to_reciprocal_parameters[] = {
    UMK_OUT_COMPLEXES("fc3_reciprocal", "primitive primitive primitive 3 3 3"),
    UMK_SMALL_REALS("q_vecs", "3 3"),
    UMK_REALS("fc3", "row supercell supercell 3 3 3"),
    UMK_BOOL("is_compact_fc3"),
    UMK_REALS("svecs", "* 3"),
    UMK_INTEGERS("multiplicity", "supercell primitive 2"),
    UMK_INTEGERS("p2s_map", "primitive"),
    UMK_INTEGERS("s2p_map", "supercell"),
    UMK_BOOL("make_r0_average"),
    UMK_BYTES("all_shortest", "primitive supercell supercell"),
    UMK_BYTES("nonzero_indices", "row supercell supercell"),
    UMK_END};

/* sum e0 e1 e2 Phi / sqrt(m m m) for one band triple. */
static double complex contract(const umk_call *call, int64_t band0, int64_t band1, int64_t band2) {
    const double *masses = umk_call_reals(call, "masses");
    int64_t n = umk_call_size(call, "freqs0", 0), n_p = n / 3;
    const double complex *e0 = umk_call_complexes(call, "eigvecs0"), *e1 = umk_call_complexes(call, "eigvecs1");
    const double complex *e2 = umk_call_complexes(call, "eigvecs2"), *phi = umk_call_complexes(call, "fc3_reciprocal");
    double complex sum = 0;
    for (int64_t atoms = 0; atoms < n_p * n_p * n_p; atoms++) {
        int64_t i = atoms / (n_p * n_p), j = atoms / n_p % n_p, k = atoms % n_p;
        double complex part = 0;
        for (int m = 0; m < 27; m++) {
            double complex product = umk_times(e0[(3 * i + m / 9) * n + band0], e1[(3 * j + m / 3 % 3) * n + band1]);
            part += umk_times(umk_times(product, e2[(3 * k + m % 3) * n + band2]), phi[atoms * 27 + m]);
        }
        sum += part / sqrt(masses[i] * masses[j] * masses[k]);
    }
    return sum;
}

static umk_status check_positions(const umk_call *call) {
    const int64_t(*positions)[4] = (const int64_t(*)[4])umk_call_integers(call, "g_pos");
    int64_t n = umk_call_size(call, "freqs0", 0);
    const int64_t limits[4] = {umk_call_size(call, "band_indices", 0), n, n,
                               umk_call_size(call, "fc3_normal_squared", 0)};
    for (int64_t i = 0; i < umk_call_size(call, "g_pos", 0); i++) {
        for (int c = 0; c < 4; c++) {
            if (positions[i][c] >= 0 && positions[i][c] < limits[c]) continue;
            return umk_call_fail(call, "g_pos", "%lld is out of range", (long long)positions[i][c]);
        }
    }
    return UMK_OK;
}

static umk_status reciprocal_to_normal_squared(umk_call *call) {
    umk_status status = UMK_OK;
    const int64_t(*positions)[4] = (const int64_t(*)[4])umk_call_integers(call, "g_pos");
    const double *f0 = umk_call_reals(call, "freqs0"), *f1 = umk_call_reals(call, "freqs1");
    const double *f2 = umk_call_reals(call, "freqs2"), cutoff = umk_call_real(call, "cutoff_frequency");
    UMK_TRY(umk_call_check_bands(call, "freqs0", 0, umk_call_size(call, "masses", 0)));
    UMK_TRY(umk_call_check_range(call, "band_indices", umk_call_size(call, "freqs0", 0)));
    UMK_TRY(check_positions(call));
    for (int64_t i = 0; i < umk_call_size(call, "g_pos", 0); i++) {
        int64_t band0 = umk_call_integers(call, "band_indices")[positions[i][0]];
        double a = f0[band0], b = f1[positions[i][1]], c = f2[positions[i][2]], square = 0;
        if (a > cutoff && b > cutoff && c > cutoff) {
            double complex v = contract(call, band0, positions[i][1], positions[i][2]);
            square = (creal(v) * creal(v) + cimag(v) * cimag(v)) / (a * b * c);
        }
        umk_call_reals(call, "fc3_normal_squared")[positions[i][3]] = square;
    }
cleanup:
    return status;
}

static const umk_call_parameter reciprocal_to_normal_squared_parameters[] = {
    UMK_OUT_REALS("fc3_normal_squared", "*"),
    UMK_INTEGERS("g_pos", "* 4"),
    UMK_COMPLEXES("fc3_reciprocal", "primitive primitive primitive 3 3 3"),
    UMK_REALS("freqs0", "band"),
    UMK_REALS("freqs1", "band"),
    UMK_REALS("freqs2", "band"),
    UMK_COMPLEXES("eigvecs0", "band band"),
    UMK_COMPLEXES("eigvecs1", "band band"),
    UMK_COMPLEXES("eigvecs2", "band band"),
    UMK_REALS("masses", "primitive"),
    UMK_INTEGERS("band_indices", "*"),
    UMK_REAL("cutoff_frequency"),
    UMK_END};

const umk_backend_function umk_backend_interaction_functions[] = {
    UMK_ROW(interaction), UMK_ROW(real_to_reciprocal), UMK_ROW(reciprocal_to_normal_squared), {NULL, NULL, NULL}};
