/*
 * Compact force constants: rows of primitive atoms only. An entry of another row is found through the pure translation
 * that takes its atom to the primitive cell.
 */
#ifndef UMK_BACKEND_TRANSLATIONS_H
#define UMK_BACKEND_TRANSLATIONS_H

#include "backend/views.h"

typedef struct umk_translations {
    int64_t n_p, n_s;
    const int64_t *permutations; /* (translations, n_s) where each translation takes the atoms */
    const int64_t *s2pp_map;     /* (n_s) row of the primitive atom that each atom is a translate of */
    const int64_t *p2s_map;      /* (n_p) */
    const int64_t *nsym_list;    /* (n_s) translation that takes each atom into the primitive cell */
} umk_translations;

/** From the arguments of these names; values in range, and atoms go where they should. */
umk_status umk_translations_take(umk_translations *translations, const umk_call *call);

/** Where an atom goes under the translation that takes atom `by` into the primitive cell. */
static inline int64_t umk_translate(const umk_translations *t, int64_t by, int64_t atom) {
    return t->permutations[t->nsym_list[by] * t->n_s + atom];
}

/** Parameters of all functions of compact force constants. */
#define UMK_TRANSLATIONS                                                                                               \
    UMK_INTEGERS("permutations", "translation supercell"), UMK_INTEGERS("s2pp_map", "supercell"),                      \
        UMK_INTEGERS("p2s_map", "primitive"), UMK_INTEGERS("nsym_list", "supercell")

#endif
