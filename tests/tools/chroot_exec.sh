#!/usr/bin/env bash
# Runs a command in a folder that contains a system, as `apptainer exec` runs it in an image: with
# this machine's environment variables, processes, /dev, /sys, /tmp and current folder, in user and
# mount namespaces of its own.
#
# Usage: tests/tools/chroot_exec.sh [--pid] SYSTEM COMMAND [ARGUMENT...]
#
# --pid  also a namespace of its own for processes, so that their numbers start at 1
set -euo pipefail
# shellcheck source=jobs/help.sh
. "$(dirname "$0")/../../jobs/help.sh"
if wants_help "$@"; then print_help "$0"; exit 0; fi
namespaces=(--user --map-root-user --mount) proc="mount --rbind /proc"
if [ "${1:-}" = --pid ]; then
  namespaces+=(--pid --fork --kill-child) proc="mount -t proc proc"
  shift
fi
[ $# -ge 2 ] || { echo "usage: chroot_exec.sh [--pid] SYSTEM COMMAND [ARGUMENT...]" >&2; exit 2; }
# shellcheck disable=SC2016  # the inner shell expands it
exec unshare "${namespaces[@]}" bash -euc '
  system=$(realpath "$2")
  $1 "$system/proc"
  for folder in /dev /sys /tmp "$PWD"; do
    mkdir -p "$system$folder"
    mount --rbind "$folder" "$system$folder"
  done
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  exec chroot "$system" env --chdir="$PWD" "${@:3}"' bash "$proc" "$@"
