/* Sodium chloride, a polar crystal: 14 RTA runs against phono3py 4.10.0. */
#include "reference/rta_suite.h"

RTA_TESTS("nacl", "kappa-m488.hdf5")
