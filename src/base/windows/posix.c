/* What posix.h, dlfcn.h and sys/resource.h declare, by the functions of Windows. */
#include <dlfcn.h>
#include <errno.h>
#include <io.h>
#include <sys/resource.h>
#include <windows.h>
/* after windows.h */
#include <psapi.h>

int umk_windows_rename(const char *from, const char *to) {
    if (MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) return 0;
    DWORD error = GetLastError();
    errno = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? ENOENT : EACCES;
    return -1;
}

int64_t umk_windows_pread(int descriptor, void *memory, size_t size, int64_t offset) {
    OVERLAPPED place = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
    DWORD n = 0;
    if (ReadFile((HANDLE)_get_osfhandle(descriptor), memory, (DWORD)size, &n, &place)) return n;
    if (GetLastError() == ERROR_HANDLE_EOF) return 0;
    errno = EIO;
    return -1;
}

/* Windows takes a handler away when it calls it: this one puts itself back. */
static void (*chosen_handlers[NSIG])(int);

static void lasting_handler(int number) {
    signal(number, lasting_handler);
    if (chosen_handlers[number] != NULL) chosen_handlers[number](number);
}

int umk_windows_sigaction(int number, const struct sigaction *action) {
    chosen_handlers[number] = action->sa_handler;
    return signal(number, lasting_handler) == SIG_ERR ? -1 : 0;
}

long sysconf(int name) {
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    enum { page_size = 4096 };
    if (name == _SC_PAGESIZE) return page_size;
    if (name == _SC_NPROCESSORS_ONLN) return (long)GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return GlobalMemoryStatusEx(&memory) ? (long)(memory.ullAvailPhys / page_size) : -1;
}

void *dlsym(void *handle, const char *name) {
    HMODULE modules[1024];
    DWORD bytes = 0;
    union {
        FARPROC function;
        void *pointer;
    } found = {NULL};
    (void)handle;
    if (!EnumProcessModules(GetCurrentProcess(), modules, sizeof modules, &bytes)) return NULL;
    size_t n = (bytes < sizeof modules ? bytes : sizeof modules) / sizeof modules[0];
    for (size_t i = 0; i < n && found.function == NULL; i++) found.function = GetProcAddress(modules[i], name);
    return found.pointer;
}

int getrusage(int who, struct rusage *usage) {
    PROCESS_MEMORY_COUNTERS counters;
    (void)who;
    if (!GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters)) return -1;
    usage->ru_maxrss = (long)(counters.PeakWorkingSetSize / 1024);
    return 0;
}
