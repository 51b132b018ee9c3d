#!/usr/bin/env bash
# Measures amt prepare end to end: CPU seconds, MB of MIDI and rows per second, and peak memory per
# rank.
#
# Usage: tests/bench/prepare.sh [CORPUS]
# CORPUS: any folder or archive that amt prepare accepts; default: 2,000 generated files (seed 0).
# All files are read once before measuring, so they come from the page cache. CPU seconds include
# all ranks but not mpirun; "floor" is the time that dd takes to write as many bytes. NOTES.md
# records notable figures.
set -euo pipefail
cd "$(dirname "$0")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/bench/prepare.sh; exit 0; fi
. jobs/environment.sh
cmake --preset bench -G Ninja > /dev/null
cmake --build --preset bench --target amt make_corpus > /dev/null
amt=$PWD/build/bench/bin/amt
work=$(mktemp -d "${AMT_BENCH_DIR:-/tmp}/amt-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT

corpus=${1:-}
if [ -z "$corpus" ]; then
  corpus=$work/corpus
  build/bench/bench/make_corpus "$corpus" --files 2000 --seed 0 > /dev/null
fi
find "$corpus" -type f -exec cat {} + > /dev/null
megabytes=$(find "$corpus" -type f \( -name '*.mid' -o -name '*.midi' -o -name '*.tar*' \) -printf '%s\n' | awk '{ s += $1 } END { print s / 1e6 }')

# Creates a wrapper for the ranks of a measured job, which writes each rank's CPU seconds and peak
# memory to a file.
cat > "$work/rank.sh" << 'END'
#!/bin/sh
exec python3 -c '
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1] + os.environ.get("OMPI_COMM_WORLD_RANK", "0"), "w") as f:
    print(use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, file=f)
sys.exit(code)' "$@"
END
chmod +x "$work/rank.sh"

# measure LABEL RANKS OPTION...: prints a line of results for amt prepare with these options.
measure() {
  local label=$1 ranks=$2 start end rows
  shift 2
  rm -rf "$work"/use.* "$work/dataset"
  start=$(date +%s.%N)
  mpirun -n "$ranks" "$work/rank.sh" "$work/use." "$amt" prepare "$corpus" "$work/dataset" "$@"
  end=$(date +%s.%N)
  rows=$(sed -n 's/^  "rows": \([0-9]*\),*$/\1/p' "$work/dataset/manifest.json" | head -n 1)
  cat "$work"/use.* | awk -v label="$label" -v mb="$megabytes" -v rows="$rows" -v wall="$(echo "$end $start" | awk '{ print $1 - $2 }')" '
    { cpu += $1; if ($2 > peak) peak = $2 }
    END { printf "%-34s %7.2f s CPU  %7.2f s wall  %6.1f MB/s CPU  %8.0f rows/s CPU  %6.0f MiB peak\n", label, cpu, wall, mb / cpu, rows / cpu, peak }'
}

printf '%s: %.1f MB of MIDI\n' "$corpus" "$megabytes"
for round in 1 2; do
  measure "augment 1, 1 rank" 1 --augment 1
  measure "augment 10, 1 rank" 1 --augment 10
  measure "augment 10, 2 ranks" 2 --augment 10
  measure "augment 10, 1 rank, 64 MB" 1 --augment 10 --memory 64MB
done
bytes=$(cat "$work"/dataset/*-of-*.h5 | wc -c)
{ time -p dd if=/dev/zero of="$work/floor" bs=1M count=$((bytes / 1048576)) conv=fsync status=none; } 2>&1 |
  awk -v mb=$((bytes / 1048576)) '/^real/ { wall = $2 } /^user|^sys/ { cpu += $2 } END { printf "floor: writing %d MiB %.2f s CPU, %.2f s wall\n", mb, cpu, wall }'
