# Determines the version, from the newest tag vX.Y.Z, and the commit of the source. Both come from
# git, or, in an archive made by `git archive` (such as a release), from cmake/archive.txt, into
# which git writes them.

# amt_git(result argument...): sets `result` to what a git command prints for this source; ""
# without git, or if the source is part of another repository.
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

# amt_archived(result name): sets `result` to the tag or the commit in archive.txt; "" in a clone,
# where the file still contains git's placeholders.
function(amt_archived result name)
  file(READ ${AMT_SOURCE}/cmake/archive.txt text)
  set(${result} "" PARENT_SCOPE)
  if(text MATCHES "${name}: ([0-9a-z.-]+)")
    set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
  endif()
endfunction()

# amt_find_version(result fallback): sets `result` to e.g. "0.2.0", or to `fallback` if there is no
# tag.
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

# amt_find_commit(result): sets `result` to the commit's hash, with "-dirty" appended if files
# differ from the commit, or to "unknown".
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
