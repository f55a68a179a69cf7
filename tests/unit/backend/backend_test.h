/* Calls of functions of the backend by name, with arguments in the order of their parameters. */
#ifndef BACKEND_TEST_H
#define BACKEND_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/call.h"
#include <string.h>

static inline const umk_backend_function *find_function(const char *name) {
    for (int table = 0; umk_backend_tables[table] != NULL; table++) {
        for (const umk_backend_function *f = umk_backend_tables[table]; f->name != NULL; f++) {
            if (strcmp(f->name, name) == 0) return f;
        }
    }
    fail_msg("no function %s", name);
    return NULL;
}

static inline umk_context *backend_context(void) {
    umk_context *context;
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 2;
    assert_int_equal(umk_context_create(&context, &options), UMK_OK);
    return context;
}

static inline umk_call_value array_value(void *data, int n_dimensions, const int64_t *shape) {
    umk_call_value value = {.given = true, .data = data, .n_dimensions = n_dimensions};
    memcpy(value.shape, shape, (size_t)n_dimensions * sizeof *shape);
    return value;
}

#define ARRAY(data, ...)                                                                                               \
    array_value((void *)(data), (int)(sizeof(int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})
#define INTEGER(n) ((umk_call_value){.given = true, .integer = (n)})
#define REAL(x)    ((umk_call_value){.given = true, .real = (x)})
#define FLAG(f)    ((umk_call_value){.given = true, .flag = (f)})

static inline umk_status run_call(umk_call *call, umk_context *context, umk_backend *backend, const char *name,
                                  const umk_call_value *values) {
    *call = (umk_call){.context = context, .backend = backend, .function = find_function(name), .values = values};
    return call->function->run(call);
}

static inline void release_results(umk_call *call) {
    for (int i = 0; i < call->n_results; i++) umk_release(call->results[i].data);
}

#endif
