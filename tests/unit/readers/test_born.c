/* BORN files. */
#include "readers/readers.h"
#include "readers_test.h"

static umk_born born;

#define TENSOR "2.43 0 0 0 2.44 0.01 0 0.02 2.45\n"
#define CHARGE "1.1 0 0 0.5 1.2 0 0 0 1.3\n"

static void read_text(const char *text) {
    expect_ok(umk_born_read_memory(&born, context, "BORN", text, strlen(text), 1 << 20));
}

static void a_usual_file(void **state) {
    (void)state;
    read_text("14.400\n" TENSOR CHARGE "-1.1 0 0 0 -1.2 0 0 0 -1.3\n");
    assert_int_equal(born.n_atoms, 2);
    assert_true(born.factor == 14.4 && born.dielectric[1][2] == 0.01 && born.dielectric[2][1] == 0.02);
    assert_true(born.charges[0][1][0] == 0.5 && born.charges[0][0][1] == 0 && born.charges[1][2][2] == -1.3);
    assert_true(born.reciprocal_cutoff == 0 && born.ewald_lambda == 0);
    umk_born_clear(&born);
    assert_null(born.charges);
}

static void the_first_line_has_many_forms(void **state) {
    (void)state;
    static const struct {
        const char *line;
        double factor, cutoff, lambda;
    } cases[] = {
        {"default value", 0, 0, 0},
        {"# epsilon and Z* of atoms 1 2", 0, 0, 0},
        {"# 1 2 3", 0, 0, 0},
        {"14.4 # 5 6", 14.4, 0, 0},
        {"14.4 2.5 0.25", 14.4, 2.5, 0.25},
        {"  14.4  2.5", 14.4, 2.5, 0},
        {"default 2.5 0.25", 0, 2.5, 0.25},
        {"1 of 3", 1, 0, 3},
    };
    char text[300];
    for (int i = 0; i < COUNT(cases); i++) {
        snprintf(text, sizeof text, "%s\r\n" TENSOR CHARGE, cases[i].line);
        read_text(text);
        assert_true(born.factor == cases[i].factor && born.reciprocal_cutoff == cases[i].cutoff);
        assert_true(born.ewald_lambda == cases[i].lambda);
        assert_int_equal(born.n_atoms, 1);
        umk_born_clear(&born);
    }
}

static void an_empty_line_ends_the_data(void **state) {
    (void)state;
    read_text("14.4\n" TENSOR "# atom 1\n" CHARGE "   \nanything goes here\n");
    assert_int_equal(born.n_atoms, 1);
    umk_born_clear(&born);
    read_text("x\n\t" TENSOR "1 0 0 0 1 0 0 0 1 # Na\n1 0 0 0 1 0 0 0 1");
    assert_int_equal(born.n_atoms, 2);
    umk_born_clear(&born);
}

static void many_atoms(void **state) {
    (void)state;
    enum { n = 1000 };
    char *text = malloc(n * 60 + 100);
    assert_non_null(text);
    int used = sprintf(text, "x\n" TENSOR);
    for (int i = 0; i < n; i++) used += sprintf(text + used, "%d 0 0 0 0 0 0 0 %d\n", i, -i);
    read_text(text);
    free(text);
    assert_int_equal(born.n_atoms, n);
    for (int i = 0; i < n; i++) assert_true(born.charges[i][0][0] == i && born.charges[i][2][2] == -i);
    umk_born_clear(&born);
}

static void wrong_files_are_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "BORN: the file is empty"},
        {"\n" TENSOR CHARGE, "BORN, line 1: is empty"},
        {TENSOR CHARGE, "BORN, line 1: nine numbers, expected a unit factor or a word"},
        {"14.4\n", "BORN, line 2: expected the dielectric tensor, found no data"},
        {"14.4\n\n" TENSOR, "BORN, line 2: expected the dielectric tensor, found no data"},
        {"14.4\n" TENSOR, "BORN: no effective charges"},
        {"14.4\n1 2 3\n" CHARGE, "BORN, line 2: dielectric tensor: expected 9 numbers, found 3"},
        {"14.4\n" TENSOR CHARGE "1 2 3 4 5 6 7 8\n", "BORN, line 4: effective charge: expected 9 numbers, found 8"},
        {"14.4\n" TENSOR "1 2 3 4 5 6 7 8 9 10\n", "BORN, line 3: effective charge: expected 9 numbers, found 10"},
        {"14.4\n" TENSOR "1 2 3 4 five 6 7 8 9\n", "expected a number, found \"five\""},
        {"14.4\n" TENSOR "1 2 3 4 nan 6 7 8 9\n", "expected a finite number, found \"nan\""},
        {"14.4\n1 2 3 4 -inf 6 7 8 9\n", "BORN, line 2: dielectric tensor: expected a finite number"},
        {"nan\n" TENSOR CHARGE, "BORN, line 1: expected a finite number or a word"},
        {"0\n" TENSOR CHARGE, "BORN, line 1: the unit factor is 0, expected a positive number"},
        {"14.4 -1\n" TENSOR CHARGE, "BORN, line 1: the cutoff of reciprocal vectors is -1"},
    };
    for (int i = 0; i < COUNT(cases); i++) {
        assert_int_equal(umk_born_read_memory(&born, context, "BORN", cases[i][0], strlen(cases[i][0]), 1 << 20),
                         UMK_ERROR_INPUT);
        expect_message(cases[i][1]);
        umk_born_clear(&born);
    }
    assert_int_equal(umk_born_read(&born, context, "no_BORN"), UMK_ERROR_IO);
    expect_message("no_BORN: cannot be opened");
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    int n = 0;
    const char *text = "x\n" TENSOR CHARGE;
    for (umk_status status = UMK_ERROR_MEMORY; status != UMK_OK; n++) {
        umk_test_fail_allocation(n);
        status = umk_born_read_memory(&born, context, "BORN", text, strlen(text), 1);
        assert_true(status == UMK_OK || status == UMK_ERROR_MEMORY);
        umk_born_clear(&born);
    }
    umk_test_fail_allocation(-1);
    assert_int_equal(n, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_usual_file),
        cmocka_unit_test(the_first_line_has_many_forms),
        cmocka_unit_test(an_empty_line_ends_the_data),
        cmocka_unit_test(many_atoms),
        cmocka_unit_test(wrong_files_are_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
