/*
 * Input files as plain data: phono3py.yaml and its relatives, BORN, fc2.hdf5, fc3.hdf5.
 *
 * Reading checks form (syntax, shapes, finite numbers, positive masses), not physics. Every failure names the file and,
 * where there is one, the line (yaml, BORN) or the dataset (hdf5). Text files packed by xz, lzma or gzip are recognised
 * by their first bytes and unpacked on the fly.
 */
#ifndef UMKLAPP_INPUT_H
#define UMKLAPP_INPUT_H

#include <umklapp/cell.h>

/** Dipole data for the non-analytic term. */
typedef struct umk_born {
    int64_t n_atoms;          /* atoms of the primitive cell; 0: none */
    double (*charges)[3][3];  /* (n_atoms, 3, 3) elementary charges; [atom][field][displacement]: the polarization along
                               * `field` that a displacement along `displacement` makes, so that q_field contracts the
                               * first index */
    double dielectric[3][3];  /* high-frequency dielectric tensor */
    double factor;            /* eV angstrom; 0: not given, UMK_COULOMB_FACTOR holds */
    char method[8];           /* "gonze" or "wang" where the file chooses, else "" (phonopy's default is gonze) */
    double reciprocal_cutoff; /* 1/angstrom without 2 pi, cutoff of the reciprocal sum (Gonze); 0: not given */
    double ewald_lambda;      /* 1/angstrom, Lambda of the reciprocal sum (Gonze); 0: not given */
} umk_born;

UMK_API void umk_born_clear(umk_born *born);

/** The content of a phono3py.yaml-like file. Cells that the file does not have are empty. */
typedef struct umk_input {
    double symmetry_tolerance; /* angstrom; 0: not given */
    bool has_supercell_matrix;
    int64_t supercell_matrix[3][3]; /* as in the file: supercell basis (a_s b_s c_s) = (a b c) S, columns */
    bool has_phonon_supercell_matrix;
    int64_t phonon_supercell_matrix[3][3];
    bool has_primitive_matrix;
    double primitive_matrix[3][3]; /* (a_p b_p c_p) = (a b c) P, columns */
    char primitive_axes[8];        /* "auto", "P", "F", "I", "A", "C", "R" where the file has a word, else "" */
    umk_cell unit_cell, primitive_cell, supercell, phonon_primitive_cell, phonon_supercell;
    umk_born born;
    char calculator[32];       /* "" : not given (VASP units) */
    char length_unit[16];      /* "angstrom" or "au", of the file; the cells above are already angstrom */
    bool has_displacements;    /* a displacement dataset is present */
    bool has_forces;           /* ... with forces */
    bool has_magnetic_moments; /* some are not zero; they are not taken into account (a warning is logged) */
} umk_input;

/**
 * Reads a phono3py.yaml, phono3py_disp.yaml or phono3py_params.yaml file (as an event stream: its displacements and
 * forces are passed over, so that a 100 MB file needs little memory), or one of their phonopy counterparts. A file
 * without any cell is refused, and one whose supercells do not have as many atoms as their matrices ask for. As
 * phono3py does, ignore the phonon cells of a file without phonon_supercell_matrix: they are copies of the others. The
 * caller ends *input with umk_input_clear, also after a failure.
 */
UMK_API umk_status umk_input_read(umk_input *input, umk_context *context, const char *path);
UMK_API void umk_input_clear(umk_input *input);

/**
 * Reads a BORN file: charges of the symmetry-independent atoms of the primitive cell only, in the order of the file.
 * n_atoms of the result is the number of rows found; crystal spreads them over the cell
 * (umk_crystal_options.born_sparse).
 */
UMK_API umk_status umk_born_read(umk_born *born, umk_context *context, const char *path);

/** Force constants as stored: rank 2 or 3, rows n_rows = primitive (compact) or supercell (full) atoms. */
typedef struct umk_force_constants_file {
    int rank;            /* 2 or 3 */
    int64_t n_rows;      /* first dimension */
    int64_t n_supercell; /* second (and third) dimension */
    double *values;      /* (n_rows, n_supercell, 3, 3) eV/angstrom^2, converted from the unit that the file gives, or
                          * (n_rows, n_supercell, n_supercell, 3, 3, 3) eV/angstrom^3 */
    int64_t *p2s_map;    /* (n_p2s_map) supercell index of each primitive atom; NULL: the file has none */
    int64_t n_p2s_map;
} umk_force_constants_file;

/**
 * Reads fc2.hdf5 (dataset fc2, or force_constants) or fc3.hdf5 (dataset fc3) as phono3py writes them. Fails with
 * UMK_ERROR_IO when there is no such file, UMK_ERROR_INPUT when it is no HDF5 file, is damaged, has another shape or
 * type, or holds a NaN or an infinity. Clear *file afterwards, also after a failure.
 */
UMK_API umk_status umk_force_constants_read(umk_force_constants_file *file, umk_context *context, const char *path,
                                            int rank);
UMK_API void umk_force_constants_file_clear(umk_force_constants_file *file);

#endif
