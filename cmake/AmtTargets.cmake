# Build rules shared by every folder of src/ and tests/.

# Flags for the project's own C++ code. Contraction is always off, because the parser's sums must
# have the same bits as the reference's, and repeated runs the same bits as each other.
add_library(amt_flags INTERFACE)
target_compile_features(amt_flags INTERFACE cxx_std_20)
target_compile_options(amt_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion>
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(amt_flags INTERFACE  # false positives about std::string, GCC bug 105329
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(AMT_WERROR)
  target_compile_options(amt_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
target_include_directories(amt_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)

# amt_add_library(midi SOURCES a.cpp ... [DEPENDS base ...] [LINK OpenSSL::Crypto ...])
# Adds the static library amt_midi for the folder midi. DEPENDS are folders that it may include, LINK
# are external libraries. Without SOURCES, the folder contains only headers.
function(amt_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND amt_)
  if(NOT ARG_SOURCES)
    add_library(amt_${name} INTERFACE)
    target_link_libraries(amt_${name} INTERFACE amt_flags ${ARG_DEPENDS} ${ARG_LINK})
    return()
  endif()
  add_library(amt_${name} STATIC ${ARG_SOURCES})
  set_target_properties(amt_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(amt_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})  # the folder's own headers
  target_link_libraries(amt_${name} PUBLIC amt_flags ${ARG_DEPENDS} ${ARG_LINK})
endfunction()

# amt_add_plugin(target SOURCES a.cpp b.cu ... LINK library ...): adds lib<target>.so, which exports
# a single symbol, amt_cuda_plugin (cmake/plugin.map).
function(amt_add_plugin target)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${target} MODULE ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden
    CUDA_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/plugin.map)
  target_link_libraries(${target} PRIVATE amt_flags amt_boundary ${ARG_LINK})
  target_link_options(${target} PRIVATE LINKER:--as-needed
    LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/plugin.map LINKER:--no-undefined)
endfunction()

# amt_add_test(name SOURCES a_test.cpp ... DEPENDS folder ... [LINK lib ...] [RANKS 1 2 3 4] [TIMEOUT s])
# Without RANKS, adds a plain GoogleTest program with one CTest entry per test. With RANKS, main()
# comes from tests/support/mpi_main.cpp, and the program is run under mpirun once per rank count. All
# of these tests have the label `fast`, which tests/run.sh --fast selects; scripts that start amt
# itself do not.
function(amt_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LINK;RANKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${AMT_TEST_TIMEOUT_FACTOR}")
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  list(TRANSFORM ARG_DEPENDS PREPEND amt_)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} amt_test_support ${ARG_LINK} GTest::gtest)
  if(NOT ARG_RANKS)
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}:"
                         PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS fast)
    return()
  endif()
  target_link_libraries(${name} PRIVATE amt_mpi_test_main)
  foreach(ranks IN LISTS ARG_RANKS)
    amt_add_mpi_command(${name}:ranks=${ranks} ${ranks} ${ARG_TIMEOUT} $<TARGET_FILE:${name}>)
    set_tests_properties(${name}:ranks=${ranks} PROPERTIES LABELS fast)
  endforeach()
endfunction()

# amt_add_mpi_command(test-name ranks timeout command...): adds a CTest entry that runs a command
# under mpirun, with the settings of jobs/environment.sh. The time limit ends ranks that, because of
# a bug, wait for each other forever.
function(amt_add_mpi_command name ranks timeout)
  add_test(NAME ${name} COMMAND sh -c [[. "$0" && exec "$@"]] ${PROJECT_SOURCE_DIR}/jobs/environment.sh
           ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} PROCESSORS ${ranks}
    ENVIRONMENT "OMP_NUM_THREADS=1;GTEST_COLOR=no")
endfunction()
include(GoogleTest)
