/*
 * Lattice thermal conductivity from the full linearized Boltzmann transport equation.
 *
 * Unlike in the relaxation-time approximation each mode is also fed by the others. With the deviation f of the
 * occupations in symmetric form (n - n0 = f / (2 sinh x), x = hbar omega / 2 k_B T) the equation is a linear system
 * with a symmetric operator, Chaput, Phys. Rev. Lett. 110, 265506 (2013):
 *
 *     B y = b,    kappa = 1 / (4 pi N V) sum b y^T,    b = sqrt(C) v,
 *
 * with the total half widths Gamma on the diagonal of B; without the rest kappa is that of relaxation times.
 * docs/theory tells how B is made, and what can make it not positive.
 */
#ifndef UMKLAPP_LBTE_H
#define UMKLAPP_LBTE_H

#include <umklapp/conductivity.h>

typedef enum umk_lbte_solver {
    UMK_LBTE_ITERATIVE = 0, /* conjugate gradients, no dense matrix */
    UMK_LBTE_DIRECT = 1     /* eigenvalues and eigenvectors of the dense matrix, pseudo-inverse */
} umk_lbte_solver;

typedef struct umk_lbte_options {
    umk_lbte_solver solver;
    double tolerance;        /* iterative: relative change of kappa at which it ends; 0: 1e-8 */
    int64_t most_iterations; /* iterative: 0: 500 */
    double pinv_cutoff;      /* direct: eigenvalues below it (THz) are taken as zero; < 0: rounding errors only */
    int pinv_method;         /* direct: 0 compares |eigenvalue| with the cut-off, 1 the eigenvalue itself (phono3py) */
    bool whole_sets;         /* of degenerate modes only what they have in common is kept, as in phono3py */
    bool relaxons;           /* direct: share of each eigenvector in kappa */
    bool reducible;          /* direct: the matrix on all modes of the grid (--reducible-colmat) */
    /* Bytes that the run may take beyond the model. Rows of the operator that do not fit are computed again in each
     * iteration, and fewer grid points are worked on at the same time; neither changes a bit of the result. 0: the
     * limit of the context. */
    double memory;
    /* A file that a run goes on from after it was ended at any moment, by a process with the same input and options;
     * made where there is none. Who called removes it when the results are safe. NULL: none. */
    const char *checkpoint;
    bool checkpoint_is_optional; /* a file of another calculation is told in a warning, and the run keeps none */
    /*
     * Rows of the collision matrix, rows (T, B, 3, P, B, 3) THz of grid point number `point` of the result in the
     * layout of phono3py's collision-*.hdf5: told to write_rows when the point is done, or taken from read_rows instead
     * of being computed (direct solver, with linewidths in umk_rta_options.read). Any status but UMK_OK ends the run.
     * May be NULL.
     */
    umk_status (*write_rows)(void *user, const umk_conductivity *results, int64_t point, const double *rows);
    umk_status (*read_rows)(void *user, int64_t sigma, int64_t point, double *rows);
    void *user;
} umk_lbte_options;

#define UMK_LBTE_OPTIONS_INIT                                                                                          \
    { .pinv_cutoff = -1 }

/** What is known of the solution at one temperature. */
typedef enum umk_lbte_state {
    UMK_LBTE_SOLVED = 0,
    UMK_LBTE_NOT_CONVERGED = 1, /* kappa is a lower bound */
    UMK_LBTE_NOT_POSITIVE = 2   /* the operator has negative eigenvalues: kappa is not determined, and NaN */
} umk_lbte_state;

typedef struct umk_lbte_report {
    umk_lbte_state state;
    int64_t n_iterations;     /* iterative: products with the operator */
    double residual;          /* iterative: |B y - b| / |b| in the norm of 1 / Gamma, the largest of the directions */
    double lowest_curvature;  /* iterative: least <p, B p> / <p, Gamma p>; direct: lowest eigenvalue, THz */
    int64_t n_dimensions;     /* of the operator, modes and directions that symmetry makes zero left out */
    int64_t n_removed;        /* direct: eigenvalues taken as zero */
    int64_t n_negative;       /* direct: negative eigenvalues beyond rounding; reducible: of any symmetry */
    double doubtful_share;    /* direct: part of kappa, the largest of the directions, of negative eigenvalues, and of
                                 those that pinv_cutoff removes though they are no rounding errors */
    double integration_error; /* estimated part of kappa that integration errors may change (docs/theory.md), the
                                 largest of the directions; 0 where it is small for sure, or rows are not there */
    int64_t n_without;        /* modes (stars counted) without a linewidth, which are left out */
    double degenerate_share;  /* part of the trace of kappa that differences within degenerate sets carry */
} umk_lbte_report;

/** Eigenvalues, and relaxons, of one sigma; ended with umk_lbte_spectrum_clear. T temperatures, n values each. */
typedef struct umk_lbte_spectrum {
    int64_t n_temperatures, n_values; /* n_values = 3 modes, reducible: all modes of the grid (phono3py's count);
                                         dimensions that symmetry removes have 0 */
    double *eigenvalues;              /* (T, n_values) THz, ascending: half widths of relaxons */
    double *kappa;                    /* (T, n_values, 6) W/(m K), share of each; NULL where not asked for */
} umk_lbte_spectrum;

UMK_API void umk_lbte_spectrum_clear(umk_lbte_spectrum *spectrum);

/** What a run will need, known before its long part; of one sigma, with the grid points in flight that the memory
 * allows.
 */
typedef struct umk_lbte_estimate {
    int64_t n_points, n_dimensions; /* irreducible points; of the largest dense matrix, at most */
    double n_triplets;              /* of all points; exact for up to 16 grid points, sampled for more */
    double bytes;                   /* needed beyond the model, rows that are kept not included */
    double row_bytes;               /* of all rows of the operator, sampled */
    double kept_share;              /* part of the rows that the memory holds: 1 or less */
    double other_solver_bytes;      /* what `bytes` would be with the other solver */
    double seconds;                 /* of all passes through the triplets, from one grid point, and of the iterations;
                                     0 for fewer than 64 */
    double diagonalization_seconds; /* direct: of all temperatures, from the number of operations */
    uint64_t fingerprint;           /* of all that a checkpoint depends on: the same for runs that it serves; 0
                                       for a model without interaction */
} umk_lbte_estimate;

/** Measures and counts; the errors are those of umk_lbte_run. UMK_ERROR_MEMORY: the other solver, or what to change. */
UMK_API umk_status umk_lbte_estimate_run(umk_lbte_estimate *estimate, umk_context *context,
                                         const umk_transport_model *model, const umk_rta_options *options,
                                         const umk_lbte_options *lbte);

/**
 * Thermal conductivity from the full equation for each sigma: results (n_sigmas, at least 1) as by umk_rta_run, where
 * kappa and mode_kappa are those of the solution and kappa_rta, mode_kappa_rta those of relaxation times. reports
 * (n_sigmas, n_temperatures); spectra (n_sigmas) or NULL, of the direct solver. A temperature at which the operator is
 * not positive gets kappa NaN, a warning, and its state in reports. no_kappa_stars needs a grid made with
 * no_grid_point_symmetry and no_mesh_symmetry. With given grid points (irreducible ones) their rows are told to
 * write_rows and nothing is solved. Options that make no sense together (average strengths, linewidths read without
 * rows) fail with UMK_ERROR_ARGUMENT; UMK_ERROR_MEMORY tells the way out.
 */
UMK_API umk_status umk_lbte_run(umk_conductivity *results, umk_lbte_report *reports, umk_lbte_spectrum *spectra,
                                umk_context *context, const umk_transport_model *model, const umk_rta_options *options,
                                const umk_lbte_options *lbte);

#endif
