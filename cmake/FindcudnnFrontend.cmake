# Finds the headers of cudnn-frontend in the folder cudnnFrontend_ROOT, in an installed package, in
# the output of `jobs/install-deps.sh cuda` under build/, or in python3's package
# nvidia-cudnn-frontend. Defines cudnnFrontend::cudnn_frontend.
file(GLOB _folders ${PROJECT_SOURCE_DIR}/build/cuda-python/lib/python3*/site-packages/include)
execute_process(COMMAND python3 -c "import sysconfig; print(sysconfig.get_path('purelib'))"
                OUTPUT_VARIABLE _packages OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
find_path(cudnnFrontend_INCLUDE_DIR cudnn_frontend_version.h
          HINTS ${_folders} ${_packages}/include PATH_SUFFIXES include)
if(cudnnFrontend_INCLUDE_DIR)
  file(STRINGS ${cudnnFrontend_INCLUDE_DIR}/cudnn_frontend_version.h _lines
       REGEX "#define CUDNN_FRONTEND_(MAJOR|MINOR|PATCH)_VERSION ")
  string(REGEX REPLACE ".*MAJOR[^ ]* +([0-9]+).*MINOR[^ ]* +([0-9]+).*PATCH[^ ]* +([0-9]+).*"
         "\\1.\\2.\\3" cudnnFrontend_VERSION "${_lines}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(cudnnFrontend REQUIRED_VARS cudnnFrontend_INCLUDE_DIR
                                  VERSION_VAR cudnnFrontend_VERSION)
if(cudnnFrontend_FOUND AND NOT TARGET cudnnFrontend::cudnn_frontend)
  add_library(cudnnFrontend::cudnn_frontend INTERFACE IMPORTED)
  set_target_properties(cudnnFrontend::cudnn_frontend PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${cudnnFrontend_INCLUDE_DIR}
    INTERFACE_COMPILE_DEFINITIONS CUDNN_FRONTEND_SKIP_JSON_LIB)
endif()
mark_as_advanced(cudnnFrontend_INCLUDE_DIR)
