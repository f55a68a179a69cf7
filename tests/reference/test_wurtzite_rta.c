/*
 * The wurtzite model: hexagonal, polar, with a supercell of its own for fc2 and full force constants; RTA runs against
 * phono3py 4.10.0. Its kappa is that of no real crystal.
 */
#include "reference/rta_suite.h"

#define WURTZITE .data = "wurtzite"

RTA_TEST(rta, "wurtzite-model", WURTZITE, .file = "kappa-m553.hdf5", .mesh = 5, .mesh_along_c = 3,
         .rta = {THREE_TEMPERATURES, .boundary_mfp = 1e6})
RTA_TEST(rta_grg, "wurtzite-model", WURTZITE, .file = "kappa-m774.hdf5", .grid_length = 20,
         .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6})
RTA_TEST(rta_wang, "wurtzite-model", WURTZITE, .file = "kappa-m442.hdf5", .mesh = 4, .mesh_along_c = 2,
         .nac_method = UMK_NAC_WANG, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6})
RTA_TEST(rta_sigma, "wurtzite-model", WURTZITE, .file = "kappa-m553-s0.2.hdf5", .mesh = 5, .mesh_along_c = 3,
         .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6, .n_sigmas = 1, .sigmas = (const double[]){0.2}})
RTA_TEST(rta_cutoff_fc3, "wurtzite-model", WURTZITE, .file = "kappa-m553.hdf5", .mesh = 5, .mesh_along_c = 3,
         .fc3_cutoff = 3.5, .rta = {ONE_TEMPERATURE, .boundary_mfp = 1e6})

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rta),       cmocka_unit_test(test_rta_grg),        cmocka_unit_test(test_rta_wang),
        cmocka_unit_test(test_rta_sigma), cmocka_unit_test(test_rta_cutoff_fc3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
