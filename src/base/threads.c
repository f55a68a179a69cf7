/*
 * How many threads a context starts when nobody says: as many as the processors that this process may use. Two things
 * limit these below what the machine has: the affinity (queueing systems, taskset), and the quota of a control group
 * (containers), which is processor time for each period and counted in processors here.
 *
 * Control groups form a tree, and the quota of each one between the process and the root counts. Where the tree is
 * mounted, and which part of it, is told by /proc/self/mountinfo (proc(5)), the place of the process in it by
 * /proc/self/cgroup (cgroups(7)); the quota stands in cpu.max (version 2) or cpu.cfs_quota_us and cpu.cfs_period_us
 * (version 1).
 */
#define _GNU_SOURCE /* sched_getaffinity, CPU_ALLOC */
#include "base/context.h"
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { path_size = 4096, line_size = 2 * path_size, most_processors = 1 << 20 };

bool umk_threads_parse(int *n_threads, const char *text) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 1 || value > UMK_MOST_THREADS) return false;
    *n_threads = (int)value;
    return true;
}

/* ---- affinity -----------------------------------------------------------------------------------------------------*/

/* 0 where the system does not tell. The kernel refuses a set that is smaller than its own. */
static int affinity_processors(void) {
    int count = 0;
#ifdef __linux__
    for (int size = 1024; count == 0 && size <= most_processors; size *= 2) {
        cpu_set_t *allowed = CPU_ALLOC((size_t)size);
        if (allowed == NULL) return 0;
        size_t bytes = CPU_ALLOC_SIZE((size_t)size);
        CPU_ZERO_S(bytes, allowed);
        bool told = sched_getaffinity(0, bytes, allowed) == 0;
        bool too_small = !told && errno == EINVAL;
        if (told) count = CPU_COUNT_S(bytes, allowed);
        CPU_FREE(allowed);
        if (!told && !too_small) return 0;
    }
#endif
    return count;
}

/* ---- quota --------------------------------------------------------------------------------------------------------*/

/* Opens root + folder + name; NULL where there is none. */
static FILE *open_at(const char *root, const char *folder, const char *name) {
    char path[line_size + path_size];
    int length = snprintf(path, sizeof path, "%s%s%s", root, folder, name);
    return length > 0 && length < (int)sizeof path ? fopen(path, "r") : NULL;
}

static double read_number(const char *root, const char *folder, const char *name) {
    double value = -1;
    FILE *file = open_at(root, folder, name);
    if (file == NULL) return -1;
    if (fscanf(file, "%lf", &value) != 1) value = -1;
    fclose(file);
    return value;
}

/* Processors that one control group may use; INFINITY where it has no quota. */
static double quota_of_group(const char *root, const char *folder, bool second_version) {
    double quota = -1, period = -1;
    if (second_version) {
        FILE *file = open_at(root, folder, "/cpu.max");
        if (file == NULL) return INFINITY;
        if (fscanf(file, "%lf %lf", &quota, &period) != 2) quota = -1; /* "max" is no number */
        fclose(file);
    } else {
        quota = read_number(root, folder, "/cpu.cfs_quota_us");
        period = read_number(root, folder, "/cpu.cfs_period_us");
    }
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

/* Whether a list separated by commas has the word "cpu". */
static bool has_cpu(const char *list) {
    for (const char *word = list; *word != '\0';) {
        size_t length = strcspn(word, ",\n");
        if (length == 3 && strncmp(word, "cpu", 3) == 0) return true;
        word += length + (word[length] != '\0');
    }
    return false;
}

/* The control group of the process: "5:cpu,cpuacct:/path", "0::/path" for version 2. False where there is none. */
static bool find_group(char group[path_size], const char *root, bool second_version) {
    char line[line_size];
    bool found = false;
    FILE *file = open_at(root, "/proc/self", "/cgroup");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':'), *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL) continue;
        *path++ = '\0';
        controllers++;
        path[strcspn(path, "\n")] = '\0';
        found = (second_version ? *controllers == '\0' : has_cpu(controllers)) && strlen(path) < path_size;
        if (found) strcpy(group, path);
    }
    if (file != NULL) fclose(file);
    return found;
}

/* Takes back \040 for a blank and the like. */
static void unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        bool escaped = from[0] == '\\' && strspn(from + 1, "01234567") >= 3;
        *to++ = escaped ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0')) : from[0];
        from += escaped ? 4 : 1;
    }
    *to = '\0';
}

/*
 * Where the tree of control groups is mounted, and which group is its top there. A line of mountinfo: number, parent,
 * device, top, place, options, any number of further ones, "-", type, source, options of the file system.
 */
static bool find_mount(char top[path_size], char place[path_size], const char *root, bool second_version) {
    char line[line_size], options[line_size], type[64];
    bool found = false;
    FILE *file = open_at(root, "/proc/self", "/mountinfo");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *rest = strstr(line, " - ");
        if (rest == NULL || sscanf(line, "%*s %*s %*s %4095s %4095s", top, place) != 2) continue;
        if (sscanf(rest, " - %63s %*s %8191s", type, options) != 2) continue;
        found = second_version ? strcmp(type, "cgroup2") == 0 : strcmp(type, "cgroup") == 0 && has_cpu(options);
    }
    if (file != NULL) fclose(file);
    if (found) {
        unescape(top);
        unescape(place);
    }
    return found;
}

/* The part of a group's path below the top of the mounted tree; "" where it does not lie there. */
static const char *below(const char *group, const char *top) {
    size_t length = strcmp(top, "/") == 0 ? 0 : strlen(top);
    bool inside = strncmp(group, top, length) == 0 && (group[length] == '/' || group[length] == '\0');
    return inside && strstr(group, "/..") == NULL ? group + length : "";
}

static double quota_of_version(const char *root, bool second_version) {
    char group[path_size], top[path_size], place[path_size], folder[line_size];
    if (!find_group(group, root, second_version) || !find_mount(top, place, root, second_version)) return INFINITY;
    snprintf(folder, sizeof folder, "%s%s", place, below(group, top));
    size_t shortest = strlen(place);
    double quota = INFINITY;
    for (;;) {
        quota = fmin(quota, quota_of_group(root, folder, second_version));
        char *slash = strrchr(folder, '/');
        if (slash == NULL || (size_t)(slash - folder) < shortest) return quota;
        *slash = '\0';
    }
}

double umk_processor_quota(const char *root) {
    return fmin(quota_of_version(root, true), quota_of_version(root, false));
}

/* ---- both ---------------------------------------------------------------------------------------------------------*/

int umk_usable_processors(void) {
    double count = affinity_processors();
    if (count < 1) count = (double)sysconf(_SC_NPROCESSORS_ONLN);
    count = fmin(count, ceil(umk_processor_quota("")));
    return count < 1 ? 1 : count > UMK_MOST_THREADS ? UMK_MOST_THREADS : (int)count;
}
