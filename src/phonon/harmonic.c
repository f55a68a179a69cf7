/*
 * The harmonic model: D(q) e = (2 pi f)^2 e, in the units of conventions.h f = sign(l) sqrt|l| * frequency factor for
 * the eigenvalue l of D in eV/(angstrom^2 u) (Born and Huang, Dynamical Theory of Crystal Lattices, section 24).
 */
#include "phonon/harmonic.h"
#include "linalg/hermitian.h"
#include "linalg/matrix3.h"
#include <string.h>

/* ---- construction -------------------------------------------------------------------------------------------------*/

/* True where the matrix is among the first n. */
static bool has_rotation(int64_t n, const int64_t (*rotations)[3][3], const int64_t rotation[3][3]) {
    for (int64_t i = 0; i < n; i++) {
        if (memcmp(rotations[i], rotation, sizeof rotations[i]) == 0) return true;
    }
    return false;
}

/* The point group on q, R^T of each direct rotation R (as a group the same as R^-T), and -R^T by time reversal. */
static umk_status copy_rotations(umk_harmonic *harmonic, umk_context *context, const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    double inverse[3][3];
    if (!umk_invert3(inverse, crystal->reciprocal_lattice)) {
        return umk_fail(context, UMK_ERROR_INPUT, "the reciprocal lattice is singular");
    }
    UMK_ALLOCATE(context, harmonic->reciprocal_rotations, 2 * crystal->n_rotations);
    UMK_ALLOCATE(context, harmonic->cartesian_rotations, 2 * crystal->n_rotations);
    for (int64_t n = 0; n < 2 * crystal->n_rotations; n++) {
        int64_t rotation[3][3], sign = n < crystal->n_rotations ? 1 : -1;
        double fractional[3][3], half[3][3];
        umk_transpose3_integer(rotation, (const int64_t(*)[3])crystal->rotations[n % crystal->n_rotations]);
        for (int m = 0; m < 9; m++) rotation[m / 3][m % 3] *= sign;
        if (has_rotation(harmonic->n_rotations, (const int64_t(*)[3][3])harmonic->reciprocal_rotations,
                         (const int64_t(*)[3])rotation)) {
            continue;
        }
        for (int m = 0; m < 9; m++) fractional[m / 3][m % 3] = (double)rotation[m / 3][m % 3];
        umk_multiply3(half, crystal->reciprocal_lattice, (const double(*)[3])fractional);
        umk_multiply3(harmonic->cartesian_rotations[harmonic->n_rotations], (const double(*)[3])half,
                      (const double(*)[3])inverse);
        memcpy(harmonic->reciprocal_rotations[harmonic->n_rotations++], rotation, sizeof rotation);
    }
cleanup:
    return status;
}

/* q.eps.q, by which the long-range forces are divided, is positive for every q: Sylvester's criterion. */
static umk_status check_dielectric(umk_context *context, const double eps[3][3]) {
    double s[3][3];
    for (int k = 0; k < 9; k++) s[k / 3][k % 3] = (eps[k / 3][k % 3] + eps[k % 3][k / 3]) / 2;
    bool positive =
        s[0][0] > 0 && s[0][0] * s[1][1] - s[0][1] * s[1][0] > 0 && umk_determinant3((const double(*)[3])s) > 0;
    if (positive) return UMK_OK;
    return umk_fail(context, UMK_ERROR_INPUT, "BORN data: the dielectric tensor is not positive definite");
}

static umk_status create_nac(umk_harmonic *harmonic, umk_context *context, const umk_crystal *crystal,
                             const umk_fc2 *fc2, const double direction[3]) {
    double cartesian[3];
    umk_status checked = check_dielectric(context, crystal->born.dielectric);
    if (checked != UMK_OK) return checked;
    umk_apply3(cartesian, crystal->reciprocal_lattice, direction);
    bool has_direction = umk_norm3(cartesian) > 0;
    if (harmonic->nac_method == UMK_NAC_WANG) {
        umk_status status = umk_wang_create(&harmonic->wang, context, crystal);
        harmonic->wang.has_direction = has_direction;
        memcpy(harmonic->wang.direction, cartesian, sizeof cartesian);
        umk_lattice_sum_set(&harmonic->sum, fc2->n_supercell, fc2->values);
        return status;
    }
    umk_status status = umk_dipole_create(&harmonic->dipole, context, crystal);
    if (status != UMK_OK) return status;
    harmonic->dipole.has_direction = has_direction;
    memcpy(harmonic->dipole.direction, cartesian, sizeof cartesian);
    return umk_subtract_dipoles(&harmonic->sum, context, crystal, &harmonic->dipole, fc2);
}

static umk_status check_arguments(umk_context *context, const umk_crystal *crystal, const umk_fc2 *fc2,
                                  const umk_harmonic_options *options) {
    if (fc2->n_primitive != crystal->primitive.n_atoms || fc2->n_supercell != crystal->phonon_supercell.cell.n_atoms) {
        return umk_fail(
            context, UMK_ERROR_ARGUMENT,
            "second-order force constants of %lld and %lld atoms do not belong to a crystal of %lld and %lld",
            (long long)fc2->n_primitive, (long long)fc2->n_supercell, (long long)crystal->primitive.n_atoms,
            (long long)crystal->phonon_supercell.cell.n_atoms);
    }
    if (options->nac_method < UMK_NAC_GONZE || options->nac_method > UMK_NAC_NONE) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "there is no non-analytic method number %d",
                        (int)options->nac_method);
    }
    if (!(options->frequency_factor >= 0) || !isfinite(options->frequency_factor)) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the frequency factor must be positive");
    }
    for (int a = 0; a < 3; a++) {
        if (!isfinite(options->q_direction[a]))
            return umk_fail(context, UMK_ERROR_ARGUMENT, "q_direction is not finite");
    }
    return UMK_OK;
}

umk_status umk_harmonic_create(umk_harmonic **harmonic, umk_context *context, const umk_crystal *crystal,
                               const umk_fc2 *fc2, const umk_harmonic_options *options) {
    umk_status status = UMK_OK;
    umk_harmonic_options chosen = UMK_HARMONIC_OPTIONS_INIT;
    umk_harmonic *made = NULL;
    if (options != NULL) chosen = *options;
    *harmonic = NULL;
    UMK_TRY(check_arguments(context, crystal, fc2, &chosen));
    UMK_ALLOCATE(context, made, 1);
    made->n_primitive = crystal->primitive.n_atoms;
    made->n_bands = 3 * made->n_primitive;
    memcpy(made->reciprocal_lattice, crystal->reciprocal_lattice, sizeof made->reciprocal_lattice);
    made->frequency_factor = chosen.frequency_factor > 0 ? chosen.frequency_factor : UMK_FREQUENCY_FACTOR;
    made->nac_method = crystal->born.n_atoms > 0 ? chosen.nac_method : UMK_NAC_NONE;
    made->symmetry_tolerance = crystal->symmetry_tolerance;
    UMK_ALLOCATE(context, made->n_solved, 1);
    UMK_TRY(copy_rotations(made, context, crystal));
    UMK_TRY(umk_mode_symmetry_create(&made->symmetry, context, crystal));
    UMK_TRY(umk_lattice_sum_create(&made->sum, context, &crystal->primitive, &crystal->phonon_supercell));
    if (made->nac_method == UMK_NAC_NONE) {
        umk_lattice_sum_set(&made->sum, fc2->n_supercell, fc2->values);
    } else {
        UMK_TRY(create_nac(made, context, crystal, fc2, chosen.q_direction));
    }
    *harmonic = made;
    made = NULL;
cleanup:
    umk_harmonic_destroy(made);
    return status;
}

void umk_harmonic_destroy(umk_harmonic *harmonic) {
    if (harmonic == NULL) return;
    umk_lattice_sum_clear(&harmonic->sum);
    umk_dipole_clear(&harmonic->dipole);
    umk_wang_clear(&harmonic->wang);
    umk_mode_symmetry_clear(&harmonic->symmetry);
    umk_release(harmonic->reciprocal_rotations);
    umk_release(harmonic->cartesian_rotations);
    umk_release(harmonic->n_solved);
    umk_release(harmonic);
}

int64_t umk_harmonic_n_bands(const umk_harmonic *harmonic) {
    return harmonic->n_bands;
}

umk_status umk_harmonic_workspace_create(umk_harmonic_workspace *workspace, umk_context *context,
                                         const umk_harmonic *harmonic) {
    umk_status status = UMK_OK;
    int64_t n_pairs = harmonic->n_primitive * harmonic->n_primitive, n_elements = harmonic->n_bands * harmonic->n_bands;
    *workspace = (umk_harmonic_workspace){0};
    UMK_ALLOCATE(context, workspace->lattice, umk_lattice_sum_scratch(&harmonic->sum));
    if (harmonic->nac_method == UMK_NAC_GONZE) {
        UMK_ALLOCATE(context, workspace->dipole, umk_dipole_scratch(&harmonic->dipole));
    }
    if (harmonic->nac_method == UMK_NAC_WANG) {
        UMK_ALLOCATE(context, workspace->pair_value, n_pairs);
        UMK_ALLOCATE(context, workspace->pair_derivative, n_pairs);
    }
    UMK_ALLOCATE(context, workspace->matrix, n_elements);
    UMK_ALLOCATE(context, workspace->product, n_elements);
cleanup:
    if (status != UMK_OK) umk_harmonic_workspace_clear(workspace);
    return status;
}

void umk_harmonic_workspace_clear(umk_harmonic_workspace *workspace) {
    umk_release(workspace->lattice);
    umk_release(workspace->dipole);
    umk_release(workspace->pair_value);
    umk_release(workspace->pair_derivative);
    umk_release(workspace->matrix);
    umk_release(workspace->product);
    *workspace = (umk_harmonic_workspace){0};
}

/* ---- the dynamical matrix and its derivative
 * ------------------------------------------------------------------------*/

/* The vector along which Wang's term is taken; NULL: no term. */
static const double *wang_vector(const umk_harmonic *harmonic, const double q_cartesian[3], bool without_direction) {
    if (harmonic->nac_method != UMK_NAC_WANG) return NULL;
    if (umk_norm3(q_cartesian) >= UMK_GAMMA_TOLERANCE) return q_cartesian;
    return harmonic->wang.has_direction && !without_direction ? harmonic->wang.direction : NULL;
}

void umk_dynamical_matrix(const umk_harmonic *harmonic, const double q[3], bool without_direction,
                          umk_harmonic_workspace *workspace, double complex *matrix) {
    double q_cartesian[3];
    umk_pair_term term = {NULL, NULL};
    umk_apply3(q_cartesian, harmonic->reciprocal_lattice, q);
    const double *vector = wang_vector(harmonic, q_cartesian, without_direction);
    if (vector != NULL) {
        umk_wang_pairs(&harmonic->wang, vector, workspace->pair_value, NULL);
        term.value = (const double(*)[9])workspace->pair_value;
    }
    umk_lattice_sum_phases(&harmonic->sum, q, workspace->lattice);
    umk_lattice_sum_matrix(&harmonic->sum, q, term, workspace->lattice, matrix);
    if (harmonic->nac_method == UMK_NAC_GONZE) {
        umk_dipole_add(&harmonic->dipole, q_cartesian, !without_direction, 1, workspace->dipole, matrix);
    }
}

void umk_dynamical_matrix_derivative(const umk_harmonic *harmonic, const double q[3], umk_harmonic_workspace *workspace,
                                     double complex *derivative) {
    double q_cartesian[3];
    umk_pair_term term = {NULL, NULL};
    umk_apply3(q_cartesian, harmonic->reciprocal_lattice, q);
    const double *vector = wang_vector(harmonic, q_cartesian, true);
    if (vector != NULL) {
        umk_wang_pairs(&harmonic->wang, vector, workspace->pair_value, workspace->pair_derivative);
        term.value = (const double(*)[9])workspace->pair_value;
        term.derivative = (const double(*)[3][9])workspace->pair_derivative;
    }
    umk_lattice_sum_phases(&harmonic->sum, q, workspace->lattice);
    umk_lattice_sum_derivative(&harmonic->sum, q, term, workspace->lattice, derivative);
    if (harmonic->nac_method == UMK_NAC_GONZE) {
        umk_dipole_add_derivative(&harmonic->dipole, q_cartesian, false, workspace->dipole, derivative);
    }
}

umk_status umk_harmonic_dynamical_matrix(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                                         double *matrix) {
    umk_harmonic_workspace workspace;
    umk_status status = umk_harmonic_workspace_create(&workspace, context, harmonic);
    if (status != UMK_OK) return status;
    umk_dynamical_matrix(harmonic, q, false, &workspace, (double complex *)matrix);
    umk_harmonic_workspace_clear(&workspace);
    return UMK_OK;
}

/* ---- the eigenproblem
 * -----------------------------------------------------------------------------------------------*/

umk_status umk_harmonic_solve_at(const umk_harmonic *harmonic, umk_context *context, const double q[3], int flags,
                                 umk_harmonic_workspace *workspace, double *frequencies, double complex *eigenvectors) {
    umk_status status = UMK_OK;
    int64_t n = harmonic->n_bands;
    umk_dynamical_matrix(harmonic, q, (flags & UMK_SOLVE_WITHOUT_DIRECTION) != 0, workspace, workspace->matrix);
    memcpy(eigenvectors, workspace->matrix, sizeof(double complex) * (size_t)(n * n));
    UMK_TRY(umk_hermitian_eigen(context, n, eigenvectors, frequencies, true));
    if (flags & UMK_SOLVE_CHECK) {
        UMK_TRY(umk_hermitian_check(context, n, workspace->matrix, frequencies, eigenvectors));
    }
    for (int64_t b = 0; b < n; b++) {
        frequencies[b] = copysign(sqrt(fabs(frequencies[b])), frequencies[b]) * harmonic->frequency_factor;
    }
cleanup:
    return status;
}

umk_status umk_harmonic_solve(const umk_harmonic *harmonic, umk_context *context, const double q[3],
                              double *frequencies, double *eigenvectors) {
    umk_status status = UMK_OK;
    umk_harmonic_workspace workspace;
    double complex *vectors = (double complex *)eigenvectors, *own = NULL;
    UMK_TRY(umk_harmonic_workspace_create(&workspace, context, harmonic));
    if (vectors == NULL) {
        UMK_ALLOCATE(context, own, harmonic->n_bands * harmonic->n_bands);
        vectors = own;
    }
    bool check = atomic_load(harmonic->n_solved) < UMK_CHECKED_SOLUTIONS &&
                 atomic_fetch_add(harmonic->n_solved, 1) < UMK_CHECKED_SOLUTIONS;
    UMK_TRY(umk_harmonic_solve_at(harmonic, context, q, check ? UMK_SOLVE_CHECK : 0, &workspace, frequencies, vectors));
cleanup:
    umk_release(own);
    umk_harmonic_workspace_clear(&workspace);
    return status;
}

void umk_degenerate_sets(int64_t n_bands, const double *frequencies, double tolerance, int64_t *set_first) {
    for (int64_t b = 0; b < n_bands; b++) {
        bool joins = b > 0 && frequencies[b] - frequencies[b - 1] < tolerance;
        set_first[b] = joins ? set_first[b - 1] : b;
    }
}
