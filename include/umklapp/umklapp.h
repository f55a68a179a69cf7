/* umklapp: what phonon-phonon scattering does to a crystal. This header includes all the others. */
#ifndef UMKLAPP_UMKLAPP_H
#define UMKLAPP_UMKLAPP_H

#ifdef __cplusplus
extern "C" {
#endif

#include <umklapp/cell.h>
#include <umklapp/coherence.h>
#include <umklapp/conductivity.h>
#include <umklapp/context.h>
#include <umklapp/conventions.h>
#include <umklapp/crystal.h>
#include <umklapp/force_constants.h>
#include <umklapp/grid.h>
#include <umklapp/harmonic.h>
#include <umklapp/input.h>
#include <umklapp/interaction.h>
#include <umklapp/isotope.h>
#include <umklapp/lbte.h>
#include <umklapp/linewidth.h>
#include <umklapp/output.h>
#include <umklapp/phonons.h>
#include <umklapp/status.h>
#include <umklapp/weights.h>

#ifdef __cplusplus
}
#endif

#endif
