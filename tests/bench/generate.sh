#!/usr/bin/env bash
# Measures every figure about generation in NOTES.md, alternating old and new kernels. Takes five
# minutes on a quiet machine.
# Usage: generate.sh FOLDER_OF_BENCHES FILE.mid [MODEL]   (MODEL: measures the nats per token of --window block)
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
