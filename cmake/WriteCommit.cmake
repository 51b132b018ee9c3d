# cmake -DAMT_SOURCE=FOLDER -DFILE=commit.cpp -P WriteCommit.cmake: at each build, since a commit does not configure
# anew. The file is written when it changes, so that nothing else is compiled or linked.
include(${CMAKE_CURRENT_LIST_DIR}/AmtVersion.cmake)
amt_find_commit(AMT_COMMIT)
configure_file(${AMT_SOURCE}/src/cli/commit.cpp.in ${FILE} @ONLY)
