#!/usr/bin/env bash
# A folder of src/ may include only folders above it, and each C API has one folder that knows it.
# Usage: tests/check_layers.sh [repository]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

layers=(base mpi hdf5 midi tokens corpus shuffle dataset prepare ops model collective cuda device weights train cli)
problems=0

complain() { echo "$*" >&2; problems=$((problems + 1)); }

# The place of a folder in the data flow; nothing if it is not in the list.
level_of() {
  local i
  for i in "${!layers[@]}"; do [ "${layers[$i]}" = "$1" ] && echo "$i"; done
  return 0
}

files=$(find src include/amt -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' -o -name '*.cuh')
[ -n "$files" ] || { echo "no sources found" >&2; exit 1; }
checked=0
for file in $files; do
  folder=${file#src/} && folder=${folder#include/amt/} && folder=${folder%%/*}
  level=$(level_of "$folder")
  [ -n "$level" ] || { complain "$file: folder '$folder' is not in tests/check_layers.sh"; continue; }
  while read -r included; do
    [ -n "$included" ] || continue
    other=$(level_of "$included")
    [ -n "$other" ] && [ "$other" -le "$level" ] || complain "$file includes $included/, which is below $folder/"
    checked=$((checked + 1))
  done < <(sed -n 's|^#include "amt/\([a-z0-9]*\)/.*|\1|p' "$file")
  grep -q '^#include <mpi.h>' "$file" && [ "$folder" != mpi ] && complain "$file includes <mpi.h>"
  grep -q '^#include <hdf5.h>' "$file" && [ "$folder" != hdf5 ] && complain "$file includes <hdf5.h>"
  # Archives of MIDI files, and torch's zip archives of weights.
  grep -q '^#include <archive' "$file" && [ "$folder" != corpus ] && [ "$folder" != weights ] &&
    complain "$file includes libarchive"
  grep -q '^#include <boost/' "$file" && [ "$folder" != cli ] && complain "$file includes Boost"
  grep -q '^#include <nlohmann/' "$file" && [ "$folder" != base ] &&  # others may write with it
    grep -qE 'son::(parse|accept|sax_parse)\(' "$file" &&
    complain "$file reads JSON past amt/base/json.hpp and its limits"
  grep -qE '^#include <(cuda|cublas|cudnn|nccl)' "$file" && [ "$folder" != cuda ] &&
    complain "$file includes CUDA"
  true
done

for file in $(git ls-files 'src/*' 'include/*' 'tests/*' 'cmake/*' 'jobs/*' | grep -v ^tests/data/); do
  [ -f "$file" ] || continue
  lines=$(wc -l < "$file")
  [ "$lines" -le 500 ] || complain "$file has $lines lines: probably two ideas"
done

echo "$checked includes checked, $problems problems"
[ "$problems" -eq 0 ] && [ "$checked" -gt 0 ]
