#!/usr/bin/env bash
# Checks that clang-format 14 would not change any C, C++ or CUDA file; other versions break lines
# differently.
# Exit status 77 (skipped) if clang-format 14 is not installed.
# Usage: tests/gates/format.sh [--fix]
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/gates/format.sh; exit 0; fi
arguments=(--dry-run -Werror)
if [ "${1:-}" = --fix ]; then arguments=(-i); fi

format=
for name in clang-format-14 clang-format; do
  if "$name" --version 2>/dev/null | grep -q "version 14\."; then format=$name; break; fi
done
if [ -z "$format" ]; then
  echo "skipped: no clang-format 14 here (jobs/install-deps.sh tests installs it on Debian 12)"
  exit 77
fi
git ls-files -z '*.c' '*.cpp' '*.hpp' '*.cu' '*.cuh' | xargs -0 -P "$(nproc)" -n 40 "$format" "${arguments[@]}" ||
  { echo "format.sh: these files are not formatted; run tests/gates/format.sh --fix" >&2; exit 1; }
