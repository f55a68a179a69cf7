/* What commands that compute kappa share: names of transport methods, the table of kappa. */
#ifndef UMKLAPP_CLI_TRANSPORT_H
#define UMKLAPP_CLI_TRANSPORT_H

#include <umklapp/conductivity.h>

/** A name of --transport in upper or lower case; false after a line for the user where there is no such method. */
bool transport_parse(umk_transport *transport, const char *name);

/** The table of one sigma on stdout, as phono3py prints it; of populations, pairs of bands and both where they differ.
 */
void transport_print_kappa(const umk_conductivity *result);

#endif
