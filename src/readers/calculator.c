/*
 * The units in which the interfaces to force calculators keep lengths and force constants, as phonopy 4.10 has them.
 * phono3py converts cells, displacements and forces to angstrom and eV when it reads them, so that only files of cells
 * carry au; force constants are in eV/angstrom^2 unless the file says otherwise.
 */
#include "readers/calculator.h"
#include "readers/text.h"
#include <string.h>
#include <umklapp/conventions.h>

static const struct {
    const char *calculator, *length_unit;
} calculators[] = {
    {"", "angstrom"},     {"vasp", "angstrom"},    {"aims", "angstrom"},   {"castep", "angstrom"},
    {"cp2k", "angstrom"}, {"crystal", "angstrom"}, {"lammps", "angstrom"}, {"pwmat", "angstrom"},
    {"abacus", "au"},     {"abinit", "au"},        {"dftbp", "au"},        {"elk", "au"},
    {"exciting", "au"},   {"fleur", "au"},         {"octopus", "au"},      {"qe", "au"},
    {"qlm", "au"},        {"siesta", "au"},        {"turbomole", "au"},    {"wien2k", "au"},
};

const char *umk_calculator_length_unit(const char *calculator) {
    for (size_t i = 0; i < sizeof calculators / sizeof calculators[0]; i++) {
        if (strcmp(calculators[i].calculator, calculator) == 0) return calculators[i].length_unit;
    }
    return NULL;
}

double umk_length_factor(const char *unit) {
    if (strcmp(unit, "angstrom") == 0) return 1;
    return strcmp(unit, "au") == 0 ? UMK_BOHR : 0;
}

double umk_force_constants_factor(const char *unit, size_t length) {
    const double rydberg = UMK_HARTREE / 2;
    const struct {
        const char *unit;
        double factor;
    } units[] = {
        {"ev/angstrom^2", 1},
        {"ev/angstrom.au", 1 / UMK_BOHR},
        {"ry/au^2", rydberg / (UMK_BOHR * UMK_BOHR)},
        {"mry/au^2", rydberg / (UMK_BOHR * UMK_BOHR) / 1000},
        {"hartree/au^2", UMK_HARTREE / (UMK_BOHR * UMK_BOHR)},
        {"hartree/angstrom.au", UMK_HARTREE / UMK_BOHR},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (umk_same_word(unit, length, units[i].unit)) return units[i].factor;
    }
    return 0;
}
