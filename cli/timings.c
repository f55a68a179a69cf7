/* The table of what a run spent its time on. */
#include "timings.h"
#include <stdio.h>

static void print_row(const umk_timings *timings, const char *name, double seconds) {
    printf("   %-20s %10.3f %9.2f\n", name, seconds, 100 * seconds / timings->total);
}

void timings_print(const umk_context *context) {
    umk_timings timings;
    umk_context_timings(&timings, context);
    printf("----------- Timings -----------\n");
    printf("#  %-20s %10s %9s\n", "stage", "time (s)", "share (%)");
    for (int stage = UMK_STAGE_OTHER + 1; stage < UMK_N_STAGES; stage++) {
        if (timings.seconds[stage] > 0) print_row(&timings, umk_stage_name((umk_stage)stage), timings.seconds[stage]);
    }
    print_row(&timings, umk_stage_name(UMK_STAGE_OTHER), timings.seconds[UMK_STAGE_OTHER]);
    print_row(&timings, "total", timings.total);
    printf("Threads at work, on the average: %.2f of %d.\n\n", timings.busy_threads, umk_context_n_threads(context));
}
