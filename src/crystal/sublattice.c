/* Cosets of a sublattice of Z^3; see sublattice.h. */
#include "crystal/sublattice.h"

#include "linalg/matrix3.h"

static void add_column(int64_t m[3][3], int target, int source, int64_t factor) {
    for (int i = 0; i < 3; i++) m[i][target] += factor * m[i][source];
}

static void swap_columns(int64_t m[3][3], int first, int second) {
    for (int i = 0; i < 3; i++) {
        int64_t keep = m[i][first];
        m[i][first] = m[i][second];
        m[i][second] = keep;
    }
}

/* Euclid's algorithm on row `row`: the columns behind `row` get a zero there, column `row` the greatest common divisor.
 */
static void clear_row(int64_t m[3][3], int row) {
    for (int column = row + 1; column < 3; column++) {
        while (m[row][column] != 0) {
            add_column(m, row, column, -(m[row][row] / m[row][column]));
            swap_columns(m, row, column);
        }
    }
    if (m[row][row] < 0) {
        for (int i = 0; i < 3; i++) m[i][row] = -m[i][row];
    }
}

bool umk_sublattice_create(umk_sublattice *sublattice, const int64_t basis[3][3]) {
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (basis[i][j] > UMK_SUBLATTICE_LARGEST_ENTRY || basis[i][j] < -UMK_SUBLATTICE_LARGEST_ENTRY) return false;
            sublattice->hermite[i][j] = basis[i][j];
        }
    }
    if (umk_determinant3_integer(basis) == 0) return false;
    for (int row = 0; row < 3; row++) clear_row(sublattice->hermite, row);
    sublattice->n_cosets = sublattice->hermite[0][0] * sublattice->hermite[1][1] * sublattice->hermite[2][2];
    return true;
}

int64_t umk_sublattice_coset(const umk_sublattice *sublattice, const int64_t vector[3]) {
    const int64_t(*h)[3] = sublattice->hermite;
    int64_t r[3] = {vector[0], vector[1], vector[2]};
    for (int i = 0; i < 3; i++) {
        int64_t remainder = umk_modulo(r[i], h[i][i]);
        int64_t steps = (r[i] - remainder) / h[i][i];
        r[i] = remainder;
        for (int j = i + 1; j < 3; j++) r[j] -= steps * h[j][i];
    }
    return r[0] + h[0][0] * (r[1] + h[1][1] * r[2]);
}
