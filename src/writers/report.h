/* The parts of the report: what the figures show, and the figures. */
#ifndef UMK_WRITERS_REPORT_H
#define UMK_WRITERS_REPORT_H

#include "writers/text.h"
#include <umklapp/conductivity.h>

/** Diagonal components of kappa that are the same at all temperatures are drawn once. */
typedef struct umk_component_group {
    int component; /* 0 xx, 1 yy, 2 zz */
    char name[16]; /* "xx, yy, zz" */
} umk_component_group;

typedef struct umk_report {
    umk_text *text;
    const umk_conductivity *conductivity;
    int64_t reference; /* index of the temperature nearest 300 K */
    int n_groups;
    umk_component_group groups[3];
} umk_report;

/** Fills reference and groups for the given conductivity. */
void umk_report_analyse(umk_report *report, const umk_conductivity *conductivity);

/** kappa accumulated over the modes in ascending order of some property, W/(m K). */
typedef struct umk_accumulation {
    int64_t n;      /* modes that have the property */
    double *x;      /* (n) ascending */
    double *sum[3]; /* (n) each: xx, yy, zz of all modes up to this one */
} umk_accumulation;

/** property (n_points * n_bands); modes where it is not positive, or whose mode_kappa is not finite, are left out. */
umk_status umk_accumulate(umk_accumulation *accumulation, umk_context *context, const umk_conductivity *conductivity,
                          int64_t temperature, const double *property);
void umk_accumulation_clear(umk_accumulation *accumulation);

/**
 * Mean free paths |v| tau, tau = 1 / (4 pi gamma), of the three-phonon linewidths in nm; 0 where gamma is not positive.
 * mean_free_path (n_points * n_bands).
 */
void umk_mean_free_paths(double *mean_free_path, const umk_conductivity *conductivity, int64_t temperature);

/** Each figure is left out when the result lacks what it shows. */
void umk_report_kappa(umk_report *report);
void umk_report_linewidths(umk_report *report);
void umk_report_mean_free_path(umk_report *report);
void umk_report_spectrum(umk_report *report);

#endif
