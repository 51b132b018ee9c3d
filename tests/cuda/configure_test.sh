#!/usr/bin/env bash
# Tests what CMake reports if a part of CUDA is missing: with AUTO, one line; with ON, an error.
# Usage: configure_test.sh SOURCE_FOLDER [CMake option...]
set -euo pipefail
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# configure CODE TEXT AMT_CUDA: configures without NCCL; checks the exit code, and that TEXT is
# printed.
configure() {
  local got=0
  cmake -G Ninja -S "$source" -B "$work/build" -DAMT_BUILD_TESTS=OFF -DNCCL_LIBRARY= "-DAMT_CUDA=$3" "${@:4}" \
    >"$work/out" 2>&1 || got=$?
  [ "$got" -eq "$1" ] && grep -qF -e "$2" "$work/out" && return
  echo "FAILED: AMT_CUDA=$3 ended with $got instead of $1, or does not print '$2':" >&2
  tail -n 20 "$work/out" >&2
  exit 1
}
configure 1 "AMT_CUDA is ON, but not found: " ON "$@"
configure 0 "CUDA plug-in: not built, not found: " AUTO "$@"
grep "CUDA plug-in: " "$work/out" | grep -qF "NCCL 2.18 (NCCL_ROOT)" || { cat "$work/out" >&2; exit 1; }
configure 0 "Configuring done" OFF "$@"
! grep -q "CUDA" "$work/out" || { echo "FAILED: AMT_CUDA=OFF looks for CUDA" >&2; exit 1; }
[ "$(find "$work/build" -name '*amt_cuda*' | wc -l)" -eq 0 ] || { echo "FAILED: a plug-in" >&2; exit 1; }
echo "all passed"
