/* Tables of functions, arguments by name with their checks, and the hash by which what is kept is known to be old. */
#include "unit/backend/backend_test.h"

#include "backend/views.h"
#include <stdio.h>
#include <stdlib.h>

static void test_tables(void **state) {
    (void)state;
    const char *names[100];
    int n = 0;
    for (int table = 0; umk_backend_tables[table] != NULL; table++) {
        for (const umk_backend_function *f = umk_backend_tables[table]; f->name != NULL; f++) {
            int n_parameters = 0;
            while (f->parameters[n_parameters].name != NULL) n_parameters++;
            assert_in_range(n_parameters, 1, UMK_CALL_MOST_PARAMETERS - 1);
            assert_non_null(f->run);
            for (int i = 0; i < n; i++) assert_string_not_equal(names[i], f->name);
            names[n++] = f->name;
        }
    }
    assert_in_range(n, 60, 80);
}

static void test_checks(void **state) {
    (void)state;
    umk_context *context = backend_context();
    static const umk_call_parameter parameters[] = {UMK_INTEGERS("points", "n 2"), UMK_INTEGER("number"), UMK_END};
    const umk_backend_function function = {"example", parameters, NULL};
    int64_t points[6] = {0, 1, 2, 3, 4, -5};
    const umk_call_value values[] = {ARRAY(points, 3, 2), INTEGER(7)};
    umk_call call = {.context = context, .function = &function, .values = values};
    assert_int_equal(umk_call_length(&call, "points"), 6);
    assert_int_equal(umk_call_size(&call, "points", 1), 2);
    assert_false(umk_call_given(&call, "nothing"));
    assert_int_equal(umk_call_check_size(&call, "points", 5), UMK_OK);
    assert_int_equal(umk_call_check_size(&call, "points", 4), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_call_check_range(&call, "points", 5), UMK_ERROR_ARGUMENT);
    assert_string_equal(umk_context_message(context), "argument points: -5 is not within 0 and 4");
    assert_int_equal(umk_call_check_range(&call, "number", 8), UMK_OK);
    assert_int_equal(umk_call_check_range(&call, "number", 7), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_call_check_shape(&call, "points", 2, (const int64_t[]){3, 2}), UMK_OK);
    assert_int_equal(umk_call_check_shape(&call, "points", 1, (const int64_t[]){6}), UMK_ERROR_ARGUMENT);
    assert_int_equal(umk_call_check_shape(&call, "points", 2, (const int64_t[]){3, 4}), UMK_ERROR_ARGUMENT);
    assert_string_equal(umk_context_message(context), "argument points: size of axis 1 is 2, expected 4");
    umk_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
