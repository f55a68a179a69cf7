/*
 * Charges and dielectric tensor of the non-analytic term.
 *
 * A BORN file lists the symmetry-independent atoms of the primitive cell (the first of each orbit, ascending). The
 * operation {R|t} that carries atom i onto its representative r gives Z_i = R^T Z_r R (R Cartesian; a charge is a
 * tensor of second rank). Like phono3py this takes the first such operation and leaves the values as they are: neither
 * the values of a BORN file nor those of a yaml file are averaged over the site symmetry or made neutral there.
 * umk_crystal_options.symmetrize_born does that: the average over the space group, then the mean charge is taken off
 * (X. Gonze and C. Lee, Phys. Rev. B 55, 10355 (1997)), as phonopy's symmetrize_borns_and_epsilon.
 */
#include "crystal/build.h"
#include "linalg/matrix3.h"

#include <inttypes.h>
#include <string.h>

/* Charges that symmetry changes by more than this (e) deserve a word; phonopy's limit. */
#define SUSPICIOUS_DEVIATION 0.1

/* images (n_operations, n_atoms) */
static umk_status find_permutations(int64_t *images, umk_context *context, const umk_cell *cell,
                                    const umk_operation *operations, int64_t n_operations, double tolerance) {
    umk_status status = UMK_OK;
    int *kinds = NULL;
    UMK_ALLOCATE(context, kinds, cell->n_atoms);
    umk_cell_kinds(kinds, cell, false);
    for (int64_t o = 0; o < n_operations; o++) {
        for (int64_t i = 0; i < cell->n_atoms; i++) {
            int64_t image = umk_operation_image(cell, kinds, &operations[o], i, tolerance, NULL);
            if (image < 0) {
                status =
                    umk_fail(context, UMK_ERROR_NUMERICAL,
                             "symmetry operation %" PRId64 " moves atom %" PRId64 " to an empty place: the crystal "
                             "is slightly distorted, symmetrize it or change the tolerance",
                             o + 1, i + 1);
                goto cleanup;
            }
            images[o * cell->n_atoms + i] = image;
        }
    }
cleanup:
    umk_release(kinds);
    return status;
}

/* out = R z R^T, or R^T z R where backwards. */
static void rotate_tensor(double out[3][3], const double rotation[3][3], const double z[3][3], bool backwards) {
    double left[3][3], right[3][3], product[3][3];
    memcpy(left, rotation, sizeof left);
    umk_transpose3(right, rotation);
    umk_multiply3(product, (const double(*)[3])(backwards ? right : left), z);
    umk_multiply3(out, (const double(*)[3])product, (const double(*)[3])(backwards ? left : right));
}

/* given: one tensor per independent atom; charges: all primitive atoms. */
static umk_status expand_charges(double (*charges)[3][3], umk_context *context, const umk_cell *cell,
                                 const umk_symmetry *symmetry, const umk_born *given, double tolerance) {
    umk_status status = UMK_OK;
    int64_t *images = NULL, *independent = NULL, n_independent = 0, n_atoms = cell->n_atoms;
    UMK_ALLOCATE(context, independent, n_atoms);
    UMK_ALLOCATE(context, images, umk_checked_product(2, (const int64_t[]){symmetry->n_operations, n_atoms}));
    for (int64_t i = 0; i < n_atoms; i++) {
        if (symmetry->equivalent_atoms[i] == i) independent[i] = n_independent++;
    }
    if (given->n_atoms != n_independent) {
        status = umk_fail(context, UMK_ERROR_INPUT,
                          "BORN data: charges of %" PRId64 " atoms are given, but %" PRId64 " of the %" PRId64
                          " atoms of the primitive cell are symmetry-independent (space group %s)",
                          given->n_atoms, n_independent, n_atoms, symmetry->space_group);
        goto cleanup;
    }
    UMK_TRY(find_permutations(images, context, cell, symmetry->operations, symmetry->n_operations, tolerance));
    for (int64_t i = 0; i < n_atoms; i++) {
        int64_t representative = symmetry->equivalent_atoms[i], o = 0;
        while (o < symmetry->n_operations && images[o * n_atoms + i] != representative) o++;
        if (o == symmetry->n_operations) {
            status = umk_fail(context, UMK_ERROR_NUMERICAL,
                              "BORN data: no operation carries atom %" PRId64 " onto atom %" PRId64, i + 1,
                              representative + 1);
            goto cleanup;
        }
        rotate_tensor(charges[i], (const double(*)[3])symmetry->operations[o].rotation_cartesian,
                      (const double(*)[3])given->charges[independent[representative]], true);
    }
cleanup:
    umk_release(images);
    umk_release(independent);
    return status;
}

/*
 * Charges of a BORN file. Their atoms are those that the default tolerance makes independent, also when the crystal
 * uses no symmetry or another tolerance (phono3py); the crystal's own tolerance gets a chance where that fails.
 */
static umk_status expand_sparse(double (*charges)[3][3], umk_context *context, const umk_crystal *crystal,
                                const umk_born *given) {
    const double tolerances[2] = {UMK_SYMMETRY_TOLERANCE, crystal->symmetry_tolerance};
    int n_tries = tolerances[0] == tolerances[1] ? 1 : 2;
    umk_status status = UMK_OK;
    for (int i = 0; i < n_tries; i++) {
        umk_symmetry symmetry = {0};
        status = umk_symmetry_find(&symmetry, context, &crystal->primitive, tolerances[i]);
        if (status == UMK_OK) {
            status = expand_charges(charges, context, &crystal->primitive, &symmetry, given, tolerances[i]);
        }
        umk_symmetry_clear(&symmetry);
        if (status != UMK_ERROR_INPUT && status != UMK_ERROR_NUMERICAL) break;
    }
    return status;
}

/* out: given averaged over the operations of the crystal, neutral in sum. */
static umk_status symmetrize(umk_born *out, umk_context *context, const umk_crystal *crystal, const umk_born *given) {
    umk_status status = UMK_OK;
    int64_t *images = NULL, n_atoms = crystal->primitive.n_atoms, n_operations = crystal->n_operations;
    double rotated[3][3], mean[3][3] = {{0}};
    UMK_ALLOCATE(context, images, umk_checked_product(2, (const int64_t[]){n_operations, n_atoms}));
    UMK_TRY(find_permutations(images, context, &crystal->primitive, crystal->operations, n_operations,
                              crystal->symmetry_tolerance));
    memset(out->charges, 0, (size_t)n_atoms * sizeof out->charges[0]);
    memset(out->dielectric, 0, sizeof out->dielectric);
    for (int64_t o = 0; o < n_operations; o++) {
        const double(*rotation)[3] = (const double(*)[3])crystal->operations[o].rotation_cartesian;
        for (int64_t i = 0; i < n_atoms; i++) {
            double *sum = out->charges[images[o * n_atoms + i]][0];
            rotate_tensor(rotated, rotation, (const double(*)[3])given->charges[i], false);
            for (int k = 0; k < 9; k++) sum[k] += rotated[k / 3][k % 3] / (double)n_operations;
        }
        rotate_tensor(rotated, rotation, given->dielectric, false);
        for (int k = 0; k < 9; k++) out->dielectric[k / 3][k % 3] += rotated[k / 3][k % 3] / (double)n_operations;
    }
    for (int64_t i = 0; i < n_atoms; i++) {
        for (int k = 0; k < 9; k++) mean[k / 3][k % 3] += out->charges[i][k / 3][k % 3] / (double)n_atoms;
    }
    for (int64_t i = 0; i < n_atoms; i++) {
        for (int k = 0; k < 9; k++) out->charges[i][k / 3][k % 3] -= mean[k / 3][k % 3];
    }
cleanup:
    umk_release(images);
    return status;
}

static void warn_of_deviation(umk_context *context, const umk_born *symmetrized, const umk_born *kept) {
    double largest = 0;
    for (int64_t i = 0; i < kept->n_atoms * 9; i++) {
        double difference = symmetrized->charges[i / 9][i / 3 % 3][i % 3] - kept->charges[i / 9][i / 3 % 3][i % 3];
        largest = fmax(largest, fabs(difference));
    }
    if (largest > SUSPICIOUS_DEVIATION) {
        umk_log(context, UMK_LOG_WARNING,
                "BORN data: crystal symmetry and neutrality would change the charges by up to %.3f e", largest);
    }
}

static umk_status check_finite(umk_context *context, const umk_born *born) {
    bool finite = isfinite(born->factor) && born->factor >= 0;
    for (int k = 0; k < 9; k++) finite = finite && isfinite(born->dielectric[k / 3][k % 3]);
    for (int64_t i = 0; i < born->n_atoms * 9; i++) finite = finite && isfinite(born->charges[i / 9][i / 3 % 3][i % 3]);
    if (finite) return UMK_OK;
    return umk_fail(context, UMK_ERROR_INPUT, "BORN data: a value is not a finite number or the factor is negative");
}

umk_status umk_dipole_build(umk_born *born, umk_context *context, const umk_crystal *crystal,
                            const umk_crystal_options *options) {
    umk_status status = UMK_OK;
    const umk_born *given = options->born;
    umk_born symmetrized = {0};
    int64_t n_atoms = crystal->primitive.n_atoms;
    UMK_TRY(check_finite(context, given));
    if (!options->born_sparse && given->n_atoms != n_atoms) {
        status = umk_fail(context, UMK_ERROR_INPUT,
                          "BORN data: charges of %" PRId64 " atoms are given, the primitive cell has %" PRId64 " atoms",
                          given->n_atoms, n_atoms);
        goto cleanup;
    }
    *born = *given; /* factor, method and the like as they are; the charges become our own */
    born->charges = NULL;
    born->n_atoms = 0;
    if (born->factor == 0) born->factor = UMK_COULOMB_FACTOR;
    UMK_ALLOCATE(context, born->charges, n_atoms);
    UMK_ALLOCATE(context, symmetrized.charges, n_atoms);
    born->n_atoms = n_atoms;
    if (options->born_sparse) {
        UMK_TRY(expand_sparse(born->charges, context, crystal, given));
    } else {
        memcpy(born->charges, given->charges, (size_t)n_atoms * sizeof born->charges[0]);
    }
    UMK_TRY(symmetrize(&symmetrized, context, crystal, born));
    if (options->symmetrize_born) {
        memcpy(born->charges, symmetrized.charges, (size_t)n_atoms * sizeof born->charges[0]);
        memcpy(born->dielectric, symmetrized.dielectric, sizeof born->dielectric);
    } else {
        warn_of_deviation(context, &symmetrized, born);
    }
cleanup:
    umk_release(symmetrized.charges);
    return status;
}
