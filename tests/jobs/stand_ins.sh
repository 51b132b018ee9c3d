# shellcheck shell=bash disable=SC2154  # support.sh sets work
# Sourced by the tests of scripts, after support.sh. Creates stand-ins for commands that the scripts
# call.
mkdir "$work/bin"

# stand_in NAME: creates a command in $work/bin, which must be on PATH; reads its shell script from
# stdin.
stand_in() {
  { echo "#!$(command -v bash)"; cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# only_commands NAME...: adds these commands to $work/bin, for a PATH that contains only this
# folder.
only_commands() {
  local name
  for name in "$@"; do ln -s "$(type -P "$name")" "$work/bin/$name"; done
}
