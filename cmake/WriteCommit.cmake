# Writes the commit into a source file.
# Usage: cmake -DAMT_SOURCE=FOLDER -DFILE=commit.cpp -P WriteCommit.cmake
# Runs at each build, because a new commit does not make CMake configure again. The file is written
# only if it changes, to avoid compiling and linking.
include(${CMAKE_CURRENT_LIST_DIR}/AmtVersion.cmake)
amt_find_commit(AMT_COMMIT)
configure_file(${AMT_SOURCE}/src/cli/commit.cpp.in ${FILE} @ONLY)
