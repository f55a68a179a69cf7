# Programs of tests/conformance, tests/physics and tests/reference: umk_add_check(kind test_x.c [PUBLIC]) makes kind_x,
# labelled kind, linked with the helpers of this folder. PUBLIC: it sees the public headers and the library as a user
# does; else it sees the rooms. KERNELS a b ...: also kind_x_a, kind_x_b, ..., the same with these sets of kernels
# instead of the fastest; where the processor cannot run a set, its test is skipped.
if(NOT TARGET umk_test_support)
  add_library(umk_test_support STATIC ${PROJECT_SOURCE_DIR}/tests/support/model.c
              ${PROJECT_SOURCE_DIR}/tests/support/rta.c ${PROJECT_SOURCE_DIR}/tests/support/compare.c)
  target_include_directories(umk_test_support PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(umk_test_support PUBLIC UMK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(umk_test_support PUBLIC umk::cmocka m)
endif()

function(umk_add_check kind file)
  cmake_parse_arguments(CHECK "PUBLIC" "" "LIBRARIES;KERNELS" ${ARGN})
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX REPLACE "^test_" "" stem ${stem})
  set(target ${kind}_${stem})
  add_executable(${target} ${file})
  target_link_libraries(${target} PRIVATE umk_test_support)
  if(CHECK_PUBLIC)
    target_link_libraries(${target} PRIVATE umklapp)
  else()
    get_property(rooms GLOBAL PROPERTY UMK_ROOM_CLOSURE_transport)
    umk_link_rooms(${target} ${rooms})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  endif()
  target_link_libraries(${target} PRIVATE ${CHECK_LIBRARIES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES LABELS ${kind} TIMEOUT 900)
  umk_sanitizer_environment(${target})
  foreach(kernels ${CHECK_KERNELS})
    add_test(NAME ${target}_${kernels} COMMAND ${target})
    set_tests_properties(${target}_${kernels} PROPERTIES LABELS ${kind} TIMEOUT 900
                         ENVIRONMENT "UMKLAPP_KERNELS=${kernels}"
                         SKIP_REGULAR_EXPRESSION "this processor cannot run the kernels")
    umk_sanitizer_environment(${target}_${kernels})
  endforeach()
endfunction()
