/* The quartz model: 27 bands, trigonal; an RTA run against phono3py 4.10.0. Its kappa is that of no real crystal. */
#include "reference/rta_suite.h"

RTA_TEST(rta, "quartz-model", .data = "quartz", .file = "kappa-m333.hdf5", .mesh = 3,
         .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6})

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
