/* Files appear whole or not at all: what is there before and after each kind of failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transport/conductivity.h"
#include "writers/whole_file.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <umklapp/output.h>
#include <unistd.h>

static umk_context *context;
static char folder[64], target[128];

static int set_up(void **state) {
    (void)state;
    strcpy(folder, "umklapp-whole-XXXXXX");
    if (mkdtemp(folder) == NULL) return 1;
    snprintf(target, sizeof target, "%s/result", folder);
    umk_context_options options = UMK_CONTEXT_OPTIONS_INIT;
    options.n_threads = 1;
    return umk_context_create(&context, &options) != UMK_OK;
}

static int tear_down(void **state) {
    (void)state;
    unlink(target);
    umk_context_destroy(context);
    return rmdir(folder);
}

static int n_entries(void) {
    int n = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) n++;
    closedir(directory);
    return n - 2;
}

static void assert_content(const char *expected) {
    char text[64] = "";
    FILE *file = fopen(target, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_int_equal(n, strlen(expected));
    assert_string_equal(text, expected);
}

static void assert_message(const char *part) {
    if (strstr(umk_context_message(context), part) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", umk_context_message(context), part);
    }
}

static void test_new_and_replaced(void **state) {
    (void)state;
    assert_int_equal(umk_whole_file_write(context, target, "first", 5), UMK_OK);
    assert_content("first");
    assert_int_equal(umk_whole_file_write(context, target, "second one", 10), UMK_OK);
    assert_content("second one");
    assert_int_equal(umk_whole_file_write(context, target, "", 0), UMK_OK);
    assert_content("");
    assert_int_equal(n_entries(), 1);
}

static void test_permissions_follow_the_umask(void **state) {
    (void)state;
    struct stat information;
    mode_t before = umask(027);
    assert_int_equal(umk_whole_file_write(context, target, "x", 1), UMK_OK);
    umask(before);
    stat(target, &information);
    assert_int_equal(information.st_mode & 0777, 0640);
}

static void test_missing_directory(void **state) {
    (void)state;
    assert_int_equal(umk_whole_file_write(context, "no-such-directory/x", "x", 1), UMK_ERROR_IO);
    assert_message("no-such-directory/x");
    assert_message("No such file or directory");
}

static void test_path_is_a_directory(void **state) {
    (void)state;
    assert_int_equal(umk_whole_file_write(context, folder, "x", 1), UMK_ERROR_IO);
    assert_message("Is a directory");
    assert_int_equal(n_entries(), 0);
}

static void test_unwritable_directory(void **state) {
    (void)state;
    chmod(folder, 0500);
    umk_status status = umk_whole_file_write(context, target, "x", 1);
    chmod(folder, 0700);
    if (geteuid() == 0) { /* root may write anywhere */
        assert_int_equal(status, UMK_OK);
        assert_int_equal(umk_whole_file_write(context, "/proc/umklapp", "x", 1), UMK_ERROR_IO);
        return;
    }
    assert_int_equal(status, UMK_ERROR_IO);
    assert_message("Permission denied");
}

/* A limit on the size of files stands for a full disk: write() fails half way. */
static void test_full_disk(void **state) {
    (void)state;
    struct rlimit before, small;
    static char data[100000];
    assert_int_equal(umk_whole_file_write(context, target, "old", 3), UMK_OK);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 50000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    umk_status status = umk_whole_file_write(context, target, data, sizeof data);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, UMK_ERROR_IO);
    assert_message("File too large");
    assert_content("old");
    assert_int_equal(n_entries(), 1);
}

static void test_full_disk_for_results(void **state) {
    (void)state;
    umk_conductivity conductivity = {0};
    umk_output_options options = {folder, NULL, -1};
    struct rlimit before, small;
    assert_int_equal(umk_conductivity_allocate(&conductivity, context, 20, 6, 3, 0), UMK_OK);
    for (int i = 0; i < 3; i++) conductivity.mesh[i] = 4;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 5000;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    umk_status status = umk_conductivity_write(NULL, context, &conductivity, &options);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, UMK_ERROR_IO);
    assert_message("kappa-m444.hdf5");
    assert_int_equal(n_entries(), 0);
    umk_conductivity_clear(&conductivity);
}

static void test_cancelled(void **state) {
    (void)state;
    assert_int_equal(umk_whole_file_write(context, target, "old", 3), UMK_OK);
    umk_context_cancel(context);
    assert_int_equal(umk_whole_file_write(context, target, "new", 3), UMK_ERROR_CANCELLED);
    umk_context_reset_cancel(context);
    assert_content("old");
    assert_int_equal(n_entries(), 1);
}

static void test_left_over_temporary_file(void **state) {
    (void)state;
    char other[256];
    snprintf(other, sizeof other, "%s.%ld-0.tmp", target, (long)getpid());
    FILE *file = fopen(other, "wb");
    assert_non_null(file);
    fputs("somebody's", file);
    fclose(file);
    assert_int_equal(umk_whole_file_write(context, target, "new", 3), UMK_OK);
    assert_content("new");
    assert_int_equal(n_entries(), 2);
    unlink(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_new_and_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_permissions_follow_the_umask, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_path_is_a_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unwritable_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk_for_results, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_left_over_temporary_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
