/* The two ways to solve B y = b. */
#ifndef UMK_TRANSPORT_LBTE_SOLVERS_H
#define UMK_TRANSPORT_LBTE_SOLVERS_H

#include "transport/lbte/checkpoint.h"
#include <umklapp/lbte.h>

/** Slots of umk_collision_visit where a dense matrix is filled: rows of a point are written by one thread. */
enum { umk_matrix_slots = 64 };

/** solution: a field; reports (n_temperatures); checkpoint: may have the state to go on from, and takes states. */
umk_status umk_lbte_solve_iteratively(double *solution, umk_lbte_report *reports, umk_collision *collision,
                                      const umk_collision_space *space, umk_checkpoint *checkpoint,
                                      const umk_lbte_options *options);

/** The same; spectrum may be NULL. factor: from b y^T summed over the grid to W/(m K). */
umk_status umk_lbte_solve_directly(double *solution, umk_lbte_report *reports, umk_lbte_spectrum *spectrum,
                                   umk_collision *collision, const umk_collision_space *space, double factor,
                                   const umk_lbte_options *options);

/** The same at one temperature with the matrix on all modes of the grid. */
umk_status umk_lbte_solve_reducible(double *solution, umk_lbte_report *report, umk_lbte_spectrum *spectrum,
                                    umk_collision *collision, const umk_collision_space *space, int64_t temperature,
                                    const umk_lbte_options *options);

/**
 * Estimates the part of kappa that integration errors may change into the reports, where <y, b> is so small that it
 * can be much. Takes memory of two fields beside what umk_collision_apply needs.
 */
umk_status umk_lbte_find_integration_errors(umk_lbte_report *reports, umk_collision *collision,
                                            const umk_collision_space *space, const double *solution);

/** Which eigenvalues count. */
typedef struct umk_lbte_cutoffs {
    double rounding; /* what rounding errors of the largest can make of zero */
    double zero;     /* eigenvalues not above it are taken as zero */
    bool absolute;   /* compare the absolute value */
    bool is_default;
} umk_lbte_cutoffs;

umk_lbte_cutoffs umk_lbte_choose_cutoffs(int64_t n, const double *eigenvalues, const umk_lbte_options *options);
/** False for an eigenvalue that is taken as zero; the report counts those, and negative ones. */
bool umk_lbte_counts(const umk_lbte_cutoffs *cutoffs, double eigenvalue, umk_lbte_report *report);

/** What eigenvectors carry of <b, y> along one direction, by the absolute values of eigenvalues. */
typedef struct umk_lbte_shares {
    double sound;    /* positive eigenvalues that count */
    double doubtful; /* negative ones, and those that are left out, but for rounding errors */
} umk_lbte_shares;

/** square: of the overlap of the eigenvector with the drive. */
void umk_lbte_add_share(umk_lbte_shares *shares, const umk_lbte_cutoffs *cutoffs, double eigenvalue, bool counts,
                        double square);
/**
 * The report keeps the largest. Without a cut-off that was asked for the operator is not positive where negative
 * eigenvalues have a share: the energy of the phonons has one that is zero but for integration errors, and none.
 */
void umk_lbte_report_shares(umk_lbte_report *report, const umk_lbte_cutoffs *cutoffs, const umk_lbte_shares *shares);

double umk_lbte_iterative_bytes(int64_t n_points, int64_t n_bands, int64_t n_temperatures, int n_threads);
/** n_dimensions (n_blocks): of the matrices, which are held together; eigenvectors take their place. */
double umk_lbte_direct_bytes(int n_blocks, const double *n_dimensions);

#endif
