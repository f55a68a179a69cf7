/* Names of transport methods and the table of kappa, as phono3py has them. */
#include "transport.h"
#include "terminal.h"
#include <stdio.h>
#include <strings.h>

bool transport_parse(umk_transport *transport, const char *name) {
    static const struct {
        const char *name;
        umk_transport transport;
    } names[] = {
        {"boltzmann", UMK_TRANSPORT_BOLTZMANN}, {"std", UMK_TRANSPORT_BOLTZMANN}, {"wigner", UMK_TRANSPORT_SMM19},
        {"smm19", UMK_TRANSPORT_SMM19},         {"njc23", UMK_TRANSPORT_NJC23},   {"ibdb19", UMK_TRANSPORT_IBDB19},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(name, names[i].name) != 0) continue;
        *transport = names[i].transport;
        return true;
    }
    terminal_usage_error("--transport: \"%s\" is none of boltzmann, wigner (smm19), njc23, ibdb19", name);
    return false;
}

/* A row for each temperature, then an empty line. */
static void print_rows(const char *label, const umk_conductivity *result, const double *kappa) {
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        printf("%s%7.1f ", label, result->temperatures[t]);
        for (int c = 0; c < 6; c++) printf(" %10.3f", kappa[t * 6 + c]);
        printf("\n");
    }
    printf("\n");
}

/* Of the full equation kappa has no part of pairs of bands; here both are added. */
static void print_total(const umk_conductivity *result) {
    bool is_exact = result->kappa_intra_exact != NULL;
    for (int64_t t = 0; t < result->n_temperatures; t++) {
        printf("K_TOT   %7.1f ", result->temperatures[t]);
        for (int64_t c = t * 6; c < t * 6 + 6; c++) {
            printf(" %10.3f", result->kappa[c] + (is_exact ? result->kappa_inter[c] : 0));
        }
        printf("\n");
    }
    printf("\n");
}

void transport_print_kappa(const umk_conductivity *result) {
    bool is_exact = result->kappa_intra_exact != NULL;
    bool has_parts = (result->kappa_intra != NULL || is_exact) && result->kappa_inter != NULL;
    if (result->sigma > 0) {
        printf("----------- Thermal conductivity (W/m-K) for sigma=%g -----------\n", result->sigma);
    } else {
        printf("----------- Thermal conductivity (W/m-K) with tetrahedron method -----------\n");
    }
    printf("#%sT(K)        xx         yy         zz         yz         xz         xy\n",
           has_parts ? "          " : "  ");
    if (has_parts) {
        print_rows("K_intra ", result, is_exact ? result->kappa_intra_exact : result->kappa_intra);
        if (is_exact) print_rows("  (RTA) ", result, result->kappa_intra_rta);
        print_rows("K_inter ", result, result->kappa_inter);
        print_total(result);
    } else {
        print_rows("", result, result->kappa);
        if (result->kappa_rta != NULL) print_rows("(RTA)", result, result->kappa_rta);
    }
}
