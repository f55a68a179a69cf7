/* Memory that the process holds. */
#ifndef UMK_BASE_WINDOWS_SYS_RESOURCE_H
#define UMK_BASE_WINDOWS_SYS_RESOURCE_H

struct rusage {
    long ru_maxrss; /* KiB, at its peak */
};

#define RUSAGE_SELF 0

int getrusage(int who, struct rusage *usage);

#endif
