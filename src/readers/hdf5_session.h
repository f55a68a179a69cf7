/*
 * Work with the HDF5 library, which has one error handler for the process and, as most systems build it, no locks of
 * its own: between begin and end the calling thread has the library for itself and nothing is printed.
 */
#ifndef UMK_READERS_HDF5_SESSION_H
#define UMK_READERS_HDF5_SESSION_H

#include "base/base.h"
#include <hdf5.h>

typedef struct umk_hdf5_session {
    H5E_auto2_t handler; /* the caller's, restored at the end */
    void *handler_data;
    bool has_handler;
} umk_hdf5_session;

/** Takes the library and silences it. Not to be nested. */
void umk_hdf5_begin(umk_hdf5_session *session);

/** Puts everything back. Close all HDF5 objects before. */
void umk_hdf5_end(umk_hdf5_session *session);

/** The library's own words for its last failure, the innermost one, for a message. Returns out. */
const char *umk_hdf5_reason(char *out, size_t size);

#endif
