/* Work with the HDF5 library: silence, one thread at a time. See the header. */
#include "readers/hdf5_session.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

static pthread_once_t quiet_exit = PTHREAD_ONCE_INIT;

/*
 * From some damaged files the library (1.10) keeps pieces for good, about which it complains on the terminal when the
 * process ends ("infinite loop closing library") unless its printing is off. This runs before its own exit handler.
 */
static void stop_printing(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void prepare_exit(void) {
    atexit(stop_printing);
}

void umk_hdf5_begin(umk_hdf5_session *session) {
    *session = (umk_hdf5_session){0};
    pthread_mutex_lock(&library_lock);
    session->has_handler = H5Eget_auto2(H5E_DEFAULT, &session->handler, &session->handler_data) >= 0;
    pthread_once(&quiet_exit, prepare_exit);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void umk_hdf5_end(umk_hdf5_session *session) {
    H5Eclear2(H5E_DEFAULT);
    if (session->has_handler) H5Eset_auto2(H5E_DEFAULT, session->handler, session->handler_data);
    pthread_mutex_unlock(&library_lock);
}

typedef struct reason {
    char *out;
    size_t size;
} reason;

static herr_t take_innermost(unsigned n, const H5E_error2_t *error, void *data) {
    reason *reason = data;
    if (n == 0 && error->desc != NULL) snprintf(reason->out, reason->size, "%s", error->desc);
    return 1;
}

const char *umk_hdf5_reason(char *out, size_t size) {
    snprintf(out, size, "no reason given");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_innermost, &(reason){out, size});
    for (char *c = out; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~') *c = ' ';
    }
    return out;
}
