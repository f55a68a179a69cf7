/*
 * What the report shows: the same components, the reference temperature, kappa accumulated over the modes.
 *
 * Mean free path of a mode: L = |v| tau with tau = 1 / (2 * 2 pi gamma), as phono3py-kaccum takes it (three-phonon
 * linewidth only). Its share of kappa is mode_kappa / number of grid points.
 */
#include "writers/report.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double reference_kelvin = 300;
static const double same_component = 1e-3; /* of the largest component */

static int64_t nearest_temperature(const umk_conductivity *conductivity) {
    int64_t nearest = 0;
    for (int64_t i = 1; i < conductivity->n_temperatures; i++) {
        double distance = fabs(conductivity->temperatures[i] - reference_kelvin);
        if (distance < fabs(conductivity->temperatures[nearest] - reference_kelvin)) nearest = i;
    }
    return nearest;
}

static bool are_same(const umk_conductivity *conductivity, int a, int b) {
    for (int64_t i = 0; i < conductivity->n_temperatures; i++) {
        const double *kappa = conductivity->kappa + 6 * i;
        double largest = fmax(fabs(kappa[0]), fmax(fabs(kappa[1]), fabs(kappa[2])));
        if (!(fabs(kappa[a] - kappa[b]) <= same_component * largest)) return false;
    }
    return true;
}

void umk_report_analyse(umk_report *report, const umk_conductivity *conductivity) {
    static const char *const names[] = {"xx", "yy", "zz"};
    report->conductivity = conductivity;
    report->reference = nearest_temperature(conductivity);
    report->n_groups = 0;
    for (int component = 0; component < 3; component++) {
        int group = 0;
        while (group < report->n_groups && conductivity->kappa != NULL &&
               !are_same(conductivity, report->groups[group].component, component)) {
            group++;
        }
        if (conductivity->kappa == NULL) group = report->n_groups;
        umk_component_group *of = &report->groups[group];
        if (group == report->n_groups) {
            report->n_groups++;
            of->component = component;
            snprintf(of->name, sizeof of->name, "%s", names[component]);
        } else {
            size_t used = strlen(of->name);
            snprintf(of->name + used, sizeof of->name - used, ", %s", names[component]);
        }
    }
}

void umk_mean_free_paths(double *mean_free_path, const umk_conductivity *conductivity, int64_t temperature) {
    int64_t n_modes = conductivity->n_points * conductivity->n_bands;
    const double *gamma = conductivity->gamma + temperature * n_modes;
    for (int64_t i = 0; i < n_modes; i++) {
        const double *v = conductivity->group_velocities + 3 * i;
        double speed = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); /* THz angstrom = angstrom / ps */
        mean_free_path[i] = gamma[i] > 0 ? 0.1 * speed / (4 * UMK_PI * gamma[i]) : 0;
    }
}

typedef struct sorted_mode {
    double x;
    int64_t mode;
} sorted_mode;

static int by_property(const void *left, const void *right) {
    const sorted_mode *a = left, *b = right;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    return a->mode < b->mode ? -1 : a->mode > b->mode;
}

static int64_t collect_modes(sorted_mode *modes, const umk_conductivity *conductivity, const double *mode_kappa,
                             const double *property) {
    int64_t n = 0;
    for (int64_t i = 0; i < conductivity->n_points * conductivity->n_bands; i++) {
        const double *kappa = mode_kappa + 6 * i;
        if (!(property[i] > 0) || isinf(property[i])) continue;
        if (!isfinite(kappa[0]) || !isfinite(kappa[1]) || !isfinite(kappa[2])) continue;
        modes[n++] = (sorted_mode){property[i], i};
    }
    qsort(modes, (size_t)n, sizeof *modes, by_property);
    return n;
}

umk_status umk_accumulate(umk_accumulation *accumulation, umk_context *context, const umk_conductivity *conductivity,
                          int64_t temperature, const double *property) {
    umk_status status = UMK_OK;
    int64_t n_modes = conductivity->n_points * conductivity->n_bands;
    double n_grid = (double)conductivity->mesh[0] * (double)conductivity->mesh[1] * (double)conductivity->mesh[2];
    const double *mode_kappa = conductivity->mode_kappa + 6 * temperature * n_modes;
    sorted_mode *modes = NULL;
    memset(accumulation, 0, sizeof *accumulation);
    UMK_ALLOCATE(context, modes, n_modes);
    UMK_ALLOCATE(context, accumulation->x, n_modes);
    for (int c = 0; c < 3; c++) UMK_ALLOCATE(context, accumulation->sum[c], n_modes);
    accumulation->n = collect_modes(modes, conductivity, mode_kappa, property);
    for (int64_t i = 0; i < accumulation->n; i++) {
        accumulation->x[i] = modes[i].x;
        for (int c = 0; c < 3; c++) {
            double before = i > 0 ? accumulation->sum[c][i - 1] : 0;
            accumulation->sum[c][i] = before + mode_kappa[6 * modes[i].mode + c] / n_grid;
        }
    }

cleanup:
    umk_release(modes);
    if (status != UMK_OK) umk_accumulation_clear(accumulation);
    return status;
}

void umk_accumulation_clear(umk_accumulation *accumulation) {
    umk_release(accumulation->x);
    for (int c = 0; c < 3; c++) umk_release(accumulation->sum[c]);
    memset(accumulation, 0, sizeof *accumulation);
}
