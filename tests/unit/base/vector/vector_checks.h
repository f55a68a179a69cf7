/* The checks of base/vector.h, compiled once for each instruction set; failures end the cmocka test that calls. */
#ifndef UMK_TESTS_BASE_VECTOR_CHECKS_H
#define UMK_TESTS_BASE_VECTOR_CHECKS_H

void vector_check_portable(void);
void vector_check_avx2(void);
void vector_check_avx512(void);
void vector_check_neon(void);

#endif
