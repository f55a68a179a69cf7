/* The table of what a run spent its time on. */
#ifndef UMKLAPP_CLI_TIMINGS_H
#define UMKLAPP_CLI_TIMINGS_H

#include <umklapp/context.h>

/** Prints the stages that took time, with their share of the run, on standard output. */
void timings_print(const umk_context *context);

#endif
