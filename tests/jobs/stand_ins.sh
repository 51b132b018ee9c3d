# shellcheck shell=bash disable=SC2154  # support.sh sets work
# Sourced by the tests of scripts, after support.sh: stand-ins for commands that the scripts call.
mkdir "$work/bin"

# stand_in NAME: makes a command found through $work/bin in PATH; reads its shell script from stdin.
stand_in() {
  { echo "#!$(command -v bash)"; cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# only_commands NAME...: makes these available, besides the stand-ins, to a PATH of only $work/bin.
only_commands() {
  local name
  for name in "$@"; do ln -s "$(type -P "$name")" "$work/bin/$name"; done
}
