/*
 * LZF, the packing that h5py offers beside gzip (HDF5 filter 32000).
 *
 * The format (M. A. Lehmann, LibLZF): a control byte c below 32 is followed by c + 1 literal bytes. Otherwise its upper
 * three bits plus 2 are the length of a match, 7 standing for 7 plus the next byte, and its lower five bits and one
 * more byte, plus 1, the distance back to it. A match may overlap what it makes.
 */
#include "readers/lzf.h"
#include <string.h>

size_t umk_lzf_unpack(unsigned char *output, size_t capacity, const unsigned char *input, size_t size) {
    size_t in = 0, out = 0;
    while (in < size) {
        size_t control = input[in++];
        if (control < 32) {
            size_t length = control + 1;
            if (length > size - in || length > capacity - out) return 0;
            memcpy(output + out, input + in, length);
            in += length;
            out += length;
            continue;
        }
        size_t length = control >> 5;
        if (length == 7) {
            if (in == size) return 0;
            length += input[in++];
        }
        length += 2;
        if (in == size) return 0;
        size_t distance = ((control & 31) << 8 | input[in++]) + 1;
        if (distance > out || length > capacity - out) return 0;
        for (size_t i = 0; i < length; i++, out++) output[out] = output[out - distance];
    }
    return out;
}
