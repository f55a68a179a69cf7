/* The crystal of a calculation in the form of phono3py.yaml (docs/file-formats.md). */
#include "crystal/crystal.h"
#include "linalg/matrix3.h"
#include "writers/text.h"
#include "writers/whole_file.h"
#include <umklapp/output.h>

static void add_rows(umk_text *text, const char *indent, const double rows[3][3]) {
    for (int i = 0; i < 3; i++) {
        umk_text_add(text, "%s- [ %21.15f, %21.15f, %21.15f ]\n", indent, rows[i][0], rows[i][1], rows[i][2]);
    }
}

static void add_matrix(umk_text *text, const char *name, const int64_t matrix[3][3]) {
    umk_text_add(text, "%s:\n", name);
    for (int i = 0; i < 3; i++) {
        umk_text_add(text, "- [ %3lld, %3lld, %3lld ]\n", (long long)matrix[i][0], (long long)matrix[i][1],
                     (long long)matrix[i][2]);
    }
    umk_text_add(text, "\n");
}

static void add_cell(umk_text *text, const char *name, const umk_cell *cell) {
    umk_text_add(text, "%s:\n  lattice:\n", name);
    add_rows(text, "  ", (const double(*)[3])cell->lattice);
    umk_text_add(text, "  points:\n");
    for (int64_t i = 0; i < cell->n_atoms; i++) {
        const double *x = cell->positions[i];
        umk_text_add(text, "  - symbol: %s # %lld\n    coordinates: [ %18.15f, %18.15f, %18.15f ]\n    mass: %f\n",
                     cell->symbols[i], (long long)i + 1, x[0], x[1], x[2], cell->masses[i]);
    }
    umk_text_add(text, "\n");
}

/* Columns of P in (a_p b_p c_p) = (a b c) P: with lattices as rows, P^T = A_p A^-1. */
static void add_primitive_matrix(umk_text *text, const umk_cell *unit_cell, const umk_cell *primitive) {
    double inverse[3][3] = {{0}}, product[3][3], matrix[3][3];
    if (!umk_invert3(inverse, (const double(*)[3])unit_cell->lattice)) return;
    umk_multiply3(product, (const double(*)[3])primitive->lattice, (const double(*)[3])inverse);
    umk_transpose3(matrix, (const double(*)[3])product);
    umk_text_add(text, "primitive_matrix:\n");
    add_rows(text, "", (const double(*)[3])matrix);
    umk_text_add(text, "\n");
}

static void add_born(umk_text *text, const umk_born *born) {
    if (born->n_atoms == 0) return;
    umk_text_add(text, "born_effective_charge:\n");
    for (int64_t i = 0; i < born->n_atoms; i++) {
        umk_text_add(text, "- # %lld\n", (long long)i + 1);
        add_rows(text, "  ", (const double(*)[3])born->charges[i]);
    }
    umk_text_add(text, "\ndielectric_constant:\n");
    add_rows(text, "  ", (const double(*)[3])born->dielectric);
}

static void add_summary(umk_text *text, const umk_crystal *crystal, const umk_input *input) {
    static const int64_t identity[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    const umk_cell *unit_cell = input->unit_cell.n_atoms > 0 ? &input->unit_cell : &crystal->primitive;
    umk_text_add(text, "phono3py:\n  version: \"umklapp %s\"\n  symmetry_tolerance: %.5e\n", umk_version(),
                 crystal->symmetry_tolerance);
    if (crystal->born.n_atoms > 0) umk_text_add(text, "  nac_unit_conversion_factor: %.15g\n", crystal->born.factor);
    umk_text_add(text, "\nphysical_unit:\n  atomic_mass: \"AMU\"\n  length: \"angstrom\"\n\n");
    umk_text_add(text, "space_group:\n  type: \"%s\"\n  number: %d\n\n", crystal->space_group,
                 crystal->space_group_number);
    add_primitive_matrix(text, unit_cell, &crystal->primitive);
    add_matrix(text, "supercell_matrix", input->has_supercell_matrix ? input->supercell_matrix : identity);
    if (input->has_phonon_supercell_matrix) {
        add_matrix(text, "phonon_supercell_matrix", input->phonon_supercell_matrix);
    }
    add_cell(text, "primitive_cell", &crystal->primitive);
    add_cell(text, "unit_cell", unit_cell);
    add_cell(text, "supercell", &crystal->supercell.cell);
    if (input->has_phonon_supercell_matrix) add_cell(text, "phonon_supercell", &crystal->phonon_supercell.cell);
    add_born(text, &crystal->born);
}

umk_status umk_summary_write(umk_context *context, const umk_crystal *crystal, const umk_input *input,
                             const char *path) {
    umk_text text = {.context = context};
    void *numbers = umk_plain_numbers_begin();
    add_summary(&text, crystal, input);
    umk_plain_numbers_end(numbers);
    umk_status status = text.status;
    if (status == UMK_OK) status = umk_whole_file_write(context, path, text.data, text.length);
    umk_text_clear(&text);
    return status;
}
