/* Results (umk_conductivity) as dictionaries, and back. */
#ifndef UMKLAPP_PYTHON_CONDUCTIVITY_H
#define UMKLAPP_PYTHON_CONDUCTIVITY_H

#include "context.h"

/** A dictionary with an entry for each member, None where it was not computed. */
PyObject *conductivity_to_dictionary(const umk_conductivity *conductivity);

/** A result that borrows the arrays of a dictionary; owners keeps them alive until conductivity_release. */
typedef struct borrowed_conductivity {
    umk_conductivity conductivity;
    PyObject *owners; /* list */
} borrowed_conductivity;

/** False with an exception that names the entry whose type or shape is wrong; there is nothing to release then. */
bool conductivity_borrow(borrowed_conductivity *borrowed, PyObject *dictionary);
void conductivity_release(borrowed_conductivity *borrowed);

#endif
