#!/usr/bin/env bash
# Runs clang-tidy with the checks in .clang-tidy on the C++ sources that differ from a commit,
# including uncommitted changes; for a changed header, on one source that includes it.
# Usage: tests/gates/tidy.sh BUILD_FOLDER [COMMIT | all]
#   BUILD_FOLDER  any folder configured by cmake, with a compile_commands.json
#   COMMIT        default: where the branch left its upstream, or else the previous commit
#   all           checks every source, which takes one or two seconds each
# Exit status 77 (skipped) if clang-tidy is not installed.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
. jobs/help.sh
if wants_help "$@" || [ $# -lt 1 ]; then print_help tests/gates/tidy.sh; exit 0; fi
build=$(realpath "$1")
base=${2:-}

tidy=$(command -v clang-tidy-14 clang-tidy | head -1)
[ -n "$tidy" ] || { echo "skipped: no clang-tidy here (jobs/install-deps.sh tests)"; exit 77; }

if [ -z "$base" ]; then
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD)
  if [ "$base" = "$(git rev-parse HEAD)" ] && git diff --quiet HEAD; then
    base=$(git rev-parse --quiet --verify HEAD~1 || echo all)
  fi
fi

# Prints a source that includes the header, or nothing.
source_of() {
  local name=${1#include/}
  git grep -lF "\"${name##*/}\"" -- "$(dirname "$1")/*.cpp" 2>/dev/null | head -1 && return
  git grep -lE "#include \"(.*/)?$name\"" -- src tests | grep '\.cpp$' | head -1 || true
}

if [ "$base" = all ]; then
  files=$(git ls-files '*.cpp')
else
  changed=$(git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.hpp')
  files=$(for file in $changed; do
    case $file in *.hpp) source_of "$file" ;; *) echo "$file" ;; esac
  done | sort -u)
fi
# Keeps only files that this build compiles; a build without CUDA has no commands for src/cuda.
known=$(for file in $files; do
  if grep -qF "\"$PWD/$file\"" "$build/compile_commands.json"; then echo "$file"; fi
done)
[ -n "$known" ] || { echo "no source differs from $base"; exit 0; }
echo "$(wc -l <<<"$known") sources"
# The build's compiler may have warning options that clang does not know.
xargs -P "$(nproc)" -n 1 "$tidy" -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option <<<"$known" \
  2> >(grep -v -e "warnings generated" -e "warnings treated as errors" -e "^Suppressed" >&2)
