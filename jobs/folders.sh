# Sourced by quickstart.sh and tests/run.sh: where a user may write, in a checkout that others use, too.
# shellcheck shell=bash

# can_write FOLDER: whether this user can write in it, or make it.
can_write() {
  local folder=$1
  until [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  [ -d "$folder" ] && [ -w "$folder" ] && [ -x "$folder" ]
}

# can_build FOLDER: the same of a build folder, which another user may have begun.
can_build() {
  can_write "$1" && { [ ! -e "$1/CMakeCache.txt" ] || [ -w "$1/CMakeCache.txt" ]; }
}

# why_not FOLDER: what stands in the way, for a message.
why_not() {
  local folder=$1
  until [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  if [ -O "$folder" ]; then
    echo "$folder cannot be written to"
  else
    echo "$folder belongs to $(stat -c %U "$folder")"
  fi
}
