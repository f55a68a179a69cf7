/* Force constants and shortest vectors as calls give them, and the non-analytic terms. */
#ifndef UMK_BACKEND_LATTICE_H
#define UMK_BACKEND_LATTICE_H

#include "backend/views.h"
#include "phonon/harmonic.h"

typedef struct umk_lattice {
    int64_t n_p, n_s, n_rows;
    const double *constants;   /* (n_rows, n_s, 3, 3) */
    const double (*svecs)[3];  /* fractional */
    const int64_t (*multi)[2]; /* (n_s, n_p) number of vectors and first one */
    const double *masses;      /* (n_p) */
    int64_t *kinds;            /* (n_s) primitive atom of each supercell atom */
    int64_t *rows;             /* (n_p) row of constants of each primitive atom */
} umk_lattice;

/** From the arguments fc, svecs, multi, mass and the two maps; rows (n_p) or NULL for those that the maps tell. */
umk_status umk_lattice_create(umk_lattice *lattice, const umk_call *call, const char *s2p_name, const char *p2s_name,
                              const int64_t *rows);
void umk_lattice_clear(umk_lattice *lattice);

/** The lattice sum at q, not made hermitian; charge_sum (n_p n_p) is added to the force constants, NULL: nothing. */
void umk_lattice_matrix(const umk_lattice *lattice, const double q[3], const double (*charge_sum)[9],
                        double complex *matrix);

/** sum (n_p n_p) = factor (q.Z_i)_a (q.Z_j)_b. */
void umk_charge_sum(int64_t n_p, double factor, const double q[3], const double (*born)[3][3], double (*sum)[9]);

/** From the arguments g_list, born, dielectric, pos and lambda_ (or lambda); masses and factor are 1, self_term is 0.
 */
umk_status umk_dipole_view_create(umk_dipole *dipole, const umk_call *call);

#endif
