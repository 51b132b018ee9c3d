# shellcheck shell=bash disable=SC2154  # support.sh sets work
# Sourced by the tests of scripts, after support.sh: commands that scripts call, played by others.
mkdir "$work/bin"

# stand_in NAME: a command for those whose PATH begins with $work/bin; its shell on stdin.
stand_in() {
  { echo "#!$(command -v bash)"; cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# only_commands NAME...: besides the stand-ins, for those whose PATH is $work/bin alone.
only_commands() {
  local name
  for name in "$@"; do ln -s "$(type -P "$name")" "$work/bin/$name"; done
}
