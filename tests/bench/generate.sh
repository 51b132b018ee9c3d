#!/usr/bin/env bash
# Measures all figures about generation in NOTES.md, alternating between old and new kernels. Takes
# five minutes on an otherwise idle machine.
# Usage: generate.sh FOLDER_OF_BENCHES FILE.mid [MODEL]
#   MODEL is used to measure the nats per token that --window block loses.
set -euo pipefail
bin=$1 file=$2 model=${3:-}

decode() { AMT_CPU_KERNELS=$kernels "$bin/decode_bench" --precision "$@"; }

uptime
for round in 1 2; do
  "$bin/decode_bench" --precision fp32
  for kernels in avx512 amx; do
    decode bf16 || continue  # this CPU has no bf16 instructions
    decode bf16 --int8
    decode bf16 --rows 16 --rounds 4
    decode bf16 --rows 16 --rounds 4 --int8
  done
done
"$bin/window_bench" "$file" --size small
[ -z "$model" ] || "$bin/window_bench" "$file" --model "$model" --triples 170
uptime
