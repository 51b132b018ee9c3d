#!/usr/bin/env bash
# Builds the fuzz target with clang's sanitizers and runs it, starting from the golden files.
# Usage: tests/fuzz/run.sh [SECONDS] [SEED]
# Exit 77 (skipped) where clang or its fuzzer library is not installed. A finding is kept in
# build/fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
seed=${2:-0}

clang=$(command -v clang++ || command -v clang++-14 || true)
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' > "$probe/probe.cpp"
if [ -z "$clang" ] || ! "$clang" -fsanitize=fuzzer,address "$probe/probe.cpp" -o "$probe/probe" 2> "$probe/err"; then
  echo "skipped: no clang with libFuzzer here (jobs/install-deps.sh tests installs it)"
  exit 77
fi

cmake --preset fuzz -G Ninja -DCMAKE_CXX_COMPILER="$clang" > "$probe/configure.log" || { cat "$probe/configure.log"; exit 1; }
cmake --build --preset fuzz --target parse_fuzz

golden=${AMT_GOLDEN_DIR:-tests/data/golden}
mkdir -p build/fuzz/corpus build/fuzz/seeds build/fuzz/findings
find "$golden/mid" "$golden/tree" -name '*.mid' -exec cp {} build/fuzz/seeds/ \;
# libFuzzer's own exit code for a finding is 77, which CTest would take for a skipped test.
build/fuzz/bin/parse_fuzz -error_exitcode=1 build/fuzz/corpus build/fuzz/seeds -max_total_time="$seconds" -seed="$seed" \
  -max_len=8192 -rss_limit_mb=2048 -timeout=20 -artifact_prefix=build/fuzz/findings/ \
  -print_final_stats=1 -verbosity=1 2>&1 | grep -E "^(Done|stat::|ERROR|SUMMARY|broken|==)" 
echo "no findings in $seconds s"
