/* Symbols of the libraries that the process has loaded. */
#ifndef UMK_BASE_WINDOWS_DLFCN_H
#define UMK_BASE_WINDOWS_DLFCN_H

#define RTLD_DEFAULT NULL

/** Address of a name in the first library that exports it, NULL where none does; handle is not used. */
void *dlsym(void *handle, const char *name);

#endif
