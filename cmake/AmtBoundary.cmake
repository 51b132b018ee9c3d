# Identifies the interface between the program and its plug-in, which must have been built from the
# same headers.

# amt_hash_headers(hash files folder header): sets `files` to `header` in `folder` and all headers
# that it includes from there ("amt/..."), directly or not, and `hash` to 16 hex digits that depend
# on the contents of all of them.
function(amt_hash_headers hash_variable files_variable folder header)
  set(files "")
  set(waiting ${header})
  while(waiting)
    list(POP_FRONT waiting next)
    if(next IN_LIST files)
      continue()
    endif()
    list(APPEND files ${next})
    file(STRINGS ${folder}/${next} lines REGEX "^#include \"amt/")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" included "${line}")
      list(APPEND waiting ${included})
    endforeach()
  endwhile()
  list(SORT files)
  set(text "")
  foreach(name IN LISTS files)
    file(SHA256 ${folder}/${name} hash)
    string(APPEND text "${name} ${hash}\n")
  endforeach()
  string(SHA256 hash "${text}")
  string(SUBSTRING ${hash} 0 16 hash)
  set(${hash_variable} ${hash} PARENT_SCOPE)
  set(${files_variable} ${files} PARENT_SCOPE)
endfunction()

# amt_add_boundary(header): adds the library amt_boundary, which defines AMT_PLUGIN_BOUNDARY as the
# hash of `header`.
function(amt_add_boundary header)
  amt_hash_headers(hash files ${PROJECT_SOURCE_DIR}/include ${header})
  list(TRANSFORM files PREPEND ${PROJECT_SOURCE_DIR}/include/)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
  add_library(amt_boundary INTERFACE)
  target_compile_definitions(amt_boundary INTERFACE AMT_PLUGIN_BOUNDARY=0x${hash}ULL)
endfunction()
