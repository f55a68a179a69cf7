/* LZF, the packing that h5py offers beside gzip (HDF5 filter 32000); reading only. */
#ifndef UMK_READERS_LZF_H
#define UMK_READERS_LZF_H

#include <stddef.h>

/** Unpacks input into output; returns the number of bytes made, or 0 where the data are damaged or do not fit. */
size_t umk_lzf_unpack(unsigned char *output, size_t capacity, const unsigned char *input, size_t size);

#endif
