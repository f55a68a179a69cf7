/*
 * Lattice thermal conductivity in the relaxation-time approximation, Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306
 * (2015):
 *
 *   kappa = 1 / (N V) sum_{q nu} C v x v tau,   tau = 1 / (4 pi gamma),   gamma = gamma_ph-ph + gamma_isotope +
 * gamma_boundary,
 *
 * with the sum over the zone done as a sum over irreducible points, each with v x v summed over its star.
 */
#include "transport/rta.h"
#include "transport/conductivity.h"
#include "transport/lbte/collision.h"
#include "transport/velocity_product.h"
#include <math.h>
#include <string.h>

/* ---- preparation ------------------------------------------------------------------------------------------------*/

static umk_status check_options(umk_context *context, const umk_transport_model *model,
                                const umk_rta_options *options) {
    if (options->n_temperatures < 1 || options->temperatures == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "no temperatures are given");
    }
    for (int64_t t = 0; t < options->n_temperatures; t++) {
        if (!(options->temperatures[t] >= 0) || !isfinite(options->temperatures[t])) {
            return umk_fail(context, UMK_ERROR_ARGUMENT, "temperature %g K: it must be a number not below 0",
                            options->temperatures[t]);
        }
    }
    if (!isfinite(options->boundary_mfp) || options->boundary_mfp < 0) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "boundary mean free path %g micrometre: it must not be below 0",
                        options->boundary_mfp);
    }
    if (options->transport < UMK_TRANSPORT_BOLTZMANN || options->transport > UMK_TRANSPORT_IBDB19) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "there is no transport number %d", (int)options->transport);
    }
    if (model->phonons->n_points != model->grid->n_bz_points ||
        model->phonons->n_bands != umk_harmonic_n_bands(model->harmonic) ||
        model->phonons->n_bands != 3 * model->crystal->primitive.n_atoms) {
        return umk_fail(context, UMK_ERROR_ARGUMENT,
                        "crystal, harmonic model, grid and phonons do not belong together");
    }
    for (int64_t i = 0; i < options->n_grid_points; i++) {
        if (options->grid_points[i] >= 0 && options->grid_points[i] < model->grid->n_bz_points) continue;
        return umk_fail(context, UMK_ERROR_ARGUMENT, "grid point %lld: the grid has 0 to %lld",
                        (long long)options->grid_points[i], (long long)model->grid->n_bz_points - 1);
    }
    bool own = options->read == NULL && options->constant_strength <= 0;
    if (own && model->interaction == NULL) {
        return umk_fail(context, UMK_ERROR_ARGUMENT, "the three-phonon interaction is missing");
    }
    return UMK_OK;
}

static umk_status make_weights(umk_rta *rta) {
    umk_status status = UMK_OK;
    const umk_rta_options *options = rta->options;
    UMK_ALLOCATE(rta->context, rta->weights, rta->n_sigmas);
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        umk_weights_options chosen = UMK_WEIGHTS_OPTIONS_INIT;
        if (options->n_sigmas > 0) chosen.sigma = options->sigmas[s];
        if (chosen.sigma != 0) chosen.sigma_cutoff = options->sigma_cutoff;
        chosen.no_average_degenerate_weights = options->no_average_degenerate_weights;
        chosen.no_symmetrize_tetrahedra = options->no_symmetrize_tetrahedra;
        UMK_TRY(umk_weights_create(&rta->weights[s], rta->context, rta->model->grid, &chosen));
    }
cleanup:
    return status;
}

umk_status umk_rta_prepare(umk_rta *rta, umk_context *context, const umk_transport_model *model,
                           const umk_rta_options *options) {
    umk_status status = UMK_OK;
    memset(rta, 0, sizeof *rta);
    rta->context = context;
    rta->model = model;
    rta->options = options;
    UMK_TRY(check_options(context, model, options));
    rta->cutoff_frequency = options->cutoff_frequency < 0 ? UMK_CUTOFF_FREQUENCY : options->cutoff_frequency;
    rta->n_sigmas = options->n_sigmas > 0 ? options->n_sigmas : 1;
    rta->n_bands = model->phonons->n_bands;
    rta->n_temperatures = options->n_temperatures;
    if (options->n_grid_points > 0) {
        rta->n_points = options->n_grid_points;
        rta->points = options->grid_points;
    } else {
        rta->n_points = umk_grid_irreducible(model->grid, &rta->points, &rta->point_weights);
    }
    UMK_TRY(umk_check_memory(context, umk_rta_result_bytes(rta), "the result",
                             "use fewer temperatures (--ts) or a coarser mesh"));
    UMK_TRY(make_weights(rta));
    if (options->read != NULL && !options->average_strength) goto cleanup;
    umk_linewidth_options linewidth = {rta->n_temperatures,     options->temperatures,
                                       rta->n_sigmas,           (umk_weights *const *)rta->weights,
                                       options->normal_umklapp, options->full_strength || options->average_strength,
                                       rta->cutoff_frequency,   options->grid_points_in_flight};
    UMK_TRY(
        umk_linewidth_create(&rta->linewidth, context, model->interaction, model->grid, model->phonons, &linewidth));
cleanup:
    return status;
}

void umk_rta_clear(umk_rta *rta) {
    umk_linewidth_destroy(rta->linewidth);
    for (int64_t s = 0; rta->weights != NULL && s < rta->n_sigmas; s++) umk_weights_destroy(rta->weights[s]);
    umk_release(rta->weights);
    memset(rta, 0, sizeof *rta);
}

/* Of one sigma. */
static double one_result_bytes(const umk_rta *rta) {
    double per_temperature = 8 + (rta->options->normal_umklapp ? 2 : 0); /* cv, gamma, mode_kappa */
    return 8 * (double)rta->n_points * (double)rta->n_bands * (12 + per_temperature * (double)rta->n_temperatures);
}

double umk_rta_result_bytes(const umk_rta *rta) {
    double modes = (double)rta->n_points * (double)rta->n_bands;
    double copies = rta->options->read != NULL ? 2 : 1;                         /* what was read stays beside it */
    double isotope = rta->options->mass_variances != NULL ? 8 * 16 * modes : 0; /* partial sums of 16 chunks */
    return (double)rta->n_sigmas * copies * one_result_bytes(rta) + isotope + umk_rta_coherence_bytes(rta);
}

double umk_rta_writing_bytes(const umk_rta *rta) {
    return rta->options->n_grid_points > 0 ? 0 : 2 * one_result_bytes(rta);
}

/* ---- harmonic part ----------------------------------------------------------------------------------------------*/

static void describe_run(const umk_rta *rta, int64_t s, umk_conductivity *result) {
    const umk_grid *grid = rta->model->grid;
    memcpy(result->mesh, grid->diagonal, sizeof result->mesh);
    result->is_generalized = grid->is_generalized;
    memcpy(result->grid_matrix, grid->grid_matrix, sizeof result->grid_matrix);
    memcpy(result->p_matrix, grid->p, sizeof result->p_matrix);
    memcpy(result->q_matrix, grid->q, sizeof result->q_matrix);
    result->sigma = rta->options->n_sigmas > 0 ? rta->options->sigmas[s] : 0;
    result->sigma_cutoff = rta->options->sigma_cutoff;
    result->boundary_mfp = rta->options->boundary_mfp;
    result->kappa_unit_conversion = umk_kappa_unit_conversion(rta->model->crystal->volume);
    memcpy(result->temperatures, rta->options->temperatures, (size_t)rta->n_temperatures * sizeof(double));
}

static int64_t star_size(const umk_grid *grid, int64_t bz_point) {
    int64_t n_keeping = 0;
    for (int64_t r = 0; r < grid->n_rotations; r++) {
        n_keeping += grid->bz_to_gr[umk_grid_rotate(grid, r, bz_point)] == grid->bz_to_gr[bz_point];
    }
    return grid->n_rotations / n_keeping;
}

typedef struct harmonic_task {
    const umk_rta *rta;
    umk_conductivity *result;
} harmonic_task;

static umk_status harmonic_point(void *argument, int64_t i, int worker) {
    (void)worker;
    harmonic_task *task = argument;
    const umk_rta *rta = task->rta;
    umk_conductivity *result = task->result;
    const umk_grid *grid = rta->model->grid;
    int64_t point = rta->points[i], n = rta->n_bands;
    bool star = !rta->options->no_kappa_stars;
    result->grid_points[i] = point;
    result->weights[i] = rta->point_weights != NULL ? rta->point_weights[i] : star_size(grid, point);
    umk_grid_q_point(grid, point, result->q_points + 3 * i);
    memcpy(result->frequencies + i * n, rta->model->phonons->frequencies + point * n, (size_t)n * sizeof(double));
    for (int64_t band = 0; band < n; band++) {
        double frequency = result->frequencies[i * n + band];
        for (int64_t t = 0; t < rta->n_temperatures; t++) {
            double *cv = &result->heat_capacities[(t * rta->n_points + i) * n + band];
            *cv = frequency > rta->cutoff_frequency ? umk_mode_heat_capacity(frequency, result->temperatures[t]) : 0;
        }
    }
    double *velocities = result->group_velocities + i * n * 3;
    umk_status status =
        umk_harmonic_group_velocities(rta->model->harmonic, rta->context, result->q_points + 3 * i, velocities);
    if (status == UMK_OK) umk_velocity_product(result->gv_by_gv + i * n * 6, grid, point, star, n, velocities);
    return status;
}

static void copy_harmonic(umk_conductivity *to, const umk_conductivity *from) {
    int64_t points = from->n_points, modes = points * from->n_bands;
    memcpy(to->grid_points, from->grid_points, (size_t)points * sizeof(int64_t));
    memcpy(to->weights, from->weights, (size_t)points * sizeof(int64_t));
    memcpy(to->q_points, from->q_points, (size_t)points * 3 * sizeof(double));
    memcpy(to->frequencies, from->frequencies, (size_t)modes * sizeof(double));
    memcpy(to->group_velocities, from->group_velocities, (size_t)modes * 3 * sizeof(double));
    memcpy(to->gv_by_gv, from->gv_by_gv, (size_t)modes * 6 * sizeof(double));
    memcpy(to->heat_capacities, from->heat_capacities, (size_t)(modes * from->n_temperatures) * sizeof(double));
}

static umk_status run_harmonic(const umk_rta *rta, umk_conductivity *results) {
    umk_status status = UMK_OK;
    harmonic_task task = {rta, &results[0]};
    umk_stage left = umk_context_enter_stage(rta->context, UMK_STAGE_VELOCITIES);
    for (int64_t s = 0; s < rta->n_sigmas; s++) describe_run(rta, s, &results[s]);
    UMK_TRY(umk_parallel_for(rta->context, rta->n_points, harmonic_point, &task));
    for (int64_t s = 1; s < rta->n_sigmas; s++) copy_harmonic(&results[s], &results[0]);
cleanup:
    umk_context_enter_stage(rta->context, left);
    return status;
}

/* ---- scattering -------------------------------------------------------------------------------------------------*/

static umk_status check_read(const umk_rta *rta) {
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        const umk_conductivity *read = &rta->options->read[s];
        if (read->n_points != rta->n_points || read->n_bands != rta->n_bands ||
            read->n_temperatures != rta->n_temperatures || read->gamma == NULL || read->temperatures == NULL) {
            return umk_fail(
                rta->context, UMK_ERROR_INPUT,
                "the linewidths read are of %lld grid points, %lld bands and %lld temperatures, this run has "
                "%lld, %lld and %lld",
                (long long)read->n_points, (long long)read->n_bands, (long long)read->n_temperatures,
                (long long)rta->n_points, (long long)rta->n_bands, (long long)rta->n_temperatures);
        }
        if (rta->options->normal_umklapp && (read->gamma_normal == NULL || read->gamma_umklapp == NULL)) {
            return umk_fail(rta->context, UMK_ERROR_INPUT,
                            "the linewidths read are not split into normal and Umklapp parts: make them with --nu");
        }
        for (int64_t i = 0; read->grid_points != NULL && i < rta->n_points; i++) {
            if (read->grid_points[i] == rta->points[i]) continue;
            return umk_fail(rta->context, UMK_ERROR_INPUT,
                            "the linewidths read are of grid point %lld where this run has %lld",
                            (long long)read->grid_points[i], (long long)rta->points[i]);
        }
        for (int64_t t = 0; t < rta->n_temperatures; t++) {
            if (fabs(read->temperatures[t] - rta->options->temperatures[t]) < 1e-6) continue;
            return umk_fail(rta->context, UMK_ERROR_INPUT, "the linewidths read are of %g K where this run has %g K",
                            read->temperatures[t], rta->options->temperatures[t]);
        }
    }
    return UMK_OK;
}

static void copy_array(double *to, const double *from, int64_t n) {
    if (to != NULL && from != NULL) memcpy(to, from, (size_t)n * sizeof *to);
}

static void copy_read(const umk_rta *rta, umk_conductivity *results) {
    int64_t modes = rta->n_points * rta->n_bands, all = modes * rta->n_temperatures;
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        const umk_conductivity *read = &rta->options->read[s];
        copy_array(results[s].gamma, read->gamma, all);
        copy_array(results[s].gamma_normal, read->gamma_normal, all);
        copy_array(results[s].gamma_umklapp, read->gamma_umklapp, all);
        copy_array(results[s].average_strength, read->average_strength, modes);
    }
}

static umk_status run_isotope(const umk_rta *rta, umk_conductivity *results) {
    umk_status status = UMK_OK;
    if (rta->options->mass_variances == NULL) return UMK_OK;
    umk_stage left = umk_context_enter_stage(rta->context, UMK_STAGE_ISOTOPES);
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        UMK_TRY(umk_isotope_linewidths(results[s].gamma_isotope, rta->context, rta->model->grid, rta->model->phonons,
                                       rta->weights[s], rta->options->mass_variances, rta->cutoff_frequency,
                                       rta->n_points, rta->points));
    }
cleanup:
    umk_context_enter_stage(rta->context, left);
    return status;
}

/** Room for what the grid points of one flight yield: (n_points, n_sigmas, n_temperatures, n_bands) each. */
typedef struct flight_room {
    int64_t n_points;
    umk_linewidth_result *results;
    double *gamma, *gamma_normal, *gamma_umklapp;
    double *average_strength; /* (n_points, n_bands) */
    double *strength;         /* (n_points, n_bands) average strength that takes the place of |V|^2 */
} flight_room;

static umk_status flight_room_create(flight_room *room, const umk_rta *rta) {
    umk_status status = UMK_OK;
    int64_t modes = rta->n_sigmas * rta->n_temperatures * rta->n_bands, n = rta->n_points;
    memset(room, 0, sizeof *room);
    if (rta->linewidth != NULL && umk_linewidth_points_in_flight(rta->linewidth) < n) {
        n = umk_linewidth_points_in_flight(rta->linewidth);
    }
    room->n_points = n;
    UMK_ALLOCATE(rta->context, room->results, n);
    UMK_ALLOCATE(rta->context, room->gamma, n * modes);
    UMK_ALLOCATE(rta->context, room->gamma_normal, n * modes);
    UMK_ALLOCATE(rta->context, room->gamma_umklapp, n * modes);
    UMK_ALLOCATE(rta->context, room->average_strength, n * rta->n_bands);
    UMK_ALLOCATE(rta->context, room->strength, n * rta->n_bands);
    for (int64_t i = 0; i < n; i++) {
        room->results[i] =
            (umk_linewidth_result){room->gamma + i * modes, room->gamma_normal + i * modes,
                                   room->gamma_umklapp + i * modes, room->average_strength + i * rta->n_bands, 0};
    }
cleanup:
    return status;
}

static void flight_room_clear(flight_room *room) {
    umk_release(room->results);
    umk_release(room->gamma);
    umk_release(room->gamma_normal);
    umk_release(room->gamma_umklapp);
    umk_release(room->average_strength);
    umk_release(room->strength);
}

static void spread(const umk_rta *rta, int64_t s, int64_t i, const double *from, double *to) {
    int64_t n = rta->n_bands;
    if (to == NULL) return;
    for (int64_t t = 0; t < rta->n_temperatures; t++) {
        memcpy(to + (t * rta->n_points + i) * n, from + (s * rta->n_temperatures + t) * n, (size_t)n * sizeof *to);
    }
}

static void store_point(const umk_rta *rta, int64_t i, const umk_linewidth_result *point, umk_conductivity *results) {
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        spread(rta, s, i, point->gamma, results[s].gamma);
        spread(rta, s, i, point->gamma_normal, results[s].gamma_normal);
        spread(rta, s, i, point->gamma_umklapp, results[s].gamma_umklapp);
        if (results[s].average_strength != NULL) {
            memcpy(results[s].average_strength + i * rta->n_bands, point->average_strength,
                   (size_t)rta->n_bands * sizeof(double));
        }
    }
}

/* The average strengths of a flight, where they take the place of |V|^2; else *use is false. */
static umk_status choose_strength(const umk_rta *rta, int64_t first, int64_t n_points, flight_room *room, bool *use) {
    int64_t n = n_points * rta->n_bands;
    *use = true;
    if (rta->options->constant_strength > 0) {
        for (int64_t i = 0; i < n; i++) room->strength[i] = rta->options->constant_strength;
        return UMK_OK;
    }
    *use = rta->options->average_strength;
    if (!*use) return UMK_OK;
    const umk_conductivity *read = rta->options->read;
    if (read != NULL && read->average_strength != NULL) {
        memcpy(room->strength, read->average_strength + first * rta->n_bands, (size_t)n * sizeof(double));
        return UMK_OK;
    }
    if (rta->model->interaction == NULL) {
        return umk_fail(rta->context, UMK_ERROR_INPUT,
                        "the file read has no averaged strength (ave_pp): make it with --full-pp");
    }
    umk_status status =
        umk_linewidth_run(rta->linewidth, rta->context, n_points, rta->points + first, NULL, room->results);
    if (status == UMK_OK) memcpy(room->strength, room->average_strength, (size_t)n * sizeof(double));
    return status;
}

/* Absurd force constants overflow; a kappa without the modes in question would hide it. */
static umk_status check_finite(const umk_rta *rta, int64_t i, const umk_linewidth_result *point) {
    int64_t n = rta->n_sigmas * rta->n_temperatures * rta->n_bands;
    for (int64_t k = 0; k < n; k++) {
        if (isfinite(point->gamma[k])) continue;
        return umk_fail(rta->context, UMK_ERROR_NUMERICAL,
                        "grid point %lld: a linewidth is not a finite number: are the force constants, masses and "
                        "options sensible?",
                        (long long)rta->points[i]);
    }
    return UMK_OK;
}

/* Linewidths of the grid points of one flight. */
static umk_status run_flight(const umk_rta *rta, int64_t first, int64_t n_points, flight_room *room,
                             umk_conductivity *results) {
    umk_status status = UMK_OK;
    bool use_strength = false;
    if (rta->linewidth == NULL) return UMK_OK;
    UMK_TRY(choose_strength(rta, first, n_points, room, &use_strength));
    if (rta->collision != NULL) {
        UMK_TRY(umk_collision_pass(rta->collision, first, n_points, room->results));
    } else {
        UMK_TRY(umk_linewidth_run(rta->linewidth, rta->context, n_points, rta->points + first,
                                  use_strength ? room->strength : NULL, room->results));
    }
    if (use_strength) {
        memcpy(room->average_strength, room->strength, (size_t)(n_points * rta->n_bands) * sizeof(double));
    }
    for (int64_t i = 0; i < n_points; i++) {
        UMK_TRY(check_finite(rta, first + i, &room->results[i]));
        store_point(rta, first + i, &room->results[i], results);
    }
cleanup:
    return status;
}

umk_status umk_rta_scatter(const umk_rta *rta, umk_conductivity *results) {
    umk_status status = UMK_OK;
    flight_room room = {0};
    if (rta->options->read != NULL) {
        UMK_TRY(check_read(rta));
        copy_read(rta, results);
    }
    UMK_TRY(flight_room_create(&room, rta));
    for (int64_t first = rta->n_done, n_points; first < rta->n_points; first += n_points) {
        n_points = rta->n_points - first < room.n_points ? rta->n_points - first : room.n_points;
        UMK_TRY(umk_progress(rta->context, (double)first / (double)rta->n_points));
        UMK_TRY(run_flight(rta, first, n_points, &room, results));
        if (rta->on_flight != NULL) rta->on_flight(rta->user, first, n_points);
        for (int64_t i = first; rta->options->on_point != NULL && i < first + n_points; i++) {
            UMK_TRY(rta->options->on_point(rta->options->user, results, i));
        }
    }
    UMK_TRY(umk_progress(rta->context, 1));
cleanup:
    flight_room_clear(&room);
    return status;
}

/* ---- conductivity -----------------------------------------------------------------------------------------------*/

/** Modes, with their star and at all temperatures, that spoil kappa. */
typedef struct doubtful_modes {
    int64_t n_unscattered; /* by phonons or isotopes: only the boundary limits what they carry */
    int64_t n_negative;    /* with a negative linewidth, larger than that of the boundary: they are left out */
} doubtful_modes;

/* mode_kappa (T, P, B, 6) and its sum over the modes. */
static doubtful_modes sum_modes(const umk_rta *rta, umk_conductivity *result) {
    int64_t modes = result->n_points * result->n_bands;
    doubtful_modes doubtful = {0};
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        double sum[6] = {0};
        for (int64_t mode = 0; mode < modes; mode++) {
            double *out = result->mode_kappa + (t * modes + mode) * 6;
            double heat_capacity = result->heat_capacities[t * modes + mode];
            double gamma = result->gamma[t * modes + mode];
            if (result->gamma_isotope != NULL) gamma += result->gamma_isotope[mode];
            bool counts = result->frequencies[mode] >= rta->cutoff_frequency && heat_capacity > 0;
            bool moves =
                result->gv_by_gv[mode * 6] + result->gv_by_gv[mode * 6 + 1] + result->gv_by_gv[mode * 6 + 2] > 0;
            bool is_scattered = gamma > 0, is_negative = gamma < 0;
            gamma += umk_boundary_linewidth(result, mode);
            if (counts && moves && !is_scattered) {
                int64_t *n = is_negative && gamma <= 0 ? &doubtful.n_negative : &doubtful.n_unscattered;
                *n += result->weights[mode / result->n_bands];
            }
            double share = counts && gamma > 0 ? heat_capacity / (2 * gamma) * result->kappa_unit_conversion : 0;
            for (int c = 0; c < 6; c++) {
                out[c] = result->gv_by_gv[mode * 6 + c] * share;
                sum[c] += out[c];
            }
        }
        for (int c = 0; c < 6; c++) result->kappa[t * 6 + c] = sum[c] / (double)rta->model->grid->n_points;
    }
    return doubtful;
}

static void warn_of_modes(const umk_rta *rta, const umk_conductivity *result, const doubtful_modes *doubtful) {
    long long n_modes = rta->model->grid->n_points * rta->n_bands * rta->n_temperatures;
    const char *way_out = result->sigma > 0 ? "use a finer mesh or a larger sigma" : "use a finer mesh";
    if (doubtful->n_unscattered > 0) {
        umk_log(rta->context, UMK_LOG_WARNING,
                "%lld of %lld modes are scattered by nothing but the boundary, kappa is not to be trusted: %s",
                (long long)doubtful->n_unscattered, n_modes, way_out);
    }
    if (doubtful->n_negative > 0) {
        umk_log(rta->context, UMK_LOG_WARNING,
                "%lld of %lld modes have a negative linewidth (soft modes on a coarse mesh) and are left out, kappa is "
                "not to be trusted: %s",
                (long long)doubtful->n_negative, n_modes, way_out);
    }
}

static umk_status allocate_results(const umk_rta *rta, umk_conductivity *results) {
    umk_status status = UMK_OK;
    int parts = 0;
    if (rta->options->normal_umklapp) parts |= UMK_PART_NORMAL_UMKLAPP;
    if (rta->options->mass_variances != NULL) parts |= UMK_PART_ISOTOPE;
    if (umk_rta_has_coherences(rta)) parts |= UMK_PART_COHERENCE;
    const umk_conductivity *read = rta->options->read;
    bool computed = rta->linewidth != NULL && (rta->options->full_strength || rta->options->average_strength ||
                                               rta->options->constant_strength > 0);
    if (computed || (read != NULL && read->average_strength != NULL)) {
        parts |= UMK_PART_AVERAGE_STRENGTH;
    }
    for (int64_t s = 0; s < rta->n_sigmas; s++) {
        UMK_TRY(umk_conductivity_allocate(&results[s], rta->context, rta->n_points, rta->n_bands, rta->n_temperatures,
                                          parts));
    }
cleanup:
    return status;
}

umk_status umk_rta_begin(const umk_rta *rta, umk_conductivity *results) {
    umk_status status = allocate_results(rta, results);
    if (status == UMK_OK) status = run_harmonic(rta, results);
    return status == UMK_OK ? run_isotope(rta, results) : status;
}

void umk_rta_sum(const umk_rta *rta, int64_t s, umk_conductivity *results) {
    doubtful_modes doubtful = sum_modes(rta, &results[s]);
    if (rta->options->n_grid_points == 0) {
        warn_of_modes(rta, &results[s], &doubtful);
        return;
    }
    umk_release(results[s].kappa); /* of some grid points it would not be a conductivity */
    results[s].kappa = NULL;
}

umk_status umk_rta_run(umk_conductivity *results, umk_context *context, const umk_transport_model *model,
                       const umk_rta_options *options) {
    umk_status status = UMK_OK;
    umk_rta rta;
    int64_t n_results = options->n_sigmas > 0 ? options->n_sigmas : 1;
    memset(results, 0, (size_t)n_results * sizeof *results);
    UMK_TRY(umk_rta_prepare(&rta, context, model, options));
    UMK_TRY(umk_rta_begin(&rta, results));
    UMK_TRY(umk_rta_scatter(&rta, results));
    for (int64_t s = 0; s < rta.n_sigmas; s++) umk_rta_sum(&rta, s, results);
    UMK_TRY(umk_rta_add_coherences(&rta, results));
cleanup:
    umk_rta_clear(&rta);
    return status;
}
