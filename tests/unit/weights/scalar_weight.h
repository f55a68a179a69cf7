/*
 * The readable form of the weights that the kernels are held against: one tetrahedron, one vertex, one energy at a
 * time, after MacDonald, Vosko and Coleridge, J. Phys. C 12, 2991 (1979), table of the functions g and I, with the
 * vertices sorted.
 */
#ifndef UMK_TESTS_SCALAR_WEIGHT_H
#define UMK_TESTS_SCALAR_WEIGHT_H

#include <math.h>

/** Share of the way from v[m] to v[n] at which the value is e; 0 where they are closer than 1e-10. */
static inline double fraction(const double v[4], double e, int n, int m) {
    double width = v[n] - v[m];
    return fabs(width) < 1e-10 ? 0 : (e - v[m]) / width;
}

/** Delta weight of vertex 0 of the tetrahedron with these values at energy e. */
static inline double scalar_weight(const double values[4], double e) {
    double v[4];
    int rank = 0;
    for (int i = 0; i < 4; i++) {
        int place = 0;
        for (int j = 0; j < 4; j++) place += values[j] < values[i] || (values[j] == values[i] && j < i);
        v[place] = values[i];
        if (i == 0) rank = place;
    }
#define F(n, m) fraction(v, e, n, m)
    if (e < v[0] || e >= v[3]) return 0;
    if (e < v[1]) {
        double g = F(1, 0) * F(2, 0) / (v[3] - v[0]);
        return rank == 0 ? g * (F(0, 1) + F(0, 2) + F(0, 3)) : g * F(rank, 0);
    }
    if (e < v[2]) {
        double a = F(2, 0) * F(1, 2), b = F(2, 1) * F(1, 3), c[4];
        c[0] = F(0, 3) * (a + b) + F(0, 2) * a;
        c[1] = F(1, 2) * (a + b) + F(1, 3) * b;
        c[2] = F(2, 1) * (a + b) + F(2, 0) * a;
        c[3] = F(3, 0) * (a + b) + F(3, 1) * b;
        return c[rank] / (v[3] - v[0]);
    }
    double g = F(1, 3) * F(2, 3) / (v[3] - v[0]);
    return rank == 3 ? g * (F(3, 0) + F(3, 1) + F(3, 2)) : g * F(rank, 3);
#undef F
}

#endif
