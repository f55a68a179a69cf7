/* The number of threads: what the variable may say, and quotas of made-up trees of control groups. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/context.h"

static char root[64];

/* Writes root + path with the folders on the way. */
static void put(const char *path, const char *text) {
    char whole[512];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = strchr(whole + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(whole, 0777);
        *slash = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int make_root(void **state) {
    (void)state;
    strcpy(root, "umk-threads-XXXXXX"); /* in the folder where the tests run */
    return mkdtemp(root) == NULL;
}

static int remove_root(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void assert_quota(double expected) {
    double found = umk_processor_quota(root);
    if (isinf(expected)) {
        assert_true(isinf(found));
    } else {
        assert_true(fabs(found - expected) < 1e-12);
    }
}

static const char mounted_v2[] = "24 30 0:22 / /proc rw,nosuid shared:5 - proc proc rw\n"
                                 "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

static void test_parse(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "0", "-1", "1025", "two", "2 ", "2.0", "1e2", "99999999999999999999"};
    int n = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(umk_threads_parse(&n, wrong[i]));
    assert_int_equal(n, 7);
    assert_true(umk_threads_parse(&n, "1"));
    assert_int_equal(n, 1);
    assert_true(umk_threads_parse(&n, "1024"));
    assert_int_equal(n, 1024);
}

static void test_variable(void **state) {
    (void)state;
    umk_context *context;
    setenv("UMKLAPP_NUM_THREADS", "3", 1);
    assert_int_equal(umk_context_create(&context, NULL), UMK_OK);
    assert_int_equal(umk_context_n_threads(context), 3);
    umk_context_destroy(context);

    assert_int_equal(umk_context_create(&context, &(umk_context_options){.n_threads = 2}), UMK_OK);
    assert_int_equal(umk_context_n_threads(context), 2);
    umk_context_destroy(context);

    setenv("UMKLAPP_NUM_THREADS", "0", 1);
    assert_int_equal(umk_context_create(&context, NULL), UMK_ERROR_ARGUMENT);
    assert_null(context);

    setenv("UMKLAPP_NUM_THREADS", "", 1);
    assert_int_equal(umk_context_create(&context, NULL), UMK_OK);
    assert_int_equal(umk_context_n_threads(context), umk_usable_processors());
    umk_context_destroy(context);
    unsetenv("UMKLAPP_NUM_THREADS");
}

static void test_no_groups(void **state) {
    (void)state;
    assert_quota(INFINITY);
    put("/proc/self/cgroup", "0::/\n");
    assert_quota(INFINITY);
    put("/proc/self/mountinfo", "24 30 0:22 / /proc rw - proc proc rw\nnonsense\n");
    assert_quota(INFINITY);
}

/* A container with a name space of its own: its group is the top of what it sees. */
static void test_container_v2(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/proc/self/mountinfo", mounted_v2);
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/cpu.max", "max 100000\n");
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/cpu.max", "150000 100000\n");
    assert_quota(1.5);
    put("/sys/fs/cgroup/cpu.max", "10000 100000\n");
    assert_quota(0.1);
    put("/sys/fs/cgroup/cpu.max", "0 0\n");
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/cpu.max", "");
    assert_quota(INFINITY);
}

/* The smallest quota on the way to the root counts, those of other groups do not. */
static void test_nested_v2(void **state) {
    (void)state;
    put("/proc/self/cgroup", "0::/machine.slice/job 7/step\n");
    put("/proc/self/mountinfo", mounted_v2);
    put("/sys/fs/cgroup/machine.slice/other/cpu.max", "1000 100000\n");
    put("/sys/fs/cgroup/machine.slice/job 7/step/cpu.max", "max 100000\n");
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/machine.slice/job 7/cpu.max", "800000 100000\n");
    assert_quota(8);
    put("/sys/fs/cgroup/machine.slice/job 7/step/cpu.max", "1600000 100000\n");
    assert_quota(8);
    put("/sys/fs/cgroup/machine.slice/cpu.max", "100000 50000\n");
    assert_quota(2);
    put("/sys/fs/cgroup/machine.slice/job 7/step/cpu.max", "50000 50000\n");
    assert_quota(1);
}

static void test_v1(void **state) {
    (void)state;
    put("/proc/self/cgroup", "12:cpuset:/other\n5:cpuacct,cpu:/batch/job\n1:name=systemd:/\n0::/batch\n");
    put("/proc/self/mountinfo", "31 24 0:26 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
                                "32 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:1 master:2 - cgroup cgroup "
                                "rw,cpu,cpuacct\n"
                                "33 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/cpuset/other/cpu.cfs_quota_us", "1000\n");
    put("/sys/fs/cgroup/cpuset/other/cpu.cfs_period_us", "100000\n");
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/cpu,cpuacct/batch/job/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/batch/job/cpu.cfs_period_us", "100000\n");
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/cpu,cpuacct/batch/cpu.cfs_quota_us", "250000\n");
    assert_quota(INFINITY);
    put("/sys/fs/cgroup/cpu,cpuacct/batch/cpu.cfs_period_us", "100000\n");
    assert_quota(2.5);
    /* Both versions side by side. */
    put("/sys/fs/cgroup/unified/batch/cpu.max", "200000 100000\n");
    assert_quota(2);
}

/* A container of version 1 sees the whole name of its group and only the tree below it, here at an odd place. */
static void test_container_v1(void **state) {
    (void)state;
    put("/proc/self/cgroup", "4:cpu:/docker/0123\n");
    put("/proc/self/mountinfo", "32 24 0:27 /docker/0123 /odd\\040place rw - cgroup cgroup rw,cpu\n");
    put("/odd place/cpu.cfs_quota_us", "300000\n");
    put("/odd place/cpu.cfs_period_us", "100000\n");
    assert_quota(3);
    put("/proc/self/cgroup", "4:cpu:/docker/0123/inner\n");
    put("/odd place/inner/cpu.cfs_quota_us", "100000\n");
    put("/odd place/inner/cpu.cfs_period_us", "100000\n");
    assert_quota(1);
    put("/proc/self/cgroup", "4:cpu:/docker/01234\n");
    assert_quota(3);
    put("/proc/self/cgroup", "4:cpu:/../elsewhere\n");
    assert_quota(3);
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse), cmocka_unit_test(test_variable), WITH_ROOT(test_no_groups),
        WITH_ROOT(test_container_v2), WITH_ROOT(test_nested_v2),       WITH_ROOT(test_v1),
        WITH_ROOT(test_container_v1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
