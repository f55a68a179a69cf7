/* The units in which the interfaces to force calculators keep lengths and force constants. */
#ifndef UMK_READERS_CALCULATOR_H
#define UMK_READERS_CALCULATOR_H

#include <stdbool.h>
#include <stddef.h>

/** Length unit of a calculator, "angstrom" or "au"; NULL: not known. "" is VASP's. */
const char *umk_calculator_length_unit(const char *calculator);

/** Factor from a length unit to angstrom; 0: not known. */
double umk_length_factor(const char *unit);

/** Factor from a unit of second-order force constants (length bytes) to eV/angstrom^2; 0: not known. */
double umk_force_constants_factor(const char *unit, size_t length);

#endif
