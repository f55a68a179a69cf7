/*
 * Unpacking of HDF5 chunks from arbitrary bytes: no access outside the buffers. The first byte chooses the filters, the
 * second the size of an unpacked chunk.
 */
#include "fuzz.h"
#include "readers/hdf5_filters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int ids[4] = {2, 1, 32000, 3};
    if (size < 2) return 0;
    umk_hdf5_filters filters = {.n = 0, .element_size = 8};
    for (int i = 0; i < 4; i++) {
        if (data[0] & 1 << i) filters.id[filters.n++] = ids[i];
    }
    size_t chunk_size = 8 * (size_t)data[1] + data[0] / 32, stored_size = size - 2;
    size_t room = umk_hdf5_filter_room(chunk_size, stored_size);
    unsigned char *stored = malloc(room), *scratch = malloc(room), *output = malloc(chunk_size);
    if (stored != NULL && scratch != NULL && output != NULL) {
        memcpy(stored, data + 2, stored_size);
        umk_hdf5_unpack(&filters, 0, stored, stored_size, scratch, output, chunk_size);
    }
    free(stored);
    free(scratch);
    free(output);
    return 0;
}
