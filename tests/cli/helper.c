/*
 * What the tests of the command line need besides a shell: damaged files and a limit on time and rights.
 *
 *   helper flip FROM TO SEED COUNT [FIRST LAST]   copy with COUNT bits turned over, between bytes FIRST and LAST
 *   helper cut FROM TO BYTES                      the first BYTES of a file
 *   helper delete FILE NAME                       removes a dataset
 *   helper zeros FILE NAME TYPE N ...             a dataset of zeros with this shape; TYPE: real, single, integer, text
 *   helper integers FILE NAME N ...               a dataset of one dimension with these integers
 *   helper set FILE NAME INDEX VALUE              one element of a dataset of reals (nan and inf are values too)
 *   helper compare FILE OTHER NAME TOLERANCE      deviation of a dataset from the other's, relative to the largest
 * element helper limit SECONDS PROGRAM ...              runs a program, which is killed by SIGALRM when it takes longer
 *   helper unprivileged PROGRAM ...               runs a program without the rights of root
 */
#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { most_dimensions = 8, nobody = 65534 };

static bool fail(const char *what, const char *name) {
    fprintf(stderr, "helper: %s: %s\n", name, what);
    return false;
}

/* ---- bytes ------------------------------------------------------------------------------------------------------*/

/* All of a file, freed by the caller. */
static unsigned char *read_file(const char *path, long *size) {
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = NULL;
    *size = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) *size = ftell(file);
    if (*size > 0) bytes = malloc((size_t)*size);
    if (bytes != NULL) {
        rewind(file);
        if (fread(bytes, 1, (size_t)*size, file) != (size_t)*size) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL) fclose(file);
    if (bytes == NULL) fail("cannot be read", path);
    return bytes;
}

static bool write_file(const char *path, const unsigned char *bytes, long size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) return fail("cannot be written", path);
    bool written = fwrite(bytes, 1, (size_t)size, file) == (size_t)size;
    if (fclose(file) != 0 || !written) return fail("cannot be written", path);
    return true;
}

/* Xorshift (G. Marsaglia, J. Stat. Softw. 8 (14), 2003): the same damage on every machine. */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static bool flip(int argc, char **argv) {
    long size, first = 0, last = 0;
    if (argc != 4 && argc != 6) return fail("wrong arguments", "flip");
    unsigned char *bytes = read_file(argv[0], &size);
    if (bytes == NULL) return false;
    last = size - 1;
    if (argc == 6) {
        first = atol(argv[4]);
        if (atol(argv[5]) < last) last = atol(argv[5]);
    }
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(atol(argv[2]) + 1);
    for (long i = 0; i < atol(argv[3]); i++) {
        uint64_t place = next_random(&state) >> 11;
        bytes[first + (long)(place / 8 % (uint64_t)(last - first + 1))] ^= (unsigned char)(1u << place % 8);
    }
    bool good = write_file(argv[1], bytes, size);
    free(bytes);
    return good;
}

static bool cut(int argc, char **argv) {
    long size, kept;
    if (argc != 3) return fail("wrong arguments", "cut");
    unsigned char *bytes = read_file(argv[0], &size);
    if (bytes == NULL) return false;
    kept = atol(argv[2]);
    bool good = write_file(argv[1], bytes, kept < size ? kept : size);
    free(bytes);
    return good;
}

/* ---- HDF5 -------------------------------------------------------------------------------------------------------*/

static bool remove_dataset(hid_t file, const char *name) {
    if (H5Lexists(file, name, H5P_DEFAULT) <= 0) return false;
    return H5Ldelete(file, name, H5P_DEFAULT) >= 0;
}

static bool make_dataset(hid_t file, const char *name, hid_t type, int n, const hsize_t *shape, const void *data) {
    hid_t space = H5Screate_simple(n, shape, NULL);
    remove_dataset(file, name);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool good = dataset >= 0;
    if (data != NULL) good = good && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    if (dataset >= 0) H5Dclose(dataset);
    if (space >= 0) H5Sclose(space);
    return good;
}

static bool zeros(hid_t file, const char *name, int argc, char **argv) {
    hsize_t shape[most_dimensions], n = 1;
    if (argc < 1 || argc > most_dimensions) return false;
    for (int i = 1; i < argc; i++) n *= shape[i - 1] = (hsize_t)atol(argv[i]);
    hid_t type = strcmp(argv[0], "integer") == 0  ? H5T_NATIVE_INT64
                 : strcmp(argv[0], "single") == 0 ? H5T_NATIVE_FLOAT
                 : strcmp(argv[0], "text") == 0   ? H5T_C_S1
                                                  : H5T_NATIVE_DOUBLE;
    void *data = calloc(n > 0 ? n : 1, 8);
    bool good = data != NULL && make_dataset(file, name, type, argc - 1, shape, data);
    free(data);
    return good;
}

static bool integers(hid_t file, const char *name, int argc, char **argv) {
    hsize_t shape[] = {(hsize_t)argc};
    int64_t values[64];
    if (argc > 64) return false;
    for (int i = 0; i < argc; i++) values[i] = atoll(argv[i]);
    return make_dataset(file, name, H5T_NATIVE_INT64, 1, shape, values);
}

/* Writes the dataset anew, without compression. */
static bool set(hid_t file, const char *name, const char *index, const char *value) {
    hsize_t shape[most_dimensions], n = 1;
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = dataset < 0 ? -1 : H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, shape, NULL);
    for (int i = 0; i < rank; i++) n *= shape[i];
    double *values = calloc(n, sizeof *values);
    bool good = rank >= 0 && values != NULL && (hsize_t)atoll(index) < n &&
                H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    if (good) values[atoll(index)] = strtod(value, NULL);
    if (space >= 0) H5Sclose(space);
    if (dataset >= 0) H5Dclose(dataset);
    good = good && make_dataset(file, name, H5T_NATIVE_DOUBLE, rank, shape, values);
    free(values);
    return good;
}

static bool change(const char *verb, int argc, char **argv) {
    bool good = false;
    if (argc < 2) return fail("wrong arguments", verb);
    hid_t file = H5Fopen(argv[0], H5F_ACC_RDWR, H5P_DEFAULT);
    if (file < 0) return fail("cannot be opened", argv[0]);
    if (strcmp(verb, "delete") == 0) good = remove_dataset(file, argv[1]);
    if (strcmp(verb, "zeros") == 0) good = zeros(file, argv[1], argc - 2, argv + 2);
    if (strcmp(verb, "integers") == 0) good = integers(file, argv[1], argc - 2, argv + 2);
    if (strcmp(verb, "set") == 0 && argc == 4) good = set(file, argv[1], argv[2], argv[3]);
    if (H5Fclose(file) < 0) good = false;
    return good || fail(verb, argv[0]);
}

/* A dataset of reals, freed by the caller; NULL where there is none. */
static double *read_reals(const char *path, const char *name, hsize_t *n) {
    double *values = NULL;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = file < 0 ? -1 : H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    if (space >= 0) {
        *n = (hsize_t)H5Sget_simple_extent_npoints(space);
        values = calloc(*n + 1, sizeof *values);
    }
    if (values != NULL && H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
        free(values);
        values = NULL;
    }
    if (space >= 0) H5Sclose(space);
    if (dataset >= 0) H5Dclose(dataset);
    if (file >= 0) H5Fclose(file);
    if (values == NULL) fail("cannot be read", path);
    return values;
}

static bool compare(int argc, char **argv) {
    hsize_t n[2] = {0, 0};
    if (argc != 4) return fail("wrong arguments", "compare");
    double *got = read_reals(argv[0], argv[2], &n[0]), *expected = read_reals(argv[1], argv[2], &n[1]);
    double largest = 0, worst = 0;
    bool good = got != NULL && expected != NULL && n[0] == n[1] && n[0] > 0;
    for (hsize_t i = 0; good && i < n[0]; i++) {
        double difference = fabs(got[i] - expected[i]);
        largest = fmax(largest, fabs(expected[i]));
        worst = difference <= worst ? worst : difference; /* keeps NaN */
    }
    free(got);
    free(expected);
    good = good && largest > 0 && worst <= strtod(argv[3], NULL) * largest;
    if (!good) fprintf(stderr, "helper: %s: %g of %g\n", argv[2], worst, largest);
    return good;
}

/* ---- programs ---------------------------------------------------------------------------------------------------*/

static bool start(char **argv) {
    execvp(argv[0], argv);
    return fail("cannot be started", argv[0]);
}

int main(int argc, char **argv) {
    bool good = false;
    const char *verb = argc > 2 ? argv[1] : "";
    if (strcmp(verb, "flip") == 0) {
        good = flip(argc - 2, argv + 2);
    } else if (strcmp(verb, "cut") == 0) {
        good = cut(argc - 2, argv + 2);
    } else if (strcmp(verb, "compare") == 0) {
        good = compare(argc - 2, argv + 2);
    } else if (strcmp(verb, "limit") == 0 && argc > 3) {
        alarm((unsigned)atoi(argv[2]));
        good = start(argv + 3);
    } else if (strcmp(verb, "unprivileged") == 0) {
        if (geteuid() != 0 || (setgid(nobody) == 0 && setuid(nobody) == 0)) good = start(argv + 2);
    } else {
        good = change(verb, argc - 2, argv + 2);
    }
    return good ? 0 : 1;
}
