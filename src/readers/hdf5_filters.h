/*
 * Unpacking of a chunk of an HDF5 dataset: deflate (1), shuffle (2), fletcher32 (3) and LZF (32000), which are all that
 * h5py and phono3py write. Done here and not by the HDF5 library, which (1.10) trusts a damaged chunk to unpack to the
 * size that the file claims and reads beyond its end.
 */
#ifndef UMK_READERS_HDF5_FILTERS_H
#define UMK_READERS_HDF5_FILTERS_H

#include "readers/hdf5_session.h"

enum { umk_hdf5_most_filters = 8 };

typedef struct umk_hdf5_filters {
    int n;
    int id[umk_hdf5_most_filters]; /* in the order of writing */
    size_t element_size;           /* bytes, for shuffle */
} umk_hdf5_filters;

/** True for a filter that can be undone here. */
bool umk_hdf5_knows_filter(int id);

/**
 * Undoes the filters (those whose bit in mask is set were not applied) on size bytes in stored and writes exactly
 * chunk_size bytes to output. stored and scratch hold umk_hdf5_filter_room(chunk_size, size) bytes each and are
 * overwritten. Returns NULL, or what is wrong.
 */
const char *umk_hdf5_unpack(const umk_hdf5_filters *filters, unsigned mask, unsigned char *stored, size_t size,
                            unsigned char *scratch, unsigned char *output, size_t chunk_size);

size_t umk_hdf5_filter_room(size_t chunk_size, size_t stored_size);

#endif
