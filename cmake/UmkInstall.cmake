# Installation: the library (shared, and static beside it), headers, the CLI, manual pages, and what lets others find it:
# a CMake package and a pkg-config file. The installed tree may be moved: paths in it are relative.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/umklapp)

if(BUILD_SHARED_LIBS)
  add_library(umklapp_static STATIC)
  get_property(rooms GLOBAL PROPERTY UMK_ROOMS)
  umk_link_rooms(umklapp_static ${rooms})
  target_include_directories(umklapp_static PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                             $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_target_properties(umklapp_static PROPERTIES OUTPUT_NAME umklapp LINKER_LANGUAGE C)
  install(TARGETS umklapp_static EXPORT umklappStaticTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT umklappStaticTargets NAMESPACE umklapp:: DESTINATION ${package_dir})
endif()
install(TARGETS umklapp EXPORT umklappTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT umklappTargets NAMESPACE umklapp:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/umklapp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/umklappConfig.cmake.in
                              ${CMAKE_BINARY_DIR}/umklappConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/umklappConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/umklappConfig.cmake ${CMAKE_BINARY_DIR}/umklappConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/UmkDependencies.cmake
        DESTINATION ${package_dir})

# pkg-config: the prefix follows from where the .pc file lies. Libs.private is for the static library; Requires.private
# would ask users of the shared one for header packages that they do not need.
set(UMK_PC_PRIVATE "")
foreach(name spglib hdf5 yaml lzma zlib lapacke)
  if(UMK_${name}_LDFLAGS)
    string(REPLACE ";" " " flags "${UMK_${name}_LDFLAGS}")
    string(APPEND UMK_PC_PRIVATE "${flags} ")
  else()
    string(APPEND UMK_PC_PRIVATE "${UMK_${name}_LIBRARY} ")
  endif()
endforeach()
if(UMK_openblas_LIBRARY)
  string(APPEND UMK_PC_PRIVATE "${UMK_openblas_LIBRARY} ")
else()
  string(REPLACE ";" " " flags "${LAPACK_LIBRARIES}")
  string(APPEND UMK_PC_PRIVATE "${flags} ")
endif()
string(APPEND UMK_PC_PRIVATE "-lpthread -lm")
file(RELATIVE_PATH UMK_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" UMK_PC_PREFIX "${UMK_PC_PREFIX}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/umklapp.pc.in ${CMAKE_BINARY_DIR}/umklapp.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/umklapp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET umklapp_cli)
  file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  if(APPLE)
    set_target_properties(umklapp_cli PROPERTIES INSTALL_RPATH "@loader_path/${bin_to_lib}")
  else()
    set_target_properties(umklapp_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
  endif()
  install(TARGETS umklapp_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

file(GLOB manual_pages ${PROJECT_SOURCE_DIR}/man/*.1)
if(manual_pages)
  install(FILES ${manual_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
