/* phono3py.yaml from arbitrary bytes, packed or not: no crash, and what is accepted keeps its promises. */
#include "fuzz.h"
#include "readers/readers.h"
#include <math.h>

static void check_cell(const umk_cell *cell) {
    if (cell->n_atoms == 0) return;
    double volume = umk_cell_volume(cell);
    FUZZ_REQUIRE(volume > 0 && isfinite(volume));
    for (int64_t i = 0; i < cell->n_atoms; i++) {
        FUZZ_REQUIRE(cell->masses[i] > 0 && isfinite(cell->masses[i]));
        FUZZ_REQUIRE(cell->symbols[i][0] != '\0' && memchr(cell->symbols[i], '\0', UMK_SYMBOL_SIZE) != NULL);
        for (int j = 0; j < 3; j++) FUZZ_REQUIRE(isfinite(cell->positions[i][j]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    umk_context *context = fuzz_context();
    umk_input input;
    umk_status status = umk_input_read_memory(&input, context, "input", data, size, 1 << 20);
    if (status == UMK_OK) {
        check_cell(&input.unit_cell);
        check_cell(&input.primitive_cell);
        check_cell(&input.supercell);
        check_cell(&input.phonon_primitive_cell);
        check_cell(&input.phonon_supercell);
        for (int64_t i = 0; i < 9 * input.born.n_atoms; i++) {
            FUZZ_REQUIRE(isfinite(input.born.charges[i / 9][i / 3 % 3][i % 3]));
        }
    } else {
        fuzz_check_message(context);
    }
    umk_input_clear(&input);
    return 0;
}
