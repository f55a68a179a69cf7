/* Heat capacity of a harmonic mode, k_B x^2 e^x / (e^x - 1)^2 with x = h f / (k_B T). */
#include <math.h>
#include <umklapp/conductivity.h>
#include <umklapp/conventions.h>

double umk_mode_heat_capacity(double frequency, double temperature) {
    if (!(frequency > 0) || !(temperature > 0)) return 0;
    double half = frequency * UMK_THZ_EV / (2 * UMK_BOLTZMANN_EV * temperature);
    if (half > 700) return 0; /* below the smallest number, and sinh would overflow */
    double ratio = half / sinh(half);
    return UMK_BOLTZMANN_EV * ratio * ratio;
}

double umk_kappa_unit_conversion(double volume) {
    const double velocity = 1e12 * 1e-10; /* THz angstrom in m/s */
    const double cubic_angstrom = 1e-30;
    /* 1 / (2 pi): the lifetime is 1 / (2 pi 2 gamma) with gamma in ordinary frequency; the 2 is with gamma */
    return velocity * velocity / cubic_angstrom * UMK_ELEMENTARY_CHARGE / 1e12 / (2 * UMK_PI) / volume;
}
