/* From file names to the objects of a calculation: what every subcommand that needs phonons loads. */
#ifndef UMKLAPP_CLI_MODEL_H
#define UMKLAPP_CLI_MODEL_H

#include "options.h"
#include "terminal.h"
#include <umklapp/umklapp.h>

/** Options that tell where things come from. */
typedef struct model_options {
    const char *input;
    const char *fc2, *fc3, *born;
    word_list primitive_axes;
    real_list masses;
    double tolerance;
    bool no_symmetry, no_nac;
    const char *nac_method;
    real_list q_direction;
    real_list mesh;
    integer_list grid_matrix;
    bool generalized, no_mesh_symmetry, no_kappa_stars, exclude_gamma_acoustic;
    bool no_r0_average, symmetrize_fc3q;
    double cutoff_frequency;
    double fc3_cutoff; /* angstrom; 0: none */
    bool needs_interaction;
} model_options;

typedef struct model {
    umk_input input;
    umk_crystal *crystal;
    umk_fc2 *fc2;
    umk_harmonic *harmonic;
    umk_grid *grid;
    umk_phonons *phonons;
    umk_interaction *interaction;
} model;

/**
 * Loads everything and tells the terminal what was found. Returns 0, or the exit status after one line about what went
 * wrong; the caller ends the model with model_clear in both cases.
 */
int model_load(model *model, umk_context *context, terminal *terminal, const model_options *options);
void model_clear(model *model);

/** True where path leads to a file that the options make the command read, named or in its usual place. */
bool model_reads(const model_options *options, const char *path);

/** Checks that need no file: a usage error is printed and false returned. */
bool model_check_options(const model_options *options);

#endif
