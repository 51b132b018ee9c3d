# What is built: the version of the newest tag vX.Y.Z, and the commit. Both come from git, or, in an archive that
# git made (a release's, `git archive`), from cmake/archive.txt, where git has put them.

# amt_git(result argument...): what git prints of this source; "" without git, or where the source is a
# part of another repository.
function(amt_git result)
  set(${result} "" PARENT_SCOPE)
  execute_process(COMMAND git -C ${AMT_SOURCE} rev-parse --show-toplevel
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH ${AMT_SOURCE} source)
  if(NOT top STREQUAL source)
    return()
  endif()
  execute_process(COMMAND git -C ${AMT_SOURCE} ${ARGN}
    OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(${result} "${text}" PARENT_SCOPE)
  endif()
endfunction()

# amt_archived(result name): the tag or the commit of archive.txt; "" in a clone, whose file still asks for them.
function(amt_archived result name)
  file(READ ${AMT_SOURCE}/cmake/archive.txt text)
  set(${result} "" PARENT_SCOPE)
  if(text MATCHES "${name}: ([0-9a-z.-]+)")
    set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
  endif()
endfunction()

# amt_find_version(result fallback): "0.2.0"; `fallback` where there is no tag.
function(amt_find_version result fallback)
  amt_archived(tag tag)
  if(NOT tag)
    amt_git(tag describe --tags --match v[0-9]*)
  endif()
  if(tag MATCHES "^v([0-9]+\\.[0-9]+\\.[0-9]+)")
    set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
  else()
    set(${result} ${fallback} PARENT_SCOPE)
  endif()
endfunction()

# amt_find_commit(result): its hash, with "-dirty" where files differ from it, or "unknown".
function(amt_find_commit result)
  amt_archived(commit commit)
  if(NOT commit)
    amt_git(commit describe --always --exclude * --abbrev=40 --dirty)
  endif()
  if(NOT commit)
    set(commit unknown)
  endif()
  set(${result} ${commit} PARENT_SCOPE)
endfunction()
