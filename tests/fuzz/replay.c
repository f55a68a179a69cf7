/* Runs a fuzz target over the files of the folders named, so that the corpus is a regression test with any compiler. */
#include "fuzz.h"
#include <dirent.h>
#include <stdio.h>

static int replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return 1;
    long size = ftell(file);
    rewind(file);
    /* Exactly as long as the data, so that a sanitizer sees a step beyond. */
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    int failed = data == NULL || size < 0 || fread(data, 1, (size_t)size, file) != (size_t)size;
    fclose(file);
    if (!failed) LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return failed;
}

int main(int n, char **arguments) {
    int n_files = 0;
    for (int i = 1; i < n; i++) {
        DIR *folder = opendir(arguments[i]);
        if (folder == NULL) return 1;
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
            char path[4096];
            if (entry->d_name[0] == '.') continue;
            if (snprintf(path, sizeof path, "%s/%s", arguments[i], entry->d_name) >= (int)sizeof path) return 1;
            if (replay_file(path) != 0) return 1;
            n_files++;
        }
        closedir(folder);
    }
    printf("%d files\n", n_files);
    return n_files == 0;
}
