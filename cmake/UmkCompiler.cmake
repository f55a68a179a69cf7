# Language level, warnings, optimization. One place, so that every target agrees.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")

add_compile_definitions(_POSIX_C_SOURCE=200809L _XOPEN_SOURCE=700)
# -ffp-contract=off: the same source gives the same bits with every compiler and instruction set.
add_compile_options(-Wall -Wextra -ffp-contract=off)
if(UMKLAPP_NATIVE)
  add_compile_options(-march=native)
endif()
