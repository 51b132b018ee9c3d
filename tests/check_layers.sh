#!/usr/bin/env bash
# Checks that each folder of src/ includes only folders before it in the list below, that each C API
# is used in only one folder, and that a header is in include/ only if another folder includes it,
# directly or through another such header.
# Usage: tests/check_layers.sh [repository]
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

layers=(base process random charts mpi hdf5 midi tokens corpus shuffle dataset prepare gemm ops cpu model collective
  kernels cuda device weights optimizer resources run checkpoint record evaluate trainer generate train publish cli)
problems=0

complain() { echo "$*" >&2; problems=$((problems + 1)); }

# Prints a folder's position in the list, which follows the data flow; nothing if it is not in the
# list.
level_of() {
  local i
  for i in "${!layers[@]}"; do [ "${layers[$i]}" = "$1" ] && echo "$i"; done
  return 0
}

files=$(find src include/amt -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' -o -name '*.cuh' | sort)
[ -n "$files" ] || { echo "no sources found" >&2; exit 1; }
checked=0
for file in $files; do
  folder=${file#src/} && folder=${folder#include/amt/} && folder=${folder%%/*}
  level=$(level_of "$folder")
  [ -n "$level" ] || { complain "$file: folder '$folder' is not in tests/check_layers.sh"; continue; }
  while read -r included; do
    [ -n "$included" ] || continue
    other=$(level_of "$included")
    [ -n "$other" ] && [ "$other" -le "$level" ] || complain "$file includes $included/, which comes after $folder/ in the list"
    checked=$((checked + 1))
  done < <(sed -n 's|^#include "amt/\([a-z0-9]*\)/.*|\1|p' "$file")
  grep -q '^#include <mpi.h>' "$file" && [ "$folder" != mpi ] && complain "$file includes <mpi.h>"
  grep -q '^#include <hdf5.h>' "$file" && [ "$folder" != hdf5 ] && complain "$file includes <hdf5.h>"
  # libarchive reads archives of MIDI files, and torch's weights, which are zip archives.
  grep -q '^#include <archive' "$file" && [ "$folder" != corpus ] && [ "$folder" != weights ] &&
    complain "$file includes libarchive"
  grep -q '^#include <boost/' "$file" && [ "$folder" != cli ] && complain "$file includes Boost"
  grep -q '^#include <nlohmann/' "$file" && [ "$folder" != base ] &&  # other folders may use it for writing
    grep -qE 'son::(parse|accept|sax_parse)\(' "$file" &&
    complain "$file reads JSON without amt/base/json.hpp and its limits"
  grep -qE '^#include <(cuda|cublas|cudnn|nccl)' "$file" && [ "$folder" != cuda ] && [ "$folder" != kernels ] &&
    complain "$file includes CUDA"
  true
done

for file in $(git ls-files 'src/*' 'include/*' 'tests/*' 'cmake/*' 'jobs/*' | grep -v ^tests/data/); do
  [ -f "$file" ] || continue
  lines=$(wc -l < "$file")
  case $file in
    src/* | include/*) most=300 ;;
    *) most=500 ;;
  esac
  [ "$lines" -le "$most" ] || complain "$file has $lines lines: split it by topic"
done

# Headers that other folders include, and the headers that those include.
shared=$(for file in $files; do
  folder=${file#src/} && folder=${folder#include/amt/} && folder=${folder%%/*}
  sed -n 's|^#include "\(amt/.*\)"|\1|p' "$file" | grep -v "^amt/$folder/" || true
done | sort -u)
while true; do
  more=$(for header in $shared; do sed -n 's|^#include "\(amt/.*\)"|\1|p' "include/$header"; done)
  more=$(printf '%s\n' "$shared" "$more" | grep . | sort -u)
  [ "$more" != "$shared" ] || break
  shared=$more
done
for header in $(cd include && find amt -name '*.hpp'); do
  grep -qxF "$header" <<<"$shared" || complain "include/$header is included only in its own folder: move it to src/"
done

# A folder that grows beyond this probably mixes topics.
for folder in "${layers[@]}"; do
  lines=$(grep -E "^(src|include/amt)/$folder/" <<<"$files" | xargs cat | wc -l)
  most=3300
  [[ $folder = train* ]] && most=2000
  [ "$lines" -le "$most" ] || complain "$folder/ has $lines lines, more than $most"
done

echo "$checked includes checked, $problems problems"
[ "$problems" -eq 0 ] && [ "$checked" -gt 0 ]
