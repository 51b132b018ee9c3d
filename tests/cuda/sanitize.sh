#!/usr/bin/env bash
# Runs the kernels under NVIDIA's compute-sanitizer, on a machine with a GPU.
# Usage: tests/cuda/sanitize.sh PROGRAM [FILTER]
# PROGRAM is gpu_test; FILTER selects tests (default: every operation; with real shapes, racecheck
# takes minutes). The tools are:
#   memcheck   finds accesses outside allocations
#   racecheck  finds missing barriers around shared memory
#   synccheck  finds barriers that not all threads reach
#   initcheck  finds reads of uninitialised device memory
# Reports are written to $AMT_SANITIZE_LOGS (default: the current folder) as sanitize-TOOL.log.
# Exit status: 0 if nothing was found, 1 if something was, 77 without a sanitizer or a device.
set -euo pipefail
. "$(dirname "$0")/../../jobs/help.sh"
if wants_help "$@"; then print_help "$0"; exit 0; fi
(($# >= 1)) || { print_help "$0" >&2; exit 2; }
program=$1 filter=${2:-GpuOps.*}
logs=${AMT_SANITIZE_LOGS:-.}
sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null || true)
[ -n "$sanitizer" ] || { echo "no compute-sanitizer; it is part of the CUDA Toolkit" >&2; exit 77; }
if ! listing=$("$program" --gtest_filter='GpuOps.CopiesRoundTrip' 2>&1); then
  echo "$listing" >&2
  exit 1
fi
if grep -q SKIPPED <<<"$listing"; then
  echo "$listing" >&2
  exit 77
fi
failed=0
for tool in memcheck racecheck synccheck initcheck; do
  # initcheck covers only our kernels, because cuBLAS and cuDNN leave padding in their own memory
  # unwritten.
  only=()
  [ "$tool" = initcheck ] && only=(--kernel-name kns=amt)
  if timeout -k 10 "${AMT_SANITIZE_SECONDS:-1800}" "$sanitizer" --tool "$tool" "${only[@]}" --error-exitcode 9 \
    --log-file "$logs/sanitize-$tool.log" "$program" --gtest_filter="$filter" >"$logs/sanitize-$tool.out" 2>&1; then
    echo "$tool: nothing found"
  else
    echo "$tool: see $logs/sanitize-$tool.log and .out" >&2
    failed=1
  fi
done
exit "$failed"
