#!/usr/bin/env bash
# Builds a fuzz target with clang's sanitizers and runs it. The inputs of "parse" are based on the
# golden MIDI files, those of "archive" on archives, those of "safetensors" and "torch" on the
# golden models and weights.
# Usage: tests/fuzz/run.sh [SECONDS] [SEED] [TARGET]
# Exit status 77 (skipped) if clang or its fuzzer library is not installed. Findings are kept in
# build/fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/fuzz/run.sh; exit 0; fi
seconds=${1:-60}
seed=${2:-0}
target=${3:-parse}

. jobs/folders.sh
can_build build/fuzz || { echo "skipped: cannot build in build/fuzz: $(why_not build/fuzz)"; exit 77; }
clang=$(command -v clang++ || command -v clang++-14 || true)
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' > "$probe/probe.cpp"
if [ -z "$clang" ] || ! "$clang" -fsanitize=fuzzer,address "$probe/probe.cpp" -o "$probe/probe" 2> "$probe/err"; then
  echo "skipped: no clang with libFuzzer here (jobs/install-deps.sh tests installs it)"
  exit 77
fi

cmake --preset fuzz -G Ninja -DCMAKE_CXX_COMPILER="$clang" > "$probe/configure.log" || { cat "$probe/configure.log"; exit 1; }
cmake --build --preset fuzz --target "${target}_fuzz"

# tensors TYPE:BYTES...: prints a safetensors file with one [2, 1] tensor of each type.
tensors() {
  local header="" end=0 type
  for type in "$@"; do
    header+="${header:+,}\"${type%:*}\":{\"dtype\":\"${type%:*}\",\"shape\":[2,1],"
    header+="\"data_offsets\":[$end,$((end + 2 * ${type#*:}))]}"
    end=$((end + 2 * ${type#*:}))
  done
  header="{$header}"
  printf "\\x$(printf %02x $((${#header} % 256)))\\x$(printf %02x $((${#header} / 256)))\0\0\0\0\0\0%s" "$header"
  head -c $end /dev/zero
}

golden=${AMT_GOLDEN_DIR:-tests/data/golden}
corpus=build/fuzz/corpus-$target seeds=build/fuzz/seeds-$target
mkdir -p "$corpus" "$seeds" build/fuzz/findings
max_len=8192
case $target in
  parse) find "$golden/mid" "$golden/tree" -name '*.mid' -exec cp {} "$seeds" \; ;;
  archive)
    mkdir -p "$probe/few"
    printf 'MThd' >"$probe/few/a.mid" && printf 'b' >"$probe/few/00112233445566778899aabbccddeeff.mid"
    ln -s a.mid "$probe/few/link.mid" && ln "$probe/few/a.mid" "$probe/few/hard.mid"
    for format in gnu pax; do tar --format=$format -C "$probe/few" -cf "$seeds/$format.tar" .; done
    gzip -kf "$seeds/gnu.tar"
    # A zip archive with a stored member: the member, then the directory's entry.
    unzipped='PK\3\4\n\0\0\0\0\0\0\0!\0\203\026\334\214\1\0\0\0\1\0\0\0\5\0\0\0a.midx'
    listed='PK\1\2\024\3\n\0\0\0\0\0\0\0!\0\203\026\334\214\1\0\0\0\1\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\244\201\0\0\0\0a.mid'
    # shellcheck disable=SC2059
    printf "$unzipped$listed"'PK\5\6\0\0\0\0\1\0\1\0\063\0\0\0\044\0\0\0\0\0' >"$seeds/stored.zip" ;;
  safetensors)
    for folder in "$golden"/model/*; do
      cp "$folder/tokens.safetensors" "$seeds/$(basename "$folder")"
      head -c 8192 "$folder/init.safetensors" > "$seeds/$(basename "$folder")-cut"
    done
    tensors F32:4 F16:2 BF16:2 I64:8 > "$seeds/every-type"
    tensors F32:4 > "$seeds/one"
    tensors > "$seeds/none" ;;
  torch)
    max_len=40000  # enough for a complete file
    for file in "$golden"/weights/bin-*/*.bin; do
      name=$(basename "$(dirname "$file")")-$(basename "$file")
      cp "$file" "$seeds/$name"
      for at in $(LC_ALL=C grep -obUaP '\x80[\x02\x04]' "$file" | head -4 | cut -d: -f1); do
        # Copies a pickle, or what looks like one. A pipe to head would fail once head has closed
        # it.
        dd if="$file" of="$seeds/$name-pickle-$at" iflag=skip_bytes,count_bytes skip="$at" count=4096 status=none
      done
    done ;;
  *) echo "unknown fuzz target $target: use archive, parse, safetensors or torch" >&2; exit 2 ;;
esac
# libFuzzer's exit code for a finding is 77, which CTest would report as a skipped test.
build/fuzz/bin/${target}_fuzz -error_exitcode=1 "$corpus" "$seeds" -max_total_time="$seconds" -seed="$seed" \
  -max_len="$max_len" -rss_limit_mb=2048 -timeout=20 -artifact_prefix=build/fuzz/findings/ \
  -print_final_stats=1 -verbosity=1 2>&1 | grep -E "^(Done|stat::|ERROR|SUMMARY|violated|==)" 
echo "no findings in $seconds s"
