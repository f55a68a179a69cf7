/*
 * The non-analytic term of Wang et al., J. Phys.: Condens. Matter 22, 202201 (2010), eq. (9), the mixed-space approach:
 * every force constant between translates of atoms i and j is given the share
 *
 *   Phi^NA_{ia,jb}(q) = 4 pi e^2 / (4 pi eps0 V N) (q.Z_i)_a (q.Z_j)_b / (q.eps.q),
 *
 * N being the number of primitive cells in the supercell, so that it vanishes by interference at all q commensurate
 * with the supercell but Gamma. At Gamma q is replaced by a direction.
 */
#include "linalg/matrix3.h"
#include "phonon/harmonic.h"

umk_status umk_wang_create(umk_wang *wang, umk_context *context, const umk_crystal *crystal) {
    umk_status status = UMK_OK;
    int64_t n_p = crystal->primitive.n_atoms;
    double coulomb = crystal->born.factor > 0 ? crystal->born.factor : UMK_COULOMB_FACTOR;
    double n_cells = (double)(crystal->phonon_supercell.cell.n_atoms / n_p);
    *wang = (umk_wang){.n_primitive = n_p, .factor = coulomb * 4 * UMK_PI / crystal->volume / n_cells};
    UMK_ALLOCATE(context, wang->charges, n_p);
    UMK_ALLOCATE(context, wang->inverse_root_masses, n_p);
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) wang->dielectric[a][b] = crystal->born.dielectric[a][b];
    }
    for (int64_t i = 0; i < n_p; i++) {
        wang->inverse_root_masses[i] = 1.0 / sqrt(crystal->primitive.masses[i]);
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) wang->charges[i][a][b] = crystal->born.charges[i][a][b];
        }
    }
cleanup:
    return status;
}

void umk_wang_clear(umk_wang *wang) {
    umk_release(wang->charges);
    umk_release(wang->inverse_root_masses);
    *wang = (umk_wang){0};
}

/* (q.Z)_a = sum_c q_c Z_ca */
static void field_charge(double charge[3], const double q[3], const double tensor[3][3]) {
    for (int a = 0; a < 3; a++) charge[a] = q[0] * tensor[0][a] + q[1] * tensor[1][a] + q[2] * tensor[2][a];
}

void umk_wang_pairs(const umk_wang *wang, const double q[3], double (*value)[9], double (*derivative)[3][9]) {
    int64_t n_p = wang->n_primitive;
    double screened[3];
    umk_apply3(screened, wang->dielectric, q);
    double square = umk_dot3(q, screened);
    for (int64_t pair = 0; pair < n_p * n_p; pair++) {
        int64_t i = pair / n_p, j = pair % n_p;
        double scale = wang->factor * wang->inverse_root_masses[i] * wang->inverse_root_masses[j] / square;
        double charge_i[3], charge_j[3];
        field_charge(charge_i, q, wang->charges[i]);
        field_charge(charge_j, q, wang->charges[j]);
        for (int m = 0; m < 9; m++) value[pair][m] = scale * charge_i[m / 3] * charge_j[m % 3];
        for (int c = 0; derivative != NULL && c < 3; c++) {
            double slope = 2 * screened[c] / square; /* of a dielectric tensor that is symmetric */
            const double *first = wang->charges[i][c], *second = wang->charges[j][c];
            for (int m = 0; m < 9; m++) {
                int a = m / 3, b = m % 3;
                derivative[pair][c][m] =
                    scale * (first[a] * charge_j[b] + charge_i[a] * second[b]) - value[pair][m] * slope;
            }
        }
    }
}
