# A room is a folder under src/. It is compiled once, as an object library that knows the rooms in front of it, so that
# a unit test links its own room and those before it and nothing else: the layers hold at link time too.
#
#   umk_add_room(grid SOURCES grid.c triplets.c ROOMS crystal linalg base [LIBRARIES umk::x ...])
#   umk_add_unit_test(grid test_triplets.c)          in tests/unit/grid/CMakeLists.txt

function(umk_add_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  add_library(umk_room_${name} OBJECT ${ROOM_SOURCES})
  set_target_properties(umk_room_${name} PROPERTIES LINKER_LANGUAGE C)
  target_include_directories(umk_room_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(umk_room_${name} PUBLIC ${ROOM_LIBRARIES} Threads::Threads m)
  set(closure ${name})
  foreach(room ${ROOM_ROOMS})
    get_property(rooms GLOBAL PROPERTY UMK_ROOM_CLOSURE_${room})
    list(APPEND closure ${rooms})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_property(GLOBAL PROPERTY UMK_ROOM_CLOSURE_${name} "${closure}")
  set_property(GLOBAL APPEND PROPERTY UMK_ROOMS ${name})
endfunction()

function(umk_link_rooms target)
  foreach(room ${ARGN})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:umk_room_${room}>)
    get_target_property(libraries umk_room_${room} LINK_LIBRARIES)
    target_link_libraries(${target} PRIVATE ${libraries})
  endforeach()
endfunction()

# Under the sanitizers a huge allocation shall fail as it does without, and not end the program.
function(umk_sanitizer_environment)
  if(UMKLAPP_SANITIZE)
    set_property(TEST ${ARGN} APPEND PROPERTY ENVIRONMENT "ASAN_OPTIONS=allocator_may_return_null=1"
                 "TSAN_OPTIONS=allocator_may_return_null=1" "UBSAN_OPTIONS=print_stacktrace=1")
  endif()
endfunction()

# A cmocka program of one room, named unit_<room>_<file without test_>, that links the room and what it stands on.
function(umk_add_unit_test room file)
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX REPLACE "^test_" "" stem ${stem})
  set(target unit_${room}_${stem})
  # Not an error here: the other rooms can be built and tested, and the run of the tests tells.
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    add_test(NAME ${target} COMMAND ${CMAKE_COMMAND} -E cat ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    return()
  endif()
  add_executable(${target} ${file})
  get_property(rooms GLOBAL PROPERTY UMK_ROOM_CLOSURE_${room})
  umk_link_rooms(${target} ${rooms})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src
                             ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE umk::cmocka)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${target} PRIVATE UMK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES LABELS unit TIMEOUT 600)
  umk_sanitizer_environment(${target})
endfunction()

# The files of a kernel, one for each set: stem_portable.c, stem_avx2.c and so on. They always get the optimizer. They set
# no floating-point traps and read no errno, which changes no result. Where they say so they fuse a product and a sum,
# which portable code cannot, so that each set has its own last digits.
#
#   umk_kernel_sources(LIST kernels/simd/loops)      sets LIST to kernels/simd/loops_portable.c ...
function(umk_kernel_sources list stem)
  set(sources)
  foreach(set ${UMK_KERNEL_SETS})
    set(options $<$<NOT:$<CONFIG:Debug>>:-O3> -fno-trapping-math -fno-math-errno)
    if(set STREQUAL avx2)
      list(APPEND options -mavx2 -mfma)
    elseif(set STREQUAL avx512)
      list(APPEND options -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma -mprefer-vector-width=512)
    endif()
    set_source_files_properties(${stem}_${set}.c PROPERTIES COMPILE_OPTIONS "${options}")
    list(APPEND sources ${stem}_${set}.c)
  endforeach()
  set(${list} ${sources} PARENT_SCOPE)
endfunction()
