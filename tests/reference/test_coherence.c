/*
 * Runs with pairs of bands (--tt of phono3py 4.10.0): kappa, kappa_intra and kappa_inter of all three heat capacities
 * on silicon and NaCl; also with Wang's non-analytic term, on a generalized grid, without symmetry, with Gaussians,
 * isotopes and a boundary, and on crystals without inversion, polar (12 bands) and chiral (27 bands).
 */
#include "reference/rta_suite.h"

#define COHERENCE_TEST(name, crystal, run, ...)                                                                        \
    static void test_##name(void **state) {                                                                            \
        (void)state;                                                                                                   \
        const rta_case c = {.folder = run, __VA_ARGS__};                                                               \
        run_case(crystal, &c);                                                                                         \
    }
#define WIGNER     .boundary_mfp = 1e6, .transport = UMK_TRANSPORT_SMM19
#define GREEN_KUBO .boundary_mfp = 1e6, .transport = UMK_TRANSPORT_NJC23
#define HARMONIC   .boundary_mfp = 1e6, .transport = UMK_TRANSPORT_IBDB19
#define WURTZITE   .data = "wurtzite"
#define QUARTZ     .data = "quartz"

COHERENCE_TEST(silicon_wigner, "si-pbesol", "wigner_rta", DEFAULT_FILE, .rta = {THREE_TEMPERATURES, WIGNER})
COHERENCE_TEST(silicon_green_kubo, "si-pbesol", "njc23_rta", DEFAULT_FILE, .rta = {ONE_TEMPERATURE, GREEN_KUBO})
COHERENCE_TEST(silicon_harmonic, "si-pbesol", "ibdb19_rta", DEFAULT_FILE, .rta = {ONE_TEMPERATURE, HARMONIC})
COHERENCE_TEST(silicon_without_symmetry, "si-pbesol", "wigner_nosym", .file = "kappa-m333.hdf5", .mesh = 3,
               .no_symmetry = true, .rta = {ONE_TEMPERATURE, WIGNER})
COHERENCE_TEST(nacl_wigner, "nacl", "wigner_rta", DEFAULT_FILE, .rta = {THREE_TEMPERATURES, WIGNER})
COHERENCE_TEST(nacl_green_kubo, "nacl", "njc23_rta", DEFAULT_FILE, .rta = {ONE_TEMPERATURE, GREEN_KUBO})
COHERENCE_TEST(nacl_harmonic, "nacl", "ibdb19_rta", DEFAULT_FILE, .rta = {ONE_TEMPERATURE, HARMONIC})
COHERENCE_TEST(nacl_wang, "nacl", "wigner_wang", .file = "kappa-m777.hdf5", .mesh = 7, .nac_method = UMK_NAC_WANG,
               .rta = {ONE_TEMPERATURE, WIGNER})
COHERENCE_TEST(nacl_generalized, "nacl", "wigner_grg", .file = "kappa-m488.hdf5", .grid_length = 25,
               .rta = {ONE_TEMPERATURE, WIGNER})
COHERENCE_TEST(nacl_all_scattering, "nacl", "njc23_sigma", .file = "kappa-m555-s0.1.hdf5", .mesh = 5, .isotope = true,
               .rta = {ONE_TEMPERATURE, SMEARED, .boundary_mfp = 1, .transport = UMK_TRANSPORT_NJC23})
COHERENCE_TEST(wurtzite_wigner, "wurtzite-model", "wigner_rta", WURTZITE, .file = "kappa-m444.hdf5", .mesh = 4,
               .rta = {THREE_TEMPERATURES, WIGNER})
COHERENCE_TEST(wurtzite_wang, "wurtzite-model", "ibdb19_wang", WURTZITE, .file = "kappa-m442.hdf5", .mesh = 4,
               .mesh_along_c = 2, .nac_method = UMK_NAC_WANG, .rta = {ONE_TEMPERATURE, HARMONIC})
COHERENCE_TEST(quartz_wigner, "quartz-model", "wigner_rta", QUARTZ, .file = "kappa-m333.hdf5", .mesh = 3,
               .rta = {THREE_TEMPERATURES, WIGNER})
COHERENCE_TEST(quartz_green_kubo, "quartz-model", "njc23_rta", QUARTZ, .file = "kappa-m444.hdf5", .mesh = 4,
               .rta = {ONE_TEMPERATURE, GREEN_KUBO})

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silicon_without_symmetry),
        cmocka_unit_test(test_silicon_wigner),
        cmocka_unit_test(test_silicon_green_kubo),
        cmocka_unit_test(test_silicon_harmonic),
        cmocka_unit_test(test_nacl_wigner),
        cmocka_unit_test(test_nacl_green_kubo),
        cmocka_unit_test(test_nacl_harmonic),
        cmocka_unit_test(test_nacl_wang),
        cmocka_unit_test(test_nacl_generalized),
        cmocka_unit_test(test_nacl_all_scattering),
        cmocka_unit_test(test_wurtzite_wigner),
        cmocka_unit_test(test_wurtzite_wang),
        cmocka_unit_test(test_quartz_wigner),
        cmocka_unit_test(test_quartz_green_kubo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
