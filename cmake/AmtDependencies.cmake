# Finds all dependencies. jobs/install-deps.sh lists the packages.
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
find_package(xxHash REQUIRED)
find_package(nlohmann_json 3.9 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(LibArchive 3.4 REQUIRED)
find_package(ZLIB REQUIRED)
if(AMT_FUZZ)
  return()  # the fuzz targets need nothing else, in particular not clang's OpenMP
endif()
set(MPI_CXX_SKIP_MPICXX ON)  # MPI has removed its C++ bindings, but Open MPI 4 still declares them
find_package(MPI 3.1 REQUIRED COMPONENTS CXX)
if(NOT DEFINED HDF5_PREFER_PARALLEL)
  set(HDF5_PREFER_PARALLEL OFF)  # serial HDF5 suffices, because each file has one writer; parallel HDF5 works as well
endif()
find_package(HDF5 1.10 REQUIRED COMPONENTS C)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(oneDNN 2.6 REQUIRED)
if(AMT_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
endif()
