# Sourced by quickstart.sh and tests/run.sh. Finds where a user may write, even in a checkout that
# is shared with others.
# shellcheck shell=bash

# can_write FOLDER: returns whether this user can write to the folder, or create it.
can_write() {
  local folder=$1
  until [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  [ -d "$folder" ] && [ -w "$folder" ] && [ -x "$folder" ]
}

# can_build FOLDER: does the same for a build folder, which another user may have created.
can_build() {
  can_write "$1" && { [ ! -e "$1/CMakeCache.txt" ] || [ -w "$1/CMakeCache.txt" ]; }
}

# why_not FOLDER: prints why this user cannot write to it.
why_not() {
  local folder=$1
  until [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  if [ -O "$folder" ]; then
    echo "$folder is not writable"
  else
    echo "$folder belongs to $(stat -c %U "$folder")"
  fi
}
