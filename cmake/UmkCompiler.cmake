# Language level, warnings, optimization. One place, so that every target agrees.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")

add_compile_definitions(_POSIX_C_SOURCE=200809L _XOPEN_SOURCE=700)
if(APPLE)
  add_compile_definitions(_DARWIN_C_SOURCE)
endif()
if(WIN32)
  # MinGW-w64: printf of C99; names of POSIX that Windows lacks. Clang only: gcc aligns the stack for 16 bytes there,
  # vectors need 64 (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=54412).
  if(NOT CMAKE_C_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "Please compile with Clang on Windows (MSYS2, environment CLANG64).")
  endif()
  get_filename_component(UMK_WINDOWS ${CMAKE_CURRENT_LIST_DIR}/../src/base/windows ABSOLUTE)
  add_compile_definitions(__USE_MINGW_ANSI_STDIO=1)
  add_compile_options(-include ${UMK_WINDOWS}/posix.h -I${UMK_WINDOWS})
endif()
# -ffp-contract=off: the same source gives the same bits with every compiler and instruction set.
add_compile_options(-Wall -Wextra -ffp-contract=off)

# What the compiler compiles for, asked of itself: CMAKE_SYSTEM_PROCESSOR names the machine, on which a compiler may be
# one of 32 bits, or be told another architecture.
list(LENGTH CMAKE_OSX_ARCHITECTURES n_architectures)
if(n_architectures GREATER 1)
  message(FATAL_ERROR "Please compile for one architecture at a time: the kernels differ.")
endif()
include(CheckCSourceCompiles)
foreach(processor x86_64 aarch64)
  check_c_source_compiles("#ifndef __${processor}__\n#error another\n#endif\nint main(void) { return 0; }"
                          UMK_COMPILES_FOR_${processor})
endforeach()

# Sets of kernels (src/base/kernel_set.h), besides the reference.
set(UMK_KERNEL_SETS portable)
if(UMK_COMPILES_FOR_x86_64)
  list(APPEND UMK_KERNEL_SETS avx2 avx512)
elseif(UMK_COMPILES_FOR_aarch64)
  list(APPEND UMK_KERNEL_SETS neon)
endif()

if(UMKLAPP_NATIVE)
  # For aarch64 some versions of Clang know only the second.
  add_compile_options($<IF:$<BOOL:${UMK_COMPILES_FOR_aarch64}>,-mcpu=native,-march=native>)
endif()
if(UMKLAPP_WERROR)
  add_compile_options(-Werror)
endif()
# -DUMKLAPP_SANITIZE=address,undefined or thread: a finding ends the program, so that a test cannot pass with one.
if(UMKLAPP_SANITIZE)
  add_compile_options(-fsanitize=${UMKLAPP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${UMKLAPP_SANITIZE})
endif()
