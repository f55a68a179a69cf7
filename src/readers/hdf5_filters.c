/*
 * Unpacking of a chunk of an HDF5 dataset: see the header. The formats are those of the HDF5 File Format Specification,
 * version 3 (filter pipeline message), of RFC 1950 and of LZF.
 */
#include "readers/hdf5_filters.h"
#include "readers/lzf.h"
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum { DEFLATE = 1, SHUFFLE = 2, FLETCHER32 = 3, LZF = 32000, checksum_size = 4 };

bool umk_hdf5_knows_filter(int id) {
    return id == DEFLATE || id == SHUFFLE || id == FLETCHER32 || id == LZF;
}

size_t umk_hdf5_filter_room(size_t chunk_size, size_t stored_size) {
    size_t unpacked = chunk_size + checksum_size;
    return unpacked > stored_size ? unpacked : stored_size;
}

/* 0: damaged, or larger than the room. */
static size_t inflate_chunk(unsigned char *output, size_t room, const unsigned char *input, size_t size) {
    uLongf made = (uLongf)room;
    return uncompress(output, &made, input, (uLong)size) == Z_OK ? (size_t)made : 0;
}

/* Byte k of all elements stands together; bytes behind the last whole element follow as they are. */
static void unshuffle(unsigned char *output, const unsigned char *input, size_t size, size_t element_size) {
    size_t n = size / element_size;
    for (size_t k = 0; k < element_size; k++) {
        for (size_t i = 0; i < n; i++) output[i * element_size + k] = input[k * n + i];
    }
    memcpy(output + n * element_size, input + n * element_size, size - n * element_size);
}

/* Two running sums modulo 65535 of big-endian 16-bit words; an odd last byte is the high half of a word. */
static uint32_t fletcher32(const unsigned char *data, size_t size) {
    uint32_t sum = 0, sum_of_sums = 0;
    for (size_t i = 0; i < size; i += 2) {
        uint32_t low = i + 1 < size ? data[i + 1] : 0;
        sum = (sum + ((uint32_t)data[i] << 8 | low)) % 65535;
        sum_of_sums = (sum_of_sums + sum) % 65535;
    }
    return sum_of_sums << 16 | sum;
}

static bool checksum_is_right(const unsigned char *data, size_t size) {
    const unsigned char *stored = data + size;
    uint32_t found =
        (uint32_t)stored[0] | (uint32_t)stored[1] << 8 | (uint32_t)stored[2] << 16 | (uint32_t)stored[3] << 24;
    uint32_t expected = fletcher32(data, size);
    /* Sums of 0 and 65535 are the same number. */
    return found % 65536 % 65535 == expected % 65536 && found / 65536 % 65535 == expected / 65536;
}

const char *umk_hdf5_unpack(const umk_hdf5_filters *filters, unsigned mask, unsigned char *stored, size_t size,
                            unsigned char *scratch, unsigned char *output, size_t chunk_size) {
    unsigned char *from = stored, *to = scratch;
    size_t room = umk_hdf5_filter_room(chunk_size, size);
    for (int i = filters->n - 1; i >= 0; i--) {
        if (mask & 1u << i) continue;
        if (filters->id[i] == FLETCHER32) {
            if (size < checksum_size) return "a chunk is too short for its checksum";
            size -= checksum_size;
            if (!checksum_is_right(from, size)) return "the checksum of a chunk is wrong";
            continue;
        }
        if (filters->id[i] == SHUFFLE) {
            unshuffle(to, from, size, filters->element_size);
        } else {
            size = filters->id[i] == LZF ? umk_lzf_unpack(to, room, from, size) : inflate_chunk(to, room, from, size);
            if (size == 0) return "a chunk cannot be unpacked";
        }
        unsigned char *next = from;
        from = to;
        to = next;
    }
    if (size != chunk_size) return "a chunk has not the size that its dimensions ask for";
    memcpy(output, from, chunk_size);
    return NULL;
}
