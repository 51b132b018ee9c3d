#!/usr/bin/env bash
# Every C, C++ and CUDA file of the tree is formatted as clang-format 14 does it by .clang-format; other
# versions break lines elsewhere. Exit 77 (skipped) where there is no clang-format 14.
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
  { echo "format.sh: not formatted; tests/gates/format.sh --fix does it" >&2; exit 1; }
