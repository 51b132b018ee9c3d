#!/usr/bin/env bash
# Every figure of generating that NOTES.md has, old kernels and new in turns. On a quiet machine it takes five minutes.
# Usage: generate.sh FOLDER_OF_BENCHES FILE.mid [MODEL]   (MODEL: for the nats per token of --window block)
set -euo pipefail
bin=$1 file=$2 model=${3:-}

decode() { "$bin/decode_bench" "$@"; }

uptime
for round in 1 2; do
  decode --precision fp32
  for kernels in avx512 amx; do
    export AMT_CPU_KERNELS=$kernels
    decode --precision bf16 || continue  # a processor without them
    decode --precision bf16 --int8 1
    decode --precision bf16 --rows 16 --rounds 4
    decode --precision bf16 --rows 16 --rounds 4 --int8 1
    unset AMT_CPU_KERNELS
  done
done
for precision in bf16 fp32; do "$bin/window_bench" "$file" --size small --precision $precision; done
[ -z "$model" ] || "$bin/window_bench" "$file" --model "$model" --triples 340
uptime
