/* Silicon: 13 RTA runs against phono3py 4.10.0. */
#include "reference/rta_suite.h"

RTA_TESTS("si-pbesol", "kappa-m51010.hdf5")
