/* Result files, in the names, layouts and units of phono3py. A file appears whole or not at all. */
#ifndef UMKLAPP_OUTPUT_H
#define UMKLAPP_OUTPUT_H

#include <umklapp/lbte.h>

typedef struct umk_output_options {
    const char *directory; /* NULL: the current directory */
    const char *label;     /* inserted before .hdf5 as ".label" (phono3py -o); NULL: none */
    int compression;       /* gzip level 0 to 9; -1: none; -2: lzf is not offered by HDF5 alone, an error */
} umk_output_options;

#define UMK_OUTPUT_OPTIONS_INIT                                                                                        \
    { 0, 0, 4 }

/** Reads "gzip" (level 4), "none" or a level "0" to "9" into *compression; UMK_ERROR_ARGUMENT for lzf and the rest. */
UMK_API umk_status umk_compression_parse(int *compression, umk_context *context, const char *text);

/**
 * Name of the file for a result: kappa-m{D0}{D1}{D2}[-g{grid_point}][-s{sigma}[-sd{cutoff}]][.label].hdf5.
 * grid_point < 0: all grid points. The caller frees *name with umk_string_free.
 */
UMK_API umk_status umk_conductivity_file_name(char **name, umk_context *context, const umk_conductivity *conductivity,
                                              int64_t grid_point, const umk_output_options *options);
UMK_API void umk_string_free(char *string);

/** Writes the result; *path (may be NULL) tells where, freed with umk_string_free. */
UMK_API umk_status umk_conductivity_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                                          const umk_output_options *options);

/** Writes the part of one grid point (index into grid_points) to its own file (phono3py --write-gamma). */
UMK_API umk_status umk_conductivity_write_point(char **path, umk_context *context, const umk_conductivity *conductivity,
                                                int64_t point, const umk_output_options *options);

/**
 * Reads a kappa-*.hdf5 file as far as its datasets go: of all grid points or of one (n_points is 1 then), also of older
 * phono3py versions and of the LBTE, whose own datasets are passed over. What the file lacks is NULL or 0; of the
 * counts, n_temperatures, n_points and n_bands are always known. *conductivity is overwritten; the caller ends it with
 * umk_conductivity_clear, and it is empty after a failure. UMK_ERROR_IO: the file cannot be opened;
 * UMK_ERROR_INPUT: its content is wrong.
 */
UMK_API umk_status umk_conductivity_read(umk_conductivity *conductivity, umk_context *context, const char *path);

/**
 * Linewidths of an earlier run for n_points BZ points of a grid (phono3py --read-gamma): from the file of all grid
 * points where there is one in the folder, else collected from the files of the single points. sigma and sigma_cutoff
 * (0: none) choose the files. Ended with umk_conductivity_clear. UMK_ERROR_IO names the first file that is missing.
 */
UMK_API umk_status umk_conductivity_read_gamma(umk_conductivity *conductivity, umk_context *context,
                                               const umk_grid *grid, double sigma, double sigma_cutoff,
                                               int64_t n_points, const int64_t *points,
                                               const umk_output_options *options);

/**
 * Rows (T, B, 3, P, B, 3) of the collision matrix of grid point number `point` of the result, with its linewidths, to
 * collision-m*-g{grid_point}.hdf5 (phono3py --write-collision). *path as above.
 */
UMK_API umk_status umk_collision_rows_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                                            int64_t point, const double *rows, const umk_output_options *options);
/** Eigenvalues of the collision matrix to coleigs-m*.hdf5. */
UMK_API umk_status umk_collision_eigenvalues_write(char **path, umk_context *context,
                                                   const umk_conductivity *conductivity,
                                                   const umk_lbte_spectrum *spectrum,
                                                   const umk_output_options *options);
/** Eigenvalues (THz), relaxation times (ps) and shares of kappa (W/(m K)) to relaxons-m*.hdf5. */
UMK_API umk_status umk_relaxons_write(char **path, umk_context *context, const umk_conductivity *conductivity,
                                      const umk_lbte_spectrum *spectrum, const umk_output_options *options);

/** Files of the collision matrix in a folder. */
typedef struct umk_collision_files umk_collision_files;

/**
 * Opens collision-m*.hdf5 where it is in the folder, else the files of all irreducible points of the grid, for
 * n_chosen temperatures, numbered as in the files (0: all). sigma and sigma_cutoff (0: none) choose the files. The
 * caller ends *files with umk_collision_files_close. UMK_ERROR_IO names the first file that is missing, UMK_ERROR_INPUT
 * what does not fit, UMK_ERROR_ARGUMENT a temperature that they do not have.
 */
UMK_API umk_status umk_collision_files_open(umk_collision_files **files, umk_context *context, const umk_grid *grid,
                                            double sigma, double sigma_cutoff, int64_t n_chosen, const int64_t *chosen,
                                            const umk_output_options *options);
UMK_API void umk_collision_files_close(umk_collision_files *files);
/** Temperatures, grid points and linewidths of the files, for umk_rta_options.read; ended with umk_conductivity_clear.
 */
UMK_API umk_status umk_collision_files_linewidths(umk_conductivity *read, umk_context *context,
                                                  const umk_collision_files *files);
/** rows (chosen temperatures, B, 3, P, B, 3) of irreducible point number `point`, for umk_lbte_options.read_rows. */
UMK_API umk_status umk_collision_files_rows(umk_context *context, const umk_collision_files *files, int64_t point,
                                            double *rows);

/**
 * Writes the crystal of a calculation in the form of phono3py.yaml, so that phono3py's tools (phono3py-kaccum) and
 * umk_input_read find it: unit cell and supercell matrices of input, primitive cell, supercells and charges of crystal.
 */
UMK_API umk_status umk_summary_write(umk_context *context, const umk_crystal *crystal, const umk_input *input,
                                     const char *path);

/**
 * Writes one self-contained HTML page (no network, no script): kappa(T), and at the temperature nearest 300 K the
 * linewidths against frequency and kappa accumulated over mean free path and over frequency; then the table of kappa.
 * What the result lacks is left out. title is plain text in UTF-8; NULL or "" gives a general one.
 */
UMK_API umk_status umk_report_write(umk_context *context, const umk_conductivity *conductivity, const char *title,
                                    const char *path);

#endif
