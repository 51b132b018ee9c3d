# Rules for `cmake --install`, and for `cpack`, which builds a .tar.gz that can be unpacked anywhere
# and .deb packages. No file contains the prefix: the program finds its plug-in, and the job scripts
# find the program, by relative paths.
include(GNUInstallDirs)
set(AMT_DATA ${CMAKE_INSTALL_DATADIR}/amt)

# Must be set before any target is defined. Lets installed programs find libraries outside the
# system's folders (from modules or Spack). Spack itself sets CMAKE_INSTALL_RPATH to more folders,
# for example that of the compiler's libraries.
list(PREPEND CMAKE_INSTALL_RPATH "$ORIGIN/../lib")
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

# The program itself prints its manual pages and shell completion. They are left out when
# cross-compiling, because the program cannot be run then.
function(amt_make_manual)
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    return()
  endif()
  set(folder ${CMAKE_BINARY_DIR}/manual)
  set(commands COMMAND amt --help-as man > ${folder}/amt.1
               COMMAND amt --help-as bash > ${folder}/amt.bash)
  set(files ${folder}/amt.1)
  foreach(name prepare train eval generate export inspect report)
    list(APPEND commands COMMAND amt ${name} --help-as man > ${folder}/amt-${name}.1)
    list(APPEND files ${folder}/amt-${name}.1)
  endforeach()
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${files} ${folder}/amt.bash ${commands} DEPENDS amt VERBATIM)
  add_custom_target(amt_manual ALL DEPENDS ${files})
  install(FILES ${files} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES ${folder}/amt.bash RENAME amt COMPONENT program
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endfunction()

# Installs the scripts for Slurm. The path of amt in site.conf is changed from that in a build to
# that in the prefix.
function(amt_install_jobs)
  set(jobs ${PROJECT_SOURCE_DIR}/jobs)
  set(destination ${AMT_DATA}/jobs)
  install(PROGRAMS ${jobs}/submit.sh ${jobs}/prepare.sbatch ${jobs}/train.sbatch ${jobs}/eval.sbatch
          DESTINATION ${destination} COMPONENT program)
  install(FILES ${jobs}/cluster.sh ${jobs}/environment.sh ${jobs}/help.sh ${jobs}/requeue.sh
          DESTINATION ${destination} COMPONENT program)
  file(RELATIVE_PATH program /prefix/${destination} /prefix/${CMAKE_INSTALL_BINDIR}/amt)
  file(READ ${jobs}/site.conf text)
  string(REPLACE "../build/release/bin/amt" ${program} installed "${text}")
  if(installed STREQUAL text)
    message(FATAL_ERROR "jobs/site.conf does not contain the path of the build's amt; see amt_install_jobs()")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${jobs}/site.conf)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/installed/site.conf CONTENT "${installed}" @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/installed/site.conf DESTINATION ${destination} COMPONENT program)
endfunction()

# Must be called after all targets are defined.
function(amt_install)
  install(TARGETS amt RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  if(TARGET amt_cuda)
    install(TARGETS amt_cuda LIBRARY DESTINATION lib COMPONENT cuda)
  endif()
  install(DIRECTORY configs/ DESTINATION ${AMT_DATA}/configs COMPONENT program FILES_MATCHING PATTERN *.ini)
  install(FILES README.md CHANGELOG.md CITATION.cff LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
  install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT program)  # Debian's name
  amt_make_manual()
  amt_install_jobs()
  amt_package()
endfunction()

macro(amt_package)
  set(CPACK_GENERATOR TGZ DEB)
  set(CPACK_PACKAGE_CONTACT "The amt authors")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_COMPONENTS_ALL program)
  if(TARGET amt_cuda)
    list(APPEND CPACK_COMPONENTS_ALL cuda)
  endif()
  # The plug-in has a .deb of its own, because NVIDIA's libraries are not in Debian and so cannot be
  # named as dependencies.
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION science)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME amt)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS openmpi-bin)
  set(CPACK_DEBIAN_CUDA_PACKAGE_NAME amt-cuda)
  set(CPACK_DEBIAN_CUDA_PACKAGE_DEPENDS "amt (= ${PROJECT_VERSION})")
  include(CPack)
endmacro()
