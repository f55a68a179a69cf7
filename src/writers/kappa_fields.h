/*
 * The datasets of kappa-m*.hdf5 in one table, for the writer and the reader.
 *
 * Names, shapes and units are those of phono3py 4.10 (its documentation, "Output files"). A file of all grid points
 * has every axis; the file of one grid point (kappa-m*-g*.hdf5) has the same arrays without the grid-point axis, and
 * lacks those that only make sense for all points.
 */
#ifndef UMK_WRITERS_KAPPA_FIELDS_H
#define UMK_WRITERS_KAPPA_FIELDS_H

#include "base/base.h"
#include <umklapp/conductivity.h>

typedef struct umk_kappa_field {
    const char *name;
    size_t offset;    /* of the array's pointer in umk_conductivity */
    const char *axes; /* T temperatures, P grid points, B bands, or a digit */
    bool is_integer;  /* int64, else double */
    bool compressed;  /* phono3py compresses it */
    bool in_point;    /* also in the file of one grid point */
} umk_kappa_field;

typedef struct umk_kappa_scalar {
    const char *name;
    size_t offset; /* of a double in umk_conductivity; 0 there: not in the file */
    bool in_point;
} umk_kappa_scalar;

enum { umk_kappa_n_fields = 21, umk_kappa_n_scalars = 4, umk_kappa_max_rank = 4 };

extern const umk_kappa_field umk_kappa_fields[umk_kappa_n_fields];
extern const umk_kappa_scalar umk_kappa_scalars[umk_kappa_n_scalars];

/** The array of a field; a pointer to int64_t or double as is_integer tells. */
void *umk_kappa_field_data(const umk_conductivity *conductivity, const umk_kappa_field *field);
void umk_kappa_field_set(umk_conductivity *conductivity, const umk_kappa_field *field, void *data);
double umk_kappa_scalar_value(const umk_conductivity *conductivity, const umk_kappa_scalar *scalar);

/** Lengths of the axes for the given counts, without the grid-point axis when in_point; returns the rank. */
int umk_kappa_field_shape(int64_t *shape, const umk_kappa_field *field, const umk_conductivity *counts, bool in_point);

#endif
