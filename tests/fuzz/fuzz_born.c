/* BORN from arbitrary bytes: no crash, and what is accepted is finite. */
#include "fuzz.h"
#include "readers/readers.h"
#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    umk_context *context = fuzz_context();
    umk_born born;
    umk_status status = umk_born_read_memory(&born, context, "BORN", data, size, 1 << 20);
    if (status == UMK_OK) {
        FUZZ_REQUIRE(born.n_atoms > 0 && born.factor >= 0 && isfinite(born.factor));
        for (int i = 0; i < 9; i++) FUZZ_REQUIRE(isfinite(born.dielectric[i / 3][i % 3]));
        for (int64_t i = 0; i < 9 * born.n_atoms; i++) {
            FUZZ_REQUIRE(isfinite(born.charges[i / 9][i / 3 % 3][i % 3]));
        }
    } else {
        fuzz_check_message(context);
    }
    umk_born_clear(&born);
    return 0;
}
